//! Who has nothing to do with a case learns nothing of it: not by the interface, not by the exchange, not on disk.

mod support;

use serde_json::json;
use sqlx::{AnyConnection, Connection as _, Row as _};
use support::*;
use tongban::clock::Clock;
use tongban::directory::{BEGINNING, Directory};
use tongban::store::Store;
use tongban_core::directory::{Document, KeyCard, Kind, NodeCard, TrustList};
use tongban_core::dossier::suite::{hex, unhex};
use tongban_core::dossier::{Hash, NodeId, SecretKey, Signer as _, Suite};

#[tokio::test]
async fn who_has_no_part_in_a_case_finds_it_neither_by_name_nor_in_lists() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(1)).await;
    officer.sees(&id, "handed_over").await;

    let staff = [
        ("shanghai", "pudong-clerk"),
        ("shanghai", "pudong-gjj"),
        ("zhejiang", "jiaxing-clerk"),
        // On the same nodes, of other organisations.
        ("jiangsu", "nanjing-clerk"),
        ("jiangsu", "suzhou-gjj"),
        ("anhui", "hefei-ga"),
        ("anhui", "hefei-clerk"),
        ("anhui", "xuancheng-gjj"),
        ("jiangsu", "jiangsu-li"),
        ("anhui", "anhui-chen"),
    ];
    for (node, login) in staff {
        let other = demo.sign_in(node, login).await;
        other.ask(&format!("/api/v1/cases/{id}")).await.refused(404, "case-not-found");
        for list in ["to-do", "all", "own"] {
            assert!(!other.list(list).await.contains(&id), "{login} has it in the list {list}");
        }
    }
    // Who keeps a node running has no cases at all.
    for (node, login) in [("jiangsu", "jiangsu-admin"), ("anhui", "anhui-operator"), ("registrar", "registrar")] {
        let other = demo.sign_in(node, login).await;
        other.ask(&format!("/api/v1/cases/{id}")).await.refused(404, "case-not-found");
        other.ask("/api/v1/cases").await.refused(403, "forbidden");
    }
    // Colleagues at the two desks have it: the lists are not merely empty.
    for (node, login, list) in [("jiangsu", "suzhou-clerk2", "all"), ("anhui", "hefei-gjj2", "to-do")] {
        let colleague = demo.sign_in(node, login).await;
        assert!(colleague.list(list).await.contains(&id), "{login}");
        assert_eq!(colleague.case(&id).await["phase"], "handed_over");
    }
}

#[tokio::test]
async fn one_applicants_case_is_not_the_other_applicants() {
    let demo = Demo::shared().await;
    let li = demo.sign_in("jiangsu", "jiangsu-li").await;
    let wang = demo.sign_in("jiangsu", "jiangsu-wang").await;
    let id = li.open(online_to_hefei()).await;
    wang.ask(&format!("/api/v1/cases/{id}")).await.refused(404, "case-not-found");
    assert!(!wang.list("own").await.contains(&id) && li.list("own").await.contains(&id));
    wang.try_act(&id, "withdraw", json!({})).await.refused(404, "case-not-found");
    // Nor is it the windows': it came online.
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    clerk.ask(&format!("/api/v1/cases/{id}")).await.refused(404, "case-not-found");
}

#[tokio::test]
async fn a_node_without_a_part_is_told_nothing_by_the_exchange() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(3)).await;
    let case = officer.sees(&id, "handed_over").await;
    let blob = case["case"]["drafted"]["applicant"]["hash"].as_str().unwrap();
    until("the particulars are in Anhui", async || (!officer.case(&id).await["applicant"].is_null()).then_some(()))
        .await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let holder = demo.node("anhui");
    for (asker, may) in [("jiangsu", true), ("shanghai", false), ("zhejiang", false), ("registrar", false)] {
        let asker = demo.node(asker);
        let path = format!("/peer/v1/dossier/{id}?from=0");
        let ask = signed(&asker, "anhui", &path).header();
        let answer = http.get(format!("{}{path}", holder.address)).header("tongban-ask", ask).send().await.unwrap();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!((status == 200, text.contains("taken_in")), (may, may), "{}: {status} {text}", asker.name);
        if !may {
            assert!(status == 404 && text.contains("dossier-unknown"), "{status} {text}");
        }
        let path = "/peer/v1/blobs";
        let ask = signed(&asker, "anhui", path).header();
        let request = http.post(format!("{}{path}", holder.address)).header("tongban-ask", ask).json(&[blob]);
        let sent: Vec<serde_json::Value> = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(sent.len(), usize::from(may), "{}", asker.name);
    }
}

/// What would betray a case, by name.
fn traces(id: &str, number: &str, applicant: &serde_json::Value, hashes: &[String]) -> Vec<(String, Vec<u8>)> {
    let mut traces = vec![
        ("the dossier's name".to_owned(), id.as_bytes().to_vec()),
        ("the dossier's bytes".to_owned(), unhex(id).unwrap()),
        ("the receipt number".to_owned(), number.as_bytes().to_vec()),
    ];
    for field in ["name", "id_number", "phone"] {
        traces.push((field.to_owned(), applicant[field].as_str().unwrap().as_bytes().to_vec()));
    }
    for hash in hashes {
        let parsed: Hash = hash.parse().unwrap();
        traces.push((format!("{hash} as text"), hash.as_bytes().to_vec()));
        traces.push((format!("{hash} as bytes"), parsed.tagged().to_vec()));
        traces.push((format!("{hash} as a file's name"), hex(&parsed.tagged()).into_bytes()));
    }
    traces
}

#[tokio::test]
async fn nothing_of_a_case_is_on_the_disks_of_those_without_a_part_and_no_person_is_in_any_log() {
    let demo = Demo::start(&[]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let applicant = person(4);
    // One file goes into the database, a larger one into the blob folder.
    let materials =
        json!([material_of("id-card", "seen_original", &paper_of(100_000)), material("settlement-form", "copy_taken")]);
    let done = clerk.post("/api/v1/cases", with(suzhou_to_hefei(4), json!({ "materials": materials }))).await;
    let (id, number) = (done["id"].as_str().unwrap(), done["number"].as_str().unwrap());
    officer.sees(id, "handed_over").await;
    officer.act(id, "accept", json!({})).await;
    officer.act(id, "decide", granted("window")).await;
    clerk.sees(id, "decided").await;
    clerk.act(id, "deliver", json!({ "way": "window" })).await;
    let case = both_see(&clerk, &officer, id, "delivered").await;
    for node in ["jiangsu", "anhui"] {
        until("all files are on both sides", async || (demo.verified(node, id).blobs == 4).then_some(())).await;
    }
    let mut hashes = vec![case["case"]["drafted"]["applicant"]["hash"].as_str().unwrap().to_owned()];
    for attached in case["case"]["materials"].as_array().unwrap() {
        hashes.push(attached["blob"]["hash"].as_str().unwrap().to_owned());
    }
    let traces = traces(id, number, &applicant, &hashes);

    // Where it belongs it is found, so that finding nothing elsewhere means something.
    let on_disk = |node: &str| -> Vec<u8> {
        let mut all = Vec::new();
        for file in files_below(&demo.node(node).folder) {
            all.extend(file.file_name().unwrap().as_encoded_bytes());
            all.push(b'\n');
            all.extend(std::fs::read(&file).unwrap_or_default());
        }
        all
    };
    for node in ["jiangsu", "anhui"] {
        let disk = on_disk(node);
        let found = |name: &str| traces.iter().any(|(what, bytes)| what.ends_with(name) && contains(&disk, bytes));
        for name in [
            "the dossier's name",
            "the dossier's bytes",
            "the receipt number",
            "id_number",
            "as bytes",
            "as a file's name",
        ] {
            assert!(found(name), "{node} lacks {name}: this test looks in the wrong place");
        }
    }
    for node in ["shanghai", "zhejiang", "registrar"] {
        let files = files_below(&demo.node(node).folder);
        for name in ["tongban.db", "tongban.db-wal", "serve.log"] {
            assert!(files.iter().any(|file| file.ends_with(name)), "{node} has no {name}: {files:?}");
        }
        let disk = on_disk(node);
        for (what, bytes) in &traces {
            assert!(!contains(&disk, bytes), "{node} has {what}");
        }
    }

    // Who applied stands in a blob that can be erased: never in the log, which cannot, nor in what the program writes down.
    sqlx::any::install_default_drivers();
    let persons: Vec<&(String, Vec<u8>)> =
        traces.iter().filter(|(what, _)| ["name", "id_number", "phone"].contains(&what.as_str())).collect();
    assert_eq!(persons.len(), 3);
    for node in ["jiangsu", "anhui"] {
        let folder = demo.node(node).folder;
        let written = std::fs::read(folder.join("serve.log")).unwrap();
        for (what, bytes) in &persons {
            assert!(!contains(&written, bytes), "{node} wrote down {what}");
        }
        let file = format!("sqlite://{}?mode=ro", folder.join("tongban.db").display());
        let mut database = AnyConnection::connect(&file).await.unwrap();
        let entries = sqlx::query("SELECT bytes FROM entry").fetch_all(&mut database).await.unwrap();
        assert!(entries.len() >= 7, "{node}: {}", entries.len());
        for entry in entries {
            let entry: Vec<u8> = entry.get(0);
            for (what, bytes) in &persons {
                assert!(!contains(&entry, bytes), "{node}: {what} stands in {}", String::from_utf8_lossy(&entry));
            }
        }
        // Not in the views either, from which lists are made.
        let views = "SELECT item_name || receiving_name || handling_name || COALESCE(number, '') FROM case_view";
        for view in sqlx::query(views).fetch_all(&mut database).await.unwrap() {
            let view: String = view.get(0);
            assert!(persons.iter().all(|(_, bytes)| !contains(view.as_bytes(), bytes)), "{view}");
        }
        // Every reading by staff is recorded.
        let readings = sqlx::query("SELECT COUNT(*) FROM access WHERE dossier = $1").bind(unhex(id).unwrap());
        let readings: i64 = readings.fetch_one(&mut database).await.unwrap().get(0);
        assert!(readings > 0, "{node}");
        database.close().await.unwrap();
    }
    assert_eq!(hashes[0].parse::<Hash>().unwrap().suite(), Suite::Sm2);
}

/// Nodes that sign documents, without any process: what a directory makes of them is looked at.
struct Paper {
    root: SecretKey,
    keys: Vec<(NodeId, SecretKey)>,
    store: Store,
    _folder: tempfile::TempDir,
}

impl Paper {
    async fn new(nodes: &[(&str, &[&str])]) -> Paper {
        let folder = tempfile::tempdir().unwrap();
        let key = |seed: u8| SecretKey::from_seed(Suite::Ed25519, &[seed; 32]).unwrap();
        let root = key(255);
        let name = |node: &str| node.parse::<NodeId>().unwrap();
        let keys: Vec<_> = nodes.iter().zip(1..).map(|((node, _), seed)| (name(node), key(seed))).collect();
        let card = |((node, key), (_, regions)): (&(NodeId, SecretKey), &(&str, &[&str]))| NodeCard {
            guests: Vec::new(),
            node: node.clone(),
            name: node.to_string(),
            name_en: node.to_string(),
            regions: regions.iter().map(|code| code.parse().unwrap()).collect(),
            address: "http://127.0.0.1:1".to_owned(),
            keys: vec![KeyCard { public: key.public_key().clone(), from: BEGINNING, until: None }],
        };
        let nodes = keys.iter().zip(nodes).map(card).collect();
        let list = TrustList { version: 1, issued: BEGINNING, root: root.public_key().clone(), nodes };
        let store = Store::create(folder.path(), None).await.unwrap();
        store.keep_document(&Document::sign(&root, Kind::Trust, &name("registrar"), 1, &list)).await.unwrap();
        Paper { root, keys, store, _folder: folder }
    }

    async fn publish(&self, node: &str, kind: Kind, body: serde_json::Value) {
        let (node, key) = self.keys.iter().find(|(name, _)| name.as_str() == node).unwrap();
        self.store.keep_document(&Document::sign(key, kind, node, 1, &body)).await.unwrap();
    }

    async fn known(&self) -> std::sync::Arc<tongban::directory::Snapshot> {
        Directory::open(&self.store, self.root.public_key().fingerprint(), Clock::default()).await.unwrap().now()
    }
}

#[tokio::test]
async fn a_listed_stranger_cannot_take_over_an_authority_of_another_node() {
    let world: serde_json::Value = serde_json::from_str(include_str!("../../data/demo/world.json")).unwrap();
    let rows = |what: &str| world[what].as_array().unwrap().clone();
    let of = |node: &str| rows("organisations").into_iter().filter(|org| org["node"] == node).collect::<Vec<_>>();
    let authority =
        of("anhui").into_iter().find(|org| org["duty"] == "authority" && org["region"] == "340100").unwrap();
    let decides = |one: &serde_json::Value| one["authority"] == authority["uscc"];
    let implementation = rows("implementations").into_iter().find(decides).unwrap();
    let fields = |of: &serde_json::Value, fields: serde_json::Value| with(of.clone(), fields);

    // The stranger's name stands before all others; in the list it came last.
    let nodes: [(&str, &[&str]); 4] =
        [("registrar", &[]), ("anhui", &["340000"]), ("shanghai", &["310000"]), ("aaa-stranger", &["330000"])];
    let paper = Paper::new(&nodes).await;
    paper.publish("registrar", Kind::Organisations, json!(of("registrar"))).await;
    paper.publish("anhui", Kind::Organisations, json!(of("anhui"))).await;
    paper.publish("anhui", Kind::Implementations, json!([implementation])).await;
    let own_code = "129931150000000274";
    let published = json!([
        // Anhui's authority, taken over as it is: in Anhui's place, or at home under Anhui's code.
        fields(&authority, json!({ "node": "aaa-stranger" })),
        fields(&authority, json!({ "node": "aaa-stranger", "region": "330100" })),
        // In the name of Anhui.
        fields(&authority, json!({ "uscc": own_code })),
        // A place of Anhui's under a code of its own, also as a coordination office.
        fields(&authority, json!({ "node": "aaa-stranger", "uscc": own_code })),
        fields(&authority, json!({ "node": "aaa-stranger", "uscc": own_code, "duty": "registrar" })),
    ]);
    paper.publish("aaa-stranger", Kind::Organisations, published).await;
    let stolen = json!([
        implementation,
        fields(&implementation, json!({ "authority": own_code })),
        fields(&implementation, json!({ "region": "330100" })),
    ]);
    paper.publish("aaa-stranger", Kind::Implementations, stolen).await;

    let known = paper.known().await;
    assert_eq!(known.organisations.values().filter(|org| org.node.as_str() == "aaa-stranger").count(), 0);
    assert_eq!(known.organisations.len(), of("anhui").len() + of("registrar").len());
    let uscc = authority["uscc"].as_str().unwrap().parse().unwrap();
    assert_eq!(known.organisations[&uscc].node.as_str(), "anhui");
    let kept: Vec<_> = known.implementations.values().collect();
    assert_eq!((kept.len(), kept[0].authority), (1, uscc));

    // What is its own counts.
    let paper = Paper::new(&nodes).await;
    let own = fields(&authority, json!({ "node": "aaa-stranger", "uscc": own_code, "region": "330100" }));
    paper.publish("aaa-stranger", Kind::Organisations, json!([own])).await;
    let id = format!("{}@330100", implementation["item"].as_str().unwrap());
    let own = fields(&implementation, json!({ "authority": own_code, "region": "330100", "id": id }));
    paper.publish("aaa-stranger", Kind::Implementations, json!([own])).await;
    let known = paper.known().await;
    assert_eq!((known.organisations.len(), known.implementations.len()), (1, 1));
}

#[tokio::test]
async fn copies_of_another_place_are_erased_after_their_term_and_the_chain_stays_whole() {
    let mut demo = Demo::start(&["--now", "2026-03-02"]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(601)).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("online")).await;
    officer.act(&id, "deliver", json!({ "way": "online" })).await;
    both_see(&clerk, &officer, &id, "delivered").await;
    let before = demo.verified("jiangsu", &id);
    demo.stop();
    // The term of the national rule in the drill is ninety days.
    let (jiangsu, anhui) = (demo.node("jiangsu"), demo.node("anhui"));
    let _here = jiangsu.serve(&["--now", "2026-06-02"]).await;
    let _there = anhui.serve(&["--now", "2026-06-02"]).await;
    let (clerk, officer) = (jiangsu.sign_in("suzhou-clerk").await, anhui.sign_in("hefei-gjj").await);
    let seen = until("the copies are erased", async || {
        let case = clerk.case(&id).await;
        case["case"]["erased"].is_number().then_some(case)
    })
    .await;
    assert_eq!(seen["applicant"], serde_json::Value::Null);
    let files = seen["case"]["materials"].as_array().unwrap();
    for file in files {
        let path = format!("/api/v1/cases/{id}/files/{}", file["blob"]["hash"].as_str().unwrap());
        clerk.ask(&path).await.refused(404, "case-not-found");
        assert_eq!(officer.ask(&path).await.status, 200, "the authority keeps its own");
    }
    until("the authority hears of it", async || officer.case(&id).await["case"]["erased"].is_number().then_some(()))
        .await;
    let name = &name_of(601);
    for file in files_below(&jiangsu.folder.join("blobs")) {
        assert!(!contains(&std::fs::read(file).unwrap(), name.as_bytes()));
    }
    let after = tongban_core::dossier::verify(&jiangsu.export(&id), &jiangsu.config().trust, None);
    let after = after.expect("the chain is whole");
    assert_eq!(after.chain.len(), before.chain.len() + 1);
}
