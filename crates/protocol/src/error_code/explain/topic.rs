//! What a code is about, for codes of which nothing is known but the text. The grouping is ours:
//! the vendor numbers codes in the order they were added.

use serde::Serialize;

use super::super::{Entry, Level};

/// What a code is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// No error at all.
    Success,
    /// The JSON of the request.
    Json,
    /// The frame that carries the actions.
    Envelope,
    /// Token, signature, timestamp, origin.
    Authentication,
    /// Methods to log in that calls with a token do not use.
    LegacyLogin,
    /// Activation, claims, transactions, refunds.
    Marketplace,
    /// The server itself.
    Server,
    /// E-mails, messages and their templates.
    Mail,
    /// Files, pictures and documents.
    Files,
    /// Appointments and time tracking.
    Calendar,
    /// Entries of the agents' log.
    AgentsLog,
    /// Worklists.
    Worklist,
    /// Synchronisation with phones and mail programs.
    Sync,
    /// Telephone numbers and addresses of people.
    Addresses,
    /// Relations between records.
    Relations,
    /// Records, fields, filters and rights.
    Records,
}

impl Topic {
    /// The topic of a code.
    pub(super) fn of(entry: &Entry) -> Self {
        match entry.code.0 {
            0 => Self::Success,
            3..=9 => Self::Json,
            13..=21 | 23..=25 | 97 | 247 | 303 => Self::Envelope,
            22 | 136 | 137 | 158 | 243 => Self::Authentication,
            1 | 26 | 155 | 199 => Self::Server,
            175..=178 | 183 | 184 | 186 | 188..=190 | 193 | 201 | 205 | 210 | 214 | 240 | 248 => {
                Self::Marketplace
            }
            _ if entry.level == Level::LegacyLogin => Self::LegacyLogin,
            50..=63 | 94 | 133 | 146 | 148 | 165 | 191 | 192 | 211 | 233 | 238 | 242 => Self::Mail,
            244..=246 | 271 | 274..=278 | 281 | 283 | 285 | 287 | 297..=299 => Self::Mail,
            111 | 112 | 114 | 115 | 127 | 129 | 139 | 159 | 161 | 162 | 172 | 213 | 236 | 239 => {
                Self::Files
            }
            91..=93 | 116 | 117 | 119 | 121..=124 | 154 | 169 | 230 | 231 | 241 => Self::Calendar,
            288..=290 | 295 | 301 => Self::Calendar,
            100 | 101 | 113 | 220..=226 | 237 => Self::AgentsLog,
            264..=269 | 272 | 273 => Self::Worklist,
            89 | 90 | 202 | 203 | 206..=209 | 216..=218 | 249 | 250 => Self::Sync,
            64 | 81..=87 | 96 | 99 | 131 | 152 | 258..=261 | 263 | 300 => Self::Addresses,
            98 | 132 | 173 | 179..=182 | 219 => Self::Relations,
            _ => Self::Records,
        }
    }

    /// One or two words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Json => "JSON",
            Self::Envelope => "envelope",
            Self::Authentication => "authentication",
            Self::LegacyLogin => "legacy log-in",
            Self::Marketplace => "marketplace",
            Self::Server => "server",
            Self::Mail => "mail",
            Self::Files => "files",
            Self::Calendar => "calendar",
            Self::AgentsLog => "agents' log",
            Self::Worklist => "worklist",
            Self::Sync => "synchronisation",
            Self::Addresses => "addresses",
            Self::Relations => "relations",
            Self::Records => "records and fields",
        }
    }

    /// A sentence that says what a code of this topic is about.
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Success => "Nothing went wrong.",
            Self::Json => "The body of the request could not be read as JSON.",
            Self::Envelope => "The frame of the request, not the call inside it, is at fault.",
            Self::Authentication => "The caller did not prove who they are.",
            Self::LegacyLogin => {
                "The code belongs to a way of logging in that calls with a token do not use."
            }
            Self::Marketplace => "The code belongs to the calls of a marketplace provider.",
            Self::Server => "The server itself failed; the request may be fine.",
            Self::Mail => "The code belongs to calls about e-mails, messages and their templates.",
            Self::Files => "The code belongs to calls about files, pictures and documents.",
            Self::Calendar => "The code belongs to calls about appointments and dates.",
            Self::AgentsLog => "The code belongs to calls about entries of the agents' log.",
            Self::Worklist => "The code belongs to calls about worklists.",
            Self::Sync => "The code belongs to synchronisation with phones and mail programs.",
            Self::Addresses => "The code belongs to calls about addresses and telephone numbers.",
            Self::Relations => "The code belongs to calls about relations between records.",
            Self::Records => {
                "The code belongs to calls that read or write records, their fields or filters."
            }
        }
    }

    /// What helps in general with a code of this topic.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Success => "Nothing.",
            Self::Json => "Send one JSON object in UTF-8.",
            Self::Envelope => "Compare the request with a sample of the vendor's documentation.",
            Self::Authentication => "Check token, API key, clock and the text that is signed.",
            Self::LegacyLogin => {
                "Check that the call carries a token and a signature, which replace a log-in."
            }
            Self::Marketplace => {
                "Check that token, claim and ids all come from the same, latest signed URL."
            }
            Self::Server => "Try again later; if it stays, ask the operator of the server.",
            Self::Mail | Self::Files | Self::Calendar | Self::AgentsLog | Self::Worklist => {
                "Compare the parameters of the call with its page in the vendor's documentation."
            }
            Self::Sync => "Check the synchronisation settings of the user and of the customer.",
            Self::Addresses | Self::Relations | Self::Records => {
                "Check names, types and ids in the parameters, and the rights of the API user."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{ALL, ErrorCode};
    use super::*;

    #[test]
    fn codes_are_about_what_their_text_says() {
        let cases = [
            (0, Topic::Success),
            (6, Topic::Json),
            (15, Topic::Envelope),
            (41, Topic::LegacyLogin),
            (53, Topic::Mail),
            (137, Topic::Authentication),
            (141, Topic::Records),
            (153, Topic::LegacyLogin),
            (177, Topic::Marketplace),
            (203, Topic::Sync),
            (219, Topic::Relations),
            (225, Topic::AgentsLog),
            (239, Topic::Files),
            (266, Topic::Worklist),
            (289, Topic::Calendar),
            (300, Topic::Addresses),
        ];
        for (code, topic) in cases {
            let entry = ErrorCode(code).entry().unwrap();
            assert_eq!(Topic::of(entry), topic, "{code}");
        }
    }

    #[test]
    fn legacy_codes_are_never_taken_for_another_topic() {
        let legacy = ALL.iter().filter(|entry| entry.level == Level::LegacyLogin);
        assert!(legacy.clone().count() > 20);
        assert!(legacy.map(Topic::of).all(|topic| topic == Topic::LegacyLogin));
    }
}
