//! What is published, as a file: Excel, CSV, JSON, and CPSV-AP. What is written as one of the first three is read as the same.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::{Value, json};
use tongban_core::catalogue::{
    Answer, Availability, BasicItem, Implementation, MaterialRule, Mode, Need, Question, Side, Subject,
};
use tongban_core::time::{Limit, Unit};

use super::cell::{limit_text, pack, truth_text};
use super::column::{About, Element as E};
use crate::directory::Snapshot;

/// Width of a column, in letters of the spreadsheet.
const WIDTH: u16 = 22;

fn need_text(need: Need) -> &'static str {
    match need {
        Need::Necessary => "必要",
        Need::MayFollow => "容缺后补",
    }
}

fn side_text(side: Side) -> &'static str {
    match side {
        Side::Here => "收件地",
        Side::There => "业务属地",
    }
}

fn mode_text(mode: Mode) -> &'static str {
    match mode {
        Mode::FullyOnline => "全程网办",
        Mode::CollectHere => "异地代收代办",
        Mode::Joint => "多地联办",
        Mode::Delegated => "授权办理",
    }
}

/// An answer with its question, in the order of the columns of 情形 without the implementation.
fn answer_line(question: &Question, it: &Answer) -> Vec<String> {
    let modes: Vec<&str> = it.modes.iter().map(|mode| mode_text(*mode)).collect();
    vec![
        question.key.clone(),
        question.text.clone(),
        question.text_en.clone(),
        it.key.clone(),
        it.text.clone(),
        it.text_en.clone(),
        it.next.clone().unwrap_or_default(),
        it.materials.join("、"),
        modes.join("、"),
        it.promised.map_or_else(String::new, limit_text),
        it.cannot.clone(),
        it.cannot_en.clone(),
    ]
}

/// All answers of all questions.
fn answer_lines(one: &Implementation) -> impl Iterator<Item = Vec<String>> + use<'_> {
    one.situations.iter().flat_map(|question| question.answers.iter().map(move |it| answer_line(question, it)))
}

/// An element of an implementation as it stands in a cell.
pub fn cell(element: E, one: &Implementation, snapshot: &Snapshot) -> String {
    let date = |date: jiff::civil::Date| date.to_string();
    let truth = |is: bool| truth_text(is).to_owned();
    match element {
        E::Id => one.id.clone(),
        E::Item => one.item.clone(),
        E::ItemName => snapshot.item(&one.item).map_or_else(String::new, |item| item.name.clone()),
        E::BasicCode => one.code.map_or_else(String::new, |code| code.basic().to_string()),
        E::Code => one.code.map_or_else(String::new, |code| code.to_string()),
        E::LocalCode => one.local_code.clone(),
        E::Version => one.version.to_string(),
        E::From => date(one.from),
        E::Until => one.until.map_or_else(String::new, date),
        E::Authority => one.authority.to_string(),
        E::AuthorityName => snapshot.organisations.get(&one.authority).map_or_else(String::new, |org| org.name.clone()),
        E::Region => one.region.to_string(),
        E::Conditions => {
            pack(&one.conditions.iter().map(|it| vec![it.text.as_str(), it.text_en.as_str()]).collect::<Vec<_>>())
        }
        E::Statutory => limit_text(one.statutory),
        E::Promised => limit_text(one.promised),
        E::Kind => if one.promised.is_at_once() { "即办件" } else { "承诺件" }.to_owned(),
        E::Charged => truth(!one.fee.is_empty()),
        E::Fee => one.fee.clone(),
        E::FeeBasis => one.fee_basis.clone(),
        E::PaysOnline => one.pays_online.map_or_else(String::new, truth),
        E::Visits => one.visits.map_or_else(String::new, |visits| visits.to_string()),
        E::VisitsReason => one.visits_reason.clone(),
        E::Phone => one.phone.clone(),
        E::ComplaintPhone => one.complaint_phone.clone(),
        E::Place => one.place.clone(),
        E::Hours => one.hours.clone(),
        E::LegalBasis => one.legal_basis.clone(),
        E::Bases => pack(&one.bases.iter().map(|it| vec![it.law.as_str(), it.article.as_str()]).collect::<Vec<_>>()),
        E::Result => one.result.clone(),
        E::ResultEn => one.result_en.clone(),
        E::Invented => truth(one.invented),
        E::Materials => pack(&one.materials.iter().map(material_line).collect::<Vec<_>>()),
        E::Parts => packed_parts(one),
        E::Situations => packed(answer_lines(one).collect()),
        // Units stand in the limit; the rest is of other sheets.
        _ => String::new(),
    }
}

fn material_line(it: &MaterialRule) -> Vec<&str> {
    let (need, original) = (need_text(it.need), truth_text(it.original));
    let line: [&str; 9] =
        [&it.name, need, original, &it.key, &it.name_en, &it.review, &it.review_en, &it.source, &it.certificate];
    line.to_vec()
}

fn packed_parts(one: &Implementation) -> String {
    let lines: Vec<Vec<String>> = one
        .parts
        .iter()
        .map(|it| {
            let (after, materials) = (it.after.join("、"), it.materials.join("、"));
            let (at, limit) = (side_text(it.at).to_owned(), limit_text(it.limit));
            vec![it.key.clone(), it.name.clone(), it.name_en.clone(), at, it.field.clone(), limit, after, materials]
        })
        .collect();
    packed(lines)
}

fn packed(lines: Vec<Vec<String>>) -> String {
    pack(&lines.iter().map(|line| line.iter().map(String::as_str).collect()).collect::<Vec<_>>())
}

/// Elements that a file holds of an implementation; those of the packed lists only where they have no sheet of their own.
fn elements(with_lists: bool) -> Vec<E> {
    let skipped = [E::StatutoryUnit, E::PromisedUnit];
    let lists = [E::Materials, E::Parts, E::Situations];
    let all = About::Items.columns().iter().map(|known| known.0);
    all.filter(|it| !skipped.contains(it) && (with_lists || !lists.contains(it))).collect()
}

/// Elements in which an implementation can differ from what is published.
pub fn compared() -> Vec<E> {
    let derived = [E::Id, E::ItemName, E::BasicCode, E::Version, E::AuthorityName, E::Kind, E::Charged];
    elements(true).into_iter().filter(|it| !derived.contains(it)).collect()
}

/// The headings of a sheet.
fn headings(about: About, elements: &[E]) -> Vec<&'static str> {
    elements.iter().map(|element| super::column::heading(about, *element)).collect()
}

/// An Excel file with the sheets 事项, 材料, 环节 and 情形; without rows it is the template to fill in.
///
/// # Errors
/// What a spreadsheet cannot hold, such as a cell of more than 32,767 characters.
pub fn xlsx(all: &[&Implementation], snapshot: &Snapshot) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let columns = elements(false);
    let rows =
        all.iter().map(|one| columns.iter().map(|element| cell(*element, one, snapshot)).collect::<Vec<String>>());
    fill(book.add_worksheet(), About::Items, &headings(About::Items, &columns), rows)?;

    let columns: Vec<E> = About::Materials.columns().iter().map(|known| known.0).collect();
    let rows = all.iter().flat_map(|one| {
        one.materials.iter().map(move |it| {
            let (need, original) = (need_text(it.need), truth_text(it.original));
            let cells: [&str; 10] = [
                &one.id,
                &it.key,
                &it.name,
                &it.name_en,
                need,
                original,
                &it.review,
                &it.review_en,
                &it.source,
                &it.certificate,
            ];
            cells.map(str::to_owned).to_vec()
        })
    });
    fill(book.add_worksheet(), About::Materials, &headings(About::Materials, &columns), rows)?;

    let columns: Vec<E> = About::Parts.columns().iter().map(|known| known.0).collect();
    let rows = all.iter().flat_map(|one| {
        one.parts.iter().map(move |it| {
            let (after, materials, limit) = (it.after.join("、"), it.materials.join("、"), limit_text(it.limit));
            let cells: [&str; 9] =
                [&one.id, &it.key, &it.name, &it.name_en, side_text(it.at), &it.field, &after, &limit, &materials];
            cells.map(str::to_owned).to_vec()
        })
    });
    fill(book.add_worksheet(), About::Parts, &headings(About::Parts, &columns), rows)?;

    let columns: Vec<E> = About::Situations.columns().iter().map(|known| known.0).collect();
    let rows = all.iter().flat_map(|one| answer_lines(one).map(move |line| [vec![one.id.clone()], line].concat()));
    fill(book.add_worksheet(), About::Situations, &headings(About::Situations, &columns), rows)?;
    book.save_to_buffer()
}

fn fill(
    sheet: &mut Worksheet,
    about: About,
    headings: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), XlsxError> {
    sheet.set_name(about.sheet())?;
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, heading) in headings.iter().enumerate() {
        sheet.set_column_width(column as u16, WIDTH)?;
        sheet.write_string_with_format(0, column as u16, *heading, &bold)?;
    }
    for (row, cells) in rows.enumerate() {
        for (column, cell) in cells.into_iter().enumerate() {
            // Codes are text: as numbers they would lose their digits.
            if !cell.is_empty() {
                sheet.write_string(row as u32 + 1, column as u16, cell)?;
            }
        }
    }
    Ok(())
}

/// A CSV file in UTF-8 with its mark, by which spreadsheets know the encoding; lists stand in one cell.
pub fn csv(all: &[&Implementation], snapshot: &Snapshot) -> Result<Vec<u8>, csv::Error> {
    let columns = elements(true);
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(headings(About::Items, &columns))?;
    for one in all {
        writer.write_record(columns.iter().map(|element| cell(*element, one, snapshot)))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// JSON, as `tongban publish` takes it.
pub fn json(all: &[&Implementation]) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(all).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Basic items and implementations as JSON-LD in the Core Public Service Vocabulary, application profile 3 (CPSV-AP,
/// <https://semiceu.github.io/CPSV-AP/>): `cpsv:PublicService` with its `cv:Rule`, `cv:Requirement` and `cv:Evidence`, the
/// competent authority as `cv:PublicOrganisation`, `cpsv:Output`, `cv:Cost` and `cv:Channel`. Terms were recalled, not
/// read: <https://data.europa.eu/m8g/> and <http://purl.org/vocab/cpsv#> were not at hand.
pub fn cpsv_ap(all: &[&Implementation], snapshot: &Snapshot, base: &str) -> Vec<u8> {
    let base = base.trim_end_matches('/');
    let used = |item: &&BasicItem| all.iter().any(|one| one.item == item.key);
    let mut graph: Vec<Value> = snapshot.items.iter().filter(used).map(|item| service_of_item(item, base)).collect();
    graph.extend(all.iter().map(|one| service(one, snapshot, base)));
    let document = json!({
        "@context": {
            "cpsv": "http://purl.org/vocab/cpsv#", "cv": "http://data.europa.eu/m8g/",
            "dct": "http://purl.org/dc/terms/", "eli": "http://data.europa.eu/eli/ontology#",
            "schema": "https://schema.org/", "skos": "http://www.w3.org/2004/02/skos/core#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@graph": graph,
    });
    let mut bytes = serde_json::to_vec_pretty(&document).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// A text in Chinese, and in English if there is one.
fn words(zh: &str, en: &str) -> Value {
    let zh = json!({ "@value": zh, "@language": "zh-CN" });
    if en.is_empty() { zh } else { json!([zh, { "@value": en, "@language": "en" }]) }
}

/// A limit as a duration (ISO 8601). It knows no working days: those are said in words beside it.
fn duration(limit: Limit) -> Value {
    json!({ "@type": "xsd:duration", "@value": format!("P{}D", limit.days) })
}

fn service_of_item(item: &BasicItem, base: &str) -> Value {
    let modes: Vec<&str> = match &item.availability {
        Availability::Open { modes } => modes.iter().map(|mode| mode_word(*mode)).collect(),
        _ => Vec::new(),
    };
    let subjects: Vec<&str> = item
        .subjects
        .iter()
        .map(|subject| match subject {
            Subject::Person => "natural-person",
            Subject::Enterprise => "enterprise",
        })
        .collect();
    json!({
        "@id": format!("{base}/catalogue/{}", item.key), "@type": "cpsv:PublicService",
        "dct:identifier": item.key, "dct:title": words(&item.name, &item.name_en), "dct:description": words(&item.scenario, ""),
        "dct:source": item.document, "schema:audience": subjects, "cv:processingMode": modes,
    })
}

fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::FullyOnline => "fully-online",
        Mode::CollectHere => "collect-here",
        Mode::Joint => "joint",
        Mode::Delegated => "delegated",
    }
}

fn service(one: &Implementation, snapshot: &Snapshot, base: &str) -> Value {
    let item = snapshot.item(&one.item);
    let org = snapshot.organisations.get(&one.authority);
    let id = format!("{base}/catalogue/{}", one.id);
    let evidence: Vec<Value> = one
        .materials
        .iter()
        .map(|it| {
            let (name, review) = (words(&it.name, &it.name_en), words(&it.review, &it.review_en));
            let of = format!("{id}#material-{}", it.key);
            json!({ "@id": of, "@type": "cv:Evidence", "dct:identifier": it.key, "dct:title": name, "dct:description": review })
        })
        .collect();
    let requirements: Vec<Value> = one
        .conditions
        .iter()
        .map(|it| json!({ "@type": "cv:Requirement", "dct:description": words(&it.text, &it.text_en) }))
        .collect();
    let unit = |limit: Limit| match limit.unit {
        Unit::Working => "working days",
        Unit::Calendar => "calendar days",
    };
    let about = format!("promised {} {}", one.promised.days, unit(one.promised));
    let about = format!("{about}, statutory {} {}", one.statutory.days, unit(one.statutory));
    let mut service = json!({
        "@id": id, "@type": "cpsv:PublicService",
        "dct:identifier": one.code.map_or_else(|| one.id.clone(), |code| code.to_string()),
        "dct:title": words(item.map_or(&one.item, |item| &item.name), item.map_or("", |item| &item.name_en)),
        "dct:isVersionOf": { "@id": format!("{base}/catalogue/{}", one.item) },
        "dct:spatial": one.region.to_string(),
        "dct:valid": one.from.to_string(),
        "cv:processingTime": duration(one.promised), "skos:note": about,
        "cv:hasCompetentAuthority": {
            "@type": "cv:PublicOrganisation", "dct:identifier": one.authority.to_string(),
            "dct:title": org.map_or(Value::Null, |org| words(&org.name, &org.name_en)),
        },
        "cv:hasLegalResource": { "@type": "eli:LegalResource", "dct:title": words(&one.legal_basis, "") },
        "cv:holdsRequirement": requirements,
        "cpsv:hasInput": evidence,
        "cpsv:produces": { "@type": "cpsv:Output", "dct:title": words(&one.result, &one.result_en) },
    });
    if !one.fee.is_empty() {
        let (fee, basis) = (words(&one.fee, ""), words(&one.fee_basis, ""));
        service["cv:hasCost"] = json!({ "@type": "cv:Cost", "dct:description": fee, "dct:source": basis });
    }
    if !one.place.is_empty() || !one.phone.is_empty() {
        service["cv:hasChannel"] = json!({
            "@type": "cv:Channel", "dct:description": words(&one.place, ""), "schema:openingHours": one.hours,
            "schema:telephone": one.phone,
        });
    }
    service
}
