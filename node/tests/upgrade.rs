//! Databases from release to release: an old one is brought up to date, a newer one is refused. See `tests/upgrade/README.md`.

mod support;

use std::path::{Path, PathBuf};

use serde_json::json;
use sqlx::{AnyConnection, Connection as _, Row as _};
use support::*;
use tongban::store::{Schema, Store, stored_schema};
use tongban_core::dossier::{Hash, verify};

/// Where databases of released versions lie.
fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade")
}

/// Versions that the change log calls released: with a date.
fn released(changes: &str) -> Vec<&str> {
    let heads = changes.lines().filter_map(|line| line.strip_prefix("## ")?.split_once(" ("));
    heads.filter(|(_, when)| when.starts_with(|c: char| c.is_ascii_digit())).map(|(version, _)| version).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

async fn open(folder: &Path) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let file = format!("sqlite://{}?mode=rw", folder.join("tongban.db").display());
    AnyConnection::connect(&file).await.unwrap()
}

/// Everything of a schema, as SQL.
async fn shape(folder: &Path) -> Vec<String> {
    let mut database = open(folder).await;
    let text = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name";
    let rows = sqlx::query(text).fetch_all(&mut database).await.unwrap();
    database.close().await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Opens a backup of some version with the program of today, on a copy: it is what it was, and it serves.
async fn works(backup: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    copy(backup, &data);
    let port = free_ports(1);
    let path = data.join("tongban.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let own_line = |line: &str| line.starts_with("listen = ") || line.starts_with("address = ");
    let mut lines: Vec<String> = config.lines().filter(|line| !own_line(line)).map(str::to_owned).collect();
    lines.insert(0, format!("listen = \"127.0.0.1:{port}\"\naddress = \"http://127.0.0.1:{port}\""));
    std::fs::write(path, lines.join("\n")).unwrap();
    let fingerprint = config.lines().find_map(|line| line.strip_prefix("trust = ")).unwrap().trim_matches('"');
    let fingerprint: Hash = fingerprint.parse().unwrap();
    let node = Node { name: "jiangsu".to_owned(), folder: data, address: format!("http://127.0.0.1:{port}") };

    run(&["rebuild", "--check", "--data", node.data()]).fine();
    assert_eq!(stored_schema(&node.folder, None).await.unwrap(), Schema::Current);
    let _serving = node.serve(&[]).await;
    let clerk = node.sign_in("suzhou-clerk").await;
    let cases = clerk.list("all").await;
    assert!(!cases.is_empty());
    let decided = clerk.case(&cases[0]).await;
    assert_eq!(decided["phase"], "decided");
    let page =
        reqwest::Client::builder().no_proxy().build().unwrap().get(format!("{}/", node.address)).send().await.unwrap();
    assert!(page.status().is_success() && page.text().await.unwrap().contains("<main"));
    let verified = verify(&node.export(&cases[0]), &fingerprint, None).unwrap();
    assert!(verified.chain.len() >= 5, "{}", verified.chain.len());
    // It goes on from there.
    clerk.open(suzhou_to_hefei(900)).await;
    run(&["rebuild", "--check", "--data", node.data()]).fine();
}

#[tokio::test]
async fn the_database_of_every_released_version_works_with_this_program() {
    // What is stored at a release is made like this, so that the way itself is tested before the first.
    let demo = Demo::start(&[]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(31)).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("window")).await;
    both_see(&clerk, &officer, &id, "decided").await;
    until("its files are here", async || (demo.verified("jiangsu", &id).blobs == 4).then_some(())).await;
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("made");
    run(&["backup", "--data", demo.node("jiangsu").data(), "--to", made.to_str().unwrap()]).fine();
    drop(demo);
    works(&made).await;
    if let Ok(version) = std::env::var("TONGBAN_FIXTURE") {
        let to = stored().join(&version);
        assert!(!to.exists(), "{version} is stored already: it is never changed");
        copy(&made, &to);
    }

    for version in released(include_str!("../../CHANGELOG.md")) {
        assert!(
            stored().join(version).is_dir(),
            "{version} is released, and its database is not stored: see tests/upgrade/README.md"
        );
    }
    for folder in std::fs::read_dir(stored()).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_dir())
    {
        works(&folder).await;
    }
}

#[test]
fn a_version_is_released_when_the_change_log_gives_its_date() {
    let changes = "# Changelog\n\n## 0.3.0 (unreleased)\n\n## 0.2.0 (2027-03-01)\n- a\n## 0.1.0 (2026-12-01)\n";
    assert_eq!(released(changes), ["0.2.0", "0.1.0"]);
}

#[tokio::test]
async fn a_schema_is_made_from_nothing_once() {
    let folder = tempfile::tempdir().unwrap();
    Store::create(folder.path(), None).await.unwrap().close().await;
    let first = shape(folder.path()).await;
    assert!(first.len() > 20, "{first:?}");
    assert_eq!(stored_schema(folder.path(), None).await.unwrap(), Schema::Current);
    for _ in 0..2 {
        Store::open(folder.path(), None).await.unwrap().close().await;
        assert_eq!(shape(folder.path()).await, first);
    }
    // An earlier program's is told from this one's, and brought up to date: here one that had made nothing yet.
    let mut database = open(folder.path()).await;
    for text in first.iter().filter(|text| text.starts_with("CREATE TABLE") && !text.contains("_sqlx_migrations")) {
        let name = text.split_whitespace().nth(2).unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP TABLE {name}"))).execute(&mut database).await.unwrap();
    }
    sqlx::query("DELETE FROM _sqlx_migrations").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    assert_eq!(stored_schema(folder.path(), None).await.unwrap(), Schema::Older { stored: 0 });
    Store::open(folder.path(), None).await.unwrap().close().await;
    assert_eq!(shape(folder.path()).await, first);
}

#[tokio::test]
async fn the_database_of_a_newer_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let data = data.to_str().unwrap();
    let port = format!("127.0.0.1:{}", free_ports(1));
    run(&[
        "init",
        "--data",
        data,
        "--node",
        "registrar",
        "--name",
        "演练协调办",
        "--as-registrar",
        "--drill",
        "--listen",
        &port,
    ])
    .fine();
    let mut database = open(Path::new(data)).await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99990101000000, 'of a later year', TRUE, X'00', 0)";
    sqlx::query(newer).execute(&mut database).await.unwrap();
    sqlx::query("CREATE TABLE of_a_later_year (a BIGINT)").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let before = shape(Path::new(data)).await;
    for command in ["serve", "rebuild"] {
        let refused = run(&[command, "--data", data]).refused("schema-newer");
        assert!(refused.err.contains("99990101000000") && refused.err.contains("newer"), "{}", refused.err);
    }
    assert!(run(&["doctor", data, "--lang", "zh"]).refused("not-well").text().contains("较新的程序"));
    assert_eq!(shape(Path::new(data)).await, before);
    // A step that is called the same and is another one: a build between releases.
    let mut database = open(Path::new(data)).await;
    for text in ["DELETE FROM _sqlx_migrations WHERE version > 9999", "UPDATE _sqlx_migrations SET checksum = X'00'"] {
        sqlx::query(text).execute(&mut database).await.unwrap();
    }
    database.close().await.unwrap();
    run(&["serve", "--data", data]).refused("schema-other");
}
