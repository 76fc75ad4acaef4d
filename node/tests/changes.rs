//! What happens to a case while it goes on: time passes, the applicant and the authority change, two windows take in the same,
//! somebody looks.

mod support;

use std::fs;

use serde_json::{Value, json};
use support::*;

const WORLD: &str = include_str!("../../data/demo/world.json");

#[tokio::test]
async fn an_authority_that_does_not_ask_in_time_has_accepted() {
    let mut demo = Demo::start(&["--now", "2026-11-20"]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(951)).await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "receive", json!({})).await;
    both_see(&clerk, &officer, &id, "received").await;
    demo.stop();
    // Friday and five working days: until the 27th it could still be asked for.
    let (jiangsu, anhui) = (demo.node("jiangsu"), demo.node("anhui"));
    let _here = jiangsu.serve(&["--now", "2026-11-28"]).await;
    let _there = anhui.serve(&["--now", "2026-11-28"]).await;
    let (clerk, officer) = (jiangsu.sign_in("suzhou-clerk").await, anhui.sign_in("hefei-gjj").await);
    let case = both_see(&clerk, &officer, &id, "accepted").await;
    assert_eq!(case["case"]["deemed"], true);
    // The law runs from the day on which the material came.
    let accepted = case["case"]["accepted"].as_i64().unwrap();
    assert_eq!(tongban_core::dossier::Moment(accepted).date().to_string(), "2026-11-20");
    assert!(acts(&case).contains(&"deemed_accepted"));
}

#[tokio::test]
async fn an_applicant_who_moves_is_renamed_or_succeeded_is_known_at_once() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(952)).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    let changed =
        |applicant: Value, change: &str| json!({ "applicant": applicant, "change": change, "note": "户口簿曾用名页" });
    let wrong = with(person(952), json!({ "name": "演练\u{E000}" }));
    clerk
        .try_act(&id, "change-applicant", changed(wrong, "renamed"))
        .await
        .refused(422, "name-private-use")
        .field("name");
    officer.try_act(&id, "change-applicant", changed(person(952), "renamed")).await.refused(409, "not-your-case");
    let renamed = with(person(952), json!({ "name": "阿卜杜热合曼・买买提", "phone": "10079999952" }));
    clerk.act(&id, "change-applicant", changed(renamed, "renamed")).await;
    until("the authority knows the new name", async || {
        let applicant = officer.case(&id).await["applicant"].clone();
        (applicant["name"] == "阿卜杜热合曼·买买提" && applicant["phone"] == "10079999952").then_some(())
    })
    .await;
    let reason = json!({ "reason": "applicant-gone", "note": "申请人去世，没有人接着办" });
    officer.act(&id, "end", reason).await;
    let end = both_see(&clerk, &officer, &id, "ended").await;
    assert_eq!(end["case"]["ended"]["reason"], "applicant-gone");
    // With a passport it is taken in as with an identity card.
    let guest =
        json!({ "name": "SAMPLE ANNA-MARIA", "id_kind": "passport", "id_number": "YL0000952", "phone": "10070000952" });
    let id = clerk.open(with(suzhou_to_hefei(953), json!({ "applicant": guest }))).await;
    until("the authority knows the passport", async || {
        let seen = officer.ask(&format!("/api/v1/cases/{id}")).await;
        (seen.status == 200 && seen.body["applicant"]["id_kind"] == "passport").then_some(())
    })
    .await;
}

#[tokio::test]
async fn by_a_reform_open_cases_go_to_who_has_the_powers_now() {
    let demo = Demo::start(&[]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let (open, done) = (clerk.open(suzhou_to_hefei(954)).await, clerk.open(suzhou_to_hefei(955)).await);
    for id in [&open, &done] {
        officer.sees(id, "handed_over").await;
        officer.act(id, "accept", json!({})).await;
    }
    officer.act(&done, "decide", granted("online")).await;
    officer.act(&done, "deliver", json!({ "way": "online" })).await;
    both_see(&clerk, &officer, &open, "accepted").await;
    let before = clerk.case(&open).await["next"]["due"].clone();

    let world: Value = serde_json::from_str(WORLD).unwrap();
    let org_of = |login: &str| {
        let account = world["accounts"].as_array().unwrap().iter().find(|one| one["login"] == login).unwrap();
        account["org"].as_str().unwrap().to_owned()
    };
    let (old, new) = (org_of("hefei-gjj"), org_of("hangzhou-gjj"));
    let mut orgs: Vec<Value> = world["organisations"].as_array().unwrap().clone();
    orgs.retain(|org| org["node"] == "anhui");
    for org in orgs.iter_mut().filter(|org| org["uscc"] == old.as_str()) {
        org["successors"] = json!([{ "org": new, "document": "演练改〔2026〕3号" }]);
    }
    let anhui = demo.node("anhui");
    anhui.stop("TERM");
    let file = demo.data().join("organisations.json");
    fs::write(&file, json!(orgs).to_string()).unwrap();
    run(&["publish", "--data", anhui.data(), "organisations", file.to_str().unwrap()]).fine();
    let _serving = anhui.serve(&[]).await;

    let successor = demo.sign_in("zhejiang", "hangzhou-gjj").await;
    let moved = successor.sees(&open, "accepted").await;
    assert_eq!(moved["case"]["drafted"]["handling"]["org"], new.as_str());
    // Its clock goes on as it ran, and what was done stays where it was done.
    assert_eq!(moved["next"]["due"], before);
    successor.act(&open, "decide", granted("online")).await;
    let end = both_see(&clerk, &successor, &open, "decided").await;
    assert_eq!(acts(&end).iter().filter(|act| **act == "moved").count(), 1);
    let officer = anhui.sign_in("hefei-gjj").await;
    assert_eq!(officer.case(&done).await["phase"], "delivered");
}

#[tokio::test]
async fn what_two_windows_take_in_is_noticed_by_both_sides() {
    let demo = Demo::shared().await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let suzhou = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let qingpu = demo.sign_in("shanghai", "qingpu-clerk").await;
    let (first, second) = (suzhou.open(suzhou_to_hefei(956)).await, qingpu.open(suzhou_to_hefei(956)).await);
    let number = officer.sees(&first, "handed_over").await["case"]["number"].as_str().unwrap().to_owned();
    officer.sees(&second, "handed_over").await;
    let desk = Browser::sign_in(&demo.node("anhui"), "hefei-gjj").await;
    until("the officer is told of the other one", async || {
        let page = desk.page(&format!("/authority/cases/{second}")).await;
        (page.contains("另有在办件") && page.contains(&number)).then_some(())
    })
    .await;
    // At the same node the window learns it before it takes anything in.
    let window = Browser::sign_in(&demo.node("jiangsu"), "suzhou-clerk").await;
    let path = "/window/new/2020-35-25@340100";
    let person = person(956);
    let text = |name: &str| person[name].as_str().unwrap().to_owned();
    let (name, id_number, phone) = (text("name"), text("id_number"), text("phone"));
    let fields = [("subject", "person"), ("name", &*name), ("id_number", &*id_number), ("phone", &*phone)];
    let again = window.submit(path, path, &fields).await;
    assert_eq!(again.status().as_u16(), 409);
    let page = again.text().await.unwrap();
    assert!(page.contains(&number) && page.contains(&name), "it says which, and nothing typed is lost");
    let surely = window.submit(path, path, &[&fields[..], &[("again", "1")]].concat()).await;
    assert_eq!(surely.status().as_u16(), 303);
    // Once it is over nobody is warned of it.
    officer.act(&second, "return", json!({ "reason": "duplicate-case", "note": "" })).await;
    qingpu.sees(&second, "returned").await;
    qingpu.act(&second, "withdraw", json!({})).await;
    until("nothing is double any more", async || {
        let page = desk.page(&format!("/authority/cases/{first}")).await;
        (!page.contains("另有在办件")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_applicant_sees_who_looked_at_every_place() {
    let demo = Demo::start(&[]).await;
    let li = demo.sign_in("jiangsu", "jiangsu-li").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = li.open(online_to_hefei()).await;
    officer.sees(&id, "handed_over").await;
    let pages = Browser::sign_in(&demo.node("jiangsu"), "jiangsu-li").await;
    let path = format!("/my/{id}/looked");
    let page = pages.page(&path).await;
    assert!(page.contains("合肥市演练公积金中心") && page.contains("HF-"), "{page}");
    demo.node("anhui").stop("TERM");
    let page = pages.page(&path).await;
    assert!(page.contains("那边现在连不上，下面是") && page.contains("合肥市演练公积金中心"), "{page}");
    // Another applicant sees nothing of it.
    let other = Browser::sign_in(&demo.node("jiangsu"), "jiangsu-wang").await;
    assert!(!other.page(&path).await.contains("合肥市演练公积金中心"));
}

#[tokio::test]
async fn a_result_is_fetched_at_any_window_of_the_node() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(957)).await;
    let number = officer.sees(&id, "handed_over").await["case"]["number"].as_str().unwrap().to_owned();
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("window")).await;
    both_see(&clerk, &officer, &id, "decided").await;
    let own = Browser::sign_in(&demo.node("jiangsu"), "suzhou-clerk").await;
    let receipt = own.page(&format!("/window/cases/{id}/receipt")).await;
    let code = receipt.split("查询码 <strong>").nth(1).expect("a code")[..8].to_owned();
    let other = Browser::sign_in(&demo.node("jiangsu"), "nanjing-clerk").await;
    let page = "/window/collect";
    let fields = |code: &str, does: &str| {
        [
            ("number".to_owned(), number.clone()),
            ("code".to_owned(), code.to_owned()),
            ("do".to_owned(), does.to_owned()),
        ]
    };
    let sent = async |code: &str, does: &str| {
        let fields = fields(code, does);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let answer = other.submit(page, page, &fields).await;
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    };
    let (status, text) = sent("AAAAAAAA", "look").await;
    assert!(status == 422 && contains(&text, "编号".as_bytes()), "{}", String::from_utf8_lossy(&text));
    let (status, text) = sent(&code, "look").await;
    assert!(status == 200 && contains(&text, "结果已交到本人手里".as_bytes()) || contains(&text, "F7".as_bytes()));
    let (status, text) = sent(&code, "open").await;
    assert!(status == 200 && text.starts_with(b"%PDF-"));
    let (status, text) = sent(&code, "give").await;
    assert!(status == 200 && contains(&text, "已登记".as_bytes()), "{}", String::from_utf8_lossy(&text));
    let end = both_see(&clerk, &officer, &id, "delivered").await;
    assert!(acts(&end).contains(&"handed_out"));
    // That the other window looked stands where the applicant reads it.
    let li = own.page(&format!("/window/cases/{id}")).await;
    assert!(li.contains("南京市演练"), "the timeline names the window");
    // What another node took in is on that node's own page.
    let away = fields(&code, "look");
    let away: Vec<(&str, &str)> = away
        .iter()
        .map(|(name, value)| (&**name, if name == "number" { "310118-20261127-AA0001" } else { value.as_str() }))
        .collect();
    let answer = other.submit(page, page, &away).await.text().await.unwrap();
    assert!(answer.contains(&format!("{}/track?number=310118", demo.node("shanghai").address)), "{answer}");
}

#[tokio::test]
async fn an_item_that_is_retired_takes_nothing_in_and_ends_nothing_that_goes_on() {
    let demo = Demo::start(&[]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let (open, draft) = (clerk.open(suzhou_to_hefei(958)).await, clerk.open(row_25("340100", 959)).await);
    officer.sees(&open, "handed_over").await;

    let world: Value = serde_json::from_str(WORLD).unwrap();
    let mut items = world["items"].as_array().unwrap().clone();
    for item in items.iter_mut().filter(|item| item["key"] == "2020-35-25") {
        item["availability"] = json!({ "is": "closed", "since": "2026-01-01", "why": "演练：已由数据共享代替", "why_en": "Drill: replaced by shared data" });
    }
    let registrar = demo.node("registrar");
    registrar.stop("TERM");
    let file = demo.data().join("items.json");
    fs::write(&file, json!(items).to_string()).unwrap();
    run(&["publish", "--data", registrar.data(), "items", file.to_str().unwrap()]).fine();
    let _serving = registrar.serve(&[]).await;

    until_within(PATIENCE * 2, "the window takes nothing new in", async || {
        let answer = clerk.tell("/api/v1/cases", &row_25("340100", 960)).await;
        (answer.body["code"] == "item-closed").then_some(())
    })
    .await;
    // What had begun goes on by the version with which it began, the draft too.
    clerk.act(&draft, "take-in", json!({})).await;
    clerk.act(&draft, "hand-over", json!({})).await;
    for id in [&open, &draft] {
        officer.sees(id, "handed_over").await;
        officer.act(id, "accept", json!({})).await;
        officer.act(id, "decide", granted("window")).await;
        clerk.sees(id, "decided").await;
        clerk.act(id, "deliver", json!({ "way": "window" })).await;
    }
    both_see(&clerk, &officer, &open, "delivered").await;
}
