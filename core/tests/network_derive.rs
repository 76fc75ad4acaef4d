//! Networks made of tables: those of the chemicals study, as its authors make them.

mod networks;

use networks::{committee, graph_of, near, prefsim, sci, table};
use tongban_core::network::derive::{alike, confirmed, shared};

#[test]
fn the_layers_of_the_chemicals_study_are_made_of_its_tables() {
    let seats = table(include_str!("../../data/network/chemnet_committee.csv"));
    assert_eq!(shared(&seats), committee());
    let stances = table(include_str!("../../data/network/chemnet_intpos.csv"));
    assert_eq!(alike(&stances), Some(prefsim()));
    let [to, from] =
        [include_str!("../../data/network/chemnet_scito.csv"), include_str!("../../data/network/chemnet_scifrom.csv")]
            .map(|text| graph_of(&table(text)));
    assert_eq!(confirmed(&to, &from), Some(sci()));
}

#[test]
fn what_tells_nothing_is_not_defined() {
    assert_eq!(alike(&[vec![1.0], vec![1.0], vec![1.0]]), None);
    assert_eq!(alike(&[vec![1.0]]), None);
    assert_eq!(shared(&[vec![1.0, 0.0], vec![0.0, 1.0]]).arcs(), 0);
    let (two, three) = (networks::arcs(2, &[(0, 1)]), networks::arcs(3, &[(1, 0)]));
    assert_eq!(confirmed(&two, &three), None);
    near(confirmed(&two, &networks::arcs(2, &[(1, 0)])).unwrap().weight(0, 1).unwrap(), 1.0);
}
