//! Forms that people send. One that cannot be read gets a page that says so.

use axum::{
    body::{Body, Bytes},
    extract::{Form, FromRequest, FromRequestParts, Request, rejection::FormRejection},
};
use freischalt_protocol::outside;
use serde::de::DeserializeOwned;

use super::{failure::Failure, visitor::Visitor};
use crate::state::App;

/// The fields of a form.
pub(super) struct Fields<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequest<App> for Fields<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let read = match Bytes::from_request(request, app).await {
            Ok(bytes) => {
                if let Some(refused) = control_character(&bytes) {
                    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
                    return Err(Failure::bad_request(&visitor, refused));
                }
                let request = Request::from_parts(parts.clone(), Body::from(bytes));
                Form::from_request(request, app).await
            }
            Err(rejection) => Err(FormRejection::from(rejection)),
        };
        match read {
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(rejection) => {
                let visitor = Visitor::from_request_parts(&mut parts, app).await?;
                Err(Failure::form(&visitor, &rejection))
            }
        }
    }
}

/// The first field with a control character, and which.
fn control_character(form: &[u8]) -> Option<String> {
    url::form_urlencoded::parse(form).find_map(|(name, value)| {
        let control = outside::text(&name).and_then(|()| outside::text(&value)).err()?;
        Some(format!("{} {control}", name.escape_debug()))
    })
}
