//! A day's hand-over lists: what is on them, who sees them, that every case on one is recorded as read, and that a printed one
//! can be checked.

mod support;

use serde_json::json;
use sqlx::{AnyConnection, Connection as _, Row as _};
use support::*;
use tongban_core::dossier::suite::unhex;

const HEFEI: &str = "12993401000000027A";

/// A page, as the account sees it; its status and text.
async fn page(http: &reqwest::Client, address: &str, cookie: &str) -> (u16, String) {
    let answer = http.get(address).header("cookie", cookie).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn sign_in(http: &reqwest::Client, node: &Node, login: &str) -> String {
    let body = format!("login={login}&password={PASSWORD}");
    let request = http.post(format!("{}/login", node.address)).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.send().await.unwrap();
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_day_is_handed_over_with_one_list_that_can_be_checked() {
    let demo = Demo::start_over(false, &[]).await;
    let node = demo.node("jiangsu");
    let clerk = node.sign_in("suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let (one, two) = (clerk.open(suzhou_to_hefei(451)).await, clerk.open(suzhou_to_hefei(452)).await);
    let kept = clerk.open(with(row_25("340100", 453), json!({ "take_in": true }))).await;
    let papers = json!([{ "key": "contract", "what": "借款合同", "count": 2, "send": true }]);
    clerk.act(&one, "papers", json!({ "what": "taken", "papers": papers })).await;
    let courier = json!({ "company": "演练速递", "number": "YL0451" });
    let sent = json!({ "what": "sent", "papers": ["contract"], "to": "handling", "courier": courier });
    clerk.act(&one, "papers", sent).await;
    officer.act(&two, "accept", json!({})).await;
    officer.act(&two, "decide", granted("window")).await;
    clerk.sees(&two, "decided").await;
    let number = |case: serde_json::Value| case["number"].as_str().unwrap().to_owned();
    let (first, second) = (number(clerk.case(&one).await), number(clerk.case(&two).await));
    let third = number(clerk.case(&kept).await);

    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let cookie = sign_in(&http, &node, "suzhou-clerk").await;
    let at = |path: &str| format!("{}{path}", node.address);
    let (status, overview) = page(&http, &at("/window/lists"), &cookie).await;
    assert_eq!(status, 200);
    assert!(overview.contains(&format!("to={HEFEI}")) && !overview.contains(&first), "{overview}");
    let (_, list) = page(&http, &at(&format!("/window/lists?to={HEFEI}")), &cookie).await;
    for there in [&*first, &*second, "借款合同 2 份", "演练速递", "YL0451", "交件人", "JJ-320500-"] {
        assert!(list.contains(there), "no {there} in {list}");
    }
    assert!(!list.contains(&third), "what was not handed over is on no list");
    assert!(!list.contains(&name_of(451)) && list.contains("试＊"), "names are masked");
    let (_, back) = page(&http, &at(&format!("/window/lists?way=back&to={HEFEI}")), &cookie).await;
    assert!(back.contains(&second) && !back.contains(&first), "{back}");
    let (_, before) = page(&http, &at(&format!("/window/lists?day=2020-01-02&to={HEFEI}")), &cookie).await;
    assert!(!before.contains(&first));
    // Another window has lists of its own; an officer has none.
    let other = sign_in(&http, &node, "nanjing-clerk").await;
    assert!(!page(&http, &at(&format!("/window/lists?to={HEFEI}")), &other).await.1.contains(&first));
    let stranger = sign_in(&http, &node, "suzhou-gjj").await;
    assert_eq!(page(&http, &at("/window/lists"), &stranger).await.0, 403);

    // Anyone with the sheet checks it, and only as it was printed.
    let check = {
        let start = list.find("/check/list/").expect("a link");
        list[start..start + list[start..].find('"').unwrap()].to_owned()
    };
    let (status, fine) = page(&http, &at(&check), "").await;
    assert!(status == 200 && fine.contains("确实印过") && !fine.contains(&first), "{fine}");
    let parts: Vec<&str> = check.split('/').collect();
    let mut more = parts.clone();
    more[7] = "99";
    assert!(page(&http, &at(&more.join("/")), "").await.1.contains("没有这份文书"));
    assert_eq!(page(&http, &at("/check/list/x/y/z/out/1/1/m"), "").await.0, 404);

    // Each list that was opened is one reading of every case on it.
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&node.database()).await.unwrap();
    for (id, readings) in [(&one, 1), (&two, 2), (&kept, 0)] {
        let text = "SELECT COUNT(*) FROM access WHERE dossier = $1 AND what = 'list'";
        let count: i64 = sqlx::query(text).bind(unhex(id).unwrap()).fetch_one(&mut database).await.unwrap().get(0);
        assert_eq!(count, readings, "{id}");
    }
    database.close().await.unwrap();
}
