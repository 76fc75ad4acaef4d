//! What is looked at in every state: what must never be, and what must happen somewhere.

use stateright::Property as Check;

use crate::bounds::Bounds;
use crate::log::{EntryId, NodeId, Says, Set, Stamp};
use crate::pen::Pen;
use crate::property::Property;
use crate::world::World;

/// A property as the walk looks at it.
pub fn check(property: Property) -> Check<Pen> {
    let condition: fn(&Pen, &World) -> bool = match property {
        Property::OneStampPerNumber => |_, world| world.one_stamp_per_number(),
        Property::OnePen => |_, world| world.one_pen(),
        Property::AcknowledgedSurvives => |pen, world| world.acknowledged_survives(pen.is_at_rest(world)),
        Property::AnsweredOnce => |_, world| world.answered_once(),
        Property::EffectOnce => |_, world| world.effect_once(),
        Property::AudienceOnly => |_, world| world.audience_only(),
        Property::StreamsAgree => |_, world| world.streams_agree(),
        Property::SealedIsSilent => |_, world| world.kept(Property::SealedIsSilent),
        Property::RecoveringIsSilent => |_, world| world.kept(Property::RecoveringIsSilent),
        Property::ComesToRest => |pen, world| !pen.is_at_rest(world) || world.comes_to_rest(),
        Property::OnlyExcusedAreVoided => |_, world| world.kept(Property::OnlyExcusedAreVoided),
        Property::FaultIsSeen => |pen, world| !pen.is_at_rest(world) || world.fault_is_seen(),
    };
    Check::always(property.name(), condition)
}

/// What must happen somewhere within these bounds, or they leave out what they are for.
pub fn reached(bounds: &Bounds) -> Vec<Check<Pen>> {
    type Found = fn(&Pen, &World) -> bool;
    let left = &bounds.left;
    let wanted: [(bool, &'static str, Found); 9] = [
        (left.says > 0, "a slip is stamped by another", |_, world| {
            let author = |entry: EntryId| world.entries[entry as usize].author;
            stamped(world, |stamp| matches!(stamp.says, Says::Entry(entry) if author(entry) != stamp.by))
        }),
        (left.doomed > 0, "a slip is refused", |_, world| {
            stamped(world, |stamp| matches!(stamp.says, Says::Refuses(_)))
        }),
        (left.passes > 1, "the pen comes back", |_, world| stamped(world, |stamp| stamp.says == Says::Passes(0))),
        (bounds.nodes > 2 && left.passes > 0, "a third node holds the pen", |_, world| {
            world.nodes.iter().any(|node| node.log.holder() == Some(2))
        }),
        (left.acts > 0, "a recall voids a stamp", |_, world| {
            world.nodes.iter().any(|node| node.beside.iter().any(|chain| chain.term() < node.log.term()))
        }),
        (left.acts > 0 && left.says > 0, "a voided entry is answered again", |_, world| {
            world.nodes.iter().any(|node| {
                let voided = node.beside.iter().fold(Set::default(), |set, chain| set.and(chain.entries()));
                node.log.term() > 0 && !voided.both(node.log.answered()).is_empty()
            })
        }),
        (left.restores > left.rollbacks, "a restored node stamps again", |_, world| {
            let again = |n: NodeId| world.ghost.lost.has(n) && !world.node(n).recovering && world.may_stamp(n);
            world.everyone.iter().any(again)
        }),
        (left.rollbacks > 0, "two stamps of one number are seen", |_, world| {
            world.nodes.iter().any(|node| node.is_in_fault())
        }),
        (true, "all is said, and all is at rest", |pen, world| {
            world.left.says + world.left.passes + world.left.acts == 0 && pen.is_at_rest(world)
        }),
    ];
    let wanted = wanted.into_iter().filter(|(applies, ..)| *applies);
    wanted.map(|(_, name, found)| Check::sometimes(name, found)).collect()
}

fn stamped(world: &World, is_it: impl Fn(&Stamp) -> bool) -> bool {
    world.nodes.iter().any(|node| node.log.stamps().iter().any(&is_it))
}
