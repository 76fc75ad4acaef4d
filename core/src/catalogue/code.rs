//! The codes of items: 基本编码, 实施编码 and 业务办理项编码 (GB/T 39554.1-2020).
//!
//! The standard's text was not read: the structure is that of working systems which cite it, and of codes that are in use.
//! The national item has no code in the sources of this project, so a code is always what an authority says of itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ident::{Level, Region, Uscc, UsccError};

/// Length of a basic code.
const BASIC: usize = 12;
/// Length of an implementation code: 18 of the authority, 1 of the level, 12 of the item.
const IMPLEMENTATION: usize = 31;
/// Length of a code of a handling item: an implementation code and a number.
const HANDLING: usize = 33;
/// What stands for the child of an item that has children and is none itself.
const HAS_CHILDREN: &str = "00Y";
/// Letters that are taken for digits by hand, and stand in no main item.
const NOT_USED: &[u8] = b"IOZSV";

/// Why a text is no code of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Neither 12, 31 nor 33 characters, or another one of these than was asked for.
    #[error("a basic code has 12 characters, an implementation code 31, a code of a handling item 33")]
    Length,
    /// A character that does not stand at this place.
    #[error("digits, and in the main item capitals other than I, O, Z, S, V")]
    Characters,
    /// The first two digits are neither 00 nor those of a province.
    #[error("the item's first two digits are 00 for the whole country, or those of a province")]
    Region,
    /// No such type of item (GB/T 39046-2020, A.1).
    #[error("the item's third and fourth digits are no type of GB/T 39046")]
    Kind,
    /// The main item has the number 000.
    #[error("the main item has no number")]
    Main,
    /// An item that has children is not carried out itself.
    #[error("00Y marks an item with children: give the code of the child")]
    HasChildren,
    /// No such level (GB/T 39046-2020, A.2).
    #[error("the level of the authority is 1 to 7")]
    Level,
    /// The number of a handling item is 00.
    #[error("handling items are numbered from 01")]
    Serial,
    /// The authority's code is none.
    #[error("the first 18 characters: {0}")]
    Authority(UsccError),
}

impl CodeError {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            CodeError::Length => "code-length",
            CodeError::Characters => "code-characters",
            CodeError::Region => "code-province",
            CodeError::Kind => "code-kind",
            CodeError::Main => "code-main",
            CodeError::HasChildren => "code-has-children",
            CodeError::Level => "code-level-unknown",
            CodeError::Serial => "code-serial",
            CodeError::Authority(UsccError::CheckDigit) => "code-check-digit",
            CodeError::Authority(_) => "code-uscc",
        }
    }
}

/// What kind of item a code names (GB/T 39046-2020, A.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// 01 行政许可.
    License,
    /// 02 行政处罚.
    Punishment,
    /// 03 行政强制.
    Coercion,
    /// 04 行政征收.
    Levy,
    /// 05 行政给付.
    Benefit,
    /// 06 行政检查.
    Inspection,
    /// 07 行政确认.
    Confirmation,
    /// 08 行政奖励.
    Award,
    /// 09 行政裁决.
    Ruling,
    /// 10 其他类别事项, and what places added from 11 on.
    Other,
    /// 20 公共服务事项, and what places added from 21 on.
    Service,
}

impl ItemKind {
    fn of(two: &str) -> Option<ItemKind> {
        Some(match two.parse::<u8>().ok()? {
            1 => ItemKind::License,
            2 => ItemKind::Punishment,
            3 => ItemKind::Coercion,
            4 => ItemKind::Levy,
            5 => ItemKind::Benefit,
            6 => ItemKind::Inspection,
            7 => ItemKind::Confirmation,
            8 => ItemKind::Award,
            9 => ItemKind::Ruling,
            10..=19 => ItemKind::Other,
            20..=29 => ItemKind::Service,
            _ => return None,
        })
    }
}

/// At which level an authority uses its power (行使层级, GB/T 39046-2020, A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UseLevel {
    /// 1 国家级.
    Nation,
    /// 2 省级.
    Province,
    /// 3 市级.
    City,
    /// 4 县级.
    County,
    /// 5 镇（乡、街道）级.
    Town,
    /// 6 村（社区）级.
    Village,
    /// 7 分级管理.
    Several,
}

impl UseLevel {
    fn of(digit: u8) -> Option<UseLevel> {
        Some(match digit {
            b'1' => UseLevel::Nation,
            b'2' => UseLevel::Province,
            b'3' => UseLevel::City,
            b'4' => UseLevel::County,
            b'5' => UseLevel::Town,
            b'6' => UseLevel::Village,
            b'7' => UseLevel::Several,
            _ => return None,
        })
    }

    /// Whether an authority at this level decides in a region of that one. Towns and villages stand below counties.
    fn fits(self, level: Level) -> bool {
        match self {
            UseLevel::Nation | UseLevel::Several => true,
            UseLevel::Province => level == Level::Province,
            UseLevel::City => level == Level::City,
            UseLevel::County | UseLevel::Town | UseLevel::Village => level == Level::County,
        }
    }
}

/// A basic code (基本编码): 2 region, 2 type, 5 main item, 3 child; 12 characters.
///
/// ```
/// use tongban_core::catalogue::{BasicCode, ItemKind};
///
/// let company = BasicCode::parse("000131127004")?;
/// assert_eq!((company.kind(), company.main(), company.child()), (ItemKind::License, "31127", "004"));
/// assert!(BasicCode::parse("00013112700Y")?.has_children());
/// assert_eq!(BasicCode::parse("009931127004").unwrap_err().code(), "code-kind");
/// # Ok::<(), tongban_core::catalogue::CodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasicCode([u8; BASIC]);

impl BasicCode {
    /// Reads 12 characters without surrounding space; small ASCII letters count as capitals.
    ///
    /// # Errors
    /// The first of length, characters, region, type and main item that is wrong.
    pub fn parse(text: &str) -> Result<BasicCode, CodeError> {
        let code = characters::<BASIC>(text)?;
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let main = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() && !NOT_USED.contains(byte);
        let is_child = digits(&code[9..]) || code[9..] == *HAS_CHILDREN.as_bytes();
        if !digits(&code[..4]) || !code[4..9].iter().all(main) || !is_child {
            return Err(CodeError::Characters);
        }
        let code = BasicCode(code);
        if code.part(0, 2) != "00" && code.province().is_none() {
            return Err(CodeError::Region);
        }
        if ItemKind::of(code.part(2, 4)).is_none() {
            return Err(CodeError::Kind);
        }
        if code.part(6, 9) == "000" {
            return Err(CodeError::Main);
        }
        Ok(code)
    }

    fn part(&self, from: usize, until: usize) -> &str {
        text_of(&self.0[from..until])
    }

    /// All 12 characters.
    pub fn as_str(&self) -> &str {
        text_of(&self.0)
    }

    /// The province that set the item up by itself; none for an item of the whole country.
    pub fn province(&self) -> Option<Region> {
        Region::parse(&format!("{}0000", self.part(0, 2))).ok()
    }

    /// What kind of item it is.
    pub fn kind(&self) -> ItemKind {
        ItemKind::of(self.part(2, 4)).expect("known since parsing")
    }

    /// Five characters of the main item (主项).
    pub fn main(&self) -> &str {
        self.part(4, 9)
    }

    /// Three characters of the child (子项); `000` if the main item has none.
    pub fn child(&self) -> &str {
        self.part(9, BASIC)
    }

    /// Whether it is a main item with children, which nobody applies for.
    pub fn has_children(&self) -> bool {
        self.child() == HAS_CHILDREN
    }
}

/// The code of an authority's implementation (实施编码, 31 characters), or of one of its handling items (业务办理项编码, 33).
///
/// As text and in serde: the characters, in capitals.
///
/// ```
/// use tongban_core::catalogue::ItemCode;
///
/// let water = ItemCode::parse("12441500196720244T3442199806003")?;
/// assert_eq!(water.authority().as_str(), "12441500196720244T");
/// assert_eq!((water.basic().as_str(), water.serial()), ("442199806003", None));
/// assert_eq!(ItemCode::parse("12441500196720244X3442199806003").unwrap_err().code(), "code-check-digit");
/// # Ok::<(), tongban_core::catalogue::CodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemCode {
    authority: Uscc,
    level: u8,
    basic: BasicCode,
    /// Of a handling item: 1 to 99.
    serial: Option<u8>,
}

/// What a code says otherwise than the implementation that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// The code is another authority's.
    Authority,
    /// The item is one of another province.
    Region,
    /// The level is not that of the region.
    Level,
}

impl Disagreement {
    /// The stable code from which the user's text is translated.
    pub fn code(self) -> &'static str {
        match self {
            Disagreement::Authority => "code-authority-other",
            Disagreement::Region => "code-region-other",
            Disagreement::Level => "code-level-other",
        }
    }
}

impl ItemCode {
    /// Reads 31 or 33 characters without surrounding space; small ASCII letters count as capitals.
    ///
    /// # Errors
    /// The first that is wrong, from left to right. An item with children (`00Y`) has no implementation.
    pub fn parse(text: &str) -> Result<ItemCode, CodeError> {
        // Characters, not bytes: a full-width letter is a wrong character, which helps more than a wrong length.
        let length = text.chars().count();
        if length != IMPLEMENTATION && length != HANDLING {
            return Err(CodeError::Length);
        }
        if !text.is_ascii() {
            return Err(CodeError::Characters);
        }
        let authority = Uscc::parse(&text[..18]).map_err(CodeError::Authority)?;
        let level = text.as_bytes()[18];
        UseLevel::of(level).ok_or(CodeError::Level)?;
        let basic = BasicCode::parse(&text[19..IMPLEMENTATION])?;
        if basic.has_children() {
            return Err(CodeError::HasChildren);
        }
        let serial = &text[IMPLEMENTATION..];
        if !serial.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CodeError::Characters);
        }
        let serial = serial.parse().ok();
        if serial == Some(0) {
            return Err(CodeError::Serial);
        }
        Ok(ItemCode { authority, level, basic, serial })
    }

    /// The authority.
    pub fn authority(&self) -> Uscc {
        self.authority
    }

    /// At which level it uses its power.
    pub fn level(&self) -> UseLevel {
        UseLevel::of(self.level).expect("known since parsing")
    }

    /// The item.
    pub fn basic(&self) -> BasicCode {
        self.basic
    }

    /// The number of the handling item, 1 to 99; none of an implementation as a whole.
    pub fn serial(&self) -> Option<u8> {
        self.serial
    }

    /// The groups in which it is read out: authority, level; of the item region, type, main item and child; number.
    ///
    /// ```
    /// use tongban_core::catalogue::ItemCode;
    ///
    /// let water = ItemCode::parse("12441500196720244T344219980600301")?;
    /// assert_eq!(water.groups(), ["12441500196720244T", "3", "44", "21", "99806", "003", "01"]);
    /// # Ok::<(), tongban_core::catalogue::CodeError>(())
    /// ```
    pub fn groups(&self) -> Vec<String> {
        let basic = [self.basic.part(0, 2), self.basic.part(2, 4), self.basic.main(), self.basic.child()];
        let mut groups = vec![self.authority.to_string(), char::from(self.level).to_string()];
        groups.extend(basic.map(str::to_owned));
        groups.extend(self.serial.map(|serial| format!("{serial:02}")));
        groups
    }

    /// What it says otherwise than the authority and the region that it stands beside; the first of these.
    pub fn disagrees_with(&self, authority: Uscc, region: Region) -> Option<Disagreement> {
        if self.authority != authority {
            return Some(Disagreement::Authority);
        }
        if self.basic.province().is_some_and(|province| province != region.province()) {
            return Some(Disagreement::Region);
        }
        (!self.level().fits(region.level())).then_some(Disagreement::Level)
    }
}

/// So many characters in capitals.
fn characters<const N: usize>(text: &str) -> Result<[u8; N], CodeError> {
    if text.chars().count() != N {
        return Err(CodeError::Length);
    }
    let mut code: [u8; N] = text.as_bytes().try_into().map_err(|_| CodeError::Characters)?;
    code.make_ascii_uppercase();
    Ok(code)
}

fn text_of(code: &[u8]) -> &str {
    std::str::from_utf8(code).expect("ASCII since parsing")
}

impl fmt::Display for BasicCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for BasicCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BasicCode({self})")
    }
}

impl FromStr for BasicCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<BasicCode, CodeError> {
        BasicCode::parse(text)
    }
}

impl fmt::Display for ItemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.authority, char::from(self.level), self.basic)?;
        self.serial.map_or(Ok(()), |serial| write!(f, "{serial:02}"))
    }
}

impl fmt::Debug for ItemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ItemCode({self})")
    }
}

impl FromStr for ItemCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<ItemCode, CodeError> {
        ItemCode::parse(text)
    }
}

impl Serialize for ItemCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItemCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ItemCode, D::Error> {
        ItemCode::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// In use: one of 济宁, one of 汕尾.
    const REAL: [&str; 2] = ["11370800MB285591843370117002011", "12441500196720244T3442199806003"];

    fn region(code: &str) -> Region {
        Region::parse(code).unwrap()
    }

    #[test]
    fn real_codes_are_valid() {
        for text in REAL {
            let code = ItemCode::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(code.to_string(), text);
            assert_eq!(code.level(), UseLevel::City);
            assert_eq!(ItemCode::parse(&text.to_ascii_lowercase()), Ok(code));
            let handling = ItemCode::parse(&format!("{text}07")).unwrap();
            assert_eq!((handling.serial(), handling.to_string()), (Some(7), format!("{text}07")));
        }
        for text in ["00013112700Y", "000131127004"] {
            assert_eq!(BasicCode::parse(text).unwrap().to_string(), text);
        }
        // As printed in a list of licences: a basic code and the number of a handling item.
        assert_eq!(ItemCode::parse("00013112700401"), Err(CodeError::Length));
        assert_eq!(BasicCode::parse("442199806003").unwrap().kind(), ItemKind::Service);
    }

    #[test]
    fn each_error_has_its_reason() {
        let basic = [
            ("", CodeError::Length),
            ("00013112700", CodeError::Length),
            ("00013112700４", CodeError::Characters),
            ("0001311O7004", CodeError::Characters),
            ("00013112700X", CodeError::Characters),
            ("990131127004", CodeError::Region),
            ("000031127004", CodeError::Kind),
            ("009931127004", CodeError::Kind),
            ("000131000004", CodeError::Main),
        ];
        for (text, error) in basic {
            assert_eq!(BasicCode::parse(text), Err(error), "{text}");
        }
        let (start, item) = ("12441500196720244T", "442199806003");
        let code = [
            (format!("{start}3"), CodeError::Length),
            (format!("{start}8{item}"), CodeError::Level),
            (format!("12441500196720244X3{item}"), CodeError::Authority(UsccError::CheckDigit)),
            (format!("1I441500196720244T3{item}"), CodeError::Authority(UsccError::Characters)),
            (format!("{start}300013112700Y"), CodeError::HasChildren),
            (format!("{start}3{item}00"), CodeError::Serial),
            (format!("{start}3{item}0A"), CodeError::Characters),
            (format!("{start}3{item}０1"), CodeError::Characters),
        ];
        for (text, error) in code {
            assert_eq!(ItemCode::parse(&text), Err(error), "{text}");
        }
    }

    #[test]
    fn it_disagrees_with_another_authority_and_another_place() {
        let code = ItemCode::parse(REAL[1]).unwrap();
        let other = ItemCode::parse(REAL[0]).unwrap().authority();
        assert_eq!(code.disagrees_with(code.authority(), region("441500")), None);
        assert_eq!(code.disagrees_with(other, region("441500")), Some(Disagreement::Authority));
        assert_eq!(code.disagrees_with(code.authority(), region("320500")), Some(Disagreement::Region));
        assert_eq!(code.disagrees_with(code.authority(), region("440000")), Some(Disagreement::Level));
    }

    #[test]
    fn serde_is_the_text_and_validates() {
        let code = ItemCode::parse(REAL[0]).unwrap();
        let json = serde_json::to_string(&code).unwrap();
        assert_eq!(json, format!("\"{}\"", REAL[0]));
        assert_eq!(serde_json::from_str::<ItemCode>(&json).unwrap(), code);
        assert!(serde_json::from_str::<ItemCode>("\"1\"").is_err());
    }

    proptest! {
        #[test]
        fn parse_never_panics(text in "\\PC*") {
            let _ = (BasicCode::parse(&text), ItemCode::parse(&text));
        }

        #[test]
        fn parse_never_panics_on_the_right_length(text in "[0-9A-Za-zＡ码]{12}|12441500196720244T3[0-9A-ZＡ码]{12}([0-9码]{2})?") {
            let _ = (BasicCode::parse(&text), ItemCode::parse(&text));
        }
    }
}
