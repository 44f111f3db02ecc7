use providers::{REFUSAL, headers, page, port, verified};
use rocket::{
    Request, Response, get,
    http::{ContentType, Header, Status, uri::Origin},
    response::{self, Responder},
    routes,
    shield::{Frame, Shield},
};

/// A page with the headers of the marketplace.
struct Page(String);

impl<'r> Responder<'r, 'static> for Page {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::build();
        response.header(ContentType::HTML).sized_body(self.0.len(), std::io::Cursor::new(self.0));
        for (name, value) in headers() {
            response.header_adjoin(Header::new(name, value));
        }
        response.ok()
    }
}

#[get("/activate")]
fn activate(target: &Origin<'_>) -> Result<Page, (Status, &'static str)> {
    let query = target.query().map_or("", |query| query.as_str());
    verified(query).map(|given| Page(page(&given))).ok_or((Status::Forbidden, REFUSAL))
}

#[rocket::main]
async fn main() -> Result<(), Box<rocket::Error>> {
    let settings = rocket::Config::figment().merge(("port", port())).merge(("log_level", "off"));
    // Otherwise it sends X-Frame-Options: SAMEORIGIN with every page.
    let shield = Shield::default().disable::<Frame>();
    rocket::custom(settings).attach(shield).mount("/", routes![activate]).launch().await?;
    Ok(())
}
