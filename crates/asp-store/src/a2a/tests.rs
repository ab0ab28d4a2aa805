//! What the node keeps of A2A: tasks, clients and where they are told.

use super::*;

fn desk() -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path()).unwrap();
    (folder, desk)
}

fn client(number: u8, agent: &str, key: SecretKey) -> Client {
    Client {
        id: ClientId([number; 16]),
        agent: agent.parse().unwrap(),
        key,
        name: format!("client {number}"),
        created: LogTime::from_millis(u64::from(number)),
    }
}

fn push(id: &str, session: Hash) -> Push {
    Push {
        session,
        id: id.to_owned(),
        agent: "agent://acme.example/guest".parse().unwrap(),
        config: "{}".to_owned(),
        place: Sequence(3),
        attempts: 0,
        due: None,
    }
}

#[test]
fn a_client_is_found_by_its_token_until_it_is_removed() {
    let (folder, desk) = desk();
    let hardware = SecretKey::from_scalar(&[7; 32]).unwrap();
    let keys = [SecretKey::from_seed(&[1; 32]), hardware];
    for (number, key) in keys.iter().enumerate() {
        let number = u8::try_from(number).unwrap();
        let token = Hash::of(&[&[number]]);
        desk.add(&client(number, "agent://acme.example/guest", key.clone()), &token).unwrap();
        // Another process has the same file.
        let found = Desk::open(folder.path()).unwrap().client(&token).unwrap().unwrap();
        assert_eq!((found.id, found.key.id()), (ClientId([number; 16]), key.id()));
    }
    assert_eq!(desk.clients().unwrap().len(), 2);
    let last = desk.client_of(&"agent://acme.example/guest".parse().unwrap()).unwrap().unwrap();
    assert_eq!(last.id, ClientId([1; 16]));
    assert!(desk.client(&Hash::of(&[b"another"])).unwrap().is_none());
    assert!(desk.remove(ClientId([1; 16])).unwrap());
    assert!(!desk.remove(ClientId([1; 16])).unwrap());
    assert!(desk.client(&Hash::of(&[&[1]])).unwrap().is_none());
}

#[test]
fn there_are_so_many_clients_and_no_more() {
    let (_folder, desk) = desk();
    let key = SecretKey::from_seed(&[1; 32]);
    for number in 0..limits::A2A_CLIENTS_MAX {
        let token = Hash::of(&[&number.to_be_bytes()]);
        let id = ClientId(u128::try_from(number).unwrap().to_be_bytes());
        desk.add(&Client { id, ..client(1, "agent://acme.example/guest", key.clone()) }, &token).unwrap();
    }
    let further = client(255, "agent://acme.example/guest", key);
    assert_eq!(desk.add(&further, &Hash::of(&[b"further"])).unwrap_err(), NotKept::Full);
}

#[test]
fn what_waits_is_settled_once() {
    let (_folder, desk) = desk();
    let (session, other) = (Hash::of(&[b"session"]), Hash::of(&[b"other"]));
    let first = Said { message: Some("{}".to_owned()), waits: true, refused: None };
    desk.note(&session, &session, &first).unwrap();
    desk.note(&other, &other, &Said { waits: false, ..first.clone() }).unwrap();
    assert_eq!(desk.waiting().unwrap(), [session]);
    desk.settle(&session, Some("why")).unwrap();
    desk.settle(&session, None).unwrap();
    assert!(desk.waiting().unwrap().is_empty());
    assert_eq!(desk.said(&session).unwrap()[&session].refused.as_deref(), Some("why"));
    desk.name_context(&session, "mine").unwrap();
    desk.name_context(&session, "another").unwrap();
    assert_eq!(desk.context(&session).unwrap().as_deref(), Some("mine"));
    assert_eq!(desk.context(&other).unwrap(), None);
}

#[test]
fn a_configuration_is_replaced_and_what_was_removed_stays_removed() {
    let (_folder, desk) = desk();
    let session = Hash::of(&[b"session"]);
    desk.keep_push(&push("a", session)).unwrap();
    let told =
        Push { place: Sequence(9), attempts: 2, due: Some(LogTime::from_millis(5)), ..push("a", session) };
    desk.note_push(&told).unwrap();
    assert_eq!(desk.pushes(&session).unwrap(), [told]);
    desk.keep_push(&Push { config: "[]".to_owned(), ..push("a", session) }).unwrap();
    // What was told is not told again.
    let replaced = Push { config: "[]".to_owned(), place: Sequence(9), ..push("a", session) };
    assert_eq!(desk.pushes(&session).unwrap(), std::slice::from_ref(&replaced));
    for number in 1..limits::A2A_PUSHES_MAX {
        desk.keep_push(&push(&number.to_string(), session)).unwrap();
    }
    assert_eq!(desk.keep_push(&push("further", session)), Err(NotKept::Full));
    desk.keep_push(&push("a", session)).unwrap();
    assert!(desk.remove_push(&session, "a").unwrap());
    assert!(!desk.remove_push(&session, "a").unwrap());
    desk.note_push(&replaced).unwrap();
    assert_eq!(desk.all_pushes().unwrap().len(), limits::A2A_PUSHES_MAX - 1);
}
