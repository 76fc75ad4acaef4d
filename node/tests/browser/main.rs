//! What people do, in a real browser: clerk, officer and applicant, each with a browser of their own, against the demo.
//!
//! Every page that is reached is checked: no console errors, no sideways scrolling, axe-core clean. Run by
//! `cargo xtask test`, which finds the browser, its driver and axe-core.

mod check;
mod converge;
mod demo;
mod driver;
mod expiry;
mod forward;
mod gallery;
mod hand;
mod modes;
mod network;
mod online;
mod refusal;
mod second;
mod seven;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod window;

use std::future::Future;

use demo::House;

/// Browsers are heavy and the stories share one demo: one story at a time.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn story<F>(tell: impl FnOnce(&'static House) -> F)
where
    F: Future<Output = ()>,
{
    let _turn = TURN.lock().await;
    tell(House::get().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn window_takes_in_and_the_applicant_follows_to_the_end() {
    story(window::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_is_asked_before_the_window_takes_in() {
    story(modes::asked_before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_application_is_handled_by_many() {
    story(modes::joint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_decides_by_delegation() {
    story(modes::delegated).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn online_without_any_window() {
    story(online::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_the_field_and_keep_what_was_typed() {
    story(refusal::fields_and_files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mechanism_says_why() {
    story(refusal::no_mechanism).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn double_submit_and_back_button_make_one_case() {
    story(refusal::twice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_outlives_its_session_for_the_same_account_only() {
    story(expiry::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_passes_a_case_on_to_the_one_that_has_the_power() {
    story(forward::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seven_matters_from_application_to_the_result_in_the_hand() {
    story(seven::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_at_every_door() {
    story(second::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_agree_on_one_list_and_the_window_follows() {
    story(converge::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coordination_office_finds_the_broker_and_who_sends_back() {
    story(network::tell).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_wide_and_narrow() {
    story(gallery::tell).await;
}
