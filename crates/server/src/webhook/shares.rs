//! Whose deliveries are called next: a pure rule, so that no provider can take what is another's.
//!
//! Whoever has the fewest calls under way comes first, and among them the one who has waited longest.
//! A provider has at most [`EACH`] calls under way, and one at a time while it does not answer or asks
//! to be left alone, so that those who do not answer leave room for those who do.

use std::collections::{BTreeMap, BTreeSet};

use freischalt_marketplace::ProviderId;
use freischalt_protocol::UnixTime;

/// Calls that a process has under way at the same time.
pub(super) const ALL: u32 = 64;
/// Of them, calls of one provider.
pub(super) const EACH: u32 = 8;

/// What is under way, and who is in trouble.
#[derive(Debug, Default)]
pub(super) struct Shares {
    under_way: BTreeMap<ProviderId, u32>,
    in_trouble: BTreeSet<ProviderId>,
}

impl Shares {
    /// A call begins.
    pub(super) fn begin(&mut self, provider: ProviderId) {
        *self.under_way.entry(provider).or_default() += 1;
    }

    /// A call is over.
    pub(super) fn end(&mut self, provider: ProviderId, in_trouble: bool) {
        if let Some(calls) = self.under_way.get_mut(&provider) {
            *calls = calls.saturating_sub(1);
            if *calls == 0 {
                self.under_way.remove(&provider);
            }
        }
        match in_trouble {
            true => self.in_trouble.insert(provider),
            false => self.in_trouble.remove(&provider),
        };
    }

    /// Whether nothing more may begin, whoever waits.
    pub(super) fn are_taken(&self) -> bool {
        self.free() == 0
    }

    /// How many deliveries of whom may begin, of those who have some that are due, each with the moment
    /// since when the oldest is.
    pub(super) fn next(&self, due: &[(ProviderId, UnixTime)]) -> Vec<(ProviderId, u32)> {
        let mut next: Vec<_> = due
            .iter()
            .map(|(provider, since)| (self.calls(*provider), *since, *provider, 0))
            .collect();
        for _ in 0..self.free() {
            let open = next.iter_mut().filter(|(calls, _, id, _)| *calls < self.most(*id));
            let Some((calls, .., given)) = open.min_by_key(|(calls, since, ..)| (*calls, *since))
            else {
                break;
            };
            *calls += 1;
            *given += 1;
        }
        let given = next.into_iter().map(|(.., provider, given)| (provider, given));
        given.filter(|(_, given)| *given > 0).collect()
    }

    fn free(&self) -> u32 {
        ALL.saturating_sub(self.under_way.values().sum())
    }

    fn calls(&self, provider: ProviderId) -> u32 {
        self.under_way.get(&provider).copied().unwrap_or_default()
    }

    fn most(&self, provider: ProviderId) -> u32 {
        if self.in_trouble.contains(&provider) { 1 } else { EACH }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(providers: std::ops::Range<i64>) -> Vec<(ProviderId, UnixTime)> {
        providers.map(|id| (ProviderId(id), UnixTime(id))).collect()
    }

    fn begin(shares: &mut Shares, next: &[(ProviderId, u32)]) {
        for (provider, calls) in next {
            (0..*calls).for_each(|_| shares.begin(*provider));
        }
    }

    #[test]
    fn one_provider_never_has_more_than_its_share() {
        let mut shares = Shares::default();
        let next = shares.next(&due(1..2));
        assert_eq!(next, [(ProviderId(1), EACH)]);
        begin(&mut shares, &next);
        assert_eq!(shares.next(&due(1..2)), []);
        assert_eq!(shares.next(&due(1..3)), [(ProviderId(2), EACH)]);
        shares.end(ProviderId(1), false);
        assert_eq!(shares.next(&due(1..2)), [(ProviderId(1), 1)], "the next when one is done");
    }

    #[test]
    fn whoever_has_least_comes_first_however_long_others_have_waited() {
        let mut shares = Shares::default();
        let many = due(1..40);
        let next = shares.next(&many);
        assert_eq!(next.len(), 39);
        assert_eq!(next.iter().map(|(_, given)| given).sum::<u32>(), ALL);
        begin(&mut shares, &next);
        assert!(shares.are_taken());
        assert_eq!(shares.next(&many), []);
        shares.end(ProviderId(1), false);
        let with_new = due(1..41);
        assert_eq!(shares.next(&with_new), [(ProviderId(40), 1)], "not the oldest of the others");
    }

    #[test]
    fn who_does_not_answer_has_one_call_until_it_does() {
        let mut shares = Shares::default();
        begin(&mut shares, &[(ProviderId(1), 2)]);
        shares.end(ProviderId(1), true);
        assert_eq!(shares.next(&due(1..2)), [], "one is still under way");
        shares.end(ProviderId(1), true);
        assert_eq!(shares.next(&due(1..2)), [(ProviderId(1), 1)]);
        begin(&mut shares, &[(ProviderId(1), 1)]);
        shares.end(ProviderId(1), false);
        assert_eq!(shares.next(&due(1..2)), [(ProviderId(1), EACH)]);
    }

    /// Each of the silent ones has a single call; there is room for everybody else.
    #[test]
    fn many_that_do_not_answer_leave_room() {
        let mut shares = Shares::default();
        for id in 1..=40 {
            shares.begin(ProviderId(id));
            shares.end(ProviderId(id), true);
        }
        let next = shares.next(&due(1..42));
        assert!(next.contains(&(ProviderId(41), EACH)), "{next:?}");
        assert_eq!(next.iter().map(|(_, given)| given).sum::<u32>(), 40 + EACH);
    }
}
