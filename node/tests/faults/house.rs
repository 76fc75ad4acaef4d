//! Two real nodes with wires between them that the test can spoil. Jiangsu takes in and is the registrar too; Anhui decides.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;
use tongban::command::{NewNode, ROOT_KEY_FILE, make_node, trust_document};
use tongban::config::Config;
use tongban::serve::KEY_FILE;
use tongban::store::{AccountRole, NewAccount, Store};
use tongban::web::hash_password;
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{Document, Duty, Kind, NodeCard, Organisation};
use tongban_core::dossier::{Hash, NodeId, Suite};
use tongban_core::ident::{Realm, Region};
use tongban_core::mechanism::Mechanism;

use crate::support::{Node, PASSWORD, Serving, free_ports};
use crate::wire::Wire;

/// Login of the clerk in Suzhou.
pub const CLERK: &str = "suzhou-clerk";
/// Login of the officer in Hefei.
pub const OFFICER: &str = "hefei-gjj";

/// Name, region of the node, region of the office whose account is made, login.
const PLACES: [(&str, &str, &str, Duty, &str); 2] =
    [("jiangsu", "320000", "320500", Duty::Window, CLERK), ("anhui", "340000", "340100", Duty::Authority, OFFICER)];

/// One of the two.
pub struct Place {
    /// Its data folder and its own address, past the wires.
    pub node: Node,
    /// The wire by which the other node reaches it: its address in the trust list.
    pub from_peers: Wire,
    /// The wire by which people reach it.
    pub from_people: Wire,
    serving: Option<Serving>,
}

impl Place {
    /// Starts its process, and waits until it is ready.
    pub async fn serve(&mut self) {
        self.serve_with(&[]).await;
    }

    /// The same with further arguments.
    pub async fn serve_with(&mut self, more: &[&str]) {
        self.serving = None;
        self.serving = Some(self.node.serve(more).await);
    }

    /// Ends its process with a signal, and waits until it is gone.
    pub fn stop(&mut self, signal: &str) {
        self.node.stop(signal);
        self.serving = None;
    }

    /// Sends its process a signal and waits for nothing.
    pub fn signal(&self, name: &str) {
        let pid = self.node.process().expect("a process serves this node").to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -{name} {pid}");
    }

    /// Its store, as another process sees it.
    pub async fn store(&self) -> Store {
        Store::open(&self.node.folder, self.node.config().database.as_deref()).await.expect("the store opens")
    }
}

/// The two nodes.
pub struct House {
    /// Takes in.
    pub jiangsu: Place,
    /// Decides.
    pub anhui: Place,
    /// Fingerprint of the registrar's root key.
    pub fingerprint: Hash,
    /// What lies beside the data folders.
    pub folder: TempDir,
}

/// What of the demo's world is needed.
#[derive(Deserialize)]
struct World {
    organisations: Vec<Organisation>,
    items: Vec<BasicItem>,
    mechanisms: Vec<Mechanism>,
    implementations: Vec<Implementation>,
}

impl House {
    /// Makes both and serves them.
    pub async fn open() -> House {
        let mut house = House::make(|folder, name| folder.join(name)).await;
        house.serve().await;
        house
    }

    /// Makes both, in the data folders that `at` chooses.
    pub async fn make(at: impl Fn(&Path, &str) -> PathBuf) -> House {
        let folder = tempfile::Builder::new().prefix("tongban-faults").tempdir().expect("a folder");
        let world: World =
            serde_json::from_str(include_str!("../../../data/demo/world.json")).expect("the demo's world");
        let port = free_ports(6);
        let password = hash_password(PASSWORD).expect("a hash");
        let mut trust = Hash::none(Suite::Sm2);
        let mut cards = Vec::new();
        let mut places = Vec::new();
        for (number, (name, ..)) in PLACES.iter().enumerate() {
            let port = port + 3 * number as u16;
            let wires = (Wire::to(port, port + 1).await, Wire::to(port, port + 2).await);
            let first: Option<&Place> = places.first();
            let registrar = first.map_or(&wires.0, |first: &Place| &first.from_peers).address();
            let config = config(number, port, wires.0.address(), registrar, trust);
            let node = Node {
                name: (*name).to_owned(),
                folder: at(folder.path(), name),
                address: format!("http://127.0.0.1:{port}"),
            };
            let (config, card) = make_place(&node.folder, config, &world, &password).await;
            trust = config.trust;
            cards.push(card);
            places.push(Place { node, from_peers: wires.0, from_people: wires.1, serving: None });
        }
        let root = tongban::key::open(&places[0].node.folder.join(ROOT_KEY_FILE)).expect("the root key");
        let list = trust_document(&root, &cards[0].node.clone(), 2, cards);
        for place in &places {
            let store = place.store().await;
            store.keep_document(&list).await.expect("kept");
            store.close().await;
        }
        let (anhui, jiangsu) = (places.pop().expect("two"), places.pop().expect("two"));
        House { jiangsu, anhui, fingerprint: trust, folder }
    }

    /// Serves both, and waits until each knows the other's offices.
    pub async fn serve(&mut self) {
        self.jiangsu.serve().await;
        self.anhui.serve().await;
        for place in self.places() {
            crate::support::until("each knows the other", async || {
                let health = place.node.health().await?;
                (health["documents_from"] == 2).then_some(())
            })
            .await;
        }
    }

    /// Both.
    pub fn places(&self) -> [&Place; 2] {
        [&self.jiangsu, &self.anhui]
    }
}

fn config(number: usize, port: u16, address: String, registrar: String, trust: Hash) -> Config {
    let (name, region, ..) = PLACES[number];
    Config {
        node: name.parse().expect("a name"),
        name: name.to_owned(),
        name_en: name.to_owned(),
        realm: Realm::Drill,
        regions: vec![Region::parse(region).expect("a region")],
        listen: ([127, 0, 0, 1], port).into(),
        address,
        registrar,
        trust,
        database: None,
        tls: None,
        drain_s: 0,
        monitor: None,
        peer: Default::default(),
        department: Default::default(),
        notify: Default::default(),
        sign_in: Vec::new(),
        guests: Vec::new(),
    }
}

/// Makes one node, with what it publishes and one account. Where the node keeps its data is the affair of this function
/// alone: a database elsewhere is named here.
async fn make_place(folder: &Path, config: Config, world: &World, password: &str) -> (Config, NodeCard) {
    let registrar = config.address == config.registrar;
    let new = NewNode { config, suite: Suite::Sm2, registrar };
    let (config, card) = make_node(folder, new).await.expect("a node");
    let store = Store::open(folder, config.database.as_deref()).await.expect("the store opens");
    for document in world.documents(folder, &config.node, registrar) {
        store.keep_document(&document).await.expect("kept");
    }
    let (.., region, duty, login) = PLACES.into_iter().find(|place| place.0 == config.node.as_str()).expect("a place");
    let region = Region::parse(region).expect("a region");
    let office = world.organisations.iter().find(|org| {
        let decides = duty == Duty::Window || world.decides(org);
        org.region == region && org.duty == duty && decides
    });
    let account = NewAccount {
        login: login.to_owned(),
        password: password.to_owned(),
        role: if duty == Duty::Window { AccountRole::Clerk } else { AccountRole::Officer },
        name: login.to_owned(),
        name_en: login.to_owned(),
        org: Some(office.expect("an office").uscc),
        staff: Some("001".to_owned()),
        id_number: None,
        phone: None,
        contact: None,
    };
    assert!(store.add_account(&account).await.expect("an account"));
    store.close().await;
    (config, card)
}

impl World {
    /// Whether an office decides the item of the load, row 25.
    fn decides(&self, org: &Organisation) -> bool {
        self.implementations.iter().any(|one| one.item == "2020-35-25" && one.authority == org.uscc)
    }

    fn documents(&self, folder: &Path, node: &NodeId, registrar: bool) -> Vec<Document> {
        let key = tongban::key::open(&folder.join(KEY_FILE)).expect("a key");
        let own: Vec<&Organisation> = self.organisations.iter().filter(|org| org.node == *node).collect();
        let decides = |one: &&Implementation| own.iter().any(|org| org.uscc == one.authority);
        let implementations: Vec<&Implementation> = self.implementations.iter().filter(decides).collect();
        let mut documents = vec![
            Document::sign(&key, Kind::Organisations, node, 1, &own),
            Document::sign(&key, Kind::Implementations, node, 1, &implementations),
        ];
        if registrar {
            documents.push(Document::sign(&key, Kind::Items, node, 1, &self.items));
            documents.push(Document::sign(&key, Kind::Mechanisms, node, 1, &self.mechanisms));
        }
        documents
    }
}
