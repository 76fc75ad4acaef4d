//! Names, codes and keys: always valid once parsed, and with one spelling.

use std::fmt::Display;
use std::str::FromStr;

use tongban_core::dossier::suite::{hex, unhex};
use tongban_core::dossier::{DossierId, Hash, Moment, NodeId, PublicKey, Signature, Suite};
use tongban_core::ident::{Certificate, PersonId, Region, Uscc};

/// What was parsed is shown and parsed again: the same text, and no other value.
fn one_spelling<T: FromStr + Display>(text: &str) {
    let Ok(value) = text.parse::<T>() else { return };
    let shown = value.to_string();
    let again = shown.parse::<T>().unwrap_or_else(|_| panic!("{shown:?} is not read back"));
    assert_eq!(again.to_string(), shown);
}

/// A text as every kind of name.
pub fn name(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    one_spelling::<NodeId>(text);
    one_spelling::<DossierId>(text);
    one_spelling::<Hash>(text);
    one_spelling::<PublicKey>(text);
    one_spelling::<Region>(text);
    one_spelling::<Uscc>(text);
    one_spelling::<Certificate>(text);
    if let Ok(region) = Region::parse(text) {
        assert!(region.province().contains(region) || region.province() == region);
        let _ = (region.full_name(), region.level(), region.valid_in(i16::MIN), region.valid_in(i16::MAX));
    }
    if let Ok(person) = PersonId::parse(text, jiff::civil::date(2026, 11, 23)) {
        assert_eq!(PersonId::reread(person.as_str()).as_ref().map(PersonId::as_str), Ok(person.as_str()));
        assert!(person.masked().contains('*'));
    }
    if let Some(bytes) = unhex(text) {
        assert_eq!(hex(&bytes), text);
    }
    if let Ok(moment) = text.parse() {
        let moment = Moment(moment);
        let _ = (moment.to_string(), Moment::start_of(moment.date()));
    }
    // A key and a signature of someone: `KEY SIGNATURE MESSAGE`.
    let mut words = text.splitn(3, ' ');
    if let (Some(Ok(key)), Some(Ok(signature)), Some(message)) =
        (words.next().map(str::parse::<PublicKey>), words.next().map(Signature::from_hex), words.next())
    {
        let _ = key.verify("group", message.as_bytes(), &signature);
        assert_eq!(key.fingerprint().suite(), key.suite());
        assert!(matches!(key.suite(), Suite::Sm2 | Suite::Ed25519));
    }
}
