//! The words of the API about disputes.

use asp_core::amount::Money;
use asp_core::dispute::{Dispute, Panel, Phase, Seat, Side};
use asp_core::name::{AgentUri, Issuer};
use asp_core::position::{Hash, Head, LogTime};
use asp_core::statement::body::{
    DisputeOutcome, DisputeReason, Exhibit, ObligationId, RulingEffect, Rung, Text,
};
use serde::{Deserialize, Serialize};

/// Who somebody is in a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum DisputeSide {
    /// Who filed.
    Filer,
    /// Whom it is filed against.
    Against,
    /// Who sits on the panel.
    Panel,
    /// Who rules where the parties do not agree.
    Arbiter,
    /// The node.
    Node,
}

impl From<Side> for DisputeSide {
    fn from(side: Side) -> Self {
        match side {
            Side::Filer => Self::Filer,
            Side::Against => Self::Against,
            Side::Panel => Self::Panel,
            Side::Arbiter => Self::Arbiter,
            Side::Node => Self::Node,
        }
    }
}

api! {
    /// A dispute as it stands.
    struct DisputeView {
        /// Its id.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        id: Hash,
        /// The session that it is about.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        session: Hash,
        /// The commitment.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        commitment: Hash,
        /// The obligation; all that `against` owes `party` if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        obligation: Option<ObligationId>,
        /// Whose dispute it is.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        party: AgentUri,
        /// The other side.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        against: AgentUri,
        /// Who filed: the party or its organisation.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: Issuer,
        /// What it is about.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        reason: DisputeReason,
        /// How grave it is to who filed, 1 to 5.
        severity: u32,
        /// What is claimed.
        claim: String,
        /// What is asked for, at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        amount: Option<Money>,
        /// When it was filed.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        filed_at: LogTime,
        /// Where it stands: `REPLAYING`, `SETTLING`, `CONVENING`, `DRAWING`, `COMMITTING`, `REVEALING`, `COUNTING`,
        /// `ARBITRATING`, `RULED`, `DECIDED` or `CLOSED`.
        phase: String,
        /// The first instant at which it does not stand there any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        until: Option<LogTime>,
        /// Who rules where the parties do not agree.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        arbiter: Option<Issuer>,
        /// What who filed gave as a deposit, held until the dispute ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        deposit: Option<Money>,
        /// The panel that rules before; absent until it is convened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        panel: Option<PanelView>,
        /// The strongest effect that a ruling may have.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        effect: RulingEffect,
        /// What the sides showed, in the order of the log.
        evidence: Vec<ShownView>,
        /// The other side's answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        response: Option<ResponseView>,
        /// The offer that can be taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offer: Option<SettlementView>,
        /// The rulings, in the order of the log.
        rulings: Vec<RulingView>,
        /// Who appealed, in the order of the log.
        appeals: Vec<DisputeSide>,
        /// How it ended; absent while it is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<VerdictView>,
        /// Its last statement.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        head: Head,
    }
    /// What a person rules.
    #[serde(deny_unknown_fields)]
    struct NewRuling {
        /// What is found of the claim: `upheld`, `partly`, `dismissed`, `abusive`.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        outcome: DisputeOutcome,
        /// How far it binds: `advisory`, `presumptive`, `binding`; as far as was agreed if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        effect: Option<RulingEffect>,
        /// What is paid: to who filed, or to the other side if the filing was abusive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        amount: Option<Money>,
        /// Why, for people.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        reasons: Text,
    }
    /// Something that a side showed.
    struct ShownView {
        /// Which side.
        side: DisputeSide,
        /// When.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        at: LogTime,
        /// What.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        exhibit: Exhibit,
    }
    /// The other side's answer to a filing.
    struct ResponseView {
        /// Whether it admits the claim.
        accepts: bool,
        /// Its words.
        text: String,
        /// When.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        at: LogTime,
    }
    /// How a side would end a dispute.
    struct SettlementView {
        /// Which side.
        side: DisputeSide,
        /// The statement that the other side's has to answer.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        statement: Hash,
        /// How it would end.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        outcome: DisputeOutcome,
        /// What would be paid to who filed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        amount: Option<Money>,
        /// Its words.
        text: String,
    }
    /// A panel.
    struct PanelView {
        /// How many are to sit, 3 or 5.
        size: usize,
        /// Whom the lot has called, in its order; empty until it is drawn.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        ranked: Vec<AgentUri>,
        /// Who sits.
        seats: Vec<SeatView>,
    }
    /// A seat of a panel.
    struct SeatView {
        /// Who sits there.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        member: AgentUri,
        /// Whether it has hidden its vote.
        committed: bool,
        /// What it has voted for; absent before it has shown that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        outcome: Option<DisputeOutcome>,
        /// What it would have paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        amount: Option<Money>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<String>,
    }
    /// A ruling.
    struct RulingView {
        /// Who ruled.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        by: Issuer,
        /// When.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        at: LogTime,
        /// At which rung.
        #[cfg_attr(feature = "openapi", schema(value_type = u32))]
        rung: Rung,
        /// What was found of the claim.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        outcome: DisputeOutcome,
        /// How far it binds.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        effect: RulingEffect,
        /// What is paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        amount: Option<Money>,
        /// Why.
        reasons: String,
    }
    /// How a dispute ended.
    struct VerdictView {
        /// What became of the claim.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        outcome: DisputeOutcome,
        /// What is paid: to who filed, or to the other side if the filing was abusive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
        amount: Option<Money>,
        /// How far it binds; absent if nothing was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        effect: Option<RulingEffect>,
        /// At which rung it was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
        rung: Option<Rung>,
    }
    /// A page of disputes.
    struct DisputePage {
        /// The disputes, those filed last first.
        disputes: Vec<DisputeView>,
        /// Asks for the page after this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_page_token: Option<String>,
    }
}

impl DisputeView {
    /// A dispute as it stands at an instant.
    #[must_use]
    pub fn of(dispute: &Dispute, now: LogTime) -> Self {
        let filing = dispute.filing();
        let phase = dispute.phase_at(now);
        Self {
            id: dispute.id(),
            session: filing.session,
            commitment: filing.commitment,
            obligation: filing.obligation.clone(),
            party: filing.party.clone(),
            against: filing.against.clone(),
            by: dispute.by().clone(),
            reason: filing.reason,
            severity: filing.severity,
            claim: filing.claim.to_string(),
            amount: filing.amount.clone(),
            filed_at: dispute.filed().time,
            phase: phase.as_str().to_owned(),
            until: match phase {
                Phase::Settling { until }
                | Phase::Committing { until }
                | Phase::Revealing { until }
                | Phase::Arbitrating { until }
                | Phase::Ruled { until } => Some(until),
                Phase::Replaying
                | Phase::Convening
                | Phase::Drawing
                | Phase::Counting
                | Phase::Decided
                | Phase::Closed => None,
            },
            arbiter: dispute.ladder().arbiter().cloned(),
            deposit: filing.rules.as_ref().and_then(|rules| rules.deposit.clone()),
            panel: dispute.panel().map(panel),
            effect: dispute.ladder().effect(),
            evidence: shown(dispute),
            response: dispute.response().map(|(answer, at)| ResponseView {
                accepts: answer.accepts,
                text: answer.text.to_string(),
                at: at.time,
            }),
            offer: dispute.offer().map(|offer| SettlementView {
                side: offer.by.into(),
                statement: offer.statement,
                outcome: offer.settle.outcome,
                amount: offer.settle.amount.clone(),
                text: offer.settle.text.to_string(),
            }),
            rulings: rulings(dispute),
            appeals: dispute.appeals().iter().map(|(side, _)| (*side).into()).collect(),
            verdict: dispute.ended().map(|verdict| VerdictView {
                outcome: verdict.outcome,
                amount: verdict.amount.clone(),
                effect: verdict.effect,
                rung: verdict.rung,
            }),
            head: dispute.head(),
        }
    }
}

fn shown(dispute: &Dispute) -> Vec<ShownView> {
    let shown = dispute.shown().iter();
    shown
        .map(|(side, at, exhibit)| ShownView { side: (*side).into(), at: at.time, exhibit: exhibit.clone() })
        .collect()
}

fn panel(panel: &Panel) -> PanelView {
    let seat = |seat: &Seat| SeatView {
        member: seat.member.clone(),
        committed: seat.commitment.is_some(),
        outcome: seat.vote.as_ref().map(|vote| vote.outcome),
        amount: seat.vote.as_ref().and_then(|vote| vote.amount.clone()),
        reasons: seat.vote.as_ref().map(|vote| vote.reasons.to_string()),
    };
    PanelView {
        size: panel.size(),
        ranked: panel.ranked().to_vec(),
        seats: panel.seats().iter().map(seat).collect(),
    }
}

fn rulings(dispute: &Dispute) -> Vec<RulingView> {
    let view = |ruling: &asp_core::dispute::Ruling| RulingView {
        by: ruling.by.clone(),
        at: ruling.at.time,
        rung: ruling.rule.rung,
        outcome: ruling.rule.outcome,
        effect: ruling.rule.effect,
        amount: ruling.rule.amount.clone(),
        reasons: ruling.rule.reasons.to_string(),
    };
    dispute.rulings().iter().map(view).collect()
}
