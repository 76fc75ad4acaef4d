//! Across a closed network: files where nobody can open a connection, and all requests where one side only can. Two real
//! nodes whose entries in the trust list name addresses at which nobody answers.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::{Value, json};
use support::*;
use tongban_core::dossier::{Hash, verify};

/// Jiangsu takes in and keeps the trust list; Anhui decides.
struct Pair {
    folder: tempfile::TempDir,
    jiangsu: Node,
    anhui: Node,
    fingerprint: Hash,
}

const WORLD: &str = include_str!("../../data/demo/world.json");

impl Pair {
    /// Makes both nodes. `reachable` are those whose real address stands in the trust list; the lines are added to the
    /// configurations of Jiangsu and of Anhui.
    fn new(reachable: &[&str], more: [&str; 2]) -> Pair {
        let folder = tempfile::Builder::new().prefix("tongban-bundle").tempdir().unwrap();
        // The third port is nobody's.
        let port = free_ports(3);
        let node = |name: &str, port: u16| Node {
            name: name.to_owned(),
            folder: folder.path().join(name),
            address: format!("http://127.0.0.1:{port}"),
        };
        let (jiangsu, anhui) = (node("jiangsu", port), node("anhui", port + 1));
        let nowhere = format!("http://127.0.0.1:{}", port + 2);
        let listed =
            |node: &Node| if reachable.contains(&&*node.name) { node.address.clone() } else { nowhere.clone() };
        let listen = |node: &Node| node.address.trim_start_matches("http://").to_owned();
        #[rustfmt::skip]
        let said = run(&[
            "init", "--data", jiangsu.data(), "--node", "jiangsu", "--name", "江苏省演练通办", "--as-registrar", "--drill",
            "--region", "320000", "--listen", &listen(&jiangsu), "--address", &listed(&jiangsu),
        ]).fine().text();
        let fingerprint = said.lines().find_map(|line| line.strip_prefix("fingerprint ")).unwrap().trim().to_owned();
        #[rustfmt::skip]
        run(&[
            "init", "--data", anhui.data(), "--node", "anhui", "--name", "安徽省演练通办", "--drill", "--region", "340000",
            "--listen", &listen(&anhui), "--address", &listed(&anhui), "--registrar", &listed(&jiangsu), "--trust", &fingerprint,
        ]).fine();
        let card = anhui.folder.join("node-card.json");
        run(&["trust", "add", "--data", jiangsu.data(), card.to_str().unwrap()]).fine();
        // Before it said anything a node has nothing for anybody.
        let early = folder.path().join("early.bundle");
        run(&["bundle", "export", "--data", jiangsu.data(), "--to", "anhui", early.to_str().unwrap()])
            .refused("bundle-never-served");
        for (node, more) in [(&jiangsu, more[0]), (&anhui, more[1])] {
            let path = node.folder.join("tongban.toml");
            fs::write(&path, fs::read_to_string(&path).unwrap() + more).unwrap();
            publish(node);
        }
        Pair { folder, jiangsu, anhui, fingerprint: fingerprint.parse().unwrap() }
    }

    /// A file or folder beside the nodes.
    fn at(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes what one node has for the other.
    fn export(&self, from: &Node, name: &str) -> String {
        let to = if from.name == "anhui" { "jiangsu" } else { "anhui" };
        let path = self.at(name);
        run(&["bundle", "export", "--data", from.data(), "--to", to, &path]).fine();
        path
    }

    /// One crossing in each direction.
    fn cross(&self, round: u32) {
        for (from, to) in [(&self.jiangsu, &self.anhui), (&self.anhui, &self.jiangsu)] {
            import(to, &self.export(from, &format!("{}-{round}.bundle", from.name))).fine();
        }
    }
}

/// What the demo's world says of a node, and its accounts.
fn publish(node: &Node) {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let all = |kind: &str| world[kind].as_array().unwrap().clone();
    let of = |kind: &str| all(kind).into_iter().filter(|one| one["node"] == *node.name).collect::<Vec<_>>();
    let organisations = of("organisations");
    let decides = |one: &Value| organisations.iter().any(|org| org["uscc"] == one["authority"]);
    let implementations: Vec<Value> = all("implementations").into_iter().filter(decides).collect();
    let mut documents = vec![("organisations", organisations.clone()), ("implementations", implementations)];
    if node.name == "jiangsu" {
        documents.extend([("items", all("items")), ("mechanisms", all("mechanisms"))]);
    }
    for (kind, body) in documents {
        let path = node.folder.with_extension("json");
        fs::write(&path, json!(body).to_string()).unwrap();
        run(&["publish", "--data", node.data(), kind, path.to_str().unwrap()]).fine();
    }
    for account in
        of("accounts").iter().filter(|one| ["suzhou-clerk", "hefei-gjj"].contains(&one["login"].as_str().unwrap()))
    {
        let word = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
        let mut command = Command::new(PROGRAM);
        command.args(["account", "add", "--data", node.data(), "--login", &word("login"), "--role", &word("role")]);
        command.args(["--name", &word("name"), "--org", &word("org"), "--staff", &word("staff")]);
        run_with(&mut command, PASSWORD).fine();
    }
}

fn import(to: &Node, file: &str) -> Ran {
    run(&["bundle", "import", "--data", to.data(), file])
}

/// Both nodes by files only.
const BY_FILES: [&str; 2] = ["\n[peer.anhui]\nopens = \"nobody\"\n", "\n[peer.jiangsu]\nopens = \"nobody\"\n"];

/// What an import says it took: new items, known ones, new files.
fn counts(ran: Ran) -> [u32; 3] {
    let text = ran.fine().text();
    let number = |before: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = words.windows(2).position(|pair| pair[1].trim_end_matches(',') == before).expect(before);
        words[at].parse().unwrap()
    };
    let files: Vec<&str> = text.trim_end().rsplitn(4, ' ').collect();
    [number("new"), number("known"), files[2].parse().unwrap()]
}

#[tokio::test]
async fn two_nodes_that_never_meet_bring_a_case_to_its_end_by_files() {
    let pair = Pair::new(&[], BY_FILES);
    let (jiangsu, anhui) = (&pair.jiangsu, &pair.anhui);
    // Anhui begins without any trust list: a bundle brings it.
    let _one = jiangsu.serve(&[]).await;
    let begin = pair.export(jiangsu, "begin.bundle");
    import(anhui, &begin).fine();
    let _two = anhui.serve(&[]).await;
    let (clerk, officer) = (jiangsu.sign_in("suzhou-clerk").await, anhui.sign_in("hefei-gjj").await);
    import(jiangsu, &pair.export(anhui, "answer.bundle")).fine();

    // One paper is larger than what stands in the database.
    let scan = paper_of(200_000);
    let materials = json!([material_of("id-card", "seen_original", &scan), material("settlement-form", "copy_taken")]);
    let done = clerk.post("/api/v1/cases", with(suzhou_to_hefei(1), json!({ "materials": materials }))).await;
    let id = done["id"].as_str().unwrap();
    let first = pair.export(jiangsu, "1.bundle");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let [items, known, files] = counts(import(anhui, &first));
    assert!(items >= 4 && known == 0 && files == 3, "{items} {known} {files}");
    // Once more changes nothing; nor does an older one.
    assert_eq!(counts(import(anhui, &first)), [0, items, 0]);
    import(anhui, &begin).fine();
    let arrived = officer.case(id).await;
    assert_eq!((&arrived["phase"], &arrived["number"]), (&json!("handed_over"), &done["number"]));
    assert_eq!(arrived["applicant"]["name"], name_of(1));

    // The pen is in Anhui. What the applicant answers there goes over as a slip, and comes back stamped.
    officer.act(id, "receive", json!({})).await;
    let wanted = json!([{ "material": "settlement-form", "what": "请重新扫描" }]);
    officer.act(id, "correction", json!({ "wanted": wanted, "days": 10 })).await;
    let back = pair.export(anhui, "2.bundle");
    import(jiangsu, &back).fine();
    assert_eq!(counts(import(jiangsu, &back))[0], 0);
    assert_eq!(clerk.case(id).await["phase"], "correction_asked");
    let answer = json!({ "materials": [material("settlement-form", "copy_taken")] });
    assert_eq!(clerk.act(id, "correction-answer", answer).await["pending"], true);

    // Two exports without a word between them: either order, any number of times.
    let second = pair.export(jiangsu, "3.bundle");
    let third = pair.export(jiangsu, "4.bundle");
    for file in [&third, &second, &first, &third, &second] {
        import(anhui, file).fine();
    }
    assert_eq!(officer.case(id).await["phase"], "corrected");
    officer.act(id, "accept", json!({})).await;
    officer.act(id, "decide", granted("window")).await;
    let decided = pair.export(anhui, "5.bundle");
    for file in [&decided, &back, &decided] {
        import(jiangsu, file).fine();
    }
    assert_eq!(clerk.case(id).await["phase"], "decided");
    clerk.act(id, "deliver", json!({ "way": "window" })).await;
    pair.cross(6);
    pair.cross(7);
    let end = both_see(&clerk, &officer, id, "delivered").await;
    assert_eq!(acts(&end)[6..], ["correction_answered", "accepted", "decided", "delivered"]);
    // What was acknowledged is not written again, and the pen went over for good.
    let said =
        run(&["bundle", "export", "--data", jiangsu.data(), "--to", "anhui", &pair.at("8.bundle")]).fine().text();
    assert!(said.contains("\n0 items for anhui"), "{said}");
    for node in [jiangsu, anhui] {
        run(&["rebuild", "--check", "--data", node.data()]).fine();
    }
    assert_eq!(jiangsu.export(id).len(), anhui.export(id).len(), "the same log and the same files");
}

#[tokio::test]
async fn what_is_no_bundle_for_this_node_is_refused_with_a_code_and_changes_nothing() {
    let pair = Pair::new(&[], BY_FILES);
    let (jiangsu, anhui) = (&pair.jiangsu, &pair.anhui);
    let _one = jiangsu.serve(&[]).await;
    // Anhui is stopped: the command works by itself.
    import(anhui, &pair.export(jiangsu, "begin.bundle")).fine();
    import(jiangsu, &pair.export(anhui, "answer.bundle")).fine();
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    for number in 0..3 {
        clerk.open(suzhou_to_hefei(10 + number)).await;
    }
    let good = pair.export(jiangsu, "good.bundle");
    let bytes = fs::read(&good).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = pair.at(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let text = String::from_utf8(bytes.clone()).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    let lines: Vec<&str> = text.lines().collect();
    let without_one = [&lines[..lines.len() - 2], &lines[lines.len() - 1..]].concat().join("\n") + "\n";
    let refused = [
        ("none.bundle", "bundle-not-read", None),
        ("empty.bundle", "bundle-malformed", Some(Vec::new())),
        ("other.bundle", "bundle-malformed", Some(b"%PDF-1.4\n".to_vec())),
        ("short.bundle", "bundle-truncated", Some(bytes[..bytes.len() / 2].to_vec())),
        ("line.bundle", "bundle-truncated", Some((lines[..lines.len() - 1].join("\n") + "\n").into_bytes())),
        ("changed.bundle", "bundle-tampered", Some(changed("\"part\":1", "\"part\":2"))),
        ("cut.bundle", "bundle-tampered", Some(without_one.into_bytes())),
        ("longer.bundle", "bundle-tampered", Some([&bytes[..], b"{}\n"].concat())),
        ("later.bundle", "bundle-version", Some(changed("\"tongban_bundle\":1", "\"tongban_bundle\":2"))),
        ("sender.bundle", "bundle-unknown-sender", Some(changed("\"from\":\"jiangsu\"", "\"from\":\"henan\""))),
        ("receiver.bundle", "bundle-other-receiver", Some(changed("\"to\":\"anhui\"", "\"to\":\"henan\""))),
    ];
    for (name, code, bytes) in refused {
        let path = match bytes {
            Some(bytes) => write(name, &bytes),
            None => pair.at(name),
        };
        let ran = import(anhui, &path).refused(code);
        assert!(ran.err.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)), "in Chinese too: {}", ran.err);
    }
    // A node's own bundle is for the other.
    import(jiangsu, &good).refused("bundle-other-receiver");
    run(&["bundle", "export", "--data", jiangsu.data(), "--to", "anhui", &good]).refused("bundle-exists");
    run(&["bundle", "export", "--data", jiangsu.data(), "--to", "henan", &pair.at("x")]).refused("peer-unknown");
    // Nothing of all this was taken: it is all new.
    let [items, known, _] = counts(import(anhui, &good));
    assert!(items >= 12 && known == 0, "{items} {known}");

    // Several files: out of order the later one waits for the earlier, and says so.
    for number in 0..50 {
        clerk.open(suzhou_to_hefei(20 + number)).await;
    }
    let out = pair.at("part.bundle");
    let export =
        |max: &str| run(&["bundle", "export", "--data", jiangsu.data(), "--to", "anhui", "--max-bytes", max, &out]);
    export("1000").refused("bundle-max-small");
    let said = export("160000").fine().text();
    let parts: Vec<&str> = said.lines().filter(|line| line.ends_with(".bundle")).collect();
    assert!(parts.len() > 2, "{said}");
    assert!(parts.is_sorted(), "names sort in order");
    assert!(parts.iter().all(|part| fs::metadata(part).unwrap().len() <= 160_000));
    let last = parts[parts.len() - 1];
    import(anhui, last).refused("bundle-gap");
    let all = [&["bundle", "import", "--data", anhui.data()], &parts[..]].concat();
    run(&all).fine();
    let ran = run(&all).fine();
    assert!(ran.text().lines().all(|line| line.contains(": 0 new items")), "{}", ran.text());
    // All of that while Anhui was stopped: it has it when it serves.
    let _two = anhui.serve(&[]).await;
    let officer = anhui.sign_in("hefei-gjj").await;
    assert!(officer.list("to-do").await.len() >= 50);
}

#[tokio::test]
async fn a_restored_node_wins_back_by_files_what_it_had_said() {
    let pair = Pair::new(&[], BY_FILES);
    let (jiangsu, anhui) = (&pair.jiangsu, &pair.anhui);
    let one = jiangsu.serve(&[]).await;
    import(anhui, &pair.export(jiangsu, "begin.bundle")).fine();
    let _two = anhui.serve(&[]).await;
    pair.cross(0);
    let (clerk, officer) = (jiangsu.sign_in("suzhou-clerk").await, anhui.sign_in("hefei-gjj").await);
    let before = clerk.open(suzhou_to_hefei(1)).await;
    pair.cross(1);
    let copy = pair.at("copy");
    run(&["backup", "--data", jiangsu.data(), "--to", &copy]).fine();
    let after = clerk.post("/api/v1/cases", suzhou_to_hefei(2)).await;
    let id = after["id"].as_str().unwrap();
    officer.act(&before, "accept", json!({})).await;
    pair.cross(2);
    // Written before the loss, and never brought over.
    let stale = pair.export(jiangsu, "stale.bundle");
    drop(one);
    fs::rename(jiangsu.data(), pair.at("lost")).unwrap();
    run(&["restore", "--from", &copy, "--data", jiangsu.data()]).fine();
    run(&["bundle", "export", "--data", jiangsu.data(), "--to", "anhui", &pair.at("soon.bundle")])
        .refused("bundle-never-served");

    let mut serve = Command::new(PROGRAM);
    serve.args(["serve", "--data", jiangsu.data()]).stderr(fs::File::create(pair.at("log")).unwrap());
    let _serving = Running(serve.spawn().unwrap());
    let port = jiangsu.address.trim_start_matches("http://");
    until("it answers", async || std::net::TcpStream::connect(port).ok()).await;
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    clerk.tell("/api/v1/cases", &suzhou_to_hefei(3)).await.refused(503, "node-recovering");
    // It asks in its next bundle, and reads the answer in Anhui's.
    pair.cross(3);
    until("it stamps again", async || jiangsu.health().await).await;
    let case = clerk.case(id).await;
    assert_eq!((&case["phase"], &case["number"]), (&json!("handed_over"), &after["number"]));
    assert_eq!(clerk.case(&before).await["phase"], "accepted");
    let next = clerk.open(suzhou_to_hefei(4)).await;
    import(anhui, &stale).refused("bundle-former-life");
    pair.cross(4);
    officer.act(&next, "accept", json!({})).await;
    pair.cross(5);
    both_see(&clerk, &officer, &next, "accepted").await;
    for node in [jiangsu, anhui] {
        run(&["rebuild", "--check", "--data", node.data()]).fine();
    }
}

/// A process that is not ready for long; it ends with this value.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_recall_is_asked_and_answered_by_files() {
    let pair = Pair::new(&[], BY_FILES);
    let (jiangsu, anhui) = (&pair.jiangsu, &pair.anhui);
    let one = jiangsu.serve(&[]).await;
    import(anhui, &pair.export(jiangsu, "begin.bundle")).fine();
    let _two = anhui.serve(&[]).await;
    pair.cross(0);
    let (clerk, officer) = (jiangsu.sign_in("suzhou-clerk").await, anhui.sign_in("hefei-gjj").await);
    let id = clerk.open(suzhou_to_hefei(1)).await;
    pair.cross(1);
    // Jiangsu has not heard of this when the registrar gives it the pen: Anhui's answer tells it.
    officer.act(&id, "accept", json!({})).await;
    drop(one);
    let request = pair.at("request.json");
    run(&["recall", "ask", "--data", jiangsu.data(), "--dossier", &id, "--out", &request]).fine();
    run(&["recall", "issue", "--data", jiangsu.data(), &request, "--reason", "演练"]).fine();
    let _one = jiangsu.serve(&[]).await;

    let mut round = 1;
    until("the pen is recalled", async || {
        round += 1;
        pair.cross(round);
        let verified = verify(&jiangsu.export(&id), &pair.fingerprint, None).unwrap();
        (verified.chain.term() == 1 && verified.chain.holder().as_str() == "jiangsu").then_some(())
    })
    .await;
    assert_eq!(clerk.case(&id).await["phase"], "accepted");
    clerk.act(&id, "withdraw", json!({})).await;
    pair.cross(round + 1);
    both_see(&clerk, &officer, &id, "withdrawn").await;
    for node in [jiangsu, anhui] {
        run(&["rebuild", "--check", "--data", node.data()]).fine();
    }
}

/// Moves what a gateway moves: from one folder into another.
fn carry(from: &Path, to: &Path) -> Vec<PathBuf> {
    let whole = |path: &PathBuf| path.extension().is_some_and(|end| end == "bundle");
    let files: Vec<PathBuf> = fs::read_dir(from).unwrap().flatten().map(|entry| entry.path()).filter(whole).collect();
    for file in &files {
        let target = to.join(file.file_name().unwrap());
        fs::copy(file, target.with_extension("coming")).unwrap();
        fs::rename(target.with_extension("coming"), &target).unwrap();
        fs::remove_file(file).unwrap();
    }
    files
}

#[tokio::test]
async fn a_gateway_carries_files_between_folders_and_the_nodes_do_the_rest() {
    let shared = tempfile::tempdir().unwrap();
    let at = |name: &str| shared.path().join(name);
    for name in ["a-out", "a-in", "b-out", "b-in"] {
        fs::create_dir(at(name)).unwrap();
    }
    let way = |peer: &str, side: &str| {
        let [out, inbox] = ["out", "in"].map(|end| at(&format!("{side}-{end}")));
        format!(
            "\n[peer.{peer}]\nopens = \"nobody\"\nbundle = {{ out = {out:?}, in = {inbox:?}, every_s = 1, max_bytes = 1000000 }}\n"
        )
    };
    let pair = Pair::new(&[], [&way("anhui", "a"), &way("jiangsu", "b")]);
    let (jiangsu, anhui) = (&pair.jiangsu, &pair.anhui);
    let _one = jiangsu.serve(&[]).await;
    import(anhui, &pair.export(jiangsu, "begin.bundle")).fine();
    let _two = anhui.serve(&[]).await;
    let (clerk, officer) = (jiangsu.sign_in("suzhou-clerk").await, anhui.sign_in("hefei-gjj").await);
    // What does not belong there is put aside, with the reason.
    fs::write(at("b-in").join("0.bundle"), b"hello\n").unwrap();
    let cut = at("b-in").join("1.bundle");
    let begin = fs::read(pair.at("begin.bundle")).unwrap();
    fs::write(&cut, &begin[..begin.len() - 40]).unwrap();
    let old = SystemTime::now() - std::time::Duration::from_secs(2 * tongban::limits::BUNDLE_SETTLE_S);
    fs::File::options().write(true).open(&cut).unwrap().set_modified(old).unwrap();

    let cross = async |what: &str, look: &dyn Fn(&Value) -> bool, caller: &Caller, id: &str| {
        until(what, async || {
            carry(&at("a-out"), &at("b-in"));
            carry(&at("b-out"), &at("a-in"));
            let answer = caller.ask(&format!("/api/v1/cases/{id}")).await;
            (answer.status == 200 && look(&answer.body)).then_some(())
        })
        .await
    };
    // A case can be begun as soon as the documents of the other side have come over.
    let id = until("Jiangsu knows Anhui's items", async || {
        carry(&at("a-out"), &at("b-in"));
        carry(&at("b-out"), &at("a-in"));
        let tried = clerk.tell("/api/v1/cases", &suzhou_to_hefei(1)).await;
        (tried.status == 201).then(|| tried.body["id"].as_str().unwrap().to_owned())
    })
    .await;
    cross("handed over", &|case| case["phase"] == "handed_over", &officer, &id).await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("window")).await;
    cross("decided", &|case| case["phase"] == "decided", &clerk, &id).await;
    clerk.act(&id, "deliver", json!({ "way": "window" })).await;
    cross("delivered", &|case| case["phase"] == "delivered", &officer, &id).await;

    let refused = at("b-in").join("refused");
    for (name, code) in [("0.bundle", "bundle-malformed"), ("1.bundle", "bundle-truncated")] {
        assert!(refused.join(name).exists());
        let why = fs::read_to_string(refused.join(format!("{name}.txt"))).unwrap();
        assert!(why.starts_with(code) && why.lines().count() == 2, "{why}");
    }
    assert!(fs::read_dir(at("a-in").join("done")).unwrap().count() > 0);
    // When all is said both are quiet: an acknowledgement is not acknowledged.
    until("both are quiet", async || {
        let before = [carry(&at("a-out"), &at("b-in")), carry(&at("b-out"), &at("a-in"))].concat();
        tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
        let after = [carry(&at("a-out"), &at("b-in")), carry(&at("b-out"), &at("a-in"))].concat();
        (before.is_empty() && after.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn where_only_one_side_opens_connections_a_case_goes_to_its_end_with_its_files() {
    // Jiangsu cannot reach Anhui: at the address in the trust list nobody answers.
    let pair = Pair::new(&["jiangsu"], ["\n[peer.anhui]\nopens = \"there\"\n", "\n[peer.jiangsu]\nopens = \"here\"\n"]);
    let (jiangsu, anhui) = (&pair.jiangsu, &pair.anhui);
    let _one = jiangsu.serve(&[]).await;
    let two = anhui.serve(&[]).await;
    let (clerk, officer) = (jiangsu.sign_in("suzhou-clerk").await, anhui.sign_in("hefei-gjj").await);
    // Anhui's documents come over although Jiangsu cannot ask for them by itself.
    let scan = paper_of(3_000_000);
    let materials = json!([material_of("id-card", "seen_original", &scan), material("settlement-form", "copy_taken")]);
    let request = with(suzhou_to_hefei(1), json!({ "materials": materials }));
    let done = until("Jiangsu knows Anhui's items", async || {
        let tried = clerk.tell("/api/v1/cases", &request).await;
        (tried.status == 201).then_some(tried.body)
    })
    .await;
    let id = done["id"].as_str().unwrap();
    officer.sees(id, "handed_over").await;
    officer.act(id, "accept", json!({})).await;
    clerk.sees(id, "accepted").await;

    // Anhui is away for a while and calls again: a restored Anhui as well is answered everything.
    let copy = pair.at("copy");
    run(&["backup", "--data", anhui.data(), "--to", &copy]).fine();
    officer.act(id, "decide", with(granted("window"), json!({ "document": encode(&paper_of(2_500_000)) }))).await;
    clerk.sees(id, "decided").await;
    drop(two);
    fs::rename(anhui.data(), pair.at("lost")).unwrap();
    run(&["restore", "--from", &copy, "--data", anhui.data()]).fine();
    let _two = anhui.serve(&[]).await;
    let officer = anhui.sign_in("hefei-gjj").await;
    officer.sees(id, "decided").await;
    clerk.act(id, "deliver", json!({ "way": "window" })).await;
    both_see(&clerk, &officer, id, "delivered").await;
    until("every file is on both sides", async || (jiangsu.export(id).len() == anhui.export(id).len()).then_some(()))
        .await;
    let trouble = fs::read_to_string(jiangsu.folder.join("serve.log")).unwrap();
    assert!(!trouble.contains("ERROR"), "{trouble}");
}
