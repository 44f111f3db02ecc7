use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get};
use providers::{REFUSAL, headers, page, port, verified};

#[get("/activate")]
async fn activate(request: HttpRequest) -> HttpResponse {
    let Some(given) = verified(request.query_string()) else {
        return HttpResponse::Forbidden().body(REFUSAL);
    };
    let mut response = HttpResponse::Ok();
    for header in headers() {
        response.append_header(header);
    }
    response.content_type("text/html; charset=utf-8").body(page(&given))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(activate)).bind(("127.0.0.1", port()))?.run().await
}
