//! Digests over HTTP: what nodes tell of a month that is over reaches every node, and says nothing of single cases.

mod support;

use serde_json::Value;
use support::*;
use tongban::text::Lang;
use tongban_core::digest::Reason;
use tongban_core::network::tie::Relation;

async fn page(node: &Node, path: &str) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("{}{path}", node.address)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Waits until a node has read what another told of a month.
async fn told(node: &Node, by: &str, month: &str) -> Value {
    until(&format!("{} reads {month} of {by}", node.name), async || {
        let answer = node.nobody().ask(&format!("/api/v1/digests/{by}/{month}")).await;
        (answer.status == 200).then_some(answer.body)
    })
    .await
}

fn rows<'a>(told: &'a Value, relation: &str) -> Vec<&'a Value> {
    let all = told["rows"].as_array().unwrap().iter().map(|row| &row["row"]);
    all.filter(|row| row["relation"] == relation).collect()
}

#[test]
fn every_word_of_a_digest_is_there() {
    let reasons = Reason::ALL.map(|reason| format!("digest-reason-{}", reason.name()));
    // What is said in public dossiers, and that applicants applied, stands in no digest.
    let told = Relation::ALL.into_iter().filter(|one| *one > Relation::AppliesTo && *one < Relation::Proposes);
    let told = told.map(|one| format!("relation-{}", one.name().replace('_', "-")));
    for key in told.chain(reasons) {
        assert!(Lang::Zh.has(&key) && Lang::En.has(&key), "no {key}");
    }
}

#[tokio::test]
async fn two_nodes_tell_of_a_month_and_read_each_other() {
    let mut demo = Demo::start(&["--now", "2026-10-20"]).await;
    let (jiangsu, anhui) = (demo.node("jiangsu"), demo.node("anhui"));
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let officer = anhui.sign_in("hefei-gjj").await;
    let mut cases = Vec::new();
    for number in 0..4 {
        cases.push(clerk.open(suzhou_to_hefei(880 + number)).await);
    }
    for id in &cases {
        officer.sees(id, "handed_over").await;
        officer.act(id, "receive", serde_json::json!({})).await;
    }
    // One is accepted, and is too little to be told.
    officer.act(&cases[0], "accept", serde_json::json!({})).await;
    clerk.sees(&cases[3], "received").await;
    // The month is not over.
    assert_eq!(jiangsu.nobody().ask("/api/v1/digests/jiangsu/2026-10").await.status, 404);

    demo.stop();
    let later = ["--now", "2026-11-10"];
    let (_here, _there) = (jiangsu.serve(&later).await, anhui.serve(&later).await);
    let _besides = demo.node("zhejiang").serve(&later).await;
    // Each reads what the other told: the receiving place what it took in, the authority that it received it.
    let theirs = told(&anhui, "jiangsu", "2026-10").await;
    let handed = rows(&theirs, "hands_to");
    assert_eq!(handed.len(), 1, "{theirs}");
    assert_eq!(
        (&handed[0]["count"], &handed[0]["item"], &handed[0]["subject"]),
        (&4.into(), &"2020-35-25".into(), &"person".into())
    );
    assert!(rows(&theirs, "receives_from").is_empty(), "another's to tell: {theirs}");
    assert!(rows(&theirs, "applies_to").is_empty(), "{theirs}");
    let ours = told(&jiangsu, "anhui", "2026-10").await;
    let received = rows(&ours, "receives_from");
    assert_eq!((received.len(), &received[0]["count"], &received[0]["sign"]), (1, &4.into(), &1.into()), "{ours}");
    assert_eq!((&received[0]["from"], &received[0]["to"]), (&handed[0]["to"], &handed[0]["from"]));
    for told in [&theirs, &ours] {
        assert!(told["rows"].as_array().unwrap().iter().all(|row| row["row"]["count"].as_u64() >= Some(3)), "{told}");
        assert!(cases.iter().all(|id| !told.to_string().contains(id.as_str())), "no case is named: {told}");
    }
    // Whoever had nothing to tell before begins with this month, and says so.
    let begun = async || {
        let all = jiangsu.nobody().get("/api/v1/digests").await;
        let theirs = all.as_array()?.iter().find(|one| one["node"] == "zhejiang")?.clone();
        (theirs["from"] == "2026-11" && theirs["months"].as_array()?.is_empty()).then_some(())
    };
    until("zhejiang has begun its digest", begun).await;

    // It is a dossier like any other: every byte of it is signed.
    let verified = demo.verified("jiangsu", ours["dossier"].as_str().unwrap());
    assert_eq!(verified.chain.kind(), "digest");
    let (status, list) = page(&jiangsu, "/network/digests").await;
    assert!(
        status == 200 && list.contains("/network/digests/anhui/2026-10") && list.contains("第一个月过完以后公布"),
        "{list}"
    );
    let (status, shown) = page(&jiangsu, "/network/digests/anhui/2026-10").await;
    assert!(status == 200 && shown.contains("签收") && shown.contains("digest.csv"), "{shown}");
    let (status, file) = page(&jiangsu, "/network/digests/anhui/2026-10/digest.csv").await;
    assert!(
        status == 200 && file.contains("\"签收\"") && file.contains(received[0]["from"].as_str().unwrap()),
        "{file}"
    );
    assert_eq!(page(&jiangsu, "/network/digests/anhui/2026-11").await.0, 404);
    assert_eq!(page(&jiangsu, "/network/digests/nobody/2026").await.0, 404);
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    clerk.open(suzhou_to_hefei(889)).await;
    months_and_days(&Browser::sign_in(&jiangsu, "jiangsu-admin").await).await;
}

/// In the picture of a node's own network each month can be looked at by itself; in its report each fact has its day, and
/// each number leads to its fact.
async fn months_and_days(admin: &Browser) {
    let asked = "of=own&from=2026-10-01";
    let shown = async || {
        let page = admin.page(&format!("/network/picture?{asked}&at=2026-10")).await;
        page.contains("at=2026-11\"").then_some(page)
    };
    let shown = until("there is a way to the next month", shown).await;
    assert!(
        shown.contains("<option value=\"2026-10\" data-told=\"2026 年 10 月："),
        "a choice without scripts: {shown}"
    );
    assert!(shown.contains("data-slider"), "{shown}");
    assert!(shown.contains("from=2026-10-01&amp;until=2026-10-31&amp;"), "ties open their month: {shown}");
    let none = admin.page(&format!("/network/picture?{asked}&at=2020-01")).await;
    assert!(none.contains("没有“2020-01”这一期"), "{none}");
    let frames = admin.page(&format!("/network/picture/frames?{asked}")).await;
    assert_eq!(frames.matches("<template data-at=").count(), 3, "the whole time and two months: {frames}");
    let saved = admin.page(&format!("/network/picture.svg?{asked}&at=2026-10")).await;
    assert!(saved.contains("2026 年 10 月") && !saved.contains("href="), "{saved}");

    let report = admin.page(&format!("/network/report?{asked}")).await;
    let numbers: Vec<&str> = report.split("href=\"#f").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!numbers.is_empty(), "{report}");
    for number in numbers {
        assert!(report.contains(&format!("<span id=\"f{number}\">")), "nothing stands at {number}: {report}");
    }
    assert!(report.contains("<div>2026-10-"), "the day of a fact, not the month: {report}");
    assert!(!report.contains(">2020-35-25<"), "an item by its name: {report}");
}
