//! A process is killed after each write of a payment's life, and another one goes on.
//!
//! The child is this test program again. It says when it has made so many writes, and waits to be
//! killed; the next child does everything from the top, as a person who clicks again and a server
//! that starts again would. Whatever happens, money moves once, and news arrive at least once under
//! one id.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use freischalt_marketplace::{
    Delivery, Money, Order,
    bank::Answer,
    ledger::Account,
    order::Placed,
    provider::Commerce,
    webhook::{Attempt, DeliveryStage},
};
use freischalt_protocol::UnixTime;
use freischalt_store::{
    DealFacts, DealVerdict, Decided, DeliveryFilter, Kind, Location, Stepped, Store,
};

use crate::{
    engines::{keys, open},
    fixture::NOW,
    shop::{Shop, shop, stages},
};

const DATABASE: &str = "KILLED_DATABASE";
const JOURNEY: &str = "KILLED_JOURNEY";
const WRITES: &str = "KILLED_WRITES";

/// Seconds for which a delivery is taken.
const LEASE: i64 = 60;

/// What is done in one life, and what must have come of it.
#[derive(Clone, Copy)]
struct Journey {
    token: &'static str,
    abo: bool,
    /// Seconds until everything is done.
    until: i64,
    /// The stages in the end, after a refund of the first payment.
    stages: &'static [&'static str],
    wallet: &'static str,
    /// How often the provider hears something.
    news: usize,
}

const JOURNEYS: [Journey; 4] = [
    Journey {
        token: "card-paid",
        abo: false,
        until: 0,
        stages: &["refunded", "paid"],
        wallet: "0.00",
        news: 1,
    },
    Journey {
        token: "card-3ds-paid",
        abo: false,
        until: 0,
        stages: &["refunded", "paid"],
        wallet: "0.00",
        news: 1,
    },
    Journey {
        token: "sepa-returned-funds",
        abo: false,
        until: 4 * 86_400,
        stages: &["returned"],
        wallet: "0.00",
        news: 2,
    },
    Journey {
        token: "card-paid",
        abo: true,
        until: 63 * 86_400,
        stages: &["refunded", "paid", "paid", "paid"],
        wallet: "50.60",
        news: 1,
    },
];

/// Counts writes, and stops for good after the last one that is wanted.
struct Life {
    left: usize,
    is_second: bool,
}

impl Life {
    fn wrote(&mut self) {
        if self.left == 0 {
            say("waiting");
            loop {
                std::thread::park();
            }
        }
        self.left -= 1;
    }
}

/// To whoever runs this program, past what captures the output of tests.
fn say(text: &str) {
    let mut output = std::io::stdout();
    writeln!(output, "{text}").unwrap();
    output.flush().unwrap();
}

fn location(database: &Path) -> Location {
    Location::File(database.to_owned())
}

/// The child: everything from the top, with a pause after the write that is the last.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(database) = std::env::var_os(DATABASE).map(PathBuf::from) else { return };
    let number = |name| std::env::var(name).unwrap().parse::<usize>().unwrap();
    let (journey, left) = (JOURNEYS[number(JOURNEY)], number(WRITES));
    let store = open(&location(&database), Kind::Sandbox, &keys()).unwrap();
    let shop = Shop::reopened(&store, "one", 1).await;
    let mut life = Life { left, is_second: left == usize::MAX };
    live(&store, &shop, journey, &mut life, &database).await;
    say("done");
}

async fn live(store: &Store, shop: &Shop, journey: Journey, life: &mut Life, database: &Path) {
    let goods = if journey.abo { shop.abo() } else { shop.product(1) };
    let order = match shop.submit(store, &goods, 1).await.unwrap() {
        Placed::Now(order) | Placed::Before(order) => order,
    };
    life.wrote();
    // Whoever clicks again is refused once it is under way.
    let _ = shop.pay(store, &order, journey.token, NOW).await;
    life.wrote();
    work(store, shop, &order, NOW, life).await;
    answer(store, shop, &order).await;
    life.wrote();
    let later = NOW.plus(journey.until);
    work(store, shop, &order, later, life).await;
    let _ = shop.refund(store, &order, later).await;
    life.wrote();
    work(store, shop, &order, later, life).await;
    deliver(store, later, life, database).await;
}

async fn work(store: &Store, shop: &Shop, order: &Order, now: UnixTime, life: &mut Life) {
    while shop.step(store, order, now).await != Stepped::Nothing {
        life.wrote();
    }
}

async fn answer(store: &Store, shop: &Shop, order: &Order) {
    let rule = |facts: DealFacts| {
        let id = facts.deal.order.stage.transaction();
        let change = id.map(|id| facts.deal.answer(id, Answer::Confirm, NOW)).transpose()?;
        Ok::<_, freischalt_marketplace::deal::PayProblem>(DealVerdict { change, outcome: () })
    };
    match store.decide_deal(shop.deal_of(order), NOW, rule).await {
        Ok(_) | Err(Decided::Refused(_)) => {}
        Err(Decided::Store(error)) => panic!("{error}"),
    }
}

/// Calls the provider, which keeps what it hears in a file.
async fn deliver(store: &Store, now: UnixTime, life: &mut Life, database: &Path) {
    // A second life begins when what the first has taken is free again.
    let now = if life.is_second { now.plus(LEASE) } else { now };
    let due = {
        let due = store.due_deliveries(now).await.unwrap();
        let shares = due.into_iter().map(|(provider, _)| (provider, 10)).collect();
        store.take_deliveries(now, LEASE, shares).await.unwrap()
    };
    life.wrote();
    for delivery in due {
        let mut file =
            std::fs::OpenOptions::new().create(true).append(true).open(heard(database)).unwrap();
        writeln!(file, "{}", delivery.id).unwrap();
        life.wrote();
        let rule = move |one: Delivery, attempt: &Attempt| one.attempted(attempt, None, 0, now);
        let answered = Attempt::Answered(204);
        store.record_attempt(delivery.customer, delivery.id, answered, now, rule).await.unwrap();
        life.wrote();
    }
}

fn heard(database: &Path) -> PathBuf {
    database.with_extension("heard")
}

fn start(database: &Path, journey: usize, writes: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--nocapture"])
        .env(DATABASE, database)
        .env(JOURNEY, journey.to_string())
        .env(WRITES, writes.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs a child until it waits to be killed; whether it came to its end instead.
fn run(database: &Path, journey: usize, writes: usize) -> bool {
    let mut child = start(database, journey, writes);
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut ended = false;
    for line in output.lines() {
        let line = line.unwrap();
        ended |= line.contains("done");
        if line.contains("waiting") {
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(!ended || status.success(), "{status}");
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_behind_every_write_money_moved_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut kills = 0;
    for (index, journey) in JOURNEYS.into_iter().enumerate() {
        let mut writes = 0;
        loop {
            let database = folder.path().join(format!("{index}-{writes}.sqlite"));
            {
                let store = open(&location(&database), Kind::Sandbox, &keys()).unwrap();
                let shop = shop(&store, "one", 1).await;
                let notify = |mut commerce: Commerce| {
                    commerce.notify_results = true;
                    commerce
                };
                store.change_commerce(shop.office.provider.id, notify).await.unwrap();
            }
            let ended = run(&database, index, writes);
            if !ended {
                kills += 1;
                assert!(run(&database, index, usize::MAX), "{index}, killed after {writes}");
            }
            let store = open(&location(&database), Kind::Sandbox, &keys()).unwrap();
            check(&store, journey, &database, (index, writes)).await;
            if ended {
                assert!(writes > 8, "only {writes} writes to be killed after");
                break;
            }
            writes += 1;
        }
    }
    say(&format!("{kills} kills"));
}

async fn check(store: &Store, journey: Journey, database: &Path, which: (usize, usize)) {
    let shop = Shop::reopened(store, "one", 1).await;
    let orders = store.orders(shop.customer(), 10).await.unwrap();
    assert_eq!(orders.len(), 1, "{which:?}");
    let deal = shop.deal(store, &orders[0]).await;
    let mut seen = stages(&deal);
    // A subscription's refund comes after the instalments, or between them.
    seen.sort_unstable();
    let mut expected = journey.stages.to_vec();
    expected.sort_unstable();
    assert_eq!(seen, expected, "{which:?}");
    assert_eq!(store.ledger_sum().await.unwrap(), Money::ZERO, "{which:?}");
    let wallet = store.balance(Account::Wallet(shop.office.provider.id)).await.unwrap();
    assert_eq!(wallet.to_string(), journey.wallet, "{which:?}");
    let deliveries = store.deliveries(DeliveryFilter::default(), 10).await.unwrap();
    assert_eq!(deliveries.len(), journey.news, "{which:?}");
    let told = std::fs::read_to_string(heard(database)).unwrap();
    let told: BTreeSet<&str> = told.lines().collect();
    let ids: BTreeSet<String> = deliveries.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(told, ids.iter().map(String::as_str).collect(), "{which:?}");
    let arrived = |one: &Delivery| matches!(one.stage, DeliveryStage::Delivered { .. });
    assert!(deliveries.iter().all(arrived), "{which:?}");
}
