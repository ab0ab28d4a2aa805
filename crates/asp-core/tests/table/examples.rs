//! One dialogue for every row of the transition table, and one for every guard that it requires.
//!
//! A heading names a row: state, performative, selector, and `by node` where the node alone says it. Under it stands,
//! role by role, what is taken (`each` for the roles not named apart), and after `!` what a guard refuses. The last
//! line of a dialogue is the example, the lines before it lead there. `{}` is who speaks, `{other}` the other of buyer
//! and seller, `{own}` what the speaker owes and `{due}` what it is owed in `{bound}`. Guards that are refused in the
//! same way everywhere are not written out: see `main.rs`.

/// Dialogues that others begin with.
pub(crate) const SCENES: [(&str, &str); 17] = [
    ("invited", "buyer PROPOSE with seller mediator! watcher tokens=1000"),
    ("introduced", "{invited}; mediator ACCEPT; watcher ACCEPT; seller ACCEPT"),
    ("talking", "{introduced}; buyer QUERY"),
    ("agreed", "{talking}; buyer PROPOSE until 2h; seller ACCEPT"),
    ("agreeing", "{agreed}; buyer COMMIT"),
    ("bound", "{talking}; buyer PROPOSE firm both; seller ACCEPT"),
    ("agreed-bound", "{bound}; buyer PROPOSE until 2h; seller ACCEPT"),
    ("agreeing-bound", "{agreed-bound}; buyer COMMIT"),
    ("settled", "{bound}; buyer PROPOSE termination; seller ACCEPT"),
    ("asked", "{talking}; buyer ESCALATE to seller.example"),
    ("asked-bound", "{bound}; buyer ESCALATE to seller.example"),
    ("three", "buyer PROPOSE with seller carrier; seller ACCEPT; carrier ACCEPT; buyer QUERY"),
    ("three-bound", "{three}; buyer PROPOSE firm; seller ACCEPT; carrier ACCEPT"),
    (
        "trusted",
        "{bound}; seller INFORM fulfilment goods; buyer INFORM acknowledgement goods; anew; buyer PROPOSE with seller floor=11; seller ACCEPT",
    ),
    (
        "closed",
        "buyer PROPOSE with seller mediator! watcher mode=hybrid; mediator ACCEPT; watcher ACCEPT; seller ACCEPT",
    ),
    ("closed-bound", "{closed}; buyer QUERY; buyer PROPOSE firm both; seller ACCEPT"),
    ("roomy", "buyer PROPOSE with seller rounds=200; seller ACCEPT; buyer PROPOSE; seller ACCEPT"),
];

/// Packages besides those that every ledger has.
pub(crate) const PACKAGES: [&str; 5] = [
    "both = seller owes buyer goods 100 within 1h, buyer owes seller pay 100 within 1h",
    "slow = seller owes buyer goods 100 within 30h",
    "haul = seller owes carrier fee 10 within 1h",
    "ride = carrier owes buyer goods 10 within 1h",
    "bad = seller owes seller goods 1 within 1h",
];

pub(crate) const OPENING: &str = "
IDLE PROPOSE invitation
    initiator            buyer PROPOSE with seller
    ! participants-valid buyer PROPOSE with seller seller
    ! consent-covers     buyer PROPOSE with seller consents=none
    ! welcome            seller.example POLICY from carrier.example; buyer PROPOSE with seller
    ! inviter-trusted    seller.example POLICY floors 11; buyer PROPOSE with seller
INVITED ACCEPT all-in
    initiator            {invited}; seller COUNTER conditions; mediator ACCEPT; watcher ACCEPT; buyer ACCEPT
    party                {invited}; mediator ACCEPT; watcher ACCEPT; seller ACCEPT
    mediator             {invited}; watcher ACCEPT; seller ACCEPT; mediator ACCEPT
    ! trusted            buyer PROPOSE with seller floor=11; seller ACCEPT
    ! capability-offered buyer CARD translate; seller CARD translate; buyer PROPOSE with seller; seller ACCEPT
INVITED ACCEPT more-invitees
    initiator            {invited}; seller COUNTER conditions; buyer ACCEPT
    each                 {invited}; {} ACCEPT
    ! trusted            buyer PROPOSE with seller carrier floor=11; seller ACCEPT
    ! capability-offered buyer CARD translate; seller CARD translate; {invited}; seller ACCEPT
    ! your-turn          {invited}; seller ACCEPT; seller ACCEPT
INVITED REJECT too-few
    initiator            {invited}; seller COUNTER conditions; buyer REJECT
    each                 {invited}; {} REJECT
    ! your-turn          {invited}; buyer REJECT
INVITED REJECT enough
    each                 buyer PROPOSE with carrier seller? mediator? watcher?; {} REJECT
    ! your-turn          buyer PROPOSE with carrier seller?; seller REJECT; seller REJECT
INVITED COUNTER conditions
    initiator            {invited}; seller COUNTER conditions; buyer COUNTER conditions
    party                {invited}; seller COUNTER conditions
    ! your-turn          {invited}; buyer COUNTER conditions
    ! trusted            {invited}; seller COUNTER conditions floor=11
    ! message-left       {invited}; seller COUNTER conditions messages=2; buyer COUNTER conditions
    ! round-left         {invited}; seller COUNTER conditions rounds=1; buyer COUNTER conditions
INVITED WITHDRAW
    initiator            {invited}; buyer WITHDRAW
INVITED CLOSE by node
    node                 {invited}; +30s quietly; node CLOSE timeout INVITATION_TIMEOUT
INTRODUCED PROPOSE proposal
    each                 {introduced}; {} PROPOSE
    ! round-left         buyer PROPOSE with seller; seller COUNTER conditions rounds=1; buyer ACCEPT; buyer PROPOSE
INTRODUCED PROPOSE admission
    each                 {introduced}; {} PROPOSE admission of carrier
    ! round-left         buyer PROPOSE with seller; seller COUNTER conditions rounds=1; buyer ACCEPT; buyer PROPOSE admission of carrier
INTRODUCED INFORM usage
    each                 {introduced}; {} INFORM usage
INTRODUCED WITHDRAW departs
    each                 {introduced}; {} WITHDRAW departure
    initiator            buyer PROPOSE with seller carrier; seller ACCEPT; carrier ACCEPT; buyer WITHDRAW departure
    party                buyer PROPOSE with seller carrier; seller ACCEPT; carrier ACCEPT; seller WITHDRAW departure
    ! others-remain      {introduced}; seller WITHDRAW departure
INTRODUCED INFORM note
    each                 {introduced}; {} INFORM
INTRODUCED INFORM group
    each                 {closed}; {} INFORM group
    ! group-valid        {closed}; buyer INFORM group without seller
INTRODUCED INFORM unreadable
    each                 {closed}; {} INFORM unreadable #0
    ! seal-named         {closed}; buyer INFORM unreadable nothing
INTRODUCED QUERY
    each                 {introduced}; {} QUERY
INTRODUCED CLARIFY
    each                 {introduced}; {} CLARIFY
INTRODUCED OBSERVE
    each                 {introduced}; {} OBSERVE
INTRODUCED DELEGATE
    each                 {introduced}; {} DELEGATE to clerk
INTRODUCED CLOSE
    each                 {introduced}; {} CLOSE
INTRODUCED CLOSE by node
    node                 {introduced}; +5m quietly; node CLOSE timeout RESPONSE_TIMEOUT
";

pub(crate) const CONVERSING: &str = "
CONVERSING PROPOSE proposal
    each                 {talking}; {} PROPOSE
CONVERSING COUNTER counter-offer
    each                 {talking}; {other} PROPOSE; {} COUNTER cheap
CONVERSING ACCEPT completes-binding
    each                 {talking}; {other} PROPOSE firm until 2h; {} ACCEPT
CONVERSING ACCEPT completes-agreement
    each                 {talking}; {other} PROPOSE until 2h; {} ACCEPT
CONVERSING ACCEPT more-acceptances
    each                 {three}; {other} PROPOSE until 2h; {} ACCEPT
CONVERSING ACCEPT admits
    each                 {talking}; {other} PROPOSE admission of carrier; {} ACCEPT admission
CONVERSING ACCEPT joins
    ! capability-offered {talking}; buyer CARD translate; carrier CARD translate; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier ACCEPT introduction
    ! trusted            {trusted}; buyer QUERY; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier ACCEPT introduction
    newcomer             {talking}; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier ACCEPT introduction
    ! your-turn          {talking}; buyer PROPOSE admission of carrier; seller ACCEPT admission; buyer PROPOSE admission of clerk as second; carrier ACCEPT second introduction
CONVERSING PROPOSE admission
    each                 {talking}; {} PROPOSE admission of carrier
CONVERSING INFORM usage
    each                 {talking}; {} INFORM usage
CONVERSING WITHDRAW departs
    each                 {talking}; {} WITHDRAW departure
    initiator            {three}; buyer WITHDRAW departure
    party                {three}; seller WITHDRAW departure
    ! others-remain      {talking}; seller WITHDRAW departure
CONVERSING REJECT
    newcomer             {talking}; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier REJECT
    each                 {talking}; {other} PROPOSE; {} REJECT
CONVERSING INFORM note
    each                 {talking}; {} INFORM
CONVERSING INFORM group
    each                 {closed}; buyer QUERY; {} INFORM group
    ! group-valid        {closed}; buyer QUERY; buyer INFORM group without seller
CONVERSING INFORM unreadable
    each                 {closed}; buyer QUERY; {} INFORM unreadable #0
    ! seal-named         {closed}; buyer QUERY; buyer INFORM unreadable nothing
CONVERSING QUERY
    each                 {talking}; {} QUERY
CONVERSING CLARIFY
    each                 {talking}; {} CLARIFY
CONVERSING COMMIT
    each                 {agreed}; {} COMMIT
CONVERSING DELEGATE
    each                 {talking}; {} DELEGATE to clerk
CONVERSING ESCALATE
    each                 {talking}; {} ESCALATE to seller.example
CONVERSING WITHDRAW takes-back-mandate
    each                 {talking}; {} DELEGATE as m; {} WITHDRAW m
CONVERSING WITHDRAW takes-back-offer
    each                 {talking}; {} PROPOSE; {} WITHDRAW
CONVERSING OBSERVE
    each                 {talking}; {} OBSERVE
CONVERSING CLOSE
    each                 {talking}; {} CLOSE
CONVERSING CLOSE by node
    node                 {talking}; +5m quietly; node CLOSE timeout RESPONSE_TIMEOUT
";

pub(crate) const AGREEING: &str = "
AGREEING COUNTER commitments-stand
    each                 {agreed-bound}; {other} COMMIT; {} COUNTER cheap
    ! room-left          {agreed-bound}; 32* buyer PROPOSE; buyer COMMIT; seller COUNTER
AGREEING COUNTER no-commitment
    each                 {agreed}; {other} COMMIT; {} COUNTER cheap
    ! room-left          {agreed}; 32* buyer PROPOSE; buyer COMMIT; seller COUNTER
AGREEING ACCEPT completes-commit
    each                 {agreed}; {other} COMMIT; {} ACCEPT
AGREEING ACCEPT more-signatures
    each                 {three}; buyer PROPOSE; seller ACCEPT; carrier ACCEPT; {other} COMMIT; {} ACCEPT
AGREEING REJECT commitments-stand
    each                 {agreed-bound}; {other} COMMIT; {} REJECT
AGREEING REJECT no-commitment
    each                 {agreed}; {other} COMMIT; {} REJECT
AGREEING INFORM usage
    each                 {agreeing}; {} INFORM usage
AGREEING WITHDRAW departs
    each                 {agreeing}; {} WITHDRAW departure
    initiator            {three}; seller PROPOSE haul awaits carrier; carrier ACCEPT; seller COMMIT haul; buyer WITHDRAW departure
    party                {three}; buyer PROPOSE ride awaits carrier; carrier ACCEPT; buyer COMMIT ride; seller WITHDRAW departure
    ! others-remain      {agreeing}; seller WITHDRAW departure
    ! unbound            {three}; buyer PROPOSE awaits seller; seller ACCEPT; buyer COMMIT; seller WITHDRAW departure
AGREEING INFORM note
    each                 {agreeing}; {} INFORM
AGREEING INFORM group
    each                 {closed}; buyer PROPOSE awaits seller until 2h; seller ACCEPT; buyer COMMIT; {} INFORM group
    ! group-valid        {closed}; buyer PROPOSE awaits seller until 2h; seller ACCEPT; buyer COMMIT; buyer INFORM group without seller
AGREEING INFORM unreadable
    each                 {closed}; buyer PROPOSE awaits seller until 2h; seller ACCEPT; buyer COMMIT; {} INFORM unreadable #0
    ! seal-named         {closed}; buyer PROPOSE awaits seller until 2h; seller ACCEPT; buyer COMMIT; buyer INFORM unreadable nothing
AGREEING INFORM progress
    each                 {agreeing-bound}; {} INFORM progress {own}
AGREEING INFORM fulfilment
    each                 {agreeing-bound}; {} INFORM fulfilment {own}
AGREEING INFORM acknowledgement
    each                 {agreeing-bound}; {other} INFORM fulfilment {due}; {} INFORM acknowledgement {due}
AGREEING INFORM contest
    each                 {agreeing-bound}; {other} INFORM fulfilment {due}; {} INFORM contest {due}
AGREEING INFORM lapse-of-time by node
    node                 {bound}; +59m quietly; buyer PROPOSE; seller ACCEPT; buyer COMMIT; +2m quietly; node INFORM breach goods
AGREEING INFORM award by node
    node                 {agreeing-bound}; seller INFORM fulfilment goods; buyer DISPUTE goods late; node INFORM award
    ! award-due          {agreeing-bound}; seller INFORM fulfilment goods; node INFORM award
AGREEING QUERY
    each                 {agreeing}; {} QUERY
AGREEING CLARIFY
    each                 {agreeing}; {} CLARIFY
AGREEING ESCALATE
    each                 {agreeing}; {} ESCALATE to seller.example
AGREEING WITHDRAW takes-back-mandate
    each                 {agreed}; {} DELEGATE as m; {} COMMIT; {} WITHDRAW m
AGREEING WITHDRAW commitments-stand
    each                 {agreed-bound}; {} COMMIT; {} WITHDRAW
AGREEING WITHDRAW no-commitment
    each                 {agreed}; {} COMMIT; {} WITHDRAW
AGREEING WITHDRAW commitments-stand by node
    node                 {agreeing-bound}; +5m quietly; node WITHDRAW timeout RESPONSE_TIMEOUT
AGREEING OBSERVE
    each                 {agreeing}; {} OBSERVE
AGREEING CLOSE no-commitment by node
    node                 {agreeing}; +5m quietly; node CLOSE timeout RESPONSE_TIMEOUT
";

pub(crate) const EXECUTING: &str = "
EXECUTING PROPOSE proposal
    each                 {bound}; {} PROPOSE
EXECUTING PROPOSE change
    each                 {bound}; {} PROPOSE amendment to cheap
    ! terms-valid        {bound}; buyer PROPOSE amendment to bad
EXECUTING COUNTER counter-offer
    each                 {bound}; {other} PROPOSE; {} COUNTER cheap
EXECUTING ACCEPT completes-binding
    each                 {bound}; {other} PROPOSE firm until 2h; {} ACCEPT
    ! commitment-active  {bound}; buyer PROPOSE amendment to cheap as change; buyer PROPOSE termination; seller ACCEPT; seller ACCEPT change
    ! room-left          {roomy}; 64* buyer PROPOSE firm & seller ACCEPT; buyer PROPOSE firm; seller ACCEPT
EXECUTING ACCEPT completes-agreement
    each                 {bound}; {other} PROPOSE until 2h; {} ACCEPT
EXECUTING ACCEPT more-acceptances
    each                 {three-bound}; {other} PROPOSE until 2h; {} ACCEPT
    ! commitment-active  {three-bound}; buyer PROPOSE amendment to cheap as change; buyer PROPOSE termination; seller ACCEPT; carrier ACCEPT; seller ACCEPT change
EXECUTING ACCEPT admits
    each                 {bound}; {other} PROPOSE admission of carrier; {} ACCEPT admission
EXECUTING ACCEPT joins
    ! capability-offered {bound}; buyer CARD translate; carrier CARD translate; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier ACCEPT introduction
    ! trusted            {trusted}; buyer PROPOSE firm; seller ACCEPT; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier ACCEPT introduction
    newcomer             {bound}; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier ACCEPT introduction
    ! your-turn          {bound}; buyer PROPOSE admission of carrier; seller ACCEPT admission; buyer PROPOSE admission of clerk as second; carrier ACCEPT second introduction
EXECUTING PROPOSE admission
    each                 {bound}; {} PROPOSE admission of carrier
EXECUTING INFORM usage
    each                 {bound}; {} INFORM usage
EXECUTING WITHDRAW departs
    each                 {bound}; {} WITHDRAW departure
    initiator            {three}; seller PROPOSE firm haul awaits carrier; carrier ACCEPT; buyer WITHDRAW departure
    party                {three}; buyer PROPOSE firm ride awaits carrier; carrier ACCEPT; seller WITHDRAW departure
    ! others-remain      {bound}; seller WITHDRAW departure
    ! unbound            {three-bound}; seller WITHDRAW departure
EXECUTING REJECT
    newcomer             {bound}; buyer PROPOSE admission of carrier; seller ACCEPT admission; carrier REJECT
    each                 {bound}; {other} PROPOSE; {} REJECT
EXECUTING INFORM note
    each                 {bound}; {} INFORM
EXECUTING INFORM group
    each                 {closed-bound}; {} INFORM group
    ! group-valid        {closed-bound}; buyer INFORM group without seller
EXECUTING INFORM unreadable
    each                 {closed-bound}; {} INFORM unreadable #0
    ! seal-named         {closed-bound}; buyer INFORM unreadable nothing
EXECUTING INFORM progress
    each                 {bound}; {} INFORM progress {own}
EXECUTING INFORM fulfilment
    each                 {bound}; {} INFORM fulfilment {own}
EXECUTING INFORM acknowledgement
    each                 {bound}; {other} INFORM fulfilment {due}; {} INFORM acknowledgement {due}
EXECUTING INFORM contest
    each                 {bound}; {other} INFORM fulfilment {due}; {} INFORM contest {due}
EXECUTING INFORM lapse-of-time by node
    node                 {bound}; +61m quietly; node INFORM breach goods
EXECUTING INFORM award by node
    node                 {bound}; seller INFORM fulfilment goods; buyer DISPUTE goods late; node INFORM award
    ! award-due          {bound}; seller INFORM fulfilment goods; node INFORM award
EXECUTING QUERY
    each                 {bound}; {} QUERY
EXECUTING CLARIFY
    each                 {bound}; {} CLARIFY
EXECUTING COMMIT
    each                 {agreed-bound}; {} COMMIT
    ! room-left          {roomy}; 64* buyer PROPOSE firm cheap & seller ACCEPT; buyer COMMIT
EXECUTING ESCALATE
    each                 {bound}; {} ESCALATE to seller.example
EXECUTING WITHDRAW takes-back-mandate
    each                 {talking}; {} DELEGATE as m; buyer PROPOSE firm; seller ACCEPT; {} WITHDRAW m
EXECUTING WITHDRAW takes-back-offer
    each                 {bound}; {} PROPOSE; {} WITHDRAW
EXECUTING OBSERVE
    each                 {bound}; {} OBSERVE
EXECUTING CLOSE
    each                 {settled}; {} CLOSE
    ! no-obligation-open {bound}; buyer CLOSE
EXECUTING CLOSE by node
    node                 {settled}; +5m quietly; node CLOSE timeout ABANDONED
    ! no-obligation-open {bound}; +5m quietly; node CLOSE timeout ABANDONED
";

pub(crate) const ENDING: &str = "
ESCALATED ACCEPT
    authority            {asked}; seller.example ACCEPT
ESCALATED REJECT obligations-open
    authority            {asked-bound}; seller.example REJECT
ESCALATED REJECT nothing-owed
    authority            {asked}; seller.example REJECT
ESCALATED INFORM note
    each                 {asked}; {} INFORM
ESCALATED INFORM group
    each                 {closed}; buyer QUERY; buyer ESCALATE to seller.example; {} INFORM group
    ! group-valid        {closed}; buyer QUERY; buyer ESCALATE to seller.example; buyer INFORM group without seller
ESCALATED INFORM unreadable
    each                 {closed}; buyer QUERY; buyer ESCALATE to seller.example; {} INFORM unreadable #0
    authority            {closed}; buyer QUERY; buyer ESCALATE to mediator; mediator INFORM unreadable #0
    ! seal-named         {closed}; buyer QUERY; buyer ESCALATE to seller.example; buyer INFORM unreadable nothing
ESCALATED INFORM progress
    each                 {asked-bound}; {} INFORM progress {own}
ESCALATED INFORM fulfilment
    each                 {asked-bound}; {} INFORM fulfilment {own}
ESCALATED INFORM acknowledgement
    each                 {asked-bound}; {other} INFORM fulfilment {due}; {} INFORM acknowledgement {due}
ESCALATED INFORM contest
    each                 {asked-bound}; {other} INFORM fulfilment {due}; {} INFORM contest {due}
ESCALATED INFORM lapse-of-time by node
    node                 {asked-bound}; +61m quietly; node INFORM breach goods
ESCALATED INFORM award by node
    node                 {asked-bound}; seller INFORM fulfilment goods; buyer DISPUTE goods late; node INFORM award
    ! award-due          {asked-bound}; seller INFORM fulfilment goods; node INFORM award
ESCALATED WITHDRAW takes-back-mandate
    each                 {talking}; {} DELEGATE as m; buyer ESCALATE to seller.example; {} WITHDRAW m
ESCALATED WITHDRAW
    each                 {talking}; {} ESCALATE to seller.example; {} WITHDRAW
ESCALATED WITHDRAW obligations-open by node
    node                 {talking}; buyer PROPOSE firm slow; seller ACCEPT; buyer ESCALATE to seller.example; +24h quietly; node WITHDRAW timeout ESCALATION_TIMEOUT
ESCALATED CLOSE nothing-owed by node
    node                 {asked}; +24h quietly; node CLOSE timeout ESCALATION_TIMEOUT
CLOSED CLOSE
    each                 {introduced}; {other} CLOSE; {} CLOSE
CLOSED INFORM award by node
    node                 {talking}; buyer PROPOSE firm; seller ACCEPT; seller INFORM fulfilment goods; buyer INFORM contest goods; buyer CLOSE; buyer DISPUTE goods late; node INFORM award
    ! award-due          {talking}; buyer PROPOSE firm; seller ACCEPT; seller INFORM fulfilment goods; buyer INFORM contest goods; buyer CLOSE; node INFORM award
FAILED INFORM award by node
    node                 {talking}; buyer PROPOSE firm; seller ACCEPT; seller INFORM fulfilment goods; buyer INFORM contest goods; buyer ESCALATE to seller.example; seller.example REJECT; buyer DISPUTE goods late; node INFORM award
    ! award-due          {talking}; buyer PROPOSE firm; seller ACCEPT; seller INFORM fulfilment goods; buyer INFORM contest goods; buyer ESCALATE to seller.example; seller.example REJECT; node INFORM award
";

/// Roles and guards that a row names and nobody can ever meet, and why.
pub(crate) const UNREACHABLE: [(&str, &str, &str); 21] = [
    ("INVITED ACCEPT all-in", "your-turn", "the last who is awaited has not answered yet"),
    ("INVITED REJECT enough", "initiator", "the session cannot do without its initiator"),
    ("INTRODUCED PROPOSE proposal", "room-left", "the first offer leads on to CONVERSING"),
    ("INTRODUCED DELEGATE", "room-left", "the first mandate leads on to CONVERSING"),
    ("CONVERSING COUNTER counter-offer", "room-left", "a counter takes the place of an open offer"),
    (
        "CONVERSING ACCEPT completes-binding",
        "terms-match",
        "who completes an offer names one of its packages",
    ),
    ("CONVERSING ACCEPT completes-binding", "your-turn", "who completes an offer is awaited"),
    ("CONVERSING ACCEPT completes-binding", "commitment-active", "no commitment stands to be changed"),
    ("CONVERSING ACCEPT completes-binding", "room-left", "no commitment stands that takes room"),
    (
        "CONVERSING ACCEPT completes-agreement",
        "terms-match",
        "who completes an offer names one of its packages",
    ),
    ("CONVERSING ACCEPT completes-agreement", "your-turn", "who completes an offer is awaited"),
    (
        "CONVERSING ACCEPT completes-agreement",
        "commitment-active",
        "only business is agreed on without force",
    ),
    ("CONVERSING ACCEPT more-acceptances", "commitment-active", "no commitment stands to be changed"),
    ("CONVERSING COMMIT", "room-left", "no commitment stands that takes room"),
    ("AGREEING ACCEPT completes-commit", "your-turn", "who completes a commit is awaited"),
    ("EXECUTING COUNTER counter-offer", "room-left", "a counter takes the place of an open offer"),
    ("EXECUTING ACCEPT completes-binding", "terms-match", "who completes an offer names one of its packages"),
    ("EXECUTING ACCEPT completes-binding", "your-turn", "who completes an offer is awaited"),
    (
        "EXECUTING ACCEPT completes-agreement",
        "terms-match",
        "who completes an offer names one of its packages",
    ),
    ("EXECUTING ACCEPT completes-agreement", "your-turn", "who completes an offer is awaited"),
    ("EXECUTING ACCEPT completes-agreement", "commitment-active", "only business is agreed on without force"),
];
