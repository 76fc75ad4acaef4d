//! A peer that lies: a real node reads the stream of a server that serves broken batches, over real HTTP, and then the good
//! one. Nothing broken is stored, the operator is told the code, and the node goes on.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use support::*;
use tempfile::TempDir;
use tongban::directory::BEGINNING;
use tongban_core::directory::{KeyCard, NodeCard};
use tongban_core::dossier::{
    DossierId, Draft, Hash, Moment, NodeId, Purpose, SecretKey, SignedGroup, Signer as _, Stamp, Suite,
};
use tongban_core::exchange::{Ask, Batch, BatchGroup, Epoch, Item, Spot};

const LIAR: &str = "liar";
const READER: &str = "reader";

/// What the liar answers to a question for its stream.
type Answer = Arc<Mutex<Vec<u8>>>;

/// A node with a good key, whose server answers what the test puts there.
struct Liar {
    key: SecretKey,
    answer: Answer,
    address: String,
}

impl Liar {
    async fn start() -> Liar {
        let answer = Answer::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/peer/v1/documents", get(|| async { Json(Vec::<String>::new()) }))
            .route("/peer/v1/stream", get(stream))
            .route("/peer/v1/dossier/{id}", get(stream))
            .with_state(answer.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Liar { key: SecretKey::from_seed(Suite::Ed25519, &[5; 32]).unwrap(), answer, address }
    }

    fn card(&self) -> NodeCard {
        NodeCard {
            guests: Vec::new(),
            node: node(LIAR),
            name: "说谎的节点".to_owned(),
            name_en: "A liar".to_owned(),
            regions: Vec::new(),
            address: self.address.clone(),
            keys: vec![KeyCard { public: self.key.public_key().clone(), from: BEGINNING, until: None }],
        }
    }

    fn serves(&self, bytes: Vec<u8>) {
        *self.answer.lock().unwrap() = bytes;
    }

    /// A dossier of two stamps in which the reader takes part.
    fn batch(&self) -> Batch {
        let (me, at) = (node(LIAR), Moment(1_795_000_000_000));
        // The reader takes part from the beginning, and the pen stays.
        let open = serde_json::json!({
            "tongban": 1, "dossier": dossier(), "kind": "letter", "node": me, "by": { "role": "system" }, "at": at,
            "nonce": "0101010101010101", "join": [me, node(READER)], "body": "the first word",
        })
        .to_string();
        let next = Draft::next(dossier(), "letter", &me).said(at, [2; 8], &"the second").write(Suite::Ed25519);
        let next = String::from_utf8(next.bytes().to_vec()).unwrap();
        let mut prev = Hash::none(Suite::Ed25519);
        let (mut groups, mut items) = (Vec::new(), Vec::new());
        for (seq, entry) in (0..).zip([open, next]) {
            let hash = tongban_core::dossier::Written::hash_of(Suite::Ed25519, entry.as_bytes());
            let stamp = Stamp { dossier: dossier(), term: 0, seq, prev, entry: hash, node: me.clone(), at };
            prev = stamp.hash(Suite::Ed25519);
            let (signed, _) = SignedGroup::sign(Purpose::Commit, &self.key, &me, 2, at, &[prev]).unwrap();
            groups.push(BatchGroup { signed, proof: Default::default() });
            let stamped = Spot { group: seq, leaf: 0 };
            items.push(Item::Stamp { stamp, entry, stamped, said: None, via: None });
        }
        Batch { epoch: Epoch::from_random([7; 8]), from: 0, groups, items }
    }
}

async fn stream(State(answer): State<Answer>) -> Response {
    let bytes = answer.lock().unwrap().clone();
    if bytes.is_empty() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

fn node(name: &str) -> NodeId {
    name.parse().unwrap()
}

fn dossier() -> DossierId {
    DossierId::from_random([0xab; 16])
}

/// A node that has the liar in its trust list.
async fn reader(folder: &TempDir, liar: &Liar) -> Node {
    let data = folder.path().join(READER);
    let data = data.to_str().unwrap();
    let listen = format!("127.0.0.1:{}", free_ports(1));
    let address = format!("http://{listen}");
    let init = ["init", "--data", data, "--node", READER, "--name", "读者", "--suite", "ed25519", "--as-registrar"];
    run(&[&init[..], &["--drill", "--listen", &listen]].concat()).fine();
    let card = folder.path().join("card.json");
    std::fs::write(&card, serde_json::to_vec(&liar.card()).unwrap()).unwrap();
    run(&["trust", "add", "--data", data, card.to_str().unwrap()]).fine();
    let operator = ["account", "add", "--data", data, "--login", "operator", "--role", "operator", "--name", "运维"];
    run_with(std::process::Command::new(PROGRAM).args(operator), "a long password\n").fine();
    Node { name: READER.to_owned(), folder: PathBuf::from(data), address }
}

/// What the operator reads on the page about peers, in a language.
async fn operator_page(http: &reqwest::Client, reader: &Node, lang: &str) -> String {
    let form: BTreeMap<&str, &str> = BTreeMap::from([("login", "operator"), ("password", "a long password")]);
    let body: String = form.iter().map(|(key, value)| format!("{key}={}&", value.replace(' ', "+"))).collect();
    let signed_in = http
        .post(format!("{}/login", reader.address))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap();
    let mut cookies: Vec<String> = signed_in
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned())
        .collect();
    cookies.push(format!("tongban_lang={lang}"));
    let page = http.get(format!("{}/operator", reader.address)).header(header::COOKIE, cookies.join("; "));
    page.send().await.unwrap().text().await.unwrap()
}

fn log_of(reader: &Node) -> String {
    std::fs::read_to_string(reader.folder.join("serve.log")).unwrap_or_default()
}

type Lie = (&'static str, fn(&Liar) -> Vec<u8>);

fn json(batch: &Batch) -> Vec<u8> {
    serde_json::to_vec(batch).unwrap()
}

/// Broken streams, each with the code under which it is refused.
const LIES: &[Lie] = &[
    ("group-signature", |liar| {
        let mut batch = liar.batch();
        batch.groups[1].signed.signature.0[9] ^= 1;
        json(&batch)
    }),
    ("batch-malformed", |liar| {
        let text = String::from_utf8(json(&liar.batch())).unwrap();
        // It would go back to the peer in an address, and never arrive.
        text.replace("0707070707070707", "0&position=9#").into_bytes()
    }),
    ("stamp-mismatch", |liar| {
        let text = String::from_utf8(json(&liar.batch())).unwrap();
        text.replace("the second", "the other").into_bytes()
    }),
    ("batch-position", |liar| json(&Batch { from: 1, ..liar.batch() })),
    ("trust-unknown-list", |liar| {
        let mut batch = liar.batch();
        batch.groups[0].signed.group.trust = 77;
        json(&batch)
    }),
    ("batch-malformed", |_| b"<!DOCTYPE html><title>502</title>".to_vec()),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_is_refused_and_the_good_one_read_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let liar = Liar::start().await;
    let reader = reader(&folder, &liar).await;
    let _serving = reader.serve(&[]).await;
    let id = dossier().to_string();
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();

    let mut before = 0;
    for (number, (code, lie)) in LIES.iter().enumerate() {
        liar.serves(lie(&liar));
        until(&format!("lie {number}, {code}, is noted"), async || {
            let log = log_of(&reader);
            let noted = log[before..].lines().any(|line| line.contains("is refused") && line.contains(code));
            noted.then(|| before = log.len())
        })
        .await;
        // Nothing of it is stored.
        run(&["export", "--data", reader.data(), &id]).refused("dossier-unknown");
    }
    for (lang, word) in [("zh", "本节点没有存下任何内容"), ("en", "Nothing of it was stored")] {
        let page = operator_page(&http, &reader, lang).await;
        assert!(page.contains("batch-malformed") && page.contains(word), "{lang}: {page}");
    }

    liar.serves(json(&liar.batch()));
    until("the good stream is read", async || (run(&["export", "--data", reader.data(), &id]).code == 0).then_some(()))
        .await;
    let exported = folder.path().join("good.tongban");
    std::fs::write(&exported, reader.export(&id)).unwrap();
    let trust = tongban::config::Config::read(&reader.folder).unwrap().trust.to_string();
    let verified = run(&["verify", "--trust", &trust, exported.to_str().unwrap()]).fine();
    assert!(verified.text().contains("complete to stamp 1"), "{}", verified.text());
}

/// Whatever comes at the routes for peers is refused with a code, and the node goes on.
#[tokio::test]
async fn garbage_at_every_peer_route_is_refused_with_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let liar = Liar::start().await;
    let reader = reader(&folder, &liar).await;
    let _serving = reader.serve(&[]).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let id = dossier();
    let none = Hash::none(Suite::Ed25519);
    let sound = [
        ("GET", format!("/peer/v1/stream?epoch=-&position=0&hash={none}&wait=0")),
        ("GET", format!("/peer/v1/dossier/{id}?from=0")),
        ("POST", format!("/peer/v1/question/{id}")),
        ("POST", "/peer/v1/restored?epoch=0707070707070707".to_owned()),
        ("GET", "/peer/v1/acts?after=0".to_owned()),
        ("POST", "/peer/v1/blobs".to_owned()),
    ];
    let broken = ["", "?", "?epoch=%ff&position=-1", "?from=99999999999&after=x&epoch=no&wait=", "/..%2f", "%00"];
    let bodies: [&[u8]; 6] = [b"", b"null", b"[[[[", b"{\"kind\":\"trust\"}", b"[\"sm3:00\"]", b"\xff\xfe"];
    let mut seen = std::collections::BTreeSet::new();
    for (method, path) in &sound {
        let bare = path.split('?').next().unwrap();
        let paths = broken.iter().map(|tail| format!("{bare}{tail}")).chain([path.clone()]);
        for (number, path) in paths.enumerate() {
            for signed in [false, true] {
                let request = match *method {
                    "GET" => http.get(format!("{}{path}", reader.address)),
                    _ => http.post(format!("{}{path}", reader.address)).body(bodies[number % bodies.len()].to_vec()),
                };
                let request = request.header(header::CONTENT_TYPE, "application/json");
                // A header of the right form, for another address.
                let ask = Ask::sign(&liar.key, &node(LIAR), &node(READER), Moment(0), [number as u8; 8], "/elsewhere");
                let request = if signed { request.header("tongban-ask", ask.header()) } else { request };
                let answer = request.send().await.unwrap();
                let status = answer.status();
                assert!(status.is_client_error(), "{method} {path}: {status}");
                if status == StatusCode::NOT_FOUND {
                    continue;
                }
                let said: serde_json::Value = answer.json().await.unwrap_or_default();
                let code = said["code"].as_str().unwrap_or_else(|| panic!("{method} {path}: {status} {said}"));
                assert!(said["message"].as_str().is_some_and(|text| text.len() > 10), "{said}");
                seen.insert(code.to_owned());
            }
        }
    }
    assert!(seen.contains("ask-malformed") && seen.contains("ask-unsigned"), "{seen:?}");
    assert!(reader.health().await.is_some());
}

/// Files of the corpus through the program itself.
#[test]
fn the_program_says_code_and_what_to_do_in_both_languages() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/corpus/files");
    let root = SecretKey::from_seed(Suite::Ed25519, &[10; 32]).unwrap().public_key().fingerprint().to_string();
    let good = corpus.join("dossier/good/ed25519.tongban");
    let good = good.to_str().unwrap();
    run(&["verify", "--trust", &root, good]).fine();
    let mut seen = 0;
    for code in std::fs::read_dir(corpus.join("dossier")).unwrap().flatten() {
        let file = std::fs::read_dir(code.path()).unwrap().flatten().map(|entry| entry.path()).min().unwrap();
        let code = code.file_name().into_string().unwrap();
        if code == "good" {
            continue;
        }
        says(&code, run(&["verify", "--trust", &root, file.to_str().unwrap()]));
        seen += 1;
    }
    for code in ["checkpoint-differs", "checkpoint-cut-off", "export-spelling"] {
        let file = std::fs::read_dir(corpus.join("checkpoint").join(code)).unwrap().flatten().next().unwrap().path();
        says(code, run(&["verify", "--trust", &root, "--checkpoint", file.to_str().unwrap(), good]));
    }
    assert!(seen > 40, "{seen}");
}

#[track_caller]
fn says(code: &str, ran: Ran) {
    assert_eq!((ran.code, ran.text().as_str()), (1, ""), "{code}: {}", ran.err);
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(
        lines[0].contains("NOT VERIFIED") && lines.contains(&format!("code {code}").as_str()),
        "{code}: {}",
        ran.err
    );
    let [.., zh, en] = lines[..] else { panic!("{code}: {}", ran.err) };
    assert!(zh.contains('。') && zh.contains('请') | zh.contains("不要"), "{code}: {zh}");
    assert!(en.is_ascii() && en.matches('.').count() >= 2, "{code}: {en}");
}
