//! That a signed URL works once. Young URLs can be read from a browser's history, a proxy's log or
//! a screen; a memory of those that were used makes them worthless.

use std::collections::HashMap;
use std::error::Error;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use freischalt_protocol::UnixTime;

use super::Launch;

/// What [`ReplayStore::first_use`] returns.
pub type Remembering<'a> =
    Pin<Box<dyn Future<Output = Result<bool, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// Remembers which URLs were used. With several processes it has to be one memory for all of them.
///
/// ```
/// use freischalt_client::provider::{Remembering, ReplayStore};
/// use freischalt_client::{UnixTime, system_time};
/// # use std::{collections::HashSet, sync::Mutex};
/// # #[derive(Default)]
/// # struct Database(Mutex<HashSet<String>>);
/// # impl Database {
/// #     async fn insert_new(&self, id: &str, _: i64) -> Result<bool, std::io::Error> {
/// #         Ok(self.0.lock().unwrap().insert(id.to_owned()))
/// #     }
/// # }
///
/// /// A table with the id as primary key.
/// struct Table(Database);
///
/// impl ReplayStore for Table {
///     fn first_use<'a>(&'a self, id: &'a str, _now: UnixTime, until: UnixTime) -> Remembering<'a> {
///         // INSERT … ON CONFLICT DO NOTHING, and whether it wrote a row.
///         Box::pin(async move { Ok(self.0.insert_new(id, until.0).await?) })
///     }
/// }
///
/// # freischalt_docs_sandbox::run(async |sandbox| {
/// # let (table, (launch, _)) = (Table(Database::default()), sandbox.launched().await);
/// launch.use_once(&table, system_time(), 300).await?;
/// assert!(launch.use_once(&table, system_time(), 300).await.is_err());
/// # Ok(()) });
/// ```
pub trait ReplayStore: Send + Sync {
    /// Notes the use of `id`, in one step that cannot happen twice, and tells whether it was the
    /// first. It may be forgotten after `until`, when no check accepts the URL any more.
    fn first_use<'a>(&'a self, id: &'a str, now: UnixTime, until: UnixTime) -> Remembering<'a>;
}

/// Why a URL is not used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// It was used before.
    #[error("the URL was used before; every signed URL serves once")]
    UsedBefore,
    /// The memory does not answer. Nothing may be accepted then.
    #[error("the memory of used URLs failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl Launch {
    /// Uses this URL up: an error if that happened before. `max_age` is the one that the URL was
    /// checked with.
    ///
    /// ```
    /// use freischalt_client::provider::{MemoryReplayStore, ReplayError, UrlCheck};
    /// use freischalt_client::system_time;
    ///
    /// # freischalt_docs_sandbox::run(async |sandbox| {
    /// # let secret = sandbox.secret();
    /// # let (path_and_query, _) = sandbox.service().await;
    /// let used = MemoryReplayStore::default();
    /// let check = UrlCheck::new("https://provider.example", secret)?.max_age(300);
    ///
    /// let launch = check.launch(&path_and_query, system_time())?;
    /// launch.use_once(&used, system_time(), 300).await?;
    /// let again = check.launch(&path_and_query, system_time())?;
    /// let again = again.use_once(&used, system_time(), 300).await;
    /// assert!(matches!(again, Err(ReplayError::UsedBefore)));
    /// # Ok(()) });
    /// ```
    pub async fn use_once(
        &self,
        store: &dyn ReplayStore,
        now: UnixTime,
        max_age: i64,
    ) -> Result<(), ReplayError> {
        let until = self.signed_at.plus(max_age);
        match store.first_use(&self.id, now, until).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ReplayError::UsedBefore),
            Err(error) => Err(ReplayError::Store(error)),
        }
    }
}

/// A memory that lasts as long as the process. Only genuine URLs get in and all of them leave by
/// age, so the marketplace alone decides how many there are.
#[derive(Debug, Default)]
pub struct MemoryReplayStore {
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    until: HashMap<String, UnixTime>,
    /// When the old ones were last thrown out; doing it with every use would cost more and more.
    cleaned: Option<UnixTime>,
}

/// Seconds between two cleanings.
const CLEANING: i64 = 60;

impl MemoryReplayStore {
    fn note(&self, id: &str, now: UnixTime, until: UnixTime) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.cleaned.is_none_or(|cleaned| now.since(cleaned).abs() >= CLEANING) {
            used.until.retain(|_, until| *until >= now);
            used.cleaned = Some(now);
        }
        used.until.insert(id.to_owned(), until).is_none()
    }
}

impl ReplayStore for MemoryReplayStore {
    fn first_use<'a>(&'a self, id: &'a str, now: UnixTime, until: UnixTime) -> Remembering<'a> {
        let is_first = self.note(id, now, until);
        Box::pin(async move { Ok(is_first) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_remembered_until_no_check_accepts_it_and_then_forgotten() {
        let store = MemoryReplayStore::default();
        assert!(store.note("a", UnixTime(0), UnixTime(300)));
        assert!(!store.note("a", UnixTime(300), UnixTime(300)));
        assert!(store.note("b", UnixTime(400), UnixTime(700)));
        assert_eq!(store.used.lock().unwrap().until.len(), 1, "the old one left");
    }
}
