//! Names of persons: rare characters, and the dots within long names.

/// The dot within a name (间隔号, U+00B7), as identity cards have it.
const DOT: char = '·';

/// Dots that keyboards give instead.
const OTHER_DOTS: [char; 6] = ['•', '・', '‧', '⋅', '．', '･'];

/// Why a text is nobody's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A character that only one machine knows (造字): elsewhere it is another one, or none.
    #[error("a character of the private use area")]
    PrivateUse,
    /// A character that stands in no name.
    #[error("a character that stands in no name")]
    Character,
}

impl NameError {
    /// The stable code from which the user's text is translated.
    pub fn code(self) -> &'static str {
        match self {
            NameError::PrivateUse => "name-private-use",
            NameError::Character => "name-character",
        }
    }
}

/// A name as it is kept: without blanks around it, one blank within, and the dot of the identity card.
///
/// ```
/// use tongban_core::ident::tidy_name;
///
/// assert_eq!(tidy_name(" 买买提•艾力 "), "买买提·艾力");
/// assert_eq!(tidy_name("JOHN  SMITH"), "JOHN SMITH");
/// ```
pub fn tidy_name(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").chars().map(|letter| if OTHER_DOTS.contains(&letter) { DOT } else { letter }).collect()
}

/// Whether every character can stand in the name of a person. Every Han character of GB 18030-2022 can, the rare ones outside
/// the basic plane too; what a machine draws by itself in the private use area cannot: it would be another character, or
/// none, at the other place.
///
/// ```
/// use tongban_core::ident::{NameError, check_name};
///
/// assert!(check_name("𠮷田").is_ok());
/// assert!(check_name("阿卜杜拉·买买提明").is_ok());
/// assert_eq!(check_name("李\u{E863}"), Err(NameError::PrivateUse));
/// assert_eq!(check_name("李3"), Err(NameError::Character));
/// ```
///
/// # Errors
/// The first character that cannot.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let private = |letter: &char| matches!(*letter, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}');
    if name.chars().any(|letter| private(&letter)) {
        return Err(NameError::PrivateUse);
    }
    // Marks that follow a letter, selectors that say which form of a Han character is meant, and what stands between the
    // syllables and letters of Tibetan, Mongolian and Arabic writing.
    let follows = |letter: char| {
        matches!(letter, '\u{300}'..='\u{36F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
            || ['\u{F0B}', '\u{F0C}', '\u{180E}', '\u{200C}', '\u{200D}'].contains(&letter)
    };
    let fits = |letter: char| {
        letter.is_alphabetic() || follows(letter) || [DOT, ' ', '-', '\'', '’', '.', ','].contains(&letter)
    };
    if name.chars().all(fits) { Ok(()) } else { Err(NameError::Character) }
}
