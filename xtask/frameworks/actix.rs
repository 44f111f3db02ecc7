use std::collections::HashMap;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

async fn probe(request: HttpRequest, read: web::Query<HashMap<String, String>>) -> HttpResponse {
    let text = providers::probe(request.full_url().as_str(), read.into_inner());
    HttpResponse::Ok().content_type("text/html").body(text)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let app = || App::new().default_service(web::to(probe));
    HttpServer::new(app).bind(("127.0.0.1", providers::port()))?.run().await
}
