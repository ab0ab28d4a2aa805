//! What a node refuses in sessions that it cannot read: secrets in the clear, and groups that are not those who take part.

use crate::author::note;
use crate::scene::Scene;
use crate::sealing::{foreign, group, grouped, hybrid, published, publishes, sealed, too_open};
use crate::{Attack, outcome, stopped};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_says_in_the_clear_what_has_to_be_sealed() {
    stopped("THR-SEAL-CLEAR", "CONTENT_IN_CLEAR", "takes-clear-content", speak_in_the_clear).await;
}

async fn speak_in_the_clear(scene: &mut Scene) -> Attack {
    let session = hybrid(scene).await;
    let said = scene.words(session, "seller", note("the price is 42"), None);
    outcome(&scene.send(said.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_drawn_into_a_session_that_is_more_open_than_it_asks_for() {
    stopped("THR-SEAL-DOWNGRADE", "MODE_TOO_OPEN", "ignores-modes", invite_in_the_clear).await;
}

async fn invite_in_the_clear(scene: &mut Scene) -> Attack {
    let invitation = too_open(scene).await;
    outcome(&scene.send(invitation.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_no_group_seals_nothing() {
    stopped("THR-SEAL-OUTSIDER", "NOT_IN_GROUP", "takes-foreign-seals", seal_from_outside).await;
}

async fn seal_from_outside(scene: &mut Scene) -> Attack {
    let said = foreign(scene).await;
    outcome(&scene.send(said.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sealed_for_the_group_of_before() {
    stopped("THR-SEAL-STALE-EPOCH", "EPOCH_STALE", "takes-stale-epochs", seal_for_the_group_of_before).await;
}

async fn seal_for_the_group_of_before(scene: &mut Scene) -> Attack {
    let session = grouped(scene).await;
    let seller = scene.agent("seller");
    let said = sealed(scene, session, &seller, 1);
    assert!(scene.takes(&said).await, "while the group is that");
    let package = publishes(scene, "seller", "another package").await.unwrap();
    let next = group(scene, 2, &[("seller", package)]);
    scene.say(session, "buyer", next, None).await;
    let said = sealed(scene, session, &seller, 1);
    outcome(&scene.send(said.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_in_the_group_who_does_not_take_part() {
    stopped("THR-SEAL-GHOST", "INVALID_GROUP", "takes-any-group", let_somebody_listen).await;
}

/// The third has published a key package, and takes no part.
async fn let_somebody_listen(scene: &mut Scene) -> Attack {
    let session = hybrid(scene).await;
    let seller = publishes(scene, "seller", "a package").await.unwrap();
    let third = publishes(scene, "third", "a package of the third").await.unwrap();
    let group = group(scene, 1, &[("seller", seller), ("third", third)]);
    let said = scene.words(session, "buyer", group, None);
    outcome(&scene.send(said.envelope()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_publishes_key_packages_for_another() {
    stopped("THR-SEAL-PACKAGE", "NOT_A_PARTY", "takes-any-packages", publish_for_another).await;
}

async fn publish_for_another(scene: &mut Scene) -> Attack {
    scene.people().await;
    let (said, _) = published(scene, "seller", "third", "a package whose keys the third has");
    outcome(&scene.send(said.envelope()).await)
}
