//! One row for each operation: what it shows to whom, and how it is asked. A new route needs a row here, and what it shows
//! an object in `world`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Session,
    Consent,
    Commitment,
    Dispute,
    /// A statement of a stream that is not public, by its hash.
    Statement,
    Person,
    /// An invitation of a person.
    Invitation,
    /// The secret at the end of a link.
    Secret,
    /// A search that somebody has saved.
    Search,
    /// A webhook of an organisation.
    Webhook,
    /// A chunk of a file: its session and its digest, with a dot between.
    Chunk,
    /// No id, but something that was said or is private in another way: it stands in no stranger's answer.
    Words,
}

/// What an operation shows.
pub(crate) enum Shows {
    /// Objects of these kinds, to those who may see them; `{}` in an ask or the body is the id, of one with a dot what
    /// stands before it, and `{part}` what stands behind it.
    Hidden { kinds: &'static [Kind], asks: &'static [&'static str], body: Option<&'static str> },
    /// What is the caller's own.
    Own(&'static [&'static str]),
    /// Something that everybody may see, or everybody who has shown who it is; why.
    Public(&'static str, &'static [&'static str]),
    /// Something for whoever has a secret, which is no name of anything; which test is about it.
    Bearer(&'static str),
    /// Nothing: it takes signed statements, which `words` has.
    Takes,
}

/// A row of the table.
pub(crate) struct Row {
    /// Method and path, as in `/openapi.json`.
    pub(crate) route: &'static str,
    pub(crate) shows: Shows,
    /// Parameters and members of the body that name something that not everybody may see; the asks try them.
    pub(crate) names: &'static [&'static str],
    /// Those that name what is public, a place in a list of one's own, or nothing.
    pub(crate) plain: &'static [&'static str],
}

/// What shows no agent anything, of whatever it is a reader.
const OF_ORGANISATIONS: &[&str] = &["GET /v1/consents/{id}/trail"];

impl Row {
    /// Whether it shows this caller what that is a reader of.
    pub(crate) fn is_for(&self, label: &str) -> bool {
        let is_page = self.route.starts_with("GET /console/");
        match (is_page, self.route.ends_with("/decision")) {
            // Pages are for people, and who decides about a consent is an owner.
            (true, true) => label.ends_with(" owner"),
            (true, false) => label.contains(' '),
            (false, _) => !label.contains('/') || !OF_ORGANISATIONS.contains(&self.route),
        }
    }
}

const fn hidden(
    route: &'static str,
    kinds: &'static [Kind],
    asks: &'static [&'static str],
    names: &'static [&'static str],
    plain: &'static [&'static str],
) -> Row {
    Row { route, shows: Shows::Hidden { kinds, asks, body: None }, names, plain }
}

const fn own(route: &'static str, asks: &'static [&'static str], plain: &'static [&'static str]) -> Row {
    Row { route, shows: Shows::Own(asks), names: &[], plain }
}

const fn public(
    route: &'static str,
    why: &'static str,
    asks: &'static [&'static str],
    plain: &'static [&'static str],
) -> Row {
    Row { route, shows: Shows::Public(why, asks), names: &[], plain }
}

const fn bearer(route: &'static str, test: &'static str, plain: &'static [&'static str]) -> Row {
    Row { route, shows: Shows::Bearer(test), names: &[], plain }
}

/// Whatever has a hash for a name has a receipt.
const LOGGED: &[Kind] = &[Kind::Session, Kind::Consent, Kind::Commitment, Kind::Dispute, Kind::Statement];
const PAGE: &[&str] = &["pageSize", "pageToken"];

/// The bytes of every chunk: sealed, for all that the node knows.
pub(crate) const CHUNK: &str = "bassoons";

const REGISTRY: &str = "the registry is there to be searched";
const PROOF: &str = "the log shows hashes, times and proofs to everybody, and nothing of what was said";
const NODE: &str = "it says what the node is and how it stands, and nothing of anybody's";
const PAGE_OF_NODE: &str = "it is the same text for everybody";

pub(crate) const ROWS: &[Row] = &[
    hidden("GET /v1/sessions/{id}", &[Kind::Session], &["/v1/sessions/{}"], &["id"], &[]),
    hidden(
        "GET /v1/sessions/{id}/messages",
        &[Kind::Session],
        &["/v1/sessions/{}/messages", "/v1/sessions/{}/messages?after=0&limit=1&waitSeconds=1"],
        &["id"],
        &["after", "limit", "waitSeconds"],
    ),
    hidden(
        "GET /v1/sessions/{id}/events",
        &[Kind::Session],
        &["/v1/sessions/{}/events", "/v1/sessions/{}/events?after=0"],
        &["id"],
        &["after", "Last-Event-ID"],
    ),
    hidden("GET /v1/sessions/{id}/trace", &[Kind::Session], &["/v1/sessions/{}/trace"], &["id"], &[]),
    hidden("GET /v1/sessions/{id}/digest", &[Kind::Session], &["/v1/sessions/{}/digest"], &["id"], &[]),
    hidden(
        "GET /v1/sessions/{id}/chunks/{digest}",
        &[Kind::Chunk],
        &["/v1/sessions/{}/chunks/{part}"],
        &["id", "digest"],
        &[],
    ),
    // Into a session of others nothing is put either.
    Row {
        route: "PUT /v1/sessions/{id}/chunks/{digest}",
        shows: Shows::Hidden {
            kinds: &[Kind::Chunk],
            asks: &["/v1/sessions/{}/chunks/{part}"],
            body: Some(CHUNK),
        },
        names: &["id", "digest"],
        plain: &[],
    },
    public(
        "POST /v1/key-packages/claim",
        "key packages stand in their agents' streams, which everybody can read; what is handed out is told to nobody else",
        &[],
        &["agents"],
    ),
    hidden("GET /v1/consents/{id}", &[Kind::Consent], &["/v1/consents/{}"], &["id"], &[]),
    hidden(
        "GET /v1/consents/{id}/sessions",
        &[Kind::Consent],
        &["/v1/consents/{}/sessions", "/v1/consents/{}/sessions?pageSize=1000&pageToken=1000000"],
        &["id"],
        PAGE,
    ),
    hidden("GET /v1/consents/{id}/trail", &[Kind::Consent], &["/v1/consents/{}/trail"], &["id"], &[]),
    hidden("GET /v1/commitments/{id}", &[Kind::Commitment], &["/v1/commitments/{}"], &["id"], &[]),
    hidden(
        "GET /v1/commitments/{id}/bundle",
        &[Kind::Commitment],
        &["/v1/commitments/{}/bundle"],
        &["id"],
        &[],
    ),
    hidden("GET /v1/disputes/{id}", &[Kind::Dispute], &["/v1/disputes/{}"], &["id"], &[]),
    hidden(
        "GET /v1/disputes/{id}/statements",
        &[Kind::Dispute],
        &["/v1/disputes/{}/statements", "/v1/disputes/{}/statements?after=0&limit=1&waitSeconds=1"],
        &["id"],
        &["after", "limit", "waitSeconds"],
    ),
    Row {
        route: "POST /v1/disputes/{id}/ruling",
        shows: Shows::Hidden {
            kinds: &[Kind::Dispute],
            asks: &["/v1/disputes/{}/ruling"],
            body: Some(r#"{"outcome":"dismissed","reasons":"no"}"#),
        },
        names: &["id"],
        plain: &["amount", "effect", "outcome", "reasons"],
    },
    Row {
        route: "POST /v1/consents/{id}/decision",
        shows: Shows::Hidden {
            kinds: &[Kind::Consent],
            asks: &["/v1/consents/{}/decision"],
            body: Some(r#"{"decision":"revoke","reason":"no"}"#),
        },
        names: &["id"],
        plain: &["decision", "reason"],
    },
    hidden("GET /v1/disputes/{id}/bundle", &[Kind::Dispute], &["/v1/disputes/{}/bundle"], &["id"], &[]),
    hidden("GET /v1/receipts/{hash}", LOGGED, &["/v1/receipts/{}"], &["hash"], &[]),
    hidden(
        "GET /v1/statements",
        &[Kind::Session],
        &["/v1/statements?stream=session:{}", "/v1/statements?stream=session:{}&after=0&waitSeconds=1"],
        &["stream"],
        &["after", "limit", "waitSeconds"],
    ),
    hidden(
        "GET /v1/statements",
        &[Kind::Consent],
        &["/v1/statements?stream=consent:{}"],
        &["stream"],
        &["after", "limit", "waitSeconds"],
    ),
    hidden(
        "GET /v1/statements",
        &[Kind::Dispute],
        &["/v1/statements?stream=dispute:{}"],
        &["stream"],
        &["after", "limit", "waitSeconds"],
    ),
    hidden("GET /v1/people/{id}", &[Kind::Person], &["/v1/people/{}"], &["id"], &[]),
    hidden("DELETE /v1/people/{id}", &[Kind::Person, Kind::Invitation], &["/v1/people/{}"], &["id"], &[]),
    Row {
        route: "POST /v1/people/links",
        shows: Shows::Hidden {
            kinds: &[Kind::Person],
            asks: &["/v1/people/links"],
            body: Some("{\"person\":\"{}\"}"),
        },
        names: &["person"],
        plain: &[],
    },
    hidden("GET /v1/searches/{id}", &[Kind::Search], &["/v1/searches/{}"], &["id"], &[]),
    hidden("DELETE /v1/searches/{id}", &[Kind::Search], &["/v1/searches/{}"], &["id"], &[]),
    hidden(
        "GET /v1/searches/{id}/events",
        &[Kind::Search],
        &["/v1/searches/{}/events", "/v1/searches/{}/events?after=0"],
        &["id"],
        &["after", "Last-Event-ID"],
    ),
    hidden("GET /v1/webhooks/{id}", &[Kind::Webhook], &["/v1/webhooks/{}"], &["id"], &[]),
    hidden("DELETE /v1/webhooks/{id}", &[Kind::Webhook], &["/v1/webhooks/{}"], &["id"], &[]),
    hidden("GET /v1/webhooks/{id}/dead", &[Kind::Webhook], &["/v1/webhooks/{}/dead"], &["id"], &[]),
    hidden("POST /v1/webhooks/{id}/test", &[Kind::Webhook], &["/v1/webhooks/{}/test"], &["id"], &[]),
    hidden("POST /v1/webhooks/{id}/resume", &[Kind::Webhook], &["/v1/webhooks/{}/resume"], &["id"], &[]),
    Row {
        route: "POST /v1/webhooks/{id}/dead",
        shows: Shows::Hidden {
            kinds: &[Kind::Webhook],
            asks: &["/v1/webhooks/{}/dead"],
            body: Some(r#"{"positions":[1]}"#),
        },
        names: &["id"],
        plain: &["positions"],
    },
    // Whoever opens a link sees one button, whether it is good or not.
    hidden("GET /signin/{secret}", &[Kind::Secret], &["/signin/{}"], &["secret"], &[]),
    hidden("GET /join/{secret}", &[Kind::Secret], &["/join/{}"], &["secret"], &[]),
    own(
        "GET /v1/sessions",
        &[
            "/v1/sessions",
            "/v1/sessions?pageSize=1000",
            "/v1/sessions?pageToken=1000000",
            "/v1/sessions?after=1",
        ],
        &["after", "waitSeconds", "pageSize", "pageToken"],
    ),
    own("GET /v1/consents", &["/v1/consents?pageSize=1000", "/v1/consents?pageToken=1000000"], PAGE),
    own("GET /v1/disputes", &["/v1/disputes?pageSize=1000", "/v1/disputes?pageToken=1000000"], PAGE),
    own("GET /v1/commitments", &["/v1/commitments?pageSize=1000", "/v1/commitments?pageToken=1000000"], PAGE),
    own("GET /v1/people", &["/v1/people"], &[]),
    own("GET /v1/me", &["/v1/me"], &[]),
    own("GET /v1/organisations/{domain}/limits", &["/v1/organisations/acme.example/limits"], &["domain"]),
    own(
        "GET /v1/organisations/{domain}/agents",
        &[
            "/v1/organisations/acme.example/agents",
            "/v1/organisations/acme.example/agents?pageToken=agent://acme.example/a",
            "/v1/organisations/nobody.example/agents",
        ],
        &["domain", "pageSize", "pageToken"],
    ),
    own(
        "GET /v1/organisations/{domain}/activity",
        &[
            "/v1/organisations/acme.example/activity?pageSize=200",
            "/v1/organisations/acme.example/activity?agent=agent://acme.example/trader&after=1",
            "/v1/organisations/acme.example/activity?agent=agent://globex.example/trader",
            "/v1/organisations/acme.example/activity?type=PROPOSE&since=2026-01-01T00:00:00.000Z",
            "/v1/organisations/nobody.example/activity",
        ],
        &["domain", "agent", "type", "since", "after", "pageSize", "pageToken"],
    ),
    own(
        "GET /v1/accounts/{domain}",
        &[
            "/v1/accounts/acme.example",
            "/v1/accounts/nobody.example",
            "/v1/statements?stream=account:acme.example",
        ],
        &["domain"],
    ),
    own(
        "GET /v1/accounts/{domain}/entries",
        &[
            "/v1/accounts/acme.example/entries?pageSize=1000",
            "/v1/accounts/acme.example/entries?pageToken=99.0",
        ],
        &["domain", "pageSize", "pageToken"],
    ),
    own("GET /v1/searches", &["/v1/searches"], &[]),
    own("GET /v1/events", &["/v1/events?from=0"], &["from", "Last-Event-ID"]),
    own("GET /v1/inbox", &["/v1/inbox"], &[]),
    own("GET /v1/socket", &["/v1/socket"], &[]),
    own(
        "POST /v1/inbox/{group}/lease",
        &["/v1/inbox/workers/lease"],
        &["group", "from", "leaseMs", "max", "waitSeconds"],
    ),
    own("GET /v1/inbox/{group}/dead", &["/v1/inbox/workers/dead"], &["group", "pageSize", "pageToken"]),
    own("POST /v1/inbox/{group}/confirm", &[], &["group", "lease", "positions"]),
    own("POST /v1/inbox/{group}/refuse", &[], &["group", "lease", "position", "reason"]),
    own("POST /v1/inbox/{group}/replay", &[], &["group", "position"]),
    own("POST /v1/inbox/{group}/discard", &[], &["group", "position"]),
    own("DELETE /v1/inbox/{group}", &[], &["group"]),
    own("POST /v1/searches", &[], &["name", "query"]),
    own("GET /v1/webhooks", &["/v1/webhooks"], &[]),
    own("POST /v1/webhooks", &[], &["from", "streams", "types", "url"]),
    public(
        "GET /v1/webhooks/{id}/key",
        "whoever receives has to be able to check who calls; it tells neither whose the webhook is nor where it leads",
        &[],
        &["id"],
    ),
    own("GET /", &["/"], &[]),
    // The console: pages over what the routes above show.
    hidden(
        "GET /console/sessions/{id}",
        &[Kind::Session],
        &["/console/sessions/{}", "/console/sessions/{}?after=0"],
        &["id"],
        &["after"],
    ),
    hidden(
        "GET /console/sessions/{id}/trace",
        &[Kind::Session],
        &["/console/sessions/{}/trace"],
        &["id"],
        &[],
    ),
    hidden("GET /console/commitments/{id}", &[Kind::Commitment], &["/console/commitments/{}"], &["id"], &[]),
    hidden("GET /console/disputes/{id}", &[Kind::Dispute], &["/console/disputes/{}"], &["id"], &[]),
    hidden("GET /console/consents/{id}", &[Kind::Consent], &["/console/consents/{}"], &["id"], &[]),
    own(
        "GET /console/commitments",
        &["/console/commitments", "/console/commitments?state=active&pageToken=1000000"],
        &["pageToken", "state"],
    ),
    own(
        "GET /console/disputes",
        &["/console/disputes?pageSize=100", "/console/disputes?pageToken=1000000"],
        PAGE,
    ),
    own(
        "GET /console/consents",
        &["/console/consents?pageSize=100", "/console/consents?pageToken=1000000"],
        PAGE,
    ),
    hidden("GET /console/webhooks/{id}", &[Kind::Webhook], &["/console/webhooks/{}"], &["id"], &[]),
    own("GET /console/settings", &["/console/settings"], &[]),
    own("GET /console/log", &["/console/log"], &["hash"]),
    public("GET /console/agents", REGISTRY, &["/console/agents"], &["capability", "pageToken", "text"]),
    public("GET /console/agent", REGISTRY, &["/console/agent?of=agent://acme.example/trader"], &["of"]),
    public("GET /assets/{name}", PAGE_OF_NODE, &["/assets/console.css"], &["name", "v"]),
    hidden(
        "GET /console/consents/{id}/decision",
        &[Kind::Consent],
        &["/console/consents/{}/decision?decision=revoke"],
        &["id"],
        &["decision"],
    ),
    // Forms are taken from a page of the node alone, by the cookie of a person.
    bearer(
        "POST /console/consents/{id}/decision",
        "asp-node/tests/deciding.rs",
        &["decision", "id", "reason"],
    ),
    bearer(
        "POST /console/disputes/{id}/ruling",
        "asp-node/tests/console.rs",
        &["amount", "currency", "id", "outcome", "reasons"],
    ),
    bearer("POST /console/webhooks", "asp-node/tests/console.rs", &["url"]),
    bearer("POST /console/webhooks/{id}", "asp-node/tests/console.rs", &["act", "id"]),
    // A door to the handlers of the routes above, in the name of whose token it is.
    bearer("POST /mcp", "asp-node/tests/mcp.rs", &[]),
    // Who may invite does so for the own organisation, whoever asks.
    own("POST /v1/people/invitations", &[], &["email", "name", "roles"]),
    public(
        "GET /v1/agents",
        REGISTRY,
        &["/v1/agents?pageSize=200", "/v1/agents?organisation=acme.example&minTrust=1&value=1000%20USD"],
        &[
            "capability",
            "text",
            "organisation",
            "schema",
            "language",
            "availability",
            "maxPrice",
            "minTrust",
            "value",
            "sort",
            "pageSize",
            "pageToken",
            "after",
        ],
    ),
    public(
        "POST /v1/search",
        REGISTRY,
        &[],
        &[
            "capability",
            "text",
            "organisation",
            "schema",
            "language",
            "availability",
            "maxPrice",
            "minTrust",
            "value",
            "sort",
            "pageSize",
            "pageToken",
            "after",
        ],
    ),
    public(
        "GET /v1/agents/{domain}/{path}",
        "anybody has to be able to check who signed",
        &["/v1/agents/acme.example/trader"],
        &["domain", "path"],
    ),
    public(
        "GET /v1/organisations/{domain}",
        "anybody has to be able to check who signed",
        &["/v1/organisations/acme.example"],
        &["domain"],
    ),
    public(
        "GET /v1/organisations/{domain}/did.json",
        "anybody has to be able to check who signed",
        &["/v1/organisations/acme.example/did.json"],
        &["domain"],
    ),
    public("GET /.well-known/agent-card.json", NODE, &["/.well-known/agent-card.json"], &[]),
    public("GET /.well-known/did.json", NODE, &["/.well-known/did.json"], &[]),
    public(
        "GET /v1/schemas",
        "terms are agreed on by schemas that everybody can read",
        &["/v1/schemas"],
        &["alias", "text", "organisation", "pageSize", "pageToken"],
    ),
    public(
        "GET /v1/schemas/{hash}",
        "terms are agreed on by schemas that everybody can read",
        &[],
        &["hash"],
    ),
    public(
        "GET /v1/trust",
        "trust rests on which obligations of whom were kept, and shows that; never what was said or agreed",
        &[
            "/v1/trust?agent=agent://globex.example/trader",
            "/v1/trust?agent=agent://acme.example/trader&observer=globex.example",
        ],
        &["agent", "amount", "currency", "capability", "observer"],
    ),
    public(
        "GET /v1/trust/history",
        "it shows how many obligations were kept and broken when, as the answer of each instant would; no more",
        &["/v1/trust/history?agent=agent://globex.example/trader&steps=3"],
        &["agent", "amount", "currency", "capability", "observer", "since", "steps"],
    ),
    public(
        "GET /v1/trust/profile",
        "how many sessions there were, how fast it answered, what was kept and what others say of it: sums, never \
         whose session, what was said or what a deal was worth",
        &["/v1/trust/profile?agent=agent://globex.example/trader"],
        &["agent", "amount", "currency", "capability", "observer"],
    ),
    public("GET /log/checkpoint", PROOF, &["/log/checkpoint"], &[]),
    public("GET /log/tile/{tile}", PROOF, &["/log/tile/entries/000.p/7"], &["tile"]),
    public("GET /log/proof/inclusion", PROOF, &["/log/proof/inclusion?index=1&size=2"], &["index", "size"]),
    public("GET /log/proof/consistency", PROOF, &["/log/proof/consistency?from=1&to=2"], &["from", "to"]),
    public("GET /v1/node", "operators alone see it, and settings are nobody's contents", &["/v1/node"], &[]),
    public("GET /metrics", NODE, &["/metrics"], &[]),
    public("GET /healthz", NODE, &["/healthz"], &[]),
    public("GET /readyz", NODE, &["/readyz"], &[]),
    public("GET /.well-known/asp-configuration", NODE, &["/.well-known/asp-configuration"], &[]),
    public("GET /openapi.json", PAGE_OF_NODE, &["/openapi.json"], &[]),
    public("GET /docs", PAGE_OF_NODE, &["/docs"], &[]),
    public("GET /spec", PAGE_OF_NODE, &["/spec"], &[]),
    public("GET /spec/differences", PAGE_OF_NODE, &["/spec/differences"], &[]),
    public("GET /signin", PAGE_OF_NODE, &["/signin"], &[]),
    bearer("GET /signin/oidc", "asp-node/tests/oidc.rs", &[]),
    bearer("GET /signin/oidc/callback", "asp-node/tests/oidc.rs", &["code", "state"]),
    bearer(
        "POST /v1/settlement",
        "asp-node/tests/settlement.rs",
        &["webhook-id", "webhook-timestamp", "webhook-signature"],
    ),
    bearer("POST /signin", "asp-node/tests/people.rs", &["secret", "name"]),
    bearer("POST /signout", "asp-node/tests/people.rs", &[]),
    bearer("POST /join", "asp-node/tests/people.rs", &["secret", "name"]),
    bearer("POST /v1/people/invitations:accept", "asp-node/tests/people.rs", &["secret", "name"]),
    bearer(
        "POST /oauth/token",
        "asp-node/tests/auth.rs",
        &["DPoP", "client_assertion", "client_assertion_type", "client_id", "grant_type"],
    ),
    // The path is the agent's name and what is asked of it; whose task may be read is tried there for each operation.
    bearer("GET /a2a/{domain}/{path}", "asp-node/tests/a2a.rs", &["domain", "path"]),
    bearer("POST /a2a/{domain}/{path}", "asp-node/tests/a2a.rs", &["domain", "path"]),
    bearer("DELETE /a2a/{domain}/{path}", "asp-node/tests/a2a.rs", &["domain", "path"]),
    Row { route: "POST /v1/statements", shows: Shows::Takes, names: &[], plain: &[] },
    Row { route: "POST /v1/sessions/{id}/messages", shows: Shows::Takes, names: &["id"], plain: &[] },
];

/// What the description of the API has and the table has not: sentences that say what to do.
pub(crate) fn missing(document: &Value) -> Vec<String> {
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in ROWS {
        known.entry(row.route).or_default().extend(row.names.iter().chain(row.plain));
    }
    let mut missing = unsound();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let route = format!("{} {path}", method.to_uppercase());
            let Some(known) = known.get(route.as_str()) else {
                missing.push(format!(
                    "{route} has no row. Add one to ROWS in crates/assent/tests/tenancy/rows.rs: `hidden` with the kinds \
                     of objects that it shows to their owners alone, and make such an object in world.rs; `own` for a list \
                     of one's own; or `public` with the reason why everybody may see it."
                ));
                continue;
            };
            for asked in asked(document, operation) {
                if !known.contains(asked.as_str()) {
                    missing.push(format!(
                        "{route}: `{asked}` is in no row. In crates/assent/tests/tenancy/rows.rs, put it into `names` if it \
                         can name something that not everybody may see, with an ask that tries it; else into `plain`."
                    ));
                }
            }
        }
    }
    missing
}

/// Rows whose reason is none.
fn unsound() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let unsound = |row: &&Row| match row.shows {
        Shows::Public(why, _) => why.is_empty(),
        Shows::Bearer(test) => !crates.join(test).is_file(),
        Shows::Hidden { .. } => row.names.is_empty(),
        Shows::Own(_) | Shows::Takes => false,
    };
    ROWS.iter().filter(unsound).map(|row| format!("{}: the reason of its row is none", row.route)).collect()
}

/// The parameters of an operation, and the members of its body as far as they are described.
fn asked(document: &Value, operation: &Value) -> BTreeSet<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let mut asked: BTreeSet<String> =
        parameters.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect();
    for content in operation["requestBody"]["content"].as_object().into_iter().flat_map(|all| all.values()) {
        let name = content["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next());
        let schema = name.map(|name| &document["components"]["schemas"][name]["properties"]);
        asked.extend(schema.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()));
    }
    asked
}
