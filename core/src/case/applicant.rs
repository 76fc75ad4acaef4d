//! The applicant's particulars: kept in a blob, never in the log.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalogue::Subject;
use crate::ident::{PersonId, Realm, Uscc};

/// The most characters of an address.
const ADDRESS_CHARS_MAX: usize = 200;

/// Which number identifies the applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// 居民身份证 (GA/T 2000.156 code 111).
    ResidentId,
    /// 统一社会信用代码.
    Uscc,
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
    /// Checks every field and reports all faults at once.
    pub fn check(&self, subject: Subject, realm: Realm, today: Date) -> Result<(), Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut fault = |field, code| faults.push(FieldFault { field, code });
        let name = self.name.trim();
        if name.is_empty() {
            fault("name", "name-empty");
        } else if name.chars().count() > 100 {
            fault("name", "name-long");
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
