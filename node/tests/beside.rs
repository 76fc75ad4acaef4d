//! Several processes of one node over one PostgreSQL database, behind a proxy and without a leader: what is acknowledged
//! is there once, whichever of them it went through and whatever happens to them meanwhile.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Row as _};
use support::*;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const CLIENTS: u32 = 8;

/// A proxy that knows nothing of what goes through it: the next connection goes to the next process that takes it.
async fn proxy(listener: TcpListener, ports: Vec<u16>) {
    let next = Arc::new(AtomicUsize::new(0));
    loop {
        let Ok((mut client, _)) = listener.accept().await else { continue };
        let (next, ports) = (next.clone(), ports.clone());
        tokio::spawn(async move {
            for _ in 0..ports.len() {
                let port = ports[next.fetch_add(1, Ordering::SeqCst) % ports.len()];
                if let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await {
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}

/// Another process of the same node: its own folder and port, the same key, address and database.
fn another(node: &Node, number: usize, port: u16) -> Node {
    let folder = node.folder.with_file_name(format!("{}-{number}", node.name));
    std::fs::create_dir(&folder).unwrap();
    for file in ["node.key", "tongban.toml"] {
        std::fs::copy(node.folder.join(file), folder.join(file)).unwrap();
    }
    let mut config = tongban::config::Config::read(&folder).unwrap();
    config.listen.set_port(port);
    config.write(&folder).unwrap();
    Node { name: node.name.clone(), folder, address: format!("http://127.0.0.1:{port}") }
}

/// Says it until it is acknowledged, under one key, as a client must whose answer got lost.
async fn insist(caller: &Caller, path: &str, body: &Value, key: &str) -> Value {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = caller.try_tell_once(path, body, key).await {
            match answer.status {
                200..300 => return answer.body,
                500.. => {}
                _ => panic!("{path}: {} {}", answer.status, answer.body),
            }
        }
        assert!(Instant::now() < end, "{path} is not acknowledged within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn count(node: &Node, what: &str) -> i64 {
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&node.database()).await.unwrap();
    let text = format!("SELECT COUNT(*) FROM {what}");
    let count = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_one(&mut database).await.unwrap().get(0);
    database.close().await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_of_one_node_share_its_work_and_come_and_go() {
    let demo = Demo::start_over(true, &[]).await;
    let (jiangsu, anhui) = (demo.node("jiangsu"), demo.node("anhui"));
    let officer = anhui.sign_in("hefei-gjj").await;
    jiangsu.stop("TERM");
    let first = free_ports(3);
    let processes: Vec<Node> = (0..3).map(|number| another(&jiangsu, number, first + number as u16)).collect();
    let mut serving = Vec::new();
    for process in &processes {
        serving.push(process.serve(&[]).await);
    }
    let address = jiangsu.address.trim_start_matches("http://").to_owned();
    let listener = until("the node's port is free", async || TcpListener::bind(&address).await.ok()).await;
    tokio::spawn(proxy(listener, processes.iter().map(|process| process.config().listen.port()).collect()));

    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let over = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (clerk, over) = (clerk.clone(), over.clone());
        clients.spawn(async move {
            let mut said = Vec::new();
            for turn in 0.. {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let number = client * 1000 + turn;
                let key = format!("client-{number}");
                said.push(insist(&clerk, "/api/v1/cases", &suzhou_to_hefei(number), &key).await);
            }
            said
        });
    }
    // One after the other is replaced, while the work goes on.
    for (number, process) in processes.iter().enumerate() {
        tokio::time::sleep(Duration::from_millis(400)).await;
        process.stop("TERM");
        serving[number] = process.serve(&[]).await;
    }
    // One stands still, perhaps in its turn; one dies.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let still = processes[1].process().unwrap();
    signal(still, "STOP");
    processes[2].stop("KILL");
    tokio::time::sleep(Duration::from_secs(1)).await;
    serving[2] = processes[2].serve(&[]).await;
    signal(still, "CONT");
    tokio::time::sleep(Duration::from_millis(400)).await;
    over.store(true, Ordering::SeqCst);
    let said: Vec<Value> = clients.join_all().await.into_iter().flatten().collect();
    assert!(said.len() > 30, "only {} cases in all that time", said.len());

    let ids: BTreeSet<&str> = said.iter().map(|case| case["id"].as_str().unwrap()).collect();
    let numbers: BTreeSet<&str> = said.iter().map(|case| case["number"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), numbers.len()), (said.len(), said.len()), "each case and each number once");
    until("everything has come over, and nothing else", async || {
        let (here, there) = (count(&jiangsu, "dossier").await, count(&anhui, "dossier").await);
        let (stamps, theirs) = (count(&jiangsu, "stamp").await, count(&anhui, "stamp").await);
        (here == there && stamps == theirs).then_some(())
    })
    .await;
    assert_eq!(count(&jiangsu, "case_view").await, said.len() as i64, "what was acknowledged, and no more");
    assert_eq!((count(&jiangsu, "evidence").await, count(&anhui, "evidence").await), (0, 0));

    // What the other side says reaches every process.
    let id = *ids.first().unwrap();
    officer.act(id, "accept", json!({})).await;
    for process in &processes {
        process.sign_in("suzhou-clerk").await.sees(id, "accepted").await;
    }
    for node in [&jiangsu, &anhui] {
        assert_eq!(run(&["rebuild", "--check", "--data", node.data()]).fine().text(), "no difference\n");
    }
    assert_eq!(demo.verified("anhui", id).chain.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_moves_from_a_file_to_a_server_and_back_with_all_that_it_has() {
    let demo = Demo::start_over(false, &[]).await;
    let anhui = demo.node("anhui");
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    // One material so large that it lies in the blob folder, not in the database.
    let materials =
        json!([material_of("id-card", "seen_original", &paper_of(100_000)), material("settlement-form", "copy_taken")]);
    let id = clerk.open(with(suzhou_to_hefei(1), json!({ "materials": materials }))).await;
    let officer = anhui.sign_in("hefei-gjj").await;
    officer.sees(&id, "handed_over").await;
    until("all files are there", async || (demo.verified("anhui", &id).blobs == 3).then_some(())).await;

    anhui.stop("TERM");
    let on_server = format!("{}moved_{}", postgres(), demo.port());
    sqlx::any::install_default_drivers();
    let mut server = AnyConnection::connect(&format!("{}postgres", postgres())).await.unwrap();
    let make = format!("CREATE DATABASE moved_{}", demo.port());
    sqlx::query(sqlx::AssertSqlSafe(make)).execute(&mut server).await.unwrap();
    let copy = |name: &str| demo.data().join(name).to_str().unwrap().to_owned();
    let (first, second) = (copy("first"), copy("second"));
    run(&["backup", "--data", anhui.data(), "--to", &first]).fine();
    std::fs::rename(&anhui.folder, demo.data().join("anhui-file")).unwrap();
    run(&["restore", "--from", &first, "--data", anhui.data(), "--database", &on_server]).fine();
    // What is there is not written over.
    let again = ["restore", "--from", &first, "--data", &copy("again"), "--database", &on_server];
    run(&again).refused("database-not-empty");
    let serving = anhui.serve(&[]).await;
    let acted = async || (officer.try_act(&id, "accept", json!({})).await.status < 300).then_some(());
    until_within(PATIENCE * 4, "it stamps again", acted).await;
    clerk.sees(&id, "accepted").await;
    drop(serving);

    run(&["backup", "--data", anhui.data(), "--to", &second]).fine();
    std::fs::rename(&anhui.folder, demo.data().join("anhui-server")).unwrap();
    run(&["restore", "--from", &second, "--data", anhui.data()]).fine();
    assert!(anhui.config().database.is_none());
    let _serving = anhui.serve(&[]).await;
    assert_eq!(officer.case(&id).await["phase"], "accepted");
    assert_eq!(run(&["rebuild", "--check", "--data", anhui.data()]).fine().text(), "no difference\n");
    let verified = demo.verified("anhui", &id);
    assert_eq!((verified.chain.len(), verified.blobs), (6, 3));
}
