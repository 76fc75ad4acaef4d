//! Situations (情形): window, portal and API ask first; materials and promised limit follow, and the case keeps the answers.

mod support;

use serde_json::{Value, json};
use support::*;

/// 购房提取住房公积金 in Hangzhou, which asks two questions.
const HOME: &str = "2020-35-24@330100";

fn keys(case: &Value) -> Vec<&str> {
    let materials = case["case"]["drafted"]["item"]["materials"].as_array().expect("materials");
    materials.iter().map(|rule| rule["key"].as_str().expect("a key")).collect()
}

fn fields(applicant: &Value) -> Vec<(&str, &str)> {
    let field = |name: &'static str| (name, applicant[name].as_str().unwrap_or_default());
    vec![field("name"), field("id_number"), field("phone"), ("subject", "person")]
}

/// Where an answer leads to.
#[track_caller]
fn led_to(answer: &reqwest::Response) -> String {
    assert_eq!(answer.status().as_u16(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_window_asks_one_click_a_question_and_the_case_follows() {
    let demo = Demo::shared().await;
    let node = demo.node("jiangsu");
    let desk = Browser::sign_in(&node, "suzhou-clerk").await;
    let base = format!("/window/new/{HOME}");

    let first = desk.page(&base).await;
    assert!(first.contains("买的是哪种房？") && first.contains("?answer.home=old"), "{first}");
    assert!(!first.contains("name=\"id_number\"") && !first.contains("婚姻状况承诺书"), "{first}");
    let second = desk.page(&format!("{base}?answer.home=old")).await;
    assert!(second.contains("买的是哪种房？ 二手房") && second.contains("申请人现在有配偶吗？"), "{second}");
    assert!(second.contains("?answer.home=old&amp;answer.spouse=yes") && !second.contains("name=\"id_number\""));
    let cannot = desk.page(&format!("{base}?answer.home=built")).await;
    assert!(cannot.contains("柜台办") && !cannot.contains("name=\"id_number\""), "{cannot}");
    // What is not asked any more after an answer was changed does no harm.
    let changed = desk.page(&format!("{base}?answer.home=built&answer.spouse=yes")).await;
    assert!(changed.contains("柜台办") && !changed.contains("有配偶吗"), "{changed}");

    let path = format!("{base}?answer.home=old&answer.spouse=yes");
    let whole = desk.page(&path).await;
    assert!(whole.contains("婚姻状况承诺书") && whole.contains("name=\"id_number\""), "{whole}");
    assert!(whole.contains("15 个工作日"), "{whole}");

    let applicant = person(481);
    let answer = desk.submit(&base, &base, &fields(&applicant)).await;
    assert_eq!(answer.status().as_u16(), 422);
    let told = answer.text().await.unwrap();
    assert!(told.contains("请先回答：买的是哪种房？") && told.contains("situation-unanswered"), "{told}");

    let case = led_to(&desk.submit(&path, &path, &fields(&applicant)).await);
    let page = desk.page(&case).await;
    assert!(page.contains("买的是哪种房？ 二手房") && page.contains("申请人现在有配偶吗？ 有"), "{page}");
    let id = case.rsplit('/').next().unwrap();
    let case = node.sign_in("suzhou-clerk").await.case(id).await;
    let drafted = &case["case"]["drafted"];
    assert_eq!(drafted["situations"][0]["answer"], "old");
    assert_eq!(drafted["situations"][1]["said"], "有");
    assert_eq!(drafted["item"]["promised"]["days"], 15);
    assert_eq!(keys(&case), ["id-card", "contract", "invoice", "marriage", "withdrawal-form"]);
}

#[tokio::test]
async fn the_portal_asks_and_its_guide_says_what_changes() {
    let demo = Demo::shared().await;
    let node = demo.node("jiangsu");
    let browser = Browser::sign_in(&node, "jiangsu-li").await;
    let guide = browser.page("/items/2020-35-49?here=320500&there=330400").await;
    for there in ["分哪几种情形", "另要：异地就医备案登记表", "不用先备案", "看情形"] {
        assert!(guide.contains(there), "no {there} in {guide}");
    }
    // Where nothing is asked there is nothing of it.
    assert!(!browser.page("/items/2020-35-49?here=320500&there=340100").await.contains("分哪几种情形"));

    let base = "/apply/2020-35-49@330400?here=320500";
    let first = browser.page(base).await;
    assert!(first.contains("为什么在外地看病？") && !first.contains("name=\"id_number\""), "{first}");
    let urgent = browser.page(&format!("{base}&answer.stay=urgent")).await;
    assert!(urgent.contains("不用先备案") && !urgent.contains("name=\"id_number\""), "{urgent}");
    let live = browser.page(&format!("{base}&answer.stay=live")).await;
    assert!(live.contains("异地就医备案登记表") && live.contains("name=\"id_number\""), "{live}");

    let li = li();
    let told = browser.submit(base, base, &fields(&li)).await.text().await.unwrap();
    assert!(told.contains("请先回答：为什么在外地看病？"), "{told}");
    let path = format!("{base}&answer.stay=visit");
    let case = led_to(&browser.submit(&path, &path, &fields(&li)).await);
    let page = browser.page(&case).await;
    assert!(page.contains("为什么在外地看病？ 临时外出就医") && !page.contains("异地就医备案登记表"), "{page}");
}

#[tokio::test]
async fn programs_read_the_questions_and_answer_them() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let asked = clerk.get(&format!("/api/v1/implementations/{HOME}/situations")).await;
    assert_eq!((&asked[0]["key"], &asked[0]["answers"][0]["next"]), (&json!("home"), &json!("spouse")));
    assert_eq!(clerk.get("/api/v1/implementations/2020-35-25@340100/situations").await, json!([]));
    clerk.ask("/api/v1/implementations/2020-35-24@1/situations").await.refused(404, "item-unknown");

    let request = json!({ "implementation": HOME, "subject": "person", "applicant": person(482) });
    let tell =
        async |answers: Value| clerk.tell("/api/v1/cases", &with(request.clone(), json!({ "answers": answers }))).await;
    clerk.tell("/api/v1/cases", &request).await.refused(422, "situation-unanswered").field("answers.home");
    tell(json!({ "home": "new" })).await.refused(422, "situation-unanswered").field("answers.spouse");
    tell(json!({ "home": "castle" })).await.refused(422, "situation-unknown").field("answers.home");
    let more = json!({ "home": "new", "spouse": "no", "hat": "red" });
    tell(more).await.refused(422, "situation-unknown").field("answers.hat");
    tell(json!({ "home": "built" })).await.refused(409, "situation-cannot");
    let plain = with(suzhou_to_hefei(483), json!({ "answers": { "home": "new" } }));
    clerk.tell("/api/v1/cases", &plain).await.refused(422, "situation-unknown");

    // What is not needed in this situation is no material of the case; nobody but who has the whole reads the answers.
    let originals = ["id-card", "contract"].map(|key| material(key, "seen_original"));
    let copies = ["invoice", "withdrawal-form"].map(|key| material(key, "copy_taken"));
    let materials = [originals, copies].concat();
    let answers = json!({ "home": "new", "spouse": "no" });
    let id = clerk.open(with(request, json!({ "answers": answers, "materials": materials }))).await;
    let case = clerk.case(&id).await;
    assert_eq!(keys(&case), ["id-card", "contract", "invoice", "withdrawal-form"]);
    assert_eq!(case["case"]["drafted"]["item"]["promised"]["days"], 10);
    let stray = json!({ "materials": [material("marriage", "copy_taken")] });
    clerk.try_act(&id, "materials", stray).await.refused(409, "material-unknown");
    clerk.act(&id, "take-in", json!({})).await;
    clerk.act(&id, "hand-over", json!({})).await;
    let part = until("a part begins", async || {
        let parts = clerk.case(&id).await["parts"].clone();
        parts.as_array().and_then(|all| all.iter().find_map(|part| part["id"].as_str().map(str::to_owned)))
    })
    .await;
    assert_eq!(clerk.case(&part).await["case"]["drafted"]["situations"], Value::Null);
}
