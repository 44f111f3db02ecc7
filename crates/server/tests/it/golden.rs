//! Whole answers, byte for byte, in the member order and spelling of the vendor's samples.

use serde_json::json;

use crate::world::World;

const UNLOCKED: &str = concat!(
    r#"{"actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do","resourceid":"","#,
    r#""resourcetype":"unlockProvider","cacheable":false,"identifier":"","#,
    r#""data":{"meta":{"cntabsolute":null},"#,
    r#""records":[{"id":0,"type":"","elements":{"success":"success"}}]},"#,
    r#""status":{"errorcode":0,"message":"OK"}}"#,
);

#[tokio::test]
async fn success() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let answer = world.unlock(&run).await;
    assert_eq!(
        answer.text(),
        format!(
            r#"{{"status":{{"code":200,"errorcode":0,"message":"OK"}},"response":{{"results":[{UNLOCKED}]}}}}"#
        )
    );
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(world.state(&run).await, "active");
}

#[tokio::test]
async fn a_failure_between_two_successes_stays_in_its_place() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let fine = world.unlock_action(&run).await;
    let mut wrong = fine.clone();
    wrong["identifier"] = json!("Prüfung 2/3");
    wrong["resourceid"] = json!(32);
    wrong["hmac"] = json!("AAAA");
    let answer = world.call(&run, &[fine.clone(), wrong, fine]).await;
    let failed = concat!(
        r#"{"actionid":"urn:onoffice-de-ns:smart:2.5:smartml:action:do","resourceid":"32","#,
        r#""resourcetype":"unlockProvider","cacheable":false,"#,
        r#""identifier":"Pr\u00fcfung 2\/3","#,
        r#""data":{"meta":{"cntabsolute":null},"records":[]},"#,
        r#""status":{"errorcode":137,"message":"The HMAC is invalid."}}"#,
    );
    assert_eq!(
        answer.text(),
        format!(
            r#"{{"status":{{"code":500,"errorcode":97,"message":"Error in action"}},"response":{{"results":[{UNLOCKED},{failed},{UNLOCKED}]}}}}"#
        )
    );
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn an_unknown_token() {
    let world = World::new().await;
    let mut run = world.start("demo").await;
    run.token = "f".repeat(32);
    let answer = world.unlock(&run).await;
    assert_eq!(
        answer.text(),
        r#"{"status":{"code":400,"errorcode":22,"message":"Not authenticated"},"response":{"results":[]}}"#
    );
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn requests_that_fail_as_a_whole() {
    let world = World::new().await;
    let answers: [(&[u8], &str); 8] = [
        (b"", r#""errorcode":9,"message":"Empty request""#),
        (b" \r\n\t", r#""errorcode":9,"message":"Empty request""#),
        (b"{", r#""errorcode":6,"message":"Syntax error""#),
        (
            b"{\"token\":\"\xe4\"}",
            r#""errorcode":7,"message":"Malformed UTF-8 characters, possibly incorrectly encoded""#,
        ),
        (b"5", r#""errorcode":4,"message":"Invalid or malformed JSON""#),
        (b"{}", r#""errorcode":13,"message":"Missing or invalid element: token""#),
        (b"{\"token\":\"t\"}", r#""errorcode":14,"message":"Missing or invalid element: request""#),
        (
            b"{\"token\":\"t\",\"request\":{}}",
            r#""errorcode":15,"message":"Missing or invalid element: actions""#,
        ),
    ];
    for (body, status) in answers {
        let answer = world.post(body).await;
        let expected =
            format!(r#"{{"status":{{"code":500,{status}}},"response":{{"results":[]}}}}"#);
        assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
    }
}

/// One public client asks for compression by hand and then does not undo it.
#[tokio::test]
async fn an_answer_is_never_compressed() {
    let world = World::new().await;
    let run = world.start("demo").await;
    let body = world.changed(&run, |_| {}).await;
    let headers = [("Accept-Encoding", "gzip,deflate,br")];
    let request = crate::wire::request("POST", crate::world::API, &headers, &body);
    let answer = crate::wire::exchange(world.api, &request).await;
    assert_eq!(answer.header("content-encoding"), None);
    crate::world::assert_unlocked(&answer);
}
