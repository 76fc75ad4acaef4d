//! The applicant's particulars: kept in a blob, never in the log.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalogue::Subject;
use crate::ident::{PersonId, Realm, TravelId, TravelKind, Uscc, check_name, tidy_name};

/// The most characters of an address.
const ADDRESS_CHARS_MAX: usize = 200;

/// Which number identifies the applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// 居民身份证 (GA/T 2000.156 code 111).
    ResidentId,
    /// 普通护照.
    Passport,
    /// 港澳居民来往内地通行证.
    HkMacaoPermit,
    /// 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// 外国人永久居留身份证.
    ForeignPermanentId,
    /// 统一社会信用代码.
    Uscc,
}

impl IdKind {
    /// Those of a person, in the order in which a clerk chooses.
    pub const OF_PERSON: [IdKind; 5] =
        [IdKind::ResidentId, IdKind::HkMacaoPermit, IdKind::TaiwanPermit, IdKind::Passport, IdKind::ForeignPermanentId];

    /// The word used in forms, texts and the API.
    pub fn name(self) -> &'static str {
        match self {
            IdKind::ResidentId => "resident_id",
            IdKind::Passport => "passport",
            IdKind::HkMacaoPermit => "hk_macao_permit",
            IdKind::TaiwanPermit => "taiwan_permit",
            IdKind::ForeignPermanentId => "foreign_permanent_id",
            IdKind::Uscc => "uscc",
        }
    }

    /// The kind that is meant: what a form says of a person, the one there is of an enterprise.
    pub fn of(subject: Subject, word: &str) -> IdKind {
        match subject {
            Subject::Enterprise => IdKind::Uscc,
            Subject::Person => {
                IdKind::OF_PERSON.into_iter().find(|kind| kind.name() == word).unwrap_or(IdKind::ResidentId)
            }
        }
    }

    fn travel(self) -> Option<TravelKind> {
        match self {
            IdKind::Passport => Some(TravelKind::Passport),
            IdKind::HkMacaoPermit => Some(TravelKind::HkMacaoPermit),
            IdKind::TaiwanPermit => Some(TravelKind::TaiwanPermit),
            IdKind::ForeignPermanentId => Some(TravelKind::ForeignPermanentId),
            IdKind::ResidentId | IdKind::Uscc => None,
        }
    }
}

/// Name, number and how to reach the applicant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// Name of the person or firm.
    pub name: String,
    /// Which number.
    pub id_kind: IdKind,
    /// The number.
    pub id_number: String,
    /// For a firm: who acts for it.
    #[serde(default)]
    pub contact: String,
    /// Telephone.
    pub phone: String,
    /// Where the result is to be posted; empty if nothing is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// Name of the field.
    pub field: &'static str,
    /// Code of what is wrong.
    pub code: &'static str,
}

impl Applicant {
    /// Enough of the number to know one's own paper by, not enough for a finder. A firm's code is public.
    pub fn masked_number(&self) -> String {
        let number = &self.id_number;
        match self.id_kind {
            IdKind::Uscc => number.clone(),
            IdKind::ResidentId => PersonId::reread(number).map_or_else(|_| "***".to_owned(), |id| id.masked()),
            _ if number.chars().count() < 5 => "***".to_owned(),
            _ => {
                let hidden = number.chars().count() - 4;
                let shown = |(at, letter)| if (2..2 + hidden).contains(&at) { '*' } else { letter };
                number.chars().enumerate().map(shown).collect()
            }
        }
    }

    /// As it is kept: no blanks around a field, capital letters in the number, the right dot in the name.
    pub fn tidied(self) -> Applicant {
        Applicant {
            name: tidy_name(&self.name),
            id_kind: self.id_kind,
            id_number: self.id_number.trim().to_uppercase(),
            contact: tidy_name(&self.contact),
            phone: self.phone.trim().to_owned(),
            address: self.address.trim().to_owned(),
        }
    }

    /// Checks every field and reports all faults at once.
    pub fn check(&self, subject: Subject, realm: Realm, today: Date) -> Result<(), Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut fault = |field, code| faults.push(FieldFault { field, code });
        let name = self.name.trim();
        if name.is_empty() {
            fault("name", "name-empty");
        } else if name.chars().count() > 100 {
            fault("name", "name-long");
        } else if subject == Subject::Person
            && let Err(error) = check_name(name)
        {
            fault("name", error.code());
        }
        match (self.id_kind, subject) {
            (IdKind::ResidentId, Subject::Person) => match PersonId::parse(&self.id_number, today) {
                Err(error) => fault("id_number", error.code()),
                Ok(id) => {
                    if let Err(error) = realm.admit_person(&id) {
                        fault("id_number", error.code());
                    }
                }
            },
            (kind, Subject::Person) if kind.travel().is_some() => {
                let kind = kind.travel().unwrap_or(TravelKind::Passport);
                match TravelId::parse(kind, &self.id_number) {
                    Err(error) => fault("id_number", error.code()),
                    Ok(id) => {
                        if let Err(error) = realm.admit_traveller(&id) {
                            fault("id_number", error.code());
                        }
                    }
                }
            }
            (IdKind::Uscc, Subject::Enterprise) => {
                match Uscc::parse(&self.id_number) {
                    Err(error) => fault("id_number", error.code()),
                    Ok(uscc) => {
                        if let Err(error) = realm.admit_org(&uscc) {
                            fault("id_number", error.code());
                        }
                    }
                }
                if self.contact.trim().is_empty() {
                    fault("contact", "contact-empty");
                }
            }
            _ => fault("id_number", "id-kind-subject"),
        }
        if let Err(error) = realm.admit_phone(&self.phone) {
            fault("phone", error.code());
        }
        if self.address.chars().count() > ADDRESS_CHARS_MAX {
            fault("address", "address-long");
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
