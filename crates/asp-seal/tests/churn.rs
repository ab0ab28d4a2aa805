//! Groups over many epochs: everybody who belongs agrees and reads, nobody else does, whatever is saved when.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod common;

use asp_core::name::AgentUri;
use asp_core::position::Hash;
use asp_seal::package::KeyPackage;
use asp_seal::vault::{Change, Followed, HANDSHAKE_BYTES_MAX};
use common::{Party, agent, all_talk, group, session};
use proptest::prelude::*;

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        let hash = Hash::of(&[&self.0.to_be_bytes()]);
        self.0 = u64::from_be_bytes(*hash.as_bytes().first_chunk().unwrap());
        usize::try_from(self.0 % u64::try_from(below).unwrap()).unwrap()
    }
}

/// All take a change: its maker settles, members follow, those who are added join.
fn take(parties: &mut [Party], by: &AgentUri, epoch: u64, change: &Change, added: &[AgentUri]) {
    for party in parties {
        if party.agent == *by {
            party.settle();
        } else if added.contains(&party.agent) {
            party.join(epoch, by, change).unwrap();
        } else if party.vault.epoch(&session()).is_some() {
            let stays = change.members.contains_key(&party.agent);
            let expected = if stays { Followed::Member } else { Followed::Removed };
            assert_eq!(party.follow(by, change), Ok(expected));
        }
    }
}

#[test]
fn thirty_two_members_come_and_go() {
    let mut parties = group(32);
    let sizes = parties[0].change(&[agent(31)], &[]);
    assert!(sizes.commit.unwrap().len() < HANDSHAKE_BYTES_MAX);
    parties[0].vault.drop_pending(&session()).unwrap();
    let mut dice = Dice(7);
    for epoch in 2..22 {
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..parties.len()).partition(|number| parties[*number].vault.epoch(&session()).is_some());
        let maker = inside[dice.roll(inside.len())];
        let removed: Vec<AgentUri> = inside
            .iter()
            .filter(|number| **number != maker && dice.roll(6) == 0)
            .map(|number| parties[*number].agent.clone())
            .collect();
        let added: Vec<usize> = outside.into_iter().filter(|_| dice.roll(2) == 0).collect();
        let packages: Vec<KeyPackage> = added.iter().map(|number| parties[*number].package()).collect();
        let change = parties[maker].change(&removed, &packages);
        let by = parties[maker].agent.clone();
        let added: Vec<AgentUri> = added.into_iter().map(|number| parties[number].agent.clone()).collect();
        take(&mut parties, &by, epoch, &change, &added);
        let sealed = parties[maker].seal("a place", "a text");
        for party in parties.iter_mut().filter(|party| party.agent != by) {
            let belongs = change.members.contains_key(&party.agent);
            let members = party.vault.members(&session());
            assert_eq!(members, belongs.then_some(&change.members));
            assert_eq!(party.open(&by, "a place", &sealed), if belongs { "a text" } else { "NOT_A_MEMBER" });
        }
    }
    parties.retain(|party| party.vault.epoch(&session()).is_some());
    assert!(parties.len() > 5);
    all_talk(&mut parties);
}

/// One step of some agents: who, what, and whose vault is put away and read again before it.
type Step = (usize, u8, usize);

/// Takes the steps and gives what was read, in order. With `reloading` vaults are put away in between.
fn run(steps: &[Step], reloading: bool) -> Vec<String> {
    let mut parties: Vec<Party> = group(3);
    parties.push(Party::new(3));
    let mut epoch = 1;
    let mut read = Vec::new();
    for (place, (who, what, away)) in steps.iter().enumerate() {
        if reloading {
            parties[*away].reload();
        }
        let by = parties[*who].agent.clone();
        if parties[*who].vault.epoch(&session()).is_none() {
            continue;
        }
        let place = place.to_string();
        let other = (who + 1) % parties.len();
        let other_inside = parties[other].vault.epoch(&session()).is_some();
        match what {
            0..5 => {
                let sealed = parties[*who].seal(&place, &place);
                for party in &mut parties {
                    read.push(party.open(&by, &place, &sealed));
                }
            }
            5 => {
                parties[*who].change(&[], &[]);
                if reloading {
                    parties[*who].reload();
                }
                parties[*who].vault.drop_pending(&session()).unwrap();
            }
            6 => {
                epoch += 1;
                let change = parties[*who].change(&[], &[]);
                take(&mut parties, &by, epoch, &change, &[]);
            }
            7 if other_inside => {
                epoch += 1;
                let removed = [parties[other].agent.clone()];
                let change = parties[*who].change(&removed, &[]);
                if reloading {
                    parties[*who].reload();
                }
                take(&mut parties, &by, epoch, &change, &[]);
            }
            _ => {
                epoch += 1;
                let added = [parties[other].agent.clone()];
                let package = parties[other].package();
                let removed = if other_inside { added.to_vec() } else { Vec::new() };
                let change = parties[*who].change(&removed, &[package]);
                take(&mut parties, &by, epoch, &change, &added);
            }
        }
    }
    read
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_vault_that_was_put_away_is_the_same(steps in prop::collection::vec((0_usize..4, 0_u8..9, 0_usize..4), 1..24)) {
        prop_assert_eq!(run(&steps, true), run(&steps, false));
    }
}
