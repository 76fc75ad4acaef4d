//! Words of a line, for formats that are made of lines: Pajek and UCINET DL.

use super::fault::Place;

/// A word and the character with which it begins, from 1.
pub(super) type Word<'a> = (&'a str, u32);

/// The words of a line, parted by space or one of `marks`. What stands in quotes is one word without them.
pub(super) fn words<'a>(line: &'a str, marks: &[char]) -> Vec<Word<'a>> {
    let mut words = Vec::new();
    let (mut rest, mut column) = (line, 1);
    loop {
        let begin = rest.find(|c: char| !c.is_whitespace() && !marks.contains(&c));
        let Some(begin) = begin else { return words };
        column += rest[..begin].chars().count() as u32;
        rest = &rest[begin..];
        let quoted = rest.strip_prefix('"').and_then(|inner| inner.split_once('"'));
        let (word, used) = match quoted {
            Some((word, _)) => (word, word.len() + 2),
            None => {
                let end = rest.find(|c: char| c.is_whitespace() || marks.contains(&c)).unwrap_or(rest.len());
                (&rest[..end], end)
            }
        };
        words.push((word, column));
        column += rest[..used].chars().count() as u32;
        rest = &rest[used..];
    }
}

/// Where a word stands.
pub(super) fn at(line: u32, word: Word<'_>) -> Place {
    Place { line, column: word.1 }
}
