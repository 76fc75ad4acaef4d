//! Two nodes to be measured: one takes in, the other decides. Their offices and items are the demo's.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tongban_core::case::{Act, Applicant, Channel, DeliveryWay, Drafted, IdKind, ItemOf, Office, Outcome};
use tongban_core::catalogue::{BasicItem, Implementation, MaterialRule, Mode, Need, Subject};
use tongban_core::directory::{Document, Duty, Kind, NodeCard, Organisation};
use tongban_core::dossier::{By, Hash, NodeId, Role, Suite};
use tongban_core::ident::{Realm, Region};
use tongban_core::mechanism::{Mechanism, Permit, permit};

use super::failed;
use crate::command::{NewNode, ROOT_KEY_FILE, make_node, trust_document};
use crate::config::Config;
use crate::demo::DRILL_PASSWORD;
use crate::error::Failure;
use crate::key;
use crate::serve::KEY_FILE;
use crate::store::databases::Databases;
use crate::store::{AccountRole, NewAccount, NewBlob, Store};
use crate::web::hash_password;

const WORLD: &str = include_str!("../../../data/demo/world.json");

/// Login of the clerk on the receiving node.
pub(super) const CLERK: &str = "bench-clerk";
/// Logins of the others on a node that stands alone.
pub(super) const OFFICER: &str = "bench-officer";
pub(super) const APPLICANT: &str = "bench-applicant";
pub(super) const OPERATOR: &str = "bench-operator";
/// Node that takes in, and the region of its window (Suzhou).
const RECEIVING: (&str, &str) = ("jiangsu", "320500");
/// Node that decides, and the item at the region of its authority (Hefei).
const HANDLING: (&str, &str) = ("anhui", "2020-35-25@340100");

/// What of the demo's world is needed.
#[derive(Deserialize)]
struct World {
    organisations: Vec<Organisation>,
    items: Vec<BasicItem>,
    mechanisms: Vec<Mechanism>,
    implementations: Vec<Implementation>,
    persons: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    name: String,
    id_number: String,
    phone: String,
}

/// What is said in the cases that are measured.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) implementation: String,
    pub(super) materials: Vec<MaterialRule>,
    pub(super) applicant: Applicant,
    clerk: By,
    officer: By,
    receiving: Office,
    handling: Office,
    item: ItemOf,
    permit: Permit,
}

/// Two nodes, made and not yet served.
pub(super) struct Pair {
    pub(super) receiving: PathBuf,
    pub(super) handling: PathBuf,
    pub(super) script: Script,
}

fn region(code: &str) -> Result<Region, Failure> {
    Region::parse(code).map_err(failed)
}

/// A port of loopback that was free a moment ago.
fn free_port() -> Result<SocketAddr, Failure> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
    listener.local_addr().map_err(failed)
}

impl Pair {
    /// Makes both nodes in `folder`, their databases there too or anew on a server. The receiving one is also the
    /// registrar's.
    pub(super) async fn make(folder: &Path, suite: Suite, databases: Option<&Databases>) -> Result<Pair, Failure> {
        let world: World = serde_json::from_str(WORLD).map_err(failed)?;
        let (receiving, handling) = (folder.join(RECEIVING.0), folder.join(HANDLING.0));
        std::fs::create_dir_all(folder).map_err(|error| Failure::file("folder-unusable", folder, error))?;
        if let Some(databases) = databases {
            databases.make(Pair::NODES.into_iter(), true).await?;
        }
        let registrar = free_port()?;
        let config = |name: &str, region: &str, listen: SocketAddr, trust| {
            let database = databases.map(|databases| databases.of(name));
            Ok::<_, Failure>(Config { trust, database, ..config(name, &[region], listen, registrar)? })
        };
        let first = config(RECEIVING.0, "320000", registrar, Hash::none(suite))?;
        let (first, card) = make_node(&receiving, NewNode { config: first, suite, registrar: true }).await?;
        let second = config(HANDLING.0, "340000", free_port()?, first.trust)?;
        let (second, other) = make_node(&handling, NewNode { config: second, suite, registrar: false }).await?;
        let script = world.script()?;
        for (folder, config) in [(&receiving, &first), (&handling, &second)] {
            let store = Store::open(folder, config.database.as_deref()).await?;
            world.publish(folder, config, &store).await?;
            store.keep_document(&trust(&receiving, &first, [card.clone(), other.clone()])?).await?;
            if config.node == first.node {
                add_account(&store, CLERK, AccountRole::Clerk, Some(&script.clerk)).await?;
            }
            store.close().await;
        }
        Ok(Pair { receiving, handling, script })
    }

    /// Both nodes.
    pub(super) const NODES: [&'static str; 2] = [RECEIVING.0, HANDLING.0];
}

/// A configuration on loopback; without a registrar's fingerprint and with the database in the folder.
fn config(name: &str, regions: &[&str], listen: SocketAddr, registrar: SocketAddr) -> Result<Config, Failure> {
    Ok(Config {
        node: name.parse::<NodeId>().map_err(failed)?,
        name: name.to_owned(),
        name_en: name.to_owned(),
        realm: Realm::Drill,
        regions: regions.iter().map(|code| region(code)).collect::<Result<_, _>>()?,
        listen,
        address: format!("http://{listen}"),
        registrar: format!("http://{registrar}"),
        trust: Hash::none(Suite::Sm2),
        database: None,
        drain_s: 0,
        monitor: None,
        tls: None,
        peer: Default::default(),
        department: Default::default(),
        notify: Default::default(),
        sign_in: Vec::new(),
        guests: Vec::new(),
    })
}

/// The same of a node that is its own registrar.
pub(super) fn registrar(name: &str, regions: &[&str]) -> Result<Config, Failure> {
    let listen = free_port()?;
    config(name, regions, listen, listen)
}

/// One node for both sides: its window takes in, its authority decides, and nothing waits for a peer.
pub(super) struct Alone {
    pub(super) folder: PathBuf,
    pub(super) script: Script,
}

impl Alone {
    /// Makes it in `folder`, with an account of each kind that is measured.
    pub(super) async fn make(folder: &Path, suite: Suite) -> Result<Alone, Failure> {
        let mut world: World = serde_json::from_str(WORLD).map_err(failed)?;
        let listen = free_port()?;
        let config = config(RECEIVING.0, &["320000", "340000"], listen, listen)?;
        let config = Config { trust: Hash::none(suite), ..config };
        let folder = folder.join(RECEIVING.0);
        let (config, _) = make_node(&folder, NewNode { config, suite, registrar: true }).await?;
        world.organisations.retain(|org| Pair::NODES.contains(&org.node.as_str()));
        world.organisations.iter_mut().for_each(|org| org.node = config.node.clone());
        let script = world.script()?;
        let store = Store::open(&folder, None).await?;
        world.publish(&folder, &config, &store).await?;
        for (login, role, by) in [
            (CLERK, AccountRole::Clerk, Some(&script.clerk)),
            (OFFICER, AccountRole::Officer, Some(&script.officer)),
            (APPLICANT, AccountRole::Applicant, None),
            (OPERATOR, AccountRole::Operator, None),
        ] {
            add_account(&store, login, role, by).await?;
        }
        store.close().await;
        Ok(Alone { folder, script })
    }
}

/// The second trust list: the first, with the receiving node alone, was made with it.
fn trust(registrar: &Path, config: &Config, cards: [NodeCard; 2]) -> Result<Document, Failure> {
    let root = key::open(&registrar.join(ROOT_KEY_FILE))?;
    Ok(trust_document(&root, &config.node, 2, cards.to_vec()))
}

async fn add_account(store: &Store, login: &str, role: AccountRole, by: Option<&By>) -> Result<(), Failure> {
    let account = NewAccount {
        login: login.to_owned(),
        password: hash_password(DRILL_PASSWORD)?,
        role,
        name: "演练".to_owned(),
        name_en: "Drill".to_owned(),
        org: by.and_then(|by| by.org),
        staff: by.and_then(|by| by.staff.clone()),
        id_number: None,
        phone: None,
        contact: None,
    };
    store.add_account(&account).await?;
    Ok(())
}

impl World {
    async fn publish(&self, folder: &Path, config: &Config, store: &Store) -> Result<(), Failure> {
        let signer = key::open(&folder.join(KEY_FILE))?;
        let own: Vec<&Organisation> = self.organisations.iter().filter(|org| org.node == config.node).collect();
        let decides = |one: &&Implementation| own.iter().any(|org| org.uscc == one.authority);
        let implementations: Vec<&Implementation> = self.implementations.iter().filter(decides).collect();
        let mut documents = vec![
            Document::sign(&signer, Kind::Organisations, &config.node, 1, &own),
            Document::sign(&signer, Kind::Implementations, &config.node, 1, &implementations),
        ];
        if config.address == config.registrar {
            documents.push(Document::sign(&signer, Kind::Items, &config.node, 1, &self.items));
            documents.push(Document::sign(&signer, Kind::Mechanisms, &config.node, 1, &self.mechanisms));
        }
        for document in documents {
            store.keep_document(&document).await?;
        }
        Ok(())
    }

    fn script(&self) -> Result<Script, Failure> {
        let missing = |what: &str| Failure::new("bench", format!("data/demo/world.json: {what} is missing"));
        let here = region(RECEIVING.1)?;
        let window = self.organisations.iter().find(|org| org.region == here && org.duty == Duty::Window);
        let window = window.ok_or_else(|| missing("the window"))?;
        let version = self.implementations.iter().find(|one| one.id == HANDLING.1);
        let version = version.ok_or_else(|| missing(HANDLING.1))?;
        let authority = self.organisations.iter().find(|org| org.uscc == version.authority);
        let authority = authority.ok_or_else(|| missing("the authority"))?;
        let item = self.items.iter().find(|item| item.key == version.item).ok_or_else(|| missing(&version.item))?;
        let person = self.persons.first().ok_or_else(|| missing("a person"))?;
        let today = crate::clock::Clock::default().today();
        let office = |org: &Organisation| Office {
            node: org.node.clone(),
            org: org.uscc,
            name: org.name.clone(),
            name_en: org.name_en.clone(),
            region: org.region,
            phone: org.phone.clone(),
            guest: org.guest,
        };
        let by =
            |org: &Organisation, role, staff: &str| By { org: Some(org.uscc), role, staff: Some(staff.to_owned()) };
        Ok(Script {
            implementation: version.id.clone(),
            materials: version.materials.clone(),
            applicant: Applicant {
                name: person.name.clone(),
                id_kind: IdKind::ResidentId,
                id_number: person.id_number.clone(),
                contact: String::new(),
                phone: person.phone.clone(),
                address: String::new(),
            },
            clerk: by(window, Role::Clerk, "CK-001"),
            officer: by(authority, Role::Officer, "SP-001"),
            receiving: office(window),
            handling: office(authority),
            item: ItemOf {
                key: item.key.clone(),
                name: item.name.clone(),
                name_en: item.name_en.clone(),
                implementation: version.id.clone(),
                version: version.version,
                mode: Mode::CollectHere,
                materials: version.materials.iter().map(may_follow).collect(),
                statutory: version.statutory,
                promised: version.promised,
            },
            permit: permit(&self.mechanisms, &item.key, here, version.region, today).map_err(failed)?,
        })
    }
}

/// The measured case has six stamps and no files: its materials may follow.
fn may_follow(rule: &MaterialRule) -> MaterialRule {
    MaterialRule { need: Need::MayFollow, ..rule.clone() }
}

impl Script {
    /// A new case up to the receipt (drafted, taken in), with its particulars.
    pub(super) fn begin(&self, suite: Suite) -> (Vec<(By, Act)>, NewBlob) {
        let particulars = serde_json::to_vec(&self.applicant).unwrap_or_default();
        let blob = NewBlob::new(suite, rand::random(), "application/json", particulars);
        let drafted = Drafted {
            item: self.item.clone(),
            receiving: self.receiving.clone(),
            handling: self.handling.clone(),
            channel: Channel::Window,
            subject: Subject::Person,
            permit: self.permit.clone(),
            applicant: blob.reference.clone(),
            situations: Vec::new(),
            parts: Vec::new(),
            part_of: None,
        };
        let acts = [Act::Drafted(Box::new(drafted)), Act::TakenIn { number: String::new() }];
        (acts.into_iter().map(|act| (self.clerk.clone(), act)).collect(), blob)
    }

    /// The node that takes in.
    pub(super) fn node(&self) -> &NodeId {
        &self.receiving.node
    }

    /// The window's organisation.
    pub(super) fn window(&self) -> String {
        self.receiving.org.to_string()
    }

    /// The organisation that decides.
    pub(super) fn authority(&self) -> String {
        self.handling.org.to_string()
    }

    /// The hand-over.
    pub(super) fn hand_over(&self) -> (By, Act) {
        (self.clerk.clone(), Act::HandedOver)
    }

    /// The receipt by the authority.
    pub(super) fn receive(&self) -> (By, Act) {
        (self.officer.clone(), Act::Received)
    }

    /// The delivery of the result.
    pub(super) fn deliver(&self) -> (By, Act) {
        (self.officer.clone(), Act::Delivered { way: DeliveryWay::Online })
    }

    /// What the authority says, one after the other: received, accepted, decided.
    pub(super) fn decide(&self, number: u64) -> [(By, Act); 3] {
        let decided = Act::Decided {
            outcome: Outcome::Granted,
            reason: String::new(),
            note: String::new(),
            number: format!("演练决字第{number}号"),
            document: None,
            way: DeliveryWay::Online,
        };
        [Act::Received, Act::Accepted, decided].map(|act| (self.officer.clone(), act))
    }
}
