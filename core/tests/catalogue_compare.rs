//! One item in several places: every kind of difference, what most say, and how far they agree.

use jiff::civil::date;
use proptest::prelude::*;
use tongban_core::catalogue::compare::{Cell, Difference, Element, Kind, MaterialPoint, agreement, common, compare};
use tongban_core::catalogue::{Condition, Implementation, MaterialRule, Need, PartRule, Side};
use tongban_core::ident::{Region, drill_uscc};
use tongban_core::time::Limit;

const PLACES: [&str; 8] = ["310115", "310118", "320100", "320500", "330100", "330400", "340100", "341800"];

fn condition(text: &str) -> Condition {
    Condition { text: text.to_owned(), text_en: String::new() }
}

fn material(key: &str, name: &str) -> MaterialRule {
    MaterialRule {
        key: key.to_owned(),
        name: name.to_owned(),
        name_en: String::new(),
        need: Need::Necessary,
        original: false,
        review: "清晰，在有效期内".to_owned(),
        review_en: String::new(),
        source: String::new(),
        certificate: String::new(),
    }
}

fn part(key: &str, name: &str) -> PartRule {
    PartRule {
        key: key.to_owned(),
        name: name.to_owned(),
        name_en: String::new(),
        at: Side::There,
        field: "housing-fund".to_owned(),
        after: Vec::new(),
        limit: Limit::working(3),
        materials: vec!["id-card".to_owned()],
    }
}

fn of(code: &str) -> Implementation {
    let region = Region::parse(code).unwrap();
    Implementation {
        id: format!("2020-35-25@{code}"),
        item: "2020-35-25".to_owned(),
        code: None,
        local_code: String::new(),
        fee_basis: String::new(),
        pays_online: None,
        visits: None,
        visits_reason: String::new(),
        phone: String::new(),
        complaint_phone: String::new(),
        place: String::new(),
        hours: String::new(),
        version: 1,
        from: date(2024, 1, 1),
        until: None,
        authority: drill_uscc(1),
        region,
        conditions: vec![condition(&format!("贷款由{}公积金中心发放", region.full_name())), condition("贷款已还清")],
        materials: vec![material("id-card", "居民身份证"), material("form", "申请表")],
        parts: vec![part("pay", "付款")],
        situations: Vec::new(),
        statutory: Limit::DECISION,
        promised: Limit::working(3),
        fee: String::new(),
        legal_basis: "国办发〔2020〕35号".to_owned(),
        bases: Vec::new(),
        result: "还清证明".to_owned(),
        result_en: String::new(),
        invented: true,
    }
}

/// Suzhou, and Hefei with a change.
fn two(change: impl FnOnce(&mut Implementation)) -> (Implementation, Implementation) {
    let (here, mut there) = (of("320500"), of("340100"));
    change(&mut there);
    (here, there)
}

fn codes(found: &[Difference]) -> Vec<&'static str> {
    found.iter().map(Difference::code).collect()
}

/// What is found from here, and from there; and that the figure is the same from both sides.
#[track_caller]
fn both(change: impl FnOnce(&mut Implementation), from_here: &[&str], from_there: &[&str]) {
    let (here, there) = two(change);
    assert_eq!(codes(&compare(&here, &there)), from_here);
    assert_eq!(codes(&compare(&there, &here)), from_there);
    assert_eq!(agreement(&here, &there), agreement(&there, &here));
    for code in from_here.iter().chain(from_there) {
        assert!(Difference::CODES.contains(code), "{code} is not listed");
    }
}

#[test]
fn the_same_in_other_writing_is_the_same() {
    both(
        |there| {
            there.materials[1].name = " 申 请 表。".to_owned();
            there.materials[0].review = "清晰,在有效期内。".to_owned();
            there.legal_basis = "国办发[２０２０]35号".to_owned();
        },
        &[],
        &[],
    );
    let (here, there) = two(|_| {});
    assert_eq!(agreement(&here, &there).figure(), 1.0);
}

#[test]
fn every_kind_of_difference_is_found_from_both_sides() {
    both(|there| there.conditions.push(condition("本人到场")), &["condition-more"], &["condition-less"]);
    both(|there| there.materials.push(material("residence", "居住证")), &["material-more"], &["material-less"]);
    both(|there| drop(there.materials.pop()), &["material-less"], &["material-more"]);
    both(|there| there.materials[1].name = "登记表".to_owned(), &["material-name"], &["material-name"]);
    let later = |there: &mut Implementation| there.materials[1].need = Need::MayFollow;
    both(later, &["material-may-follow"], &["material-necessary"]);
    let seen = |there: &mut Implementation| there.materials[1].original = true;
    both(seen, &["material-original"], &["material-no-original"]);
    both(|there| there.materials[1].review = "本人签名".to_owned(), &["material-review"], &["material-review"]);
    both(|there| there.statutory = Limit::working(45), &["statutory"], &["statutory"]);
    both(|there| there.promised = Limit::working(5), &["promised-longer"], &["promised-shorter"]);
    both(|there| there.promised = Limit::calendar(3), &["promised-other"], &["promised-other"]);
    both(|there| there.fee = "10 元".to_owned(), &["fee"], &["fee"]);
    both(|there| there.result = "结清证明".to_owned(), &["result"], &["result"]);
    both(|there| there.parts.push(part("check", "核实")), &["part-more"], &["part-less"]);
    both(|there| there.parts[0].name = "拨付".to_owned(), &["part-name"], &["part-name"]);
    both(|there| there.parts[0].at = Side::Here, &["part-course"], &["part-course"]);
    both(|there| there.parts[0].limit = Limit::working(9), &["part-limit"], &["part-limit"]);
    both(|there| there.legal_basis = "条例".to_owned(), &["basis"], &["basis"]);
    both(|there| there.until = Some(date(2027, 1, 1)), &["until"], &["until"]);
}

#[test]
fn at_once_is_at_once_in_whatever_days() {
    let (mut here, there) = two(|there| there.promised = Limit::calendar(0));
    here.promised = Limit::AT_ONCE;
    assert!(compare(&here, &there).is_empty());
}

#[test]
fn the_same_material_under_a_local_key_is_recognised_by_its_name() {
    let own_key = |there: &mut Implementation| {
        let known = std::mem::replace(&mut there.materials[0].key, "sfz".to_owned());
        let keys = there.parts.iter_mut().flat_map(|part| &mut part.materials);
        keys.filter(|key| **key == known).for_each(|key| *key = "sfz".to_owned());
    };
    both(own_key, &[], &[]);
    // And by its key under a local name: a difference of naming, not another material.
    let (here, there) = two(|there| there.materials[0].name = "二代身份证".to_owned());
    let found = compare(&here, &there);
    assert!(matches!(&found[..], [Difference::MaterialName { here, there }]
        if here.text == "居民身份证" && there.text == "二代身份证"));
}

#[test]
fn two_materials_of_one_list_are_never_the_same() {
    let (here, there) = two(|there| there.materials.push(material("copy", "居民身份证")));
    assert_eq!(codes(&compare(&here, &there)), ["material-more"]);
}

#[test]
fn a_material_that_one_lacks_is_one_element() {
    let (here, there) = two(|there| there.materials.push(material("residence", "居住证")));
    // Two materials with four elements each that agree, and one that is there in one only.
    assert_eq!(agreement(&here, &there).of(Kind::Materials), (8, 9));
    let figure = agreement(&here, &there).figure();
    // Conditions, limits, fee, result, parts, basis are 1; materials 8 of 9.
    assert!((figure - (6.0 + 8.0 / 9.0) / 7.0).abs() < 1e-12, "{figure}");
}

#[test]
fn what_most_say_is_common_and_the_others_deviate() {
    let mut all: Vec<Implementation> = PLACES.iter().map(|code| of(code)).collect();
    all[1].materials[1].need = Need::MayFollow;
    all[7].materials.push(material("mandate", "委托书"));
    all[6].materials.pop();
    let all: Vec<&Implementation> = all.iter().collect();
    let found = common(&all);
    let deviating = |wanted: &dyn Fn(Element) -> bool| {
        let rows = found.rows().iter().filter(|row| wanted(row.element()));
        rows.flat_map(|row| row.deviating().into_iter().map(move |at| (at, row.cell(at)))).collect::<Vec<_>>()
    };
    let need = |element| matches!(element, Element::Material(_, MaterialPoint::Need));
    assert_eq!(deviating(&need), [(1, Cell::Other)]);
    let name = |element| matches!(element, Element::Material(_, MaterialPoint::Name));
    assert_eq!(deviating(&name), [(6, Cell::Missing), (7, Cell::More)]);
    assert_eq!(found.rows().iter().filter_map(|row| row.variant_of()).collect::<Vec<_>>(), [7]);
    assert_eq!(found.deviations(), 3);
    assert_eq!(found.conformity_of(0), Some(1.0));
    let hefei = found.conformity_of(6).unwrap();
    // Of its four elements of the identity card all agree, the form is missing.
    assert!((hefei - (6.0 + 4.0 / 5.0) / 7.0).abs() < 1e-12, "{hefei}");
    let anhui = found.conformity_in(Region::parse("340000").unwrap()).unwrap();
    assert!((anhui - (hefei + found.conformity_of(7).unwrap()) / 2.0).abs() < 1e-12);
    assert_eq!(found.conformity_in(Region::parse("530000").unwrap()), None);
}

#[test]
fn of_as_many_the_lowest_region_code_is_common() {
    let mut all: Vec<Implementation> = PLACES[..4].iter().map(|code| of(code)).collect();
    all[0].fee = "10 元".to_owned();
    all[3].fee = "10 元".to_owned();
    let all: Vec<&Implementation> = all.iter().collect();
    let found = common(&all);
    let fee = found.rows().iter().find(|row| row.element() == Element::Fee).unwrap();
    assert_eq!((fee.common().map(|held| held.at), fee.deviating()), (Some(0), vec![1, 2]));
}

#[test]
fn one_place_alone_has_no_figure() {
    let only = of("320500");
    let found = common(&[&only]);
    assert_eq!((found.conformity(), found.conformity_of(0), found.deviations()), (None, None, 0));
    assert_eq!(common(&[]).conformity(), None);
    assert!(found.rows().iter().all(|row| row.variant_of().is_none()));
}

/// Some variant of a place.
fn changed(code: &str, change: u8) -> Implementation {
    let mut one = of(code);
    match change {
        0 => one.fee = "5 元".to_owned(),
        1 => one.materials[0].original = true,
        2 => drop(one.materials.pop()),
        3 => one.materials.push(material(code, "本地证明")),
        4 => one.conditions.push(condition("本人到场")),
        5 => one.parts.clear(),
        6 => one.materials[1].name = "登记表".to_owned(),
        _ => {}
    }
    one
}

/// What a comparison says, as text.
fn told(of: &[&Implementation]) -> String {
    let found = common(of);
    let rows: Vec<String> = found
        .rows()
        .iter()
        .map(|row| format!("{:?} {:?} {:?}", row.element(), row.common().map(|held| held.at), row.deviating()))
        .collect();
    let figures: Vec<_> = (0..of.len()).map(|at| found.conformity_of(at)).collect();
    format!("{rows:?} {figures:?} {:?}", found.conformity())
}

proptest! {
    #[test]
    fn identical_lists_conform_wholly(count in 2..=PLACES.len(), change in 0..9_u8) {
        // The local material of a place has a key of its own, and the same name everywhere.
        let all: Vec<Implementation> = PLACES[..count].iter().map(|code| changed(code, change)).collect();
        let all: Vec<&Implementation> = all.iter().collect();
        let found = common(&all);
        prop_assert_eq!(found.conformity(), Some(1.0));
        prop_assert_eq!(found.deviations(), 0);
        prop_assert!(compare(all[0], all[1]).is_empty());
    }

    #[test]
    fn the_order_in_which_they_are_given_makes_no_difference(
        changes in proptest::collection::vec(0..9_u8, PLACES.len()),
        turn in 0..PLACES.len(),
        is_turned in any::<bool>(),
    ) {
        let all: Vec<Implementation> = PLACES.iter().zip(&changes).map(|(code, change)| changed(code, *change)).collect();
        let straight: Vec<&Implementation> = all.iter().collect();
        let mut turned = straight.clone();
        turned.rotate_left(turn);
        if is_turned {
            turned.reverse();
        }
        prop_assert_eq!(told(&straight), told(&turned));
    }

    #[test]
    fn figures_are_between_0_and_1_and_the_same_from_both_sides(one in 0..9_u8, other in 0..9_u8) {
        let (here, there) = (changed("320500", one), changed("340100", other));
        let figure = agreement(&here, &there).figure();
        prop_assert!((0.0..=1.0).contains(&figure));
        prop_assert_eq!(figure, agreement(&there, &here).figure());
        let (found, turned) = (compare(&here, &there), compare(&there, &here));
        prop_assert_eq!(found.len(), turned.len());
        prop_assert_eq!(found.is_empty(), figure == 1.0);
    }
}
