//! A Suzhou window takes in a Hefei matter; Hefei asks for a correction, gets it, grants, delivers; the applicant follows
//! it with the receipt's number and code, and rates both legs.

use std::process::Command;

use thirtyfour::Key;

use super::demo::{House, PROGRAM};
use super::hand::Hand;

/// 开具住房公积金个人住房贷款全部还清证明, handled in 合肥.
pub const ITEM: &str = "2020-35-25@340100";
/// A person of the demo: name, number, telephone.
pub const PERSON: [&str; 3] = ["演练人三", "99900219720229103X", "10000030052"];

/// The most pages that may come up from the clerk's list to the hand-over.
const INTAKE_SCREENS_MAX: u32 = 6;

/// The story.
pub async fn tell(house: &'static House) {
    let mut clerk = Hand::new(house, "Suzhou clerk").await;
    clerk.sign_in("jiangsu", "suzhou-clerk").await;
    clerk.look("window").await;
    clerk.count_anew();
    let ticket = take_in(house, &mut clerk).await;
    clerk.tell("intake, receipt and hand-over of a typical matter");
    let screens = clerk.cost().screens;
    assert!(screens <= INTAKE_SCREENS_MAX, "intake took {screens} screens");

    let mut applicant = Hand::new(house, "applicant with receipt").await;
    applicant.open(&house.at("jiangsu", "/track")).await;
    applicant.look("track").await;
    applicant.count_anew();
    applicant.write("#number", &ticket.number).await;
    applicant.write("#code", &ticket.code).await;
    applicant.press("main form button.primary").await;
    applicant.expect(&ticket.number).await;
    applicant.look("my case, followed by receipt").await;

    let mut officer = Hand::new(house, "Hefei officer").await;
    officer.sign_in("anhui", "hefei-gjj").await;
    officer.look("inbox").await;
    officer.count_anew();
    ask_for_correction(&mut officer, &ticket.case).await;

    applicant.take_news().await;
    applicant.look("my case, correction asked").await;
    applicant.choose_file("#settlement-form", &house.scan("corrected")).await;
    applicant.press("main button[value=correct]").await;
    applicant.expect("补正").await;

    grant_and_deliver(&mut officer).await;
    officer.tell("correction, acceptance, decision and delivery");

    rate_both_legs(&mut applicant).await;
    applicant.tell("following, correcting, rating");

    export_verifies(house, &applicant).await;

    clerk.wait_for(".timeline").await;
    clerk.leave().await;
    officer.leave().await;
    applicant.leave().await;
}

struct Ticket {
    case: String,
    number: String,
    code: String,
}

async fn take_in(house: &House, clerk: &mut Hand) -> Ticket {
    clerk.key_on(Key::F2).await;
    clerk.look("window, choose").await;
    clerk.write("#q", "合肥 还清").await;
    clerk.key_on(Key::Enter).await;
    clerk.look("window, chosen").await;
    clerk.press(&format!("main a[href='/window/new/{ITEM}']")).await;
    clerk.look("window, begin").await;
    clerk.write("#name", PERSON[0]).await;
    clerk.key(Key::Tab).await;
    clerk.write("#id_number", PERSON[1]).await;
    clerk.key(Key::Tab).await;
    clerk.write("#phone", PERSON[2]).await;
    clerk.key_on(Key::F4).await;
    clerk.look("window, draft").await;
    let case = clerk.path().await.rsplit('/').next().unwrap().to_owned();
    clerk.choose_file("#file-id-card", &house.scan("id-card")).await;
    clerk.choose("#check-id-card", "seen-original").await;
    clerk.choose_file("#file-settlement-form", &house.scan("settlement-form")).await;
    clerk.key_on(Key::F8).await;
    assert!(clerk.path().await.ends_with("/receipt"), "taking in leads to the receipt, not {}", clerk.path().await);
    clerk.look("window, receipt").await;
    let number = clerk.text("main > p > strong").await.split_whitespace().last().unwrap().to_owned();
    let code = clerk.text("main .columns > div:nth-child(2) p strong").await.trim().to_owned();
    print(clerk).await;
    clerk.key_on(Key::F9).await;
    clerk.expect("已交给合肥市演练公积金中心办理").await;
    clerk.look("window, handed over").await;
    Ticket { case, number, code }
}

/// One press prints, on one sheet.
async fn print(clerk: &mut Hand) {
    clerk.browser().run("window.print = () => { document.body.dataset.printed = '1'; }", Vec::new()).await.unwrap();
    clerk.key(Key::F8).await;
    assert!(clerk.is_there("body[data-printed]").await, "F8 prints the receipt");
    let (paper, sheets) = clerk.print().await;
    assert!(paper.starts_with(b"%PDF-") && paper.len() > 5_000, "a receipt on paper, not {} bytes", paper.len());
    if sheets != 1 {
        clerk.blame(vec![format!("the receipt takes {sheets} sheets of A4")]).await;
    }
}

async fn ask_for_correction(officer: &mut Hand, case: &str) {
    let link = format!("main a[href='/authority/cases/{case}']");
    officer.wait_for(&link).await;
    officer.press(&link).await;
    officer.look("authority, handed over").await;
    officer.click("#correction summary").await;
    officer.click("#correction input[name=wanted][value=settlement-form]").await;
    officer.write("#what-settlement-form", "请重新扫描，四角齐全").await;
    officer.press("#correction button[type=submit]").await;
    officer.look("authority, correction asked").await;
}

async fn grant_and_deliver(officer: &mut Hand) {
    officer.wait_for("#accept button[type=submit]").await;
    officer.press("#accept button[type=submit]").await;
    officer.look("authority, accepted").await;
    officer.click("#grant input[name=grant_way][value=online-later]").await;
    officer.press("#grant button[type=submit]").await;
    officer.look("authority, decided").await;
    officer.press("#deliver button[type=submit]").await;
    officer.look("authority, delivered").await;
}

/// Waits for the result and rates both legs.
pub async fn rate_both_legs(applicant: &mut Hand) {
    applicant.wait_for("input[name=level-handling]").await;
    applicant.look("my case, delivered").await;
    applicant.click("input[name=level-receiving][value='5']").await;
    applicant.click("input[name=level-handling][value='4']").await;
    applicant.write("#comment-handling", "很快，就是扫描件传了两次").await;
    applicant.press("main button[value=rate]").await;
    applicant.expect("评价已收到").await;
    assert!(!applicant.is_there("input[name=level-receiving]").await, "each leg is rated once");
    applicant.look("my case, rated").await;
}

/// Takes the case along from the page, and verifies the file with nothing but the fingerprint.
pub async fn export_verifies(house: &House, applicant: &Hand) {
    let cookies = applicant.cookies().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let result = applicant.attribute("main a.button.primary[href*='/files/']", "href").await;
    let result = http.get(house.at("jiangsu", &result)).header("cookie", &cookies).send().await.unwrap();
    assert!(result.bytes().await.unwrap().starts_with(b"%PDF-"), "the result is a document");
    let export = applicant.attribute("main a[href$='/export']", "href").await;
    let export = http.get(house.at("jiangsu", &export)).header("cookie", &cookies).send().await.unwrap();
    assert!(export.status().is_success());
    let file = house.file("taken-along.tongban");
    std::fs::write(&file, export.bytes().await.unwrap()).unwrap();
    let verified = Command::new(PROGRAM).args(["verify", "--trust", &house.trust]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&[verified.stdout, verified.stderr].concat()).into_owned();
    assert!(verified.status.success(), "{said}");
    assert!(said.contains("rated"), "the export tells to the end: {said}");
}
