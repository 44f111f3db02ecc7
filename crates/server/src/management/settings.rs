//! What was agreed about a service, as the management API takes and shows it.

use std::collections::BTreeSet;

use freischalt_marketplace::{
    Audience, ServiceKind, ServiceSettings,
    service::{EntryPoint, Macro, MacroValue, Module, Moment, Trigger, WindowSize},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Problem, wire::Object};
use crate::{crm::has_field, provider_url::RESERVED};

/// Where a service can be opened.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Place {
    /// The menu "Marketplace".
    #[default]
    Menu,
    /// The action bar of properties.
    Estates,
    /// The action bar of addresses.
    Addresses,
    /// The files of a property.
    Files,
    /// The calendar.
    Calendar,
}

impl Place {
    pub(super) const fn entry_point(self) -> EntryPoint {
        match self {
            Self::Menu => EntryPoint::Menu,
            Self::Estates => EntryPoint::Estates,
            Self::Addresses => EntryPoint::Addresses,
            Self::Files => EntryPoint::Files,
            Self::Calendar => EntryPoint::Calendar,
        }
    }

    const fn of(entry_point: EntryPoint) -> Self {
        match entry_point {
            EntryPoint::Menu => Self::Menu,
            EntryPoint::Estates => Self::Estates,
            EntryPoint::Addresses => Self::Addresses,
            EntryPoint::Files => Self::Files,
            EntryPoint::Calendar => Self::Calendar,
        }
    }
}

/// The size of a service's window, in CSS pixels.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    #[schema(example = 1000)]
    width: u16,
    #[schema(example = 700)]
    height: u16,
}

/// A parameter that is filled in when the service is called: with `value`, or always with `fixed`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameter {
    /// Its name, which the provider chooses.
    name: String,
    /// What it is filled with; null with `fixed`.
    value: Option<Filled>,
    /// Always this text; null with `value`.
    fixed: Option<String>,
}

/// What a parameter is filled with.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Filled {
    /// The id of the property, or of all that are selected.
    EstateId,
    /// The id of the address, or of all that are selected.
    AddressId,
    /// The id of the appointment.
    CalendarId,
    /// The language of a property, such as `DEU`.
    Language,
    /// The language of the user, such as `ENG`.
    UserLanguage,
    /// The pictures that are selected.
    ImageIds,
}

/// When a webhook is called.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct On {
    /// For records of this module.
    module: Records,
    /// When a record is new, when it is changed, or both.
    #[serde(default)]
    on: Change,
    /// Only if one of these fields has another value than before; whatever has, if there are none.
    #[serde(default)]
    #[schema(example = json!(["kaufpreis"]))]
    fields: Vec<String>,
}

/// A module with records.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Records {
    Estate,
    Address,
    Task,
    Calendar,
}

/// What happens to a record.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
enum Change {
    /// It is created.
    Created,
    /// It existed, and is saved.
    Saved,
    /// Both.
    #[default]
    Any,
}

/// What is agreed about a service to be made. What is absent is as the default has it.
#[derive(Debug)]
pub(super) struct Agreed {
    pub(super) window: Option<Object<Window>>,
    pub(super) entry_points: Option<Vec<Place>>,
    pub(super) administrators_only: bool,
    pub(super) parameters: Option<Vec<Object<Parameter>>>,
    pub(super) triggers: Option<Vec<Object<On>>>,
}

impl Agreed {
    /// The settings of a service of this kind.
    pub(super) fn settings(self, kind: ServiceKind) -> Result<ServiceSettings, Problem> {
        let mut settings = ServiceSettings::default();
        if let Some(Object(Window { width, height })) = self.window {
            if width == 0 || height == 0 {
                return Err(Problem::invalid("services.window", "must be 1 pixel or more"));
            }
            settings.window = WindowSize { width, height };
        }
        if let Some(entry_points) = self.entry_points {
            settings.entry_points = entry_points.into_iter().map(Place::entry_point).collect();
        }
        if self.administrators_only {
            settings.audience = Audience::Administrators;
        }
        if let Some(parameters) = self.parameters {
            let mut names = BTreeSet::new();
            let read = |Object(parameter): Object<Parameter>| {
                let parameter = parameter.read()?;
                if names.insert(parameter.name.clone()) {
                    return Ok(parameter);
                }
                Err(refused_parameter(&format!("{:?} is there twice", parameter.name)))
            };
            settings.macros = parameters.into_iter().map(read).collect::<Result<_, _>>()?;
        }
        if let Some(triggers) = self.triggers {
            if kind == ServiceKind::Window {
                let problem = "are for webhooks; a window is opened by a person";
                return Err(Problem::invalid("services.triggers", problem));
            }
            let read = |Object(trigger): Object<On>| trigger.read();
            settings.triggers = triggers.into_iter().map(read).collect::<Result<_, _>>()?;
        }
        Ok(settings)
    }
}

fn refused_parameter(problem: &str) -> Problem {
    Problem::invalid("services.parameters", problem)
}

impl Parameter {
    fn read(self) -> Result<Macro, Problem> {
        let Self { name, value, fixed } = self;
        if name.is_empty() || RESERVED.contains(&name.as_str()) {
            let problem = format!("{name:?} is empty, or added by the marketplace itself");
            return Err(refused_parameter(&problem));
        }
        let value = match (value, fixed) {
            (Some(value), None) => value.into(),
            (None, Some(text)) => MacroValue::Fixed(text),
            _ => {
                let problem = format!("{name:?} wants a value or a fixed text, one of them");
                return Err(refused_parameter(&problem));
            }
        };
        Ok(Macro { name, value })
    }

    pub(super) fn of(parameter: &Macro) -> Self {
        let (value, fixed) = match &parameter.value {
            MacroValue::Fixed(text) => (None, Some(text.clone())),
            MacroValue::EstateId => (Some(Filled::EstateId), None),
            MacroValue::AddressId => (Some(Filled::AddressId), None),
            MacroValue::CalendarId => (Some(Filled::CalendarId), None),
            MacroValue::Language => (Some(Filled::Language), None),
            MacroValue::UserLanguage => (Some(Filled::UserLanguage), None),
            MacroValue::ImageIds => (Some(Filled::ImageIds), None),
        };
        Self { name: parameter.name.clone(), value, fixed }
    }
}

impl From<Filled> for MacroValue {
    fn from(filled: Filled) -> Self {
        match filled {
            Filled::EstateId => Self::EstateId,
            Filled::AddressId => Self::AddressId,
            Filled::CalendarId => Self::CalendarId,
            Filled::Language => Self::Language,
            Filled::UserLanguage => Self::UserLanguage,
            Filled::ImageIds => Self::ImageIds,
        }
    }
}

impl On {
    fn read(self) -> Result<Trigger, Problem> {
        let module = match self.module {
            Records::Estate => Module::Estate,
            Records::Address => Module::Address,
            Records::Task => Module::Task,
            Records::Calendar => Module::Calendar,
        };
        let on = match self.on {
            Change::Created => Moment::Created,
            Change::Saved => Moment::Saved,
            Change::Any => Moment::Any,
        };
        if let Some(unknown) = self.fields.iter().find(|field| !has_field(module, field)) {
            let problem = format!("records of {} have no field {unknown:?}", module.as_str());
            return Err(Problem::invalid("services.triggers", problem));
        }
        Ok(Trigger { module, on, fields: self.fields })
    }

    fn of(trigger: &Trigger) -> Self {
        Self {
            module: match trigger.module {
                Module::Estate => Records::Estate,
                Module::Address => Records::Address,
                Module::Task => Records::Task,
                Module::Calendar => Records::Calendar,
            },
            on: match trigger.on {
                Moment::Created => Change::Created,
                Moment::Saved => Change::Saved,
                Moment::Any => Change::Any,
            },
            fields: trigger.fields.clone(),
        }
    }
}

/// What was agreed about a service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownSettings {
    window: Window,
    entry_points: Vec<Place>,
    /// Whether only administrators may use it, whatever was chosen at the activation.
    administrators_only: bool,
    /// Parameters that are filled in when it is called.
    parameters: Vec<Parameter>,
    /// When it is called, if it is a webhook.
    triggers: Vec<On>,
}

impl ShownSettings {
    pub(super) fn of(kind: ServiceKind, settings: &ServiceSettings) -> Self {
        let WindowSize { width, height } = settings.window;
        let triggers = settings.triggers.iter().filter(|_| kind == ServiceKind::Webhook);
        Self {
            window: Window { width, height },
            entry_points: settings.entry_points.iter().copied().map(Place::of).collect(),
            administrators_only: settings.audience == Audience::Administrators,
            parameters: settings.macros.iter().map(Parameter::of).collect(),
            triggers: triggers.map(On::of).collect(),
        }
    }
}
