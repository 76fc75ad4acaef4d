//! Seven matters, each from the application to the result in the hand: what is interesting is done by hand, the rest
//! through the API. Whether one is granted or refused, it ends delivered: online, at the window, or by courier.
//!
//! | matter | what happens on the way | delivered |
//! |---|---|---|
//! | 购房提取住房公积金 | seven authorities in two places | at the window |
//! | 养老保险关系转移接续 | three legs of 15 working days; a correction, answered at the window | online |
//! | 户口迁移 | returned to the window with a reason, handed over again | online |
//! | 身份证换领 | a pre-check; an original that the courier loses | by courier |
//! | 无犯罪记录证明 | refused at the window to which it was delegated | at the window |
//! | 营业执照 | decided wholly in the department's own system | online |
//! | 异地就医备案 | decided at a guest desk; a bad rating, called back, rated anew | online |

use std::process::Command;

use serde_json::json;

use super::demo::{House, PASSWORD};
use super::hand::Hand;
use super::modes::{begun, node};
use super::steps::{accept, apply, at_case, ended, grant_part, open_from_list, rate, sit, taken_in};
use super::support::{person, sample_department, until, with};

/// The guest authority: 昆明市演练医保中心.
const GUEST: &str = "12995301000000107H";

/// The story.
pub async fn tell(house: &'static House) {
    home_purchase(house).await;
    pension(house).await;
    household(house).await;
    identity_card(house).await;
    no_record(house).await;
    business_licence(house).await;
    treatment_elsewhere(house).await;
}

/// 购房提取住房公积金: one application at Suzhou, seven authorities there and in Hefei.
async fn home_purchase(house: &'static House) {
    let clerk = node(house, "jiangsu").sign_in("suzhou-clerk").await;
    let copies = ["invoice", "marriage", "withdrawal-form"];
    let case = clerk.open(taken_in("2020-35-24@340100", 921, &["id-card", "contract"], &copies)).await;
    let page = format!("/window/cases/{case}");
    let mut window = sit(house, "Suzhou clerk", "jiangsu", "suzhou-clerk", &page).await;
    window.press("section button[value=hand-over]").await;
    window.expect("已交各部门联办").await;
    for (key, place, login) in [
        ("house", "jiangsu", "suzhou-zr"),
        ("tax", "jiangsu", "suzhou-sw"),
        ("identity", "anhui", "hefei-ga"),
        ("marriage", "anhui", "hefei-mz"),
        ("employment", "anhui", "hefei-rs"),
        ("credit", "anhui", "hefei-yh"),
    ] {
        grant_part(house, &clerk, &case, key, place, login).await;
    }

    let last = begun(&clerk, &case, "withdraw").await;
    let mut fund = at_case(house, "Hefei fund officer", "anhui", "hefei-gjj", &last).await;
    fund.expect("核实购房和不动产登记（结果）").await;
    fund.look("authority, the part that decides").await;
    fund.picture("seven-authority-the-part-that-decides").await;
    accept(&mut fund).await;
    fund.press("#grant form button").await;
    fund.expect("环节已办完").await;
    fund.leave().await;

    clerk.sees(&case, "decided").await;
    window.open(&house.at("jiangsu", &page)).await;
    window.press("button[value=deliver]").await;
    window.expect("结果已交到申请人手里").await;
    window.leave().await;
    let end = ended(&clerk, &case, "granted", "window").await;
    assert_eq!(end["parts"].as_array().unwrap().len(), 7);
}

/// 养老保险关系转移接续: review at the new place, release at the old one, completion at the new one; 15 working days each.
async fn pension(house: &'static House) {
    let clerk = node(house, "jiangsu").sign_in("suzhou-clerk").await;
    let request = taken_in("2020-35-6@340100", 922, &["id-card"], &["transfer-form"]);
    let case = clerk.open(with(request, json!({ "hand_over": true }))).await;
    let whole = clerk.sees(&case, "joint").await;
    let legs = whole["case"]["drafted"]["parts"].as_array().unwrap();
    let relay: Vec<_> = legs.iter().map(|leg| (leg["key"].as_str().unwrap(), leg["limit"].clone())).collect();
    let fifteen = json!({ "days": 15, "unit": "working" });
    assert_eq!(relay, ["review", "release", "complete"].map(|key| (key, fifteen.clone())));

    let review = begun(&clerk, &case, "review").await;
    let mut officer = at_case(house, "Suzhou social security officer", "jiangsu", "suzhou-rs", &review).await;
    officer.click("#correction summary").await;
    officer.click("#correction input[name=wanted][value=transfer-form]").await;
    officer.write("#what-transfer-form", "请写明原参保地的经办机构").await;
    officer.press("#correction button[type=submit]").await;
    officer.expect("已告知补正").await;

    let page = format!("/window/cases/{case}");
    let mut window = sit(house, "Suzhou clerk", "jiangsu", "suzhou-clerk", &page).await;
    window.press(&format!("main a[href='/window/cases/{review}']")).await;
    window.expect("请写明原参保地的经办机构").await;
    window.look("window, correction of a part").await;
    window.picture("seven-window-correction-of-a-part").await;
    window.choose_file("#file-transfer-form", &house.scan("seven-transfer-form")).await;
    window.press("button[value=answer]").await;
    window.expect("补正材料已交给").await;
    window.leave().await;

    officer.wait_for("#accept button[type=submit]").await;
    officer.expect("15 个工作日").await;
    accept(&mut officer).await;
    officer.press("#grant form button").await;
    officer.expect("环节已办完").await;
    officer.leave().await;
    grant_part(house, &clerk, &case, "release", "anhui", "hefei-rs").await;
    grant_part(house, &clerk, &case, "complete", "jiangsu", "suzhou-rs").await;
    ended(&clerk, &case, "granted", "online").await;
}

/// 户口迁移: the place moved to cannot read a page, the window mends it.
async fn household(house: &'static House) {
    let clerk = node(house, "jiangsu").sign_in("suzhou-clerk").await;
    let request = taken_in("2020-35-29@340100", 923, &["id-card", "household"], &["transfer-letter"]);
    let case = clerk.open(with(request, json!({ "hand_over": true }))).await;
    let admit = begun(&clerk, &case, "admit").await;
    let mut officer = at_case(house, "Suzhou police officer", "jiangsu", "suzhou-ga", &admit).await;
    officer.click("#return summary").await;
    officer.choose("#return_reason", "material-unclear").await;
    officer.write("#return_note", "户口簿本人页看不清").await;
    officer.look("authority, sending back").await;
    officer.press("#return form button").await;
    officer.expect("已退回收件地").await;

    let page = format!("/window/cases/{case}");
    let mut window = sit(house, "Suzhou clerk", "jiangsu", "suzhou-clerk", &page).await;
    window.press(&format!("main a[href='/window/cases/{admit}']")).await;
    window.expect("户口簿本人页看不清").await;
    window.look("window, a part sent back").await;
    window.picture("seven-window-a-part-sent-back").await;
    window.click("li:has(#file-household) details summary").await;
    window.choose_file("#file-household", &house.scan("seven-household")).await;
    window.choose("#check-household", "seen-original").await;
    window.press("button[value=hand-over]").await;
    window.expect("已交给苏州市演练公安局办理").await;
    window.leave().await;

    officer.wait_for("#accept button[type=submit]").await;
    accept(&mut officer).await;
    officer.press("#grant form button").await;
    officer.expect("环节已办完").await;
    officer.leave().await;
    grant_part(house, &clerk, &case, "release", "anhui", "hefei-ga").await;
    grant_part(house, &clerk, &case, "settle", "jiangsu", "suzhou-ga").await;
    ended(&clerk, &case, "granted", "online").await;
}

/// 身份证换领: asked before, the old card is lost on its way, the new one goes by courier.
async fn identity_card(house: &'static House) {
    let clerk = node(house, "jiangsu").sign_in("suzhou-clerk").await;
    let mut window = sit(house, "Suzhou clerk", "jiangsu", "suzhou-clerk", "/window/new/2020-35-36@340100").await;
    let applicant = person(924);
    for field in ["name", "id_number", "phone"] {
        window.write(&format!("#{field}"), applicant[field].as_str().unwrap()).await;
    }
    window.write("#address", "苏州市演练路9号").await;
    window.press("main form[action^='/window/new'] button.primary").await;
    let case = window.path().await.rsplit('/').next().unwrap().to_owned();
    window.choose_file("#file-id-card", &house.scan("seven-id-card")).await;
    window.choose("#check-id-card", "seen-original").await;
    window.choose_file("#file-renewal-form", &house.scan("seven-renewal-form")).await;
    window.write("#pre-check-note", "旧证磁条已坏，能收吗").await;
    window.press("button[value=pre-check]").await;
    window.expect("已经问了").await;

    let mut officer = at_case(house, "Hefei police officer", "anhui", "hefei-ga", &case).await;
    officer.expect("旧证磁条已坏").await;
    officer.click("input[name=verdict][value=ready]").await;
    officer.press("#pre-check form button").await;
    officer.expect("已答复").await;
    until("the answer is there", async || {
        (clerk.case(&case).await["case"]["pre_check"]["answer"]["verdict"] == "ready").then_some(())
    })
    .await;

    window.open(&house.at("jiangsu", &format!("/window/cases/{case}"))).await;
    window.expect("预审：可以收").await;
    window.press("button[value=take-in]").await;
    let number = window.text("main > p > strong").await.split_whitespace().last().unwrap().to_owned();
    let code = window.text("main .columns > div:nth-child(2) p strong").await.trim().to_owned();
    window.press("button[value=hand-over]").await;
    window.expect("已交给合肥市演练公安局办理").await;
    window.click("#papers summary").await;
    window.write("#what", "旧居民身份证").await;
    window.click("[name=send]").await;
    window.press("#papers button[value=take]").await;
    window.click("#papers details summary").await;
    window.write("#company", "演练速递").await;
    window.write("#parcel", "YL3601").await;
    window.press("#papers button[value=send-handling]").await;
    window.expect("YL3601").await;

    officer.open(&house.at("anhui", &format!("/authority/cases/{case}"))).await;
    officer.wait_for("#papers button[value=lost]").await;
    officer.look("authority, an original on its way").await;
    officer.picture("seven-authority-an-original-on-its-way").await;
    officer.write("#lost_note", "快递遗失；旧证登记作废，换领照办").await;
    officer.press("#papers button[value=lost]").await;
    officer.expect("由苏州市演练政务服务中心跨省通办窗口负责").await;
    officer.look("authority, an original lost").await;
    accept(&mut officer).await;
    officer.press("#grant form button").await;
    officer.expect("已作出准予决定").await;
    officer.look("authority, posting the result").await;
    officer.picture("seven-authority-posting-the-result").await;
    officer.write("#post #company", "演练速递").await;
    officer.write("#post #parcel", "YL3602").await;
    officer.press("#post form button").await;
    officer.expect("已登记寄出").await;
    officer.press("#deliver form button").await;
    officer.expect("已送达").await;
    officer.leave().await;

    let end = ended(&clerk, &case, "granted", "courier").await;
    let lost = &end["case"]["papers"][0]["at"];
    assert_eq!((&lost["is"], &lost["by"]), (&json!("lost"), &json!("receiving")));
    window.open(&house.at("jiangsu", &format!("/window/cases/{case}"))).await;
    window.expect("旧证登记作废").await;
    window.look("window, an original lost").await;
    window.leave().await;
    let mut applicant = Hand::new(house, "applicant with receipt").await;
    applicant.open(&house.at("jiangsu", "/track")).await;
    applicant.write("#number", &number).await;
    applicant.write("#code", &code).await;
    applicant.press("main form button.primary").await;
    applicant.expect("YL3602").await;
    applicant.expect("旧证登记作废").await;
    applicant.look("my case, by courier, an original lost").await;
    applicant.picture("seven-my-case-by-courier").await;
    applicant.leave().await;
}

/// 无犯罪记录证明: the Qingpu window has the power of Jiaxing, and refuses.
async fn no_record(house: &'static House) {
    let clerk = node(house, "shanghai").sign_in("qingpu-clerk").await;
    let case = clerk.open(taken_in("2020-35-27@330400", 925, &["id-card"], &["application-form"])).await;
    let page = format!("/authority/cases/{case}");
    let mut window = sit(house, "Qingpu clerk", "shanghai", "qingpu-clerk", &page).await;
    accept(&mut window).await;
    window.click("#refuse summary").await;
    window.press("#refuse form button").await;
    window.expect("请选择一个理由").await;
    window.choose("#refuse_reason", "data-mismatch").await;
    window.write("#refuse_note", "登记的记录与申请所述不一致，不能出具证明。").await;
    window.look("window, refusing by delegation").await;
    window.press("#refuse form button").await;
    window.expect("已作出不予决定").await;
    window.look("window, refused by delegation").await;
    window.picture("seven-window-refused-by-delegation").await;
    window.press("#deliver form button").await;
    window.expect("已送达（不予）").await;
    window.leave().await;
    let end = ended(&clerk, &case, "refused", "window").await;
    assert_eq!(end["case"]["decision"]["reason"], "data-mismatch");
    // The authority whose power it is sees the same end.
    ended(&node(house, "zhejiang").sign_in("jiaxing-ga").await, &case, "refused", "window").await;
}

/// 营业执照: a firm applies online, nobody at the authority opens a page.
async fn business_licence(house: &'static House) {
    let address = "/apply/2020-35-44@330400?here=310118";
    let files = ["registration-form", "articles", "representative-id", "name-declaration", "address-proof"];
    let mut firm = sit(house, "Shanghai firm", "shanghai", "shanghai-firm", address).await;
    firm.look("apply, a firm").await;
    let case = apply(house, &mut firm, &files).await;

    let officer = node(house, "zhejiang").sign_in("jiaxing-scjg").await;
    officer.sees(&case, "handed_over").await;
    let mut department = Command::new(sample_department());
    department.args(["--node", &house.at("zhejiang", ""), "--login", "jiaxing-scjg", "--password", PASSWORD]);
    department.args(["--once", "--prefix", "JX", "--book"]).arg(house.file("seven-book.json"));
    // It goes through its tasks once at a time; a file that is still on its way is fetched the next time.
    until("the department decides and delivers", async || {
        let ran = department.output().expect("it runs");
        eprintln!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        (officer.case(&case).await["phase"] == "delivered").then_some(())
    })
    .await;
    let end = ended(&officer, &case, "granted", "online").await;
    let was_said = |act: &str| {
        let lines = end["timeline"].as_array().unwrap();
        // Its number of the case stands in the decision: nobody typed one.
        lines.iter().any(|line| line["act"]["act"] == act && line["node"] == "zhejiang")
    };
    assert!(["accepted", "decided", "delivered"].into_iter().all(was_said), "{}", end["timeline"]);
    assert!(end["case"]["decision"]["number"].as_str().unwrap().starts_with("JX-"), "{}", end["case"]["decision"]);

    firm.wait_for("input[name=level-handling]").await;
    firm.expect("办好了：准予").await;
    firm.expect("JX-").await;
    firm.look("my case, a firm's, delivered").await;
    firm.picture("seven-my-case-business-licence").await;
    firm.leave().await;
}

/// 异地就医备案: Kunming has no node and is invited to a desk at Jiangsu's. It is done at once, and rated badly at first.
async fn treatment_elsewhere(house: &'static House) {
    let mut admin = sit(house, "Jiangsu admin", "jiangsu", "jiangsu-admin", "/admin/guests").await;
    admin.choose("#org", GUEST).await;
    admin.write("#name", "演练医保审核·昆明").await;
    admin.write("#staff", "KM-902").await;
    admin.press("main form[action='/admin/guests'] button").await;
    let link = admin.text("main dl code").await;
    let code = admin.text("main dl strong").await;
    admin.leave().await;
    let mut guest = Hand::new(house, "Kunming officer").await;
    guest.open(&link).await;
    guest.write("#code", &code).await;
    guest.write("#login", "kunming-yb").await;
    guest.write("#password", PASSWORD).await;
    guest.press("main form[action^='/guest/'] button").await;
    guest.give_password("kunming-yb").await;
    guest.look("inbox of a guest").await;

    let address = "/apply/2020-35-49@530100?here=320500";
    let mut applicant = sit(house, "applicant online", "jiangsu", "jiangsu-wang", address).await;
    let case = apply(house, &mut applicant, &["id-card", "record-form"]).await;
    guest.open(&house.at("jiangsu", "/authority")).await;
    open_from_list(&mut guest, &case).await;
    guest.expect("即办").await;
    guest.look("authority, at a guest desk").await;
    guest.picture("seven-authority-at-a-guest-desk").await;
    accept(&mut guest).await;
    guest.press("#grant form button").await;
    guest.expect("已作出准予决定").await;

    rate(&mut applicant, 5, "等了一下午").await;
    guest.wait_for("#rating").await;
    guest.look("authority, a bad rating").await;
    guest.picture("seven-authority-a-bad-rating").await;
    guest.write("#rating_note", "已致歉；以后收到当时就办。").await;
    guest.press("#rating button[value=call-back]").await;
    guest.expect("已登记，申请人会看到").await;
    guest.leave().await;
    applicant.wait_for("input[name=level-handling]").await;
    applicant.expect("以后收到当时就办").await;
    applicant.look("my case, called back").await;
    applicant.picture("seven-my-case-called-back").await;
    rate(&mut applicant, 2, "").await;
    applicant.leave().await;

    let caller = node(house, "jiangsu").sign_in("jiangsu-wang").await;
    let end = ended(&caller, &case, "granted", "online").await;
    assert_eq!(end["case"]["drafted"]["handling"]["guest"], true);
    let rating = &end["case"]["ratings"]["handling"];
    assert_eq!((&rating["level"], &rating["before"]), (&json!(2), &json!(5)));
}
