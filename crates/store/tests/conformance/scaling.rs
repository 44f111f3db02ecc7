//! Past one database: what runs on the path of a call is listened to at the server, and every
//! statement must say on which part of a distributed database its rows are.

use freischalt_marketplace::{ApiToken, Audience};
use freischalt_store::ServiceEntry;
use freischalt_testbed::Cluster;

use crate::{
    engines::{Tables, postgres},
    fixture::{EMPLOYEE, NOW, api_user, entry_id, office},
    shop::shop,
};

/// Small tables that every machine has a copy of.
const COPIED: [&str; 7] = [
    "providers",
    "services",
    "installation",
    "used_tickets",
    "leases",
    "counters",
    "provider_clients",
];
/// Tables that a call finds by its token, which they are distributed by.
const BY_TOKEN: [&str; 2] = ["api_users", "ordinary_api_users"];

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_a_call_on_postgres_says_where_its_rows_are() {
    let Some(cluster) = Cluster::start() else { return };
    let store = postgres(&cluster, "hot", Tables::Partitioned);
    let office = office(&store, "one").await;
    let customer = office.customer.id;
    cluster.listen_to_statements();

    // An activation from its beginning to its unlock.
    let run = office.pending(&store, 1, Audience::AllUsers).await;
    let token = &api_user(1).token;
    store.api_user(token).await.unwrap().unwrap();
    assert!(office.call(&store, token, entry_id(1)).await.unwrap().unwrap().1);
    assert!(!office.unlock(&store, &run, true).await.unwrap());
    // A service call, and what the provider does with its entry.
    let entry = ServiceEntry {
        id: entry_id(9),
        customer,
        activation: run.id,
        user: EMPLOYEE,
        expires: NOW.plus(60),
    };
    store.put_service_entry(entry, NOW).await.unwrap();
    store.newest_activation(customer, office.provider.id).await.unwrap();
    store.user(customer, EMPLOYEE).await.unwrap();
    // The block, and the call that comes after it.
    office.block(&store, &run).await;
    store.api_user(token).await.unwrap();
    store.api_user(&ApiToken::from_wire("nobody's")).await.unwrap();

    let statements = cluster.statements();
    assert!(statements.len() > 12, "{statements:#?}");
    let ran = |what: &str| statements.iter().any(|sql| sql.contains(what));
    assert!(ran("SET stage = 'active'") && ran("INTO audit") && ran("INTO parameter_cache"));
    let astray: Vec<_> = statements.iter().filter_map(|sql| astray(sql)).collect();
    assert!(astray.is_empty(), "{astray:#?}");
}

/// Orders name their customer wherever they are known by more than a number.
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_an_order_on_postgres_says_where_its_rows_are() {
    let Some(cluster) = Cluster::start() else { return };
    let store = postgres(&cluster, "orders", Tables::Whole);
    let shop = shop(&store, "one", 1).await;
    cluster.listen_to_statements();
    let order = shop.place(&store, &shop.product(1), 1).await;
    shop.pay(&store, &order, "card-paid", NOW).await.unwrap();
    shop.work(&store, &order, NOW).await;
    let statements = cluster.statements();
    assert!(statements.iter().any(|sql| sql.contains("INTO postings")), "{statements:#?}");
    let astray: Vec<_> = statements.iter().filter_map(|sql| astray(sql)).collect();
    assert!(astray.is_empty(), "{astray:#?}");
}

/// A distributed table cannot keep unique what does not contain the customer.
#[tokio::test(flavor = "multi_thread")]
async fn unique_keys_on_postgres_contain_the_customer() {
    let Some(cluster) = Cluster::start() else { return };
    let _store = postgres(&cluster, "keys", Tables::Whole);
    let found = cluster.run_sql(
        "SELECT t.relname || ': ' || x.relname FROM pg_index i
         JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'customer_id'
         WHERE i.indisunique AND t.relnamespace = 'keys'::regnamespace
             AND NOT a.attnum = ANY (i.indkey::int2[])
         ORDER BY 1",
    );
    let known = [
        "api_users: api_users_pkey",
        // Small, and a copy on each machine.
        "customers: customers_slug_key",
        "customers: customers_web_id_key",
        "ordinary_api_users: ordinary_api_users_pkey",
        // Found by the token of the link, and distributed by it.
        "payment_links: payment_links_pkey",
        "provider_clients: provider_clients_pkey",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), known);
}

/// A table that a statement touches without saying where its rows are.
fn astray(sql: &str) -> Option<String> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let complaint = |table: &str| Some(format!("{table}: {sql}"));
    for (index, word) in words.iter().enumerate() {
        let touches = ["FROM", "JOIN", "UPDATE", "INTO"].contains(word);
        let Some(table) = words.get(index + 1).filter(|_| touches) else { continue };
        let table = table.trim_matches(['(', ')', ',', ';']);
        let is_table = table.starts_with(|first: char| first.is_ascii_lowercase());
        if !is_table || table.contains('(') || COPIED.contains(&table) {
            continue;
        }
        if BY_TOKEN.contains(&table) {
            let by_token = sql.contains("api_token = ") || sql.contains("(api_token");
            if !by_token {
                return complaint(table);
            }
            continue;
        }
        let alias = words.get(index + 2).copied().unwrap_or_default();
        let alias = alias.trim_matches(['(', ')', ',', ';']);
        let named = [
            format!("{alias}.customer_id = "),
            format!("INTO {table} (customer_id"),
            format!("INTO {table}\n (customer_id"),
        ];
        let flat = words.join(" ");
        let plain = ["WHERE customer_id = ", "AND customer_id = ", "(customer_id, "];
        let is_named = named.iter().any(|text| flat.contains(text.as_str()))
            || (!flat.contains(" JOIN ") && plain.iter().any(|text| flat.contains(text)))
            || flat.contains("USING (customer_id");
        if !is_named {
            return complaint(table);
        }
    }
    None
}

#[test]
fn a_statement_that_asks_everywhere_is_found() {
    for fine in [
        "SELECT a FROM activations a WHERE a.customer_id = $1",
        "SELECT 1 FROM audit WHERE customer_id = $1 AND seq = $2",
        "INSERT INTO audit (customer_id, seq) VALUES ($1, $2)",
        "SELECT t.x FROM unnest($1) AS i JOIN api_users t ON t.api_token = i.api_token",
        "BEGIN",
        "UPDATE leases SET expires = $1",
    ] {
        assert_eq!(astray(fine), None);
    }
    for wrong in [
        "SELECT a FROM activations a WHERE a.activation_id = $1",
        "SELECT 1 FROM users u JOIN customers c ON c.customer_id = u.customer_id WHERE u.name = $1",
        "DELETE FROM audit",
        "SELECT x FROM api_users",
        "UPDATE activations SET stage = 'ended' WHERE activation_id = $1",
    ] {
        assert!(astray(wrong).is_some(), "{wrong}");
    }
}
