//! The real rules, called the way the server calls them, with ids and keys from a counter.

mod call;

use freischalt_marketplace::{
    Activation, ActivationId, Actor, ApiUser, Audience, AuditEvent, AuditKind, ClaimProblem,
    ClaimSealer, CustomerId, EndReason, Language, ParameterCacheId, Policy, ProviderId, Refusal,
    Stage, User, UserId,
    activation::{
        Begun, Blocker, NewGrant, NewRun, StartFacts, Transition, UnlockCall, UnlockFacts,
        Unlocked, begin, unlock,
    },
    decision::{Permitted, authenticate, check_claim, find_call, permit},
};
use freischalt_protocol::{
    Secret, UnixTime, actions::UnlockProvider, envelope::Action, seal::MasterKey,
};

use self::call::echo;
use crate::commands::{
    CLAIM_LIFETIME, CUSTOMERS, Change, Command, ENTRY_LIFETIME, Outcome, Pair, RunRef, Seen, USERS,
    Unlock,
};

/// A run with what the marketplace and the provider each remember of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub activation: Activation,
    pub history: Vec<AuditEvent>,
    /// The key as the provider keeps it, also when the run is over.
    key: Option<Secret>,
    /// The entry of a service call.
    service_entry: ParameterCacheId,
}

#[derive(Clone)]
pub struct World {
    now: UnixTime,
    policy: Policy,
    sealer: ClaimSealer,
    serial: u64,
    customers: [bool; CUSTOMERS],
    users: [[Option<User>; USERS]; CUSTOMERS],
    runs: Vec<Run>,
}

impl Default for World {
    fn default() -> Self {
        let user = |index| Some(person(index, true, index < 2));
        Self {
            now: UnixTime(0),
            policy: Policy {
                claim_lifetime: CLAIM_LIFETIME,
                parameter_cache_lifetime: ENTRY_LIFETIME,
                ..Policy::default()
            },
            sealer: ClaimSealer::new(&MasterKey::new([1; 32]), &[]),
            serial: 0,
            customers: [true; CUSTOMERS],
            users: std::array::from_fn(|_| std::array::from_fn(user)),
            runs: Vec::new(),
        }
    }
}

impl World {
    pub fn apply(&mut self, command: Command) -> Outcome {
        match command {
            Command::Accept { pair, user, replace_active } => {
                self.accept(pair, user, replace_active)
            }
            Command::Choose { pair, user, all_users } => self.choose(pair, user, all_users),
            Command::Unlock(call) => self.unlock(call),
            Command::Block { pair, by } => self.block(pair, by),
            Command::User { customer, user, change } => {
                self.users[customer][user] = match change {
                    Change::Remove => None,
                    Change::Put { active, administrator } => {
                        Some(person(user, active, administrator))
                    }
                };
                Outcome::Done
            }
            Command::Customer { customer, active } => {
                self.customers[customer] = active;
                Outcome::Done
            }
            Command::Advance(seconds) => {
                self.now = self.now.plus(seconds);
                Outcome::Done
            }
        }
    }

    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.runs.iter().map(Run::seen).collect()
    }

    pub fn assert_one_live_run_each(&self) {
        let live: Vec<_> = self.runs.iter().filter(|run| run.activation.is_live()).collect();
        for (index, run) in live.iter().enumerate() {
            let twice = live[..index].iter().any(|other| other.pair() == run.pair());
            assert!(!twice, "two live runs of {:?}", run.pair());
        }
    }

    /// The run that a reference means.
    pub fn find(&self, run: RunRef) -> Option<&Run> {
        self.runs.iter().rev().filter(|candidate| candidate.pair() == run.pair).nth(run.back)
    }

    fn accept(&mut self, pair: Pair, user: usize, replace_active: bool) -> Outcome {
        let Some(person) = self.users[pair.customer][user].clone() else { return Outcome::Nobody };
        let live = self.runs.iter().map(|run| &run.activation).find(|run| {
            run.is_live() && (run.customer, run.provider) == (customer(pair), provider(pair))
        });
        let run = NewRun {
            id: ActivationId::new(self.serial, [0; 10]),
            customer: customer(pair),
            provider: provider(pair),
            terms_version: self.now.to_string(),
            dpa_version: String::new(),
            replace_active,
        };
        let actor = Actor::User(person.id);
        let customer_active = self.customers[pair.customer];
        let facts = StartFacts { live: live.cloned(), customer_active, user: person };
        match begin(facts, run, actor, self.now) {
            Err(problem) => Outcome::NotBegun(problem),
            Ok(Begun::Resumed(resumed)) => {
                assert_eq!(Some(&resumed.0), live, "it goes on as it was");
                let terms_version = self.now.to_string();
                let kind = AuditKind::TermsAccepted { terms_version, dpa_version: String::new() };
                assert_eq!(resumed.1.kind, kind, "with the versions of now");
                self.write(resumed);
                Outcome::Same
            }
            Ok(Begun::New { ended, begun }) => {
                ended.into_iter().for_each(|ended| self.write(ended));
                let service_entry = ParameterCacheId::new(self.bytes());
                let (activation, event) = begun;
                let history = vec![event];
                self.runs.push(Run { activation, history, key: None, service_entry });
                Outcome::Done
            }
        }
    }

    fn choose(&mut self, pair: Pair, user: usize, all_users: bool) -> Outcome {
        let run = self.find(RunRef { pair, back: 0 }).map(|run| run.activation.clone());
        let (Some(run), Some(person)) = (run, self.users[pair.customer][user].clone()) else {
            return Outcome::Nobody;
        };
        let audience = if all_users { Audience::AllUsers } else { Audience::Administrators };
        let api_user = ApiUser::generate(self.bytes(), self.bytes());
        let key = api_user.key.clone();
        let new = NewGrant { audience, api_user, entry: ParameterCacheId::new(self.bytes()) };
        let actor = Actor::Management(person.id);
        match run.choose_right(new, &person, actor, self.now, &self.policy) {
            Err(problem) => Outcome::NotChosen(problem),
            Ok(transition) => {
                let id = transition.0.id;
                self.write(transition);
                let run = self.runs.iter_mut().find(|run| run.activation.id == id).unwrap();
                run.key = Some(key);
                Outcome::Done
            }
        }
    }

    fn block(&mut self, pair: Pair, by: Option<usize>) -> Outcome {
        let Some(run) = self.find(RunRef { pair, back: 0 }) else { return Outcome::Nobody };
        let user = match by.map(|user| self.users[pair.customer][user].clone()) {
            Some(None) => return Outcome::Nobody,
            Some(user) => user,
            None => None,
        };
        let actor = match &user {
            Some(user) => Actor::User(user.id),
            None => Actor::Management(run.activation.opened_by),
        };
        let by = user.as_ref().map_or(Blocker::Management, Blocker::User);
        match run.activation.clone().block(by, self.now) {
            Err(problem) => Outcome::NotBlocked(problem),
            Ok(transition) => {
                assert_eq!(transition.1.actor, actor);
                self.write(transition);
                Outcome::Done
            }
        }
    }

    fn unlock(&mut self, call: Unlock) -> Outcome {
        match self.decide(call) {
            None => Outcome::Nobody,
            Some(Ok(Unlocked::Before)) => Outcome::Same,
            Some(Ok(Unlocked::Now(transition))) => {
                let caller = self.find(call.by).unwrap().activation.id;
                assert_eq!(transition.0.id, caller, "only the caller's own run changes");
                self.write(*transition);
                Outcome::Done
            }
            Some(Err(refusal)) => Outcome::Refused(refusal.code(&self.policy).0, name(&refusal)),
        }
    }

    /// The checks in the server's order; `None` if there is no API user to make the call.
    fn decide(&self, call: Unlock) -> Option<Result<Unlocked, Refusal>> {
        let run = self.find(call.by)?;
        let token = run.activation.grant()?.token.clone();
        let action = self.action(call, token.as_str());
        Some(self.check(run, &action).and_then(|()| {
            let parameters = UnlockProvider::parse(&action.parameters)?;
            let call = UnlockCall {
                parameter_cache_id: parameters.parameter_cache_id,
                is_regular_customer: parameters.is_regular_customer,
            };
            unlock(self.facts(run, &call), &call, self.now)
        }))
    }

    fn check(&self, run: &Run, action: &Action) -> Result<(), Refusal> {
        let (echo, activation) = (echo(), &run.activation);
        let Some(key) = activation.api_key() else {
            // The rule itself holds as well, should a caller ever get as far.
            let call = UnlockCall { parameter_cache_id: String::new(), is_regular_customer: false };
            unlock(self.facts(run, &call), &call, self.now).unwrap_err();
            return Err(Refusal::ApiUserInactive);
        };
        let token = &activation.grant().unwrap().token;
        authenticate(&echo, action, token, key, self.now, &self.policy)?;
        let claim = check_claim(action, activation, &self.sealer, self.now, &self.policy)?;
        let permitted = permit(find_call(&echo, &self.policy)?, activation, claim.as_ref())?;
        assert_eq!(permitted, Permitted::UnlockProvider);
        Ok(())
    }

    fn facts(&self, run: &Run, call: &UnlockCall) -> UnlockFacts {
        let pair = run.pair();
        let opener = usize::try_from(run.activation.opened_by.0).unwrap();
        UnlockFacts {
            activation: run.activation.clone(),
            customer_active: self.customers[pair.customer],
            user: self.users[pair.customer][opener].clone(),
            entry_of_a_service_call: call.parameter_cache_id == run.service_entry.to_string(),
        }
    }

    fn write(&mut self, (activation, event): Transition) {
        let run = self.runs.iter_mut().find(|run| run.activation.id == activation.id).unwrap();
        run.activation = activation;
        run.history.push(event);
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.serial += 1;
        let serial = self.serial.to_be_bytes();
        std::array::from_fn(|index| if index < 8 { serial[index] } else { 0 })
    }
}

impl Run {
    fn pair(&self) -> Pair {
        let (customer, provider) = (self.activation.customer.0, self.activation.provider.0);
        let index = |id| usize::try_from(id).unwrap();
        Pair { customer: index(customer), provider: index(provider) }
    }

    fn seen(&self) -> Seen {
        let run = &self.activation;
        Seen {
            pair: self.pair(),
            opened_by: usize::try_from(run.opened_by.0).unwrap(),
            opened_at: run.opened_at.0,
            chosen: run.grant().map(|grant| {
                let all_users = grant.audience == Audience::AllUsers;
                (grant.chosen_at.0, all_users, grant.entry.expires.0)
            }),
            unlocked: run.unlock_record().map(|unlock| (unlock.at.0, unlock.is_regular_customer)),
            ended: match &run.stage {
                Stage::Ended { at, reason, .. } => Some((at.0, *reason == EndReason::Blocked)),
                _ => None,
            },
            has_key: run.api_key().is_some() && run.api_key() == self.key.as_ref(),
            events: self.history.iter().map(|event| (event.at.0, event_name(event))).collect(),
        }
    }
}

fn person(index: usize, active: bool, administrator: bool) -> User {
    let id = UserId(i64::try_from(index).unwrap());
    User { id, name: String::new(), administrator, group: None, language: Language::De, active }
}

fn customer(pair: Pair) -> CustomerId {
    CustomerId(i64::try_from(pair.customer).unwrap())
}

fn provider(pair: Pair) -> ProviderId {
    ProviderId(i64::try_from(pair.provider).unwrap())
}

fn event_name(event: &AuditEvent) -> &'static str {
    match event.kind {
        AuditKind::TermsAccepted { .. } => "terms accepted",
        AuditKind::RightChosen { .. } => "right chosen",
        AuditKind::Unlocked { .. } => "unlocked",
        AuditKind::Blocked => "blocked",
        AuditKind::Superseded => "superseded",
    }
}

/// The model's word for a refusal that an unlock may meet.
fn name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::ApiUserInactive => "over",
        Refusal::SignatureWrong => "key",
        Refusal::ClaimMissing => "no claim",
        Refusal::Claim(ClaimProblem::Unreadable) => "unreadable claim",
        Refusal::Claim(ClaimProblem::Foreign(_)) => "foreign claim",
        Refusal::Claim(ClaimProblem::Expired { .. }) => "old claim",
        Refusal::ClaimPurpose(_) => "service claim",
        Refusal::CustomerInactive => "customer",
        Refusal::UserInactive => "user",
        Refusal::UserNotAdministrator => "administrator",
        Refusal::EntryNotGiven => "no entry",
        Refusal::EntryOfServiceCall => "service entry",
        Refusal::EntryUnknown => "unknown entry",
        Refusal::EntryExpired { .. } => "old entry",
        Refusal::EntryUsedWithOtherFlag => "flag",
        other => panic!("no unlock meets {other:?}"),
    }
}
