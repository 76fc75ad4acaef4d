//! An authority without the power passes a case on, and the one that has it goes on.

use super::demo::House;
use super::hand::Hand;
use super::support::{Node, suzhou_to_hefei};

/// Hefei for Hangzhou.
pub async fn tell(house: &'static House) {
    let window = Node { name: "jiangsu".to_owned(), folder: house.file("unused"), address: house.at("jiangsu", "") };
    let clerk = window.sign_in("suzhou-clerk").await;
    let case = clerk.open(suzhou_to_hefei(900)).await;
    let anhui = Node { name: "anhui".to_owned(), address: house.at("anhui", ""), ..window.clone() };
    anhui.sign_in("hefei-gjj").await.sees(&case, "handed_over").await;

    let mut officer = Hand::new(house, "Hefei officer").await;
    officer.sign_in("anhui", "hefei-gjj").await;
    officer.open(&house.at("anhui", &format!("/authority/cases/{case}"))).await;
    officer.click("#forward summary").await;
    officer.look("authority, passing on").await;
    officer.press("#forward form button").await;
    officer.expect("请选择移送给哪个机关").await;
    officer.expect("请写明为什么移送").await;
    officer.look("authority, passing on, refused").await;
    let there =
        "return [...document.querySelectorAll('#forward_to option')].find((one) => one.text.includes('杭州')).value";
    let there = officer.browser().run(there, Vec::new()).await.unwrap();
    officer.choose("#forward_to", there.as_str().unwrap()).await;
    officer.write("#forward_note", "贷款在杭州").await;
    officer.press("#forward form button").await;
    officer.expect("已移送").await;
    assert_eq!(officer.path().await, "/authority");
    assert!(!officer.is_there(&format!("main a[href='/authority/cases/{case}']")).await, "it is no longer theirs");
    officer.look("authority, passed on").await;
    officer.leave().await;

    let mut other = Hand::new(house, "Hangzhou officer").await;
    other.sign_in("zhejiang", "hangzhou-gjj").await;
    let link = format!("main a[href='/authority/cases/{case}']");
    other.wait_for(&link).await;
    other.click(&link).await;
    other.expect("贷款在杭州").await;
    other.look("authority, passed on to").await;
    other.expect("交给合肥市演练公积金中心办理").await;
    other.press("#accept form button").await;
    other.expect("已受理").await;
    other.leave().await;
    let seen = clerk.sees(&case, "accepted").await;
    assert_eq!(seen["case"]["drafted"]["handling"]["node"], "zhejiang");
}
