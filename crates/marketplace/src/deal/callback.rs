//! What the provider is told about a deal.

use super::Deal;
use crate::{
    Language, OrderStage, Transaction,
    order::{CallbackIds, CallbackResult},
    transaction::TransactionStage,
};

impl Deal {
    /// The result of the order as it is now; `None` while it is open, and if somebody gave it up
    /// who never tried to pay (the vendor has no status for that).
    pub fn callback(&self, language: Language) -> Option<CallbackResult> {
        let (OrderStage::Paying(id)
        | OrderStage::InProcess(id)
        | OrderStage::Paid(id)
        | OrderStage::Settled(id)
        | OrderStage::Returned(id)
        | OrderStage::GivenUp(Some(id))) = self.order.stage
        else {
            return None;
        };
        let transaction = self.transaction(id)?;
        Some(match self.order.stage {
            OrderStage::Paid(_) | OrderStage::Settled(_) => {
                CallbackResult::Success(self.ids(transaction))
            }
            OrderStage::Paying(_) | OrderStage::InProcess(_) => {
                CallbackResult::InProcess(self.ids(transaction))
            }
            _ => failure(transaction, language)?,
        })
    }

    fn ids(&self, transaction: &Transaction) -> CallbackIds {
        CallbackIds {
            transaction: transaction.id,
            reference: transaction.reference.clone(),
            abo: self.subscription.as_ref().map(|subscription| subscription.id),
        }
    }
}

fn failure(transaction: &Transaction, language: Language) -> Option<CallbackResult> {
    let (TransactionStage::Failed { reason, .. } | TransactionStage::Returned { reason, .. }) =
        transaction.stage
    else {
        return None;
    };
    let message = reason.sentence(language).to_owned();
    Some(CallbackResult::Error { code: reason.code(), message })
}
