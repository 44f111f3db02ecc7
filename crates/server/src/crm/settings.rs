//! What `read basicsettings` answers: colours and logo of a customer.

/// The value of a key of `characteristicsCi`; `None` if there is no such key. Colours are
/// hexadecimal, without `#` (apidoc.onoffice.de, "Read basic settings").
pub(crate) fn characteristic(key: &str) -> Option<&'static str> {
    match key {
        "color" | "moduleIconUiColor" | "systemUiColor" => Some("0b5cad"),
        "color2" | "spotColor" => Some("7cbcff"),
        "textcolorMail" => Some("1d2733"),
        "warningNoticeUiColor" => Some("b3201a"),
        "moduleIconShadeUiType" | "logo" | "claim" => Some(""),
        _ => None,
    }
}
