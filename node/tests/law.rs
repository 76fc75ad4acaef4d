//! The register of laws over HTTP: what is known from the beginning reaches every node; conflicts are shown wherever an item
//! is handled until they are closed; a change lists what it touches.

mod support;

use serde_json::Value;
use support::*;
use tongban::text::Lang;
use tongban_core::law::{Rank, Remedy, Standing};

async fn page(node: &Node, path: &str) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("{}{path}", node.address)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Waits until a node knows a law, and something of it.
async fn law(node: &Node, key: &str, is_there: impl Fn(&Value) -> bool) -> Value {
    until(&format!("{} knows {key}", node.name), async || {
        let answer = node.nobody().ask(&format!("/api/v1/laws/{key}")).await;
        (answer.status == 200 && is_there(&answer.body)).then_some(answer.body)
    })
    .await
}

#[test]
fn every_word_of_the_register_is_there() {
    let day = jiff::civil::date(2025, 5, 10);
    let standings =
        [Standing::InForce, Standing::NotYet { from: day }, Standing::Ended { since: day }, Standing::Unknown];
    let ranks = Rank::ALL.map(|rank| format!("law-rank-{}", rank.name()));
    let remedies = Remedy::ALL.map(|one| format!("law-by-{}", one.name().replace('_', "-")));
    let standings = standings.map(|one| format!("law-standing-{}", one.name().replace('_', "-")));
    let steps = ["conflict", "close", "amend"].map(|step| [format!("law-do-{step}"), format!("law-done-{step}")]);
    for key in ranks.into_iter().chain(remedies).chain(standings).chain(steps.into_iter().flatten()) {
        assert!(Lang::Zh.has(&key) && Lang::En.has(&key), "no {key}");
    }
}

#[tokio::test]
async fn a_conflict_is_shown_where_the_item_is_handled_until_it_is_closed() {
    let demo = Demo::start(&[]).await;
    let (registrar, jiangsu) = (demo.node("registrar"), demo.node("jiangsu"));

    // What is known from the beginning reaches the others: the marriage conflict, closed, with its evidence.
    let marriage = law(&jiangsu, "marriage-registration", |law| law["conflicts"][0]["closed"].is_object()).await;
    assert_eq!(marriage["conflicts"][0]["closed"]["on"], "2025-05-10");
    assert_eq!(marriage["conflicts"][0]["closed"]["by"], "law_amended");
    assert_eq!(marriage["conflicts"].as_array().unwrap().len(), 1);
    let (_, list) = page(&jiangsu, "/law").await;
    assert!(list.contains("婚姻登记条例") && list.contains("已了结") && list.contains("2025-05-10"), "{list}");
    let (status, shown) = page(&jiangsu, "/law/marriage-registration").await;
    assert_eq!(status, 200);
    for there in ["第四条", "已失效", "户籍地", "2025-05-10 了结", "内地居民婚姻登记", "凭记忆"] {
        assert!(shown.contains(there), "no {there} in {shown}");
    }
    assert!(!shown.contains("没办完的办件"), "the public sees no cases: {shown}");
    assert_eq!(page(&jiangsu, "/law/none").await.0, 404);
    jiangsu.nobody().ask("/api/v1/laws/none").await.refused(404, "case-not-found");
    // Closed, it is history on the item's page, and no more.
    let (_, guide) = page(&jiangsu, "/items/2020-35-43").await;
    assert!(guide.contains("以前的法律冲突") && !guide.contains("还没有了结"), "{guide}");

    // The registrar records one with another item.
    law(&registrar, "cross-province-2020", |_| true).await;
    let desk = Browser::sign_in(&registrar, "registrar").await;
    let path = "/law/cross-province-2020";
    let wrong = [
        ("step", "conflict"),
        ("conflict-article", "优化业务模式"),
        ("conflict-items", "2020-35-25 nothing"),
        ("conflict-what", "演练：这一条与贷款结清证明的演练做法不一致"),
        ("conflict-since", "上周"),
        ("conflict-source", "演练文件"),
        ("conflict-date", "2026-01-01"),
        ("conflict-shows", "演练"),
    ];
    let again = desk.submit(path, path, &wrong).await;
    assert_eq!(again.status().as_u16(), 422);
    let again = again.text().await.unwrap();
    for there in ["没有“nothing”", "请写日子", "演练：这一条与贷款结清证明的演练做法不一致", "2020-35-25 nothing"]
    {
        assert!(again.contains(there), "no {there} in {again}");
    }
    let right: Vec<(&str, &str)> = wrong
        .iter()
        .map(|(field, value)| match *field {
            "conflict-items" => ("conflict-items", "2020-35-25"),
            "conflict-since" => ("conflict-since", "2026-01-01"),
            field => (field, *value),
        })
        .collect();
    assert_eq!(desk.submit(path, path, &right).await.status().as_u16(), 303);
    // A rule says no with its code, and nothing that was typed is lost.
    let future: Vec<(&str, &str)> = right
        .iter()
        .map(|(field, value)| if *field == "conflict-since" { (*field, "2999-01-01") } else { (*field, *value) })
        .collect();
    let refused = desk.submit(path, path, &future).await;
    assert_eq!(refused.status().as_u16(), 422);
    let refused = refused.text().await.unwrap();
    assert!(refused.contains("conflict-day") && refused.contains("2999-01-01"), "{refused}");

    // It stands wherever the item is handled, at another node.
    law(&jiangsu, "cross-province-2020", |law| law["conflicts"].as_array().is_some_and(|all| all.len() == 1)).await;
    let banner = "还没有了结：演练：这一条与贷款结清证明";
    for there in ["/items/2020-35-25", "/catalogue/2020-35-25"] {
        let (_, text) = page(&jiangsu, there).await;
        assert!(text.contains(banner), "{there}: {text}");
    }
    let window = Browser::sign_in(&jiangsu, "suzhou-clerk").await;
    assert!(window.page("/window/new/2020-35-25@340100").await.contains(banner));
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(471)).await;
    assert!(window.page(&format!("/window/cases/{id}")).await.contains(banner));
    let (officer, anhui) = (demo.sign_in("anhui", "hefei-gjj").await, demo.node("anhui"));
    officer.sees(&id, "handed_over").await;
    law(&anhui, "cross-province-2020", |law| law["conflicts"].as_array().is_some_and(|all| all.len() == 1)).await;
    let authority = Browser::sign_in(&anhui, "hefei-gjj").await;
    assert!(authority.page(&format!("/authority/cases/{id}")).await.contains(banner));
    // Staff see how many cases are open here.
    assert!(window.page(path).await.contains("没办完的办件共 1 件"));

    // Nobody else writes in the register.
    assert_eq!(window.submit("/window/new/2020-35-25@340100", path, &right).await.status().as_u16(), 403);

    // Closed, it is gone from there.
    let close = [
        ("step", "close"),
        ("close-conflict", "1"),
        ("close-on", "2026-02-01"),
        ("close-by", "item_amended"),
        ("close-why", "演练：做法改了"),
        ("close-source", "演练文件"),
        ("close-date", "2026-02-01"),
        ("close-shows", "演练"),
    ];
    assert_eq!(desk.submit(path, path, &close).await.status().as_u16(), 303);
    let closed = law(&jiangsu, "cross-province-2020", |law| law["conflicts"][0]["closed"].is_object()).await;
    assert_eq!(closed["conflicts"][0]["closed"]["by"], "item_amended");
    assert!(!window.page("/window/new/2020-35-25@340100").await.contains(banner));
    assert!(page(&jiangsu, "/items/2020-35-25").await.1.contains("以前的法律冲突"));
}

#[tokio::test]
async fn who_rests_on_an_amended_law_is_told_to_look() {
    let demo = Demo::start(&[]).await;
    let (registrar, jiangsu) = (demo.node("registrar"), demo.node("jiangsu"));
    let before = law(&jiangsu, "housing-fund", |_| true).await;
    let touched = before["touches"]["implementations"].as_array().unwrap();
    assert!(touched.iter().any(|id| id == "2020-35-24@320500"), "{touched:?}");
    let admin = Browser::sign_in(&jiangsu, "jiangsu-admin").await;
    assert!(!admin.page("/admin/catalogue").await.contains("依据已修订"));

    law(&registrar, "housing-fund", |_| true).await;
    let desk = Browser::sign_in(&registrar, "registrar").await;
    let path = "/law/housing-fund";
    let amend = [
        ("step", "amend"),
        ("amend-change", "text"),
        ("amend-article", "第二十四条"),
        ("amend-from", "2026-01-01"),
        ("amend-text", "演练：提取条件改了"),
        ("amend-source", "演练文件"),
        ("amend-mark", "recalled"),
        ("amend-reason", "演练"),
    ];
    assert_eq!(desk.submit(path, path, &amend).await.status().as_u16(), 303);
    // The same once more would put two texts on one day.
    let twice = desk.submit(path, path, &amend).await;
    assert_eq!(twice.status().as_u16(), 422);
    assert!(twice.text().await.unwrap().contains("law-articles-overlap"));
    let after = law(&jiangsu, "housing-fund", |law| law["revisions"][0]["articles"].is_array()).await;
    assert_eq!(after["instrument"]["articles"][0]["number"], "第二十四条");
    let work = admin.page("/admin/catalogue").await;
    assert!(work.contains("依据已修订，请核对") && work.contains("2020-35-24@320500"), "{work}");
    assert!(!work.contains("2020-35-24@340100"), "another node's: {work}");
    assert!(page(&jiangsu, "/catalogue/2020-35-24").await.1.contains("依据已修订，请核对"));
    let (_, guide) = page(&jiangsu, "/items/2020-35-24?there=340100").await;
    assert!(guide.contains("依据已修订，请核对") && guide.contains("依据条款"), "{guide}");

    // An article that ended is said to have ended.
    let end = [
        ("step", "amend"),
        ("amend-change", "end"),
        ("amend-article", "第二十四条"),
        ("amend-from", "2026-06-01"),
        ("amend-reason", "演练"),
    ];
    assert_eq!(desk.submit(path, path, &end).await.status().as_u16(), 303);
    let ended = law(&jiangsu, "housing-fund", |law| law["revisions"][1].is_object()).await;
    assert_eq!(ended["instrument"]["articles"][0]["until"], "2026-06-01");
    let unknown =
        [("step", "amend"), ("amend-change", "end"), ("amend-article", "第九条"), ("amend-from", "2026-06-01")];
    let unknown = desk.submit(path, path, &unknown).await.text().await.unwrap();
    assert!(unknown.contains("没有登记第九条") && unknown.contains("这一项要填"), "{unknown}");
}
