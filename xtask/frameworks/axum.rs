use std::collections::HashMap;

use axum::{Router, extract::Query, http::Uri, response::Html};

async fn probe(uri: Uri, Query(read): Query<HashMap<String, String>>) -> Html<String> {
    Html(providers::probe(&uri.to_string(), read))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", providers::port())).await?;
    axum::serve(listener, Router::new().fallback(probe)).await
}
