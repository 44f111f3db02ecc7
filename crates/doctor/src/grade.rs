//! A letter for a run.

use std::{fmt, str::FromStr};

use crate::catalogue::Severity;

/// From A to F.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing but remarks.
    A,
    /// Small things.
    B,
    /// One to three things of medium weight.
    C,
    /// More of them, or one serious.
    D,
    /// Several serious.
    E,
    /// Anybody can act as any customer.
    F,
}

impl Grade {
    /// The grade for these failures.
    pub fn of(failures: &[Severity]) -> Self {
        let count = |severity| failures.iter().filter(|one| **one == severity).count();
        let (critical, high) = (count(Severity::Critical), count(Severity::High));
        let (medium, low) = (count(Severity::Medium), count(Severity::Low));
        match (critical, high, medium, low) {
            (1.., ..) => Self::F,
            (0, 2.., ..) => Self::E,
            (0, 1, ..) | (0, 0, 4.., _) => Self::D,
            (0, 0, 1..=3, _) => Self::C,
            (0, 0, 0, 1..) => Self::B,
            (0, 0, 0, 0) => Self::A,
        }
    }

    /// One sentence about it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::A => "Nothing of weight was found.",
            Self::B => "Only small things were found.",
            Self::C => {
                "A few things can be exploited under conditions, or turn genuine users away."
            }
            Self::D => "One serious thing, or many of medium weight.",
            Self::E => "Several serious things.",
            Self::F => "Anybody can act as any customer, or take what was not paid for.",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl FromStr for Grade {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "A" | "a" => Ok(Self::A),
            "B" | "b" => Ok(Self::B),
            "C" | "c" => Ok(Self::C),
            "D" | "d" => Ok(Self::D),
            "E" | "e" => Ok(Self::E),
            "F" | "f" => Ok(Self::F),
            _ => Err("expected a grade from A to F".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_failure_decides() {
        use Severity::{Critical, High, Info, Low, Medium};
        for (failures, grade) in [
            (&[][..], Grade::A),
            (&[Info, Info], Grade::A),
            (&[Low; 9], Grade::B),
            (&[Medium; 3], Grade::C),
            (&[Medium; 4], Grade::D),
            (&[High, Low], Grade::D),
            (&[High; 2], Grade::E),
            (&[Critical], Grade::F),
        ] {
            assert_eq!(Grade::of(failures), grade, "{failures:?}");
        }
    }
}
