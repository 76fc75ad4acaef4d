//! Persons by their citizen identification number (公民身份号码, GB 11643-1999).

use std::fmt;
use std::str;

use jiff::civil::{Date, date};
use serde::{Serialize, Serializer};

/// 2^(17−i) mod 11, the weights of the first seventeen digits (GB 11643-1999, ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The check character for each Σ(digit × weight) mod 11.
const CHECKS: &[u8; 11] = b"10X98765432";

/// No holder of a number born earlier is alive; an older year is a slip of the hand.
const BIRTH_YEAR_MIN: i16 = 1900;

/// A citizen identification number: 18 characters, a real birth date, a correct check character.
///
/// Shape: 6 digits of area, 8 of the birth date, 3 of sequence, 1 check character (digit or `X`, MOD 11-2). The area
/// is the one at first registration and is often abolished by now, so only its first digit is checked. Residence
/// permits for Hong Kong, Macao and Taiwan residents (8…) and permanent residents' cards (9…) have the same shape.
///
/// The number is sensitive personal data (个人信息保护法 art. 28): `Debug` shows it masked, there is no `Display`,
/// and who needs the whole of it writes [`as_str`](PersonId::as_str). Serde writes the whole text; there is no
/// `Deserialize`, because whoever reads a number should decide between [`parse`](PersonId::parse) and
/// [`reread`](PersonId::reread).
///
/// ```
/// use jiff::civil::date;
/// use tongban_core::ident::{PersonId, PersonIdError};
///
/// // The sample of the standard.
/// let person = PersonId::parse("11010519491231002x", date(2026, 1, 5))?;
/// assert_eq!(person.birth(), date(1949, 12, 31));
/// assert_eq!(person.masked(), "110105********002X");
/// assert_eq!(format!("{person:?}"), "PersonId(110105********002X)");
///
/// let wrong = PersonId::parse("110105194912310021", date(2026, 1, 5));
/// assert_eq!(wrong, Err(PersonIdError::CheckDigit));
/// # Ok::<(), PersonIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId {
    text: [u8; 18],
    birth: Date,
}

/// Why a text is not a [`PersonId`]. Never carries the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonIdError {
    /// Not 18 characters; the 15-digit numbers ended on 2013-01-01 (居民身份证法, 2011 amendment).
    #[error("a citizen identification number has 18 characters")]
    Length,
    /// Something else than digits, or than a digit or X at the end.
    #[error("a citizen identification number has 17 digits and then a digit or X")]
    Characters,
    /// The area part starts with 0.
    #[error("the area part of a citizen identification number starts with 1 to 9")]
    Area,
    /// No such day in the calendar, or before 1900.
    #[error("the birth date in the citizen identification number does not exist")]
    BirthImpossible,
    /// The birth date is after the day of checking.
    #[error("the birth date in the citizen identification number is in the future")]
    BirthInFuture,
    /// The last character does not fit the others.
    #[error("the check character of the citizen identification number is wrong")]
    CheckDigit,
}

impl PersonIdError {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            PersonIdError::Length => "person-id-length",
            PersonIdError::Characters => "person-id-characters",
            PersonIdError::Area => "person-id-area",
            PersonIdError::BirthImpossible => "person-id-birth-impossible",
            PersonIdError::BirthInFuture => "person-id-birth-in-future",
            PersonIdError::CheckDigit => "person-id-check-digit",
        }
    }
}

impl PersonId {
    /// Reads a number that somebody enters on the day `today`; a small x counts as X, surrounding space is refused.
    ///
    /// # Errors
    /// The first of length, characters, area, birth date and check digit that is wrong.
    pub fn parse(text: &str, today: Date) -> Result<PersonId, PersonIdError> {
        PersonId::read(text, Some(today))
    }

    /// Reads a number that was admitted before, from a log or a database: all checks but the one against today.
    ///
    /// # Errors
    /// As [`PersonId::parse`], without [`PersonIdError::BirthInFuture`].
    pub fn reread(text: &str) -> Result<PersonId, PersonIdError> {
        PersonId::read(text, None)
    }

    fn read(text: &str, today: Option<Date>) -> Result<PersonId, PersonIdError> {
        if text.chars().count() != 18 {
            return Err(PersonIdError::Length);
        }
        let mut number: [u8; 18] = text.as_bytes().try_into().map_err(|_| PersonIdError::Characters)?;
        number.make_ascii_uppercase();
        let (body, check) = (number.first_chunk::<17>().expect("17 < 18"), number[17]);
        if !body.iter().all(u8::is_ascii_digit) || !(check.is_ascii_digit() || check == b'X') {
            return Err(PersonIdError::Characters);
        }
        if number[0] == b'0' {
            return Err(PersonIdError::Area);
        }
        let birth = birth_date(body).ok_or(PersonIdError::BirthImpossible)?;
        if today.is_some_and(|today| today < birth) {
            return Err(PersonIdError::BirthInFuture);
        }
        if check != check_character(body) {
            return Err(PersonIdError::CheckDigit);
        }
        Ok(PersonId { text: number, birth })
    }

    /// All 18 characters. Mind where they go.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.text).expect("ASCII since parsing")
    }

    /// The birth date.
    pub fn birth(&self) -> Date {
        self.birth
    }

    /// The first six digits: the area of first registration, perhaps abolished.
    pub fn area_part(&self) -> &str {
        &self.as_str()[..6]
    }

    /// Whether the number is in the block reserved for demonstration: the area starts with `999`, which GB/T 2260
    /// gives to no region and the permanent residents' cards (9 + province) to no province.
    pub fn is_drill(&self) -> bool {
        self.text.starts_with(b"999")
    }

    /// For pages and logs: the first six and the last four characters, `"999001********1234"`.
    pub fn masked(&self) -> String {
        let text = self.as_str();
        format!("{}********{}", &text[..6], &text[14..])
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({})", self.masked())
    }
}

impl Serialize for PersonId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn birth_date(body: &[u8; 17]) -> Option<Date> {
    let number = |digits: &[u8]| digits.iter().fold(0_i16, |sum, digit| sum * 10 + i16::from(digit - b'0'));
    let (year, month, day) = (number(&body[6..10]), number(&body[10..12]), number(&body[12..14]));
    if year < BIRTH_YEAR_MIN {
        return None;
    }
    Date::new(year, month as i8, day as i8).ok()
}

/// For digits only.
fn check_character(body: &[u8; 17]) -> u8 {
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize]
}

/// The `n`-th number of the reserved block, for the demonstration and for tests: area 999001, born 1950 to 2005.
///
/// Neighbouring `n` differ in birth date and sequence. No two `n` below twenty million give the same number; above
/// that the numbers come again.
///
/// ```
/// use tongban_core::ident::{PersonId, drill_person_id};
///
/// let person = drill_person_id(7);
/// assert!(person.is_drill());
/// assert_eq!(PersonId::reread(person.as_str()), Ok(person));
/// ```
pub fn drill_person_id(n: u32) -> PersonId {
    /// Days from 1950-01-01 to 2005-12-31.
    const DAYS: u32 = 20_454;
    const SEQUENCES: u32 = 999;
    // A step that shares no factor with `DAYS` visits every day once before it comes round.
    const STEP: u32 = 7_919;
    let (within, round) = (n % DAYS, n / DAYS);
    let birth = date(1950, 1, 1).saturating_add(jiff::Span::new().days(within * STEP % DAYS));
    let sequence = (within + round) % SEQUENCES + 1;
    let text = format!("999001{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
    let body: &[u8; 17] = text.as_bytes().try_into().expect("6 + 8 + 3 digits");
    let mut number = [0; 18];
    number[..17].copy_from_slice(body);
    number[17] = check_character(body);
    PersonId { text: number, birth }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 1, 5);
    /// The sample of GB 11643-1999.
    const SAMPLE: &str = "11010519491231002X";

    /// `body` with its correct check character.
    fn numbered(body: &str) -> String {
        format!("{body}{}", check_character(body.as_bytes().try_into().unwrap()) as char)
    }

    #[test]
    fn the_samples_of_the_standard() {
        assert_eq!(PersonId::parse(SAMPLE, TODAY).unwrap().as_str(), SAMPLE);
        // The other sample was born in 1880: its check character is right, its holder is past.
        assert_eq!(numbered("44052418800101001"), "440524188001010014");
        assert_eq!(PersonId::parse("440524188001010014", TODAY), Err(PersonIdError::BirthImpossible));
    }

    #[test]
    fn each_error_has_its_reason() {
        let refused = |text: &str| PersonId::parse(text, TODAY).unwrap_err();
        assert_eq!(refused(""), PersonIdError::Length);
        assert_eq!(refused("110105491231002"), PersonIdError::Length);
        assert_eq!(refused("1101051949123100２X"), PersonIdError::Characters);
        assert_eq!(refused("1101051949123100XX"), PersonIdError::Characters);
        assert_eq!(refused("11010519491231002Y"), PersonIdError::Characters);
        assert_eq!(refused(&numbered("01010519491231002")), PersonIdError::Area);
        assert_eq!(refused(&numbered("11010519490229002")), PersonIdError::BirthImpossible);
        assert_eq!(refused(&numbered("11010519491331002")), PersonIdError::BirthImpossible);
        assert_eq!(refused(&numbered("11010518991231002")), PersonIdError::BirthImpossible);
        assert_eq!(refused("110105194912310020"), PersonIdError::CheckDigit);
    }

    #[test]
    fn only_today_decides_about_the_future() {
        let tomorrow = numbered("11010520260106002");
        assert_eq!(PersonId::parse(&tomorrow, TODAY), Err(PersonIdError::BirthInFuture));
        assert!(PersonId::parse(&tomorrow, date(2026, 1, 6)).is_ok());
        assert!(PersonId::reread(&tomorrow).is_ok());
        assert_eq!(PersonId::reread("110105194912310020"), Err(PersonIdError::CheckDigit));
    }

    #[test]
    fn an_abolished_area_and_other_cards_are_admitted() {
        // 510202 was in Sichuan until 1997.
        assert!(PersonId::parse(&numbered("51020219491231002"), TODAY).is_ok());
        assert!(PersonId::parse(&numbered("81000019900101001"), TODAY).is_ok());
    }

    #[test]
    fn the_number_does_not_leak() {
        let person = PersonId::parse(SAMPLE, TODAY).unwrap();
        assert_eq!(person.masked().len(), 18);
        assert!(!format!("{person:?}").contains("19491231"));
        assert_eq!(serde_json::to_string(&person).unwrap(), format!("\"{SAMPLE}\""));
    }

    #[test]
    fn the_first_drill_numbers_differ() {
        let numbers: BTreeSet<PersonId> = (0..50_000).map(drill_person_id).collect();
        assert_eq!(numbers.len(), 50_000);
    }

    proptest! {
        /// Every weight is coprime to 11, so MOD 11-2 finds every single substitution.
        #[test]
        fn every_single_changed_character_is_refused(n: u32) {
            let number = drill_person_id(n).text;
            for at in 0..18 {
                for &to in CHECKS.iter().filter(|&&to| to != number[at]) {
                    let mut changed = number;
                    changed[at] = to;
                    let changed = str::from_utf8(&changed).unwrap();
                    prop_assert!(PersonId::reread(changed).is_err(), "{}", changed);
                }
            }
        }

        #[test]
        fn drill_numbers_are_valid(n: u32) {
            let person = drill_person_id(n);
            prop_assert_eq!(PersonId::parse(person.as_str(), TODAY), Ok(person.clone()));
            prop_assert!(person.is_drill());
            prop_assert_eq!(person.area_part(), "999001");
            prop_assert!((1950..=2005).contains(&person.birth().year()));
        }

        #[test]
        fn parse_never_panics(text in "\\PC*") {
            let _ = PersonId::parse(&text, TODAY);
        }

        #[test]
        fn parse_never_panics_on_eighteen(text in "[1-9][0-9]{16}[0-9XxＸ]") {
            let _ = PersonId::parse(&text, TODAY);
        }
    }
}
