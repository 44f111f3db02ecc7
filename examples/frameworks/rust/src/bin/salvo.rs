use providers::{REFUSAL, headers, page, port, verified};
use salvo::{prelude::*, writing::Text};

#[handler]
async fn activate(request: &mut Request, response: &mut Response) {
    let Some(given) = verified(request.uri().query().unwrap_or_default()) else {
        response.status_code(StatusCode::FORBIDDEN).render(REFUSAL);
        return;
    };
    for (name, value) in headers() {
        if let Ok(value) = value.parse() {
            response.headers_mut().append(name, value);
        }
    }
    response.render(Text::Html(page(&given)));
}

#[tokio::main]
async fn main() {
    let listener = TcpListener::new(("127.0.0.1", port())).bind().await;
    Server::new(listener).serve(Router::with_path("activate").get(activate)).await;
}
