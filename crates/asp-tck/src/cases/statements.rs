//! Statements: bytes, envelopes, fields, and their place in a stream (ASP-STM).

use asp_core::rejection::Code;
use asp_core::statement::body::{Body, PolicySet};

use super::{Case, code};
use crate::finding::{Finding, hold};
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(["ASP-STM-010"], "the next statement of a stream stands after its head", heads),
    code!(["ASP-STM-017"], "the same bytes get the same receipt, other bytes of the same id none", ids),
];

fn policy(contact: &str) -> Result<Body, Finding> {
    Ok(Body::OrgPolicySet(PolicySet { ceiling: None, human_contacts: vec![text(contact)?] }))
}

async fn heads(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let stream = stage.org_stream("buyer")?;
    let first = stage.by("buyer.example", stream.clone(), policy("Ada")?)?;
    let second = stage.by("buyer.example", stream, policy("Ben")?)?;
    stage.take(first).await?;
    let answer = stage.post(&second).await?;
    stage.refuses(&answer, Code::SequenceConflict, None)
}

async fn ids(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let statement = stage.by("buyer.example", stage.org_stream("buyer")?, policy("Ada")?)?;
    let first = stage.post(&statement).await?;
    let again = stage.send(statement.envelope()).await?;
    hold(first.status == 202 && again.status == 202, "202 for the same bytes", again.told())?;
    hold(first.bytes == again.bytes, "the same receipt", again.text())?;
    let other = stage.altered(&statement, &["buyer.example"], |value| {
        if let Some(contacts) = value.pointer_mut("/body/humanContacts/0") {
            *contacts = "Eve".into();
        }
    })?;
    stage.refuse_bytes(other, Code::IdReused).await
}
