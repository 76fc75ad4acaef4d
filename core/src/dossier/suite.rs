//! The two cryptographic suites. The key says which one is meant; a message never does.
//!
//! SM2·SM3 (GB/T 32918, GB/T 32905) is what Chinese government systems must use; Ed25519·SHA-256 (RFC 8032, FIPS 180-4)
//! is its equal for everyone else. Verifying is a pure function and lives here. Signing is an effect of the node, behind
//! [`Signer`], because a certified installation signs in a device and never sees its secret key.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Verifier as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;
use sm2::dsa::signature::Signer as _;

/// The signer identity that SM2 hashes into every signature (GB/T 32918.2 §5.5). Fixed by the protocol: libraries
/// that default to an empty identity reject these signatures.
pub const SM2_ID: &str = "1234567812345678";

/// A signature algorithm with its hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Suite {
    /// SM2 signatures with the fixed identity [`SM2_ID`], SM3 hashes.
    Sm2,
    /// Ed25519 signatures, SHA-256 hashes.
    Ed25519,
}

impl Suite {
    /// The word used in files and on the command line: `sm2` or `ed25519`.
    pub fn name(self) -> &'static str {
        match self {
            Suite::Sm2 => "sm2",
            Suite::Ed25519 => "ed25519",
        }
    }

    fn hash_name(self) -> &'static str {
        match self {
            Suite::Sm2 => "sm3",
            Suite::Ed25519 => "sha256",
        }
    }

    /// Hashes the concatenation of `parts`.
    pub fn hash(self, parts: &[&[u8]]) -> Hash {
        let bytes: [u8; 32] = match self {
            Suite::Sm2 => {
                let mut hasher = sm3::Sm3::default();
                parts.iter().for_each(|part| sm3::Digest::update(&mut hasher, part));
                sm3::Digest::finalize(hasher).into()
            }
            Suite::Ed25519 => {
                let mut hasher = sha2::Sha256::default();
                parts.iter().for_each(|part| hasher.update(part));
                hasher.finalize().into()
            }
        };
        Hash { suite: self, bytes }
    }
}

impl FromStr for Suite {
    type Err = MalformedKey;
    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        match text {
            "sm2" => Ok(Suite::Sm2),
            "ed25519" => Ok(Suite::Ed25519),
            _ => Err(MalformedKey),
        }
    }
}

/// A hash that says which function made it. Text form: `sm3:` or `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash {
    suite: Suite,
    bytes: [u8; 32],
}

impl Hash {
    /// The hash of nothing yet: what the first stamp names as its predecessor, and where a stream begins.
    pub const fn none(suite: Suite) -> Hash {
        Hash { suite, bytes: [0; 32] }
    }

    /// The suite whose hash function made it.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The 32 bytes alone.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// 33 bytes: one for the suite (1 = SM3, 2 = SHA-256), then the hash. This is the stored form, and what is hashed.
    pub fn tagged(&self) -> [u8; 33] {
        let mut out = [0; 33];
        out[0] = match self.suite {
            Suite::Sm2 => 1,
            Suite::Ed25519 => 2,
        };
        out[1..].copy_from_slice(&self.bytes);
        out
    }

    /// Reads the stored form back.
    pub fn from_tagged(tagged: &[u8]) -> Result<Hash, MalformedHash> {
        let (tag, rest) = tagged.split_first().ok_or(MalformedHash)?;
        let suite = match tag {
            1 => Suite::Sm2,
            2 => Suite::Ed25519,
            _ => return Err(MalformedHash),
        };
        Ok(Hash { suite, bytes: rest.try_into().map_err(|_| MalformedHash)? })
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.suite.hash_name(), hex(&self.bytes))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}…", self.suite.hash_name(), &hex(&self.bytes)[..12])
    }
}

/// A text or byte string that is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hash: expected sm3: or sha256: and 64 lower-case hexadecimal digits")]
pub struct MalformedHash;

impl FromStr for Hash {
    type Err = MalformedHash;
    fn from_str(text: &str) -> Result<Self, MalformedHash> {
        let (name, digits) = text.split_once(':').ok_or(MalformedHash)?;
        let suite = match name {
            "sm3" => Suite::Sm2,
            "sha256" => Suite::Ed25519,
            _ => return Err(MalformedHash),
        };
        let bytes = unhex(digits).and_then(|bytes| bytes.try_into().ok()).ok_or(MalformedHash)?;
        Ok(Hash { suite, bytes })
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

/// Reads lower-case hexadecimal; anything else, capitals included, is `None`, so that one value has one spelling.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    fn digit(byte: u8) -> Option<u8> {
        match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        }
    }
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// A public key that is valid for its suite. Text form: `sm2:` and 130 hexadecimal digits (SEC 1, uncompressed), or
/// `ed25519:` and 64.
#[derive(Clone)]
pub struct PublicKey(Public);

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.suite() == other.suite() && self.bytes() == other.bytes()
    }
}

impl Eq for PublicKey {}

#[derive(Clone)]
enum Public {
    Sm2(Box<sm2::dsa::VerifyingKey>),
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
}

impl PublicKey {
    /// The suite this key belongs to.
    pub fn suite(&self) -> Suite {
        match &self.0 {
            Public::Sm2(_) => Suite::Sm2,
            Public::Ed25519(_) => Suite::Ed25519,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.0 {
            Public::Sm2(key) => key.to_sec1_bytes().into_vec(),
            Public::Ed25519(key) => key.as_bytes().to_vec(),
        }
    }

    /// The hash by which people compare keys: over the key's text form, by the key's own hash function.
    pub fn fingerprint(&self) -> Hash {
        self.suite().hash(&[b"tongban key v1\0", self.to_string().as_bytes()])
    }

    /// Checks a signature over `kind` and `message` (see [`seal`]).
    pub fn verify(&self, kind: &str, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let sealed = seal(kind, message);
        match &self.0 {
            Public::Sm2(key) => {
                let signature = sm2::dsa::Signature::from_slice(&signature.0).map_err(|_| BadSignature)?;
                key.verify(&sealed, &signature).map_err(|_| BadSignature)
            }
            Public::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(&signature.0).map_err(|_| BadSignature)?;
                key.verify_strict(&sealed, &signature).map_err(|_| BadSignature)
            }
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.suite().name(), hex(&self.bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.fingerprint())
    }
}

/// A text that is not a key of a known suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key: expected sm2: or ed25519: and the key in lower-case hexadecimal digits")]
pub struct MalformedKey;

impl FromStr for PublicKey {
    type Err = MalformedKey;
    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        let (suite, digits) = text.split_once(':').ok_or(MalformedKey)?;
        let bytes = unhex(digits).ok_or(MalformedKey)?;
        let public = match suite.parse()? {
            Suite::Sm2 if bytes.len() == 65 => {
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_ID, &bytes).map_err(|_| MalformedKey)?;
                Public::Sm2(Box::new(key))
            }
            Suite::Ed25519 => {
                let bytes = bytes.as_slice().try_into().map_err(|_| MalformedKey)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| MalformedKey)?;
                Public::Ed25519(Box::new(key))
            }
            Suite::Sm2 => return Err(MalformedKey),
        };
        Ok(PublicKey(public))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// 64 bytes in both suites: r‖s for SM2, R‖S for Ed25519. Text form: 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", &hex(&self.0)[..12])
    }
}

impl Signature {
    /// From the stored 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Signature, BadSignature> {
        Ok(Signature(bytes.try_into().map_err(|_| BadSignature)?))
    }

    /// From 128 hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Signature, BadSignature> {
        Signature::from_slice(&unhex(text).ok_or(BadSignature)?)
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Signature::from_hex(&text).map_err(serde::de::Error::custom)
    }
}

/// The signature was not made by this key over these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signature does not match")]
pub struct BadSignature;

/// What is really signed: `TONGBAN1 ‖ length of kind ‖ kind ‖ length of message ‖ message`, lengths as decimal text.
/// The kind keeps a signature made for one purpose from being used for another; the lengths leave no two readings.
pub fn seal(kind: &str, message: &[u8]) -> Vec<u8> {
    let mut sealed = format!("TONGBAN1 {} {kind} {} ", kind.len(), message.len()).into_bytes();
    sealed.extend_from_slice(message);
    sealed
}

/// Something that signs: a key file here, a certified device elsewhere.
pub trait Signer: Send + Sync {
    /// The key by which others will verify.
    fn public_key(&self) -> &PublicKey;
    /// Signs `kind` and `message` as in [`seal`]. Units: one call is one signature; callers sign groups, not records.
    fn sign(&self, kind: &str, message: &[u8]) -> Signature;
}

/// A secret key held in memory. Both suites sign deterministically (RFC 6979, RFC 8032): no randomness is needed.
pub struct SecretKey {
    secret: Secret,
    public: PublicKey,
}

enum Secret {
    Sm2(Box<sm2::dsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl SecretKey {
    /// Makes a key from 32 random bytes. For SM2 a few byte strings are no valid scalar: then draw again.
    pub fn from_seed(suite: Suite, seed: &[u8; 32]) -> Result<SecretKey, MalformedKey> {
        Ok(match suite {
            Suite::Sm2 => {
                let secret = sm2::dsa::SigningKey::from_slice(SM2_ID, seed).map_err(|_| MalformedKey)?;
                let public = PublicKey(Public::Sm2(Box::new(secret.verifying_key().clone())));
                SecretKey { secret: Secret::Sm2(Box::new(secret)), public }
            }
            Suite::Ed25519 => {
                let secret = ed25519_dalek::SigningKey::from_bytes(seed);
                let public = PublicKey(Public::Ed25519(Box::new(secret.verifying_key())));
                SecretKey { secret: Secret::Ed25519(Box::new(secret)), public }
            }
        })
    }
}

impl Signer for SecretKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, kind: &str, message: &[u8]) -> Signature {
        let sealed = seal(kind, message);
        Signature(match &self.secret {
            Secret::Sm2(key) => key.sign(&sealed).to_bytes().into(),
            Secret::Ed25519(key) => key.sign(&sealed).to_bytes(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_suites_sign_and_verify_and_reject_changes() {
        for suite in [Suite::Sm2, Suite::Ed25519] {
            let key = SecretKey::from_seed(suite, &[7; 32]).unwrap();
            let public: PublicKey = key.public_key().to_string().parse().unwrap();
            let signature = key.sign("test", b"message");
            assert_eq!(public.verify("test", b"message", &signature), Ok(()));
            assert_eq!(public.verify("test", b"massage", &signature), Err(BadSignature));
            assert_eq!(public.verify("tent", b"message", &signature), Err(BadSignature));
            let mut changed = signature;
            changed.0[40] ^= 1;
            assert_eq!(public.verify("test", b"message", &changed), Err(BadSignature));
            assert_eq!(Signature::from_hex(&hex(&signature.0)).unwrap(), signature);
        }
    }

    /// GB/T 32905-2016 appendix A.1 and FIPS 180-4: the hash of "abc".
    #[test]
    fn hashes_match_the_standards() {
        let abc: &[&[u8]] = &[b"ab", b"c"];
        assert_eq!(
            Suite::Sm2.hash(abc).to_string(),
            "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(
            Suite::Ed25519.hash(abc).to_string(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn one_value_has_one_spelling() {
        let hash = Suite::Sm2.hash(&[b"x"]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(Hash::from_tagged(&hash.tagged()), Ok(hash));
        assert_eq!(hash.to_string().to_uppercase().parse::<Hash>(), Err(MalformedHash));
        assert_eq!(unhex("0A"), None);
        assert_eq!(unhex("0a1"), None);
    }
}
