//! What the management listener tells a monitor.

use crate::{
    wire,
    world::{Run, World, assert_unlocked},
};

async fn metrics(world: &World) -> String {
    let answer = world.manage("GET", "/metrics", None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    answer.text().to_owned()
}

/// The value of a line, by everything before it.
#[track_caller]
fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().expect("a number")
}

const PERFORMED: &str = "freischalt_actions_total{resource_type=\"unlockProvider\",code=\"0\"}";

#[tokio::test]
async fn a_fresh_server_has_its_counters_at_zero() {
    let world = World::production("0123456789abcdefghijklmnopqrstuv").await;
    let text = metrics(&world).await;
    assert!(value(&text, PERFORMED).abs() < f64::EPSILON);
    for surface in ["api", "pages", "management"] {
        let requests = format!("freischalt_http_requests_total{{surface=\"{surface}\",");
        assert!(text.contains(&requests), "{requests} is missing in\n{text}");
    }
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        assert!(line.starts_with("freischalt_"), "{line}");
    }
}

#[tokio::test]
async fn calls_are_counted_by_kind_and_code_and_no_client_makes_a_label() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let wrong = Run { key: "0".repeat(64), ..run.clone() };
    assert_eq!(world.unlock(&wrong).await.codes(), [137]);
    assert_unlocked(&world.unlock(&run).await);
    assert_unlocked(&world.unlock(&run).await);
    let invented = run.action(world.now().await, "do", "inventedByAClient", serde_json::json!({}));
    world.call(&run, &[invented]).await;

    let text = metrics(&world).await;
    let is = |name: &str, expected: f64| (value(&text, name) - expected).abs() < f64::EPSILON;
    assert!(is(PERFORMED, 2.0), "{text}");
    let refused = "freischalt_actions_total{resource_type=\"unlockProvider\",code=\"137\"}";
    assert!(is(refused, 1.0), "{text}");
    assert!(!text.contains("inventedByAClient") && text.contains("{resource_type=\"other\","));
    assert!(is("freischalt_action_duration_seconds_count", 4.0), "{text}");
    assert!(is("freischalt_http_requests_total{surface=\"api\",status=\"2xx\"}", 4.0), "{text}");
    let http = "freischalt_http_request_duration_seconds_count{surface=\"api\"}";
    assert!(is(http, 4.0), "{text}");
    assert!(value(&text, "freischalt_store_commit_duration_seconds_count") > 3.0, "{text}");
    assert!(value(&text, "freischalt_store_group_changes_sum") > 3.0, "{text}");
    assert!(is("freischalt_store_waiting{kind=\"changes\"}", 0.0), "{text}");
    for secret in [&run.token, &run.key, &run.claim] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn nothing_is_counted_where_metrics_are_off_and_calls_are_answered() {
    let world = World::with(|config| config.metrics = false).await;
    let run = world.start("demo").await;
    let wrong = Run { key: "0".repeat(64), ..run.clone() };
    assert_eq!(world.unlock(&wrong).await.codes(), [137]);
    assert_unlocked(&world.unlock(&run).await);
    let answer = world.manage("GET", "/metrics", None).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("metrics.enabled = true"), "{}", answer.text());
}

/// How much there is to do is nobody's business who may not ask for it.
#[tokio::test]
async fn strangers_see_no_metrics() {
    let world = World::production("0123456789abcdefghijklmnopqrstuv").await;
    let request = wire::request("GET", "/metrics", &[], b"");
    assert_eq!(wire::exchange(world.management, &request).await.status, 401);
    assert_eq!(wire::exchange(world.api, &request).await.status, 404);
}

/// A dashboard of metrics that are no more shows empty panels, and an alert never fires: nobody
/// notices either.
#[tokio::test]
async fn dashboard_alerts_and_runbook_ask_for_metrics_that_exist() {
    let world = World::new().await;
    let run = world.start("demo").await;
    assert_unlocked(&world.unlock(&run).await);
    let text = metrics(&world).await;
    let dashboard = include_str!("../../../../docs/grafana-dashboard.json");
    let alerts = include_str!("../../../../ops/alerts.yml");
    let runbook = include_str!("../../../../docs/runbook.md");
    let operations = include_str!("../../../../docs/operations.md");
    let askers = [
        ("the dashboard", dashboard),
        ("an alert", alerts),
        ("the runbook", runbook),
        ("operations.md", operations),
    ];
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    for (asker, document) in askers {
        let asked = document.split(|letter| !is_word(letter));
        let asked: std::collections::BTreeSet<&str> =
            asked.filter(|word| word.starts_with("freischalt_")).collect();
        assert!(asked.len() > 1, "{asker} asks for hardly anything: {asked:?}");
        for name in asked {
            assert!(text.contains(&format!("\n{name}")), "{asker} asks for {name}:\n{text}");
        }
    }
}

/// A metric that nobody describes or shows is one that nobody looks at.
#[tokio::test]
async fn every_metric_is_described_and_on_the_dashboard() {
    let text = metrics(&World::new().await).await;
    let dashboard = include_str!("../../../../docs/grafana-dashboard.json");
    let table = include_str!("../../../../docs/observability.md");
    let names: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    assert!(names.len() > 8, "{names:?}");
    for name in &names {
        assert!(table.contains(&format!("| `{name}` |")), "{name} is not in observability.md");
        assert!(dashboard.contains(name), "{name} is not on the dashboard");
    }
    let described = table.lines().filter_map(|line| line.strip_prefix("| `freischalt_"));
    for rest in described {
        let name = format!("freischalt_{}", rest.split('`').next().unwrap_or_default());
        assert!(names.contains(&name.as_str()), "{name} is described and does not exist");
    }
}
