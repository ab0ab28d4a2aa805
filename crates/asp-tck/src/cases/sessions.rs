//! Sessions: how they begin and end, who may say what and when (ASP-SES), and what time makes due (ASP-DLV-003).

use super::{Case, dialogue};

pub(super) const CASES: &[Case] = &[
    dialogue(
        &["ASP-SES-001"],
        "an invitation names its issuer as initiator, a party that has to come, and nobody twice",
        "buyer PROPOSE with seller seller                       -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller buyer                        -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with mediator! watcher                   -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller?                             -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller? mediator!                   -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller by=seller                    -> ! INVALID_PARTICIPANTS
         stranger PROPOSE with seller by=buyer                  -> ! INVALID_PARTICIPANTS
         buyer.example PROPOSE with seller by=buyer             -> ! INVALID_PARTICIPANTS
         buyer PROPOSE with seller carrier? mediator! watcher   -> INVITED",
    ),
    dialogue(
        &["ASP-SES-048"],
        "nobody is bound to an agent whose card says something else since it came in",
        "buyer PROPOSE with seller                              -> INVITED
         seller ACCEPT                                          -> INTRODUCED
         buyer PROPOSE firm                                     -> CONVERSING
         seller CARD translate
         seller ACCEPT                                          -> ! CARD_CHANGED ASP-SES-048 /type
         seller CARD provision.compute.gpu
         seller ACCEPT                                          -> ! CARD_CHANGED ASP-SES-048 /type
         seller REJECT                                          -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-049"],
        "a party comes in for what its card or the initiator's offers",
        "buyer CARD translate
         seller CARD translate
         buyer PROPOSE with seller                              -> INVITED
         seller ACCEPT                                          -> ! CAPABILITY_NOT_OFFERED ASP-SES-049 /body/card
         seller CARD provision.compute
         seller ACCEPT                                          -> INTRODUCED",
    ),
    dialogue(
        &["ASP-SES-002"],
        "whoever takes no part in a session gets the answer of an unknown one",
        "buyer PROPOSE with seller            -> INVITED
         stranger ACCEPT                      -> ! UNKNOWN_STREAM
         seller ACCEPT                        -> INTRODUCED
         stranger QUERY                       -> ! UNKNOWN_STREAM
         stranger QUERY on PROPOSE            -> ! UNKNOWN_STREAM
         stranger.example QUERY               -> ! UNKNOWN_STREAM
         seller.example QUERY                 -> ! UNKNOWN_STREAM
         stranger CLOSE                       -> ! UNKNOWN_STREAM
         seller QUERY                         -> CONVERSING",
    ),
    dialogue(
        &["ASP-SES-003"],
        "what no row allows in a state is refused",
        "buyer PROPOSE with seller            -> INVITED
         buyer QUERY                          -> ! NOT_ALLOWED
         buyer PROPOSE goods                  -> ! NOT_ALLOWED
         buyer COMMIT                         -> ! NOT_ALLOWED
         seller ACCEPT                        -> INTRODUCED
         buyer ESCALATE to buyer.example      -> ! NOT_ALLOWED
         buyer COMMIT                         -> ! NOT_ALLOWED
         seller ACCEPT introduction           -> ! NOT_ALLOWED
         buyer PROPOSE                        -> CONVERSING
         buyer COUNTER conditions             -> ! NOT_ALLOWED
         seller ACCEPT                        -> CONVERSING
         buyer COMMIT                         -> AGREEING
         seller PROPOSE                       -> ! NOT_ALLOWED
         seller COMMIT                        -> ! NOT_ALLOWED
         seller ESCALATE to seller.example    -> ESCALATED
         seller QUERY                         -> ! NOT_ALLOWED
         buyer PROPOSE                        -> ! NOT_ALLOWED
         seller WITHDRAW ESCALATE             -> AGREEING",
    ),
    dialogue(
        &["ASP-SES-003"],
        "a session that has ended hears nothing more",
        "buyer PROPOSE with seller            -> INVITED
         seller ACCEPT                        -> INTRODUCED
         seller CLOSE                         -> CLOSED(COMPLETED)
         seller QUERY                         -> ! SESSION_ENDED
         seller PROPOSE                       -> ! SESSION_ENDED
         buyer INFORM                         -> ! SESSION_ENDED
         buyer CLOSE                          -> CLOSED(COMPLETED)",
    ),
    dialogue(
        &["ASP-SES-004"],
        "what the rows allow to other roles alone is refused",
        "buyer PROPOSE with seller watcher mediator -> INVITED
         seller WITHDRAW                       -> ! ROLE_NOT_ALLOWED
         buyer CLOSE                           -> ! ROLE_NOT_ALLOWED
         mediator COUNTER conditions           -> ! ROLE_NOT_ALLOWED
         watcher ACCEPT                        -> INVITED
         mediator ACCEPT                       -> INVITED
         seller ACCEPT                         -> INTRODUCED
         watcher INFORM                        -> ! ROLE_NOT_ALLOWED
         watcher CLARIFY                       -> ! ROLE_NOT_ALLOWED
         watcher PROPOSE                       -> ! ROLE_NOT_ALLOWED
         watcher CLOSE                         -> ! ROLE_NOT_ALLOWED
         mediator PROPOSE                      -> ! ROLE_NOT_ALLOWED
         mediator DELEGATE                     -> ! ROLE_NOT_ALLOWED
         mediator CLOSE                        -> ! ROLE_NOT_ALLOWED
         watcher OBSERVE                       -> CONVERSING
         mediator INFORM                       -> CONVERSING
         buyer PROPOSE firm awaits seller      -> CONVERSING
         watcher ACCEPT                        -> ! ROLE_NOT_ALLOWED
         mediator ACCEPT                       -> ! ROLE_NOT_ALLOWED
         seller ACCEPT                         -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-005"],
        "an invitation names agents that are registered",
        "buyer PROPOSE with seller nobody      -> ! UNKNOWN_AGENT
         buyer PROPOSE with seller             -> INVITED",
    ),
    dialogue(
        &["ASP-SES-015"],
        "a session is not closed while something is owed",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm
         seller ACCEPT                         -> EXECUTING
         buyer CLOSE                           -> ! OBLIGATION_OPEN
         seller INFORM fulfilment goods        -> EXECUTING
         seller CLOSE                          -> ! OBLIGATION_OPEN
         buyer INFORM acknowledgement goods    -> EXECUTING [FULFILLED: goods FULFILLED]
         buyer CLOSE                           -> CLOSED(COMPLETED)",
    ),
    dialogue(
        &["ASP-SES-018"],
        "what the table asks the consent of is refused once the consent is revoked",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm trade
         seller ACCEPT                         -> EXECUTING
         buyer PROPOSE firm cheap as more      -> EXECUTING
         seller.example REVOKE
         seller ACCEPT more                    -> ! CONSENT_REVOKED
         seller PROPOSE                        -> ! CONSENT_REVOKED
         buyer QUERY                           -> ! CONSENT_REVOKED
         buyer INFORM                          -> ! CONSENT_REVOKED
         seller INFORM fulfilment goods        -> EXECUTING
         buyer INFORM acknowledgement goods    -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-018"],
        "what the table asks the consent of is refused once the consent has expired",
        "buyer.example CONSENT seller.example for 5s
         buyer PROPOSE with seller
         seller ACCEPT
         buyer PROPOSE firm trade
         seller ACCEPT                         -> EXECUTING
         +5s
         buyer QUERY                           -> ! CONSENT_EXPIRED
         seller INFORM fulfilment goods        -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-018"],
        "a session in which nothing is owed ends with the consent that it rests on",
        "buyer PROPOSE with seller
         seller ACCEPT
         buyer QUERY                           -> CONVERSING
         buyer.example REVOKE
         +10ms                                 -> FAILED(CONSENT_REVOKED)",
    ),
    dialogue(
        &["ASP-SES-018"],
        "a consent that expires ends like one that is revoked",
        "buyer.example CONSENT seller.example for 3s
         buyer PROPOSE with seller
         seller ACCEPT
         +3s                                   -> FAILED(CONSENT_REVOKED)",
    ),
    dialogue(
        &["ASP-SES-019"],
        "a consent may allow some performatives alone",
        "buyer.example CONSENT seller.example only PROPOSE,ACCEPT,INFORM
         buyer PROPOSE with seller             -> INVITED
         seller COUNTER conditions             -> ! OUTSIDE_CONSENT
         seller ACCEPT                         -> INTRODUCED
         buyer QUERY                           -> ! OUTSIDE_CONSENT
         buyer OBSERVE                         -> ! OUTSIDE_CONSENT
         buyer PROPOSE firm                    -> CONVERSING
         seller COUNTER                        -> ! OUTSIDE_CONSENT
         seller ACCEPT                         -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-022"],
        "a timeout is the node's to state, a receipt and a withdrawal a participant's",
        "buyer PROPOSE with seller
         buyer WITHDRAW timeout INVITATION_TIMEOUT -> ! NOT_ALLOWED
         seller ACCEPT
         buyer PROPOSE                         -> CONVERSING
         buyer CLOSE timeout RESPONSE_TIMEOUT  -> ! NOT_ALLOWED
         seller ACCEPT
         buyer COMMIT as commit                -> AGREEING
         buyer WITHDRAW timeout RESPONSE_TIMEOUT -> ! NOT_ALLOWED
         seller ACCEPT                         -> EXECUTING
         buyer INFORM breach goods             -> ! NOT_ALLOWED
         seller INFORM silence goods           -> ! NOT_ALLOWED
         seller INFORM fulfilment goods        -> EXECUTING",
    ),
    dialogue(
        &["ASP-SES-025"],
        "an answer to an invitation is to the conditions on the table",
        "buyer PROPOSE with seller carrier?    -> INVITED
         seller ACCEPT other                   -> ! PROPOSAL_NOT_OPEN
         seller COUNTER conditions rounds=2    -> INVITED
         buyer ACCEPT PROPOSE                  -> ! PROPOSAL_NOT_OPEN
         buyer REJECT PROPOSE                  -> ! PROPOSAL_NOT_OPEN
         seller ACCEPT                         -> ! NOT_YOUR_TURN
         buyer ACCEPT                          -> INTRODUCED
         buyer PROPOSE                         -> CONVERSING
         buyer PROPOSE                         -> ! ROUND_LIMIT",
    ),
    dialogue(
        &["ASP-SES-026"],
        "an introduction names the statement that set the card",
        "buyer PROPOSE with seller             -> INVITED
         seller ACCEPT introduction wrongly    -> ! CARD_MISMATCH
         seller ACCEPT                         -> INTRODUCED",
    ),
    dialogue(
        &["ASP-SES-032"],
        "a CLOSE carries the receipt that follows from the session",
        "buyer PROPOSE with seller
         seller ACCEPT                         -> INTRODUCED
         buyer PROPOSE firm
         seller ACCEPT
         buyer PROPOSE termination
         seller ACCEPT                         -> EXECUTING [TERMINATED: goods LAPSED]
         seller CLOSE wrongly                  -> ! RECEIPT_MISMATCH
         seller CLOSE                          -> CLOSED(COMPLETED)
         buyer CLOSE wrongly                   -> ! RECEIPT_MISMATCH
         buyer CLOSE                           -> CLOSED(COMPLETED)",
    ),
    dialogue(
        &["ASP-SES-033"],
        "nobody signs a session's receipt twice",
        "buyer PROPOSE with seller
         seller ACCEPT                         -> INTRODUCED
         seller CLOSE                          -> CLOSED(COMPLETED)
         seller CLOSE                          -> ! ALREADY_COUNTERSIGNED
         buyer CLOSE                           -> CLOSED(COMPLETED)
         buyer CLOSE                           -> ! ALREADY_COUNTERSIGNED",
    ),
    dialogue(
        &["ASP-SES-034"],
        "an authority is a mediator of the session or a participant's organisation",
        "buyer PROPOSE with seller mediator!
         mediator ACCEPT
         seller ACCEPT
         buyer QUERY                           -> CONVERSING
         buyer ESCALATE to stranger.example    -> ! INVALID_AUTHORITY
         buyer ESCALATE to seller              -> ! INVALID_AUTHORITY
         buyer ESCALATE to stranger            -> ! INVALID_AUTHORITY
         buyer ESCALATE to seller.example person Ada -> ! INVALID_AUTHORITY
         seller.example POLICY person Ada
         buyer ESCALATE to buyer.example person Ada  -> ! INVALID_AUTHORITY
         buyer ESCALATE to seller.example person Ada -> ESCALATED
         seller ACCEPT                         -> ! ROLE_NOT_ALLOWED
         seller INFORM                         -> ESCALATED
         seller.example ACCEPT                 -> CONVERSING
         buyer ESCALATE to mediator            -> ESCALATED
         mediator REJECT                       -> FAILED(ESCALATION_REJECTED)",
    ),
    dialogue(
        &["ASP-DLV-003", "ASP-SES-025"],
        "an invitation that nobody answers is ended by the node",
        "buyer PROPOSE with seller invitation=1s
         +1s                                     -> FAILED(INVITATION_TIMEOUT)
         seller ACCEPT introduction              -> ! SESSION_ENDED",
    ),
    dialogue(
        &["ASP-DLV-003", "ASP-SES-016"],
        "a session that nobody goes on with is ended by the node",
        "buyer PROPOSE with seller response=1s
         seller ACCEPT
         +1s                                     -> FAILED(RESPONSE_TIMEOUT)
         buyer CLOSE                             -> ! SESSION_ENDED",
    ),
    dialogue(
        &["ASP-DLV-003", "ASP-SES-016"],
        "a session has so much time until something is agreed",
        "buyer PROPOSE with seller session=2s
         seller ACCEPT
         +2s                                     -> FAILED(SESSION_TIMEOUT)",
    ),
    dialogue(
        &["ASP-DLV-003", "ASP-SES-016"],
        "an escalation that nobody decides is ended by the node",
        "buyer PROPOSE with seller escalation=1s
         seller ACCEPT
         buyer QUERY
         seller ESCALATE to seller.example       -> ESCALATED
         +1s                                     -> FAILED(ESCALATION_TIMEOUT)",
    ),
    dialogue(
        &["ASP-DLV-003", "ASP-SES-016"],
        "a commit that nobody signs is given up by the node",
        "buyer PROPOSE with seller response=3s
         seller ACCEPT
         buyer PROPOSE firm
         seller ACCEPT                           -> EXECUTING
         buyer PROPOSE cheap
         seller ACCEPT
         buyer COMMIT cheap                      -> AGREEING
         +3s                                     -> EXECUTING [ACTIVE: goods OPEN]",
    ),
    dialogue(
        &["ASP-SES-027"],
        "the time that an authority was asked is no time of the session",
        "buyer PROPOSE with seller session=6s
         seller ACCEPT
         buyer QUERY
         seller ESCALATE to seller.example       -> ESCALATED
         +6500ms                                 -> ESCALATED
         seller.example ACCEPT                   -> CONVERSING
         buyer QUERY                             -> CONVERSING
         +1s                                     -> FAILED(SESSION_TIMEOUT)",
    ),
];
