//! A small PDF for generated decisions: Chinese text without embedded fonts.
//!
//! It names the standard CID font STSong-Light with a predefined encoding; every viewer brings a Chinese font of its own
//! for it. So a decision of one page is a file of a few kilobytes, and its text can be selected and read aloud.

use std::fmt::Write as _;

const WIDTH: f64 = 595.0;
const HEIGHT: f64 = 842.0;
const MARGIN: f64 = 72.0;
/// Space between two lines, as a multiple of the type size.
const LEADING: f64 = 1.75;
/// These may not begin a line: they hang over the end of the one before.
const HANGING: &str = "，。、；：！？）》”’,.;:)";

/// A paragraph.
#[derive(Clone, Debug)]
pub struct Paragraph {
    /// Its text.
    pub text: String,
    /// Type size in points.
    pub size: f64,
    /// Where each line stands: 0 left, 0.5 in the middle, 1 right.
    pub place: f64,
}

impl Paragraph {
    /// Running text.
    pub fn text(text: impl Into<String>) -> Paragraph {
        Paragraph { text: text.into(), size: 12.0, place: 0.0 }
    }

    /// Who signs, and when.
    pub fn signature(text: impl Into<String>) -> Paragraph {
        Paragraph { text: text.into(), size: 12.0, place: 1.0 }
    }

    /// A title.
    pub fn title(text: impl Into<String>) -> Paragraph {
        Paragraph { text: text.into(), size: 20.0, place: 0.5 }
    }
}

/// A file of as many A4 pages as the text needs. `mark` stands on top of every page.
pub fn pdf(title: &str, mark: Option<&str>, paragraphs: &[Paragraph]) -> Vec<u8> {
    let pages = pages(mark, paragraphs);
    let first_page = 7;
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", first_page + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H \
         /DescendantFonts [4 0 R] >>"
            .to_owned(),
        // CIDs 1 to 95 are the Latin letters and digits: half as wide as a Chinese character.
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) \
         /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R /DW 1000 /W [1 95 500] >>"
            .to_owned(),
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 \
         /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            .to_owned(),
        format!("<< /Title <FEFF{}> /Producer (Tongban) >>", hex(title)),
    ];
    for (number, content) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << /Font << /F1 3 0 R >> >> \
             /Contents {} 0 R >>",
            first_page + 2 * number + 1
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}endstream", content.len()));
    }
    file(&objects)
}

fn file(objects: &[String]) -> Vec<u8> {
    // The comment of high bytes tells programs that the file is not plain text.
    let mut out = b"%PDF-1.4\n%\xE9\x80\x9A\xE5\n".to_vec();
    let mut offsets = Vec::with_capacity(objects.len());
    for (number, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
    }
    let start = out.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(tail, "{offset:010} 00000 n ");
    }
    let size = objects.len() + 1;
    let _ = write!(tail, "trailer\n<< /Size {size} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{start}\n%%EOF\n");
    out.extend_from_slice(tail.as_bytes());
    out
}

/// The content of each page.
fn pages(mark: Option<&str>, paragraphs: &[Paragraph]) -> Vec<String> {
    let head = || {
        let mut content = String::new();
        if let Some(mark) = mark {
            let x = (WIDTH - units(mark) * 11.0) / 2.0;
            let (box_x, box_width) = (x - 8.0, units(mark) * 11.0 + 16.0);
            let _ = writeln!(content, "{box_x:.1} {:.1} {box_width:.1} 20 re S", HEIGHT - 56.0);
            show(&mut content, x, HEIGHT - 50.0, 11.0, mark);
        }
        content
    };
    let mut pages = Vec::new();
    let (mut content, mut y) = (head(), HEIGHT - 90.0);
    for paragraph in paragraphs {
        let size = paragraph.size;
        for line in wrap(&paragraph.text, (WIDTH - 2.0 * MARGIN) / size) {
            y -= size * LEADING;
            if y < MARGIN {
                pages.push(std::mem::replace(&mut content, head()));
                y = HEIGHT - 90.0 - size * LEADING;
            }
            let x = MARGIN + (WIDTH - 2.0 * MARGIN - units(&line) * size).max(0.0) * paragraph.place;
            show(&mut content, x, y, size, &line);
        }
        y -= size * 0.5;
    }
    pages.push(content);
    pages
}

fn show(content: &mut String, x: f64, y: f64, size: f64, text: &str) {
    let _ = writeln!(content, "BT /F1 {size:.1} Tf {x:.1} {y:.1} Td <{}> Tj ET", hex(text));
}

/// Text as the font's encoding has it: two bytes a character. What lies beyond shows as the usual placeholder.
fn hex(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        let code = u16::try_from(u32::from(character)).unwrap_or(0x3013);
        let _ = write!(out, "{code:04X}");
    }
    out
}

/// Width as a multiple of the type size.
fn units(text: &str) -> f64 {
    text.chars().map(unit).sum()
}

fn unit(character: char) -> f64 {
    if character.is_ascii() { 0.5 } else { 1.0 }
}

/// Breaks text into lines. Numbers and Latin words stay whole where they fit on a line.
fn wrap(text: &str, most: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for part in text.lines() {
        let mut line = String::new();
        for word in words(part) {
            let hangs = word.chars().all(|character| HANGING.contains(character));
            if !line.is_empty() && !hangs && units(&line) + units(&word) > most {
                lines.push(std::mem::take(&mut line));
            }
            for character in word.chars() {
                if units(&line) + unit(character) > most + if hangs { 1.0 } else { 0.0 } {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(character);
            }
        }
        lines.push(line);
    }
    lines
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for character in text.chars() {
        let joins = |word: &String| word.chars().last().is_some_and(|last| last.is_ascii_alphanumeric() || last == '-');
        let latin = character.is_ascii_alphanumeric() || character == '-' || character == '*';
        match words.last_mut() {
            Some(word) if latin && (joins(word) || word.ends_with('*')) => word.push(character),
            _ => words.push(character.to_string()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Paragraph, pdf, units, wrap};

    fn sample(lines: usize) -> Vec<u8> {
        let mut paragraphs = vec![Paragraph::title("准予决定书")];
        paragraphs.extend((0..lines).map(|number| Paragraph::text(format!("第 {number} 条：住房公积金（演练）"))));
        pdf("准予决定书", Some("演练数据"), &paragraphs)
    }

    #[test]
    fn every_offset_leads_to_its_object() {
        for lines in [3, 90] {
            let file = sample(lines);
            assert!(file.starts_with(b"%PDF-1.4\n"));
            let position = |what: &str| file.windows(what.len()).position(|window| window == what.as_bytes()).unwrap();
            let xref = position("xref\n0 ");
            let table = std::str::from_utf8(&file[xref..]).unwrap();
            let offsets: Vec<usize> =
                table.lines().filter(|line| line.ends_with(" n ")).map(|line| line[..10].parse().unwrap()).collect();
            for (number, offset) in offsets.iter().enumerate() {
                assert!(file[*offset..].starts_with(format!("{} 0 obj\n", number + 1).as_bytes()));
            }
            assert!(table.contains(&format!("startxref\n{xref}\n%%EOF")));
            assert!(table.contains(&format!("/Size {}", offsets.len() + 1)));
        }
    }

    #[test]
    fn long_text_takes_more_pages() {
        let count = |file: &[u8]| file.windows(12).filter(|window| window == b"/Type /Page ").count();
        assert_eq!(count(&sample(3)), 1);
        assert_eq!(count(&sample(90)), 4);
    }

    #[test]
    fn lines_fit_and_numbers_stay_whole() {
        let lines = wrap("收件编号340100202611230001-D，经审查，决定准予你的申请。", 14.0);
        assert!(lines.iter().all(|line| units(line) <= 15.0), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("340100202611230001-D")), "{lines:?}");
        assert!(lines.iter().all(|line| !line.starts_with('，')), "{lines:?}");
    }

    #[test]
    fn is_taken_for_a_pdf() {
        assert_eq!(infer::get(&sample(1)).map(|kind| kind.mime_type()), Some("application/pdf"));
    }
}
