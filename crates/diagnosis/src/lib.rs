//! Why a signature is wrong: which step of making it differs, and which idiom in which language
//! makes that difference.
//!
//! The right signature is made in steps (take the address apart, decode, remove `signature`, sort,
//! encode, join, key, hash, write down). For each step the mistakes that programs make are known as
//! [`Cause`]s. The search makes the signature with every one of them, then with every two, then with
//! every three of the usual ones, and compares the result with the signature that was given. A cause
//! is therefore never guessed: it explains every byte of the signature, or it is not named.
//!
//! Beside the signatures it judges the headers of a framed page, which fail as silently.
//!
//! This crate must not know who asks or how an answer is shown. Like `protocol` it does no I/O and
//! has no clock; it is a crate of its own because nothing here belongs to the wire. What it returns
//! names no signature that would have been right, and masks credentials.

mod body;
mod cause;
mod causes;
mod charset;
mod encode;
mod explanation;
mod framing;
mod german;
mod json;
mod legacy;
mod look;
mod mask;
mod order;
mod request;
mod search;
mod signing;
mod target;
mod unset;
mod url;

pub use body::body_problem;
pub use cause::{ALL, Cause, Idiom, Step, Words};
pub use explanation::{Detail, Explanation, Found, Hints, SignedPort, Verdict};
pub use framing::{Framing, NearMiss, Refusal, framing};
pub use look::{LookAlike, Place, look_alikes};
pub use mask::masked;
pub use order::explain_order;
pub use request::{explain_action, explain_request};
pub use search::Work;
pub use url::explain_url;
