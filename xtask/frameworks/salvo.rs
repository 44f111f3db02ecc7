use std::collections::HashMap;

use salvo::{prelude::*, writing::Text};

#[handler]
async fn probe(request: &mut Request, response: &mut Response) {
    let names: Vec<_> = request.queries().keys().cloned().collect();
    let read: HashMap<_, _> =
        names.into_iter().filter_map(|name| Some((name.clone(), request.query(&name)?))).collect();
    response.render(Text::Html(providers::probe(&request.uri().to_string(), read)));
}

#[tokio::main]
async fn main() {
    let listener = TcpListener::new(("127.0.0.1", providers::port())).bind().await;
    Server::new(listener).serve(Router::with_path("{**path}").goal(probe)).await;
}
