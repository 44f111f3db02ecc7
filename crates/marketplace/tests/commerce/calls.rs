//! The marketplace calls after the unlock: each refusal with its code, and nothing changed.

use freischalt_marketplace::{
    AccountOwner, ClaimProblem, Contact, CustomerId, Day, Deal, OrderId, PayAccount, Policy,
    ProviderId, StoredMeans, SubscriptionId, TransactionId, User, UserId,
    bank::Notification,
    calls::{
        CallProblem, Caller, ExtraCosts, RecipientFacts, cancel_abo, invoice_recipient,
        payment_link, refund, subscription_id, transaction_id,
    },
    deal::{CancelProblem, Cancelled, NewTransaction, Noted, Refusable},
    order::Placed,
    transaction::{BankEvent, MeansKind},
};
use freischalt_protocol::{ErrorCode, actions::Number};
use serde_json::Value;

use crate::fixture::{
    BUYER, CUSTOMER, NOW, PROVIDER, abo_order, facts, place, product_order, user,
};

/// Without a claim.
const CALLER: Caller = Caller { customer: CUSTOMER, provider: PROVIDER, user: None };
/// With a claim of who has bought.
const BUYING: Caller = Caller { user: Some(BUYER), ..CALLER };
/// With a claim of a colleague.
const ANOTHER: Caller = Caller { user: Some(UserId(BUYER.0 + 1)), ..CALLER };
const FIRST: TransactionId = TransactionId::FIRST;

fn new(offset: i64) -> NewTransaction {
    NewTransaction {
        id: TransactionId(FIRST.0 + offset),
        subscription: SubscriptionId(5),
        reference: "r".into(),
        fee_permille: 0,
    }
}

/// A deal that is paid, or on its way.
fn deal(order: &Value, kind: MeansKind, event: BankEvent) -> Deal {
    let Placed::Now(order) = place(order, facts(), NOW).unwrap() else { unreachable!() };
    let means = StoredMeans {
        method: freischalt_marketplace::MethodId(1),
        kind,
        token: "t".into(),
        label: "l".into(),
    };
    let paying = Deal::new(order).pay(means, &new(0), NOW).unwrap().deal;
    let heard = Notification { transaction: FIRST, number: 1, at: NOW, event };
    let Noted::Applied(change) = paying.notify(heard) else { unreachable!() };
    change.deal
}

fn paid() -> Deal {
    deal(&product_order(), MeansKind::Card, BankEvent::Captured)
}

fn account(users: &[UserId]) -> PayAccount {
    PayAccount {
        owner: AccountOwner::Client,
        users: users.to_vec(),
        contact: Contact { last_name: "Böhm".into(), ..Contact::default() },
        methods: vec![],
    }
}

#[test]
fn whom_to_invoice() {
    let (deal, buyer, accounts) = (paid(), user(), [account(&[BUYER])]);
    let facts = RecipientFacts { deal: Some(&deal), user: Some(&buyer), accounts: &accounts };
    let (id, who, policy) = (Number::Is(FIRST.0), Number::Is(BUYER.0), Policy::default());
    let ask = |caller, id, who, facts, after| {
        invoice_recipient(caller, id, who, facts, NOW.plus(after), &policy)
            .map(|contact| contact.last_name.clone())
            .map_err(|problem| problem.code().0)
    };
    let fine = |facts, after| ask(CALLER, id, who, facts, after);
    assert_eq!(fine(facts, 900), Ok("Böhm".into()));
    assert_eq!(fine(facts, 901), Err(190));
    assert_eq!(ask(BUYING, id, who, facts, 100_000_000), Ok("Böhm".into()));
    assert_eq!(ask(ANOTHER, id, who, facts, 0), Err(248), "a claim serves its own user");

    assert_eq!(ask(CALLER, id, Number::Malformed, facts, 0), Err(186));
    assert_eq!(ask(CALLER, id, Number::Missing, facts, 0), Err(184));
    assert_eq!(ask(CALLER, id, Number::Is(22), facts, 0), Err(184));
    let off = User { active: false, ..user() };
    assert_eq!(fine(RecipientFacts { user: Some(&off), ..facts }, 0), Err(184));
    assert_eq!(fine(RecipientFacts { user: None, ..facts }, 0), Err(184));
    let unlinked = [account(&[])];
    assert_eq!(fine(RecipientFacts { accounts: &unlinked, ..facts }, 0), Err(188));
    for number in [Number::Missing, Number::Malformed, Number::Is(1)] {
        assert_eq!(ask(CALLER, number, who, facts, 0), Err(189));
    }
    assert_eq!(fine(RecipientFacts { deal: None, ..facts }, 0), Err(189));
    for foreign in
        [Caller { customer: CustomerId(2), ..CALLER }, Caller { provider: ProviderId(8), ..CALLER }]
    {
        assert_eq!(ask(foreign, id, who, facts, 0), Err(205));
    }
}

#[test]
fn how_to_cancel() {
    let abo = deal(&abo_order(), MeansKind::Card, BankEvent::Captured);
    let cancel = |caller, deal: Option<&Deal>, day: &str| {
        cancel_abo(caller, deal.cloned(), day, NOW).map_err(|problem| problem.code().0)
    };
    let Ok(Cancelled::Now(change)) = cancel(CALLER, Some(&abo), "2025-12-31") else { panic!() };
    assert_eq!(cancel(CALLER, Some(&change.deal), "2025-12-31"), Ok(Cancelled::Before));
    assert_eq!(cancel(CALLER, Some(&change.deal), "2026-01-31"), Err(255));
    assert_eq!(cancel(CALLER, Some(&abo), "2025-11-23"), Err(255), "in the past");
    for day in ["2026-02-31", "31.12.2025", "", "tomorrow"] {
        assert_eq!(cancel(CALLER, Some(&abo), day), Err(122), "{day}");
    }
    assert_eq!(cancel(CALLER, None, "2025-12-31"), Err(255));
    assert!(cancel(BUYING, Some(&abo), "2025-12-31").is_ok());
    for day in ["2025-12-31", "2026-02-31"] {
        assert_eq!(cancel(ANOTHER, Some(&abo), day), Err(248), "a claim serves its own user");
    }
    assert_eq!(cancel(CALLER, Some(&paid()), "2025-12-31"), Err(255), "no subscription");
    let foreign = Caller { provider: ProviderId(8), ..CALLER };
    assert_eq!(cancel(foreign, Some(&abo), "2025-12-31"), Err(255));
}

#[test]
fn how_to_refund() {
    let refuse = |provider, deal: Deal, id| {
        let problem = refund(provider, deal, id, &new(1), NOW).unwrap_err();
        (problem.code().0, problem.code().message(&problem.argument()))
    };
    let state = (210, "Transaction can't be refunded: transaction state not correct.".to_owned());
    let before = (210, "Transaction can't be refunded: already refunded.".to_owned());
    let refunded = refund(PROVIDER, paid(), FIRST, &new(1), NOW).unwrap().deal;
    assert_eq!(refuse(PROVIDER, refunded.clone(), FIRST), before);
    assert_eq!(refuse(PROVIDER, refunded, TransactionId(FIRST.0 + 1)), state, "a refund itself");
    let in_process = deal(&product_order(), MeansKind::DirectDebit, BankEvent::Accepted);
    assert_eq!(refuse(PROVIDER, in_process, FIRST), state);
    let young = deal(&product_order(), MeansKind::DirectDebit, BankEvent::Captured);
    assert_eq!(refuse(PROVIDER, young, FIRST), state, "within seven days");
    let foreign = refuse(ProviderId(8), paid(), FIRST);
    let text = format!("Transaction-Id does not match to the customer: {FIRST}!");
    assert_eq!(foreign, (205, text));
    assert_eq!(refuse(PROVIDER, paid(), TransactionId(1)).0, 189);
}

#[test]
fn how_to_ask_for_more() {
    let order = OrderId::new(3, [3; 10]);
    let ask = |provider, of, price| {
        let costs = ExtraCosts { of, price, description: "Anfahrt" };
        payment_link(provider, &paid(), costs, order, NOW, &Policy::default())
            .map(|deal| deal.order.amount.to_string())
            .map_err(|problem| problem.code())
    };
    assert_eq!(ask(PROVIDER, FIRST, Some("1100.50")), Ok("1100.50".into()));
    for price in [None, Some(""), Some("1100,50"), Some("-1.00"), Some("0.00"), Some("1e3")] {
        assert_eq!(ask(PROVIDER, FIRST, price), Err(ErrorCode(214)), "{price:?}");
    }
    assert_eq!(ask(ProviderId(8), FIRST, Some("1.00")), Err(ErrorCode(205)));
    assert_eq!(ask(PROVIDER, TransactionId(1), Some("1.00")), Err(ErrorCode(189)));
}

#[test]
fn numbers_that_name_nothing() {
    for number in [Number::Missing, Number::Malformed] {
        assert_eq!(transaction_id(number), Err(CallProblem::TransactionUnknown));
        assert_eq!(subscription_id(number), Err(CallProblem::AboUnknown));
    }
    assert_eq!(subscription_id(Number::Is(5)), Ok(SubscriptionId(5)));
}

/// A problem without a row does not compile, a row without a test over the socket fails there.
#[test]
fn every_problem_is_a_row_with_its_code() {
    use freischalt_marketplace::decision::TABLE;
    let id = TransactionId(1);
    let day = Day::parse("2026-01-01").unwrap();
    for problem in [
        CallProblem::UserNotInteger,
        CallProblem::UserNotBuyer,
        CallProblem::NoContact,
        CallProblem::TransactionUnknown,
        CallProblem::TransactionForeign(id),
        CallProblem::TooLate { window: 900, ago: 901 },
        CallProblem::Price,
        CallProblem::Refund(Refusable::Before),
        CallProblem::Refund(Refusable::TooEarly),
        CallProblem::Day,
        CallProblem::Cancel(CancelProblem::Before(day)),
        CallProblem::AboUnknown,
        CallProblem::Claim(ClaimProblem::Foreign("user")),
    ] {
        let row = TABLE.iter().find(|row| row.id == problem.row()).expect("a row");
        assert_eq!(row.code, problem.code().0, "{}", problem.row());
    }
}
