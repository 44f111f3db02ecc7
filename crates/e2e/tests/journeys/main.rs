//! What people do with the marketplace, in a real browser against the built command.
//!
//! Runs when `FREISCHALT_E2E` is set, as `cargo xtask test` does; is shown as ignored otherwise.

mod accessibility;
mod activate;
mod block;
mod framed;
mod keyboard;
mod languages;
mod moved;
mod orders;
mod refuse;
mod sales;
mod unreachable;
mod windows;
mod wrong_key;

use std::process::ExitCode;

use freischalt_e2e::browser::Look;
use freischalt_e2e::gate::{self, journey};

const SWITCH: &str = "FREISCHALT_E2E";

fn main() -> ExitCode {
    let desk = Look::DESK;
    gate::main(vec![
        journey("activate_as_administrator", SWITCH, desk, activate::as_administrator),
        journey("activate_on_a_phone", SWITCH, Look::PHONE, activate::with_copy_and_paste),
        journey("refused_as_normal_user", SWITCH, desk, refuse::as_normal_user),
        journey("refused_without_terms", SWITCH, desk, refuse::without_terms),
        journey("block_and_activate_again", SWITCH, desk, block::and_activate_again),
        journey("wrong_key_then_the_right_one", SWITCH, desk, wrong_key::then_the_right_one),
        journey("provider_unreachable", SWITCH, desk, unreachable::says_so),
        journey("activate_in_german", SWITCH, desk.in_german(), languages::in_german),
        journey("switch_the_language", SWITCH, desk, languages::switched),
        journey("page_moved_to_somebody_else", SWITCH, desk, moved::to_somebody_else),
        journey("page_moved_to_its_own_service", SWITCH, desk, moved::to_its_own_service),
        journey("page_refuses_frames", SWITCH, desk, framed::refused),
        journey("service_refuses_frames", SWITCH, desk, framed::refused_service),
        journey("activation_not_announced", SWITCH, desk, framed::unannounced),
        journey("object_as_a_message", SWITCH, desk, framed::object),
        journey("pdf_in_a_tab", SWITCH, desk, framed::pdf_in_a_tab),
        journey("rights_of_a_frame", SWITCH, desk, framed::may_copy),
        journey("cookies_of_another_site", SWITCH, desk, framed::cookies),
        journey("another_name_of_the_machine", SWITCH, desk, framed::other_name),
        journey("keyboard_only", SWITCH, desk, keyboard::only),
        journey("service_of_a_property", SWITCH, desk, windows::of_a_property),
        journey("messages_of_a_window", SWITCH, desk, windows::messages),
        journey("blocked_while_the_shop_is_open", SWITCH, desk, windows::blocked_meanwhile),
        journey("order_a_single_product", SWITCH, desk, orders::single_product),
        journey("order_for_the_group", SWITCH, desk, orders::for_the_group),
        journey("order_a_subscription", SWITCH, desk, orders::subscription),
        journey("declined_then_another_card", SWITCH, desk, orders::declined_then_another_card),
        journey("order_by_direct_debit", SWITCH, desk, orders::direct_debit),
        journey("refund_in_the_providers_view", SWITCH, desk, sales::refund),
        journey("subsequent_payment_link", SWITCH, desk, sales::payment_link),
        journey("accessible", SWITCH, desk, accessibility::in_english),
        journey("accessible_in_german", SWITCH, desk.in_german(), accessibility::in_german),
    ])
}
