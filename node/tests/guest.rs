//! A partner without a node: it decides at a guest desk of the node that takes in, and takes its open cases along when it
//! has a node of its own.

mod support;

use std::fs;

use serde_json::{Value, json};
use support::*;

const WORLD: &str = include_str!("../../data/demo/world.json");

fn kunming(number: u32) -> Value {
    with(row_25("530100", number), json!({ "take_in": true, "hand_over": true }))
}

/// Sends a form as a browser does.
async fn post(http: &reqwest::Client, address: &str, fields: &[(&str, &str)], cookie: &str) -> reqwest::Response {
    let mut form = reqwest::Url::parse("http://form/").unwrap();
    form.query_pairs_mut().extend_pairs(fields);
    let body = form.query().unwrap_or_default().to_owned();
    let request = http.post(address).header("content-type", "application/x-www-form-urlencoded").body(body);
    let request = if cookie.is_empty() { request } else { request.header("cookie", cookie) };
    request.send().await.unwrap()
}

#[tokio::test]
async fn one_node_alone_carries_a_case_to_its_end_with_a_guest() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let guest = demo.sign_in("jiangsu", "kunming-gjj").await;
    let id = clerk.open(kunming(501)).await;
    guest.sees(&id, "handed_over").await;
    guest.act(&id, "accept", json!({})).await;
    guest.act(&id, "decide", granted("window")).await;
    clerk.act(&id, "deliver", json!({ "way": "window" })).await;
    let end = clerk.sees(&id, "delivered").await;
    // The log says that it was entered there.
    assert_eq!(end["case"]["drafted"]["handling"]["guest"], true);
    assert_eq!(end["case"]["drafted"]["handling"]["node"], "jiangsu");
    let verified = demo.verified("jiangsu", &id);
    assert_eq!(verified.chain.participants().len(), 1);
}

#[tokio::test]
async fn a_guest_is_invited_by_a_link_and_a_code() {
    let demo = Demo::shared().await;
    let address = demo.node("jiangsu").address;
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let nobody = reqwest::Client::builder().no_proxy().build().unwrap();
    let hidden = |text: &str, name: &str| {
        let at = text.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in {text}"));
        let value = &text[at..];
        let value = &value[value.find("value=\"").unwrap() + 7..];
        value[..value.find('"').unwrap()].to_owned()
    };
    let credentials = [("login", "jiangsu-admin"), ("password", "yanlian2026"), ("back", "/admin/guests")];
    let signed = post(&browser, &format!("{address}/login"), &credentials, "").await;
    let cookie = signed.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let form = browser.get(format!("{address}/admin/guests")).header("cookie", &cookie).send().await.unwrap();
    let form = form.text().await.unwrap();
    let org = {
        let at = form.find("<option value=\"").unwrap() + 15;
        form[at..at + 18].to_owned()
    };
    let (csrf, once) = (hidden(&form, "csrf"), hidden(&form, "once"));
    let fields = [
        ("csrf", &*csrf),
        ("once", &*once),
        ("page", "/admin/guests"),
        ("org", &*org),
        ("name", "试验员"),
        ("staff", "KM-777"),
    ];
    let made = post(&browser, &format!("{address}/admin/guests"), &fields, &cookie).await.text().await.unwrap();
    let at = made.find("/guest/").expect("a link") + 7;
    let token = &made[at..at + 32];
    let code = {
        let at = made.find("<strong>").map(|_| made.rfind("<dd><strong>").unwrap() + 12).unwrap();
        &made[at..at + 6]
    };
    let link = format!("{address}/guest/{token}");
    assert!(nobody.get(&link).send().await.unwrap().text().await.unwrap().contains("试验员"));
    let begin = async |code: &str, password: &str| {
        let fields = [("code", code), ("login", "kunming-new"), ("password", password)];
        post(&browser, &link, &fields, "").await.status().as_u16()
    };
    assert_eq!(begin("000000x", "guest-password-1").await, 422);
    assert_eq!(begin(code, "short").await, 422);
    assert_eq!(begin(code, "guest-password-1").await, 303);
    assert_eq!(begin(code, "guest-password-1").await, 404, "it holds once");
    let guest = demo.node("jiangsu").sign_in_with("kunming-new", "guest-password-1").await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(kunming(502)).await;
    guest.sees(&id, "handed_over").await;
}

#[tokio::test]
async fn the_open_cases_of_a_guest_move_to_its_own_node_whole() {
    let mut demo = Demo::start(&[]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let guest = demo.sign_in("jiangsu", "kunming-gjj").await;
    let (open, done) = (clerk.open(kunming(503)).await, clerk.open(kunming(504)).await);
    guest.act(&open, "accept", json!({})).await;
    guest.act(&done, "accept", json!({})).await;
    guest.act(&done, "decide", granted("online")).await;
    guest.act(&done, "deliver", json!({ "way": "online" })).await;
    let registrar = demo.node("registrar");
    let fingerprint = registrar.config().trust.to_string();
    demo.stop();

    let folder = tempfile::Builder::new().prefix("tongban-guest").tempdir().unwrap();
    let port = free_ports(1);
    let yunnan = Node {
        name: "yunnan".to_owned(),
        folder: folder.path().join("yunnan"),
        address: format!("http://127.0.0.1:{port}"),
    };
    #[rustfmt::skip]
    run(&[
        "init", "--data", yunnan.data(), "--node", "yunnan", "--name", "云南省演练通办", "--drill", "--region", "530000",
        "--listen", &format!("127.0.0.1:{port}"), "--registrar", &registrar.address, "--trust", &fingerprint,
    ]).fine();
    run(&["trust", "add", "--data", registrar.data(), yunnan.folder.join("node-card.json").to_str().unwrap()]).fine();
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let mut org = world["organisations"].as_array().unwrap().iter().find(|org| org["guest"] == true).unwrap().clone();
    org["guest"] = json!(false);
    org["node"] = json!("yunnan");
    let guide = world["implementations"].as_array().unwrap().iter().find(|one| one["region"] == "530100").unwrap();
    for (kind, what) in [("organisations", json!([org])), ("implementations", json!([guide]))] {
        let file = folder.path().join(format!("{kind}.json"));
        fs::write(&file, what.to_string()).unwrap();
        run(&["publish", "--data", yunnan.data(), kind, file.to_str().unwrap()]).fine();
    }
    let mut account = std::process::Command::new(env!("CARGO_BIN_EXE_tongban"));
    account.args([
        "account",
        "add",
        "--data",
        yunnan.data(),
        "--login",
        "kunming",
        "--role",
        "officer",
        "--name",
        "昆明",
    ]);
    account.args(["--org", org["uscc"].as_str().unwrap(), "--staff", "KM-1"]);
    run_with(&mut account, "yanlian2026\n").fine();
    // Each of them waits for what the others say of themselves.
    let ((), _serving) = tokio::join!(demo.start_again(), yunnan.serve(&[]));

    let own = yunnan.sign_in("kunming").await;
    let moved = until_within(std::time::Duration::from_secs(90), "the open case moves", async || {
        let answer = own.ask(&format!("/api/v1/cases/{open}")).await;
        (answer.status == 200).then_some(answer.body)
    })
    .await;
    assert_eq!(
        (&moved["phase"], &moved["case"]["drafted"]["handling"]["node"]),
        (&json!("accepted"), &json!("yunnan"))
    );
    own.ask(&format!("/api/v1/cases/{done}")).await.refused(404, "case-not-found");
    own.act(&open, "decide", granted("online")).await;
    own.act(&open, "deliver", json!({ "way": "online" })).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let end = both_see(&clerk, &own, &open, "delivered").await;
    assert!(acts(&end).contains(&"moved"));
    // New ones go to the new node.
    let next = clerk.open(kunming(505)).await;
    own.sees(&next, "handed_over").await;
}
