//! Operating a node: figures, health, one id through all logs, alarms, `tongban doctor`. Real processes, real logs.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _};
use support::*;

/// A demo in which two nodes have a monitor.
struct Watched {
    demo: Demo,
    port: u16,
}

static SHARED: tokio::sync::Mutex<Weak<Watched>> = tokio::sync::Mutex::const_new(Weak::new());

impl Watched {
    async fn shared() -> Arc<Watched> {
        let mut shared = SHARED.lock().await;
        if let Some(watched) = shared.upgrade() {
            return watched;
        }
        let mut demo = Demo::start(&[]).await;
        demo.stop();
        let port = free_ports(2);
        for (number, node) in ["jiangsu", "anhui"].iter().enumerate() {
            configure(&demo.node(node), &format!("[monitor]\nlisten = \"127.0.0.1:{}\"\n", port as usize + number));
        }
        demo.start_again().await;
        let watched = Arc::new(Watched { demo, port });
        *shared = Arc::downgrade(&watched);
        watched
    }

    fn monitor(&self, node: &str) -> String {
        let port = if node == "jiangsu" { self.port } else { self.port + 1 };
        format!("http://127.0.0.1:{port}")
    }

    async fn figures(&self, node: &str) -> String {
        text(&format!("{}/metrics", self.monitor(node))).await.1
    }

    async fn alarms(&self, node: &str) -> Vec<Value> {
        let (status, body) = text(&format!("{}/health/alarms", self.monitor(node))).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// Adds to the end of a node's configuration.
fn configure(node: &Node, more: &str) {
    let path = node.folder.join("tongban.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, format!("{config}\n{more}")).unwrap();
}

async fn text(url: &str) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
    match client.get(url).send().await {
        Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
        Err(error) => (0, error.to_string()),
    }
}

/// The value of one figure.
#[track_caller]
fn figure(figures: &str, name: &str) -> f64 {
    let line = figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{figures}")).parse().unwrap()
}

/// The lines of a node's log in which a word stands.
fn lines_with(node: &Node, word: &str) -> Vec<Value> {
    let log = std::fs::read_to_string(node.folder.join("serve.log")).unwrap();
    let lines = log.lines().filter(|line| line.contains(word));
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// What was said of acts in these lines.
fn told(lines: &[Value]) -> Vec<(&str, &str)> {
    lines.iter().filter_map(|line| Some((line["message"].as_str()?, line["act"].as_str()?))).collect()
}

#[tokio::test]
async fn one_word_goes_through_the_logs_of_all_nodes() {
    let watched = Watched::shared().await;
    let (jiangsu, anhui) = (watched.demo.node("jiangsu"), watched.demo.node("anhui"));
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let officer = anhui.sign_in("hefei-gjj").await;
    // A proxy's id is gone on with, and answered.
    let given = "4BF92F35-77B3-4DA6-A3CE-929D0E0E4736";
    let request = "4bf92f3577b34da6a3ce929d0e0e4736";
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/v1/cases", jiangsu.address);
    let sent = client.post(&url).bearer_auth(&clerk.token).header("x-request-id", given).json(&suzhou_to_hefei(11));
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], request);
    let id = answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("window")).await;
    both_see(&clerk, &officer, &id, "decided").await;

    // grep DOSSIER: taken in here, taken over there, decided there, and the decision back here.
    let at = |node: &Node| lines_with(node, &id);
    until("both logs tell it", async || {
        (told(&at(&jiangsu)).contains(&("taken", "decided")) && told(&at(&anhui)).contains(&("stamped", "decided")))
            .then_some(())
    })
    .await;
    let (here, there) = (at(&jiangsu), at(&anhui));
    for act in ["drafted", "taken_in", "handed_over"] {
        assert!(
            told(&here).contains(&("stamped", act)) && told(&there).contains(&("taken", act)),
            "{act}: {here:?} {there:?}"
        );
    }
    for act in ["received", "accepted", "decided"] {
        assert!(
            told(&there).contains(&("stamped", act)) && told(&here).contains(&("taken", act)),
            "{act}: {here:?} {there:?}"
        );
    }
    let entry_of = |lines: &[Value]| lines.iter().find(|line| line["act"] == "decided").unwrap()["entry"].clone();
    assert_eq!(entry_of(&here), entry_of(&there));
    // The request that began it leads to the dossier.
    let begun = here.iter().find(|line| line["message"] == "said").unwrap();
    assert_eq!((&begun["span"]["request"], &begun["target"]), (&json!(request), &json!("tongban::case")));
    let answered = lines_with(&jiangsu, request);
    let answered = answered.iter().find(|line| line["message"] == "answered").unwrap();
    assert_eq!((&answered["route"], &answered["status"]), (&json!("/api/v1/cases"), &json!(201)));
    // Nothing that a stranger sends as an id is written down.
    let person = "99900219720229103X";
    let answer = client.get(&jiangsu.address).header("x-request-id", person).send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"].len(), 32);
    assert!(lines_with(&jiangsu, person).is_empty());
}

#[tokio::test]
async fn figures_tell_what_was_done_and_name_no_case() {
    let watched = Watched::shared().await;
    let (jiangsu, anhui) = (watched.demo.node("jiangsu"), watched.demo.node("anhui"));
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let officer = anhui.sign_in("hefei-gjj").await;
    let done = clerk.post("/api/v1/cases", suzhou_to_hefei(12)).await;
    let (id, number) = (done["id"].as_str().unwrap(), done["number"].as_str().unwrap());
    officer.sees(id, "handed_over").await;
    // Not received yet: an offer stands, and is told within a look.
    let waits = "tongban_hand_overs_unanswered{node=\"anhui\"}";
    until("the offer is told", async || {
        let figures = watched.figures("jiangsu").await;
        figures.lines().any(|line| line.starts_with(waits)).then_some(())
    })
    .await;
    officer.act(id, "accept", json!({})).await;
    clerk.sees(id, "accepted").await;
    let figures = until("all is fetched", async || {
        let figures = watched.figures("jiangsu").await;
        let all = figures.lines().any(|line| line == "tongban_stream_owed_items{peer=\"anhui\"} 0.0");
        let read = figures.lines().any(|line| line == "tongban_stream_unread_items{peer=\"anhui\"} 0.0");
        (all && read).then_some(figures)
    })
    .await;

    let at_least = |name: &str, least: f64| {
        let value = figure(&figures, name);
        assert!(value >= least, "{name} {value}");
    };
    at_least("tongban_http_requests_total{method=\"POST\",route=\"/api/v1/cases\",status=\"201\"}", 1.0);
    at_least("tongban_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/cases/{id}\"}", 1.0);
    at_least("tongban_commits_total", 2.0);
    at_least("tongban_commit_duration_seconds_count", 2.0);
    at_least("tongban_commit_records_sum", 5.0);
    at_least("tongban_stamps_made_total", 3.0);
    at_least("tongban_stamps_taken_total{node=\"anhui\"}", 2.0);
    at_least("tongban_database_size_bytes", 100_000.0);
    at_least("tongban_disk_free_bytes", 1.0);
    at_least("tongban_trust_version", 1.0);
    at_least("tongban_trust_issued_timestamp_seconds", 1_700_000_000.0);
    at_least("tongban_peer_heard_timestamp_seconds{peer=\"anhui\"}", 1_700_000_000.0);
    at_least("process_start_time_seconds", 1_700_000_000.0);
    let exactly = [
        ("tongban_peer_reachable{peer=\"anhui\"}", 1.0),
        ("tongban_database_writable", 1.0),
        ("tongban_schema_current", 1.0),
        ("tongban_recovering", 0.0),
        ("tongban_writer_queue", 0.0),
        ("tongban_fault_evidence", 0.0),
        ("tongban_alarm{code=\"recovering\"}", 0.0),
    ];
    for (name, value) in exactly {
        assert_eq!(figure(&figures, name), value, "{name}");
    }
    assert!(figures.contains("tongban_build_info{version=\""), "{figures}");

    // Every line is a remark or a figure; no label leads to a case or a person.
    for line in figures.lines() {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let remark = line.starts_with("# HELP ") || line.starts_with("# TYPE ");
        assert!(remark || (value.parse::<f64>().is_ok() && name.starts_with(['t', 'p'])), "{line}");
    }
    let applicant = person(12);
    for word in [id, number, applicant["name"].as_str().unwrap(), applicant["id_number"].as_str().unwrap()] {
        assert!(!figures.contains(word), "{word} in\n{figures}");
    }
    // The public sees health, not figures.
    for (path, status) in [("/metrics", 404), ("/health/alarms", 404), ("/health/live", 200), ("/health/ready", 200)] {
        assert_eq!(text(&format!("{}{path}", jiangsu.address)).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn an_alarm_rises_is_told_everywhere_and_falls() {
    let watched = Watched::shared().await;
    let anhui = watched.demo.node("anhui");
    let well = run(&["doctor", anhui.data(), "--lang", "en", "--deep"]).fine();
    assert!(well.text().contains("Nothing is wrong.") && well.text().contains("The node runs."), "{}", well.text());
    let zh = run(&["doctor", "--data", anhui.data(), "--lang", "zh"]).fine();
    assert!(zh.text().contains("没有发现问题"), "{}", zh.text());

    sqlx::any::install_default_drivers();
    let file = format!("sqlite://{}?mode=rw", anhui.folder.join("tongban.db").display());
    let mut database = AnyConnection::connect(&file).await.unwrap();
    let evidence = "INSERT INTO evidence (dossier, hash, term, seq, prev, entry, node, at, root, leaf, code, peer, seen) \
                    SELECT dossier, X'01', term, seq, prev, entry, node, at, root, leaf, 'stamp-fork', 'jiangsu', at \
                    FROM stamp WHERE dossier IN (SELECT dossier FROM case_view) LIMIT 1";
    if sqlx::query(evidence).execute(&mut database).await.unwrap().rows_affected() == 0 {
        // Alone, this test has no case yet.
        let clerk = watched.demo.sign_in("jiangsu", "suzhou-clerk").await;
        let id = clerk.open(suzhou_to_hefei(13)).await;
        anhui.sign_in("hefei-gjj").await.sees(&id, "handed_over").await;
        assert_eq!(sqlx::query(evidence).execute(&mut database).await.unwrap().rows_affected(), 1);
    }
    let stands = async || watched.alarms("anhui").await.into_iter().find(|alarm| alarm["code"] == "equivocation");
    let alarm = until("the alarm rises", stands).await;
    for part in ["what", "todo", "what_en", "todo_en"] {
        assert!(alarm[part].as_str().unwrap().chars().count() > 10, "{alarm}");
    }
    assert_eq!(figure(&watched.figures("anhui").await, "tongban_alarm{code=\"equivocation\"}"), 1.0);
    let sick = run(&["doctor", anhui.data(), "--lang", "en"]).refused("not-well");
    assert!(sick.text().contains("equivocation") && sick.text().contains("What to do: Call"), "{}", sick.text());
    let risen = lines_with(&anhui, "\"message\":\"alarm\"");
    assert!(risen.iter().any(|line| line["code"] == "equivocation" && line["level"] == "WARN"), "{risen:?}");
    sqlx::query("DELETE FROM evidence WHERE code = 'stamp-fork'").execute(&mut database).await.unwrap();
    until("the alarm falls", async || stands().await.is_none().then_some(())).await;
    let over = lines_with(&anhui, "\"message\":\"alarm is over\"");
    assert!(over.iter().any(|line| line["code"] == "equivocation"), "{over:?}");
    database.close().await.unwrap();
}

#[tokio::test]
async fn the_doctor_says_what_is_wrong_with_a_folder_and_what_to_do() {
    let watched = Watched::shared().await;
    let jiangsu = watched.demo.node("jiangsu");
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    // A file that is large enough for the blob folder.
    let materials =
        json!([material_of("id-card", "seen_original", &paper_of(100_000)), material("settlement-form", "copy_taken")]);
    clerk.open(with(suzhou_to_hefei(14), json!({ "materials": materials }))).await;
    let folder = watched.demo.data().join("looked-over");
    let data = folder.to_str().unwrap().to_owned();
    run(&["backup", "--data", jiangsu.data(), "--to", &data]).fine();
    let doctor = |more: &[&str]| run(&[&["doctor", &data, "--lang", "en"], more].concat());
    let well = doctor(&["--deep"]).fine();
    for code in [
        "stopped",
        "files-private",
        "schema",
        "database",
        "trust",
        "key",
        "streams-read",
        "blobs-read",
        "views",
        "alarms",
    ] {
        assert!(
            well.text().lines().any(|line| line.split_whitespace().nth(1) == Some(code)),
            "{code}: {}",
            well.text()
        );
    }
    #[track_caller]
    fn wrong(ran: Ran, code: &str) {
        let ran = ran.refused("not-well");
        let line = ran.text().lines().position(|line| line.starts_with(&format!("WRONG {code} ")));
        let text = ran.text();
        let todo = text.lines().nth(line.unwrap_or_else(|| panic!("no {code} in {text}")) + 1);
        assert!(todo.is_some_and(|todo| todo.trim().starts_with("What to do: ")), "{text}");
    }
    // A key that others may read.
    let key = folder.join("node.key");
    let mode = |mode: u32| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o644);
    wrong(doctor(&[]), "file-open");
    mode(0o600);
    // A lost file, and one with other bytes.
    let blob = files_below(&folder.join("blobs")).into_iter().next().expect("a large blob");
    let bytes = std::fs::read(&blob).unwrap();
    std::fs::remove_file(&blob).unwrap();
    wrong(doctor(&[]), "blob-lost");
    std::fs::write(&blob, vec![b'x'; bytes.len()]).unwrap();
    doctor(&[]).fine();
    wrong(doctor(&["--deep"]), "blob-changed");
    std::fs::write(&blob, bytes).unwrap();
    // A view that does not follow, a key that the list does not have, a database that a newer program wrote.
    sqlx::any::install_default_drivers();
    let file = format!("sqlite://{}?mode=rw", folder.join("tongban.db").display());
    let mut database = AnyConnection::connect(&file).await.unwrap();
    sqlx::query("UPDATE case_view SET phase = 'decided'").execute(&mut database).await.unwrap();
    doctor(&[]).fine();
    wrong(doctor(&["--deep"]), "views-differ");
    std::fs::copy(watched.demo.node("anhui").folder.join("node.key"), &key).unwrap();
    wrong(doctor(&[]), "key-unlisted");
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99990101000000, 'of a later year', TRUE, X'00', 0)";
    sqlx::query(newer).execute(&mut database).await.unwrap();
    wrong(doctor(&[]), "schema-newer");
    database.close().await.unwrap();
    std::fs::write(folder.join("tongban.db"), b"not a database at all, but long enough to be looked at as one")
        .unwrap();
    wrong(doctor(&[]), "database-unusable");
    std::fs::remove_file(folder.join("tongban.toml")).unwrap();
    wrong(doctor(&[]), "config-unusable");
}

/// A node that this test started with a log of its own choice.
struct Own(Child);

impl Own {
    async fn start(node: &Node, log: &str) -> Own {
        let file = std::fs::File::options().create(true).append(true).open(node.folder.join("serve.log")).unwrap();
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--data", node.data(), "--log", "json"]).env("TONGBAN_LOG", log);
        let own = Own(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn().unwrap());
        until("it serves", async || node.health().await).await;
        own
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_question_has_one_id_on_both_sides_and_a_node_that_stops_ends_what_is_under_way() {
    let demo = Demo::start(&[]).await;
    let (jiangsu, anhui) = (demo.node("jiangsu"), demo.node("anhui"));
    let monitor = free_ports(1);
    jiangsu.stop("TERM");
    let text_before = std::fs::read_to_string(jiangsu.folder.join("tongban.toml")).unwrap();
    let config = format!("drain_s = 2\n{text_before}\n[monitor]\nlisten = \"127.0.0.1:{monitor}\"\n");
    std::fs::write(jiangsu.folder.join("tongban.toml"), config).unwrap();
    let mut own = Own::start(&jiangsu, "info,tongban::request=debug").await;
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(21)).await;
    anhui.sign_in("hefei-gjj").await.sees(&id, "handed_over").await;
    until("Anhui's reading and Jiangsu's answer have one id", async || {
        let read = lines_with(&anhui, "read and stored");
        let ids: Vec<&str> = read.iter().filter_map(|line| line["span"]["request"].as_str()).collect();
        let answered = lines_with(&jiangsu, "\"route\":\"/peer/v1/stream\"");
        answered.iter().any(|line| line["span"]["request"].as_str().is_some_and(|id| ids.contains(&id))).then_some(())
    })
    .await;

    // Anhui has the pen and is away: what is said here waits for it, and the figures say so.
    let officer = anhui.sign_in("hefei-gjj").await;
    officer.act(&id, "accept", json!({})).await;
    clerk.sees(&id, "accepted").await;
    anhui.stop("KILL");
    clerk.act(&id, "withdraw", json!({})).await;
    let figures = until("the slip, the debt and the silence are told", async || {
        let figures = text(&format!("http://127.0.0.1:{monitor}/metrics")).await.1;
        let has = |line: &str| figures.lines().any(|told| told == line);
        let owed = figures
            .lines()
            .any(|line| line.starts_with("tongban_stream_owed_items{peer=\"anhui\"}") && !line.ends_with(" 0.0"));
        let waits =
            has("tongban_slips_unanswered{node=\"anhui\"} 1.0") && has("tongban_peer_reachable{peer=\"anhui\"} 0.0");
        (waits && owed).then_some(figures)
    })
    .await;
    for age in [
        "tongban_slips_unanswered_oldest_age_seconds{node=\"anhui\"}",
        "tongban_stream_owed_age_seconds{peer=\"anhui\"}",
    ] {
        assert!((0.0..60.0).contains(&figure(&figures, age)), "{age} {}", figure(&figures, age));
    }
    assert!(figure(&figures, "tongban_peer_faults_total{peer=\"anhui\",code=\"peer-unreachable\"}") >= 1.0);
    let offered = lines_with(&jiangsu, &id);
    assert!(told(&offered).contains(&("offered", "withdrawn")), "{offered:?}");

    // A request is half sent when the node is asked to stop.
    let body = br#"{"login":"nobody","password":"nothing at all"}"#;
    let mut half = TcpStream::connect(jiangsu.address.trim_start_matches("http://")).unwrap();
    half.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    half.write_all(head.as_bytes()).unwrap();
    half.write_all(&body[..10]).unwrap();
    let pid = own.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    // It says that it leaves while it still serves, and at the monitor until the end.
    let ready = until("it leaves", async || {
        let (status, body) = text(&format!("{}/health/ready", jiangsu.address)).await;
        (status == 503).then_some(body)
    })
    .await;
    assert_eq!(serde_json::from_str::<Value>(&ready).unwrap()["codes"], json!(["leaving"]));
    assert_eq!(clerk.ask("/api/v1/cases?list=all").await.status, 200);
    until("it takes nothing new", async || {
        (text(&format!("{}/health/live", jiangsu.address)).await.0 == 0).then_some(())
    })
    .await;
    assert!(own.0.try_wait().unwrap().is_none(), "what is under way is not cut off");
    assert_eq!(text(&format!("http://127.0.0.1:{monitor}/health/ready")).await.0, 503);
    half.write_all(&body[10..]).unwrap();
    let mut status = String::new();
    BufReader::new(&half).read_line(&mut status).unwrap();
    assert!(status.starts_with("HTTP/1.1 401"), "{status}");
    let ended = until("it ends", async || own.0.try_wait().unwrap()).await;
    assert_eq!(ended.code(), Some(0));
}
