//! Which heading means which element. Headings are those of the national exchange tables (实施清单, 2020), what people write
//! instead, and the names of the fields there and here.

use std::collections::BTreeMap;

use super::fault::{Fault, Place};
use super::table::{Sheet, letters};
use crate::limits;

/// An element: of an implementation, of a material, of a part or of a situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the name, the heading and the words of each stand in the tables below")]
pub enum Element {
    Id,
    Item,
    ItemName,
    BasicCode,
    Code,
    LocalCode,
    Version,
    From,
    Until,
    Authority,
    AuthorityName,
    Region,
    Conditions,
    Statutory,
    StatutoryUnit,
    Promised,
    PromisedUnit,
    Kind,
    Charged,
    Fee,
    FeeBasis,
    PaysOnline,
    Visits,
    VisitsReason,
    Phone,
    ComplaintPhone,
    Place,
    Hours,
    LegalBasis,
    Bases,
    Result,
    ResultEn,
    Invented,
    Materials,
    Parts,
    Situations,
    Owner,
    Key,
    Name,
    NameEn,
    Need,
    Original,
    Review,
    ReviewEn,
    Source,
    Certificate,
    Side,
    Field,
    After,
    Limit,
    KeysOfMaterials,
    Question,
    QuestionText,
    QuestionTextEn,
    Answer,
    AnswerText,
    AnswerTextEn,
    Next,
    Modes,
    Cannot,
    CannotEn,
}

/// What a sheet is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// 事项: one row an implementation.
    Items,
    /// 材料: one row a material.
    Materials,
    /// 环节: one row a part of a joint handling.
    Parts,
    /// 情形: one row an answer; rows of one question share its key.
    Situations,
}

/// An element, the name that programs use, its heading, and what else may stand over the column.
type Known = (Element, &'static str, &'static str, &'static [&'static str]);

use Element as E;

/// Columns of 事项, in the order in which they are written.
pub const ITEMS: &[Known] = &[
    (E::Id, "id", "事项标识", &["标识", "清单标识"]),
    (E::Item, "item", "基本事项", &["基本目录键", "事项键", "item_key"]),
    (E::ItemName, "item_name", "事项名称", &["名称", "task_name", "name"]),
    (E::BasicCode, "basic_code", "基本编码", &["基本目录编码", "catalog_code"]),
    (E::Code, "code", "实施编码", &["实施清单编码", "业务办理项编码", "task_code", "task_handle_item"]),
    (E::LocalCode, "local_code", "地方实施编码", &["地方编码", "local_task_code"]),
    (E::Version, "version", "版本", &["版本号", "task_version"]),
    (E::From, "from", "生效日期", &["计划生效日期", "实施日期", "plan_effective_date"]),
    (E::Until, "until", "失效日期", &["计划取消日期", "取消日期", "plan_cancel_date"]),
    (
        E::Authority,
        "authority",
        "实施主体编码",
        &["实施主体统一社会信用代码", "统一社会信用代码", "部门编码", "dept_code"],
    ),
    (E::AuthorityName, "authority_name", "实施主体", &["实施主体名称", "实施机关", "部门名称", "dept_name"]),
    (E::Region, "region", "行政区划", &["行政区划代码", "行政区划编码", "区划", "area_code"]),
    (E::Conditions, "conditions", "受理条件", &["申请条件", "办理条件", "accept_condition"]),
    (E::Statutory, "statutory", "法定办结时限", &["法定时限", "anticipate_day"]),
    (E::StatutoryUnit, "statutory_unit", "法定办结时限单位", &["法定时限单位", "anticipate_type"]),
    (E::Promised, "promised", "承诺办结时限", &["承诺时限", "promise_day"]),
    (E::PromisedUnit, "promised_unit", "承诺办结时限单位", &["承诺时限单位", "promise_type"]),
    (E::Kind, "kind", "办件类型", &["project_type"]),
    (E::Charged, "is_fee", "是否收费", &[]),
    (E::Fee, "fee", "收费标准", &["收费", "收费项目", "fee_stand"]),
    (E::FeeBasis, "fee_basis", "收费依据", &[]),
    (E::PaysOnline, "pays_online", "是否支持网上支付", &["网上支付", "is_pay_online"]),
    (E::Visits, "visits", "到办事现场次数", &["到现场次数", "limit_scene_num"]),
    (E::VisitsReason, "visits_reason", "必须现场办理原因", &["limit_scene_explain"]),
    (E::Phone, "phone", "咨询电话", &["咨询方式", "link_way"]),
    (E::ComplaintPhone, "complaint_phone", "监督投诉电话", &["投诉电话", "监督投诉方式", "supervise_way"]),
    (E::Place, "place", "办理地点", &["transact_addr"]),
    (E::Hours, "hours", "办理时间", &["transact_time"]),
    (E::LegalBasis, "legal_basis", "设定依据", &["法律依据", "依据", "by_law"]),
    (E::Result, "result", "办理结果", &["审批结果", "结果名称", "result_name"]),
    (E::ResultEn, "result_en", "办理结果英文", &[]),
    (E::Invented, "invented", "演练数据", &[]),
    (E::Bases, "bases", "依据条款", &["依据条文", "法律条款"]),
    (E::Materials, "materials", "申请材料", &["材料", "材料清单"]),
    (E::Parts, "parts", "联办环节", &["环节"]),
    (E::Situations, "situations", "办理情形", &["情形"]),
];

/// Columns of 材料.
pub const MATERIALS: &[Known] = &[
    (E::Owner, "id", "事项标识", &["标识", "清单标识", "实施编码", "业务办理项编码", "task_code", "code"]),
    (E::Key, "key", "材料标识", &["材料键", "材料编码", "material_key"]),
    (E::Name, "name", "材料名称", &["名称", "material_name"]),
    (E::NameEn, "name_en", "材料英文名称", &[]),
    (E::Need, "need", "材料必要性", &["必要性", "是否必要", "is_need"]),
    (E::Original, "original", "核验原件", &["原件核验", "是否核验原件", "原件"]),
    (E::Review, "review", "审查要点", &["受理标准", "accept_stand"]),
    (E::ReviewEn, "review_en", "审查要点英文", &[]),
    (E::Source, "source", "来源渠道", &["材料来源", "来源渠道说明", "source_explain"]),
    (E::Certificate, "certificate", "可用电子证照", &["电子证照", "共享证照"]),
];

/// Columns of 环节.
pub const PARTS: &[Known] = &[
    (E::Owner, "id", "事项标识", &["标识", "清单标识", "实施编码", "业务办理项编码", "task_code", "code"]),
    (E::Key, "key", "环节标识", &["环节键", "part_key"]),
    (E::Name, "name", "环节名称", &["名称", "part_name"]),
    (E::NameEn, "name_en", "环节英文名称", &[]),
    (E::Side, "at", "办理方", &["side"]),
    (E::Field, "field", "部门领域", &["领域"]),
    (E::After, "after", "前置环节", &[]),
    (E::Limit, "limit", "环节时限", &["时限"]),
    (E::KeysOfMaterials, "materials", "所需材料", &["材料"]),
];

/// Columns of 情形.
pub const SITUATIONS: &[Known] = &[
    (E::Owner, "id", "事项标识", &["标识", "清单标识", "实施编码", "业务办理项编码", "task_code", "code"]),
    (E::Question, "question", "问题标识", &["情形标识", "question_key"]),
    (E::QuestionText, "question_text", "问题", &["情形问题"]),
    (E::QuestionTextEn, "question_text_en", "问题英文", &[]),
    (E::Answer, "answer", "答案标识", &["选项标识", "answer_key"]),
    (E::AnswerText, "answer_text", "答案", &["选项", "情形选项"]),
    (E::AnswerTextEn, "answer_text_en", "答案英文", &[]),
    (E::Next, "next", "下一问题", &["下一问题标识"]),
    (E::KeysOfMaterials, "materials", "所需材料", &["材料"]),
    (E::Modes, "modes", "办理方式", &["可办方式"]),
    (E::Promised, "promised", "承诺办结时限", &["承诺时限"]),
    (E::Cannot, "cannot", "不能办理的原因", &["不能办理原因"]),
    (E::CannotEn, "cannot_en", "不能办理的原因英文", &[]),
];

impl About {
    /// All of them, in the order of sheets.
    pub const ALL: [About; 4] = [About::Items, About::Materials, About::Parts, About::Situations];

    /// What is known of its columns.
    pub fn columns(self) -> &'static [Known] {
        match self {
            About::Items => ITEMS,
            About::Materials => MATERIALS,
            About::Parts => PARTS,
            About::Situations => SITUATIONS,
        }
    }

    /// The name of its sheet.
    pub fn sheet(self) -> &'static str {
        match self {
            About::Items => "事项",
            About::Materials => "材料",
            About::Parts => "环节",
            About::Situations => "情形",
        }
    }

    /// By the name of a sheet, or by its headings: a file of one sheet need not name it.
    fn of(sheet: &Sheet) -> Option<About> {
        let all = About::ALL;
        let english = ["items", "materials", "parts", "situations"];
        let name = plain(&sheet.name);
        let named = all.iter().zip(english).find(|(about, english)| plain(about.sheet()) == name || *english == name);
        if let Some((about, _)) = named {
            return Some(*about);
        }
        let fits = |about: &About| head(sheet, *about).map_or(0, |(_, known)| known);
        let best = all.into_iter().rev().max_by_key(fits)?;
        (fits(&best) >= 3).then_some(best)
    }
}

/// The heading of an element in its sheet.
pub fn heading(about: About, element: Element) -> &'static str {
    about.columns().iter().find(|known| known.0 == element).map_or("", |known| known.2)
}

/// The name of an element in its sheet, as programs have it.
pub fn name(about: About, element: Element) -> &'static str {
    about.columns().iter().find(|known| known.0 == element).map_or("", |known| known.1)
}

/// A heading without what is only for the eye: space, brackets and what stands in them, stars, capitals.
fn plain(heading: &str) -> String {
    let mut depth = 0_u32;
    let mut text = String::new();
    for letter in heading.chars() {
        match letter {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            '*' | '＊' | ':' | '：' => {}
            letter if letter.is_whitespace() || depth > 0 => {}
            letter => text.extend(letter.to_lowercase()),
        }
    }
    text
}

fn find(about: About, heading: &str) -> Option<Element> {
    let heading = plain(heading);
    let is = |name: &&str| plain(name) == heading;
    let known = about.columns().iter().find(|(_, name, first, more)| is(name) || is(first) || more.iter().any(is));
    known.map(|known| known.0)
}

/// The row with the headings: of the first rows the one in which most are known. Its place, and how many.
fn head(sheet: &Sheet, about: About) -> Option<(usize, usize)> {
    let first = sheet.rows.iter().take(limits::CATALOGUE_HEAD_ROWS).enumerate();
    let known = first.map(|(at, row)| (at, row.cells.iter().filter(|(_, text)| find(about, text).is_some()).count()));
    // Of equals the first: `max_by_key` takes the last.
    known.rev().max_by_key(|(_, known)| *known).filter(|(_, known)| *known >= 2)
}

/// A sheet whose headings are known.
#[derive(Debug)]
pub struct Headed {
    /// What it is about.
    pub about: About,
    /// The sheet.
    pub sheet: Sheet,
    /// Place of the first row below the headings.
    pub first: usize,
    /// Where each element stands.
    pub columns: BTreeMap<Element, u32>,
}

impl Headed {
    /// Finds the headings of a sheet, and tells of what is not read below them.
    pub fn of(sheet: Sheet, faults: &mut Vec<Fault>) -> Option<Headed> {
        let whole = Place::sheet(&sheet.name);
        let Some(about) = About::of(&sheet) else {
            if !sheet.rows.is_empty() {
                // A file of one table has to be understood; a further sheet may be anything.
                let code = if sheet.name.is_empty() { "headings-missing" } else { "sheet-unknown" };
                let fault = if sheet.name.is_empty() { Fault::error(code, whole) } else { Fault::warning(code, whole) };
                faults.push(fault.with("sheet", sheet.name));
            }
            return None;
        };
        let Some((at, _)) = head(&sheet, about) else {
            if !sheet.rows.is_empty() {
                faults.push(Fault::error("headings-missing", whole));
            }
            return None;
        };
        let row = sheet.rows[at].number;
        let mut columns = BTreeMap::new();
        for (column, text) in &sheet.rows[at].cells {
            let place = Place { row, column: format!("{} {text}", letters(*column)), ..whole.clone() };
            match find(about, text) {
                None => faults.push(Fault::warning("column-unknown", place).with("heading", text)),
                Some(element) if columns.contains_key(&element) => {
                    faults.push(Fault::error("column-twice", place).with("heading", text));
                }
                Some(element) => drop(columns.insert(element, *column)),
            }
        }
        let headed = Headed { about, first: at + 1, columns, sheet };
        headed.tell_of_cells(row, faults);
        Some(headed)
    }

    /// Merged cells and formulas, where there are data.
    fn tell_of_cells(&self, head: u32, faults: &mut Vec<Fault>) {
        for (last, (row, column)) in &self.sheet.merged {
            // A title above the headings may be merged.
            if *last >= head {
                faults.push(Fault::error("merged", self.place(*row, *column)));
            }
        }
        for formula in self.sheet.formulas.iter().filter(|formula| formula.row >= head) {
            let place = self.place(formula.row, formula.column);
            faults.push(if formula.has_value {
                Fault::warning("formula", place)
            } else {
                Fault::error("formula-without-value", place)
            });
        }
    }

    /// A cell as it is named in reports.
    fn place(&self, row: u32, column: u32) -> Place {
        let element = self.columns.iter().find(|(_, at)| **at == column).map(|(element, _)| *element);
        let heading = element.map_or("", |element| heading(self.about, element));
        let column = format!("{} {heading}", letters(column)).trim_end().to_owned();
        Place { sheet: self.sheet.name.clone(), row, column }
    }

    /// Where an element of a row stands, or would stand.
    pub fn place_of(&self, row: u32, element: Element) -> Place {
        match self.columns.get(&element) {
            Some(column) => self.place(row, *column),
            None => Place { sheet: self.sheet.name.clone(), row, column: heading(self.about, element).to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_means_one_thing() {
        for about in About::ALL {
            for (element, name, first, more) in about.columns() {
                for heading in [name, first].into_iter().chain(more.iter()) {
                    assert_eq!(find(about, heading), Some(*element), "{heading}");
                }
                assert_eq!(find(about, &format!(" *{first}（必填） ")), Some(*element));
            }
        }
        assert_eq!(find(About::Items, "备注"), None);
    }
}
