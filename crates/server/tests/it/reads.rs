//! `read user`, `read basicsettings` and `read estate`, with the rights of the user of the claim.

use serde_json::{Value, json};

use crate::{
    wire::Answer,
    world::{Run, World},
};

/// An active provider, and a service call of a user in it.
async fn called_by(world: &World, user: i64) -> Run {
    let run = world.start("demo").await;
    world.unlock(&run).await;
    world.service_call_by(&run, user).await
}

async fn read(world: &World, run: &Run, kind: &str, id: Value, parameters: Value) -> Answer {
    let body = world.other(run, "read", kind, parameters, |action| action["resourceid"] = id).await;
    world.post(&body).await
}

fn data(answer: &Answer) -> Value {
    assert_eq!(answer.top(), (200, 0), "{}", answer.text());
    answer.json()["response"]["results"][0]["data"].clone()
}

fn code(answer: &Answer) -> i64 {
    answer.codes()[0]
}

#[tokio::test]
async fn one_estate_byte_for_byte() {
    let world = World::new().await;
    let run = called_by(&world, 21).await;
    let parameters = json!({ "data": ["Id", "objekttitel", "kaufpreis", "kaltmiete"] });
    let answer = read(&world, &run, "estate", json!("11"), parameters).await;
    assert_eq!(
        answer.text(),
        concat!(
            r#"{"status":{"code":200,"errorcode":0,"message":"OK"},"response":{"results":[{"#,
            r#""actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:read","resourceid":"11","#,
            r#""resourcetype":"estate","cacheable":true,"identifier":"","#,
            r#""data":{"meta":{"cntabsolute":1},"records":[{"id":11,"type":"estate","elements":{"#,
            r#""Id":"11","objekttitel":"Reihenhaus am Park","kaufpreis":"325000.00","#,
            r#""kaltmiete":"0.00"}}]},"status":{"errorcode":0,"message":"OK"}}]}}"#,
        )
    );
}

#[tokio::test]
async fn estates_come_in_pages_with_their_total() {
    let world = World::new().await;
    let run = called_by(&world, 21).await;
    for (parameters, ids) in [
        (json!({}), vec![11, 12, 13, 21, 1234]),
        (json!({ "listlimit": 2 }), vec![11, 12]),
        (json!({ "listlimit": "2", "listoffset": "3" }), vec![21, 1234]),
        (json!({ "listlimit": 0 }), vec![]),
        (json!({ "listoffset": 99 }), vec![]),
        (json!({ "listlimit": 501 }), vec![11, 12, 13, 21, 1234]),
    ] {
        let data = data(&read(&world, &run, "estate", json!(""), parameters.clone()).await);
        assert_eq!(data["meta"]["cntabsolute"], 5, "{parameters}");
        let records = data["records"].as_array().unwrap();
        let found: Vec<i64> = records.iter().map(|record| record["id"].as_i64().unwrap()).collect();
        assert_eq!(found, ids, "{parameters}");
        assert!(records.iter().all(|record| record["elements"] == json!([])));
    }
    let none = data(&read(&world, &run, "estate", json!("999"), json!({})).await);
    assert_eq!(none, json!({ "meta": { "cntabsolute": 0 }, "records": [] }));
}

#[tokio::test]
async fn a_claim_gives_no_more_rights_than_its_user_has() {
    let world = World::new().await;
    let run = called_by(&world, 22).await;
    let estates = data(&read(&world, &run, "estate", json!(""), json!({})).await);
    assert_eq!(estates["meta"]["cntabsolute"], 4, "one is for administrators");
    let villa = data(&read(&world, &run, "estate", json!("1234"), json!({})).await);
    assert_eq!(villa["meta"]["cntabsolute"], 0);
    let users = data(&read(&world, &run, "user", json!(""), json!({ "data": ["Nr"] })).await);
    assert_eq!(users["records"], json!([{ "id": 22, "type": "user", "elements": { "Nr": "22" } }]));
}

#[tokio::test]
async fn the_calling_user_is_read_by_id() {
    let world = World::new().await;
    let run = called_by(&world, 23).await;
    let fields = json!({ "data": ["Vorname", "Nachname", "Sprache"] });
    let own = data(&read(&world, &run, "user", json!(23), fields.clone()).await);
    let elements = json!({ "Vorname": "Clara", "Nachname": "Chen", "Sprache": "ENG" });
    assert_eq!(own["records"][0]["elements"], elements);
    assert_eq!(own["meta"]["cntabsolute"], 1);
    let administrator = world.service_call_by(&run, 21).await;
    let all = data(&read(&world, &administrator, "user", json!(null), fields.clone()).await);
    assert_eq!(all["meta"]["cntabsolute"], 4);
    assert_eq!(code(&read(&world, &run, "user", json!("22"), fields).await), 170);
}

/// The vendor's own example of "Read users", with the ids of the sandbox.
#[tokio::test]
async fn the_documented_example_of_read_user_is_answered() {
    let world = World::new().await;
    let run = called_by(&world, 21).await;
    let wanted = json!({
        "data": ["Vorname", "Nachname", "Emailname"],
        "filter": { "Nr": [{ "op": "in", "val": [21, 23] }] },
        "sortby": { "Nr": "DESC" },
        "listlimit": 10,
    });
    let found = data(&read(&world, &run, "user", json!(""), wanted.clone()).await);
    let user = |id: i64, first: &str, last: &str| {
        let name = format!("{first} {last}");
        json!({ "id": id, "type": "user",
                "elements": { "Vorname": first, "Nachname": last, "Emailname": name } })
    };
    let expected = json!([user(23, "Clara", "Chen"), user(21, "Anna", "Albrecht")]);
    assert_eq!(found, json!({ "meta": { "cntabsolute": 2 }, "records": expected }));
    // Whoever may see nobody else finds nobody else, whatever the filter says.
    let ben = world.service_call_by(&run, 22).await;
    let nobody = data(&read(&world, &ben, "user", json!(""), wanted).await);
    assert_eq!(nobody, json!({ "meta": { "cntabsolute": 0 }, "records": [] }));
}

#[tokio::test]
async fn users_are_read_with_fields_only_and_by_documented_ones() {
    let world = World::new().await;
    let run = called_by(&world, 21).await;
    let nobody = data(&read(&world, &run, "user", json!(""), json!({ "data": [] })).await);
    assert_eq!(nobody, json!({ "meta": { "cntabsolute": 0 }, "records": [] }));
    let kept = json!({ "data": ["Nr", "Telefon", "usesAccount:account.id"], "listlimit": 1 });
    let kept = data(&read(&world, &run, "user", json!(""), kept).await);
    let elements = json!({ "Nr": "21", "Telefon": "", "usesAccount:account.id": "" });
    assert_eq!(kept["records"][0]["elements"], elements);
    for unknown in [
        json!({ "data": ["emailname"] }),
        json!({ "data": ["Nr"], "filter": { "id": [{ "op": "=", "val": 1 }] } }),
        json!({ "data": ["Nr"], "sortby": { "id": "ASC" } }),
    ] {
        assert_eq!(code(&read(&world, &run, "user", json!(""), unknown).await), 141);
    }
}

#[tokio::test]
async fn a_call_of_the_vendor_that_is_not_served_is_not_called_misspelt() {
    let world = World::new().await;
    let run = called_by(&world, 21).await;
    for (verb, kind, said) in [
        ("get", "estatepictures", "does not serve yet; nothing is wrong with its name"),
        ("read", "log", "does not serve yet"),
        ("read", "estatepictures", "the vendor has it for get"),
        ("read", "Estate", "case-sensitive, the vendor has \"estate\" for read"),
        ("read", "hurz", "the vendor has no call of this name"),
    ] {
        let body = world.other(&run, verb, kind, json!({}), |_| {}).await;
        assert_eq!(code(&world.post(&body).await), 25, "{verb} {kind}");
        let log = world.managed("GET", "/v1/requests?failed=true", None).await;
        let explanation = log[0]["explanation"].as_str().unwrap();
        assert!(explanation.contains(said), "{verb} {kind}: {explanation}");
    }
}

#[tokio::test]
async fn basic_settings_mirror_what_was_asked_for() {
    let world = World::new().await;
    let run = called_by(&world, 22).await;
    let wanted = json!({ "data": { "basicData": { "characteristicsCi": ["color", "logo"] } } });
    let data = data(&read(&world, &run, "basicsettings", json!(""), wanted).await);
    let values = json!({ "basicData": { "characteristicsCi": { "color": "0b5cad", "logo": "" } } });
    assert_eq!(data["records"], json!([{ "id": 0, "type": null, "elements": values }]));
    assert_eq!(data["meta"]["cntabsolute"], json!(null));
    for unknown in [
        json!({ "data": { "basicData": { "characteristicsCi": ["colour"] } } }),
        json!({ "data": { "basicData": { "team": ["about"] } } }),
    ] {
        assert_eq!(code(&read(&world, &run, "basicsettings", json!(""), unknown).await), 141);
    }
}

#[tokio::test]
async fn names_of_the_data_api_that_are_not_served_are_unknown() {
    let world = World::new().await;
    let run = called_by(&world, 21).await;
    assert_eq!(code(&read(&world, &run, "address", json!(""), json!({})).await), 25);
    assert_eq!(code(&read(&world, &run, "Estate", json!(""), json!({})).await), 25);
    let body = world.other(&run, "write", "estate", json!({}), |_| {}).await;
    assert_eq!(code(&world.post(&body).await), 23);
    let filtered = json!({ "data": ["Id"], "filter": { "Id": [{ "op": "=", "val": 11 }] } });
    assert_eq!(code(&read(&world, &run, "estate", json!(""), filtered).await), 255);
}

#[tokio::test]
async fn a_claim_ends_with_its_lifetime_and_with_a_block() {
    let world = World::with(|config| config.policy.claim_lifetime = 60).await;
    let run = called_by(&world, 21).await;
    let other = world.start("preisradar").await;
    world.unlock(&other).await;
    let foreign = Run { claim: world.service_call(&other).await.claim, ..run.clone() };
    assert_eq!(code(&read(&world, &foreign, "estate", json!(""), json!({})).await), 248);
    world.advance(61).await;
    assert_eq!(code(&read(&world, &run, "estate", json!(""), json!({})).await), 201);
    let fresh = world.service_call(&run).await;
    assert_eq!(read(&world, &fresh, "estate", json!(""), json!({})).await.top(), (200, 0));
    world.block(&run).await;
    assert_eq!(read(&world, &fresh, "estate", json!(""), json!({})).await.top(), (400, 22));
}
