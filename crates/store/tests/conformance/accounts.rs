//! Marketplace accounts, payment methods and rights.

use freischalt_marketplace::{
    AccountOwner, Contact, MethodId, PayAccount, PaymentMethod, service::UserRight,
    transaction::MeansKind,
};
use freischalt_store::{NewMethod, Store};

use crate::fixture::{ADMIN, EMPLOYEE, GROUP, office};

fn card() -> NewMethod {
    NewMethod {
        kind: MeansKind::Card, token: "card-paid".into(), label: "Visa •••• 0010".into()
    }
}

fn contact(name: &str) -> Contact {
    Contact { last_name: name.to_owned(), ..Contact::default() }
}

pub async fn an_account_keeps_its_methods_when_it_changes(store: &Store) {
    let office = office(store, "one").await;
    let customer = office.customer.id;
    let client = AccountOwner::Client;
    assert_eq!(store.add_method(customer, client, card()).await.unwrap(), None);
    store.put_account(customer, client, vec![ADMIN], contact("Albrecht")).await.unwrap();
    let method = store.add_method(customer, client, card()).await.unwrap().unwrap();
    store.put_account(customer, client, vec![ADMIN, EMPLOYEE], contact("Böhm")).await.unwrap();
    let group = AccountOwner::Group(GROUP);
    store.put_account(customer, group, vec![], contact("Gruppe")).await.unwrap();
    let debit = NewMethod { kind: MeansKind::DirectDebit, ..card() };
    let other = store.add_method(customer, group, debit).await.unwrap().unwrap();
    assert_eq!((method.id, other.id), (MethodId(1), MethodId(2)));
    let account = |owner, users, name, method: &PaymentMethod| PayAccount {
        owner,
        users,
        contact: contact(name),
        methods: vec![method.clone()],
    };
    let expected = [
        account(client, vec![ADMIN, EMPLOYEE], "Böhm", &method),
        account(group, vec![], "Gruppe", &other),
    ];
    assert_eq!(store.accounts(customer).await.unwrap(), expected);
    assert!(store.remove_method(customer, method.id).await.unwrap());
    assert!(!store.remove_method(customer, method.id).await.unwrap());
    assert_eq!(store.accounts(customer).await.unwrap()[0].methods, []);
}

pub async fn accounts_are_those_of_their_customer(store: &Store) {
    let (one, two) = (office(store, "one").await, office(store, "two").await);
    let owner = AccountOwner::User(ADMIN);
    store.put_account(one.customer.id, owner, vec![], contact("A")).await.unwrap();
    let method = store.add_method(one.customer.id, owner, card()).await.unwrap().unwrap();
    assert_eq!(store.accounts(two.customer.id).await.unwrap(), []);
    assert!(!store.remove_method(two.customer.id, method.id).await.unwrap());
}

pub async fn a_right_is_given_taken_and_left(store: &Store) {
    let office = office(store, "one").await;
    let (customer, provider) = (office.customer.id, office.provider.id);
    for right in [UserRight::Given, UserRight::Taken, UserRight::AsChosen, UserRight::AsChosen] {
        store.set_right(customer, provider, EMPLOYEE, right).await.unwrap();
        assert_eq!(store.right(customer, provider, EMPLOYEE).await.unwrap(), right);
        assert_eq!(store.right(customer, provider, ADMIN).await.unwrap(), UserRight::AsChosen);
    }
}
