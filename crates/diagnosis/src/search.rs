//! The search: the signature is made with one mistake, then with two of different steps, and
//! compared with the one that was given.

use freischalt_protocol::Secret;

use crate::{
    Cause, Found, Step, causes, mask,
    signing::{self, Signing},
};

/// A way of making the text that is signed, right or wrong.
pub(crate) trait Recipe: Clone {
    /// The text, or `None` where a mistake cannot be made with this input.
    fn text(&self) -> Option<Vec<u8>>;
    /// What the text should be.
    fn right_text(&self) -> Vec<u8>;
}

type Change<T> = Box<dyn Fn(&mut T)>;

enum Effect<R> {
    OnText(Change<R>),
    OnSigning(Change<Signing>),
}

/// A mistake and what it does.
pub(crate) struct Deviation<R> {
    cause: &'static Cause,
    effect: Effect<R>,
}

impl<R> Deviation<R> {
    /// A mistake in making the text.
    pub(crate) fn of_text(cause: &'static Cause, change: impl Fn(&mut R) + 'static) -> Self {
        Self { cause, effect: Effect::OnText(Box::new(change)) }
    }

    fn of_signing(cause: &'static Cause, change: Change<Signing>) -> Self {
        Self { cause, effect: Effect::OnSigning(change) }
    }

    /// Two ways of doing one step exclude each other; but an address has several parts.
    fn goes_with(&self, other: &Self) -> bool {
        let same_step = self.cause.step == other.cause.step;
        !same_step || (self.cause.step == Step::Address && self.cause.id != other.cause.id)
    }
}

/// The recipe as it should be, its mistakes, and the signature that was given.
pub(crate) struct Search<'a, R> {
    pub(crate) recipe: R,
    pub(crate) signing: Signing,
    pub(crate) deviations: Vec<Deviation<R>>,
    pub(crate) secret: &'a Secret,
    pub(crate) given: &'a str,
}

/// Explanations that are shown; more would be no help.
const SHOWN: usize = 3;

impl<R: Recipe> Search<'_, R> {
    /// Every mistake, or failing that every pair of mistakes, that makes the signature.
    pub(crate) fn run(mut self) -> Vec<Found> {
        for (cause, change) in signing::deviations() {
            self.deviations.push(Deviation::of_signing(cause, change));
        }
        let written = self.attempt(&[]).into_iter().collect::<Vec<_>>();
        if !written.is_empty() {
            return merged(written);
        }
        let singles: Vec<_> =
            self.deviations.iter().filter_map(|one| self.attempt(&[one])).collect();
        if !singles.is_empty() {
            return merged(singles);
        }
        let mut pairs = Vec::new();
        for (at, one) in self.deviations.iter().enumerate() {
            let others = self.deviations[at + 1..].iter();
            let others = others.filter(|other| one.goes_with(other));
            pairs.extend(others.filter_map(|other| self.attempt(&[one, other])));
            if pairs.len() >= 16 {
                break;
            }
        }
        merged(pairs)
    }

    fn attempt(&self, deviations: &[&Deviation<R>]) -> Option<Found> {
        let (mut recipe, mut signing) = (self.recipe.clone(), self.signing.clone());
        for deviation in deviations {
            match &deviation.effect {
                Effect::OnText(change) => change(&mut recipe),
                Effect::OnSigning(change) => change(&mut signing),
            }
        }
        let text = recipe.text()?;
        let made = signing.sign(&text, self.secret)?;
        let spoilt = spoiling(&made, self.given)?;
        let causes: Vec<_> =
            deviations.iter().map(|deviation| deviation.cause).chain(spoilt).collect();
        let signed_text = (text != self.recipe.right_text()).then(|| mask::masked(&text));
        (!causes.is_empty()).then_some(Found { causes, signed_text, same_here: Vec::new() })
    }
}

/// Whether the two are the same signature, and what happened to it after it was made.
fn spoiling(made: &str, given: &str) -> Option<Option<&'static Cause>> {
    if made == given {
        return Some(None);
    }
    let trimmed = given.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
    if trimmed == made {
        return Some(Some(&causes::SIGNATURE_WRAPPED));
    }
    let decoded = crate::encode::decode(given.as_bytes(), false);
    if decoded == made.as_bytes() {
        return Some(Some(&causes::SIGNATURE_ENCODED));
    }
    if made.contains('+') && given.replace(' ', "+") == made {
        return Some(Some(&causes::SIGNATURE_PLUS));
    }
    // Without its padding a signature is not cut off; that has a name of its own.
    let whole = made.trim_end_matches('=').len();
    let cut = given.len() >= 8 && given.len() < whole && made.starts_with(given);
    cut.then_some(Some(&causes::SIGNATURE_CUT))
}

/// Mistakes that signed the same text are one explanation under several names.
fn merged(all: Vec<Found>) -> Vec<Found> {
    let mut merged: Vec<Found> = Vec::new();
    for found in all {
        let known = merged.iter().position(|known| {
            known.signed_text == found.signed_text && known.causes.len() == found.causes.len()
        });
        match known {
            Some(at) => {
                let known = &mut merged[at];
                let names = found.causes.iter().map(|cause| cause.id);
                let new: Vec<_> = names
                    .filter(|id| known.causes.iter().all(|cause| cause.id != *id))
                    .filter(|id| !known.same_here.contains(id))
                    .collect();
                known.same_here.extend(new);
            }
            None if merged.len() < SHOWN => merged.push(found),
            None => {}
        }
    }
    merged
}
