//! Implementations come in from what offices have, and go out again: Excel, CSV, JSON; by the command line and by the page.
//!
//! Tests that publish have a node each, so that none sees what another changes.

mod support;

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use serde_json::{Value, json};
use support::*;
use tempfile::TempDir;
use tongban_core::ident::Region;

/// 合肥市 provident fund centre of the demo.
const HEFEI: &str = "12993401000000027A";
/// The headings that a new implementation needs.
const HEADINGS: [&str; 9] = [
    "基本事项",
    "行政区划",
    "实施主体编码",
    "生效日期",
    "法定办结时限",
    "承诺办结时限",
    "设定依据",
    "办理结果",
    "申请材料",
];

/// A row that is right: one cell a heading.
fn row(item: &str, region: &str) -> Vec<String> {
    let authority = if region.starts_with("3418") { "12993418000000027Y" } else { HEFEI };
    let cells = [item, region, authority, "2026-01-01", "20个工作日", "5", "依据待核实", "证明", "身份证|必要|原件"];
    cells.map(str::to_owned).to_vec()
}

fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn write_rows(sheet: &mut Worksheet, first: u32, rows: &[Vec<String>]) {
    for (at, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(first + at as u32, column as u16, cell).unwrap();
        }
    }
}

fn headings() -> Vec<String> {
    HEADINGS.map(str::to_owned).to_vec()
}

fn csv(rows: &[Vec<String>]) -> String {
    let lines = [vec![headings()], rows.to_vec()].concat();
    lines.iter().map(|cells| cells.join(",") + "\r\n").collect()
}

/// Runs a command about a file; what it reports, and its status.
fn report(node: &Node, what: &[&str], file: &str) -> (Value, i32) {
    let ran = run(&[&["catalogue"], what, &["--json", "--data", node.data(), file]].concat());
    let report = serde_json::from_slice(&ran.out).unwrap_or_else(|_| panic!("{} {}", ran.text(), ran.err));
    (report, ran.code)
}

/// What a node publishes, by identifier.
fn published(node: &Node) -> BTreeMap<String, Value> {
    let out = run(&["catalogue", "export", "--data", node.data(), "--format", "json"]).fine().out;
    let all: Vec<Value> = serde_json::from_slice(&out).unwrap();
    all.into_iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one)).collect()
}

/// Code, sheet, row and column of every fault of a severity.
fn faults(report: &Value, severity: &str) -> Vec<(String, String, u64, String)> {
    let of = report["faults"].as_array().unwrap().iter().filter(|fault| fault["severity"] == severity);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    of.map(|fault| {
        for words in ["message", "message_en", "todo", "todo_en"] {
            assert!(fault[words].as_str().unwrap().chars().count() > 2, "{fault}");
        }
        (text(&fault["code"]), text(&fault["sheet"]), fault["row"].as_u64().unwrap(), text(&fault["column"]))
    })
    .collect()
}

#[track_caller]
fn has(faults: &[(String, String, u64, String)], code: &str, sheet: &str, row: u64, column: &str) {
    let is = |fault: &&(String, String, u64, String)| {
        fault.0 == code && fault.1 == sheet && fault.2 == row && fault.3.starts_with(column)
    };
    assert!(faults.iter().any(|fault| is(&fault)), "no {code} at {sheet} {row} {column}: {faults:?}");
}

#[tokio::test]
async fn what_goes_out_comes_in_unchanged() {
    let demo = Demo::shared().await;
    let node = demo.node("zhejiang");
    let before = published(&node);
    assert!(before.len() > 10 && before.values().any(|one| one["parts"].is_array()));
    let folder = tempfile::tempdir().unwrap();
    for format in ["xlsx", "csv", "json"] {
        let file = folder.path().join(format!("out.{format}"));
        let file = file.to_str().unwrap();
        run(&["catalogue", "export", "--data", node.data(), "--format", format, "--out", file]).fine();
        let (report, code) = report(&node, &["import", "--replace"], file);
        assert_eq!((code, faults(&report, "error")), (0, vec![]), "{format}");
        assert_eq!(report["unchanged"], before.len(), "{format}: {report}");
        assert_eq!((&report["published"], &report["changes"]), (&Value::Null, &json!([])), "{format}");
    }
    assert_eq!(published(&node), before);

    let out = run(&["catalogue", "export", "--data", node.data(), "--format", "cpsv-ap"]).fine().out;
    let graph: Value = serde_json::from_slice(&out).unwrap();
    let services = graph["@graph"].as_array().unwrap();
    assert!(services.len() > before.len() && services.iter().all(|one| one["@type"] == "cpsv:PublicService"));
}

#[tokio::test]
async fn a_spreadsheet_comes_in_whole_or_not_at_all() {
    let demo = Demo::shared().await;
    let node = demo.node("anhui");
    let before = published(&node);
    let folder = tempfile::tempdir().unwrap();

    // A title above, merged as titles are; further columns; materials on a sheet of their own.
    let more = ["实施编码", "咨询电话", "监督投诉电话", "收费标准", "收费依据", "备注"];
    let code = format!("{HEFEI}3342011111001");
    let filled = [code.as_str(), "0551-62345678", "0551-62345679", "10元", "皖价费〔2020〕1号", "内部"];
    let mut book = Workbook::new();
    let items = book.add_worksheet();
    items.set_name("事项").unwrap();
    items.merge_range(0, 0, 0, 8, "合肥市实施清单", &Format::new()).unwrap();
    let mut head = headings();
    head.pop();
    head.extend(more.map(str::to_owned));
    let mut cells = row("2020-35-1", "340100");
    cells.pop();
    cells.extend(filled.map(str::to_owned));
    write_rows(items, 1, &[head, cells]);
    let materials = book.add_worksheet();
    materials.set_name("材料").unwrap();
    let line = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
    let sheet = [
        line(["实施编码", "材料名称", "材料必要性", "核验原件", "审查要点"]),
        line([&code, "身份证", "1", "是", "本人签名；在有效期内"]),
        line([&code, "申请表", "容缺后补", "否", ""]),
    ];
    write_rows(materials, 0, &sheet);
    let file = put(&folder, "good.bin", &book.save_to_buffer().unwrap());

    let (dry, status) = report(&node, &["import", "--dry-run"], &file);
    assert_eq!((status, faults(&dry, "error")), (0, vec![]), "{dry}");
    has(&faults(&dry, "warning"), "column-unknown", "事项", 2, "N 备注");
    assert_eq!(published(&node), before, "asked only");
    let (done, status) = report(&node, &["import"], &file);
    assert!(status == 0 && done["published"] == 1, "{done}");
    let now = published(&node);
    assert_eq!(now.len(), before.len() + 1, "what the file does not have stays");
    let new = &now["2020-35-1@340100"];
    assert_eq!((&new["code"], &new["version"], &new["fee"]), (&json!(code), &json!(1), &json!("10元")));
    assert_eq!(new["materials"][1], {
        let material = json!({ "key": "m2", "name": "申请表", "name_en": "", "need": "may_follow", "original": false });
        with(material, json!({ "review": "", "review_en": "" }))
    });
    assert_eq!(new["materials"][0]["review"], "本人签名；在有效期内");

    // A column that is not there leaves what is published; what changes is one version more.
    let text = "事项标识,承诺办结时限\n2020-35-1@340100,3\n";
    let (done, _) = report(&node, &["import"], &put(&folder, "few.csv", format!("{text},\n").as_bytes()));
    assert_eq!(done["errors"], 1, "three headings at least: {done}");
    let text = "事项标识,行政区划,承诺办结时限\n2020-35-1@340100,340100,3\n";
    let (done, status) = report(&node, &["import"], &put(&folder, "few.csv", text.as_bytes()));
    assert_eq!((status, &done["changes"][0]["change"]), (0, &json!("changed")), "{done}");
    let now = published(&node);
    assert_eq!(now["2020-35-1@340100"]["version"], 2);
    assert_eq!(now["2020-35-1@340100"]["promised"]["days"], 3);
    assert_eq!(now["2020-35-1@340100"]["materials"], new["materials"]);

    // What it says beside conditions, materials and limits stands in the guide, and is there for programs.
    let get = async |path: &str| {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        http.get(format!("{}{path}", node.address)).send().await.unwrap().text().await.unwrap()
    };
    let mut guide = String::new();
    for _ in 0..100 {
        guide = get("/items/2020-35-1?there=340100").await;
        if guide.contains("0551-62345679") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for there in ["tel:0551-62345679", "皖价费〔2020〕1号", "<span>34</span><span>20</span><span>11111</span>"] {
        assert!(guide.contains(there), "no {there} in {guide}");
    }
    assert!(!guide.contains("办理地点"), "{guide}");
    let compared: Value = serde_json::from_str(&get("/api/v1/catalogue/items/2020-35-1/compare").await).unwrap();
    let places = compared["places"].as_array().unwrap();
    let hefei = places.iter().find(|place| place["region"] == "340100").unwrap();
    assert_eq!((&hefei["code"], &hefei["phone"]), (&json!(code), &json!("0551-62345678")));
    assert!(hefei.get("hours").is_none(), "{hefei}");

    // Two thousand rows of which one is wrong: nothing. Without it: all.
    let regions = Region::all_current().filter(|region| {
        let code = region.to_string();
        code.starts_with("3401") || code.starts_with("3418")
    });
    let world: Value = serde_json::from_str(include_str!("../../data/demo/world.json")).unwrap();
    let items: Vec<&str> =
        world["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap()).collect();
    let mut rows: Vec<Vec<String>> = regions
        .flat_map(|region| items.iter().map(move |item| row(item, &region.to_string())).collect::<Vec<_>>())
        // Parts need materials that these rows do not have.
        .filter(|cells| !now.get(&format!("{}@{}", cells[0], cells[1])).is_some_and(|one| one["parts"].is_array()))
        .take(2_000)
        .collect();
    assert_eq!(rows.len(), 2_000);
    let (good, status) = report(&node, &["check"], &put(&folder, "many.csv", csv(&rows).as_bytes()));
    assert_eq!((status, &good["rows"], &good["errors"]), (0, &json!(2_000), &json!(0)));
    rows[1_997][5] = "30".to_owned();
    let file = put(&folder, "many.csv", csv(&rows).as_bytes());
    let (bad, status) = report(&node, &["import", "--replace"], &file);
    assert_eq!((status, &bad["published"], &bad["changes"]), (1, &Value::Null, &json!([])));
    has(&faults(&bad, "error"), "limit-over-statutory", "", 1_999, "F");
    run(&["catalogue", "import", "--data", node.data(), &file]).refused("catalogue-errors");
    assert_eq!(published(&node), now, "nothing is half imported");
}

#[tokio::test]
async fn what_spreadsheets_hide_is_told_by_row_and_column() {
    let demo = Demo::shared().await;
    let node = demo.node("anhui");
    let folder = tempfile::tempdir().unwrap();
    let mut book = Workbook::new();
    let items = book.add_worksheet();
    items.set_name("事项").unwrap();
    write_rows(
        items,
        0,
        &[headings(), row("2020-35-2", "340100"), row("2020-35-3", "340100"), row("2020-35-4", "340100")],
    );
    items.merge_range(1, 6, 2, 6, "依据待核实", &Format::new()).unwrap();
    items.set_formula_result_default("");
    items.write_formula(3, 5, Formula::new("=1+1")).unwrap();
    items.write_formula(3, 4, Formula::new("=10+10").set_result("20")).unwrap();
    let hidden = book.add_worksheet();
    hidden.set_name("材料").unwrap().set_hidden(true);
    write_rows(hidden, 0, &[vec!["事项标识".to_owned()]]);
    let file = put(&folder, "hidden.xlsx", &book.save_to_buffer().unwrap());
    let (told, status) = report(&node, &["import"], &file);
    assert_eq!(status, 1);
    let errors = faults(&told, "error");
    has(&errors, "merged", "事项", 2, "G 设定依据");
    has(&errors, "formula-without-value", "事项", 4, "F 承诺办结时限");
    has(&errors, "cell-empty", "事项", 4, "F 承诺办结时限");
    let warnings = faults(&told, "warning");
    has(&warnings, "formula", "事项", 4, "E 法定办结时限");
    has(&warnings, "sheet-hidden", "材料", 0, "");
}

#[tokio::test]
async fn a_file_of_an_old_spreadsheet_is_read() {
    let demo = Demo::shared().await;
    let folder = tempfile::tempdir().unwrap();
    // Written by another program: `data/implementations.py`.
    let file = put(&folder, "old.xls", include_bytes!("data/implementations.xls"));
    let (told, status) = report(&demo.node("anhui"), &["check"], &file);
    assert_eq!((status, faults(&told, "error"), &told["rows"]), (0, vec![], &json!(1)), "{told}");
    has(&faults(&told, "warning"), "sheet-hidden", "备用", 0, "");
    assert_eq!(told["changes"][0]["id"], "2020-35-25@340100");
    let elements = told["changes"][0]["elements"].as_array().unwrap();
    let after = |name: &str| elements.iter().find(|one| one["element"] == name).map(|one| &one["after"]);
    assert_eq!(after("from"), Some(&json!("2026-07-01")), "{told}");
    assert_eq!(after("promised"), Some(&json!("4个工作日")), "{told}");
    assert_eq!(after("phone"), Some(&json!("0551-62345678")), "{told}");
}

#[tokio::test]
async fn what_a_new_version_does_to_open_cases_is_told() {
    let demo = Demo::start(&[]).await;
    let node = demo.node("anhui");
    let folder = tempfile::tempdir().unwrap();
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(471)).await;
    officer.sees(&id, "handed_over").await;
    let file = |row: &str| {
        let text = format!("事项标识,行政区划,生效日期,承诺办结时限\n{row}\n");
        put(&folder, "one.csv", text.as_bytes())
    };
    let (told, status) = report(&node, &["check"], &file("2020-35-25@340100,340100,2026-01-01,4"));
    assert_eq!(status, 0, "{told}");
    has(&faults(&told, "warning"), "version-in-use", "", 2, "A 事项标识");
    assert!(told["faults"].to_string().contains("2020-35-25@340100 第 1 版还有 1 件没有办完"), "{told}");
    // Not where nobody has begun.
    let (told, _) = report(&node, &["check"], &file("2020-35-25@341800,341800,2026-01-01,4"));
    assert!(!told["faults"].to_string().contains("version-in-use"), "{told}");
    // What is not in the file goes: it stands in no row.
    let unchanged = file("2020-35-25@341800,341800,2024-01-01,3");
    let (told, _) = report(&node, &["check", "--replace"], &unchanged);
    has(&faults(&told, "warning"), "version-in-use", "", 0, "");

    let (told, status) = report(&node, &["check"], &file("2020-35-25@340100,340100,2023-12-31,4"));
    assert_eq!(status, 1, "{told}");
    has(&faults(&told, "error"), "from-before-published", "", 2, "C 生效日期");
}

#[tokio::test]
async fn wrong_rows_say_what_is_wrong_and_where() {
    let demo = Demo::shared().await;
    let node = demo.node("anhui");
    let folder = tempfile::tempdir().unwrap();
    let mut head = headings();
    head.extend(["实施编码", "咨询电话", "收费依据", "失效日期"].map(str::to_owned));
    let with = |item: &str, region: &str, changes: &[(usize, &str)]| {
        let mut cells = row(item, region);
        cells.resize(13, String::new());
        changes.iter().for_each(|(at, text)| cells[*at] = (*text).to_owned());
        cells
    };
    let wrong_check = "12993401000000027B3342011111001";
    let other = "12993418000000027Y3342011111001";
    let rows = [
        head,
        with("2020-35-2", "340100", &[(9, wrong_check)]),
        with("2020-35-2", "340100", &[(9, other)]),
        with("2020-35-3", "340100", &[(9, "12993401000000027A"), (3, "明天")]),
        with("2020-35-999", "340100", &[(10, "62345678")]),
        with("2020-35-3", "320500", &[(11, "某文")]),
        with("2020-35-4", "340199", &[]),
        with("2020-35-4", "340100", &[(2, "12993205000000027F"), (4, "20天")]),
        with("2020-35-5", "340100", &[(8, "身份证|可有可无"), (12, "2025-01-01")]),
        with("2020-35-7", "340100", &[(8, "甲|必要|是|one；乙|必要|是|one"), (10, "电话")]),
    ];
    let text: String = rows.iter().map(|cells| cells.join(",") + "\n").collect();
    let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
    let (told, status) = report(&node, &["check"], &put(&folder, "wrong.csv", &gb));
    assert_eq!(status, 1);
    let errors = faults(&told, "error");
    for (code, row, column) in [
        ("code-check-digit", 2, "J 实施编码"),
        ("code-authority-other", 3, "J 实施编码"),
        ("id-twice", 3, ""),
        ("valid-twice", 3, "D 生效日期"),
        ("code-length", 4, "J 实施编码"),
        ("date-format", 4, "D 生效日期"),
        ("item-unknown", 5, "A 基本事项"),
        ("region-not-own", 6, "B 行政区划"),
        ("fee-basis-without-fee", 6, "L 收费依据"),
        ("region-unknown", 7, "B 行政区划"),
        ("uscc-format", 8, "C 实施主体编码"),
        ("need-format", 9, "I 申请材料"),
        ("until-before-from", 9, "M 失效日期"),
        ("material-key-twice", 10, "I 申请材料"),
        ("phone-format", 10, "K 咨询电话"),
    ] {
        has(&errors, code, "", row, column);
    }
    has(&faults(&told, "warning"), "phone-area", "", 5, "K 咨询电话");

    // Files that are none.
    let none: [(&str, &[u8]); 4] = [
        ("file-empty", b" \n"),
        ("file-unknown", b"\xff\xfea\x00"),
        ("file-unreadable", b"PK\x03\x04no"),
        ("json-format", b"{}"),
    ];
    for (code, bytes) in none {
        let (told, status) = report(&node, &["check"], &put(&folder, "none", bytes));
        assert_eq!((status, told["faults"][0]["code"].as_str()), (1, Some(code)), "{told}");
    }
    let missing = folder.path().join("not-there");
    run(&["catalogue", "check", "--data", node.data(), missing.to_str().unwrap()]).refused("not-read");
}

#[tokio::test]
async fn situations_come_in_by_rows_and_lead_somewhere() {
    let demo = Demo::shared().await;
    let folder = tempfile::tempdir().unwrap();
    let node = demo.node("anhui");
    let book = |rows: &[[&str; 9]]| {
        let mut book = Workbook::new();
        let items = book.add_worksheet();
        items.set_name("事项").unwrap();
        write_rows(items, 0, &[headings(), row("2020-35-2", "340100")]);
        let sheet = book.add_worksheet();
        sheet.set_name("情形").unwrap();
        let head = [
            "问题标识",
            "问题",
            "答案标识",
            "答案",
            "下一问题",
            "所需材料",
            "办理方式",
            "承诺办结时限",
            "不能办理的原因",
        ];
        let line =
            |first: &str, cells: &[&str; 9]| [vec![first.to_owned()], cells.map(str::to_owned).to_vec()].concat();
        let lines = rows.iter().map(|cells| line("2020-35-2@340100", cells));
        let lines: Vec<Vec<String>> = std::iter::once(line("事项标识", &head)).chain(lines).collect();
        write_rows(sheet, 0, &lines);
        book.save_to_buffer().unwrap()
    };
    let good = [
        ["home", "买的是哪种房？", "new", "新房", "spouse", "", "", "", ""],
        ["home", "", "old", "二手房", "spouse", "", "全程网办、代收代办", "15", ""],
        ["home", "", "built", "自建房", "", "", "", "", "请到柜台办"],
        ["spouse", "有配偶吗？", "yes", "有", "", "m1", "", "", ""],
        ["spouse", "", "no", "没有", "", "", "", "", ""],
    ];
    let (told, status) = report(&node, &["check"], &put(&folder, "good.xlsx", &book(&good)));
    assert_eq!((status, faults(&told, "error")), (0, vec![]), "{told}");

    let wrong = [
        ["home", "买的是哪种房？", "a", "甲", "spouse", "", "", "", ""],
        ["home", "", "b", "乙", "home", "", "飞着办", "", ""],
        ["spouse", "有配偶吗？", "yes", "有", "nobody", "m9", "", "", ""],
        ["lonely", "没人问我？", "a", "甲", "", "", "", "", ""],
        ["home", "房子哪来的？", "a", "丙", "", "", "", "", ""],
        ["spouse", "", "no", "没有", "", "", "", "30", ""],
    ];
    let (told, status) = report(&node, &["check"], &put(&folder, "wrong.xlsx", &book(&wrong)));
    assert_eq!(status, 1);
    let errors = faults(&told, "error");
    for (code, row, column) in [
        ("situation-circular", 3, "D 答案标识"),
        ("mode-format", 3, "H 办理方式"),
        ("situation-next-unknown", 4, "D 答案标识"),
        ("situation-material-unknown", 4, "D 答案标识"),
        ("situation-answers-few", 5, "D 答案标识"),
        ("situation-unreached", 5, "D 答案标识"),
        ("situation-duplicate", 6, "C 问题"),
        ("situation-duplicate", 6, "D 答案标识"),
        ("limit-over-statutory", 7, "D 答案标识"),
    ] {
        has(&errors, code, "情形", row, column);
    }

    // As JSON, published; and a material that only a situation names which cannot be handled.
    let node = demo.node("shanghai");
    let id = "2020-35-20@310118";
    let mut one = published(&node)[id].clone();
    let answer = |key: &str| json!({ "key": key, "text": format!("答{key}"), "text_en": "" });
    let notice = with(answer("yes"), json!({ "materials": ["loan-notice"] }));
    one["situations"] =
        json!([{ "key": "loan", "text": "贷款了吗？", "text_en": "", "answers": [notice, answer("no")] }]);
    let file = put(&folder, "one.json", &serde_json::to_vec(&[&one]).unwrap());
    let (done, status) = report(&node, &["import"], &file);
    assert_eq!((status, &done["changes"][0]["change"]), (0, &json!("changed")), "{done}");
    assert_eq!(published(&node)[id]["situations"], one["situations"]);
    one["situations"][0]["answers"][0]["cannot"] = json!("请到柜台办");
    let (told, status) = report(&node, &["check"], &put(&folder, "one.json", &serde_json::to_vec(&[&one]).unwrap()));
    assert_eq!(status, 0);
    has(&faults(&told, "warning"), "material-unneeded", "", 1, "materials");
    one["situations"][0]["answers"][1]["next"] = json!("loan");
    let (told, status) = report(&node, &["check"], &put(&folder, "one.json", &serde_json::to_vec(&[&one]).unwrap()));
    assert_eq!(status, 1);
    has(&faults(&told, "error"), "situation-circular", "", 1, "situations");
}

#[tokio::test]
async fn the_page_shows_what_would_change_and_publishes_what_was_looked_at() {
    const PAGE: &str = "/admin/catalogue";
    const PREVIEW: &str = "/admin/catalogue/preview";
    let demo = Demo::shared().await;
    let node = demo.node("jiangsu");
    let before = published(&node);
    let admin = Browser::sign_in(&node, "jiangsu-admin").await;
    assert_eq!(admin.submit(PAGE, PREVIEW, &[]).await.status().as_u16(), 422, "nothing was uploaded");
    // What is downloaded is what the command writes; the template has headings and no rows.
    let export = admin.bytes("/admin/catalogue/export/json").await;
    assert_eq!(serde_json::from_slice::<Vec<Value>>(&export).unwrap().len(), before.len());
    let template = admin.bytes("/admin/catalogue/export/template").await;
    let answer = admin.upload(PAGE, PAGE, "template.xlsx", template).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, PREVIEW));
    let page = admin.page(PREVIEW).await;
    assert!(page.contains("file-empty") && !page.contains("发布这些变化"), "{page}");

    let (id, one) = before.iter().next().unwrap();
    let mut changed = one.clone();
    changed["result"] = json!("试验结果<b>");
    let file = serde_json::to_vec(&[changed]).unwrap();
    admin.upload(PAGE, PAGE, "one.json", file).await;
    let page = admin.page(PREVIEW).await;
    assert!(page.contains(id) && page.contains("办理结果") && page.contains("试验结果&lt;b&gt;"), "{page}");
    // Something else than what was looked at is not published.
    assert_eq!(admin.submit(PREVIEW, PREVIEW, &[("seal", "other")]).await.status().as_u16(), 409);
    assert_eq!(published(&node), before);
    let at = page.find("name=\"seal\" value=\"").unwrap() + 19;
    let seal = &page[at..at + page[at..].find('"').unwrap()];
    let done = admin.submit(PREVIEW, PREVIEW, &[("seal", seal)]).await;
    assert_eq!(done.status().as_u16(), 303, "{}", done.text().await.unwrap());
    assert_eq!(published(&node)[id]["result"], "试验结果<b>");
    // It is gone once it is published, and it is nobody else's.
    assert_eq!(admin.submit(PAGE, PREVIEW, &[("seal", seal)]).await.status().as_u16(), 422);
    let clerk = Browser::sign_in(&node, "suzhou-clerk").await;
    for path in [PAGE, PREVIEW, "/admin/catalogue/export/json"] {
        assert!(!clerk.page(path).await.contains(id.as_str()), "{path}");
    }
}
