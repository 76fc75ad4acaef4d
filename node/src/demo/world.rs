//! Who and what the demo plays: real regions; invented organisations, persons and numbers.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{Document, Kind, NodeCard, Organisation};
use tongban_core::dossier::{Hash, NodeId, Suite};
use tongban_core::ident::{Realm, Region, Uscc};
use tongban_core::mechanism::Mechanism;

use super::{DRILL_PASSWORD, MARKER, Node};
use crate::clock::Clock;
use crate::command::{CARD_FILE, NewNode, ROOT_KEY_FILE, make_node, trust_document};
use crate::config::Config;
use crate::directory::{Directory, next_version};
use crate::error::Failure;
use crate::key;
use crate::serve::KEY_FILE;
use crate::store::databases::Databases;
use crate::store::{AccountRole, NewAccount, Store};
use crate::web::hash_password;

const WORLD: &str = include_str!("../../../data/demo/world.json");

/// The demo's world, as in `data/demo/world.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct World {
    pub(super) nodes: Vec<WorldNode>,
    organisations: Vec<Organisation>,
    pub(super) accounts: Vec<WorldAccount>,
    items: Vec<BasicItem>,
    mechanisms: Vec<Mechanism>,
    pub(super) implementations: Vec<Implementation>,
    pub(super) persons: Vec<Person>,
    pub(super) firms: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldNode {
    pub(super) node: NodeId,
    pub(super) name: String,
    name_en: String,
    regions: Vec<Region>,
    #[serde(default)]
    guests: Vec<Region>,
    suite: Suite,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldAccount {
    pub(super) login: String,
    pub(super) node: NodeId,
    pub(super) name: String,
    name_en: String,
    pub(super) role: AccountRole,
    pub(super) org: Option<Uscc>,
    staff: String,
    #[serde(default)]
    pub(super) id_number: Option<String>,
    #[serde(default)]
    pub(super) phone: Option<String>,
    #[serde(default)]
    contact: Option<String>,
}

/// A ready-made person or firm.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) name: String,
    #[serde(default)]
    pub(super) name_en: String,
    pub(super) id_number: String,
    #[serde(default)]
    pub(super) contact: String,
    pub(super) phone: String,
}

const REGISTRAR: &str = "registrar";

/// Where a node is to stand.
struct Place<'a> {
    path: &'a Path,
    port: u16,
    registrar: &'a str,
    databases: Option<&'a Databases>,
}

impl World {
    pub(super) fn read() -> Result<World, Failure> {
        serde_json::from_str(WORLD).map_err(|error| Failure::new("world", format!("data/demo/world.json: {error}")))
    }

    /// Makes what is not there yet; what is there stays.
    pub(super) async fn prepare(
        &self,
        folder: &Path,
        port: u16,
        databases: Option<&Databases>,
    ) -> Result<Vec<Node>, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| Failure::file("folder-unusable", folder, error))?;
        let marker = folder.join(MARKER);
        std::fs::write(&marker, "practice data of `tongban demo`\n")
            .map_err(|error| Failure::file("folder-unusable", &marker, error))?;
        // The registrar comes first: its fingerprint goes into all others.
        let mut order: Vec<&WorldNode> = self.nodes.iter().collect();
        order.sort_by_key(|node| node.node.as_str() != REGISTRAR);
        let address = |number: usize| format!("http://127.0.0.1:{}", usize::from(port) + number);
        let registrar = address(0);
        let mut trust = None;
        let mut cards = Vec::new();
        let mut nodes = Vec::new();
        let mut fresh = false;
        let mut moved = false;
        for (number, node) in order.iter().enumerate() {
            let path = folder.join(node.node.as_str());
            let mut config = match Config::read(&path) {
                Ok(config) => config,
                Err(failure) if failure.code == "config-missing" => {
                    fresh = true;
                    let place = Place { path: &path, port: port + number as u16, registrar: &registrar, databases };
                    self.make(place, node, trust).await?
                }
                Err(failure) => return Err(failure),
            };
            if config.address != address(number) {
                // Another port than last time: addresses are in the trust list, so it gets a new version below.
                moved = true;
                config.address = address(number);
                config.listen = std::net::SocketAddr::from(([127, 0, 0, 1], port + number as u16));
                config.registrar = registrar.clone();
                config.write(&path)?;
            }
            trust = Some(config.trust);
            let text =
                std::fs::read_to_string(path.join(CARD_FILE)).map_err(|error| Failure::file("card", &path, error))?;
            let mut card: NodeCard =
                serde_json::from_str(&text).map_err(|error| Failure::new("card", error.to_string()))?;
            card.address = config.address.clone();
            cards.push(card);
            nodes.push(Node { name: node.node.to_string(), folder: path, address: config.address });
        }
        if fresh || moved {
            self.publish_trust(&nodes[0].folder, cards).await?;
            for node in &nodes[1..] {
                copy_trust(&nodes[0].folder, &node.folder).await?;
            }
        }
        Ok(nodes)
    }

    async fn make(&self, place: Place<'_>, node: &WorldNode, trust: Option<Hash>) -> Result<Config, Failure> {
        let Place { path, port, registrar, databases } = place;
        let listen = std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let config = Config {
            node: node.node.clone(),
            name: node.name.clone(),
            name_en: node.name_en.clone(),
            realm: Realm::Drill,
            regions: node.regions.clone(),
            guests: node.guests.clone(),
            listen,
            address: format!("http://{listen}"),
            registrar: registrar.to_owned(),
            trust: trust.unwrap_or(Hash::none(node.suite)),
            database: databases.map(|databases| databases.of(node.node.as_str())),
            drain_s: 0,
            monitor: None,
            tls: None,
            peer: Default::default(),
            department: Default::default(),
            notify: Default::default(),
            sign_in: Vec::new(),
        };
        let is_registrar = node.node.as_str() == REGISTRAR;
        let (config, _) = make_node(path, NewNode { config, suite: node.suite, registrar: is_registrar }).await?;
        let store = Store::open(path, config.database.as_deref()).await?;
        self.publish(path, &config, &store, is_registrar).await?;
        self.people(&config, &store).await?;
        store.close().await;
        Ok(config)
    }

    async fn publish(&self, path: &Path, config: &Config, store: &Store, registrar: bool) -> Result<(), Failure> {
        let signer = key::open(&path.join(KEY_FILE))?;
        let own: Vec<&Organisation> = self.organisations.iter().filter(|org| org.node == config.node).collect();
        let decides = |one: &&Implementation| own.iter().any(|org| org.uscc == one.authority);
        let implementations: Vec<&Implementation> = self.implementations.iter().filter(decides).collect();
        let mut documents = vec![Document::sign(&signer, Kind::Organisations, &config.node, 1, &own)];
        if !implementations.is_empty() {
            documents.push(Document::sign(&signer, Kind::Implementations, &config.node, 1, &implementations));
        }
        if registrar {
            documents.push(Document::sign(&signer, Kind::Items, &config.node, 1, &self.items));
            documents.push(Document::sign(&signer, Kind::Mechanisms, &config.node, 1, &self.mechanisms));
        }
        for document in documents {
            store.keep_document(&document).await?;
        }
        Ok(())
    }

    async fn people(&self, config: &Config, store: &Store) -> Result<(), Failure> {
        // One hash for all: trial accounts share one printed password, and hashing is slow on purpose.
        let password = hash_password(DRILL_PASSWORD)?;
        for account in self.accounts.iter().filter(|account| account.node == config.node) {
            let new = NewAccount {
                login: account.login.clone(),
                password: password.clone(),
                role: account.role,
                name: account.name.clone(),
                name_en: account.name_en.clone(),
                org: account.org,
                staff: Some(account.staff.clone()).filter(|staff| !staff.is_empty()),
                id_number: account.id_number.clone(),
                phone: account.phone.clone(),
                contact: account.contact.clone(),
            };
            store.add_account(&new).await?;
        }
        let numbers = serde_json::json!({ "persons": self.persons, "firms": self.firms });
        store.set_state("drill-numbers", &numbers.to_string()).await?;
        Ok(())
    }

    async fn publish_trust(&self, registrar: &Path, cards: Vec<NodeCard>) -> Result<(), Failure> {
        let config = Config::read(registrar)?;
        let store = Store::open(registrar, config.database.as_deref()).await?;
        let root = key::open(&registrar.join(ROOT_KEY_FILE))?;
        let snapshot = Directory::open(&store, config.trust, Clock::default()).await?.now();
        let version = next_version(&snapshot, Kind::Trust, &config.node);
        store.keep_document(&trust_document(&root, &config.node, version, cards)).await?;
        store.close().await;
        Ok(())
    }

    /// Prints where to go and as whom.
    pub(super) fn greet(&self, nodes: &[Node], took: Duration) {
        println!("\n通办 Tongban · 演练数据，不是真实办件 · practice data only\n");
        println!(
            "从这里开始 Start here:  {}/start",
            nodes.iter().find(|node| node.name == "jiangsu").map_or("", |node| &node.address)
        );
        println!();
        for node in nodes {
            let about = self.nodes.iter().find(|about| about.node.as_str() == node.name);
            println!("  {:<10} {}  {}", node.name, node.address, about.map_or("", |about| &about.name));
        }
        println!("\n演练账号 trial accounts (密码 password: {DRILL_PASSWORD})");
        for node in nodes {
            let of_node: Vec<&WorldAccount> =
                self.accounts.iter().filter(|account| account.node.as_str() == node.name).collect();
            for role in AccountRole::ALL {
                let logins: Vec<&str> = of_node
                    .iter()
                    .filter(|account| account.role == role)
                    .map(|account| account.login.as_str())
                    .collect();
                if !logins.is_empty() {
                    println!("  {:<10} {:<10} {}", node.name, role.name(), logins.join(" "));
                }
            }
        }
        println!("\n演练证件号 practice identity numbers");
        for person in &self.persons {
            println!("  {}  {}  {}", person.id_number, person.phone, person.name);
        }
        if let Ok(config) = Config::read(&nodes[0].folder) {
            println!("\n信任指纹 trust fingerprint (tongban verify --trust …)\n  {}", config.trust);
        }
        println!("\n{:.1} 秒就绪 ready in {:.1} s · Ctrl-C 结束 ends", took.as_secs_f32(), took.as_secs_f32());
    }
}

/// A node begins with the trust list; everything else it fetches from the others by itself.
async fn copy_trust(from: &Path, to: &Path) -> Result<(), Failure> {
    let open = async |folder: &Path| {
        let config = Config::read(folder)?;
        Ok::<_, Failure>(Store::open(folder, config.database.as_deref()).await?)
    };
    let (from, to) = (open(from).await?, open(to).await?);
    for list in from.documents_of(Kind::Trust).await? {
        to.keep_document(&list).await?;
    }
    from.close().await;
    to.close().await;
    Ok(())
}
