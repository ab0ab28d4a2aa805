//! The trail of a consent as a node sends it: what breaks off, is changed or has no end is no trail.

use asp_client::{Client, Error, OrganisationParty, TrailRecord};
use asp_core::position::Hash;
use futures::TryStreamExt;

use crate::support::*;

/// A server between, the organisation that asks through it, and its one consent.
async fn asked() -> (Stage, Between, OrganisationParty, Hash) {
    let (stage, direct) = Stage::with_people().await;
    let (ours, _) = session(&direct, &direct).await;
    ours.inform(text("said")).await.unwrap();
    let between = Between::honest(&stage.url()).await;
    let client = Client::connect(between.url()).await.unwrap();
    let acme = client.organisation_with(text("acme.example"), key("acme"));
    let consents: Vec<_> = acme.consents().try_collect().await.unwrap();
    let consent = consents[0].id;
    (stage, between, acme, consent)
}

async fn read(acme: &OrganisationParty, consent: &Hash) -> Result<Vec<TrailRecord>, Error> {
    let mut trail = acme.trail(consent).await?;
    let mut records = Vec::new();
    while let Some(record) = trail.next_record().await? {
        records.push(record);
    }
    Ok(records)
}

/// Changes the lines of a trail.
fn lie(between: &Between, change: impl Fn(&mut Vec<String>) + Send + 'static) {
    between.lie(move |answer| {
        if answer.request.ends_with("/trail") {
            let text = String::from_utf8(answer.bytes.clone()).unwrap();
            let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
            change(&mut lines);
            answer.bytes = lines.concat().into_bytes();
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_is_read_to_its_end_or_not_at_all() {
    let (_stage, between, acme, consent) = asked().await;
    let whole = read(&acme, &consent).await.unwrap();
    assert!(whole.len() > 4, "{}", whole.len());
    type Cut = fn(&mut Vec<String>);
    let cuts: [Cut; 4] = [
        |lines| drop(lines.pop()),
        |lines| lines.truncate(3),
        |lines| {
            let last = lines.last_mut().unwrap();
            last.truncate(last.len() / 2);
        },
        Vec::clear,
    ];
    for cut in cuts {
        lie(&between, cut);
        let broken = read(&acme, &consent).await;
        assert!(
            matches!(broken, Err(Error::Unreachable { .. } | Error::BadAnswer { .. })),
            "{:?}",
            broken.map(|records| records.len())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_in_which_something_was_changed_is_never_taken() {
    let (_stage, between, acme, consent) = asked().await;
    type Lie = fn(&mut Vec<String>);
    let lies: [Lie; 6] = [
        // Another word in what was said.
        |lines| lines.iter_mut().for_each(|line| *line = line.replace("\"said\"", "\"sold\"")),
        // A record out of its order, one too few for the number, something after the end.
        |lines| lines.swap(2, 3),
        |lines| drop(lines.remove(2)),
        |lines| {
            let again = lines[1].clone();
            lines.push(again);
        },
        // The trail of somebody else, and a note that the log did not sign.
        |lines| lines[0] = lines[0].replace("acme.example", "globex.example"),
        |lines| lines[0] = lines[0].replace("assent.example/test\\n", "assent.example/test\\n1"),
    ];
    for lied in lies {
        lie(&between, lied);
        let read = read(&acme, &consent).await;
        assert!(matches!(read, Err(Error::Forged { .. })), "{:?}", read.map(|records| records.len()));
    }
}
