//! Accounts in a folder of their own, with stepped time.

use super::*;

const NOW: LogTime = LogTime::from_millis(1_795_449_312_000);

fn hash(text: &str) -> Hash {
    Hash::of(&[text.as_bytes()])
}

fn acme() -> Domain {
    "acme.example".parse().unwrap()
}

fn globex() -> Domain {
    "globex.example".parse().unwrap()
}

fn id(number: u8) -> PersonId {
    PersonId([number; 16])
}

struct Folder {
    people: People,
    folder: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { people: People::open(folder.path()).unwrap(), folder }
    }
}

fn invited(number: u8, organisation: Domain) -> Invitation {
    Invitation {
        id: id(number),
        organisation,
        name: None,
        email: Some("ann@acme.example".parse().unwrap()),
        roles: [Role::Auditor, Role::Owner].into(),
        until: NOW.plus(INVITATION_LASTS),
    }
}

fn person(number: u8, organisation: Option<Domain>) -> Person {
    Person {
        id: id(number),
        organisation,
        name: format!("person {number}"),
        email: None,
        subject: None,
        roles: [Role::Auditor].into(),
        created: NOW,
        seen: None,
    }
}

#[test]
fn an_invitation_is_good_for_one_person_and_a_week() {
    let Folder { people, folder: _folder } = Folder::new();
    people.invite(&hash("a"), &invited(1, acme()), NOW).unwrap();
    people.invite(&hash("b"), &invited(2, acme()), NOW).unwrap();
    let late = NOW.plus(INVITATION_LASTS);
    let just = LogTime::from_millis(late.millis() - 1);
    assert_eq!(people.accept(&hash("another"), id(9), None, NOW), Ok(None));
    let ann = people.accept(&hash("a"), id(3), Some("Ann"), just).unwrap().unwrap();
    assert_eq!((ann.name.as_str(), ann.organisation, ann.roles.len()), ("Ann", Some(acme()), 2));
    assert_eq!(people.accept(&hash("a"), id(4), Some("Ann"), just), Ok(None));
    assert_eq!(people.accept(&hash("b"), id(4), Some("Ann"), late), Ok(None));
    assert_eq!(people.list(Some(&acme())).unwrap().len(), 1);
}

#[test]
fn a_link_is_good_once_and_for_ten_minutes() {
    let Folder { people, folder: _folder } = Folder::new();
    people.add(&person(1, Some(acme()))).unwrap();
    for secret in ["a", "b"] {
        assert_eq!(people.link(&hash(secret), id(1), NOW), Ok(NOW.plus(LINK_LASTS)));
    }
    let late = NOW.plus(LINK_LASTS);
    assert_eq!(people.use_link(&hash("c"), NOW), Ok(None));
    assert_eq!(people.use_link(&hash("a"), LogTime::from_millis(late.millis() - 1)), Ok(Some(id(1))));
    assert_eq!(people.use_link(&hash("a"), NOW), Ok(None));
    assert_eq!(people.use_link(&hash("b"), late), Ok(None));
    // Nobody has a link without an account.
    assert!(people.link(&hash("d"), id(2), NOW).is_err());
}

#[test]
fn a_session_ends_unused_or_old_or_with_its_person() {
    let Folder { people, folder: _folder } = Folder::new();
    people.add(&person(1, Some(acme()))).unwrap();
    let looks = |secret: &str, at| people.signed_in(&hash(secret), Use::Looks, at).unwrap().is_some();
    let uses = |secret: &str, at| people.signed_in(&hash(secret), Use::Counts, at).unwrap().is_some();
    people.begin(&hash("idle"), id(1), NOW).unwrap();
    assert!(!looks("another", NOW));
    let idle = LogTime::from_millis(NOW.plus(SESSION_IDLES).millis() - 1);
    assert!(looks("idle", idle), "looking keeps nothing alive");
    assert!(!looks("idle", NOW.plus(SESSION_IDLES)));
    assert!(!looks("idle", NOW), "what has ended has ended");
    people.begin(&hash("used"), id(1), NOW).unwrap();
    let mut at = NOW;
    let end = NOW.plus(SESSION_LASTS);
    while at.plus(SESSION_IDLES) < end {
        at = LogTime::from_millis(at.plus(SESSION_IDLES).millis() - 1);
        assert!(uses("used", at));
    }
    let session = people.signed_in(&hash("used"), Use::Counts, at).unwrap().unwrap();
    assert_eq!(session.until, end);
    assert!(!uses("used", end));
    people.begin(&hash("removed"), id(1), at).unwrap();
    people.link(&hash("link"), id(1), at).unwrap();
    assert!(looks("removed", at));
    assert_eq!(people.remove(Some(&globex()), id(1)), Ok(false));
    assert_eq!(people.remove(None, id(1)), Ok(false));
    assert_eq!(people.remove(Some(&acme()), id(1)), Ok(true));
    assert!(!looks("removed", at));
    assert_eq!(people.use_link(&hash("link"), at), Ok(None));
    assert_eq!(people.remove(Some(&acme()), id(1)), Ok(false));
}

#[test]
fn each_organisation_sees_its_own_people_alone() {
    let Folder { people, folder: _folder } = Folder::new();
    for (number, organisation) in [(1, Some(acme())), (2, Some(globex())), (3, None)] {
        people.add(&person(number, organisation)).unwrap();
    }
    people.invite(&hash("a"), &invited(4, globex()), NOW).unwrap();
    let ids = |organisation: Option<&Domain>| -> Vec<PersonId> {
        people.list(organisation).unwrap().iter().map(|person| person.id).collect()
    };
    assert_eq!(ids(Some(&acme())), [id(1)]);
    assert_eq!(ids(Some(&globex())), [id(2)]);
    assert_eq!(ids(None), [id(3)]);
    assert!(people.invitations(&acme(), NOW).unwrap().is_empty());
    assert_eq!(people.invitations(&globex(), NOW).unwrap().len(), 1);
    assert_eq!(people.find(Some(&acme()), id(2)), Ok(None));
    assert_eq!(people.remove(Some(&acme()), id(4)), Ok(false));
    assert_eq!(people.remove(Some(&globex()), id(4)), Ok(true));
}

#[test]
fn there_are_no_more_than_may_be() {
    let Folder { people, folder: _folder } = Folder::new();
    for number in 0..100 {
        people.invite(&hash(&format!("{number}")), &invited(number, acme()), NOW).unwrap();
    }
    assert_eq!(people.invite(&hash("more"), &invited(200, acme()), NOW), Err(NotKept::Full));
    people.invite(&hash("others"), &invited(201, globex()), NOW).unwrap();
    // What has ended counts no more.
    let later = NOW.plus(INVITATION_LASTS);
    people.invite(&hash("more"), &invited(200, acme()), later).unwrap();
    // Of sessions and links the oldest gives way.
    people.add(&person(1, Some(acme()))).unwrap();
    for number in 0..11 {
        people.begin(&hash(&format!("{number}")), id(1), NOW.plus(Millis(number))).unwrap();
        people.link(&hash(&format!("{number}")), id(1), NOW.plus(Millis(number))).unwrap();
    }
    let there = |number: u64| people.signed_in(&hash(&format!("{number}")), Use::Looks, NOW).unwrap();
    assert!(there(0).is_none() && there(1).is_some() && there(10).is_some());
    assert_eq!(people.use_link(&hash("5"), NOW), Ok(None));
    assert_eq!(people.use_link(&hash("6"), NOW), Ok(Some(id(1))));
}

#[test]
fn a_provider_vouches_for_one_person_of_an_invitation() {
    let Folder { people, folder: _folder } = Folder::new();
    let ann: Email = "ann@acme.example".parse().unwrap();
    let other: Email = "bob@acme.example".parse().unwrap();
    people.invite(&hash("a"), &invited(1, acme()), NOW).unwrap();
    assert_eq!(people.accept_by_email((&acme(), &other), id(2), ("iss 1", None), NOW), Ok(None));
    assert_eq!(people.accept_by_email((&globex(), &ann), id(2), ("iss 1", None), NOW), Ok(None));
    let made = people.accept_by_email((&acme(), &ann), id(2), ("iss 1", Some("Ann")), NOW).unwrap().unwrap();
    assert_eq!(people.of_subject("iss 1"), Ok(Some(made)));
    assert_eq!(people.of_subject("iss 2"), Ok(None));
    assert_eq!(people.accept_by_email((&acme(), &ann), id(3), ("iss 2", None), NOW), Ok(None));
    // The one subject has one account.
    let twice = Person { subject: Some("iss 1".to_owned()), ..person(4, Some(acme())) };
    assert!(matches!(people.add(&twice), Err(NotKept::Fault(_))));
    people.set_roles(id(2), &[Role::Arbiter].into()).unwrap();
    assert_eq!(people.of_subject("iss 1").unwrap().unwrap().roles, [Role::Arbiter].into());
}

#[test]
fn the_file_is_private_and_what_is_kept_is_there_again_without_a_secret() {
    let Folder { people, folder } = Folder::new();
    people.add(&person(1, None)).unwrap();
    let secret = Hash::of(&[b"the secret"]);
    people.begin(&hash("kept"), id(1), NOW).unwrap();
    // Beside a node that runs.
    let beside = People::open(folder.path()).unwrap();
    beside.link(&secret, id(1), NOW).unwrap();
    assert_eq!(people.use_link(&secret, NOW), Ok(Some(id(1))));
    drop((people, beside));
    let again = People::open(folder.path()).unwrap();
    assert!(again.signed_in(&hash("kept"), Use::Looks, NOW).unwrap().is_some());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(PEOPLE_FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    drop(again);
    std::fs::write(folder.path().join(PEOPLE_FILE_NAME), "not a database, but something else").unwrap();
    assert!(People::open(folder.path()).is_err());
}

#[test]
fn addresses_and_ids_have_one_spelling() {
    assert_eq!("Ann@Acme.example".parse::<Email>().unwrap().as_str(), "ann@acme.example");
    for wrong in ["", "ann", "@acme.example", "ann@", "a@b@c", "ann @acme.example", "<ann@acme.example>"] {
        assert!(wrong.parse::<Email>().is_err(), "{wrong}");
    }
    let one = PersonId([0x0f; 16]);
    assert_eq!(one.to_string().parse(), Ok(one));
    for wrong in ["", "0f", &"0F".repeat(16), &"+f".repeat(16), &"0f".repeat(17)] {
        assert!(wrong.parse::<PersonId>().is_err(), "{wrong}");
    }
}
