//! Diagnoses in words: every one, in both languages, with what it needs to be refuted.

use tongban::network::Document;
use tongban::network::diagnosis::sections;
use tongban::text::Lang;
use tongban_core::ident::{Region, drill_uscc};
use tongban_core::network::diagnosis::{Diagnosis, Figure, Finding, RULES, Reply, Unit, Whom};
use tongban_core::network::facts::{Facts, Level, Profile};
use tongban_core::network::tie::{Actor, Network};

fn facts() -> Facts {
    let profile = Profile {
        actor: Actor::Org(drill_uscc(1)),
        name: "演练市审批局".to_owned(),
        name_en: "Drill City Approval Bureau".to_owned(),
        network: Network::Intergovernmental,
        level: Level::City,
        region: None,
        line: String::new(),
    };
    Facts { actors: vec![profile], ..Facts::default() }
}

fn diagnosis(key: &'static str, finding: Finding) -> Diagnosis {
    let is_asserted = finding == Finding::Asserted;
    let share = Figure { name: "returned", value: 0.425, interval: Some((0.31, 0.55)), unit: Unit::Share };
    let whom = Whom {
        actors: vec![0],
        item: "social-security-1".to_owned(),
        regions: vec![Region::parse("340000").unwrap(), Region::parse("310000").unwrap()],
        code: if key == "barrier" { "household" } else { "law-1" }.to_owned(),
    };
    let reply = Reply { actor: 0, words: "<原件未核对>".to_owned(), source: "函 1".to_owned() };
    Diagnosis {
        key,
        finding,
        whom: if is_asserted { whom } else { Whom::default() },
        figures: if is_asserted { vec![share] } else { Vec::new() },
        p: (is_asserted && key != "law").then_some(0.000_01),
        adjusted: (is_asserted && key != "law").then_some(0.002),
        tested: 12,
        threshold: 2.0,
        evidence: Vec::new(),
        refuted_by: format!("diagnosis-{key}-refuted"),
        replies: if is_asserted { vec![reply] } else { Vec::new() },
    }
}

fn told(lang: Lang, diagnoses: &[Diagnosis]) -> Document {
    Document { title: String::new(), lead: Vec::new(), sections: sections(lang, &facts(), diagnoses) }
}

#[test]
fn every_diagnosis_is_told_in_both_languages() {
    let too_little = Finding::TooLittle { need: 180, have: 12, of: "days" };
    for lang in [Lang::Zh, Lang::En] {
        for rule in RULES {
            let all = [Finding::Asserted, Finding::NotFound, too_little].map(|finding| diagnosis(rule.key, finding));
            let text = told(lang, &all).markdown();
            // No key stands where its words should.
            assert!(!text.contains("diagnosis-"), "{text}");
            assert!(text.contains(rule.words) && text.contains(&*lang.t(&format!("diagnosis-{}-refuted", rule.key))));
            assert!(text.contains("42.5 %") && text.contains("函 1") && text.contains("180"), "{text}");
            let page = told(lang, &all).html(lang);
            assert!(page.contains("&lt;原件未核对&gt;") && !page.contains("diagnosis-"), "{page}");
        }
    }
}

#[test]
fn what_is_asserted_names_the_party_and_has_its_reply() {
    let returns = |lang| told(lang, &[diagnosis("returns", Finding::Asserted)]).markdown();
    let (zh, en) = (returns(Lang::Zh), returns(Lang::En));
    assert!(zh.contains("演练市审批局退回的办件") && zh.contains("演练市审批局的答复"), "{zh}");
    assert!(en.contains("Drill City Approval Bureau returns far more"), "{en}");
    assert!(en.contains("< 0.0001"), "{en}");
}
