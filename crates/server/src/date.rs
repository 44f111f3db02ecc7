//! The header `Date`, for clients that set their clock by it: after a refused timestamp some ask the
//! server what time it is. So it says what the sandbox's clock says, whatever that was set to.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};

use crate::{clock::Setting, state::App};

/// Tells the time of a clock that was set. For the machine's own the HTTP library does it.
pub(crate) async fn tell(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if app.clock.setting() != (Setting::Running { offset_millis: 0 })
        && let Some(date) = http_date(app.clock.now().0)
    {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// A second as HTTP writes it; `None` outside of the years that it can write.
fn http_date(second: i64) -> Option<HeaderValue> {
    let moment = Timestamp::from_second(second).ok()?;
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).ok()?;
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 9110, 5.6.7.
    #[test]
    fn a_second_is_written_as_http_wants_it() {
        assert_eq!(http_date(784_111_777).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(i64::MAX), None);
        assert_eq!(http_date(i64::MIN), None);
    }
}
