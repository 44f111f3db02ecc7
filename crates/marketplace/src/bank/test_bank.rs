//! The test bank: a pure function from commands to notifications, the same every time. Which card
//! does what is in [`INSTRUMENTS`](super::INSTRUMENTS).

use super::{Answer, BankCommand, Instrument, Notification, Reason, Step, Task};
use crate::transaction::{BankEvent, MeansKind};

/// The most payments with one card in one day (enterprise help, "Marketplace").
pub const CARD_PAYMENTS_A_DAY: u32 = 10;

/// What the test bank says to a command. `charges_today`: how many payments this card has tried
/// today before this one.
pub fn respond(command: &BankCommand, charges_today: u32) -> Vec<Notification> {
    let heard = |step: &Step| Notification {
        transaction: command.transaction,
        number: step.number,
        at: command.at.plus(step.after),
        event: step.event,
    };
    let at_once = |number, reason| {
        vec![heard(&Step { after: 0, number, event: BankEvent::Declined(reason) })]
    };
    let Some(instrument) = Instrument::of_token(&command.token) else {
        return at_once(1, Reason::UnknownInstrument);
    };
    let steps = match command.task {
        Task::Charge => {
            let limited = instrument.kind == MeansKind::Card;
            if limited && charges_today >= CARD_PAYMENTS_A_DAY {
                return at_once(1, Reason::TooManyToday);
            }
            instrument.charge
        }
        Task::Answer(Answer::Confirm) => instrument.confirmed,
        Task::Answer(Answer::Fail) => return at_once(10, Reason::AuthenticationFailed),
        Task::Answer(Answer::Leave) => return at_once(10, Reason::AuthenticationAbandoned),
        Task::Refund => instrument.refund,
        // The money that came too late goes back without another word.
        Task::Reverse => &[],
    };
    steps.iter().map(heard).collect()
}
