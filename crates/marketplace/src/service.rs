//! Services: how they are called, from where, with what, and by whom.
//!
//! Entry points, macros and window size are agreed when a provider is admitted
//! (marketplacedoc.onoffice.de, "Integration"); here they are data.

use serde::{Deserialize, Serialize};

use crate::{Activation, Audience, GroupId, Language, ServiceKind, Stage, User};

/// What was agreed about a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ServiceSettings {
    /// The size of its window, in CSS pixels.
    pub window: WindowSize,
    /// Where it can be opened.
    pub entry_points: Vec<EntryPoint>,
    /// Who may use it. The choice made at the activation comes on top.
    pub audience: Audience,
    /// Parameters that are filled in when it is called.
    pub macros: Vec<Macro>,
    /// For webhooks: when they are called.
    pub triggers: Vec<Trigger>,
}

impl Default for ServiceSettings {
    /// A window for everybody, from everywhere, with the parameters that live providers have.
    fn default() -> Self {
        let value = |name: &str, value| Macro { name: name.to_owned(), value };
        Self {
            window: WindowSize::default(),
            entry_points: EntryPoint::ALL.to_vec(),
            audience: Audience::AllUsers,
            macros: vec![
                value("estateId", MacroValue::EstateId),
                value("addressId", MacroValue::AddressId),
                value("language", MacroValue::Language),
                value("UserLanguage", MacroValue::UserLanguage),
                value("imageIds", MacroValue::ImageIds),
            ],
            triggers: vec![Trigger { module: Module::Estate, on: Moment::Any, fields: Vec::new() }],
        }
    }
}

impl Default for WindowSize {
    fn default() -> Self {
        Self { width: 1000, height: 700 }
    }
}

/// The size of a window, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowSize {
    /// From left to right.
    pub width: u16,
    /// From top to bottom.
    pub height: u16,
}

/// Where a service can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EntryPoint {
    /// The menu "Marketplace".
    Menu,
    /// The action bar of properties: of one, or of a selection.
    Estates,
    /// The action bar of addresses: of one, or of a selection.
    Addresses,
    /// The tab "Files" of a property.
    Files,
    /// The calendar.
    Calendar,
}

impl EntryPoint {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Menu, Self::Estates, Self::Addresses, Self::Files, Self::Calendar];
}

/// A parameter whose value is filled in when the service is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Macro {
    /// The parameter's name, which the provider chooses.
    pub name: String,
    /// What it is filled with.
    pub value: MacroValue,
}

/// What a macro is filled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MacroValue {
    /// The id of the property, or of all that are selected.
    EstateId,
    /// The id of the address, or of all that are selected.
    AddressId,
    /// The id of the appointment.
    CalendarId,
    /// The language of a multilingual property, such as `DEU`.
    Language,
    /// The language of the user, such as `ENG`.
    UserLanguage,
    /// The ids of the images that are selected on the files tab.
    ImageIds,
    /// Always the same text.
    Fixed(String),
}

/// What a service is called about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallContext {
    /// The module of the records, if it is about records.
    pub records: Option<(Module, Vec<i64>)>,
    /// The language of the record.
    pub language: Option<Language>,
    /// Images that are selected.
    pub images: Vec<i64>,
}

impl ServiceSettings {
    /// The macros that have a value in this call, with their values. Several ids are separated by
    /// commas (inferred), and ids are plain digits.
    pub fn parameters(&self, user: &User, context: &CallContext) -> Vec<(String, String)> {
        let filled = |parameter: &Macro| {
            let value = match &parameter.value {
                MacroValue::EstateId => context.ids_of(Module::Estate),
                MacroValue::AddressId => context.ids_of(Module::Address),
                MacroValue::CalendarId => context.ids_of(Module::Calendar),
                MacroValue::Language => context.language.map(|language| language.wire().into()),
                MacroValue::UserLanguage => Some(user.language.wire().to_owned()),
                MacroValue::ImageIds => commas(&context.images),
                MacroValue::Fixed(text) => Some(text.clone()),
            };
            value.map(|value| (parameter.name.clone(), value))
        };
        self.macros.iter().filter_map(filled).collect()
    }

    /// Whether a saved record calls this webhook.
    pub fn is_triggered_by(&self, saved: &Saved<'_>) -> bool {
        self.triggers.iter().any(|trigger| trigger.matches(saved))
    }
}

impl CallContext {
    fn ids_of(&self, module: Module) -> Option<String> {
        match &self.records {
            Some((of, ids)) if *of == module => commas(ids),
            _ => None,
        }
    }
}

fn commas(ids: &[i64]) -> Option<String> {
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    if texts.is_empty() { None } else { Some(texts.join(",")) }
}

/// A module with records (apidoc.onoffice.de, "Execute webhooks").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Module {
    /// Properties.
    Estate,
    /// Addresses.
    Address,
    /// Tasks.
    Task,
    /// Appointments.
    Calendar,
}

impl Module {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Estate, Self::Address, Self::Task, Self::Calendar];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Estate => "estate",
            Self::Address => "address",
            Self::Task => "task",
            Self::Calendar => "calendar",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|module| module.as_str() == text)
    }
}

/// When a webhook is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trigger {
    /// For records of this module.
    pub module: Module,
    /// At this moment.
    pub on: Moment,
    /// Only if one of these fields has changed; empty: whatever has. A record that is new has
    /// changed in every field that it has.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// The moment of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Moment {
    /// When a record is created.
    Created,
    /// When a record that existed is saved.
    Saved,
    /// Both.
    Any,
}

/// A record that was created or saved.
#[derive(Clone, Copy, Debug)]
pub struct Saved<'a> {
    /// Its module.
    pub module: Module,
    /// Whether it is new.
    pub created: bool,
    /// The fields that have another value than before. `None`: nobody knows, because somebody asks
    /// for the webhooks of a record that was saved earlier; then no condition on fields counts
    /// (apidoc.onoffice.de, "Execute webhooks").
    pub changed: Option<&'a [String]>,
}

impl Trigger {
    fn matches(&self, saved: &Saved<'_>) -> bool {
        let moment = match self.on {
            Moment::Any => true,
            Moment::Created => saved.created || saved.changed.is_none(),
            Moment::Saved => !saved.created || saved.changed.is_none(),
        };
        let fields = match saved.changed {
            None => true,
            Some(changed) => {
                self.fields.is_empty() || self.fields.iter().any(|field| changed.contains(field))
            }
        };
        self.module == saved.module && moment && fields
    }
}

/// Whether a user has the right one by one, apart from the choice made at the activation
/// (user settings, category "Marketplace - external services").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserRight {
    /// As chosen at the activation.
    #[default]
    AsChosen,
    /// Given.
    Given,
    /// Taken away. Administrators keep the right all the same.
    Taken,
}

/// Why a service cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UseRefusal {
    /// Not activated, or blocked.
    #[error("the provider is not active")]
    NotActive,
    /// The user is switched off.
    #[error("the user is switched off")]
    UserInactive,
    /// The user does not have the right.
    #[error("the user does not have the right to use this provider")]
    NoRight,
    /// For administrators.
    #[error("this service is for administrators")]
    AdministratorsOnly,
    /// A service without a window.
    #[error("this service is a webhook and has no window")]
    NoWindow,
    /// The service is not offered there.
    #[error("this service cannot be opened from here")]
    NotHere,
}

/// Whether a user may use a provider now.
pub fn may_use(activation: &Activation, user: &User, right: UserRight) -> Result<(), UseRefusal> {
    let Stage::Active { grant, .. } = &activation.stage else {
        return Err(UseRefusal::NotActive);
    };
    if !user.active {
        return Err(UseRefusal::UserInactive);
    }
    let allowed = match right {
        UserRight::Given => true,
        UserRight::Taken => false,
        UserRight::AsChosen => grant.audience == Audience::AllUsers,
    };
    if allowed || user.administrator { Ok(()) } else { Err(UseRefusal::NoRight) }
}

/// Whether a user may open a service in its window, from this entry point.
pub fn may_open(
    kind: ServiceKind,
    settings: &ServiceSettings,
    activation: &Activation,
    user: &User,
    right: UserRight,
    from: EntryPoint,
) -> Result<(), UseRefusal> {
    may_use(activation, user, right)?;
    if settings.audience == Audience::Administrators && !user.administrator {
        return Err(UseRefusal::AdministratorsOnly);
    }
    if kind == ServiceKind::Webhook {
        return Err(UseRefusal::NoWindow);
    }
    if settings.entry_points.contains(&from) { Ok(()) } else { Err(UseRefusal::NotHere) }
}

/// The parameter `groupId`, only for users in a group.
pub fn group_parameter(user: &User) -> Option<(String, String)> {
    user.group.map(|GroupId(id)| ("groupId".to_owned(), id.to_string()))
}
