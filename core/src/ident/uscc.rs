//! Organisations by their unified social credit code (统一社会信用代码, GB 32100-2015).

use std::fmt;
use std::str::{self, FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The 31 characters of the code: no I, O, S, V, Z, which are taken for digits by hand (GB 32100-2015).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 3^i mod 31, the weights of the first seventeen characters (GB 32100-2015).
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A unified social credit code of an organisation: 18 characters with a correct check character.
///
/// Shape: 1 registering department, 1 category, 6 digits of the region of registration, 9 characters of the
/// organisation (GB 11714), 1 check character (MOD 31). Whether the organisation exists is not known from the code.
///
/// As text and in serde: the 18 characters in capitals. It names an organisation, not a person, so `Debug` shows it.
///
/// ```
/// use tongban_core::ident::Uscc;
///
/// let ministry = Uscc::parse("11100000000013338w")?;
/// assert_eq!(ministry.as_str(), "11100000000013338W");
/// assert_eq!(ministry.region_part(), "100000");
/// assert!(!ministry.is_drill());
/// assert_eq!(Uscc::parse("11100000000013338X").unwrap_err().code(), "uscc-check-digit");
/// # Ok::<(), tongban_core::ident::UsccError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; 18]);

/// Why a text is not a [`Uscc`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Not 18 characters.
    #[error("a unified social credit code has 18 characters")]
    Length,
    /// A character outside the code's alphabet, I, O, S, V and Z included.
    #[error("a unified social credit code has only digits and capitals other than I, O, S, V, Z")]
    Characters,
    /// Characters 3 to 8 are not six digits.
    #[error("characters 3 to 8 of a unified social credit code are digits")]
    Region,
    /// The last character does not fit the others.
    #[error("the check character of the unified social credit code is wrong")]
    CheckDigit,
}

impl UsccError {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            UsccError::Length => "uscc-length",
            UsccError::Characters => "uscc-characters",
            UsccError::Region => "uscc-region",
            UsccError::CheckDigit => "uscc-check-digit",
        }
    }
}

impl Uscc {
    /// Reads 18 characters without surrounding space; small ASCII letters count as capitals.
    ///
    /// # Errors
    /// The first of length, characters, region part and check digit that is wrong.
    pub fn parse(text: &str) -> Result<Uscc, UsccError> {
        // Characters, not bytes: a full-width letter among 18 is a wrong character, which helps the clerk more.
        if text.chars().count() != 18 {
            return Err(UsccError::Length);
        }
        let mut code: [u8; 18] = text.as_bytes().try_into().map_err(|_| UsccError::Characters)?;
        code.make_ascii_uppercase();
        let (body, check) = (code.first_chunk::<17>().expect("17 < 18"), code[17]);
        let expected = check_character(body)?;
        value(check)?;
        if !code[2..8].iter().all(u8::is_ascii_digit) {
            return Err(UsccError::Region);
        }
        if check != expected {
            return Err(UsccError::CheckDigit);
        }
        Ok(Uscc(code))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("ASCII since parsing")
    }

    /// Six digits: the region of the registering office when the code was given; it may be abolished, or `100000`
    /// for the central government, so it need not be a [`Region`](super::Region).
    pub fn region_part(&self) -> &str {
        &self.as_str()[2..8]
    }

    /// Whether the code is in the block reserved for demonstration: the region part starts with `99`, which GB/T 2260
    /// gives to no province.
    pub fn is_drill(&self) -> bool {
        self.0[2..4] == *b"99"
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({self})")
    }
}

impl FromStr for Uscc {
    type Err = UsccError;

    fn from_str(text: &str) -> Result<Uscc, UsccError> {
        Uscc::parse(text)
    }
}

impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Uscc, D::Error> {
        Uscc::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

fn value(character: u8) -> Result<u32, UsccError> {
    let at = ALPHABET.iter().position(|&c| c == character).ok_or(UsccError::Characters)?;
    Ok(at as u32)
}

/// 31 − Σ(value × weight) mod 31, where 31 is written as 0 (GB 32100-2015).
fn check_character(body: &[u8; 17]) -> Result<u8, UsccError> {
    let mut sum = 0;
    for (&character, weight) in body.iter().zip(WEIGHTS) {
        sum += value(character)? * weight;
    }
    Ok(ALPHABET[((31 - sum % 31) % 31) as usize])
}

/// The `n`-th code of the reserved block, for the demonstration and for tests; two `n` never give the same code.
///
/// Shape: `91` (an enterprise) + `99` and four digits from `n` + an organisation code with its own correct check
/// character (GB 11714) + the check character.
///
/// ```
/// use tongban_core::ident::{Uscc, drill_uscc};
///
/// let code = drill_uscc(7);
/// assert!(code.is_drill());
/// assert_eq!(Uscc::parse(code.as_str()), Ok(code));
/// ```
pub fn drill_uscc(n: u32) -> Uscc {
    const ORGANISATIONS: u32 = 100_000_000;
    let organisation = format!("{:08}", n % ORGANISATIONS);
    // GB 11714: 11 − Σ(value × weight) mod 11, where 10 is written X and 11 is written 0.
    let sum: u32 = organisation
        .bytes()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let organisation_check = b"0X987654321"[(sum % 11) as usize] as char;
    let text = format!("9199{:04}{organisation}{organisation_check}", n / ORGANISATIONS + 1);
    let body: &[u8; 17] = text.as_bytes().try_into().expect("2 + 2 + 4 + 8 + 1 digits");
    let mut code = [0; 18];
    code[..17].copy_from_slice(body);
    code[17] = check_character(body).expect("digits and X are in the alphabet");
    Uscc(code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Published codes of ministries, provinces, cities and institutions.
    const REAL: [&str; 11] = [
        "11100000000013338W",
        "11430000006122244L",
        "11100000MB03271699",
        "12441500196720244T",
        "11511301008778183N",
        "115113010833722043",
        "11100000000013661B",
        "113700000045046442",
        "11110000000021135M",
        "11370800MB28559184",
        "11330105002500287C",
    ];

    #[test]
    fn real_codes_are_valid() {
        for text in REAL {
            let code = Uscc::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(code.to_string(), text);
            assert!(!code.is_drill());
            assert_eq!(Uscc::parse(&text.to_ascii_lowercase()), Ok(code));
        }
        assert_eq!(Uscc::parse(REAL[1]).unwrap().region_part(), "430000");
    }

    #[test]
    fn each_error_has_its_reason() {
        assert_eq!(Uscc::parse(""), Err(UsccError::Length));
        assert_eq!(Uscc::parse("11100000000013338"), Err(UsccError::Length));
        assert_eq!(Uscc::parse("1110000000001333８W"), Err(UsccError::Characters));
        assert_eq!(Uscc::parse("1I100000000013338W"), Err(UsccError::Characters));
        assert_eq!(Uscc::parse("11100000000013338O"), Err(UsccError::Characters));
        assert_eq!(Uscc::parse("11A00000000013338W"), Err(UsccError::Region));
        assert_eq!(Uscc::parse("11100000000013338X"), Err(UsccError::CheckDigit));
    }

    #[test]
    fn serde_is_the_text_and_validates() {
        let code = Uscc::parse(REAL[0]).unwrap();
        let json = serde_json::to_string(&code).unwrap();
        assert_eq!(json, "\"11100000000013338W\"");
        assert_eq!(serde_json::from_str::<Uscc>(&json).unwrap(), code);
        assert!(serde_json::from_str::<Uscc>("\"11100000000013338X\"").is_err());
    }

    /// Every weight is coprime to 31, so MOD 31 finds every single substitution.
    #[test]
    fn every_single_changed_character_is_refused() {
        for real in REAL {
            for (at, was) in real.bytes().enumerate() {
                for &to in ALPHABET.iter().filter(|&&to| to != was) {
                    let mut text = real.as_bytes().to_vec();
                    text[at] = to;
                    let text = String::from_utf8(text).unwrap();
                    assert!(Uscc::parse(&text).is_err(), "{text}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn drill_codes_are_valid_and_differ(n: u32, m: u32) {
            prop_assert_eq!(Uscc::parse(drill_uscc(n).as_str()), Ok(drill_uscc(n)));
            prop_assert!(drill_uscc(n).is_drill());
            prop_assert_eq!(n == m, drill_uscc(n) == drill_uscc(m));
        }

        #[test]
        fn parse_never_panics(text in "\\PC*") {
            let _ = Uscc::parse(&text);
        }

        #[test]
        fn parse_never_panics_on_eighteen(text in "[0-9A-Za-zＡ码]{18}") {
            let _ = Uscc::parse(&text);
        }
    }
}
