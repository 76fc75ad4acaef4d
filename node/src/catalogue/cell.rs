//! What stands in one cell: lists, dates, limits, yes and no.

use jiff::civil::Date;
use tongban_core::time::{Limit, Unit};

/// Lines of fields in one cell: fields parted by `|`, lines by `；` or a new line. What is written has both escaped by `\`.
pub fn pack(lines: &[Vec<&str>]) -> String {
    let line = |fields: &Vec<&str>| {
        let last = fields.iter().rposition(|field| !field.is_empty()).map_or(0, |at| at + 1);
        fields[..last].iter().map(|field| escape(field)).collect::<Vec<_>>().join("|")
    };
    lines.iter().map(line).collect::<Vec<_>>().join("；")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push_str("\\n"),
            '|' | '；' | '\\' => escaped.extend(['\\', letter]),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Reads such a cell. Lines without anything are left out.
pub fn unpack(text: &str) -> Vec<Vec<String>> {
    let mut lines = vec![vec![String::new()]];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let line = lines.last_mut().expect("one line from the beginning");
        match letter {
            '|' | '｜' => line.push(String::new()),
            '；' | '\n' => lines.push(vec![String::new()]),
            letter => {
                let field = line.last_mut().expect("one field from the beginning");
                match (letter, if letter == '\\' { letters.next() } else { None }) {
                    ('\\', Some('n')) => field.push('\n'),
                    ('\\', Some(next)) => field.push(next),
                    (letter, _) => field.push(letter),
                }
            }
        }
    }
    for field in lines.iter_mut().flatten() {
        *field = field.trim().to_owned();
    }
    lines.retain(|line| line.iter().any(|field| !field.is_empty()));
    lines
}

/// A day: `2024-01-01`, `20240101`, `2024/1/1`, `2024年1月1日`.
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim_end_matches('日');
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (year, rest) = text.split_at(4);
        let (month, day) = rest.split_at(2);
        return Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    }
    let mut parts = text.split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    parts.next().is_none().then_some(date)
}

/// Yes or no.
pub fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "是" | "1" | "true" | "yes" | "y" | "需要" | "支持" => Some(true),
        "否" | "0" | "false" | "no" | "n" | "不需要" | "不支持" => Some(false),
        _ => None,
    }
}

/// Yes or no, as it is written.
pub fn truth_text(is: bool) -> &'static str {
    if is { "是" } else { "否" }
}

/// A limit: `20`, `20个工作日`, `15个自然日`, `即办`. A number alone is of working days, unless the unit stands beside it: 1 or
/// 工作日, 2 or 自然日. `15天` says not of which days, and is none.
pub fn limit(text: &str, unit: &str) -> Option<Limit> {
    if ["即办", "当场办结", "当日办结", "即时办结"].contains(&text) {
        return Some(Limit::AT_ONCE);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let days = text[..digits].parse().ok()?;
    let said = text[digits..].trim().trim_start_matches('个');
    let unit = match (said, unit) {
        ("工作日" | "w", _) | ("", "" | "1" | "工作日" | "working") => Unit::Working,
        ("自然日" | "日历日" | "c", _) | ("", "2" | "自然日" | "calendar") => Unit::Calendar,
        _ => return None,
    };
    Some(Limit { days, unit })
}

/// The telephone numbers of a cell: several may stand in one.
pub fn numbers(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(['、', '/', '；', '，', ',', ';', '\n']).map(str::trim).filter(|number| !number.is_empty())
}

/// A limit, as it is written.
pub fn limit_text(limit: Limit) -> String {
    match limit.unit {
        Unit::Working if limit.days == 0 => "即办".to_owned(),
        Unit::Working => format!("{}个工作日", limit.days),
        Unit::Calendar => format!("{}个自然日", limit.days),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;

    use super::*;

    #[test]
    fn lists_come_back_as_they_were() {
        let lines = vec![vec!["甲；乙", "", "a|b"], vec!["c\\n\nd"]];
        assert_eq!(unpack(&pack(&lines)), [vec!["甲；乙", "", "a|b"], vec!["c\\n\nd"]]);
        assert_eq!(unpack("身份证|必要|是；申请表\n\n"), [vec!["身份证", "必要", "是"], vec!["申请表"]]);
        assert!(unpack("").is_empty());
    }

    #[test]
    fn dates_and_limits_are_read_as_people_write_them() {
        for text in ["2024-01-02", "20240102", "2024/1/2", "2024年1月2日"] {
            assert_eq!(date(text), Some(day(2024, 1, 2)), "{text}");
        }
        for text in ["", "2024", "2024-13-01", "2024-02-30", "01/02/2024/3", "明天"] {
            assert_eq!(date(text), None, "{text}");
        }
        assert_eq!(limit("20", ""), Some(Limit::working(20)));
        assert_eq!(limit("15", "2"), Some(Limit { days: 15, unit: Unit::Calendar }));
        for both in [Limit::AT_ONCE, Limit::working(5), Limit { days: 0, unit: Unit::Calendar }] {
            assert_eq!(limit(&limit_text(both), ""), Some(both));
        }
        for text in ["", "15天", "两个工作日", "-1", "70000"] {
            assert_eq!(limit(text, ""), None, "{text}");
        }
    }
}
