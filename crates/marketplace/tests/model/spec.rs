//! The model: flat records and lists of conditions, written from the documentation and not from
//! the code. It must not know how the rules are built.

use freischalt_marketplace::activation::{AlreadyEnded, BlockProblem, RightProblem, StartProblem};

use crate::commands::{
    CLAIM_LIFETIME, CUSTOMERS, Change, Claim, Command, ENTRY_LIFETIME, Entry, Outcome, Pair,
    RunRef, Seen, USERS, Unlock,
};

#[derive(Clone)]
pub struct Spec {
    now: i64,
    customers: [bool; CUSTOMERS],
    /// Active, administrator; `None` if removed.
    users: [[Option<(bool, bool)>; USERS]; CUSTOMERS],
    runs: Vec<Seen>,
}

impl Default for Spec {
    fn default() -> Self {
        let users = [Some((true, true)), Some((true, true)), Some((true, false))];
        Self { now: 0, customers: [true; CUSTOMERS], users: [users; CUSTOMERS], runs: Vec::new() }
    }
}

impl Spec {
    pub fn apply(&mut self, command: Command) -> Outcome {
        match command {
            Command::Accept { pair, user, replace_active } => {
                self.accept(pair, user, replace_active)
            }
            Command::Choose { pair, user, all_users } => self.choose(pair, user, all_users),
            Command::Unlock(unlock) => self.unlock(unlock),
            Command::Block { pair, by } => self.block(pair, by),
            Command::User { customer, user, change } => {
                self.users[customer][user] = match change {
                    Change::Remove => None,
                    Change::Put { active, administrator } => Some((active, administrator)),
                };
                Outcome::Done
            }
            Command::Customer { customer, active } => {
                self.customers[customer] = active;
                Outcome::Done
            }
            Command::Advance(seconds) => {
                self.now += seconds;
                Outcome::Done
            }
        }
    }

    pub fn seen(&self) -> &[Seen] {
        &self.runs
    }

    fn accept(&mut self, pair: Pair, user: usize, replace_active: bool) -> Outcome {
        let Some(rights) = self.users[pair.customer][user] else { return Outcome::Nobody };
        if !self.customers[pair.customer] {
            return Outcome::NotBegun(StartProblem::CustomerInactive);
        }
        if rights != (true, true) {
            return Outcome::NotBegun(StartProblem::NotAdministrator);
        }
        let now = self.now;
        let live = self.runs.iter_mut().find(|run| run.pair == pair && run.ended.is_none());
        if let Some(live) = live {
            let entry_serves = live.chosen.is_none_or(|(_, _, until)| now <= until);
            if live.unlocked.is_some() && !replace_active {
                return Outcome::NotBegun(StartProblem::AlreadyActive);
            }
            if live.opened_by == user && entry_serves && !replace_active {
                live.events.push((now, "terms accepted"));
                return Outcome::Same;
            }
            end(live, now, false);
        }
        self.runs.push(Seen {
            pair,
            opened_by: user,
            opened_at: now,
            chosen: None,
            unlocked: None,
            ended: None,
            has_key: false,
            events: vec![(now, "terms accepted")],
        });
        Outcome::Done
    }

    fn choose(&mut self, pair: Pair, user: usize, all_users: bool) -> Outcome {
        let rights = self.users[pair.customer][user];
        let (Some(rights), Some(index)) = (rights, self.find(RunRef { pair, back: 0 })) else {
            return Outcome::Nobody;
        };
        let (now, run) = (self.now, &mut self.runs[index]);
        let problems = [
            (run.ended.is_some(), RightProblem::AlreadyEnded),
            (run.chosen.is_some(), RightProblem::AlreadyChosen),
            (run.opened_by != user, RightProblem::SomebodyElse),
            (rights != (true, true), RightProblem::NotAdministrator),
        ];
        if let Some((_, problem)) = problems.into_iter().find(|(holds, _)| *holds) {
            return Outcome::NotChosen(problem);
        }
        run.chosen = Some((now, all_users, now + ENTRY_LIFETIME));
        run.has_key = true;
        run.events.push((now, "right chosen"));
        Outcome::Done
    }

    fn block(&mut self, pair: Pair, by: Option<usize>) -> Outcome {
        let Some(index) = self.find(RunRef { pair, back: 0 }) else { return Outcome::Nobody };
        if let Some(user) = by {
            let Some(rights) = self.users[pair.customer][user] else { return Outcome::Nobody };
            if rights != (true, true) {
                return Outcome::NotBlocked(BlockProblem::NotAdministrator);
            }
        }
        if self.runs[index].ended.is_some() {
            return Outcome::NotBlocked(AlreadyEnded.into());
        }
        end(&mut self.runs[index], self.now, true);
        Outcome::Done
    }

    fn unlock(&mut self, call: Unlock) -> Outcome {
        let Some(index) = self.find(call.by).filter(|index| self.runs[*index].chosen.is_some())
        else {
            return Outcome::Nobody;
        };
        let faults = self.faults(index, call);
        if let Some((_, code, name)) = faults.into_iter().find(|(holds, ..)| *holds) {
            return Outcome::Refused(code, name);
        }
        let (now, run) = (self.now, &mut self.runs[index]);
        if run.unlocked.is_some() {
            return Outcome::Same;
        }
        run.unlocked = Some((now, call.flag));
        run.events.push((now, "unlocked"));
        Outcome::Done
    }

    /// Everything that can be wrong with a call, the first to be told first.
    fn faults(&self, index: usize, call: Unlock) -> [(bool, u32, &'static str); 15] {
        let run = &self.runs[index];
        let opener = self.users[run.pair.customer][run.opened_by];
        let claim = self.claim(index, call.claim);
        let (own, of_service, empty) = match call.entry {
            Entry::Activation(of) => (self.find(of) == Some(index), false, false),
            Entry::ServiceCall(of) => (false, self.find(of) == Some(index), false),
            Entry::Invented => (false, false, false),
            Entry::Empty => (false, false, true),
        };
        let entry_expired = run.chosen.is_some_and(|(_, _, until)| self.now > until);
        let other_flag = run.unlocked.is_some_and(|(_, flag)| flag != call.flag);
        let own_key = call.key.is_some_and(|of| self.find(of) == Some(index));
        [
            (run.ended.is_some(), 22, "over"),
            (!own_key, 137, "key"),
            (matches!(call.claim, Claim::Missing), 193, "no claim"),
            (claim.is_none(), 193, "unreadable claim"),
            (claim.as_ref().is_some_and(|claim| !claim.of_run), 248, "foreign claim"),
            (claim.as_ref().is_some_and(|claim| claim.expired), 201, "old claim"),
            (claim.as_ref().is_some_and(|claim| claim.for_service), 248, "service claim"),
            (claim.as_ref().is_some_and(|claim| claim.other_user), 248, "foreign claim"),
            (!self.customers[run.pair.customer], 175, "customer"),
            (opener.is_none_or(|(active, _)| !active), 176, "user"),
            (opener.is_some_and(|(_, administrator)| !administrator), 183, "administrator"),
            (empty, 177, "no entry"),
            (of_service, 178, "service entry"),
            (!own, 177, "unknown entry"),
            (entry_expired || other_flag, 177, if entry_expired { "old entry" } else { "flag" }),
        ]
    }

    /// What the claim is to the run, if it is one.
    fn claim(&self, index: usize, claim: Claim) -> Option<Presented> {
        let Claim::Issued { run, for_service, other_user, fresh } = claim else { return None };
        let of = self.find(run)?;
        let issued = match self.runs[of].chosen {
            Some((chosen, ..)) if !fresh => chosen,
            _ if fresh => self.now,
            _ => self.runs[of].opened_at,
        };
        let expired = self.now > issued + CLAIM_LIFETIME;
        Some(Presented { of_run: of == index, expired, for_service, other_user })
    }

    fn find(&self, run: RunRef) -> Option<usize> {
        let of_pair = |index: &usize| self.runs[*index].pair == run.pair;
        (0..self.runs.len()).filter(of_pair).rev().nth(run.back)
    }
}

struct Presented {
    of_run: bool,
    expired: bool,
    for_service: bool,
    other_user: bool,
}

fn end(run: &mut Seen, now: i64, blocked: bool) {
    run.ended = Some((now, blocked));
    run.has_key = false;
    run.events.push((now, if blocked { "blocked" } else { "superseded" }));
}
