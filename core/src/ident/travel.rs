//! Documents of persons without a resident identity card: passports and travel permits.

use serde::{Deserialize, Serialize};

/// The kinds that a window meets, with their codes in GA/T 2000.156 (as recalled, 待核对).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelKind {
    /// 普通护照 (414).
    Passport,
    /// 港澳居民来往内地通行证 (516).
    HkMacaoPermit,
    /// 台湾居民来往大陆通行证 (511).
    TaiwanPermit,
    /// 外国人永久居留身份证 (553).
    ForeignPermanentId,
}

/// Why a text is no number of such a document. Never carries the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TravelIdError {
    /// Not of the shape that this kind has.
    #[error("not a number of this kind of document")]
    Format,
}

impl TravelIdError {
    /// The stable code from which the user's text is translated.
    pub fn code(self) -> &'static str {
        "travel-id-format"
    }
}

/// What begins every number of the reserved block (演练号段).
const DRILL: &str = "YL";

/// The number of such a document. It has no check digit: only its shape is checked.
///
/// ```
/// use tongban_core::ident::{TravelId, TravelKind};
///
/// assert!(TravelId::parse(TravelKind::Passport, "E12345678").is_ok());
/// assert!(TravelId::parse(TravelKind::HkMacaoPermit, "H1234").is_err());
/// assert!(TravelId::parse(TravelKind::Passport, "YL0000001")?.is_drill());
/// # Ok::<(), tongban_core::ident::TravelIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TravelId(String);

impl std::fmt::Debug for TravelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TravelId(…)")
    }
}

impl TravelId {
    /// Reads a number as it stands in the document, capital letters and digits.
    ///
    /// # Errors
    /// When it has not the shape that this kind has.
    pub fn parse(kind: TravelKind, text: &str) -> Result<TravelId, TravelIdError> {
        let plain = text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
        let digits = |text: &str, lengths: &[usize]| {
            lengths.contains(&text.len()) && text.chars().all(|letter| letter.is_ascii_digit())
        };
        let fits = match kind {
            _ if text.starts_with(DRILL) => (6..=15).contains(&text.len()),
            TravelKind::Passport => (5..=15).contains(&text.len()),
            TravelKind::HkMacaoPermit => text.strip_prefix(['H', 'M']).is_some_and(|rest| digits(rest, &[8, 10])),
            TravelKind::TaiwanPermit => digits(text, &[8, 10]),
            TravelKind::ForeignPermanentId => matches!(text.len(), 15 | 18),
        };
        if plain && fits { Ok(TravelId(text.to_owned())) } else { Err(TravelIdError::Format) }
    }

    /// Whether it is of the reserved block: no document begins with these letters.
    pub fn is_drill(&self) -> bool {
        self.0.starts_with(DRILL)
    }
}
