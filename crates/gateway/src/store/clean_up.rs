//! Forgetting what nobody can use any more.

use freischalt_protocol::UnixTime;

use super::{Store, StoreError};

const DAY: i64 = 24 * 3600;
/// How long a mark outlives what it is on: a clock may be set back, or go slower in another process,
/// and what was used once would be good again.
const MARK: i64 = DAY;
/// How long events that are over are kept, so that somebody can look.
const EVENTS: i64 = 30 * DAY;
/// How long orders are kept. Whoever placed one may pay it later, and a result that comes for an
/// order that is forgotten is lost: much longer than any of the marketplace's payments takes.
const ORDERS: i64 = 180 * DAY;
/// The same for orders whose money is on its way.
const COMING: i64 = 730 * DAY;

impl Store {
    /// Forgets URLs, pages and windows that are too old to be used, and events and orders that are
    /// over since long.
    pub(crate) async fn clean_up(&self, now: UnixTime) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                let over = now.plus(-MARK).0;
                tx.execute("DELETE FROM used_urls WHERE kept_until < ?1", &[&over])?;
                tx.execute("DELETE FROM opened_urls WHERE kept_until < ?1", &[&now.0])?;
                tx.execute("DELETE FROM visits WHERE ends_at < ?1", &[&now.0])?;
                tx.execute(
                    "DELETE FROM events WHERE state <> 'waiting' AND created_at < ?1",
                    &[&now.plus(-EVENTS).0],
                )?;
                tx.execute(
                    "DELETE FROM orders
                     WHERE created_at < ?1 AND (state <> 'in_process' OR created_at < ?2)",
                    &[&now.plus(-ORDERS).0, &now.plus(-COMING).0],
                )?;
                Ok(())
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use freischalt_client::provider::UrlCheck;
    use freischalt_database::{Creation, Keys, Location};
    use freischalt_protocol::seal::MasterKey;
    use freischalt_protocol::{Secret, signed_url};

    use super::*;
    use crate::store::{NewOrder, Settled, Visit};

    async fn place(store: &Store, id: &str) {
        let text = String::new;
        let visit = Visit {
            customer: "42".into(),
            user: "21".into(),
            session: "{}".into(),
            parameter_cache_id: text(),
            secret_id: text(),
            marketplace: None,
        };
        let order = NewOrder { id: id.into(), visit, return_path: text(), reference: text() };
        store.place(&order, UnixTime(0)).await.unwrap();
    }

    /// Brings the result of an order.
    async fn settle(store: &Store, id: &str, status: &str) -> Settled {
        let secret = Secret::new("secret");
        let url = format!("http://h/{id}?status={status}&transactionid={id}&timestamp=1");
        let url = signed_url::sign(&url, &secret).unwrap();
        let check = UrlCheck::new("http://h", secret).unwrap();
        let callback = check.callback(&url["http://h".len()..], UnixTime(1)).unwrap();
        store.settle(id, &callback, UnixTime(1)).await.unwrap()
    }

    #[tokio::test]
    async fn a_used_url_stays_used_when_the_clock_is_set_back() {
        let keys = Keys { current: MasterKey::new([1; 32]), previous: Vec::new() };
        let store = Store::open(&Location::Memory, Creation::IfMissing, &keys).unwrap();
        let marks = async || {
            let count = |tx: &mut freischalt_database::Transaction<'_>| {
                let rows = tx.query("SELECT launch_id FROM used_urls", &[])?;
                Ok::<_, StoreError>(rows.len())
            };
            store.read(count).await.unwrap()
        };
        store
            .write(|tx| {
                tx.execute("INSERT INTO used_urls (launch_id, kept_until) VALUES ('a', 300)", &[])?;
                Ok(())
            })
            .await
            .unwrap();
        store.clean_up(UnixTime(300 + DAY)).await.unwrap();
        assert_eq!(marks().await, 1);
        store.clean_up(UnixTime(301 + DAY)).await.unwrap();
        assert_eq!(marks().await, 0);
    }

    #[tokio::test]
    async fn orders_are_forgotten_but_not_while_money_is_on_its_way() {
        let keys = Keys { current: MasterKey::new([1; 32]), previous: Vec::new() };
        let store = Store::open(&Location::Memory, Creation::IfMissing, &keys).unwrap();
        for id in ["paid", "coming", "open"] {
            place(&store, id).await;
        }
        settle(&store, "paid", "success").await;
        settle(&store, "coming", "inprocess").await;
        let is_known =
            async |id| matches!(settle(&store, id, "inprocess").await, Settled::Known(_));
        store.clean_up(UnixTime(ORDERS)).await.unwrap();
        assert!(is_known("paid").await && is_known("coming").await);
        store.clean_up(UnixTime(ORDERS + 1)).await.unwrap();
        assert!(!is_known("paid").await && !is_known("open").await && is_known("coming").await);
        store.clean_up(UnixTime(COMING + 1)).await.unwrap();
        assert!(!is_known("coming").await);
    }
}
