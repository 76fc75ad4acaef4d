//! Steps that several matters have in common.

use serde_json::{Value, json};

use super::demo::House;
use super::hand::Hand;
use super::modes::{begun, node};
use super::support::{Caller, granted, material, person};

/// Taken in at a window with its materials, not handed over yet.
pub fn taken_in(implementation: &str, number: u32, originals: &[&str], copies: &[&str]) -> Value {
    let mut materials: Vec<Value> = originals.iter().map(|key| material(key, "seen_original")).collect();
    materials.extend(copies.iter().map(|key| material(key, "copy_taken")));
    json!({ "implementation": implementation, "subject": "person", "applicant": person(number),
            "materials": materials, "take_in": true })
}

/// Signs in and opens a page.
pub async fn sit(house: &'static House, who: &'static str, place: &str, login: &str, page: &str) -> Hand {
    let mut hand = Hand::new(house, who).await;
    hand.sign_in(place, login).await;
    hand.open(&house.at(place, page)).await;
    hand
}

/// An officer signs in and opens a case from the list.
pub async fn at_case(house: &'static House, who: &'static str, place: &str, login: &str, case: &str) -> Hand {
    let mut hand = sit(house, who, place, login, "/authority").await;
    open_from_list(&mut hand, case).await;
    hand
}

/// Waits until a case is on the list, and opens it.
pub async fn open_from_list(officer: &mut Hand, case: &str) {
    let link = format!("main a[href='/authority/cases/{case}']");
    officer.wait_for(&link).await;
    officer.press(&link).await;
}

/// 受理.
pub async fn accept(officer: &mut Hand) {
    officer.press("#accept form button").await;
    officer.expect("已受理").await;
}

/// Fills nothing in that the account knows, adds the files and sends it off; gives the case.
pub async fn apply(house: &House, applicant: &mut Hand, files: &[&str]) -> String {
    applicant.press("main form[action^='/apply/'] button.primary").await;
    let case = applicant.path().await.rsplit('/').next().unwrap().to_owned();
    for file in files {
        applicant.choose_file(&format!("#{file}"), &house.scan(&format!("seven-{file}"))).await;
    }
    applicant.press("main button[value=send]").await;
    applicant.expect("已经发出").await;
    case
}

/// Rates the handling.
pub async fn rate(applicant: &mut Hand, level: u8, comment: &str) {
    applicant.wait_for("input[name=level-handling]").await;
    applicant.click(&format!("input[name=level-handling][value='{level}']")).await;
    if !comment.is_empty() {
        applicant.write("#comment-handling", comment).await;
    }
    applicant.press("main button[value=rate]").await;
    applicant.expect("评价已收到").await;
}

/// An authority accepts and grants its part.
pub async fn grant_part(house: &House, clerk: &Caller, case: &str, key: &str, place: &str, login: &str) {
    let part = begun(clerk, case, key).await;
    let officer = node(house, place).sign_in(login).await;
    officer.sees(&part, "handed_over").await;
    officer.act(&part, "accept", json!({})).await;
    officer.act(&part, "decide", granted("online")).await;
}

/// It has come to its end: with this outcome, and in this way into the hand.
pub async fn ended(caller: &Caller, case: &str, outcome: &str, way: &str) -> Value {
    let end = caller.sees(case, "delivered").await;
    let made = &end["case"]["decision"];
    assert_eq!((&made["outcome"], &made["way"]), (&json!(outcome), &json!(way)), "{case}: {made}");
    end
}
