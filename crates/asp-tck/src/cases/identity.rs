//! Keys, organisations and agents: who signs, with which key, and who lets whom in (ASP-KEY, ASP-ORG, ASP-AGT).

use asp_core::key::KeyId;
use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Position};
use asp_core::rejection::Code;
use asp_core::session::table::Reason;
use asp_core::statement::Verified;
use asp_core::statement::body::{
    AgentRegister, Because, Body, Card, CardCheck, CardSet, Close, KeyAdd, KeyRevoke, KeyRotate, OrgCheck,
    OrgRegister, OrgVerify, PolicySet, Timeout, VerifyMethod,
};

use serde_json::Value;

use super::{Case, code, dialogue};
use crate::finding::Finding;
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(["ASP-KEY-001"], "a key that was revoked signs nothing more", revoked),
    code!(["ASP-KEY-001"], "a key that was rotated signs nothing more", rotated),
    code!(["ASP-KEY-001"], "a key of another signs for nobody else, alone or beside the right one", foreign),
    code!(["ASP-KEY-002"], "nobody but the node's key speaks for the node", for_the_node),
    code!(["ASP-KEY-003"], "who is not registered says nothing", unregistered),
    code!(["ASP-KEY-004"], "nobody speaks in the stream of another", other_streams),
    code!(["ASP-ORG-001"], "an organisation begins with the key that signs", org_begins),
    code!(["ASP-ORG-002"], "an organisation registers once", org_once),
    code!(["ASP-ORG-003"], "a key is added by a current key and by itself", org_adds),
    code!(["ASP-ORG-004"], "an organisation revokes a current key that is not its last", org_revokes),
    code!(
        ["ASP-ORG-006"],
        "an organisation's key is rotated by the old one and the new one",
        rotated_by_organisation
    ),
    code!(["ASP-AGT-008"], "a key is added to an agent by itself and its issuer", added_to_agent),
    code!(["ASP-ORG-005"], "evidence of a domain names a current key", org_verifies),
    code!(["ASP-ORG-007"], "no organisation says that its own domain is proved", org_checks_itself),
    code!(["ASP-AGT-011"], "no agent says that its own card is where it should be", agent_checks_itself),
    code!(["ASP-ORG-010"], "a name shows all that it holds", names_show_all),
    code!(["ASP-AGT-001"], "an agent begins with agent.register, signed by itself", agent_begins),
    code!(["ASP-AGT-002"], "an agent is admitted by a current key of its organisation", agent_admitted),
    code!(["ASP-AGT-003"], "a retired agent says nothing more", agent_retires),
    code!(["ASP-SES-005"], "an invitation names nobody who is retired", retired_is_not_invited),
    code!(["ASP-AGT-004"], "a key is rotated by the old one and the new one", agent_rotates),
    code!(["ASP-AGT-005"], "the last key of an agent is its organisation's to revoke", agent_silenced),
    code!(["ASP-AGT-006"], "an agent registers once", agent_once),
    code!(
        ["ASP-AGT-007"],
        "a revocation names a current key and begins no later than its own place",
        agent_revokes
    ),
    dialogue(
        &["ASP-KEY-003"],
        "who is not registered opens no session",
        "buyer PROPOSE with seller           -> INVITED
         nobody PROPOSE with seller consents=none by=nobody -> ! UNKNOWN_AGENT
         seller ACCEPT                       -> INTRODUCED
         nobody QUERY                        -> ! UNKNOWN_AGENT",
    ),
];

const ORG: &str = "buyer.example";

impl Stage {
    /// What an organisation says in its own stream, signed with these keys.
    fn org_says(&self, body: Body, keys: &[&str]) -> Result<Verified, Finding> {
        self.sign(&self.draft(ORG, self.org_stream("buyer")?, body)?, keys)
    }

    /// What somebody says in the buyer's stream, signed with these keys.
    fn agent_says(&self, who: &str, body: Body, keys: &[&str]) -> Result<Verified, Finding> {
        self.sign(&self.draft(who, self.agent_stream("buyer")?, body)?, keys)
    }

    /// Sends what the organisation says: it is taken in, or refused with this code.
    async fn org(&mut self, body: Body, keys: &[&str], refused: Option<Code>) -> Result<(), Finding> {
        let statement = self.org_says(body, keys)?;
        self.comes(statement, refused).await
    }

    /// Sends what somebody says in the buyer's stream.
    async fn agent(
        &mut self,
        who: &str,
        body: Body,
        keys: &[&str],
        refused: Option<Code>,
    ) -> Result<(), Finding> {
        let statement = self.agent_says(who, body, keys)?;
        self.comes(statement, refused).await
    }

    async fn comes(&mut self, statement: Verified, refused: Option<Code>) -> Result<(), Finding> {
        let at = statement.statement().kind;
        let came = match refused {
            Some(code) => self.refuse(&statement, code).await,
            None => self.take(statement).await.map(drop),
        };
        came.map_err(|finding| finding.at(at))
    }

    fn add(&self, name: &str) -> Body {
        Body::OrgKeyAdd(KeyAdd { key: self.key(name).id() })
    }

    fn revoke(&self, name: &str) -> Result<KeyRevoke, Finding> {
        Ok(KeyRevoke { from_index: None, key: self.key(name).id(), reason: text("lost")? })
    }
}

async fn rotated_by_organisation(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let rotate = |stage: &Stage, old: &str, new: &str| {
        Body::OrgKeyRotate(KeyRotate { new_key: stage.key(new).id(), old_key: stage.key(old).id() })
    };
    stage.org(rotate(stage, ORG, "second"), &[ORG], Some(Code::SignatureMissing)).await?;
    stage.org(rotate(stage, ORG, "second"), &["second"], Some(Code::SignatureMissing)).await?;
    stage.org(rotate(stage, "third", "second"), &["third", "second"], Some(Code::UnknownKey)).await?;
    stage.org(rotate(stage, ORG, "second"), &[ORG, "second"], None).await?;
    stage.org(policy()?, &[ORG], Some(Code::KeyNotValid)).await?;
    stage.org(rotate(stage, "second", ORG), &["second", ORG], Some(Code::KeyAlreadyUsed)).await?;
    stage.org(policy()?, &["second"], None).await
}

async fn added_to_agent(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let add = |stage: &Stage, name: &str| Body::AgentKeyAdd(KeyAdd { key: stage.key(name).id() });
    stage.agent("buyer", add(stage, "second"), &["buyer"], Some(Code::SignatureMissing)).await?;
    stage.agent("buyer", add(stage, "second"), &["second"], Some(Code::KeyNotValid)).await?;
    stage.agent("buyer", add(stage, "second"), &["buyer", "second"], None).await?;
    stage.agent("buyer", add(stage, "second"), &["buyer", "second"], Some(Code::KeyAlreadyUsed)).await?;
    stage.agent("buyer", card_set()?, &["second"], None).await?;
    stage.agent(ORG, add(stage, "third"), &[ORG], Some(Code::SignatureMissing)).await?;
    stage.agent(ORG, add(stage, "third"), &[ORG, "third"], None).await?;
    stage.agent("buyer", card_set()?, &["third"], None).await
}

fn policy() -> Result<Body, Finding> {
    Ok(Body::OrgPolicySet(PolicySet::of(vec![text("Ada")?])))
}

fn card() -> Result<Card, Finding> {
    Ok(Card::of(text("A")?, text("new")?, [text("provision.compute")?].into()))
}

fn card_set() -> Result<Body, Finding> {
    Ok(Body::AgentCardSet(CardSet { card: card()? }))
}

fn retire() -> Result<Body, Finding> {
    Ok(Body::AgentRetire(Because { reason: text("done")? }))
}

async fn revoked(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    stage.org(stage.add("second"), &[ORG, "second"], None).await?;
    stage.org(policy()?, &["second"], None).await?;
    stage.org(Body::OrgKeyRevoke(stage.revoke(ORG)?), &["second"], None).await?;
    stage.org(policy()?, &[ORG], Some(Code::KeyNotValid)).await?;
    stage.org(policy()?, &[ORG, "second"], Some(Code::KeyNotValid)).await?;
    stage.org(policy()?, &["second"], None).await
}

fn rotation(stage: &Stage, old: &str, new: &str) -> Body {
    Body::AgentKeyRotate(KeyRotate { new_key: stage.key(new).id(), old_key: stage.key(old).id() })
}

async fn rotated(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    stage.agent("buyer", rotation(stage, "buyer", "next"), &["buyer", "next"], None).await?;
    stage.agent("buyer", card_set()?, &["buyer"], Some(Code::KeyNotValid)).await?;
    stage.agent("buyer", card_set()?, &["next"], None).await
}

async fn foreign(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    stage.member("seller").await?;
    for keys in [&["seller.example"][..], &["never-registered"], &[ORG, "seller.example"], &["buyer"]] {
        stage.org(policy()?, keys, Some(Code::KeyNotValid)).await?;
    }
    for keys in [&["seller"][..], &["buyer.example"], &["buyer", "seller"]] {
        stage.agent("buyer", card_set()?, keys, Some(Code::KeyNotValid)).await?;
    }
    stage.agent("buyer", card_set()?, &["buyer"], None).await?;
    stage.org(policy()?, &[ORG], None).await
}

async fn for_the_node(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let stream = StreamName::Of(StreamId::Session(session));
    let body = Body::Close(Close::Timeout(Timeout { reason: Reason::ResponseTimeout, receipt: None }));
    let mut draft = stage.draft("node", stream, body)?;
    for key in ["buyer", "node"] {
        let statement = stage.sign(&draft, &[key])?;
        stage.refuse(&statement, Code::KeyNotValid).await?;
    }
    draft.issuer = Issuer::Node(text("another.example/log")?);
    let statement = stage.sign(&draft, &["node"])?;
    stage.refuse(&statement, Code::KeyNotValid).await?;
    stage.go_on("buyer QUERY -> CONVERSING").await
}

async fn unregistered(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("seller").await?;
    let request = Body::ConsentRequest(stage.consent_request("seller")?);
    let stream = StreamName::Opens(StreamKind::Consent);
    let early = stage.by(ORG, stream.clone(), request.clone())?;
    stage.refuse(&early, Code::UnknownOrganisation).await?;
    stage.organisation("buyer").await?;
    let registered = stage.by(ORG, stream, request)?;
    stage.take(registered).await.map(drop)
}

async fn other_streams(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    stage.member("seller").await?;
    let draft = stage.draft("seller.example", stage.org_stream("buyer")?, policy()?)?;
    let statement = stage.sign(&draft, &["seller.example"])?;
    stage.refuse(&statement, Code::NotAParty).await?;
    stage.agent("seller", card_set()?, &["seller"], Some(Code::NotAParty)).await?;
    stage.agent("seller.example", retire()?, &["seller.example"], Some(Code::NotAParty)).await?;
    // What shows the agent is its own to say, what ends it its organisation's too.
    stage.agent(ORG, card_set()?, &[ORG], Some(Code::NotAParty)).await?;
    stage.agent("buyer", card_set()?, &["buyer"], None).await?;
    stage.agent(ORG, retire()?, &[ORG], None).await
}

fn registration(stage: &Stage, key: &str) -> Result<Body, Finding> {
    Ok(Body::OrgRegister(OrgRegister { key: stage.key(key).id(), name: text("Buyer")? }))
}

async fn org_begins(stage: &mut Stage) -> Result<(), Finding> {
    stage.org(registration(stage, ORG)?, &["other"], Some(Code::KeyNotValid)).await?;
    stage.org(registration(stage, ORG)?, &[ORG, "other"], Some(Code::KeyNotValid)).await?;
    stage.org(policy()?, &[ORG], Some(Code::UnknownStream)).await?;
    stage.organisation("buyer").await
}

async fn org_once(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    stage.org(registration(stage, ORG)?, &[ORG], Some(Code::AlreadyRegistered)).await?;
    let draft = stage.draft(ORG, stage.org_stream("buyer")?, registration(stage, "other")?)?;
    let again = stage.sign_on(&draft, None, &["other"])?;
    stage.refuse(&again, Code::AlreadyRegistered).await?;
    stage.org(policy()?, &[ORG], None).await
}

async fn org_adds(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let second = stage.add("second");
    stage.org(second.clone(), &[ORG], Some(Code::SignatureMissing)).await?;
    stage.org(second.clone(), &[ORG, "second"], None).await?;
    stage.org(second, &[ORG, "second"], Some(Code::KeyAlreadyUsed)).await?;
    let names: Vec<String> = (2..asp_core::limits::KEYS_MAX).map(|number| format!("key-{number}")).collect();
    for name in &names {
        stage.org(stage.add(name), &[ORG, name], None).await?;
    }
    stage.org(stage.add("one-more"), &[ORG, "one-more"], Some(Code::KeyLimit)).await
}

async fn org_revokes(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let own = Body::OrgKeyRevoke(stage.revoke(ORG)?);
    stage.org(own.clone(), &[ORG], Some(Code::LastKey)).await?;
    stage.org(Body::OrgKeyRevoke(stage.revoke("other")?), &[ORG], Some(Code::UnknownKey)).await?;
    stage.org(stage.add("second"), &[ORG, "second"], None).await?;
    let later = KeyRevoke { from_index: Some(Position(1 << 50)), ..stage.revoke("second")? };
    stage.org(Body::OrgKeyRevoke(later), &[ORG], Some(Code::InvalidBody)).await?;
    stage.org(own, &["second"], None).await?;
    stage.org(Body::OrgKeyRevoke(stage.revoke("second")?), &["second"], Some(Code::LastKey)).await
}

async fn org_verifies(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let verify = |key: KeyId| Body::OrgVerify(OrgVerify { key, method: VerifyMethod::Dns });
    stage.org(verify(stage.key("other").id()), &[ORG], Some(Code::UnknownKey)).await?;
    stage.org(verify(stage.key(ORG).id()), &[ORG], None).await
}

async fn org_checks_itself(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    stage.organisation("seller").await?;
    // Nobody is asked to look: a node that did would speak in between.
    let (key, method) = (stage.key(ORG).id(), VerifyMethod::Dns);
    let found =
        |evidence: Option<Hash>, found: bool| Body::OrgCheck(OrgCheck { evidence, found, key, method });
    stage.org(found(Some(Hash::of(&[])), true), &[ORG], Some(Code::NotAParty)).await?;
    stage.org(found(None, false), &[ORG], Some(Code::NotAParty)).await?;
    let by_other = stage.draft("seller.example", stage.org_stream("buyer")?, found(None, false))?;
    let by_other = stage.sign(&by_other, &["seller.example"])?;
    stage.refuse(&by_other, Code::NotAParty).await?;
    let for_the_node = stage.draft("node", stage.org_stream("buyer")?, found(None, false))?;
    let for_the_node = stage.sign(&for_the_node, &[ORG])?;
    stage.refuse(&for_the_node, Code::KeyNotValid).await
}

async fn agent_checks_itself(stage: &mut Stage) -> Result<(), Finding> {
    let pin = Hash::of(&[b"a card"]);
    let found = |digest| Body::AgentCardCheck(CardCheck { digest, matches: digest.is_some(), pin });
    stage.member("buyer").await?;
    for body in [found(Some(pin)), found(None)] {
        stage.agent("buyer", body.clone(), &["buyer"], Some(Code::NotAParty)).await?;
        stage.agent(ORG, body, &[ORG], Some(Code::NotAParty)).await?;
    }
    Ok(())
}

async fn agent_begins(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    stage.agent("buyer", card_set()?, &["buyer"], Some(Code::UnknownStream)).await?;
    let register = stage.registration("buyer")?;
    let alone = stage.sign(&register, &[ORG])?;
    stage.refuse(&alone, Code::SignatureMissing).await?;
    let body = Body::AgentRegister(AgentRegister { card: card()?, key: stage.key("buyer").id() });
    let by_org = stage.agent_says(ORG, body, &[ORG, "buyer"])?;
    stage.refuse(&by_org, Code::NotAParty).await?;
    stage.member("buyer").await
}

async fn agent_admitted(stage: &mut Stage) -> Result<(), Finding> {
    let register = stage.registration("buyer")?;
    let early = stage.sign(&register, &["buyer", ORG])?;
    stage.refuse(&early, Code::UnknownOrganisation).await?;
    stage.organisation("buyer").await?;
    stage.organisation("seller").await?;
    let alone = stage.sign(&register, &["buyer"])?;
    stage.refuse(&alone, Code::SignatureMissing).await?;
    let by_other = stage.sign(&register, &["buyer", "seller.example"])?;
    stage.refuse(&by_other, Code::KeyNotValid).await?;
    stage.member("buyer").await
}

async fn retired_is_not_invited(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("seller PROPOSE with buyer consents=buyer-seller -> INVITED").await?;
    stage.agent("buyer", retire()?, &["buyer"], None).await?;
    stage.session = None;
    stage.go_on("seller PROPOSE with buyer consents=buyer-seller -> ! AGENT_RETIRED").await
}

async fn agent_retires(stage: &mut Stage) -> Result<(), Finding> {
    stage.play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED").await?;
    stage.agent("buyer", retire()?, &["buyer"], None).await?;
    stage.agent("buyer", card_set()?, &["buyer"], Some(Code::AgentRetired)).await?;
    stage.agent("buyer", retire()?, &["buyer"], Some(Code::AgentRetired)).await?;
    stage.agent(ORG, retire()?, &[ORG], Some(Code::AgentRetired)).await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let note = stage.note("buyer", session)?;
    stage.refuse(&note, Code::AgentRetired).await?;
    let note = stage.note("seller", session)?;
    stage.take(note).await.map(drop)
}

async fn agent_rotates(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let next = rotation(stage, "buyer", "next");
    stage.agent("buyer", next.clone(), &["buyer"], Some(Code::SignatureMissing)).await?;
    stage.agent("buyer", next.clone(), &["next"], Some(Code::SignatureMissing)).await?;
    let of_other = rotation(stage, "other", "next");
    stage.agent("buyer", of_other, &["buyer", "next"], Some(Code::UnknownKey)).await?;
    stage.agent("buyer", next, &["buyer", "next"], None).await?;
    let back = rotation(stage, "next", "buyer");
    stage.agent("buyer", back, &["next", "buyer"], Some(Code::KeyAlreadyUsed)).await
}

async fn agent_silenced(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let lost = Body::AgentKeyRevoke(stage.revoke("buyer")?);
    stage.agent("buyer", lost.clone(), &["buyer"], Some(Code::LastKey)).await?;
    stage.agent("buyer", card_set()?, &["buyer"], None).await?;
    stage.agent(ORG, lost, &[ORG], None).await?;
    stage.agent("buyer", card_set()?, &["buyer"], Some(Code::KeyNotValid)).await
}

async fn agent_once(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let register = stage.registration("buyer")?;
    let again = stage.sign_on(&register, None, &["buyer", ORG])?;
    stage.refuse(&again, Code::AlreadyRegistered).await?;
    let later = stage.sign(&register, &["buyer", ORG])?;
    stage.refuse(&later, Code::AlreadyRegistered).await?;
    stage.agent("buyer", card_set()?, &["buyer"], None).await
}

async fn agent_revokes(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let unknown = Body::AgentKeyRevoke(stage.revoke("other")?);
    stage.agent(ORG, unknown, &[ORG], Some(Code::UnknownKey)).await?;
    let later = KeyRevoke { from_index: Some(Position(1 << 50)), ..stage.revoke("buyer")? };
    stage.agent(ORG, Body::AgentKeyRevoke(later), &[ORG], Some(Code::InvalidBody)).await?;
    // A key that was replaced can be distrusted in hindsight, further back each time.
    stage.agent("buyer", rotation(stage, "buyer", "next"), &["buyer", "next"], None).await?;
    let ended = Body::AgentKeyRevoke(stage.revoke("buyer")?);
    stage.agent(ORG, ended, &[ORG], Some(Code::UnknownKey)).await?;
    let from = |index: u64| -> Result<Body, Finding> {
        let revoke = KeyRevoke { from_index: Some(Position(index)), ..stage.revoke("buyer")? };
        Ok(Body::AgentKeyRevoke(revoke))
    };
    let (first, further) = (from(1)?, from(0)?);
    stage.agent(ORG, first.clone(), &[ORG], None).await?;
    stage.agent(ORG, first, &[ORG], Some(Code::UnknownKey)).await?;
    stage.agent(ORG, further, &[ORG], None).await?;
    stage.agent("buyer", card_set()?, &["buyer"], Some(Code::KeyNotValid)).await?;
    stage.agent("buyer", card_set()?, &["next"], None).await
}

async fn names_show_all(stage: &mut Stage) -> Result<(), Finding> {
    let names =
        ["Buyer ", "Buyer  Ltd", "Bu\u{200b}yer", "\u{202e}reyuB", "Buyer\u{e000}", "Ba\u{308}r", "\u{2026}"];
    let register = stage.org_says(registration(stage, ORG)?, &[ORG])?;
    for name in names {
        let wrong = stage.altered(&register, &[ORG], |said| put(said, "/body/name", name))?;
        let refused = stage.refuse_bytes(wrong, Code::InvalidBody).await;
        refused.map_err(|finding| finding.at(format_args!("an organisation called {name:?}")))?;
    }
    stage.take(register).await?;
    let admitted = stage.sign(&stage.registration("buyer")?, &["buyer", ORG])?;
    for name in names {
        let wrong = stage.altered(&admitted, &["buyer", ORG], |said| put(said, "/body/card/name", name))?;
        let refused = stage.refuse_bytes(wrong, Code::InvalidBody).await;
        refused.map_err(|finding| finding.at(format_args!("an agent called {name:?}")))?;
    }
    stage.take(admitted).await.map(drop)
}

fn put(said: &mut Value, place: &str, text: &str) {
    if let Some(member) = said.pointer_mut(place) {
        *member = text.into();
    }
}
