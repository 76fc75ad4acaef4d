//! What the pages on methods tell a researcher to type, typed: every `console` block of them is run, and has to print what
//! stands there. `TONGBAN_DOCS=write` writes the pages anew.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{PROGRAM, run_with};

/// The pages. Commands of one page run one after the other in one folder, where `data/` is what the repository has.
const PAGES: [&str; 2] = ["docs/network.md", "docs/study.md"];
const BEGIN: &str = "```console\n";
const END: &str = "```\n";
const PROMPT: &str = "$ tongban ";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder with the data that pages name, so that nothing is written where the sources are.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data/network");
    std::fs::create_dir_all(&data).unwrap();
    for file in std::fs::read_dir(repository().join("data/network")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), data.join(file.file_name())).unwrap();
    }
    folder
}

/// What a command prints; what it refuses, too, which begins with the name of the program.
fn printed(words: &str, folder: &Path) -> String {
    let arguments: Vec<&str> = words.split_whitespace().collect();
    let ran = run_with(Command::new(PROGRAM).args(&arguments).current_dir(folder), "");
    assert!(ran.code == 0 || ran.err.starts_with("tongban: ["), "{words}\n{}", ran.err);
    format!("{}{}", ran.text(), ran.err)
}

/// A block with what its commands print now.
fn block(held: &str, folder: &Path) -> String {
    let mut new = String::new();
    for line in held.lines().filter_map(|line| line.strip_prefix(PROMPT)) {
        let out = printed(line, folder);
        let _ = writeln!(new, "{PROMPT}{line}");
        new.push_str(&out);
        assert!(out.is_empty() || out.ends_with('\n'), "{line}: the last line has no end");
    }
    assert!(!new.is_empty(), "a block without a command:\n{held}");
    new
}

#[test]
fn what_the_pages_print_is_what_is_printed() {
    for page in PAGES {
        let path = repository().join(page);
        let held = std::fs::read_to_string(&path).unwrap();
        let folder = folder();
        let mut parts = held.split(BEGIN);
        let mut new = parts.next().unwrap_or_default().to_owned();
        let mut blocks = 0;
        for part in parts {
            let (commands, after) = part.split_once(END).unwrap_or_else(|| panic!("{page}: a block without an end"));
            let _ = write!(new, "{BEGIN}{}{END}{after}", block(commands, folder.path()));
            blocks += 1;
        }
        assert!(blocks > 0, "{page} has no blocks");
        if std::env::var_os("TONGBAN_DOCS").is_some_and(|word| word == "write") {
            std::fs::write(&path, new).unwrap();
        } else if let Some((held, new)) = held.lines().zip(new.lines()).find(|(held, new)| held != new) {
            panic!("{page} says\n{held}\nand printed is\n{new}\nIt is written anew with TONGBAN_DOCS=write.");
        } else {
            assert_eq!(held.len(), new.len(), "{page} is written anew with TONGBAN_DOCS=write");
        }
    }
}

/// Figures that others published, or that another program gives: each stands on the page as the page's commands print it.
#[test]
fn the_page_holds_the_figures_of_others() {
    let page = std::fs::read_to_string(repository().join("docs/network.md")).unwrap();
    let (_, rest) = page.split_once("## 复现 Reproduce\n").expect("the section");
    let (section, _) = rest.split_once("\n## ").expect("a section after it");
    let printed: String = section.split(BEGIN).skip(1).filter_map(|part| part.split(END).next()).collect();
    let words: Vec<f64> = printed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let mut figures = 0;
    // Rows of the table: what, the figure of others, by whom.
    for row in section.lines().filter(|line| line.starts_with("| ") && line.contains(" | ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [what, all, _] = cells.as_slice() else { continue };
        for figure in all.split_whitespace() {
            let Ok(value) = figure.parse::<f64>() else { continue };
            // Both are rounded: that one to the places that it has, this one to six.
            let places = figure.split_once('.').map_or(0, |(_, places)| places.len()).min(6);
            let apart = |word: &f64| (word - value).abs() * 10_f64.powi(places as i32);
            let is_there = words.iter().any(|word| if places == 0 { *word == value } else { apart(word) < 1.01 });
            assert!(is_there, "{what}: {figure} is not printed");
            figures += 1;
        }
    }
    assert!(figures > 60, "{figures}");
}
