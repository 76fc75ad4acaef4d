//! XES (IEEE 1849): logs of events, a trace for each case. Events stand in their order.

use std::fmt::Write as _;

use super::events::{Case, Done, Events, instant, instant_text};
use super::xml::{Element, Piece, Pieces, Stop, Tree, escape};

/// The kinds of elements that hold one value.
const VALUES: [&str; 6] = ["string", "date", "int", "float", "boolean", "id"];

/// What an event says in places of its own.
const OWN: [&str; 6] = ["concept:name", "org:resource", "time:timestamp", "lifecycle:transition", "to", "item"];

pub(super) fn read(text: &str) -> Result<Events, Stop> {
    let mut pieces = Pieces::of(text);
    let mut log = Events::default();
    let mut case: Option<Case> = None;
    // How many elements of a trace are open; its own attributes and its events stand right in it.
    let mut unfinished = 0;
    while let Some((piece, place)) = pieces.next()? {
        let element = match piece {
            Piece::Open(element) => element,
            Piece::Close => {
                log.cases.extend(case.take());
                continue;
            }
            Piece::Text(_) => continue,
        };
        match (element.name.as_str(), &mut case) {
            ("log", None) => {}
            ("trace", None) => case = Some(Case { name: (log.cases.len() + 1).to_string(), events: Vec::new() }),
            ("event", Some(case)) => match event(&pieces.tree(element, place)?)? {
                Some(event) => case.events.push(event),
                None => unfinished += 1,
            },
            (_, Some(case)) => {
                let tree = pieces.tree(element, place)?;
                if let Some(("concept:name", value)) = value_of(&tree.element) {
                    value.clone_into(&mut case.name);
                }
            }
            (_, None) => drop(pieces.tree(element, place)?),
        }
    }
    log.left_out.push(("events of which only the completion counts", unfinished));
    Ok(log)
}

fn value_of(element: &Element) -> Option<(&str, &str)> {
    let (key, value) = (element.get("key")?, element.get("value")?.trim());
    // pm4py writes the number `nan` where an event of others has something and this one does not.
    let is_missing = element.name == "float" && value.eq_ignore_ascii_case("nan");
    (VALUES.contains(&element.name.as_str()) && !is_missing).then_some((key, value))
}

/// An event; none if it is a step of the life of an activity other than its completion.
fn event(tree: &Tree) -> Result<Option<Done>, Stop> {
    let mut done = Done::default();
    for child in &tree.children {
        let Some((key, value)) = value_of(&child.element) else { continue };
        match key {
            "concept:name" => value.clone_into(&mut done.activity),
            "org:resource" => value.clone_into(&mut done.resource),
            "time:timestamp" => done.time = Some(instant(value, child.place)?),
            "lifecycle:transition" if !value.eq_ignore_ascii_case("complete") => return Ok(None),
            "lifecycle:transition" => {}
            "to" => value.clone_into(&mut done.to),
            "item" => value.clone_into(&mut done.item),
            _ => drop(done.attributes.insert(key.to_owned(), value.to_owned())),
        }
    }
    if done.activity.is_empty() {
        return Err(("xml-element", tree.place, "event without concept:name".to_owned()));
    }
    Ok(Some(done))
}

const HEAD: &str = "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<log xes.version=\"1849-2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">
  <extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>
  <extension name=\"Organizational\" prefix=\"org\" uri=\"http://www.xes-standard.org/org.xesext\"/>
  <extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>
  <extension name=\"Lifecycle\" prefix=\"lifecycle\" uri=\"http://www.xes-standard.org/lifecycle.xesext\"/>
  <global scope=\"trace\">
    <string key=\"concept:name\" value=\"\"/>
  </global>
  <global scope=\"event\">
    <string key=\"concept:name\" value=\"\"/>
    <string key=\"lifecycle:transition\" value=\"complete\"/>
  </global>
  <classifier name=\"Activity\" scope=\"event\" keys=\"concept:name\"/>
  <string key=\"lifecycle:model\" value=\"standard\"/>
";

pub(super) fn write(log: &Events) -> String {
    let mut out = HEAD.to_owned();
    for case in &log.cases {
        let _ = writeln!(out, "  <trace>\n    <string key=\"concept:name\" value=\"{}\"/>", escape(&case.name));
        for event in &case.events {
            out.push_str("    <event>\n");
            let mut put = |kind: &str, key: &str, value: &str| {
                if !value.is_empty() {
                    let (key, value) = (escape(key), escape(value));
                    let _ = writeln!(out, "      <{kind} key=\"{key}\" value=\"{value}\"/>");
                }
            };
            put("string", "concept:name", &event.activity);
            put("string", "org:resource", &event.resource);
            put("date", "time:timestamp", &event.time.map(instant_text).unwrap_or_default());
            put("string", "lifecycle:transition", "complete");
            put("string", "to", &event.to);
            put("string", "item", &event.item);
            for (name, value) in event.attributes.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
                put("string", name, value);
            }
            out.push_str("    </event>\n");
        }
        out.push_str("  </trace>\n");
    }
    out.push_str("</log>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::super::fault::Place;
    use super::*;

    #[test]
    fn what_an_instant_says_stays_the_same() {
        for (text, beijing) in [
            ("2026-01-31T00:00:00+08:00", "2026-01-31T00:00:00+08:00"),
            ("2026-01-30T16:00:00.500Z", "2026-01-31T00:00:00.5+08:00"),
            ("2026-01-30T16:00:00", "2026-01-31T00:00:00+08:00"),
        ] {
            assert_eq!(instant(text, Place::default()).map(instant_text).as_deref(), Ok(beijing));
        }
        assert_eq!(instant("soon", Place::default()).unwrap_err().0, "time-format");
    }
}
