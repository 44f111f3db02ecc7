//! How long and how often a provider's server is called.

use freischalt_marketplace::{
    Delivery, DeliveryId, OrderId,
    webhook::{Attempt, DeliveryStage, Subject, TRIED_FOR},
};
use freischalt_protocol::UnixTime;

use crate::fixture::{CUSTOMER, NOW, PROVIDER};

fn delivery() -> Delivery {
    let subject = Subject::Order(OrderId::new(1, [1; 10]));
    Delivery::new(DeliveryId::new(1, [2; 10]), CUSTOMER, PROVIDER, subject, NOW)
}

/// Fails until it is dead; the moments of the attempts.
fn until_dead(chance: u16) -> Vec<UnixTime> {
    let (mut delivery, mut moments) = (delivery(), Vec::new());
    while let DeliveryStage::Waiting { due } = delivery.stage {
        moments.push(due);
        delivery = delivery.attempted(&Attempt::Answered(500), chance, due);
    }
    let last = *moments.last().unwrap();
    assert_eq!(delivery.stage, DeliveryStage::Dead { at: last });
    assert_eq!(usize::try_from(delivery.attempts).unwrap(), moments.len());
    moments
}

#[test]
fn a_delivery_is_tried_for_three_days_in_growing_intervals() {
    let moments = until_dead(200);
    let waits: Vec<i64> = moments.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    assert_eq!(waits[..6], [30, 120, 480, 1_920, 7_680, 21_600]);
    assert!(waits[6..].iter().all(|wait| *wait == 21_600));
    for chance in [0, 400, u16::MAX] {
        let moments = until_dead(chance);
        assert!(moments.last().unwrap().since(NOW) >= TRIED_FOR, "{chance}");
        assert!(moments.len() < 40, "{chance}");
    }
}

#[test]
fn chance_spreads_attempts() {
    let next = |chance| {
        let after = delivery().attempted(&Attempt::Failed("timeout".into()), chance, NOW);
        let DeliveryStage::Waiting { due } = after.stage else { unreachable!() };
        due.since(NOW)
    };
    assert_eq!((next(0), next(200), next(400), next(401)), (24, 30, 36, 24));
}

#[test]
fn only_success_ends_it() {
    for status in [200, 204, 299] {
        let after = delivery().attempted(&Attempt::Answered(status), 0, NOW);
        assert_eq!(after.stage, DeliveryStage::Delivered { at: NOW });
    }
    for status in [100, 301, 404, 410, 500] {
        let after = delivery().attempted(&Attempt::Answered(status), 0, NOW);
        assert!(matches!(after.stage, DeliveryStage::Waiting { .. }), "{status}");
    }
}

#[test]
fn the_dead_are_tried_again_under_the_same_id() {
    let later = NOW.plus(10 * TRIED_FOR);
    let dead = delivery().attempted(&Attempt::Answered(500), 0, later);
    assert_eq!(dead.stage, DeliveryStage::Dead { at: later });
    let again = dead.clone().replay(later);
    assert_eq!((again.id, again.stage), (dead.id, DeliveryStage::Waiting { due: later }));
    let failed = again.attempted(&Attempt::Answered(500), 0, later);
    assert!(matches!(failed.stage, DeliveryStage::Waiting { .. }), "its time begins anew");
}
