//! `kill -9` behind every commit of a sale, through the real handlers over a socket. Whatever was
//! going on, money moves once, there is one order, its provider's page hears the result, and webhooks
//! arrive at least once under one id.

mod child;
mod market;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    slice,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use freischalt_marketplace::{
    AccountOwner, CustomerId, Money,
    bank::Instrument,
    ledger::Account,
    order::Origin,
    webhook::{DeliveryStage, Subject},
};
use freischalt_protocol::{Secret, seal::MasterKey, signed_order, signed_url};
use freischalt_store::{
    DealRef, DeliveryFilter, Keys, Kind, Location, NewMethod, OrderFilter, Store,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use self::market::Market;
use crate::{
    call_rows::api_user,
    windows::{frame_url, sealed},
    world::{Run, World},
};

const DAY: i64 = 86_400;
const CUSTOMER: CustomerId = CustomerId(1);
/// Lives at the same time: they wait more than they work.
const TOGETHER: usize = 4;
/// Attempts to kill behind what was missed.
const TRIES: usize = 10;
/// Fewer commits than this would be no sale.
const LEAST: usize = 8;

/// What is bought, what becomes of it, and what must have come of it in the end.
struct Sale {
    /// The token of the payment method.
    token: &'static str,
    abo: bool,
    /// Days that pass after the payment.
    days: i64,
    /// Then it is given back.
    refund: bool,
    /// Then extra costs are asked for, and paid.
    link: bool,
    /// The state of the order before anything is given back.
    state: &'static str,
    /// How the transactions of the order end, in the order of the alphabet.
    stages: &'static [&'static str],
    wallet: &'static str,
    /// `status` of the last callback.
    told: &'static str,
    /// How often the provider's server hears of the order.
    news: usize,
}

const PAID: Sale = Sale {
    token: "card-paid",
    abo: false,
    days: 0,
    refund: false,
    link: false,
    state: "paid",
    stages: &["paid"],
    wallet: "38.70",
    told: "success",
    news: 1,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_card_and_a_refund() {
    walk(Sale { refund: true, stages: &["paid", "refunded"], wallet: "0.00", ..PAID }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_asks_its_owner() {
    walk(Sale { token: "card-3ds-paid", ..PAID }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_debit_in_process_and_then_paid() {
    walk(Sale { token: "sepa-paid", days: 3, news: 2, ..PAID }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_debit_in_process_and_then_returned() {
    walk(Sale {
        token: "sepa-returned-funds",
        days: 5,
        state: "returned",
        stages: &["returned"],
        wallet: "0.00",
        told: "error",
        news: 2,
        ..PAID
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_with_instalments() {
    let stages = &["paid", "paid", "paid"];
    walk(Sale { abo: true, days: 63, stages, wallet: "75.90", ..PAID }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_for_extra_costs() {
    walk(Sale { link: true, wallet: "51.20", ..PAID }).await;
}

/// A marketplace at the moment before somebody buys, and what its people hold.
struct Shop {
    /// Its database, of which each life has a copy.
    database: PathBuf,
    /// How many copies there are.
    copies: AtomicUsize,
    /// When it was made, in Unix seconds.
    begun: i64,
    /// An API user of the provider's own client.
    client: Run,
    secret: Secret,
    webhook_secret: Secret,
    /// Payment methods by the token of the test bank.
    methods: BTreeMap<String, i64>,
}

impl Shop {
    async fn prepare(folder: &Path) -> Self {
        let (made, database) = (folder.join("made.sqlite"), folder.join("before.sqlite"));
        let world = World::with(|config| config.location = Location::File(made.clone())).await;
        for provider in ["demo", "preisradar"] {
            let run = world.start(provider).await;
            world.unlock(&run).await;
        }
        let notify = json!({ "notifyResults": true });
        world.managed("PATCH", "/v1/providers/demo", Some(&notify)).await;
        let instrument = Instrument::of_token("sepa-returned-funds").unwrap();
        let (kind, token, label) =
            (instrument.kind, instrument.token.to_owned(), instrument.label());
        let method = NewMethod { kind, token, label };
        world.store.add_method(CUSTOMER, AccountOwner::Client, method).await.unwrap();
        let accounts = world.store.accounts(CUSTOMER).await.unwrap();
        let methods = accounts.into_iter().flat_map(|account| account.methods);
        let shop = Self {
            database: database.clone(),
            copies: AtomicUsize::default(),
            begun: world.now().await,
            client: api_user(&world, "grundrisswerk").await,
            secret: world.provider_secret("demo").await,
            webhook_secret: world.provider_secret("preisradar").await,
            methods: methods.map(|method| (method.token, method.id.0)).collect(),
        };
        let connection = rusqlite::Connection::open(made).unwrap();
        connection.execute("VACUUM INTO ?1", [database.to_str().unwrap()]).unwrap();
        shop
    }

    /// A copy of its own for a life.
    fn copy(&self) -> PathBuf {
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        let copy = self.database.with_file_name(format!("{number}.sqlite"));
        fs::copy(&self.database, &copy).unwrap();
        copy
    }
}

/// The calls that a provider's server got, by the id of the delivery.
struct Heard {
    url: String,
    calls: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
}

impl Heard {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::<Mutex<BTreeMap<String, BTreeSet<String>>>>::default();
        let heard = Self { url: url.clone(), calls: Arc::clone(&calls) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<String> =
                    lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                let target = head.first().and_then(|line| line.split(' ').nth(1));
                let id = head.iter().find_map(|line| line.strip_prefix("x-freischalt-delivery: "));
                // Opening a window tries the connection and says nothing.
                if let (Some(target), Some(id)) = (target, id) {
                    let mut calls = calls.lock().unwrap();
                    calls.entry(id.to_owned()).or_default().insert(format!("{url}{target}"));
                }
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
            }
        });
        heard
    }
}

/// Kills behind the first commit, behind the second, and so on until a life comes to its end. Changes
/// of two tasks share a commit or come in another order as it happens, so what no kill stood behind by
/// then is aimed at again.
async fn walk(sale: Sale) {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::prepare(folder.path()).await;
    let (mut killed_behind, mut commit) = (BTreeSet::new(), 0);
    let whole = 'lives: loop {
        let lives = (1..=TOGETHER).map(|number| live(&shop, &sale, commit + number));
        for (died, written) in join_all(lives).await {
            if !died {
                break 'lives written;
            }
            commit += 1;
            assert_eq!(written.len(), commit, "{written:?}");
            killed_behind.extend(tables(&written[commit - 1..]));
        }
    };
    assert!(whole.len() >= LEAST, "{whole:?}");
    for _ in 0..TRIES {
        let missed =
            |tables_of: &String| !tables(slice::from_ref(tables_of)).is_subset(&killed_behind);
        let Some(place) = whole.iter().position(missed) else { return };
        if let (true, written) = live(&shop, &sale, place + 1).await {
            killed_behind.extend(tables(&written[place..]));
        }
    }
    let missed: Vec<_> = tables(&whole).difference(&killed_behind).cloned().collect();
    assert!(missed.is_empty(), "no kill behind a write of {missed:?}");
}

fn tables(written: &[String]) -> BTreeSet<String> {
    written.iter().flat_map(|tables| tables.split(' ')).map(str::to_owned).collect()
}

/// One sale from the window to the last news, with a kill behind the commit of this number: whether
/// it came to that, and what each commit wrote.
async fn live(shop: &Shop, sale: &Sale, commit: usize) -> (bool, Vec<String>) {
    let database = shop.copy();
    let heard = Heard::listen();
    let mut market = Market::start(&database, commit, &heard.url);
    market.set_clock(shop.begun).await;
    let order = sell(&mut market, shop, &heard.url, sale).await;
    let order_path = format!("/v1/orders/{order}");
    if sale.days > 0 {
        market.set_clock(shop.begun + sale.days * DAY).await;
    }
    market
        .until(&order_path, |shown| {
            let transactions = shown["transactions"].as_array().unwrap();
            let instalments = sale.stages.len() - usize::from(sale.refund);
            let ended = transactions.iter().all(|one| one["state"] == sale.state);
            shown["state"] == sale.state && ended && transactions.len() == instalments
        })
        .await;
    let shown = market.managed("GET", &order_path, None).await;
    let transaction = shown["transactions"][0]["id"].clone();
    if sale.refund {
        let answer =
            market.call(&shop.client, "transactionRefund", json!({ "transactionid": transaction }));
        // Whose answer was lost hears that it was done.
        assert!([0, 210].contains(&answer.await.codes()[0]));
        let given_back = |shown: &Value| {
            let transactions = shown["transactions"].as_array().unwrap();
            transactions.iter().any(|one| one["kind"] == "refund" && one["state"] == "paid")
        };
        market.until(&order_path, given_back).await;
    }
    if sale.link {
        pay_more(&mut market, shop, &transaction).await;
    }
    market.sign_in(21).await;
    let page = market.get(&format!("/orders/{order}/result")).await;
    let callback = signed_url::verify(&frame_url(&page), &shop.secret).expect("a good signature");
    assert_eq!(callback.get("status"), Some(sale.told));
    market
        .until("/v1/deliveries", |shown| {
            shown.as_array().unwrap().iter().all(|one| one["state"] == "delivered")
        })
        .await;
    let ended = market.end();
    check(shop, sale, &database, &heard).await;
    ended
}

/// Saves a record, orders and pays, as a person at a browser does it; the order's id.
async fn sell(market: &mut Market, shop: &Shop, provider: &str, sale: &Sale) -> String {
    market.sign_in(21).await;
    market.form("/records/edit/estates/11", "kaufpreis=7").await;
    let page = market.get("/services/open?service=demo/floor-plan&from=menu").await;
    let opened = signed_url::verify(&frame_url(&page), &shop.secret).expect("a good signature");
    let goods = if sale.abo {
        json!({ "abo": { "durationinmonth": "6", "monthlycosts": "25.30",
                         "monthlyservicedescription": "Abo" } })
    } else {
        json!({ "products": [{ "name": "Rundgang", "price": "38.70", "quantity": "1" }],
                "totalprice": "38.70" })
    };
    let mut order = json!({ "parametercacheid": opened.get("parameterCacheId"),
        "callbackurl": format!("{provider}/result"), "timestamp": shop.begun });
    order.as_object_mut().unwrap().extend(goods.as_object().unwrap().clone());
    let text = signed_order::sign(order.to_string().as_bytes(), &shop.secret).unwrap();
    let message = json!({ "window": sealed(&page), "origin": provider, "text": text }).to_string();
    let answer = market.post("/services/messages", "application/json", &message).await.json();
    assert_eq!(answer["effect"], "order", "{answer}");
    let path = answer["url"].as_str().unwrap().to_owned();
    let method = shop.methods[sale.token];
    market.form(&format!("{path}/pay"), &format!("method={method}")).await;
    if sale.token.contains("3ds") {
        let id = path.rsplit('/').next().unwrap();
        // The bank may have to be asked first, by whoever goes on after a kill.
        market.until(&format!("/v1/orders/{id}"), |shown| shown["next"] == "answerBank").await;
        market.form(&format!("{path}/bank"), "answer=confirm").await;
    }
    path.rsplit('/').next().unwrap().to_owned()
}

/// The provider asks for extra costs, and somebody pays them by the link.
async fn pay_more(market: &mut Market, shop: &Shop, transaction: &Value) {
    let parameters = json!({ "transactionid": transaction.to_string(), "priceNet": "12.50",
                             "description": "Anfahrt", "sendMailToCustomer": false });
    let answer = market.call(&shop.client, "subsequentPaymentLink", parameters).await;
    let elements =
        answer.json()["response"]["results"][0]["data"]["records"][0]["elements"].clone();
    let url = elements["result"]["subsequentPaymentUrl"].as_str().expect("a link").to_owned();
    let token = url.split_once("c=").unwrap().1;
    let body = format!("c={token}&number=4000000000000010");
    market.form("/smart/short.php", &body).await;
    let path = "/v1/providers/demo/transactions";
    market
        .until(path, |all| all.as_array().unwrap().iter().filter(|one| paid(one)).count() == 2)
        .await;
}

fn paid(transaction: &Value) -> bool {
    transaction["state"] == "paid"
}

/// What is in the database after the last process has ended.
async fn check(shop: &Shop, sale: &Sale, database: &Path, heard: &Heard) {
    let keys = Keys { current: MasterKey::new([7; 32]), previous: Vec::new() };
    let location = Location::File(database.to_owned());
    let opened =
        tokio::task::spawn_blocking(move || Store::open(&location, Kind::Sandbox, &keys)).await;
    let store = opened.unwrap().unwrap();
    let orders = store.orders(OrderFilter::default(), 10).await.unwrap();
    let placed: Vec<_> =
        orders.iter().filter(|order| matches!(order.origin, Origin::Shop { .. })).collect();
    assert_eq!(placed.len(), 1, "one order");
    let deal = store.deal(DealRef::Order(CUSTOMER, placed[0].id)).await.unwrap().unwrap();
    let mut stages: Vec<_> = deal.transactions.iter().map(|one| one.stage.as_str()).collect();
    stages.sort_unstable();
    assert_eq!(stages, sale.stages);
    assert_eq!(store.ledger_sum().await.unwrap(), Money::ZERO);
    let wallet = store.balance(Account::Wallet(deal.provider())).await.unwrap();
    assert_eq!(wallet.to_string(), sale.wallet);

    let deliveries = store.deliveries(DeliveryFilter::default(), 10).await.unwrap();
    let arrived = |stage: &DeliveryStage| matches!(stage, DeliveryStage::Delivered { .. });
    assert!(deliveries.iter().all(|one| arrived(&one.stage)));
    let news = deliveries.iter().filter(|one| matches!(one.subject, Subject::Order(_))).count();
    assert_eq!((news, deliveries.len()), (sale.news, sale.news + 1), "and the saved record");
    let ids: BTreeSet<String> = deliveries.iter().map(|one| one.id.to_string()).collect();
    let calls = heard.calls.lock().unwrap();
    assert_eq!(calls.keys().cloned().collect::<BTreeSet<_>>(), ids, "each once or more, by its id");
    for urls in calls.values() {
        for url in urls {
            let secret = if url.contains("/result?") { &shop.secret } else { &shop.webhook_secret };
            signed_url::verify(url, secret).expect("a good signature");
        }
    }
}
