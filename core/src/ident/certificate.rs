//! Electronic certificates by their identifier (电子证照标识, GB/T 36904-2018).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Uscc, UsccError};

/// The object identifier under which all Chinese e-certificates are numbered.
const ROOT: &str = "1.2.156.3005.2.";

/// Digits and all capitals: here I, O, S, V and Z are letters like others (ISO 7064 MOD 37,36).
const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Longest identifier admitted, in characters: longer ones than any in use, short enough for any column.
const LENGTH_MAX: usize = 128;

/// The identifier of one electronic certificate, in its parts, with a correct check character.
///
/// Shape: `1.2.156.3005.2` `.` type (21) `.` issuer `.` serial `.` version (3 digits) `.` check character, where the
/// check character is ISO 7064 MOD 37,36 over type, issuer, serial and version without root and dots. The type is the
/// [`Uscc`] of the ministry that defines it and three digits. As text and in serde: the whole identifier.
///
/// ```
/// use tongban_core::ident::Certificate;
///
/// let certificate = Certificate::parse("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U")?;
/// assert_eq!(certificate.definer().as_str(), "11100000000013338W");
/// assert_eq!(certificate.type_serial(), "011");
/// assert_eq!(certificate.issuer(), "11430000006122244L");
/// assert_eq!(certificate.serial(), "20230000403");
/// assert_eq!(certificate.version(), 1);
/// # Ok::<(), tongban_core::ident::CertificateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Certificate {
    definer: Uscc,
    type_code: Box<str>,
    issuer: Box<str>,
    serial: Box<str>,
    version: u16,
    check: char,
}

/// Why a text is not a [`Certificate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Does not start with `1.2.156.3005.2.`.
    #[error("a certificate identifier starts with 1.2.156.3005.2")]
    Root,
    /// Not five parts after the root, a part empty, or too long altogether.
    #[error("a certificate identifier has type, issuer, serial, version and check character after the root")]
    Parts,
    /// Something else than digits and capitals in a part.
    #[error("the parts of a certificate identifier have only digits and capitals")]
    Characters,
    /// The type is not the code of an organisation and three digits.
    #[error("the type of a certificate is a unified social credit code and three digits")]
    Type,
    /// The issuer has the 18 characters of a unified social credit code but is none.
    #[error("the issuer of the certificate is not a valid unified social credit code")]
    Issuer(#[source] UsccError),
    /// The version is not three digits.
    #[error("the version of a certificate is three digits")]
    Version,
    /// The last character does not fit the others.
    #[error("the check character of the certificate identifier is wrong")]
    CheckDigit,
}

impl CertificateError {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            CertificateError::Root => "certificate-root",
            CertificateError::Parts => "certificate-parts",
            CertificateError::Characters => "certificate-characters",
            CertificateError::Type => "certificate-type",
            CertificateError::Issuer(_) => "certificate-issuer",
            CertificateError::Version => "certificate-version",
            CertificateError::CheckDigit => "certificate-check-digit",
        }
    }
}

impl Certificate {
    /// Reads an identifier without surrounding space; small ASCII letters count as capitals.
    ///
    /// # Errors
    /// The first of root, parts, characters, type, version, check digit and issuer that is wrong.
    pub fn parse(text: &str) -> Result<Certificate, CertificateError> {
        if text.len() > LENGTH_MAX {
            return Err(CertificateError::Parts);
        }
        let parts = text.strip_prefix(ROOT).ok_or(CertificateError::Root)?.to_ascii_uppercase();
        let parts: Vec<&str> = parts.split('.').collect();
        let &[type_code, issuer, serial, version, check] = parts.as_slice() else {
            return Err(CertificateError::Parts);
        };
        if [type_code, issuer, serial, version].contains(&"") || check.chars().count() != 1 {
            return Err(CertificateError::Parts);
        }
        let expected = check_character(&[type_code, issuer, serial, version])?;
        let check = check.bytes().next().filter(|c| ALPHABET.contains(c)).ok_or(CertificateError::Characters)?;
        let definer = read_type(type_code)?;
        if version.len() != 3 {
            return Err(CertificateError::Version);
        }
        let version = digits(version).ok_or(CertificateError::Version)?;
        if check != expected {
            return Err(CertificateError::CheckDigit);
        }
        // Cities also issue under the six digits of their region; what has a code's length must be a code.
        if issuer.len() == 18 {
            Uscc::parse(issuer).map_err(CertificateError::Issuer)?;
        }
        Ok(Certificate {
            definer,
            type_code: type_code.into(),
            issuer: issuer.into(),
            serial: serial.into(),
            version,
            check: check.into(),
        })
    }

    /// The 21 characters of the certificate's type (证照类型代码).
    pub fn type_code(&self) -> &str {
        &self.type_code
    }

    /// The ministry that defines the type.
    pub fn definer(&self) -> Uscc {
        self.definer
    }

    /// The definer's own number for the type, three digits.
    pub fn type_serial(&self) -> &str {
        &self.type_code[18..]
    }

    /// Who issued it (颁发机构代码): mostly a [`Uscc`], in some cities the six digits of a region.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer when it is given by its unified social credit code.
    pub fn issuer_uscc(&self) -> Option<Uscc> {
        Uscc::parse(&self.issuer).ok()
    }

    /// The issuer's running number (流水号): digits and capitals.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The version (版本号), 0 to 999; a renewed certificate counts on.
    pub fn version(&self) -> u16 {
        self.version
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Certificate { definer: _, type_code, issuer, serial, version, check } = self;
        write!(f, "{ROOT}{type_code}.{issuer}.{serial}.{version:03}.{check}")
    }
}

impl FromStr for Certificate {
    type Err = CertificateError;

    fn from_str(text: &str) -> Result<Certificate, CertificateError> {
        Certificate::parse(text)
    }
}

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Certificate, D::Error> {
        Certificate::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

fn read_type(type_code: &str) -> Result<Uscc, CertificateError> {
    if type_code.len() != 21 {
        return Err(CertificateError::Type);
    }
    // All ASCII by now, so this splits between characters.
    let (definer, serial) = type_code.split_at(18);
    digits(serial).ok_or(CertificateError::Type)?;
    Uscc::parse(definer).map_err(|_| CertificateError::Type)
}

fn digits(text: &str) -> Option<u16> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// ISO 7064 MOD 37,36: a hybrid system, so it finds every single substitution although 36 is not prime.
fn check_character(parts: &[&str]) -> Result<u8, CertificateError> {
    let mut product = 36;
    for character in parts.iter().flat_map(|part| part.bytes()) {
        let value = ALPHABET.iter().position(|&c| c == character).ok_or(CertificateError::Characters)?;
        let sum = match (product + value) % 36 {
            0 => 36,
            sum => sum,
        };
        product = sum * 2 % 37;
    }
    Ok(ALPHABET[(37 - product) % 36])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Identifiers seen in public; the last is issued under a region's code.
    const REAL: [&str; 3] = [
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
        "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    ];

    #[test]
    fn real_identifiers_are_valid() {
        for text in REAL {
            let certificate = Certificate::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(certificate.to_string(), text);
            let json = serde_json::to_string(&certificate).unwrap();
            assert_eq!(serde_json::from_str::<Certificate>(&json).unwrap(), certificate);
        }
        assert_eq!(Certificate::parse(REAL[1]).unwrap().version(), 2);
        assert!(Certificate::parse(REAL[1]).unwrap().issuer_uscc().is_some());
        assert!(Certificate::parse(REAL[2]).unwrap().issuer_uscc().is_none());
    }

    #[test]
    fn each_error_has_its_reason() {
        let refused = |text: &str| Certificate::parse(text).unwrap_err().code();
        assert_eq!(refused(""), "certificate-root");
        assert_eq!(refused("1.2.156.3005.2."), "certificate-parts");
        assert_eq!(refused(&REAL[0].replace(".001.", ".")), "certificate-parts");
        assert_eq!(refused(&REAL[0].replace(".20230000403.", "..")), "certificate-parts");
        assert_eq!(refused(&REAL[0].replace("20230000403", &"1".repeat(200))), "certificate-parts");
        assert_eq!(refused(&REAL[0].replace("403", "40-")), "certificate-characters");
        assert_eq!(refused(&REAL[0].replace(".U", ".证")), "certificate-characters");
        assert_eq!(refused(&REAL[0].replace("W011", "X011")), "certificate-type");
        assert_eq!(refused(&REAL[0].replace("W011", "W01")), "certificate-type");
        assert_eq!(refused(&REAL[0].replace(".001.", ".1.")), "certificate-version");
        assert_eq!(refused(&REAL[0].replace(".001.", ".0A1.")), "certificate-version");
        assert_eq!(refused(&REAL[0].replace(".U", ".V")), "certificate-check-digit");
        // A published sample whose serial was altered by hand.
        let altered = "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M";
        assert_eq!(refused(altered), "certificate-check-digit");
    }

    #[test]
    fn an_issuer_of_eighteen_must_be_a_code() {
        let parts = ["11100000000013338W011", "11430000006122244M", "1", "001"];
        let check = check_character(&parts).unwrap() as char;
        let text = format!("{ROOT}{}.{check}", parts.join("."));
        assert_eq!(Certificate::parse(&text), Err(CertificateError::Issuer(UsccError::CheckDigit)));
    }

    #[test]
    fn every_single_changed_character_is_refused() {
        for real in REAL {
            for (at, was) in real.bytes().enumerate().skip(ROOT.len()).filter(|&(_, c)| c != b'.') {
                for &to in ALPHABET.iter().filter(|&&to| to != was) {
                    let mut text = real.as_bytes().to_vec();
                    text[at] = to;
                    let text = String::from_utf8(text).unwrap();
                    assert!(Certificate::parse(&text).is_err(), "{text}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn parse_never_panics(text in "\\PC*") {
            let _ = Certificate::parse(&text);
            let _ = Certificate::parse(&format!("{ROOT}{text}"));
        }
    }
}
