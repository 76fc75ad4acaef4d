//! The same online, without any window: found on the first page, applied for, decided, rated.

use super::demo::House;
use super::hand::Hand;
use super::window::{export_verifies, rate_both_legs};

/// The story.
pub async fn tell(house: &'static House) {
    let mut applicant = Hand::new(house, "applicant online").await;
    applicant.open(&house.at("jiangsu", "/")).await;
    applicant.look("home").await;
    applicant.count_anew();
    applicant.write("#q", "退休提取公积金").await;
    applicant.choose("#there", "340100").await;
    applicant.press("main form[action='/search'] button.primary").await;
    applicant.look("results").await;
    applicant.press("main a[href^='/items/2020-35-21']").await;
    applicant.look("guide").await;
    applicant.press("main a[href^='/apply/2020-35-21@340100']").await;
    applicant.look("login").await;
    applicant.give_password("jiangsu-li").await;
    applicant.look("apply").await;
    assert_eq!(applicant.value("#name").await, "李演练", "what the account knows is filled in");
    applicant.press("main form[action^='/apply/'] button.primary").await;
    applicant.look("my case, draft").await;
    let case = applicant.path().await.rsplit('/').next().unwrap().to_owned();
    for material in ["id-card-copy", "retirement-certificate", "withdrawal-form"] {
        applicant.choose_file(&format!("#{material}"), &house.scan(&format!("online-{material}"))).await;
    }
    applicant.press("main button[value=send]").await;
    applicant.look("my case, sent").await;
    applicant.tell("finding, applying and sending off online");

    let mut officer = Hand::new(house, "Hefei officer").await;
    officer.sign_in("anhui", "hefei-gjj").await;
    officer.count_anew();
    let link = format!("main a[href='/authority/cases/{case}']");
    officer.wait_for(&link).await;
    officer.press(&link).await;
    officer.press("#accept button[type=submit]").await;
    officer.press("#grant button[type=submit]").await;
    officer.tell("accepting, granting and delivering in two steps");
    officer.leave().await;

    applicant.count_anew();
    applicant.take_news().await;
    rate_both_legs(&mut applicant).await;
    applicant.tell("rating");
    export_verifies(house, &applicant).await;
    applicant.leave().await;
}
