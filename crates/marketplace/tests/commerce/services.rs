//! Who may open a service, with which parameters, and which webhooks a record calls.

use freischalt_marketplace::{
    Audience, Language, ServiceKind, ServiceSettings, Stage, User,
    service::{
        CallContext, EntryPoint, Macro, MacroValue, Module, Moment, Saved, Trigger, UseRefusal,
        UserRight, group_parameter, may_open, may_use,
    },
};

use crate::fixture::{activation, user};

fn admin() -> User {
    User { administrator: true, group: None, ..user() }
}

#[test]
fn the_right_is_a_choice_with_exceptions() {
    let mut for_administrators = activation();
    let Stage::Active { grant, .. } = &mut for_administrators.stage else { panic!() };
    grant.audience = Audience::Administrators;
    let no_right = Err(UseRefusal::NoRight);
    for (activation, right, expected) in [
        (&activation(), UserRight::AsChosen, Ok(())),
        (&activation(), UserRight::Taken, no_right),
        (&for_administrators, UserRight::AsChosen, no_right),
        (&for_administrators, UserRight::Given, Ok(())),
    ] {
        assert_eq!(may_use(activation, &user(), right), expected);
        assert_eq!(may_use(activation, &admin(), right), Ok(()), "administrators always may");
    }
    let off = User { active: false, ..admin() };
    assert_eq!(may_use(&activation(), &off, UserRight::Given), Err(UseRefusal::UserInactive));
}

#[test]
fn a_window_opens_where_it_was_agreed() {
    let settings = ServiceSettings {
        entry_points: vec![EntryPoint::Estates],
        audience: Audience::Administrators,
        ..ServiceSettings::default()
    };
    let open = |user: &User, kind, from| {
        may_open(kind, &settings, &activation(), user, UserRight::AsChosen, from)
    };
    let window = ServiceKind::Window;
    assert_eq!(open(&admin(), window, EntryPoint::Estates), Ok(()));
    assert_eq!(open(&admin(), window, EntryPoint::Menu), Err(UseRefusal::NotHere));
    assert_eq!(open(&user(), window, EntryPoint::Estates), Err(UseRefusal::AdministratorsOnly));
    assert_eq!(
        open(&admin(), ServiceKind::Webhook, EntryPoint::Estates),
        Err(UseRefusal::NoWindow)
    );
}

#[test]
fn macros_are_filled_where_there_is_a_value() {
    let settings = ServiceSettings {
        macros: vec![
            Macro { name: "estateId".into(), value: MacroValue::EstateId },
            Macro { name: "addressId".into(), value: MacroValue::AddressId },
            Macro { name: "language".into(), value: MacroValue::Language },
            Macro { name: "UserLanguage".into(), value: MacroValue::UserLanguage },
            Macro { name: "imageIds".into(), value: MacroValue::ImageIds },
            Macro { name: "plan".into(), value: MacroValue::Fixed("b".into()) },
        ],
        ..ServiceSettings::default()
    };
    let context = CallContext {
        records: Some((Module::Estate, vec![1234, 5])),
        language: Some(Language::En),
        images: vec![12, 34],
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        settings.parameters(&user(), &context),
        [
            pair("estateId", "1234,5"),
            pair("language", "ENG"),
            pair("UserLanguage", "DEU"),
            pair("imageIds", "12,34"),
            pair("plan", "b"),
        ]
    );
    assert_eq!(
        settings.parameters(&user(), &CallContext::default()),
        [pair("UserLanguage", "DEU"), pair("plan", "b")]
    );
    assert_eq!(group_parameter(&user()), Some(pair("groupId", "3")));
    assert_eq!(group_parameter(&admin()), None);
}

#[test]
fn settings_are_json() {
    let settings = ServiceSettings::default();
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<ServiceSettings>(&json).unwrap(), settings);
    assert_eq!(serde_json::from_str::<ServiceSettings>("{}").unwrap(), settings);
    assert!(serde_json::from_str::<ServiceSettings>(r#"{"windows":1}"#).is_err());
}

#[test]
fn webhooks_follow_their_conditions() {
    let on = |on, fields: &[&str]| ServiceSettings {
        triggers: vec![Trigger {
            module: Module::Estate,
            on,
            fields: fields.iter().map(ToString::to_string).collect(),
        }],
        ..ServiceSettings::default()
    };
    let price = ["kaufpreis".to_owned()];
    let title = ["titel".to_owned()];
    let saved = |created, changed| Saved { module: Module::Estate, created, changed };
    let (created, changed) = (saved(true, Some(&price[..])), saved(false, Some(&price[..])));
    for (moment, new, old) in
        [(Moment::Any, true, true), (Moment::Created, true, false), (Moment::Saved, false, true)]
    {
        assert_eq!(on(moment, &[]).is_triggered_by(&created), new, "{moment:?}");
        assert_eq!(on(moment, &[]).is_triggered_by(&changed), old, "{moment:?}");
        assert!(on(moment, &["wohnflaeche"]).is_triggered_by(&saved(false, None)), "by hand");
    }
    let settings = on(Moment::Saved, &["kaufpreis", "wohnflaeche"]);
    assert!(settings.is_triggered_by(&changed));
    assert!(!settings.is_triggered_by(&saved(false, Some(&title))));
    assert!(!settings.is_triggered_by(&Saved { module: Module::Address, ..changed }));
}
