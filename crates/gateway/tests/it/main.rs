//! The gateway as a black box over sockets, against an API that says what each test wants.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod activation;
mod api;
mod events;
mod fake_api;
mod fake_app;
mod http;
mod lifecycle;
mod orders;
mod page;
mod processes;
mod rotation;
mod services;
mod setup;
mod trouble;

/// Runs each function on each engine: on SQLite as a test of its own, on PostgreSQL as one test of
/// all of them, because a server of its own takes seconds to make.
macro_rules! on_every_engine {
    ($($module:ident: $($name:ident)*;)*) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    crate::$module::$name().await;
                }
            )*)*
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn all_of_it_on_postgres() {
            let Some(cluster) = freischalt_testbed::Cluster::start() else { return };
            let cluster = std::sync::Arc::new(cluster);
            let mut failures = Vec::new();
            $($({
                let name = format!("{}_{}", stringify!($module), stringify!($name));
                let test = crate::setup::on_postgres(&cluster, &name, crate::$module::$name());
                if tokio::spawn(test).await.is_err() {
                    failures.push(name);
                }
            })*)*
            freischalt_testbed::report(&failures);
        }
    };
}

on_every_engine! {
    activation:
        a_wrong_key_and_then_the_right_one
        what_copying_adds_to_a_key_does_not_matter
        a_url_unlocks_once_and_its_page_then_says_so
        token_and_claim_cannot_be_swapped
        what_is_no_key_never_reaches_the_api
        a_cut_key_is_refused_with_its_length
        every_class_of_refusal_has_its_words
        an_api_that_talks_nonsense_uses_nothing_up
        an_api_that_is_not_there
        only_the_gateways_own_page_may_ask
        a_page_opened_in_time_may_be_used_later_but_not_for_ever
        of_two_at_once_one_waits;
    api:
        a_call_is_signed_and_carries_the_newest_claim_of_its_user
        a_batch_has_a_result_for_each_action
        nobody_asks_without_the_token_and_nobody_asks_for_strangers
        refusals_have_a_kind_and_a_hint
        a_body_of_very_many_small_values_is_refused_before_it_is_read
        browsers_and_the_app_have_shares_of_their_own
        a_block_is_noticed_and_told_once
        a_poll_notices_a_block_without_any_call
        clock_network_and_claims_are_no_block
        a_user_without_the_right_is_told_and_the_customer_stays
        key_and_token_serve_all_users_of_a_customer_and_of_no_other
        a_renamed_customer_is_the_same_customer
        the_app_is_asked_who_is_a_regular_customer
        a_cancelled_subscription_is_reported_and_told
        health_and_numbers_without_the_token;
    events:
        an_app_is_left_alone_for_as_long_as_it_wishes
        an_event_that_the_app_does_not_want_is_not_sent_again
        an_app_that_never_answers_does_not_hold_up_the_look_at_customers;
    orders:
        an_order_is_signed_and_its_result_told_once
        a_result_opens_one_window_and_no_other_after_it
        an_order_goes_to_the_marketplace_that_opened_its_window
        money_on_its_way_arrives_later_and_failures_are_told
        results_that_are_not_the_marketplaces_are_refused
        a_subscription_and_window_messages_are_signed_too
        what_is_no_order_is_named
        an_order_names_the_call_that_opened_its_window
        the_app_may_ask_what_became_of_an_order
        a_result_that_the_marketplace_tells_itself_is_confirmed;
    services:
        a_service_call_reaches_the_app_with_a_session_and_without_any_secret
        a_service_url_serves_once_and_only_as_what_was_signed
        headers_give_nothing
        what_concerns_the_connection_to_the_app_ends_at_the_gateway
        the_apps_redirects_stay_in_the_window
        a_window_closes_and_cannot_be_guessed
        a_customer_that_has_not_activated_is_told_so
        an_app_that_fails_is_passed_on_and_one_that_is_gone_is_named
        an_app_with_an_address_of_its_own_gets_a_session_in_its_url
        a_long_claim_is_a_claim_and_a_far_too_long_one_is_told_so
        a_webhook_is_kept_before_it_is_answered_and_told_once
        customers_of_another_program_are_served_if_that_is_wanted;
    rotation:
        no_genuine_request_is_refused_while_the_provider_secret_changes
        orders_are_signed_with_the_secret_that_the_marketplace_uses;
    trouble:
        an_app_that_never_answers_is_told_and_loses_nothing
        a_claim_of_a_hundred_kilobytes_activates
        two_administrators_at_once_leave_one_working_key
        pages_that_refuse_speak_the_language_of_the_browser;
}
