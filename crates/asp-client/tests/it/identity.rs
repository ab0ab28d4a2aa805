//! Keys on disk and in the log, and what they open.

use asp_client::Error;
use asp_client::keys::Keyring;
use asp_core::name::Issuer;
use asp_core::rejection::Code;

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
