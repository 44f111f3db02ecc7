//! What every engine of the store must do, as functions over `&Store`, and what SQLite must do
//! besides.
//!
//! A second engine runs the same functions: it gets a line in [`engines`] and a module in the
//! macro below, nothing else. The functions know no engine and share no data with each other.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the suite's functions are tests, though only the macro below makes them so"
)]

mod accounts;
mod activations;
mod at_rest;
mod background;
mod broken;
mod calls;
mod deals;
mod deliveries;
mod directory;
mod engines;
mod fixture;
mod killed;
mod opening;
mod processes;
mod queue;
mod races;
mod reading;
mod scaling;
mod shop;

/// Runs each function on each engine: on SQLite as a test of its own, on PostgreSQL as one test for
/// each kind of tables, because a server of its own takes seconds to make. Each function has a
/// store of its own everywhere.
macro_rules! on_every_engine {
    ($($module:ident: $($name:ident)*;)*) => {
        mod memory {
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    crate::$module::$name(&crate::engines::memory()).await;
                }
            )*)*
        }

        mod file {
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    let folder = tempfile::tempdir().unwrap();
                    crate::$module::$name(&crate::engines::file(&folder)).await;
                }
            )*)*
        }

        mod postgres {
            use crate::engines::Tables;

            async fn run(tables: Tables) {
                let Some(cluster) = freischalt_testbed::Cluster::start() else { return };
                let mut failures = Vec::new();
                $($({
                    let name = stringify!($name);
                    let store = crate::engines::postgres(&cluster, name, tables);
                    let test = async move { crate::$module::$name(&store).await };
                    if tokio::spawn(test).await.is_err() {
                        failures.push(format!("{}::{name}", stringify!($module)));
                    }
                })*)*
                freischalt_testbed::report(&failures);
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn whole_tables() {
                run(Tables::Whole).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn partitioned_tables() {
                run(Tables::Partitioned).await;
            }
        }
    };
}

on_every_engine! {
    directory:
        answers_a_ping
        a_customer_is_found_by_slug_and_id
        customers_are_listed_by_name
        a_taken_customer_is_named_and_leaves_nothing
        a_customer_is_switched_off_and_on
        users_are_those_of_their_customer
        a_user_is_replaced_as_a_whole
        a_session_knows_of_changes_and_of_its_end
        a_user_needs_a_group_and_a_customer_that_exist
        a_provider_is_found_by_slug_and_id
        providers_are_listed_by_name
        a_taken_provider_is_named_and_leaves_nothing
        urls_move_for_one_provider
        a_provider_secret_is_that_of_its_provider;
    activations:
        every_stage_reads_back_as_it_was_written
        a_provider_knows_its_customers
        a_run_that_ends_early_keeps_its_past
        a_live_run_makes_room_in_the_same_step
        a_refusal_changes_nothing
        a_verdict_is_written_whole_or_not_at_all
        a_second_live_run_cannot_be_written
        a_token_serves_one_run
        facts_are_those_of_the_scope
        a_service_entry_belongs_to_its_run
        expired_service_entries_of_the_customer_are_dropped
        a_ticket_is_used_once;
    calls:
        a_call_is_decided_on_the_run_of_its_token
        a_token_that_was_never_issued_decides_nothing
        a_call_after_the_block_finds_its_run_ended
        a_call_with_a_service_entry_is_told_apart
        calls_and_decisions_about_one_run_see_each_other;
    reading:
        runs_are_listed_newest_first_and_filtered
        the_newest_run_is_the_live_one_whatever_the_clock_did
        an_api_user_is_found_by_its_token
        a_history_is_in_order_and_of_one_run;
    deals:
        an_order_reads_back_as_it_was_placed
        a_refused_order_leaves_nothing
        an_entry_serves_its_customer_only
        a_hundred_submits_make_one_order
        every_stage_of_every_instrument_reads_back
        a_payment_is_booked_and_told
        sixteen_payments_of_one_order_take_money_once
        sixteen_refunds_give_back_once
        transactions_of_all_customers_have_ids_of_their_own
        years_of_instalments_are_billed_once_whoever_works
        a_card_pays_ten_times_a_day
        a_link_pays_once
        a_rule_that_refuses_changes_no_deal
        facts_of_a_deal_are_those_of_its_customer
        results_are_told_to_providers_that_want_it;
    deliveries:
        a_saved_record_calls_the_webhooks_of_active_providers
        new_records_are_numbered_and_a_rule_may_save_nothing
        webhooks_are_called_by_hand_for_records_that_exist
        deliveries_are_taken_by_provider
        a_delivery_is_taken_by_one_at_a_time
        attempts_are_kept_until_it_arrives;
    accounts:
        an_account_keeps_its_methods_when_it_changes
        accounts_are_those_of_their_customer
        a_right_is_given_taken_and_left;
    background:
        a_lease_is_had_by_one_until_it_ends
        sixteen_claims_of_a_lease_make_one
        what_has_expired_is_thrown_away_a_little_at_a_time;
    races:
        sixteen_unlocks_make_one
        sixteen_beginnings_make_one_live_run
        sixteen_uses_of_a_ticket_make_one
        refusals_harm_no_other_change
        a_panic_harms_no_other_change
        a_change_stands_although_its_caller_left;
}
