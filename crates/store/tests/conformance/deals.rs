//! Orders and money: what is written is what was decided, once, whatever races.

use std::{collections::BTreeSet, sync::Arc};

use freischalt_marketplace::{
    Money, OrderId, OrderStage, ProviderId, SubscriptionId, TransactionId,
    bank::INSTRUMENTS,
    deal::{ExtraProblem, PayProblem, Refusable},
    ledger::Account,
    order::{Circle, Goods, OrderProblem, Placed},
    provider::{Commerce, RegularCustomers},
    service::UserRight,
    webhook::Subject,
};
use freischalt_store::{
    DealFacts, DealRef, DealScope, DealVerdict, Decided, DeliveryFilter, Stepped, Store,
};
use tokio::task::JoinSet;

use crate::{
    fixture::{EMPLOYEE, NOW, refusal},
    shop::{Shop, new, shop, stages},
};

const DAY: i64 = 86_400;

async fn wallet(store: &Store, shop: &Shop) -> String {
    assert_eq!(store.ledger_sum().await.unwrap(), Money::ZERO);
    store.balance(Account::Wallet(shop.office.provider.id)).await.unwrap().to_string()
}

pub async fn an_order_reads_back_as_it_was_placed(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let product = shop.place(store, &shop.product(1), 1).await;
    let abo = shop.place(store, &shop.abo(), 2).await;
    assert_eq!(shop.deal(store, &product).await.order, product);
    assert_eq!(shop.deal(store, &abo).await.order, abo);
    let Goods::Abo(goods) = &abo.goods else { panic!("{abo:?}") };
    assert_eq!(goods.circle, Circle::Group);
    let all = store.orders(shop.customer(), 10).await.unwrap();
    assert_eq!(all, [abo, product.clone()]);
    let history = store.order_history(product.customer, product.id).await.unwrap();
    assert_eq!(history, [(NOW, None, "open".to_owned())]);
    let unknown = DealRef::Order(shop.customer(), OrderId::new(7, [7; 10]));
    assert_eq!(store.deal(unknown).await.unwrap(), None);
}

pub async fn a_refused_order_leaves_nothing(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let mut order = shop.product(1);
    order["totalprice"] = "38.71".into();
    let refused = refusal(shop.submit(store, &order, 1).await);
    assert!(matches!(refused.problem, OrderProblem::TotalDiffers { .. }));
    order = shop.product(1);
    order["parametercacheid"] = crate::fixture::entry_id(9).to_string().into();
    assert_eq!(refusal(shop.submit(store, &order, 1).await).problem, OrderProblem::EntryUnknown);
    let run = store.activation(shop.run).await.unwrap().unwrap();
    shop.office.block(store, &run).await;
    let refused = refusal(shop.submit(store, &shop.product(1), 1).await);
    assert_eq!(refused.problem, OrderProblem::ProviderInactive);
    assert_eq!(store.orders(shop.customer(), 10).await.unwrap(), []);
}

/// A provider's entry in one customer is unknown in another.
pub async fn an_entry_serves_its_customer_only(store: &Store) {
    let (one, two) = (shop(store, "one", 1).await, shop(store, "two", 2).await);
    let refused = refusal(two.submit(store, &one.product(1), 1).await);
    assert_eq!(refused.problem, OrderProblem::EntryUnknown);
}

pub async fn a_hundred_submits_make_one_order(store: &Store) {
    let shop = Arc::new(shop(store, "one", 1).await);
    let mut callers = JoinSet::new();
    for number in 0..100 {
        let (shop, store) = (Arc::clone(&shop), store.clone());
        callers.spawn(async move { shop.submit(&store, &shop.product(1), number).await.unwrap() });
    }
    let placed = callers.join_all().await;
    let new = placed.iter().filter(|placed| matches!(placed, Placed::Now(_))).count();
    assert_eq!(new, 1);
    let ids: BTreeSet<OrderId> = placed
        .iter()
        .map(|placed| match placed {
            Placed::Now(order) | Placed::Before(order) => order.id,
        })
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(store.orders(shop.customer(), 10).await.unwrap().len(), 1);
}

/// Each card and account goes its whole way, and what the store keeps is what was decided.
pub async fn every_stage_of_every_instrument_reads_back(store: &Store) {
    let shop = shop(store, "one", 1).await;
    for (number, instrument) in (1_u8..).zip(INSTRUMENTS) {
        let order = shop.place(store, &shop.product(number.into()), number).await;
        let paid = shop.pay(store, &order, instrument.token, NOW).await.unwrap();
        assert_eq!(shop.deal(store, &order).await, paid, "{}", instrument.token);
        for later in [0, 901, 3 * DAY, 60 * DAY] {
            shop.work(store, &order, NOW.plus(later)).await;
            let deal = shop.deal(store, &order).await;
            assert_eq!(
                deal.order.stage.transaction().is_some(),
                deal.order.stage != OrderStage::Open
            );
        }
        let _ = shop.refund(store, &order, NOW.plus(60 * DAY)).await;
        shop.work(store, &order, NOW.plus(90 * DAY)).await;
        let deal = shop.deal(store, &order).await;
        assert!(deal.transactions.iter().all(|one| !one.stage.is_open()), "{:?}", stages(&deal));
    }
    assert_eq!(store.ledger_sum().await.unwrap(), Money::ZERO);
    assert_eq!(store.balance(Account::Clearing).await.unwrap(), Money::ZERO);
    assert_eq!(store.due_orders(NOW.plus(90 * DAY), 10).await.unwrap(), []);
}

pub async fn a_payment_is_booked_and_told(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let order = shop.place(store, &shop.product(1), 1).await;
    assert_eq!(store.due_orders(NOW, 10).await.unwrap(), []);
    shop.pay(store, &order, "card-paid", NOW).await.unwrap();
    assert_eq!(store.due_orders(NOW, 10).await.unwrap(), [(order.customer, order.id)]);
    assert_eq!(wallet(store, &shop).await, "0.00");
    let first = TransactionId::FIRST;
    let done = shop.work(store, &order, NOW).await;
    assert_eq!(done, [Stepped::Bank(first), Stepped::Heard(first, true)]);
    assert_eq!(wallet(store, &shop).await, "38.70");
    let history = store.order_history(order.customer, order.id).await.unwrap();
    let seen: Vec<_> =
        history.iter().map(|(_, of, stage)| (of.is_some(), stage.as_str())).collect();
    assert_eq!(seen, [(false, "open"), (true, "submitted"), (true, "paid"), (true, "paid")]);

    let all = store
        .provider_transactions(shop.office.provider.id, TransactionId(i64::MAX), 10)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].transaction.id, first);
    assert_eq!(all[0].customer_name, shop.office.customer.name);
    assert_eq!(all[0].order.goods.title(), "<b>Rundgang</b>");
    let before = store.provider_transactions(shop.office.provider.id, first, 10).await.unwrap();
    assert_eq!(before, []);
}

pub async fn sixteen_payments_of_one_order_take_money_once(store: &Store) {
    let shop = Arc::new(shop(store, "one", 1).await);
    let order = shop.place(store, &shop.product(1), 1).await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let (shop, store, order) = (Arc::clone(&shop), store.clone(), order.clone());
        callers.spawn(async move {
            let paid = shop.pay(&store, &order, "card-paid", NOW).await;
            shop.work(&store, &order, NOW).await;
            paid.is_ok()
        });
    }
    let paid = callers.join_all().await.into_iter().filter(|paid| *paid).count();
    assert_eq!(paid, 1);
    assert_eq!(stages(&shop.deal(store, &order).await), ["paid"]);
    assert_eq!(wallet(store, &shop).await, "38.70");
    let again = refusal(shop.pay(store, &order, "card-paid", NOW).await);
    assert_eq!(again, PayProblem::Paid);
}

pub async fn sixteen_refunds_give_back_once(store: &Store) {
    let shop = Arc::new(shop(store, "one", 1).await);
    let order = shop.place(store, &shop.product(1), 1).await;
    shop.pay(store, &order, "card-paid", NOW).await.unwrap();
    shop.work(store, &order, NOW).await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let (shop, store, order) = (Arc::clone(&shop), store.clone(), order.clone());
        callers.spawn(async move { shop.refund(&store, &order, NOW).await });
    }
    let results = callers.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let before = results
        .iter()
        .filter(|result| matches!(result, Err(Decided::Refused(Refusable::Before))))
        .count();
    assert_eq!(before, 15);
    shop.work(store, &order, NOW).await;
    assert_eq!(stages(&shop.deal(store, &order).await), ["refunded", "paid"]);
    assert_eq!(wallet(store, &shop).await, "0.00");
}

pub async fn transactions_of_all_customers_have_ids_of_their_own(store: &Store) {
    let shops = Arc::new([shop(store, "one", 1).await, shop(store, "two", 2).await]);
    let mut callers = JoinSet::new();
    for number in 0..20_u8 {
        let (shops, store) = (Arc::clone(&shops), store.clone());
        callers.spawn(async move {
            let shop = &shops[usize::from(number % 2)];
            let order = shop.place(&store, &shop.product(number.into()), number + 1).await;
            shop.pay(&store, &order, "card-paid", NOW).await.unwrap().transactions[0].id
        });
    }
    let ids: BTreeSet<i64> = callers.join_all().await.into_iter().map(|id| id.0).collect();
    let first = TransactionId::FIRST.0;
    assert_eq!(ids, (first..first + 20).collect(), "without gaps, and none twice");
    let found = store.deal(DealRef::Transaction(TransactionId(first))).await.unwrap();
    assert!(found.is_some());
}

pub async fn years_of_instalments_are_billed_once_whoever_works(store: &Store) {
    let shop = Arc::new(shop(store, "one", 1).await);
    let order = shop.place(store, &shop.abo(), 1).await;
    shop.pay(store, &order, "card-paid", NOW).await.unwrap();
    shop.work(store, &order, NOW).await;
    let later = NOW.plus(5 * 366 * DAY);
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        let (shop, store, order) = (Arc::clone(&shop), store.clone(), order.clone());
        workers.spawn(async move { shop.work(&store, &order, later).await.len() });
    }
    let steps: usize = workers.join_all().await.into_iter().sum();
    assert_eq!(steps, 60 * 3, "an instalment is billed, charged and heard of");
    let deal = shop.deal(store, &order).await;
    assert_eq!(stages(&deal), ["paid"; 61]);
    let begun: Vec<i64> = deal.transactions.iter().map(|one| one.begun_at.0).collect();
    assert!(begun.is_sorted_by(|one, next| one < next));
    assert_eq!(wallet(store, &shop).await, "1543.30");
    let of_abo = store.deal(DealRef::Subscription(SubscriptionId(1))).await.unwrap().unwrap();
    assert_eq!(of_abo, deal);
    let listed = store.provider_subscriptions(shop.office.provider.id, 10).await.unwrap();
    assert_eq!(listed[0].subscription, deal.subscription.unwrap());
}

/// The eleventh payment with one card in a day is declined, also by the store's count.
pub async fn a_card_pays_ten_times_a_day(store: &Store) {
    let shop = shop(store, "one", 1).await;
    for number in 1..=11_u8 {
        let order = shop.place(store, &shop.product(number.into()), number).await;
        shop.pay(store, &order, "card-paid", NOW).await.unwrap();
        shop.work(store, &order, NOW).await;
        let stage = if number <= 10 { "paid" } else { "failed" };
        assert_eq!(stages(&shop.deal(store, &order).await), [stage], "{number}");
    }
}

pub async fn a_link_pays_once(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let order = shop.place(store, &shop.product(1), 1).await;
    shop.pay(store, &order, "card-paid", NOW).await.unwrap();
    shop.work(store, &order, NOW).await;
    let token = "c".repeat(64);
    let link = store
        .create_payment_link(TransactionId::FIRST, &token, |deal| {
            let (id, price) = (OrderId::new(2, [2; 10]), Money::from_cents(110_050));
            deal.ask_for_more(deal.transactions[0].id, id, price, "Anfahrt", NOW, 100)
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(store.deal_of_link(&token).await.unwrap(), Some(link.clone()));
    assert_eq!(store.deal_of_link(&"d".repeat(64)).await.unwrap(), None);
    let paid = shop.pay(store, &link.order, "card-paid", NOW).await.unwrap();
    shop.work(store, &link.order, NOW).await;
    assert_eq!(refusal(shop.pay(store, &link.order, "card-paid", NOW).await), PayProblem::Paid);
    assert_eq!(wallet(store, &shop).await, "1139.20");
    assert_eq!(paid.transactions.len(), 1);

    let free = store
        .create_payment_link(TransactionId::FIRST, "e", |deal| {
            let id = OrderId::new(3, [3; 10]);
            deal.ask_for_more(deal.transactions[0].id, id, Money::ZERO, "", NOW, 100)
        })
        .await;
    assert_eq!(refusal(free), ExtraProblem::Price);
    let unknown =
        store.create_payment_link(TransactionId(1), "e", Ok::<_, ExtraProblem>).await.unwrap();
    assert_eq!(unknown, None);
}

pub async fn a_rule_that_refuses_changes_no_deal(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let order = shop.place(store, &shop.product(1), 1).await;
    let refused =
        store.decide_deal(shop.deal_of(&order), NOW, |_| Err::<DealVerdict<()>, _>("no")).await;
    assert_eq!(refusal(refused), "no");
    let unknown = DealScope { deal: DealRef::Transaction(TransactionId(1)), user: None };
    let nobody = store
        .decide_deal(unknown, NOW, |_| Ok::<_, ()>(DealVerdict { change: None, outcome: 1 }))
        .await
        .unwrap();
    assert_eq!(nobody, None);
    assert_eq!(shop.deal(store, &order).await.order, order);
}

pub async fn facts_of_a_deal_are_those_of_its_customer(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let order = shop.place(store, &shop.product(1), 1).await;
    let provider = shop.office.provider.id;
    store.set_right(shop.customer(), provider, EMPLOYEE, UserRight::Given).await.unwrap();
    let rule = |facts: DealFacts| Ok::<_, ()>(DealVerdict { change: None, outcome: facts });
    let facts = store.decide_deal(shop.deal_of(&order), NOW, rule).await.unwrap().unwrap();
    assert_eq!(facts.user.unwrap().id, EMPLOYEE);
    assert_eq!(facts.right, UserRight::Given);
    assert_eq!(facts.activation.unwrap().id, shop.run);
    assert_eq!(facts.next_transaction, TransactionId::FIRST);
    assert!(facts.customer_active && facts.accounts.is_empty());
}

/// Off by default; then each result is told once, and the same news are never there twice.
pub async fn results_are_told_to_providers_that_want_it(store: &Store) {
    let shop = shop(store, "one", 1).await;
    let provider = shop.office.provider.id;
    let quiet = shop.place(store, &shop.product(1), 1).await;
    shop.pay(store, &quiet, "card-paid", NOW).await.unwrap();
    shop.work(store, &quiet, NOW).await;
    assert_eq!(store.deliveries(DeliveryFilter::default(), 10).await.unwrap(), []);

    // Each change leaves alone what it does not name.
    let notify = |mut commerce: Commerce| {
        commerce.notify_results = true;
        commerce
    };
    store.change_commerce(provider, notify).await.unwrap().unwrap();
    let regular_customers = RegularCustomers::SettleDirectly;
    let settle = move |mut commerce: Commerce| {
        commerce.regular_customers = regular_customers;
        commerce
    };
    let commerce = store.change_commerce(provider, settle).await.unwrap().unwrap();
    assert_eq!((commerce.regular_customers, commerce.notify_results), (regular_customers, true));
    assert_eq!(store.provider_by_id(provider).await.unwrap().unwrap().commerce, commerce);
    assert_eq!(store.change_commerce(ProviderId(99), settle).await.unwrap(), None);
    let told = shop.place(store, &shop.product(2), 2).await;
    shop.pay(store, &told, "sepa-paid", NOW).await.unwrap();
    shop.work(store, &told, NOW.plus(2 * DAY)).await;
    let deliveries = store.deliveries(DeliveryFilter::default(), 10).await.unwrap();
    assert_eq!(deliveries.len(), 2, "in process, then paid");
    assert!(deliveries.iter().all(|one| one.subject == Subject::Order(told.id)));
    let settled = shop.place(store, &shop.abo(), 3).await;
    let rule = |facts: DealFacts| {
        let change = facts.deal.clone().settle(&new(&facts, "reference"), NOW)?;
        Ok::<_, PayProblem>(DealVerdict { change: Some(change), outcome: () })
    };
    store.decide_deal(shop.deal_of(&settled), NOW, rule).await.unwrap().unwrap();
    assert_eq!(shop.deal(store, &settled).await.order.stage.as_str(), "settled");
    assert_eq!(store.deliveries(DeliveryFilter::default(), 10).await.unwrap().len(), 3);
}
