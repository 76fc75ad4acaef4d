//! The wall between demonstration and real data.

use serde::{Deserialize, Serialize};

use super::{PersonId, TravelId, Uscc};

/// The only mail domain of the reserved block; RFC 2606 keeps `.invalid` from ever being registered.
const DRILL_MAIL_DOMAIN: &str = "example.invalid";

/// The longest mail address that can be delivered to, in bytes (RFC 5321 §4.5.3.1.3 less the angle brackets).
const MAIL_BYTES_MAX: usize = 254;

/// Which world an installation lives in; each refuses the other's identities.
///
/// The reserved block (演练号段) is: persons of area `999xxx`, passports and permits of `YL…`, organisations of region part `99xxxx`, phones of `100`
/// and eight digits, mail at `example.invalid`. None of these can belong to anybody. A demonstration takes nothing
/// else, so nobody can leave real personal data in it; production takes none of them, so no drill case is mistaken for
/// a real one.
///
/// ```
/// use tongban_core::ident::{Realm, drill_person_id};
///
/// let person = drill_person_id(1);
/// assert!(Realm::Drill.admit_person(&person).is_ok());
/// let refused = Realm::Production.admit_person(&person).unwrap_err();
/// assert_eq!(refused.code(), "production-refuses-reserved");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Realm {
    /// 正式: real persons and organisations.
    Production,
    /// 演练: the reserved block only.
    Drill,
}

/// What a [`RealmError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A citizen identification number.
    Person,
    /// A unified social credit code.
    Org,
    /// A phone number.
    Phone,
    /// A mail address.
    Mail,
}

/// Why a [`Realm`] does not admit something. Never carries what was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RealmError {
    /// A drill was given something that may be real.
    #[error("a drill admits only the reserved block: {0:?}")]
    DrillOnlyReserved(Subject),
    /// Production was given something from the reserved block.
    #[error("production refuses the reserved block: {0:?}")]
    ProductionRefusesReserved(Subject),
    /// Neither a mobile number nor a fixed line with its area code.
    #[error("not a mainland mobile number nor a fixed line with area code")]
    PhoneFormat,
    /// Not a mail address.
    #[error("not a mail address")]
    MailFormat,
}

impl RealmError {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            RealmError::DrillOnlyReserved(_) => "drill-only-reserved",
            RealmError::ProductionRefusesReserved(_) => "production-refuses-reserved",
            RealmError::PhoneFormat => "phone-format",
            RealmError::MailFormat => "mail-format",
        }
    }
}

impl Realm {
    /// Whether this person may appear here.
    ///
    /// # Errors
    /// When the number is on the wrong side of the wall.
    pub fn admit_person(self, person: &PersonId) -> Result<(), RealmError> {
        self.admit(person.is_drill(), Subject::Person)
    }

    /// Whether the holder of this document may appear here.
    ///
    /// # Errors
    /// When the number is on the wrong side of the wall.
    pub fn admit_traveller(self, document: &TravelId) -> Result<(), RealmError> {
        self.admit(document.is_drill(), Subject::Person)
    }

    /// Whether this organisation may appear here.
    ///
    /// # Errors
    /// When the code is on the wrong side of the wall.
    pub fn admit_org(self, org: &Uscc) -> Result<(), RealmError> {
        self.admit(org.is_drill(), Subject::Org)
    }

    /// Whether this phone number may appear here: `1[3-9]` and nine digits, or a fixed line as area code, an
    /// optional hyphen and seven or eight digits (`021-12345678`), or a reserved number.
    ///
    /// # Errors
    /// [`RealmError::PhoneFormat`] when it is none of these, otherwise when it is on the wrong side of the wall.
    pub fn admit_phone(self, phone: &str) -> Result<(), RealmError> {
        if is_drill_phone(phone) {
            self.admit(true, Subject::Phone)
        } else if is_mobile(phone) || is_fixed_line(phone) {
            self.admit(false, Subject::Phone)
        } else {
            Err(RealmError::PhoneFormat)
        }
    }

    /// Whether this mail address may appear here: one `@`, no space, a dot in the domain. Only a message that
    /// arrives proves an address, so nothing finer is checked.
    ///
    /// # Errors
    /// [`RealmError::MailFormat`] when it is no address, otherwise when it is on the wrong side of the wall.
    pub fn admit_mail(self, mail: &str) -> Result<(), RealmError> {
        let domain = mail_domain(mail).ok_or(RealmError::MailFormat)?;
        self.admit(domain.eq_ignore_ascii_case(DRILL_MAIL_DOMAIN), Subject::Mail)
    }

    fn admit(self, reserved: bool, subject: Subject) -> Result<(), RealmError> {
        match (self, reserved) {
            (Realm::Drill, true) | (Realm::Production, false) => Ok(()),
            (Realm::Drill, false) => Err(RealmError::DrillOnlyReserved(subject)),
            (Realm::Production, true) => Err(RealmError::ProductionRefusesReserved(subject)),
        }
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// No mobile number starts with 10: 100… are service numbers, never of eleven digits.
fn is_drill_phone(phone: &str) -> bool {
    phone.len() == 11 && phone.starts_with("100") && all_digits(phone)
}

fn is_mobile(phone: &str) -> bool {
    phone.len() == 11 && all_digits(phone) && phone.starts_with('1') && phone.as_bytes()[1] >= b'3'
}

/// Area codes: 010 and 02x have three digits and lines of eight, the others four and lines of seven or eight.
fn is_fixed_line(phone: &str) -> bool {
    let bytes = phone.as_bytes();
    let (area_digits, line_digits) = match bytes {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => (3, 8..=8),
        [b'0', b'3'..=b'9', ..] => (4, 7..=8),
        _ => return false,
    };
    let Some((area, line)) = phone.split_at_checked(area_digits) else {
        return false;
    };
    let line = line.strip_prefix('-').unwrap_or(line);
    // A line number never starts with 0 or 1: those lead to trunks and to services.
    all_digits(area) && all_digits(line) && line_digits.contains(&line.len()) && line.as_bytes()[0] >= b'2'
}

/// The domain, if this is an address.
fn mail_domain(mail: &str) -> Option<&str> {
    let (local, domain) = mail.split_once('@')?;
    let unfit = |c: char| c == '@' || c.is_whitespace() || c.is_control();
    let well_formed = mail.len() <= MAIL_BYTES_MAX
        && !local.is_empty()
        && !mail[local.len() + 1..].contains(unfit)
        && !local.contains(unfit)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty());
    well_formed.then_some(domain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ident::{drill_person_id, drill_uscc};

    #[test]
    fn persons_and_organisations() {
        let real = PersonId::reread("11010519491231002X").unwrap();
        assert_eq!(Realm::Production.admit_person(&real), Ok(()));
        assert_eq!(Realm::Drill.admit_person(&real), Err(RealmError::DrillOnlyReserved(Subject::Person)));
        assert_eq!(Realm::Drill.admit_person(&drill_person_id(0)), Ok(()));

        let real = Uscc::parse("11100000000013338W").unwrap();
        assert_eq!(Realm::Production.admit_org(&real), Ok(()));
        assert_eq!(Realm::Drill.admit_org(&real), Err(RealmError::DrillOnlyReserved(Subject::Org)));
        assert_eq!(Realm::Drill.admit_org(&drill_uscc(0)), Ok(()));
        let refused = Realm::Production.admit_org(&drill_uscc(0));
        assert_eq!(refused, Err(RealmError::ProductionRefusesReserved(Subject::Org)));
    }

    #[test]
    fn phones() {
        for real in ["13800000000", "19900000000", "010-66668888", "02166668888", "0512-6666888", "051266668888"] {
            assert_eq!(Realm::Production.admit_phone(real), Ok(()), "{real}");
            assert_eq!(Realm::Drill.admit_phone(real), Err(RealmError::DrillOnlyReserved(Subject::Phone)));
        }
        assert_eq!(Realm::Drill.admit_phone("10000000001"), Ok(()));
        let refused = Realm::Production.admit_phone("10000000001");
        assert_eq!(refused, Err(RealmError::ProductionRefusesReserved(Subject::Phone)));
        for none in [
            "",
            "12345",
            "12000000000",
            "1380000000",
            "138000000001",
            "66668888",
            "010-1234567",
            "010--66668888",
            "0０0",
        ] {
            assert_eq!(Realm::Production.admit_phone(none), Err(RealmError::PhoneFormat), "{none}");
            assert_eq!(Realm::Drill.admit_phone(none), Err(RealmError::PhoneFormat), "{none}");
        }
    }

    #[test]
    fn mail() {
        assert_eq!(Realm::Production.admit_mail("li@mail.gov.cn"), Ok(()));
        assert_eq!(Realm::Drill.admit_mail("li@Example.invalid"), Ok(()));
        assert_eq!(Realm::Drill.admit_mail("li@mail.cn").unwrap_err().code(), "drill-only-reserved");
        let refused = Realm::Production.admit_mail("li@example.invalid").unwrap_err();
        assert_eq!(refused.code(), "production-refuses-reserved");
        let long = format!("{}@example.invalid", "a".repeat(250));
        for none in ["", "@", "li", "li@cn", "@mail.cn", "li@.cn", "li@cn.", "l@i@mail.cn", "l i@mail.cn", &long] {
            assert_eq!(Realm::Production.admit_mail(none), Err(RealmError::MailFormat), "{none}");
            assert_eq!(Realm::Drill.admit_mail(none), Err(RealmError::MailFormat), "{none}");
        }
    }

    proptest! {
        /// What is well formed is admitted by exactly one realm; the rest by none.
        #[test]
        fn never_both(text in "\\PC*|[01][0-9-]{0,13}|[a-z@.]{0,9}@example.invalid") {
            for admit in [Realm::admit_phone, Realm::admit_mail] {
                let admitted = [Realm::Production, Realm::Drill].map(|realm| admit(realm, &text).is_ok());
                prop_assert_ne!(admitted, [true, true]);
            }
        }
    }
}
