//! What cannot be done says why, where, and keeps the rest.

use serde_json::Value;
use thirtyfour::Key;

use super::demo::House;
use super::hand::Hand;
use super::window::{ITEM, PERSON};

/// 10 MiB and one byte: one more than a material may have.
const TOO_LARGE: usize = 10 * 1024 * 1024 + 1;

async fn begin(house: &'static House, hand: &mut Hand, person: [&str; 3]) {
    hand.open(&house.at("jiangsu", &format!("/window/new/{ITEM}"))).await;
    for (field, text) in ["#name", "#id_number", "#phone"].into_iter().zip(person) {
        hand.write(field, text).await;
    }
}

async fn focus(hand: &Hand) -> Value {
    hand.browser().run("return document.activeElement.id", Vec::new()).await.unwrap()
}

/// A wrong check digit, then files that cannot be taken beside one that can.
pub async fn fields_and_files(house: &'static House) {
    let mut clerk = Hand::new(house, "Suzhou clerk").await;
    clerk.sign_in("jiangsu", "suzhou-clerk").await;
    begin(house, &mut clerk, [PERSON[0], "999002197202291031", PERSON[2]]).await;
    clerk.key_on(Key::Enter).await;
    clerk.expect("末位校验不对").await;
    assert_eq!(focus(&clerk).await, "problem", "the summary has the focus");
    for (field, text) in [("#name", PERSON[0]), ("#id_number", "999002197202291031"), ("#phone", PERSON[2])] {
        assert_eq!(clerk.value(field).await, text, "{field} keeps what was typed");
    }
    clerk.look("window, begin, refused").await;
    clerk.click("#problem a[href='#id_number']").await;
    assert_eq!(focus(&clerk).await, "id_number", "the summary's line leads to the field");
    clerk.write("#id_number", PERSON[1]).await;
    clerk.key_on(Key::Enter).await;

    let note = house.file("note.pdf");
    std::fs::write(&note, "只是文字，不是 PDF").unwrap();
    // Nobody certifies an original by overlooking a field; the file itself is not chosen twice.
    clerk.choose_file("#file-id-card", &house.scan("good")).await;
    clerk.key_on(Key::F4).await;
    clerk.expect("是怎么核的还没有选").await;
    assert_eq!(focus(&clerk).await, "problem");
    assert!(clerk.is_there("#problem a[href='#check-id-card']").await, "the line leads to how it was checked");
    assert!(!clerk.is_there("#materials a[href*='/files/']").await, "nothing is said of the original yet");
    clerk.expect("刚才选的文件已收好").await;
    clerk.look("window, draft, check not chosen").await;
    clerk.choose("#check-id-card", "seen-original").await;
    clerk.choose_file("#file-settlement-form", &note).await;
    clerk.key_on(Key::F4).await;
    clerk.expect("“note.pdf”不是 PDF、JPG 或 PNG").await;
    assert_eq!(focus(&clerk).await, "problem");
    assert!(clerk.is_there("#problem a[href='#file-settlement-form']").await, "the line leads to the material");
    assert!(clerk.is_there("#materials a[href*='/files/']").await, "the good file is kept");
    clerk.look("window, draft, file refused").await;

    let large = house.file("large.pdf");
    std::fs::write(&large, [b"%PDF-1.4\n".to_vec(), vec![b' '; TOO_LARGE - 9]].concat()).unwrap();
    clerk.choose_file("#file-settlement-form", &large).await;
    clerk.key_on(Key::F4).await;
    clerk.expect("每个文件最多 10 MB").await;
    assert!(clerk.is_there("#materials a[href*='/files/']").await, "the good file is still kept");

    clerk.key_on(Key::F8).await;
    clerk.expect("还差").await;
    assert!(clerk.is_there("#problem a[href='#file-settlement-form']").await, "what is missing is named");
    clerk.leave().await;
}

/// Hangzhou for Xuancheng: the one pair of places without a mechanism for 无犯罪记录证明.
pub async fn no_mechanism(house: &'static House) {
    let mut clerk = Hand::new(house, "Hangzhou clerk").await;
    clerk.sign_in("zhejiang", "hangzhou-clerk").await;
    clerk.key_on(Key::F2).await;
    clerk.write("#q", "无犯罪").await;
    clerk.choose("#there", "341800").await;
    clerk.press("main form[role=search] button.primary").await;
    clerk.expect("no-mechanism").await;
    assert!(!clerk.is_there("main a[href='/window/new/2020-35-27@341800']").await, "nothing leads into a dead end");
    clerk.look("window, chosen, no mechanism").await;
    clerk.open(&house.at("zhejiang", "/window/new/2020-35-27@341800")).await;
    clerk.expect("还没有机制允许").await;
    clerk.expect("no-mechanism").await;
    assert!(!clerk.is_there("#name").await, "nothing is typed in vain");
    clerk.look("window, begin, no mechanism").await;
    clerk.leave().await;
}

const SEND_TWICE: &str = "
    const done = arguments[arguments.length - 1];
    const form = document.querySelector('main form[method=post]');
    const send = () => fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    Promise.all([send(), send()]).then((both) => done(both.map((one) => one.url)), (error) => done(String(error)));";

/// How many cases the clerk's lists show.
async fn number_of_cases(clerk: &Hand) -> u64 {
    let count = "return new Set([...document.querySelectorAll('main a[href^=\"/window/cases/\"]')].map((one) => one.href)).size";
    clerk.browser().run(count, Vec::new()).await.unwrap().as_u64().unwrap()
}

/// The same form twice at once, and again after the back button.
pub async fn twice(house: &'static House) {
    let mut clerk = Hand::new(house, "Suzhou clerk").await;
    clerk.sign_in("jiangsu", "suzhou-clerk").await;
    let cases_before = number_of_cases(&clerk).await;
    begin(house, &mut clerk, ["演练人四", "99900219810711104X", "10000030053"]).await;
    let both = clerk.browser().run_async(SEND_TWICE, Vec::new()).await.unwrap();
    let case = both[0].as_str().unwrap_or_default().to_owned();
    assert!(case.contains("/window/cases/") && both[0] == both[1], "one form is one case: {both}");
    clerk.press("main form[action^='/window/new'] button.primary").await;
    assert_eq!(clerk.browser().driver().current_url().await.unwrap().as_str(), case, "a third time, by the button");

    // The browser may bring the form back as it was, or empty: neither makes a second case.
    clerk.browser().driver().back().await.unwrap();
    if clerk.value("#name").await.is_empty() {
        clerk.click("main form[action^='/window/new'] button.primary").await;
        assert!(clerk.path().await.starts_with("/window/new"), "an empty form is not sent");
    } else {
        clerk.press("main form[action^='/window/new'] button.primary").await;
        assert_eq!(clerk.browser().driver().current_url().await.unwrap().as_str(), case, "back, and pressed again");
    }
    clerk.open(&house.at("jiangsu", "/window")).await;
    let cases = number_of_cases(&clerk).await;
    assert_eq!(cases, cases_before + 1, "one more case than before");

    // Taking in twice gives one number.
    clerk.open(&case).await;
    clerk.choose_file("#file-id-card", &house.scan("twice-id-card")).await;
    clerk.choose("#check-id-card", "seen-original").await;
    clerk.choose_file("#file-settlement-form", &house.scan("twice-form")).await;
    clerk.key_on(Key::F8).await;
    let number = clerk.text("main > p > strong").await;
    clerk.browser().driver().back().await.unwrap();
    clerk.key_on(Key::F8).await;
    assert_eq!(clerk.text("main > p > strong").await, number, "back, and taken in again");
    let both = clerk.browser().run_async(SEND_TWICE, Vec::new()).await.unwrap();
    assert_eq!(both[0], both[1], "handed over once: {both}");
    clerk.open(&case).await;
    let timeline = clerk.text(".timeline").await;
    assert_eq!(timeline.matches("交给合肥市演练公积金中心").count(), 1, "{timeline}");

    // Who sits down here next sees nothing of it.
    clerk.press("header form[action='/logout'] button").await;
    clerk.browser().driver().back().await.unwrap();
    clerk.find("#login").await;
    clerk.leave().await;
}
