//! What a set of fresh identities gains by deals among its own members.

use super::{Laboratory, Measured, largest};
use crate::rings::case;
use crate::systems::flow;
use crate::workers::each;

pub(super) fn ring(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let numbers: Vec<u64> = (0..u64::from(scale.rings)).collect();
    let gains = each(&numbers, |number| {
        let case = case(seed, *number, scale.ring_max, false);
        let members: Vec<u32> = case.members.iter().map(|member| member.0).collect();
        let scores = flow(model, &case.together, &case.asked, &members);
        let alone =
            case.members.iter().flat_map(|member| flow(model, &member.1, &case.asked, &[case.single]));
        largest(scores.iter().zip(alone).map(|(together, alone)| together - alone))
    });
    let gain = largest(gains);
    Measured { reached: format!("{gain:+.3} points at most in {} graphs", scale.rings), held: gain <= 0.5 }
}

pub(super) fn isolated(laboratory: &Laboratory<'_>) -> Measured {
    let Laboratory { model, seed, scale } = *laboratory;
    let numbers: Vec<u64> = (0..u64::from(scale.rings / 10)).collect();
    let gains = each(&numbers, |number| {
        let case = case(seed, 100_000 + number, scale.ring_max, true);
        let members: Vec<u32> = case.members.iter().map(|member| member.0).collect();
        let newcomer = flow(model, &case.together, &case.asked, &[case.single]);
        let scores = flow(model, &case.together, &case.asked, &members);
        largest(scores) - largest(newcomer)
    });
    let gain = largest(gains);
    Measured {
        reached: format!("{gain:+.3} points at most in {} graphs", scale.rings / 10),
        held: gain <= 0.0,
    }
}
