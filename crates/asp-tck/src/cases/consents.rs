//! Consents between two organisations, and what sessions rest on (ASP-CON).

use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::rejection::Code;
use asp_core::statement::body::{Because, Body, Empty};

use super::{Case, code, dialogue};
use crate::finding::Finding;
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(["ASP-CON-001"], "consent is asked of another organisation, one that is registered", asked),
    code!(["ASP-CON-002"], "a consent expires after it is asked for", ahead),
    code!(["ASP-CON-003"], "its two organisations alone speak in a consent", parties),
    code!(["ASP-CON-004"], "a consent is not granted once it has ended", ended),
    code!(["ASP-CON-005"], "a consent is granted once, by the organisation that was asked", once),
    code!(["ASP-CON-006"], "a consent is revoked once", revoked_once),
    code!(["ASP-CON-007"], "a revocation is acknowledged once, by the other side", acknowledged),
    code!(["ASP-CON-008"], "a consent that one side alone gave carries no session", one_sided),
    dialogue(
        &["ASP-CON-008"],
        "an invitation rests on a consent in force with each other organisation",
        "carrier.example CONSENT stranger.example
         buyer PROPOSE with seller consents=none                     -> ! CONSENT_REQUIRED
         buyer PROPOSE with stranger                                 -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller carrier consents=buyer-seller     -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller consents=buyer-carrier            -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller consents=no-such                  -> ! CONSENT_REQUIRED
         carrier PROPOSE with buyer consents=buyer-carrier,buyer-seller -> ! CONSENT_REQUIRED
         buyer PROPOSE with seller                                   -> INVITED",
    ),
    dialogue(
        &["ASP-CON-008"],
        "a consent that was revoked carries no session",
        "buyer PROPOSE with seller                                   -> INVITED
         seller.example REVOKE
         buyer PROPOSE with seller                                   -> ! CONSENT_REVOKED
         buyer.example CONSENT seller.example
         buyer PROPOSE with seller                                   -> INVITED",
    ),
    dialogue(
        &["ASP-CON-008"],
        "a consent that has expired carries no session",
        "buyer.example CONSENT seller.example for 3s
         buyer PROPOSE with seller                                   -> INVITED
         +3100ms
         buyer PROPOSE with seller                                   -> ! CONSENT_EXPIRED
         buyer.example CONSENT seller.example
         buyer PROPOSE with seller                                   -> INVITED",
    ),
    dialogue(
        &["ASP-CON-009"],
        "one of the consents covers the capability and permits PROPOSE",
        "buyer PROPOSE with seller about=sell.compute                -> ! OUTSIDE_CONSENT
         buyer PROPOSE with seller about=provisional                 -> ! OUTSIDE_CONSENT
         buyer PROPOSE with seller about=provision.compute           -> INVITED
         buyer.example CONSENT seller.example only QUERY,OBSERVE
         buyer PROPOSE with seller                                   -> ! OUTSIDE_CONSENT
         buyer.example CONSENT seller.example only PROPOSE,ACCEPT about provision.compute
         buyer PROPOSE with seller about=provision                   -> ! OUTSIDE_CONSENT
         buyer PROPOSE with seller                                   -> INVITED",
    ),
    dialogue(
        &["ASP-CON-010"],
        "members of data that a consent does not name do not flow",
        "buyer.example CONSENT seller.example fields size,grade
         buyer PROPOSE with seller                                   -> INVITED
         seller ACCEPT                                               -> INTRODUCED
         buyer INFORM note data=weight                               -> ! FIELD_NOT_CONSENTED
         seller QUERY data=size,weight                               -> ! FIELD_NOT_CONSENTED
         buyer OBSERVE data=weight                                   -> ! FIELD_NOT_CONSENTED
         buyer INFORM note data=size,grade                           -> CONVERSING",
    ),
    dialogue(
        &["ASP-CON-011"],
        "data of a class that a consent does not name do not flow",
        "seller.example SCHEMA box upto 9
         seller.example SCHEMA person upto 9 class personal
         buyer.example CONSENT seller.example classes internal
         buyer PROPOSE with seller schemas=box,person                -> INVITED
         seller ACCEPT                                               -> INTRODUCED
         buyer PROPOSE goods in person 3                             -> ! DATA_CLASS_NOT_CONSENTED
         buyer PROPOSE goods in box 3                                -> CONVERSING
         buyer.example CONSENT seller.example classes personal
         buyer PROPOSE with seller schemas=box,person                -> INVITED
         seller ACCEPT                                               -> INTRODUCED
         buyer PROPOSE goods in box 3                                -> ! DATA_CLASS_NOT_CONSENTED
         buyer INFORM note data=size                                 -> ! DATA_CLASS_NOT_CONSENTED
         buyer PROPOSE goods in person 3                             -> CONVERSING",
    ),
    dialogue(
        &["ASP-CON-016"],
        "nobody comes in to read what its consent would not have let flow",
        "buyer.example CONSENT carrier.example fields grade
         buyer.example CONSENT clerk.example fields grade
         buyer PROPOSE with seller                                   -> INVITED
         seller ACCEPT                                               -> INTRODUCED
         buyer INFORM note data=grade                                -> CONVERSING
         buyer DELEGATE to clerk as m                                -> CONVERSING
         buyer WITHDRAW m                                            -> CONVERSING
         seller INFORM note data=size                                -> CONVERSING
         buyer PROPOSE admission of carrier                          -> ! FIELD_NOT_CONSENTED
         buyer DELEGATE to clerk                                     -> ! FIELD_NOT_CONSENTED
         buyer.example CONSENT carrier.example fields grade,size
         buyer PROPOSE admission of carrier                          -> CONVERSING",
    ),
    dialogue(
        &["ASP-CON-012"],
        "a request that fits a rule of the policy is granted by itself, and stays so",
        "seller.example POLICY grants provision.compute;ceiling=50;for=1h
         buyer.example ASK seller.example about provision.compute ceiling 50 for 50m
         buyer PROPOSE with seller                                   -> INVITED
         seller.example POLICY person Ada
         buyer PROPOSE with seller                                   -> INVITED
         buyer.example ASK seller.example about provision.compute ceiling 50 for 50m
         buyer PROPOSE with seller                                   -> ! CONSENT_NOT_GRANTED
         seller.example POLICY grants provision.compute;ceiling=50;for=1h
         buyer PROPOSE with seller                                   -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example ceiling 50 for 50m
         buyer PROPOSE with seller                                   -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example about provision.compute for 50m
         buyer PROPOSE with seller                                   -> ! CONSENT_NOT_GRANTED
         buyer.example ASK seller.example about provision.compute ceiling 50 for 2h
         buyer PROPOSE with seller                                   -> ! CONSENT_NOT_GRANTED",
    ),
    dialogue(
        &["ASP-CON-013"],
        "who invites under a rule has to have earned its floor",
        "seller.example POLICY grants provision;floor=20@5
         buyer.example ASK seller.example
         seller.example POLICY person Ada
         buyer PROPOSE with seller                                   -> ! TRUST_TOO_LOW
         seller.example POLICY grants provision;floor=10@5
         buyer.example ASK seller.example
         buyer PROPOSE with seller                                   -> INVITED",
    ),
    dialogue(
        &["ASP-CON-014"],
        "a consent is narrowed by either side and never widened",
        "buyer.example CONSENT seller.example about provision.compute,sell ceiling 50 fields size
         buyer.example NARROW of buyer-seller about provision,sell   -> ! NOT_NARROWER
         seller.example NARROW of buyer-seller ceiling 50            -> ! NOT_NARROWER
         seller.example NARROW of buyer-seller fields grade          -> ! NOT_NARROWER
         seller.example NARROW of buyer-seller for 91d               -> ! NOT_NARROWER
         seller.example NARROW of buyer-seller fields none
         buyer PROPOSE with seller                                   -> INVITED
         seller ACCEPT                                               -> INTRODUCED
         buyer INFORM note data=size                                 -> ! FIELD_NOT_CONSENTED
         buyer.example NARROW of buyer-seller only PROPOSE,ACCEPT
         buyer QUERY                                                 -> ! OUTSIDE_CONSENT
         buyer PROPOSE goods                                         -> ! ABOVE_CEILING
         buyer.example NARROW of buyer-seller for 2s
         +2100ms                                                     -> FAILED(CONSENT_REVOKED)
         buyer.example NARROW of buyer-seller ceiling 5              -> ! CONSENT_EXPIRED",
    ),
    dialogue(
        &["ASP-CON-015"],
        "a session ends where what it is about is taken out of its consent",
        "buyer PROPOSE with seller                                   -> INVITED
         seller ACCEPT                                               -> INTRODUCED
         seller.example NARROW of buyer-seller about provision.compute
         buyer INFORM                                                -> CONVERSING
         seller.example NARROW of buyer-seller about provision.compute.gpu.small
         +10ms                                                       -> FAILED(CONSENT_REVOKED)
         buyer PROPOSE with seller                                   -> ! OUTSIDE_CONSENT
         buyer PROPOSE with seller about=provision.compute.gpu.small   -> INVITED
         seller ACCEPT                                               -> INTRODUCED
         buyer PROPOSE firm goods                                    -> CONVERSING
         seller ACCEPT                                               -> EXECUTING
         buyer.example NARROW of buyer-seller about provision.compute.gpu.small.cold
         buyer INFORM                                                -> ! OUTSIDE_CONSENT
         seller INFORM fulfilment goods                              -> EXECUTING",
    ),
];

const BUYER: &str = "buyer.example";

async fn people(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    stage.organisation("seller").await?;
    stage.organisation("stranger").await
}

fn grant() -> Body {
    Body::ConsentGrant(Empty {})
}

fn revoke() -> Result<Body, Finding> {
    Ok(Body::ConsentRevoke(Because { reason: text("no more")? }))
}

fn acknowledge() -> Body {
    Body::ConsentAcknowledge(Empty {})
}

impl Stage {
    /// Sends what an organisation says in a consent: it is taken in, or refused with this code.
    async fn consents(
        &mut self,
        name: &str,
        id: Hash,
        body: Body,
        refused: Option<Code>,
    ) -> Result<(), Finding> {
        let statement = self.in_consent(name, id, body)?;
        let came = match refused {
            Some(code) => self.refuse(&statement, code).await,
            None => self.take(statement.clone()).await.map(drop),
        };
        came.map_err(|finding| finding.at(format_args!("{name} says {}", statement.statement().kind)))
    }

    async fn asks(&mut self, body: Body, refused: Code) -> Result<(), Finding> {
        let statement = self.by(BUYER, StreamName::Opens(StreamKind::Consent), body)?;
        self.refuse(&statement, refused).await
    }
}

async fn asked(stage: &mut Stage) -> Result<(), Finding> {
    people(stage).await?;
    let of_itself = Body::ConsentRequest(stage.consent_request("buyer")?);
    stage.asks(of_itself, Code::InvalidBody).await?;
    let of_nobody = Body::ConsentRequest(stage.consent_request("nobody")?);
    stage.asks(of_nobody, Code::UnknownOrganisation).await?;
    stage.consent("buyer", "seller").await.map(drop)
}

async fn ahead(stage: &mut Stage) -> Result<(), Finding> {
    people(stage).await?;
    let mut request = stage.consent_request("seller")?;
    request.expires_at = LogTime::from_millis(stage.now().millis().saturating_sub(1_000));
    stage.asks(Body::ConsentRequest(request), Code::InvalidBody).await?;
    stage.consent("buyer", "seller").await.map(drop)
}

async fn parties(stage: &mut Stage) -> Result<(), Finding> {
    people(stage).await?;
    stage.member("buyer").await?;
    let id = stage.ask_consent("buyer", stage.consent_request("seller")?).await?;
    // Who is no party learns no more than of a consent that does not exist.
    for body in [grant(), revoke()?, acknowledge()] {
        let statement = stage.in_consent("stranger", id, body)?;
        let answer = stage.post(&statement).await?;
        let refused = stage.refuses(&answer, Code::UnknownStream, None);
        // The code is another rule's; that a stranger may not speak here is this one.
        refused.map_err(|finding| finding.of(&["ASP-CON-003"]))?;
    }
    let statement = stage.by("buyer", StreamName::Of(StreamId::Consent(id)), revoke()?)?;
    stage.refuse(&statement, Code::NotAParty).await?;
    stage.consents("seller", id, grant(), None).await
}

async fn ended(stage: &mut Stage) -> Result<(), Finding> {
    people(stage).await?;
    let mut request = stage.consent_request("seller")?;
    request.expires_at = stage.now().plus(Millis(1_500));
    let short = stage.ask_consent("buyer", request).await?;
    let taken_back = stage.ask_consent("buyer", stage.consent_request("seller")?).await?;
    stage.consents("buyer", taken_back, revoke()?, None).await?;
    stage.consents("seller", taken_back, grant(), Some(Code::ConsentRevoked)).await?;
    tokio::time::sleep(std::time::Duration::from_millis(1_700)).await;
    stage.consents("seller", short, grant(), Some(Code::ConsentExpired)).await?;
    stage.consent("buyer", "seller").await.map(drop)
}

async fn once(stage: &mut Stage) -> Result<(), Finding> {
    people(stage).await?;
    let id = stage.ask_consent("buyer", stage.consent_request("seller")?).await?;
    stage.consents("buyer", id, grant(), Some(Code::AlreadyGranted)).await?;
    stage.consents("seller", id, grant(), None).await?;
    stage.consents("seller", id, grant(), Some(Code::AlreadyGranted)).await
}

async fn revoked_once(stage: &mut Stage) -> Result<(), Finding> {
    people(stage).await?;
    let id = stage.consent("buyer", "seller").await?;
    stage.consents("seller", id, revoke()?, None).await?;
    stage.consents("seller", id, revoke()?, Some(Code::ConsentRevoked)).await?;
    stage.consents("buyer", id, revoke()?, Some(Code::ConsentRevoked)).await
}

async fn acknowledged(stage: &mut Stage) -> Result<(), Finding> {
    people(stage).await?;
    let id = stage.consent("buyer", "seller").await?;
    stage.consents("buyer", id, acknowledge(), Some(Code::NotRevoked)).await?;
    stage.consents("seller", id, revoke()?, None).await?;
    stage.consents("seller", id, acknowledge(), Some(Code::NotRevoked)).await?;
    stage.consents("buyer", id, acknowledge(), None).await?;
    stage.consents("buyer", id, acknowledge(), Some(Code::NotRevoked)).await
}

async fn one_sided(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    stage.member("seller").await?;
    let id = stage.ask_consent("buyer", stage.consent_request("seller")?).await?;
    stage.consents.insert("buyer-seller".to_owned(), id);
    stage.go_on("buyer PROPOSE with seller -> ! CONSENT_NOT_GRANTED").await?;
    stage.consents("seller", id, grant(), None).await?;
    stage.go_on("buyer PROPOSE with seller -> INVITED").await
}
