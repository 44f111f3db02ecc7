//! What the tests of the suite begin with: an office that may activate a provider, and the steps
//! of an activation as the server takes them.

use freischalt_marketplace::{
    Activation, ActivationId, Actor, ApiUser, Audience, AuditEvent, AuditKind, Customer, Group,
    GroupId, Language, ParameterCacheId, Policy, Provider, Refusal, Service, ServiceKind,
    ServiceSettings, Slug, User, UserId,
    activation::{
        Begun, Blocker, NewGrant, NewRun, StartFacts, StartProblem, UnlockCall, UnlockFacts,
        Unlocked,
    },
    provider::{Localized, Profile},
};
use freischalt_protocol::{Secret, UnixTime, signed_url::Port};
use freischalt_store::{
    Decided, Facts, NewCustomer, NewProvider, Scope, Store, StoreError, Target, Verdict,
};

/// When everything happens that has no time of its own.
pub const NOW: UnixTime = UnixTime(1_700_000_000);
/// The administrator of every customer.
pub const ADMIN: UserId = UserId(21);
/// An employee of every customer, in its group.
pub const EMPLOYEE: UserId = UserId(22);
pub const GROUP: GroupId = GroupId(3);

/// A customer with a provider to activate.
pub struct Office {
    pub customer: Customer,
    pub provider: Provider,
}

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

pub fn user(id: UserId, administrator: bool, group: Option<GroupId>) -> User {
    let name = format!("User {id}");
    User { id, name, administrator, group, language: Language::De, active: true }
}

pub fn new_customer(name: &str) -> NewCustomer {
    NewCustomer {
        slug: slug(name),
        name: format!("{name} GmbH & Söhne"),
        web_id: format!("web-{name}"),
        groups: vec![Group { id: GROUP, name: "Vertrieb".to_owned() }],
        users: vec![user(ADMIN, true, None), user(EMPLOYEE, false, Some(GROUP))],
    }
}

pub fn new_provider(name: &str) -> NewProvider {
    let service = |slug_text: &str, kind| Service {
        slug: slug(slug_text),
        name: format!("{name} {slug_text}"),
        kind,
        url: format!("https://{name}.example/{slug_text}"),
        settings: ServiceSettings::default(),
    };
    NewProvider {
        slug: slug(name),
        name: format!("{name} AG"),
        activation_url: format!("https://{name}.example/activate?theme=dark"),
        port: Port::Kept,
        profile: Profile { slogan: Localized::same("Schöner wohnen"), ..Profile::default() },
        services: vec![service("shop", ServiceKind::Window), service("hook", ServiceKind::Webhook)],
        secret: Secret::new(format!("provider-secret-of-{name}")),
    }
}

pub async fn office(store: &Store, name: &str) -> Office {
    let customer = store.create_customer(new_customer(name)).await.unwrap();
    let provider = store.create_provider(new_provider(name)).await.unwrap();
    Office { customer, provider }
}

/// Ids and credentials that differ by `number`. A higher number is a later run.
pub fn run_id(number: u8) -> ActivationId {
    ActivationId::new(1_700_000_000_000 + u64::from(number), [number; 10])
}

pub fn api_user(number: u8) -> ApiUser {
    ApiUser::generate([number; 16], [number; 32])
}

pub fn entry_id(number: u8) -> ParameterCacheId {
    ParameterCacheId::new([number; 16])
}

impl Office {
    pub fn live(&self) -> Scope {
        self.scope(Target::Live(self.provider.id))
    }

    pub fn run(&self, id: ActivationId) -> Scope {
        self.scope(Target::Run(id))
    }

    fn scope(&self, target: Target) -> Scope {
        Scope { customer: self.customer.id, target, user: None, entry: None }
    }

    /// Accepts the terms. A run that goes on is told from a new one by its id.
    pub async fn begin(
        &self,
        store: &Store,
        number: u8,
    ) -> Result<Activation, Decided<StartProblem>> {
        self.accept(store, number, false).await
    }

    /// Accepts the terms of a new run, for which a live one makes room.
    pub async fn begin_instead(&self, store: &Store, number: u8) -> Activation {
        self.accept(store, number, true).await.unwrap()
    }

    async fn accept(
        &self,
        store: &Store,
        number: u8,
        replace_active: bool,
    ) -> Result<Activation, Decided<StartProblem>> {
        let run = NewRun {
            id: run_id(number),
            customer: self.customer.id,
            provider: self.provider.id,
            terms_version: "2026-01".to_owned(),
            dpa_version: "2025-07".to_owned(),
            replace_active,
        };
        let scope = Scope { user: Some(ADMIN), ..self.live() };
        store
            .decide(scope, move |facts: Facts| {
                let user = facts.user.ok_or(StartProblem::NotAdministrator)?;
                let actor = Actor::User(user.id);
                let facts = StartFacts {
                    live: facts.activation,
                    customer_active: facts.customer_active,
                    user,
                };
                let begun =
                    freischalt_marketplace::activation::begin(facts, run.clone(), actor, NOW)?;
                Ok(match begun {
                    Begun::Resumed(resumed) => {
                        Verdict { outcome: resumed.0.clone(), writes: vec![resumed] }
                    }
                    Begun::New { ended, begun } => Verdict {
                        outcome: begun.0.clone(),
                        writes: ended.into_iter().chain([begun]).collect(),
                    },
                })
            })
            .await
    }

    /// A run whose right is chosen, with the credentials of `number`.
    pub async fn pending(&self, store: &Store, number: u8, audience: Audience) -> Activation {
        let run = self.begin(store, number).await.unwrap();
        let new = NewGrant { audience, api_user: api_user(number), entry: entry_id(number) };
        let scope = Scope { user: Some(ADMIN), ..self.run(run.id) };
        store
            .decide(scope, move |facts: Facts| {
                let (run, user) = (facts.activation.unwrap(), facts.user.unwrap());
                let actor = Actor::Management(user.id);
                let chosen =
                    run.choose_right(new.clone(), &user, actor, NOW.plus(1), &Policy::default())?;
                Ok::<_, freischalt_marketplace::activation::RightProblem>(written(chosen))
            })
            .await
            .unwrap()
    }

    pub async fn active(&self, store: &Store, number: u8) -> Activation {
        let run = self.pending(store, number, Audience::AllUsers).await;
        assert!(self.unlock(store, &run, true).await.unwrap());
        store.activation(run.id).await.unwrap().unwrap()
    }

    /// Unlocks with the run's own entry; whether this call made it active.
    pub async fn unlock(
        &self,
        store: &Store,
        run: &Activation,
        is_regular_customer: bool,
    ) -> Result<bool, Decided<Refusal>> {
        let entry = run.grant().unwrap().entry.id;
        let call = UnlockCall { parameter_cache_id: entry.to_string(), is_regular_customer };
        let scope = Scope { entry: Some(entry), ..self.run(run.id) };
        store.decide(scope, move |facts| unlock(facts, &call)).await
    }

    pub async fn block(&self, store: &Store, run: &Activation) -> Activation {
        store
            .decide(self.run(run.id), |facts: Facts| {
                facts.activation.unwrap().block(Blocker::Management, NOW.plus(3)).map(written)
            })
            .await
            .unwrap()
    }

    /// Names of the events in a run's history.
    pub async fn events(&self, store: &Store, run: ActivationId) -> Vec<&'static str> {
        let history = store.history(self.customer.id, run).await.unwrap();
        history.iter().map(|entry| name(&entry.event)).collect()
    }
}

/// The rule of an unlock; whether it makes the run active.
pub fn unlock(facts: Facts, call: &UnlockCall) -> Result<Verdict<bool>, Refusal> {
    let facts = UnlockFacts {
        activation: facts.activation.ok_or(Refusal::ApiUserInactive)?,
        customer_active: facts.customer_active,
        user: facts.user,
        entry_of_a_service_call: facts.entry_of_a_service_call,
    };
    Ok(match freischalt_marketplace::activation::unlock(facts, call, NOW.plus(2))? {
        Unlocked::Now(transition) => Verdict { writes: vec![*transition], outcome: true },
        Unlocked::Before => Verdict { writes: Vec::new(), outcome: false },
    })
}

/// A verdict of one write that is told as the state it leads to.
pub fn written(transition: (Activation, AuditEvent)) -> Verdict<Activation> {
    Verdict { outcome: transition.0.clone(), writes: vec![transition] }
}

fn name(event: &AuditEvent) -> &'static str {
    match event.kind {
        AuditKind::TermsAccepted { .. } => "terms accepted",
        AuditKind::RightChosen { .. } => "right chosen",
        AuditKind::Unlocked { .. } => "unlocked",
        AuditKind::Blocked => "blocked",
        AuditKind::Superseded => "superseded",
    }
}

/// The refusal of a decision that must have been refused.
pub fn refusal<T: std::fmt::Debug, E: std::fmt::Debug>(result: Result<T, Decided<E>>) -> E {
    match result {
        Err(Decided::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// The failure of a decision that must have failed in the store.
pub fn failure<T: std::fmt::Debug, E: std::fmt::Debug>(
    result: Result<T, Decided<E>>,
) -> StoreError {
    match result {
        Err(Decided::Store(error)) => error,
        other => panic!("did not fail: {other:?}"),
    }
}
