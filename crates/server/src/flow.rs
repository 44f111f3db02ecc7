//! The activation as web UI and management API both drive it: the rules with fresh random values,
//! in the store's transactions.

use freischalt_marketplace::{
    Activation, ActivationId, Actor, Audience, ClaimPurpose, Customer, DocumentKind, IssuedClaim,
    Provider, User, UserId,
    activation::{
        Begun, BlockProblem, Blocker, Grant, NewGrant, NewRun, RightProblem, StartFacts,
        StartProblem, begin,
    },
    service::{UseRefusal, may_use},
};
use freischalt_protocol::{
    ApiClaim, Secret, UnixTime,
    signed_url::{self, Port},
};
use freischalt_store::{Decided, Facts, Scope, ServiceEntry, StoreError, Target, Verdict};
use tracing::Instrument;

use crate::{
    random::{self, NoRandom},
    state::AppState,
    trace::{self, Wish},
};

/// Why a step of an activation was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The run cannot begin.
    #[error(transparent)]
    Start(#[from] StartProblem),
    /// The right cannot be chosen.
    #[error(transparent)]
    Right(#[from] RightProblem),
    /// The provider cannot be blocked.
    #[error(transparent)]
    Block(#[from] BlockProblem),
    /// There is no such run, or none that is live.
    #[error("there is no such activation")]
    NotFound,
    /// The user does not exist.
    #[error("there is no such user")]
    NoUser,
    /// The provider's URL cannot be signed.
    #[error("the registered URL cannot be signed: {0}")]
    Url(#[from] signed_url::SignedUrlError),
    /// The provider is not active, or the user may not use it.
    #[error(transparent)]
    Use(#[from] UseRefusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
}

impl<E: Into<Self>> From<Decided<E>> for FlowError {
    fn from(decided: Decided<E>) -> Self {
        match decided {
            Decided::Refused(refusal) => refusal.into(),
            Decided::Store(error) => error.into(),
        }
    }
}

/// How a run began.
#[derive(Debug)]
pub struct Started {
    /// The run.
    pub activation: Activation,
    /// The run that had to make room, as it is now.
    pub replaced: Option<Activation>,
}

/// Where a service is, and how its provider checks signatures.
#[derive(Clone, Copy, Debug)]
pub struct ServiceAddress<'a> {
    /// The registered URL.
    pub url: &'a str,
    /// What becomes of its port in what is signed.
    pub port: Port,
    /// The provider secret.
    pub secret: &'a Secret,
}

/// Who begins an activation, and how.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// The administrator.
    pub user: UserId,
    /// Who acts for them.
    pub actor: Actor,
    /// Whether a run that is active already may be replaced.
    pub replace_active: bool,
    /// Whether it is to be traced in any case.
    pub wish: Wish,
}

/// A provider's page with the credentials of one call in its URL.
pub struct Launch {
    /// The complete signed URL.
    pub url: String,
    /// The claim in it.
    pub claim: ApiClaim,
}

impl AppState {
    /// Lets a rule decide in the store. A trace shows the wait and the commit, and inside them the
    /// rule.
    pub async fn decide<T: Send + 'static, E: Send + 'static>(
        &self,
        scope: Scope,
        mut rule: impl FnMut(Facts) -> Result<Verdict<T>, E> + Send + 'static,
    ) -> Result<T, Decided<E>> {
        let commit = trace::part("commit");
        let parent = commit.clone();
        let traced = move |facts| trace::part_of(&parent, "rule").in_scope(|| rule(facts));
        self.store.decide(scope, traced).instrument(commit).await
    }

    /// The administrator has accepted the terms.
    pub async fn accept_terms(
        &self,
        customer: &Customer,
        provider: &Provider,
        start: Start,
    ) -> Result<Started, FlowError> {
        let Start { user, actor, replace_active, wish } = start;
        let now = self.clock.now();
        let run = NewRun {
            id: random::activation_id(self.clock.millis(), wish.lot())?,
            customer: customer.id,
            provider: provider.id,
            terms_version: document_version(provider, DocumentKind::Terms),
            dpa_version: document_version(provider, DocumentKind::Dpa),
            replace_active,
        };
        let scope = Scope {
            customer: customer.id,
            target: Target::Live(provider.id),
            user: Some(user),
            entry: None,
        };
        let step = self.traces.step(run.id, "accept terms");
        let started = self
            .decide(scope, move |facts: Facts| {
                let facts = StartFacts {
                    live: facts.activation,
                    customer_active: facts.customer_active,
                    user: facts.user.ok_or(FlowError::NoUser)?,
                };
                Ok::<_, FlowError>(verdict(begin(facts, run.clone(), actor, now)?))
            })
            .instrument(step)
            .await?;
        Ok(started)
    }

    /// The administrator has chosen who gets the right. Chosen before in this run, it stays as it
    /// was: a page that is sent twice does no harm.
    pub async fn choose_right(
        &self,
        activation: &Activation,
        user: UserId,
        audience: Audience,
        actor: Actor,
    ) -> Result<Activation, FlowError> {
        let (now, policy) = (self.clock.now(), self.policy.clone());
        let new = NewGrant {
            audience,
            api_user: random::api_user(self.clock.millis(), Some(trace::lot(activation.id)))?,
            entry: random::parameter_cache_id()?,
        };
        let scope = Scope {
            customer: activation.customer,
            target: Target::Run(activation.id),
            user: Some(user),
            entry: None,
        };
        let step = self.traces.step(activation.id, "choose right");
        let chosen = self
            .decide(scope, move |facts: Facts| {
                let run = facts.activation.ok_or(FlowError::NotFound)?;
                let user = facts.user.ok_or(FlowError::NoUser)?;
                if run.is_live() && run.grant().is_some() {
                    return Ok::<_, FlowError>(Verdict { writes: Vec::new(), outcome: run });
                }
                let transition = run.choose_right(new.clone(), &user, actor, now, &policy)?;
                Ok(Verdict { outcome: transition.0.clone(), writes: vec![transition] })
            })
            .instrument(step)
            .await?;
        Ok(chosen)
    }

    /// Blocks the provider: token, key and claims of the run are dead when this returns. Without
    /// a user it is the management API that blocks.
    pub async fn block(
        &self,
        customer: &Customer,
        id: ActivationId,
        user: Option<UserId>,
    ) -> Result<Activation, FlowError> {
        let now = self.clock.now();
        let scope = Scope { customer: customer.id, target: Target::Run(id), user, entry: None };
        let step = self.traces.step(id, "block");
        let blocked = self
            .decide(scope, move |facts: Facts| {
                let run = facts.activation.ok_or(FlowError::NotFound)?;
                let user = match user {
                    Some(_) => Some(facts.user.ok_or(FlowError::NoUser)?),
                    None => None,
                };
                let by = user.as_ref().map_or(Blocker::Management, Blocker::User);
                let transition = run.block(by, now)?;
                Ok::<_, FlowError>(Verdict {
                    outcome: transition.0.clone(),
                    writes: vec![transition],
                })
            })
            .instrument(step)
            .await?;
        Ok(blocked)
    }

    /// The signed URL of the provider's activation page. Each call signs anew, with a fresh claim
    /// that serves as long as the policy says.
    pub fn activation_launch(
        &self,
        customer: &Customer,
        provider: &Provider,
        secret: &Secret,
        activation: &Activation,
        grant: &Grant,
    ) -> Result<Launch, FlowError> {
        let _step = self.traces.step(activation.id, "sign activation URL").entered();
        let now = self.clock.now();
        let user = activation.opened_by;
        let claim = self.issue_claim(activation, user, ClaimPurpose::Activation, now)?;
        let url = provider.port.sign_with(
            &provider.activation_url,
            &[
                ("customerName", &customer.name),
                ("customerWebId", &customer.web_id),
                ("userId", &user.to_string()),
                ("apiToken", grant.token.as_str()),
                ("parameterCacheId", &grant.entry.id.to_string()),
                (ApiClaim::URL_PARAMETER, claim.expose()),
                ("timestamp", &now.to_string()),
            ],
            secret,
        )?;
        Ok(Launch { url, claim })
    }

    /// Calls a service of an active provider in the name of a user: the signed URL with a fresh
    /// claim and a fresh parameter cache entry.
    pub async fn service_launch(
        &self,
        customer: &Customer,
        service: ServiceAddress<'_>,
        activation: &Activation,
        user: &User,
        macros: &[(String, String)],
    ) -> Result<(Launch, ServiceEntry), FlowError> {
        let right = self.store.right(activation.customer, activation.provider, user.id).await?;
        may_use(activation, user, right)?;
        self.webhook_launch(customer, service, activation, user, macros).await
    }

    /// The same without asking for the user's right: webhooks serve all users
    /// (enterprise help, "Marketplace").
    pub async fn webhook_launch(
        &self,
        customer: &Customer,
        service: ServiceAddress<'_>,
        activation: &Activation,
        user: &User,
        macros: &[(String, String)],
    ) -> Result<(Launch, ServiceEntry), FlowError> {
        let now = self.clock.now();
        let entry = ServiceEntry {
            id: random::parameter_cache_id()?,
            customer: customer.id,
            activation: activation.id,
            user: user.id,
            expires: now.plus(self.policy.parameter_cache_lifetime),
        };
        let claim = self.issue_claim(activation, user.id, ClaimPurpose::Service, now)?;
        let (user_id, entry_id, now_text) =
            (user.id.to_string(), entry.id.to_string(), now.to_string());
        let group = user.group.map(|group| group.to_string());
        let mut parameters = vec![
            ("customerName", customer.name.as_str()),
            ("customerWebId", customer.web_id.as_str()),
            ("userId", user_id.as_str()),
            ("parameterCacheId", entry_id.as_str()),
            (ApiClaim::URL_PARAMETER, claim.expose()),
            ("timestamp", now_text.as_str()),
        ];
        if let Some(group) = &group {
            parameters.push(("groupId", group));
        }
        parameters.extend(macros.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let url = service.port.sign_with(service.url, &parameters, service.secret)?;
        self.store.put_service_entry(entry, now).await?;
        Ok((Launch { url, claim }, entry))
    }

    fn issue_claim(
        &self,
        activation: &Activation,
        user: UserId,
        purpose: ClaimPurpose,
        now: UnixTime,
    ) -> Result<ApiClaim, NoRandom> {
        let claim = IssuedClaim {
            purpose,
            provider: activation.provider,
            customer: activation.customer,
            user,
            activation: activation.id,
            issued: now,
            expires: now.plus(self.policy.claim_lifetime),
        };
        Ok(self.claims.seal(&claim, random::nonce()?))
    }
}

fn verdict(begun: Begun) -> Verdict<Started> {
    match begun {
        Begun::Resumed(resumed) => {
            let outcome = Started { activation: resumed.0.clone(), replaced: None };
            Verdict { writes: vec![resumed], outcome }
        }
        Begun::New { ended, begun } => {
            let replaced = ended.as_ref().map(|(run, _)| run.clone());
            let outcome = Started { activation: begun.0.clone(), replaced };
            Verdict { writes: ended.into_iter().chain([begun]).collect(), outcome }
        }
    }
}

fn document_version(provider: &Provider, kind: DocumentKind) -> String {
    let documents = &provider.profile.documents;
    documents
        .iter()
        .find(|document| document.kind == kind)
        .map(|document| document.version.clone())
        .unwrap_or_default()
}
