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
        delivery = delivery.attempted(&Attempt::Answered(500), None, chance, due);
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
        let after = delivery().attempted(&Attempt::Failed("timeout".into()), None, chance, NOW);
        let DeliveryStage::Waiting { due } = after.stage else { unreachable!() };
        due.since(NOW)
    };
    assert_eq!((next(0), next(200), next(400), next(401)), (24, 30, 36, 24));
}

#[test]
fn only_success_ends_it_and_410() {
    for status in [200, 204, 299] {
        let after = delivery().attempted(&Attempt::Answered(status), None, 0, NOW);
        assert_eq!(after.stage, DeliveryStage::Delivered { at: NOW });
    }
    for status in [100, 301, 404, 429, 500, 503] {
        let after = delivery().attempted(&Attempt::Answered(status), None, 0, NOW);
        assert!(matches!(after.stage, DeliveryStage::Waiting { .. }), "{status}");
    }
    let unwanted = delivery().attempted(&Attempt::Answered(410), Some(60), 0, NOW);
    assert_eq!(unwanted.stage, DeliveryStage::Dead { at: NOW });
}

#[test]
fn a_provider_may_wish_to_be_left_alone_for_longer_but_not_for_ever() {
    let due = |wish, at: UnixTime| {
        let after = delivery().attempted(&Attempt::Answered(429), wish, 200, at);
        let DeliveryStage::Waiting { due } = after.stage else { unreachable!() };
        due.since(NOW)
    };
    assert_eq!(due(Some(3600), NOW), 3600);
    assert_eq!((due(Some(0), NOW), due(Some(29), NOW)), (30, 30), "not for a shorter time");
    for endless in [TRIED_FOR + 1, i64::MAX] {
        assert_eq!(due(Some(endless), NOW.plus(60)), TRIED_FOR, "one attempt at the end");
    }
    let last = NOW.plus(TRIED_FOR - 10);
    assert_eq!(due(Some(i64::MAX), last), TRIED_FOR + 20, "as without a wish");
    let over = delivery().attempted(&Attempt::Answered(429), Some(60), 0, NOW.plus(TRIED_FOR));
    assert!(matches!(over.stage, DeliveryStage::Dead { .. }));
}

#[test]
fn the_dead_are_tried_again_under_the_same_id() {
    let later = NOW.plus(10 * TRIED_FOR);
    let dead = delivery().attempted(&Attempt::Answered(500), None, 0, later);
    assert_eq!(dead.stage, DeliveryStage::Dead { at: later });
    let again = dead.clone().replay(later);
    assert_eq!((again.id, again.stage), (dead.id, DeliveryStage::Waiting { due: later }));
    let failed = again.attempted(&Attempt::Answered(500), None, 0, later);
    assert!(matches!(failed.stage, DeliveryStage::Waiting { .. }), "its time begins anew");
}
