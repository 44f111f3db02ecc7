//! A shop in an office: orders as a provider signs them, paid through the test bank.

use std::sync::atomic::{AtomicU32, Ordering};

use freischalt_marketplace::{
    ActivationId, CustomerId, Deal, MethodId, Order, OrderId, ParameterCacheId, Policy,
    StoredMeans,
    bank::{Instrument, test_bank},
    deal::{NewTransaction, PayProblem, Refusable},
    order::{NewOrder, Placed, Refused, SignedOrder, intake},
};
use freischalt_protocol::{Secret, UnixTime, signed_order};
use freischalt_store::{
    DealFacts, DealRef, DealScope, DealVerdict, Decided, OrderScope, ServiceEntry, Stepped, Store,
};
use serde_json::{Value, json};

use crate::fixture::{EMPLOYEE, NOW, Office, entry_id, office, run_id, slug};

/// An office whose provider is active, with a service window open.
pub struct Shop {
    pub office: Office,
    pub run: ActivationId,
    pub entry: ParameterCacheId,
    secret: Secret,
    references: AtomicU32,
}

pub async fn shop(store: &Store, name: &str, number: u8) -> Shop {
    let office = office(store, name).await;
    let run = office.active(store, number).await.id;
    let entry = entry_id(number.wrapping_add(100));
    let service_entry = ServiceEntry {
        id: entry,
        customer: office.customer.id,
        activation: run,
        user: EMPLOYEE,
        expires: NOW.plus(3600),
    };
    store.put_service_entry(service_entry, NOW).await.unwrap();
    let secret = store.provider_secret(office.provider.id).await.unwrap().unwrap();
    Shop { office, run, entry, secret, references: AtomicU32::new(0) }
}

impl Shop {
    /// The shop that an earlier process has made.
    pub async fn reopened(store: &Store, name: &str, number: u8) -> Self {
        let customer = store.customer(&slug(name)).await.unwrap().unwrap();
        let provider = store.provider(&slug(name)).await.unwrap().unwrap();
        let secret = store.provider_secret(provider.id).await.unwrap().unwrap();
        Self {
            office: Office { customer, provider },
            run: run_id(number),
            entry: entry_id(number.wrapping_add(100)),
            secret,
            references: AtomicU32::new(0),
        }
    }

    pub fn product(&self, cart: u32) -> Value {
        json!({
            "parametercacheid": self.entry.to_string(),
            "callbackurl": format!("https://provider.example/result?cart={cart}"),
            "products": [{ "name": "<b>Rundgang</b>", "price": "38.70", "quantity": "1" }],
            "totalprice": "38.70",
            "timestamp": NOW.0,
        })
    }

    pub fn abo(&self) -> Value {
        json!({
            "parametercacheid": self.entry.to_string(),
            "callbackurl": "https://provider.example/result",
            "abo": {
                "durationinmonth": 6,
                "monthlycosts": "25.30",
                "monthlyservicedescription": "Abo-Modell",
                "circleofusers": "group",
            },
            "timestamp": NOW.0,
        })
    }

    pub fn customer(&self) -> CustomerId {
        self.office.customer.id
    }

    pub async fn submit(
        &self,
        store: &Store,
        order: &Value,
        number: u8,
    ) -> Result<Placed, Decided<Refused>> {
        let text = signed_order::sign(order.to_string().as_bytes(), &self.secret).unwrap();
        let signed = SignedOrder::verify(text.as_bytes(), &self.secret).unwrap();
        let new = NewOrder {
            id: OrderId::new(1_700_000_000_000, [number; 10]),
            customer: self.customer(),
            provider: self.office.provider.id,
            user: EMPLOYEE,
        };
        let scope = OrderScope {
            customer: new.customer,
            provider: new.provider,
            user: new.user,
            intent: signed.intent().clone(),
            entry: signed.entry(),
        };
        store
            .place_order(scope, move |facts| intake(&signed, new, facts, NOW, &Policy::default()))
            .await
    }

    pub async fn place(&self, store: &Store, order: &Value, number: u8) -> Order {
        match self.submit(store, order, number).await.unwrap() {
            Placed::Now(order) => order,
            Placed::Before(order) => panic!("placed before: {order:?}"),
        }
    }

    pub fn deal_of(&self, order: &Order) -> DealScope {
        DealScope { deal: DealRef::Order(order.customer, order.id), user: None }
    }

    pub async fn pay(
        &self,
        store: &Store,
        order: &Order,
        token: &str,
        now: UnixTime,
    ) -> Result<Deal, Decided<PayProblem>> {
        let (means, reference) = (means(token), self.reference());
        let rule = move |facts: DealFacts| {
            let change = facts.deal.clone().pay(means.clone(), &new(&facts, &reference), now)?;
            Ok(DealVerdict { outcome: change.deal.clone(), change: Some(change) })
        };
        let decided = store.decide_deal(self.deal_of(order), now, rule).await?;
        Ok(decided.expect("there is such a deal"))
    }

    pub async fn refund(
        &self,
        store: &Store,
        order: &Order,
        now: UnixTime,
    ) -> Result<Deal, Decided<Refusable>> {
        let reference = self.reference();
        let rule = move |facts: DealFacts| {
            let first = facts.deal.transactions[0].id;
            let change = facts.deal.clone().refund(first, &new(&facts, &reference), now)?;
            Ok(DealVerdict { outcome: change.deal.clone(), change: Some(change) })
        };
        let decided = store.decide_deal(self.deal_of(order), now, rule).await?;
        Ok(decided.expect("there is such a deal"))
    }

    /// Does everything that is due; what was done.
    pub async fn work(&self, store: &Store, order: &Order, now: UnixTime) -> Vec<Stepped> {
        let mut done = Vec::new();
        loop {
            match self.step(store, order, now).await {
                Stepped::Nothing => return done,
                step => done.push(step),
            }
        }
    }

    pub async fn step(&self, store: &Store, order: &Order, now: UnixTime) -> Stepped {
        store
            .step_order(order.customer, order.id, now, self.reference(), 0, test_bank::respond)
            .await
            .unwrap()
    }

    pub async fn deal(&self, store: &Store, order: &Order) -> Deal {
        store.deal(self.deal_of(order).deal).await.unwrap().unwrap()
    }

    pub fn reference(&self) -> String {
        let number = self.references.fetch_add(1, Ordering::Relaxed);
        NewTransaction::reference(u128::from(number).to_be_bytes())
    }
}

pub fn new(facts: &DealFacts, reference: &str) -> NewTransaction {
    NewTransaction {
        id: facts.next_transaction,
        subscription: facts.next_subscription,
        reference: reference.to_owned(),
        fee_permille: 0,
    }
}

pub fn means(token: &str) -> StoredMeans {
    let instrument = Instrument::of_token(token).unwrap();
    StoredMeans {
        method: MethodId(1),
        kind: instrument.kind,
        token: token.to_owned(),
        label: instrument.label(),
    }
}

pub fn stages(deal: &Deal) -> Vec<&'static str> {
    deal.transactions.iter().map(|transaction| transaction.stage.as_str()).collect()
}
