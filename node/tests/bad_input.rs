//! What must not be taken is refused with its code, in words, and changes nothing.

mod support;

use serde_json::{Value, json};
use support::*;
use tokio::task::JoinSet;
use tongban::limits::{ATTEMPTS_MAX, FORM_BYTES_MAX, MATERIAL_BYTES_MAX};
use tongban_core::ident::drill_person_id;

/// A clerk in Suzhou, and the demo that lives as long.
async fn suzhou() -> (std::sync::Arc<Demo>, Caller) {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    (demo, clerk)
}

fn with_number(number: &str) -> Value {
    let mut request = suzhou_to_hefei(1);
    request["applicant"]["id_number"] = json!(number);
    request
}

#[tokio::test]
async fn wrong_identity_numbers_are_refused_each_with_its_reason() {
    let (_demo, clerk) = suzhou().await;
    let right = drill_person_id(77).as_str().to_owned();
    let (body, check) = right.split_at(17);
    let wrong_check = format!("{body}{}", if check == "1" { "2" } else { "1" });
    let numbers = [
        (wrong_check.as_str(), "person-id-check-digit"),
        ("99900119990230123X", "person-id-birth-impossible"),
        ("999001185001011234", "person-id-birth-impossible"),
        ("999001299901011234", "person-id-birth-in-future"),
        ("09900119900101123X", "person-id-area"),
        ("99900119900101", "person-id-length"),
        ("9990011990010112３X", "person-id-characters"),
        // The sample of the standard: a number that may be somebody's.
        ("11010519491231002X", "drill-only-reserved"),
    ];
    for (number, code) in numbers {
        let answer = clerk.tell("/api/v1/cases", &with_number(number)).await;
        let answer = answer.refused(422, code).field("id_number");
        assert!(!answer.body.to_string().contains(number), "{code}: the number does not come back");
    }
    // All faults at once.
    let mut request = with_number(&wrong_check);
    request["applicant"]["name"] = json!("  ");
    request["applicant"]["phone"] = json!("13800138000");
    let answer = clerk.tell("/api/v1/cases", &request).await.refused(422, "name-empty");
    assert_eq!(answer.field("name").field("id_number").field("phone").body["fields"].as_array().unwrap().len(), 3);
    // A firm's code is no person's number, and the other way round.
    let firm = demo_firm();
    clerk.tell("/api/v1/cases", &with_number(firm)).await.refused(422, "person-id-characters");
    let subject = with(suzhou_to_hefei(1), json!({ "subject": "enterprise" }));
    clerk.tell("/api/v1/cases", &subject).await.refused(409, "item-subject");
}

fn demo_firm() -> &'static str {
    "91990002000009013D"
}

#[tokio::test]
async fn unknown_regions_and_items_are_refused_and_closed_ones_say_that_they_are() {
    let (demo, clerk) = suzhou().await;
    let li = demo.sign_in("jiangsu", "jiangsu-li").await;
    let here = |code: &str| with(online_to_hefei(), json!({ "here": code }));
    li.tell("/api/v1/cases", &here("999999")).await.refused(422, "region-unknown");
    li.tell("/api/v1/cases", &here("3205")).await.refused(422, "region-format");
    li.tell("/api/v1/cases", &here("310115")).await.refused(409, "region-not-served");
    li.tell("/api/v1/cases", &with(here("320500"), json!({ "here": null }))).await.refused(409, "region-not-served");
    // Online everyone applies for themselves.
    let another = with(online_to_hefei(), json!({ "applicant": person(3) }));
    li.tell("/api/v1/cases", &another).await.refused(422, "id-not-yours");
    // A matter for the window only is not applied for online.
    let window_only = with(here("320500"), json!({ "implementation": "2020-35-25@340100" }));
    li.tell("/api/v1/cases", &window_only).await.refused(409, "mode-not-online");

    for (implementation, code) in [
        ("2020-35-25@341100", "item-unknown"),
        ("2020-35-25", "item-unknown"),
        ("2020-35-999@340100", "item-unknown"),
        ("", "item-unknown"),
        ("2020-35-43@340100", "item-closed"),
        ("2020-35-34@340100", "item-not-yet"),
        ("2020-35-1@340100", "item-mode-unverified"),
    ] {
        let request = with(suzhou_to_hefei(2), json!({ "implementation": implementation }));
        clerk.tell("/api/v1/cases", &request).await.refused(409, code);
    }
}

#[tokio::test]
async fn without_a_mechanism_between_two_places_nothing_is_taken_in() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("zhejiang", "hangzhou-clerk").await;
    let materials = json!([material("id-card", "seen_original"), material("application-form", "copy_taken")]);
    let to = |there: &str| {
        let implementation = format!("2020-35-27@{there}");
        with(suzhou_to_hefei(3), json!({ "implementation": implementation, "materials": materials }))
    };
    let answer = clerk.tell("/api/v1/cases", &to("341800")).await.refused(409, "no-mechanism");
    let message = answer.body["message"].as_str().unwrap();
    assert!(message.contains("杭州") && message.contains("宣城"), "{message}");
    // The same to another place of the mechanism is taken in.
    clerk.open(to("320500")).await;
}

#[tokio::test]
async fn materials_must_be_there_be_known_and_be_seen() {
    let (_demo, clerk) = suzhou().await;
    let of = |materials: Value| with(suzhou_to_hefei(4), json!({ "materials": materials }));
    let card = material("id-card", "seen_original");
    let form = material("settlement-form", "copy_taken");
    let missing = clerk.tell("/api/v1/cases", &of(json!([card]))).await.refused(409, "materials-missing");
    assert!(missing.body["message"].as_str().unwrap().contains("结清申请表"), "{}", missing.body);
    clerk.tell("/api/v1/cases", &of(json!([]))).await.refused(409, "materials-missing");
    let copy_only = of(json!([material("id-card", "copy_taken"), form]));
    clerk.tell("/api/v1/cases", &copy_only).await.refused(409, "originals-not-seen");
    let unknown = of(json!([card, form, material("horoscope", "copy_taken")]));
    clerk.tell("/api/v1/cases", &unknown).await.refused(409, "material-unknown");
    // With a reason, a window may go without; without one it may not.
    let waived = |because: &str| {
        with(of(json!([card])), json!({ "waived": [{ "material": "settlement-form", "because": because }] }))
    };
    clerk.tell("/api/v1/cases", &waived(" ")).await.refused(409, "empty");
    clerk.open(waived("系统已能核对")).await;
}

#[tokio::test]
async fn files_are_judged_by_their_bytes_and_their_size() {
    let (_demo, clerk) = suzhou().await;
    let of = |content: String| {
        let mut request = suzhou_to_hefei(5);
        request["materials"][1]["content"] = json!(content);
        request
    };
    clerk.tell("/api/v1/cases", &of(String::new())).await.refused(422, "upload-empty");
    clerk.tell("/api/v1/cases", &of("这不是 base64".to_owned())).await.refused(422, "base64");
    for bytes in
        [b"MZ\x90\x00 a program that calls itself settlement-form.pdf".as_slice(), b"<html></html>", b"plain words"]
    {
        let answer = clerk.tell("/api/v1/cases", &of(encode(bytes))).await.refused(422, "upload-kind");
        assert!(answer.body["message"].as_str().unwrap().contains("settlement-form.pdf"), "{}", answer.body);
    }
    let large = encode(&paper_of(MATERIAL_BYTES_MAX + 1));
    let answer = clerk.tell("/api/v1/cases", &of(large)).await.refused(422, "upload-too-large");
    for language in ["message", "message_en"] {
        let text = answer.body[language].as_str().unwrap();
        assert!(text.contains("10 M") && text.contains("settlement-form.pdf"), "{text}");
    }
    // Exactly at the limit it is taken.
    clerk.open(of(encode(&paper_of(MATERIAL_BYTES_MAX)))).await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whole() {
    let (_demo, clerk) = suzhou().await;
    let mut body = serde_json::to_vec(&suzhou_to_hefei(6)).unwrap();
    body.resize(FORM_BYTES_MAX + 1, b' ');
    let answer = clerk.tell_bytes("/api/v1/cases", body).await.refused(413, "form-too-large");
    assert!(answer.body["message"].as_str().unwrap().contains("48 M"), "{}", answer.body);
}

#[tokio::test]
async fn what_is_not_the_json_of_the_interface_is_refused_with_a_code() {
    let (_demo, clerk) = suzhou().await;
    let bodies: [&[u8]; 5] = [b"", b"{", b"[]", b"{\"implementation\":7}", b"\xff\xfe"];
    for body in bodies {
        let answer = clerk.tell_bytes("/api/v1/cases", body.to_vec()).await;
        let status = answer.status;
        assert!((400..500).contains(&status), "{status}");
        answer.refused(status, "json-malformed");
    }
    clerk.ask("/api/v1/cases/no-such-name").await.refused(404, "case-not-found");
    clerk.ask("/api/v1/cases/00000000000000000000000000000000").await.refused(404, "case-not-found");
    let answer = clerk.ask("/api/v1/cases?offset=many").await;
    let status = answer.status;
    answer.refused(status, "query-malformed");
}

#[tokio::test]
async fn sent_twice_under_one_key_it_is_done_once() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("zhejiang", "jiaxing-clerk").await;
    let before = clerk.list("all").await.len();
    let request = suzhou_to_hefei(7);

    let first = clerk.tell_once("/api/v1/cases", &request, "morning-1").await;
    let second = clerk.tell_once("/api/v1/cases", &request, "morning-1").await;
    assert_eq!((first.status, &first.body["repeated"]), (201, &json!(false)));
    assert_eq!((&second.body["id"], &second.body["number"]), (&first.body["id"], &first.body["number"]));
    assert_eq!(second.body["repeated"], true);
    // A key that was used for something else is a mistake of the client: nothing is done, and nothing passed off as done.
    let other = suzhou_to_hefei(8);
    clerk.tell_once("/api/v1/cases", &other, "morning-1").await.refused(409, "idempotency-mismatch");
    clerk.tell_once("/api/v1/cases", &other, &"k".repeat(101)).await.refused(400, "idempotency-key");

    let mut sendings = JoinSet::new();
    for _ in 0..8 {
        let (clerk, request) = (clerk.clone(), request.clone());
        sendings.spawn(async move { clerk.tell_once("/api/v1/cases", &request, "morning-2").await });
    }
    let answers = sendings.join_all().await;
    assert!(answers.iter().all(|answer| answer.body["id"] == answers[0].body["id"]), "{answers:?}");
    assert!(answers.iter().all(|answer| answer.body["number"] == answers[0].body["number"]), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.body["repeated"] == false).count(), 1, "{answers:?}");
    assert_ne!(answers[0].body["id"], first.body["id"]);
    assert_eq!(clerk.list("all").await.len(), before + 2);

    // Acts have keys too: an impatient second click withdraws nothing else.
    let id = first.body["id"].as_str().unwrap();
    let path = format!("/api/v1/cases/{id}/withdraw");
    let once = clerk.tell_once(&path, &json!({}), "morning-3").await;
    let again = clerk.tell_once(&path, &json!({}), "morning-3").await;
    assert_eq!((once.status, again.status, &again.body["repeated"]), (200, 200, &json!(true)));

    // A key is one account's own.
    let one = demo.sign_in("jiangsu", "suzhou-clerk").await.tell_once("/api/v1/cases", &request, "same").await;
    let other = demo.sign_in("jiangsu", "suzhou-clerk2").await.tell_once("/api/v1/cases", &request, "same").await;
    assert_eq!((one.status, other.status), (201, 201));
    assert_ne!(one.body["id"], other.body["id"]);
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_soon_not_even_looked_at() {
    let demo = Demo::shared().await;
    let nobody = demo.node("zhejiang").nobody();
    let try_in = async |login: &str, password: &str| {
        nobody.tell("/api/v1/sessions", &json!({ "login": login, "password": password })).await
    };
    for _ in 0..ATTEMPTS_MAX {
        try_in("jiaxing-scjg", "yanlian2025").await.refused(401, "login-wrong");
    }
    try_in("jiaxing-scjg", "yanlian2025").await.refused(429, "too-many-tries");
    try_in("jiaxing-scjg", PASSWORD).await.refused(429, "too-many-tries");
    // Someone who is not there looks like someone with another password; other accounts are not held up.
    try_in("nobody-at-all", PASSWORD).await.refused(401, "login-wrong");
    assert_eq!(try_in("jiaxing-ga", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn without_a_token_nothing_is_shown_or_done() {
    let (demo, clerk) = suzhou().await;
    let id = clerk.open(suzhou_to_hefei(8)).await;
    let nobody = demo.node("jiangsu").nobody();
    let forged = nobody.with_token(&"00".repeat(32));
    // A token is good at its own node only.
    let elsewhere = demo.node("anhui").nobody().with_token(&clerk.token);
    for (caller, code) in [(nobody, "token-missing"), (forged, "token-unknown"), (elsewhere, "token-unknown")] {
        caller.ask("/api/v1/cases").await.refused(401, code);
        caller.ask(&format!("/api/v1/cases/{id}")).await.refused(401, code);
        caller.try_act(&id, "withdraw", json!({})).await.refused(401, code);
        caller.tell("/api/v1/cases", &suzhou_to_hefei(8)).await.refused(401, code);
    }
    clerk.ask("/api/v1/nothing").await.refused(404, "no-such-address");
    clerk.tell("/api/v1/items/search", &json!({})).await.refused(405, "wrong-method");
    clerk.ask("/api/v1/cases?list=everything").await.refused(400, "query-malformed");
    let typo = with(suzhou_to_hefei(8), json!({ "takein": true }));
    clerk.tell("/api/v1/cases", &typo).await.refused(422, "json-malformed");
    assert_ne!(clerk.case(&id).await["phase"], "withdrawn");
}

#[tokio::test]
async fn a_case_of_another_office_does_not_exist() {
    let (demo, clerk) = suzhou().await;
    let id = clerk.open(suzhou_to_hefei(9)).await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    officer.sees(&id, "handed_over").await;
    for (node, login) in [
        ("jiangsu", "nanjing-clerk"),
        ("jiangsu", "jiangsu-li"),
        ("jiangsu", "jiangsu-admin"),
        ("jiangsu", "suzhou-gjj"),
        ("anhui", "hefei-ga"),
        ("anhui", "hefei-clerk"),
        ("anhui", "xuancheng-gjj"),
        ("shanghai", "pudong-clerk"),
    ] {
        let other = demo.sign_in(node, login).await;
        for act in ["withdraw", "receive", "accept"] {
            other.try_act(&id, act, json!({})).await.refused(404, "case-not-found");
        }
    }
    assert_eq!(clerk.case(&id).await["phase"], "handed_over");
}

#[tokio::test]
async fn before_hand_over_the_authority_sees_nothing() {
    let (demo, clerk) = suzhou().await;
    for (there, node, login) in [("340100", "anhui", "hefei-gjj"), ("320500", "jiangsu", "suzhou-gjj")] {
        let officer = demo.sign_in(node, login).await;
        let id = clerk.open(with(row_25(there, 10), json!({ "take_in": true }))).await;
        officer.ask(&format!("/api/v1/cases/{id}")).await.refused(404, "case-not-found");
        officer.try_act(&id, "accept", json!({})).await.refused(404, "case-not-found");
        for list in ["to-do", "all"] {
            assert!(!officer.list(list).await.contains(&id));
        }
        clerk.act(&id, "hand-over", json!({})).await;
        officer.sees(&id, "handed_over").await;
        assert!(officer.list("to-do").await.contains(&id));
    }
}

#[tokio::test]
async fn each_step_is_done_once_and_in_its_order() {
    let (demo, clerk) = suzhou().await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(11)).await;
    officer.sees(&id, "handed_over").await;

    // All of it or nothing: the receipt that goes with an officer's act is not kept when the act is refused.
    officer.try_act(&id, "decide", granted("online")).await.refused(409, "not-now");
    assert_eq!(officer.case(&id).await["phase"], "handed_over");
    officer.act(&id, "receive", json!({})).await;
    officer.try_act(&id, "decide", granted("online")).await.refused(409, "not-now");
    officer.try_act(&id, "deliver", json!({ "way": "online" })).await.refused(409, "not-now");
    officer.try_act(&id, "receive", json!({})).await.refused(409, "not-now");

    let wanted = |material: &str, what: &str, days: u16| json!({ "wanted": [{ "material": material, "what": what }], "days": days });
    officer.try_act(&id, "correction", json!({ "wanted": [], "days": 5 })).await.refused(409, "empty");
    officer.try_act(&id, "correction", wanted("settlement-form", "", 5)).await.refused(409, "empty");
    officer.try_act(&id, "correction", wanted("settlement-form", "缺签名", 0)).await.refused(409, "empty");
    officer.try_act(&id, "correction", wanted("horoscope", "缺", 5)).await.refused(409, "material-unknown");
    officer.act(&id, "correction", wanted("settlement-form", "缺签名", 5)).await;
    officer.try_act(&id, "correction", wanted("id-card", "缺反面", 5)).await.refused(409, "only-once-correction");
    officer
        .try_act(&id, "not-accept", json!({ "reason": "condition-not-met", "note": "未补正" }))
        .await
        .refused(409, "correction-running");
    clerk.sees(&id, "correction_asked").await;
    let other = json!({ "materials": [material("id-card", "seen_original")] });
    clerk.try_act(&id, "correction-answer", other).await.refused(409, "correction-incomplete");
    clerk.act(&id, "correction-answer", json!({ "materials": [material("settlement-form", "copy_taken")] })).await;
    officer.sees(&id, "corrected").await;
    officer.try_act(&id, "correction", wanted("id-card", "缺反面", 5)).await.refused(409, "only-once-correction");

    // The window has no right to say 受理 here.
    clerk.try_act(&id, "accept", json!({})).await.refused(409, "right-missing-accept");
    officer.act(&id, "accept", json!({})).await;
    officer.try_act(&id, "accept", json!({})).await.refused(409, "already-accepted");
    officer.try_act(&id, "return", json!({ "reason": "material-unclear" })).await.refused(409, "after-acceptance");
    let refusal = |reason: &str, note: &str| json!({ "outcome": "refused", "reason": reason, "note": note, "number": "1", "way": "online" });
    officer.try_act(&id, "decide", refusal("", "不符合")).await.refused(409, "reason-unknown");
    officer.try_act(&id, "decide", refusal("data-mismatch", "")).await.refused(409, "empty");
    officer.try_act(&id, "decide", refusal("data-mismatch", &"长".repeat(1001))).await.refused(409, "too-long");
    officer.act(&id, "decide", granted("online")).await;
    officer.try_act(&id, "decide", granted("online")).await.refused(409, "not-now");
    officer.try_act(&id, "deliver", json!({ "way": "window" })).await.refused(409, "not-your-case");
    clerk.sees(&id, "decided").await;
    clerk.try_act(&id, "withdraw", json!({})).await.refused(409, "after-decision");
    let end = both_see(&clerk, &officer, &id, "decided").await;
    assert_eq!(end["case"]["marks"], json!([]), "what was refused left no trace");
}
