//! Numbers of persons in a text that everyone may read.

/// Whether something in a text looks like a citizen identification number or a mobile telephone number, also written in
/// groups or in full-width digits. A number of the right shape is enough: one with a slip of the hand is somebody's too.
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
    let mut groups: Vec<String> = Vec::new();
    // Whether the last group ended right before, or before one separator.
    let mut parted = Part::Far;
    let mut joined: Vec<bool> = Vec::new();
    for letter in text.chars().map(narrow) {
        let belongs = letter.is_ascii_alphanumeric();
        match (belongs, &parted) {
            (true, Part::Within) => {
                if let Some(group) = groups.last_mut() {
                    group.push(letter);
                }
            }
            (true, near) => {
                joined.push(*near == Part::Near);
                groups.push(letter.to_string());
                parted = Part::Within;
            }
            (false, Part::Within) if matches!(letter, ' ' | '-') => parted = Part::Near,
            (false, _) => parted = Part::Far,
        }
    }
    let whole = groups.iter().any(|group| is_mobile(group) || is_identity(group));
    let in_groups = (2..groups.len()).filter(|at| joined[*at] && joined[at - 1]).any(|at| {
        let three = &groups[at - 2..=at];
        match [three[0].len(), three[1].len(), three[2].len()] {
            [3 | 5, 4, 4] | [6, 8, 4] => {
                let number = three.concat();
                is_mobile(&number) || is_identity(&number)
            }
            _ => false,
        }
    });
    whole || in_groups
}

/// How far a letter is from the group before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Within,
    Near,
    Far,
}

/// A full-width digit or letter as the one that it stands for.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

fn is_mobile(number: &str) -> bool {
    let national = number.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(number);
    let bytes = national.as_bytes();
    bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit) && bytes[0] == b'1' && bytes[1] >= b'3'
}

/// Seventeen digits and a digit or X, with a day of birth of the last century or this one.
fn is_identity(number: &str) -> bool {
    let bytes = number.as_bytes();
    let (Some((last, body)), 18) = (bytes.split_last(), bytes.len()) else { return false };
    let is_shaped = body.iter().all(u8::is_ascii_digit) && (last.is_ascii_digit() || matches!(last, b'x' | b'X'));
    let two = |at: usize| (body[at] - b'0') * 10 + (body[at + 1] - b'0');
    is_shaped && matches!(two(6), 19 | 20) && (1..=12).contains(&two(10)) && (1..=31).contains(&two(12))
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
            &code,
            "论文第363-367行 paper:363-367",
        ] {
            assert!(!has_person_number(text), "{text}");
        }
    }
}
