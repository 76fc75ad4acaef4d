//! Every configuration walked whole; every rule left out and missed; names that are the same everywhere.

use tongban_model::bounds::Bounds;
use tongban_model::flaw::Flaw;
use tongban_model::pen::Pen;
use tongban_model::property::Property;
use tongban_model::walk;

#[test]
fn every_property_holds_in_every_order_of_events() {
    for bounds in Bounds::ALL {
        let walk = walk(Pen::whole(bounds));
        println!("{}: {} states, depth {}, {:.1} s", bounds.name, walk.states, walk.depth, walk.took.as_secs_f64());
        let told = walk.broken.iter().map(|(property, steps)| format!("{property}:\n{}", steps.join("\n")));
        assert!(walk.broken.is_empty(), "{}: {}", bounds.name, told.collect::<Vec<_>>().join("\n"));
        assert!(walk.missed.is_empty(), "{}: never {:?}", bounds.name, walk.missed);
    }
}

/// A model in which nothing breaks without its rules proves nothing.
#[test]
fn without_any_one_rule_its_property_breaks() {
    for flaw in Flaw::ALL {
        let (bounds, breaks) = flaw.breaks();
        let walk = walk(Pen::flawed(flaw));
        let broken: Vec<&str> = walk.broken.iter().map(|(property, _)| *property).collect();
        let named: Vec<&str> = breaks.iter().map(|property| property.name()).collect();
        assert_eq!(broken, named, "{flaw:?} in {}", bounds.name);
    }
}

#[test]
fn every_property_breaks_without_some_rule() {
    let breaks = |property: &&Property| Flaw::ALL.iter().any(|flaw| flaw.breaks().1.contains(property));
    let never: Vec<&Property> = Property::ALL.iter().filter(|property| !breaks(property)).collect();
    assert!(never.is_empty(), "{never:?}");
}

#[test]
fn a_property_has_the_name_that_the_simulator_gives_it() {
    let simulator = include_str!("../../sim/src/check.rs");
    for property in Property::ALL {
        assert!(simulator.contains(&format!("\n    {},\n", property.name())), "{property:?}");
    }
}
