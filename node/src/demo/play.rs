//! Plays varied cases through the public API: never through the store.

use std::collections::HashMap;

use base64::Engine as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::world::{Person, World};
use super::{DRILL_PASSWORD, Node};
use crate::command::progress;
use crate::error::Failure;
use crate::store::AccountRole;

/// A small valid PDF, so that every material is a real file.
const PAPER: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n\
4 0 obj<</Length 52>>stream\nBT /F 18 Tf 30 100 Td (Practice paper / YANLIAN) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// One caller: a node and a token.
#[derive(Clone)]
struct Caller {
    http: reqwest::Client,
    address: String,
    token: String,
}

impl Caller {
    async fn sign_in(http: &reqwest::Client, address: &str, login: &str) -> Result<Caller, Failure> {
        let mut caller = Caller { http: http.clone(), address: address.to_owned(), token: String::new() };
        let answer = caller.post("/api/v1/sessions", json!({ "login": login, "password": DRILL_PASSWORD })).await?;
        caller.token = answer["token"].as_str().unwrap_or_default().to_owned();
        Ok(caller)
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.address)).json(&body);
        self.send(path, request).await
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(path, self.http.get(format!("{}{path}", self.address))).await
    }

    async fn send(&self, path: &str, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let failed = |text: String| Failure::new("play", format!("{}{path}: {text}", self.address));
        let answer = request.bearer_auth(&self.token).send().await.map_err(|error| failed(error.to_string()))?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(|error| failed(error.to_string()))?;
        if status.is_success() { Ok(body) } else { Err(failed(format!("{status} {body}"))) }
    }
}

/// Everyone who plays, signed in.
struct Cast {
    callers: HashMap<String, Caller>,
}

impl Cast {
    async fn sign_in(world: &World, nodes: &[Node]) -> Result<Cast, Failure> {
        let http =
            reqwest::Client::builder().no_proxy().build().map_err(|error| Failure::new("http", error.to_string()))?;
        let mut callers = HashMap::new();
        let plays = [AccountRole::Clerk, AccountRole::Officer, AccountRole::Applicant, AccountRole::Firm];
        for account in world.accounts.iter().filter(|account| plays.contains(&account.role)) {
            if let Some(node) = nodes.iter().find(|node| node.name == account.node.as_str()) {
                callers.insert(account.login.clone(), Caller::sign_in(&http, &node.address, &account.login).await?);
            }
        }
        Ok(Cast { callers })
    }

    fn caller(&self, login: &str) -> Result<Caller, Failure> {
        self.callers.get(login).cloned().ok_or_else(|| Failure::new("play", format!("{login}: not in the cast")))
    }
}

/// Which way a case goes; all of them occur within any twelve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Granted,
    Corrected,
    Refused,
    Returned,
    NotAccepted,
    Withdrawn,
    LeftTakenIn,
    LeftHandedOver,
    LeftWithCorrection,
    LeftAccepted,
}

const WAYS: [Way; 12] = [
    Way::Granted,
    Way::Corrected,
    Way::LeftHandedOver,
    Way::Granted,
    Way::Refused,
    Way::LeftAccepted,
    Way::Returned,
    Way::LeftTakenIn,
    Way::NotAccepted,
    Way::LeftWithCorrection,
    Way::Withdrawn,
    Way::Granted,
];

/// Ways of last month's cases: all came to an end, and Nanjing sends back much.
const WAYS_ENDED: [Way; 6] = [Way::Granted, Way::Corrected, Way::Granted, Way::Refused, Way::NotAccepted, Way::Granted];
const WAYS_SENT_BACK: [Way; 6] =
    [Way::Granted, Way::Returned, Way::Granted, Way::Returned, Way::Corrected, Way::Refused];

/// The city that sends back.
const SENDS_BACK: usize = 2;

/// A case to be played.
struct Script {
    story: Story,
    way: Way,
    opener: Caller,
    officer: Caller,
    request: Value,
    materials: Vec<String>,
    number: u32,
    online: bool,
}

/// Which cases are played.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// All cities, several items.
    Varied,
    /// One item, and few pairs of cities: two provinces meet only through the authority of a third.
    LastMonth,
}

/// Who takes in, and where it is decided: Shanghai, Anhui and Zhejiang have to do with each other only through Nanjing.
const PAIRS: [(usize, usize); 5] = [(0, 2), (6, 2), (4, 2), (2, 0), (2, 6)];

/// Plays so many cases.
pub(super) async fn play(world: &World, nodes: &[Node], cases: u32, story: Story) -> Result<(), Failure> {
    let cast = Cast::sign_in(world, nodes).await?;
    let bar = progress(u64::from(cases), "演练办件 playing cases");
    let mut running = JoinSet::new();
    for number in 0..cases {
        if running.len() >= 8
            && let Some(done) = running.join_next().await
        {
            finished(done)?;
            bar.inc(1);
        }
        let script = script(world, &cast, number, story)?;
        running.spawn(perform(script));
    }
    while let Some(done) = running.join_next().await {
        finished(done)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    match story {
        Story::Varied => println!("已演练 {cases} 件 · {cases} cases played"),
        Story::LastMonth => println!("上月已办 {cases} 件 · {cases} cases of last month"),
    }
    Ok(())
}

fn finished(done: Result<Result<(), Failure>, tokio::task::JoinError>) -> Result<(), Failure> {
    done.map_err(|error| Failure::new("play", error.to_string()))?
}

/// City, the node it is on, and the start of its logins.
const CITIES: [(&str, &str, &str); 8] = [
    ("310115", "shanghai", "pudong"),
    ("310118", "shanghai", "qingpu"),
    ("320100", "jiangsu", "nanjing"),
    ("320500", "jiangsu", "suzhou"),
    ("330100", "zhejiang", "hangzhou"),
    ("330400", "zhejiang", "jiaxing"),
    ("340100", "anhui", "hefei"),
    ("341800", "anhui", "xuancheng"),
];

/// Items with the login ending of the officer who decides them, and whether they are applied for online.
const ITEMS: [(&str, &str, bool); 6] = [
    ("2020-35-25", "gjj", false),
    ("2020-35-36", "ga", false),
    ("2020-35-21", "gjj", true),
    ("2020-35-20", "gjj", false),
    ("2020-35-27", "ga", false),
    ("2020-35-21", "gjj", false),
];

fn script(world: &World, cast: &Cast, number: u32, story: Story) -> Result<Script, Failure> {
    let pair = PAIRS[number as usize % PAIRS.len()];
    let is_varied = story == Story::Varied;
    // Each pair goes all ways.
    let turn = if is_varied { number as usize } else { number as usize / PAIRS.len() };
    let ways: &[Way] = match story {
        Story::Varied => &WAYS,
        Story::LastMonth if pair.1 == SENDS_BACK => &WAYS_SENT_BACK,
        Story::LastMonth => &WAYS_ENDED,
    };
    let way = ways[turn % ways.len()];
    let (item, office, online) = if is_varied { ITEMS[(number / 2) as usize % ITEMS.len()] } else { ITEMS[0] };
    // Neighbours in the list are often of one province: step by an odd number so that most cases cross a border.
    let here = (3 + number as usize * 3) % CITIES.len();
    let there = (here + 1 + (number as usize % 7)) % CITIES.len();
    let (here, there) = if is_varied { (here, there) } else { pair };
    // The one pair without a mechanism for this item is there to show the refusal, not to be played.
    let there = if item == "2020-35-27" && CITIES[here].2 == "hangzhou" && CITIES[there].2 == "xuancheng" {
        there - 1
    } else {
        there
    };
    let (here_region, here_node, here_login) = CITIES[here];
    let (there_region, _, there_login) = CITIES[there];
    let person = &world.persons[number as usize % world.persons.len()];
    let id = format!("{item}@{there_region}");
    let implementation = world.implementations.iter().find(|one| one.id == id);
    let implementation = implementation.ok_or_else(|| Failure::new("play", format!("{id}: not in the world")))?;
    let (opener, particulars) = if online {
        let account = world
            .accounts
            .iter()
            .find(|account| account.role == AccountRole::Applicant && account.node.as_str() == here_node);
        let account = account.ok_or_else(|| Failure::new("play", "no applicant"))?;
        let own = json!({ "name": account.name, "id_number": account.id_number, "phone": account.phone });
        (cast.caller(&account.login)?, own)
    } else {
        (cast.caller(&format!("{here_login}-clerk"))?, applicant(person))
    };
    let materials: Vec<Value> = implementation
        .materials
        .iter()
        .map(|rule| {
            material(
                &rule.key,
                if online {
                    "uploaded"
                } else if rule.original {
                    "seen_original"
                } else {
                    "copy_taken"
                },
            )
        })
        .collect();
    let hands_over = way != Way::LeftTakenIn;
    let request = json!({
        "implementation": id,
        "here": online.then_some(here_region),
        "subject": "person",
        "applicant": particulars,
        "materials": materials,
        "take_in": true,
        "hand_over": hands_over,
    });
    let keys = implementation.materials.iter().map(|rule| rule.key.clone()).collect();
    let officer = cast.caller(&format!("{there_login}-{office}"))?;
    Ok(Script { story, way, opener, officer, request, materials: keys, number, online })
}

fn applicant(person: &Person) -> Value {
    json!({ "name": person.name, "id_number": person.id_number, "contact": person.contact, "phone": person.phone })
}

fn material(key: &str, check: &str) -> Value {
    let content = base64::engine::general_purpose::STANDARD.encode(PAPER);
    json!({ "material": key, "name": format!("{key}.pdf"), "content": content, "check": check })
}

async fn perform(script: Script) -> Result<(), Failure> {
    let created = script.opener.post("/api/v1/cases", script.request.clone()).await?;
    let id = created["id"].as_str().unwrap_or_default().to_owned();
    let path = |act: &str| format!("/api/v1/cases/{id}/{act}");
    let check = if script.online { "uploaded" } else { "copy_taken" };
    let (opener, officer) = (&script.opener, &script.officer);
    if matches!(script.way, Way::LeftTakenIn | Way::LeftHandedOver) {
        return Ok(());
    }
    if script.way == Way::Withdrawn {
        opener.post(&path("withdraw"), json!({})).await?;
        return Ok(());
    }
    arrived(officer, &id, "handed_over").await?;
    if script.way == Way::Returned {
        let reason = ["material-unclear", "household-mismatch", "file-unreadable"][script.number as usize % 3];
        officer.post(&path("return"), json!({ "reason": reason, "note": "" })).await?;
        arrived(opener, &id, "returned").await?;
        if script.story == Story::LastMonth {
            opener.post(&path("withdraw"), json!({})).await?;
            return Ok(());
        }
        opener.post(&path("materials"), json!({ "materials": [material(&script.materials[0], check)] })).await?;
        if !script.online {
            opener.post(&path("hand-over"), json!({})).await?;
        }
        return Ok(());
    }
    officer.post(&path("receive"), json!({})).await?;
    if matches!(script.way, Way::Corrected | Way::LeftWithCorrection) {
        let wanted = json!([{ "material": script.materials[0], "what": "请重新扫描，四角齐全、字迹清楚" }]);
        officer.post(&path("correction"), json!({ "wanted": wanted, "days": 10 })).await?;
        if script.way == Way::LeftWithCorrection {
            return Ok(());
        }
        arrived(opener, &id, "correction_asked").await?;
        opener
            .post(&path("correction-answer"), json!({ "materials": [material(&script.materials[0], check)] }))
            .await?;
        arrived(officer, &id, "corrected").await?;
    }
    if script.way == Way::NotAccepted {
        let body = json!({ "reason": "condition-not-met", "note": "演练：申请人尚未满足办理条件第一条。" });
        officer.post(&path("not-accept"), body).await?;
        return Ok(());
    }
    officer.post(&path("accept"), json!({})).await?;
    if script.way == Way::LeftAccepted {
        return Ok(());
    }
    let refused = script.way == Way::Refused;
    let decision = json!({
        "outcome": if refused { "refused" } else { "granted" },
        "reason": if refused { "data-mismatch" } else { "" },
        "note": if refused { "演练：系统比对不一致，可先更正后重新申请。" } else { "" },
        "number": format!("演练决字第{}号", script.number + 1),
        "document": base64::engine::general_purpose::STANDARD.encode(PAPER),
        "way": "online",
    });
    officer.post(&path("decide"), decision).await?;
    officer.post(&path("deliver"), json!({ "way": "online" })).await?;
    if script.online {
        arrived(opener, &id, "delivered").await?;
        for (leg, level) in [("receiving", 1 + script.number % 2), ("handling", 1 + script.number % 4)] {
            opener.post(&path("rate"), json!({ "leg": leg, "level": level, "comment": "" })).await?;
        }
    }
    Ok(())
}

/// Waits until a case is in a phase on this side: moments, as both sides are up.
async fn arrived(caller: &Caller, id: &str, phase: &str) -> Result<(), Failure> {
    for _ in 0..600 {
        if let Ok(case) = caller.get(&format!("/api/v1/cases/{id}")).await
            && case["phase"] == phase
        {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(Failure::new("play", format!("{id} did not become {phase} within 30 s")))
}
