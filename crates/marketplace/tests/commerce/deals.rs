//! What a deal does, case by case. The model walks the same rules at random.

use freischalt_marketplace::{
    Change, Day, Deal, Language, MethodId, Money, OrderId, OrderStage, StoredMeans, SubscriptionId,
    TransactionId, TransactionStage,
    bank::{Answer, Instrument, Notification, Reason, Task, test_bank},
    deal::{
        CancelProblem, Cancelled, ExtraProblem, Ignored, NewTransaction, Noted, PayProblem,
        Refusable, SEPA_REFUND_DELAY, SubscriptionStage,
    },
    ledger::{Account, Ledger},
    order::{Goods, Placed},
    provider::Accepted,
    transaction::BankEvent,
};
use freischalt_protocol::UnixTime;
use serde_json::Value;

use crate::fixture::{
    CUSTOMER, NOW, PROVIDER, abo_order, activation, facts, place, product_order, user,
};

const DAY: i64 = 86_400;

/// A deal with what came of it so far.
struct Case {
    deal: Deal,
    ledger: Ledger,
    queue: Vec<Notification>,
    next: i64,
    news: Vec<OrderStage>,
}

impl Case {
    fn of(order: &Value) -> Self {
        let Placed::Now(order) = place(order, facts(), NOW).unwrap() else { unreachable!() };
        let deal = Deal::new(order);
        Self { deal, ledger: Ledger::default(), queue: vec![], next: 0, news: vec![] }
    }

    fn product() -> Self {
        Self::of(&product_order())
    }

    fn given(&self) -> NewTransaction {
        NewTransaction {
            id: TransactionId(TransactionId::FIRST.0 + self.next),
            subscription: SubscriptionId(5),
            reference: NewTransaction::reference([7; 16]),
            fee_permille: 0,
        }
    }

    fn keep(&mut self, change: Change) {
        for entry in &change.entries {
            self.ledger.book(entry);
        }
        for command in &change.commands {
            self.queue.extend(test_bank::respond(command, 0));
        }
        self.next += i64::from(change.deal.transactions.len() > self.deal.transactions.len());
        self.news.extend(change.news);
        self.deal = change.deal;
    }

    fn pay(&mut self, token: &str, now: UnixTime) -> Result<(), PayProblem> {
        let instrument = Instrument::of_token(token).unwrap();
        let means = StoredMeans {
            method: MethodId(1),
            kind: instrument.kind,
            token: token.into(),
            label: instrument.label(),
        };
        let change = self.deal.clone().pay(means, &self.given(), now)?;
        self.keep(change);
        self.hear_until(now);
        Ok(())
    }

    fn paid(token: &str) -> Self {
        let mut case = Self::product();
        case.pay(token, NOW).unwrap();
        case
    }

    /// Hears everything that is due, in the order in which it comes.
    fn hear_until(&mut self, now: UnixTime) {
        self.queue.sort_by_key(|heard| heard.at);
        let due: Vec<_> = self.queue.extract_if(.., |heard| heard.at <= now).collect();
        for heard in due {
            if let Noted::Applied(change) = self.deal.clone().notify(heard) {
                self.keep(*change);
            }
        }
    }

    fn answer(&mut self, answer: Answer) -> Result<(), PayProblem> {
        let id = self.deal.order.stage.transaction().unwrap();
        let change = self.deal.clone().answer(id, answer, NOW)?;
        self.keep(change);
        self.hear_until(NOW);
        Ok(())
    }

    fn refund(&mut self, id: TransactionId, now: UnixTime) -> Result<(), Refusable> {
        let change = self.deal.clone().refund(id, &self.given(), now)?;
        self.keep(change);
        self.hear_until(now);
        Ok(())
    }

    fn bill_until(&mut self, now: UnixTime) {
        while let Some(change) = self.deal.clone().bill(&self.given(), now) {
            self.keep(change);
            self.hear_until(now);
        }
    }

    fn stages(&self) -> Vec<&'static str> {
        self.deal.transactions.iter().map(|transaction| transaction.stage.as_str()).collect()
    }

    fn wallet(&self) -> String {
        self.ledger.balance(Account::Wallet(PROVIDER)).to_string()
    }

    fn status(&self) -> Option<String> {
        let result = self.deal.callback(Language::De)?;
        Some(result.parameters()[0].1.clone())
    }
}

const FIRST: TransactionId = TransactionId::FIRST;

#[test]
fn a_card_pays_at_once() {
    let case = Case::paid("card-paid");
    assert_eq!(case.deal.order.stage, OrderStage::Paid(FIRST));
    assert_eq!(case.news, [OrderStage::Paid(FIRST)]);
    assert_eq!(case.wallet(), "38.70");
    assert_eq!(case.ledger.balance(Account::Customer(CUSTOMER)).to_string(), "-38.70");
    let parameters = case.deal.callback(Language::De).unwrap().parameters();
    let reference = case.deal.transactions[0].reference.clone();
    assert_eq!(reference.len(), 20);
    assert_eq!(
        parameters,
        [
            ("status", "success".to_owned()),
            ("transactionid", FIRST.to_string()),
            ("referenceid", reference),
        ]
    );
}

#[test]
fn a_declined_card_makes_room_for_another() {
    let mut case = Case::paid("card-declined-insufficient-funds");
    assert_eq!((case.deal.order.stage, case.status()), (OrderStage::Open, None));
    assert_eq!(case.wallet(), "0.00");
    case.pay("card-paid", NOW).unwrap();
    assert_eq!(case.stages(), ["failed", "paid"]);
    assert_eq!(case.pay("card-paid", NOW), Err(PayProblem::Paid));
    assert_eq!(case.wallet(), "38.70");
}

#[test]
fn giving_up_tells_the_last_failure() {
    let mut case = Case::paid("card-declined-expired");
    let change = case.deal.clone().give_up(NOW).unwrap();
    case.keep(change);
    let parameters = case.deal.callback(Language::En).unwrap().parameters();
    assert_eq!(
        parameters,
        [
            ("status", "error".to_owned()),
            ("message", "The card has expired.".to_owned()),
            ("errorCodes", "102".to_owned()),
        ]
    );
    assert_eq!(case.pay("card-paid", NOW), Err(PayProblem::Over));
    let never_tried = Case::product().deal.give_up(NOW).unwrap();
    assert_eq!(never_tried.deal.callback(Language::En), None);
}

#[test]
fn an_order_expires() {
    let mut case = Case::product();
    assert_eq!(case.pay("card-paid", NOW.plus(3601)), Err(PayProblem::Expired));
    assert_eq!(case.pay("card-paid", NOW.plus(3600)), Ok(()));
}

#[test]
fn three_d_secure() {
    let asked = || {
        let case = Case::paid("card-3ds-paid");
        assert_eq!(case.stages(), ["authenticating"]);
        assert_eq!(case.status().as_deref(), Some("inprocess"));
        case
    };
    let mut passed = asked();
    passed.answer(Answer::Confirm).unwrap();
    assert_eq!(passed.stages(), ["paid"]);
    assert_eq!(passed.answer(Answer::Confirm), Err(PayProblem::NotAsked));
    passed.hear_until(NOW.plus(DAY));
    assert_eq!(passed.stages(), ["paid"], "that nobody answered is told too late");
    for (answer, reason) in [
        (Answer::Fail, Reason::AuthenticationFailed),
        (Answer::Leave, Reason::AuthenticationAbandoned),
    ] {
        let mut failed = asked();
        failed.answer(answer).unwrap();
        let stage = failed.deal.transactions[0].stage;
        assert_eq!(stage, TransactionStage::Failed { at: NOW, reason });
        assert_eq!(failed.deal.order.stage, OrderStage::Open);
    }
    let mut abandoned = asked();
    abandoned.hear_until(NOW.plus(899));
    assert_eq!(abandoned.stages(), ["authenticating"]);
    abandoned.hear_until(NOW.plus(900));
    assert_eq!(abandoned.stages(), ["failed"]);
}

#[test]
fn while_the_bank_is_silent_nobody_pays_twice() {
    let mut case = Case::paid("card-timeout");
    assert_eq!(case.stages(), ["submitted"]);
    assert_eq!(case.pay("card-paid", NOW), Err(PayProblem::UnderWay));
    assert_eq!(case.status().as_deref(), Some("inprocess"));
    case.hear_until(NOW.plus(60));
    assert_eq!((case.stages(), case.status().as_deref()), (vec!["paid"], Some("success")));
}

#[test]
fn money_that_comes_too_late_goes_back() {
    let mut wanted = Case::paid("card-late-capture");
    wanted.hear_until(NOW.plus(300));
    assert_eq!((wanted.stages(), wanted.wallet()), (vec!["paid"], "38.70".into()));

    let mut paid_otherwise = Case::paid("card-late-capture");
    paid_otherwise.pay("card-paid", NOW).unwrap();
    paid_otherwise.hear_until(NOW.plus(300));
    assert_eq!(paid_otherwise.stages(), ["reversed", "paid"]);
    assert_eq!(paid_otherwise.wallet(), "38.70");
    assert_eq!(paid_otherwise.ledger.balance(Account::Customer(CUSTOMER)).to_string(), "-38.70");

    let late = Case::paid("card-late-capture-day");
    let heard = *late.queue.iter().find(|heard| heard.event == BankEvent::Captured).unwrap();
    let Noted::Applied(change) = late.deal.notify(heard) else { panic!() };
    assert_eq!(change.commands[0].task, Task::Reverse);
    assert_eq!(change.entries.len(), 2, "it came, and it went");
}

#[test]
fn duplicates_and_stale_notifications_change_nothing() {
    let case = Case::paid("card-paid");
    let heard = |number, event| Notification { transaction: FIRST, number, at: NOW, event };
    let ignored = |heard| match case.deal.clone().notify(heard) {
        Noted::Ignored(why) => why,
        Noted::Applied(change) => panic!("{change:?}"),
    };
    assert_eq!(ignored(heard(1, BankEvent::Captured)), Ignored::Stale);
    assert_eq!(ignored(heard(2, BankEvent::Captured)), Ignored::Meaningless);
    assert_eq!(ignored(heard(2, BankEvent::ChallengeRequired)), Ignored::Meaningless);
    let unknown = Notification { transaction: TransactionId(1), ..heard(1, BankEvent::Captured) };
    assert_eq!(ignored(unknown), Ignored::Unknown);
}

#[test]
fn a_direct_debit_is_in_process_then_paid_or_returned() {
    let mut paid = Case::paid("sepa-paid");
    assert_eq!(paid.deal.order.stage, OrderStage::InProcess(FIRST));
    assert_eq!((paid.status().as_deref(), paid.wallet()), (Some("inprocess"), "0.00".into()));
    assert_eq!(paid.ledger.balance(Account::Clearing).to_string(), "38.70");
    paid.hear_until(NOW.plus(2 * DAY));
    assert_eq!((paid.status().as_deref(), paid.wallet()), (Some("success"), "38.70".into()));

    let mut returned = Case::paid("sepa-returned-funds");
    returned.hear_until(NOW.plus(3 * DAY));
    assert_eq!(returned.deal.order.stage, OrderStage::Returned(FIRST));
    assert_eq!(returned.ledger, {
        let mut empty = Case::paid("sepa-returned-no-reason");
        empty.hear_until(NOW.plus(3 * DAY));
        empty.ledger
    });
    assert_eq!(returned.ledger.balance(Account::Clearing), Money::ZERO);
    assert_eq!(returned.status().as_deref(), Some("error"));

    let mut disputed = Case::paid("sepa-paid-disputed");
    disputed.hear_until(NOW.plus(2 * DAY));
    assert_eq!(disputed.wallet(), "38.70");
    disputed.hear_until(NOW.plus(50 * DAY));
    assert_eq!(disputed.wallet(), "0.00");
    let told = |case: &Case| case.news.iter().map(|stage| stage.as_str()).collect::<Vec<_>>();
    assert_eq!(told(&disputed), ["inprocess", "paid", "returned"]);
}

#[test]
fn a_refund_gives_all_back_once() {
    let mut case = Case::paid("card-paid");
    case.refund(FIRST, NOW).unwrap();
    assert_eq!((case.stages(), case.wallet()), (vec!["refunded", "paid"], "0.00".into()));
    let refund = TransactionId(FIRST.0 + 1);
    assert_eq!(case.refund(FIRST, NOW), Err(Refusable::Before));
    assert_eq!(case.refund(refund, NOW), Err(Refusable::State("a refund")));
    assert_eq!(case.refund(TransactionId(1), NOW), Err(Refusable::NoTransaction));
    assert_eq!(case.deal.order.stage, OrderStage::Paid(FIRST));

    let mut refused = Case::paid("card-refund-refused");
    refused.refund(FIRST, NOW).unwrap();
    assert_eq!((refused.stages(), refused.wallet()), (vec!["paid", "failed"], "38.70".into()));

    let mut slow = Case::paid("card-refund-slow");
    slow.refund(FIRST, NOW).unwrap();
    assert_eq!((slow.stages(), slow.wallet()), (vec!["refunding", "inprocess"], "0.00".into()));
    assert_eq!(slow.refund(FIRST, NOW), Err(Refusable::Before));
    slow.hear_until(NOW.plus(3 * DAY));
    assert_eq!(slow.stages(), ["refunded", "paid"]);
}

#[test]
fn a_direct_debit_is_refunded_after_seven_days() {
    let mut case = Case::paid("sepa-paid");
    assert_eq!(case.refund(FIRST, NOW), Err(Refusable::State("inprocess")));
    let paid_at = NOW.plus(2 * DAY);
    case.hear_until(paid_at);
    let early = case.refund(FIRST, paid_at.plus(SEPA_REFUND_DELAY - 1));
    assert_eq!(early, Err(Refusable::TooEarly));
    assert_eq!(case.refund(FIRST, paid_at.plus(SEPA_REFUND_DELAY)), Ok(()));
    assert_eq!(case.stages(), ["refunded", "paid"]);
}

#[test]
fn a_regular_customer_settles_directly() {
    let mut case = Case::of(&abo_order());
    let change = case.deal.clone().settle(&case.given(), NOW).unwrap();
    assert!(change.commands.is_empty() && change.entries.is_empty());
    case.keep(change);
    assert_eq!(case.deal.order.stage, OrderStage::Settled(FIRST));
    assert_eq!(case.status().as_deref(), Some("success"));
    assert_eq!(case.refund(FIRST, NOW), Err(Refusable::State("settled")));
    case.bill_until(NOW.plus(40 * DAY));
    assert_eq!(case.stages(), ["settled", "settled"], "nothing is debited");
    assert_eq!(case.ledger, Ledger::default());
}

#[test]
fn extra_costs_are_a_deal_of_their_own() {
    let case = Case::paid("card-paid");
    let ask = |of, price| {
        let (order, price) = (OrderId::new(2, [1; 10]), Money::from_cents(price));
        case.deal.ask_for_more(of, order, price, "Anfahrt", NOW, 100)
    };
    let more = ask(FIRST, 1250).unwrap();
    assert_eq!(more.order.goods, Goods::Extra("Anfahrt".into()));
    assert_eq!((more.order.amount.cents(), more.order.callback()), (1250, None));
    assert!(more.transactions.is_empty());
    assert_eq!(ask(TransactionId(1), 1250), Err(ExtraProblem::NoTransaction));
    assert_eq!(ask(FIRST, 0), Err(ExtraProblem::Price));
    assert_eq!(ask(FIRST, -1), Err(ExtraProblem::Price));

    let mut link = Case { deal: more, next: 3, ..Case::product() };
    link.pay("card-paid", NOW).unwrap();
    assert_eq!(link.pay("card-paid", NOW), Err(PayProblem::Paid), "a link pays once");
    let paid = link.deal.transactions[0].id;
    link.refund(paid, NOW).unwrap();
    assert_eq!(link.stages(), ["refunded", "paid"]);
}

#[test]
fn a_subscription_is_billed_monthly_and_each_month_once() {
    let mut case = Case::of(&abo_order());
    case.pay("card-paid", NOW).unwrap();
    let subscription = case.deal.subscription.clone().unwrap();
    assert_eq!(subscription.stage, SubscriptionStage::Running { begin: NOW, billed: 1 });
    let parameters = case.deal.callback(Language::De).unwrap().parameters();
    assert!(parameters.contains(&("aboid", "5".to_owned())));
    case.bill_until(NOW.plus(27 * DAY));
    assert_eq!(case.stages(), ["paid"]);
    case.bill_until(NOW.plus(3 * 366 * DAY));
    case.bill_until(NOW.plus(3 * 366 * DAY));
    assert_eq!(case.stages(), ["paid"; 37]);
    let begun: Vec<i64> = case.deal.transactions.iter().map(|one| one.begun_at.0).collect();
    assert!(begun.is_sorted());
    let days: Vec<String> =
        begun.iter().map(|at| Day::of(UnixTime(*at)).to_string()[8..].to_owned()).collect();
    assert!(days.iter().all(|day| day == "24"), "{days:?}");
    assert_eq!(case.wallet(), "936.10");
}

#[test]
fn a_failed_instalment_cancels_nothing() {
    let mut case = Case::of(&abo_order());
    case.pay("card-3ds-paid", NOW).unwrap();
    case.answer(Answer::Confirm).unwrap();
    case.bill_until(NOW.plus(100 * DAY));
    assert_eq!(
        case.stages(),
        ["paid", "failed", "failed", "failed"],
        "nobody was there to confirm"
    );
    let subscription = case.deal.subscription.as_ref().unwrap();
    assert!(matches!(subscription.stage, SubscriptionStage::Running { billed: 4, .. }));
    assert_eq!(case.deal.order.stage, OrderStage::Paid(FIRST));
}

#[test]
fn nothing_is_debited_from_the_day_of_cancellation_on() {
    let mut case = Case::of(&abo_order());
    assert_eq!(case.deal.clone().cancel(Day::of(NOW), NOW), Err(CancelProblem::NoSubscription));
    case.pay("card-paid", NOW).unwrap();
    let due = Day::of(NOW.plus(30 * DAY));
    let before = Day::of(NOW.plus(-DAY));
    let past = case.deal.clone().cancel(before, NOW);
    assert_eq!(past, Err(CancelProblem::Past { day: before, today: Day::of(NOW) }));
    for (until, instalments) in [(NOW, 1), (NOW.plus(30 * DAY), 1), (NOW.plus(31 * DAY), 2)] {
        let mut case = Case { deal: case.deal.clone(), next: 1, ..Case::product() };
        let Ok(Cancelled::Now(change)) = case.deal.clone().cancel(Day::of(until), NOW) else {
            panic!()
        };
        case.keep(*change);
        case.bill_until(NOW.plus(400 * DAY));
        assert_eq!(case.deal.transactions.len(), instalments, "{until}");
        let again = case.deal.clone().cancel(Day::of(until), NOW.plus(400 * DAY));
        assert_eq!(again, Ok(Cancelled::Before));
        let other = case.deal.clone().cancel(Day::of(NOW.plus(99 * DAY)), NOW);
        assert_eq!(other, Err(CancelProblem::Before(Day::of(until))));
    }
    assert_eq!(due.to_string(), "2025-12-24");
}

#[test]
fn fees_are_kept_when_configured() {
    let mut case = Case::product();
    let instrument = Instrument::of_token("card-paid").unwrap();
    let means = StoredMeans {
        method: MethodId(1),
        kind: instrument.kind,
        token: instrument.token.into(),
        label: instrument.label(),
    };
    let new = NewTransaction { fee_permille: 25, ..case.given() };
    let change = case.deal.clone().pay(means, &new, NOW).unwrap();
    case.keep(change);
    case.hear_until(NOW);
    assert_eq!(case.wallet(), "37.73");
    assert_eq!(case.ledger.balance(Account::Fees).to_string(), "0.97");
    assert_eq!(case.ledger.sum(), Money::ZERO);
}

#[test]
fn the_buyer_pays_with_what_the_account_has() {
    use freischalt_marketplace::{
        AccountOwner, Contact, GroupId, PayAccount, PaymentMethod, User, UserId, deal::PayFacts,
        service::UserRight,
    };
    let account = |owner, users: &[UserId], method| PayAccount {
        owner,
        users: users.to_vec(),
        contact: Contact::default(),
        methods: vec![PaymentMethod {
            id: MethodId(method),
            kind: freischalt_marketplace::transaction::MeansKind::Card,
            token: "card-paid".into(),
            label: "Visa •••• 0010".into(),
        }],
    };
    let buyer = user();
    let client = account(AccountOwner::Client, &[buyer.id], 1);
    let group = account(AccountOwner::Group(GroupId(3)), &[], 2);
    let own = account(AccountOwner::User(buyer.id), &[], 3);
    let stranger = account(AccountOwner::User(UserId(99)), &[], 4);
    let unlinked = account(AccountOwner::Client, &[UserId(99)], 5);
    let deal = Case::product().deal;
    let run = activation();
    let choose_with = |accounts: &[PayAccount], method, accepted| {
        let facts = PayFacts {
            activation: Some(&run),
            customer_active: true,
            user: Some(&buyer),
            right: UserRight::AsChosen,
            accounts,
            accepted,
        };
        deal.choose(MethodId(method), facts).map(|means| means.method.0)
    };
    let choose = |accounts: &[PayAccount], method| choose_with(accounts, method, Accepted::All);
    let all = [client.clone(), group.clone(), own.clone(), stranger.clone()];
    assert_eq!(choose_with(&all, 3, Accepted::Cards), Ok(3));
    assert_eq!(choose_with(&all, 3, Accepted::DirectDebit), Err(PayProblem::NotAccepted));
    assert_eq!(choose(&all, 3), Ok(3));
    assert_eq!(choose(&all, 2), Err(PayProblem::NoMethod), "one account type at a time");
    assert_eq!(choose(&[client.clone(), group], 2), Ok(2));
    assert_eq!(choose(&[client], 1), Ok(1));
    assert_eq!(choose(&[unlinked, stranger], 5), Err(PayProblem::NoMethod));

    let other = User { id: UserId(22), ..user() };
    let mut later_run = activation();
    later_run.id = freischalt_marketplace::ActivationId::new(9, [9; 10]);
    let check = |activation, payer| {
        let facts = PayFacts {
            activation,
            customer_active: true,
            user: Some(payer),
            right: UserRight::AsChosen,
            accounts: &[],
            accepted: Accepted::All,
        };
        deal.check_payer(facts)
    };
    assert_eq!(check(Some(&run), &buyer), Ok(()));
    assert_eq!(check(Some(&run), &other), Err(PayProblem::UserMayNot));
    assert_eq!(check(None, &buyer), Err(PayProblem::ProviderInactive), "blocked in mid-session");
    assert_eq!(check(Some(&later_run), &buyer), Err(PayProblem::ProviderInactive));
}

#[test]
fn only_regular_customers_of_such_providers_settle_directly() {
    use freischalt_marketplace::{
        Stage,
        deal::settles_directly,
        provider::{Commerce, RegularCustomers},
    };
    for (flag, regular_customers, expected) in [
        (true, RegularCustomers::SettleDirectly, true),
        (true, RegularCustomers::Pay, false),
        (false, RegularCustomers::SettleDirectly, false),
    ] {
        let mut run = activation();
        let Stage::Active { unlock, .. } = &mut run.stage else { panic!() };
        unlock.is_regular_customer = flag;
        let commerce = Commerce { regular_customers, ..Commerce::default() };
        assert_eq!(settles_directly(&commerce, &run), expected);
    }
}
