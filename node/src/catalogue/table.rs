//! A file as rows of cells: Excel (.xlsx, .xls) and CSV. What it is, is read from its bytes, never from its name.

use std::io::{Cursor, Read as _};

use calamine::{Data, Dimensions, Reader as _, SheetType, SheetVisible, Xls, Xlsx};
use zip::ZipArchive;

use super::encoding::decode;
use super::fault::{Fault, Place};
use crate::limits;

/// Which kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excel since 2007.
    Xlsx,
    /// Excel before.
    Xls,
    /// Text with separators.
    Csv,
    /// JSON.
    Json,
}

impl Format {
    /// Looks at the bytes. None: it is none of these.
    pub fn of(bytes: &[u8]) -> Option<Format> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Some(Format::Xlsx);
        }
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Some(Format::Xls);
        }
        // Text holds no zero byte in any encoding that is read here; UTF-16 does.
        if bytes.contains(&0) {
            return None;
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace())?;
        Some(if b"[{".contains(first) { Format::Json } else { Format::Csv })
    }
}

/// A formula in a sheet.
#[derive(Clone, Copy, Debug)]
pub struct Formula {
    /// Row, from 1.
    pub row: u32,
    /// Column, from 1.
    pub column: u32,
    /// Whether the file holds what came out of it.
    pub has_value: bool,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its number, from 1, as a spreadsheet shows it; of CSV the line.
    pub number: u32,
    /// What stands in it: column, from 1, and text without surrounding space. Empty cells are left out.
    pub cells: Vec<(u32, String)>,
}

/// A sheet that people see.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its name; empty for CSV.
    pub name: String,
    /// Rows in which something stands.
    pub rows: Vec<Row>,
    /// Last row of each stretch of merged cells, and its first cell: row and column.
    pub merged: Vec<(u32, (u32, u32))>,
    /// Formulas.
    pub formulas: Vec<Formula>,
}

impl Sheet {
    /// Adds a cell; rows come in order.
    fn add(&mut self, row: u32, column: u32, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match self.rows.last_mut() {
            Some(last) if last.number == row => last.cells.push((column, text.to_owned())),
            _ => self.rows.push(Row { number: row, cells: vec![(column, text.to_owned())] }),
        }
    }

    /// Whether it has more rows than are read.
    fn is_full(&self) -> bool {
        self.rows.len() > limits::CATALOGUE_ROWS_MAX
    }
}

/// Reads a file that is no JSON. What cannot be read at all, and what was left out, is said in `faults`.
pub fn read(bytes: &[u8], format: Format, faults: &mut Vec<Fault>) -> Vec<Sheet> {
    let sheets = match format {
        Format::Xlsx => xlsx(bytes, faults),
        Format::Xls => xls(bytes, faults),
        Format::Csv | Format::Json => csv(bytes, faults),
    };
    let sheets = sheets.unwrap_or_else(|fault| {
        faults.push(*fault);
        Vec::new()
    });
    for sheet in sheets.iter().filter(|sheet| sheet.is_full()) {
        let most = limits::CATALOGUE_ROWS_MAX.to_string();
        faults.push(Fault::error("too-many-rows", Place::sheet(&sheet.name)).with("most", most));
    }
    sheets
}

fn unreadable(error: impl std::fmt::Display) -> Box<Fault> {
    Box::new(Fault::error("file-unreadable", Place::default()).with("error", error.to_string()))
}

type Sheets = Result<Vec<Sheet>, Box<Fault>>;

/// Names of the sheets that people see and that hold cells. Hidden ones are told of.
fn visible(sheets: &[calamine::Sheet], faults: &mut Vec<Fault>) -> Vec<String> {
    let mut names = Vec::new();
    for sheet in sheets {
        if sheet.visible != SheetVisible::Visible {
            faults.push(Fault::warning("sheet-hidden", Place::sheet(&sheet.name)));
        } else if sheet.typ == SheetType::WorkSheet {
            names.push(sheet.name.clone());
        }
    }
    names
}

fn merged(cells: Vec<Dimensions>) -> Vec<(u32, (u32, u32))> {
    cells.into_iter().map(|area| (area.end.0 + 1, (area.start.0 + 1, area.start.1 + 1))).collect()
}

/// Looks whether a spreadsheet unpacks to so many bytes at most. They are counted, for a file may say anything of its size;
/// nothing of them is kept.
fn bounded(bytes: &[u8], most: u64) -> Result<(), Box<Fault>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = most;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).map_err(unreadable)?;
        let read = std::io::copy(&mut file.by_ref().take(left.saturating_add(1)), &mut std::io::sink());
        left = left.checked_sub(read.map_err(unreadable)?).ok_or_else(|| {
            let most = (most / (1024 * 1024)).to_string();
            Box::new(Fault::error("too-large-unpacked", Place::default()).with("most", most))
        })?;
    }
    Ok(())
}

fn xlsx(bytes: &[u8], faults: &mut Vec<Fault>) -> Sheets {
    bounded(bytes, limits::CATALOGUE_UNPACKED_BYTES_MAX)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut sheets = Vec::new();
    for name in visible(book.sheets_metadata(), faults) {
        let areas = book.merge_cells_by_sheet_name(&name).map_err(unreadable)?;
        let mut sheet = Sheet { name: name.clone(), merged: merged(areas), ..Sheet::default() };
        // Cell by cell: one cell far out would make a range of all that lies between.
        let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
        while let Some(cell) = cells.next_cell_with_formula().map_err(unreadable)? {
            let (row, column) = (cell.pos.0 + 1, cell.pos.1 + 1);
            let text = text_of(&cell.value.into());
            if cell.formula.is_some() {
                sheet.formulas.push(Formula { row, column, has_value: !text.trim().is_empty() });
            }
            sheet.add(row, column, &text);
            if sheet.is_full() {
                break;
            }
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn xls(bytes: &[u8], faults: &mut Vec<Fault>) -> Sheets {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut sheets = Vec::new();
    for name in visible(book.sheets_metadata(), faults) {
        let areas = book.merge_cells_by_sheet_name(&name).map_err(unreadable)?;
        let mut sheet = Sheet { name: name.clone(), merged: merged(areas), ..Sheet::default() };
        let range = book.worksheet_range(&name).map_err(unreadable)?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            sheet.add(top + row as u32 + 1, left + column as u32 + 1, &text_of(value));
        }
        let formulas = book.worksheet_formula(&name).map_err(unreadable)?;
        let (top, left) = formulas.start().unwrap_or_default();
        for (row, column, _) in formulas.used_cells() {
            let at = (top + row as u32, left + column as u32);
            let has_value = range.get_value(at).is_some_and(|value| !text_of(value).trim().is_empty());
            sheet.formulas.push(Formula { row: at.0 + 1, column: at.1 + 1, has_value });
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// A value as it would be typed.
fn text_of(value: &Data) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        // Whole numbers are written without a point; a spreadsheet holds every number so.
        Data::Float(number) => number.to_string(),
        Data::Bool(is) => if *is { "1" } else { "0" }.to_owned(),
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTime(date) => date.as_f64().to_string(),
        Data::Error(error) => error.to_string(),
    }
}

fn csv(bytes: &[u8], faults: &mut Vec<Fault>) -> Sheets {
    let text = decode(bytes).ok_or_else(|| Box::new(Fault::error("encoding", Place::default())))?;
    // The line with the headings says by what cells are parted.
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |mark: &char| first.matches(*mark).count();
    let separator = [';', '\t', ','].into_iter().max_by_key(count).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(separator as u8);
    let mut sheet = Sheet::default();
    // The reader's own count of lines slips where \r\n falls on the edge of its buffer: lines are counted here.
    let (mut line, mut counted) = (1, 0);
    for record in reader.from_reader(text.as_bytes()).records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(*unreadable(error));
                break;
            }
        };
        let begin = record.position().map_or(counted, |position| position.byte() as usize).clamp(counted, text.len());
        line += text.as_bytes()[counted..begin].iter().filter(|byte| **byte == b'\n').count() as u32;
        counted = begin;
        // A record may begin with the end of the line before, or with empty lines.
        let blank = text.as_bytes()[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let row = line + blank.filter(|byte| **byte == b'\n').count() as u32;
        for (at, cell) in record.iter().enumerate() {
            sheet.add(row, at as u32 + 1, cell);
        }
        if sheet.is_full() {
            break;
        }
    }
    Ok(vec![sheet])
}

/// The letters by which a spreadsheet names a column, from 1.
pub fn letters(column: u32) -> String {
    let (mut rest, mut letters) = (column, Vec::new());
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use encoding_rs::GB18030;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn what_unpacks_to_too_much_is_not_read() {
        let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"] {
            bomb.start_file(name, SimpleFileOptions::default()).unwrap();
            bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        let bytes = bomb.finish().unwrap().into_inner();
        assert!(bytes.len() < 1 << 15, "{}", bytes.len());
        assert!(bounded(&bytes, 2 << 20).is_ok());
        // Each by itself would do; together they do not.
        assert_eq!(bounded(&bytes, (2 << 20) - 1).unwrap_err().code, "too-large-unpacked");
        assert_eq!(bounded(&bytes[..bytes.len() / 2], 2 << 20).unwrap_err().code, "file-unreadable");
    }

    #[test]
    fn columns_have_their_letters() {
        let named = [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA")];
        named.iter().for_each(|(column, name)| assert_eq!(letters(*column), *name));
    }

    #[test]
    fn the_bytes_say_what_a_file_is() {
        let kinds: [(&[u8], Option<Format>); 6] = [
            (b"PK\x03\x04", Some(Format::Xlsx)),
            (b"\xef\xbb\xbf  [{}]", Some(Format::Json)),
            (b"item,region", Some(Format::Csv)),
            (b"\xff\xfea\x00", None),
            (b"", None),
            (b" \n", None),
        ];
        kinds.iter().for_each(|(bytes, kind)| assert_eq!(Format::of(bytes), *kind, "{bytes:?}"));
    }

    #[test]
    fn encodings_are_found_and_wrong_ones_are_said() {
        for bytes in ["事项,区划\n甲,1".as_bytes().to_vec(), GB18030.encode("事项,区划\n甲,1").0.into_owned()]
        {
            let mut faults = Vec::new();
            let sheets = read(&bytes, Format::Csv, &mut faults);
            assert!(faults.is_empty());
            assert_eq!(sheets[0].rows[1].cells, [(1, "甲".to_owned()), (2, "1".to_owned())]);
            assert_eq!(sheets[0].rows[1].number, 2);
        }
        let mut faults = Vec::new();
        assert!(read(b"\xe4\xba,\xff\xff", Format::Csv, &mut faults).is_empty());
        assert_eq!(faults[0].code, "encoding");
    }
}
