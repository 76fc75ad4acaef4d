//! Places compared: pages and API over the demo's documents, and how many cases differing lists have hurt.

mod support;

use serde_json::json;
use support::*;
use tongban::text::Lang;
use tongban_core::catalogue::compare::{Difference, Kind};

async fn page(node: &Node, path: &str) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = http.get(format!("{}{path}", node.address)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[test]
fn every_difference_has_its_sentence() {
    let cells = ["same", "other", "more", "missing", "apart", "absent"].map(|cell| format!("catalogue-cell-{cell}"));
    let kinds = Kind::ALL.map(|kind| format!("catalogue-kind-{}", kind.name()));
    let differences = Difference::CODES.iter().map(|code| format!("differs-{code}"));
    for key in differences.chain(cells).chain(kinds) {
        assert!(Lang::Zh.has(&key) && Lang::En.has(&key), "no {key}");
    }
}

#[tokio::test]
async fn places_are_compared_and_what_their_differences_cost_is_counted() {
    let demo = Demo::start(&[]).await;
    let node = demo.node("jiangsu");

    // Anyone may read it.
    let (status, list) = page(&node, "/catalogue").await;
    assert_eq!(status, 200);
    assert!(list.contains("/catalogue/2020-35-25") && list.contains("一致程度"), "{list}");
    // All items by province: each cell leads to what it was found of, and its colour is not all that it says.
    let (status, provinces) = page(&node, "/catalogue/provinces").await;
    assert_eq!(status, 200);
    for there in ["/catalogue/2020-35-25?within=340000", "data-head=\"安徽省\"", "class=\"share", "%</a>"] {
        assert!(provinces.contains(there), "no {there} in {provinces}");
    }
    let (_, none) = page(&node, "/catalogue/provinces?q=没有这样的事&after=7").await;
    assert!(none.contains("没有这样的事项") && !none.contains("within="), "{none}");
    let (status, matrix) = page(&node, "/catalogue/2020-35-25").await;
    assert_eq!(status, 200);
    for there in ["委托书", "只有这里有", "安徽省宣城市", "多出", "<svg class=\"heat\"", "<table>"] {
        assert!(matrix.contains(there), "no {there} in {matrix}");
    }
    let (_, anhui) = page(&node, "/catalogue/2020-35-25?within=340000").await;
    assert!(anhui.contains("data-head=\"安徽省合肥市\"") && !anhui.contains("data-head=\"江苏省苏州市\""), "{anhui}");
    let (status, _) = page(&node, "/catalogue/2020-35-25?one=320500&other=341800").await;
    assert_eq!(status, 303);
    let (status, pair) = page(&node, "/catalogue/2020-35-25/320500/341800").await;
    assert_eq!(status, 200);
    assert!(pair.contains("对方另要：委托书") && pair.contains("有 0 件"), "{pair}");
    let (_, turned) = page(&node, "/catalogue/2020-35-25/341800/320500").await;
    assert!(turned.contains("对方不要：委托书"), "{turned}");
    // A place's own name makes no difference.
    let (_, same) = page(&node, "/catalogue/2020-35-25/320500/340100").await;
    assert!(same.contains("两地要求一样") && same.contains("100.0%"), "{same}");
    for nothing in ["/catalogue/none", "/catalogue/2020-35-25/320500/110000", "/catalogue/2020-35-25/320500/x"] {
        assert_eq!(page(&node, nothing).await.0, 404, "{nothing}");
    }
    // Nothing is made up where a place says nothing.
    assert!(pair.contains("编码待核实") && !pair.contains("咨询电话"), "{pair}");
    let (_, guide) = page(&node, "/items/2020-35-25").await;
    assert!(guide.contains("href=\"/catalogue/2020-35-25\""), "{guide}");

    // At the window, against the window's own region.
    let desk = Browser::sign_in(&node, "suzhou-clerk").await;
    let begin = desk.page("/window/new/2020-35-25@341800").await;
    assert!(begin.contains("与本地不同的地方") && begin.contains("对方另要：委托书"), "{begin}");
    assert!(!desk.page("/window/new/2020-35-25@340100").await.contains("与本地不同的地方"));

    // A case that comes back for a material is counted, one that comes back for a broken file is not.
    let clerk = node.sign_in("suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let (one, two) = (clerk.open(suzhou_to_hefei(461)).await, clerk.open(suzhou_to_hefei(462)).await);
    for (id, reason) in [(&one, "material-missing"), (&two, "file-unreadable")] {
        officer.sees(id, "handed_over").await;
        officer.act(id, "return", json!({ "reason": reason, "note": "请补" })).await;
        clerk.sees(id, "returned").await;
    }
    let (_, pair) = page(&node, "/catalogue/2020-35-25/320500/340100").await;
    assert!(pair.contains("有 1 件"), "{pair}");
    let compared = clerk.get("/api/v1/catalogue/items/2020-35-25/compare?here=320500&there=341800").await;
    assert_eq!(compared["hurt"], 1);
    assert_eq!(compared["places"].as_array().unwrap().len(), 9);
    assert_eq!(compared["pair"]["differences"][0]["code"], "material-more");
    let figure = compared["conformity"].as_f64().unwrap();
    assert!(figure > 0.9 && figure < 1.0, "{figure}");
    let lines = compared["elements"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["only"] == "341800" && line["common"].is_null()), "{lines:?}");
    assert_eq!(clerk.ask("/api/v1/catalogue/items/none/compare").await.status, 404);
    assert_eq!(clerk.ask("/api/v1/catalogue/items/2020-35-25/compare?here=1&there=2").await.status, 422);
    // The list begins with what hurts.
    let (_, list) = page(&node, "/catalogue").await;
    let first = list.find("/catalogue/2020-35-").map(|at| &list[at..at + 21]);
    assert_eq!(first, Some("/catalogue/2020-35-25"));
}
