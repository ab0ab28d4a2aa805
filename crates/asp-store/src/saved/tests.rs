//! Saved searches in a folder of their own.

use super::*;

fn agent(name: &str) -> Tenant {
    Tenant::Agent(format!("agent://{name}").parse().unwrap())
}

fn organisation(name: &str) -> Tenant {
    Tenant::Organisation(name.parse().unwrap())
}

fn search(number: usize, by: &Tenant, name: &str) -> SavedSearch {
    SavedSearch {
        id: SearchId((number as u128).to_be_bytes()),
        by: by.clone(),
        name: name.to_owned(),
        query: r#"{"text":"gpu"}"#.to_owned(),
        size: 7,
        at: LogTime::from_millis(1_795_449_312_000 + number as u64),
    }
}

fn ids(found: Vec<SavedSearch>) -> Vec<u128> {
    found.into_iter().map(|it| u128::from_be_bytes(it.id.0)).collect()
}

#[test]
fn a_search_is_its_savers_and_the_organisations_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let searches = Searches::open(folder.path()).unwrap();
    let (acme, buyer, clerk) =
        (organisation("acme.example"), agent("acme.example/buyer"), agent("acme.example/clerk"));
    let globex = organisation("globex.example");
    for (number, by) in [(1, &acme), (2, &buyer), (3, &clerk), (4, &globex)] {
        searches.save(search(number, by, "gpu")).unwrap();
    }
    for (tenant, seen) in [(&acme, vec![1, 2, 3]), (&buyer, vec![2]), (&clerk, vec![3]), (&globex, vec![4])] {
        assert_eq!(ids(searches.list(tenant).unwrap()), seen, "{tenant:?}");
        for number in 1..=5 {
            let found = searches.find(tenant, search(number, &acme, "").id).unwrap();
            assert_eq!(found.is_some(), seen.contains(&(number as u128)), "{tenant:?} {number}");
        }
    }
    let second = search(2, &buyer, "gpu");
    for stranger in [&clerk, &globex] {
        assert_eq!(searches.forget(stranger, second.id), Ok(false));
    }
    assert_eq!(searches.find(&buyer, second.id), Ok(Some(second.clone())));
    assert_eq!(searches.forget(&acme, second.id), Ok(true));
    assert_eq!(searches.forget(&acme, second.id), Ok(false));
    // And it is kept.
    drop(searches);
    let again = Searches::open(folder.path()).unwrap();
    assert_eq!(ids(again.list(&acme).unwrap()), [1, 3]);
}

#[test]
fn a_saver_has_a_name_once_and_saving_the_same_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let searches = Searches::open(folder.path()).unwrap();
    let buyer = agent("acme.example/buyer");
    let first = searches.save(search(1, &buyer, "gpu")).unwrap();
    assert_eq!(searches.save(search(2, &buyer, "gpu")), Ok(first.clone()));
    let other = SavedSearch { query: "{}".to_owned(), ..search(3, &buyer, "gpu") };
    assert_eq!(searches.save(other.clone()), Err(NotSaved::NameTaken));
    assert_eq!(searches.list(&buyer), Ok(vec![first.clone()]));
    searches.save(SavedSearch { name: "all".to_owned(), ..other.clone() }).unwrap();
    searches.forget(&buyer, first.id).unwrap();
    searches.save(SavedSearch { id: first.id, ..other }).unwrap();
}

#[test]
fn an_organisation_saves_so_many_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let searches = Searches::open(folder.path()).unwrap();
    let savers = [organisation("acme.example"), agent("acme.example/a"), agent("acme.example/b")];
    for number in 0..limits::SAVED_SEARCHES_MAX {
        searches.save(search(number, &savers[number % 3], &format!("s{number}"))).unwrap();
    }
    for saver in &savers {
        assert_eq!(searches.save(search(1000, saver, "more")), Err(NotSaved::Full));
    }
    // What is there can be said again, others are not kept out, and a place that is free can be had.
    searches.save(search(0, &savers[0], "s0")).unwrap();
    searches.save(search(1001, &organisation("globex.example"), "more")).unwrap();
    searches.forget(&savers[0], search(2, &savers[2], "").id).unwrap();
    searches.save(search(1002, &savers[1], "more")).unwrap();
    assert_eq!(searches.save(search(1003, &savers[1], "and more")), Err(NotSaved::Full));
}

#[test]
fn ids_have_one_spelling() {
    let one = SearchId([0x0f; 16]);
    assert_eq!(one.to_string().parse(), Ok(one));
    for wrong in ["", "0f", &"0F".repeat(16), &"+f".repeat(16), &"0f".repeat(17)] {
        assert!(wrong.parse::<SearchId>().is_err(), "{wrong}");
    }
}
