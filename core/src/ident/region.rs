//! Administrative regions (GB/T 2260), including those that were abolished.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The embedded table; its own comments name its source.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // The file is compiled in and a test parses it, so a bad row cannot reach a user.
    Table::parse(include_str!("../../../data/regions.tsv")).expect("data/regions.tsv is tested")
});

/// A province, city or county by its six-digit GB/T 2260 code; always one that the table knows, at any time.
///
/// Abolished regions are regions too: papers keep the code under which they were issued. Whether a code may still be
/// *used* for something new is [`Region::valid_in`].
///
/// As text and in serde: the six digits, for example `"320500"`. Order is the order of the codes, which puts a
/// province before its cities and a city before its counties.
///
/// ```
/// use tongban_core::ident::{Level, Region};
///
/// let gusu = Region::parse("320508")?;
/// assert_eq!(gusu.level(), Level::County);
/// assert_eq!(gusu.province().name(), "江苏省");
/// // Platforms write the twelve-digit form, with town and village parts (GB/T 10114) of zero.
/// assert_eq!(Region::parse("320508000000")?, gusu);
/// assert_eq!(Region::parse("320599").unwrap_err().code(), "region-unknown");
/// # Ok::<(), tongban_core::ident::RegionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(u32);

/// How far down a [`Region`] stands in GB/T 2260: two digits of the code each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 省级: province, autonomous region, municipality, special administrative region; the code ends in `0000`.
    Province,
    /// 地级: prefecture-level city, prefecture, league; the code ends in `00`.
    City,
    /// 县级: county, district, county-level city, banner; also those directly under a province, such as 429004 仙桃市.
    County,
}

/// Why a text is not a [`Region`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// Neither six digits nor twelve of which the last six are zero.
    #[error("a region code is six digits, or twelve that end in six zeros")]
    Format,
    /// Well formed, but in no edition of GB/T 2260 that the table holds.
    #[error("no such region code in GB/T 2260")]
    Unknown,
}

impl RegionError {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            RegionError::Format => "region-format",
            RegionError::Unknown => "region-unknown",
        }
    }
}

impl Region {
    /// Reads six digits, or the twelve-digit form whose last six are zero, without surrounding space.
    ///
    /// # Errors
    /// [`RegionError::Format`] for any other shape, [`RegionError::Unknown`] for a code that never existed.
    pub fn parse(text: &str) -> Result<Region, RegionError> {
        let six = match text.len() {
            6 => text,
            12 => text.strip_suffix("000000").ok_or(RegionError::Format)?,
            _ => return Err(RegionError::Format),
        };
        // `u32::from_str` alone would take a leading plus sign.
        if !six.bytes().all(|b| b.is_ascii_digit()) {
            return Err(RegionError::Format);
        }
        let code = six.parse().map_err(|_| RegionError::Format)?;
        TABLE.find(code).map(|_| Region(code)).ok_or(RegionError::Unknown)
    }

    /// The latest name of the region itself, such as `"苏州市"`.
    pub fn name(self) -> &'static str {
        TABLE.find(self.0).map_or("", |row| row.name)
    }

    /// The level, read from the code.
    pub fn level(self) -> Level {
        if self.0.is_multiple_of(10_000) {
            Level::Province
        } else if self.0.is_multiple_of(100) {
            Level::City
        } else {
            Level::County
        }
    }

    /// The province whose code this one starts with; itself for a province.
    ///
    /// A code says where a region stood when the code was given: 5102xx stays with 四川 although 重庆 left it in 1997.
    pub fn province(self) -> Region {
        Region(self.0 / 10_000 * 10_000)
    }

    /// Whether `other` is this region or lies below it, by the code: 320000 contains 320500, which contains 320508.
    pub fn contains(self, other: Region) -> bool {
        let span = match self.level() {
            Level::Province => 10_000,
            Level::City => 100,
            Level::County => 1,
        };
        self.0 / span == other.0 / span
    }

    /// Whether the code was in force at some time in the year, first and last year included.
    pub fn valid_in(self, year: i16) -> bool {
        TABLE.find(self.0).is_some_and(|row| row.spans.iter().any(|span| span.includes(year)))
    }

    /// The name with all that is above it, such as `"江苏省苏州市姑苏区"`; each part by its latest name.
    ///
    /// The table leaves out the placeholders that GB/T 2260 puts between a municipality or a province and its
    /// counties (市辖区, 县, 省直辖县级行政区划 …), which are no part of an address: `"上海市青浦区"`.
    pub fn full_name(self) -> String {
        let mut name = String::from(self.province().name());
        if self.level() == Level::County {
            name.push_str(Region(self.0 / 100 * 100).name());
        }
        if self.level() != Level::Province {
            name.push_str(self.name());
        }
        name
    }

    /// All regions that are in force according to the table (its comments say up to which day), in the order of codes.
    pub fn all_current() -> impl Iterator<Item = Region> {
        TABLE.rows.iter().filter(|row| row.is_current()).map(|row| Region(row.code))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self} {})", self.name())
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Region, RegionError> {
        Region::parse(text)
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Region, D::Error> {
        Region::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Years in which a code was in force, both included; no end: still in force.
#[derive(Debug)]
struct Span {
    from: i16,
    to: Option<i16>,
}

impl Span {
    fn includes(&self, year: i16) -> bool {
        self.from <= year && self.to.is_none_or(|to| year <= to)
    }
}

#[derive(Debug)]
struct Row {
    code: u32,
    /// The name of the latest span.
    name: &'static str,
    /// Oldest first.
    spans: Vec<Span>,
}

impl Row {
    fn is_current(&self) -> bool {
        self.spans.iter().any(|span| span.to.is_none())
    }
}

#[derive(Debug)]
struct Table {
    /// One row a code, by code.
    rows: Vec<Row>,
}

impl Table {
    /// Reads `code name level from to` rows; the error is the line that could not be read.
    fn parse(text: &'static str) -> Result<Table, &'static str> {
        let mut lines: Vec<(u32, Span, &'static str)> = Vec::new();
        let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in rows.skip(1) {
            let mut fields = line.split('\t');
            let mut field = || fields.next().map(str::trim);
            let (Some(code), Some(name), Some(_level), Some(from)) = (field(), field(), field(), field()) else {
                return Err(line);
            };
            // An editor may have cut the empty last field.
            let to = match field() {
                None | Some("") => None,
                Some(to) => Some(to.parse().map_err(|_| line)?),
            };
            let span = Span { from: from.parse().map_err(|_| line)?, to };
            lines.push((code.parse().map_err(|_| line)?, span, name));
        }
        // A code that was given twice: the span that ends last is the one whose name people know.
        lines.sort_by_key(|(code, span, _)| (*code, span.to.unwrap_or(i16::MAX), span.from));
        let mut rows: Vec<Row> = Vec::new();
        for (code, span, name) in lines {
            match rows.last_mut() {
                Some(row) if row.code == code => {
                    row.name = name;
                    row.spans.push(span);
                }
                _ => rows.push(Row { code, name, spans: vec![span] }),
            }
        }
        Ok(Table { rows })
    }

    fn find(&self, code: u32) -> Option<&Row> {
        self.rows.binary_search_by_key(&code, |row| row.code).ok().map(|at| &self.rows[at])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn region(code: &str) -> Region {
        Region::parse(code).unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    #[test]
    fn the_embedded_table_is_whole() {
        for row in &TABLE.rows {
            let region = Region(row.code);
            assert!(!row.name.is_empty(), "{region}");
            assert!(!["市辖区", "县", "市"].contains(&row.name) && !row.name.contains("直辖县级"), "{region}");
            assert!((100_000..1_000_000).contains(&row.code), "{region}");
            assert!(TABLE.find(region.province().0).is_some(), "{region} has no province");
            assert_eq!(Region::parse(&region.to_string()), Ok(region));
            for span in &row.spans {
                assert!(span.to.is_none_or(|to| span.from <= to), "{region}");
            }
        }
        assert!(Region::all_current().count() > 0);
    }

    #[test]
    fn the_level_column_agrees_with_the_codes() {
        let text = include_str!("../../../data/regions.tsv");
        for line in text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
            let fields: Vec<&str> = line.split('\t').collect();
            let level = serde_json::to_value(region(fields[0]).level()).unwrap();
            assert_eq!(level, fields[2], "{line}");
        }
    }

    #[test]
    fn names_and_levels() {
        assert_eq!(region("320000").name(), "江苏省");
        assert_eq!(region("320000").full_name(), "江苏省");
        assert_eq!(region("320500").full_name(), "江苏省苏州市");
        assert_eq!(region("320508").full_name(), "江苏省苏州市姑苏区");
        assert_eq!(region("310118").full_name(), "上海市青浦区");
        assert_eq!(region("429004").full_name(), "湖北省仙桃市");
        assert_eq!(region("320500").level(), Level::City);
        assert_eq!(region("310118").province(), region("310000"));
    }

    #[test]
    fn containment_is_by_code() {
        assert!(region("320000").contains(region("320500")));
        assert!(region("320500").contains(region("320508")));
        assert!(region("320508").contains(region("320508")));
        assert!(!region("320500").contains(region("320000")));
        assert!(!region("320000").contains(region("310118")));
    }

    #[test]
    fn abolished_codes_are_known_but_not_current() {
        let chongming_county = region("310230");
        assert_eq!(chongming_county.name(), "崇明县");
        assert!(chongming_county.valid_in(2010));
        assert!(!chongming_county.valid_in(2020));
        assert!(!Region::all_current().any(|r| r == chongming_county));
        assert!(Region::all_current().any(|r| r == region("310151")));
    }

    #[test]
    fn the_latest_name_of_a_code_wins() {
        let text = "# c\ncode\tname\tlevel\tfrom\tto\n990001\t新\tcounty\t2001\t\n990001\t旧\tcounty\t1990\t2000\n";
        let table = Table::parse(text).unwrap();
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0].name, "新");
        assert_eq!(table.rows[0].spans.len(), 2);
        assert!(Table::parse("code\tname\tlevel\tfrom\tto\n110000\t北京市\n").is_err());
    }

    #[test]
    fn refuses_what_is_no_code() {
        for text in ["", "32050", "3205000", "+32050", "32050a", "320500000001", "三二", " 320500", "32050０"] {
            assert_eq!(Region::parse(text), Err(RegionError::Format), "{text}");
        }
        assert_eq!(Region::parse("000000"), Err(RegionError::Unknown));
        assert_eq!(Region::parse("999001"), Err(RegionError::Unknown));
    }

    #[test]
    fn serde_is_the_six_digits_and_validates() {
        assert_eq!(serde_json::to_string(&region("320500")).unwrap(), "\"320500\"");
        assert_eq!(serde_json::from_str::<Region>("\"320500\"").unwrap(), region("320500"));
        assert!(serde_json::from_str::<Region>("\"320599\"").is_err());
    }

    proptest! {
        #[test]
        fn parse_never_panics(text in "\\PC*") {
            let _ = Region::parse(&text);
        }

        #[test]
        fn parse_never_panics_on_twelve_bytes(text in "[0-9三０]{2,6}(000000)?") {
            let _ = Region::parse(&text);
        }
    }
}
