//! Fills a store with activations through the store's own calls and the marketplace's own rules.
//!
//! What is stored before a measurement is spread over customers and providers; what waits for its
//! unlock belongs to customers in an order that has nothing to do with the order of their rows, as
//! it would be when people activate. It is unlocked in no order either: some providers need a
//! second and some an hour, so an unlock may be of any of those that wait.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, anyhow};
use freischalt_marketplace::{
    ActivationId, Actor, ApiUser, Audience, ClaimPurpose, ClaimSealer, CustomerId, IssuedClaim,
    Language, ParameterCacheId, Policy, ProviderId, Slug, User, UserId,
    activation::{
        Begun, NewGrant, NewRun, StartFacts, Transition, UnlockCall, UnlockFacts, Unlocked,
    },
    provider::Profile,
};
use freischalt_protocol::{Secret, UnixTime, seal::MasterKey, signed_url::Port};
use freischalt_server::{Mode, config};
use freischalt_store::{
    Facts, Kind, Location, NewCustomer, NewProvider, Scope, Store, Target, Verdict,
};
use futures_util::future::try_join_all;
use serde::Serialize;

use crate::{
    bulk::{self, Copies},
    credential::{Credential, Writer},
};

/// Changes that are submitted together; fewer than the store lets wait.
const TOGETHER: u64 = 2048;
/// From so many stored activations on, they are copied within SQLite.
const MANY: u64 = 20_000;
/// Activations of each customer before anything waits.
const PER_CUSTOMER: u64 = 10;
const FEWEST_CUSTOMERS: u64 = 1000;
const ADMINISTRATOR: UserId = UserId(1);

/// What to put into the store.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// Active activations
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub stored: u64,
    /// Activations that wait for their unlock
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub waiting: u64,
    /// Everything in one customer
    #[arg(long)]
    pub one_customer: bool,
    /// Write the credentials of those that wait to this file
    #[arg(long, value_name = "FILE")]
    pub credentials: PathBuf,
}

/// What was put there.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Customers.
    pub customers: u64,
    /// Providers.
    pub providers: u64,
    /// Active activations.
    pub stored: u64,
    /// Activations that wait.
    pub waiting: u64,
    /// How long it took.
    pub seconds: f64,
}

/// Fills the store that a configuration names. The server must not run on an embedded one.
/// A `store` replaces that of the configuration.
pub fn run(config: &Path, store: Option<&str>, plan: &Plan) -> Result<Report> {
    let config = config::read_file(config, store)?;
    let kind = match config.mode {
        Mode::Sandbox => Kind::Sandbox,
        Mode::Production => Kind::Production,
    };
    let store = Store::open(&config.location, kind, &config.keys)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (key, started) = (&config.keys.current, Instant::now());
    let filling = Filling::new(&store, key, plan)?;
    match &config.location {
        Location::File(database) if plan.stored >= MANY => {
            let model = runtime.block_on(filling.model())?;
            let (shape, millis) = (filling.shape, filling.millis);
            drop(store);
            bulk::copy(database, &model.token, &shape.copies(plan.stored, millis)?)?;
            let store = Store::open(&config.location, kind, &config.keys)?;
            let filling = Filling { millis, ..Filling::new(&store, key, plan)? };
            runtime.block_on(filling.wait(plan))?;
        }
        _ => {
            runtime.block_on(filling.all(plan))?;
            drop(store);
        }
    }
    if let Location::File(database) = &config.location {
        settle(database)?;
    }
    Ok(Report::of(plan, started))
}

/// Leaves nothing in the log, so that the file alone is the database.
fn settle(database: &Path) -> Result<()> {
    let db = rusqlite::Connection::open(database)?;
    db.busy_timeout(Duration::from_secs(30))?;
    let left: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    anyhow::ensure!(left == 0, "{} is still in use", database.display());
    Ok(())
}

/// Fills an open store, which must have no customers or providers yet.
pub async fn fill(store: &Store, key: &MasterKey, plan: &Plan) -> Result<Report> {
    let started = Instant::now();
    Filling::new(store, key, plan)?.all(plan).await?;
    Ok(Report::of(plan, started))
}

impl Report {
    fn of(plan: &Plan, started: Instant) -> Self {
        let Shape { customers, providers } = Shape::of(plan);
        Self {
            customers,
            providers,
            stored: plan.stored,
            waiting: plan.waiting,
            seconds: started.elapsed().as_secs_f64(),
        }
    }
}

impl Filling<'_> {
    fn new<'a>(store: &'a Store, key: &MasterKey, plan: &Plan) -> Result<Filling<'a>> {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        Ok(Filling {
            store,
            claims: ClaimSealer::new(key, &[]),
            now: UnixTime(i64::try_from(since_epoch.as_secs())?),
            millis: u64::try_from(since_epoch.as_millis())?,
            shape: Shape::of(plan),
        })
    }

    /// One of each, to be copied.
    async fn model(&self) -> Result<Credential> {
        self.customer(0).await?;
        self.provider(0).await?;
        self.activation(0, true).await
    }

    async fn all(&self, plan: &Plan) -> Result<()> {
        let Shape { customers, providers } = self.shape;
        // One after the other, because their numbers are to be in this order on any engine.
        for number in 0..customers {
            self.customer(number).await?;
        }
        for number in 0..providers {
            self.provider(number).await?;
        }
        in_turn(plan.stored, async |number| self.activation(number, true).await.map(drop)).await?;
        self.wait(plan).await
    }

    /// Adds what waits, and writes the file.
    async fn wait(&self, plan: &Plan) -> Result<()> {
        let mut file = Writer::create(&plan.credentials)?;
        let first = plan.stored;
        let make = async |number| self.activation(first + number, false).await;
        let credentials = in_turn(plan.waiting, make).await?;
        for number in 0..plan.waiting {
            let (place, _) = scattered(number, plan.waiting);
            if let Some(credential) = credentials.get(usize::try_from(place)?) {
                file.add(credential)?;
            }
        }
        file.finish()
    }
}

/// Makes something for each number, many at a time.
async fn in_turn<T>(count: u64, make: impl AsyncFn(u64) -> Result<T>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for first in (0..count).step_by(usize::try_from(TOGETHER)?) {
        let last = count.min(first + TOGETHER);
        all.extend(try_join_all((first..last).map(|number| make(number))).await?);
    }
    Ok(all)
}

/// How many customers and providers there are. Each pair has one activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    customers: u64,
    providers: u64,
}

impl Shape {
    fn of(plan: &Plan) -> Self {
        let all = plan.stored + plan.waiting;
        let customers = match plan.one_customer {
            true => 1,
            false => (plan.stored / PER_CUSTOMER).max(FEWEST_CUSTOMERS),
        };
        Self { customers, providers: all.div_ceil(customers).max(1) }
    }

    /// Customer and provider of an activation, counted from 0: one provider after the other, each
    /// with every customer once.
    fn pair(self, number: u64) -> (u64, u64) {
        let (place, round) = scattered(number, self.customers);
        ((place + round) % self.customers, round)
    }

    fn copies(self, activations: u64, millis: u64) -> Result<Copies> {
        Ok(Copies {
            customers: self.customers.try_into()?,
            providers: self.providers.try_into()?,
            step: step(self.customers).try_into()?,
            activations: activations.try_into()?,
            millis: millis.try_into()?,
        })
    }
}

/// Comes by each of so many places before the first one again, neighbours far from each other; the
/// place, and how often all of them have been come by.
fn scattered(number: u64, places: u64) -> (u64, u64) {
    ((number % places) * step(places) % places, number / places)
}

fn step(places: u64) -> u64 {
    let mut step = places * 618 / 1000 + 1;
    while common_factor(step, places) > 1 {
        step += 1;
    }
    step
}

const fn common_factor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

struct Filling<'a> {
    store: &'a Store,
    claims: ClaimSealer,
    now: UnixTime,
    millis: u64,
    shape: Shape,
}

impl Filling<'_> {
    async fn customer(&self, number: u64) -> Result<()> {
        let name = format!("customer-{number}");
        let user = User {
            id: ADMINISTRATOR,
            name: "Anna".to_owned(),
            administrator: true,
            group: None,
            language: Language::De,
            active: true,
        };
        let new = NewCustomer {
            slug: Slug::parse(&name)?,
            name: format!("Kundin {number} GmbH"),
            web_id: name,
            groups: Vec::new(),
            users: vec![user],
        };
        let customer = self.store.create_customer(new).await?;
        // Numbers are given in turn, and who is asked for a customer by number relies on it.
        anyhow::ensure!(customer.id == customer_id(number)?, "the store was not empty");
        Ok(())
    }

    async fn provider(&self, number: u64) -> Result<()> {
        let name = format!("provider-{number}");
        let new = NewProvider {
            slug: Slug::parse(&name)?,
            name: format!("Anbieter {number}"),
            activation_url: "https://provider.example/activate".to_owned(),
            port: Port::Dropped,
            profile: Profile::default(),
            services: Vec::new(),
            secret: Secret::new("0123456789abcdef".repeat(4)),
        };
        let provider = self.store.create_provider(new).await?;
        anyhow::ensure!(provider.id == provider_id(number)?, "the store was not empty");
        Ok(())
    }

    /// An activation, as far as pending or active, with every state and every entry of its history.
    async fn activation(&self, number: u64, active: bool) -> Result<Credential> {
        let (customer, provider) = self.shape.pair(number);
        let (customer, provider) = (customer_id(customer)?, provider_id(provider)?);
        // Each a little later than the one before, so that ids are in order.
        let millis = self.millis + number / 100;
        let made = Made {
            id: ActivationId::new(millis, random()?),
            customer,
            provider,
            api_user: ApiUser::new(millis, random()?, random()?),
            entry: ParameterCacheId::new(random()?),
            now: self.now,
        };
        let claim = self.claims.seal(
            &IssuedClaim {
                purpose: ClaimPurpose::Activation,
                provider,
                customer,
                user: ADMINISTRATOR,
                activation: made.id,
                issued: self.now,
                expires: self.now.plus(Policy::default().claim_lifetime),
            },
            random()?,
        );
        let credential = Credential {
            activation: made.id.to_string(),
            token: made.api_user.token.as_str().to_owned(),
            key: made.api_user.key.expose().to_owned(),
            cache_id: made.entry.to_string(),
            claim: claim.expose().to_owned(),
        };
        let scope = Scope {
            customer,
            target: Target::Live(provider),
            user: Some(ADMINISTRATOR),
            entry: None,
        };
        self.store
            .decide(scope, move |facts| {
                made.decide(facts, active).map(|writes| Verdict { writes, outcome: () })
            })
            .await
            .map_err(|problem| anyhow!("activation {number}: {problem:?}"))?;
        Ok(credential)
    }
}

struct Made {
    id: ActivationId,
    customer: CustomerId,
    provider: ProviderId,
    api_user: ApiUser,
    entry: ParameterCacheId,
    now: UnixTime,
}

impl Made {
    /// The steps that people and the provider would take, one after the other.
    fn decide(&self, facts: Facts, active: bool) -> Result<Vec<Transition>, String> {
        let user = facts.user.ok_or("there is no such user")?;
        let actor = Actor::User(user.id);
        let run = NewRun {
            id: self.id,
            customer: self.customer,
            provider: self.provider,
            terms_version: "2026-01".to_owned(),
            dpa_version: String::new(),
            replace_active: false,
        };
        let text = |problem: &dyn std::error::Error| problem.to_string();
        let start =
            StartFacts { live: None, customer_active: facts.customer_active, user: user.clone() };
        let begun = freischalt_marketplace::activation::begin(start, run, actor, self.now);
        let Begun::New { begun, .. } = begun.map_err(|problem| text(&problem))? else {
            return Err("another run is under way".to_owned());
        };
        let grant = NewGrant {
            audience: Audience::AllUsers,
            api_user: self.api_user.clone(),
            entry: self.entry,
        };
        let chosen = begun
            .0
            .clone()
            .choose_right(grant, &user, actor, self.now, &Policy::default())
            .map_err(|problem| text(&problem))?;
        let mut writes = vec![begun, chosen.clone()];
        if active {
            let facts = UnlockFacts {
                activation: chosen.0,
                customer_active: facts.customer_active,
                user: Some(user),
                entry_of_a_service_call: false,
            };
            let call = UnlockCall {
                parameter_cache_id: self.entry.to_string(),
                is_regular_customer: false,
            };
            match freischalt_marketplace::activation::unlock(facts, &call, self.now) {
                Ok(Unlocked::Now(unlocked)) => writes.push(*unlocked),
                other => return Err(format!("not unlocked: {other:?}")),
            }
        }
        Ok(writes)
    }
}

fn customer_id(number: u64) -> Result<CustomerId> {
    Ok(CustomerId(i64::try_from(number)? + 1))
}

fn provider_id(number: u64) -> Result<ProviderId> {
    Ok(ProviderId(i64::try_from(number)? + 1))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("no random bytes")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use freischalt_marketplace::ApiToken;
    use freischalt_store::Keys;

    use super::*;
    use crate::credential;

    #[test]
    fn every_pair_of_customer_and_provider_is_there_once() {
        let shape = Shape { customers: 1000, providers: 3 };
        let pairs: BTreeSet<_> = (0..3000).map(|number| shape.pair(number)).collect();
        assert_eq!(pairs.len(), 3000);
        assert!(pairs.iter().all(|(customer, provider)| *customer < 1000 && *provider < 3));
    }

    #[test]
    fn a_large_plan_has_more_customers_and_one_can_have_everything() {
        let plan = |stored, waiting, one_customer| Plan {
            stored,
            waiting,
            one_customer,
            credentials: PathBuf::new(),
        };
        let shape = |customers, providers| Shape { customers, providers };
        assert_eq!(Shape::of(&plan(1000, 9000, false)), shape(1000, 10));
        assert_eq!(Shape::of(&plan(1_000_000, 1, false)), shape(100_000, 11));
        assert_eq!(Shape::of(&plan(500, 500, true)), shape(1, 1000));
    }

    #[test]
    fn what_is_filled_in_is_there_and_what_waits_can_be_unlocked() {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::new([3; 32]);
        let keys = Keys { current: key.clone(), previous: Vec::new() };
        let store = Store::open(&Location::Memory, Kind::Production, &keys).unwrap();
        let plan = Plan {
            stored: 5,
            waiting: 3,
            one_customer: true,
            credentials: folder.path().join("credentials"),
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(fill(&store, &key, &plan)).unwrap();
        let credentials = credential::read(&plan.credentials, credential::Choice::ALL).unwrap();
        assert_eq!(credentials.len(), 3);
        for credential in credentials {
            let token = ApiToken::from_wire(&credential.token);
            let user = runtime.block_on(store.api_user(&token)).unwrap().unwrap();
            assert_eq!(user.activation.api_key(), Some(&Secret::new(credential.key)));
            assert_eq!(user.activation.unlock_record(), None);
        }
        let all = runtime.block_on(store.activations(Default::default(), 100)).unwrap();
        assert_eq!(all.iter().filter(|run| run.unlock_record().is_some()).count(), 5);
    }

    #[test]
    fn copies_are_like_what_the_store_made_and_leave_room_for_what_waits() {
        let folder = tempfile::tempdir().unwrap();
        let (key, database) = (MasterKey::new([3; 32]), folder.path().join("freischalt.db"));
        let keys = Keys { current: key.clone(), previous: Vec::new() };
        let location = Location::File(database.clone());
        let open = || Store::open(&location, Kind::Production, &keys).unwrap();
        let plan = Plan {
            stored: 2500,
            waiting: 10,
            one_customer: false,
            credentials: folder.path().join("credentials"),
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let store = open();
        let filling = Filling::new(&store, &key, &plan).unwrap();
        let model = runtime.block_on(filling.model()).unwrap();
        let (shape, millis) = (filling.shape, filling.millis);
        drop(store);
        let copies = shape.copies(plan.stored, millis).unwrap();
        bulk::copy(&database, &model.token, &copies).unwrap();
        let store = open();
        let filling = Filling { millis, ..Filling::new(&store, &key, &plan).unwrap() };
        runtime.block_on(filling.wait(&plan)).unwrap();

        let db = rusqlite::Connection::open(&database).unwrap();
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT COUNT(*) FROM activations WHERE stage = 'active'"), 2500);
        assert_eq!(count("SELECT COUNT(*) FROM activations WHERE stage = 'pending'"), 10);
        assert_eq!(count("SELECT COUNT(*) FROM api_users"), 2510);
        assert_eq!(count("SELECT COUNT(*) FROM audit"), 2 * 2510);
        assert_eq!(count("SELECT COUNT(*) FROM pragma_foreign_key_check"), 0);
        assert_eq!(count("SELECT COUNT(*) FROM customers"), 1000);
        let live = "SELECT COUNT(*) FROM pragma_index_list('activations')
            WHERE name IN ('activations_live', 'activations_of_customer')";
        assert_eq!(count(live), 2, "the indexes are there again");
        // What waits is the newest, so that measuring does not begin with what nobody waits for.
        let newest = "SELECT MIN(stage = 'pending') FROM
            (SELECT stage FROM activations ORDER BY activation_id DESC LIMIT 10)";
        assert_eq!(count(newest), 1);
        assert_eq!(credential::read(&plan.credentials, credential::Choice::ALL).unwrap().len(), 10);
    }
}
