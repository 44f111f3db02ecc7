//! Parameters as public clients send them, and answers byte for byte in the shape of the vendor's
//! samples (apidoc.onoffice.de).

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like the test")]

use freischalt_protocol::{
    KnownAction,
    actions::{
        CancelAbo, ExecuteWebhooks, InvoiceRecipientOf, InvoiceRecipientRecord, Number,
        ReadBasicSettings, ReadRecords, SubsequentPaymentLink, TransactionRefund, result_success,
    },
    envelope::{ActionResult, Echo, Record, Response},
    php::{self, json},
};

fn parameters(text: &str) -> php::Array {
    json::decode(text.as_bytes()).unwrap().as_array().unwrap().clone()
}

fn echo(call: KnownAction, resource_id: &str) -> Echo {
    Echo {
        action_id: call.verb().action_id(),
        resource_id: resource_id.to_owned(),
        resource_type: call.resource_type().to_owned(),
        identifier: String::new(),
    }
}

/// The one result of an answer, without what is the same in all of them.
fn golden(result: ActionResult, cacheable: bool, resource_id: &str, data: &str) {
    let (kind, action) = (result.echo.resource_type.clone(), result.echo.action_id.clone());
    let expected = format!(
        r#"{{"status":{{"code":200,"errorcode":0,"message":"OK"}},"response":{{"results":[{{"actionid":"{action}","resourceid":"{resource_id}","resourcetype":"{kind}","cacheable":{cacheable},"identifier":"","data":{data},"status":{{"errorcode":0,"message":"OK"}}}}]}}}}"#
    );
    assert_eq!(Response::from_results(vec![result]).to_json(), expected);
}

#[test]
fn calls_that_perform_something_say_result_and_have_no_total() {
    const DATA: &str = r#"{"meta":{"cntabsolute":null},"records":[{"id":0,"type":"","elements":{"result":"success"}}]}"#;
    for call in [KnownAction::CancelAbo, KnownAction::TransactionRefund] {
        golden(ActionResult::performed(echo(call, ""), result_success()), false, "", DATA);
    }
    let webhooks = echo(KnownAction::ExecuteWebhooks, "512");
    golden(ActionResult::performed(webhooks, result_success()), false, "512", DATA);
}

#[test]
fn a_subsequent_payment_link_is_an_object_in_result() {
    let url = "https://crm.example/smart/short.php?c=ab";
    let elements = SubsequentPaymentLink::elements(url, true);
    golden(
        ActionResult::performed(echo(KnownAction::SubsequentPaymentLink, ""), elements),
        false,
        "",
        r#"{"meta":{"cntabsolute":null},"records":[{"id":0,"type":"","elements":{"result":{"subsequentPaymentUrl":"https:\/\/crm.example\/smart\/short.php?c=ab","mailToCustomerSent":true}}}]}"#,
    );
}

#[test]
fn an_invoice_recipient_is_counted() {
    let recipient = InvoiceRecipientRecord {
        salutation: "Frau".to_owned(),
        first_name: "Ada".to_owned(),
        vat_id: "DE1".to_owned(),
        ..InvoiceRecipientRecord::default()
    };
    let record = Record { id: 0, kind: Some(""), elements: recipient.elements() };
    let echo = echo(KnownAction::InvoiceRecipient, "");
    golden(
        ActionResult::read(echo, false, Some(1), vec![record]),
        false,
        "",
        r#"{"meta":{"cntabsolute":1},"records":[{"id":0,"type":"","elements":{"salutation":"Frau","firstname":"Ada","lastname":"","companyname":"","address":"","zipcode":"","city":"","country":"","email":"","companyUstId":"DE1"}}]}"#,
    );
    assert_eq!(format!("{recipient:?}"), "InvoiceRecipientRecord(…)");
}

#[test]
fn basic_settings_have_no_type_and_an_estate_without_fields_an_empty_list() {
    let mut values = php::Array::default();
    values.insert("color", "1f4e79");
    let record = Record { id: 0, kind: None, elements: ReadBasicSettings::elements(values) };
    golden(
        ActionResult::read(echo(KnownAction::ReadBasicSettings, ""), false, None, vec![record]),
        false,
        "",
        r#"{"meta":{"cntabsolute":null},"records":[{"id":0,"type":null,"elements":{"basicData":{"characteristicsCi":{"color":"1f4e79"}}}}]}"#,
    );
    let record = Record { id: 11, kind: Some("estate"), elements: php::Array::default() };
    golden(
        ActionResult::read(echo(KnownAction::ReadEstate, "11"), true, Some(1), vec![record]),
        true,
        "11",
        r#"{"meta":{"cntabsolute":1},"records":[{"id":11,"type":"estate","elements":[]}]}"#,
    );
}

#[test]
fn numbers_come_as_numbers_and_as_texts() {
    for (json, number) in [
        ("1100135697", Number::Is(1_100_135_697)),
        (r#""1100135697""#, Number::Is(1_100_135_697)),
        (r#""-5""#, Number::Is(-5)),
        ("null", Number::Missing),
        (r#""""#, Number::Missing),
        (r#""-""#, Number::Malformed),
        (r#""1.5""#, Number::Malformed),
        ("1.5", Number::Malformed),
        ("true", Number::Malformed),
        ("[1]", Number::Malformed),
        (r#""1e3""#, Number::Malformed),
        (r#"" 1""#, Number::Malformed),
        (r#""99999999999999999999""#, Number::Malformed),
    ] {
        let of = parameters(&format!(r#"{{"transactionid":{json},"userid":{json}}}"#));
        let parsed = InvoiceRecipientOf::parse(&of);
        assert_eq!((parsed.transaction, parsed.user), (number, number), "{json}");
        assert_eq!(TransactionRefund::parse(&of).transaction, number, "{json}");
    }
    assert_eq!(TransactionRefund::parse(&parameters("{}")).transaction, Number::Missing);
}

#[test]
fn a_cancellation_keeps_its_date_as_it_is() {
    let call = parameters(r#"{"aboid":"5","cancelationDate":"2026-02-31"}"#);
    let parsed = CancelAbo::parse(&call).unwrap();
    assert_eq!((parsed.abo, parsed.cancelation_date.as_str()), (Number::Is(5), "2026-02-31"));
    assert_eq!(CancelAbo::parse(&parameters("{}")).unwrap().cancelation_date, "");
    let problem = CancelAbo::parse(&parameters(r#"{"cancelationDate":[1]}"#)).unwrap_err();
    let text = "cancelationDate is array; it must be a day that exists, as YYYY-MM-DD";
    assert_eq!(problem.to_string(), text);
}

#[test]
fn a_price_is_a_text_and_mail_a_yes_or_no() {
    let read = |text: &str| SubsequentPaymentLink::parse(&parameters(text));
    let parsed = read(
        r#"{"transactionid":7,"priceNet":"1100.50","description":"x","sendMailToCustomer":1}"#,
    );
    let expected = SubsequentPaymentLink {
        transaction: Number::Is(7),
        price_net: Some("1100.50".to_owned()),
        description: "x".to_owned(),
        send_mail_to_customer: true,
    };
    assert_eq!(parsed, Ok(expected));
    assert_eq!(read(r#"{"priceNet":1100.5}"#).unwrap().price_net, None);
    assert!(!read(r#"{"sendMailToCustomer":"false"}"#).unwrap().send_mail_to_customer);
    assert_eq!(read(r#"{"sendMailToCustomer":"yes"}"#).unwrap_err().name, "sendMailToCustomer");
    assert_eq!(read(r#"{"description":true}"#).unwrap_err().name, "description");
}

#[test]
fn webhooks_name_a_module() {
    let read = |text: &str| ExecuteWebhooks::parse(&parameters(text));
    assert_eq!(read(r#"{"module":"estate"}"#).unwrap().module, "estate");
    assert_eq!(read("{}").unwrap().module, "");
    assert_eq!(read(r#"{"module":["estate"]}"#).unwrap_err().name, "module");
}

#[test]
fn a_limit_above_500_falls_back_to_20() {
    let limit = |text: &str| ReadRecords::parse(&parameters(text), &[]).map(|read| read.limit);
    for (text, expected) in [
        ("{}", 20),
        (r#"{"listlimit":0}"#, 0),
        (r#"{"listlimit":"7"}"#, 7),
        (r#"{"listlimit":500}"#, 500),
        (r#"{"listlimit":501}"#, 20),
        (r#"{"listlimit":100000}"#, 20),
    ] {
        assert_eq!(limit(text), Ok(expected), "{text}");
    }
    for text in [r#"{"listlimit":-1}"#, r#"{"listlimit":"many"}"#, r#"{"listlimit":1.5}"#] {
        assert_eq!(limit(text).unwrap_err().name, "listlimit", "{text}");
    }
    let offset = ReadRecords::parse(&parameters(r#"{"listoffset":"40"}"#), &[]).unwrap().offset;
    assert_eq!(offset, 40);
}

#[test]
fn fields_are_a_list_and_what_is_not_served_is_refused() {
    let read = |text: &str| ReadRecords::parse(&parameters(text), &[]);
    assert_eq!(read(r#"{"data":["Id","lage"]}"#).unwrap().fields, ["Id", "lage"]);
    assert_eq!(read(r#"{"data":"Id"}"#).unwrap().fields, ["Id"]);
    assert!(read(r#"{"data":[],"filter":[],"formatoutput":false}"#).unwrap().fields.is_empty());
    for text in [r#"{"data":{"a":"Id"}}"#, r#"{"data":[1]}"#, r#"{"data":5}"#] {
        assert_eq!(read(text).unwrap_err().name, "data", "{text}");
    }
    for name in ["filter", "filterid", "sortby", "formatoutput", "estatelanguage"] {
        let problem = read(&format!(r#"{{"{name}":{{"a":1}}}}"#)).unwrap_err();
        assert_eq!(problem.name, name);
    }
    let served = ReadRecords::parse(&parameters(r#"{"filter":{"a":1}}"#), &["filter"]);
    assert!(served.unwrap().fields.is_empty());
}

#[test]
fn basic_settings_are_asked_for_as_a_tree() {
    let read = |text: &str| ReadBasicSettings::parse(&parameters(text));
    let wanted = read(r#"{"data":{"basicData":{"characteristicsCi":["color","logo"]}}}"#).unwrap();
    assert_eq!(wanted.characteristics, ["color", "logo"]);
    assert!(wanted.unknown.is_empty());
    let wanted = read(r#"{"data":{"basicData":{"team":["about"]},"other":1}}"#).unwrap();
    assert_eq!(wanted.unknown, ["team", "other"]);
    for text in ["{}", r#"{"data":["color"]}"#, r#"{"data":{"basicData":{"characteristicsCi":1}}}"#]
    {
        assert_eq!(read(text).unwrap_err().name, "data", "{text}");
    }
}
