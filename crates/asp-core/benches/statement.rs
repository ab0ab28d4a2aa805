//! What a node pays for a statement of about 1 KiB: reading it, checking its signature, judging and applying it.
#![expect(clippy::unwrap_used, reason = "a benchmark whose dialogue is refused is to stop")]

use std::hint::black_box;

use asp_core::key::SecretKey;
use asp_core::name::{AgentUri, Issuer, Origin, StreamId, StreamKind, StreamName};
use asp_core::position::{Head, LogPoint, LogTime, Millis, Position};
use asp_core::statement::body::{
    AgentRegister, Body, Card, ConsentRequest, Empty, Inform, Introduction, Invitation, Invitee, Limits,
    Mode, Nonce, Note, OrgRegister, ParticipantRole, Propose,
};
use asp_core::statement::draft::{Draft, Stamp};
use asp_core::statement::{Received, Verified};
use asp_core::world::World;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A log in memory.
struct Bench {
    world: World,
    origin: Origin,
    now: LogTime,
    index: u64,
}

impl Bench {
    fn new() -> Self {
        let origin: Origin = "bench.example/log".parse().unwrap();
        let world = World::new(origin.clone(), SecretKey::from_seed(&[9; 32]).id());
        Self { world, origin, now: LogTime::from_millis(1_795_449_312_000), index: 0 }
    }

    fn draft(
        &self,
        stream: StreamName,
        issuer: Issuer,
        body: Body,
        reply: bool,
        keys: &[&SecretKey],
    ) -> Verified {
        let head = match &stream {
            StreamName::Of(stream) => self.world.head(stream),
            StreamName::Opens(_) => None,
        };
        let mut draft = Draft::new(stream, self.origin.clone(), issuer, body);
        draft.in_reply_to = head.filter(|_| reply).map(|head: Head| head.hash);
        draft.sign(head, Stamp { issued_at: self.now, random: [7; 10] }, keys).unwrap()
    }

    fn at(&self) -> LogPoint {
        LogPoint { index: Position(self.index), time: self.now }
    }

    fn take(&mut self, statement: &Verified) -> StreamId {
        let accepted = self.world.judge(statement, self.at()).unwrap();
        self.world.apply(&accepted);
        self.index += 1;
        statement.statement().stream.clone()
    }

    fn member(&mut self, domain: &str, root: &SecretKey, key: &SecretKey) -> AgentUri {
        let organisation: asp_core::name::Domain = domain.parse().unwrap();
        let register = Body::OrgRegister(OrgRegister { key: root.id(), name: "Bench".parse().unwrap() });
        let stream = StreamName::Of(StreamId::Org(organisation.clone()));
        let statement = self.draft(stream, Issuer::Organisation(organisation), register, false, &[root]);
        self.take(&statement);
        let agent: AgentUri = format!("agent://{domain}/bench/agent").parse().unwrap();
        let capabilities = ["provision.compute.gpu".parse().unwrap()].into();
        let card = Card::of("Agent".parse().unwrap(), "Measures".parse().unwrap(), capabilities);
        let register = Body::AgentRegister(AgentRegister { card, key: key.id() });
        let stream = StreamName::Of(StreamId::Agent(agent.clone()));
        let statement = self.draft(stream, Issuer::Agent(agent.clone()), register, false, &[root, key]);
        self.take(&statement);
        agent
    }

    /// Two members with a consent and a session in which both have joined.
    fn session(&mut self, keys: [&SecretKey; 2]) -> (StreamId, [AgentUri; 2]) {
        let roots = [SecretKey::from_seed(&[3; 32]), SecretKey::from_seed(&[4; 32])];
        let buyer = self.member("buyer.example", &roots[0], keys[0]);
        let seller = self.member("seller.example", &roots[1], keys[1]);
        let request = Body::ConsentRequest(ConsentRequest {
            capabilities: ["provision".parse().unwrap()].into(),
            ceiling: None,
            data_classes: None,
            expires_at: self.now.plus(Millis(1_000_000_000)),
            fields: None,
            nonce: Nonce([1; 16]),
            performatives: None,
            purpose: "Measure".parse().unwrap(),
            with: seller.organisation(),
            mode: None,
        });
        let by = Issuer::Organisation(buyer.organisation());
        let asked = self.draft(StreamName::Opens(StreamKind::Consent), by, request, false, &[&roots[0]]);
        let consent = self.take(&asked);
        let by = Issuer::Organisation(seller.organisation());
        let granted =
            self.draft(StreamName::Of(consent), by, Body::ConsentGrant(Empty {}), false, &[&roots[1]]);
        self.take(&granted);
        let invitee = |agent: &AgentUri, role| Invitee { agent: agent.clone(), required: None, role };
        let invitation = Body::Propose(Propose::Invitation(Invitation {
            capability: "provision.compute.gpu".parse().unwrap(),
            consents: [asked.statement().hash].into(),
            limits: Limits { messages: Some(10_000), ..Limits::defaults() },
            mode: Mode::Open,
            nonce: Nonce([2; 16]),
            participants: vec![
                invitee(&buyer, ParticipantRole::Initiator),
                invitee(&seller, ParticipantRole::Party),
            ],
            purpose: "Measure".parse().unwrap(),
            schemas: None,
        }));
        let opens = StreamName::Opens(StreamKind::Session);
        let invited = self.draft(opens, Issuer::Agent(buyer.clone()), invitation, false, &[keys[0]]);
        let session = self.take(&invited);
        let card = self.world.agent(&seller).unwrap().card_set_by();
        let joins = Body::Accept(asp_core::statement::body::Accept::Introduction(Introduction {
            card,
            schemas: None,
        }));
        let joined = self.draft(
            StreamName::Of(session.clone()),
            Issuer::Agent(seller.clone()),
            joins,
            true,
            &[keys[1]],
        );
        self.take(&joined);
        (session, [buyer, seller])
    }
}

fn note(bench: &Bench, session: &StreamId, agent: &AgentUri, key: &SecretKey) -> Verified {
    let body = Body::Inform(Inform::Note(Note { data: None, text: "x".repeat(480).parse().unwrap() }));
    bench.draft(StreamName::Of(session.clone()), Issuer::Agent(agent.clone()), body, false, &[key])
}

fn statement(criterion: &mut Criterion) {
    let keys = [SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32])];
    let mut bench = Bench::new();
    let (session, [buyer, _]) = bench.session([&keys[0], &keys[1]]);
    let statement = note(&bench, &session, &buyer, &keys[0]);
    let envelope = statement.envelope();
    let mut group = criterion.benchmark_group("statement");
    group.throughput(Throughput::Bytes(envelope.len() as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| Received::parse(black_box(&envelope)).unwrap().read().unwrap());
    });
    group.bench_function("read_and_verify", |bencher| {
        bencher.iter(|| Verified::from_envelope(black_box(&envelope)).unwrap());
    });
    group.bench_function("judge", |bencher| {
        bencher.iter(|| bench.world.judge(black_box(&statement), bench.at()).unwrap());
    });
    let accepted = bench.world.judge(&statement, bench.at()).unwrap();
    group.bench_function("apply", |bencher| {
        bencher.iter(|| bench.world.apply(black_box(&accepted)));
    });
    group.bench_function("next_deadline", |bencher| {
        let StreamId::Session(id) = &session else { return };
        bencher.iter(|| bench.world.next_deadline(black_box(id)));
    });
    group.finish();
}

criterion_group!(benches, statement);
criterion_main!(benches);
