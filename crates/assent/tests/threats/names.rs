//! Who passes for another by its name: look-alikes of a display name and of a domain.

use asp_core::name::{Domain, Issuer, StreamId, StreamName};
use asp_core::statement::Body;
use asp_core::statement::body::OrgRegister;
use asp_core::statement::draft::Draft;

use crate::author::{key, text};
use crate::scene::Scene;
use crate::{Attack, stopped};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_for_another_by_a_name_that_looks_alike() {
    stopped("THR-LOOK-ALIKE", "told in 3 places", "hides-likeness", pass_for_the_buyer).await;
}

/// An agent with the buyer's name in other letters, seen alone and among those found, and a domain that reads like the
/// buyer's: with the digit for the letter.
async fn pass_for_the_buyer(scene: &mut Scene) -> Attack {
    let mut shown: Vec<_> = scene.impostor().await.into();
    let buyer = format!("{}.example", scene.name("buyer"));
    let look_alike: Domain = text(&format!("{}l.example", scene.name("se11er")));
    let model: Domain = text(&format!("{}l.example", scene.name("seller")));
    for domain in [&model, &look_alike] {
        register(scene, domain).await;
    }
    shown.push(scene.get(&format!("/v1/organisations/{look_alike}")).await.json());
    let model = model.to_string();
    let marked = shown.iter().filter(|shown| {
        let told = &shown["mistakableFor"];
        told == &serde_json::json!([buyer]) || told == &serde_json::json!([model])
    });
    // Whoever sees one of them unmarked has been taken in.
    match marked.count() {
        3 => Err("told in 3 places".to_owned()),
        _ => Ok(()),
    }
}

async fn register(scene: &mut Scene, domain: &Domain) {
    let name = domain.as_str();
    let body = Body::OrgRegister(OrgRegister { key: key(name).id(), name: text(name) });
    let stream = StreamName::Of(StreamId::Org(domain.clone()));
    let issuer = Issuer::Organisation(domain.clone());
    let draft = Draft::new(stream, scene.author.origin.clone(), issuer, body);
    let statement = scene.author.sign(&draft, &[&key(name)]);
    scene.take(statement).await;
}
