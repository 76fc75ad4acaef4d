//! A node's configuration: `tongban.toml` in its data folder. Unknown keys are refused.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tongban_core::dossier::{Hash, NodeId};
use tongban_core::ident::{Realm, Region, Uscc};

use crate::error::Failure;
use crate::limits;

/// Certificate and key for HTTPS, as PEM files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// Where the node is watched. Whoever reaches this address sees figures and alarms, no cases and no persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Where it listens: loopback, or an address of the operators' own network.
    pub listen: SocketAddr,
}

/// Who can open a connection between this node and a peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// Each of the two.
    #[default]
    Both,
    /// This node only: the peer's requests are fetched from it and answered here.
    Here,
    /// The peer only: it fetches this node's requests.
    There,
    /// Nobody: what is to be said crosses in bundle files.
    Nobody,
}

/// Folders that a gateway empties and fills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folders {
    /// Where bundles for the peer are written.
    pub out: PathBuf,
    /// Where bundles of the peer are found.
    #[serde(rename = "in")]
    pub inbox: PathBuf,
    /// How often both are looked at, in seconds.
    #[serde(default = "every_s")]
    pub every_s: u64,
    /// The largest file that the gateway carries, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

fn every_s() -> u64 {
    limits::BUNDLE_EVERY_S
}

/// The way to one peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Who can open a connection.
    #[serde(default)]
    pub opens: Opens,
    /// Folders for bundles, which are used whoever opens connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<Folders>,
}

/// The way to a department's own system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Where tasks are posted; an answer of 2xx takes them over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<String>,
    /// A folder into which tasks are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out: Option<PathBuf>,
    /// A folder in which answers are found.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub inbox: Option<PathBuf>,
    /// How often this is looked at, in seconds.
    #[serde(default = "department_every_s")]
    pub every_s: u64,
}

fn department_every_s() -> u64 {
    limits::DEPARTMENT_EVERY_S
}

/// How people are told: by mail, by messages to telephones. What is not configured is not used; the pages tell in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// Mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
    /// Messages to telephones (短信).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<Sms>,
}

/// A mail server. Its password stands in the environment: [`MAIL_PASSWORD`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtps://HOST:PORT`, `smtp://HOST:PORT?tls=required`, or on loopback `smtp://HOST:PORT`.
    pub server: String,
    /// Who signs in there; nobody if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// From whom the mail comes.
    pub from: String,
}

/// A gateway for messages to telephones. Its token stands in the environment: [`SMS_TOKEN`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Where messages are posted.
    pub address: String,
}

/// The variable with the password of the mail server.
pub const MAIL_PASSWORD: &str = "TONGBAN_MAIL_PASSWORD";
/// The variable with the token of the gateway for messages.
pub const SMS_TOKEN: &str = "TONGBAN_SMS_TOKEN";

/// Whom a provider signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Those who have an account here already: window, authority, administration, operation.
    Staff,
    /// Citizens; whoever comes for the first time gets an account.
    Applicant,
}

impl Whom {
    /// The word stored.
    pub fn name(self) -> &'static str {
        match self {
            Whom::Staff => "staff",
            Whom::Applicant => "applicant",
        }
    }
}

/// A provider of OpenID Connect (统一身份认证) by which people sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Its name in addresses of this node.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// English name for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// Its issuer, letter by letter as it says itself.
    pub issuer: String,
    /// What it calls this node.
    pub client_id: String,
    /// The environment variable with the secret that it gave this node; without it this node is a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_env: Option<String>,
    /// Whom it signs in.
    #[serde(rename = "for")]
    pub whom: Whom,
    /// For staff: the claim that is the login of the account here, asked for once.
    #[serde(default = "login_claim")]
    pub login_claim: String,
    /// For applicants: the claim with the identity number.
    #[serde(default = "id_number_claim")]
    pub id_number_claim: String,
    /// What is asked for besides `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
}

fn login_claim() -> String {
    "preferred_username".to_owned()
}

fn id_number_claim() -> String {
    "id_number".to_owned()
}

fn scopes() -> Vec<String> {
    vec!["profile".to_owned(), "phone".to_owned()]
}

/// The configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// This node's name.
    pub node: NodeId,
    /// Name for people.
    pub name: String,
    /// English name for people.
    pub name_en: String,
    /// `drill` (演练: reserved numbers only, marked on every page) or `production`.
    pub realm: Realm,
    /// The regions it serves.
    pub regions: Vec<Region>,
    /// Regions without a node whose authorities have a guest desk here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guests: Vec<Region>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Base address by which people and peers reach it.
    pub address: String,
    /// Base address of the registrar's node.
    pub registrar: String,
    /// Fingerprint of the registrar's root key: all trust begins here.
    pub trust: Hash,
    /// Address of a PostgreSQL database (`postgres://…`), which several processes of this node may share; without it the
    /// database is a SQLite file in the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// How long the node goes on serving after the signal to stop, while it says that it is leaving, so that a load balancer
    /// notices; in seconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub drain_s: u64,
    /// Figures and alarms at an address of their own; without it they are not served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitor: Option<Monitor>,
    /// How people are told.
    #[serde(default, skip_serializing_if = "Notify::is_nothing")]
    pub notify: Notify,
    /// HTTPS by this process; without it a proxy does it, or all stays on loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Peers to which the way is another than that each of the two opens connections.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub peer: BTreeMap<NodeId, Way>,
    /// Authorities that work in a system of their own, by their unified social credit code: how tasks get there and answers back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub department: BTreeMap<Uscc, Department>,
    /// Providers by which people sign in, besides the accounts of this node.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sign_in: Vec<SignIn>,
}

impl Notify {
    fn is_nothing(&self) -> bool {
        *self == Notify::default()
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Name of the file in the data folder.
pub const FILE: &str = "tongban.toml";

impl Config {
    /// Reads and checks the configuration of a data folder.
    pub fn read(folder: &Path) -> Result<Config, Failure> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::new(
                "config-missing",
                format!("{}: there is no node in this folder; make one with `tongban init`", path.display()),
            ),
            _ => Failure::file("config-unreadable", &path, error),
        })?;
        let config: Config = toml::from_str(&text).map_err(|error| {
            Failure::new("config-malformed", format!("{}: {error}Mend this line and start again.", path.display()))
        })?;
        if let Some(database) = &config.database {
            check_database(database)
                .map_err(|text| Failure::new("config-database", format!("{}: database: {text}", path.display())))?;
        }
        for (key, address) in [("address", &config.address), ("registrar", &config.registrar)] {
            check_address(address)
                .map_err(|text| Failure::new("config-address", format!("{}: {key}: {text}", path.display())))?;
        }
        if let Some(mail) = &config.notify.mail {
            check_mail(mail)
                .map_err(|text| Failure::new("config-mail", format!("{}: notify.mail: {text}", path.display())))?;
        }
        if let Some(sms) = &config.notify.sms {
            check_address(&sms.address)
                .map_err(|text| Failure::new("config-address", format!("{}: notify.sms: {text}", path.display())))?;
        }
        check_sign_in(&config.sign_in)
            .map_err(|text| Failure::new("config-sign-in", format!("{}: sign_in: {text}", path.display())))?;
        Ok(config)
    }

    /// The provider with this key.
    pub fn provider(&self, key: &str) -> Option<&SignIn> {
        self.sign_in.iter().find(|provider| provider.key == key)
    }

    /// Who can open a connection between this node and a peer.
    pub fn opens(&self, peer: &NodeId) -> Opens {
        self.peer.get(peer).map_or(Opens::Both, |way| way.opens)
    }

    /// Writes the configuration into a data folder.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        let path = folder.join(FILE);
        let text = toml::to_string_pretty(self).map_err(|error| Failure::new("config-write", error.to_string()))?;
        std::fs::write(&path, text).map_err(|error| Failure::file("config-write", &path, error))
    }
}

/// Every provider has a key of its own that can stand in an address, and an issuer that is reached over TLS.
pub fn check_sign_in(providers: &[SignIn]) -> Result<(), String> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    for (at, provider) in providers.iter().enumerate() {
        let key = &provider.key;
        if key.is_empty() || !key.chars().all(plain) {
            return Err(format!("key = {key:?}: small letters, digits and - only"));
        }
        if providers[..at].iter().any(|other| other.key == *key) {
            return Err(format!("key = {key:?} stands twice"));
        }
        check_address(&provider.issuer).map_err(|text| format!("{key}: issuer: {text}"))?;
        if provider.name.is_empty() || provider.client_id.is_empty() {
            return Err(format!("{key}: name and client_id are not to be empty"));
        }
    }
    Ok(())
}

/// The password belongs into the environment or the password file of PostgreSQL; in the address it works too.
pub fn check_database(database: &str) -> Result<(), String> {
    let known = ["postgres", "postgresql"];
    match reqwest::Url::parse(database) {
        Ok(url) if known.contains(&url.scheme()) => Ok(()),
        _ => Err(format!("{database}: give an address of the form postgres://USER@HOST/DATABASE")),
    }
}

/// Mail leaves the machine over TLS only.
fn check_mail(mail: &Mail) -> Result<(), String> {
    let server = &mail.server;
    let url = reqwest::Url::parse(server).map_err(|error| format!("{server}: {error}"))?;
    let is_required = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    match url.scheme() {
        "smtps" => {}
        "smtp" if is_required || is_loopback(&url) => {}
        "smtp" => {
            return Err(format!("{server}: mail leaves the machine over TLS only; add ?tls=required or use smtps"));
        }
        other => return Err(format!("{server}: unknown scheme {other}; use smtps")),
    }
    if url.password().is_some() {
        return Err(format!("the password belongs into the environment: {MAIL_PASSWORD}"));
    }
    let from = mail.from.parse::<lettre::message::Mailbox>();
    from.map(drop)
        .map_err(|error| format!("{}: {error}; give an address such as 通办 <no-reply@example.cn>", mail.from))
}

/// Whether an address leads to this machine.
pub fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// Plain HTTP goes to loopback only; everywhere else the channel is TLS.
pub fn check_address(address: &str) -> Result<(), String> {
    let url = reqwest::Url::parse(address).map_err(|error| format!("{address}: {error}"))?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err(format!("{address}: plain http is for loopback only; use https")),
        other => Err(format!("{address}: unknown scheme {other}; use https")),
    }
}
