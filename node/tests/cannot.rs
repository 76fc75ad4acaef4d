//! Whoever could not get a matter done tells a human, by number and code finds the answer, and may say once that it is
//! still not done.

mod support;

use serde_json::json;
use support::*;
use tongban::store::{CannotAnswer, CannotState, NewCannot, Store};
use tongban_core::dossier::Moment;

/// Someone with a browser at one node.
struct Browser {
    http: reqwest::Client,
    address: String,
    cookie: String,
}

/// Status, where it leads, and the page.
struct Seen {
    status: u16,
    to: String,
    text: String,
}

impl Browser {
    fn nobody(demo: &Demo) -> Browser {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Browser { http, address: demo.node("jiangsu").address, cookie: String::new() }
    }

    async fn signed_in(demo: &Demo, login: &str) -> Browser {
        let mut browser = Browser::nobody(demo);
        let answer = browser.send("/login", &[("login", login), ("password", PASSWORD)]).await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        browser.cookie = cookie;
        browser
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let mut form = reqwest::Url::parse("http://form/").unwrap();
        form.query_pairs_mut().extend_pairs(fields);
        let body = form.query().unwrap_or_default().to_owned();
        let request = self.http.post(format!("{}{path}", self.address)).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.header("cookie", &self.cookie).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Seen {
        let request = self.http.get(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        seen(request.send().await.unwrap()).await
    }

    /// Fills in the form of a page and sends it.
    async fn fill(&self, page: &str, to: &str, fields: &[(&str, &str)]) -> Seen {
        let form = self.get(page).await.text;
        let (csrf, once) = (hidden(&form, "csrf"), hidden(&form, "once"));
        let mut all = vec![("csrf", csrf.as_str()), ("once", once.as_str()), ("page", "")];
        all.extend(fields);
        seen(self.send(to, &all).await).await
    }
}

async fn seen(answer: reqwest::Response) -> Seen {
    let status = answer.status().as_u16();
    let to = answer.headers().get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
    Seen { status, to, text: answer.text().await.unwrap() }
}

/// The value of a hidden field of the form in the page, not of the one that signs out.
fn hidden(page: &str, name: &str) -> String {
    let at = page.rfind(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in {page}"));
    let value = &page[at..];
    let value = &value[value.find("value=\"").unwrap() + 7..];
    value[..value.find('"').unwrap()].to_owned()
}

/// What is typed, to a window, by a caller with a number of their own.
fn typed<'a>(org: &'a str, phone: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("wish", "提取住房公积金"),
        ("barrier", "窗口说系统里查不到，让我回合肥办"),
        ("org", org),
        ("name", "试验某反映人"),
        ("phone", phone),
    ]
}

const SUZHOU: &str = "12993205000000019Y";

fn number_of(to: &str) -> String {
    to.split('/').nth(2).unwrap().to_owned()
}

#[tokio::test]
async fn it_is_answered_by_the_window_and_once_more_by_who_manages_it() {
    let demo = Demo::shared().await;
    let person = Browser::nobody(&demo);
    let page = person.get("/cannot").await;
    assert!(page.status == 200 && page.text.contains(SUZHOU) && !page.text.contains("12993401000000019F"));
    // The link stands where people look for it.
    assert!(person.get("/").await.text.contains("href=\"/cannot\""));

    let once = hidden(&page.text, "once");
    let mut fields = typed(SUZHOU, "10070000401");
    fields.push(("once", &once));
    let first = seen(person.send("/cannot", &fields).await).await;
    assert_eq!(first.status, 303, "{}", first.text);
    assert!(first.to.starts_with("/cannot/BBC-320500-"), "{}", first.to);
    let again = seen(person.send("/cannot", &fields).await).await;
    assert_eq!(again.to, first.to, "a second sending is the first one");
    let own = first.to.split('?').next().unwrap();
    let number = number_of(&first.to);
    let follow = person.get(own).await.text;
    assert!(follow.contains(&number) && follow.contains("等答复") && follow.contains("苏州市演练政务服务中心"));
    assert_eq!(person.get(&format!("/cannot/{number}/AAAAAAAA")).await.status, 404);

    let clerk = Browser::signed_in(&demo, "suzhou-clerk").await;
    let desk = format!("/window/cannot/{number}");
    assert!(clerk.get("/window/cannot").await.text.contains(&number));
    let one = clerk.get(&desk).await.text;
    assert!(one.contains("10070000401") && one.contains("查不到"));
    let other = Browser::signed_in(&demo, "nanjing-clerk").await;
    assert!(!other.get("/window/cannot").await.text.contains(&number));
    assert_eq!(other.get(&desk).await.status, 404);
    assert_eq!(Browser::signed_in(&demo, "suzhou-gjj").await.get("/window/cannot").await.status, 403);

    let empty = clerk.fill(&desk, &desk, &[("answer", " "), ("state", "solved")]).await;
    assert!(empty.status == 422 && empty.text.contains("answer-empty"), "{}", empty.text);
    let nobody = clerk.fill(&desk, &desk, &[("answer", "已转"), ("state", "passed")]).await;
    assert!(nobody.status == 422 && nobody.text.contains("passed-empty"), "{}", nobody.text);
    let early = person.fill("/cannot", own, &[("again", "还没有人理")]).await;
    assert!(early.status == 422 && early.text.contains("again-once"), "{}", early.text);
    let answer = [("answer", "已电话联系合肥，材料今天补传"), ("state", "explained")];
    let answered = clerk.fill(&desk, &desk, &answer).await;
    assert_eq!((answered.status, answered.to), (303, format!("{desk}?done=answered")));
    assert!(person.get(own).await.text.contains("材料今天补传"));

    // Still not done: once, and for who manages the windows.
    let again = person.fill(own, own, &[("again", "还是查不到")]).await;
    assert_eq!((again.status, again.to), (303, format!("{own}?done=again")));
    let waits = clerk.get(&desk).await.text;
    assert!(waits.contains("还是查不到") && !waits.contains("name=\"answer\""));
    let lead = Browser::signed_in(&demo, "jiangsu-admin").await;
    assert!(lead.get("/window/cannot").await.text.contains(&number));
    let answer = [("answer", "已请合肥改正登记，今天办好"), ("state", "solved")];
    assert_eq!(lead.fill(&desk, &desk, &answer).await.status, 303);
    let end = person.get(own).await.text;
    assert!(end.contains("已解决") && end.contains("今天办好") && end.contains("材料今天补传"));
    assert!(!end.contains("name=\"again\""));
    let third = person.fill("/cannot", own, &[("again", "再来一次")]).await;
    assert!(third.status == 422 && third.text.contains("again-once"), "{}", third.text);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_once_and_what_was_typed_stays() {
    let demo = Demo::shared().await;
    let person = Browser::nobody(&demo);
    let wrong = person.fill("/cannot", "/cannot", &[("wish", "办一件事"), ("phone", "13800138000")]).await;
    assert_eq!(wrong.status, 422);
    for code in ["barrier-empty", "name-empty", "drill-only-reserved"] {
        assert!(wrong.text.contains(code), "{code}: {}", wrong.text);
    }
    assert!(wrong.text.contains("办一件事"));
    let long = "长".repeat(1_001);
    let mut fields = typed("99", "10070000402");
    fields[0].1 = &long;
    let wrong = person.fill("/cannot", "/cannot", &fields).await;
    assert!(wrong.status == 422 && wrong.text.contains("cannot-long") && wrong.text.contains("org-unknown"));
}

#[tokio::test]
async fn who_is_not_sure_is_seen_by_every_window_and_a_receipt_needs_its_code() {
    let demo = Demo::shared().await;
    let person = Browser::nobody(&demo);
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(403)).await;
    let case = clerk.case(&id).await;
    let receipt = case["number"].as_str().unwrap();
    let page = Browser::signed_in(&demo, "suzhou-clerk").await.get(&format!("/window/cases/{id}/receipt")).await.text;
    let code = {
        let at = page.find("查询码 <strong>").expect("a code") + "查询码 <strong>".len();
        page[at..at + 8].to_owned()
    };
    let send = async |code: &str, phone: &str| {
        let mut fields = typed("", phone);
        fields.extend([("receipt", receipt), ("code", code)]);
        person.fill("/cannot", "/cannot", &fields).await
    };
    for wrong in ["", "AAAAAAAA"] {
        let answer = send(wrong, "10070000403").await;
        assert!(answer.status == 422 && answer.text.contains("receipt-unknown"), "{}", answer.text);
    }
    let sent = send(&code, "10070000404").await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let number = number_of(&sent.to);
    for login in ["suzhou-clerk", "nanjing-clerk", "jiangsu-admin"] {
        let staff = Browser::signed_in(&demo, login).await;
        assert!(staff.get("/window/cannot").await.text.contains(&number), "{login}");
        let one = staff.get(&format!("/window/cannot/{number}")).await.text;
        assert!(one.contains(receipt), "{login}");
        // The case itself opens to the window that has it.
        assert_eq!(one.contains(&format!("/window/cases/{id}")), login == "suzhou-clerk", "{login}");
    }
    // Who follows the case by its receipt needs no code.
    let tracked = person.send("/track", &[("number", receipt), ("code", &code)]).await;
    let cookie = tracked.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let follower = Browser { cookie, ..Browser::nobody(&demo) };
    assert!(follower.get(&format!("/my/{id}")).await.text.contains(&format!("/cannot?case={receipt}")));
    let mut fields = typed(SUZHOU, "10070000405");
    fields.push(("receipt", receipt));
    let page = format!("/cannot?case={receipt}");
    assert!(follower.get(&page).await.text.contains(receipt));
    assert_eq!(follower.fill(&page, "/cannot", &fields).await.status, 303);
}

#[tokio::test]
async fn too_many_from_one_telephone_are_stopped() {
    let demo = Demo::shared().await;
    let person = Browser::nobody(&demo);
    let mut last = 0;
    for _ in 0..=tongban::limits::ATTEMPTS_MAX {
        let answer = person.fill("/cannot", "/cannot", &typed(SUZHOU, "10070000406")).await;
        last = answer.status;
        if last == 422 {
            assert!(answer.text.contains("too-many-tries"), "{}", answer.text);
        }
    }
    assert_eq!(last, 422);
}

#[tokio::test]
async fn what_is_closed_is_erased_after_its_term_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(folder.path(), None).await.unwrap();
    let new = |once: &str, at: i64| NewCannot {
        once: once.to_owned(),
        at: Moment(at),
        org: Some(SUZHOU.to_owned()),
        receipt: None,
        wish: "办一件事".to_owned(),
        barrier: "没人管".to_owned(),
        name: "试验某".to_owned(),
        phone: "10070000407".to_owned(),
        due: 20_261_125,
    };
    let answer = |at: i64| CannotAnswer {
        at: Moment(at),
        org: SUZHOU.to_owned(),
        staff: "SZ-1".to_owned(),
        state: CannotState::Solved,
        text: "办好了".to_owned(),
        passed_to: String::new(),
    };
    let one = store.add_cannot("320500", &new("a", 1)).await.unwrap();
    let other = store.add_cannot("320500", &new("b", 2)).await.unwrap();
    assert_eq!(store.add_cannot("320500", &new("a", 3)).await.unwrap(), one);
    assert_ne!(one.number, other.number);
    assert!(store.answer_cannot(&one, &answer(10)).await.unwrap());
    assert!(!store.answer_cannot(&one, &answer(11)).await.unwrap(), "two at one time: the first stands");
    assert!(!store.reopen_cannot(&other.number, Moment(12), "还没答复", 20_261_130).await.unwrap());
    let found: Vec<String> =
        store.cannots_open(Some(SUZHOU)).await.unwrap().into_iter().map(|one| one.number).collect();
    assert_eq!(found, std::slice::from_ref(&other.number));
    assert_eq!(store.cannots_closed(None).await.unwrap().len(), 1);
    assert_eq!(store.erase_cannots(Moment(10)).await.unwrap(), 0);
    assert!(store.reopen_cannot(&one.number, Moment(12), "没办好", 20_261_130).await.unwrap());
    assert!(!store.reopen_cannot(&one.number, Moment(13), "没办好", 20_261_130).await.unwrap());
    assert_eq!(store.erase_cannots(Moment(100)).await.unwrap(), 0, "what is open again is not over");
    let held = store.cannot(&one.number).await.unwrap().unwrap();
    assert!(store.answer_cannot(&held, &answer(20)).await.unwrap());
    assert_eq!(store.erase_cannots(Moment(21)).await.unwrap(), 1);
    assert_eq!(store.cannot(&one.number).await.unwrap(), None);
    assert_eq!(store.count_cannots(SUZHOU).await.unwrap(), 1);
    assert_eq!(json!(CannotState::Solved), json!("solved"));
}
