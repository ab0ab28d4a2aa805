//! The small parts that pages are put together from: a state, a party, an amount, an instant, a hash.
//! Each gives [`Html`], which is made of escaped text and nothing else.

use std::fmt::{self, Write};

use asp_core::amount::Money;
use asp_core::name::{AgentUri, Capability, Domain, Issuer};
use asp_core::position::{Hash, LogTime, Millis};
use asp_core::session::table::State;
use serde::Serialize;
use serde_json::Value;

use super::super::page::escaped;

/// Colours that tell others apart; that of who looks is beside them.
const HUES: u8 = 7;
/// Milliseconds of a minute, an hour and a day.
const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Text that is HTML already.
pub(super) struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Should a template escape it all the same, markup is seen, and nothing worse.
impl askama::filters::HtmlSafe for Html {}

impl Html {
    /// Something that the node itself wrote: no part of it came from anybody.
    pub(super) const fn of_own(text: String) -> Self {
        Self(text)
    }
}

/// A word of a closed list as the protocol writes it.
pub(super) fn word(word: &impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The same for people: `not-as-agreed` is `Not as agreed`, and so is `notAsAgreed`.
pub(super) fn spoken(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 4);
    let mut small = false;
    for letter in text.chars() {
        if small && letter.is_uppercase() {
            words.push(' ');
        }
        small = letter.is_lowercase();
        match letter {
            '-' | '_' | '.' => words.push(' '),
            letter if words.is_empty() => words.extend(letter.to_uppercase()),
            letter => words.extend(letter.to_lowercase()),
        }
    }
    words
}

/// So many of something: `1 deal`, `8 deals`.
pub(super) fn many(number: u64, what: &str) -> String {
    let number_text = grouped(&number.to_string());
    if number == 1 { format!("1 {what}") } else { format!("{number_text} {what}s") }
}

/// The class of colour of a state's name.
pub(super) fn tone(state: &str) -> &'static str {
    match state {
        "CLOSED" | "FULFILLED" | "GRANTED" | "ACCEPT" | "upheld" | "answering" | "available" => "ok",
        "ESCALATED" | "AGREEING" | "CONTESTED" | "DELIVERED" | "REQUESTED" | "ARBITRATING" | "SETTLING"
        | "RULED" | "COUNTER" | "ESCALATE" | "partly" | "stale" | "busy" => "warn",
        "FAILED" | "BREACHED" | "REVOKED" | "REJECT" | "WITHDRAW" | "abusive" | "gone" => "bad",
        "CONVERSING" | "EXECUTING" | "ACTIVE" | "OPEN" | "INTRODUCED" | "INVITED" | "PROPOSE" | "COMMIT"
        | "REPLAYING" | "CONVENING" | "DRAWING" | "COMMITTING" | "REVEALING" | "COUNTING" => "info",
        _ => "idle",
    }
}

/// A state as a pill.
pub(super) fn pill(state: &str) -> Html {
    Html(format!("<span class=\"pill {}\">{}</span>", tone(state), escaped(&spoken(state))))
}

/// A pill with a tone of its own.
pub(super) fn pill_of(tone: &'static str, text: &str) -> Html {
    Html(format!("<span class=\"pill {tone}\">{}</span>", escaped(text)))
}

/// The class of colour of an organisation: always the same one, and never that of who looks.
pub(super) fn hue(organisation: &Domain, own: Option<&Domain>) -> String {
    if own == Some(organisation) {
        return "h0".to_owned();
    }
    let first = Hash::of(&[organisation.as_str().as_bytes()]).as_bytes().first().copied().unwrap_or_default();
    format!("h{}", 1 + first % HUES)
}

/// The name of an agent within its organisation: what follows the last slash of a long path is what tells it apart.
fn short(agent: &AgentUri) -> String {
    agent.path().trim_start_matches('/').to_owned()
}

fn named(name: &str, below: &str, organisation: Option<&Domain>, own: Option<&Domain>) -> Html {
    let hue = organisation.map_or_else(String::new, |organisation| hue(organisation, own));
    let of = organisation.map_or(below, Domain::as_str);
    let mark: String = of.chars().filter(|letter| letter.is_alphanumeric()).take(2).collect();
    let you =
        if organisation.is_some() && organisation == own { "<span class=\"you\">you</span>" } else { "" };
    Html(format!(
        "<span class=\"party {hue}\"><span class=\"mark\" aria-hidden=\"true\">{}</span><span class=\"name\">\
         <b>{}</b><small><span>{}</span>{you}</small></span></span>",
        escaped(&mark),
        escaped(name),
        escaped(below),
    ))
}

/// An agent with its organisation; `own` is the organisation of who looks.
pub(super) fn agent(agent: &AgentUri, own: Option<&Domain>) -> Html {
    let organisation = agent.organisation();
    named(&short(agent), organisation.as_str(), Some(&organisation), own)
}

/// Whoever can say something.
pub(super) fn issuer(issuer: &Issuer, own: Option<&Domain>) -> Html {
    match issuer {
        Issuer::Agent(it) => agent(it, own),
        Issuer::Organisation(domain) => organisation(domain, own),
        Issuer::Node(origin) => named("The node", &origin.to_string(), None, own),
    }
}

/// An organisation.
pub(super) fn organisation(domain: &Domain, own: Option<&Domain>) -> Html {
    named(domain.as_str(), "organisation", Some(domain), own)
}

/// A capability, which may go on in the next line after each dot.
pub(super) fn capability(capability: &Capability) -> Html {
    Html(escaped(&capability.to_string()).replace('.', ".<wbr>"))
}

/// An amount with its thousands apart.
pub(super) fn money(money: &Money) -> Html {
    if money.is_withheld() {
        return Html("<span class=\"money\"><small>sealed</small></span>".to_owned());
    }
    let text = grouped_amount(money);
    Html(format!(
        "<span class=\"money\">{} <small>{}</small></span>",
        escaped(&text),
        escaped(money.currency.as_str())
    ))
}

/// The same without its currency.
pub(super) fn grouped_amount(money: &Money) -> String {
    let amount = money.amount.to_string();
    let (whole, rest) =
        amount.split_once('.').map_or((amount.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut text = grouped(whole);
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
        if rest.len() == 1 {
            text.push('0');
        }
    }
    text
}

/// Digits in groups of three.
pub(super) fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// An instant for people, to the minute: `27 Nov 2026, 17:40`.
pub(super) fn minute(instant: LogTime) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = instant.to_string();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().ok().and_then(|month| MONTHS.get(month.saturating_sub(1)));
    let day = part(8, 10).trim_start_matches('0');
    format!("{day} {} {}, {}", month.copied().unwrap_or_default(), part(0, 4), part(11, 16))
}

/// An instant; scripts tell how far away it is.
pub(super) fn near(instant: LogTime) -> Html {
    let words = minute(instant);
    Html(format!("<time datetime=\"{instant}\" title=\"{words} UTC\" data-near>{words}</time>"))
}

/// An instant that stays as it is.
pub(super) fn at(instant: LogTime) -> Html {
    let words = minute(instant);
    Html(format!("<time datetime=\"{instant}\" title=\"{instant}\">{words}</time>"))
}

/// A span in its two largest units: `3 d 4 h`; below a second in milliseconds.
pub(super) fn span(span: Millis) -> String {
    let units = [("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1000)];
    let mut left = span.0;
    let mut text = String::new();
    let mut said = 0;
    for (unit, size) in units {
        let many = left / size;
        left %= size;
        if many > 0 && said < 2 {
            let gap = if text.is_empty() { "" } else { " " };
            // Writing to a text cannot fail.
            let _ = write!(text, "{gap}{many} {unit}");
        }
        said += usize::from(many > 0 || said > 0);
    }
    if text.is_empty() { format!("{} ms", span.0) } else { text }
}

/// How long until an instant, or since it; late is told as such.
pub(super) fn left(until: LogTime, now: LogTime) -> Html {
    let (tone, text) = if now < until {
        let left = until.since(now);
        let tone = if left.0 < DAY { "warn" } else { "idle" };
        (tone, format!("{} left", span(left)))
    } else {
        ("bad", format!("{} over", span(now.since(until))))
    };
    pill_of(tone, &text)
}

/// A hash by its ends, whole when it is copied.
pub(super) fn hash(hash: &Hash) -> Html {
    copied(&hash.to_string(), &hash.to_hex())
}

/// A key by its ends.
pub(super) fn key(key: &asp_core::key::KeyId) -> Html {
    let text = key.to_string();
    copied(&text, text.strip_prefix("did:key:").unwrap_or(&text))
}

fn copied(whole: &str, shown: &str) -> Html {
    let head: String = shown.chars().take(8).collect();
    let tail: String = shown.chars().skip(shown.chars().count().saturating_sub(4)).collect();
    Html(format!(
        "<span class=\"hash\"><code title=\"{whole}\">{head}…{tail}</code><button class=\"mini\" type=\"button\" \
         data-copy=\"{whole}\" title=\"Copy\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-copy\"/></svg>\
         <span class=\"hidden-text\">Copy</span></button></span>",
        whole = escaped(whole),
        head = escaped(&head),
        tail = escaped(&tail),
    ))
}

/// What somebody wrote, as text and as theirs; `own` is the organisation of who looks.
pub(super) fn theirs(text: &str, whose: Option<&Domain>, own: Option<&Domain>) -> Html {
    let hue = whose.map_or_else(String::new, |whose| hue(whose, own));
    Html(format!("<span class=\"theirs {hue}\">{}</span>", escaped(text)))
}

/// The way of a session, its present phase marked; `small` is without words.
pub(super) fn track(state: State, small: bool) -> Html {
    let way = [
        State::Invited,
        State::Introduced,
        State::Conversing,
        State::Agreeing,
        State::Executing,
        State::Closed,
    ];
    let here = way.iter().position(|step| *step == state);
    let mut text = format!(
        "<ol class=\"track{}\" aria-label=\"Phase: {}\">",
        if small { " small" } else { "" },
        spoken(state.as_str())
    );
    let mut step = |phase: State, class: &str| {
        let words = if small { String::new() } else { spoken(phase.as_str()) };
        let current = if phase == state { " aria-current=\"step\"" } else { "" };
        // Writing to a text cannot fail.
        let _ = write!(text, "<li class=\"{class}\"{current}>{words}</li>");
    };
    for (at, phase) in way.into_iter().enumerate() {
        let past = here.is_some_and(|here| at < here);
        let class = if phase == state { format!("now {}", tone(state.as_str())) } else { String::new() };
        step(phase, if past { "past" } else { &class });
    }
    for aside in [State::Escalated, State::Failed] {
        let now =
            if aside == state { format!("aside now {}", tone(aside.as_str())) } else { "aside".to_owned() };
        step(aside, &now);
    }
    text.push_str("</ol>");
    Html(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_somebody_wrote_stays_text() {
        let script = "<script>alert(\"1\")</script>&";
        for html in [theirs(script, None, None), pill(script), pill_of("ok", script), copied(script, script)]
        {
            let text = html.to_string();
            assert!(!text.contains("<script") && !text.contains("\"1\""), "{text}");
        }
    }

    #[test]
    fn words_of_the_protocol_are_written_for_people() {
        for (word, words) in [
            ("NOT_AS_AGREED", "Not as agreed"),
            ("not-as-agreed", "Not as agreed"),
            ("identityVerification", "Identity verification"),
            ("dispute.file", "Dispute file"),
            ("", ""),
        ] {
            assert_eq!(spoken(word), words);
        }
        assert_eq!(
            (many(1, "deal"), many(0, "deal"), many(1200, "deal")),
            ("1 deal".to_owned(), "0 deals".to_owned(), "1\u{202f}200 deals".to_owned())
        );
    }

    #[test]
    fn nobody_else_has_the_colour_of_who_looks() {
        let own: Domain = "acme.example".parse().unwrap();
        assert_eq!(hue(&own, Some(&own)), "h0");
        let others = (0..64).map(|number| format!("vendor{number}.example").parse::<Domain>().unwrap());
        let hues: std::collections::BTreeSet<String> = others.map(|other| hue(&other, Some(&own))).collect();
        assert_eq!(hues.into_iter().collect::<Vec<_>>(), ["h1", "h2", "h3", "h4", "h5", "h6", "h7"]);
    }

    #[test]
    fn amounts_instants_and_spans_are_written_for_people() {
        let money_text = |text: &str| money(&text.parse().unwrap()).to_string();
        assert!(money_text("1234567.5 USD").contains("1\u{202f}234\u{202f}567.50 <small>USD"));
        assert!(money_text("999 EUR").contains(">999 <small>EUR"));
        assert_eq!(minute("2026-11-07T09:05:12.000Z".parse().unwrap()), "7 Nov 2026, 09:05");
        for (millis, words) in
            [(370, "370 ms"), (61_000, "1 min 1 s"), (90_000_000, "1 d 1 h"), (86_400_000, "1 d")]
        {
            assert_eq!(span(Millis(millis)), words);
        }
        let [now, later] = [1_000_000_000, 1_000_060_000].map(LogTime::from_millis);
        assert!(left(later, now).to_string().contains("1 min left"));
        assert!(left(now, later).to_string().contains("bad"));
    }

    #[test]
    fn each_of_the_eight_phases_has_its_place_on_the_track() {
        for state in State::all().into_iter().filter(|state| *state != State::Idle) {
            let text = track(state, false).to_string();
            assert_eq!(text.matches("<li").count(), 8);
            assert_eq!(text.matches("aria-current").count(), 1, "{text}");
        }
    }
}
