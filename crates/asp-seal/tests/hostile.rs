//! What strangers, members and the node may try: all of it is refused, and nothing of it changes the vault.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test cannot do fails it"
)]

mod common;

use asp_core::key::KeyId;
use asp_seal::fault::Fault;
use asp_seal::package::KeyPackage;
use asp_seal::vault::{Followed, Vault};
use common::{
    Members, Party, Rogue, SUITE, Signing, agent, all_talk, credential, damages, group, key, resigned,
    session, with_rogue,
};
use openmls::prelude::{
    Ciphersuite, Extension, Extensions, GroupId, LeafNodeIndex, LeafNodeParameters, Lifetime, MlsGroup,
    MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, PURE_PLAINTEXT_WIRE_FORMAT_POLICY,
    RequiredCapabilitiesExtension,
};
use openmls_traits::OpenMlsProvider as _;
use tls_codec::Deserialize as _;

#[test]
fn content_opens_once_in_its_place_and_as_the_word_of_who_sealed_it() {
    // ASP-SEA-014, THR-SEAL-MOVED
    let mut parties = group(3);
    let content = parties[0].seal("place 7", "the price is 42");
    let before = parties[1].saved();
    assert_eq!(parties[1].open(&agent(0), "place 8", &content), "WRONG_PLACE");
    assert_eq!(parties[1].open(&agent(0), "", &content), "WRONG_PLACE");
    assert_eq!(parties[1].open(&agent(2), "place 7", &content), "WRONG_SENDER");
    assert_eq!(parties[1].open(&agent(1), "place 7", &content), "WRONG_SENDER");
    assert_eq!(parties[1].open(&agent(9), "place 7", &content), "WRONG_SENDER");
    assert_eq!(parties[0].open(&agent(0), "place 7", &content), "OWN_CONTENT");
    assert_eq!(parties[1].saved(), before);
    assert_eq!(parties[1].open(&agent(0), "place 7", &content), "the price is 42");
    assert_eq!(parties[1].open(&agent(0), "place 7", &content), "CANNOT_OPEN");
    assert_eq!(Party::new(5).open(&agent(0), "place 7", &content), "NOT_A_MEMBER");
}

#[test]
fn one_kind_of_message_is_not_taken_for_another() {
    // THR-SEAL-BAD-COMMIT
    let mut parties = group(2);
    let content = parties[0].seal("1", "text");
    let mut late = Party::new(2);
    let package = late.vault.make_packages(&late.key, 1, false).unwrap().remove(0).content;
    let added = KeyPackage::read(&package, &late.agent, &late.key.id()).unwrap();
    let change = parties[0].change(&[], &[added]);
    let (commit, welcome) = (change.commit.clone().unwrap(), change.welcome.clone().unwrap());
    let before = parties[1].saved();
    for wrong in [&commit, &welcome, &package, &Vec::new()] {
        assert_eq!(parties[1].open(&agent(0), "", wrong), "MALFORMED");
    }
    for wrong in [&content, &welcome, &package, &Vec::new()] {
        let followed = parties[1].vault.follow(&session(), 2, &agent(0), wrong, &change.members);
        assert_eq!(followed, Err(Fault::Malformed));
    }
    for wrong in [&content, &commit, &package, &Vec::new()] {
        let joined = parties[1].vault.join(&session(), 2, &agent(0), wrong, &change.members);
        assert_eq!(joined, Err(Fault::Malformed));
        assert_eq!(
            KeyPackage::read(wrong, &agent(2), &key(2).id()).err(),
            Some(Fault::Malformed).filter(|_| wrong != &package)
        );
    }
    assert_eq!(parties[1].saved(), before);
}

/// The lists that a statement could give instead of the true one.
fn lies(members: &Members) -> Vec<Members> {
    let mut lies = vec![Members::new()];
    for who in members.keys() {
        let mut fewer = members.clone();
        fewer.remove(who);
        lies.push(fewer);
        let mut other_key = members.clone();
        other_key.insert(who.clone(), key(99).id());
        lies.push(other_key);
        let mut hardware = members.clone();
        hardware.insert(who.clone(), KeyId::P256([2; 33]));
        lies.push(hardware);
    }
    let mut more = members.clone();
    more.insert(agent(9), key(9).id());
    lies.push(more);
    lies
}

#[test]
fn a_list_of_members_that_lies_is_found() {
    // THR-SEAL-GHOST
    let mut parties = group(3);
    let mut late = Party::new(3);
    let change = parties[0].change(&[agent(2)], &[late.package()]);
    parties[0].settle();
    let (commit, welcome) = (change.commit.clone().unwrap(), change.welcome.clone().unwrap());
    let before = [&parties[1], &parties[2], &late].map(Party::saved);
    for lie in lies(&change.members) {
        for number in [1, 2] {
            let followed = parties[number].vault.follow(&session(), 2, &agent(0), &commit, &lie);
            assert_eq!(followed, Err(Fault::WrongMembers));
        }
        let joined = late.vault.join(&session(), 2, &agent(0), &welcome, &lie);
        assert_eq!(joined, Err(Fault::WrongMembers));
    }
    for wrong in [agent(1), agent(2), agent(3), agent(9)] {
        let joined = late.vault.join(&session(), 2, &wrong, &welcome, &change.members);
        assert_eq!(joined, Err(Fault::WrongSender));
    }
    for epoch in [1, 3, u64::MAX] {
        let joined = late.vault.join(&session(), epoch, &agent(0), &welcome, &change.members);
        assert_eq!(joined, Err(Fault::WrongEpoch));
    }
    assert_eq!(parties[1].follow(&agent(2), &change), Err("WRONG_SENDER"));
    assert_eq!([&parties[1], &parties[2], &late].map(Party::saved), before);
    late.join(2, &agent(0), &change).unwrap();
    assert_eq!(parties[1].follow(&agent(0), &change), Ok(Followed::Member));
    assert_eq!(parties[2].follow(&agent(0), &change), Ok(Followed::Removed));
    parties[2] = late;
    all_talk(&mut parties);
}

#[test]
fn a_stranger_and_a_member_of_another_group_cannot_commit() {
    // THR-SEAL-BAD-COMMIT
    let mut parties = group(2);
    // A group of the same name, of people with the same names and keys.
    let mut twins = group(2);
    let change = twins[0].change(&[], &[]);
    let content = twins[0].seal("1", "text");
    let before = parties[1].saved();
    assert_eq!(parties[1].follow(&agent(0), &change), Err("CANNOT_OPEN"));
    assert_eq!(parties[1].open(&agent(0), "1", &content), "CANNOT_OPEN");
    assert_eq!(parties[1].saved(), before);
    all_talk(&mut parties);
}

#[test]
fn a_key_package_is_of_its_agent_and_key() {
    // THR-SEAL-PACKAGE
    let mut party = Party::new(1);
    let made = party.vault.make_packages(&party.key, 1, false).unwrap().remove(0).content;
    let read = KeyPackage::read(&made, &agent(1), &key(1).id()).unwrap();
    assert_eq!((read.agent(), *read.key()), (&agent(1), key(1).id()));
    assert_eq!(*read.hash(), asp_seal::package::hash(&made));
    assert!(!read.is_last_resort());
    let refused = |content: &[u8], by: u8, with: KeyId| KeyPackage::read(content, &agent(by), &with).err();
    let invalid = Some(Fault::PackageInvalid);
    assert_eq!(refused(&made, 2, key(1).id()), invalid);
    assert_eq!(refused(&made, 1, key(2).id()), invalid);
    assert_eq!(refused(&made, 1, KeyId::P256([2; 33])), invalid);

    let rogue = Rogue::new(1);
    let (forever, name) = (Lifetime::init(0, u64::MAX), rogue.agent.as_str().as_bytes());
    assert_eq!(refused(&rogue.made(SUITE, forever, name), 1, key(1).id()), None);
    // A lifetime that ends has members part who read the log at different times.
    for (from, to) in [(0, 1_000), (0, u64::MAX - 1), (1, u64::MAX), (u64::MAX, 0)] {
        let made = rogue.made(SUITE, Lifetime::init(from, to), name);
        assert_eq!(refused(&made, 1, key(1).id()), invalid, "{from} to {to}");
        assert_eq!(refused(&resigned(&made, &key(1), None, None, Some((0, u64::MAX))), 1, key(1).id()), None);
    }
    for name in [&b"agent://org1.example"[..], b"", b"\xff", b"agent://org1.example/sales/agent-1 "] {
        assert_eq!(refused(&rogue.made(SUITE, forever, name), 1, key(1).id()), invalid);
    }
    let other = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    let name = rogue.agent.as_str().as_bytes();
    assert_eq!(refused(&rogue.made(other, forever, name), 1, key(1).id()), invalid);
}

/// Points of Curve25519 with an order of at most eight, on which every agreement is zero.
fn low_order() -> Vec<[u8; 32]> {
    let hexadecimal = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
    let point = |text: &str| text.as_bytes().chunks(2).map(byte).collect::<Vec<_>>().try_into().unwrap();
    hexadecimal.iter().map(|text| point(text)).collect()
}

#[test]
fn nobody_is_made_to_agree_on_zero() {
    // THR-SEAL-ZERO-DH
    let mut party = Party::new(1);
    let made = party.vault.make_packages(&party.key, 1, false).unwrap().remove(0).content;
    let read = |content: &[u8]| KeyPackage::read(content, &agent(1), &key(1).id()).err();
    // A point of large order, signed in the same way, is taken.
    assert_eq!(read(&resigned(&made, &key(1), Some([9; 32]), None, None)), None);
    assert_eq!(read(&resigned(&made, &key(1), None, Some([9; 32]), None)), None);
    for point in low_order() {
        let invalid = Some(Fault::PackageInvalid);
        assert_eq!(read(&resigned(&made, &key(1), Some(point), None, None)), invalid, "{point:?}");
        assert_eq!(read(&resigned(&made, &key(1), None, Some(point), None)), invalid, "{point:?}");
    }
}

/// A rogue makes a commit with `with`; what comes of following it.
fn followed(with: impl FnOnce(&mut MlsGroup, &Rogue) -> Vec<u8>, members: impl Fn(&mut Members)) -> String {
    let (mut ada, mut bob, mut rogue) = with_rogue();
    let mut mls = rogue.mls.take().unwrap();
    let commit = with(&mut mls, &rogue);
    let mut stated = ada.vault.members(&session()).unwrap().clone();
    members(&mut stated);
    let before = [&ada, &bob].map(Party::saved);
    let followed =
        [&mut ada, &mut bob].map(|party| party.vault.follow(&session(), 2, &rogue.agent, &commit, &stated));
    if let [Err(first), Err(second)] = followed {
        assert_eq!(first, second);
        assert_eq!([&ada, &bob].map(Party::saved), before);
        all_talk(&mut [ada, bob]);
        return first.code().to_owned();
    }
    assert_eq!(followed, [Ok(Followed::Member); 2]);
    all_talk(&mut [ada, bob]);
    "followed".to_owned()
}

/// A commit that the builder makes after `prepare`.
macro_rules! committed {
    ($mls:ident, $rogue:ident, |$builder:ident| $prepare:expr) => {{
        let (rand, crypto) = ($rogue.provider.rand(), $rogue.provider.crypto());
        let $builder = $mls.commit_builder();
        let loaded = $prepare.load_psks($rogue.provider.storage()).unwrap();
        let built = loaded.build(rand, crypto, &Signing(&$rogue.key), |_| true).unwrap();
        built.stage_commit(&$rogue.provider).unwrap().into_commit().to_bytes().unwrap()
    }};
}

#[test]
fn a_commit_does_no_more_than_it_may() {
    // THR-SEAL-BAD-COMMIT, THR-SEAL-GHOST
    let late = Rogue::new(3);
    let good = late.package();
    let add = read_raw;
    let joined = |members: &mut Members| {
        members.insert(agent(3), key(3).id());
    };
    let raw = late.made(SUITE, Lifetime::init(0, u64::MAX), late.agent.as_str().as_bytes());
    assert_eq!(*good.agent(), agent(3));
    let nothing = |_: &mut Members| ();
    // What may be done is done in the same way, so that the refusals below are for what they are.
    assert_eq!(
        followed(|mls, rogue| committed!(mls, rogue, |b| b.force_self_update(true)), nothing),
        "followed"
    );
    let adding = followed(
        |mls, rogue| committed!(mls, rogue, |b| b.force_self_update(true).propose_adds([add(&raw)])),
        joined,
    );
    assert_eq!(adding, "followed");

    // Adds and keeps its own keys.
    let without_path = followed(|mls, rogue| committed!(mls, rogue, |b| b.propose_adds([add(&raw)])), joined);
    assert_eq!(without_path, "COMMIT_INVALID");
    // Adds somebody under a name that is none, under the name of another, or with a lifetime.
    for name in [&b"nobody"[..], agent(0).as_str().as_bytes()] {
        let made = late.made(SUITE, Lifetime::init(0, u64::MAX), name);
        let added = followed(
            |mls, rogue| committed!(mls, rogue, |b| b.force_self_update(true).propose_adds([add(&made)])),
            joined,
        );
        assert_eq!(added, "WRONG_MEMBERS");
    }
    let ending = late.made(SUITE, Lifetime::init(0, 4_000_000_000), late.agent.as_str().as_bytes());
    let added = followed(
        |mls, rogue| committed!(mls, rogue, |b| b.force_self_update(true).propose_adds([add(&ending)])),
        joined,
    );
    assert_eq!(added, "COMMIT_INVALID");
    // Lets the context of the group say something.
    let context = || {
        let required = RequiredCapabilitiesExtension::new(&[], &[], &[]);
        Extensions::single(Extension::RequiredCapabilities(required)).unwrap()
    };
    let extended = followed(
        |mls, rogue| committed!(mls, rogue, |b| b.propose_group_context_extensions(context()).unwrap()),
        nothing,
    );
    assert_eq!(extended, "COMMIT_INVALID");
    // Takes the name of another, a name that is none, or another key than was stated.
    for (name, with) in [(agent(0).as_str().as_bytes(), 2), (b"nobody", 2), (agent(2).as_str().as_bytes(), 8)]
    {
        let taken = followed(
            |mls, rogue| {
                let new = key(with);
                let signer = Signing(&new);
                let bundle = openmls::prelude::NewSignerBundle {
                    signer: &signer,
                    credential_with_key: credential(name, &new),
                };
                let (rand, crypto) = (rogue.provider.rand(), rogue.provider.crypto());
                let builder = mls.commit_builder().leaf_node_parameters(LeafNodeParameters::default());
                let loaded = builder.load_psks(rogue.provider.storage()).unwrap();
                let built = loaded
                    .build_with_new_signer(rand, crypto, &Signing(&rogue.key), bundle, |_| true)
                    .unwrap();
                built.stage_commit(&rogue.provider).unwrap().into_commit().to_bytes().unwrap()
            },
            nothing,
        );
        assert_eq!(taken, "WRONG_MEMBERS");
    }
}

#[test]
fn a_commit_is_a_private_message_that_holds_all_that_it_says() {
    // THR-SEAL-BAD-COMMIT
    let nothing = |_: &mut Members| ();
    let without = |members: &mut Members| members.retain(|member, _| *member != agent(1));
    // A proposal, which commits to nothing.
    let proposal = followed(
        |mls, rogue| {
            let (signer, bob) = (Signing(&rogue.key), LeafNodeIndex::new(1));
            mls.propose_remove_member(&rogue.provider, &signer, bob).unwrap().0.to_bytes().unwrap()
        },
        nothing,
    );
    assert_eq!(proposal, "MALFORMED");
    // A commit to a proposal that nobody has seen.
    let unseen = followed(
        |mls, rogue| {
            let signer = Signing(&rogue.key);
            mls.propose_remove_member(&rogue.provider, &signer, LeafNodeIndex::new(1)).unwrap();
            mls.commit_to_pending_proposals(&rogue.provider, &signer).unwrap().0.to_bytes().unwrap()
        },
        without,
    );
    assert_eq!(unseen, "COMMIT_INVALID");
    // A commit that everybody can read.
    let public = followed(
        |mls, rogue| {
            let config = MlsGroupJoinConfig::builder()
                .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
                .use_ratchet_tree_extension(true)
                .build();
            mls.set_configuration(rogue.provider.storage(), &config).unwrap();
            committed!(mls, rogue, |b| b.force_self_update(true))
        },
        nothing,
    );
    assert_eq!(public, "MALFORMED");
    // A commit by who is no member, from what a member has let out.
    let outside = followed(
        |mls, rogue| {
            let info = mls.export_group_info(rogue.provider.crypto(), &Signing(&rogue.key), true).unwrap();
            let info = MlsMessageIn::tls_deserialize_exact(info.to_bytes().unwrap()).unwrap().extract();
            let MlsMessageBodyIn::GroupInfo(info) = info else { panic!("no GroupInfo") };
            let stranger = Rogue::new(3);
            let builder = MlsGroup::external_commit_builder()
                .build_group(
                    &stranger.provider,
                    info,
                    credential(stranger.agent.as_str().as_bytes(), &stranger.key),
                )
                .unwrap();
            let (rand, crypto) = (stranger.provider.rand(), stranger.provider.crypto());
            let loaded = builder.load_psks(stranger.provider.storage()).unwrap();
            let built = loaded.build(rand, crypto, &Signing(&stranger.key), |_| true).unwrap();
            built.finalize(&stranger.provider).unwrap().1.into_commit().to_bytes().unwrap()
        },
        |members| {
            members.insert(agent(3), key(3).id());
        },
    );
    assert_eq!(outside, "MALFORMED");
}

proptest::proptest! {
    /// Bytes of any kind, and messages with pieces of others in them, are refused and change nothing.
    #[test]
    fn no_bytes_harm(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600),
        (cut, from, length) in (0_usize..2_000, 0_usize..2_000, 1_usize..400),
    ) {
        let mut parties = group(2);
        let mut late = Party::new(2);
        let late = late.vault.make_packages(&late.key, 1, false).unwrap().remove(0).content;
        let content = parties[0].seal("a place", "a text");
        let change = parties[0].change(&[], &[]);
        let commit = change.commit.clone().unwrap();
        let before = parties[1].saved();
        let spliced = |one: &[u8], other: &[u8]| {
            let mut mixed = one[..cut % one.len()].to_vec();
            let from = from % other.len();
            mixed.extend_from_slice(&other[from..(from + length).min(other.len())]);
            mixed
        };
        let hostile = [
            bytes, spliced(&content, &commit), spliced(&commit, &content), spliced(&late, &commit), spliced(&commit, &late),
        ];
        // Messages of one group begin alike.
        for bytes in hostile.iter().filter(|bytes| **bytes != content && **bytes != commit && **bytes != late) {
            let Party { vault, agent: own, key, .. } = &mut parties[1];
            proptest::prop_assert!(vault.open(&session(), 1, &agent(0), b"a place", bytes).is_err());
            proptest::prop_assert!(vault.follow(&session(), 2, &agent(0), bytes, &change.members).is_err());
            proptest::prop_assert!(vault.join(&session(), 2, &agent(0), bytes, &change.members).is_err());
            proptest::prop_assert!(KeyPackage::read(bytes, own, &key.id()).is_err());
        }
        proptest::prop_assert_eq!(parties[1].saved(), before);
    }
}

/// A key package as OpenMLS takes it, with no regard to our rules.
fn read_raw(content: &[u8]) -> openmls::prelude::KeyPackage {
    use openmls::prelude::ProtocolVersion;
    let MlsMessageBodyIn::KeyPackage(package) =
        MlsMessageIn::tls_deserialize_exact(content).unwrap().extract()
    else {
        panic!("no key package");
    };
    package.validate(&openmls_rust_crypto::RustCrypto::default(), ProtocolVersion::Mls10).unwrap()
}

#[test]
fn a_group_of_another_kind_is_not_joined() {
    // THR-SEAL-BAD-COMMIT
    let required = || Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(&[], &[], &[]));
    let kinds = [Extensions::empty(), Extensions::single(required()).unwrap()];
    let joined = kinds.map(|extensions| {
        let (mut party, rogue) = (Party::new(0), Rogue::new(2));
        let made = party.vault.make_packages(&party.key, 1, false).unwrap().remove(0).content;
        let id = [session().as_bytes().as_slice(), &1_u64.to_be_bytes()].concat();
        let mut mls = MlsGroup::builder()
            .with_group_id(GroupId::from_slice(&id))
            .ciphersuite(SUITE)
            .use_ratchet_tree_extension(true)
            .with_group_context_extensions(extensions)
            .build(
                &rogue.provider,
                &Signing(&rogue.key),
                credential(rogue.agent.as_str().as_bytes(), &rogue.key),
            )
            .unwrap();
        let (_, welcome, _) =
            mls.add_members(&rogue.provider, &Signing(&rogue.key), &[read_raw(&made)]).unwrap();
        let members = [0, 2].map(|number| (agent(number), key(number).id())).into();
        party.vault.join(&session(), 1, &rogue.agent, &welcome.to_bytes().unwrap(), &members)
    });
    assert_eq!(joined, [Ok(()), Err(Fault::Malformed)]);
}

#[test]
fn a_member_whose_key_agrees_with_nobody_is_not_let_in_by_another() {
    // THR-SEAL-ZERO-DH
    let late = Rogue::new(3);
    let made = late.made(SUITE, Lifetime::init(0, u64::MAX), late.agent.as_str().as_bytes());
    let poisoned = resigned(&made, &late.key, None, Some([0; 32]), None);
    let added = followed(
        |mls, rogue| {
            committed!(mls, rogue, |b| b.force_self_update(true).propose_adds([read_raw(&poisoned)]))
        },
        |members| {
            members.insert(agent(3), key(3).id());
        },
    );
    assert_eq!(added, "COMMIT_INVALID");
}

#[test]
fn what_is_damaged_is_refused_and_changes_nothing() {
    // THR-SEAL-BAD-COMMIT
    let mut parties = group(2);
    let mut late = Party::new(2);
    let made = late.vault.make_packages(&late.key, 1, false).unwrap().remove(0).content;
    let added = KeyPackage::read(&made, &late.agent, &late.key.id()).unwrap();
    for damaged in damages(&made, 1) {
        assert!(KeyPackage::read(&damaged, &late.agent, &late.key.id()).is_err());
    }
    let content = parties[0].seal("a place", "a text");
    let change = parties[0].change(&[], &[added]);
    parties[0].settle();
    let (commit, welcome) = (change.commit.clone().unwrap(), change.welcome.clone().unwrap());
    let before = [&parties[1], &late].map(Party::saved);
    for damaged in damages(&content, 3) {
        assert!(parties[1].vault.open(&session(), 1, &agent(0), b"a place", &damaged).is_err());
    }
    for damaged in damages(&commit, 29) {
        assert!(parties[1].vault.follow(&session(), 2, &agent(0), &damaged, &change.members).is_err());
    }
    for damaged in damages(&welcome, 29) {
        assert!(late.vault.join(&session(), 2, &agent(0), &damaged, &change.members).is_err());
    }
    assert_eq!([&parties[1], &late].map(Party::saved), before);
    assert_eq!(parties[1].open(&agent(0), "a place", &content), "a text");
    parties[1].follow(&agent(0), &change).unwrap();
    late.join(2, &agent(0), &change).unwrap();
    parties.push(late);
    all_talk(&mut parties);
}

#[test]
fn a_damaged_vault_is_not_read() {
    let mut parties = group(2);
    parties[0].package();
    let whole = parties[0].saved();
    assert_eq!(Vault::from_bytes(&whole).unwrap().to_bytes().unwrap().to_vec(), whole);
    for (number, damaged) in damages(&whole, 101).into_iter().enumerate() {
        // Of the thousands of shortenings each hashes all the rest.
        if damaged.len() < whole.len() && number > 300 && number % 97 != 0 {
            continue;
        }
        assert!(Vault::from_bytes(&damaged).is_err());
    }
    let mut other = whole.clone();
    other[11] = 2;
    assert_eq!(Vault::from_bytes(&other).err(), Some(Fault::VaultVersionUnknown));
    assert_eq!(Vault::from_bytes(b"").err(), Some(Fault::VaultDamaged));
    assert_eq!(Vault::from_bytes(&whole[..40]).err(), Some(Fault::VaultDamaged));
}

#[test]
fn what_is_printed_of_a_vault_holds_no_secret() {
    let parties = group(2);
    let shown = format!("{:?}", parties[0].vault);
    assert!(shown.contains("agent://org1.example/sales/agent-1"), "{shown}");
    assert!(shown.len() < 1_000, "{shown}");
}
