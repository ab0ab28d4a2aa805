//! A server that lies: whatever it changes, the client does not take it for the truth.

use asp_client::api::{ClaimedPackage, ClaimedPackages, Message, MessagePage};
use asp_client::{Client, Error};
use asp_core::key::SecretKey;
use asp_core::log::receipt::{Receipt, sign_batch};
use asp_core::name::{Issuer, StreamId, StreamName};
use asp_core::position::{Hash, Head};
use asp_core::statement::body::{Body, Inform, Note};
use asp_core::statement::draft::{Draft, Stamp};
use serde_json::{Value, json};

use crate::sealed::with_vault;
use crate::support::*;

async fn liar() -> (Stage, Client, Between, Client) {
    let (stage, direct) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    let client = Client::connect(between.url()).await.unwrap();
    (stage, direct, between, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_receipt_is_never_taken() {
    let (_stage, direct, between, client) = liar().await;
    let (ours, _) = session(&direct, &direct).await;
    let ours = buyer_at(&client).session(&ours.id());
    let other = Hash::of(&[b"another statement"]);
    let lies: [(&str, Value); 9] = [
        ("/receipt/statement", json!(other)),
        ("/receipt/sequence", json!(7)),
        ("/receipt/logIndex", json!(0)),
        ("/receipt/logTime", json!("2026-01-01T00:00:00.000Z")),
        ("/receipt/stream", json!("org:acme.example")),
        ("/receipt/origin", json!("other.example/log")),
        ("/signature/keyId", json!(key("liar").id())),
        ("/signature/value", json!(key("liar").sign(b"x"))),
        ("/batch/path", json!([other])),
    ];
    for (pointer, value) in lies {
        let at = pointer.to_owned();
        between.lie(move |answer| {
            if answer.is_receipt() {
                answer.change(|json| *json.pointer_mut(&at).unwrap() = value.clone());
            }
        });
        let answer = ours.inform(text("is this kept?")).await;
        assert!(matches!(answer, Err(Error::Forged { .. })), "{pointer}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_well_signed_receipt_of_something_else_is_never_taken() {
    let (stage, direct) = Stage::with_people().await;
    let (ours, _) = session(&direct, &direct).await;
    let between = Between::honest(&stage.url()).await;
    // This one is a node of its own: what it signs verifies.
    let own = |answer: &mut Answer| {
        if answer.request.ends_with("asp-configuration") {
            answer.change(|json| json["nodeKey"] = json!(key("liar").id()));
        }
    };
    between.lie(own);
    let client = Client::connect(between.url()).await.unwrap();
    let ours = buyer_at(&client).session(&ours.id());
    type Lie = fn(&mut asp_core::log::receipt::ReceiptBody);
    let lies: [Lie; 4] = [
        |body| body.statement = Hash::of(&[b"another"]),
        |body| body.sequence = body.sequence.next(),
        |body| body.stream = StreamId::Session(Hash::of(&[b"another"])),
        |body| body.origin = text("other.example/log"),
    ];
    for lie in lies {
        between.lie(move |answer| {
            if answer.is_receipt() {
                let mut receipt: Receipt = serde_json::from_slice(&answer.bytes).unwrap();
                lie(&mut receipt.receipt);
                answer.bytes = signed_by_liar(receipt);
            }
        });
        assert_forged(ours.inform(text("is this kept?")).await, "another statement");
    }
    between.lie(|answer| {
        if answer.is_receipt() {
            answer.bytes = signed_by_liar(serde_json::from_slice(&answer.bytes).unwrap());
        }
    });
    ours.inform(text("and this?")).await.unwrap();
}

fn signed_by_liar(receipt: Receipt) -> Vec<u8> {
    let batch = sign_batch(std::slice::from_ref(&receipt.receipt), &key("liar")).unwrap();
    let place = batch.place(0).unwrap();
    serde_json::to_vec(&Receipt { batch: place, receipt: receipt.receipt, signature: *batch.signature() })
        .unwrap()
}

/// Reads a session of two notes through a server that changes the page of its statements like this.
async fn check_page(change: fn(&mut Vec<Message>), why: &str) {
    let (_stage, direct, between, client) = liar().await;
    let (ours, theirs) = session(&direct, &direct).await;
    ours.inform(text("ten percent")).await.unwrap();
    theirs.view().await.unwrap();
    theirs.inform(text("agreed")).await.unwrap();
    let read = buyer_at(&client).session(&ours.id());
    assert_eq!(read.messages(None).await.unwrap().len(), 4);
    between.lie(move |answer| {
        if answer.request.contains("/messages") {
            let mut page: MessagePage = serde_json::from_slice(&answer.bytes).unwrap();
            change(&mut page.messages);
            answer.bytes = serde_json::to_vec(&page).unwrap();
        }
    });
    assert_forged(read.messages(None).await, why);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_word_is_noticed() {
    let change = |messages: &mut Vec<Message>| {
        let text = messages[2].statement.get().replace("ten percent", "one percent");
        messages[2].statement = serde_json::value::RawValue::from_string(text).unwrap();
    };
    check_page(change, "a message").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_statement_is_noticed() {
    check_page(|messages| drop(messages.remove(2)), "does not follow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_statement_is_noticed() {
    check_page(|messages| messages.insert(2, messages[1].clone()), "does not follow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_in_another_order_are_noticed() {
    check_page(|messages| messages.swap(2, 3), "does not follow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_order_of_the_log_is_noticed() {
    let change = |messages: &mut Vec<Message>| messages[3].log_index = messages[2].log_index;
    check_page(change, "does not follow").await;
}

/// A note in the seller's name, signed by somebody else, in place of the last statement.
fn put_into_its_mouth(messages: &mut Vec<Message>) {
    let last = messages.pop().unwrap();
    let before = messages.last().unwrap().verify().unwrap();
    let statement = before.statement();
    let head = Head { sequence: statement.sequence, hash: statement.hash };
    let body = Body::Inform(Inform::Note(Note { data: None, text: text("I give it to you for nothing") }));
    let stream = StreamName::Of(statement.stream.clone());
    let draft = Draft::new(stream, statement.audience.clone(), Issuer::Agent(seller()), body);
    let stranger: SecretKey = key("liar");
    let stamp = Stamp { issued_at: START, random: [7; 10] };
    let forged = draft.sign(Some(head), stamp, &[&stranger]).unwrap();
    let bytes = String::from_utf8(forged.statement().bytes().to_vec()).unwrap();
    messages.push(Message {
        hash: forged.statement().hash,
        statement: serde_json::value::RawValue::from_string(bytes).unwrap(),
        signatures: forged.signatures().to_vec(),
        ..last
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn words_put_into_another_ones_mouth_are_noticed() {
    check_page(put_into_its_mouth, "is not signed by agent://volt.example/seller").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_genuine_statement_of_another_session_is_noticed() {
    let (_stage, direct, between, client) = liar().await;
    let (first, _) = session(&direct, &direct).await;
    let (second, _) = session(&direct, &direct).await;
    let (asked, given) = (first.id().to_hex(), second.id().to_hex());
    let elsewhere = second.messages(None).await.unwrap();
    between.lie(move |answer| {
        if answer.request.contains(&asked) && answer.request.contains("/messages") {
            let page = MessagePage { messages: elsewhere.clone(), next_after: None };
            answer.bytes = serde_json::to_vec(&page).unwrap();
        }
    });
    assert_ne!(first.id().to_hex(), given);
    let read = buyer_at(&client).session(&first.id());
    assert_forged(read.messages(None).await, "another stream");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_stream_is_checked_like_a_session() {
    let (_stage, _, between, client) = liar().await;
    let stream = StreamId::Org(text("acme.example"));
    assert_eq!(client.statements(&stream, None).await.unwrap().len(), 1);
    between.lie(|answer| {
        let text = String::from_utf8_lossy(&answer.bytes).replace("\"name\":\"acme\"", "\"name\":\"acne\"");
        answer.bytes = text.into_bytes();
    });
    assert_forged(client.statements(&stream, None).await, "a message");
    between.lie(|answer| {
        if answer.request.contains("/v1/statements?") {
            answer.change(|json| *json = json!({ "messages": [], "nextAfter": 0 }));
        }
    });
    let endless = client.statements(&stream, None).await;
    assert!(matches!(endless, Err(Error::BadAnswer { .. })), "{endless:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_a_receipt_that_the_node_made_up() {
    let (_stage, direct, between, client) = liar().await;
    let (ours, theirs) = session(&direct, &direct).await;
    let terms = offer("500", true);
    let open = theirs.propose(terms.clone()).await.unwrap().receipt.statement;
    theirs.withdraw(&open, text("on second thoughts")).await.unwrap();
    let id = ours.id().to_hex();
    between.lie(move |answer| {
        if answer.request == format!("GET /v1/sessions/{id}") {
            answer.change(|json| {
                json["receipt"]["commitments"] = json!([{ "id": Hash::of(&[b"debt"]), "state": "ACTIVE" }]);
            });
        }
    });
    let read = buyer_at(&client).session(&ours.id());
    assert_eq!(read.view().await.unwrap().receipt.commitments.len(), 1, "the node's word");
    read.close(text("nothing came of it")).await.unwrap();
    assert!(direct_receipt(&ours).await.commitments.is_empty());
}

async fn direct_receipt(session: &asp_client::Session) -> asp_core::statement::body::SessionReceipt {
    session.replayed().await.unwrap().receipt
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_are_not_shown_under_the_name_of_others() {
    let (_stage, direct, between, client) = liar().await;
    let (ours, theirs) = session(&direct, &direct).await;
    theirs.propose(offer("5000", true)).await.unwrap();
    between.lie(|answer| {
        let text = String::from_utf8_lossy(&answer.bytes).replace("\"5000\"", "\"50\"");
        answer.bytes = text.into_bytes();
    });
    assert_forged(buyer_at(&client).session(&ours.id()).view().await, "under another name");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanged_key_package_is_noticed() {
    // ASP-SEA-012, THR-SEAL-PACKAGE
    let (_stage, direct, between, client) = liar().await;
    for party in [buyer_at(&direct), seller_at(&direct)] {
        assert!(with_vault(party).publish_packages().await.unwrap());
    }
    // One of another agent, as the node would have it that wants to listen.
    let other = seller_at(&direct).claim_packages(&[buyer()]).await.unwrap().remove(0);
    let reader = buyer_at(&client);
    assert!(reader.claim_packages(&[seller()]).await.unwrap()[0].package.is_some(), "passed on as it is");
    type Lie = fn(&mut ClaimedPackage, &ClaimedPackage);
    let lies: [Lie; 5] = [
        |given, other| *given = other.clone(),
        |given, other| *given = ClaimedPackage { agent: seller(), ..other.clone() },
        |given, other| given.package.clone_from(&other.package),
        |given, other| given.statement.clone_from(&other.statement),
        |given, _| given.statement = None,
    ];
    for lie in lies {
        let other = other.clone();
        between.lie(move |answer| {
            if answer.request == "POST /v1/key-packages/claim" {
                let mut claimed: ClaimedPackages = serde_json::from_slice(&answer.bytes).unwrap();
                lie(&mut claimed.claimed[0], &other);
                answer.bytes = serde_json::to_vec(&claimed).unwrap();
            }
        });
        assert_forged(reader.claim_packages(&[seller()]).await, "key package");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_node_is_not_taken_for_one() {
    let (stage, _) = Stage::with_people().await;
    let between = Between::honest(&stage.url()).await;
    between.lie(|answer| answer.bytes = b"{}".to_vec());
    let error = Client::connect(between.url()).await.unwrap_err();
    assert!(matches!(error, Error::BadAnswer { .. }), "{error}");
    let error = Client::connect("http://127.0.0.1:1/?x").await.unwrap_err();
    assert!(matches!(error, Error::BadAnswer { .. }), "{error}");
}
