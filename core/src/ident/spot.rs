//! Numbers of persons in a text that everyone may read.

use super::{PersonId, Uscc};

/// The most groups in which a number is looked for: 110105-1949-1231-002X.
const GROUPS_MAX: usize = 4;

/// The fewest digits in a group of a telephone number: days have two, and so have the cents of an amount.
const MOBILE_GROUP_MIN: usize = 3;

/// The fewest digits of a name that a machine gives, in hexadecimal digits: of a dossier 32, of a digest 64.
const MACHINE_NAME_MIN: usize = 32;

/// Whether something in a text looks like a citizen identification number or a mobile telephone number, also written in
/// groups, in full-width digits or right after letters. A number of the right shape is enough: one with a slip of the hand
/// is somebody's too.
///
/// ```
/// use tongban_core::ident::has_person_number;
///
/// assert!(has_person_number("张某，11010519491231002x"));
/// assert!(has_person_number("电话 138 0000 0000"));
/// // A document, a day, a unified social credit code.
/// assert!(!has_person_number("国办发〔2020〕35号，2020-09-29，91310000MA1K123456"));
/// ```
pub fn has_person_number(text: &str) -> bool {
    let letters: Vec<char> = text.chars().map(narrow).collect();
    let stretches = letters.chunk_by(|one, other| one.is_ascii_hexdigit() == other.is_ascii_hexdigit());
    let letters: Vec<char> =
        stretches.flat_map(|part| if is_machine_name(part) { &[','] } else { part }).copied().collect();
    // Digits and what follows them, by turns.
    let parts: Vec<&[char]> = letters.chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit()).collect();
    let before = usize::from(parts.first().is_some_and(|part| !part[0].is_ascii_digit()));
    let groups: Vec<&[&[char]]> = parts[before..].chunks(2).collect();
    (0..groups.len()).any(|at| begins_number(&groups[at..]))
}

/// Whether the first group of digits, alone or with those that follow it closely, is the number of a person.
fn begins_number(groups: &[&[&[char]]]) -> bool {
    let mut number = String::new();
    let mut shortest = usize::MAX;
    for group in groups.iter().take(GROUPS_MAX) {
        let (digits, after) = (group[0], group.get(1).copied().unwrap_or_default());
        number.extend(digits);
        shortest = shortest.min(digits.len());
        let ends_in_x = matches!(after.first(), Some('x' | 'X'));
        if (shortest >= MOBILE_GROUP_MIN && is_mobile(&number))
            || is_identity(&number)
            || (ends_in_x && is_identity(&format!("{number}X")))
        {
            return true;
        }
        if after.len() > 2 || !after.iter().all(|letter| is_separator(*letter)) {
            return false;
        }
    }
    false
}

/// What people write between the groups of a number: spaces, also the fixed and the full-width one, dashes, a full stop.
fn is_separator(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{3000}' | '-' | '\u{2013}' | '\u{2014}' | '.')
}

/// Whether letters and digits are the name of a dossier or a digest, in which digits are together by chance.
fn is_machine_name(part: &[char]) -> bool {
    let is_hex = part.iter().all(char::is_ascii_hexdigit) && part.iter().any(char::is_ascii_alphabetic);
    is_hex && part.len() >= MACHINE_NAME_MIN
}

/// A full-width digit or letter as the one that it stands for.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

/// Eleven digits from 13 to 19, perhaps after 86 or 0086.
fn is_mobile(number: &str) -> bool {
    let bare = ["0086", "86"].iter().find_map(|code| number.strip_prefix(code).filter(|rest| rest.len() == 11));
    let bytes = bare.unwrap_or(number).as_bytes();
    bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit) && bytes[0] == b'1' && bytes[1] >= b'3'
}

/// Seventeen digits and a digit or X, with a region, which never begins with 0, and a day of birth of the last century or
/// this one. A unified social credit code may look so by chance: it is none if it is right as such and wrong as this.
fn is_identity(number: &str) -> bool {
    let bytes = number.as_bytes();
    let (Some((last, body)), 18) = (bytes.split_last(), bytes.len()) else { return false };
    let is_shaped = body.iter().all(u8::is_ascii_digit) && (last.is_ascii_digit() || *last == b'X') && body[0] != b'0';
    let two = |at: usize| (body[at] - b'0') * 10 + (body[at + 1] - b'0');
    let is_born = || matches!(two(6), 19 | 20) && (1..=12).contains(&two(10)) && (1..=31).contains(&two(12));
    is_shaped && is_born() && (PersonId::reread(number).is_ok() || Uscc::parse(number).is_err())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{drill_person_id, drill_uscc};

    #[test]
    fn numbers_of_persons_are_seen_however_they_are_written() {
        let drill = drill_person_id(7);
        for text in [
            drill.as_str(),
            "身份证11010519491231002X号",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105 19491231 002X",
            "13800000000",
            "（联系人 +8613800000000）",
            "138-0000-0000",
            "+86138 0000 0000",
            "+86 138 0000 0000",
            "008613800000000",
            "Tel13800000000",
            "wx13800000000",
            "ID11010519491231002X",
            "138 00000000",
            "1380000 0000",
            "138.0000.0000",
            "138—0000—0000",
            "138–0000–0000",
            "138  0000  0000",
            "138\u{3000}0000\u{a0}0000",
            "１３８　００００　００００",
            "110105 19491231002X",
            "110105-1949-1231-002X",
            "2020-09-29 13800000000",
            "11010519491231002X13800000000",
            // Right both as an identification number and as a credit code.
            "11010519491231037X",
        ] {
            assert!(has_person_number(text), "{text}");
        }
        let code = drill_uscc(3).to_string();
        for text in [
            "",
            "2020-09-29 2020-12-31",
            "国令第714号",
            "010-66668888",
            "12345",
            "2020-35-25",
            "2020年12月",
            "国办发〔2020〕35号，2020.12.31 138件",
            "135000000.00元，13,800,000,000元，1380.00 1390.00",
            "1949-10-01 100周年",
            &code,
            "11310120000102345X",
            "项目 11310120000102345X2000131001000",
            "91310000MA1K123456",
            "0192f3a413800000000bc7d1e5f60718",
            "9f86d081884c7d659a2feaa0c55ad01513912345678f1b2b0b822cd15d6c15b0",
            "论文第363-367行 paper:363-367",
        ] {
            assert!(!has_person_number(text), "{text}");
        }
    }
}
