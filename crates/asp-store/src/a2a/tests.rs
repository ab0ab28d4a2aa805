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
        client: None,
        config: "{}".to_owned(),
        place: Sequence(3),
        attempts: 0,
        due: None,
    }
}

fn said(message: &str, client: Option<ClientId>) -> Said {
    let (message, request) = (Some(message.to_owned()), Hash::of(&[b"request"]));
    Said { client, request, message, waits: true, refused: None }
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
    let last = desk.client_by_id(ClientId([1; 16])).unwrap().unwrap();
    assert_eq!(last.name, "client 1");
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
    let first = said("{}", None);
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
    assert_eq!(desk.pushes(&session).unwrap().len(), limits::A2A_PUSHES_MAX - 1);
    assert!(desk.due_pushes().unwrap().is_empty());
}

#[test]
fn with_a_client_goes_what_it_is_told_and_what_it_waits_to_say() {
    let (_folder, desk) = desk();
    let (gone, stays) = (ClientId([1; 16]), ClientId([2; 16]));
    let sessions = [Hash::of(&[b"one"]), Hash::of(&[b"two"])];
    for (number, (id, session)) in (1..).zip([gone, stays].into_iter().zip(sessions)) {
        let key = SecretKey::from_seed(&[number; 32]);
        desk.add(&client(number, "agent://acme.example/guest", key), &Hash::of(&[&[number]])).unwrap();
        desk.note(&session, &session, &said("{}", Some(id))).unwrap();
        desk.keep_push(&Push { client: Some(id), ..push("a", session) }).unwrap();
        let name = Hash::of(&[b"name"]);
        desk.keep_request(&Request { client: id, name, digest: name, session }).unwrap();
    }
    assert!(desk.remove(gone).unwrap());
    assert_eq!(desk.waiting().unwrap(), [sessions[1]]);
    assert_eq!(desk.said(&sessions[0]).unwrap()[&sessions[0]].refused.as_deref(), Some(REMOVED));
    assert!(desk.pushes(&sessions[0]).unwrap().is_empty());
    assert!(desk.request(gone, &Hash::of(&[b"name"])).unwrap().is_none());
    assert_eq!(desk.pushes(&sessions[1]).unwrap()[0].client, Some(stays));
    assert_eq!(desk.told_of(None).unwrap().into_keys().collect::<Vec<_>>(), [sessions[1]]);
    assert!(desk.told_of(Some(&BTreeSet::from([sessions[0]]))).unwrap().is_empty());
}

#[test]
fn of_the_messages_of_a_client_the_newest_are_known() {
    let (_folder, desk) = desk();
    let (client, other, session) = (ClientId([1; 16]), ClientId([2; 16]), Hash::of(&[b"session"]));
    let name = |number: usize| Hash::of(&[&number.to_be_bytes()]);
    let request = |client, number| Request { client, name: name(number), digest: name(number + 1), session };
    desk.keep_request(&request(other, 0)).unwrap();
    for number in 0..=limits::A2A_REQUESTS_MAX {
        desk.keep_request(&request(client, number)).unwrap();
    }
    assert_eq!(desk.request(client, &name(0)).unwrap(), None);
    assert_eq!(desk.request(client, &name(1)).unwrap(), Some(request(client, 1)));
    assert_eq!(desk.request(other, &name(0)).unwrap(), Some(request(other, 0)));
    desk.forget_request(client, &name(1)).unwrap();
    assert_eq!(desk.request(client, &name(1)).unwrap(), None);
}

#[test]
fn a_long_conversation_keeps_its_first_words_and_its_last() {
    let (_folder, desk) = desk();
    let session = Hash::of(&[b"session"]);
    let long = "x".repeat(limits::A2A_TASK_BYTES_MAX / 2 + 1);
    let statements = [session, Hash::of(&[b"2"]), Hash::of(&[b"3"]), Hash::of(&[b"4"])];
    for statement in &statements {
        desk.note(&session, statement, &said(&long, None)).unwrap();
    }
    let known = desk.said(&session).unwrap();
    let has = statements.map(|statement| known[&statement].message.is_some());
    assert_eq!(has, [true, false, true, true]);
    assert_eq!(desk.said_first(&session).unwrap().len(), 1);
    // What was refused leaves no name of a conversation.
    desk.name_context(&session, "mine").unwrap();
    desk.forget(&session).unwrap();
    assert_eq!(desk.context(&session).unwrap(), None);
}
