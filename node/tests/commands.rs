//! The command line: what it refuses and how it says so; verification by anyone, offline; peers that are not who they
//! say; a federation made from nothing.

mod support;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use support::*;
use tempfile::TempDir;
use tongban_core::dossier::{Hash, SecretKey, Suite, VerifyError, verify};
use tongban_core::exchange::Ask;

fn text_of(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

/// Writes a file into a folder; its path.
fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    text_of(&path).to_owned()
}

/// A case that went from Suzhou to Hefei and was decided there.
async fn decided(demo: &Demo, number: u32) -> String {
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(number)).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("window")).await;
    both_see(&clerk, &officer, &id, "decided").await;
    id
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_is_refused_and_changes_nothing() {
    let demo = Demo::shared().await;
    let jiangsu = demo.node("jiangsu");
    let config = || std::fs::read_to_string(jiangsu.folder.join("tongban.toml")).unwrap();
    let before = config();
    run(&["serve", "--data", jiangsu.data()]).refused("folder-in-use");
    run(&["rebuild", "--data", jiangsu.data()]).refused("folder-in-use");
    let (data, port) = (demo.data(), free_ports(5).to_string());
    run(&["demo", "--data", text_of(&data), "--port", &port]).refused("folder-in-use");
    run(&["demo", "--data", text_of(&data), "--port", &port, "--fresh"]).refused("folder-in-use");
    assert_eq!(config(), before);
    assert!(jiangsu.health().await.is_some());
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let demo = Demo::shared().await;
    let folder = tempfile::tempdir().unwrap();
    let taken = demo.port() + 3;
    let at = format!("127.0.0.1:{taken}");
    let data = folder.path().join("node");
    run(&["init", "--data", text_of(&data), "--node", "henan", "--name", "河南", "--listen", &at, "--as-registrar"])
        .fine();
    let refused = run(&["serve", "--data", text_of(&data)]).refused("port-taken");
    assert!(refused.err.contains(&at), "{}", refused.err);
    let other = folder.path().join("demo");
    let refused = run(&["demo", "--data", text_of(&other), "--port", &taken.to_string()]).refused("port-taken");
    assert!(refused.err.contains(&at) && refused.err.contains("--port"), "{}", refused.err);
    assert!(!other.exists(), "nothing is made before the ports are known to be free");
}

#[test]
fn a_configuration_that_cannot_be_used_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let serve = || run(&["serve", "--data", text_of(&data)]);
    serve().refused("config-missing");
    let init = ["init", "--data", text_of(&data), "--node", "henan", "--name", "河南省", "--as-registrar"];
    run(&init).fine();
    run(&init).refused("folder-has-node");

    let file = data.join("tongban.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    let refused = |text: &[u8], code: &str, named: &str| {
        std::fs::write(&file, text).unwrap();
        let refused = serve().refused(code);
        assert!(refused.err.contains("tongban.toml") && refused.err.contains(named), "{named}: {}", refused.err);
    };
    refused(b"\xff\xfe\x00", "config-unreadable", "");
    refused(b"{ this is no TOML", "config-malformed", "line 1");
    refused(b"", "config-malformed", "node");
    let lines = good.lines().count() + 1;
    refused(format!("{good}colour = \"red\"\n").as_bytes(), "config-malformed", "colour");
    refused(format!("{good}colour = \"red\"\n").as_bytes(), "config-malformed", &format!("line {lines}"));
    let elsewhere = |scheme: &str| {
        good.replace("address = \"http://127.0.0.1:8600\"", &format!("address = \"{scheme}://exchange.invalid\""))
    };
    assert_ne!(elsewhere("http"), good);
    refused(elsewhere("http").as_bytes(), "config-address", "plain http is for loopback only");
    refused(elsewhere("ftp").as_bytes(), "config-address", "ftp");
    // In production nobody sets the clock.
    std::fs::write(&file, &good).unwrap();
    run(&["serve", "--data", text_of(&data), "--now", "2026-12-25"]).refused("now-in-production");

    let other = folder.path().join("other");
    let address = [
        "init",
        "--data",
        text_of(&other),
        "--node",
        "henan",
        "--name",
        "甲",
        "--as-registrar",
        "--address",
        "http://a.invalid",
    ];
    run(&address).refused("config-address");
    assert!(!other.exists());
    // A region that does not exist, or a name that cannot be one, does not come that far.
    for wrong in [["--region", "999999"], ["--node", "No Name"]] {
        let ran =
            run(&[&["init", "--data", text_of(&other), "--name", "甲", "--as-registrar"], wrong.as_slice()].concat());
        assert_ne!(ran.code, 0);
        assert!(ran.err.contains(wrong[0]), "{}", ran.err);
    }
}

#[tokio::test]
async fn every_byte_of_an_export_counts() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(with(row_25("340100", 50), json!({ "take_in": true }))).await;
    let file = demo.node("jiangsu").export(&id);
    let verified = verify(&file, &demo.fingerprint, None).unwrap();
    assert_eq!((verified.chain.len(), verified.blobs), (3, 3));

    // Every processor takes the next byte that is left.
    let next = AtomicUsize::new(0);
    let work = || {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && at < file.len()
        {
            let mut changed = file.clone();
            changed[at] ^= 1;
            match verify(&changed, &demo.fingerprint, None) {
                Ok(_) => panic!("byte {at} changed, and it verifies"),
                Err(VerifyError { line, .. }) => assert!(line > 0, "byte {at}"),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    assert!(next.into_inner() >= file.len());
}

#[tokio::test]
async fn the_command_verifies_what_is_whole_and_names_the_line_of_what_is_not() {
    let demo = Demo::shared().await;
    let id = decided(&demo, 51).await;
    let folder = tempfile::tempdir().unwrap();
    let trust = demo.fingerprint.to_string();
    let out = folder.path().join("case.jsonl");
    run(&["export", "--data", demo.node("anhui").data(), "--out", text_of(&out), &id]).fine();
    let whole = run(&["verify", "--trust", &trust, text_of(&out)]).fine().text();
    assert!(whole.contains("VERIFIED") && whole.contains(&id) && whole.contains("decided"), "{whole}");

    let file = std::fs::read(&out).unwrap();
    let ends: Vec<usize> = (0..file.len()).filter(|at| file[*at] == b'\n').collect();
    let flips =
        [("first line", ends[0] / 2), ("a line between", (ends[4] + ends[5]) / 2), ("the last", file.len() - 20)];
    for (what, at) in flips {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let line = ends.iter().filter(|end| **end < at).count() + 1;
        let ran = run(&["verify", "--trust", &trust, &put(&folder, "changed.jsonl", &changed)]);
        assert_eq!(ran.code, 1, "{what}: {}", ran.text());
        assert!(ran.err.contains("NOT VERIFIED") && ran.err.contains(&format!("line {line} ")), "{what}: {}", ran.err);
        assert!(ran.out.is_empty(), "nothing of it is shown as verified: {}", ran.text());
    }

    // Cut off anywhere, in the middle of a line or between two.
    for length in [0, 1, ends[0] + 1, ends[3] + 1, file.len() / 2, ends[ends.len() - 2] + 1, file.len() - 1] {
        let ran = run(&["verify", "--trust", &trust, &put(&folder, "short.jsonl", &file[..length])]);
        assert_eq!(ran.code, 1, "{length} of {} bytes: {}", file.len(), ran.text());
        assert!(ran.err.contains("line "), "{}", ran.err);
    }
    let missing = run(&["verify", "--trust", &trust, text_of(&folder.path().join("not-there"))]);
    assert_eq!(missing.code, 2, "{}", missing.err);

    // The whole folder: the export, the changed one and the one that was cut.
    let many = run(&["verify", "--trust", &trust, text_of(folder.path())]);
    assert_eq!(many.code, 1, "{}", many.err);
    let lines: Vec<String> = many.text().lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("VERIFIED") && lines[0].contains("case.jsonl"), "{lines:?}");
    assert!(lines[1].starts_with("NOT VERIFIED") && lines[1].contains("changed.jsonl"), "{lines:?}");
    assert!(lines[3].starts_with("1 verified, 2 not verified, 0 not read"), "{lines:?}");
    let twice = run(&["verify", "--trust", &trust, text_of(&out), text_of(&out)]).fine().text();
    assert!(twice.ends_with("2 verified, 0 not verified, 0 not read\n"), "{twice}");
    let gone = text_of(&folder.path().join("not-there")).to_owned();
    assert_eq!(run(&["verify", "--trust", &trust, text_of(&out), &gone]).code, 2);
    let checkpoint = put(&folder, "checkpoint", b"");
    run(&["verify", "--trust", &trust, "--checkpoint", &checkpoint, text_of(&out), text_of(&out)])
        .refused("checkpoint-of-one");
    let empty = tempfile::tempdir().unwrap();
    run(&["verify", "--trust", &trust, text_of(empty.path())]).refused("nothing-to-verify");
    run(&["export", "--data", demo.node("shanghai").data(), &id]).refused("dossier-unknown");
    run(&["export", "--data", demo.node("jiangsu").data(), "320500-20200101-000001"]).refused("dossier-unknown");
}

#[tokio::test]
async fn a_dossier_signed_under_another_registrar_is_refused() {
    let demo = Demo::shared().await;
    let forger = Demo::start(&[]).await;
    assert_ne!(demo.fingerprint, forger.fingerprint);
    let id = decided(&forger, 52).await;
    let folder = tempfile::tempdir().unwrap();
    let file = put(&folder, "forged.jsonl", &forger.node("anhui").export(&id));
    run(&["verify", "--trust", &forger.fingerprint.to_string(), &file]).fine();
    let ran = run(&["verify", "--trust", &demo.fingerprint.to_string(), &file]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("trust-other-root") && ran.err.contains("line 2 "), "{}", ran.err);

    // The forger's case below the trust list that people know: its signatures are by keys that are not in it.
    let honest = decided(&demo, 53).await;
    let honest = demo.node("anhui").export(&honest);
    let lines = |file: &[u8]| -> Vec<Vec<u8>> { file.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect() };
    let (mut mixed, honest) = (lines(&std::fs::read(&file).unwrap()), lines(&honest));
    mixed[1] = honest[1].clone();
    let mixed = put(&folder, "mixed.jsonl", &mixed.join(&b'\n'));
    let ran = run(&["verify", "--trust", &demo.fingerprint.to_string(), &mixed]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(ran.err.contains("trust-unknown-key"), "{}", ran.err);
}

#[tokio::test]
async fn a_checkpoint_shows_that_later_stamps_were_cut_off() {
    let demo = Demo::shared().await;
    let jiangsu = demo.node("jiangsu");
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(with(row_25("340100", 54), json!({ "take_in": true }))).await;
    let folder = tempfile::tempdir().unwrap();
    let early = put(&folder, "early.jsonl", &jiangsu.export(&id));
    let early_checkpoint = put(&folder, "early.json", &jiangsu.checkpoint(&id));
    clerk.act(&id, "hand-over", json!({})).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    both_see(&clerk, &officer, &id, "accepted").await;
    let late = put(&folder, "late.jsonl", &jiangsu.export(&id));

    let trust = demo.fingerprint.to_string();
    let alone = run(&["verify", "--trust", &trust, &early]).fine().text();
    assert!(alone.contains("complete to stamp 2; later stamps cannot be excluded"), "{alone}");
    for node in ["jiangsu", "anhui"] {
        let checkpoint = put(&folder, "late.json", &demo.node(node).checkpoint(&id));
        let cut = run(&["verify", "--trust", &trust, "--checkpoint", &checkpoint, &early]);
        assert_eq!(cut.code, 1, "{}", cut.text());
        assert!(cut.err.contains("later stamps were cut off") && cut.err.contains("code checkpoint"), "{}", cut.err);
        let whole = run(&["verify", "--trust", &trust, "--checkpoint", &checkpoint, &late]).fine().text();
        assert!(whole.contains(&format!("complete to stamp 5: {node}'s checkpoint")), "{whole}");
    }
    // An older checkpoint is reached by the later file too; one of another case is not taken for it.
    run(&["verify", "--trust", &trust, "--checkpoint", &early_checkpoint, &late]).fine();
    let other = clerk.open(suzhou_to_hefei(55)).await;
    let other = put(&folder, "other.json", &jiangsu.checkpoint(&other));
    assert_eq!(run(&["verify", "--trust", &trust, "--checkpoint", &other, &late]).code, 1);
}

#[tokio::test]
async fn verifying_needs_no_network() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(56)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = put(&folder, "case.jsonl", &demo.node("jiangsu").export(&id));
    let trust = demo.fingerprint.to_string();
    let cut_off = Command::new("unshare").args(["-n", "true"]).status().is_ok_and(|status| status.success());
    let mut command = if cut_off {
        // Without any network device, not even loopback.
        let mut command = Command::new("unshare");
        command.args(["-n", PROGRAM]);
        command
    } else {
        println!("no right to cut the network off: verified with an empty environment and dead proxies instead");
        Command::new(PROGRAM)
    };
    if !cut_off {
        command.env_clear();
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, "http://127.0.0.1:1");
        }
    }
    // Nor a data folder, nor a home: only the file and the fingerprint.
    command.current_dir(folder.path()).args(["verify", "--trust", &trust, &file]);
    assert!(run_with(&mut command, "").fine().text().contains("VERIFIED"));
}

#[tokio::test]
async fn a_peer_is_answered_only_if_it_is_who_it_says() {
    let demo = Demo::shared().await;
    let (jiangsu, anhui) = (demo.node("jiangsu"), demo.node("anhui"));
    let hash = Hash::none(Suite::Ed25519);
    let path = format!("/peer/v1/stream?epoch=-&position=0&hash={hash}&wait=0");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = async |header: Option<String>, path: &str| {
        let request = http.get(format!("{}{path}", anhui.address));
        let request = if let Some(header) = header { request.header("tongban-ask", header) } else { request };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    let refused = |status: u16, code: &str| (status, code.to_owned());
    let good = || signed(&jiangsu, "anhui", &path);

    assert_eq!(send(None, &path).await, refused(401, "ask-unsigned"));
    assert_eq!(send(Some("jiangsu;anhui;now".to_owned()), &path).await, refused(401, "ask-unsigned"));

    let now = tongban::clock::Clock::default().now();
    let (suzhou, peer) = ("suzhou".parse().unwrap(), "anhui".parse().unwrap());
    let stranger = SecretKey::from_seed(Suite::Sm2, &[7; 32]).unwrap();
    let unknown = Ask::sign(&stranger, &suzhou, &peer, now, tongban_random(), &path);
    assert_eq!(send(Some(unknown.header()), &path).await, refused(403, "ask-unknown-node"));
    let foreign_key = Ask::sign(&stranger, &"jiangsu".parse().unwrap(), &peer, now, tongban_random(), &path);
    assert_eq!(send(Some(foreign_key.header()), &path).await, refused(403, "ask-unknown-node"));
    // Another's key under the name of the right one.
    let mut pretended = foreign_key.clone();
    pretended.key = good().key;
    assert_eq!(send(Some(pretended.header()), &path).await, refused(401, "ask-signature"));
    // Shanghai is known, but is not Jiangsu.
    let mut other = signed(&demo.node("shanghai"), "anhui", &path);
    other.node = "jiangsu".parse().unwrap();
    assert_eq!(send(Some(other.header()), &path).await, refused(403, "ask-unknown-node"));

    assert_eq!(send(Some(signed(&jiangsu, "zhejiang", &path).header()), &path).await, refused(401, "ask-other-node"));
    // For another path than it was signed for.
    assert_eq!(
        send(Some(signed(&jiangsu, "anhui", "/peer/v1/blobs").header()), &path).await,
        refused(401, "ask-signature")
    );
    let key = tongban::key::open(&jiangsu.folder.join(tongban::serve::KEY_FILE)).unwrap();
    for minutes in [-6, 6] {
        let mut at = now;
        at.0 += minutes * 60_000;
        let stale = Ask::sign(&key, &"jiangsu".parse().unwrap(), &peer, at, tongban_random(), &path);
        assert_eq!(send(Some(stale.header()), &path).await, refused(401, "ask-time"), "{minutes} minutes");
    }

    let once = good().header();
    assert_eq!(send(Some(once.clone()), &path).await, (200, String::new()));
    assert_eq!(send(Some(once), &path).await, refused(401, "ask-repeated"));
}

#[tokio::test]
async fn an_account_of_the_command_line_signs_in_at_once() {
    let demo = Demo::shared().await;
    let shanghai = demo.node("shanghai");
    let add = |login: &str, role: &str, password: &str| {
        let arguments =
            ["account", "add", "--data", shanghai.data(), "--login", login, "--role", role, "--name", "新来的"];
        let window = ["--org", "129931150000000199", "--staff", "0815"];
        run_with(Command::new(PROGRAM).args(arguments).args(window), password)
    };
    add("pudong-new", "clerk", "短\n").refused("password-short");
    add("pudong-new", "clerk", "").refused("password-short");
    add("pudong-new", "clerk", "long enough a word\n").fine();
    add("pudong-new", "clerk", "another long word\n").refused("login-taken");
    assert!(add("pudong-king", "king", "long enough a word\n").err.contains("no such role"));
    let clerk = shanghai.sign_in_with("pudong-new", "long enough a word").await;
    let id = clerk.open(with(suzhou_to_hefei(57), json!({ "hand_over": false }))).await;
    let case = clerk.case(&id).await;
    assert_eq!((&case["phase"], &case["timeline"][0]["staff"]), (&json!("taken_in"), &json!("0815")));
    assert!(case["number"].as_str().unwrap().starts_with("310115-"));
}

/// The demo's world, from which a federation of one's own can be made.
fn world() -> Value {
    serde_json::from_str(include_str!("../../data/demo/world.json")).unwrap()
}

#[tokio::test]
async fn a_federation_made_from_nothing_finds_itself() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_ports(2);
    let node = |name: &str, number: u16| Node {
        name: name.to_owned(),
        folder: folder.path().join(name),
        address: format!("http://127.0.0.1:{}", port + number),
    };
    let (registrar, jiangsu) = (node("registrar", 0), node("jiangsu", 1));
    let at = |number: u16| format!("127.0.0.1:{}", port + number);
    let init = ["init", "--drill", "--name", "试验", "--node"];
    let own = ["registrar", "--data", registrar.data(), "--listen", &at(0), "--as-registrar"];
    let printed = run(&[&init, own.as_slice()].concat()).fine().text();
    let fingerprint = printed.lines().find_map(|line| line.strip_prefix("fingerprint ")).expect("printed").trim();
    let other = [
        "jiangsu",
        "--data",
        jiangsu.data(),
        "--listen",
        &at(1),
        "--region",
        "320000",
        "--suite",
        "ed25519",
        "--registrar",
        &registrar.address,
        "--trust",
        fingerprint,
    ];
    run(&[&init, other.as_slice()].concat()).fine();
    let mode = |node: &Node| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(node.folder.join("node.key")).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode(&registrar), mode(&jiangsu)), (0o600, 0o600), "keys are for their owner alone");

    // What each says of itself, and the registrar for all.
    let world = world();
    let publish = |node: &Node, kind: &str, rows: Vec<&Value>| {
        let file = put(&folder, "rows.json", &serde_json::to_vec(&rows).unwrap());
        run(&["publish", "--data", node.data(), kind, &file])
    };
    let all = |what: &str| world[what].as_array().unwrap().iter().collect::<Vec<_>>();
    let organisations: Vec<&Value> = all("organisations").into_iter().filter(|org| org["node"] == "jiangsu").collect();
    let ours = |one: &&Value| organisations.iter().any(|org| org["uscc"] == one["authority"]);
    let implementations: Vec<&Value> = all("implementations").into_iter().filter(ours).collect();
    publish(&registrar, "items", all("items")).fine();
    publish(&registrar, "mechanisms", all("mechanisms")).fine();
    publish(&jiangsu, "implementations", all("items")).refused("document-malformed");

    // Signing for others is the registrar's: entering a card, taking it out.
    let registrar_serves = registrar.serve(&[]).await;
    let card = jiangsu.folder.join("node-card.json");
    run(&["trust", "add", "--data", jiangsu.data(), text_of(&card)]).refused("not-registrar");
    run(&["trust", "add", "--data", registrar.data(), &put(&folder, "card.json", b"{}")]).refused("card-malformed");
    run(&["trust", "add", "--data", registrar.data(), text_of(&card)]).fine();
    // Nobody else gets Jiangsu's region; the list stays as it is.
    let mut other: Value = serde_json::from_slice(&std::fs::read(&card).unwrap()).unwrap();
    other["node"] = json!("stranger");
    let other = put(&folder, "stranger.json", &serde_json::to_vec(&other).unwrap());
    let refused = run(&["trust", "add", "--data", registrar.data(), &other]).refused("region-claimed");
    assert!(refused.err.contains("jiangsu") && refused.err.contains("320000"), "{}", refused.err);
    let shown = run(&["trust", "show", "--data", registrar.data()]).fine().text();
    assert!(shown.starts_with("version 2 ") && shown.contains("jiangsu") && shown.contains("320000"), "{shown}");

    // The new node has nothing but the fingerprint: it fetches the list by itself, and then what it needs.
    let jiangsu_serves = jiangsu.serve(&[]).await;
    let knows_the_registrar = async || {
        let health = jiangsu.health().await?;
        (health["nodes"] == 2 && health["documents_from"].as_u64()? >= 1).then_some(())
    };
    until("the new node fetches the registrar's documents", knows_the_registrar).await;
    publish(&jiangsu, "organisations", organisations.clone()).fine();
    publish(&jiangsu, "implementations", implementations).fine();
    // Both look again within a known time.
    let patience = PATIENCE * 2 + std::time::Duration::from_secs(2 * tongban::limits::DOCUMENTS_EVERY_S);
    for node in [&registrar, &jiangsu] {
        until_within(patience, &format!("{} knows both", node.name), async || {
            let health = node.health().await?;
            (health["nodes"] == 2 && health["documents_from"] == 2).then_some(())
        })
        .await;
    }

    // It takes in a case under the registrar's items.
    let add = ["account", "add", "--data", jiangsu.data(), "--login", "clerk", "--role", "clerk", "--name", "甲"];
    let window = ["--org", "12993205000000019Y", "--staff", "1"];
    run_with(Command::new(PROGRAM).args(add).args(window), "long enough a word\n").fine();
    let clerk = jiangsu.sign_in_with("clerk", "long enough a word").await;
    let request = with(row_25("320500", 60), json!({ "take_in": true, "hand_over": true }));
    let id = until("the case can be taken in", async || {
        let answer = clerk.tell("/api/v1/cases", &request).await;
        answer.body["id"].as_str().map(str::to_owned)
    })
    .await;
    let verified = verify(&jiangsu.export(&id), &fingerprint.parse().unwrap(), None).unwrap();
    assert_eq!((verified.chain.len(), verified.blobs), (4, 3));
    drop((registrar_serves, jiangsu_serves));

    run(&["trust", "remove", "--data", registrar.data(), "jiangsu"]).fine();
    assert!(!run(&["trust", "show", "--data", registrar.data()]).fine().text().contains("jiangsu "));
}

#[test]
fn a_benchmark_says_what_it_ran_on_and_refuses_what_makes_no_sense() {
    let figures = |arguments: &[&str]| -> Value {
        let ran = run(&[&["bench"], arguments, &["--json"]].concat()).fine();
        let said: Value = serde_json::from_slice(&ran.out).expect("one JSON object");
        assert!(said["machine"]["cores"].as_u64() > Some(0) && said["version"].is_string(), "{said}");
        said
    };
    let light = figures(&["light", "--starts", "1", "--rest", "1"]);
    assert!(light["idle_memory_mib"].as_f64() > Some(1.0) && light["start"]["count"] == 1, "{light}");
    let verified = figures(&["verify", "--dossiers", "3", "--seconds", "1", "--suite", "ed25519"]);
    let suite = &verified["suites"][0];
    assert!(suite["dossiers_per_s"].as_f64() > Some(0.0) && suite["share_of_bound"].is_number(), "{verified}");
    let live = figures(&["network", "--live", "200", "--rounds", "1"]);
    assert!(live["ties"].as_u64() >= Some(8 * 200) && live["arcs"].as_u64() > Some(0), "{live}");
    let lines = figures(&["network", "--lines", "1000", "--rounds", "1"]);
    assert!(lines["lines_per_s"].as_f64() > Some(0.0), "{lines}");
    run(&["bench", "network", "--peers", "/nowhere/python"]).refused("peers-python");
    run(&["bench", "growth", "--cases", "2000,1000"]).refused("bench-cases");
    run(&["bench", "exchange", "--database", "mysql://localhost/bench"]).refused("databases");
    for absurd in [["growth", "--cases", "0"], ["outage", "--rate", "0"], ["verify", "--dossiers", "0"]] {
        assert_eq!(run(&[&["bench"], &absurd[..]].concat()).code, 2);
    }
}
