//! Decisions and look-ups on PostgreSQL that are made for many callers at once.
//!
//! What waits together is read with two statements over all of it, decided one by one, and written
//! with two more and one commit. Runs are locked in the order of their key, so that two groups, of
//! whatever process, never wait for each other in a circle. Every statement names the customer, so
//! that tables distributed by it stay on one node; the token's own look-up is the one that cannot.

use std::panic::{AssertUnwindSafe, catch_unwind};

use freischalt_database::{DatabaseError, Job, List, Row, Transaction, Vault, Write};
use freischalt_marketplace::{
    Activation, ActivationId, ApiToken, AuditEvent, Stage, activation::Transition,
};
use tokio::sync::oneshot;

use super::{ApiUserRecord, Decided, Facts, Scope, Verdict, append_audit, rows, texts};
use crate::{StoreError, directory};

/// The statements of the path of a call, which other crates' tests look at too.
pub(crate) mod hot {
    use super::rows;

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
    pub(crate) const REST: &str =
        "SELECT i.ord, c.active AS customer_active, u.user_id, u.name, u.administrator,
             u.group_id, u.language, u.active, p.customer_id IS NOT NULL AS is_entry
         FROM unnest(?1, ?2, ?3, ?4) WITH ORDINALITY
             AS i (customer_id, activation_id, user_id, entry, ord)
         JOIN customers c ON c.customer_id = i.customer_id
         LEFT JOIN activations a
             ON a.customer_id = i.customer_id AND a.activation_id = i.activation_id
         LEFT JOIN users u
             ON u.customer_id = i.customer_id AND u.user_id = COALESCE(i.user_id, a.opened_by)
         LEFT JOIN parameter_cache p
             ON p.customer_id = i.customer_id AND p.parameter_cache_id = i.entry
                AND p.activation_id = i.activation_id";

    /// Makes runs active.
    pub(crate) const UNLOCK: &str =
        "UPDATE activations a SET stage = 'active', activated_at = i.at,
             is_regular_customer = i.is_regular_customer
         FROM unnest(?1, ?2, ?3, ?4) AS i (customer_id, activation_id, at, is_regular_customer)
         WHERE a.customer_id = i.customer_id AND a.activation_id = i.activation_id";

    /// Appends to histories.
    pub(crate) const AUDIT: &str =
        "INSERT INTO audit (customer_id, activation_id, seq, at, actor, event)
         SELECT i.customer_id, i.activation_id,
             COALESCE((SELECT MAX(x.seq) FROM audit x
                       WHERE x.customer_id = i.customer_id
                         AND x.activation_id = i.activation_id), 0) + 1,
             i.at, i.actor, i.event
         FROM unnest(?1, ?2, ?3, ?4, ?5) AS i (customer_id, activation_id, at, actor, event)";

    /// Finds the runs of tokens: all that a call names is its token.
    pub(crate) const TOKENS: &str = "SELECT i.ord, t.customer_id, t.activation_id
         FROM unnest(?1) WITH ORDINALITY AS i (api_token, ord)
         JOIN api_users t ON t.api_token = i.api_token";

    /// Finds what is needed to answer an API user.
    pub(crate) const USERS: &str = concat!(
        "SELECT i.ord, ",
        rows::columns!(),
        ", c.slug, c.name, c.web_id, c.active, p.name AS provider_name
         FROM unnest(?1, ?2) WITH ORDINALITY AS i (customer_id, activation_id, ord)
         JOIN activations a
             ON a.customer_id = i.customer_id AND a.activation_id = i.activation_id
         JOIN customers c ON c.customer_id = i.customer_id
         JOIN providers p ON p.provider_id = a.provider_id"
    );
}

/// A decision about one run.
pub(crate) struct Decision {
    scope: Scope,
    run: ActivationId,
    vault: Vault,
    ruling: Box<dyn Ruling>,
}

/// A rule with the caller who waits for what it decides.
trait Ruling: Send {
    /// Asks the rule; what it wants written.
    fn rule(&mut self, facts: Facts) -> Vec<Transition>;
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
    F: FnMut(Facts) -> Result<Verdict<T>, E> + Send,
    T: Send,
    E: Send,
{
    fn rule(&mut self, facts: Facts) -> Vec<Transition> {
        let (writes, outcome) = match catch_unwind(AssertUnwindSafe(|| (self.rule)(facts))) {
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
    /// A decision about a run.
    pub(crate) fn new<T: Send + 'static, E: Send + 'static>(
        scope: Scope,
        run: ActivationId,
        vault: Vault,
        rule: impl FnMut(Facts) -> Result<Verdict<T>, E> + Send + 'static,
    ) -> (Self, Answer<T, E>) {
        let (reply, answer) = oneshot::channel();
        let ruling = Box::new(Waiting { rule, outcome: None, reply });
        (Self { scope, run, vault, ruling }, answer)
    }

    /// Whether what was decided is a plain unlock of this decision's own run, which many share a
    /// statement for.
    fn is_plain_unlock(&self, writes: &[Transition]) -> bool {
        matches!(writes, [(run, _)] if run.id == self.run && run.customer == self.scope.customer
            && matches!(run.stage, Stage::Active { .. }))
    }
}

impl Job for Decision {
    type Key = [u8; 16];
    const WRITES: bool = true;

    fn key(&self) -> Option<[u8; 16]> {
        Some(*self.run.0.as_bytes())
    }

    fn apply(jobs: &mut [Self], tx: &mut Transaction<'_>) -> Result<Vec<Write>, DatabaseError> {
        let facts = read(jobs, tx)?;
        let mut unlocks = Vec::new();
        for (job, facts) in jobs.iter_mut().zip(facts) {
            let writes = match facts {
                Ok(facts) => job.ruling.rule(facts),
                Err(error) => {
                    job.ruling.fail(error);
                    continue;
                }
            };
            if job.is_plain_unlock(&writes) {
                unlocks.extend(writes);
            } else if let Err(error) = write(tx, &job.vault, &writes) {
                job.ruling.fail(error);
                let problem = "a change of the group could not be written";
                return Err(DatabaseError::Failed(problem.into()));
            }
        }
        unlock_all(&unlocks)
    }

    fn answer(self, end: Result<(), DatabaseError>) {
        self.ruling.answer(end);
    }
}

/// The facts of each job. A row that cannot be understood is the failure of its own job alone.
fn read(
    jobs: &[Decision],
    tx: &mut Transaction<'_>,
) -> Result<Vec<Result<Facts, StoreError>>, DatabaseError> {
    let customers = List::of(jobs.iter().map(|job| job.scope.customer.0));
    let runs = List::of(jobs.iter().map(|job| job.run.0.as_bytes()));
    let users = List::of(jobs.iter().map(|job| job.scope.user.map(|user| user.0)));
    let entry = |job: &Decision| job.scope.entry.map(|entry| *entry.0.as_bytes());
    let entries = List::of(jobs.iter().map(entry));
    let answers = tx.query_all(&[
        (hot::RUNS, &[&customers, &runs]),
        (hot::REST, &[&customers, &runs, &users, &entries]),
    ])?;
    let mut answers = answers.into_iter();
    let runs = by_position(jobs.len(), answers.next().unwrap_or_default())?;
    let rest = by_position(jobs.len(), answers.next().unwrap_or_default())?;
    let facts = jobs.iter().zip(runs.iter().zip(&rest));
    Ok(facts.map(|(job, (run, rest))| facts_of(&job.vault, run.as_ref(), rest.as_ref())).collect())
}

fn facts_of(vault: &Vault, run: Option<&Row>, rest: Option<&Row>) -> Result<Facts, StoreError> {
    let activation = run.map(|row| rows::read(vault, row)).transpose()?;
    let Some(rest) = rest else {
        let nothing = Facts {
            activation,
            customer_active: false,
            user: None,
            entry_of_a_service_call: false,
        };
        return Ok(nothing);
    };
    let has_user = rest.get::<Option<i64>>("user_id")?.is_some();
    Ok(Facts {
        entry_of_a_service_call: activation.is_some() && rest.get("is_entry")?,
        activation,
        customer_active: rest.get("customer_active")?,
        user: if has_user { Some(directory::user(rest)?) } else { None },
    })
}

fn write(tx: &mut Transaction<'_>, vault: &Vault, writes: &[Transition]) -> Result<(), StoreError> {
    for (activation, event) in writes {
        rows::write(tx, vault, activation)?;
        append_audit(tx, activation, event)?;
    }
    Ok(())
}

fn unlock_all(unlocks: &[(Activation, AuditEvent)]) -> Result<Vec<Write>, DatabaseError> {
    if unlocks.is_empty() {
        return Ok(Vec::new());
    }
    let customers = List::of(unlocks.iter().map(|(run, _)| run.customer.0));
    let runs = List::of(unlocks.iter().map(|(run, _)| run.id.0.as_bytes()));
    let unlock = |run: &Activation| run.unlock_record();
    let at = List::of(unlocks.iter().map(|(run, _)| unlock(run).map(|record| record.at.0)));
    let regular = unlocks.iter().map(|(run, _)| unlock(run));
    let regular = List::of(regular.map(|record| record.map(|record| record.is_regular_customer)));
    let (mut actors, mut kinds) = (Vec::new(), Vec::new());
    for (_, event) in unlocks {
        let (actor, kind) = texts(event).map_err(|error| DatabaseError::Failed(error.into()))?;
        actors.push(actor);
        kinds.push(kind);
    }
    let times = List::of(unlocks.iter().map(|(_, event)| event.at.0));
    let (actors, kinds) = (List::of(actors), List::of(kinds));
    Ok(vec![
        Write::new(
            hot::UNLOCK,
            vec![
                Box::new(customers.clone()),
                Box::new(runs.clone()),
                Box::new(at),
                Box::new(regular),
            ],
        ),
        Write::new(
            hot::AUDIT,
            vec![
                Box::new(customers),
                Box::new(runs),
                Box::new(times),
                Box::new(actors),
                Box::new(kinds),
            ],
        ),
    ])
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
                job.found = super::api_user(&job.vault, &row).map(Some);
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
        const HOT_TABLES: [&str; 5] =
            ["activations", "audit", "parameter_cache", "users", "customers"];
        for sql in [hot::RUNS, hot::REST, hot::UNLOCK, hot::AUDIT, hot::USERS, hot::TOKENS] {
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
        assert_eq!(tables(hot::REST).len(), 4);
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
