//! The session ends in mid-form: what was typed comes back, to the same account only.

use super::demo::House;
use super::hand::Hand;
use super::window::{ITEM, PERSON};

/// The story.
pub async fn tell(house: &'static House) {
    let mut clerk = Hand::new(house, "Suzhou clerk").await;
    clerk.sign_in("jiangsu", "suzhou-clerk").await;
    let page = format!("/window/new/{ITEM}");
    clerk.open(&house.at("jiangsu", &page)).await;
    clerk.write("#name", PERSON[0]).await;
    clerk.write("#id_number", PERSON[1]).await;
    clerk.write("#phone", PERSON[2]).await;
    end_sessions(house, "suzhou-clerk").await;
    clerk.press("main form[action^='/window/new'] button.primary").await;
    assert_eq!(clerk.path().await, "/login");
    clerk.expect("您填的内容已保存 30 分钟").await;
    clerk.look("login, form kept").await;

    clerk.give_password("suzhou-clerk2").await;
    assert_eq!(clerk.path().await, page, "the colleague goes on to the same page");
    assert_eq!(clerk.value("#name").await, "", "with nothing of somebody else in it");
    assert_eq!(clerk.value("#id_number").await, "");
    clerk.press("header form[action='/logout'] button").await;

    clerk.sign_in("jiangsu", "suzhou-clerk").await;
    clerk.expect("这是您刚才填的内容").await;
    assert_eq!(clerk.path().await, page);
    assert_eq!(clerk.value("#name").await, PERSON[0]);
    assert_eq!(clerk.value("#id_number").await, PERSON[1]);
    assert_eq!(clerk.value("#phone").await, PERSON[2]);
    clerk.look("window, begin, given back").await;
    clerk.press("main form[action^='/window/new'] button.primary").await;
    assert!(clerk.path().await.starts_with("/window/cases/"), "and it can be sent");
    clerk.leave().await;
}

/// As if nothing had been done for longer than a session lasts.
async fn end_sessions(house: &House, login: &str) {
    let database = house.database("jiangsu").await;
    let old = "UPDATE session SET seen = seen - 3600000, begun = begun - 3600000 \
               WHERE account = (SELECT id FROM account WHERE login = $1)";
    let changed = sqlx::query(old).bind(login).execute(&database).await.unwrap();
    assert!(changed.rows_affected() > 0, "{login} has a session");
    database.close().await;
}
