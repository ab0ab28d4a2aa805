//! Reading: tokens, proofs, and that who may not see something sees nothing (ASP-AUT).

use asp_core::key::SecretKey;
use asp_core::name::Issuer;
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::body::{Because, Body, KeyRevoke, KeyRotate};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Case, code};
use crate::finding::{Finding, hold};
use crate::stage::{Stage, text};
use crate::token::{Jwt, Reader, random};
use crate::wire::Answer;

pub(super) const CASES: &[Case] = &[
    code!(["ASP-AUT-001"], "what is not public is read with a token", tokens),
    code!(["ASP-AUT-001"], "a token is read as it was given, as a DPoP token", spelled),
    code!(
        ["ASP-AUT-002"],
        "an assertion is by a current key of whom it names, for this log, short",
        assertions
    ),
    code!(["ASP-AUT-002"], "an assertion is good for once", once),
    code!(["ASP-AUT-003"], "a proof is for the method, address and token of its request", proofs),
    code!(["ASP-AUT-003"], "a proof is good for once, and by the key of the token", bound),
    code!(["ASP-AUT-004"], "a token dies with the key that asked for it", rotated),
    code!(["ASP-AUT-004"], "a token dies with its agent", retired),
    code!(["ASP-AUT-005"], "what a caller may not see is answered exactly as what does not exist", hidden),
    code!(["ASP-AUT-005"], "nobody's lists show what others have", lists),
    code!(["ASP-AUT-014"], "who acted under a mandate reads nothing that is said after its end", delegated),
    code!(["ASP-AUT-005"], "a statement about what one may not see is refused as about nothing", unseen),
];

fn is(answer: &Answer, code: Code, place: impl std::fmt::Display) -> Result<(), Finding> {
    let right = answer.member("code") == code.as_str() && answer.status == code.status();
    hold(right, code, answer.told()).map_err(|finding| finding.at(place))
}

/// A deal that was made and kept, and a stranger to it.
async fn deal(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("stranger").await?;
    stage
        .play(
            "buyer PROPOSE with seller
             seller ACCEPT
             buyer PROPOSE firm
             seller ACCEPT
             seller INFORM fulfilment goods
             buyer INFORM acknowledgement goods -> EXECUTING [FULFILLED: goods FULFILLED]",
        )
        .await
}

async fn tokens(stage: &mut Stage) -> Result<(), Finding> {
    deal(stage).await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[])).to_hex();
    let agent = stage.uri("buyer")?;
    for path in [
        "/v1/sessions".to_owned(),
        format!("/v1/sessions/{session}"),
        format!("/v1/sessions/{session}/messages"),
        format!("/v1/sessions/{session}/events"),
        "/v1/consents".to_owned(),
        "/v1/commitments".to_owned(),
        format!("/v1/trust?agent={agent}"),
        format!("/v1/statements?stream=session:{session}"),
    ] {
        is(&stage.wire.get(&path).await?, Code::Unauthenticated, &path)?;
    }
    for path in ["/v1/sessions", "/v1/consents", "/v1/commitments"] {
        let answer = stage.get_as("buyer", path).await?;
        hold(answer.status == 200, "200 with a token", answer.told()).map_err(|finding| finding.at(path))?;
    }
    let public = format!("/v1/statements?stream=agent:{agent}");
    let answer = stage.wire.get(&public).await?;
    hold(answer.status == 200, "200 for what is public", answer.told()).map_err(|finding| finding.at(public))
}

async fn spelled(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let (path, reader) = ("/v1/consents", stage.reader("buyer").await?);
    for (what, authorization) in [
        ("as a bearer token", format!("Bearer {}", reader.token)),
        ("without a scheme", reader.token.clone()),
        ("another one", format!("DPoP {}", "0".repeat(64))),
        ("with more behind it", format!("DPoP {}0", reader.token)),
    ] {
        let proof = stage.wire.proof(&reader.dpop, &Method::GET, path, Some(&reader.token))?.text();
        let request = stage.wire.request(Method::GET, path);
        let request = request.header("authorization", authorization).header("dpop", proof);
        is(&stage.wire.send(request).await?, Code::InvalidToken, what)?;
    }
    let answer = stage.get_as("buyer", path).await?;
    hold(answer.status == 200, "200 for the token as it was given", answer.told())
}

/// What comes of an assertion, with a proof in order.
async fn ask(stage: &Stage, assertion: &Jwt) -> Result<Answer, Finding> {
    let dpop = SecretKey::from_seed(&random()?);
    let proof = stage.wire.proof(&dpop, &Method::POST, "/oauth/token", None)?.text();
    stage.wire.ask(&assertion.text(), &proof).await
}

async fn assertions(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    stage.member("seller").await?;
    let (buyer, key) = (stage.issuer("buyer")?, stage.key("buyer"));
    let seller = json!(stage.issuer("seller")?);
    let now = stage.now().millis() / 1000;
    let good = || stage.wire.assertion(&buyer, &key);
    let node = json!(Issuer::Node(stage.wire.origin.clone()));
    let refused = [
        ("for another log", good()?.claim("aud", "another.example/log")),
        ("for nobody", good()?.claim("aud", Value::Null)),
        ("of another", good()?.claim("sub", seller.clone()).claim("iss", seller.clone())),
        ("with another subject", good()?.claim("sub", seller.clone())),
        ("with another issuer", good()?.claim("iss", seller.clone())),
        ("of the node", good()?.claim("sub", node.clone()).claim("iss", node)),
        ("that has expired", good()?.claim("iat", now - 400).claim("exp", now - 350)),
        ("that lasts too long", good()?.claim("exp", now + 600)),
        ("of the future", good()?.claim("iat", now + 400).claim("exp", now + 460)),
        ("without an id", good()?.claim("jti", Value::Null)),
        ("without a time", good()?.claim("iat", Value::Null)),
        ("signed by another key", good()?.signed_by(stage.key("seller"))),
        ("that names another key", good()?.head("kid", json!(stage.key("seller").id()))),
        (
            "by another's key",
            good()?.head("kid", json!(stage.key("seller").id())).signed_by(stage.key("seller")),
        ),
        ("by no algorithm", good()?.head("alg", "none")),
        ("by another algorithm", good()?.head("alg", "HS256")),
    ];
    for (what, assertion) in &refused {
        is(&ask(stage, assertion).await?, Code::InvalidClient, format_args!("an assertion {what}"))?;
    }
    let organisation = stage.wire.assertion(&stage.issuer("buyer.example")?, &stage.key("buyer.example"))?;
    for (what, assertion) in [
        ("of an agent", good()?),
        ("of an organisation", organisation),
        ("of 300 s", good()?.claim("exp", now + 299)),
    ] {
        let answer = ask(stage, &assertion).await?;
        hold(answer.status == 200, "a token", answer.told())
            .map_err(|finding| finding.at(format_args!("an assertion {what}")))?;
    }
    Ok(())
}

async fn once(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let assertion = stage.wire.assertion(&stage.issuer("buyer")?, &stage.key("buyer"))?;
    let first = ask(stage, &assertion).await?;
    hold(first.status == 200, "a token", first.told())?;
    is(&ask(stage, &assertion).await?, Code::InvalidClient, "the same assertion again")
}

/// Asks with a token and a proof as they are.
async fn read(stage: &Stage, path: &str, token: &str, proof: &str) -> Result<Answer, Finding> {
    let request = stage.wire.request(Method::GET, path).header("authorization", format!("DPoP {token}"));
    stage.wire.send_once(request.header("dpop", proof)).await
}

async fn proofs(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let (path, Reader { token, dpop }) = ("/v1/consents", stage.reader("buyer").await?);
    let now = stage.now().millis() / 1000;
    let other = SecretKey::from_seed(&random()?);
    let ath = |token: &str| URL_SAFE_NO_PAD.encode(Hash::of(&[token.as_bytes()]).as_bytes());
    let good = || stage.wire.proof(&dpop, &Method::GET, path, Some(&token));
    let weak = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
    let refused = [
        ("for another method", good()?.claim("htm", "POST")),
        ("for no method", good()?.claim("htm", Value::Null)),
        ("for another address", good()?.claim("htu", stage.wire.url("/v1/sessions"))),
        ("for another host", good()?.claim("htu", format!("http://another.example{path}"))),
        ("for a path alone", good()?.claim("htu", path)),
        ("of long ago", good()?.claim("iat", now - 300)),
        ("of the future", good()?.claim("iat", now + 300)),
        ("without an id", good()?.claim("jti", Value::Null)),
        ("for no token", good()?.claim("ath", Value::Null)),
        ("for another token", good()?.claim("ath", ath("another"))),
        ("of another type", good()?.head("typ", "JWT")),
        ("by no algorithm", good()?.head("alg", "none")),
        ("without a key", good()?.head("jwk", Value::Null)),
        ("with a weak key", good()?.head("jwk", weak)),
        ("signed by another key", good()?.signed_by(other)),
    ];
    for (what, proof) in &refused {
        let answer = read(stage, path, &token, &proof.text()).await?;
        is(&answer, Code::InvalidDpopProof, format_args!("a proof {what}"))?;
    }
    for (what, proof) in [
        ("in order", good()?),
        ("with a query", good()?.claim("htu", stage.wire.url(&format!("{path}?pageSize=3")))),
    ] {
        let answer = read(stage, path, &token, &proof.text()).await?;
        hold(answer.status == 200, "200", answer.told())
            .map_err(|finding| finding.at(format_args!("a proof {what}")))?;
    }
    let without = stage.wire.request(Method::GET, path).header("authorization", format!("DPoP {token}"));
    is(&stage.wire.send_once(without).await?, Code::InvalidDpopProof, "no proof")
}

async fn bound(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let (path, Reader { token, dpop }) = ("/v1/consents", stage.reader("buyer").await?);
    let proof = stage.wire.proof(&dpop, &Method::GET, path, Some(&token))?.text();
    let first = read(stage, path, &token, &proof).await?;
    hold(first.status == 200, "200", first.told())?;
    is(&read(stage, path, &token, &proof).await?, Code::InvalidDpopProof, "the same proof again")?;
    let thief = SecretKey::from_seed(&random()?);
    let proof = stage.wire.proof(&thief, &Method::GET, path, Some(&token))?.text();
    is(&read(stage, path, &token, &proof).await?, Code::InvalidToken, "the token with another key's proof")
}

async fn rotated(stage: &mut Stage) -> Result<(), Finding> {
    for name in ["buyer", "seller"] {
        stage.member(name).await?;
    }
    let path = "/v1/sessions";
    let before = stage.reader("buyer").await?;
    let next = stage.key("next");
    let body = Body::AgentKeyRotate(KeyRotate { new_key: next.id(), old_key: stage.key("buyer").id() });
    let draft = stage.draft("buyer", stage.agent_stream("buyer")?, body)?;
    let statement = stage.sign(&draft, &["buyer", "next"])?;
    stage.take(statement).await?;
    is(&stage.wire.get_as(&before, path).await?, Code::InvalidToken, "a token of the key that was rotated")?;
    let assertion = stage.wire.assertion(&stage.issuer("buyer")?, &stage.key("buyer"))?;
    is(&ask(stage, &assertion).await?, Code::InvalidClient, "an assertion of the key that was rotated")?;
    stage.use_key("buyer", next);
    let answer = stage.get_as("buyer", path).await?;
    hold(answer.status == 200, "200 with the new key", answer.told())?;
    let before = stage.reader("seller").await?;
    let revoke = KeyRevoke { from_index: None, key: stage.key("seller").id(), reason: text("lost")? };
    let stream = stage.agent_stream("seller")?;
    let statement = stage.by("seller.example", stream, Body::AgentKeyRevoke(revoke))?;
    stage.take(statement).await?;
    is(&stage.wire.get_as(&before, path).await?, Code::InvalidToken, "a token of the key that was revoked")
}

async fn retired(stage: &mut Stage) -> Result<(), Finding> {
    stage.member("buyer").await?;
    let before = stage.reader("buyer").await?;
    let answer = stage.wire.get_as(&before, "/v1/sessions").await?;
    hold(answer.status == 200, "200", answer.told())?;
    let retire = Body::AgentRetire(Because { reason: text("done")? });
    let statement = stage.by("buyer", stage.agent_stream("buyer")?, retire)?;
    stage.take(statement).await?;
    is(&stage.wire.get_as(&before, "/v1/sessions").await?, Code::InvalidToken, "a token of a retired agent")
}

/// What an answer shows, but for its date and the ids that were asked for.
fn shown(answer: &Answer, id: &str) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| name.as_str() != "date")
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    format!("{} {} {}", answer.status, headers.join("; "), answer.text()).replace(id, "<id>")
}

async fn delegated(stage: &mut Stage) -> Result<(), Finding> {
    for end in ["buyer WITHDRAW m", "clerk.example REVOKE buyer-clerk"] {
        stage
            .play(
                "buyer PROPOSE with seller
                 seller ACCEPT
                 buyer DELEGATE to clerk as m -> CONVERSING",
            )
            .await?;
        let session = stage.session.unwrap_or_else(|| Hash::of(&[])).to_hex();
        let path = format!("/v1/sessions/{session}/messages");
        let answer = stage.get_as("clerk", &path).await?;
        hold(answer.status == 200, "200 while it holds", answer.told()).map_err(|finding| finding.at(end))?;
        stage.play(&format!("{end}\nseller INFORM note -> CONVERSING")).await?;
        for path in [path, format!("/v1/sessions/{session}")] {
            is(&stage.get_as("clerk", &path).await?, Code::NotFound, &path)?;
        }
    }
    Ok(())
}

async fn hidden(stage: &mut Stage) -> Result<(), Finding> {
    deal(stage).await?;
    let lost = || Finding::new("a deal that was made", "none");
    let session = stage.session.ok_or_else(lost)?;
    let consent = stage.consents.get("buyer-seller").copied().ok_or_else(lost)?;
    let commitment = stage.hash("deal");
    let statement = stage.names.get("ACCEPT").map(|head| head.hash).ok_or_else(lost)?;
    let missing = Hash::of(&[b"nothing", &random::<16>()?]).to_hex();
    for (path, hidden) in [
        ("/v1/sessions/{}", session),
        ("/v1/sessions/{}/messages", session),
        ("/v1/sessions/{}/messages?waitSeconds=1", session),
        ("/v1/sessions/{}/messages?after=1", session),
        ("/v1/sessions/{}/events", session),
        ("/v1/consents/{}", consent),
        ("/v1/commitments/{}", commitment),
        ("/v1/commitments/{}/bundle", commitment),
        ("/v1/receipts/{}", statement),
        ("/v1/statements?stream=session:{}", session),
        ("/v1/statements?stream=consent:{}", consent),
    ] {
        let hidden = hidden.to_hex();
        for who in ["stranger", "stranger.example"] {
            let there = stage.get_as(who, &path.replace("{}", &hidden)).await?;
            let not_there = stage.get_as(who, &path.replace("{}", &missing)).await?;
            hold(there.status == 404, "404", there.told()).map_err(|finding| finding.at(path))?;
            let (there, not_there) = (shown(&there, &hidden), shown(&not_there, &missing));
            hold(there == not_there, not_there, there).map_err(|finding| finding.at(path))?;
        }
        // Whoever may see it sees it; events are another case's.
        if !path.ends_with("/events") {
            let seen = stage.get_as("seller", &path.replace("{}", &hidden)).await?;
            hold(seen.status == 200, "200 for a party", seen.told()).map_err(|finding| finding.at(path))?;
        }
    }
    Ok(())
}

async fn lists(stage: &mut Stage) -> Result<(), Finding> {
    deal(stage).await?;
    for (path, list) in
        [("/v1/sessions", "sessions"), ("/v1/consents", "consents"), ("/v1/commitments", "commitments")]
    {
        for (who, expected) in [("stranger", 0), ("seller", 1), ("buyer", 1)] {
            let page: Value = stage.get_as(who, path).await?.json()?;
            let count = page.get(list).and_then(Value::as_array).map(Vec::len);
            hold(
                count == Some(expected),
                format_args!("{expected} for the {who}"),
                format_args!("{count:?}"),
            )
            .map_err(|finding| finding.at(path))?;
        }
    }
    Ok(())
}

async fn unseen(stage: &mut Stage) -> Result<(), Finding> {
    deal(stage).await?;
    let lost = || Finding::new("a deal that was made", "none");
    let session = stage.session.ok_or_else(lost)?;
    let missing = Hash::of(&[b"nothing", &random::<16>()?]);
    let head = stage.names.get("ACCEPT").copied();
    let mut told = Vec::new();
    for id in [session, missing] {
        let stream = asp_core::name::StreamName::Of(asp_core::name::StreamId::Session(id));
        let draft = stage.draft("stranger", stream, stage.remark()?)?;
        let statement = stage.sign_on(&draft, head, &["stranger"])?;
        let answer = stage.send(statement.envelope()).await?;
        is(&answer, Code::UnknownStream, "a stranger's remark")?;
        told.push(shown(&answer, &id.to_hex()));
    }
    hold(told.first() == told.last(), format_args!("{:?}", told.last()), format_args!("{:?}", told.first()))
}
