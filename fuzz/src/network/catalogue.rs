//! What the readers of networks use of the catalogue: encodings and days.

#[path = "../../../node/src/catalogue/cell.rs"]
mod cell;
#[path = "../../../node/src/catalogue/encoding.rs"]
mod encoding;

pub(crate) use cell::date as day_of;
pub(crate) use encoding::decode;
