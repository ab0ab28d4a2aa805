//! Statements that name what is another's: refused in the same words as those that name what does not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use asp_core::amount::Money;
use asp_core::key::SecretKey;
use asp_core::name::{StreamId, StreamKind, StreamName};
use asp_core::position::{Hash, Head, Millis, Sequence};
use asp_core::seal::Opaque;
use asp_core::session::table::Performative;
use asp_core::statement::body::*;
use asp_core::statement::draft::Draft;
use asp_core::statement::{Body, Verified};
use asp_node::Clock;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::author::{Author, agent_uri, issuer, key, note, package, text};
use crate::callers::{Caller, Told};
use crate::rows::Kind;
use crate::scene::Scene;
use crate::walk::Walk;
use crate::world::{FORMER, ORGANISATIONS, OUTSIDER, Object};

/// Members that hold a hash, and what a foreign one does there: `tried` below, or why it cannot tell anything.
/// A new one that `spec/schemas` declares has to stand here.
const MEMBERS: &[(&str, &str)] = &[
    ("statement.json previousHash", TRIED),
    ("statement.json inReplyTo", TRIED),
    ("statement.json onBehalfOf", TRIED),
    ("bodies/ACCEPT.json introduction.card", TRIED),
    ("bodies/ACCEPT.json introduction.schemas", PUBLIC),
    ("bodies/ACCEPT.json acceptance.termsHash", TRIED),
    ("bodies/COMMIT.json termsHash", TRIED),
    ("bodies/DELEGATE.json consent", TRIED),
    ("bodies/INFORM.json progress.commitment", TRIED),
    ("bodies/INFORM.json fulfilment.commitment", TRIED),
    ("bodies/INFORM.json acknowledgement.commitment", TRIED),
    ("bodies/INFORM.json contest.commitment", TRIED),
    ("bodies/INFORM.json attachment.chunks", SEALED),
    ("bodies/INFORM.json attachment.digest", SEALED),
    ("bodies/INFORM.json groupMember.package", AGENTS),
    ("bodies/INFORM.json breach.commitment", NODE),
    ("bodies/INFORM.json silence.commitment", NODE),
    ("bodies/INFORM.json award.commitment", NODE),
    ("bodies/INFORM.json award.dispute", NODE),
    ("bodies/PROPOSE.json amendment.commitment", TRIED),
    ("bodies/PROPOSE.json termination.commitment", TRIED),
    ("bodies/agent.card.check.json digest", NODE),
    ("bodies/agent.rate.json session", TRIED),
    ("bodies/dispute.file.json commitment", TRIED),
    ("bodies/dispute.file.json session", TRIED),
    ("bodies/dispute.draw.json root", NODE),
    ("bodies/dispute.commit.json commitment", UNREAD),
    ("bodies/agent.card.check.json pin", NODE),
    ("bodies/org.check.json evidence", NODE),
    ("common.json consents", TRIED),
    ("common.json a2aPin.digest", UNREAD),
    ("common.json disclosure.statement", TRIED),
    ("common.json package.hidden", SEALED),
    ("common.json seal.commitment", SEALED),
    ("common.json card.schemas", PUBLIC),
    ("common.json schemaRef.hash", PUBLIC),
    ("common.json package.schema", PUBLIC),
    ("common.json showing.digest", UNREAD),
    ("common.json showing.schema", PUBLIC),
    ("common.json evidence.digest", UNREAD),
    ("common.json evidence.schema", PUBLIC),
    ("common.json claim.commitment", UNREAD),
    ("common.json claim.digest", UNREAD),
    ("bodies/account.credit.json deposit", CUSTODY),
    ("bodies/account.refuse.json deposit", CUSTODY),
    ("bodies/account.paid.json withdrawal", CUSTODY),
    ("bodies/account.returned.json withdrawal", CUSTODY),
    ("common.json exhibit.digest", UNREAD),
    ("common.json exhibit.statement", TRIED),
    ("common.json receiptLine.id", OWN),
    ("common.json receipt.head", OWN),
];
const TRIED: &str = "tried";
const PUBLIC: &str = "names a terms schema or card, which is public";
const SEALED: &str =
    "is of what was sealed, and looked up nowhere: members read it, and whoever it is disclosed to";
const AGENTS: &str = "names what stands in the stream of an agent, which is public";
const NODE: &str = "is said by the node alone";
const UNREAD: &str = "is compared with what its own stream says, and looked up nowhere";
const CUSTODY: &str = "the node alone says it, of what its own stream asked for";
const OWN: &str = "is compared with what its own session came to";

/// An id of something that does not exist.
fn absent(id: &str) -> Hash {
    Hash::of(&[b"absent", id.as_bytes()])
}

/// Who speaks, and with which key: itself, or another that forges its name.
#[derive(Debug, Clone)]
struct Speaker {
    name: String,
    key: String,
}

impl Speaker {
    fn of(name: &str) -> Self {
        Self { name: name.to_owned(), key: name.to_owned() }
    }

    fn key(&self) -> SecretKey {
        key(&self.key)
    }
}

/// Says everything about everything that is another's.
pub(crate) async fn walk(walk: &mut Walk<'_>, scene: &mut Scene) {
    for object in walk.sample(&[]) {
        match object.kind {
            Kind::Session => in_session(walk, scene, object).await,
            Kind::Consent => in_consent(walk, scene, object).await,
            Kind::Dispute => in_dispute(walk, scene, object).await,
            Kind::Commitment | Kind::Statement => {}
            Kind::Person
            | Kind::Invitation
            | Kind::Search
            | Kind::Webhook
            | Kind::Chunk
            | Kind::Secret
            | Kind::Words => continue,
        }
        named(walk, scene, object).await;
    }
}

/// Who may not know of an object, as far as they sign; and a stranger who writes a reader's name.
fn speakers(object: &Object, of: impl Fn(&str) -> Vec<String>) -> Vec<Speaker> {
    let all = ORGANISATIONS.into_iter().chain([OUTSIDER]).flat_map(&of).chain(["nobody".to_owned()]);
    let all: Vec<String> = all.collect();
    let strangers = all.iter().filter(|name| !object.readers.contains(*name)).map(|name| Speaker::of(name));
    let forged = object.readers.iter().filter(|name| all.contains(name));
    let forged = forged.map(|name| Speaker { name: name.clone(), key: of(OUTSIDER)[0].clone() });
    strangers.chain(forged).collect()
}

/// A draft by a speaker at a place of a stream, whatever the stream says.
fn place(author: &mut Author, stream: &StreamId, head: Option<Head>, who: &Speaker, body: Body) -> Verified {
    let before = author.heads.get(stream).copied();
    match head {
        Some(head) => author.heads.insert(stream.clone(), head),
        None => author.heads.remove(stream),
    };
    let draft = Draft::new(StreamName::Of(stream.clone()), author.origin.clone(), issuer(&who.name), body);
    let statement = author.sign(&draft, &[&who.key()]);
    match before {
        Some(before) => author.heads.insert(stream.clone(), before),
        None => author.heads.remove(stream),
    };
    statement
}

/// The place after the last statement, and two where nothing fits.
fn places(author: &Author, stream: &StreamId) -> Vec<Head> {
    let head = author.heads[stream];
    let early = Head { sequence: Sequence(0), hash: Hash::of(&[b"another"]) };
    vec![head, early, Head { sequence: Sequence(head.sequence.0 + 5), ..head }]
}

async fn in_session(walk: &mut Walk<'_>, scene: &mut Scene, object: &Object) {
    let agents = |name: &str| match name {
        "initech" => vec![format!("{name}/trader"), format!("{name}/clerk"), FORMER.to_owned()],
        _ => vec![format!("{name}/trader"), format!("{name}/clerk")],
    };
    let id = Hash::from_hex(&object.id).unwrap();
    let (there, not) = (StreamId::Session(id), StreamId::Session(absent(&object.id)));
    let stranger = || "nobody/at-all".to_owned();
    for mut who in speakers(object, agents) {
        if who.name == "nobody" {
            who = Speaker::of(&stranger());
        }
        let bodies = [note("hello"), Body::Reject(because()), Body::Withdraw(Withdraw::Departure(because()))];
        in_stream(walk, scene, (object, &who), [&there, &not], &bodies).await;
    }
}

async fn in_consent(walk: &mut Walk<'_>, scene: &mut Scene, object: &Object) {
    let id = Hash::from_hex(&object.id).unwrap();
    let (there, not) = (StreamId::Consent(id), StreamId::Consent(absent(&object.id)));
    let parties = |name: &str| vec![name.to_owned(), format!("{name}/trader")];
    for mut who in speakers(object, parties) {
        if who.name == "nobody" {
            who = Speaker::of("nobodys");
        }
        let bodies = [
            Body::ConsentGrant(Empty {}),
            Body::ConsentRevoke(because()),
            Body::ConsentAcknowledge(Empty {}),
        ];
        in_stream(walk, scene, (object, &who), [&there, &not], &bodies).await;
    }
}

async fn in_dispute(walk: &mut Walk<'_>, scene: &mut Scene, object: &Object) {
    let id = Hash::from_hex(&object.id).unwrap();
    let (there, not) = (StreamId::Dispute(id), StreamId::Dispute(absent(&object.id)));
    let parties = |name: &str| vec![name.to_owned(), format!("{name}/trader")];
    for mut who in speakers(object, parties) {
        if who.name == "nobody" {
            who = Speaker::of("nobodys");
        }
        let answer =
            DisputeRespond { accepts: true, disclosures: None, evidence: Vec::new(), text: text("so be it") };
        let appeal = DisputeAppeal { reason: text("no") };
        let bodies = [Body::DisputeRespond(answer), Body::DisputeAppeal(appeal)];
        in_stream(walk, scene, (object, &who), [&there, &not], &bodies).await;
    }
}

/// A filing that the log alone does not decide.
pub(crate) fn file(
    author: &mut Author,
    (by, against): (&str, &str),
    session: Hash,
    commitment: Hash,
) -> DisputeFile {
    DisputeFile {
        against: agent_uri(against),
        amount: None,
        claim: text("the money is gone"),
        commitment,
        disclosures: None,
        evidence: Vec::new(),
        nonce: author.nonce(),
        obligation: Some(text("delivery")),
        party: agent_uri(by),
        reason: DisputeReason::EscrowViolation,
        rules: None,
        session,
        severity: 1,
    }
}

/// Says all of it after the last statement, and the first of it at other places too.
async fn in_stream(
    walk: &mut Walk<'_>,
    scene: &mut Scene,
    (object, who): (&Object, &Speaker),
    streams: [&StreamId; 2],
    bodies: &[Body],
) {
    for (number, head) in places(&scene.author, streams[0]).into_iter().enumerate() {
        for body in bodies.iter().take(if number == 0 { bodies.len() } else { 1 }) {
            let say = |stream| place(&mut scene.author, stream, Some(head), who, body.clone());
            let [told, reference] = streams.map(say);
            both(walk, scene, (object, who, "in its stream"), &told, &reference).await;
        }
    }
}

fn because() -> Because {
    Because { reason: text("no") }
}

/// Makes a statement that names something by its hash.
type Names = fn(&mut Author, &Own, Hash) -> Verified;

/// Where a stranger speaks by right, and names what is not its own.
struct Own {
    /// An agent, by its name, in a session in which a commitment stands.
    speaker: String,
    session: Hash,
    /// Who was invited and has not answered, and to what.
    invitee: String,
    invitation: Hash,
    consent: Hash,
    commitment: Hash,
    other: String,
}

impl Own {
    fn say(&self, author: &mut Author, body: Body) -> Verified {
        author.say(self.session, &self.speaker, body, None)
    }

    fn reply(&self, author: &mut Author, to: Hash, body: Body) -> Verified {
        author.say(self.session, &self.speaker, body, Some(to))
    }
}

fn obligation(commitment: Hash) -> ObligationRef {
    ObligationRef::whole(commitment, text("delivery"))
}

fn remark(commitment: Hash) -> ObligationNote {
    ObligationNote { commitment, obligation: text("delivery"), stage: None, text: text("half of it") }
}

fn mandate(consent: Hash) -> Body {
    Body::Delegate(Mandate {
        ceiling: Some(Money { amount: text("1"), currency: text("USD") }),
        consent: Some(consent),
        expires_at: Clock::system().now().plus(Millis(60_000)),
        hops: None,
        performatives: BTreeSet::from([Performative::Inform]),
        to: agent_uri(&format!("{OUTSIDER}/trader")),
    })
}

/// Every way to name something of another.
const NAMED: &[(&str, Names)] = &[
    ("onBehalfOf", |author, own, id| {
        let stream = StreamName::Of(StreamId::Session(own.session));
        let mut draft = Draft::new(stream, author.origin.clone(), issuer(&own.speaker), note("hello"));
        draft.on_behalf_of = vec![id];
        author.sign(&draft, &[&key(&own.speaker)])
    }),
    ("inReplyTo of ACCEPT", |author, own, id| {
        let acceptance = Acceptance { terms_hash: Hash::of(&[b"terms"]) };
        own.reply(author, id, Body::Accept(Accept::Acceptance(acceptance)))
    }),
    ("inReplyTo of REJECT", |author, own, id| own.reply(author, id, Body::Reject(because()))),
    ("inReplyTo of WITHDRAW", |author, own, id| {
        own.reply(author, id, Body::Withdraw(Withdraw::Withdrawal(because())))
    }),
    ("inReplyTo of COUNTER", |author, own, id| {
        let terms = package(Clock::system().now(), &own.speaker, &own.other);
        own.reply(author, id, Body::Counter(Counter::CounterOffer(Offer::of(vec![terms], true))))
    }),
    ("introduction.card", |author, own, id| {
        let body = Body::Accept(Accept::Introduction(Introduction { card: id, schemas: None }));
        author.say(own.invitation, &own.invitee, body, Some(own.invitation))
    }),
    ("acceptance.termsHash", |author, own, id| {
        let acceptance = Acceptance { terms_hash: id };
        own.reply(author, own.session, Body::Accept(Accept::Acceptance(acceptance)))
    }),
    ("termsHash of COMMIT", |author, own, id| own.say(author, Body::Commit(Commit { terms_hash: id }))),
    ("progress.commitment", |author, own, id| own.say(author, Body::Inform(Inform::Progress(remark(id))))),
    ("fulfilment.commitment", |author, own, id| own.say(author, Scene::fulfilment(id))),
    ("acknowledgement.commitment", |author, own, id| {
        own.say(author, Body::Inform(Inform::Acknowledgement(obligation(id))))
    }),
    ("contest.commitment", |author, own, id| own.say(author, Body::Inform(Inform::Contest(remark(id))))),
    ("amendment.commitment", |author, own, id| {
        let package = package(Clock::system().now(), &own.speaker, &own.other);
        own.say(
            author,
            Body::Propose(Propose::Amendment(Amendment { commitment: id, package, respond_by: None })),
        )
    }),
    ("termination.commitment", |author, own, id| {
        let end = Termination { commitment: id, reason: text("enough"), respond_by: None, shares: None };
        own.say(author, Body::Propose(Propose::Termination(end)))
    }),
    ("consent of DELEGATE", |author, own, id| {
        let body = mandate(id);
        own.say(author, body)
    }),
    ("consents of an admission", |author, own, id| {
        let admission = Admission {
            agent: agent_uri(&format!("{OUTSIDER}/trader")),
            consents: BTreeSet::from([id]),
            respond_by: None,
            role: ParticipantRole::Party,
        };
        own.say(author, Body::Propose(Propose::Admission(admission)))
    }),
    ("consents of an invitation", |author, own, id| {
        let outsider = format!("{OUTSIDER}/trader");
        author.invitation(&own.speaker, &outsider, id)
    }),
    ("consents of an invitation beside a good one", |author, own, id| {
        let plain = author.invitation(&own.speaker, &own.other, own.consent);
        let Body::Propose(Propose::Invitation(mut invitation)) = plain.statement().body.clone() else {
            panic!("an invitation");
        };
        invitation.consents.insert(id);
        invitation
            .participants
            .push(Invitee::of(agent_uri(&format!("{OUTSIDER}/trader")), ParticipantRole::Party));
        let body = Body::Propose(Propose::Invitation(invitation));
        author.by(&own.speaker, StreamName::Opens(StreamKind::Session), body)
    }),
    ("session of a rating", |author, own, id| {
        let agent = agent_uri(&own.other);
        let rating = Body::AgentRate(Rating { agent, note: None, session: id, stars: 1 });
        author.by(&own.speaker, StreamName::Of(StreamId::Agent(agent_uri(&own.speaker))), rating)
    }),
    ("session of a dispute", |author, own, id| {
        let file = file(author, (&own.speaker, &own.other), id, own.commitment);
        author.by(&own.speaker, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file))
    }),
    ("commitment of a dispute", |author, own, id| {
        let file = file(author, (&own.speaker, &own.other), own.session, id);
        author.by(&own.speaker, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file))
    }),
    ("exhibit of a dispute", |author, own, id| {
        let exhibit = Exhibit::Statement { note: text("look"), statement: id };
        let plain = file(author, (&own.speaker, &own.other), own.session, own.commitment);
        let file = DisputeFile { evidence: vec![exhibit], reason: DisputeReason::Impersonation, ..plain };
        author.by(&own.speaker, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file))
    }),
    ("disclosure of a dispute", |author, own, id| {
        let bytes = || Opaque::new(vec![7; 32]).unwrap();
        let shut = Disclosure { content: bytes(), enc: bytes(), statement: id, to: key("judge").id() };
        let plain = file(author, (&own.speaker, &own.other), own.session, own.commitment);
        let file =
            DisputeFile { disclosures: Some(vec![shut]), reason: DisputeReason::Impersonation, ..plain };
        author.by(&own.speaker, StreamName::Opens(StreamKind::Dispute), Body::DisputeFile(file))
    }),
    ("previousHash", |author, own, id| {
        let stream = StreamId::Session(own.session);
        let head = Head { hash: id, ..author.heads[&stream] };
        place(author, &stream, Some(head), &Speaker::of(&own.speaker), note("hello"))
    }),
];

/// Each pair's own dealings, in which those who may not know of an object name it.
async fn named(walk: &mut Walk<'_>, scene: &mut Scene, object: &Object) {
    let own = |pair: &crate::world::Pair, first: bool| {
        let (one, other) = if first { (pair.by, pair.with) } else { (pair.with, pair.by) };
        Own {
            speaker: format!("{one}/trader"),
            other: format!("{other}/trader"),
            session: pair.session,
            invitee: format!("{}/trader", pair.with),
            invitation: pair.invitation,
            consent: pair.consent,
            commitment: pair.commitment,
        }
    };
    let pairs = walk.world.pairs.clone();
    let id = Hash::from_hex(&object.id).unwrap();
    for own in pairs.iter().flat_map(|pair| [own(pair, true), own(pair, false)]) {
        if object.readers.contains(&own.speaker) || object.readers.contains(&own.invitee) {
            continue;
        }
        let who = Speaker::of(&own.speaker);
        for (member, make) in NAMED {
            let told = make(&mut scene.author, &own, id);
            let reference = make(&mut scene.author, &own, absent(&object.id));
            let what = (object, &who, *member);
            compare(walk, scene, "/v1/statements", what, &told, &reference).await;
        }
    }
}

/// Sends a statement to both addresses that take one for a session.
async fn both(
    walk: &mut Walk<'_>,
    scene: &Scene,
    what: (&Object, &Speaker, &str),
    told: &Verified,
    reference: &Verified,
) {
    compare(walk, scene, "/v1/statements", what, told, reference).await;
    if matches!(told.statement().stream, StreamId::Session(_)) {
        compare(walk, scene, "/v1/sessions/{}/messages", what, told, reference).await;
    }
}

async fn compare(
    walk: &mut Walk<'_>,
    scene: &Scene,
    path: &str,
    (object, who, how): (&Object, &Speaker, &str),
    told: &Verified,
    reference: &Verified,
) {
    let (id, not) = (object.id.clone(), absent(&object.id).to_hex());
    let told = send((scene, &walk.http), &path.replace("{}", &id), told).await.without(&id);
    let reference = send((scene, &walk.http), &path.replace("{}", &not), reference).await.without(&not);
    let Speaker { name, key } = who;
    let kind = object.kind;
    let forged = if name == key { "" } else { ", forged" };
    let common = format!("POST {path}: {kind:?}, {how}{forged}");
    let what = format!("{common}: {name} by the key of {key} names {kind:?} of {:?}", object.readers);
    walk.compare(&common, &what, &told, &reference);
}

async fn send(to: (&Scene, &Client), path: &str, statement: &Verified) -> Told {
    let body = String::from_utf8(statement.envelope()).unwrap();
    Told::of(Caller::nobody().request(to, &Method::POST, path, Some(body))).await
}

/// Members of statements that hold a hash and that nobody has thought about: sentences that say what to do.
pub(crate) fn missing() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/schemas");
    let mut found = BTreeSet::new();
    let bodies = std::fs::read_dir(root.join("bodies")).unwrap();
    let bodies = bodies.map(|entry| format!("bodies/{}", entry.unwrap().file_name().to_string_lossy()));
    for file in bodies.chain(["common.json".to_owned(), "statement.json".to_owned()]) {
        let schema: Value = serde_json::from_slice(&std::fs::read(root.join(&file)).unwrap()).unwrap();
        hashes(&schema, "", &mut |place| {
            found.insert(format!("{file} {place}"));
        });
    }
    let known: BTreeMap<&str, &str> = MEMBERS.iter().copied().collect();
    let gone = known.keys().filter(|member| !found.contains(**member));
    let gone = gone.map(|member| format!("no schema has {member} any more: take it out of MEMBERS"));
    let new = found.iter().filter(|member| !known.contains_key(member.as_str())).map(|member| {
        format!(
            "{member} holds a hash. In crates/assent/tests/tenancy/words.rs, add it to MEMBERS: `TRIED` with a way to name \
             what is another's in NAMED, or the reason why a foreign hash tells nothing there."
        )
    });
    gone.chain(new).collect()
}

/// Where a schema refers to a hash: the definition and the member.
fn hashes(schema: &Value, place: &str, tell: &mut impl FnMut(String)) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                let is_hash = name == "$ref" && value.as_str().is_some_and(|to| to.ends_with("#/$defs/hash"));
                if is_hash {
                    tell(place.to_owned());
                }
                let next = match name.as_str() {
                    "$defs" | "properties" | "items" | "oneOf" | "anyOf" | "allOf" => place.to_owned(),
                    _ if place.is_empty() => name.clone(),
                    _ => format!("{place}.{name}"),
                };
                hashes(value, &next, tell);
            }
        }
        Value::Array(all) => all.iter().for_each(|one| hashes(one, place, tell)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
