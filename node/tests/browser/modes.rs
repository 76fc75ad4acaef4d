//! A question before taking in, a joint handling, and a decision at the window.

use serde_json::json;

use super::demo::House;
use super::hand::Hand;
use super::support::{Caller, Node, granted, material, person, row_25, until, with};

/// A node of the demo, for those who call its API.
pub fn node(house: &House, name: &str) -> Node {
    Node { name: name.to_owned(), folder: house.file("unused"), address: house.at(name, "") }
}

/// Suzhou is in doubt and asks Hefei; Hefei says what is lacking; Suzhou takes in without typing anything twice.
pub async fn asked_before(house: &'static House) {
    let clerk = node(house, "jiangsu").sign_in("suzhou-clerk").await;
    let case = clerk.open(row_25("340100", 910)).await;
    let mut window = Hand::new(house, "Suzhou clerk").await;
    window.sign_in("jiangsu", "suzhou-clerk").await;
    window.open(&house.at("jiangsu", &format!("/window/cases/{case}"))).await;
    window.write("#pre-check-note", "结清申请表是旧版，可以收吗").await;
    window.look("window, draft, asking before").await;
    window.picture("modes-window-draft-asking-before").await;
    window.press("button[value=pre-check]").await;
    window.expect("已经问了").await;
    window.look("window, asked before").await;
    window.picture("modes-window-asked-before").await;

    let mut officer = Hand::new(house, "Hefei officer").await;
    officer.sign_in("anhui", "hefei-gjj").await;
    let link = format!("main a[href='/authority/cases/{case}']");
    officer.wait_for(&link).await;
    officer.click(&link).await;
    officer.expect("结清申请表是旧版").await;
    officer.look("authority, asked before").await;
    officer.picture("modes-authority-asked-before").await;
    officer.press("#pre-check form button").await;
    officer.expect("请选能不能收").await;
    officer.click("input[name=verdict][value=lacks]").await;
    officer.press("#pre-check form button").await;
    officer.expect("请写明差什么").await;
    officer.look("authority, answering, refused").await;
    officer.write("#lacks-settlement-form", "请换 2026 年版的申请表").await;
    officer.write("#contact", "演练王").await;
    officer.press("#pre-check form button").await;
    officer.expect("已答复").await;
    officer.leave().await;

    let answered = || async {
        let seen = clerk.case(&case).await;
        (seen["case"]["pre_check"]["answer"]["verdict"] == "lacks").then_some(())
    };
    until("the answer is there", answered).await;
    window.open(&house.at("jiangsu", &format!("/window/cases/{case}"))).await;
    window.expect("请换 2026 年版的申请表").await;
    window.expect("演练王").await;
    window.look("window, answered before").await;
    window.picture("modes-window-answered-before").await;
    window.press("button[value=take-in]").await;
    window.expect("收件告知单").await;
    window.leave().await;
}

/// 购房提取住房公积金: two places, seven authorities, one application.
pub async fn joint(house: &'static House) {
    let clerk = node(house, "jiangsu").sign_in("suzhou-clerk").await;
    let materials: Vec<_> = [
        ("id-card", "seen_original"),
        ("contract", "seen_original"),
        ("invoice", "copy_taken"),
        ("marriage", "copy_taken"),
        ("withdrawal-form", "copy_taken"),
    ]
    .map(|(key, check)| material(key, check))
    .to_vec();
    let request = json!({ "implementation": "2020-35-24@340100", "subject": "person", "applicant": person(911),
                          "materials": materials, "take_in": true });
    let case = clerk.open(request).await;
    let mut window = Hand::new(house, "Suzhou clerk").await;
    window.sign_in("jiangsu", "suzhou-clerk").await;
    window.open(&house.at("jiangsu", &format!("/window/cases/{case}"))).await;
    window.expect("联办环节").await;
    window.look("window, before a joint handling").await;
    window.picture("modes-window-before-a-joint-handling").await;
    window.press("section button[value=hand-over]").await;
    window.expect("已交各部门联办").await;
    let house_part = begun(&clerk, &case, "house").await;
    window.open(&house.at("jiangsu", &format!("/window/cases/{case}"))).await;
    window.look("window, joint handling under way").await;
    window.picture("modes-window-joint-handling-under-way").await;

    let mut desk = Hand::new(house, "Suzhou registration officer").await;
    desk.sign_in("jiangsu", "suzhou-zr").await;
    let link = format!("main a[href='/authority/cases/{house_part}']");
    desk.wait_for(&link).await;
    desk.click(&link).await;
    desk.expect("联办环节").await;
    desk.look("authority, a part").await;
    desk.picture("modes-authority-a-part").await;
    desk.press("#accept form button").await;
    desk.expect("已受理").await;
    desk.look("authority, a part accepted").await;
    desk.picture("modes-authority-a-part-accepted").await;
    desk.press("#grant form button").await;
    desk.expect("环节已办完").await;
    desk.look("authority, a part done").await;
    desk.picture("modes-authority-a-part-done").await;
    desk.leave().await;

    for (key, place, login) in [
        ("tax", "jiangsu", "suzhou-sw"),
        ("identity", "anhui", "hefei-ga"),
        ("marriage", "anhui", "hefei-mz"),
        ("employment", "anhui", "hefei-rs"),
        ("credit", "anhui", "hefei-yh"),
        ("withdraw", "anhui", "hefei-gjj"),
    ] {
        let part = begun(&clerk, &case, key).await;
        let officer = node(house, place).sign_in(login).await;
        officer.sees(&part, "handed_over").await;
        officer.act(&part, "accept", json!({})).await;
        officer.act(&part, "decide", granted(if key == "withdraw" { "window" } else { "online" })).await;
    }
    clerk.sees(&case, "decided").await;
    window.open(&house.at("jiangsu", &format!("/window/cases/{case}"))).await;
    window.look("window, joint handling decided").await;
    window.picture("modes-window-joint-handling-decided").await;
    window.press("button[value=deliver]").await;
    window.expect("已送达").await;
    window.leave().await;
}

/// Waits until a part has begun, and gives its dossier.
pub async fn begun(clerk: &Caller, case: &str, key: &str) -> String {
    until(&format!("{key} begins"), async || {
        let whole = clerk.case(case).await;
        let parts = whole["parts"].as_array()?;
        parts.iter().find(|part| part["part"] == key)?["id"].as_str().map(str::to_owned)
    })
    .await
}

/// 无犯罪记录证明 between Qingpu and Jiaxing: the window has the power.
pub async fn delegated(house: &'static House) {
    let clerk = node(house, "shanghai").sign_in("qingpu-clerk").await;
    let materials = [("id-card", "seen_original"), ("application-form", "copy_taken")];
    let request = json!({ "implementation": "2020-35-27@330400", "subject": "person", "applicant": person(912) });
    let request =
        with(request, json!({ "materials": materials.map(|(key, check)| material(key, check)), "take_in": true }));
    let case = clerk.open(request).await;
    let mut window = Hand::new(house, "Qingpu clerk").await;
    window.sign_in("shanghai", "qingpu-clerk").await;
    window.open(&house.at("shanghai", &format!("/window/cases/{case}"))).await;
    window.expect("授权本窗口办理").await;
    window.look("window, delegated").await;
    window.picture("modes-window-delegated").await;
    window.press(&format!("main a[href='/authority/cases/{case}#moves']")).await;
    window.look("window, deciding by delegation").await;
    window.picture("modes-window-deciding-by-delegation").await;
    window.press("#accept form button").await;
    window.expect("已受理").await;
    window.click("#pause summary").await;
    window.press("#pause form button").await;
    window.expect("请选是哪个程序").await;
    window.choose("#procedure", "appraisal").await;
    window.write("#pause_days", "5").await;
    window.press("#pause form button").await;
    window.expect("不计入办理期限").await;
    window.look("window, a procedure that does not count").await;
    window.picture("modes-window-a-procedure-that-does-not-count").await;
    window.press("#resume form button").await;
    window.expect("接着计算").await;
    window.press("#grant form button").await;
    window.expect("已办结").await;
    window.look("window, decided by delegation").await;
    window.picture("modes-window-decided-by-delegation").await;
    window.leave().await;
}
