//! Switches of the rules from a command line: `claim_required=false`, one after the other.

use freischalt_marketplace::Policy;
use toml::Table;

use super::ConfigProblem;

/// The default policy with these settings changed, each `KEY=VALUE` with the keys and values of the
/// configuration file's `[policy]`. A later setting of the same key wins.
pub fn policy_from_settings(settings: &[String]) -> Result<Policy, ConfigProblem> {
    let mut table = Table::new();
    for given in settings {
        let one = one_setting(given)?;
        // Alone, so that a mistake is told of the setting that makes it.
        one.clone().try_into::<Policy>().map_err(|error| refuse(given, error.message()))?;
        table.extend(one);
    }
    let policy: Policy =
        table.try_into().map_err(|error| refuse(&settings.join(" "), error.message()))?;
    policy.check()?;
    Ok(policy)
}

fn one_setting(given: &str) -> Result<Table, ConfigProblem> {
    let form = "must be KEY=VALUE, such as claim_required=false";
    let Some((key, value)) = given.split_once('=') else {
        return Err(refuse(given, form));
    };
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.is_empty() || !key.chars().all(is_key) || value.contains(['\n', '\r']) {
        return Err(refuse(given, form));
    }
    format!("{key} = {value}")
        .parse()
        .map_err(|_| refuse(given, "the value must be a whole number, true or false"))
}

fn refuse(given: &str, problem: &str) -> ConfigProblem {
    ConfigProblem::PolicySetting { given: given.to_owned(), problem: problem.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(settings: &[&str]) -> Result<Policy, String> {
        let settings: Vec<String> = settings.iter().map(|text| (*text).to_owned()).collect();
        policy_from_settings(&settings).map_err(|problem| problem.to_string())
    }

    #[test]
    fn settings_change_the_default_and_nothing_else() {
        assert_eq!(parse(&[]), Ok(Policy::default()));
        let changed = parse(&["claim_required=false", "claim_lifetime=60", "claim_lifetime=90"]);
        let expected = Policy { claim_required: false, claim_lifetime: 90, ..Policy::default() };
        assert_eq!(changed, Ok(expected));
    }

    #[test]
    fn a_mistake_names_the_setting_and_what_would_be_right() {
        let problem = |given| parse(&["hmac_v1=false", given]).unwrap_err();
        for form in ["claim_required", "=1", "a b=1", "hmac_v1=1\nclaim_lifetime=60"] {
            assert!(problem(form).contains("must be KEY=VALUE"), "{}", problem(form));
        }
        assert!(problem("claim_lifetime=soon").contains("whole number, true or false"));
        let unknown = problem("claim_liftime=60");
        assert!(unknown.contains("`claim_liftime`") && unknown.contains("`claim_lifetime`"));
        assert!(problem("claim_required=1").contains("expected a boolean"));
        assert_eq!(
            problem("claim_lifetime=1"),
            "policy.claim_lifetime is 1; it must be 60 to 2592000 seconds"
        );
    }
}
