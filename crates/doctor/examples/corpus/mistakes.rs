//! The mistakes that providers make in the corpus, and the checks that have to find them.

/// A mistake.
pub struct Mistake {
    pub name: &'static str,
    /// What the providers are told; several for a pattern of mistakes.
    pub switches: &'static str,
    /// Headers of their pages; an empty one is not sent.
    pub headers: &'static [(&'static str, &'static str)],
    /// What the doctor is told wrongly; the provider is right then.
    pub told: Option<Told>,
    /// One of these checks has to fail.
    pub found_by: &'static [&'static str],
    /// If nothing else can be judged: what the one finding has to say. There is no grade then.
    pub says: Option<&'static str>,
}

/// What the doctor is told wrongly.
#[derive(Clone, Copy)]
pub enum Told {
    /// Another secret than the provider has.
    Secret,
    /// The secret without the line break that the provider reads with it.
    TrimmedSecret,
    /// Nothing: the provider has the text `undefined` for its secret.
    UnsetSecret,
    /// Another name of the machine than the provider verifies with.
    Host,
    /// A path at which nothing is.
    Path,
    /// Another request than the page makes.
    Button,
}

const fn one(name: &'static str, found_by: &'static [&'static str]) -> Mistake {
    Mistake { name, switches: name, headers: &[], told: None, found_by, says: None }
}

const fn headers(
    name: &'static str,
    headers: &'static [(&'static str, &'static str)],
    found_by: &'static [&'static str],
) -> Mistake {
    Mistake { name, switches: "", headers, told: None, found_by, says: None }
}

const fn told(
    name: &'static str,
    told: Told,
    found_by: &'static [&'static str],
    says: &'static str,
) -> Mistake {
    Mistake { name, switches: "", headers: &[], told: Some(told), found_by, says: Some(says) }
}

/// A provider that is right in a way that looks like a mistake.
pub struct Right {
    pub name: &'static str,
    pub switches: &'static str,
    pub headers: &'static [(&'static str, &'static str)],
}

const CSP: &str = "Content-Security-Policy";
const XFO: &str = "X-Frame-Options";

pub static RIGHTS: &[Right] = &[
    Right { name: "older_header_beside", switches: "", headers: &[(XFO, "SAMEORIGIN")] },
    Right {
        name: "several_ancestors",
        switches: "",
        headers: &[(
            CSP,
            "frame-ancestors 'self' https://*.onoffice.de https://marketplace.example/",
        )],
    },
    Right {
        name: "two_policies",
        switches: "",
        headers: &[(
            CSP,
            "default-src 'self' 'unsafe-inline', frame-ancestors https://marketplace.example",
        )],
    },
    Right { name: "session_partitioned", switches: "session_partitioned", headers: &[] },
    Right {
        name: "cookie_not_needed",
        switches: "",
        headers: &[("Set-Cookie", "language=de; HttpOnly; SameSite=Lax")],
    },
    Right {
        name: "token_of_forms",
        switches: "",
        headers: &[("Set-Cookie", "csrftoken=x; SameSite=Lax; Path=/")],
    },
];

pub static MISTAKES: &[Mistake] = &[
    // The pattern of the published sample, written anew: no age, fields of the page are trusted,
    // messages to everybody, refusals with 200.
    Mistake {
        name: "published_pattern",
        switches: "no_age,trusts_fields,post_star,refuse_200,not_once,no_origin,no_frame_ancestors",
        headers: &[],
        told: None,
        found_by: &["FD-ACT-012"],
        says: None,
    },
    one("no_signature", &["FD-ACT-001"]),
    one("missing_ok", &["FD-ACT-002"]),
    one("empty_ok", &["FD-ACT-003"]),
    one("prefix_compare", &["FD-ACT-005"]),
    one("case_insensitive", &["FD-ACT-035"]),
    one("empty_secret_ok", &["FD-ACT-007"]),
    one("plain_hash_ok", &["FD-ACT-008"]),
    one("unsigned_extra", &["FD-ACT-010"]),
    one("no_age", &["FD-ACT-013"]),
    one("day_age", &["FD-ACT-012"]),
    one("no_future", &["FD-ACT-014"]),
    one("timestamp_optional", &["FD-ACT-015"]),
    one("nonnumeric_ok", &["FD-ACT-016"]),
    one("timestamp_lenient", &["FD-ACT-017"]),
    one("timestamp_unsigned", &["FD-ACT-018"]),
    one("no_sort", &["FD-ACT-020"]),
    one("raw_query", &["FD-ACT-021"]),
    one("component_encode", &["FD-ACT-022"]),
    one("star_literal", &["FD-ACT-022"]),
    one("drops_empty", &["FD-ACT-023"]),
    one("caseless_sort", &["FD-ACT-023"]),
    one("trims", &["FD-ACT-024"]),
    one("sanitizes", &["FD-ACT-024"]),
    one("magic_quotes", &["FD-ACT-025"]),
    one("html_values", &["FD-ACT-025"]),
    one("latin1", &["FD-ACT-022"]),
    one("slash", &["FD-ACT-026"]),
    one("port_dropped", &["FD-ACT-049"]),
    one("port_only", &["FD-ACT-049"]),
    Mistake {
        name: "down",
        switches: "down",
        headers: &[],
        told: None,
        found_by: &["FD-ACT-019"],
        says: Some("the provider is down"),
    },
    told("told_secret", Told::Secret, &["FD-ACT-019"], "does the provider have this secret"),
    told("told_trimmed", Told::TrimmedSecret, &["FD-ACT-019"], "a line break after it"),
    told("told_unset", Told::UnsetSecret, &["FD-ACT-019"], "the word `undefined`"),
    told(
        "told_host",
        Told::Host,
        &["FD-ACT-019"],
        "signed as http://127.0.0.1/activate, but http://localhost:",
    ),
    told("told_path", Told::Path, &["FD-ACT-019"], "nothing at this path"),
    told("told_button", Told::Button, &["FD-UNL-009"], "no call arrived at the API"),
    one("first_wins_token", &["FD-ACT-036"]),
    one("reads_last_unsigned", &["FD-ACT-037"]),
    one("leak_expected", &["FD-ACT-040"]),
    one("leak_secret", &["FD-ACT-041"]),
    one("stack_trace", &["FD-ACT-042"]),
    one("refuse_200", &["FD-ACT-043"]),
    one("crash_missing", &["FD-ACT-045"]),
    one("hex_hmac", &["FD-UNL-001"]),
    one("says_ok", &["FD-UNL-001"]),
    one("wrong_cache", &["FD-UNL-003"]),
    one("no_claim", &["FD-UNL-004"]),
    one("ms_timestamp", &["FD-UNL-005"]),
    one("key_in_body", &["FD-UNL-006"]),
    one("active_always", &["FD-UNL-010"]),
    one("outer_only", &["FD-UNL-013"]),
    one("no_error_is_success", &["FD-UNL-016"]),
    one("text_search", &["FD-UNL-018"]),
    one("follows_redirect", &["FD-UNL-021"]),
    one("no_trim", &["FD-UNL-030"]),
    one("any_key", &["FD-UNL-031"]),
    one("trusts_fields", &["FD-UNL-040"]),
    one("extra_token", &["FD-UNL-044"]),
    one("old_launch", &["FD-UNL-045"]),
    one("not_once", &["FD-UNL-046"]),
    one("no_origin", &["FD-UNL-050"]),
    one("get_unlock", &["FD-UNL-051"]),
    one("method_override", &["FD-UNL-052"]),
    one("cors", &["FD-UNL-053"]),
    one("echo_key", &["FD-UNL-054"]),
    one("no_frame_ancestors", &["FD-PAGE-001"]),
    one("frame_star", &["FD-PAGE-001"]),
    headers("xfo_deny", &[(CSP, ""), (XFO, "DENY")], &["FD-PAGE-002"]),
    headers(
        "xfo_sameorigin",
        &[(CSP, "default-src 'self'"), (XFO, "SAMEORIGIN")],
        &["FD-PAGE-002"],
    ),
    headers(
        "xfo_allow_from",
        &[(CSP, ""), (XFO, "ALLOW-FROM https://marketplace.example")],
        &["FD-PAGE-001"],
    ),
    headers(
        "frame_self",
        &[(CSP, "frame-ancestors 'self'"), (XFO, "SAMEORIGIN")],
        &["FD-PAGE-020"],
    ),
    headers("frame_none", &[(CSP, "frame-ancestors 'none'")], &["FD-PAGE-020"]),
    headers("frame_other", &[(CSP, "frame-ancestors https://other.example")], &["FD-PAGE-020"]),
    headers(
        "frame_port",
        &[(CSP, "frame-ancestors https://marketplace.example:8443")],
        &["FD-PAGE-020"],
    ),
    headers(
        "frame_path",
        &[(CSP, "frame-ancestors https://marketplace.example/smart/")],
        &["FD-PAGE-020"],
    ),
    headers(
        "frame_quotes",
        &[(CSP, "frame-ancestors \"https://marketplace.example\"")],
        &["FD-PAGE-020"],
    ),
    headers(
        "frame_comma",
        &[(CSP, "frame-ancestors 'self', https://marketplace.example")],
        &["FD-PAGE-020"],
    ),
    headers(
        "frame_policies",
        &[(CSP, "frame-ancestors https://marketplace.example, frame-ancestors 'self'")],
        &["FD-PAGE-020"],
    ),
    headers("frame_scheme", &[(CSP, "frame-ancestors https:")], &["FD-PAGE-001"]),
    headers(
        "frame_reports",
        &[
            (CSP, ""),
            ("Content-Security-Policy-Report-Only", "frame-ancestors https://marketplace.example"),
        ],
        &["FD-PAGE-001"],
    ),
    Mistake {
        name: "frame_meta",
        switches: "frame_meta,no_frame_ancestors",
        headers: &[],
        told: None,
        found_by: &["FD-PAGE-001"],
        says: None,
    },
    one("cacheable", &["FD-PAGE-003"]),
    one("referrer", &["FD-PAGE-004"]),
    one("no_nosniff", &["FD-PAGE-005"]),
    one("version", &["FD-PAGE-007"]),
    one("mixed", &["FD-PAGE-008"]),
    one("foreign_script", &["FD-PAGE-009"]),
    one("form_get", &["FD-PAGE-010"]),
    one("autocomplete", &["FD-PAGE-011"]),
    one("secret_in_page", &["FD-PAGE-013"]),
    one("cookie", &["FD-PAGE-014"]),
    headers("cookie_none", &[("Set-Cookie", "a=1; HttpOnly; SameSite=None")], &["FD-PAGE-014"]),
    one("session_lax", &["FD-PAGE-021"]),
    one("post_star", &["FD-PAGE-016"]),
    one("message_any", &["FD-PAGE-017"]),
    one("xss_genuine", &["FD-PAGE-018"]),
    one("xss_refused", &["FD-PAGE-019"]),
    one("service_no_age", &["FD-SRV-012"]),
    one("activation_claim", &["FD-SRV-032"]),
    one("shared_by_user", &["FD-SRV-033"]),
    one("old_credentials", &["FD-SRV-035"]),
    one("service_crash", &["FD-SRV-036"]),
    one("webhook_no_signature", &["FD-HOOK-001"]),
    one("callback_no_signature", &["FD-CB-001"]),
    one("callback_any_status", &["FD-CB-031"]),
    one("delivers_again", &["FD-CB-035"]),
    one("order_rfc1738", &["FD-ORD-001"]),
    one("order_cache", &["FD-ORD-002"]),
    one("order_old", &["FD-ORD-003"]),
    one("order_numbers", &["FD-ORD-004"]),
    one("order_total", &["FD-ORD-004"]),
    one("order_price", &["FD-ORD-005"]),
    one("order_callback", &["FD-ORD-006"]),
    one("order_quantity", &["FD-ORD-007"]),
    one("order_unlaunched", &["FD-ORD-008"]),
];
