//! What is owed: fulfilment, contest, silence and breach (ASP-COM).

use super::{Case, dialogue};

pub(super) const CASES: &[Case] = &[
    dialogue(
        &["ASP-COM-002", "ASP-DLV-003"],
        "a due time that passes is a breach, stated by the node, and nothing is fulfilled after it",
        "soon = seller owes buyer goods 100 within 3s, buyer owes seller pay 100 within 1h of goods
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm soon
         seller ACCEPT                      -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
         +3s                                -> EXECUTING [BREACHED: goods BREACHED, pay LAPSED]
         seller INFORM fulfilment goods     -> ! COMMITMENT_NOT_ACTIVE",
    ),
    dialogue(
        &["ASP-COM-002"],
        "what is late is cured within the period, and not after it",
        "soon = seller owes buyer a 1 within 2s cure 4s, seller owes buyer b 1 within 2s cure 4s
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm soon
         seller ACCEPT                      -> EXECUTING [ACTIVE: a OPEN, b OPEN]
         +2500ms                            -> EXECUTING [ACTIVE: a OPEN, b OPEN]
         seller INFORM fulfilment a         -> EXECUTING [ACTIVE: a DELIVERED, b OPEN]
         +3s                                -> EXECUTING [BREACHED: a DELIVERED, b BREACHED]",
    ),
    dialogue(
        &["ASP-COM-002"],
        "what is contested can be stated again until the due time",
        "soon = seller owes buyer goods 100 within 5s
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm soon
         seller ACCEPT                      -> EXECUTING
         seller INFORM fulfilment goods     -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM contest goods         -> EXECUTING [ACTIVE: goods CONTESTED]
         seller INFORM fulfilment goods     -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer INFORM contest goods         -> EXECUTING [ACTIVE: goods CONTESTED]
         +5100ms
         seller INFORM fulfilment goods     -> ! DEADLINE_PASSED
         buyer CLOSE                        -> CLOSED(COMPLETED)",
    ),
    dialogue(
        &["ASP-COM-003"],
        "evidence is of the kind that the obligation asks for",
        "exact = seller owes buyer goods 1 within 1h digest=artefact
         any   = seller owes buyer goods 1 within 1h digest
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm exact
         seller ACCEPT as one
         seller INFORM fulfilment goods of one                 -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods of one digest other    -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods of one digest artefact -> EXECUTING [ACTIVE: goods DELIVERED]
         buyer PROPOSE firm any
         seller ACCEPT as two
         seller INFORM fulfilment goods of two                 -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods of two digest what     -> EXECUTING
         buyer PROPOSE firm goods
         seller ACCEPT as three
         seller INFORM fulfilment goods of three digest what   -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods of three               -> EXECUTING",
    ),
    dialogue(
        &["ASP-COM-004", "ASP-DLV-003"],
        "silence acknowledges after the time to look, and no contest is heard after it",
        "look = seller owes buyer goods 1 within 1h look 2s, buyer owes seller pay 1 within 1h of goods
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm look
         seller ACCEPT
         buyer INFORM fulfilment pay        -> ! OBLIGATION_NOT_OPEN
         seller INFORM fulfilment goods     -> EXECUTING [ACTIVE: goods DELIVERED, pay OPEN]
         +2s                                -> EXECUTING [ACTIVE: goods FULFILLED, pay OPEN]
         buyer INFORM contest goods         -> ! OBLIGATION_NOT_OPEN
         buyer INFORM fulfilment pay        -> EXECUTING [ACTIVE: goods FULFILLED, pay DELIVERED]",
    ),
    dialogue(
        &["ASP-COM-005"],
        "the first statement of a fulfilment is heard beyond the limit of messages, a further one not",
        "buyer PROPOSE with seller messages=4
         seller ACCEPT
         buyer PROPOSE firm trade
         seller ACCEPT                      -> EXECUTING
         seller INFORM fulfilment goods     -> EXECUTING [ACTIVE: goods DELIVERED, pay OPEN]
         buyer INFORM contest goods
         +10ms                              -> CLOSED(MESSAGE_LIMIT) [ACTIVE: goods CONTESTED, pay OPEN]",
    ),
    dialogue(
        &["ASP-COM-006"],
        "what is said about a commitment is about one that is active here",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm
         seller ACCEPT as deal
         seller INFORM fulfilment goods of other     -> ! COMMITMENT_NOT_ACTIVE
         buyer PROPOSE termination of other          -> ! COMMITMENT_NOT_ACTIVE
         buyer PROPOSE amendment to cheap of deal
         seller ACCEPT as changed                    -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods OPEN]
         seller INFORM fulfilment goods of deal      -> ! COMMITMENT_NOT_ACTIVE
         seller INFORM fulfilment goods of changed   -> EXECUTING [AMENDED: goods LAPSED; ACTIVE: goods DELIVERED]
         buyer INFORM acknowledgement goods of changed -> EXECUTING
         buyer INFORM contest goods of changed       -> ! COMMITMENT_NOT_ACTIVE",
    ),
    dialogue(
        &["ASP-COM-007"],
        "what is said about an obligation is about one that the commitment has",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm
         seller ACCEPT
         seller INFORM fulfilment other              -> ! UNKNOWN_OBLIGATION
         seller INFORM progress other                -> ! UNKNOWN_OBLIGATION
         buyer INFORM acknowledgement other          -> ! UNKNOWN_OBLIGATION
         seller INFORM progress goods                -> EXECUTING [ACTIVE: goods OPEN]",
    ),
    dialogue(
        &["ASP-COM-008"],
        "progress and fulfilment are the debtor's to state",
        "buyer PROPOSE with seller carrier
         seller ACCEPT
         carrier ACCEPT
         buyer PROPOSE firm awaits seller
         seller ACCEPT                               -> EXECUTING
         buyer INFORM fulfilment goods               -> ! NOT_THE_DEBTOR
         carrier INFORM fulfilment goods             -> ! NOT_THE_DEBTOR
         buyer INFORM progress goods                 -> ! NOT_THE_DEBTOR
         seller INFORM fulfilment goods              -> EXECUTING [ACTIVE: goods DELIVERED]",
    ),
    dialogue(
        &["ASP-COM-009"],
        "a fulfilment is the creditor's to acknowledge or contest",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm
         seller ACCEPT
         seller INFORM fulfilment goods              -> EXECUTING [ACTIVE: goods DELIVERED]
         seller INFORM acknowledgement goods         -> ! NOT_THE_CREDITOR
         seller INFORM contest goods                 -> ! NOT_THE_CREDITOR
         buyer INFORM acknowledgement goods          -> EXECUTING [FULFILLED: goods FULFILLED]",
    ),
    dialogue(
        &["ASP-COM-010"],
        "a fulfilment is stated of what is open, and answered once it has been stated",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm trade
         seller ACCEPT
         buyer INFORM acknowledgement goods          -> ! OBLIGATION_NOT_OPEN
         buyer INFORM contest goods                  -> ! OBLIGATION_NOT_OPEN
         buyer INFORM fulfilment pay                 -> ! OBLIGATION_NOT_OPEN
         seller INFORM fulfilment goods              -> EXECUTING [ACTIVE: goods DELIVERED, pay OPEN]
         seller INFORM fulfilment goods              -> ! OBLIGATION_NOT_OPEN
         buyer INFORM acknowledgement goods          -> EXECUTING
         buyer INFORM fulfilment pay                 -> EXECUTING [ACTIVE: goods FULFILLED, pay DELIVERED]
         seller INFORM acknowledgement pay           -> EXECUTING [FULFILLED: goods FULFILLED, pay FULFILLED]",
    ),
    dialogue(
        &["ASP-COM-011"],
        "a penalty by the day is agreed to where it can be computed, and its cap is one",
        "low = seller owes buyer goods 100 within 1h cure 48h daily 5 cap 4
         fine = seller owes buyer goods 100 within 1h cure 48h penalty 5 cap 4
         never = seller owes buyer goods 100 within 1h daily 5 cap 20
         huge = seller owes buyer goods 100 within 1h cure 48h daily 999999999999999999
         good = seller owes buyer goods 100 within 1h cure 48h penalty 10 daily 5 cap 12
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm low                      -> ! INVALID_TERMS
         buyer PROPOSE firm fine                     -> ! INVALID_TERMS
         buyer PROPOSE firm never                    -> ! INVALID_TERMS
         buyer PROPOSE firm huge                     -> ! INVALID_TERMS
         buyer PROPOSE firm good
         seller ACCEPT                               -> EXECUTING [ACTIVE: goods OPEN]",
    ),
    dialogue(
        &["ASP-COM-012"],
        "a result fits the schema that was agreed, which is known when it is offered",
        "seller.example SCHEMA box upto 9
         none = seller owes buyer goods 100 within 1h schema=nothing
         deal = seller owes buyer goods 100 within 1h schema=box
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm none                              -> ! UNKNOWN_SCHEMA
         buyer PROPOSE firm deal
         seller ACCEPT                                        -> EXECUTING [ACTIVE: goods OPEN]
         seller INFORM fulfilment goods                       -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods result 10             -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods result 3 in nothing   -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods result 3              -> EXECUTING [ACTIVE: goods DELIVERED]",
    ),
    dialogue(
        &["ASP-COM-013"],
        "who is to attest is registered and of another organisation than the debtor",
        "nobody = seller owes buyer goods 100 within 1h attested=nobody
         own = seller owes buyer goods 100 within 1h attested=seller
         good = seller owes buyer goods 100 within 1h attested=carrier
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm nobody                            -> ! UNKNOWN_AGENT
         buyer PROPOSE firm own                               -> ! INVALID_TERMS
         buyer PROPOSE firm good                              -> CONVERSING",
    ),
    dialogue(
        &["ASP-COM-014"],
        "the word of who was named to judge a fulfilment settles it, and no other's does",
        "deal = seller owes buyer goods 100 within 1h attested=carrier, seller owes buyer work 9 within 1h attested=carrier stages=a:4/b:5
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm deal
         seller ACCEPT
         seller INFORM fulfilment goods                                -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods attested seller                -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods attested carrier not           -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods attested carrier about work    -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods attested carrier under other   -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods attested carrier with seller   -> ! KEY_NOT_VALID
         seller INFORM fulfilment goods attested carrier forged        -> ! INVALID_SIGNATURE
         seller INFORM fulfilment work stage a attested carrier at b   -> ! EVIDENCE_MISMATCH
         seller INFORM fulfilment goods attested carrier -> EXECUTING [ACTIVE: goods FULFILLED, work OPEN (a OPEN, b OPEN)]
         seller INFORM fulfilment work stage a attested carrier -> EXECUTING [ACTIVE: goods FULFILLED, work OPEN (a FULFILLED, b OPEN)]",
    ),
    dialogue(
        &["ASP-COM-015", "ASP-COM-016"],
        "stages add up to their obligation, and are fulfilled and breached one by one",
        "short = seller owes buyer work 9 within 1h stages=a:4/b:4
         twice = seller owes buyer work 9 within 1h stages=a:4/a:5
         late = seller owes buyer work 9 within 1h stages=a:4:2h/b:5
         good = seller owes buyer work 9 within 1h stages=a:2/b:3:4s/c:4
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm short                             -> ! INVALID_TERMS
         buyer PROPOSE firm twice                             -> ! INVALID_TERMS
         buyer PROPOSE firm late                              -> ! INVALID_TERMS
         buyer PROPOSE firm good
         seller ACCEPT                                        -> EXECUTING [ACTIVE: work OPEN (a OPEN, b OPEN, c OPEN)]
         seller INFORM fulfilment work                        -> ! UNKNOWN_OBLIGATION
         seller INFORM fulfilment work stage d                -> ! UNKNOWN_OBLIGATION
         seller INFORM fulfilment work stage a
         buyer INFORM acknowledgement work                    -> ! UNKNOWN_OBLIGATION
         buyer INFORM acknowledgement work stage a            -> EXECUTING [ACTIVE: work OPEN (a FULFILLED, b OPEN, c OPEN)]
         +4s                                                  -> EXECUTING [BREACHED: work BREACHED (a FULFILLED, b BREACHED, c LAPSED)]",
    ),
];
