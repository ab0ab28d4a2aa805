//! Offers, counters, acceptances and commits, within the limits of the session (ASP-SES).

use std::fmt::Write as _;

use super::{Case, code, dialogue};
use crate::finding::Finding;
use crate::stage::Stage;

pub(super) const CASES: &[Case] = &[
    dialogue(
        &["ASP-SES-010"],
        "a session has no more offers than its limit of rounds",
        "buyer PROPOSE with seller rounds=2 -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE                      -> CONVERSING
         seller COUNTER cheap               -> CONVERSING
         buyer COUNTER goods                -> ! ROUND_LIMIT
         buyer PROPOSE                      -> ! ROUND_LIMIT
         seller PROPOSE                     -> ! ROUND_LIMIT
         buyer ACCEPT                       -> CONVERSING
         buyer COMMIT cheap                 -> AGREEING
         seller ACCEPT                      -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-011"],
        "a session has no more statements than its limit of messages, and ends there",
        "buyer PROPOSE with seller messages=5 -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE                      -> CONVERSING
         seller QUERY                       -> CONVERSING
         buyer CLARIFY
         +10ms                              -> FAILED(MESSAGE_LIMIT)
         buyer CLARIFY                      -> ! SESSION_ENDED",
    ),
    dialogue(
        &["ASP-SES-011"],
        "what settles a debt is said beyond the limit of messages, and nothing else",
        "buyer PROPOSE with seller messages=4 -> INVITED
         seller ACCEPT                      -> INTRODUCED
         buyer PROPOSE firm                 -> CONVERSING
         seller ACCEPT                      -> EXECUTING
         buyer QUERY                        -> ! MESSAGE_LIMIT
         buyer PROPOSE                      -> ! MESSAGE_LIMIT
         seller INFORM progress goods       -> ! MESSAGE_LIMIT
         seller INFORM fulfilment goods     -> EXECUTING
         buyer INFORM acknowledgement goods
         +10ms                              -> CLOSED(MESSAGE_LIMIT)",
    ),
    dialogue(
        &["ASP-SES-012"],
        "an offer is answered no later than the instant until which it stands",
        "buyer PROPOSE with seller         -> INVITED
         seller ACCEPT                     -> INTRODUCED
         buyer PROPOSE firm until 2s       -> CONVERSING
         +2500ms
         seller ACCEPT                     -> ! PROPOSAL_NOT_OPEN
         seller REJECT                     -> ! PROPOSAL_NOT_OPEN
         seller COUNTER                    -> ! PROPOSAL_NOT_OPEN
         buyer WITHDRAW                    -> ! PROPOSAL_NOT_OPEN
         buyer PROPOSE firm until 1m       -> CONVERSING
         seller ACCEPT                     -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-012"],
        "nobody answers an offer that was withdrawn, rejected, countered or accepted",
        "buyer PROPOSE with seller         -> INVITED
         seller ACCEPT                     -> INTRODUCED
         buyer PROPOSE firm as first       -> CONVERSING
         seller COUNTER firm cheap as second -> CONVERSING
         seller ACCEPT first               -> ! PROPOSAL_NOT_OPEN
         seller COUNTER to first           -> ! PROPOSAL_NOT_OPEN
         buyer WITHDRAW first              -> ! PROPOSAL_NOT_OPEN
         buyer REJECT second               -> CONVERSING
         buyer ACCEPT second               -> ! PROPOSAL_NOT_OPEN
         buyer PROPOSE firm as third       -> CONVERSING
         buyer WITHDRAW third              -> CONVERSING
         seller ACCEPT third               -> ! PROPOSAL_NOT_OPEN
         buyer PROPOSE firm as fourth      -> CONVERSING
         seller ACCEPT fourth              -> EXECUTING
         seller ACCEPT fourth              -> ! PROPOSAL_NOT_OPEN",
    ),
    dialogue(
        &["ASP-SES-013"],
        "an offer is answered by those alone whose answer it awaits",
        "buyer PROPOSE with seller carrier -> INVITED
         buyer ACCEPT                      -> ! NOT_YOUR_TURN
         buyer REJECT                      -> ! NOT_YOUR_TURN
         seller ACCEPT                     -> INVITED
         seller ACCEPT                     -> ! NOT_YOUR_TURN
         carrier ACCEPT                    -> INTRODUCED
         buyer PROPOSE firm trade awaits seller -> CONVERSING
         buyer ACCEPT                      -> ! NOT_YOUR_TURN ASP-SES-013 /issuer
         buyer REJECT                      -> ! NOT_YOUR_TURN
         buyer COUNTER firm                -> ! NOT_YOUR_TURN
         carrier ACCEPT                    -> ! NOT_YOUR_TURN
         carrier REJECT                    -> ! NOT_YOUR_TURN
         carrier COUNTER                   -> ! NOT_YOUR_TURN
         seller ACCEPT                     -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]",
    ),
    dialogue(
        &["ASP-SES-013"],
        "a commit is answered by those alone whose signature it awaits",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE trade
         seller ACCEPT
         buyer COMMIT trade                -> AGREEING
         buyer ACCEPT                      -> ! NOT_YOUR_TURN
         buyer REJECT                      -> ! NOT_YOUR_TURN
         seller ACCEPT                     -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]",
    ),
    dialogue(
        &["ASP-SES-014"],
        "an acceptance names one of the packages of the offer",
        "buyer PROPOSE with seller                -> INVITED
         seller ACCEPT                            -> INTRODUCED
         buyer PROPOSE firm goods or cheap or trade -> CONVERSING
         seller ACCEPT choosing other             -> ! TERMS_MISMATCH
         seller ACCEPT choosing trade             -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]",
    ),
    dialogue(
        &["ASP-SES-014"],
        "the signature of a commit names its terms",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE goods
         seller ACCEPT
         buyer COMMIT goods                       -> AGREEING
         seller ACCEPT choosing other             -> ! TERMS_MISMATCH
         seller ACCEPT                            -> EXECUTING [ACTIVE: goods OPEN]",
    ),
    dialogue(
        &["ASP-SES-017"],
        "nobody owes more than the ceiling of the session",
        "sum   = seller owes buyer goods 50 within 1h, seller owes buyer more 11 within 1h
         split = seller owes buyer goods 60 within 1h, buyer owes seller pay 60 within 1h
         euros = seller owes buyer goods 1 within 1h EUR
         buyer PROPOSE with seller ceiling=60 -> INVITED
         seller ACCEPT                        -> INTRODUCED
         buyer PROPOSE goods                  -> ! ABOVE_CEILING
         buyer PROPOSE cheap or goods         -> ! ABOVE_CEILING
         buyer PROPOSE sum                    -> ! ABOVE_CEILING
         buyer PROPOSE euros                  -> ! ABOVE_CEILING
         buyer PROPOSE split                  -> CONVERSING
         seller COUNTER goods                 -> ! ABOVE_CEILING
         seller COUNTER firm cheap            -> CONVERSING
         buyer ACCEPT                         -> EXECUTING
         buyer PROPOSE amendment to goods     -> ! ABOVE_CEILING
         buyer PROPOSE amendment to split     -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-017"],
        "nobody owes more than the ceiling of the consent",
        "buyer.example CONSENT seller.example ceiling 60
         buyer PROPOSE with seller            -> INVITED
         seller ACCEPT                        -> INTRODUCED
         buyer PROPOSE goods                  -> ! ABOVE_CEILING
         buyer PROPOSE firm cheap             -> CONVERSING
         seller ACCEPT                        -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-017"],
        "an organisation's people owe no more than its ceiling, also when it is lowered",
        "pays = buyer owes seller pay 100 within 1h
         buyer PROPOSE with seller            -> INVITED
         seller ACCEPT                        -> INTRODUCED
         buyer PROPOSE firm goods as firm     -> CONVERSING
         seller.example POLICY ceiling 99
         seller ACCEPT firm                   -> ! ABOVE_CEILING
         buyer PROPOSE firm goods             -> ! ABOVE_CEILING
         buyer PROPOSE pays                   -> CONVERSING
         seller.example POLICY ceiling 100
         seller ACCEPT firm                   -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-028"],
        "an answer to a commit replies to the one that is pending",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE as offer
         seller ACCEPT
         buyer COMMIT as commit                   -> AGREEING
         seller ACCEPT offer                      -> ! PROPOSAL_NOT_OPEN
         seller REJECT offer                      -> ! PROPOSAL_NOT_OPEN
         seller REJECT commit                     -> CONVERSING
         buyer COMMIT as again                    -> AGREEING
         seller ACCEPT commit                     -> ! PROPOSAL_NOT_OPEN
         seller ACCEPT again                      -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-029"],
        "an offer, a commit and an escalation are taken back by who gave them",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE as offered                 -> CONVERSING
         seller WITHDRAW offered                  -> ! NOT_THE_ISSUER
         seller ACCEPT
         buyer COMMIT as commit                   -> AGREEING
         seller WITHDRAW commit                   -> ! NOT_THE_ISSUER
         buyer WITHDRAW commit                    -> CONVERSING
         buyer ESCALATE to buyer.example as asked -> ESCALATED
         seller WITHDRAW asked                    -> ! NOT_THE_ISSUER
         buyer WITHDRAW asked                     -> CONVERSING
         buyer PROPOSE as last                    -> CONVERSING
         buyer WITHDRAW last                      -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-030"],
        "a commit names terms that were agreed here, by its issuer too, and bind nobody yet",
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT                           -> INTRODUCED
         buyer PROPOSE trade awaits seller        -> CONVERSING
         buyer COMMIT trade                       -> ! TERMS_NOT_AGREED
         seller ACCEPT                            -> CONVERSING
         buyer COMMIT other                       -> ! TERMS_NOT_AGREED
         carrier COMMIT trade                     -> ! TERMS_NOT_AGREED
         buyer COMMIT trade                       -> AGREEING
         seller ACCEPT                            -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
         buyer COMMIT trade                       -> ! TERMS_NOT_AGREED",
    ),
    code!(["ASP-SES-031"], "obligations are between parties, each named once, with times ahead", terms),
    code!(["ASP-SES-023"], "so many offers are open at once and no more", room),
    dialogue(
        &["ASP-SES-038"],
        "the time of an offer stands still while it is being explained",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE until 3s as offered        -> CONVERSING
         seller QUERY to buyer about offered as why -> CONVERSING
         +3500ms
         buyer CLARIFY why                        -> CONVERSING
         seller ACCEPT offered                    -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-038", "ASP-SES-012"],
        "a question to nobody stops no time",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE until 2s as offered        -> CONVERSING
         seller QUERY about offered               -> CONVERSING
         +2500ms
         seller ACCEPT offered                    -> ! PROPOSAL_NOT_OPEN",
    ),
    dialogue(
        &["ASP-SES-039"],
        "an offer says how it may be answered, and REJECT is always allowed",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm answers ACCEPT        -> CONVERSING
         seller COUNTER cheap                     -> ! ANSWER_NOT_ALLOWED ASP-SES-039 /type
         seller REJECT                            -> CONVERSING
         buyer PROPOSE answers COUNTER            -> CONVERSING
         seller ACCEPT                            -> ! ANSWER_NOT_ALLOWED
         seller COUNTER cheap                     -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-043", "ASP-SES-044"],
        "a question to somebody is that one's to answer, one at a time about one offer",
        "buyer PROPOSE with seller mediator!
         mediator ACCEPT
         seller ACCEPT
         buyer QUERY to buyer                     -> ! INVALID_QUESTION
         buyer QUERY to stranger                  -> ! INVALID_QUESTION
         buyer QUERY to seller until 6m           -> ! INVALID_QUESTION
         buyer QUERY until 1m                     -> ! INVALID_QUESTION
         buyer QUERY to seller as asked           -> CONVERSING
         mediator CLARIFY asked                   -> ! NOT_YOUR_TURN ASP-SES-044 /inReplyTo
         seller CLARIFY asked                     -> CONVERSING
         buyer PROPOSE as offered
         seller QUERY to buyer about offered      -> CONVERSING
         seller QUERY to buyer about offered      -> ! INVALID_QUESTION",
    ),
    dialogue(
        &["ASP-SES-045"],
        "what is spent only grows, in what the budget counts",
        "buyer PROPOSE with seller tokens=10 cost=5
         seller ACCEPT
         buyer INFORM usage tokens 6                -> CONVERSING
         buyer INFORM usage tokens 5                -> ! INVALID_USAGE
         buyer INFORM usage cost 1                  -> ! INVALID_USAGE
         buyer INFORM usage tokens 6 cost 1         -> CONVERSING
         seller INFORM usage tokens 4               -> CONVERSING
         seller INFORM usage tokens 5
         +10ms                                      -> FAILED(BUDGET_SPENT)",
    ),
    dialogue(
        &["ASP-SES-045"],
        "without a budget there is no usage to state",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer INFORM usage                         -> ! INVALID_USAGE
         buyer INFORM                               -> CONVERSING",
    ),
];

async fn terms(stage: &mut Stage) -> Result<(), Finding> {
    stage
        .play(
            "buyer PROPOSE with seller carrier
             seller ACCEPT
             carrier ACCEPT -> INTRODUCED",
        )
        .await?;
    stage.member("stranger").await?;
    for package in [
        "seller owes buyer goods 1 within 0s",
        "seller owes buyer goods 1 within 367d",
        "seller owes seller goods 1 within 1h",
        "seller owes stranger goods 1 within 1h",
        "stranger owes buyer goods 1 within 1h",
        "seller owes buyer goods 1 within 1h, seller owes buyer goods 1 within 2h",
        "seller owes buyer goods 1 within 1h of pay, buyer owes seller pay 1 within 1h",
        "seller owes buyer goods 1 within 1h of goods",
        "seller owes buyer goods 1 within 1h cure 400d",
        "seller owes buyer goods 1 within 1h look 400d",
    ] {
        let lines = format!("deal = {package}\n buyer PROPOSE firm deal -> ! INVALID_TERMS");
        stage.go_on(&lines).await.map_err(|finding| finding.at(package))?;
    }
    stage
        .go_on(
            "third = seller owes carrier goods 1 within 1h
             buyer PROPOSE firm third awaits seller   -> ! INVALID_TERMS
             buyer PROPOSE firm goods awaits buyer    -> ! INVALID_TERMS
             buyer PROPOSE firm goods awaits stranger -> ! INVALID_TERMS
             buyer PROPOSE until 400d                 -> ! INVALID_TERMS
             buyer PROPOSE firm third                 -> CONVERSING",
        )
        .await
}

async fn room(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller rounds=200\n seller ACCEPT -> INTRODUCED").await?;
    let mut lines = String::new();
    for _ in 0..asp_core::limits::OPEN_OFFERS_MAX {
        let _ = writeln!(lines, "buyer PROPOSE cheap -> CONVERSING");
    }
    stage.go_on(&lines).await?;
    stage
        .go_on(
            "buyer PROPOSE        -> ! TOO_MANY_OPEN
             seller PROPOSE       -> ! TOO_MANY_OPEN
             seller REJECT        -> CONVERSING
             buyer PROPOSE        -> CONVERSING
             buyer PROPOSE        -> ! TOO_MANY_OPEN",
        )
        .await
}
