//! Decisions and look-ups on PostgreSQL that are made for many callers at once.
//!
//! What waits together is read with a few statements over all of it, decided one by one, and written
//! with one more and one commit. Runs are locked in the order of their key, so that two groups, of
//! whatever process, never wait for each other in a circle. Every statement names the customer, so
//! that tables distributed by it stay on one node; the token's own look-up is the one that cannot.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use freischalt_database::{DatabaseError, Job, List, Row, Transaction, Vault, Write};
use freischalt_marketplace::{
    Activation, ActivationId, ApiToken, AuditEvent, ParameterCacheId, Stage, activation::Transition,
};
use tokio::sync::oneshot;

use super::{ApiUserRecord, Decided, Facts, Scope, Verdict, call, keep, rows};
use crate::StoreError;

/// The statements of the path of a call, which other crates' tests look at too.
pub(crate) mod hot {
    use super::{call, rows};

    /// Finds runs and locks them.
    pub(crate) const RUNS: &str = concat!(
        "SELECT i.ord, ",
        rows::columns!(),
        " FROM unnest(?1, ?2) WITH ORDINALITY AS i (customer_id, activation_id, ord)
         JOIN activations a
             ON a.customer_id = i.customer_id AND a.activation_id = i.activation_id
         ORDER BY a.customer_id, a.activation_id FOR UPDATE OF a"
    );

    /// Finds what else a decision rests on.
    pub(crate) const REST: &str = concat!(
        "SELECT i.ord, c.customer_id, ",
        call::caller_columns!(),
        ", ",
        call::user_columns!(),
        ", e.customer_id IS NOT NULL AS is_entry
         FROM unnest(?1, ?2, ?3, ?4) WITH ORDINALITY
             AS i (customer_id, activation_id, user_id, entry, ord)
         JOIN customers c ON c.customer_id = i.customer_id
         LEFT JOIN activations a
             ON a.customer_id = i.customer_id AND a.activation_id = i.activation_id
         LEFT JOIN providers p ON p.provider_id = a.provider_id
         LEFT JOIN users u
             ON u.customer_id = i.customer_id AND u.user_id = COALESCE(i.user_id, a.opened_by)
         LEFT JOIN parameter_cache e
             ON e.customer_id = i.customer_id AND e.parameter_cache_id = i.entry
                AND e.activation_id = i.activation_id"
    );

    /// Makes runs active.
    pub(crate) const UNLOCK: &str =
        "UPDATE activations a SET stage = 'active', activated_at = i.at,
             is_regular_customer = i.is_regular_customer
         FROM unnest(?1, ?2, ?3, ?4) AS i (customer_id, activation_id, at, is_regular_customer)
         WHERE a.customer_id = i.customer_id AND a.activation_id = i.activation_id";

    /// Finds the runs of tokens: all that a call names is its token.
    pub(crate) const TOKENS: &str = "SELECT i.ord, t.customer_id, t.activation_id
         FROM unnest(?1) WITH ORDINALITY AS i (api_token, ord)
         JOIN api_users t ON t.api_token = i.api_token";

    /// Finds what is needed to answer an API user.
    pub(crate) const USERS: &str = concat!(
        "SELECT i.ord, ",
        rows::columns!(),
        ", ",
        call::caller_columns!(),
        " FROM unnest(?1, ?2) WITH ORDINALITY AS i (customer_id, activation_id, ord)
         JOIN activations a
             ON a.customer_id = i.customer_id AND a.activation_id = i.activation_id
         JOIN customers c ON c.customer_id = i.customer_id
         JOIN providers p ON p.provider_id = a.provider_id"
    );
}

/// A decision about one run.
pub(crate) struct Decision {
    about: About,
    vault: Vault,
    ruling: Box<dyn Ruling>,
}

/// What a decision is about.
pub(crate) enum About {
    /// This run.
    Run {
        /// What to read besides.
        scope: Scope,
        /// The run.
        run: ActivationId,
    },
    /// The run of the API user with this token.
    Token {
        /// The token.
        token: ApiToken,
        /// An entry to look for among those of service calls.
        entry: Option<ParameterCacheId>,
    },
}

/// What was found for a decision.
type Found = (Option<ApiUserRecord>, Facts);

/// A rule with the caller who waits for what it decides.
trait Ruling: Send {
    /// Asks the rule; what it wants written.
    fn rule(&mut self, found: Found) -> Vec<Transition>;
    /// Takes note of a failure.
    fn fail(&mut self, error: StoreError);
    /// Answers the caller.
    fn answer(self: Box<Self>, end: Result<(), DatabaseError>);
}

struct Waiting<F, T, E> {
    rule: F,
    outcome: Option<Result<T, Decided<E>>>,
    reply: oneshot::Sender<Result<T, Decided<E>>>,
}

impl<F, T, E> Ruling for Waiting<F, T, E>
where
    F: FnMut(Option<ApiUserRecord>, Facts) -> Result<Verdict<T>, E> + Send,
    T: Send,
    E: Send,
{
    fn rule(&mut self, (user, facts): Found) -> Vec<Transition> {
        let ruled = catch_unwind(AssertUnwindSafe(|| (self.rule)(user, facts)));
        let (writes, outcome) = match ruled {
            Ok(Ok(verdict)) => (verdict.writes, Ok(verdict.outcome)),
            Ok(Err(refusal)) => (Vec::new(), Err(Decided::Refused(refusal))),
            Err(_) => (Vec::new(), Err(DatabaseError::Panicked.into())),
        };
        self.outcome = Some(outcome);
        writes
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>, end: Result<(), DatabaseError>) {
        let outcome = match (self.outcome, end) {
            (Some(Ok(outcome)), Ok(())) => Ok(outcome),
            // Its own failure says more than that of the transaction.
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(DatabaseError::Closed.into()),
        };
        // A caller that went away does not need the answer; the change stands all the same.
        let _ = self.reply.send(outcome);
    }
}

/// A caller's answer.
pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, Decided<E>>>;

impl Decision {
    /// A decision about a run. The rule is given the API user if a token named it.
    pub(crate) fn new<T: Send + 'static, E: Send + 'static>(
        about: About,
        vault: Vault,
        rule: impl FnMut(Option<ApiUserRecord>, Facts) -> Result<Verdict<T>, E> + Send + 'static,
    ) -> (Self, Answer<T, E>) {
        let (reply, answer) = oneshot::channel();
        let ruling = Box::new(Waiting { rule, outcome: None, reply });
        (Self { about, vault, ruling }, answer)
    }

    /// The token to be looked up. PostgreSQL knows no text with a null character, and so no such
    /// token.
    fn token(&self) -> Option<&str> {
        match &self.about {
            About::Run { .. } => None,
            About::Token { token, .. } => Some(token.as_str()).filter(|text| !text.contains('\0')),
        }
    }
}

impl Job for Decision {
    type Key = [u8; 16];
    const WRITES: bool = true;

    fn key(&self) -> Option<[u8; 16]> {
        match &self.about {
            About::Run { run, .. } => Some(*run.0.as_bytes()),
            About::Token { token, .. } => Some(digest(token)),
        }
    }

    fn apply(jobs: &mut [Self], tx: &mut Transaction<'_>) -> Result<Vec<Write>, DatabaseError> {
        let places = places(jobs, tx)?;
        let found = read(jobs, &places, tx)?;
        let mut unlocks = Vec::new();
        for (job, found) in jobs.iter_mut().zip(found) {
            let found = match found {
                Ok(found) => found,
                Err(error) => {
                    job.ruling.fail(error);
                    continue;
                }
            };
            let before = found.1.activation.clone();
            let writes = job.ruling.rule(found);
            if is_plain_unlock(before.as_ref(), &writes) {
                unlocks.extend(writes);
            } else if let Err(error) = keep(tx, &job.vault, before.as_ref(), &writes) {
                job.ruling.fail(error);
                let problem = "a change of the group could not be written";
                return Err(DatabaseError::Failed(problem.into()));
            }
        }
        Ok(unlock_all(&unlocks).into_iter().collect())
    }

    fn answer(self, end: Result<(), DatabaseError>) {
        self.ruling.answer(end);
    }
}

/// Tokens are compared by a part: that two of them wait for each other by mistake does no harm.
fn digest(token: &ApiToken) -> [u8; 16] {
    let mut digest = [0_u8; 16];
    for (index, byte) in token.as_str().bytes().enumerate() {
        if let Some(place) = digest.get_mut(index % 16) {
            *place = place.rotate_left(3) ^ byte;
        }
    }
    digest
}

/// Whether what was decided is a plain unlock of the run that was read, which many share a statement
/// for.
fn is_plain_unlock(before: Option<&Activation>, writes: &[Transition]) -> bool {
    matches!((before, writes), (Some(before), [(run, _)])
        if run.id == before.id && matches!(run.stage, Stage::Active { .. }))
}

/// Which row a decision is about, and what belongs to it. None for a token that was never issued.
struct Place {
    customer: i64,
    run: [u8; 16],
    user: Option<i64>,
    entry: Option<[u8; 16]>,
}

fn places(
    jobs: &[Decision],
    tx: &mut Transaction<'_>,
) -> Result<Vec<Option<Place>>, DatabaseError> {
    let tokens: Vec<_> = jobs.iter().map(Decision::token).collect();
    let named = match tokens.iter().any(Option::is_some) {
        true => by_position(jobs.len(), tx.query(hot::TOKENS, &[&List::of(tokens)])?)?,
        false => by_position(jobs.len(), Vec::new())?,
    };
    let mut seen = HashSet::with_capacity(jobs.len());
    let mut places = Vec::with_capacity(jobs.len());
    for (job, named) in jobs.iter().zip(named) {
        let bytes = |id: &ParameterCacheId| *id.0.as_bytes();
        let place = match (&job.about, named) {
            (About::Run { scope, run }, _) => Some(Place {
                customer: scope.customer.0,
                run: *run.0.as_bytes(),
                user: scope.user.map(|user| user.0),
                entry: scope.entry.as_ref().map(bytes),
            }),
            (About::Token { .. }, None) => None,
            (About::Token { entry, .. }, Some(row)) => Some(Place {
                customer: row.get("customer_id")?,
                run: row.get("activation_id")?,
                user: None,
                entry: entry.as_ref().map(bytes),
            }),
        };
        if place.as_ref().is_some_and(|place| !seen.insert(place.run)) {
            // By its token and by its id. Each has to see what the other one did, so the group is
            // done one by one.
            return Err(DatabaseError::Failed("two decisions are about one run".into()));
        }
        places.push(place);
    }
    Ok(places)
}

/// What each job is about. A row that cannot be understood is the failure of its own job alone.
fn read(
    jobs: &[Decision],
    places: &[Option<Place>],
    tx: &mut Transaction<'_>,
) -> Result<Vec<Result<Found, StoreError>>, DatabaseError> {
    let known = || places.iter().flatten();
    if known().next().is_none() {
        return Ok(jobs.iter().map(|_| Ok((None, Facts::none()))).collect());
    }
    let customers = List::of(known().map(|place| place.customer));
    let runs = List::of(known().map(|place| place.run));
    let users = List::of(known().map(|place| place.user));
    let entries = List::of(known().map(|place| place.entry));
    let count = known().count();
    let answers = tx.query_all(&[
        (hot::RUNS, &[&customers, &runs]),
        (hot::REST, &[&customers, &runs, &users, &entries]),
    ])?;
    let mut answers = answers.into_iter();
    let runs = by_position(count, answers.next().unwrap_or_default())?;
    let rest = by_position(count, answers.next().unwrap_or_default())?;
    let mut rows = runs.iter().zip(&rest);
    let mut all = Vec::with_capacity(jobs.len());
    for (job, place) in jobs.iter().zip(places) {
        // Only what has a place was asked for.
        let row = if place.is_some() { rows.next() } else { None };
        all.push(match row {
            Some((run, rest)) => found(job, run.as_ref(), rest.as_ref()),
            None => Ok((None, Facts::none())),
        });
    }
    Ok(all)
}

fn found(job: &Decision, run: Option<&Row>, rest: Option<&Row>) -> Result<Found, StoreError> {
    let activation = run.map(|row| rows::read(&job.vault, row)).transpose()?;
    let Some(rest) = rest else { return Ok((None, Facts { activation, ..Facts::none() })) };
    let facts = Facts {
        entry_of_a_service_call: activation.is_some() && rest.get("is_entry")?,
        customer_active: rest.get("customer_active")?,
        user: call::user(rest)?,
        activation,
    };
    let user = match (&job.about, &facts.activation) {
        (About::Token { .. }, Some(activation)) => Some(ApiUserRecord {
            activation: activation.clone(),
            customer: call::customer(rest)?,
            provider_name: rest.get("provider_name")?,
        }),
        _ => None,
    };
    Ok((user, facts))
}

fn unlock_all(unlocks: &[(Activation, AuditEvent)]) -> Option<Write> {
    if unlocks.is_empty() {
        return None;
    }
    let customers = List::of(unlocks.iter().map(|(run, _)| run.customer.0));
    let runs = List::of(unlocks.iter().map(|(run, _)| run.id.0.as_bytes()));
    let unlock = |run: &Activation| run.unlock_record();
    let at = List::of(unlocks.iter().map(|(run, _)| unlock(run).map(|record| record.at.0)));
    let regular = unlocks.iter().map(|(run, _)| unlock(run));
    let regular = List::of(regular.map(|record| record.map(|record| record.is_regular_customer)));
    Some(Write::new(
        hot::UNLOCK,
        vec![Box::new(customers), Box::new(runs), Box::new(at), Box::new(regular)],
    ))
}

/// A look-up of an API user by its token.
pub(crate) struct Lookup {
    token: ApiToken,
    vault: Vault,
    found: Result<Option<ApiUserRecord>, StoreError>,
    reply: oneshot::Sender<Result<Option<ApiUserRecord>, StoreError>>,
}

impl Lookup {
    pub(crate) fn new(
        token: ApiToken,
        vault: Vault,
    ) -> (Self, oneshot::Receiver<Result<Option<ApiUserRecord>, StoreError>>) {
        let (reply, answer) = oneshot::channel();
        (Self { token, vault, found: Ok(None), reply }, answer)
    }
}

impl Job for Lookup {
    type Key = ();
    const WRITES: bool = false;

    fn key(&self) -> Option<()> {
        None
    }

    fn apply(jobs: &mut [Self], tx: &mut Transaction<'_>) -> Result<Vec<Write>, DatabaseError> {
        let tokens = List::of(jobs.iter().map(|job| job.token.as_str()));
        let named = tx.query(hot::TOKENS, &[&tokens])?;
        let (mut customers, mut runs, mut positions) = (Vec::new(), Vec::new(), Vec::new());
        for row in named {
            customers.push(row.get::<i64>("customer_id")?);
            runs.push(row.get::<[u8; 16]>("activation_id")?);
            positions.push(position(&row)?);
        }
        for job in jobs.iter_mut() {
            job.found = Ok(None);
        }
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let users = tx.query(hot::USERS, &[&List::of(customers), &List::of(runs)])?;
        for row in users {
            let job = positions.get(position(&row)?).and_then(|position| jobs.get_mut(*position));
            if let Some(job) = job {
                job.found = call::caller(&job.vault, &row).map(Some);
            }
        }
        Ok(Vec::new())
    }

    fn answer(self, end: Result<(), DatabaseError>) {
        let found = match end {
            Ok(()) => self.found,
            Err(error) => Err(error.into()),
        };
        // A caller that went away does not need the answer.
        let _ = self.reply.send(found);
    }
}

fn by_position(jobs: usize, rows: Vec<Row>) -> Result<Vec<Option<Row>>, DatabaseError> {
    let mut sorted: Vec<Option<Row>> = Vec::new();
    sorted.resize_with(jobs, || None);
    for row in rows {
        let position = position(&row)?;
        if let Some(place) = sorted.get_mut(position) {
            *place = Some(row);
        }
    }
    Ok(sorted)
}

/// The place of a row's job; `WITH ORDINALITY` counts from 1.
fn position(row: &Row) -> Result<usize, DatabaseError> {
    let ordinal: i64 = row.get("ord")?;
    Ok(usize::try_from(ordinal).unwrap_or_default().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::hot;

    /// A statement on the path of a call that does not name the customer cannot be sent to the one
    /// node that has its rows. The look-up of a token is the one that has nothing else to go by.
    #[test]
    fn every_statement_on_the_path_of_a_call_names_the_customer() {
        const HOT_TABLES: [&str; 4] = ["activations", "parameter_cache", "users", "customers"];
        for sql in [hot::RUNS, hot::REST, hot::UNLOCK, hot::USERS, hot::TOKENS] {
            for (alias, table) in tables(sql) {
                if HOT_TABLES.contains(&table) {
                    let condition = format!("{alias}.customer_id = i.customer_id");
                    let inserted = sql.contains(&format!("INSERT INTO {table} (customer_id,"));
                    assert!(sql.contains(&condition) || inserted, "{table} in {sql}");
                } else {
                    let free = ["providers", "api_users"];
                    assert!(free.contains(&table), "{table} is in no list: {sql}");
                }
            }
        }
        assert_eq!(tables(hot::TOKENS), [("t", "api_users")]);
        assert_eq!(tables(hot::REST).len(), 5);
        assert_eq!(tables(hot::UNLOCK), [("a", "activations")]);
    }

    /// Tables with their aliases, as they follow FROM, JOIN, UPDATE and INTO.
    fn tables(sql: &str) -> Vec<(&str, &str)> {
        let words: Vec<&str> = sql.split_whitespace().collect();
        let mut found = Vec::new();
        for (index, word) in words.iter().enumerate() {
            let begins = ["FROM", "JOIN", "UPDATE", "INTO"].contains(word);
            if begins && words[index + 1].starts_with(|first: char| first.is_ascii_lowercase()) {
                let table = words[index + 1];
                if !table.starts_with("unnest(") {
                    found.push((words[index + 2].trim_end_matches([',', '(']), table));
                }
            }
        }
        found
    }
}
