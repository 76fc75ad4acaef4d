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
    change(house, END_SESSIONS, "suzhou-clerk").await;
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

    // Half an hour later it is gone.
    clerk.open(&house.at("jiangsu", &page)).await;
    clerk.write("#name", PERSON[0]).await;
    clerk.write("#id_number", PERSON[1]).await;
    clerk.write("#phone", PERSON[2]).await;
    change(house, END_SESSIONS, "suzhou-clerk").await;
    clerk.press("main form[action^='/window/new'] button.primary").await;
    change(house, AGE_KEPT_FORM, "suzhou-clerk").await;
    clerk.give_password("suzhou-clerk").await;
    clerk.open(&house.at("jiangsu", &format!("{page}?kept=1"))).await;
    assert_eq!(clerk.value("#name").await, "", "kept for half an hour, not longer");
    clerk.leave().await;
}

/// As if nothing had been done for longer than a session lasts.
const END_SESSIONS: &str = "UPDATE session SET seen = seen - 3600000, begun = begun - 3600000 \
                            WHERE account = (SELECT id FROM account WHERE login = $1)";
/// As if 31 minutes had passed since.
const AGE_KEPT_FORM: &str =
    "UPDATE kept_form SET at = at - 1860000 WHERE account = (SELECT id FROM account WHERE login = $1)";

/// Makes time pass in the node's database.
async fn change(house: &House, sql: &'static str, login: &str) {
    let database = house.database("jiangsu").await;
    let changed = sqlx::query(sql).bind(login).execute(&database).await.unwrap();
    assert!(changed.rows_affected() > 0, "{login}: nothing to make older");
    database.close().await;
}
