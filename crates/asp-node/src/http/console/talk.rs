//! Statements as a conversation: who says what, with the offer in it, and all that is needed to check it in the page.
//! Says what a statement says; whether it was right to say it is not known here.

use std::collections::BTreeMap;

use asp_client::api::Message;
use asp_core::amount::Money;
use asp_core::name::{AgentUri, Domain, Issuer};
use serde_json::Value;

use super::cells::{self, Html};
use super::plot::Offered;

/// Characters of a value of terms that are shown; the whole stands in the statement.
const VALUE_MAX: usize = 120;

/// A statement for people.
pub(super) struct Said {
    pub(super) sequence: u64,
    /// In which column.
    pub(super) side: &'static str,
    pub(super) hue: String,
    pub(super) who: Html,
    pub(super) verb: Html,
    /// What it does, in the node's words.
    pub(super) does: String,
    /// What it says, in the issuer's.
    pub(super) words: Option<Html>,
    pub(super) packages: Vec<Shown>,
    pub(super) seal: Option<Sealed>,
    pub(super) at: Html,
    pub(super) hash: Html,
    pub(super) previous: Html,
    pub(super) keys: Vec<Html>,
    /// The statement, byte for byte.
    pub(super) raw: String,
    pub(super) hash_text: String,
    /// The hash of the statement before it on the same page, as that has it.
    pub(super) previous_text: String,
    pub(super) index: u64,
    pub(super) time: u64,
    pub(super) signatures: String,
}

/// What is known of the sealed part of a statement, and how: as a pill and in the node's words.
pub(super) struct Sealed {
    pub(super) standing: Html,
    pub(super) sentence: String,
    /// Who can open it, where that is known.
    pub(super) members: Vec<Html>,
}

/// What came out of the disclosure of a statement.
pub(super) struct Disclosed {
    pub(super) finding: Finding,
    /// The same in a few words, as a bundle's report has it.
    pub(super) detail: String,
    /// The body in full, where it is what was committed to.
    pub(super) body: Option<Value>,
}

/// What a disclosure proves. In each case but the last it is what its issuer committed to.
#[derive(Clone, Copy)]
pub(super) enum Finding {
    /// And nobody has said that it was not to be read.
    Proved,
    /// And members have said that they could not read it.
    NotReadByAll,
    /// And it breaks a rule, so it counted as unread.
    BreaksARule,
    /// It is not what was committed to, or that cannot be told.
    DoesNotHold,
}

impl Finding {
    fn pill(self) -> Html {
        match self {
            Self::Proved => cells::pill_of("ok", "Disclosed and proved"),
            Self::NotReadByAll => cells::pill_of("warn", "Committed to, and not read by all"),
            Self::BreaksARule => cells::pill_of("warn", "Committed to, and breaks a rule"),
            Self::DoesNotHold => cells::pill_of("bad", "Disclosure does not hold"),
        }
    }
}

/// A package of terms.
pub(super) struct Shown {
    pub(super) lines: Vec<Line>,
    pub(super) terms: Vec<String>,
}

/// An obligation of a package.
pub(super) struct Line {
    pub(super) what: String,
    pub(super) value: Option<Html>,
    pub(super) about: String,
}

/// A conversation and the prices that were named in it.
#[derive(Default)]
pub(super) struct Talk {
    pub(super) said: Vec<Said>,
    pub(super) offered: Vec<Offered>,
    /// Who is in the group of each epoch that was heard of.
    groups: BTreeMap<u64, Vec<AgentUri>>,
}

/// Who stands where.
pub(super) struct Columns<'a> {
    /// Who speaks on the left; everybody if nobody is named.
    pub(super) left: Option<&'a Issuer>,
    /// The organisation of who looks.
    pub(super) own: Option<&'a Domain>,
}

impl Talk {
    /// Learns who is in the group of an epoch.
    pub(super) fn learn(&mut self, epoch: u64, members: Vec<AgentUri>) {
        self.groups.insert(epoch, members);
    }

    /// Learns who is in the group that a statement forms, if it forms one.
    pub(super) fn hear(&mut self, message: &Message) {
        if let Ok(statement) = serde_json::from_str::<Value>(message.statement.get()) {
            self.grouped(&statement);
        }
    }

    fn grouped(&mut self, statement: &Value) {
        let body = statement.get("body").unwrap_or(&Value::Null);
        let Some(epoch) = body.get("epoch").and_then(Value::as_u64) else { return };
        if text(statement, "/type") == "INFORM" && text(body, "/kind") == "group" {
            let members = body.get("members").and_then(Value::as_array).into_iter().flatten();
            let members = members.filter_map(|member| text(member, "/agent").parse().ok());
            self.groups.insert(epoch, members.collect());
        }
    }

    /// What a page says of the seal of a statement, if it has one.
    fn seal(&self, statement: &Value, disclosed: Option<&Disclosed>, own: Option<&Domain>) -> Option<Sealed> {
        let epoch = statement.pointer("/seal/epoch").and_then(Value::as_u64)?;
        let members = self.groups.get(&epoch).into_iter().flatten();
        let members = members.map(|member| cells::agent(member, own)).collect();
        let (standing, sentence) = match disclosed {
            None => (
                cells::pill_of("idle", "Sealed"),
                format!("Only the members of the group of epoch {epoch} can open the rest."),
            ),
            Some(Disclosed { finding, detail, .. }) => {
                (finding.pill(), format!("Disclosed to your organisation: {detail}."))
            }
        };
        Some(Sealed { standing, sentence, members })
    }

    /// Adds a statement. What cannot be read is left out: the log has it all the same.
    pub(super) fn take(&mut self, message: &Message, columns: &Columns<'_>) {
        self.take_disclosed(message, None, columns);
    }

    /// The same with what was disclosed of it.
    pub(super) fn take_disclosed(
        &mut self,
        message: &Message,
        disclosed: Option<&Disclosed>,
        columns: &Columns<'_>,
    ) {
        let raw = message.statement.get();
        let Ok(statement) = serde_json::from_str::<Value>(raw) else { return };
        self.grouped(&statement);
        let seal = self.seal(&statement, disclosed, columns.own);
        let Some(issuer) = text(&statement, "/issuer").parse::<Issuer>().ok() else { return };
        let kind = text(&statement, "/type");
        let shown = statement.get("body").unwrap_or(&Value::Null);
        let body = disclosed.and_then(|it| it.body.as_ref()).unwrap_or(shown);
        let (does, words) = told(kind, body);
        let organisation = issuer.organisation();
        let previous = self.said.last().map(|before| before.hash_text.clone()).unwrap_or_default();
        let sequence = statement.get("sequence").and_then(Value::as_u64).unwrap_or_default();
        let packages = packages(body);
        if matches!(kind, "PROPOSE" | "COUNTER")
            && let (Some(agent), Some(price)) = (issuer.agent(), packages.first().and_then(|one| price(one)))
        {
            self.offered.push(Offered { sequence, by: agent.clone(), price });
        }
        self.said.push(Said {
            sequence,
            side: side(&issuer, columns),
            hue: organisation.as_ref().map_or_else(String::new, |it| cells::hue(it, columns.own)),
            who: cells::issuer(&issuer, columns.own),
            verb: cells::pill(kind),
            does,
            words: words.map(|words| cells::theirs(words, organisation.as_ref(), columns.own)),
            packages: packages.iter().map(|package| self::shown(package)).collect(),
            seal,
            at: cells::at(message.log_time),
            hash: cells::hash(&message.hash),
            previous: text(&statement, "/previousHash")
                .parse()
                .map_or_else(|_| Html::of_own(String::new()), |hash| cells::hash(&hash)),
            keys: message.signatures.iter().map(|signature| cells::key(&signature.key_id)).collect(),
            raw: raw.to_owned(),
            hash_text: message.hash.to_string(),
            previous_text: previous,
            index: message.log_index.0,
            time: message.log_time.millis(),
            signatures: serde_json::to_string(&message.signatures).unwrap_or_default(),
        });
    }
}

fn side(issuer: &Issuer, columns: &Columns<'_>) -> &'static str {
    if matches!(issuer, Issuer::Node(_)) {
        "middle"
    } else if columns.left.is_none_or(|left| left == issuer) {
        "left"
    } else {
        "right"
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, member: &str) -> u64 {
    value.get(member).and_then(Value::as_u64).unwrap_or_default()
}

/// What a statement does, and the words in it.
fn told<'a>(kind: &str, body: &'a Value) -> (String, Option<&'a str>) {
    let words = |member: &str| body.get(member).and_then(Value::as_str).filter(|words| !words.is_empty());
    let duty = || match (text(body, "/obligation"), text(body, "/stage")) {
        (whole, "") => whole.to_owned(),
        (whole, stage) => format!("{whole} ({stage})"),
    };
    let firm = body.get("binding").and_then(Value::as_bool).unwrap_or(false);
    let plain = |does: &str| (does.to_owned(), None);
    match (kind, text(body, "/kind")) {
        ("PROPOSE", "session-invitation") => ("Invites to a session".to_owned(), words("purpose")),
        ("PROPOSE", "amendment") => plain("Offers other terms for the commitment"),
        ("PROPOSE", "termination") => ("Offers to end the commitment".to_owned(), words("reason")),
        ("PROPOSE", "admission") => (format!("Asks to let in {}", text(body, "/agent")), None),
        ("PROPOSE", _) => plain(if firm { "Makes a firm offer" } else { "Makes an offer" }),
        ("COUNTER", "conditions") => plain("Asks for other conditions"),
        ("COUNTER", _) => plain(if firm { "Makes a firm counter-offer" } else { "Makes a counter-offer" }),
        ("ACCEPT", "introduction") => plain("Comes in"),
        ("ACCEPT", "resumption") => ("Lets it go on".to_owned(), words("instructions")),
        ("ACCEPT", "admission") => plain("Lets the newcomer in"),
        ("ACCEPT", _) => plain("Accepts the offer"),
        ("REJECT", _) => ("Declines".to_owned(), words("reason")),
        ("INFORM", "progress") => (format!("Reports on {}", duty()), words("text")),
        ("INFORM", "fulfilment") => {
            (format!("Has fulfilled {}", duty()), body.pointer("/evidence/text").and_then(Value::as_str))
        }
        ("INFORM", "acknowledgement") => (format!("Confirms {}", duty()), None),
        ("INFORM", "contest") => (format!("Contests {}", duty()), words("text")),
        ("INFORM", "usage") => plain("Says what it has spent on this session"),
        ("INFORM", "breach") => (format!("{} was due and did not come", duty()), None),
        ("INFORM", "silence") => (format!("{} counts as in order: nobody contested it", duty()), None),
        ("INFORM", "group") => (format!("Leads the group to epoch {}", number(body, "epoch")), None),
        ("INFORM", "unreadable") => (format!("Could not read a statement: {}", text(body, "/code")), None),
        ("INFORM", "award") => (format!("A dispute about {} has ended", duty()), None),
        ("INFORM", _) => ("Notes".to_owned(), words("text")),
        ("QUERY", _) => ("Asks".to_owned(), words("text")),
        ("CLARIFY", _) => ("Answers".to_owned(), words("text")),
        ("COMMIT", _) => plain("Signs the terms"),
        ("DELEGATE", _) => (format!("Lets {} act for it", text(body, "/to")), None),
        ("ESCALATE", _) => (format!("Hands it to {}", text(body, "/authority")), words("question")),
        ("WITHDRAW", "departure") => ("Leaves".to_owned(), words("reason")),
        ("WITHDRAW" | "CLOSE", "timeout") => {
            (format!("The time is over: {}", cells::spoken(text(body, "/reason")).to_lowercase()), None)
        }
        ("WITHDRAW", _) => ("Takes back what it said".to_owned(), words("reason")),
        ("OBSERVE", _) => ("Remarks".to_owned(), words("text")),
        ("CLOSE", _) => {
            let outcome = text(body, "/receipt/outcome");
            (format!("Signs the receipt: {}", cells::spoken(outcome).to_lowercase()), None)
        }
        (other, _) => {
            (cells::spoken(other), words("text").or_else(|| words("reason")).or_else(|| words("claim")))
        }
    }
}

fn packages(body: &Value) -> Vec<&Value> {
    let several = body.get("packages").and_then(Value::as_array).into_iter().flatten();
    several.chain(body.get("package")).collect()
}

fn obligations(package: &Value) -> impl Iterator<Item = &Value> {
    package.get("obligations").and_then(Value::as_array).into_iter().flatten()
}

fn value(obligation: &Value) -> Option<Money> {
    obligation.get("value").and_then(|value| serde_json::from_value(value.clone()).ok())
}

/// What the side that gives most gives: the price of a package, whatever is delivered for it.
fn price(package: &Value) -> Option<Money> {
    let values = obligations(package).filter_map(value);
    values.max_by_key(|value| value.amount.nanos())
}

fn shown(package: &Value) -> Shown {
    let lines = obligations(package).map(|obligation| {
        let name = |member: &str| {
            let agent = text(obligation, member).parse::<AgentUri>();
            agent.map_or_else(|_| String::new(), |agent| format!("{}/{}", agent.organisation(), agent.path()))
        };
        let due = text(obligation, "/due/at").parse().map(cells::minute);
        let due = due.map(|due| format!(" · due {due}")).or_else(|_| {
            let after = text(obligation, "/due/after");
            if after.is_empty() { Err(()) } else { Ok(format!(" · after {after}")) }
        });
        Line {
            what: text(obligation, "/what").to_owned(),
            value: value(obligation).as_ref().map(cells::money),
            about: format!("{} → {}{}", name("/debtor"), name("/creditor"), due.unwrap_or_default()),
        }
    });
    let terms = package.get("terms").and_then(Value::as_object).into_iter().flatten();
    let terms = terms.map(|(name, value)| {
        let money = serde_json::from_value::<Money>(value.clone()).map(|money| money.to_string());
        let value = money.unwrap_or_else(|_| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let long = value.chars().count() > VALUE_MAX;
        let value: String = value.chars().take(VALUE_MAX).collect();
        format!("{name}: {value}{}", if long { "…" } else { "" })
    });
    Shown { lines: lines.collect(), terms: terms.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_statement_is_told_by_its_kind_and_its_words_are_kept_apart() {
        for (kind, body, does, words) in [
            ("PROPOSE", json!({ "kind": "proposal", "binding": true }), "Makes a firm offer", None),
            ("COUNTER", json!({ "kind": "counter-offer" }), "Makes a counter-offer", None),
            ("REJECT", json!({ "reason": "too dear" }), "Declines", Some("too dear")),
            (
                "INFORM",
                json!({ "kind": "contest", "obligation": "steel", "text": "rust" }),
                "Contests steel",
                Some("rust"),
            ),
            (
                "INFORM",
                json!({ "kind": "progress", "obligation": "a", "stage": "b", "text": "x" }),
                "Reports on a (b)",
                Some("x"),
            ),
            ("QUERY", json!({ "text": "<b>?" }), "Asks", Some("<b>?")),
            ("dispute.file", json!({ "claim": "late" }), "Dispute file", Some("late")),
        ] {
            assert_eq!(told(kind, &body), (does.to_owned(), words));
        }
    }

    #[test]
    fn a_price_is_what_the_larger_side_gives() {
        let obligation = |value: &str| json!({ "value": { "amount": value, "currency": "USD" } });
        let package = json!({ "obligations": [obligation("5"), obligation("12.5"), { "what": "no value" }] });
        assert_eq!(price(&package).map(|price| price.to_string()), Some("12.5 USD".to_owned()));
        assert_eq!(price(&json!({})), None);
    }
}
