//! More than two in a session: quorums, newcomers, who leaves, who watches, and mandates (ASP-SES, mostly Full).

use std::fmt::Write as _;

use asp_core::position::{Hash, LogTime};
use serde_json::Value;

use super::{Case, code, dialogue};
use crate::finding::{Finding, hold};
use crate::stage::Stage;

pub(super) const CASES: &[Case] = &[
    dialogue(
        &["ASP-SES-020"],
        "a delegate acts within its mandate, and names all of it",
        "buyer PROPOSE with seller                             -> INVITED
         seller ACCEPT                                         -> INTRODUCED
         clerk QUERY                                           -> ! UNKNOWN_STREAM
         buyer DELEGATE to clerk may PROPOSE,ACCEPT ceiling 60 as m -> CONVERSING
         clerk for m QUERY                                     -> ! INVALID_MANDATE
         clerk for other PROPOSE                               -> ! INVALID_MANDATE
         clerk for m,m PROPOSE cheap                           -> ! INVALID_MANDATE
         seller for m PROPOSE cheap                            -> ! INVALID_MANDATE
         clerk for m PROPOSE firm cheap                        -> CONVERSING
         buyer ACCEPT                                          -> ! NOT_YOUR_TURN
         seller ACCEPT                                         -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-017"],
        "a mandate's ceiling bounds what its principal would owe",
        "pays = buyer owes seller pay 61 within 1h
         less = buyer owes seller pay 60 within 1h
         buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk ceiling 60 as m               -> CONVERSING
         clerk for m PROPOSE firm pays                         -> ! ABOVE_CEILING
         clerk for m PROPOSE firm less                         -> CONVERSING
         seller ACCEPT                                         -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-020"],
        "a mandate that was withdrawn carries nothing more",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk as m                          -> CONVERSING
         clerk for m QUERY                                     -> CONVERSING
         seller WITHDRAW m                                     -> ! NOT_THE_ISSUER
         buyer WITHDRAW m                                      -> CONVERSING
         clerk for m QUERY                                     -> ! UNKNOWN_STREAM",
    ),
    dialogue(
        &["ASP-SES-020"],
        "a mandate that has expired carries nothing more",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk expires 3s as m               -> CONVERSING
         clerk for m QUERY                                     -> CONVERSING
         +3100ms
         clerk for m QUERY                                     -> ! INVALID_MANDATE
         buyer QUERY                                           -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-021"],
        "a mandate gives no more than its giver has, and comes back to nobody",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to buyer                                         -> ! INVALID_MANDATE
         buyer DELEGATE to aide expires 0s                               -> ! INVALID_MANDATE
         buyer DELEGATE to clerk may PROPOSE,DELEGATE ceiling 60 expires 10m as m
         clerk for m DELEGATE to aide may PROPOSE,ACCEPT ceiling 60 expires 9m -> ! INVALID_MANDATE
         clerk for m DELEGATE to aide may PROPOSE ceiling 61 expires 9m  -> ! INVALID_MANDATE
         clerk for m DELEGATE to aide may PROPOSE expires 9m             -> ! INVALID_MANDATE
         clerk for m DELEGATE to aide may PROPOSE ceiling 60 expires 11m -> ! INVALID_MANDATE
         clerk for m DELEGATE to clerk may PROPOSE ceiling 60 expires 9m -> ! INVALID_MANDATE
         clerk for m DELEGATE to buyer may PROPOSE ceiling 60 expires 9m -> ! INVALID_MANDATE
         clerk for m DELEGATE to aide may PROPOSE ceiling 60 expires 9m as n -> CONVERSING
         aide for n PROPOSE cheap                                        -> ! INVALID_MANDATE
         aide for n,m PROPOSE cheap                                      -> ! INVALID_MANDATE
         aide for m,n PROPOSE cheap                                      -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-021"],
        "a mandate says how far it may be handed on",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to clerk expires 10m hops 0 as short
         clerk for short DELEGATE to aide expires 9m           -> ! INVALID_MANDATE
         buyer DELEGATE to clerk expires 10m hops 1 as longer
         clerk for longer DELEGATE to aide expires 9m as further -> CONVERSING
         aide for longer,further PROPOSE                       -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-024"],
        "who was invited and did not come in takes no part once the session has begun",
        "buyer PROPOSE with seller carrier? watcher -> INVITED
         carrier ACCEPT                      -> INVITED
         seller ACCEPT                       -> INTRODUCED
         watcher QUERY                       -> ! UNKNOWN_STREAM
         watcher ACCEPT introduction         -> ! UNKNOWN_STREAM
         carrier QUERY                       -> CONVERSING",
    ),
    code!(["ASP-SES-035"], "what observers say counts against a limit of their own", observers),
    dialogue(
        &["ASP-SES-035"],
        "an observer is never required, and its words take none of the session's messages",
        "buyer PROPOSE with seller watcher!         -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller watcher messages=4
         watcher ACCEPT                             -> INVITED
         seller ACCEPT                              -> INTRODUCED
         watcher OBSERVE                            -> CONVERSING
         watcher QUERY                              -> CONVERSING
         watcher OBSERVE                            -> CONVERSING
         buyer INFORM                               -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-036"],
        "as many accept one package as the offer asks for, and who owes or is owed among them",
        "ride = carrier owes buyer goods 10 within 1h
         buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE goods quorum 3                -> ! INVALID_TERMS
         buyer PROPOSE firm goods quorum 1           -> CONVERSING
         carrier ACCEPT                              -> CONVERSING
         seller ACCEPT                               -> EXECUTING [ACTIVE: goods OPEN]
         buyer PROPOSE firm ride quorum 1            -> EXECUTING
         seller ACCEPT                               -> EXECUTING [ACTIVE: goods OPEN]
         carrier ACCEPT                              -> EXECUTING [ACTIVE: goods OPEN; ACTIVE: goods OPEN]",
    ),
    dialogue(
        &["ASP-SES-036"],
        "without a quorum all who are awaited have to accept the same package",
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm goods or cheap           -> CONVERSING
         seller ACCEPT choosing cheap                -> CONVERSING
         seller ACCEPT choosing cheap                -> ! NOT_YOUR_TURN
         carrier ACCEPT choosing goods               -> ! TERMS_MISMATCH
         carrier ACCEPT choosing cheap               -> EXECUTING [ACTIVE: goods OPEN]",
    ),
    code!(["ASP-SES-037"], "what an observer says is no answer that the session waits for", watching),
    dialogue(
        &["ASP-SES-040"],
        "a newcomer is let in by a consent and by every negotiator who is in",
        "buyer PROPOSE with seller
         seller ACCEPT
         carrier QUERY                              -> ! UNKNOWN_STREAM
         buyer PROPOSE admission of carrier consents=none -> ! CONSENT_REQUIRED
         buyer PROPOSE admission of seller          -> ! INVALID_PARTICIPANTS
         buyer PROPOSE admission of carrier as asked
         buyer PROPOSE admission of carrier         -> ! INVALID_PARTICIPANTS
         carrier ACCEPT introduction                -> ! UNKNOWN_STREAM
         buyer ACCEPT admission                     -> ! NOT_YOUR_TURN
         seller ACCEPT admission                    -> CONVERSING
         carrier QUERY                              -> ! ROLE_NOT_ALLOWED
         carrier ACCEPT introduction                -> CONVERSING
         carrier QUERY                              -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-041"],
        "a negotiator stays where fewer than two would remain",
        "buyer PROPOSE with seller carrier watcher
         watcher ACCEPT
         seller ACCEPT
         carrier ACCEPT
         buyer QUERY                                -> CONVERSING
         carrier WITHDRAW departure                 -> CONVERSING
         carrier QUERY                              -> ! UNKNOWN_STREAM
         seller WITHDRAW departure                  -> ! TOO_FEW_REMAIN
         watcher WITHDRAW departure                 -> CONVERSING
         watcher QUERY                              -> ! UNKNOWN_STREAM
         seller CLOSE                               -> CLOSED(COMPLETED)",
    ),
    dialogue(
        &["ASP-SES-042"],
        "whom a commitment binds does not leave",
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm goods awaits seller
         seller ACCEPT                              -> EXECUTING
         seller WITHDRAW departure                  -> ! OBLIGATION_OPEN
         carrier WITHDRAW departure                 -> EXECUTING
         buyer QUERY                                -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-046"],
        "a delegate is of an organisation that takes part or has a consent with the giver's",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer DELEGATE to stranger                 -> ! CONSENT_REQUIRED
         buyer DELEGATE to nobody                   -> ! CONSENT_REQUIRED
         buyer DELEGATE to clerk consent none       -> ! CONSENT_REQUIRED
         buyer DELEGATE to clerk as m               -> CONVERSING
         clerk for m QUERY                          -> CONVERSING
         clerk.example REVOKE buyer-clerk
         clerk for m QUERY                          -> ! INVALID_MANDATE",
    ),
    dialogue(
        &["ASP-SES-047"],
        "who has not earned the trust floor of a session does not come in",
        "buyer PROPOSE with seller floor=11         -> INVITED
         seller ACCEPT                              -> ! TRUST_TOO_LOW
         buyer PROPOSE with seller floor=10         -> INVITED
         seller ACCEPT                              -> INTRODUCED
         buyer PROPOSE firm
         seller ACCEPT
         seller INFORM fulfilment goods
         buyer INFORM acknowledgement goods         -> EXECUTING [FULFILLED: goods FULFILLED]
         buyer PROPOSE with seller carrier? floor=11 -> INVITED
         carrier ACCEPT                             -> ! TRUST_TOO_LOW
         seller ACCEPT                              -> INTRODUCED",
    ),
    code!(["ASP-SES-023"], "so many mandates are in force at once and no more", mandates),
];

async fn observers(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller watcher\n watcher ACCEPT\n seller ACCEPT -> INTRODUCED").await?;
    let session = stage.session;
    // The lines are not looked at one by one: there are many of them.
    // Coming in was the first thing that the observer said.
    for _ in 1..asp_core::limits::OBSERVER_REMARKS_MAX {
        let Some(session) = session else { break };
        stage.observe("watcher", session).await?;
    }
    stage.go_on("watcher OBSERVE -> ! MESSAGE_LIMIT\n buyer OBSERVE -> CONVERSING").await
}

async fn watching(stage: &mut Stage) -> Result<(), Finding> {
    stage
        .play(
            "buyer PROPOSE with seller watcher response=4s
             watcher ACCEPT
             seller ACCEPT as last
             +2500ms
             watcher OBSERVE
             +1s -> FAILED(RESPONSE_TIMEOUT)",
        )
        .await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let path = format!("/v1/sessions/{}/messages?limit=1000", session.to_hex());
    let page: Value = stage.get_as("buyer", &path).await?.json()?;
    let times: Vec<u64> = page
        .get("messages")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|message| message.get("logTime")?.as_str()?.parse::<LogTime>().ok())
        .map(LogTime::millis)
        .collect();
    // Counted from what the observer said it would end four seconds after that.
    let waited = match times.as_slice() {
        [_, _, last, observed, ended] if observed - last < 3_900 => ended - last,
        _ => return Ok(()),
    };
    let most = 6_000;
    hold(
        waited < most,
        format_args!("an end within {most} ms of the last answer"),
        format_args!("{waited} ms"),
    )
}

async fn mandates(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller clerk\n clerk ACCEPT\n seller ACCEPT -> INTRODUCED").await?;
    let mut lines = String::new();
    for _ in 0..asp_core::limits::MANDATES_MAX {
        let _ = writeln!(lines, "buyer DELEGATE to clerk as m");
    }
    stage.go_on(&lines).await?;
    stage
        .go_on(
            "buyer DELEGATE to clerk     -> ! TOO_MANY_OPEN
             buyer WITHDRAW m            -> CONVERSING
             buyer DELEGATE to clerk     -> CONVERSING",
        )
        .await
}
