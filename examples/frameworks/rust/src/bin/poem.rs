use poem::{IntoResponse, Request, Response, Route, Server, get, handler, listener::TcpListener, web::Html};
use providers::{REFUSAL, headers, page, port, verified};

#[handler]
fn activate(request: &Request) -> Response {
    match verified(request.uri().query().unwrap_or_default()) {
        Some(given) => {
            let mut response = Html(page(&given)).into_response();
            for (name, value) in headers() {
                if let Ok(value) = value.parse() {
                    response.headers_mut().append(name, value);
                }
            }
            response
        }
        None => Response::builder().status(poem::http::StatusCode::FORBIDDEN).body(REFUSAL),
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(format!("127.0.0.1:{}", port()));
    Server::new(listener).run(Route::new().at("/activate", get(activate))).await
}
