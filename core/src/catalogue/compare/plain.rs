//! Texts without what makes no difference: width, blanks, punctuation, and the name of the place that speaks.

use std::collections::HashMap;

use crate::ident::{Level, Region};

/// What stands in place of a place's own name.
const HERE: &str = "本地";

/// The fewest characters of a place's name that is looked for: shorter ones stand in other words.
const NAME_CHARS_MIN: usize = 2;

/// Signs that mean something.
const MEANINGFUL: &str = "%+<>=≤≥¥℃";

/// A text without width, blanks and punctuation, in small letters.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().map(narrow).peekable();
    while let Some(letter) = rest.next() {
        // “1.5”, “3-5”: what stands between digits is part of the number.
        let is_between = matches!(letter, '.' | '-' | '/' | ':')
            && before.is_ascii_digit()
            && rest.peek().is_some_and(char::is_ascii_digit);
        if letter.is_alphanumeric() || MEANINGFUL.contains(letter) || is_between {
            plain.extend(letter.to_lowercase());
        }
        before = letter;
    }
    plain
}

/// The narrow form of a wide character (Unicode block “Halfwidth and Fullwidth Forms”).
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '￥' => '¥',
        letter => letter,
    }
}

/// What a place may be called in its own texts: the whole name first, then its own, then those of what lies above it; each
/// with the form without 省, 市, 区, 县.
pub(super) struct Names {
    /// The longest first.
    names: Vec<String>,
    /// The shortest of each: where none of them stands, none of the others does.
    roots: Vec<String>,
}

impl Names {
    pub(super) fn of(region: Region) -> Names {
        let code = region.to_string();
        let city =
            (region.level() == Level::County).then(|| Region::parse(&format!("{}00", &code[..4])).ok()).flatten();
        let is_long = |name: &str| name.chars().count() >= NAME_CHARS_MIN;
        let (mut names, mut roots) = (vec![region.full_name()], Vec::new());
        for one in [Some(region), city, Some(region.province())].into_iter().flatten() {
            let short = one.name().trim_end_matches(['省', '市', '区', '县']);
            names.extend([one.name(), short].into_iter().filter(|name| is_long(name)).map(str::to_owned));
            roots.push(if is_long(short) { short.to_owned() } else { one.name().to_owned() });
        }
        names.dedup();
        roots.retain(|name| is_long(name));
        Names { names, roots }
    }

    /// A text without them; `None` if none of them stands in it.
    fn left_out(&self, text: &str) -> Option<String> {
        if !self.roots.iter().any(|root| text.contains(root.as_str())) {
            return None;
        }
        let mut without = text.to_owned();
        for name in self.names.iter().filter(|name| !name.is_empty()) {
            if without.contains(name.as_str()) {
                without = without.replace(name.as_str(), HERE);
            }
        }
        let twice = HERE.repeat(2);
        while without.contains(&twice) {
            without = without.replace(&twice, HERE);
        }
        Some(without)
    }
}

/// Tells whether a place says the same by two texts: without width, blanks and punctuation, and with its own name as “here”.
pub fn alike(region: Region) -> impl Fn(&str, &str) -> bool {
    let names = Names::of(region);
    move |one: &str, other: &str| {
        let bare = |text: &str| {
            let plain = plain(text);
            names.left_out(&plain).unwrap_or(plain)
        };
        one == other || bare(one) == bare(other)
    }
}

/// A text of one place as every place can say it: its own name is “here” (本地).
pub fn for_everyone(region: Region, text: &str) -> String {
    Names::of(region).left_out(text).unwrap_or_else(|| text.to_owned())
}

/// Texts as numbers: the same number is the same text. Each is made plain once, however many places say it.
#[derive(Default)]
pub(super) struct Lexicon<'a> {
    /// Texts as they stand in documents.
    seen: HashMap<&'a str, u32>,
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl<'a> Lexicon<'a> {
    /// The number of a text, whoever says it.
    pub(super) fn text(&mut self, text: &'a str) -> u32 {
        if let Some(number) = self.seen.get(text) {
            return *number;
        }
        let number = self.number(plain(text));
        self.seen.insert(text, number);
        number
    }

    /// The number of a text that a place says: its own name in it is “here”.
    pub(super) fn text_of(&mut self, text: &'a str, names: &Names) -> u32 {
        let number = self.text(text);
        match names.left_out(&self.texts[number as usize]) {
            Some(without) => self.number(without),
            None => number,
        }
    }

    /// The number of a text that is plain already.
    pub(super) fn number(&mut self, plain: String) -> u32 {
        if let Some(number) = self.numbers.get(&plain) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(plain.clone());
        self.numbers.insert(plain, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_blanks_and_punctuation_make_no_difference() {
        assert_eq!(plain("身份证（原件）、ＡＢＣ １２３。"), plain("身份证(原件) abc123"));
        assert_eq!(plain("国办发〔2020〕35号"), plain("国办发[2020]35号"));
        assert_ne!(plain("1.5 元"), plain("15 元"));
        assert_ne!(plain("3-5 天"), plain("35 天"));
        assert_ne!(plain("20%"), plain("20"));
        assert_eq!(plain("，。 "), "");
    }

    #[test]
    fn a_place_may_say_its_own_name() {
        let mut lexicon = Lexicon::default();
        let names = |code| Names::of(Region::parse(code).unwrap());
        let pudong = lexicon.text_of("贷款由上海市浦东新区公积金中心发放", &names("310115"));
        let hefei = lexicon.text_of("贷款由合肥市公积金中心发放", &names("340100"));
        let suzhou = lexicon.text_of("贷款由江苏省苏州公积金中心发放", &names("320500"));
        assert!(pudong == hefei && hefei == suzhou);
        assert_ne!(lexicon.text_of("贷款由合肥市公积金中心发放", &names("320500")), hefei);
    }

    #[test]
    fn what_one_place_says_can_be_said_by_all() {
        let (suzhou, hefei) = (Region::parse("320500").unwrap(), Region::parse("340100").unwrap());
        let text = for_everyone(suzhou, "贷款由苏州市公积金中心发放");
        assert_eq!(text, "贷款由本地公积金中心发放");
        assert_eq!(for_everyone(suzhou, "居民身份证"), "居民身份证");
        assert!(alike(hefei)("贷款由合肥市公积金中心发放。", &text));
        assert!(!alike(hefei)("贷款由苏州市公积金中心发放", &text));
    }
}
