//! Making a node.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use tongban_core::directory::{Document, KeyCard, Kind, NodeCard, TrustList};
use tongban_core::dossier::{Hash, NodeId, SecretKey, Signer, Suite};
use tongban_core::ident::{Realm, Region};

use crate::config::{Config, FILE};
use crate::directory::BEGINNING;
use crate::error::Failure;
use crate::key;
use crate::serve::{KEY_FILE, keep_private};
use crate::store::Store;

/// Name of the registrar's root key file.
pub const ROOT_KEY_FILE: &str = "root.key";
/// Name of the card that the registrar enters into the trust list.
pub const CARD_FILE: &str = "node-card.json";

/// Makes a node in a data folder: configuration, keys, database. With `--as-registrar` it also makes the root key and
/// the first trust list, and prints the fingerprint that everyone else needs.
#[derive(Args)]
pub struct Init {
    /// The node's data folder; must not hold a node yet
    #[arg(long)]
    data: PathBuf,
    /// The node's name in the trust list: a-z, 0-9 and -
    #[arg(long)]
    node: NodeId,
    /// Name for people
    #[arg(long)]
    name: String,
    /// English name for people
    #[arg(long, default_value = "")]
    name_en: String,
    /// A region it serves (GB/T 2260, six digits); may be given several times
    #[arg(long = "region", value_parser = Region::parse)]
    regions: Vec<Region>,
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8600")]
    listen: SocketAddr,
    /// Base address by which people and peers reach it
    #[arg(long)]
    address: Option<String>,
    /// Base address of the registrar's node
    #[arg(long, required_unless_present = "as_registrar")]
    registrar: Option<String>,
    /// Fingerprint of the registrar's root key
    #[arg(long, required_unless_present = "as_registrar")]
    trust: Option<Hash>,
    /// This node keeps the trust list
    #[arg(long)]
    as_registrar: bool,
    /// sm2 or ed25519
    #[arg(long, default_value = "sm2")]
    suite: Suite,
    /// Codes of regions without a node whose authorities get a guest desk here
    #[arg(long = "guest-region", value_parser = Region::parse)]
    guests: Vec<Region>,
    /// Address of a PostgreSQL database, as in postgres://USER@HOST/DATABASE; without it SQLite in the data folder
    #[arg(long)]
    database: Option<String>,
    /// Practice: takes reserved numbers only and says so on every page
    #[arg(long)]
    drill: bool,
}

/// What is needed to make a node.
pub struct NewNode {
    /// Its configuration; for a registrar the fingerprint is filled in.
    pub config: Config,
    /// The suite of its key.
    pub suite: Suite,
    /// Whether it keeps the trust list.
    pub registrar: bool,
}

impl Init {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let address = self.address.unwrap_or_else(|| format!("http://{}", self.listen));
        crate::config::check_address(&address).map_err(|text| Failure::new("config-address", text))?;
        if let Some(database) = &self.database {
            crate::config::check_database(database).map_err(|text| Failure::new("config-database", text))?;
        }
        let config = Config {
            node: self.node,
            name_en: if self.name_en.is_empty() { self.name.clone() } else { self.name_en },
            name: self.name,
            realm: if self.drill { Realm::Drill } else { Realm::Production },
            regions: self.regions,
            guests: self.guests,
            listen: self.listen,
            registrar: self.registrar.unwrap_or_else(|| address.clone()),
            address,
            trust: self.trust.unwrap_or(Hash::none(self.suite)),
            database: self.database,
            drain_s: 0,
            monitor: None,
            tls: None,
            peer: Default::default(),
            department: Default::default(),
            notify: Default::default(),
            sign_in: Vec::new(),
        };
        let (config, card) =
            make_node(&self.data, NewNode { config, suite: self.suite, registrar: self.as_registrar }).await?;
        println!("node        {}", config.node);
        println!("folder      {}", self.data.display());
        println!("address     {}", config.address);
        println!("fingerprint {}", config.trust);
        if self.as_registrar {
            println!(
                "\nThe fingerprint is that of this registrar's root key. Give it to every node by another way than the network."
            );
            println!(
                "Keep {} apart and safe: it is needed only to change the trust list.",
                self.data.join(ROOT_KEY_FILE).display()
            );
        } else {
            println!("\nNow give {} to the registrar, who enters it:", self.data.join(CARD_FILE).display());
            println!("    tongban trust add --data REGISTRAR-FOLDER {CARD_FILE}");
            println!("key         {}", card.keys[0].public.fingerprint());
        }
        println!("\nStart it:   tongban serve --data {}", self.data.display());
        Ok(())
    }
}

/// Makes a node: folder, keys, configuration, database, card; for a registrar the first trust list too.
pub async fn make_node(folder: &Path, new: NewNode) -> Result<(Config, NodeCard), Failure> {
    let NewNode { mut config, suite, registrar } = new;
    if folder.join(FILE).exists() {
        let text = format!("{}: there is a node in this folder already; choose another folder", folder.display());
        return Err(Failure::new("folder-has-node", text));
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("folder-unusable", folder, error))?;
    keep_private(folder)?;
    let own = key::create(&folder.join(KEY_FILE), suite)?;
    let root = if registrar { Some(key::create(&folder.join(ROOT_KEY_FILE), suite)?) } else { None };
    if let Some(root) = &root {
        config.trust = root.public_key().fingerprint();
    }
    let card = NodeCard {
        node: config.node.clone(),
        name: config.name.clone(),
        name_en: config.name_en.clone(),
        regions: config.regions.clone(),
        guests: config.guests.clone(),
        address: config.address.clone(),
        keys: vec![KeyCard { public: own.public_key().clone(), from: BEGINNING, until: None }],
    };
    let store = Store::create(folder, config.database.as_deref()).await?;
    if let Some(root) = &root {
        let list = trust_document(root, &config.node, 1, vec![card.clone()]);
        store.keep_document(&list).await?;
    }
    let text = serde_json::to_string_pretty(&card).map_err(|error| Failure::new("card", error.to_string()))?;
    let path = folder.join(CARD_FILE);
    std::fs::write(&path, text).map_err(|error| Failure::file("card", &path, error))?;
    store.close().await;
    // Written last: a folder with a configuration is a whole node.
    config.write(folder)?;
    Ok((config, card))
}

/// A trust list, signed by the root key.
pub fn trust_document(root: &SecretKey, registrar: &NodeId, version: u32, nodes: Vec<NodeCard>) -> Document {
    let issued = crate::clock::Clock::default().now();
    let list = TrustList { version, issued, root: root.public_key().clone(), nodes };
    Document::sign(root, Kind::Trust, registrar, version, &list)
}
