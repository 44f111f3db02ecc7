//! Fills a store with activations through the store's own calls and the marketplace's own rules.
//!
//! What is stored before a measurement is spread over customers and providers; what waits for its
//! unlock belongs to customers in an order that has nothing to do with the order of their rows, as
//! it would be when people activate.

use std::{
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
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
use freischalt_store::{Facts, Kind, NewCustomer, NewProvider, Scope, Store, Target, Verdict};
use futures_util::future::try_join_all;
use serde::Serialize;

use crate::credential::{Credential, Writer};

/// Changes that are submitted together; fewer than the store lets wait.
const TOGETHER: u64 = 2048;
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
    runtime.block_on(fill(&store, &config.keys.current, plan))
}

/// Fills an open store, which must have no customers or providers yet.
pub async fn fill(store: &Store, key: &MasterKey, plan: &Plan) -> Result<Report> {
    let started = Instant::now();
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let filling = Filling {
        store,
        claims: ClaimSealer::new(key, &[]),
        now: UnixTime(i64::try_from(since_epoch.as_secs())?),
        millis: u64::try_from(since_epoch.as_millis())?,
        shape: Shape::of(plan),
    };
    let Shape { customers, providers } = filling.shape;
    // One after the other, because their numbers are to be in this order on any engine.
    for number in 0..customers {
        filling.customer(number).await?;
    }
    for number in 0..providers {
        filling.provider(number).await?;
    }
    in_turn(plan.stored, async |number| filling.activation(number, true).await.map(drop)).await?;
    let mut file = Writer::create(&plan.credentials)?;
    let first = plan.stored;
    let make = async |number| filling.activation(first + number, false).await;
    for credential in in_turn(plan.waiting, make).await? {
        file.add(&credential)?;
    }
    file.finish()?;
    Ok(Report {
        customers,
        providers,
        stored: plan.stored,
        waiting: plan.waiting,
        seconds: started.elapsed().as_secs_f64(),
    })
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
    /// with every customer once. The step has no factor in common with the number of customers, and
    /// so comes by each of them.
    fn pair(self, number: u64) -> (u64, u64) {
        let (round, place) = (number / self.customers, number % self.customers);
        let mut step = self.customers * 618 / 1000 + 1;
        while common_factor(step, self.customers) > 1 {
            step += 1;
        }
        ((place * step + round) % self.customers, round)
    }
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
        let made = Made {
            // Each a little later than the one before, so that ids are in order.
            id: ActivationId::new(self.millis + number / 100, random()?),
            customer,
            provider,
            api_user: ApiUser::generate(random()?, random()?),
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
    use freischalt_store::{Keys, Location};

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
        let credentials = credential::read(&plan.credentials, 0, 10).unwrap();
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
}
