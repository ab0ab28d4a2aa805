//! Webhooks in a folder of their own.

use super::*;

const NOW: LogTime = LogTime::from_millis(1_795_449_312_000);

fn domain(name: &str) -> Domain {
    format!("{name}.example").parse().unwrap()
}

fn hook(number: u128, organisation: &str) -> Webhook {
    Webhook {
        id: WebhookId(number.to_be_bytes()),
        organisation: domain(organisation),
        url: "https://hooks.example/in".parse().unwrap(),
        streams: [StreamKind::Session, StreamKind::Dispute].into(),
        types: [Kind::named("PROPOSE").unwrap(), Kind::named("consent.grant").unwrap()].into(),
        secrets: Secrets { seed: [7; 32], shared: [8; 32] },
        created: LogTime::from_millis(NOW.millis() + number as u64),
        progress: Progress::at(Position(5)),
    }
}

fn letter(position: u64) -> DeadLetter {
    DeadLetter {
        position: Position(position),
        attempts: 12,
        aside: NOW,
        reason: "it answers 400".to_owned(),
        again: false,
    }
}

fn ids(found: Vec<(Webhook, u64)>) -> Vec<u128> {
    found.into_iter().map(|(hook, _)| u128::from_be_bytes(hook.id.0)).collect()
}

#[test]
fn a_webhook_is_its_organisations_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = Webhooks::open(folder.path()).unwrap();
    for (number, organisation) in [(1, "acme"), (2, "globex"), (3, "acme")] {
        hooks.add(&hook(number, organisation)).unwrap();
    }
    assert_eq!(ids(hooks.list(&domain("acme")).unwrap()), [1, 3]);
    assert!(hooks.list(&domain("initech")).unwrap().is_empty());
    let (second, acme) = (hook(2, "globex"), domain("acme"));
    assert_eq!(hooks.find(&acme, second.id), Ok(None));
    assert_eq!((hooks.forget(&acme, second.id), hooks.resume(&acme, second.id)), (Ok(false), Ok(false)));
    assert_eq!(hooks.find(&domain("globex"), second.id), Ok(Some((second.clone(), 0))));
    assert_eq!(hooks.any(second.id), Ok(Some(second.clone())));
    assert_eq!(hooks.forget(&domain("globex"), second.id), Ok(true));
    assert_eq!(hooks.any(second.id), Ok(None));
    // And it is kept.
    drop(hooks);
    let again = Webhooks::open(folder.path()).unwrap();
    assert_eq!(ids(again.list(&acme).unwrap()), [1, 3]);
    assert_eq!(again.any(hook(3, "acme").id), Ok(Some(hook(3, "acme"))));
    assert!(!format!("{:?}", again.any(hook(3, "acme").id)).contains("7, 7"), "secrets are not told");
}

#[test]
fn how_far_it_has_come_and_what_was_put_aside_are_noted_together() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = Webhooks::open(folder.path()).unwrap();
    let one = hook(1, "acme");
    hooks.add(&one).unwrap();
    let progress = Progress {
        place: Position(10),
        attempts: 0,
        failures: 12,
        silent_from: Some(NOW),
        due: Some(NOW),
        delivered: Some(NOW),
        reason: Some("it answers 400".to_owned()),
        stopped: Some(Stopped::Refused),
    };
    hooks.note(one.id, &progress, Some(&letter(9))).unwrap();
    let (noted, dead) = hooks.find(&domain("acme"), one.id).unwrap().unwrap();
    assert_eq!((noted.progress, dead), (progress.clone(), 1));
    assert_eq!(hooks.running().unwrap(), []);
    // What is tried again at once has not been forgotten.
    assert_eq!(hooks.resume(&domain("acme"), one.id), Ok(true));
    let resumed = hooks.running().unwrap().remove(0).progress;
    let free = Progress { failures: 0, silent_from: None, due: None, stopped: None, ..progress.clone() };
    assert_eq!(resumed, free);
    // Of one that was forgotten meanwhile nothing is kept.
    hooks.forget(&domain("acme"), one.id).unwrap();
    hooks.note(one.id, &progress, Some(&letter(9))).unwrap();
    assert_eq!(hooks.dead(one.id), Ok(vec![]));
}

#[test]
fn what_was_put_aside_is_listed_in_order_and_marked_to_be_delivered_again() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = Webhooks::open(folder.path()).unwrap();
    let one = hook(1, "acme");
    hooks.add(&one).unwrap();
    for position in [9, 3, 7] {
        hooks.note(one.id, &one.progress, Some(&letter(position))).unwrap();
    }
    let positions = |letters: Vec<DeadLetter>| letters.iter().map(|it| it.position.0).collect::<Vec<_>>();
    assert_eq!(positions(hooks.dead(one.id).unwrap()), [3, 7, 9]);
    assert!(hooks.again(one.id, 9).unwrap().is_empty());
    assert_eq!(hooks.replay(one.id, Some(&[7, 8, u64::MAX].into())), Ok(1));
    assert_eq!(positions(hooks.again(one.id, 9).unwrap()), [7]);
    assert_eq!(hooks.replay(one.id, None), Ok(3));
    assert_eq!(positions(hooks.again(one.id, 2).unwrap()), [3, 7]);
    hooks.settle(one.id, Position(3)).unwrap();
    // Refused once more it is put back.
    hooks.note(one.id, &one.progress, Some(&DeadLetter { attempts: 13, ..letter(7) })).unwrap();
    assert_eq!(positions(hooks.again(one.id, 9).unwrap()), [9]);
    assert_eq!(hooks.dead(one.id).unwrap()[0].attempts, 13);
}

#[test]
fn an_organisation_has_so_many_webhooks_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = Webhooks::open(folder.path()).unwrap();
    let most = limits::WEBHOOKS_MAX as u128;
    for number in 0..most {
        hooks.add(&hook(number, "acme")).unwrap();
    }
    assert_eq!(hooks.add(&hook(most, "acme")), Err(NotAdded::Full));
    hooks.add(&hook(most, "globex")).unwrap();
    hooks.forget(&domain("acme"), hook(0, "acme").id).unwrap();
    hooks.add(&hook(most + 1, "acme")).unwrap();
}
