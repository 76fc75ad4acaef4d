//! A common text from where places differ to where they do not: the lead proposes, authorities on several nodes answer, it is
//! adopted, one takes it over and one does not. Every no has its code.

mod support;

use serde_json::{Value, json};
use support::*;

/// 居民身份证换领, which eight public security authorities have.
const ITEM: &str = "2020-35-36";
/// All of them: node, and who signs in.
const AUTHORITIES: [(&str, &str); 8] = [
    ("shanghai", "pudong-ga"),
    ("shanghai", "qingpu-ga"),
    ("jiangsu", "nanjing-ga"),
    ("jiangsu", "suzhou-ga"),
    ("zhejiang", "hangzhou-ga"),
    ("zhejiang", "jiaxing-ga"),
    ("anhui", "hefei-ga"),
    ("anhui", "xuancheng-ga"),
];

fn path(rest: &str) -> String {
    format!("/api/v1/catalogue/items/{ITEM}/proposals{rest}")
}

/// 原居民身份证 may follow, and a receipt more.
fn clauses() -> Value {
    let material = |key: &str, name: &str, need: &str| {
        json!({ "is": "material", "material": {
            "key": key, "name": name, "name_en": "", "need": need, "original": false, "review": "清晰", "review_en": "",
        } })
    };
    json!([
        material("photo-receipt", "数字相片采集回执", "may_follow"),
        material("household", "户口簿（复印件）", "may_follow")
    ])
}

fn proposal(until: &str) -> Value {
    json!({ "clauses": clauses(), "reason": "各地要的不一样，群众来回跑", "until": until })
}

fn agree() -> Value {
    json!({ "stance": "agree" })
}

/// A day that many days from today, in China as the nodes count.
fn in_days(days: i32) -> String {
    let today = tongban::clock::Clock::default().today();
    today.saturating_add(jiff::Span::new().days(days)).to_string()
}

async fn first(caller: &Caller) -> Value {
    let all = caller.get(&path("")).await;
    all.as_array().and_then(|all| all.last().cloned()).unwrap_or_default()
}

/// Waits until a node sees the first proposal like this.
async fn sees(caller: &Caller, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    until(what, async || Some(first(caller).await).filter(|one| is(one))).await
}

/// Says something as soon as the node knows of it.
async fn say(caller: &Caller, rest: &str, body: &Value) {
    until(rest, async || (caller.tell(&path(rest), body).await.status == 200).then_some(())).await;
}

/// The keys of a case's materials.
fn keys(case: &Value) -> Vec<String> {
    let rules = case["case"]["drafted"]["item"]["materials"].as_array().unwrap();
    rules.iter().map(|rule| rule["key"].as_str().unwrap().to_owned()).collect()
}

async fn version(caller: &Caller, region: &str) -> Value {
    let compared = caller.get(&format!("/api/v1/catalogue/items/{ITEM}/compare")).await;
    let places = compared["places"].as_array().unwrap();
    places.iter().find(|place| place["region"] == region).map(|place| place["version"].clone()).unwrap_or_default()
}

#[tokio::test]
async fn places_agree_on_one_text_and_their_lists_follow() {
    let demo = Demo::start(&[]).await;
    let lead = demo.sign_in("registrar", "registrar").await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let hefei = demo.sign_in("anhui", "hefei-ga").await;
    let xuancheng = demo.sign_in("anhui", "xuancheng-ga").await;
    let draft = |number: u32| {
        let implementation = format!("{ITEM}@340100");
        json!({ "implementation": implementation, "subject": "person", "applicant": person(number), "materials": [] })
    };
    let old = clerk.open(draft(991)).await;
    let kept = keys(&clerk.case(&old).await);

    // Only the lead proposes; what it proposes has clauses, a reason and time.
    let propose = |caller: Caller, body: Value| async move { caller.tell(&path(""), &body).await };
    let good = || proposal(&in_days(20));
    propose(hefei.clone(), good()).await.refused(403, "forbidden");
    lead.with_token("").tell(&path(""), &good()).await.refused(401, "token-missing");
    propose(lead.clone(), with(good(), json!({ "reason": " " }))).await.refused(409, "empty");
    propose(lead.clone(), with(good(), json!({ "clauses": [] }))).await.refused(409, "empty");
    propose(lead.clone(), with(good(), json!({ "reason": "长".repeat(1001) }))).await.refused(409, "too-long");
    propose(lead.clone(), with(good(), json!({ "until": "明天" }))).await.refused(422, "day-format").field("until");
    for until in [in_days(0), in_days(400)] {
        propose(lead.clone(), with(good(), json!({ "until": until }))).await.refused(409, "proposal-term");
    }
    let many: Vec<Value> = (0..51).map(|number| json!({ "is": "basis", "text": format!("依据{number}") })).collect();
    propose(lead.clone(), with(good(), json!({ "clauses": many }))).await.refused(409, "proposal-too-many");
    propose(lead.clone(), with(good(), json!({ "clauses": [{ "is": "whatever" }] })))
        .await
        .refused(422, "json-malformed");
    lead.tell("/api/v1/catalogue/items/none/proposals", &good()).await.refused(404, "case-not-found");
    assert_eq!(lead.ask("/api/v1/catalogue/items/none/proposals").await.status, 404);
    let made = propose(lead.clone(), good()).await;
    assert_eq!((made.status, &made.body["number"]), (201, &json!(1)), "{}", made.body);
    // The button that is pressed twice.
    propose(lead.clone(), good()).await.refused(409, "proposal-runs");
    // The coordination office of another node leads nothing.
    let jiangsu = demo.node("jiangsu");
    let add = ["account", "add", "--data", jiangsu.data(), "--login", "other-lead", "--role", "registrar"];
    let org = ["--name", "演练别处协调办", "--org", "11990000000000019A", "--staff", "R-2"];
    let mut command = std::process::Command::new(PROGRAM);
    run_with(command.args(add).args(org), &format!("{PASSWORD}\n")).fine();
    let elsewhere = demo.sign_in("jiangsu", "other-lead").await;
    sees(&elsewhere, "the proposal travels", |one| one["number"] == 1).await;
    let mut other = good();
    other["clauses"] = json!([{ "is": "basis", "text": "演练依据" }]);
    propose(elsewhere, other).await.refused(409, "not-yours-to-publish");

    // Those who are asked answer, each for itself.
    let open = sees(&hefei, "the proposal reaches Anhui", |one| one["state"] == "open").await;
    assert_eq!(open["asked"].as_array().unwrap().len(), AUTHORITIES.len());
    assert_eq!(open["waits_for"], open["asked"]);
    let position = path("/1/position");
    hefei.tell(&position, &json!({ "stance": "disagree" })).await.refused(409, "empty");
    hefei.tell(&position, &json!({ "stance": "maybe" })).await.refused(422, "json-malformed");
    hefei.tell(&path("/9/position"), &agree()).await.refused(409, "proposal-unknown");
    demo.sign_in("anhui", "hefei-mz").await.tell(&position, &agree()).await.refused(409, "not-asked");
    clerk.tell(&position, &agree()).await.refused(403, "forbidden");
    lead.tell(&position, &agree()).await.refused(403, "forbidden");
    hefei.tell(&path("/1/take-over"), &json!({})).await.refused(409, "proposal-not-adopted");
    hefei.tell(&path("/1/decline"), &json!({ "reason": "不行" })).await.refused(409, "proposal-not-adopted");
    let said = hefei.post(&position, json!({ "stance": "disagree", "reason": "系统要改" })).await;
    assert_eq!(said["pending"], true, "Anhui does not hold the pen");
    let seen = sees(&lead, "the slip reaches the registrar", |one| !one["positions"][0].is_null()).await;
    assert_eq!(seen["positions"][0]["reason"], "系统要改");
    let settle = |adopted: bool| json!({ "adopted": adopted, "reason": "多数同意", "by": in_days(30) });
    lead.tell(&path("/1/settle"), &settle(true)).await.refused(409, "proposal-runs");
    hefei.tell(&path("/1/settle"), &settle(true)).await.refused(403, "forbidden");

    // All of them, and Hefei thinks better of it: nobody waits for the last day.
    for (node, login) in AUTHORITIES {
        say(&demo.sign_in(node, login).await, "/1/position", &agree()).await;
    }
    sees(&lead, "everyone has answered", |one| one["state"] == "ripe").await;
    lead.tell(&path("/1/settle"), &with(settle(true), json!({ "reason": "" }))).await.refused(409, "empty");
    lead.tell(&path("/1/settle"), &with(settle(true), json!({ "by": "" })))
        .await
        .refused(422, "day-format")
        .field("by");
    let past = with(settle(true), json!({ "by": in_days(-1) }));
    lead.tell(&path("/1/settle"), &past).await.refused(409, "proposal-term");
    lead.post(&path("/1/settle"), settle(true)).await;
    lead.tell(&path("/1/settle"), &settle(false)).await.refused(409, "proposal-settled");

    // Hefei takes it over: its list, and whoever reads it, follow; a case that was begun does not.
    sees(&hefei, "the outcome reaches Anhui", |one| one["state"] == "adopted").await;
    hefei.tell(&position, &agree()).await.refused(409, "proposal-settled");
    let take = path("/1/take-over");
    for (from, code) in [("morgen", "day-format"), ("2020-01-01", "day-past"), ("2099-01-01", "day-far")] {
        hefei.tell(&take, &json!({ "from": from })).await.refused(422, code).field("from");
    }
    demo.sign_in("anhui", "hefei-mz").await.tell(&take, &json!({})).await.refused(409, "list-unknown");
    assert_eq!(version(&clerk, "340100").await, 1);
    hefei.post(&take, json!({})).await;
    until("Jiangsu sees the next version", async || (version(&clerk, "340100").await == 2).then_some(())).await;
    hefei.post(&take, json!({})).await;
    assert_eq!(version(&hefei, "340100").await, 2, "done twice, it publishes nothing the second time");
    assert_eq!(keys(&clerk.case(&old).await), kept);
    let new = clerk.open(draft(992)).await;
    assert_eq!(keys(&clerk.case(&new).await), [kept.as_slice(), &["household".to_owned()]].concat());

    // Xuancheng does not, and says why.
    xuancheng.tell(&path("/1/decline"), &json!({ "reason": " " })).await.refused(409, "empty");
    xuancheng.post(&path("/1/decline"), json!({ "reason": "本市正在换系统，明年一月起采用" })).await;
    let end =
        sees(&lead, "both replies reach the registrar", |one| one["replies"].as_array().unwrap().len() == 2).await;
    let reply = |is: &str| end["replies"].as_array().unwrap().iter().find(|reply| reply["is"] == is).cloned().unwrap();
    assert_eq!((&reply("taken_over")["version"], &reply("taken_over")["from"]), (&json!(2), &json!(in_days(0))));
    assert_eq!(reply("declined")["reason"], "本市正在换系统，明年一月起采用");
    assert_eq!(version(&clerk, "341800").await, 1);

    // Everyone may read it, and the window says since when the list follows it.
    let desk = Browser::sign_in(&demo.node("jiangsu"), "suzhou-clerk").await;
    let page = until("Jiangsu hears of both", async || {
        let page = desk.page(&format!("/catalogue/{ITEM}/proposal/1")).await;
        page.contains("明年一月起采用").then_some(page)
    })
    .await;
    for words in ["已采用：清单第 2 版", "不采用", "还没有答复", "都采用以后", "数字相片采集回执", "各地要的不一样"]
    {
        assert!(page.contains(words), "no {words} in {page}");
    }
    assert!(!page.contains("<form method=\"post\" action=\"/catalogue"), "a clerk is asked nothing: {page}");
    assert!(desk.page(&format!("/window/new/{ITEM}@340100")).await.contains("起按统一文本更新"));
    assert!(!desk.page(&format!("/window/new/{ITEM}@341800")).await.contains("起按统一文本更新"));
    assert!(desk.page(&format!("/catalogue/{ITEM}")).await.contains("统一文本第 1 号"));
    for nothing in
        ["/catalogue/2020-35-36/proposal/2", "/catalogue/2020-35-36/proposal/x", "/catalogue/none/proposal/1"]
    {
        assert!(desk.page(nothing).await.contains("没有找到"), "{nothing}");
    }
}

#[tokio::test]
async fn who_comes_late_is_told_so_and_the_lead_need_not_wait() {
    let mut demo = Demo::start(&["--now", "2026-11-23"]).await;
    let lead = demo.sign_in("registrar", "registrar").await;
    let hefei = demo.sign_in("anhui", "hefei-ga").await;
    let made = lead.tell(&path(""), &proposal("2026-11-24")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    sees(&hefei, "the proposal reaches Anhui", |one| one["state"] == "open").await;
    demo.stop();
    let (registrar, anhui) = (demo.node("registrar"), demo.node("anhui"));
    let _lead = registrar.serve(&["--now", "2026-11-25"]).await;
    let _there = anhui.serve(&["--now", "2026-11-25"]).await;
    let (lead, hefei) = (registrar.sign_in("registrar").await, anhui.sign_in("hefei-ga").await);
    hefei.tell(&path("/1/position"), &agree()).await.refused(409, "proposal-over");
    assert_eq!(first(&lead).await["state"], "ripe");
    lead.post(&path("/1/settle"), json!({ "adopted": false, "reason": "没有单位表态" })).await;
    let end = sees(&hefei, "the outcome reaches Anhui", |one| one["state"] == "let_go").await;
    assert_eq!(end["settled"]["reason"], "没有单位表态");
    hefei.tell(&path("/1/take-over"), &json!({})).await.refused(409, "proposal-not-adopted");
}

#[tokio::test]
async fn the_pages_ask_who_is_asked_and_lose_nothing_that_was_typed() {
    let demo = Demo::start(&[]).await;
    let item = "2020-35-25";
    let registrar = demo.node("registrar");
    let lead = Browser::sign_in(&registrar, "registrar").await;
    let page = format!("/catalogue/{item}/propose");
    assert!(lead.page("/registrar").await.contains("href=\"/catalogue\""));
    assert!(lead.page(&format!("/catalogue/{item}")).await.contains(&format!("href=\"{page}\"")));

    // Xuancheng asks for a mandate, which most do not: both can be chosen, and it is said who says what.
    let form = until("the item stands in a dossier", async || {
        Some(lead.page(&page).await).filter(|form| form.contains("name=\"clause-0\""))
    })
    .await;
    for words in ["材料：委托书", "不要（多数做法", "安徽省宣城市", "不动，各地照旧", "1 地与多数做法不同"]
    {
        assert!(form.contains(words), "no {words} in {form}");
    }
    let group = &form[form.find("材料：委托书").unwrap()..];
    let mut values = group.split("value=\"").map(|rest| &rest[..rest.find('"').unwrap_or(0)]);
    let unwanted = values.nth(2).unwrap();
    assert_eq!(unwanted.len(), 16, "the choice after leaving it alone: {unwanted}");
    let reason = "委托书多数地方都不要";
    let day = in_days(10);
    let until_day = day.as_str();
    let send = async |fields: &[(&str, &str)]| {
        let answer = lead.submit(&page, &page, fields).await;
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (answer.status().as_u16(), to, answer.text().await.unwrap())
    };
    let (status, _, told) = send(&[("clause-0", ""), ("reason", reason), ("until", until_day)]).await;
    assert!(status == 422 && told.contains("还没有选要统一的") && told.contains(reason), "{told}");
    let (status, _, told) = send(&[("clause-0", "0123456789abcdef"), ("reason", reason), ("until", until_day)]).await;
    assert!(status == 422 && told.contains("choice-gone") && told.contains(reason), "{told}");
    let (status, _, told) = send(&[("clause-0", unwanted), ("reason", ""), ("until", until_day)]).await;
    assert!(status == 409 && told.contains("href=\"#reason\""), "{told}");
    let chosen = format!("value=\"{unwanted}\" checked");
    assert!(told.contains(&chosen), "what was chosen stays: {told}");
    let (status, _, told) = send(&[("clause-0", unwanted), ("reason", reason), ("until", "2020-01-01")]).await;
    assert!(status == 409 && told.contains("href=\"#until\"") && told.contains("proposal-term"), "{told}");
    let (status, to, _) = send(&[("clause-0", unwanted), ("reason", reason), ("until", until_day)]).await;
    let address = format!("/catalogue/{item}/proposal/1");
    assert_eq!((status, to), (303, Some(format!("{address}?done=proposed"))));
    let told = lead.page(&address).await;
    assert!(told.contains("还有 9 个单位没有表态") && told.contains("不要"), "{told}");
    assert!(lead.page("/catalogue").await.contains("正在征求意见的统一文本"));
    let stranger = Browser::sign_in(&demo.node("anhui"), "hefei-gjj").await;
    assert!(stranger.page(&page).await.contains("forbidden"), "only the lead proposes");

    // Kept until it is answered; the officer is led there.
    let officer = stranger;
    until("the officer's inbox asks", async || {
        officer.page("/authority").await.contains("有 1 个统一文本等您单位表态或采用").then_some(())
    })
    .await;
    let step = format!("{address}/position");
    let answer = officer.submit(&address, &step, &[("reason", "可以")]).await;
    assert_eq!(answer.status().as_u16(), 422);
    let told = answer.text().await.unwrap();
    assert!(told.contains("请选同意") && told.contains("可以"), "{told}");
    let answer = officer.submit(&address, &step, &[("stance", "disagree"), ("reason", "")]).await;
    assert_eq!(answer.status().as_u16(), 409);
    assert!(answer.text().await.unwrap().contains("href=\"#reason\""));
    let answer = officer.submit(&address, &step, &[("stance", "agree"), ("reason", "")]).await;
    assert_eq!(answer.headers()["location"], format!("{address}?done=sent").as_str());
    assert!(!officer.page("/authority").await.contains("等您单位表态或采用"));
    assert_eq!(officer.submit(&address, &format!("{address}/nothing"), &[]).await.status().as_u16(), 404);
    let settle = officer.submit(&address, &format!("{address}/settle"), &[("outcome", "adopt")]).await;
    assert_eq!(settle.status().as_u16(), 403);
}
