//! What is said of a call that is not served: that it exists at the vendor, or what it resembles.

use std::fmt;

use freischalt_protocol::{
    Verb,
    vendor_calls::{Likeness, likeness},
};

/// A verb with a resource type that this marketplace does not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCall {
    /// The verb of the action id.
    pub verb: Verb,
    /// The resource type as it was sent.
    pub resource_type: String,
}

impl fmt::Display for UnknownCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { verb, resource_type } = self;
        match likeness(*verb, resource_type) {
            Likeness::Exists => write!(
                f,
                "{verb} {resource_type} is a call of the vendor that this marketplace does not \
                 serve yet; nothing is wrong with its name"
            ),
            Likeness::OtherVerb(other) => write!(
                f,
                "resourcetype {resource_type:?} does not exist for the action {verb}; the vendor \
                 has it for {other}"
            ),
            Likeness::OtherCase(other, name) => write!(
                f,
                "resourcetype {resource_type:?} does not exist for the action {verb}; the spelling \
                 is case-sensitive, the vendor has {name:?} for {other}"
            ),
            Likeness::Unknown => write!(
                f,
                "resourcetype {resource_type:?} does not exist for the action {verb}, and the \
                 vendor has no call of this name"
            ),
        }
    }
}

impl std::error::Error for UnknownCall {}
