//! The words of the pages in each language.
//!
//! A language is one constant with every field, so that a missing translation does not compile.
//! Words from the store and from providers do not belong here.

mod commerce;
mod de;
mod deliveries;
mod en;
mod explain;
mod framed;
mod orders;
mod pay_account;
mod selling;

use std::fmt;

use crate::provider_url::UrlProblem;

/// A language of the web UI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// German.
    #[default]
    De,
    /// English.
    En,
}

impl Language {
    /// All languages, in the order of the language switch.
    pub const ALL: [Self; 2] = [Self::De, Self::En];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::De => "Deutsch",
            Self::En => "English",
        }
    }

    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Self::De => &de::DE,
            Self::En => &en::EN,
        }
    }
}

/// A sentence with one gap, written `{}`.
#[derive(Clone, Copy)]
pub(crate) struct Sentence(&'static str);

impl Sentence {
    pub(crate) fn with(&self, value: impl fmt::Display) -> String {
        self.0.replacen("{}", &value.to_string(), 1)
    }
}

/// A number of things: the words for one, and for any other number.
#[derive(Clone, Copy)]
pub(crate) struct Count {
    one: &'static str,
    other: Sentence,
}

impl Count {
    pub(crate) fn of(&self, number: &usize) -> String {
        match number {
            1 => self.one.to_owned(),
            _ => self.other.with(number),
        }
    }
}

pub(crate) struct Texts {
    pub(crate) frame: Frame,
    pub(crate) commerce: &'static commerce::Commerce,
    pub(crate) deliveries: &'static deliveries::Deliveries,
    pub(crate) rights: &'static deliveries::Rights,
    pub(crate) orders: &'static orders::Orders,
    pub(crate) pay_account: &'static pay_account::PayAccount,
    pub(crate) seller: &'static pay_account::Seller,
    pub(crate) selling: &'static selling::Selling,
    pub(crate) state: State,
    pub(crate) users: Users,
    pub(crate) overview: Overview,
    pub(crate) provider: Provider,
    pub(crate) history: History,
    pub(crate) documents: Documents,
    pub(crate) activation: Activation,
    pub(crate) new_provider: NewProvider,
    pub(crate) framed: &'static framed::Framed,
    pub(crate) requests: Requests,
    pub(crate) explain: &'static explain::Explain,
    pub(crate) problems: Problems,
}

pub(crate) struct Frame {
    pub(crate) skip: &'static str,
    pub(crate) navigation: &'static str,
    pub(crate) marketplace: &'static str,
    pub(crate) add_provider: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) sandbox: &'static str,
    pub(crate) language: &'static str,
    pub(crate) account: &'static str,
    pub(crate) administrator: &'static str,
    pub(crate) user: &'static str,
    pub(crate) switch_user: &'static str,
    pub(crate) choose_user: &'static str,
    pub(crate) sign_out: &'static str,
    pub(crate) clock: Sentence,
    pub(crate) opened_at: Sentence,
    pub(crate) opened_right: Sentence,
    pub(crate) opened_go: &'static str,
    pub(crate) opened_option: Sentence,
    pub(crate) copy: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) error_summary: &'static str,
}

pub(crate) struct State {
    pub(crate) inactive: &'static str,
    pub(crate) pending: &'static str,
    pub(crate) active: &'static str,
    pub(crate) blocked: &'static str,
}

pub(crate) struct Users {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) group: Sentence,
    pub(crate) act_as: &'static str,
    pub(crate) current: &'static str,
    pub(crate) number: Count,
    pub(crate) empty: &'static str,
    pub(crate) empty_hint: &'static str,
}

pub(crate) struct Overview {
    pub(crate) title: &'static str,
    pub(crate) lead: Sentence,
    pub(crate) services: Count,
    pub(crate) activate: &'static str,
    pub(crate) proceed: &'static str,
    pub(crate) again: &'static str,
    pub(crate) only_administrators: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) empty_sandbox: &'static str,
    pub(crate) empty_production: &'static str,
}

pub(crate) struct Provider {
    pub(crate) description: &'static str,
    pub(crate) services: &'static str,
    pub(crate) no_services: &'static str,
    pub(crate) window: &'static str,
    pub(crate) webhook: &'static str,
    pub(crate) contact: &'static str,
    pub(crate) address: &'static str,
    pub(crate) email: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) documents: &'static str,
    pub(crate) version: Sentence,
    pub(crate) activation: &'static str,
    pub(crate) state: &'static str,
    pub(crate) since: &'static str,
    pub(crate) by: &'static str,
    pub(crate) audience: &'static str,
    pub(crate) regular: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    pub(crate) block: &'static str,
    pub(crate) block_question: Sentence,
    pub(crate) block_effect: &'static str,
    pub(crate) block_confirm: &'static str,
    pub(crate) only_administrators: &'static str,
    pub(crate) restricted: &'static str,
    pub(crate) ask: &'static str,
    pub(crate) nobody_to_ask: &'static str,
    pub(crate) back: &'static str,
}

pub(crate) struct History {
    pub(crate) title: &'static str,
    pub(crate) terms_accepted: &'static str,
    pub(crate) right_chosen: &'static str,
    pub(crate) unlocked: &'static str,
    pub(crate) blocked: &'static str,
    pub(crate) superseded: &'static str,
}

pub(crate) struct Documents {
    pub(crate) terms: &'static str,
    pub(crate) dpa: &'static str,
    pub(crate) privacy: &'static str,
    pub(crate) back: Sentence,
}

pub(crate) struct Activation {
    pub(crate) title: Sentence,
    pub(crate) steps: &'static str,
    pub(crate) step_legal: &'static str,
    pub(crate) step_right: &'static str,
    pub(crate) step_key: &'static str,
    pub(crate) step_active: &'static str,
    pub(crate) step_done: &'static str,
    pub(crate) legal_lead: &'static str,
    pub(crate) accept_terms: &'static str,
    pub(crate) accept_dpa: &'static str,
    pub(crate) read: &'static str,
    pub(crate) privacy_note: &'static str,
    pub(crate) terms_missing: &'static str,
    pub(crate) dpa_missing: &'static str,
    pub(crate) proceed: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) rights: &'static str,
    pub(crate) rights_note: &'static str,
    pub(crate) audience: &'static str,
    pub(crate) audience_hint: &'static str,
    pub(crate) all: &'static str,
    pub(crate) all_hint: &'static str,
    pub(crate) administrators: &'static str,
    pub(crate) administrators_hint: &'static str,
    pub(crate) audience_missing: &'static str,
    pub(crate) webhook_only: &'static str,
    pub(crate) key: &'static str,
    pub(crate) key_note: &'static str,
    pub(crate) key_expires: Sentence,
    pub(crate) choice: &'static str,
    pub(crate) paste: Sentence,
    pub(crate) frame_title: Sentence,
    pub(crate) privacy_acknowledgement: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) waiting_no_script: &'static str,
    pub(crate) check_now: &'static str,
    pub(crate) reports: &'static str,
    pub(crate) reports_hint: &'static str,
    pub(crate) unreachable: &'static str,
    pub(crate) unreachable_at: Sentence,
    pub(crate) unreachable_hint: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) no_such_host: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) moved: &'static str,
    pub(crate) moved_at: Sentence,
    pub(crate) moved_hint: &'static str,
    pub(crate) help: &'static str,
    pub(crate) help_empty: Sentence,
    pub(crate) help_window: &'static str,
    pub(crate) help_button: &'static str,
    pub(crate) under_way: Sentence,
    pub(crate) under_way_effect: &'static str,
    pub(crate) active: Sentence,
    pub(crate) active_lead: &'static str,
    pub(crate) active_next: &'static str,
    pub(crate) active_next_webhook: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) expired_lead: &'static str,
    pub(crate) superseded: &'static str,
    pub(crate) superseded_by: Sentence,
    pub(crate) superseded_lead: &'static str,
    pub(crate) start_again: &'static str,
    pub(crate) to_provider: &'static str,
    pub(crate) to_overview: &'static str,
}

pub(crate) struct NewProvider {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_hint: &'static str,
    pub(crate) slug: &'static str,
    pub(crate) slug_hint: &'static str,
    pub(crate) url: &'static str,
    pub(crate) url_hint: &'static str,
    pub(crate) service: &'static str,
    pub(crate) service_hint: &'static str,
    pub(crate) service_name: &'static str,
    pub(crate) service_kind: &'static str,
    pub(crate) service_url: &'static str,
    pub(crate) name_needed: &'static str,
    pub(crate) slug_wrong: &'static str,
    url_wrong: &'static str,
    url_ipv6: &'static str,
    url_respelled: Sentence,
    url_reserved: Sentence,
    pub(crate) service_name_wrong: &'static str,
    pub(crate) taken: &'static str,
    pub(crate) submit: &'static str,
    pub(crate) optional: &'static str,
    pub(crate) added: Sentence,
    pub(crate) secret: &'static str,
    pub(crate) secret_note: &'static str,
    pub(crate) example: &'static str,
    pub(crate) example_hint: &'static str,
    pub(crate) to_provider: &'static str,
}

impl NewProvider {
    /// What is wrong with an address.
    pub(crate) fn url_problem(&self, problem: &UrlProblem) -> String {
        match problem {
            UrlProblem::Unusable => self.url_wrong.to_owned(),
            UrlProblem::Ipv6 => self.url_ipv6.to_owned(),
            UrlProblem::Respelled(address) => self.url_respelled.with(address),
            UrlProblem::Reserved(name) => self.url_reserved.with(name),
        }
    }
}

pub(crate) struct Requests {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) all: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) time: &'static str,
    pub(crate) action: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) from: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) empty_hint: &'static str,
    pub(crate) empty_failed: &'static str,
    pub(crate) one: Sentence,
    pub(crate) explanation: &'static str,
    pub(crate) duration: &'static str,
    pub(crate) back: &'static str,
}

/// Title and what to do next of an error page.
pub(crate) struct Problem {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
}

pub(crate) struct Problems {
    pub(crate) bad_request: Problem,
    pub(crate) sign_in: Problem,
    pub(crate) forbidden: Problem,
    pub(crate) not_found: Problem,
    pub(crate) method: Problem,
    pub(crate) too_large: Problem,
    pub(crate) misdirected: Problem,
    pub(crate) internal: Problem,
    pub(crate) busy: Problem,
    pub(crate) administrators_only: &'static str,
    pub(crate) account_of_others: &'static str,
    pub(crate) to_overview: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fills_the_gap_as_it_is() {
        assert_eq!(Sentence("by {} now").with("{}"), "by {} now");
        assert_eq!(Sentence("by {} now").with("<b>"), "by <b> now");
    }

    #[test]
    fn counts_have_a_singular() {
        let services = Count { one: "1 service", other: Sentence("{} services") };
        assert_eq!(services.of(&1), "1 service");
        assert_eq!(services.of(&0), "0 services");
    }

    #[test]
    fn no_gap_is_lost_in_translation() {
        let gaps = |source: &str| source.matches("{}").count();
        let (de, en) = (include_str!("texts/de.rs"), include_str!("texts/en.rs"));
        let sentences = include_str!("texts.rs").matches(": Sentence,").count();
        assert_eq!(gaps(de), gaps(en));
        assert!(gaps(en) + 1 >= sentences);
    }
}
