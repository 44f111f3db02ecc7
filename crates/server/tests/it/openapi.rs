//! The OpenAPI document that the management API serves: complete, valid as far as its own
//! references go, and true.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    desk::{self, Things},
    world::World,
};

/// Every operation there is. A new route stands here or this fails.
pub const OPERATIONS: [(&str, &str); 44] = [
    ("DELETE", "/v1/customers/{slug}/payment-methods/{id}"),
    ("GET", "/v1/activations"),
    ("GET", "/v1/activations/{id}"),
    ("GET", "/v1/clock"),
    ("GET", "/v1/customers"),
    ("GET", "/v1/customers/{slug}"),
    ("GET", "/v1/customers/{slug}/records/{module}"),
    ("GET", "/v1/customers/{slug}/rights/{provider}"),
    ("GET", "/v1/customers/{slug}/payment-methods"),
    ("GET", "/v1/deliveries"),
    ("GET", "/v1/deliveries/{id}"),
    ("GET", "/v1/orders"),
    ("GET", "/v1/orders/{id}"),
    ("GET", "/v1/providers"),
    ("GET", "/v1/providers/{slug}"),
    ("GET", "/v1/providers/{slug}/balance"),
    ("GET", "/v1/providers/{slug}/subscriptions"),
    ("GET", "/v1/providers/{slug}/transactions"),
    ("GET", "/v1/requests"),
    ("PATCH", "/v1/customers/{slug}"),
    ("PATCH", "/v1/customers/{slug}/records/{module}/{id}"),
    ("PATCH", "/v1/providers/{slug}"),
    ("POST", "/v1/activations"),
    ("POST", "/v1/activations/{id}/block"),
    ("POST", "/v1/activations/{id}/service-calls"),
    ("POST", "/v1/customers"),
    ("POST", "/v1/customers/{slug}/api-users"),
    ("POST", "/v1/customers/{slug}/payment-methods"),
    ("POST", "/v1/customers/{slug}/records/{module}"),
    ("POST", "/v1/deliveries/replay"),
    ("POST", "/v1/deliveries/{id}/replay"),
    ("POST", "/v1/orders"),
    ("POST", "/v1/orders/{id}/bank"),
    ("POST", "/v1/orders/{id}/give-up"),
    ("POST", "/v1/orders/{id}/pay"),
    ("POST", "/v1/providers"),
    ("POST", "/v1/providers/{slug}/subscriptions/{id}/cancel"),
    ("POST", "/v1/providers/{slug}/transactions/{id}/payment-links"),
    ("POST", "/v1/providers/{slug}/transactions/{id}/refund"),
    ("POST", "/v1/services/launch"),
    ("POST", "/v1/sign-in-tickets"),
    ("PUT", "/v1/clock"),
    ("PUT", "/v1/customers/{slug}/rights/{provider}/{user}"),
    ("PUT", "/v1/customers/{slug}/users/{id}"),
];

/// The operations of the document.
pub fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("a path item").keys() {
            operations.insert((method.to_uppercase(), path.clone()));
        }
    }
    operations
}

/// A body that the operation accepts, and its path with parameters that exist.
pub fn example(method: &str, path: &str, things: &Things) -> (String, Option<Value>) {
    let slug = if path.starts_with("/v1/customers") { "musterimmo" } else { "demo" };
    let id = match path {
        "/v1/customers/{slug}/users/{id}" => "31".to_owned(),
        "/v1/customers/{slug}/payment-methods/{id}" => "5".to_owned(),
        "/v1/customers/{slug}/records/{module}/{id}" => "12".to_owned(),
        "/v1/orders/{id}/pay" => things.to_pay.clone(),
        "/v1/orders/{id}/bank" => things.at_bank.clone(),
        "/v1/orders/{id}/give-up" => things.to_leave.clone(),
        path if path.starts_with("/v1/orders") => things.order.clone(),
        path if path.starts_with("/v1/deliveries") => things.delivery.clone(),
        path if path.contains("/transactions/") => things.transaction.to_string(),
        path if path.contains("/subscriptions/") => things.subscription.to_string(),
        _ => things.run.id.clone(),
    };
    let real = [("{slug}", slug), ("{id}", id.as_str()), ("{module}", "estate")]
        .into_iter()
        .chain([("{provider}", "demo"), ("{user}", "22")])
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    (real, body(method, path))
}

fn body(method: &str, path: &str) -> Option<Value> {
    Some(match (method, path) {
        ("POST", "/v1/activations") => {
            json!({ "provider": "funkstille", "customer": "musterimmo" })
        }
        ("POST", "/v1/activations/{id}/service-calls") => json!({}),
        ("POST", "/v1/customers/{slug}/api-users") => json!({ "name": "refunds" }),
        ("POST", "/v1/customers/{slug}/payment-methods") => {
            json!({ "number": "4000 0000 0000 0010" })
        }
        ("POST", "/v1/customers") => json!({ "slug": "new" }),
        ("POST" | "PATCH", path) if path.contains("/records/") => {
            json!({ "fields": { "objekttitel": "Neu" } })
        }
        ("POST", "/v1/deliveries/replay") => json!({ "provider": "demo" }),
        ("POST", "/v1/orders/{id}/pay") => json!({ "number": "4000 0000 0000 0010" }),
        ("POST", "/v1/orders/{id}/bank") => json!({ "answer": "confirm" }),
        ("POST", "/v1/orders") => {
            json!({ "customer": "musterimmo", "provider": "demo", "order": "" })
        }
        ("POST", "/v1/providers/{slug}/subscriptions/{id}/cancel") => {
            json!({ "day": "2999-01-01" })
        }
        ("POST", "/v1/providers/{slug}/transactions/{id}/payment-links") => {
            json!({ "priceNet": "12.50", "description": "Anfahrt" })
        }
        ("POST", "/v1/services/launch") => {
            json!({ "customer": "musterimmo", "provider": "demo" })
        }
        ("POST", "/v1/providers") => json!({ "name": "New", "activationUrl": "http://h/a" }),
        ("POST", "/v1/sign-in-tickets") => json!({ "customer": "musterimmo", "user": 21 }),
        ("PATCH", "/v1/customers/{slug}") => json!({ "active": true }),
        ("PATCH", "/v1/providers/{slug}") => json!({ "notifyResults": true }),
        ("PUT", "/v1/clock") => json!({ "advance": 1 }),
        ("PUT", "/v1/customers/{slug}/rights/{provider}/{user}") => json!({ "right": "given" }),
        ("PUT", "/v1/customers/{slug}/users/{id}") => json!({ "name": "Eva" }),
        _ => return None,
    })
}

#[tokio::test]
async fn lists_every_operation() {
    let world = World::new().await;
    let document = world.managed("GET", "/openapi.json", None).await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
    let expected: BTreeSet<(String, String)> = OPERATIONS
        .iter()
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(documented(&document), expected);
}

/// With an example each operation succeeds, with a status that the document names.
#[tokio::test]
async fn every_operation_answers_as_documented() {
    let world = World::new().await;
    let run = world.start("demo").await;
    world.unlock(&run).await;
    let things = Things::make(&world, &run).await;
    let document = world.managed("GET", "/openapi.json", None).await;
    let mut operations: Vec<_> = documented(&document).into_iter().collect();
    operations.sort_by_key(|(_, path)| path.ends_with("/block"));
    for (method, path) in operations {
        let (real, mut body) = example(&method, &path, &things);
        if let Some(order) = body.as_mut().and_then(|body| body.get_mut("order")) {
            let launched = desk::launch(&world, json!({})).await.json();
            *order = desk::sign(&world, &desk::product(&world, &launched).await).await.into();
        }
        let answer = world.manage(&method, &real, body.as_ref()).await;
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.text());
        let operation = &document["paths"][&path][method.to_lowercase()];
        let response = &operation["responses"][answer.status.to_string()];
        let schema = &response["content"]["application/json"]["schema"];
        assert!(schema.is_object(), "{method} {path}: {} is not documented", answer.status);
        assert_fits(&document, schema, &answer.json(), &format!("{method} {path}"));
    }
}

/// Methods that a path does not document, it does not take.
#[tokio::test]
async fn other_methods_are_not_taken() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let document = world.managed("GET", "/openapi.json", None).await;
    let operations = documented(&document);
    let paths: BTreeSet<&String> = operations.iter().map(|(_, path)| path).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if operations.contains(&(method.to_owned(), path.clone())) {
                continue;
            }
            let (real, _) = example(method, path, &Things::of_nothing(&run));
            assert_eq!(world.manage(method, &real, None).await.status, 405, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn references_resolve_and_operation_ids_are_unique() {
    let world = World::new().await;
    let document = world.managed("GET", "/openapi.json", None).await;
    let mut references = Vec::new();
    collect(&document, "$ref", &mut references);
    assert!(!references.is_empty());
    for reference in &references {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let mut ids = Vec::new();
    collect(&document, "operationId", &mut ids);
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), unique.len()), (OPERATIONS.len(), OPERATIONS.len()));
}

/// All texts that stand under a name, anywhere.
fn collect(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (member, inner) in members {
                match inner {
                    Value::String(text) if member == name => found.push(text.clone()),
                    _ => collect(inner, name, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, found)),
        _ => {}
    }
}

/// Checks a value against the part of JSON Schema that the document uses.
fn assert_fits(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(&reference[1..]).expect("resolves");
        return assert_fits(document, schema, value, place);
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().for_each(|schema| assert_fits(document, schema, value, place));
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        if value.is_null() {
            assert!(choices.iter().any(|schema| schema["type"] == "null"), "{place} is null");
            return;
        }
        let choice = choices.iter().find(|schema| schema["type"] != "null").expect("another");
        return assert_fits(document, choice, value, place);
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {value} is none of {words:?}");
    }
    let kinds = match &schema["type"] {
        Value::String(kind) => vec![kind.as_str()],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => panic!("{place} has no type in the document"),
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&found), "{place} is {found}, not {kinds:?}");
    match value {
        Value::Array(items) => {
            items.iter().for_each(|item| assert_fits(document, &schema["items"], item, place));
        }
        Value::Object(members) => {
            for name in schema["required"].as_array().into_iter().flatten() {
                assert!(members.contains_key(name.as_str().unwrap()), "{place} lacks {name}");
            }
            for (name, inner) in members {
                let Some(schema) = schema["properties"].get(name) else { continue };
                assert_fits(document, schema, inner, &format!("{place}: {name}"));
            }
        }
        _ => {}
    }
}
