//! An order that is placed and paid through the management API.

use std::time::{SystemTime, UNIX_EPOCH};

use freischalt_protocol::{Secret, signed_order};
use serde_json::{Value, json};

use crate::{crash::unlock_body, http, process::Running};

const SECRET: &str = "0123456789abcdef";
/// An account of the test bank from which every debit is paid at once.
const ACCOUNT: &str = "DE66 1000 0000 0000 0000 04";

/// Sells something to a customer of the sandbox; the id of the order, which is paid.
pub(crate) fn sell_one(server: &Running) -> String {
    let url = "http://127.0.0.1:9";
    let window = json!({ "name": "Window", "url": format!("{url}/window") });
    let provider = json!({ "name": "Shop", "secret": SECRET, "services": [window],
        "activationUrl": format!("{url}/activate") });
    server.manage("POST", "/v1/providers", &provider);
    let launch = json!({ "provider": "shop", "customer": "musterimmo" });
    let started = server.manage("POST", "/v1/activations", &launch);
    let request = http::request("POST", "/api/stable/api.php", &[], &unlock_body(&started));
    let unlocked = http::exchange(server.marketplace, &request).unwrap().json();
    assert_eq!(unlocked["status"]["errorcode"], 0, "{unlocked}");
    let entry = server.manage("POST", "/v1/services/launch", &launch)["parameterCacheId"].clone();

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let order = json!({
        "parametercacheid": entry, "callbackurl": format!("{url}/result"),
        "products": [{ "name": "one", "price": "38.70", "quantity": "1" }],
        "totalprice": "38.70", "timestamp": now,
    });
    let order = signed_order::sign(order.to_string().as_bytes(), &Secret::new(SECRET)).unwrap();
    let order = json!({ "customer": "musterimmo", "provider": "shop", "order": order });
    let placed = server.manage("POST", "/v1/orders", &order);
    let id = placed["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/orders/{id}/pay");
    let paid = server.manage("POST", &path, &json!({ "number": ACCOUNT }));
    assert_eq!(paid["state"], Value::from("paid"));
    id
}
