//! Key packages that are handed out, in a folder of their own.

use std::collections::BTreeSet;

use asp_core::key::SecretKey;

use super::*;

const NOW: LogTime = LogTime::from_millis(1_795_449_312_000);

fn key(seed: u8) -> KeyId {
    SecretKey::from_seed(&[seed; 32]).id()
}

fn agent() -> AgentUri {
    "agent://acme.example/buyer".parse().unwrap()
}

fn domain(name: &str) -> Domain {
    name.parse().unwrap()
}

fn package(name: &str, at: u64, item: usize) -> Published {
    Published { hash: Hash::of(&[name.as_bytes()]), at: Sequence(at), item, last_resort: false, key: key(1) }
}

fn last_resort(name: &str, at: u64) -> Published {
    Published { last_resort: true, ..package(name, at, 9) }
}

/// What a claimer is given, by what it is.
fn given(packages: &Packages, to: &str, now: LogTime) -> Option<Published> {
    packages.hand_out(&agent(), &[key(1)], &domain(to), now).unwrap()
}

#[test]
fn each_package_for_a_single_use_is_handed_out_once_the_newest_statement_first_and_then_the_last_resort() {
    let folder = tempfile::tempdir().unwrap();
    let packages = Packages::open(folder.path()).unwrap();
    assert_eq!(given(&packages, "globex.example", NOW), None);
    let old = [package("a", 3, 0), package("b", 3, 1), last_resort("l", 3)];
    let new = [package("c", 7, 0), last_resort("m", 7)];
    packages.learn(&agent(), Sequence(3), &old).unwrap();
    packages.learn(&agent(), Sequence(7), &new).unwrap();
    assert_eq!(given(&packages, "globex.example", NOW), Some(new[0]));
    drop(packages);
    // It is not handed out again after a restart, nor to somebody else.
    let packages = Packages::open(folder.path()).unwrap();
    assert_eq!(packages.seen(&agent()), Ok(Some(Sequence(7))));
    assert_eq!(given(&packages, "initech.example", NOW), Some(old[0]));
    assert_eq!(given(&packages, "globex.example", NOW), Some(old[1]));
    for to in ["globex.example", "initech.example", "globex.example"] {
        assert_eq!(given(&packages, to, NOW), Some(new[1]), "the last resort is there for all");
    }
    let other: AgentUri = "agent://acme.example/clerk".parse().unwrap();
    assert_eq!(packages.hand_out(&other, &[key(1)], &domain("globex.example"), NOW), Ok(None));
}

#[test]
fn a_package_that_is_published_again_is_not_handed_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let packages = Packages::open(folder.path()).unwrap();
    packages.learn(&agent(), Sequence(1), &[package("a", 1, 0)]).unwrap();
    assert_eq!(given(&packages, "globex.example", NOW), Some(package("a", 1, 0)));
    packages.learn(&agent(), Sequence(2), &[package("a", 2, 0)]).unwrap();
    packages.learn(&agent(), Sequence(1), &[package("a", 1, 0)]).unwrap();
    assert_eq!(given(&packages, "globex.example", NOW), None);
    assert_eq!(packages.seen(&agent()), Ok(Some(Sequence(2))));
}

#[test]
fn packages_of_a_key_that_has_ended_are_not_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let packages = Packages::open(folder.path()).unwrap();
    let later = Published { key: key(2), ..package("b", 2, 0) };
    let all = [package("a", 1, 0), later, last_resort("l", 1)];
    packages.learn(&agent(), Sequence(2), &all).unwrap();
    let claim = |keys: &[KeyId]| packages.hand_out(&agent(), keys, &domain("globex.example"), NOW).unwrap();
    assert_eq!(claim(&[key(2)]), Some(later));
    assert_eq!((claim(&[key(2)]), claim(&[])), (None, None));
    assert_eq!(claim(&[key(2), key(1)]), Some(all[0]));
    assert_eq!(claim(&[key(1)]), Some(all[2]));
}

#[test]
fn one_organisation_takes_so_many_in_a_day_and_leaves_the_rest_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let packages = Packages::open(folder.path()).unwrap();
    let most = limits::KEY_PACKAGE_CLAIMS_MAX;
    let mut all: Vec<Published> = (0..2 * most).map(|item| package(&item.to_string(), 1, item)).collect();
    all.push(last_resort("l", 1));
    packages.learn(&agent(), Sequence(1), &all).unwrap();
    let mut taken = BTreeSet::new();
    for number in 0..most {
        let now = LogTime::from_millis(NOW.millis() + number as u64);
        let package = given(&packages, "globex.example", now).unwrap();
        assert!(!package.last_resort && taken.insert(package.hash), "{number}");
    }
    let late = LogTime::from_millis(NOW.millis() + limits::KEY_PACKAGE_CLAIMS_MS.0 - 1);
    for now in [NOW, late] {
        assert_eq!(given(&packages, "globex.example", now), all.last().copied());
    }
    let other = given(&packages, "initech.example", late).unwrap();
    assert!(!other.last_resort && taken.insert(other.hash));
    // The first of them counts no more.
    let day = LogTime::from_millis(NOW.millis() + limits::KEY_PACKAGE_CLAIMS_MS.0);
    let next = given(&packages, "globex.example", day).unwrap();
    assert!(!next.last_resort && taken.insert(next.hash));
    assert_eq!(given(&packages, "globex.example", day), all.last().copied());
}

#[test]
fn many_who_claim_at_once_get_no_package_twice() {
    let folder = tempfile::tempdir().unwrap();
    let packages = Packages::open(folder.path()).unwrap();
    let all: Vec<Published> = (0..20).map(|item| package(&item.to_string(), 1, item)).collect();
    packages.learn(&agent(), Sequence(1), &all).unwrap();
    let got = std::thread::scope(|scope| {
        let claim = |number: usize| {
            let packages = &packages;
            scope.spawn(move || {
                let to = format!("o{}.example", number % 3);
                (0..10).filter_map(|_| given(packages, &to, NOW)).map(|it| it.hash).collect::<Vec<_>>()
            })
        };
        let running: Vec<_> = (0..4).map(claim).collect();
        running.into_iter().flat_map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!((got.len(), got.iter().collect::<BTreeSet<_>>().len()), (20, 20));
}
