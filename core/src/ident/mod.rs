//! Names and numbers that are always valid: a value of a type here has passed its standard's checks, so the code that
//! receives one does not check again.
//!
//! The type to know is [`Region`]; jurisdictions, routes and statistics are all keyed by it.
//!
//! ```
//! use tongban_core::ident::Region;
//!
//! let suzhou = Region::parse("320500")?;
//! assert_eq!(suzhou.full_name(), "江苏省苏州市");
//! assert!(Region::parse("320000")?.contains(suzhou));
//! # Ok::<(), tongban_core::ident::RegionError>(())
//! ```
//!
//! *Architecture invariants.* No error here carries the number it refuses, and `Debug` of a [`PersonId`] is masked:
//! a log line must not become a copy of personal data (个人信息保护法 art. 6, minimum necessary). Every error has a
//! stable kebab-case `code()` from which the user's text is translated.

mod certificate;
mod name;
mod person_id;
mod realm;
mod region;
mod spot;
mod travel;
mod uscc;

pub use certificate::{Certificate, CertificateError};
pub use name::{NameError, check_name, tidy_name};
pub use person_id::{PersonId, PersonIdError, drill_person_id};
pub use realm::{Realm, RealmError, Subject};
pub use region::{Level, Region, RegionError};
pub use spot::has_person_number;
pub use travel::{TravelId, TravelIdError, TravelKind};
pub use uscc::{Uscc, UsccError, drill_uscc};
