//! Keys on disk and in the log, and what they open.

use asp_client::Error;
use asp_client::keys::Keyring;
use asp_core::name::Issuer;
use asp_core::rejection::Code;
use asp_core::session::table::State;
use asp_core::statement::body::{OrgVerify, PolicySet, VerifyMethod};

use futures::TryStreamExt;

use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_reads_on_and_the_old_one_does_not() {
    let (_stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let old = ours.agent().clone();
    old.sessions().try_collect::<Vec<_>>().await.unwrap();
    let new_key = key("buyer's next");
    old.rotate_key(&new_key).await.unwrap();

    // The token of the old key is dead, and the old key gets no other.
    let refused = old.sessions().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(matches!(&refused, Error::Refused(problem) if problem.status == 401), "{refused}");
    let new = client.agent_with(buyer(), new_key);
    assert_eq!(new.sessions().try_collect::<Vec<_>>().await.unwrap().len(), 1);

    // Nor does it speak any more; the new one does, and readers know both.
    let words = ours.inform(text("by the old key")).await.unwrap_err();
    assert_eq!(words.code(), Some(Code::KeyNotValid), "{words}");
    new.session(&ours.id()).inform(text("by the new key")).await.unwrap();
    assert_eq!(theirs.messages(None).await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_keeps_its_keys_and_policy() {
    let (_stage, client) = Stage::with_people().await;
    let first = client.organisation_with(text("acme.example"), key("acme"));
    let second_key = key("acme's second");
    first.add_key(&second_key).await.unwrap();
    let second = client.organisation_with(text("acme.example"), second_key);
    let contacts = PolicySet::of(vec![text("legal@acme.example")]);
    second.set_policy(contacts).await.unwrap();
    let evidence = OrgVerify { key: key("acme").id(), method: VerifyMethod::Dns };
    second.verify_domain(evidence).await.unwrap();

    let revoked = second.revoke_key(key("acme").id(), text("its holder has left")).await.unwrap();
    let refused = first.set_policy(PolicySet::of(vec![])).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::KeyNotValid), "{refused}");
    let keys = client.organisation(&text("acme.example")).await.unwrap().keys;
    let until = keys.iter().find(|held| held.key == key("acme").id()).unwrap().until;
    assert_eq!((keys.len(), until), (2, Some(revoked.receipt.log_index)));
    // Nobody locks itself out.
    let refused = second.revoke_key(key("acme's second").id(), text("oops")).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::LastKey), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_silences_or_ends_its_agent_and_nobody_elses() {
    let (_stage, client) = Stage::with_people().await;
    let (ours, theirs) = session(&client, &client).await;
    let acme = client.organisation_with(text("acme.example"), key("acme"));
    let volt = client.organisation_with(text("volt.example"), key("volt"));
    let refused = volt.retire_agent(&buyer(), text("a rival")).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::NotAParty), "{refused}");

    acme.revoke_agent_key(&buyer(), key("buyer").id(), text("the laptop was stolen")).await.unwrap();
    let refused = ours.inform(text("by the thief")).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::KeyNotValid), "{refused}");
    theirs.inform(text("is anybody there?")).await.unwrap();

    volt.retire_agent(&seller(), text("the shop closes")).await.unwrap();
    let refused = theirs.inform(text("one more thing")).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::AgentRetired), "{refused}");
    assert!(client.agent(&seller()).await.unwrap().retired);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_revoked_covers_nothing_more() {
    let (_stage, client) = Stage::with_people().await;
    let (ours, _) = session(&client, &client).await;
    let acme = client.organisation_with(text("acme.example"), key("acme"));
    let volt = client.organisation_with(text("volt.example"), key("volt"));
    let consent = acme.consents().try_next().await.unwrap().unwrap().id;
    volt.revoke_consent(&consent, text("we are sold out for the year")).await.unwrap();
    // The node ends what rests on nothing else.
    let ended = ours.wait_until(None, |view| view.state == State::Failed).await.unwrap();
    assert_eq!(ended.end.unwrap().code, "CONSENT_REVOKED");
    let refused = ours.propose(offer("1000", true)).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::SessionEnded), "{refused}");
    acme.acknowledge_revocation(&consent).await.unwrap();
    let view = acme.consent(&consent).await.unwrap();
    let volt_name = text("volt.example");
    assert_eq!(
        (view.standing.as_str(), view.revoked_by, view.acknowledged),
        ("REVOKED", Some(volt_name), true)
    );
    assert_eq!(volt.acknowledge_revocation(&consent).await.unwrap_err().code(), Some(Code::NotRevoked));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_no_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let ring = Keyring::open(folder.path()).unwrap();
    let issuer = Issuer::Agent(buyer());
    ring.create(&issuer).unwrap();
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    for refused in [ring.load(&issuer).map(|_| ()), ring.list().map(|_| ())] {
        let error = refused.unwrap_err();
        assert!(matches!(&error, Error::Key { path, .. } if *path == file), "{error}");
        assert!(error.to_string().contains("others can read it"), "{error}");
    }
}
