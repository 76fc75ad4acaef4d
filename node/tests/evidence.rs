//! Evidence over HTTP: a coordination office records events, a codebook, statements and what it stands by; everyone reads it,
//! reports count it, those who are named reply.

mod support;

use jiff::ToSpan as _;
use serde_json::Value;
use support::*;
use tongban::text::Lang;
use tongban_core::network::facts::SourceKind;

const PAGE: &str = "/network/evidence";

async fn page(node: &Node, path: &str) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(format!("{}{path}", node.address)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Waits until a page that everyone may read says something.
async fn says(node: &Node, path: &str, words: &str) -> String {
    until(&format!("{}{path} says {words}", node.name), async || {
        let (status, text) = page(node, path).await;
        (status == 200 && text.contains(words)).then_some(text)
    })
    .await
}

/// Sends a form, and says with which status and page it was answered.
async fn send(desk: &Browser, fields: &[(&str, &str)]) -> (u16, String) {
    let answer = desk.submit(PAGE, PAGE, fields).await;
    let status = answer.status().as_u16();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (status, to.unwrap_or(answer.text().await.unwrap()))
}

const EVENT: [(&str, &str); 8] = [
    ("step", "event"),
    ("event-key", "drill-portal"),
    ("event-name", "演练平台开通"),
    ("event-from", "2026-03-01"),
    ("event-effect", "advances"),
    ("event-items", "2020-35-25"),
    ("event-regions", "江苏省 340000"),
    ("event-source", "演练文件 第2页"),
];

const CONCEPT: [(&str, &str); 4] = [
    ("step", "concept"),
    ("concept-key", "place"),
    ("concept-name", "取消户籍地限制"),
    ("concept-rule", "明确说要取消或保留时用"),
];

const STATEMENT: [(&str, &str); 9] = [
    ("step", "statement"),
    ("statement-actor", "演练研究院"),
    ("statement-network", "professional"),
    ("statement-concept", "place"),
    ("statement-agree", "for"),
    ("statement-day", "2026-04-01"),
    ("statement-kind", "interview"),
    ("statement-source", "访谈记录 3#1"),
    ("statement-coder", "A"),
];

/// An organisation of the directory.
const WINDOW: &str = "苏州市演练政务服务中心跨省通办窗口";

/// The same with another value.
fn with<'a>(fields: &[(&'a str, &'a str)], field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, held)| (*name, if *name == field { value } else { *held })).collect()
}

#[test]
fn every_word_of_the_evidence_is_there() {
    let steps = ["event", "concept", "statement", "file", "withdraw", "reply", "paper", "publish"];
    let keys = steps.iter().flat_map(|step| [format!("evidence-do-{step}"), format!("evidence-done-{step}")]);
    let kinds = SourceKind::ALL.into_iter().filter(|kind| *kind != SourceKind::Operations);
    let kinds = kinds.map(|kind| format!("evidence-kind-{}", kind.name()));
    // What the reader of lists says of one.
    let table = include_str!("../src/network/statement/table.rs");
    let told = table.split("tell(").skip(1).filter_map(|rest| {
        let code = rest.trim_start().strip_prefix('"')?.split('"').next()?;
        Some(code.to_owned())
    });
    let whole = ["statements-none", "dna-format", "encoding", "file-empty", "file-too-large", "format-unknown"];
    let codes: Vec<String> = told.chain(whole.map(str::to_owned)).collect();
    assert!(codes.len() > 12, "{codes:?}");
    let codes = codes.iter().map(|code| format!("evidence-file-{code}"));
    for key in keys.chain(kinds).chain(codes).chain(["evidence-done-sent".to_owned()]) {
        assert!(Lang::Zh.has(&key) && Lang::En.has(&key), "no {key}");
    }
}

#[tokio::test]
async fn what_an_office_records_everyone_reads_and_reports_count() {
    let demo = Demo::start(&[]).await;
    let (registrar, jiangsu) = (demo.node("registrar"), demo.node("jiangsu"));
    let (status, empty) = page(&registrar, PAGE).await;
    assert!(status == 200 && empty.contains("还没有登记重要事件"), "{empty}");
    assert!(!empty.contains("name=\"step\""), "who is not of the office has no forms");
    let desk = Browser::sign_in(&registrar, "registrar").await;

    // What is wrong is told at its field, and nothing that was typed is lost.
    let (status, again) = send(&desk, &with(&EVENT, "event-items", "nothing")).await;
    assert!(status == 422 && again.contains("没有事项“nothing”") && again.contains("演练平台开通"), "{again}");
    let (status, again) = send(&desk, &with(&EVENT, "event-source", "联系人 13800000000")).await;
    assert!(status == 422 && again.contains("evidence-person") && again.contains("13800000000"), "{again}");
    assert_eq!(send(&desk, &EVENT).await, (303, format!("{PAGE}?done=event&count=1&left=0")));
    let (status, again) = send(&desk, &EVENT).await;
    assert!(status == 422 && again.contains("evidence-key-taken"), "{again}");

    let (status, _) = send(&desk, &STATEMENT).await;
    assert_eq!(status, 422, "the codebook has no such concept yet");
    assert_eq!(send(&desk, &CONCEPT).await.0, 303);
    assert_eq!(send(&desk, &STATEMENT).await, (303, format!("{PAGE}?done=statement&count=1&left=0")));
    assert_eq!(send(&desk, &STATEMENT).await, (303, format!("{PAGE}?done=statement&count=0&left=1")));
    let said = desk.page(&format!("{PAGE}?done=statement&count=0&left=1")).await;
    assert!(said.contains("这条陈述已经在册"), "{said}");

    // A list, its concept by name; what stands already is left out.
    let upload = async |text: &str| {
        let http = reqwest::multipart::Part::bytes(text.as_bytes().to_vec()).file_name("list.csv");
        desk.upload_with(PAGE, PAGE, &[("step", "file")], http).await
    };
    let list = "actor,network,concept,agree,day,kind,source,coder\n\
        演练研究院,专业网络,place,赞成,2026-04-01,访谈,访谈记录 3#1,A\n\
        苏州市演练政务服务中心跨省通办窗口,府际网络,取消户籍地限制,反对,2026-04-02,观察,观察记录 1#2,A\n";
    let to = upload(list).await;
    assert_eq!(to, (303, format!("{PAGE}?done=file&count=1&left=1")));
    let (status, again) = upload(&list.replace("观察,", "窗口,")).await;
    assert!(status == 422 && again.contains("第 3 行") && again.contains("不认识的来源类型"), "{again}");
    let (status, again) = upload(&list.replace("观察,", "运行,").replace("3#1", "3#2")).await;
    assert!(status == 422 && again.contains("第 2 条") && again.contains("evidence-operations"), "{again}");

    // What does not say of itself which statement it is about has the number before it.
    let long = "长".repeat(1_100);
    let (status, again) = upload(&list.replace("观察记录 1#2", &long)).await;
    assert!(status == 422 && again.contains("第 2 条") && again.contains("too-long"), "{again}");

    // It reaches every node: events, the codebook, who is for and who against.
    let there = says(&jiangsu, PAGE, WINDOW).await;
    for words in ["演练平台开通", "江苏省、安徽省", "取消户籍地限制", "演练研究院", "第 2 号"]
    {
        assert!(there.contains(words), "no {words} in {there}");
    }
    assert!(!there.contains("name=\"step\"") && !there.contains("on=withdraw"), "{there}");
    let said = says(&jiangsu, "/network/evidence/statements?concept=place", "观察记录 1#2").await;
    assert!(said.contains("访谈记录 3#1") && said.contains("明确说要取消或保留时用"), "{said}");
    assert_eq!(page(&jiangsu, "/network/evidence/statements?concept=none").await.0, 404);
    let clerk = Browser::sign_in(&jiangsu, "suzhou-clerk").await;
    assert_eq!(clerk.submit("/window", PAGE, &EVENT).await.status().as_u16(), 403);

    // It is among the facts of every node, with whom it names.
    let facts: Value = serde_json::from_slice(&clerk.bytes("/network/export?of=own&format=facts").await).unwrap();
    assert!(facts["events"].as_array().unwrap().iter().any(|event| event["key"] == "drill-portal"), "{facts}");
    assert_eq!(facts["codebook"][0]["key"], "place");
    assert_eq!(facts["statements"].as_array().unwrap().len(), 2);
    assert_eq!(facts["statements"][1]["actor"], "12993205000000019Y", "who is named is who has the code");
    assert!(facts["actors"].as_array().unwrap().iter().any(|one| one["actor"] == "professional:演练研究院"));
    let report = clerk.page("/network/report?of=own&from=2026-01-01").await;
    assert!(report.contains("演练平台开通"), "{report}");

    // The list is one that the researcher's command reads.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statements.csv");
    std::fs::write(&path, clerk.bytes("/network/evidence/statements.csv").await).unwrap();
    run(&["network", "statements", path.to_str().unwrap()]).fine();

    // One statement of the list is withdrawn; it counts no more, and stands with its reason.
    let asked = desk.page(&format!("{PAGE}?on=withdraw&node=registrar&seq=5&line=1#about")).await;
    assert!(asked.contains("为什么撤下") && asked.contains(WINDOW), "{asked}");
    let withdraw =
        [("step", "withdraw"), ("node", "registrar"), ("seq", "5"), ("line", "1"), ("withdraw-reason", "录重了")];
    assert_eq!(send(&desk, &withdraw).await.0, 303);
    let (status, again) = send(&desk, &withdraw).await;
    assert!(status == 422 && again.contains("evidence-withdrawn"), "{again}");
    says(&jiangsu, PAGE, "录重了").await;
    let facts: Value = serde_json::from_slice(&clerk.bytes("/network/evidence/evidence.json").await).unwrap();
    assert_eq!(facts["statements"].as_array().unwrap().len(), 1, "{facts}");
}

#[tokio::test]
async fn a_diagnosis_is_published_and_replied_to() {
    let demo = Demo::start(&[]).await;
    let (registrar, anhui) = (demo.node("registrar"), demo.node("anhui"));
    let desk = Browser::sign_in(&registrar, "registrar").await;
    let law = "/law/cross-province-2020";
    until("the registrar knows the law", async || (page(&registrar, law).await.0 == 200).then_some(())).await;
    let conflict = [
        ("step", "conflict"),
        ("conflict-article", ""),
        ("conflict-items", "2020-35-25"),
        ("conflict-what", "演练：与做法不一致"),
        ("conflict-since", "2026-01-01"),
        ("conflict-source", "演练文件"),
        ("conflict-date", "2026-01-01"),
        ("conflict-shows", "演练"),
    ];
    assert_eq!(desk.submit(law, law, &conflict).await.status().as_u16(), 303);
    // It stands for half a year if nothing happens until then.
    let until_day = jiff::Zoned::now().date().saturating_add(400.days());
    let report = format!("/network/report?of=own&from=2026-01-01&until={until_day}");
    let which = until("the diagnosis is asserted", async || {
        let text = desk.page(&report).await;
        let (_, rest) = text.split_once("name=\"which\" value=\"")?;
        Some(rest.split('"').next()?.replace("&quot;", "\""))
    })
    .await;
    assert!(which.contains("cross-province-2020"), "{which}");
    let gone = desk.submit(&report, &report, &[("which", "[]")]).await;
    assert_eq!(gone.status().as_u16(), 409);
    assert!(gone.text().await.unwrap().contains("diagnosis-not-asserted"));
    let published = desk.submit(&report, &report, &[("which", &which)]).await;
    assert_eq!(published.status().as_u16(), 303, "{}", published.text().await.unwrap());
    let again = desk.submit(&report, &report, &[("which", &which)]).await;
    assert!(again.text().await.unwrap().contains("diagnosis-published"));

    // Another node reads it; whom it does not name does not reply.
    let there = says(&anhui, PAGE, "还没有答复").await;
    assert!(there.contains("id=\"registrar-"), "{there}");
    let seq = there.split_once("id=\"registrar-").unwrap().1.split('"').next().unwrap().to_owned();
    let officer = Browser::sign_in(&anhui, "hefei-gjj").await;
    let reply = [("step", "reply"), ("node", "registrar"), ("seq", &seq), ("reply-words", "演练答复")];
    let refused = officer.submit("/authority", PAGE, &reply).await;
    assert_eq!(refused.status().as_u16(), 422);
    assert!(refused.text().await.unwrap().contains("diagnosis-names-others"));

    // The ministry's letter is entered by the office, and stands beside the diagnosis.
    let party = there.split_once("还没有答复：").unwrap().1.split('<').next().unwrap().trim().to_owned();
    let party = format!("community:{party}");
    let paper = [
        ("step", "paper"),
        ("node", "registrar"),
        ("seq", &seq),
        ("paper-party", &party),
        ("paper-words", "演练：正在修订"),
        ("paper-source", "演练来函 8 号"),
    ];
    assert_eq!(send(&desk, &paper).await.0, 303);
    let there = says(&anhui, PAGE, "演练：正在修订").await;
    assert!(there.contains("演练来函 8 号") && !there.contains("还没有答复"), "{there}");
    let text = desk.page(&report).await;
    assert!(text.matches("演练：正在修订").count() >= 2, "in the diagnosis and beside it: {text}");
}
