use freischalt_client::{Action, CallError, Session, Verb};

pub async fn user_name(session: &Session, user: &str) -> Result<Option<String>, CallError> {
    let action = Action::new(Verb::Read, "user")
        .with_resource_id(user)
        .with_parameter("data", ["Vorname", "Nachname"]);
    let result = session.call(&action).await?;
    let elements = result.records.first().map(|record| &record.elements);
    let name = elements.and_then(|elements| elements.get("Nachname"));
    Ok(name.and_then(|name| name.as_str()).map(str::to_owned))
}
