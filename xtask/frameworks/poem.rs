use std::collections::HashMap;

use poem::{EndpointExt, Request, Route, Server, handler, listener::TcpListener, web::{Html, Query}};

#[handler]
fn probe(request: &Request, Query(read): Query<HashMap<String, String>>) -> Html<String> {
    Html(providers::probe(&request.original_uri().to_string(), read))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(format!("127.0.0.1:{}", providers::port()));
    Server::new(listener).run(Route::new().nest("/", probe).boxed()).await
}
