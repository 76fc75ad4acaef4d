//! The modes that need more than one hand-over: pre-check, delegation, joint handling; and clocks that follow the law.

mod support;

use serde_json::{Value, json};
use support::*;

/// A request for an item with so many of its materials, at a window.
fn at_window(implementation: &str, number: u32, originals: &[&str], copies: &[&str]) -> Value {
    let mut materials: Vec<Value> = originals.iter().map(|key| material(key, "seen_original")).collect();
    materials.extend(copies.iter().map(|key| material(key, "copy_taken")));
    json!({ "implementation": implementation, "subject": "person", "applicant": person(number), "materials": materials })
}

fn refused() -> Value {
    json!({ "outcome": "refused", "reason": "data-mismatch", "note": "登记信息与合同不一致。", "number": "试验不字第1号",
            "document": encode(&paper()), "way": "online" })
}

/// The part of this key, of a whole.
fn part<'a>(whole: &'a Value, key: &str) -> &'a Value {
    let parts = whole["parts"].as_array().expect("parts");
    parts.iter().find(|part| part["part"] == key).unwrap_or_else(|| panic!("no part {key} in {whole}"))
}

/// Waits until a part has begun, and gives its dossier.
async fn begun(clerk: &Caller, id: &str, key: &str) -> String {
    until(&format!("{key} begins"), async || part(&clerk.case(id).await, key)["id"].as_str().map(str::to_owned)).await
}

#[tokio::test]
async fn a_clerk_asks_before_taking_in_and_types_nothing_twice() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(row_25("340100", 301)).await;
    officer.ask(&format!("/api/v1/cases/{id}")).await.refused(404, "case-not-found");

    clerk.act(&id, "pre-check", json!({ "note": "结清申请表是旧版，可以收吗" })).await;
    let asked = officer.sees(&id, "draft").await;
    assert_eq!((&asked["next"]["party"], &asked["next"]["step"]), (&json!("handling"), &json!("pre_check")));
    assert!(officer.list("to-do").await.contains(&id));
    let wanted = json!([{ "material": "settlement-form", "what": "请换 2026 年版" }]);
    let lacks = json!({ "verdict": "lacks", "wanted": wanted, "contact": "演练王", "phone": "10000010099" });
    let answered = officer.act(&id, "pre-check-answer", lacks).await;
    assert_eq!(answered["pending"], true, "the pen is at the window");
    let seen = until("the answer is there", async || {
        let case = clerk.case(&id).await;
        (case["case"]["pre_check"]["answer"]["verdict"] == "lacks").then_some(case)
    })
    .await;
    assert_eq!(seen["next"]["step"], "take_in");
    clerk.act(&id, "materials", json!({ "materials": [material("settlement-form", "copy_taken")] })).await;
    clerk.act(&id, "take-in", json!({})).await;
    clerk.act(&id, "hand-over", json!({})).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("online")).await;
    officer.act(&id, "deliver", json!({ "way": "online" })).await;
    let end = both_see(&clerk, &officer, &id, "delivered").await;
    let said = ["drafted", "materials_added", "pre_check_asked", "pre_checked", "materials_added", "taken_in"];
    assert_eq!(acts(&end)[..6], said);
}

#[tokio::test]
async fn a_window_with_the_power_decides_and_the_authority_has_the_record() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("shanghai", "qingpu-clerk").await;
    let officer = demo.sign_in("zhejiang", "jiaxing-ga").await;
    let world: Value = serde_json::from_str(include_str!("../../data/demo/world.json")).unwrap();
    let rules =
        world["implementations"].as_array().unwrap().iter().find(|one| one["id"] == "2020-35-27@330400").unwrap();
    let materials: Vec<Value> = rules["materials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| {
            let check = if rule["original"] == true { "seen_original" } else { "copy_taken" };
            material(rule["key"].as_str().unwrap(), check)
        })
        .collect();
    let request = json!({ "implementation": "2020-35-27@330400", "subject": "person", "applicant": person(302),
                          "materials": materials, "take_in": true });
    let id = clerk.open(request).await;
    let taken = clerk.case(&id).await;
    assert_eq!(
        (&taken["case"]["drafted"]["item"]["mode"], &taken["next"]["party"]),
        (&json!("delegated"), &json!("receiving"))
    );
    clerk.try_act(&id, "hand-over", json!({})).await.refused(409, "delegated-here");
    clerk.act(&id, "accept", json!({})).await;
    let followed = officer.sees(&id, "accepted").await;
    assert_eq!(followed["number"], taken["number"]);
    officer.try_act(&id, "decide", granted("online")).await.refused(409, "not-your-case");
    clerk.act(&id, "decide", granted("window")).await;
    clerk.act(&id, "deliver", json!({ "way": "window" })).await;
    both_see(&clerk, &officer, &id, "delivered").await;
}

#[tokio::test]
async fn seven_authorities_in_two_places_handle_one_application() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let lead = demo.sign_in("anhui", "hefei-gjj").await;
    let request =
        at_window("2020-35-24@340100", 303, &["id-card", "contract"], &["invoice", "marriage", "withdrawal-form"]);
    let id = clerk.open(with(request, json!({ "take_in": true, "hand_over": true }))).await;
    let number = clerk.sees(&id, "joint").await["number"].as_str().unwrap().to_owned();
    let desks = [
        ("house", "jiangsu", "suzhou-zr"),
        ("tax", "jiangsu", "suzhou-sw"),
        ("identity", "anhui", "hefei-ga"),
        ("marriage", "anhui", "hefei-mz"),
        ("employment", "anhui", "hefei-rs"),
        ("credit", "anhui", "hefei-yh"),
    ];
    for (key, node, login) in desks {
        let child = begun(&clerk, &id, key).await;
        let officer = demo.sign_in(node, login).await;
        let own = officer.sees(&child, "handed_over").await;
        assert!(own["number"].as_str().unwrap().starts_with(&format!("{number}-")), "{own}");
        // It sees its own part, not the whole and not the others'.
        officer.ask(&format!("/api/v1/cases/{id}")).await.refused(404, "case-not-found");
        assert_eq!(part(&clerk.case(&id).await, "withdraw")["id"], Value::Null, "it waits for all of them");
        officer.act(&child, "accept", json!({})).await;
        officer.act(&child, "decide", granted("online")).await;
    }
    let last = begun(&clerk, &id, "withdraw").await;
    let own = lead.sees(&last, "handed_over").await;
    // The results of the others came along.
    let keys: Vec<&str> =
        own["case"]["materials"].as_array().unwrap().iter().filter_map(|one| one["material"].as_str()).collect();
    assert_eq!(keys.iter().filter(|key| key.starts_with("result-")).count(), 6, "{keys:?}");
    lead.act(&last, "accept", json!({})).await;
    // What it sends back or asks for goes to the window, in the part.
    lead.act(&last, "decide", granted("online")).await;
    let end = clerk.sees(&id, "delivered").await;
    assert_eq!(end["case"]["decision"]["outcome"], "granted");
    assert_eq!(acts(&end).iter().filter(|act| **act == "part_ended").count(), 7);
    let whole = lead.sees(&id, "delivered").await;
    assert_eq!(whole["case"]["drafted"]["parts"].as_array().unwrap().len(), 7);
    for node in ["jiangsu", "anhui"] {
        demo.verified(node, &id);
        demo.verified(node, &last);
    }
}

#[tokio::test]
async fn one_part_after_the_other_with_a_return_and_then_a_refusal() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let here = demo.sign_in("jiangsu", "suzhou-ga").await;
    let there = demo.sign_in("anhui", "hefei-ga").await;
    let request = at_window("2020-35-29@340100", 304, &["id-card", "household"], &["transfer-letter"]);
    let id = clerk.open(with(request, json!({ "take_in": true, "hand_over": true }))).await;
    let admit = begun(&clerk, &id, "admit").await;
    here.sees(&admit, "handed_over").await;
    here.act(&admit, "return", json!({ "reason": "material-unclear", "note": "" })).await;
    clerk.sees(&admit, "returned").await;
    assert!(clerk.list("to-do").await.contains(&admit), "the window sees what came back of a part");
    clerk.act(&admit, "materials", json!({ "materials": [material("household", "seen_original")] })).await;
    clerk.act(&admit, "hand-over", json!({})).await;
    here.act(&admit, "accept", json!({})).await;
    here.act(&admit, "decide", granted("online")).await;
    let release = begun(&clerk, &id, "release").await;
    there.sees(&release, "handed_over").await;
    there.act(&release, "accept", json!({})).await;
    there.act(&release, "decide", refused()).await;
    let end = clerk.sees(&id, "delivered").await;
    assert_eq!(
        (&end["case"]["decision"]["outcome"], &end["case"]["decision"]["reason"]),
        (&json!("refused"), &json!("data-mismatch"))
    );
    assert_eq!(part(&end, "settle")["id"], Value::Null, "what waited for it does not begin");
}

#[tokio::test]
async fn who_withdraws_stops_every_part() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("jiangsu", "suzhou-rs").await;
    let request = at_window("2020-35-6@340100", 305, &["id-card"], &["transfer-form"]);
    let id = clerk.open(with(request, json!({ "take_in": true, "hand_over": true }))).await;
    let review = begun(&clerk, &id, "review").await;
    let due = officer.sees(&review, "handed_over").await;
    assert_eq!(due["case"]["drafted"]["item"]["promised"]["days"], 15);
    clerk.act(&id, "withdraw", json!({})).await;
    officer.sees(&review, "withdrawn").await;
}

#[tokio::test]
async fn an_original_goes_from_hand_to_hand_and_one_is_lost() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let mut request = suzhou_to_hefei(306);
    request["applicant"]["address"] = json!("苏州市演练路9号");
    let id = clerk.open(request).await;
    let papers = json!([{ "key": "contract", "what": "借款合同", "send": true }, { "key": "book", "what": "户口簿" }]);
    clerk.act(&id, "papers", json!({ "what": "taken", "papers": papers })).await;
    let courier = json!({ "company": "演练速递", "number": "YL0001" });
    clerk.act(&id, "papers", json!({ "what": "given", "papers": ["book"] })).await;
    let sent = json!({ "what": "sent", "papers": ["contract"], "to": "handling", "courier": courier });
    clerk.act(&id, "papers", sent.clone()).await;
    clerk.try_act(&id, "papers", sent).await.refused(409, "paper-not-there");
    officer.act(&id, "accept", json!({})).await;
    until("it is on its way", async || {
        (officer.case(&id).await["case"]["papers"][0]["at"]["is"] == "on_the_way").then_some(())
    })
    .await;
    officer
        .act(&id, "papers", json!({ "what": "lost", "papers": ["contract"], "note": "快递遗失，由收件地补办" }))
        .await;
    let mut decision = granted("courier");
    decision["note"] = json!("原件遗失不影响办理");
    officer.act(&id, "decide", decision).await;
    officer.try_act(&id, "deliver", json!({ "way": "courier" })).await.refused(409, "not-posted");
    officer.act(&id, "post", json!({ "company": "演练速递", "number": "YL0002" })).await;
    officer.act(&id, "deliver", json!({ "way": "courier" })).await;
    let end = both_see(&clerk, &officer, &id, "delivered").await;
    let at = &end["case"]["papers"];
    assert_eq!((&at[0]["at"]["is"], &at[0]["at"]["by"]), (&json!("lost"), &json!("receiving")));
    assert_eq!(at[1]["at"]["hands"], "applicant");
}

#[tokio::test]
async fn a_bad_rating_is_called_back_and_may_be_given_anew() {
    let demo = Demo::shared().await;
    let li = demo.sign_in("jiangsu", "jiangsu-li").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = li.open(online_to_hefei()).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("online")).await;
    officer.act(&id, "deliver", json!({ "way": "online" })).await;
    li.sees(&id, "delivered").await;
    officer
        .try_act(&id, "call-back", json!({ "leg": "handling", "note": "已电话" }))
        .await
        .refused(409, "no-bad-rating");
    li.act(&id, "rate", json!({ "leg": "handling", "level": 5, "comment": "等了两天" })).await;
    let seen = until("the rating reaches who caused it", async || {
        let case = officer.case(&id).await;
        (case["next"]["step"] == "call_back").then_some(case)
    })
    .await;
    assert_eq!((&seen["next"]["party"], &seen["next"]["due"]["rule"]), (&json!("handling"), &json!("bad-rating")));
    assert!(officer.list("to-do").await.contains(&id));
    li.try_act(&id, "call-back", json!({ "leg": "handling", "note": "—" })).await.refused(409, "not-your-case");
    officer.act(&id, "call-back", json!({ "leg": "handling", "note": "已致歉，以后当日回复" })).await;
    until("the answer is there", async || {
        let case = li.case(&id).await;
        case["case"]["ratings"]["handling"]["call_back"].is_array().then_some(())
    })
    .await;
    li.act(&id, "rate", json!({ "leg": "handling", "level": 2, "comment": "" })).await;
    li.try_act(&id, "rate", json!({ "leg": "handling", "level": 1, "comment": "" }))
        .await
        .refused(409, "already-rated");
    let end = both_see(&li, &officer, &id, "delivered").await;
    let rating = &end["case"]["ratings"]["handling"];
    assert_eq!((&rating["level"], &rating["before"]), (&json!(2), &json!(5)));
}

#[tokio::test]
async fn a_decision_is_put_right_and_then_revoked() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(307)).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "fee", json!({ "number": "JK-307", "cents": 1000, "payee": "合肥演练财政" })).await;
    officer.act(&id, "fee-paid", json!({ "number": "JK-307" })).await;
    officer.act(&id, "decide", granted("online")).await;
    officer.act(&id, "deliver", json!({ "way": "online" })).await;
    let again = json!({ "number": "试验决字第1号更正", "note": "姓名写错", "document": encode(&paper()) });
    officer.act(&id, "correct-decision", again).await;
    officer.act(&id, "deliver", json!({ "way": "online" })).await;
    officer.act(&id, "revoke-decision", json!({ "reason": "data-mismatch", "note": "材料系伪造" })).await;
    let end = both_see(&clerk, &officer, &id, "revoked").await;
    assert_eq!(end["case"]["decision"]["number"], "试验决字第1号更正");
    assert_eq!((&end["case"]["fees"][0]["cents"], &end["next"]["party"]), (&json!(1000), &json!("nobody")));
}
