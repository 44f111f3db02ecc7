use freischalt_client::{Action, CallError, Session, Verb};

pub async fn totals(session: &Session) -> Result<(), CallError> {
    let modules = ["estate", "address"];
    let count = |module| Action::new(Verb::Read, module).with_parameter("data", ["Id"]);
    let results = session.batch(&modules.map(count)).await?;
    for (module, result) in modules.into_iter().zip(results) {
        match result {
            Ok(result) => println!("{module}: {:?}", result.total),
            Err(refusal) => println!("{module}: {refusal}"),
        }
    }
    Ok(())
}
