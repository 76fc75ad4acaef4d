//! The second factor: turned on, asked for at every door, no code twice, turned off.

use std::time::Duration;

use serde_json::json;
use totp_rs::{Algorithm, Secret, TOTP};

use super::demo::{House, PASSWORD};
use super::hand::Hand;

const LOGIN: &str = "nanjing-clerk";

/// The story.
pub async fn tell(house: &'static House) {
    let mut clerk = Hand::new(house, "Nanjing clerk").await;
    clerk.sign_in("jiangsu", LOGIN).await;
    clerk.press("header a.who").await;
    clerk.look("second factor, to turn on").await;
    // What the telephone reads from the picture, the page also shows.
    let secret = Secret::Encoded(clerk.text("main code").await).to_bytes().unwrap();
    let telephone = TOTP::new(Algorithm::SHA1, 6, 1, 30, secret).unwrap();
    let now = || u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
    clerk.write("#code", "000000").await;
    clerk.press("main form button.primary").await;
    clerk.expect("动态码不对").await;
    clerk.look("second factor, wrong code").await;
    // A code of the step before and one of the step after count too: so the story need not wait for the next one.
    while now() % 30 > 20 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let first = telephone.generate(now() - 30);
    clerk.write("#code", &first).await;
    clerk.press("main form button.primary").await;
    clerk.expect("已开启").await;
    clerk.look("second factor, on").await;

    // The interface for programs asks for it too.
    let sessions = house.at("jiangsu", "/api/v1/sessions");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let sign_in = async |code: &str| {
        let body = json!({ "login": LOGIN, "password": PASSWORD, "code": code });
        let answer = http.post(&sessions).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: serde_json::Value = answer.json().await.unwrap();
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(sign_in("").await, (401, "second-needed".to_owned()));
    assert_eq!(sign_in(&first).await, (401, "second-wrong".to_owned()), "it was used");
    assert_eq!(sign_in(&telephone.generate(now())).await, (200, String::new()));

    clerk.press("header form[action='/logout'] button").await;
    clerk.open(&house.at("jiangsu", "/login")).await;
    clerk.write("#login", LOGIN).await;
    clerk.write("#password", PASSWORD).await;
    clerk.press("main form button.primary").await;
    clerk.expect("再输入密码和手机上的 6 位动态码").await;
    clerk.look("login, second factor").await;
    clerk.write("#password", PASSWORD).await;
    let third = telephone.generate(now() + 30);
    clerk.write("#code", &third).await;
    clerk.press("main form button.primary").await;
    clerk.wait_for("header form[action='/logout']").await;

    // Another telephone: off with a code, which has to be a fresh one.
    clerk.press("header a.who").await;
    clerk.write("#code", &third).await;
    clerk.press("main form button.danger").await;
    clerk.expect("动态码不对，或已经用过").await;
    let database = house.database("jiangsu").await;
    sqlx::query("UPDATE second_factor SET last = last - 2").execute(&database).await.unwrap();
    clerk.write("#code", &telephone.generate(now())).await;
    clerk.press("main form button.danger").await;
    clerk.expect("用手机上的验证器应用扫这个码").await;
    assert_eq!(sign_in("").await, (200, String::new()));
    clerk.leave().await;
}
