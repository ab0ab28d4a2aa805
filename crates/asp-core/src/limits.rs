//! Every number of the protocol. Generated from `spec/limits.toml` by `cargo xtask codegen`; do not edit.

use crate::position::Millis;

/// A bound, in statements. What one message of A2A may say in a session, each a statement with its signature and its fsync.
pub const A2A_ACTS_MAX: usize = 8;

/// A bound, in bytes. An answer of an A2A agent elsewhere that is read; it is held whole.
pub const A2A_ANSWER_BYTES_MAX: usize = 1048576;

/// A bound, in bytes. A request of an A2A client: what is in it becomes statements, none of which may have more.
pub const A2A_BODY_BYTES_MAX: usize = 262144;

/// A bound, in bytes. An Agent Card of A2A that is fetched; real ones have a few thousand, and each is held and hashed whole.
pub const A2A_CARD_BYTES_MAX: usize = 65536;

/// A bound, in clients. A2A clients without a key of their own at one node; each has the key of an agent there.
pub const A2A_CLIENTS_MAX: usize = 1024;

/// A bound, in bytes. How much of an unsigned answer is quoted in a session; of more its beginning and its digest are.
pub const A2A_HEARSAY_BYTES_MAX: usize = 32768;

/// A bound, in bytes. An id that an A2A client makes: of a message, a conversation, a configuration; UUIDs have 36.
pub const A2A_ID_BYTES_MAX: usize = 256;

/// A bound, in bytes. Statements and messages that one ListTasks reads; after the task that passes it the page ends.
pub const A2A_LIST_BYTES_MAX: usize = 16777216;

/// A bound, in statements. Statements that one ListTasks reads; where that is not enough the next page goes on.
pub const A2A_LIST_STATEMENTS_MAX: usize = 20000;

/// A bound, in tasks. The largest page of ListTasks, which A2A 1.0 gives.
pub const A2A_PAGE_MAX: usize = 100;

/// A bound, in parts. Parts of one message of A2A.
pub const A2A_PARTS_MAX: usize = 64;

/// A bound, in attempts. How often a client is told of one change before it is passed over; the pause between them doubles, to about two minutes in all.
pub const A2A_PUSH_ATTEMPTS_MAX: usize = 8;

/// A bound, in configurations. Where the client of one task may have itself told of it.
pub const A2A_PUSHES_MAX: usize = 16;

/// A bound, in configurations. The same of all tasks of the clients that speak as one agent.
pub const A2A_PUSHES_OF_AGENT_MAX: usize = 1024;

/// A bound, in tasks. Tasks of one organisation's clients that are told elsewhere at once, so that no slow receiver keeps others waiting.
pub const A2A_PUSHING_OF_ORGANISATION_MAX: usize = 2;

/// A bound, in messages. The newest messages of one A2A client by which one that comes again is known, so that it is not said twice.
pub const A2A_REQUESTS_MAX: usize = 1024;

/// A bound, in signatures. Signatures of one Agent Card of A2A; each costs a verification.
pub const A2A_SIGNATURES_MAX: usize = 8;

/// A bound, in bytes. The history of one task of A2A, and as much again of what was handed over in it; of more the oldest messages are left out.
pub const A2A_TASK_BYTES_MAX: usize = 4194304;

/// A bound, in tasks. Sessions that one ListTasks looks at, those that moved last first; each is read to tell how it stands, and the next page goes on.
pub const A2A_TASKS_LOOKED_AT_MAX: usize = 500;

/// A bound, in milliseconds. How long an A2A client that waits for an answer is kept waiting; then it gets the task as it stands, and asks again.
pub const A2A_WAIT_MS: Millis = Millis(20000);

/// A default, in milliseconds. 72 hours: how long a creditor may look at a fulfilment before silence counts as acknowledgement.
pub const ACKNOWLEDGEMENT_MS: Millis = Millis(259200000);

/// A bound, in milliseconds. Who may invite is judged by what was settled before the present step of log time began, so that the question does not change while it is answered.
pub const ADMISSION_STEP_MS: Millis = Millis(60000);

/// A bound, in bytes. An attestation as a file: the longest names with all that stands around them fit twice.
pub const ATTESTATION_BYTES_MAX: usize = 2048;

/// A default, in statements. Statements that share one transaction and one signature of receipts.
pub const BATCH_MAX: usize = 512;

/// A default, in bytes. A bundle is read into memory whole; 16 MiB is some five thousand short statements with their proofs.
pub const BUNDLE_BYTES_MAX: usize = 16777216;

/// A bound, in entries. The longest session with the streams that it rests on; it bounds the work of reading a bundle.
pub const BUNDLE_ENTRIES_MAX: usize = 16384;

/// A bound, in capabilities. Capabilities of one agent or one consent.
pub const CAPABILITIES_MAX: usize = 64;

/// A bound, in looks. At how many looks in a row the address of a pinned card must answer without a card before a node says that none is there: putting it in place anew stops nobody's deal.
pub const CARD_ABSENCES_MAX: usize = 3;

/// A bound, in milliseconds. How soon a node looks again where a pinned card was not; the pause doubles each time, up to the usual one.
pub const CARD_CHECK_AGAIN_MS: Millis = Millis(10000);

/// A default, in milliseconds. How often a node looks whether a card of A2A that an agent has pinned is still served: an hour after it was exchanged nobody is bound to it.
pub const CARD_CHECK_MS: Millis = Millis(3600000);

/// A bound, in languages. Languages on one card; each is a row of the search index.
pub const CARD_LANGUAGES_MAX: usize = 16;

/// A bound, in schemas. Terms schemas that one card says are spoken; each is a row of the search index.
pub const CARD_SCHEMAS_MAX: usize = 16;

/// A bound, in bytes. A challenge or the answer to one: the longest names with all that stands around them fit twice.
pub const CHALLENGE_BYTES_MAX: usize = 1024;

/// A bound, in bytes. One chunk of a file that is attached in a sealed session: 1 MiB, and the 16 bytes by which it is found out that it was changed.
pub const CHUNK_BYTES_MAX: usize = 1048592;

/// A default, in milliseconds. 90 days: how long chunks stay after the last word of a session that has ended; as long as a dispute about it is open they stay all the same.
pub const CHUNKS_KEEP_MS: Millis = Millis(7776000000);

/// A bound, in chunks. Chunks that one organisation puts into one session: two of the largest files. Each has its own, so nobody uses up another's.
pub const CHUNKS_MAX: usize = 128;

/// A default, in milliseconds. How far an issuer's clock may be from the node's at admission.
pub const CLOCK_SKEW_MS: Millis = Millis(120000);

/// A bound, in commitments. Commitments of one session.
pub const COMMITMENTS_MAX: usize = 64;

/// A bound, in fields. Names of members that one consent lets flow; each is compared with every member of data.
pub const CONSENT_FIELDS_MAX: usize = 256;

/// A bound, in statements. How often one consent can be narrowed; each is kept, so that everybody knows since when a session is no longer covered.
pub const CONSENT_NARROWINGS_MAX: usize = 32;

/// A bound, in rules. Rules of one policy under which requests for consent are granted; each is compared with each request.
pub const CONSENT_RULES_MAX: usize = 16;

/// A bound, in currencies. Of one account; it is read and written whole with each movement.
pub const CURRENCIES_MAX: usize = 16;

/// A bound, in hops. Length of a chain of mandates.
pub const DELEGATION_HOPS_MAX: usize = 8;

/// A bound, in bytes. What one disclosure opens: as much as the largest sealed body, so that shut it still fits a string of a statement.
pub const DISCLOSURE_BYTES_MAX: usize = 45056;

/// A bound, in disclosures. What one statement in a dispute may disclose; how large they may be together is bounded by the statement.
pub const DISCLOSURES_MAX: usize = 16;

/// A bound, in disputes. Filings found abusive after which an organisation files nothing for a while: once can be a mistake, three times is a habit.
pub const DISPUTE_ABUSIVE_MAX: usize = 3;

/// A bound, in milliseconds. 90 days: how long a filing that was found abusive counts against the next.
pub const DISPUTE_ABUSIVE_MS: Millis = Millis(7776000000);

/// A default, in milliseconds. 72 hours: how long a ruling that can be appealed waits for an appeal.
pub const DISPUTE_APPEAL_MS: Millis = Millis(259200000);

/// A bound, in milliseconds. 30 days: how long after an obligation came to its outcome that can still be disputed.
pub const DISPUTE_FILING_MS: Millis = Millis(2592000000);

/// A bound, in disputes. Open disputes that one organisation has filed against another; a deal that went wrong as a whole is one.
pub const DISPUTE_OPEN_MAX: usize = 16;

/// A default, in milliseconds. 7 days: how long an arbiter has.
pub const DISPUTE_RULE_MS: Millis = Millis(604800000);

/// A default, in milliseconds. 72 hours: how long the parties of a dispute have among themselves.
pub const DISPUTE_SETTLE_MS: Millis = Millis(259200000);

/// A bound, in statements. Statements of the parties in one dispute; the node and the arbiter are not counted.
pub const DISPUTE_STATEMENTS_MAX: usize = 64;

/// A default, in milliseconds. 72 hours: how long a panel has to hide its votes, and again to show them.
pub const DISPUTE_VOTE_MS: Millis = Millis(259200000);

/// A bound, in milliseconds. 90 days: the longest that one step of a dispute may take by agreement.
pub const DISPUTE_WINDOW_MS_MAX: Millis = Millis(7776000000);

/// A bound, in milliseconds. How soon a node looks again where it did not find the key: records of DNS take their time. The pause grows as long as nothing is found.
pub const DOMAIN_CHECK_AGAIN_MS: Millis = Millis(10000);

/// A default, in milliseconds. How often a node looks under a domain whose key it found: a domain that changes hands is noticed within a day.
pub const DOMAIN_CHECK_MS: Millis = Millis(86400000);

/// A bound, in bytes. What is read of a document under a domain to find the keys of its organisation.
pub const DOMAIN_DOCUMENT_BYTES_MAX: usize = 65536;

/// A bound, in looks. How often a node may fail to reach a domain whose key it had found before it says that it is not there: a server may be down for an hour.
pub const DOMAIN_FAILURES_MAX: usize = 3;

/// A bound, in keys. Keys in such a document; an organisation never has more.
pub const DOMAIN_KEYS_MAX: usize = 64;

/// A bound, in milliseconds. How long a node leaves a domain alone after it looked there, however often an organisation asks: the name may be somebody else's.
pub const DOMAIN_LOOKS_APART_MS: Millis = Millis(1000);

/// A bound, in bytes. What a disclosure has beside its ciphertext: a point of Curve25519 has 32, and other curves hardly more.
pub const ENCAPSULATED_BYTES_MAX: usize = 64;

/// A bound, in endorsements. Endorsements of one agent that stand at the same time.
pub const ENDORSEMENTS_MAX: usize = 256;

/// A default, in milliseconds. How long an escalated session waits for the authority.
pub const ESCALATION_MS: Millis = Millis(86400000);

/// A bound, in exhibits. What one statement in a dispute may show; each is looked for among the statements of the session.
pub const EXHIBITS_MAX: usize = 32;

/// A bound, in bytes. 64 MiB: the largest file that a sealed body can attach. Its 64 chunks are named in some five thousand bytes of it.
pub const FILE_BYTES_MAX: usize = 67108864;

/// A bound, in bytes. 1 MiB: what is shut of a file at once, each chunk but the last. Nobody holds more of a file in memory.
pub const FILE_CHUNK_BYTES: usize = 1048576;

/// A bound, in bytes. A chunk as it travels and is kept: what was in it, and the 16 bytes that authenticate it.
pub const FILE_CHUNK_SEALED_BYTES_MAX: usize = 1048592;

/// A bound, in members. Members of terms and data that a session remembers, so that nobody comes in to read what its consent does not let flow; bounds its memory.
pub const FLOWED_MEMBERS_MAX: usize = 1024;

/// A bound, in members. All who can take part, and a delegate or two of each.
pub const GROUP_MEMBERS_MAX: usize = 96;

/// A bound, in holds. Money held under one package: a price and a bond for each of a few obligations.
pub const HOLDS_MAX: usize = 16;

/// A bound, in times. What was handed out so often and never confirmed is a dead letter.
pub const INBOX_ATTEMPTS_MAX: usize = 16;

/// A bound, in messages. Dead letters of a group; with more nothing is given up until some are looked at.
pub const INBOX_DEAD_MAX: usize = 10000;

/// A bound, in groups. Groups of workers of one party; each has its own place in the log.
pub const INBOX_GROUPS_MAX: usize = 16;

/// A bound, in messages. What a group of workers has in hand, and what waits behind it; the rest follows from the log and is kept nowhere.
pub const INBOX_IN_HAND_MAX: usize = 1000;

/// A bound, in milliseconds. The longest that a message is kept from other workers.
pub const INBOX_LEASE_MAX_MS: Millis = Millis(3600000);

/// A default, in milliseconds. How long a worker has a message in hand if it does not say.
pub const INBOX_LEASE_MS: Millis = Millis(60000);

/// A bound, in number. 2^53-1, the largest integer that every JSON reader keeps (RFC 7493 section 2.2).
pub const INTEGER_MAX: u64 = 9007199254740991;

/// A default, in milliseconds. How long an invitation waits when it does not say.
pub const INVITATION_MS: Millis = Millis(30000);

/// A bound, in invitations. The highest rate that a policy can ask for; a node that counts them keeps no more than one hour.
pub const INVITATIONS_PER_HOUR_MAX: usize = 10000;

/// A bound, in bytes. A key package with one credential and no extensions of size; it is parsed by strangers.
pub const KEY_PACKAGE_BYTES_MAX: usize = 4096;

/// A bound, in packages. Key packages for a single use that one organisation is given of one agent within a day; after that it is given the last resort, so that nobody takes all there are.
pub const KEY_PACKAGE_CLAIMS_MAX: usize = 32;

/// A bound, in milliseconds. A day: how long a claim counts for that.
pub const KEY_PACKAGE_CLAIMS_MS: Millis = Millis(86400000);

/// A bound, in agents. Agents of whom one request claims a key package.
pub const KEY_PACKAGES_CLAIMED_MAX: usize = 32;

/// A bound, in key packages. How many of an agent's key packages can be named; of more the oldest are forgotten.
pub const KEY_PACKAGES_KEPT_MAX: usize = 128;

/// A bound, in key packages. What one statement publishes; each is some 400 bytes.
pub const KEY_PACKAGES_PUBLISHED_MAX: usize = 32;

/// A bound, in keys. Keys that one organisation or agent has ever had.
pub const KEYS_MAX: usize = 64;

/// A bound, in mandates. Delegations of one session.
pub const MANDATES_MAX: usize = 64;

/// A bound, in bytes. A message of the Model Context Protocol: a bundle that somebody gives a tool to check fits.
pub const MCP_MESSAGE_BYTES_MAX: usize = 1048576;

/// A bound, in milliseconds. How long a tool waits for news: shorter than the half minute after which many clients give up.
pub const MCP_WAIT_MS_MAX: Millis = Millis(25000);

/// A bound, in bytes. Either part of a media type such as application/pdf (RFC 6838 section 4.2).
pub const MEDIA_TYPE_PART_BYTES_MAX: usize = 127;

/// A bound, in statements. An invitation may ask for more messages than the default, never for more than this: a session is replayed whole.
pub const MESSAGES_HARD_MAX: usize = 10000;

/// A default, in statements. Statements of one session by its participants.
pub const MESSAGES_MAX: usize = 1000;

/// A bound, in bytes. A display name.
pub const NAME_BYTES_MAX: usize = 200;

/// A bound, in obligations. Obligations in one package; each may become a timer.
pub const OBLIGATIONS_MAX: usize = 64;

/// A bound, in statements. What the observers of a session may say together; it does not count into the session's messages.
pub const OBSERVER_REMARKS_MAX: usize = 200;

/// A bound, in milliseconds. How long a statement in the stream of an organisation or agent may take from its issue to its log, if it expires by then: keys that are kept away from the network sign by hand.
pub const OFFLINE_MS: Millis = Millis(604800000);

/// A bound, in bytes. What of a seal or a group means nothing to the node: in base64url it is the longest string.
pub const OPAQUE_BYTES_MAX: usize = 49152;

/// A bound, in offers. Offers of one session that await an answer at once.
pub const OPEN_OFFERS_MAX: usize = 32;

/// A bound, in questions. Questions of one session that await an answer at once.
pub const OPEN_QUESTIONS_MAX: usize = 32;

/// A bound, in packages. Alternatives in one proposal.
pub const PACKAGES_MAX: usize = 8;

/// A bound, in milliseconds. 90 days: who made a deal with either side in that time before the filing sits on no panel between them.
pub const PANEL_APART_MS: Millis = Millis(7776000000);

/// A bound, in organisations. How many a lottery calls at most: the trust of each costs two maximum flows.
pub const PANEL_CALLED_MAX: usize = 64;

/// A bound, in members. The larger of the two sizes of a panel.
pub const PANEL_MAX: usize = 5;

/// A bound, in turns. How often a seat of a panel can be given: those who sit first, and twice as many who replace the silent.
pub const PANEL_TURNS_MAX: usize = 3;

/// A bound, in participants. Bounds the work per statement and the size of a session's state.
pub const PARTICIPANTS_MAX: usize = 32;

/// A bound, in domains. Organisations that a policy names as those who may invite; whoever needs more relies on its consents.
pub const POLICY_DOMAINS_MAX: usize = 64;

/// A bound, in floors. Trust floors of one policy; an invitation asks the invited organisation at most one question per value class.
pub const POLICY_FLOORS_MAX: usize = 16;

/// A bound, in currencies. Currencies of which a policy says what they are worth.
pub const POLICY_RATES_MAX: usize = 64;

/// A bound, in organisations. Organisations that a policy takes to be good for something; each is a source of the flow that trust is.
pub const POLICY_SEEDS_MAX: usize = 64;

/// A default, in milliseconds. How long a session waits for the next statement when its invitation does not say.
pub const RESPONSE_MS: Millis = Millis(300000);

/// A bound, in bytes. The result that shows a fulfilment, canonical: what is larger is an artefact, and is named by its digest.
pub const RESULT_BYTES_MAX: usize = 16384;

/// A default, in offers. Proposals and counters of one session.
pub const ROUNDS_MAX: usize = 50;

/// A bound, in searches. Saved searches of all organisations of a node; bounds the file that keeps them.
pub const SAVED_SEARCHES_ALL_MAX: usize = 100000;

/// A bound, in searches. Saved searches of one organisation, with those of its agents; each can be followed.
pub const SAVED_SEARCHES_MAX: usize = 100;

/// A bound, in bytes. A terms schema in canonical form.
pub const SCHEMA_BYTES_MAX: usize = 65536;

/// A bound, in subschemas. Subschemas that one value of the terms can meet, references followed; it bounds the time of a check.
pub const SCHEMA_COST_MAX: usize = 2048;

/// A bound, in bytes. One regular expression of a terms schema.
pub const SCHEMA_PATTERN_BYTES_MAX: usize = 256;

/// A bound, in patterns. Regular expressions of one terms schema.
pub const SCHEMA_PATTERNS_MAX: usize = 64;

/// A bound, in references. References of a terms schema that lead one to the other; it bounds recursion.
pub const SCHEMA_REFERENCES_DEPTH_MAX: usize = 64;

/// A bound, in repetitions. The product of all counted repetitions of one regular expression; each is compiled as a copy.
pub const SCHEMA_REPETITION_MAX: usize = 4096;

/// A bound, in items. The most items of a list that have to differ, since each is compared with each.
pub const SCHEMA_UNIQUE_ITEMS_MAX: usize = 256;

/// A bound, in schemas. Terms schemas of one organisation; all of them are read with its stream.
pub const SCHEMAS_MAX: usize = 64;

/// A bound, in schemas. Terms schemas that one invitation offers.
pub const SCHEMAS_OFFERED_MAX: usize = 8;

/// A bound, in milliseconds. No time limit of a session exceeds 366 days; it bounds timers.
pub const SESSION_LIMIT_MS_MAX: Millis = Millis(31622400000);

/// A default, in milliseconds. How long a session may go on before its first commitment stands.
pub const SESSION_MS: Millis = Millis(3600000);

/// A bound, in names. Attesters and organisations that registered schemas of results, named by one statement: each stream is read before it is judged.
pub const SHOWING_SOURCES_MAX: usize = 32;

/// A bound, in signatures. Agent, organisation, and the two keys of a rotation; each costs a verification.
pub const SIGNATURES_MAX: usize = 4;

/// A bound, in stages. Stages of one obligation; in a package each counts as an obligation, for each may become a timer.
pub const STAGES_MAX: usize = 16;

/// A bound, in stars. The best rating.
pub const STARS_MAX: usize = 5;

/// A bound, in bytes. A statement larger than this is a file, and files travel by digest; it bounds memory per request.
pub const STATEMENT_BYTES_MAX: usize = 262144;

/// A bound, in levels. Bounds recursion of every parser that will ever read a statement.
pub const STATEMENT_DEPTH_MAX: usize = 32;

/// A bound, in values. Bounds the work of schema checks and of building values.
pub const STATEMENT_NODES_MAX: usize = 4096;

/// A default, in connections. Reads of the store that run at once; a further one waits. Each holds up to 8 MiB of pages.
pub const STORE_READERS: usize = 4;

/// A default, in streams. Streams whose state the writer keeps between batches; one that is not kept is read from its statements.
pub const STREAMS_CACHED_MAX: usize = 20000;

/// A bound, in bytes. A string of a statement, as written between its quotes.
pub const STRING_BYTES_MAX: usize = 65536;

/// A default, in statements. Statements waiting for the writer; beyond it the node answers OVERLOADED.
pub const SUBMIT_QUEUE_MAX: usize = 4096;

/// A bound, in bytes. A human sentence: reason, purpose, question, note.
pub const TEXT_BYTES_MAX: usize = 4096;

/// A bound, in deposits and withdrawals. Of one account that wait for the settlement provider; they are kept with it.
pub const TRANSFERS_OPEN_MAX: usize = 64;

/// A bound, in bytes. An agent's URI, an origin or a stream's name.
pub const URI_BYTES_MAX: usize = 255;

/// A default, in pages. 64 MiB of write-ahead log, beyond which it begins anew: a reader finds its pages in milliseconds.
pub const WAL_PAGES_MAX: usize = 16384;

/// A default, in pages. 4 MiB carried over into the database and flushed at once; what the writer then waits for is a few milliseconds.
pub const WAL_STEP_PAGES: usize = 1024;

/// A bound, in bytes. An address on the web that a card names.
pub const WEB_ADDRESS_BYTES_MAX: usize = 512;

/// A bound, in attempts. How often an event may be refused before it is put aside: over about two and a half hours, so that a receiver has time to be mended.
pub const WEBHOOK_ATTEMPTS_MAX: usize = 12;

/// A bound, in attempts. Failures in a row after which a webhook is tried with a single event until one is delivered.
pub const WEBHOOK_BROKEN_AFTER: usize = 5;

/// A bound, in events. Events of one webhook that may be put aside; then it is stopped, since whoever refuses so many takes none.
pub const WEBHOOK_DEAD_MAX: usize = 1000;

/// A bound, in milliseconds. The longest pause between two attempts: who is there again waits for an hour at most.
pub const WEBHOOK_PAUSE_MAX_MS: Millis = Millis(3600000);

/// A bound, in milliseconds. The pause after a first failure; each further one is twice as long, up to the longest, and up to a quarter longer or shorter.
pub const WEBHOOK_PAUSE_MS: Millis = Millis(5000);

/// A bound, in milliseconds. Five days without an answer after which a webhook is stopped. Nothing is lost: it goes on from its place when it is resumed.
pub const WEBHOOK_SILENT_MS: Millis = Millis(432000000);

/// A bound, in webhooks. Webhooks of all organisations of a node; bounds the file that keeps them.
pub const WEBHOOKS_ALL_MAX: usize = 10000;

/// A bound, in webhooks. Webhooks of one organisation; each is an address that the node calls.
pub const WEBHOOKS_MAX: usize = 20;
