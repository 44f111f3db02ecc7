use axum::{
    Router,
    extract::RawQuery,
    http::StatusCode,
    response::{AppendHeaders, Html, IntoResponse, Response},
    routing::get,
};
use providers::{REFUSAL, headers, page, port, verified};

async fn activate(RawQuery(query): RawQuery) -> Response {
    match verified(&query.unwrap_or_default()) {
        Some(given) => (AppendHeaders(headers()), Html(page(&given))).into_response(),
        None => (StatusCode::FORBIDDEN, REFUSAL).into_response(),
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port())).await?;
    axum::serve(listener, Router::new().route("/activate", get(activate))).await
}
