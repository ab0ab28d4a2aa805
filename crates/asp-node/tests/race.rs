//! Many at once: one head has one successor, whoever comes first.

mod support;

use asp_client::api::Problem;
use asp_core::log::receipt::Receipt;
use reqwest::StatusCode;

use support::*;

const CLIENTS: usize = 64;
const ROUNDS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_who_continue_a_head_is_taken_and_the_others_are_told_it() {
    let mut stage = Stage::new().await;
    let (session, _) = stage.session().await;
    let path = format!("/v1/sessions/{}/messages", session.to_hex());
    for round in 0..ROUNDS {
        let statements: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let name = if client % 2 == 0 { "acme/buyer" } else { "globex/seller" };
                stage.author.say(session, name, note(&format!("{round}: {client}")), None)
            })
            .collect();
        let sent = statements.iter().map(|statement| stage.send(&path, statement.envelope()));
        let answers = futures::future::join_all(sent).await;
        let taken: Vec<usize> =
            (0..CLIENTS).filter(|client| answers[*client].status == StatusCode::ACCEPTED).collect();
        assert_eq!(taken.len(), 1, "round {round}");
        let winner = &statements[taken[0]];
        let receipt = Receipt::from_json(&answers[taken[0]].bytes).unwrap();
        assert_eq!(receipt.receipt.statement, winner.statement().hash);
        for answer in answers.iter().filter(|answer| answer.status != StatusCode::ACCEPTED) {
            assert_eq!(answer.code(), "SEQUENCE_CONFLICT");
            let problem: Problem = serde_json::from_slice(&answer.bytes).unwrap();
            assert_eq!(problem.head.unwrap().hash, winner.statement().hash);
        }
        stage.author.note(winner);
    }
}
