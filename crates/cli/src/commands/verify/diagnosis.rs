//! The one sentence that `verify` adds to a refusal. What is the matter is found out by
//! `freischalt-diagnosis`, as for `freischalt explain`.

use freischalt_diagnosis::{Explanation, Verdict};

/// What helps with a signature that is missing or wrong.
pub(super) fn hint(explanation: &Explanation) -> String {
    let causes = explanation.found.first().map(|found| found.causes.as_slice()).unwrap_or_default();
    let mut sentences: Vec<_> = causes.iter().map(|cause| cause.what).collect();
    if sentences.is_empty() {
        sentences.extend(explanation.besides.iter().map(|cause| cause.mend));
    }
    match explanation.verdict {
        Verdict::Unexplained => sentences.push(
            "None of the known mistakes makes this signature: most likely it was made with another \
             secret, or over something else.",
        ),
        _ => sentences.push("`freischalt explain` says more."),
    }
    sentences.join(" ")
}
