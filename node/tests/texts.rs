//! Every sentence is there in both languages, and can be written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use tongban::catalogue::{CODES as CODES_OF_CATALOGUE, Severity};
use tongban::peer::bundle::CODES as CODES_OF_BUNDLES;
use tongban::service::common_text::State;
use tongban::service::{ItemFault, UploadFault};
use tongban::store::CannotState;
use tongban::text::{FILES, Lang};
use tongban::web::SIGN_IN_CODES as CODES_OF_SIGN_IN;
use tongban_core::case::{Barrier, Phase, REASONS, Step};
use tongban_core::dossier::REFUSALS;
use tongban_core::ident::{PersonIdError, RealmError, Subject, UsccError};
use tongban_core::item::Stance;
use tongban_core::network::diagnosis::{FIGURES, NEEDS, RULES};
use tongban_core::rule::CODES;

/// What may stand in Chinese in an English text: names of products and forms that have no other.
const CHINESE_IN_ENGLISH: &[&str] = &["跨省通办", "通办"];

/// The messages of a file: key and source, further lines included.
fn messages(source: &str) -> BTreeMap<String, String> {
    let mut messages: BTreeMap<String, String> = BTreeMap::new();
    let mut last = None;
    for line in source.lines() {
        let is_key = |key: &str| key.starts_with(|c: char| c.is_ascii_alphabetic()) && !key.contains(' ');
        if let Some((key, text)) = line.split_once(" =")
            && is_key(key)
        {
            assert!(messages.insert(key.to_owned(), text.to_owned()).is_none(), "{key} stands twice");
            last = Some(key.to_owned());
        } else if line.starts_with(' ')
            && let Some(key) = &last
        {
            messages.entry(key.clone()).or_default().push_str(line);
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "neither text nor remark: {line}");
        }
    }
    messages
}

/// Names of the values that a message wants.
fn values(source: &str) -> BTreeSet<String> {
    let names = source.split('$').skip(1);
    names.map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()).collect()
}

fn both(key: &str) {
    for lang in [Lang::Zh, Lang::En] {
        assert!(lang.has(key), "{}: no {key}", lang.name());
    }
}

fn spelt(word: &str) -> String {
    word.replace('_', "-")
}

#[test]
fn every_file_has_the_same_keys_in_both_languages() {
    let mut seen = BTreeSet::new();
    for (name, zh, en) in FILES {
        let (zh, en) = (messages(zh), messages(en));
        let keys = |messages: &BTreeMap<String, String>| messages.keys().cloned().collect::<BTreeSet<_>>();
        let (zh_keys, en_keys) = (keys(&zh), keys(&en));
        let only_zh: Vec<_> = zh_keys.difference(&en_keys).collect();
        let only_en: Vec<_> = en_keys.difference(&zh_keys).collect();
        assert!(only_zh.is_empty() && only_en.is_empty(), "{name}: only Chinese {only_zh:?}, only English {only_en:?}");
        for (key, text) in &zh {
            assert_eq!(values(text), values(&en[key]), "{name}: {key} wants other values in the other language");
            assert!(seen.insert(key.clone()), "{key} stands in {name} and in a file before it");
        }
    }
    assert!(seen.len() > 200, "{}", seen.len());
}

#[test]
fn every_text_can_be_written_and_is_not_its_own_key() {
    for (lang, tag) in [(Lang::Zh, "zh-CN"), (Lang::En, "en")] {
        for (name, zh, en) in FILES {
            let source = if lang == Lang::Zh { zh } else { en };
            let resource = FluentResource::try_new((*source).to_owned());
            let resource = resource.unwrap_or_else(|(_, errors)| panic!("{tag} {name}: {errors:?}"));
            let mut bundle = FluentBundle::new(vec![tag.parse().unwrap()]);
            bundle.set_use_isolating(false);
            bundle.add_resource(resource).unwrap_or_else(|errors| panic!("{tag} {name}: {errors:?}"));
            for (key, source) in messages(source) {
                let message = bundle.get_message(&key).unwrap_or_else(|| panic!("{tag} {name}: {key} is not read"));
                let pattern = message.value().unwrap_or_else(|| panic!("{tag} {name}: {key} is empty"));
                // As a page does: a word, and a number where one is counted.
                for value in ["试", "1", "12"] {
                    let wanted = values(&source);
                    let mut args = FluentArgs::new();
                    let counted = value.parse::<u32>().map_or_else(|_| FluentValue::from(value), FluentValue::from);
                    wanted.iter().for_each(|name| args.set(name.as_str(), counted.clone()));
                    let mut errors = Vec::new();
                    let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
                    assert!(errors.is_empty(), "{tag} {name}: {key}: {errors:?}");
                    assert!(!text.trim().is_empty() && text != key, "{tag} {name}: {key}");
                    let given: Vec<(&str, &str)> = wanted.iter().map(|name| (name.as_str(), value)).collect();
                    assert_eq!(lang.tf(&key, &given), text, "{tag} {name}: {key} comes out otherwise on a page");
                    assert!(!text.contains("{ $") && !text.contains("{$"), "{tag} {name}: {key}: {text}");
                }
            }
        }
    }
}

/// Every file of the program's source.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_key_that_the_program_names_is_there() {
    let mut named = 0;
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = std::fs::read_to_string(&file).unwrap();
        for call in [".t(", ".tf("] {
            for rest in source.split(call).skip(1) {
                let Some((key, _)) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
                    continue;
                };
                named += 1;
                for lang in [Lang::Zh, Lang::En] {
                    assert!(lang.has(key), "{}: no {key}, which {} names", lang.name(), file.display());
                }
            }
        }
    }
    assert!(named > 100, "{named}");
}

#[test]
fn every_rule_that_says_no_says_why() {
    for code in CODES {
        both(&format!("why-{code}"));
    }
}

#[test]
fn every_reason_says_what_to_do() {
    for reason in REASONS {
        both(&format!("reason-{}", reason.code));
        both(&format!("reason-{}-todo", reason.code));
        both(&format!("reason-{}-you", reason.code));
    }
    use Barrier::*;
    for barrier in [Administrative, Household, Technical, Material, Other] {
        both(&format!("barrier-{}", barrier.name()));
    }
}

#[test]
fn every_fault_of_a_catalogue_says_what_to_do() {
    for (code, _) in CODES_OF_CATALOGUE {
        both(&format!("import-{code}"));
        both(&format!("import-{code}-todo"));
    }
    for element in tongban::catalogue::write::compared() {
        let name = tongban::catalogue::column::name(tongban::catalogue::column::About::Items, element);
        both(&format!("import-element-{name}"));
    }
}

#[test]
fn every_diagnosis_says_what_it_is_and_what_refutes_it() {
    for rule in RULES {
        for end in ["", "-says", "-refuted"] {
            both(&format!("diagnosis-{}{end}", rule.key));
        }
    }
    FIGURES.iter().for_each(|name| both(&format!("diagnosis-figure-{name}")));
    NEEDS.iter().for_each(|name| both(&format!("diagnosis-need-{name}")));
}

#[test]
fn every_reason_against_a_bundle_is_explained() {
    CODES_OF_BUNDLES.iter().for_each(|code| both(code));
}

#[test]
fn every_sign_in_that_failed_says_what_to_do() {
    for code in CODES_OF_SIGN_IN {
        both(code);
        both(&format!("{code}-todo"));
    }
}

#[test]
fn every_level_of_a_picture_has_its_word() {
    for level in tongban_core::network::facts::Level::ALL {
        both(&format!("picture-level-{}", level.name()));
    }
}

#[test]
fn every_phase_step_and_act_has_its_word() {
    use Phase as P;
    let phases = [
        P::Draft,
        P::TakenIn,
        P::HandedOver,
        P::Received,
        P::Returned,
        P::CorrectionAsked,
        P::Corrected,
        P::Accepted,
        P::NotAccepted,
        P::Decided,
        P::Delivered,
        P::Withdrawn,
    ];
    for phase in phases {
        both(&format!("phase-{}", spelt(phase.name())));
    }
    use Step as S;
    let steps = [
        S::TakeIn,
        S::HandOver,
        S::Receive,
        S::Accept,
        S::AnswerCorrection,
        S::Decide,
        S::Deliver,
        S::Mend,
        S::Rate,
        S::Nothing,
    ];
    for step in steps {
        both(&format!("step-{}", spelt(step.name())));
    }
    let acts = [
        "drafted",
        "materials_added",
        "material_removed",
        "material_waived",
        "taken_in",
        "handed_over",
        "received",
        "returned",
        "accepted",
        "not_accepted",
        "correction_asked",
        "correction_answered",
        "decided",
        "delivered",
        "rated",
        "withdrawn",
    ];
    for act in acts {
        both(&format!("act-{}", spelt(act)));
    }
    for rule in ["relay-push", "relay-recheck", "law-32", "law-44", "correction", "promised"] {
        both(&format!("rule-{rule}"));
    }
    for level in 1..=5 {
        both(&format!("level-{level}"));
    }
}

#[test]
fn every_wrong_field_and_file_is_explained() {
    use PersonIdError as P;
    use UsccError as U;
    let person = [P::Length, P::Characters, P::Area, P::BirthImpossible, P::BirthInFuture, P::CheckDigit];
    let firm = [U::Length, U::Characters, U::Region, U::CheckDigit];
    let realm = [
        RealmError::DrillOnlyReserved(Subject::Person),
        RealmError::ProductionRefusesReserved(Subject::Person),
        RealmError::PhoneFormat,
        RealmError::MailFormat,
    ];
    let own = ["name-empty", "name-long", "contact-empty", "id-kind-subject"];
    let codes = person.iter().map(P::code).chain(firm.iter().map(U::code)).chain(realm.iter().map(RealmError::code));
    for code in codes.chain(own) {
        both(&format!("field-{code}"));
    }
    let cannot = [
        "wish-empty",
        "barrier-empty",
        "cannot-long",
        "org-unknown",
        "receipt-unknown",
        "again-empty",
        "again-once",
        "answer-empty",
        "state-unknown",
        "passed-empty",
        "passed-long",
        "already-answered",
    ];
    cannot.iter().for_each(|code| both(&format!("field-{code}")));
    ["day-format", "day-past", "day-far"].iter().for_each(|code| both(&format!("field-{code}")));
    State::ALL.iter().for_each(|state| both(&format!("proposal-state-{}", spelt(state.name()))));
    Stance::ALL.iter().for_each(|stance| both(&format!("proposal-stance-{}", spelt(stance.name()))));
    for state in CannotState::ALL {
        both(&format!("cannot-state-{}", state.name()));
    }
    let name = String::new;
    let uploads = [
        UploadFault::Empty { name: name() },
        UploadFault::TooLarge { name: name(), bytes: 1 },
        UploadFault::Kind { name: name() },
    ];
    for fault in uploads {
        both(&format!("fault-{}", fault.code()));
    }
    use ItemFault as I;
    let items = [I::Unknown, I::Closed, I::NotYet, I::ModeUnverified, I::NotInForce, I::RegionNotServed, I::Subject];
    for fault in items {
        both(&format!("fault-{fault}"));
    }
    for code in
        ["recovering", "store", "not-found", "forbidden", "too-many-tries", "login-wrong", "form-too-large", "csrf"]
    {
        both(&format!("fault-{code}"));
    }
}

/// The codes with which a peer's request is refused, as the source has them.
fn ask_codes() -> BTreeSet<String> {
    let node = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [node.join("src/peer/server.rs"), node.join("../core/src/exchange/ask.rs")];
    let sources = files.map(|file| std::fs::read_to_string(file).unwrap());
    let codes = sources.iter().flat_map(|source| source.split("\"ask-").skip(1));
    codes.map(|rest| format!("ask-{}", rest.split('"').next().unwrap())).collect()
}

#[test]
fn every_refusal_of_what_others_sent_says_what_to_do() {
    for code in REFUSALS.iter().map(|code| (*code).to_owned()).chain(ask_codes()) {
        both(&format!("refusal-{code}"));
        // A batch is asked for again by the node itself: for all of these the remedy is one.
        if !code.starts_with("batch-") {
            both(&format!("refusal-{code}-todo"));
        }
    }
    both("remedy-peer");
}

/// `docs/codes.md` is written from the texts: `TONGBAN_DOCS=write cargo test -p tongban --test texts codes` writes it anew.
#[test]
fn the_page_of_codes_is_that_of_the_texts() {
    let both = |key: &str| format!("{}<br>{}", Lang::Zh.t(key), Lang::En.t(key));
    let row = |code: &str| {
        let todo = format!("refusal-{code}-todo");
        let todo = if Lang::En.has(&todo) { todo } else { "remedy-peer".to_owned() };
        format!("| `{code}` | {} | {} |\n", both(&format!("refusal-{code}")), both(&todo))
    };
    let head = "| code | 是什么 What it is | 怎么办 What to do |\n|---|---|---|\n";
    let refusals: String = REFUSALS.iter().map(|code| row(code)).collect();
    let answers: String = ["answer-malformed", "answer-too-large"].into_iter().map(row).collect();
    let asks: String = ask_codes().iter().map(|code| row(code)).collect();
    let intro = "\
        What `tongban verify` and the reader of peers' streams say of what others sent. Every code stands for one cause, and\n\
        `core/tests/corpus/files` has files that are refused with it. `node/tests/texts.rs` writes this page.\n\n\
        What a peer sent is refused whole: nothing of it is stored, the log has one warning with the code, `/operator` shows it\n\
        beside the node, and the node asks again. A stamp that is signed as it must be and does not follow is kept beside the\n\
        log with its `stamp-` code, as evidence.";
    let page = format!(
        "# 代码 Codes of refusal\n\n{intro}\n\n## 文件与批次 Files and batches\n\n{head}{refusals}{answers}\n\
         ## 节点的请求 Requests of nodes\n\n{head}{asks}"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/codes.md");
    if std::env::var_os("TONGBAN_DOCS").is_some_and(|word| word == "write") {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(std::fs::read_to_string(&path).is_ok_and(|held| held == page), "docs/codes.md is not what the texts say");
}

/// The table of codes in `docs/catalogue.md` is written from the texts: `TONGBAN_DOCS=write cargo test -p tongban --test texts
/// codes` writes it anew. A value stands there by its name.
#[test]
fn the_codes_of_the_catalogue_are_those_of_the_texts() {
    let plain = |text: &str| text.replace("{ $", "").replace(" }", "");
    let texts: Vec<BTreeMap<String, String>> = FILES
        .iter()
        .filter(|(name, ..)| *name == "import")
        .flat_map(|(_, zh, en)| [messages(zh), messages(en)])
        .collect();
    let both = |key: &str| texts.iter().map(|texts| plain(texts[key].trim())).collect::<Vec<_>>().join("<br>");
    let row = |(code, severity): &(&str, Severity)| {
        let letter = if *severity == Severity::Error { "E" } else { "W" };
        let (what, todo) = (both(&format!("import-{code}")), both(&format!("import-{code}-todo")));
        format!("| `{code}` | {letter} | {what} | {todo} |\n")
    };
    let head = "| code | | 是什么 What it is | 怎么办 What to do |\n|---|---|---|---|\n";
    let table: String = CODES_OF_CATALOGUE.iter().map(row).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/catalogue.md");
    let page = std::fs::read_to_string(&path).unwrap();
    // Nothing stands below the table.
    let (before, held) = page.split_once(head).expect("the table of codes has its head");
    if std::env::var_os("TONGBAN_DOCS").is_some_and(|word| word == "write") {
        std::fs::write(&path, format!("{before}{head}{table}")).unwrap();
    } else {
        assert!(held == table, "the codes in docs/catalogue.md are not what the texts say");
    }
}

#[test]
fn one_is_not_many_and_codes_are_no_counts() {
    let left = |days: &str| Lang::En.tf("left-days", &[("days", days)]).into_owned();
    assert_eq!([left("1"), left("2")], ["1 working day left", "2 working days left"]);
    assert_eq!(Lang::Zh.tf("left-days", &[("days", "1")]), "还剩 1 个工作日");
    for code in ["007", "1.50", "320500-20261125-290004", "99900219720229103X", "10000010016"] {
        assert_eq!(Lang::En.tf("state-number", &[("number", code)]), format!("Receipt number {code}"));
    }
}

#[test]
fn english_is_english() {
    let chinese = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}');
    for (name, zh, en) in FILES {
        for (key, text) in messages(en) {
            let mut rest = text.clone();
            CHINESE_IN_ENGLISH.iter().for_each(|word| rest = rest.replace(word, ""));
            assert!(!rest.contains(chinese), "{name}: {key}: {text}");
        }
        for (key, text) in messages(zh) {
            // Another message by its name is no word.
            let text = if text.trim().starts_with("{ remedy-") { String::new() } else { text };
            let is_words = text.chars().filter(|c| c.is_ascii_alphabetic()).count() > 3;
            assert!(!is_words || text.contains(chinese), "{name}: {key} has no Chinese: {text}");
        }
    }
}
