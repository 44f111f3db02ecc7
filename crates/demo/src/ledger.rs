//! What the shop has sold, as events told it. In memory: the demo starts with an empty list, and
//! what was paid is at the marketplace and at the gateway.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Sales that are remembered.
const LONGEST: usize = 1000;

#[derive(Default)]
pub(crate) struct Ledger(Mutex<VecDeque<Sale>>);

/// One order and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sale {
    pub(crate) order: String,
    pub(crate) customer: String,
    /// The shop's own name for what was bought.
    pub(crate) item: String,
    pub(crate) state: SaleState,
}

/// In the order in which a sale may pass through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SaleState {
    Failed,
    InProcess,
    Paid,
}

impl Ledger {
    /// Notes what an event told. Events come more than once and in any order; what was paid stays
    /// paid.
    pub(crate) fn note(&self, sale: Sale) {
        let mut sales = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match sales.iter_mut().find(|known| known.order == sale.order) {
            Some(known) => known.state = known.state.max(sale.state),
            None => {
                sales.truncate(LONGEST - 1);
                sales.push_front(sale);
            }
        }
    }

    /// The newest sales to a customer.
    pub(crate) fn of(&self, customer: &str, number: usize) -> Vec<Sale> {
        let sales = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sales.iter().filter(|sale| sale.customer == customer).take(number).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sale(order: &str, state: SaleState) -> Sale {
        let (customer, item) = ("c".to_owned(), "single".to_owned());
        Sale { order: order.to_owned(), customer, item, state }
    }

    #[test]
    fn events_count_once_whatever_their_order() {
        let ledger = Ledger::default();
        for state in [SaleState::Paid, SaleState::InProcess, SaleState::Paid, SaleState::Failed] {
            ledger.note(sale("1", state));
        }
        ledger.note(sale("2", SaleState::InProcess));
        let expected = [sale("2", SaleState::InProcess), sale("1", SaleState::Paid)];
        assert_eq!(ledger.of("c", 10), expected);
        assert_eq!(ledger.of("c", 1), expected[..1]);
        assert!(ledger.of("other", 10).is_empty());
    }

    #[test]
    fn only_the_newest_are_remembered() {
        let ledger = Ledger::default();
        for order in 0..=LONGEST {
            ledger.note(sale(&order.to_string(), SaleState::Paid));
        }
        let known = ledger.of("c", usize::MAX);
        assert_eq!((known.len(), known[LONGEST - 1].order.as_str()), (LONGEST, "1"));
    }
}
