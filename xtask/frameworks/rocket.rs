use std::collections::HashMap;

use rocket::{get, http::uri::{Host, Origin}, response::content::RawHtml, routes};

#[get("/<_..>?<read..>")]
fn probe(target: &Origin<'_>, host: &Host<'_>, read: HashMap<String, String>) -> RawHtml<String> {
    RawHtml(providers::probe(&format!("http://{host}{target}"), read))
}

#[rocket::main]
async fn main() -> Result<(), Box<rocket::Error>> {
    let settings = rocket::Config::figment().merge(("port", providers::port())).merge(("log_level", "off"));
    rocket::custom(settings).mount("/", routes![probe]).launch().await?;
    Ok(())
}
