//! Entries: what an organisation says happened.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::moment::Moment;
use super::suite::{Hash, Suite, hex, unhex};
use crate::directory::Document;
use crate::ident::Uscc;

/// The name of a node (节点): 2 to 32 of `a–z`, `0–9` and `-`, as entered in the trust list.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(Arc<str>);

/// The name of a dossier: 16 random bytes, shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DossierId([u8; 16]);

/// Not a name of a node or a dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed name: a node is 2 to 32 of a-z 0-9 -, a dossier 32 hexadecimal digits")]
pub struct MalformedId;

impl NodeId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NodeId {
    type Err = MalformedId;
    fn from_str(text: &str) -> Result<Self, MalformedId> {
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (2..=32).contains(&text.len()) && text.bytes().all(good) {
            Ok(NodeId(text.into()))
        } else {
            Err(MalformedId)
        }
    }
}

impl TryFrom<String> for NodeId {
    type Error = MalformedId;
    fn try_from(text: String) -> Result<Self, MalformedId> {
        text.parse()
    }
}

impl From<NodeId> for String {
    fn from(node: NodeId) -> String {
        node.0.to_string()
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl DossierId {
    /// A new name: a UUID of version 7 (RFC 9562), which begins with the millisecond. Names that are given one after the
    /// other so lie beside each other in every index; who reads one takes any 16 bytes.
    pub fn new(at: Moment, random: [u8; 10]) -> DossierId {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&at.0.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&random);
        bytes[6] = 0x70 | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        DossierId(bytes)
    }

    /// The name of a part of this dossier: always the same, so that nothing begins a part twice. It lies beside this one in
    /// every index.
    pub fn part(&self, key: &str) -> DossierId {
        let hash = Suite::Ed25519.hash(&[b"tongban part v1\0", &self.0, key.as_bytes()]);
        let mut bytes = self.0;
        bytes[6..].copy_from_slice(&hash.tagged()[1..11]);
        bytes[6] = 0x70 | bytes[6] & 0x0f;
        bytes[8] = 0x80 | bytes[8] & 0x3f;
        DossierId(bytes)
    }

    /// From 16 bytes of any kind.
    pub fn from_random(bytes: [u8; 16]) -> DossierId {
        DossierId(bytes)
    }

    /// The 16 bytes, as stored.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// From the stored 16 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<DossierId, MalformedId> {
        Ok(DossierId(bytes.try_into().map_err(|_| MalformedId)?))
    }
}

impl FromStr for DossierId {
    type Err = MalformedId;
    fn from_str(text: &str) -> Result<Self, MalformedId> {
        DossierId::from_slice(&unhex(text).ok_or(MalformedId)?)
    }
}

impl TryFrom<String> for DossierId {
    type Error = MalformedId;
    fn try_from(text: String) -> Result<Self, MalformedId> {
        text.parse()
    }
}

impl From<DossierId> for String {
    fn from(id: DossierId) -> String {
        hex(&id.0)
    }
}

impl fmt::Display for DossierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for DossierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", &hex(&self.0)[..8])
    }
}

/// In which capacity something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 办事群众/企业.
    Applicant,
    /// 窗口人员.
    Clerk,
    /// 审批人员.
    Officer,
    /// The node itself, by rule and without a person.
    System,
}

/// Who said it: organisation and staff number, never a person's name or identity number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The organisation's unified social credit code; none for an applicant or the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<Uscc>,
    /// The capacity.
    pub role: Role,
    /// Staff number (工号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
}

impl By {
    /// The node itself, by rule and without a person; on the machine itself, whoever works there speaks for it.
    pub fn system() -> By {
        By { org: None, role: Role::System, staff: None }
    }
}

/// A stamped refusal of a slip: the pen holder's answer that the entry does not stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refuses {
    /// Hash of the refused entry.
    pub entry: Hash,
    /// Why, as a code of the dossier kind's rules.
    pub code: String,
}

/// What stands in an entry. The log knows only these fields; what the kind of dossier says is in `body`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Version of this shape: 1.
    pub tongban: u8,
    /// The dossier it belongs to.
    pub dossier: DossierId,
    /// The kind of dossier, such as `case`.
    pub kind: String,
    /// The node that wrote and signed it.
    pub node: NodeId,
    /// Who said it.
    pub by: By,
    /// When, by the author's clock.
    pub at: Moment,
    /// 16 hexadecimal digits that make equal statements different entries.
    pub nonce: String,
    /// Passes the pen to this node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pen: Option<NodeId>,
    /// Nodes that take part from here on. The first entry names all first participants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<NodeId>,
    /// The answer to a slip that does not stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuses: Option<Refuses>,
    /// Takes the pen by the registrar's act, verbatim: the log itself proves by what right a term began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<Box<Document>>,
    /// What the kind of dossier says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
}

impl Entry {
    /// Whether it says something about its matter: such an entry becomes pending again when a recall voids its stamp. Pen
    /// moves and refusals do not return.
    pub fn is_content(&self) -> bool {
        self.pen.is_none() && self.refuses.is_none() && self.recall.is_none()
    }
}

/// An entry with the bytes that were signed. The bytes are the truth; the fields were read from them.
#[derive(Clone, Debug)]
pub struct Written {
    bytes: Arc<[u8]>,
    hash: Hash,
    entry: Arc<Entry>,
}

/// The bytes are no entry of version 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedEntry {
    /// Larger things are blobs.
    #[error("the entry has {0} bytes, at most {ENTRY_BYTES_MAX}")]
    TooLong(usize),
    /// Of a version that this program does not know.
    #[error("the entry is of version {0}, this program knows 1")]
    Version(u8),
    /// Not JSON of this shape.
    #[error("not an entry: {0}")]
    Json(String),
}

impl MalformedEntry {
    /// A stable code, one of [`super::REFUSALS`].
    pub fn code(&self) -> &'static str {
        match self {
            MalformedEntry::TooLong(_) => "entry-too-long",
            MalformedEntry::Version(_) => "entry-version",
            MalformedEntry::Json(_) => "entry-malformed",
        }
    }
}

/// The longest entry in bytes. Larger things are blobs.
pub const ENTRY_BYTES_MAX: usize = 64 * 1024;

impl Written {
    /// The hash of entry bytes, by the hash function of the author's key.
    pub fn hash_of(suite: Suite, bytes: &[u8]) -> Hash {
        suite.hash(&[b"tongban entry v1\0", bytes])
    }

    /// Reads entry bytes whose hash has been verified already.
    pub fn read(bytes: impl Into<Arc<[u8]>>, hash: Hash) -> Result<Written, MalformedEntry> {
        let bytes = bytes.into();
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(MalformedEntry::TooLong(bytes.len()));
        }
        // A later version may have another shape: what it says of itself comes first.
        #[derive(Deserialize)]
        struct Peek {
            tongban: u8,
        }
        let entry: Entry = serde_json::from_slice(&bytes).map_err(|error| match serde_json::from_slice(&bytes) {
            Ok(Peek { tongban }) if tongban != 1 => MalformedEntry::Version(tongban),
            _ => MalformedEntry::Json(error.to_string()),
        })?;
        if entry.tongban != 1 {
            return Err(MalformedEntry::Version(entry.tongban));
        }
        Ok(Written { bytes, hash, entry: Arc::new(entry) })
    }

    /// The bytes as signed.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// The entry's hash.
    pub fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The fields.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
}

/// An entry in the making.
#[derive(Clone, Debug)]
pub struct Draft(Entry);

impl Draft {
    /// The next entry of an existing dossier.
    pub fn next(dossier: DossierId, kind: &str, node: &NodeId) -> Draft {
        Draft(Entry {
            tongban: 1,
            dossier,
            kind: kind.to_owned(),
            node: node.clone(),
            by: By::system(),
            at: Moment(0),
            nonce: String::new(),
            pen: None,
            join: Vec::new(),
            refuses: None,
            recall: None,
            body: None,
        })
    }

    /// The first entry of a new dossier, in which only `node` takes part so far.
    pub fn open(dossier: DossierId, kind: &str, node: &NodeId) -> Draft {
        let mut draft = Draft::next(dossier, kind, node);
        draft.0.join.push(node.clone());
        draft
    }

    /// Who says it.
    pub fn by(mut self, by: By) -> Draft {
        self.0.by = by;
        self
    }

    /// Passes the pen, and lets the receiver take part.
    pub fn pass(mut self, to: &NodeId, joins: bool) -> Draft {
        self.0.pen = Some(to.clone());
        if joins {
            self.0.join.push(to.clone());
        }
        self
    }

    /// Lets a node take part.
    pub fn join(mut self, node: &NodeId) -> Draft {
        self.0.join.push(node.clone());
        self
    }

    /// Refuses a slip.
    pub fn refuse(mut self, at: Moment, nonce: [u8; 8], entry: Hash, code: &str) -> Draft {
        self.0.at = at;
        self.0.nonce = hex(&nonce);
        self.0.refuses = Some(Refuses { entry, code: code.to_owned() });
        self
    }

    /// Takes the pen by the registrar's act.
    pub fn recall(mut self, at: Moment, nonce: [u8; 8], act: &Document) -> Draft {
        self.0.at = at;
        self.0.nonce = hex(&nonce);
        self.0.recall = Some(Box::new(act.clone()));
        self
    }

    /// What is said, and when; `nonce` is random.
    ///
    /// # Panics
    /// If `body` cannot be written as JSON, which the types of this crate always can.
    pub fn said(mut self, at: Moment, nonce: [u8; 8], body: &impl Serialize) -> Draft {
        self.0.at = at;
        self.0.nonce = hex(&nonce);
        self.0.body = Some(serde_json::value::to_raw_value(body).expect("a body is plain data"));
        self
    }

    /// Writes the bytes, once and for all.
    ///
    /// # Panics
    /// If the entry cannot be written as JSON, which cannot happen for its types.
    pub fn write(self, suite: Suite) -> Written {
        let bytes: Arc<[u8]> = serde_json::to_vec(&self.0).expect("an entry is plain data").into();
        Written { hash: Written::hash_of(suite, &bytes), bytes, entry: Arc::new(self.0) }
    }
}
