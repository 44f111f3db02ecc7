use freischalt_client::{Action, CallError, Session, Verb};

pub async fn totals(session: &Session) -> Result<Vec<String>, CallError> {
    let modules = ["estate", "address"];
    let count = |module| Action::new(Verb::Read, module).with_parameter("data", ["Id"]);
    let results = session.batch(&modules.map(count)).await?;
    let lines = modules.into_iter().zip(results).map(|(module, result)| match result {
        Ok(result) => format!("{module}: {:?}", result.total),
        Err(refusal) => format!("{module}: {refusal}"),
    });
    Ok(lines.collect())
}
