//! Sessions that the node cannot read: what is sealed for whom, and what stands in the clear (ASP-SEA).

use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, LogTime};
use asp_core::rejection::Code;
use asp_core::statement::Body;
use asp_core::statement::body::{KeyPackages, Offer, Package, PolicySet, Propose};
use serde_json::{Value, json};

use super::{Case, code, dialogue};
use crate::dialogue::sealing::key_package;
use crate::finding::{Finding, hold};
use crate::stage::Stage;

pub(super) const CASES: &[Case] = &[
    dialogue(
        &["ASP-SEA-001"],
        "an open session has no seal",
        "buyer PROPOSE with seller
         seller ACCEPT sealed                         -> ! INVALID_FIELD ASP-SEA-001 /seal
         seller ACCEPT                                -> INTRODUCED
         buyer QUERY sealed                           -> ! INVALID_FIELD ASP-SEA-001 /seal
         buyer INFORM group buyer,seller              -> ! NOT_ALLOWED
         buyer INFORM unreadable #0                   -> ! NOT_ALLOWED
         buyer QUERY                                  -> CONVERSING",
    ),
    code!(["ASP-SEA-001"], "a seal is an object, and stands on no invitation and outside no session", seals),
    dialogue(
        &["ASP-SEA-002"],
        "a session is as closed as the policies of all who take part ask",
        "seller.example POLICY mode hybrid
         buyer PROPOSE with seller                    -> ! MODE_TOO_OPEN ASP-SEA-002 /body/mode
         buyer PROPOSE with seller mode=hybrid        -> INVITED
         buyer.example POLICY mode sealed
         buyer PROPOSE with seller mode=hybrid        -> ! MODE_TOO_OPEN
         buyer PROPOSE with seller mode=sealed        -> INVITED",
    ),
    dialogue(
        &["ASP-SEA-002"],
        "a session is as closed as the consents ask that it names",
        "buyer.example CONSENT seller.example mode sealed
         buyer PROPOSE with seller                    -> ! MODE_TOO_OPEN
         buyer PROPOSE with seller mode=hybrid        -> ! MODE_TOO_OPEN
         buyer PROPOSE with seller mode=sealed        -> INVITED",
    ),
    dialogue(
        &["ASP-SEA-002"],
        "who comes in later asks for no more closed session than it is",
        "buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer.example CONSENT carrier.example mode sealed
         buyer PROPOSE admission of carrier           -> ! MODE_TOO_OPEN ASP-SEA-002 /body
         buyer.example CONSENT carrier.example mode hybrid
         buyer PROPOSE admission of carrier           -> CONVERSING
         clerk.example POLICY mode sealed
         buyer DELEGATE to clerk                      -> ! MODE_TOO_OPEN ASP-SEA-002 /body
         clerk.example POLICY mode hybrid
         buyer DELEGATE to clerk                      -> CONVERSING",
    ),
    dialogue(
        &["ASP-SEA-003"],
        "in a hybrid session the node is shown what breaches are found by, and no word besides",
        "buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer INFORM group buyer,seller              -> INTRODUCED
         buyer QUERY clear                            -> ! CONTENT_IN_CLEAR ASP-SEA-003 /body
         buyer QUERY sealed:clear                     -> ! CONTENT_IN_CLEAR ASP-SEA-003 /body
         buyer QUERY                                  -> CONVERSING
         seller CLARIFY clear                         -> ! CONTENT_IN_CLEAR
         seller INFORM clear                          -> ! CONTENT_IN_CLEAR
         seller OBSERVE clear                         -> ! CONTENT_IN_CLEAR
         buyer PROPOSE firm clear                     -> ! CONTENT_IN_CLEAR
         buyer PROPOSE firm                           -> CONVERSING
         seller COUNTER cheap clear                   -> ! CONTENT_IN_CLEAR
         seller REJECT clear                          -> ! CONTENT_IN_CLEAR
         buyer WITHDRAW clear                         -> ! CONTENT_IN_CLEAR
         seller ACCEPT                                -> EXECUTING [ACTIVE: goods OPEN]
         seller PROPOSE amendment to cheap clear      -> ! CONTENT_IN_CLEAR
         seller PROPOSE termination clear             -> ! CONTENT_IN_CLEAR
         seller INFORM progress goods clear           -> ! CONTENT_IN_CLEAR
         seller INFORM progress goods                 -> EXECUTING
         seller INFORM fulfilment goods clear         -> ! CONTENT_IN_CLEAR
         seller INFORM fulfilment goods               -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM contest goods clear             -> ! CONTENT_IN_CLEAR
         buyer ESCALATE to seller.example clear       -> ! CONTENT_IN_CLEAR
         buyer INFORM acknowledgement goods           -> EXECUTING [FULFILLED: goods FULFILLED]
         buyer CLOSE                                  -> CLOSED(COMPLETED)",
    ),
    dialogue(
        &["ASP-SEA-003"],
        "in a sealed session not even evidence is shown",
        "deal = seller owes buyer goods 100 within 1h digest=x
         buyer PROPOSE with seller mode=sealed
         seller ACCEPT
         buyer INFORM group buyer,seller              -> INTRODUCED
         buyer PROPOSE firm deal clear                -> ! CONTENT_IN_CLEAR ASP-SEA-003 /body
         buyer PROPOSE firm deal                      -> CONVERSING
         seller ACCEPT                                -> EXECUTING [ACTIVE: goods OPEN]
         buyer CLOSE                                  -> ! OBLIGATION_OPEN
         seller INFORM fulfilment goods digest x clear -> ! CONTENT_IN_CLEAR
         seller INFORM fulfilment goods digest x      -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM acknowledgement goods           -> EXECUTING [FULFILLED: goods FULFILLED]",
    ),
    dialogue(
        &["ASP-SEA-003"],
        "in a hybrid session a breach is found by the outline, and in a sealed one none is",
        "deal = seller owes buyer goods 100 within 3s
         buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer PROPOSE firm deal
         seller ACCEPT                                -> EXECUTING [ACTIVE: goods OPEN]
         +3100ms                                      -> EXECUTING [BREACHED: goods BREACHED]
         buyer PROPOSE with seller mode=sealed
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer PROPOSE firm deal
         seller ACCEPT                                -> EXECUTING [ACTIVE: goods OPEN]
         +4100ms                                      -> EXECUTING [ACTIVE: goods OPEN]
         seller INFORM fulfilment goods               -> EXECUTING [ACTIVE: goods DELIVERED]",
    ),
    dialogue(
        &["ASP-SEA-003", "ASP-SEA-004"],
        "an authority from outside speaks in the clear, and seals nothing",
        "buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer QUERY
         buyer ESCALATE to seller.example             -> ESCALATED
         seller.example INFORM sealed                 -> ! NOT_IN_GROUP ASP-SEA-004 /seal
         seller.example INFORM                        -> ESCALATED
         buyer INFORM clear                           -> ! CONTENT_IN_CLEAR
         seller.example ACCEPT                        -> CONVERSING",
    ),
    code!(["ASP-SEA-003"], "in an open session no package is hidden or salted", packages),
    dialogue(
        &["ASP-SEA-004", "ASP-SEA-006"],
        "who comes in seals nothing before it is taken into the group",
        "buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer PROPOSE admission of carrier as asked
         seller ACCEPT admission
         carrier ACCEPT asked introduction            -> CONVERSING
         carrier QUERY                                -> ! NOT_IN_GROUP ASP-SEA-004 /issuer
         buyer QUERY                                  -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         carrier INFORM group buyer,carrier,seller leading -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller silent -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller      -> CONVERSING
         carrier QUERY                                -> CONVERSING
         buyer QUERY                                  -> CONVERSING",
    ),
    dialogue(
        &["ASP-SEA-005"],
        "something is sealed in the last epoch and in no other",
        "buyer PROPOSE with seller mode=sealed
         seller ACCEPT
         buyer QUERY sealed                           -> ! EPOCH_STALE ASP-SEA-005 /seal/epoch
         buyer INFORM group buyer,seller              -> INTRODUCED
         buyer QUERY sealed@2                         -> ! EPOCH_STALE
         buyer QUERY sealed@0                         -> ! EPOCH_STALE
         buyer QUERY                                  -> CONVERSING
         seller INFORM group buyer,seller             -> CONVERSING
         buyer QUERY sealed@1                         -> ! EPOCH_STALE
         seller INFORM group buyer,seller anew        -> CONVERSING
         buyer QUERY sealed@2                         -> ! EPOCH_STALE
         buyer QUERY sealed@3                         -> CONVERSING",
    ),
    dialogue(
        &["ASP-SEA-005"],
        "nothing is sealed for who has left or retired",
        "buyer PROPOSE with seller carrier clerk mode=hybrid
         seller ACCEPT
         carrier ACCEPT
         clerk ACCEPT
         buyer INFORM group buyer,carrier,clerk,seller
         buyer QUERY                                  -> CONVERSING
         carrier WITHDRAW departure                   -> CONVERSING
         buyer QUERY                                  -> ! EPOCH_STALE
         buyer INFORM group buyer,carrier,clerk,seller -> ! INVALID_GROUP
         buyer INFORM group buyer,clerk,seller        -> CONVERSING
         buyer QUERY                                  -> CONVERSING
         clerk RETIRE
         buyer QUERY                                  -> ! EPOCH_STALE
         buyer INFORM group buyer,clerk,seller        -> ! INVALID_GROUP
         buyer INFORM group buyer,seller              -> CONVERSING
         buyer QUERY                                  -> CONVERSING",
    ),
    dialogue(
        &["ASP-SEA-005", "ASP-SEA-006"],
        "a key that has ended takes its member out of the group",
        "buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer QUERY                                  -> CONVERSING
         seller KEY rotated next
         buyer QUERY                                  -> ! EPOCH_STALE
         seller QUERY                                 -> ! EPOCH_STALE
         buyer INFORM group buyer,seller keyed seller/first -> ! INVALID_GROUP
         seller INFORM group buyer,seller             -> CONVERSING
         seller QUERY                                 -> CONVERSING",
    ),
    dialogue(
        &["ASP-SEA-005", "ASP-SEA-006"],
        "a delegate is in the group as long as its mandate holds",
        "buyer PROPOSE with seller mode=sealed
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer DELEGATE to clerk expires 6s as m
         seller QUERY                                 -> ! EPOCH_STALE
         buyer INFORM group buyer,seller              -> ! INVALID_GROUP
         buyer INFORM group buyer,clerk,seller        -> CONVERSING
         clerk for m QUERY                            -> CONVERSING
         +6100ms
         seller QUERY                                 -> ! EPOCH_STALE
         buyer INFORM group buyer,clerk,seller        -> ! INVALID_GROUP
         buyer INFORM group buyer,seller              -> CONVERSING
         seller QUERY                                 -> CONVERSING",
    ),
    dialogue(
        &["ASP-SEA-005", "ASP-SEA-006"],
        "after a consent ended nothing is sealed between the two organisations",
        "buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer PROPOSE firm
         seller ACCEPT                                -> EXECUTING
         buyer.example REVOKE
         seller INFORM fulfilment goods               -> ! EPOCH_STALE
         buyer INFORM group buyer,seller              -> ! INVALID_GROUP
         seller INFORM fulfilment goods bare          -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM group buyer                     -> EXECUTING [ACTIVE: goods DELIVERED]",
    ),
    dialogue(
        &["ASP-SEA-006", "ASP-SES-011"],
        "a group goes on past the message limit while it is not the one that it has to be",
        "buyer PROPOSE with seller mode=hybrid messages=4
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer PROPOSE firm
         seller ACCEPT                                -> EXECUTING
         buyer QUERY                                  -> ! MESSAGE_LIMIT
         buyer INFORM group buyer,seller              -> ! MESSAGE_LIMIT ASP-SEA-006 /type
         buyer KEY rotated next
         seller INFORM fulfilment goods               -> ! EPOCH_STALE
         buyer INFORM group buyer,seller as led       -> EXECUTING
         seller INFORM group buyer,seller             -> ! MESSAGE_LIMIT
         seller INFORM unreadable led
         seller INFORM group buyer,seller anew        -> EXECUTING
         buyer INFORM group buyer,seller              -> ! MESSAGE_LIMIT
         seller INFORM fulfilment goods               -> EXECUTING [ACTIVE: goods DELIVERED]",
    ),
    dialogue(
        &["ASP-SEA-006"],
        "a group is the next, and of exactly those who take part, each by an Ed25519 key of its own",
        "buyer PROPOSE with seller carrier mode=hybrid
         seller ACCEPT
         carrier ACCEPT
         seller KEY added hardware
         buyer INFORM group buyer,carrier,seller epoch 2 -> ! EPOCH_STALE ASP-SEA-006 /body/epoch
         buyer INFORM group buyer,seller              -> ! INVALID_GROUP ASP-SEA-006 /body/members
         buyer INFORM group buyer,carrier,clerk,seller -> ! INVALID_GROUP
         buyer INFORM group carrier,seller            -> ! INVALID_GROUP ASP-SEA-006 /issuer
         buyer INFORM group buyer,carrier,seller leading -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller silent -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller packaged -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller unpacked -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller keyed seller/other -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller keyed seller/hardware -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller      -> INTRODUCED
         buyer INFORM group buyer,carrier,seller repacked -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller welcoming -> ! INVALID_GROUP
         buyer INFORM group buyer,carrier,seller      -> INTRODUCED
         carrier INFORM group buyer,carrier,seller anew -> INTRODUCED",
    ),
    dialogue(
        &["ASP-SEA-007"],
        "who is taken into a group is by a key package that it has published",
        "buyer PROPOSE with seller mode=sealed
         seller ACCEPT
         carrier PUBLISH
         buyer INFORM group buyer,seller unknown      -> ! UNKNOWN_KEY_PACKAGE ASP-SEA-007 /body/members
         buyer INFORM group buyer,seller of carrier   -> ! UNKNOWN_KEY_PACKAGE
         buyer INFORM group buyer,seller              -> INTRODUCED",
    ),
    dialogue(
        &["ASP-SEA-007"],
        "of many key packages the oldest are forgotten",
        "buyer PROPOSE with seller mode=sealed
         seller ACCEPT
         seller PUBLISH named=x
         seller PUBLISH 32
         seller PUBLISH 32
         seller PUBLISH 32
         seller PUBLISH 31
         buyer INFORM group buyer,seller named x      -> INTRODUCED
         seller PUBLISH
         buyer INFORM group buyer,seller anew named x -> ! UNKNOWN_KEY_PACKAGE
         buyer INFORM group buyer,seller anew         -> INTRODUCED",
    ),
    dialogue(
        &["ASP-SEA-012"],
        "a key package is published once",
        "seller PUBLISH named=x
         seller PUBLISH named=x                       -> ! NOTHING_CHANGED ASP-SEA-012 /body/packages
         seller PUBLISH named=y
         carrier PUBLISH named=x",
    ),
    code!(["ASP-SEA-012"], "nobody publishes key packages for another agent", foreign),
    dialogue(
        &["ASP-SEA-013"],
        "who could not read a statement names it, and can still answer it",
        "buyer PROPOSE with seller mode=hybrid
         seller ACCEPT
         buyer INFORM group buyer,seller
         buyer PROPOSE firm as offered
         seller INFORM unreadable nothing             -> ! INVALID_FIELD ASP-SEA-013 /inReplyTo
         seller INFORM unreadable offered             -> CONVERSING
         seller ACCEPT offered                        -> EXECUTING [ACTIVE: goods OPEN]",
    ),
    dialogue(
        &["ASP-SEA-013", "ASP-SES-011"],
        "that something could not be read is said once, and is no message",
        "buyer PROPOSE with seller watcher mode=hybrid messages=4
         watcher ACCEPT
         seller ACCEPT
         buyer INFORM group buyer,seller,watcher
         buyer PROPOSE firm as offered
         seller INFORM unreadable offered as told
         seller INFORM unreadable offered             -> ! NOTHING_CHANGED ASP-SEA-013 /inReplyTo
         buyer INFORM unreadable told                 -> ! INVALID_FIELD ASP-SEA-013 /inReplyTo
         watcher INFORM unreadable offered
         seller ACCEPT offered as bound               -> EXECUTING
         buyer QUERY                                  -> ! MESSAGE_LIMIT
         buyer INFORM unreadable bound                -> EXECUTING
         watcher INFORM unreadable bound              -> EXECUTING",
    ),
    code!(["ASP-SEA-013"], "what could not be read keeps no session from ending", waiting),
];

/// A statement with a seal where none can stand, or one that is no seal.
async fn seals(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller mode=sealed\n seller ACCEPT -> INTRODUCED").await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let remark = stage.remark()?;
    let seal = serde_json::to_value(stage.sealed(&remark, 1)?).unwrap_or_default();
    let said = stage.note("buyer", session)?;
    let list = json!([seal.get("commitment"), seal.get("content"), 1]);
    let mut keyed = seal.clone();
    keyed.as_object_mut().into_iter().for_each(|seal| drop(seal.insert("key".to_owned(), json!(1))));
    for wrong in [list, json!("seal"), json!({}), keyed] {
        let bytes = stage.altered(&said, &["buyer"], |statement| put(statement, wrong))?;
        stage.refuse_bytes(bytes, Code::InvalidField).await?;
    }
    let invitation = stage.invitation("buyer", &["seller", "mode=sealed"])?;
    let invitation = Body::Propose(Propose::Invitation(invitation));
    let invitation = stage.by("buyer", StreamName::Opens(StreamKind::Session), invitation)?;
    let bytes = stage.altered(&invitation, &["buyer"], |statement| put(statement, seal.clone()))?;
    stage.refuse_bytes(bytes, Code::InvalidField).await?;
    let policy = Body::OrgPolicySet(PolicySet::of(Vec::new()));
    let policy = stage.by("buyer.example", stage.org_stream("buyer")?, policy)?;
    let bytes = stage.altered(&policy, &["buyer.example"], |statement| put(statement, seal))?;
    stage.refuse_bytes(bytes, Code::InvalidField).await?;
    stage.take(policy).await.map(drop)
}

fn put(statement: &mut Value, seal: Value) {
    statement
        .as_object_mut()
        .into_iter()
        .for_each(|members| drop(members.insert("seal".to_owned(), seal.clone())));
}

async fn packages(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    let package = stage.package("goods")?;
    let salted = Package { salt: Some(stage.nonce()?), ..package.clone() };
    let hidden = Package { hidden: Some(Hash::of(&[b"terms"])), ..package.clone() };
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let offer = |package| Body::Propose(Propose::Proposal(Offer::of(vec![package], true)));
    let stream = || StreamName::Of(StreamId::Session(session));
    for wrong in [salted, hidden] {
        let said = stage.by("buyer", stream(), offer(wrong))?;
        stage.refuse(&said, Code::InvalidTerms).await?;
    }
    let said = stage.by("buyer", stream(), offer(package))?;
    stage.take(said).await.map(drop)
}

async fn foreign(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("seller PUBLISH\n carrier PUBLISH").await?;
    let packages = vec![key_package("another")?];
    let body = Body::AgentKeypackagePublish(KeyPackages { packages });
    for who in ["seller.example", "carrier"] {
        let said = stage.by(who, stage.agent_stream("seller")?, body.clone())?;
        stage.refuse(&said, Code::NotAParty).await?;
    }
    let said = stage.by("seller", stage.agent_stream("seller")?, body)?;
    stage.take(said).await.map(drop)
}

async fn waiting(stage: &mut Stage) -> Result<(), Finding> {
    stage
        .play(
            "buyer PROPOSE with seller mode=hybrid response=4s
             seller ACCEPT as last
             +2500ms
             seller INFORM unreadable last
             +1s -> FAILED(RESPONSE_TIMEOUT)",
        )
        .await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let path = format!("/v1/sessions/{}/messages?limit=1000", session.to_hex());
    let page: Value = stage.get_as("buyer", &path).await?.json()?;
    let messages = page.get("messages").and_then(Value::as_array).into_iter().flatten();
    let times: Vec<u64> = messages
        .filter_map(|message| message.get("logTime")?.as_str()?.parse::<LogTime>().ok())
        .map(LogTime::millis)
        .collect();
    // Counted from what could not be read it would end four seconds after that.
    let waited = match times.as_slice() {
        [_, last, unread, ended] if unread.saturating_sub(*last) < 3_900 => ended.saturating_sub(*last),
        _ => return Ok(()),
    };
    let most = 6_000;
    hold(
        waited < most,
        format_args!("an end within {most} ms of the last answer"),
        format_args!("{waited} ms"),
    )
}
