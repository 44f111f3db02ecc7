//! The test bank's cards and accounts, and the document that is made of them.

use std::{collections::BTreeSet, fmt::Write};

use freischalt_marketplace::{
    Money, TransactionId,
    bank::{
        Answer, BankCommand, INSTRUMENTS, Instrument, Reason, Task,
        test_bank::{CARD_PAYMENTS_A_DAY, respond},
    },
    transaction::{BankEvent, MeansKind},
};

use crate::fixture::NOW;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/test-bank.md");
const REFRESH: &str = "UPDATE_DOCS=1 cargo test -p freischalt-marketplace test_bank";

const INTRODUCTION: &str = "\
# The test bank

In the sandbox no money moves. The test bank is a function: the same card does the same every time,
by the sandbox's clock. A payment that takes three days is there once the clock is set three days
forward. Type a number below as card or account; none of them exists at a real bank.

A card takes part in at most ten payments a day, whatever else it does; the eleventh is declined.
A card that asks for 3-D Secure waits 15 minutes for the answer. A wrong code, or leaving the bank's
page, declines the payment whatever the card.
";

fn document() -> String {
    let mut text = format!(
        "<!-- Made from the instruments in crates/marketplace. Do not edit; refresh with:\n     \
         {REFRESH} -->\n\n{INTRODUCTION}"
    );
    for (kind, heading) in [(MeansKind::Card, "Cards"), (MeansKind::DirectDebit, "Accounts (SEPA)")]
    {
        write!(text, "\n## {heading}\n\n| number | what happens | name |\n| --- | --- | --- |\n")
            .unwrap();
        for instrument in INSTRUMENTS.iter().filter(|instrument| instrument.kind == kind) {
            let (outcome, token) = (instrument.outcome, instrument.token);
            writeln!(text, "| `{}` | {outcome} | `{token}` |", grouped(instrument.number)).unwrap();
        }
    }
    text
}

fn grouped(number: &str) -> String {
    let groups: Vec<&str> =
        number.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(" ")
}

#[test]
fn the_test_bank_is_documented() {
    let made = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(FILE, &made).unwrap();
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(committed == made, "docs/test-bank.md is not what the table says; run\n{REFRESH}");
}

#[test]
fn there_are_fifty_outcomes_with_right_check_digits() {
    assert!(INSTRUMENTS.len() >= 50, "{}", INSTRUMENTS.len());
    let outcome = |instrument: &Instrument| (instrument.kind as u8, instrument.outcome);
    let outcomes: BTreeSet<_> = INSTRUMENTS.iter().map(outcome).collect();
    let tokens: BTreeSet<_> = INSTRUMENTS.iter().map(|instrument| instrument.token).collect();
    let numbers: BTreeSet<_> = INSTRUMENTS.iter().map(|instrument| instrument.number).collect();
    assert_eq!((outcomes.len(), tokens.len(), numbers.len()), (66, 66, 66));
    for instrument in INSTRUMENTS {
        let fine = match instrument.kind {
            MeansKind::Card => luhn(instrument.number),
            MeansKind::DirectDebit => iban(instrument.number),
        };
        assert!(fine, "{}", instrument.number);
        let found = Instrument::of_number(&grouped(instrument.number)).unwrap();
        assert_eq!(found.token, instrument.token);
    }
    assert_eq!(Instrument::of_token("card-paid").unwrap().label(), "Visa •••• 0010");
}

/// What a card says about a thing that happened later has a larger number, and no number is used
/// for two things.
#[test]
fn notifications_are_numbered_as_things_happen() {
    for instrument in INSTRUMENTS {
        for steps in [instrument.charge, instrument.confirmed, instrument.refund] {
            for (index, step) in steps.iter().enumerate() {
                assert!(step.number > 0 && step.after >= 0, "{}", instrument.token);
                for other in &steps[..index] {
                    let same = other.number == step.number;
                    assert_eq!(same, other.event == step.event, "{}", instrument.token);
                }
            }
        }
    }
}

fn ask(token: &str, task: Task, before: u32) -> Vec<(i64, BankEvent)> {
    let command = BankCommand {
        transaction: TransactionId::FIRST,
        task,
        token: token.into(),
        amount: Money::from_cents(100),
        at: NOW,
    };
    let said = respond(&command, before);
    said.iter().map(|said| (said.at.since(NOW), said.event)).collect()
}

#[test]
fn the_eleventh_payment_of_a_card_is_declined() {
    let captured = vec![(0, BankEvent::Captured)];
    assert_eq!(ask("card-paid", Task::Charge, CARD_PAYMENTS_A_DAY - 1), captured);
    let too_many = vec![(0, BankEvent::Declined(Reason::TooManyToday))];
    assert_eq!(ask("card-paid", Task::Charge, CARD_PAYMENTS_A_DAY), too_many);
    assert_eq!(ask("sepa-paid-at-once", Task::Charge, 1000), captured);
}

#[test]
fn the_bank_page_is_the_persons() {
    let declined = |reason| vec![(0, BankEvent::Declined(reason))];
    let answer = |answer| ask("card-3ds-paid", Task::Answer(answer), 0);
    assert_eq!(answer(Answer::Confirm), [(0, BankEvent::Captured)]);
    assert_eq!(answer(Answer::Fail), declined(Reason::AuthenticationFailed));
    assert_eq!(answer(Answer::Leave), declined(Reason::AuthenticationAbandoned));
    assert_eq!(ask("card-gone", Task::Charge, 0), declined(Reason::UnknownInstrument));
}

fn luhn(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}

fn iban(number: &str) -> bool {
    let moved = format!("{}{}", &number[4..], &number[..4]);
    let value = |letter: char| letter.to_digit(36).unwrap();
    let digits: String = moved.chars().map(|letter| value(letter).to_string()).collect();
    digits.bytes().fold(0, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 97) == 1
}
