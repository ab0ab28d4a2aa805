//! Probes of what a node cannot read: seals, groups, key packages, and what stands in the clear.

use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::Hash;
use asp_core::seal::{Opaque, Opened, Salt, Seal};
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use asp_core::statement::{Body, Verified};

use crate::author::{domain, issuer, key, note, text};
use crate::scene::Scene;

fn opaque(words: &str) -> Opaque {
    Opaque::new(words.as_bytes().to_vec()).unwrap()
}

/// A hybrid session without a group.
pub(crate) async fn hybrid(scene: &mut Scene) -> Hash {
    scene.session_with(|invitation| invitation.mode = Mode::Hybrid).await
}

/// A group that the buyer founds, with those who are taken in, each by this package, in the order of their names.
pub(crate) fn group(scene: &Scene, epoch: u64, taken_in: &[(&str, Hash)]) -> Body {
    let member = |short: &str, package| {
        let (agent, key) = (scene.uri(short), key(&scene.agent(short)).id());
        GroupMember { agent, key, package }
    };
    let mut members = vec![member("buyer", None)];
    members.extend(taken_in.iter().map(|(short, package)| member(short, Some(*package))));
    Body::Inform(Inform::Group(Group { commit: None, epoch, members, welcome: Some(opaque("welcome")) }))
}

/// A key package of the first agent with this content, published by the second; and its hash.
pub(crate) fn published(scene: &mut Scene, of: &str, by: &str, words: &str) -> (Verified, Hash) {
    let package = PublishedPackage { content: opaque(words), last_resort: None };
    let hash = package.hash();
    let stream = StreamName::Of(StreamId::Agent(scene.uri(of)));
    let body = Body::AgentKeypackagePublish(KeyPackages { packages: vec![package] });
    let by = scene.agent(by);
    (scene.author.by(&by, stream, body), hash)
}

/// An agent publishes a key package with this content; whether it is taken in.
pub(crate) async fn publishes(scene: &mut Scene, short: &str, words: &str) -> Option<Hash> {
    let (statement, hash) = published(scene, short, short, words);
    scene.takes(&statement).await.then_some(hash)
}

/// A hybrid session whose group is the two.
pub(crate) async fn grouped(scene: &mut Scene) -> Hash {
    let session = hybrid(scene).await;
    let package = publishes(scene, "seller", "a package").await.unwrap();
    let group = group(scene, 1, &[("seller", package)]);
    scene.say(session, "buyer", group, None).await;
    session
}

/// A remark that somebody seals.
pub(crate) fn sealed(scene: &mut Scene, session: Hash, signer: &str, epoch: u64) -> Verified {
    let opened = Opened { body: note("a secret"), salt: Salt([7; 32]) };
    let content = Opaque::new(opened.padded().unwrap()).unwrap();
    let stream = StreamName::Of(StreamId::Session(session));
    let mut draft = Draft::new(stream, scene.author.origin.clone(), issuer(signer), note(""));
    draft.seal = Some(Seal { commitment: opened.commitment(), content, epoch });
    scene.author.sign(&draft, &[&key(signer)])
}

pub(crate) async fn open_sessions(scene: &mut Scene) -> bool {
    let session = scene.session().await;
    let buyer = scene.agent("buyer");
    let said = sealed(scene, session, &buyer, 1);
    scene.takes(&said).await
}

/// An invitation to a session that is more open than the seller's organisation asks for.
pub(crate) async fn too_open(scene: &mut Scene) -> Verified {
    let consent = scene.people().await;
    let seller = scene.name("seller");
    let body = Body::OrgPolicySet(PolicySet { mode: Some(Mode::Sealed), ..PolicySet::of(vec![]) });
    let policy = scene.author.by(&seller, StreamName::Of(StreamId::Org(domain(&seller))), body);
    scene.take(policy).await;
    scene.invitation(consent, |invitation| invitation.mode = Mode::Hybrid)
}

pub(crate) async fn modes(scene: &mut Scene) -> bool {
    let invitation = too_open(scene).await;
    scene.takes(&invitation).await
}

pub(crate) async fn clear_content(scene: &mut Scene) -> bool {
    let session = hybrid(scene).await;
    scene.says(session, "buyer", note("no secret"), None).await
}

/// Something that an authority, who is in no group, seals in a session that was escalated to it.
pub(crate) async fn foreign(scene: &mut Scene) -> Verified {
    let session = grouped(scene).await;
    scene.say(session, "buyer", note(""), None).await;
    let authority = Issuer::Organisation(domain(&scene.name("seller")));
    let asked = Escalation { authority, contact: None, question: text("") };
    scene.say(session, "buyer", Body::Escalate(asked), None).await;
    let seller = scene.name("seller");
    sealed(scene, session, &seller, 1)
}

pub(crate) async fn foreign_seals(scene: &mut Scene) -> bool {
    let said = foreign(scene).await;
    scene.takes(&said).await
}

pub(crate) async fn stale_epochs(scene: &mut Scene) -> bool {
    let session = grouped(scene).await;
    let buyer = scene.agent("buyer");
    let said = sealed(scene, session, &buyer, 1);
    assert!(scene.takes(&said).await, "the epoch that is");
    let said = sealed(scene, session, &buyer, 2);
    scene.takes(&said).await
}

pub(crate) async fn groups(scene: &mut Scene) -> bool {
    let session = hybrid(scene).await;
    let unknown = group(scene, 1, &[("seller", Hash::of(&[b"no package"]))]);
    scene.says(session, "buyer", unknown, None).await
}

pub(crate) async fn packages(scene: &mut Scene) -> bool {
    scene.people().await;
    assert!(publishes(scene, "seller", "a package").await.is_some(), "once");
    publishes(scene, "seller", "a package").await.is_some()
}

pub(crate) async fn unreadable(scene: &mut Scene) -> bool {
    let session = hybrid(scene).await;
    let body = Body::Inform(Inform::Unreadable(Unreadable { code: text("CONTENT_INVALID") }));
    scene.says(session, "seller", body, Some(Hash::of(&[b"nothing"]))).await
}
