//! Panels: who is drawn, how they vote, who replaces the silent, and what the votes come to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "what a test cannot do fails it"
)]

mod support;

use std::collections::BTreeSet;

use asp_core::dispute::{hidden, seed};
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::Hash;
use asp_core::statement::body::{
    Body, DisputeCommit, DisputeDraw, DisputeOutcome, DisputeReason, DisputeRule, DisputeSeat, DisputeTerms,
    DisputeVote, Empty, Nonce, Offer, PanelTerms, RulingEffect, Rung,
};
use support::court::{Court, WINDOW, appeal, by_judge, rule, settle};
use support::{Stage, domain, text, uri, usd};

/// Who offers to sit on panels, each of an organisation of its own.
const JURORS: [&str; 12] = [
    "juror1", "juror2", "juror3", "juror4", "juror5", "juror6", "juror7", "juror8", "juror9", "juror10",
    "juror11", "juror12",
];

fn panel(size: u32, level: u32) -> DisputeTerms {
    DisputeTerms { panel: Some(PanelTerms { level: Some(level), size }), ..DisputeTerms::defaults() }
}

fn with_judge(size: u32) -> DisputeTerms {
    DisputeTerms { arbiter: by_judge().unwrap().arbiter, ..panel(size, 0) }
}

/// So many jurors, before anything is filed.
fn jurors(stage: &mut Stage, count: usize) {
    for name in &JURORS[..count] {
        stage.member(name);
        stage.set_card(name, "arbitration").unwrap();
    }
}

/// The buyer has filed, and the parties have not agreed: the panel is convened.
fn convened(terms: DisputeTerms, count: usize) -> Court {
    let mut court = Court::contested(Some(terms));
    jurors(&mut court.stage, count);
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    assert_eq!(court.phase(), "SETTLING");
    court.stage.pass(WINDOW);
    assert_eq!(court.phase(), "CONVENING");
    assert_eq!(court.say("node", Body::DisputeConvene(Empty {})), "");
    court
}

/// The lot has called, and who is called first sits.
fn drawn(terms: DisputeTerms, count: usize) -> Court {
    let mut court = convened(terms, count);
    court.node();
    assert_eq!(court.phase(), "COMMITTING");
    court
}

fn due(court: &Court) -> Option<Body> {
    court.stage.world.due_in(&StreamId::Dispute(court.dispute), court.stage.now)
}

fn draw_due(court: &Court) -> DisputeDraw {
    match due(court) {
        Some(Body::DisputeDraw(draw)) => draw,
        other => panic!("{other:?}"),
    }
}

/// `juror3` of agent://juror3.example/a.
fn name(agent: &AgentUri) -> String {
    agent.organisation().as_str().trim_end_matches(".example").to_owned()
}

fn members(court: &Court) -> Vec<String> {
    court.state().panel().unwrap().seats().iter().map(|seat| name(&seat.member)).collect()
}

fn vote(outcome: DisputeOutcome, amount: Option<&str>) -> DisputeVote {
    DisputeVote { amount: amount.map(usd), outcome, reasons: text("I looked at it"), salt: Nonce([7; 16]) }
}

fn hide(court: &mut Court, who: &str, vote: &DisputeVote) -> String {
    let commitment = hidden(&court.dispute, &uri(who), vote);
    court.say(who, Body::DisputeCommit(DisputeCommit { commitment }))
}

fn show(court: &mut Court, who: &str, vote: &DisputeVote) -> String {
    court.say(who, Body::DisputeVote(vote.clone()))
}

/// All who sit hide these votes and show them; what the node then says of them.
fn voted(court: &mut Court, votes: &[DisputeVote]) {
    let members = members(court);
    assert_eq!(members.len(), votes.len());
    for (who, vote) in members.iter().zip(votes) {
        assert_eq!(hide(court, who, vote), "");
    }
    for (who, vote) in members.iter().zip(votes) {
        assert_eq!(show(court, who, vote), "");
    }
}

fn ruled(court: &Court) -> String {
    let ruling = &court.state().rulings().last().unwrap().rule;
    let amount = ruling.amount.as_ref().map(ToString::to_string).unwrap_or_default();
    let outcome = serde_json::to_string(&ruling.outcome).unwrap().replace('"', "");
    format!("{} {outcome} {amount}", ruling.rung.number()).trim().to_owned()
}

#[test]
fn anybody_draws_the_same_panel_and_the_node_says_no_other() {
    // ASP-DIS-020, THR-PANEL-FORGED
    let mut court = convened(panel(3, 0), 12);
    let right = draw_due(&court);
    let root = right.root;
    assert_eq!((right.candidates, right.ranked.len()), (12, 9));
    // By hand: the seed and the organisations, the lowest hash first.
    let seed = seed(&court.dispute, &root);
    let mut by_hand: Vec<(Hash, String)> = JURORS
        .iter()
        .map(|juror| (Hash::of(&[seed.as_bytes(), domain(juror).as_str().as_bytes()]), (*juror).to_owned()))
        .collect();
    by_hand.sort();
    let by_hand: Vec<String> = by_hand.into_iter().take(9).map(|(_, juror)| juror).collect();
    assert_eq!(right.ranked.iter().map(name).collect::<Vec<_>>(), by_hand);
    let mut other = right.clone();
    other.ranked.swap(0, 8);
    let fewer = DisputeDraw { ranked: right.ranked[1..].to_vec(), ..right.clone() };
    let older = DisputeDraw { root: Hash::of(&[b"another root"]), ..right.clone() };
    let more = DisputeDraw { candidates: 13, ..right.clone() };
    for wrong in [other, fewer, older, more] {
        assert_eq!(court.say("node", Body::DisputeDraw(wrong)), "NOT_DUE ASP-DIS-020 /body");
    }
    assert_eq!(court.say("buyer", Body::DisputeDraw(right.clone())), "ROLE_NOT_ALLOWED ASP-DIS-020 /issuer");
    assert_eq!(court.say("node", Body::DisputeDraw(right.clone())), "");
    assert_eq!(court.say("node", Body::DisputeDraw(right)), "NOT_DUE ASP-DIS-020 /body");
    assert_eq!(members(&court), by_hand[..3]);
}

#[test]
fn nobody_knows_the_lot_before_the_panel_is_convened() {
    // ASP-DIS-020: other entries before the convening, another panel.
    let court = convened(panel(3, 0), 12);
    let mut later = Court::contested(Some(panel(3, 0)));
    jurors(&mut later.stage, 12);
    assert_eq!(later.file("buyer", DisputeReason::NotAsAgreed), "");
    later.node();
    later.stage.pass(WINDOW);
    later.stage.member("passer-by");
    assert_eq!(later.say("node", Body::DisputeConvene(Empty {})), "");
    assert_eq!(court.dispute, later.dispute);
    assert_ne!(draw_due(&court).root, draw_due(&later).root);
    assert_ne!(draw_due(&court).ranked, draw_due(&later).ranked);
}

#[test]
fn who_has_to_do_with_either_side_or_came_late_is_not_drawn() {
    // ASP-DIS-020, THR-PANEL-SYBILS
    let mut court = Court::contested(Some(with_judge(3)));
    jurors(&mut court.stage, 6);
    court.stage.member("dealer");
    let mut package = court.stage.package("1");
    package.obligations[0].debtor = uri("dealer");
    let with = court.stage.consent("buyer", "dealer");
    let invitation = court.stage.invitation(&["buyer", "dealer"], &[with]);
    let session = court.stage.invite("buyer", invitation).unwrap();
    court.stage.introduce(session, "dealer").unwrap();
    let terms = package.terms_hash();
    let offered = court.stage.propose(session, "buyer", Offer::of(vec![package], true)).unwrap();
    court.stage.accept(session, "dealer", offered, terms).unwrap();
    // Both sides, the arbiter, and who has made a deal with the buyer offer to sit too.
    for name in ["buyer", "seller", "judge", "dealer"] {
        court.stage.set_card(name, "arbitration").unwrap();
    }
    court.stage.set_card("juror2", "arbitration.steel").unwrap();
    court.stage.set_card("juror3", "provision").unwrap();
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    // Who comes after the filing, or changes what it says of itself, comes too late.
    court.stage.member("juror7");
    court.stage.set_card("juror7", "arbitration").unwrap();
    court.stage.set_card("juror4", "arbitration.steel").unwrap();
    court.stage.set_card("juror5", "away").unwrap();
    assert_eq!(court.say("node", Body::DisputeConvene(Empty {})), "");
    let called: BTreeSet<String> = draw_due(&court).ranked.iter().map(name).collect();
    assert_eq!(called, ["juror1", "juror2", "juror5", "juror6"].map(str::to_owned).into());
}

#[test]
fn whom_the_two_sides_do_not_trust_is_not_drawn() {
    // ASP-DIS-020, THR-PANEL-SYBILS: newcomers, however many they are, have the level 0.
    let mut court = convened(panel(3, 1), 12);
    let draw = draw_due(&court);
    assert_eq!((draw.candidates, draw.ranked.len()), (12, 0));
    court.node();
    // Nobody sits and nobody else rules.
    assert_eq!(court.end(), "undecided");
    let mut court =
        convened(DisputeTerms { panel: Some(PanelTerms { level: None, size: 3 }), ..with_judge(3) }, 12);
    court.node();
    assert_eq!((court.phase(), ruled(&court).as_str()), ("ARBITRATING", "2 undecided"));
}

#[test]
fn a_lottery_with_too_few_tickets_seats_nobody() {
    // ASP-DIS-020
    let mut court = convened(with_judge(3), 2);
    assert_eq!(draw_due(&court).ranked.len(), 2);
    court.node();
    assert_eq!((court.phase(), ruled(&court).as_str()), ("ARBITRATING", "2 undecided"));
    assert_eq!(members(&court), Vec::<String>::new());
    assert_eq!(court.say("judge", rule(DisputeOutcome::Upheld, RulingEffect::Binding, None)), "");
    court.node();
    assert_eq!(court.end(), "upheld binding 3");
}

#[test]
fn the_node_convenes_a_panel_in_time_and_nobody_else_does() {
    // ASP-DIS-021
    let mut court = Court::contested(Some(panel(3, 0)));
    jurors(&mut court.stage, 12);
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    let convene = Body::DisputeConvene(Empty {});
    assert_eq!(court.say("node", convene.clone()), "NOT_DUE ASP-DIS-021 /body");
    court.stage.pass(WINDOW);
    assert_eq!(court.say("buyer", convene.clone()), "ROLE_NOT_ALLOWED ASP-DIS-021 /issuer");
    assert_eq!(court.say("juror1", convene.clone()), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    assert_eq!(court.say("node", convene.clone()), "");
    assert_eq!(court.say("node", convene), "NOT_DUE ASP-DIS-021 /body");
    // Where no panel was agreed there is none.
    let mut court = Court::contested(by_judge());
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    assert_eq!(court.say("node", Body::DisputeConvene(Empty {})), "NOT_DUE ASP-DIS-021 /body");
    // Nor where its rung was left out.
    let rungs = Some([Rung::Replay, Rung::Settlement].into());
    let mut court = Court::contested(Some(DisputeTerms { rungs, ..panel(3, 0) }));
    assert_eq!(court.file("buyer", DisputeReason::NotAsAgreed), "");
    court.node();
    court.stage.pass(WINDOW);
    court.node();
    assert_eq!(court.end(), "undecided");
}

#[test]
fn a_vote_is_hidden_once_and_before_any_is_shown() {
    // ASP-DIS-022, THR-VOTE-SEEN, THR-VOTE-TWICE
    let mut court = drawn(panel(3, 0), 12);
    let sit = members(&court);
    let upheld = vote(DisputeOutcome::Upheld, Some("40"));
    let commit = Body::DisputeCommit(DisputeCommit { commitment: Hash::of(&[b"x"]) });
    for who in ["buyer", "seller.example", "node"] {
        assert_eq!(court.say(who, commit.clone()), "ROLE_NOT_ALLOWED ASP-DIS-022 /issuer");
    }
    let called = court.state().panel().unwrap().ranked().to_vec();
    assert_eq!(court.say(&name(&called[3]), commit.clone()), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    assert_eq!(
        court.say(&format!("{}.example", sit[0]), commit.clone()),
        "UNKNOWN_STREAM ASP-DIS-016 /stream"
    );
    assert_eq!(hide(&mut court, &sit[0], &upheld), "");
    assert_eq!(hide(&mut court, &sit[0], &upheld), "NOT_ALLOWED ASP-DIS-022 /type");
    assert_eq!(show(&mut court, &sit[0], &upheld), "NOT_ALLOWED ASP-DIS-023 /type");
    assert_eq!(hide(&mut court, &sit[1], &upheld), "");
    assert_eq!(court.phase(), "COMMITTING");
    assert_eq!(hide(&mut court, &sit[2], &upheld), "");
    assert_eq!(court.phase(), "REVEALING");
    assert_eq!(court.say(&sit[2], commit), "NOT_ALLOWED ASP-DIS-022 /type");
}

#[test]
fn a_vote_is_shown_as_it_was_hidden() {
    // ASP-DIS-023, THR-VOTE-SEEN, THR-VOTE-TWICE
    let mut court = drawn(panel(3, 0), 12);
    let sit = members(&court);
    let votes = [
        vote(DisputeOutcome::Upheld, Some("40")),
        vote(DisputeOutcome::Dismissed, Some("1")),
        vote(DisputeOutcome::Partly, Some("101")),
    ];
    for (who, vote) in sit.iter().zip(&votes) {
        assert_eq!(hide(&mut court, who, vote), "");
    }
    let mismatch = "VOTE_MISMATCH ASP-DIS-023 /body";
    assert_eq!(show(&mut court, &sit[0], &vote(DisputeOutcome::Upheld, Some("41"))), mismatch);
    assert_eq!(show(&mut court, &sit[0], &vote(DisputeOutcome::Partly, Some("40"))), mismatch);
    let other = DisputeVote { reasons: text("I think again"), ..votes[0].clone() };
    assert_eq!(show(&mut court, &sit[0], &other), mismatch);
    let salted = DisputeVote { salt: court.stage.nonce(), ..votes[0].clone() };
    assert_eq!(show(&mut court, &sit[0], &salted), mismatch);
    // The hash of another cannot be taken over: it hides the voter.
    assert_eq!(show(&mut court, &sit[1], &votes[0]), mismatch);
    assert_eq!(show(&mut court, &sit[0], &votes[0]), "");
    assert_eq!(show(&mut court, &sit[0], &votes[0]), "NOT_ALLOWED ASP-DIS-023 /type");
    // Nothing where nothing was found, and no more than was claimed.
    assert_eq!(show(&mut court, &sit[1], &votes[1]), "ABOVE_CLAIM ASP-DIS-009 /body/amount");
    assert_eq!(show(&mut court, &sit[2], &votes[2]), "ABOVE_CLAIM ASP-DIS-009 /body/amount");
    court.stage.pass(WINDOW);
    assert_eq!(show(&mut court, &sit[1], &votes[1]), "NOT_ALLOWED ASP-DIS-023 /type");
}

#[test]
fn every_order_of_votes_comes_to_the_same_ruling() {
    // ASP-DIS-024
    let start = drawn(panel(3, 0), 12);
    let sit = members(&start);
    let votes = [
        vote(DisputeOutcome::Upheld, Some("60")),
        vote(DisputeOutcome::Partly, Some("20")),
        vote(DisputeOutcome::Upheld, Some("40")),
    ];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut came = BTreeSet::new();
    for hiding in orders {
        for showing in orders {
            let mut court = start.clone();
            for place in hiding {
                assert_eq!(hide(&mut court, &sit[place], &votes[place]), "");
            }
            for place in showing {
                assert_eq!(show(&mut court, &sit[place], &votes[place]), "");
            }
            assert_eq!(court.phase(), "COUNTING");
            came.insert(serde_json::to_string(&rule_due(&court)).unwrap());
            court.node();
            assert_eq!(court.end(), "upheld binding 2 40 USD");
        }
    }
    assert_eq!(came.len(), 1, "{came:?}");
}

fn rule_due(court: &Court) -> DisputeRule {
    match due(court) {
        Some(Body::DisputeRule(rule)) => rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_outcome_is_that_of_the_majority_and_the_amount_the_one_in_its_middle() {
    // ASP-DIS-024
    use DisputeOutcome::{Abusive, Dismissed, Partly, Upheld};
    let found = |size, votes: &[DisputeVote]| {
        let mut court = drawn(panel(size, 0), 12);
        voted(&mut court, votes);
        court.node();
        court.end()
    };
    let (up, part) = (|it| vote(Upheld, Some(it)), |it| vote(Partly, Some(it)));
    let (no, spite) = (vote(Dismissed, None), vote(Abusive, Some("10")));
    assert_eq!(found(3, &[up("10"), up("30"), no.clone()]), "upheld binding 2 10 USD");
    assert_eq!(found(3, &[no.clone(), no.clone(), up("9")]), "dismissed binding 2");
    assert_eq!(found(3, &[spite.clone(), spite.clone(), up("9")]), "abusive binding 2 10 USD");
    // Without a majority the one in the middle, never that a filing is abusive.
    assert_eq!(found(3, &[up("90"), no.clone(), part("20")]), "partly binding 2 20 USD");
    assert_eq!(found(3, &[spite.clone(), no.clone(), part("20")]), "dismissed binding 2");
    assert_eq!(found(3, &[vote(Upheld, None), up("50"), vote(Upheld, None)]), "upheld binding 2");
    let five = [up("1"), up("2"), up("2.5"), no.clone(), spite.clone()];
    assert_eq!(found(5, &five), "upheld binding 2 2 USD");
    let five = [up("1"), part("7"), part("5"), no, spite];
    assert_eq!(found(5, &five), "partly binding 2 5 USD");
}

#[test]
fn only_the_node_rules_for_a_panel_and_says_nothing_else() {
    // ASP-DIS-024, THR-PANEL-FORGED
    let mut court = drawn(with_judge(3), 12);
    let early = rule_of_panel(DisputeOutcome::Upheld, Some("40"));
    assert_eq!(court.say("node", early), "NOT_DUE ASP-DIS-024 /body");
    voted(&mut court, &vec![vote(DisputeOutcome::Upheld, Some("40")); 3]);
    let right = rule_due(&court);
    assert_eq!(right.effect, RulingEffect::Presumptive);
    for wrong in [
        rule_of_panel(DisputeOutcome::Dismissed, None),
        rule_of_panel(DisputeOutcome::Upheld, Some("41")),
        Body::DisputeRule(DisputeRule { effect: RulingEffect::Binding, ..right.clone() }),
    ] {
        assert_eq!(court.say("node", wrong), "NOT_DUE ASP-DIS-024 /body");
    }
    for who in ["buyer", "judge", &members(&court)[0]] {
        let right = Body::DisputeRule(right.clone());
        assert_eq!(court.say(who, right), "ROLE_NOT_ALLOWED ASP-DIS-024 /issuer");
    }
    assert_eq!(court.say("node", Body::DisputeRule(right)), "");
    // It can be appealed to the arbiter, who has the last word.
    assert_eq!(court.phase(), "RULED");
    assert_eq!(court.say("seller", appeal()), "");
    assert_eq!(court.phase(), "ARBITRATING");
    assert_eq!(court.say("judge", rule(DisputeOutcome::Dismissed, RulingEffect::Binding, None)), "");
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("dismissed binding 3", "FULFILLED"));
}

fn rule_of_panel(outcome: DisputeOutcome, amount: Option<&str>) -> Body {
    let Body::DisputeRule(mut body) = rule(outcome, RulingEffect::Presumptive, amount) else { panic!() };
    body.rung = Rung::Panel;
    body.reasons = text("More than half of the votes of the panel find so.");
    Body::DisputeRule(body)
}

#[test]
fn what_the_log_decides_can_be_appealed_to_a_panel() {
    // ASP-DIS-021
    let mut court = Court::breached(Some(panel(3, 0)));
    jurors(&mut court.stage, 12);
    assert_eq!(court.file("buyer", DisputeReason::NonDelivery), "");
    court.node();
    assert_eq!((court.phase(), ruled(&court).as_str()), ("RULED", "0 upheld"));
    assert_eq!(court.say("seller", appeal()), "");
    court.node();
    assert_eq!(court.phase(), "COMMITTING");
    voted(&mut court, &vec![vote(DisputeOutcome::Dismissed, None); 3]);
    court.node();
    assert_eq!((court.end().as_str(), court.duty()), ("dismissed binding 2", "LAPSED"));
}

#[test]
fn who_is_silent_is_replaced_in_the_order_of_the_lot() {
    // ASP-DIS-021, ASP-DIS-016, THR-ARBITER-SILENT
    let mut court = drawn(panel(3, 0), 12);
    let called: Vec<String> = court.state().panel().unwrap().ranked().iter().map(name).collect();
    let up = vote(DisputeOutcome::Upheld, Some("40"));
    assert_eq!(hide(&mut court, &called[1], &up), "");
    assert_eq!(due(&court), None);
    court.stage.pass(WINDOW);
    assert_eq!(court.phase(), "COUNTING");
    assert_eq!(hide(&mut court, &called[0], &up), "NOT_ALLOWED ASP-DIS-022 /type");
    let seat = |names: &[&String]| {
        Body::DisputeSeat(DisputeSeat { members: names.iter().map(|it| uri(it)).collect() })
    };
    let right = seat(&[&called[1], &called[3], &called[4]]);
    assert_eq!(due(&court), Some(right.clone()));
    for wrong in
        [seat(&[&called[1]]), seat(&[&called[1], &called[4], &called[5]]), seat(&[&called[0], &called[1]])]
    {
        assert_eq!(court.say("node", wrong), "NOT_DUE ASP-DIS-021 /body");
    }
    assert_eq!(court.say("seller", right.clone()), "ROLE_NOT_ALLOWED ASP-DIS-021 /issuer");
    assert_eq!(court.say("node", right), "");
    assert_eq!(members(&court), [called[1].clone(), called[3].clone(), called[4].clone()]);
    // Who was replaced is a stranger.
    assert_eq!(hide(&mut court, &called[0], &up), "UNKNOWN_STREAM ASP-DIS-016 /stream");
    assert!(!court.state().is_readable_by(&support::ledger::issuer(&called[0], &court.stage)));
    assert!(court.state().is_readable_by(&support::ledger::issuer(&called[3], &court.stage)));
    assert_eq!(hide(&mut court, &called[3], &up), "");
    assert_eq!(hide(&mut court, &called[4], &up), "");
    // Who hid a vote and does not show it is replaced too, and the others' votes stay.
    assert_eq!(show(&mut court, &called[1], &up), "");
    assert_eq!(show(&mut court, &called[4], &up), "");
    court.stage.pass(WINDOW);
    court.node();
    assert_eq!(members(&court), [called[1].clone(), called[4].clone(), called[5].clone()]);
    assert_eq!(court.phase(), "COMMITTING");
    assert_eq!(show(&mut court, &called[1], &up), "NOT_ALLOWED ASP-DIS-023 /type");
    assert_eq!(hide(&mut court, &called[5], &up), "");
    assert_eq!(show(&mut court, &called[5], &up), "");
    court.node();
    assert_eq!(court.end(), "upheld binding 2 40 USD");
}

#[test]
fn a_majority_decides_once_nobody_is_left_to_call() {
    // ASP-DIS-021, ASP-DIS-024, THR-ARBITER-SILENT
    let mut court = drawn(with_judge(3), 4);
    let called: Vec<String> = court.state().panel().unwrap().ranked().iter().map(name).collect();
    let up = vote(DisputeOutcome::Upheld, Some("40"));
    assert_eq!(hide(&mut court, &called[0], &up), "");
    court.stage.pass(WINDOW);
    // One of the two silent is replaced by the last who was called.
    court.node();
    assert_eq!(members(&court), [called[0].clone(), called[3].clone()]);
    let mut alone = court.clone();
    assert_eq!(hide(&mut court, &called[3], &vote(DisputeOutcome::Dismissed, None)), "");
    assert_eq!(show(&mut court, &called[0], &up), "");
    assert_eq!(show(&mut court, &called[3], &vote(DisputeOutcome::Dismissed, None)), "");
    court.node();
    // Of two in the middle the one that gives less to who filed.
    assert_eq!((court.phase(), ruled(&court).as_str()), ("RULED", "2 dismissed"));
    // One of three is no majority.
    alone.stage.pass(WINDOW);
    alone.node();
    assert_eq!((alone.phase(), ruled(&alone).as_str()), ("ARBITRATING", "2 undecided"));
}

#[test]
fn a_node_that_was_away_over_all_windows_calls_all_in_their_order() {
    // ASP-DIS-021: whatever time has passed, each who is called has its own window.
    let mut court = drawn(panel(3, 0), 12);
    let called: Vec<String> = court.state().panel().unwrap().ranked().iter().map(name).collect();
    court.stage.pass(40 * WINDOW);
    court.node();
    assert_eq!((court.phase(), members(&court)), ("COMMITTING", called[3..6].to_vec()));
    court.stage.pass(40 * WINDOW);
    court.node();
    assert_eq!(members(&court), called[6..9]);
    court.stage.pass(WINDOW - 1);
    assert_eq!(due(&court), None);
    court.stage.pass(1);
    court.node();
    assert_eq!(court.end(), "undecided");
    assert_eq!(court.duty(), "CONTESTED");
}

#[test]
fn the_parties_can_still_settle_while_a_panel_sits() {
    // ASP-DIS-008, ASP-DIS-022
    let mut court = drawn(panel(3, 0), 12);
    let sit = members(&court);
    let up = vote(DisputeOutcome::Upheld, Some("40"));
    assert_eq!(hide(&mut court, &sit[0], &up), "");
    assert_eq!(court.say("seller", settle(DisputeOutcome::Partly, Some("20"))), "");
    assert_eq!(hide(&mut court, &sit[1], &up), "");
    let offered = court.state().offer().unwrap().statement;
    let taken = settle(DisputeOutcome::Partly, Some("20"));
    assert_eq!(court.reply("buyer", taken, Some(offered)), "");
    assert_eq!(hide(&mut court, &sit[2], &up), "NOT_ALLOWED ASP-DIS-022 /type");
    court.node();
    assert_eq!(court.end(), "partly binding 1 20 USD");
}
