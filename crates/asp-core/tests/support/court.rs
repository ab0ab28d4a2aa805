//! A deal in dispute, and everybody who has a say in it.

use asp_core::dispute::Dispute;
use asp_core::name::{Issuer, StreamId, StreamKind, StreamName};
use asp_core::position::Hash;
use asp_core::statement::Verified;
use asp_core::statement::body::{
    Body, DisputeAppeal, DisputeFile, DisputeOutcome, DisputeReason, DisputeRespond, DisputeRule,
    DisputeSettle, DisputeTerms, Exhibit, Inform, Obligation, ObligationNote, Offer, Package, RulingEffect,
    Rung,
};
use asp_core::trust::Outcome;

use super::ledger::issuer;
use super::{Stage, agent_key, key, text, uri, usd};

pub const HOUR: u64 = 3_600_000;
pub const WINDOW: u64 = 72 * HOUR;

/// A deal between buyer and seller, and whoever disputes it.
#[derive(Debug, Clone)]
pub struct Court {
    pub stage: Stage,
    pub session: Hash,
    pub commitment: Hash,
    pub dispute: Hash,
}

/// The seller owes the buyer a delivery within an hour, the buyer pays within an hour of it; `judge` may rule.
pub fn package(
    stage: &Stage,
    disputes: Option<DisputeTerms>,
    change: impl FnOnce(&mut Obligation),
) -> Package {
    let mut package = Package { disputes, ..stage.package("100") };
    change(&mut package.obligations[0]);
    package
}

pub fn by_judge() -> Option<DisputeTerms> {
    Some(DisputeTerms { arbiter: Some(Issuer::Agent(uri("judge"))), ..DisputeTerms::defaults() })
}

impl Court {
    pub fn of(disputes: Option<DisputeTerms>) -> Self {
        Self::with(disputes, |_| {})
    }

    pub fn with(disputes: Option<DisputeTerms>, change: impl FnOnce(&mut Obligation)) -> Self {
        let (mut stage, session) = Stage::talking();
        stage.member("judge");
        let package = package(&stage, disputes, change);
        let terms = package.terms_hash();
        let offered = stage.propose(session, "buyer", Offer::of(vec![package], true)).unwrap();
        let commitment = stage.accept(session, "seller", offered, terms).unwrap();
        Self { stage, session, commitment, dispute: Hash::of(&[]) }
    }

    /// The seller says that it has delivered, the buyer says that it has not.
    pub fn contested(disputes: Option<DisputeTerms>) -> Self {
        let mut court = Self::of(disputes);
        court.stage.fulfil(court.session, "seller", court.commitment).unwrap();
        court.contest();
        court
    }

    pub fn breached(disputes: Option<DisputeTerms>) -> Self {
        let mut court = Self::of(disputes);
        court.stage.pass(HOUR + 60_001);
        assert!(court.stage.tick(court.session));
        court
    }

    pub fn contest(&mut self) {
        let note = ObligationNote {
            commitment: self.commitment,
            obligation: text("delivery"),
            stage: None,
            text: text("no"),
        };
        self.stage.say(self.session, "buyer", Body::Inform(Inform::Contest(note)), None).unwrap();
    }

    pub fn filing(&mut self, by: &str, reason: DisputeReason) -> DisputeFile {
        let (party, against) =
            if by.starts_with("seller") { ("seller", "buyer") } else { ("buyer", "seller") };
        let found = self.stage.session(self.session).commitments().get(&self.commitment).unwrap();
        DisputeFile {
            against: uri(against),
            amount: None,
            claim: text("it is not right"),
            commitment: self.commitment,
            disclosures: None,
            evidence: Vec::new(),
            rules: found.package.disputes.clone(),
            nonce: self.stage.nonce(),
            obligation: Some(text("delivery")),
            party: uri(party),
            reason,
            session: self.session,
            severity: 3,
        }
    }

    pub fn sign(&mut self, who: &str, stream: StreamName, body: Body, reply: Option<Hash>) -> Verified {
        let by = issuer(who, &self.stage);
        let mut draft = self.stage.draft(stream, by, body);
        draft.in_reply_to = reply;
        let key = match who.strip_suffix(".example") {
            Some(name) => key(name),
            None if who == "node" => key("node"),
            None => agent_key(who),
        };
        self.stage.sign(&draft, &[&key])
    }

    /// What came of it: nothing, or the code, the rule and the place.
    pub fn take(&mut self, statement: Verified) -> String {
        match self.stage.take(statement) {
            Ok(_) => String::new(),
            Err(code) => {
                let refusal = self.stage.refusal.clone().unwrap();
                format!("{code} {} {}", refusal.rule.unwrap(), refusal.pointer.unwrap())
            }
        }
    }

    pub fn file_as(&mut self, who: &str, file: DisputeFile) -> String {
        let statement = self.sign(who, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file), None);
        let id = statement.statement().hash;
        let came = self.take(statement);
        if came.is_empty() {
            self.dispute = id;
        }
        came
    }

    pub fn file(&mut self, who: &str, reason: DisputeReason) -> String {
        let file = self.filing(who, reason);
        self.file_as(who, file)
    }

    pub fn say(&mut self, who: &str, body: Body) -> String {
        self.reply(who, body, None)
    }

    pub fn reply(&mut self, who: &str, body: Body, to: Option<Hash>) -> String {
        let stream = StreamName::Of(StreamId::Dispute(self.dispute));
        let statement = self.sign(who, stream, body, to);
        self.take(statement)
    }

    /// The node says all that is due, in the dispute and in the session.
    pub fn node(&mut self) {
        for _ in 0..16 {
            let streams = [StreamId::Dispute(self.dispute), StreamId::Session(self.session)];
            let now = self.stage.now;
            let due =
                streams.into_iter().find_map(|stream| Some((self.stage.world.due_in(&stream, now)?, stream)));
            let Some((body, stream)) = due else { return };
            let statement = self.sign("node", StreamName::Of(stream), body, None);
            assert_eq!(self.take(statement), "");
        }
        panic!("what is due has no end");
    }

    pub fn state(&self) -> &Dispute {
        self.stage.world.dispute(&self.dispute).unwrap()
    }

    pub fn phase(&self) -> &'static str {
        self.state().phase_at(self.stage.now).as_str()
    }

    /// How it ended: outcome, effect, rung, amount.
    pub fn end(&self) -> String {
        let Some(verdict) = self.state().ended() else { return "open".to_owned() };
        let told = serde_json::to_value(verdict.body()).unwrap();
        let word =
            |member: &str| told.get(member).map(ToString::to_string).unwrap_or_default().replace('"', "");
        let amount = verdict.amount.as_ref().map(ToString::to_string).unwrap_or_default();
        [word("outcome"), word("effect"), word("rung"), amount].join(" ").trim().to_owned()
    }

    pub fn duty(&self) -> &'static str {
        let found = self.stage.session(self.session).commitments().get(&self.commitment).unwrap();
        found.duty(&text("delivery")).unwrap().progress.as_str()
    }

    /// What counts for or against the seller from here on.
    pub fn counts(&self) -> Vec<Outcome> {
        let settled = self.stage.world.settled().unwrap().evidence();
        let of = settled.iter().filter(|it| it.debtor == uri("seller") && it.void.is_none());
        of.map(|it| it.outcome).collect()
    }
}

pub fn rule(outcome: DisputeOutcome, effect: RulingEffect, amount: Option<&str>) -> Body {
    let amount = amount.map(usd);
    Body::DisputeRule(DisputeRule {
        amount,
        effect,
        outcome,
        reasons: text("so I find"),
        rung: Rung::Arbiter,
    })
}

pub fn settle(outcome: DisputeOutcome, amount: Option<&str>) -> Body {
    Body::DisputeSettle(DisputeSettle { amount: amount.map(usd), outcome, text: text("let us end it") })
}

pub fn respond(accepts: bool) -> Body {
    Body::DisputeRespond(DisputeRespond {
        accepts,
        disclosures: None,
        evidence: Vec::new(),
        text: text("well"),
    })
}

pub fn appeal() -> Body {
    Body::DisputeAppeal(DisputeAppeal { reason: text("no") })
}

pub fn exhibit(statement: Hash) -> Exhibit {
    Exhibit::Statement { note: text("look"), statement }
}
