//! Agents in groups: who reads what, from when on and until when.

mod common;

use asp_core::key::SecretKey;
use asp_core::limits::{STATEMENT_BYTES_MAX, URI_BYTES_MAX};
use asp_core::name::AgentUri;
use asp_core::position::Hash;
use asp_seal::fault::Fault;
use asp_seal::package::KeyPackage;
use asp_seal::vault::{Followed, HANDSHAKE_BYTES_MAX, PLACE_BYTES_MAX, Plan, TEXT_BYTES_MAX, Vault};
use common::{Members, Party, agent, all_talk, group, key, session};

#[test]
fn two_members_talk_both_ways() {
    let mut parties = group(2);
    for _ in 0..3 {
        all_talk(&mut parties);
    }
    let members: Members = (0..2).map(|number| (agent(number), key(number).id())).collect();
    for party in &parties {
        assert_eq!(party.vault.members(&session()), Some(&members));
        assert_eq!(party.vault.epoch(&session()), Some(1));
    }
}

#[test]
fn a_group_of_one_is_a_group() {
    let mut parties = group(1);
    let content = parties[0].seal("here", "to nobody");
    assert_eq!(parties[0].open(&agent(0), "here", &content), "OWN_CONTENT");
    parties.push(Party::new(1));
    let package = parties[1].package();
    let change = parties[0].change(&[], &[package]);
    parties[0].settle();
    parties[1].join(2, &agent(0), &change).unwrap();
    all_talk(&mut parties);
}

#[test]
fn who_joins_reads_from_then_on() {
    let mut parties = group(2);
    let before = parties[0].seal("1", "before");
    let mut late = Party::new(2);
    let change = parties[0].change(&[], &[late.package()]);
    assert_eq!(parties[1].open(&agent(0), "1", &before), "before");
    parties[0].settle();
    assert_eq!(parties[1].follow(&agent(0), &change), Ok(Followed::Member));
    late.join(2, &agent(0), &change).unwrap();
    assert_eq!(late.open(&agent(0), "1", &before), "WRONG_EPOCH");
    assert_eq!(late.vault.open(&session(), 1, &agent(0), b"1", &before).unwrap_err(), Fault::WrongEpoch);
    parties.push(late);
    all_talk(&mut parties);
}

#[test]
fn who_is_removed_reads_until_then() {
    // THR-SEAL-LEFT
    let mut parties = group(3);
    let before = parties[0].seal("1", "before");
    let change = parties[0].change(&[agent(2)], &[]);
    parties[0].settle();
    let after = parties[0].seal("2", "after");
    let mut left = parties.pop().unwrap();
    let mut stubborn = left.stolen();
    assert_eq!(left.open(&agent(0), "1", &before), "before");
    assert_eq!(left.follow(&agent(0), &change), Ok(Followed::Removed));
    assert_eq!((left.vault.epoch(&session()), left.vault.members(&session())), (None, None));
    assert_eq!(left.open(&agent(0), "2", &after), "NOT_A_MEMBER");
    assert_eq!(left.vault.seal(&left.key, &session(), 2, b"3", b"x"), Err(Fault::NotAMember));
    // Who does not follow has the keys of an epoch that is over.
    assert_eq!(stubborn.open(&agent(0), "2", &after), "WRONG_EPOCH");
    let foreign = stubborn.seal("3", "I am still here");
    assert_eq!(parties[1].follow(&agent(0), &change), Ok(Followed::Member));
    assert_eq!(parties[1].open(&agent(2), "3", &foreign), "WRONG_EPOCH");
    all_talk(&mut parties);
}

#[test]
fn who_was_removed_joins_again_with_a_new_package() {
    let mut parties = group(3);
    let change = parties[0].change(&[agent(2)], &[]);
    parties[0].settle();
    for number in [1, 2] {
        parties[number].follow(&agent(0), &change).unwrap();
    }
    let package = parties[2].package();
    let change = parties[1].change(&[], &[package]);
    parties[1].settle();
    parties[0].follow(&agent(1), &change).unwrap();
    parties[2].join(3, &agent(1), &change).unwrap();
    all_talk(&mut parties);
}

#[test]
fn who_lost_its_vault_is_replaced_in_one_change() {
    let mut parties = group(3);
    parties[2] = Party::new(2);
    let package = parties[2].package();
    let change = parties[0].change(&[agent(2)], &[package]);
    parties[0].settle();
    parties[1].follow(&agent(0), &change).unwrap();
    parties[2].join(2, &agent(0), &change).unwrap();
    all_talk(&mut parties);
}

#[test]
fn whose_founder_lost_its_vault_is_founded_anew() {
    let mut parties = group(3);
    let old = parties[1].seal("1", "old");
    parties[0] = Party::new(0);
    let packages: Vec<KeyPackage> = parties[1..].iter_mut().map(Party::package).collect();
    let key = parties[0].key.clone();
    let founded = parties[0].vault.found(&key, &session(), 7, &packages).unwrap();
    assert_eq!(founded.commit, None);
    parties[0].vault.settle(&session(), 7).unwrap();
    for number in [1, 2] {
        parties[number].join(7, &agent(0), &founded).unwrap();
    }
    assert_eq!(parties[0].open(&agent(1), "1", &old), "WRONG_GROUP");
    all_talk(&mut parties);
    // And goes on from there.
    let change = parties[1].change(&[agent(2)], &[]);
    parties[1].settle();
    parties[0].follow(&agent(1), &change).unwrap();
    parties.pop();
    all_talk(&mut parties);
}

#[test]
fn of_two_foundings_the_one_that_the_log_took_counts() {
    // THR-SEAL-BAD-COMMIT
    let (mut ada, mut bob) = (Party::new(0), Party::new(1));
    let (from_ada, from_bob) = (ada.package(), bob.package());
    let first = ada.vault.found(&ada.key, &session(), 1, &[from_bob]).unwrap();
    let second = bob.vault.found(&bob.key, &session(), 1, &[from_ada]).unwrap();
    assert_eq!(ada.vault.found(&ada.key, &session(), 1, &[]).unwrap_err(), Fault::ChangePending);
    assert_eq!(bob.vault.epoch(&session()), None);
    ada.vault.settle(&session(), 1).unwrap();
    bob.join(1, &agent(0), &first).unwrap();
    assert_eq!(ada.join(1, &agent(1), &second), Err("WRONG_EPOCH"));
    assert_eq!(bob.vault.settle(&session(), 1), Err(Fault::WrongEpoch));
    all_talk(&mut [ada, bob]);
}

#[test]
fn of_two_changes_the_one_that_the_log_took_counts() {
    // THR-SEAL-BAD-COMMIT
    let mut parties = group(3);
    let first = parties[0].change(&[], &[]);
    let second = parties[1].change(&[agent(2)], &[]);
    assert_eq!(parties[1].vault.change(&key(1), &session(), 2, &Plan::default()), Err(Fault::ChangePending));
    assert_eq!(parties[1].vault.found(&key(1), &session(), 2, &[]), Err(Fault::ChangePending));
    // Until then everybody goes on talking, who waits too.
    all_talk(&mut parties);
    parties[0].settle();
    for number in [1, 2] {
        assert_eq!(parties[number].follow(&agent(0), &first), Ok(Followed::Member));
    }
    assert_eq!(parties[1].vault.settle(&session(), 3), Err(Fault::NothingPending));
    assert_eq!(parties[0].follow(&agent(1), &second), Err("WRONG_EPOCH"));
    assert_eq!(parties[2].follow(&agent(1), &second), Err("WRONG_EPOCH"));
    // Nor does the first count twice.
    assert_eq!(parties[2].follow(&agent(0), &first), Err("WRONG_EPOCH"));
    all_talk(&mut parties);
}

#[test]
fn members_who_are_shown_two_changes_for_one_epoch_find_it() {
    // THR-SEAL-FORK
    let mut parties = group(3);
    let first = parties[0].change(&[], &[]);
    parties[1].change(&[], &[]);
    // A node tells each of the two that it has taken theirs, and the third of one.
    parties[0].settle();
    parties[1].settle();
    assert_eq!(parties[2].follow(&agent(0), &first), Ok(Followed::Member));
    let content = parties[0].seal("1", "to one side");
    assert_eq!(parties[1].open(&agent(0), "1", &content), "CANNOT_OPEN");
    let other = parties[1].seal("2", "to the other side");
    for number in [0, 2] {
        assert_eq!(parties[number].open(&agent(1), "2", &other), "CANNOT_OPEN");
    }
    // The control: those who were shown the same read each other.
    assert_eq!(parties[2].open(&agent(0), "1", &content), "to one side");
}

#[test]
fn a_change_that_the_log_refused_is_dropped() {
    let mut parties = group(2);
    parties[0].change(&[agent(1)], &[]);
    parties[0].vault.drop_pending(&session()).unwrap();
    assert_eq!(parties[0].vault.settle(&session(), 2), Err(Fault::NothingPending));
    all_talk(&mut parties);
    let key = parties[0].key.clone();
    parties[0].vault.found(&key, &session(), 2, &[]).unwrap();
    parties[0].vault.drop_pending(&session()).unwrap();
    all_talk(&mut parties);
    let change = parties[0].change(&[], &[]);
    parties[0].settle();
    parties[1].follow(&agent(0), &change).unwrap();
    all_talk(&mut parties);

    let mut alone = Party::new(9);
    let before = alone.saved();
    alone.vault.found(&alone.key, &session(), 1, &[]).unwrap();
    alone.vault.drop_pending(&session()).unwrap();
    assert_eq!(alone.saved(), before);
}

#[test]
fn what_was_read_cannot_be_read_again() {
    // THR-SEAL-STOLEN-VAULT
    let mut parties = group(2);
    let contents: Vec<_> = ["a", "b", "c"].map(|place| parties[0].seal(place, place)).into();
    assert_eq!(parties[1].open(&agent(0), "a", &contents[0]), "a");
    for _ in 0..2 {
        assert_eq!(parties[1].open(&agent(0), "a", &contents[0]), "CANNOT_OPEN");
        parties[1].reload();
    }
    // Whoever steals the vault reads what comes, and not what was.
    let mut thief = parties[1].stolen();
    assert_eq!(thief.open(&agent(0), "a", &contents[0]), "CANNOT_OPEN");
    assert_eq!(thief.open(&agent(0), "c", &contents[2]), "c");
    // What was passed over is gone too: no key waits for it.
    assert_eq!(thief.open(&agent(0), "b", &contents[1]), "CANNOT_OPEN");
    assert_eq!(parties[1].open(&agent(0), "b", &contents[1]), "b");
}

#[test]
fn an_epoch_that_is_over_cannot_be_read_again() {
    // THR-SEAL-STOLEN-VAULT
    let mut parties = group(2);
    let unread = parties[0].seal("1", "unread");
    let change = parties[0].change(&[], &[]);
    parties[0].settle();
    parties[1].follow(&agent(0), &change).unwrap();
    let mut thief = parties[1].stolen();
    for epoch in [1, 2] {
        let opened = thief.vault.open(&session(), epoch, &agent(0), b"1", &unread);
        assert_eq!(opened.unwrap_err(), Fault::WrongEpoch);
    }
}

#[test]
fn a_stolen_vault_is_of_no_use_after_its_owner_has_renewed_its_keys() {
    // THR-SEAL-STOLEN-VAULT
    let mut parties = group(3);
    let mut thief = parties[1].stolen();
    // Against changes of others the theft holds …
    let change = parties[0].change(&[], &[]);
    parties[0].settle();
    for party in [&mut parties[1], &mut thief] {
        party.follow(&agent(0), &change).unwrap();
    }
    parties[2].follow(&agent(0), &change).unwrap();
    let content = parties[0].seal("1", "heard by a thief");
    assert_eq!(thief.open(&agent(0), "1", &content), "heard by a thief");
    // … and ends with one of the owner.
    let change = parties[1].change(&[], &[]);
    parties[1].settle();
    for number in [0, 2] {
        parties[number].follow(&agent(1), &change).unwrap();
    }
    assert_eq!(thief.follow(&agent(1), &change), Err("OWN_CONTENT"));
    let content = parties[0].seal("2", "not heard");
    assert_eq!(thief.open(&agent(0), "2", &content), "WRONG_EPOCH");
    let change = parties[2].change(&[], &[]);
    parties[2].settle();
    assert_eq!(
        thief.vault.follow(&session(), 4, &agent(2), &change.commit.clone().unwrap(), &change.members),
        Err(Fault::WrongEpoch)
    );
    for number in [0, 1] {
        parties[number].follow(&agent(2), &change).unwrap();
    }
    all_talk(&mut parties);
}

#[test]
fn a_member_changes_its_key() {
    let mut parties = group(3);
    let new = SecretKey::from_seed(&[77; 32]);
    let plan = Plan { new_key: Some(&new), ..Plan::default() };
    let change = parties[1].vault.change(&key(1), &session(), 2, &plan).unwrap();
    assert_eq!(change.members.get(&agent(1)), Some(&new.id()));
    for number in [0, 2] {
        // Who was told the old key does not follow.
        let mut lie = change.clone();
        lie.members.insert(agent(1), key(1).id());
        assert_eq!(parties[number].follow(&agent(1), &lie), Err("WRONG_MEMBERS"));
        parties[number].follow(&agent(1), &change).unwrap();
    }
    parties[1].settle();
    assert_eq!(parties[1].vault.seal(&key(1), &session(), 2, b"1", b"x"), Err(Fault::WrongKey));
    assert_eq!(parties[1].vault.change(&key(1), &session(), 3, &Plan::default()), Err(Fault::WrongKey));
    parties[1].key = new;
    all_talk(&mut parties);
    let mut late = Party::new(3);
    let change = parties[1].change(&[agent(0)], &[late.package()]);
    parties[1].settle();
    parties[2].follow(&agent(1), &change).unwrap();
    late.join(3, &agent(1), &change).unwrap();
    parties.push(late);
    all_talk(&mut parties[1..]);
}

#[test]
fn a_key_package_for_one_use_is_used_once() {
    // THR-SEAL-PACKAGE
    let (mut ada, mut bob) = (Party::new(0), Party::new(1));
    let package = bob.package();
    assert_eq!(bob.vault.packages_left(&bob.key.id()), 1);
    let first = ada.vault.found(&ada.key, &session(), 1, std::slice::from_ref(&package)).unwrap();
    ada.vault.settle(&session(), 1).unwrap();
    let before = bob.stolen();
    bob.join(1, &agent(0), &first).unwrap();
    assert_eq!(bob.vault.packages_left(&bob.key.id()), 0);
    bob.vault.forget(&session());
    assert_eq!(bob.join(1, &agent(0), &first), Err("PACKAGE_UNKNOWN"));
    let other = Hash::of(&[b"another session"]);
    let second = ada.vault.found(&ada.key, &other, 1, &[package]).unwrap();
    let joined = bob.vault.join(&other, 1, &agent(0), &second.welcome.unwrap(), &second.members);
    assert_eq!(joined, Err(Fault::PackageUnknown));
    // It is the vault that tells.
    let mut again = before;
    again.join(1, &agent(0), &first).unwrap();
}

#[test]
fn a_key_package_of_last_resort_is_used_again() {
    let (mut ada, mut bob) = (Party::new(0), Party::new(1));
    let package = bob.last_resort();
    assert!(package.is_last_resort());
    assert_eq!(bob.vault.packages_left(&bob.key.id()), 0);
    for number in 0..3_u8 {
        let session = Hash::of(&[&[number]]);
        let founded = ada.vault.found(&ada.key, &session, 1, std::slice::from_ref(&package)).unwrap();
        ada.vault.settle(&session, 1).unwrap();
        bob.vault.join(&session, 1, &agent(0), &founded.welcome.unwrap(), &founded.members).unwrap();
        let content = bob.vault.seal(&bob.key, &session, 1, b"1", b"text").unwrap();
        let opened = ada.vault.open(&session, 1, &agent(1), b"1", &content).unwrap();
        assert_eq!(opened.as_slice(), b"text");
    }
    // Not more than two of them are kept.
    bob.last_resort();
    let founded = ada.vault.found(&ada.key, &session(), 1, std::slice::from_ref(&package)).unwrap();
    ada.vault.settle(&session(), 1).unwrap();
    bob.join(1, &agent(0), &founded).unwrap();
    bob.last_resort();
    let other = Hash::of(&[b"another session"]);
    let founded = ada.vault.found(&ada.key, &other, 1, &[package]).unwrap();
    let joined = bob.vault.join(&other, 1, &agent(0), &founded.welcome.unwrap(), &founded.members);
    assert_eq!(joined, Err(Fault::PackageUnknown));
}

#[test]
fn key_packages_are_made_in_bounds() {
    let mut party = Party::new(0);
    let made = party.vault.make_packages(&party.key, 31, true).unwrap();
    assert_eq!(made.iter().filter(|made| made.last_resort).count(), 1);
    assert_eq!((made.len(), party.vault.packages_left(&party.key.id())), (32, 31));
    assert_eq!(party.vault.make_packages(&party.key, 32, true), Err(Fault::TooLarge));
    assert_eq!(party.vault.make_packages(&party.key, usize::MAX, true), Err(Fault::TooLarge));
    let mut scalar = [0; 32];
    scalar[31] = 9;
    let hardware = SecretKey::from_scalar(&scalar).unwrap();
    assert_eq!(party.vault.make_packages(&hardware, 1, false), Err(Fault::KeyUnsuited));
    assert_eq!(party.vault.found(&hardware, &session(), 1, &[]), Err(Fault::KeyUnsuited));
    assert_eq!(party.vault.packages_left(&party.key.id()), 31);
    for _ in 0..8 {
        party.vault.make_packages(&party.key, 32, false).unwrap();
    }
    assert_eq!(party.vault.packages_left(&party.key.id()), 256);
}

#[test]
fn a_change_says_whom_it_means() {
    let mut parties = group(3);
    let (package, twice) = (Party::new(3).package(), Party::new(3).package());
    let member = parties[1].package();
    let before = parties[0].saved();
    let key = parties[0].key.clone();
    let mut refused = |remove: &[_], add: &[KeyPackage], epoch: u64| {
        let plan = Plan { remove, add, new_key: None };
        parties[0].vault.change(&key, &session(), epoch, &plan).unwrap_err()
    };
    assert_eq!(refused(&[agent(0)], &[], 2), Fault::WrongMembers);
    assert_eq!(refused(&[agent(5)], &[], 2), Fault::WrongMembers);
    assert_eq!(refused(&[agent(1), agent(1)], &[], 2), Fault::WrongMembers);
    assert_eq!(refused(&[], &[member], 2), Fault::WrongMembers);
    assert_eq!(refused(&[], &[package.clone(), twice], 2), Fault::WrongMembers);
    for epoch in [0, 1, 3, u64::MAX] {
        assert_eq!(refused(&[], &[], epoch), Fault::WrongEpoch);
    }
    assert_eq!(parties[0].saved(), before);
    assert_eq!(parties[0].vault.change(&key, &Hash::of(&[]), 2, &Plan::default()), Err(Fault::NotAMember));
    for epoch in [0, 1] {
        assert_eq!(parties[0].vault.found(&key, &session(), epoch, &[]), Err(Fault::WrongEpoch));
    }
    assert_eq!(parties[0].vault.settle(&session(), 2), Err(Fault::NothingPending));
    parties[0].change(&[], &[package]);
    assert_eq!(parties[0].vault.settle(&session(), 3), Err(Fault::WrongEpoch));
    parties[0].settle();
}

#[test]
fn what_is_sealed_has_bounds() {
    let mut parties = group(2);
    let key = parties[0].key.clone();
    let (text, place) = (vec![7; TEXT_BYTES_MAX], vec![7; PLACE_BYTES_MAX]);
    let content = parties[0].vault.seal(&key, &session(), 1, &place, &text).unwrap();
    let opened = parties[1].vault.open(&session(), 1, &agent(0), &place, &content).unwrap();
    assert_eq!(*opened, text);
    for (text, place) in [(TEXT_BYTES_MAX + 1, 1), (1, PLACE_BYTES_MAX + 1)] {
        let sealed = parties[0].vault.seal(&key, &session(), 1, &vec![7; place], &vec![7; text]);
        assert_eq!(sealed, Err(Fault::TooLarge));
    }
    assert_eq!(parties[0].vault.seal(&key, &session(), 2, b"", b""), Err(Fault::WrongEpoch));
    let huge = vec![0; HANDSHAKE_BYTES_MAX + 1];
    let members = parties[0].vault.members(&session()).unwrap().clone();
    let refused = [
        parties[1].vault.open(&session(), 1, &agent(0), b"", &huge).map(|_| ()),
        parties[1].vault.follow(&session(), 2, &agent(0), &huge, &members).map(|_| ()),
        parties[1].vault.join(&session(), 2, &agent(0), &huge, &members),
        KeyPackage::read(&huge, &agent(0), &key.id()).map(|_| ()),
        Vault::from_bytes(&huge).map(|_| ()),
    ];
    assert_eq!(
        refused.map(|refused| refused.unwrap_err().code()),
        ["TOO_LARGE", "TOO_LARGE", "TOO_LARGE", "TOO_LARGE", "VAULT_DAMAGED"]
    );
}

#[test]
fn sessions_of_one_vault_are_apart() {
    // THR-SEAL-MOVED
    let mut parties = group(2);
    let other = Hash::of(&[b"another session"]);
    let package = parties[1].package();
    let key = parties[0].key.clone();
    let founded = parties[0].vault.found(&key, &other, 1, &[package]).unwrap();
    parties[0].vault.settle(&other, 1).unwrap();
    let welcome = founded.welcome.unwrap();
    // Of the right length, for somebody, and of another session.
    let joined = parties[1].vault.join(&session(), 2, &agent(0), &welcome, &founded.members);
    assert_eq!(joined, Err(Fault::WrongGroup));
    parties[1].vault.join(&other, 1, &agent(0), &welcome, &founded.members).unwrap();
    let content = parties[0].vault.seal(&key, &other, 1, b"1", b"x").unwrap();
    assert_eq!(parties[1].open(&agent(0), "1", &content), "WRONG_GROUP");
    parties[1].vault.forget(&other);
    assert_eq!(parties[1].vault.epoch(&other), None);
    assert_eq!(parties[1].vault.open(&other, 1, &agent(0), b"1", &content).unwrap_err(), Fault::NotAMember);
    all_talk(&mut parties);
}

/// How often these bytes are in what is kept of a vault.
fn kept(party: &Party, bytes: &[u8]) -> usize {
    party.saved().windows(bytes.len()).filter(|window| *window == bytes).count()
}

#[test]
fn nothing_is_kept_of_what_is_over() {
    // THR-SEAL-STOLEN-VAULT
    let mut parties = group(2);
    for _ in 0..3 {
        let change = parties[0].change(&[], &[]);
        parties[0].settle();
        parties[1].follow(&agent(0), &change).unwrap();
        for party in &parties {
            assert_eq!(kept(party, br#""past_epoch_trees":[]"#), 1);
            assert_eq!(kept(party, b"EpochKeyPairs"), 1);
        }
    }
    let (mut ada, mut bob) = (Party::new(0), Party::new(1));
    let packages = [bob.package(), bob.last_resort()];
    let label = br#""private_init_key""#;
    assert_eq!(kept(&bob, label), 2);
    for (number, package) in packages.iter().enumerate() {
        let session = Hash::of(&[&[u8::try_from(number).unwrap()]]);
        let founded = ada.vault.found(&ada.key, &session, 1, std::slice::from_ref(package)).unwrap();
        ada.vault.settle(&session, 1).unwrap();
        bob.vault.join(&session, 1, &agent(0), &founded.welcome.unwrap(), &founded.members).unwrap();
        // That of last resort stays in its one place.
        assert_eq!(kept(&bob, label), 1);
    }
    for number in 0..2_u8 {
        bob.vault.forget(&Hash::of(&[&[number]]));
    }
    assert_eq!(kept(&bob, b"EpochKeyPairs"), 0);
    assert_eq!(kept(&bob, b"message_secrets"), 0);
}

#[test]
fn the_largest_group_fits_a_statement() {
    let long = |number: u8| -> AgentUri {
        let segments = "a".repeat(60);
        let name = format!("agent://org{number:02}.example/{segments}/{segments}/{segments}/{segments}");
        name.get(..URI_BYTES_MAX.min(name.len())).unwrap().parse().unwrap()
    };
    let party = |number| Party { agent: long(number), key: key(number), vault: Vault::new(long(number)) };
    let mut parties: Vec<Party> = (0..32).map(party).collect();
    let packages: Vec<KeyPackage> = parties.iter_mut().skip(1).map(Party::package).collect();
    let founder = &mut parties[0];
    let founded = founder.vault.found(&founder.key, &session(), 1, &packages).unwrap();
    founder.vault.settle(&session(), 1).unwrap();
    let by = founder.agent.clone();
    for party in parties.iter_mut().skip(1) {
        party.join(1, &by, &founded).unwrap();
    }
    // Everybody else is replaced at once.
    let removed: Vec<AgentUri> = parties.iter().skip(1).map(|party| party.agent.clone()).collect();
    let packages: Vec<KeyPackage> = parties.iter_mut().skip(1).map(Party::package).collect();
    let change = parties[0].change(&removed, &packages);
    let size = change.commit.unwrap().len() + change.welcome.unwrap().len();
    assert!(size * 4 / 3 < STATEMENT_BYTES_MAX / 2, "{size}");
}

#[test]
fn a_vault_can_be_handed_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Vault>();
}
