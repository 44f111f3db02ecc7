//! Customers with their people, and providers with their services.

use freischalt_marketplace::{
    CustomerId, Group, Language, ProviderId, ServiceKind, User, UserId, provider::Localized,
};
use freischalt_protocol::{Secret, UnixTime};
use freischalt_store::{CreateProblem, NewCustomer, NewProvider, PutUserProblem, Store};

use crate::fixture::{ADMIN, EMPLOYEE, GROUP, new_customer, new_provider, office, slug, user};

pub async fn answers_a_ping(store: &Store) {
    store.ping().await.unwrap();
}

pub async fn a_customer_is_found_by_slug_and_id(store: &Store) {
    store.create_customer(new_customer("other")).await.unwrap();
    let made = store.create_customer(new_customer("musterimmo")).await.unwrap();
    assert_eq!(made.name, "musterimmo GmbH & Söhne");
    assert_eq!(made.web_id, "web-musterimmo");
    assert!(made.active);
    assert_eq!(store.customer(&slug("musterimmo")).await.unwrap(), Some(made.clone()));
    assert_eq!(store.customer_by_id(made.id).await.unwrap(), Some(made));
    assert_eq!(store.customer(&slug("nobody")).await.unwrap(), None);
    assert_eq!(store.customer_by_id(CustomerId(99)).await.unwrap(), None);
}

pub async fn customers_are_listed_by_name(store: &Store) {
    for name in ["b", "c", "a"] {
        store.create_customer(new_customer(name)).await.unwrap();
    }
    let listed = store.customers().await.unwrap();
    let slugs: Vec<_> = listed.iter().map(|customer| customer.slug.as_str()).collect();
    assert_eq!(slugs, ["a", "b", "c"]);
}

pub async fn a_taken_customer_is_named_and_leaves_nothing(store: &Store) {
    store.create_customer(new_customer("a")).await.unwrap();
    let same_slug = NewCustomer { web_id: "w".to_owned(), ..new_customer("a") };
    let same_web_id = NewCustomer { slug: slug("b"), ..new_customer("a") };
    for taken in [same_slug, same_web_id] {
        let problem = store.create_customer(taken).await.unwrap_err();
        assert!(matches!(problem, CreateProblem::Taken("the slug or customerWebId")), "{problem}");
    }
    let group = Group { id: GROUP, name: "Again".to_owned() };
    let twice = NewCustomer { groups: vec![group.clone(), group], ..new_customer("b") };
    let problem = store.create_customer(twice).await.unwrap_err();
    assert!(matches!(problem, CreateProblem::Taken("a group's id")), "{problem}");
    let twice = NewCustomer {
        users: vec![user(ADMIN, true, None), user(ADMIN, false, None)],
        ..new_customer("b")
    };
    let problem = store.create_customer(twice).await.unwrap_err();
    assert!(matches!(problem, CreateProblem::Taken("a user's id")), "{problem}");
    assert_eq!(store.customers().await.unwrap().len(), 1);
}

pub async fn a_customer_is_switched_off_and_on(store: &Store) {
    let one = store.create_customer(new_customer("one")).await.unwrap();
    let two = store.create_customer(new_customer("two")).await.unwrap();
    for active in [false, true] {
        store.set_customer_active(one.id, active).await.unwrap();
        assert_eq!(store.customer_by_id(one.id).await.unwrap().unwrap().active, active);
        assert!(store.customer_by_id(two.id).await.unwrap().unwrap().active);
    }
}

pub async fn users_are_those_of_their_customer(store: &Store) {
    let one = store.create_customer(new_customer("one")).await.unwrap();
    let mut two = new_customer("two");
    two.users = vec![user(UserId(30), false, None), user(ADMIN, false, None)];
    two.groups.clear();
    let two = store.create_customer(two).await.unwrap();

    let of_one = [user(ADMIN, true, None), user(EMPLOYEE, false, Some(GROUP))];
    let of_two = [user(ADMIN, false, None), user(UserId(30), false, None)];
    assert_eq!(store.users(one.id).await.unwrap(), of_one);
    assert_eq!(store.users(two.id).await.unwrap(), of_two, "by id");
    assert_eq!(store.user(one.id, ADMIN).await.unwrap().as_ref(), Some(&of_one[0]));
    assert_eq!(store.user(two.id, ADMIN).await.unwrap().as_ref(), Some(&of_two[0]));
    assert_eq!(store.user(one.id, UserId(30)).await.unwrap(), None);

    let groups = store.groups(one.id).await.unwrap();
    assert_eq!(groups, [Group { id: GROUP, name: "Vertrieb".to_owned() }]);
    assert_eq!(store.groups(two.id).await.unwrap(), []);
}

pub async fn a_user_is_replaced_as_a_whole(store: &Store) {
    let customer = store.create_customer(new_customer("one")).await.unwrap();
    let changed = User {
        id: EMPLOYEE,
        name: "Grace Höpper".to_owned(),
        administrator: true,
        group: None,
        language: Language::En,
        active: false,
    };
    store.put_user(customer.id, changed.clone()).await.unwrap();
    let added = user(UserId(23), false, Some(GROUP));
    store.put_user(customer.id, added.clone()).await.unwrap();
    let all = [user(ADMIN, true, None), changed, added];
    assert_eq!(store.users(customer.id).await.unwrap(), all);
}

pub async fn a_session_knows_of_changes_and_of_its_end(store: &Store) {
    let office = office(store, "one").await;
    let (customer, session) = (office.customer.id, [7; 16]);
    let holder = || store.session_holder(customer, ADMIN, session);
    let first = holder().await.unwrap().unwrap();
    assert_eq!((first.customer.id, first.user.id, first.ended), (customer, ADMIN, false));
    assert_eq!(store.session_epoch(customer, ADMIN).await.unwrap(), Some(first.epoch));
    store.put_user(customer, first.user.clone()).await.unwrap();
    let second = holder().await.unwrap().unwrap();
    assert!(second.epoch > first.epoch, "a change of the user");
    store.set_customer_active(customer, false).await.unwrap();
    let third = holder().await.unwrap().unwrap();
    assert!(third.epoch > second.epoch && !third.customer.active, "a change of the customer");
    store.end_session(session, UnixTime(2_000_000_000)).await.unwrap();
    store.end_session(session, UnixTime(2_000_000_000)).await.unwrap();
    assert!(holder().await.unwrap().unwrap().ended, "as often as it is ended");
    let other = store.session_holder(customer, ADMIN, [8; 16]).await.unwrap().unwrap();
    assert!(!other.ended, "another session of the same user");
    let nobody = UserId(999);
    assert_eq!(store.session_holder(customer, nobody, session).await.unwrap(), None);
    assert_eq!(store.session_epoch(customer, nobody).await.unwrap(), None);
}

pub async fn a_user_needs_a_group_and_a_customer_that_exist(store: &Store) {
    let one = store.create_customer(new_customer("one")).await.unwrap();
    let mut two = new_customer("two");
    (two.groups, two.users) = (Vec::new(), Vec::new());
    let two = store.create_customer(two).await.unwrap();

    let in_group = user(UserId(40), false, Some(GROUP));
    let refused = store.put_user(two.id, in_group.clone()).await;
    let of_another = matches!(refused, Err(PutUserProblem::NoSuchGroup(GROUP)));
    assert!(of_another, "{refused:?}");
    let nowhere = CustomerId(99);
    let refused = store.put_user(nowhere, user(UserId(40), false, None)).await;
    let unknown = matches!(refused, Err(PutUserProblem::NoSuchCustomer(id)) if id == nowhere);
    assert!(unknown, "{refused:?}");
    assert_eq!(store.users(two.id).await.unwrap(), []);
    store.put_user(one.id, in_group).await.unwrap();
}

pub async fn a_provider_is_found_by_slug_and_id(store: &Store) {
    store.create_provider(new_provider("other")).await.unwrap();
    let new = new_provider("demo");
    let made = store.create_provider(new.clone()).await.unwrap();
    assert_eq!(made.activation_url, new.activation_url);
    assert_eq!(made.profile.slogan, Localized::same("Schöner wohnen"));
    assert_eq!(made.services, new.services, "in their order");
    assert_eq!(made.services[1].kind, ServiceKind::Webhook);
    assert_eq!(store.provider(&slug("demo")).await.unwrap(), Some(made.clone()));
    assert_eq!(store.provider_by_id(made.id).await.unwrap(), Some(made));
    assert_eq!(store.provider(&slug("nobody")).await.unwrap(), None);
    assert_eq!(store.provider_by_id(ProviderId(99)).await.unwrap(), None);
}

pub async fn providers_are_listed_by_name(store: &Store) {
    let mut made = Vec::new();
    for name in ["b", "c", "a"] {
        made.push(store.create_provider(new_provider(name)).await.unwrap());
    }
    made.sort_by(|left, right| left.name.cmp(&right.name));
    assert_eq!(store.providers().await.unwrap(), made);
}

pub async fn a_taken_provider_is_named_and_leaves_nothing(store: &Store) {
    let first = store.create_provider(new_provider("demo")).await.unwrap();
    let again = NewProvider { name: "Another".to_owned(), ..new_provider("demo") };
    let problem = store.create_provider(again).await.unwrap_err();
    assert!(matches!(problem, CreateProblem::Taken("the slug")), "{problem}");

    let mut twice = new_provider("second");
    twice.services[1].slug = twice.services[0].slug.clone();
    let problem = store.create_provider(twice).await.unwrap_err();
    assert!(matches!(problem, CreateProblem::Taken("a service's slug")), "{problem}");
    assert_eq!(store.providers().await.unwrap(), [first]);
}

pub async fn urls_move_for_one_provider(store: &Store) {
    let other = store.create_provider(new_provider("other")).await.unwrap();
    let made = store.create_provider(new_provider("demo")).await.unwrap();
    store.set_urls(made.id, "http://new/activate", "http://new/service").await.unwrap();
    let moved = store.provider_by_id(made.id).await.unwrap().unwrap();
    assert_eq!(moved.activation_url, "http://new/activate");
    assert!(moved.services.iter().all(|service| service.url == "http://new/service"));
    assert_eq!(moved.services.len(), 2);
    assert_eq!(store.provider_by_id(other.id).await.unwrap(), Some(other));
}

pub async fn a_provider_secret_is_that_of_its_provider(store: &Store) {
    let one = office(store, "one").await.provider;
    let two = office(store, "two").await.provider;
    for (provider, text) in [(&one, "provider-secret-of-one"), (&two, "provider-secret-of-two")] {
        let secret = store.provider_secret(provider.id).await.unwrap();
        assert_eq!(secret, Some(Secret::new(text)));
    }
    assert_eq!(store.provider_secret(ProviderId(99)).await.unwrap(), None);
}
