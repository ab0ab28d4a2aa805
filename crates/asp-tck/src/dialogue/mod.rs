//! Dialogues as lines: who says what in a session, and behind the arrow what has to come of it.
//!
//! ```text
//! buyer  PROPOSE with seller            -> INVITED
//! seller ACCEPT                         -> INTRODUCED
//! buyer  PROPOSE firm trade             -> CONVERSING
//! buyer  ACCEPT                         -> ! NOT_YOUR_TURN
//! seller ACCEPT                         -> EXECUTING [ACTIVE: goods OPEN, pay OPEN]
//! +2s                                   -> EXECUTING [BREACHED: goods BREACHED, pay LAPSED]
//! ```
//! Behind a code may stand the rule that is broken and where: `-> ! NOT_YOUR_TURN ASP-SES-013 /issuer`.
//! A line without an arrow has to be accepted. `+2s` lets two seconds pass; what stands behind its arrow may take a
//! while longer to come about. `as name` names a statement for later lines, `on name` signs on it as the head,
//! `name = seller owes buyer goods 100 within 1h` names a package. `for name` speaks under a mandate.
//! What can be said with which words stands in `words.rs`.

mod consent;
mod policy;
pub(crate) mod sealing;
mod words;

use std::time::{Duration, Instant};

use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, Millis};
use asp_core::rejection::Code;
use asp_core::statement::Verified;
use asp_core::statement::body::{Because, Body, Card, CardSet, Empty, SchemaRef, SchemaRegister};

use self::sealing::Manner;
use crate::finding::Finding;
use crate::stage::{Stage, text};
use crate::view::SessionView;
use crate::wire::Answer;

/// How long the kit waits for what time makes due before it says that it does not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);
/// How often it looks meanwhile.
const GLANCE: Duration = Duration::from_millis(100);

/// What came of a line.
enum Outcome {
    Moved,
    /// A refusal, told by the node.
    Refused(Answer),
    /// Time has passed.
    Waited,
}

impl Stage {
    /// Plays the dialogue with fresh people; every line must come to what is written behind its arrow.
    pub(crate) async fn play(&mut self, dialogue: &str) -> Result<(), Finding> {
        self.enter(dialogue).await?;
        self.go_on(dialogue).await
    }

    /// Plays further lines.
    pub(crate) async fn go_on(&mut self, dialogue: &str) -> Result<(), Finding> {
        for line in dialogue.lines().map(str::trim).filter(|line| !line.is_empty()) {
            self.line(line).await.map_err(|finding| {
                let about = self.about;
                let finding = if finding.rules.is_empty() { finding.of(about) } else { finding };
                finding.at(line.split_whitespace().collect::<Vec<_>>().join(" "))
            })?;
        }
        Ok(())
    }

    async fn line(&mut self, line: &str) -> Result<(), Finding> {
        let (said, expected) = match line.split_once("->") {
            Some((said, expected)) => (said.trim(), expected.trim()),
            None => (line, ""),
        };
        let outcome = self.act(said).await?;
        if let Some(refusal) = expected.strip_prefix('!') {
            let mut words = refusal.split_whitespace();
            let code: Code = text(words.next().unwrap_or_default())?;
            let place = words.next().map(|rule| (rule, words.next().unwrap_or_default()));
            return match outcome {
                Outcome::Refused(answer) => self.refuses(&answer, code, place),
                Outcome::Moved | Outcome::Waited => {
                    let about = crate::rules::answered_with(self.about, code.as_str());
                    Err(Finding::new(code, "202: it was accepted").of(&about))
                }
            };
        }
        match outcome {
            Outcome::Refused(answer) => Err(self.refused_though_right(&answer)),
            Outcome::Waited => self.comes_to(expected).await,
            Outcome::Moved => {
                self.look().await?;
                let came = self.tell(expected.contains('['));
                if expected.is_empty() || came == expected {
                    Ok(())
                } else {
                    Err(Finding::new(expected, came))
                }
            }
        }
    }

    /// Looks until the session is what it has to become by time alone.
    async fn comes_to(&mut self, expected: &str) -> Result<(), Finding> {
        let end = Instant::now() + PATIENCE;
        loop {
            self.look().await?;
            let came = self.tell(expected.contains('['));
            if expected.is_empty() || came == expected {
                return Ok(());
            }
            if Instant::now() >= end {
                let seconds = PATIENCE.as_secs();
                return Err(Finding::new(format_args!("{expected} within {seconds} s"), came));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn act(&mut self, said: &str) -> Result<Outcome, Finding> {
        let words: Vec<&str> = said.split_whitespace().collect();
        match words.as_slice() {
            [name, "=", ..] => {
                let package = said.split_once('=').map_or("", |(_, package)| package.trim());
                self.definitions.insert((*name).to_owned(), package.to_owned());
                Ok(Outcome::Moved)
            }
            [time, ..] if time.starts_with('+') => {
                tokio::time::sleep(Duration::from_millis(span(time.trim_start_matches('+'))?.0)).await;
                Ok(Outcome::Waited)
            }
            [who, "REVOKE", consent @ ..] => {
                let id = self.consent_named(consent.first().unwrap_or(&"buyer-seller"));
                let body = Body::ConsentRevoke(Because { reason: text("no more")? });
                let statement = self.in_consent(organisation(who), id, body)?;
                self.attempt(statement).await
            }
            [who, "CARD", what] => {
                let capabilities = [text(what)?].into();
                let card = Card::of(text(who)?, text("deals in something")?, capabilities);
                let set = self.by(who, self.agent_stream(who)?, Body::AgentCardSet(CardSet { card }))?;
                let hash = set.statement().hash;
                let outcome = self.attempt(set).await?;
                if matches!(outcome, Outcome::Moved) {
                    self.cards.insert((*who).to_owned(), hash);
                }
                Ok(outcome)
            }
            [who, "GRANT", consent @ ..] => {
                let id = self.consent_named(consent.first().unwrap_or(&"buyer-seller"));
                let statement = self.in_consent(organisation(who), id, Body::ConsentGrant(Empty {}))?;
                self.attempt(statement).await
            }
            [who, "NARROW", "of", name, terms @ ..] => {
                let body = Body::ConsentNarrow(self.narrowing(terms)?);
                let statement = self.in_consent(organisation(who), self.consent_named(name), body)?;
                self.attempt(statement).await
            }
            [who, "ASK", with, terms @ ..] => {
                let request = self.consent_asked(organisation(with), terms)?;
                let by = organisation(who);
                let id = self.ask_consent(by, request).await?;
                self.consents.insert(format!("{by}-{}", organisation(with)), id);
                Ok(Outcome::Moved)
            }
            [who, "POLICY", words @ ..] => {
                let body = Body::OrgPolicySet(self.policy(words)?);
                let statement = self.by(who, self.org_stream(organisation(who))?, body)?;
                self.attempt(statement).await
            }
            [who, "PUBLISH", words @ ..] => self.publish(who, words).await,
            [who, "KEY", what, name] => self.change_key(who, what, name).await,
            [who, "RETIRE"] => self.retire(who).await,
            [who, "SCHEMA", alias, "upto", most] => self.register_schema(who, alias, most, "").await,
            [who, "SCHEMA", alias, "upto", most, "class", class] => {
                let mark = format!(r#","x-dataClass":"{class}""#);
                self.register_schema(who, alias, most, &mark).await
            }
            [who, "CONSENT", with, terms @ ..] => {
                self.give_consent(organisation(who), organisation(with), terms).await?;
                Ok(Outcome::Moved)
            }
            [who, words @ ..] if !words.is_empty() => self.speak(who, words).await,
            _ => Err(Finding::new("a case that can be read", said)),
        }
    }

    async fn attempt(&mut self, statement: Verified) -> Result<Outcome, Finding> {
        let answer = self.post(&statement).await?;
        Ok(if answer.status == 202 { Outcome::Moved } else { Outcome::Refused(answer) })
    }

    /// `seller.example SCHEMA box upto 9 [class personal]` registers what takes `{"size": 1}` to `{"size": 9}`.
    async fn register_schema(
        &mut self,
        who: &str,
        alias: &str,
        most: &str,
        mark: &str,
    ) -> Result<Outcome, Finding> {
        let schema = format!(
            r#"{{"type":"object","properties":{{"size":{{"type":"integer","minimum":1,"maximum":{most}{mark}}}}},"required":["size"]}}"#
        );
        let unsound = |error: &dyn std::fmt::Display| Finding::new("a case that can be read", error);
        let schema: serde_json::Map<_, _> = serde_json::from_str(&schema).map_err(|error| unsound(&error))?;
        let hash = Hash::of(&[&asp_core::statement::draft::canonical(&schema)]);
        let name = organisation(who);
        let register =
            SchemaRegister { alias: text(alias)?, description: text("boxes")?, schema, version: 1 };
        let statement = self.by(who, self.org_stream(name)?, Body::OrgSchemaRegister(register))?;
        let outcome = self.attempt(statement).await?;
        if matches!(outcome, Outcome::Moved) {
            let by = Some(self.domain(name)?);
            self.schemas.insert(alias.to_owned(), SchemaRef { by, hash });
        }
        Ok(outcome)
    }

    /// `buyer.example CONSENT seller.example` and the words of [`Stage::consent_asked`]: asked and granted.
    async fn give_consent(&mut self, by: &str, with: &str, terms: &[&str]) -> Result<(), Finding> {
        let request = self.consent_asked(with, terms)?;
        self.consent_of(by, with, request).await?;
        Ok(())
    }

    pub(crate) fn consent_named(&self, name: &str) -> Hash {
        self.consents.get(name).copied().unwrap_or_else(|| Hash::of(&[name.as_bytes()]))
    }

    async fn speak(&mut self, who: &str, words: &[&str]) -> Result<Outcome, Finding> {
        let (words, name) = cut(words, "as");
        let (words, on) = cut(words, "on");
        let (chain, words) = match words {
            ["for", chain, words @ ..] => (chain.split(',').map(|link| self.hash(link)).collect(), words),
            words => (Vec::new(), words),
        };
        let (words, manner) = Manner::of(words)?;
        self.pack(words).await?;
        let said = self.body(who, words)?;
        let stream = match self.session {
            Some(id) if !said.opens => StreamName::Of(StreamId::Session(id)),
            _ => StreamName::Opens(StreamKind::Session),
        };
        let (shown, seal) = self.shown(who, &said.body, manner)?;
        let mut draft = self.draft(who, stream, shown)?;
        draft.in_reply_to = said.reply;
        draft.on_behalf_of = chain;
        draft.seal = seal;
        let head = match on {
            Some(name) => self.names.get(name).copied(),
            None => self.head(&draft.stream),
        };
        let statement = self.sign_on(&draft, head, &[who])?;
        let outcome = self.attempt(statement.clone()).await?;
        if matches!(outcome, Outcome::Moved) {
            let statement = statement.statement();
            let head = Head { sequence: statement.sequence, hash: statement.hash };
            if said.opens {
                self.session = Some(head.hash);
                who.clone_into(&mut self.initiator);
            }
            self.remember(&said.body, head);
            self.regroup(&said.body)?;
            self.names.extend(name.map(|name| (name.to_owned(), head)));
        }
        Ok(outcome)
    }

    fn remember(&mut self, body: &Body, head: Head) {
        let kind = body.kind().as_str();
        self.names.insert(kind.to_owned(), head);
        self.names.insert(format!("#{}", head.sequence), head);
        if matches!(kind, "PROPOSE" | "COUNTER") {
            self.names.insert("offer".to_owned(), head);
        }
    }

    /// A statement by its name; of a name that nobody bears, a hash that is of nothing.
    ///
    /// `deal` is the commitment that was formed last, unless a line gave that name.
    pub(crate) fn hash(&self, name: &str) -> Hash {
        if let Some(head) = self.names.get(name) {
            return head.hash;
        }
        let formed = self.formed();
        match formed.last() {
            Some(commitment) if name == "deal" => commitment.id,
            _ => Hash::of(&[name.as_bytes()]),
        }
    }

    /// The commitments of the session as they were formed.
    fn formed(&self) -> Vec<&crate::view::CommitmentView> {
        let Some(view) = &self.view else { return Vec::new() };
        let mut formed: Vec<_> = view.commitments.iter().collect();
        let place = |id: &Hash| self.names.values().find(|head| head.hash == *id).map(|head| head.sequence);
        formed.sort_by_key(|commitment| (commitment.formed_at, place(&commitment.id)));
        formed
    }

    /// What the session is, in words, with the commitments if asked.
    fn tell(&self, in_full: bool) -> String {
        let Some(view) = &self.view else { return "IDLE".to_owned() };
        let mut told = tell_state(view);
        let formed = self.formed();
        if in_full && !formed.is_empty() {
            let tell = |commitment: &&crate::view::CommitmentView| {
                let duties: Vec<String> = commitment.obligations.iter().map(tell_duty).collect();
                format!("{}: {}", words::state_word(commitment.state), duties.join(", "))
            };
            told = format!("{told} [{}]", formed.iter().map(tell).collect::<Vec<_>>().join("; "));
        }
        told
    }
}

/// `goods OPEN`, `goods OPEN (design FULFILLED, build OPEN)`
fn tell_duty(duty: &crate::view::ObligationView) -> String {
    let stages: Vec<String> =
        duty.stages.iter().map(|stage| format!("{} {}", stage.id, stage.state)).collect();
    let stages = if stages.is_empty() { String::new() } else { format!(" ({})", stages.join(", ")) };
    format!("{} {}{stages}", duty.id, duty.state)
}

fn tell_state(view: &SessionView) -> String {
    match &view.end {
        Some(end) => format!("{}({})", view.state, end.code),
        None => view.state.to_string(),
    }
}

/// `words… keyword value` without the last two, and the value.
fn cut<'a>(words: &'a [&'a str], keyword: &str) -> (&'a [&'a str], Option<&'a str>) {
    match words {
        [before @ .., last, value] if *last == keyword => (before, Some(value)),
        all => (all, None),
    }
}

/// `90s`, `5m`, `72h`, `3d`, `10ms`.
pub(crate) fn span(word: &str) -> Result<Millis, Finding> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match word.get(digits.len()..) {
        Some("ms") => 1,
        Some("s") => 1_000,
        Some("m") => 60_000,
        Some("h") => 3_600_000,
        Some("d") => 86_400_000,
        _ => return Err(Finding::new("a case that can be read", word)),
    };
    Ok(Millis(text::<u64>(digits)?.saturating_mul(unit)))
}

/// `seller` of `seller.example`.
fn organisation(who: &str) -> &str {
    who.strip_suffix(".example").unwrap_or(who)
}
