//! The JSON about trust: a score with its reasons, and how it came to be what it is.

use asp_core::amount::{Currency, Money};
use asp_core::trust::Question;

use super::*;

api! {
    /// How far an agent can be trusted with a deal of some size, and why.
    struct AssessmentView {
        /// The model, `flow-1`.
        model: String,
        /// What was asked: with the model and the log, everything that the digits depend on.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        question: Question,
        /// From 0 to 100 points, such as `61.204`.
        score: String,
        /// What the score amounts to.
        level: String,
        /// The level's number, 0 to 4.
        level_number: u8,
        /// What follows from the level.
        consequences: ConsequencesView,
        /// The factors; the score is `F · (10 + 90·L·q·D)` of exactly these digits.
        factors: Vec<FactorView>,
        /// Points that sum to the score.
        parts: Vec<PartView>,
        /// Who lends to the subject, the largest first.
        lenders: ListedLenders,
        /// What must grow before the flow can.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        limited_by: Value,
        /// What would change the score, and by how much.
        counterfactuals: Vec<CounterfactualView>,
        /// What it kept within 180 days for those whom the observer trusts, as far as they vouch for it.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        backed: Money,
        /// Settled obligations of the subject that do not count, as the observer has no rate for their currency.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        left_out: BTreeMap<Currency, u64>,
        /// Statements that count.
        rests_on: ListedHashes,
    }
    /// What follows from a level.
    struct ConsequencesView {
        /// What to have held of a deal, as advice: `whole`, `beyond` half of what was kept, or `nothing`.
        cover: String,
        /// Whether it may sit on a panel that rules on disputes of others.
        judges: bool,
        /// How many times a newcomer's share of a node, unless the operator sets others.
        share: u64,
    }
    /// One factor of a score.
    struct FactorView {
        /// Its letter in the model.
        symbol: String,
        /// Its name.
        name: String,
        /// Its value.
        value: String,
        /// What it says.
        meaning: String,
    }
    /// One step from nothing to a score.
    struct PartView {
        /// Its name.
        name: String,
        /// What it adds, or takes if negative.
        points: String,
    }
    /// Lenders, and how many there are.
    struct ListedLenders {
        /// The number of all.
        total: usize,
        /// The first of them.
        first: Vec<LenderView>,
    }
    /// Statements, and how many there are.
    struct ListedHashes {
        /// The number of all.
        total: usize,
        /// The first of them.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
        first: Vec<Hash>,
    }
    /// An organisation that lends to the subject.
    struct LenderView {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        organisation: Domain,
        /// Whether the observer trusts it without evidence.
        seed: bool,
        /// What it lends.
        lends: String,
        /// What its kept deals with the subject would let it lend.
        capacity: String,
        /// Whether it lends all of that.
        saturated: bool,
        /// The kept deals behind it that still count.
        deals: u64,
        /// The latest of them.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        latest: LogTime,
    }
    /// Something that is not so, and the score if it were.
    struct CounterfactualView {
        /// What would be otherwise.
        change: String,
        /// The partner in question, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        partner: Option<Domain>,
        /// The score then.
        score: String,
        /// How much more that is.
        delta: String,
        /// The change in words.
        sentence: String,
    }
    /// How the answer to a question of trust came to be what it is.
    struct HistoryView {
        /// The model, `flow-1`.
        model: String,
        /// What was asked; its instant is that of the last moment.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        question: Question,
        /// The first moment.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        since: LogTime,
        /// Evenly spaced, the earliest first.
        moments: Vec<MomentView>,
    }
    /// The answer to a question of trust at one instant.
    struct MomentView {
        /// When.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        at: LogTime,
        /// From 0 to 100 points, such as `61.204`.
        score: String,
        /// What the score amounts to.
        level: String,
        /// The level's number, 0 to 4.
        level_number: u8,
        /// Obligations of the agent that were kept since the moment before.
        kept: u64,
        /// Those that were broken.
        broken: u64,
    }
    /// What else the log tells of an agent.
    struct ProfileView {
        /// The model, `flow-1`.
        model: String,
        /// What was asked.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        question: Question,
        /// Eight of them, in the order of the specification.
        components: Vec<ComponentView>,
    }
    /// One component of a profile.
    struct ComponentView {
        /// Its name.
        name: String,
        /// From 0 to 100.
        score: u8,
        /// What it is made of.
        facts: Vec<FactView>,
    }
    /// One fact of a profile.
    struct FactView {
        /// What is told.
        name: String,
        /// A number, a yes or no, an instant.
        value: String,
    }
}
