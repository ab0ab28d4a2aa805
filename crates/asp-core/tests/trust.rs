//! The rules of trust, asked through the public door: who kept what for whom, and what follows for the score.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot read is a failed test")]

use asp_core::key::SecretKey;
use asp_core::position::{Hash, LogPoint, LogTime, Position};
use asp_core::trust::{
    Assessment, Change, Distrust, Evidence, Ground, Level, Limit, Model, Outcome, Outlook, Question, Settled,
    View, assess, assess_with, backed, history, score as points, score_with,
};
use proptest::prelude::*;

const DAY: u64 = 86_400_000;
const NOW: u64 = 20_000 * DAY;

/// `worker` is an agent of worker.example, `worker/two` another of the same organisation.
fn agent(name: &str) -> String {
    let (organisation, path) = name.split_once('/').unwrap_or((name, "one"));
    format!("agent://{organisation}.example/{path}")
}

/// One deal, so many days ago.
fn deal(debtor: &str, creditor: &str, value: &str, days: u64, outcome: Outcome) -> Evidence {
    Evidence {
        index: Position(0),
        at: LogTime::from_millis(NOW - days * DAY),
        debtor: agent(debtor).parse().unwrap(),
        creditor: agent(creditor).parse().unwrap(),
        value: format!("{value} USD").parse().unwrap(),
        capability: None,
        outcome,
        statement: Hash::of(&[]),
        grounds: [].into(),
        void: None,
    }
}

/// Gives deals their places in the log, by time.
fn logged(mut deals: Vec<Evidence>) -> Vec<Evidence> {
    deals.sort_by_key(|deal| deal.at);
    for (index, deal) in (0..).zip(&mut deals) {
        deal.index = Position(index);
        deal.statement = Hash::of(&[&index.to_be_bytes()]);
    }
    deals
}

/// Lines like `worker kept 3 x 100 for shop 10 days ago in a.b`, or `broke` for `kept`; the subtree is optional.
fn world(text: &str) -> Vec<Evidence> {
    let mut deals = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [debtor, verb, count, "x", value, "for", creditor, days, "days", "ago", rest @ ..] = &words[..]
        else {
            panic!("cannot read {line}");
        };
        let outcome = if *verb == "kept" { Outcome::Fulfilled } else { Outcome::Breached };
        for _ in 0..count.parse().unwrap() {
            let mut deal = deal(debtor, creditor, value, days.parse().unwrap(), outcome);
            deal.capability = rest.get(1).map(|capability| capability.parse().unwrap());
            deals.push(deal);
        }
    }
    logged(deals)
}

/// May `seed` trust `subject` with 100 USD now?
fn question(subject: &str) -> Question {
    Question {
        subject: agent(subject).parse().unwrap(),
        observer: ["seed.example".parse().unwrap()].into(),
        class: "100 USD".parse().unwrap(),
        outlook: Outlook::default(),
        capability: None,
        instant: LogTime::from_millis(NOW),
        prefix: Position(u64::MAX),
    }
}

fn score(text: &str, subject: &str) -> i64 {
    assess(&world(text), &question(subject)).score.thousandths()
}

fn factor(assessment: &Assessment, symbol: &str) -> u64 {
    assessment.factors.iter().find(|factor| factor.symbol == symbol).unwrap().value.get()
}

/// `worker` with so many partners, each of three fresh deals with `worker` and with `seed`.
fn network(partners: u32) -> String {
    let pair =
        |n| format!("p{n} kept 4 x 100 for seed 2 days ago\nworker kept 4 x 100 for p{n} 1 days ago\n");
    (0..partners).map(pair).collect()
}

#[test]
fn a_newcomer_has_ten_points() {
    // ASP-TRU-002
    let assessment = assess(&[], &question("worker"));
    assert_eq!(assessment.score.to_string(), "10.000");
    assert_eq!(assessment.level, Level::Unverified);
    assert_eq!(score(&network(5), "stranger"), 10_000);
}

#[test]
fn an_isolated_ring_stays_at_ten_points() {
    // ASP-TRU-002
    for size in [5_usize, 50, 200] {
        let mut deals = world(&network(3));
        for (member, partner) in (0..size).flat_map(|n| (1..=8).map(move |step| (n, (n + step) % size))) {
            let (member, partner) = (format!("m{member}"), format!("m{partner}"));
            deals.extend((0..4).map(|_| deal(&member, &partner, "1000", 1, Outcome::Fulfilled)));
            // That the ring trusts outsiders gives it nothing either.
            deals.push(deal("p0", &member, "1000", 1, Outcome::Fulfilled));
        }
        let deals = logged(deals);
        for member in [0, 1, size / 2, size - 1] {
            let assessment = assess(&deals, &question(&format!("m{member}")));
            assert_eq!(assessment.score.to_string(), "10.000");
            assert_eq!(assessment.lenders.total, 0);
            assert_eq!(assessment.rests_on.total, 0);
        }
    }
}

#[test]
fn growth_slows_down() {
    let scores: Vec<i64> = [0, 1, 2, 4, 7, 10].map(|partners| score(&network(partners), "worker")).into();
    assert!(scores.windows(2).all(|pair| pair[0] < pair[1]), "{scores:?}");
    assert!(scores[1] - scores[0] > (scores[4] - scores[3]) / 3, "{scores:?}");
    assert!(scores[5] > 99_000, "{scores:?}");
}

#[test]
fn deals_inside_one_organisation_lend_nothing() {
    let own = "seed/two kept 9 x 100 for seed/one 1 days ago";
    assert_eq!(score(own, "seed/two"), 10_000);
    // What a colleague was lent does not reach the worker, not even by way of third parties.
    let colleague = "worker/two kept 9 x 100 for seed 1 days ago
                     friend kept 9 x 100 for worker/two 1 days ago
                     worker kept 9 x 100 for friend 1 days ago
                     worker kept 9 x 100 for worker/two 1 days ago";
    assert_eq!(score(colleague, "worker"), 10_000);
    assert!(score(colleague, "friend") > 30_000);
}

#[test]
fn agents_of_one_organisation_count_as_one_creditor() {
    let one = "shop kept 9 x 100 for seed 1 days ago\nworker kept 6 x 100 for shop/a 1 days ago";
    let two = "shop kept 9 x 100 for seed 1 days ago\nworker kept 3 x 100 for shop/a 1 days ago
               worker kept 3 x 100 for shop/b 1 days ago";
    assert_eq!(score(one, "worker"), score(two, "worker"));
}

#[test]
fn a_breach_of_the_class_costs_35_to_50_points() {
    let mut seen = 0;
    for partners in 4..=16 {
        let before = score(&network(partners), "worker");
        if before < 80_000 {
            continue;
        }
        seen += 1;
        for partner in ["p0", "seed", "stranger"] {
            let text = format!("{}worker broke 1 x 100 for {partner} 0 days ago", network(partners));
            let cost = before - score(&text, "worker");
            assert!((35_000..=50_000).contains(&cost), "{partners} partners, from {before}: {cost}");
        }
    }
    assert!(seen > 5);
}

#[test]
fn repeated_breaches_cost_more_each() {
    let kept = |breaches| {
        score(&format!("{}worker broke {breaches} x 100 for p0 1 days ago", network(10)), "worker")
    };
    let left: Vec<i64> = (0..6).map(kept).collect();
    assert!(left.windows(2).all(|pair| pair[1] * 100 < pair[0] * 62), "{left:?}");
}

#[test]
fn a_breach_fades_with_time_and_faster_with_flow_earned_after_it() {
    let idle =
        |days| score(&format!("worker broke 1 x 100 for p0 {days} days ago\n{}", network(0)), "worker");
    assert!(idle(0) < idle(200) && idle(200) < idle(800) && idle(800) < 10_000);
    let old = network(10).replace("1 days", "61 days").replace("2 days", "62 days");
    let broken = format!("{old}worker broke 1 x 100 for p0 60 days ago\n");
    let waited = score(&broken, "worker");
    let earned = score(&format!("{broken}worker kept 1 x 100 for seed 1 days ago"), "worker");
    let healed = score(&format!("{broken}{}", network(10)), "worker");
    let never = score(&network(10), "worker");
    assert!(
        waited + 5_000 < earned && earned + 10_000 < healed && healed < never,
        "{waited} {earned} {healed}"
    );
}

#[test]
fn a_breach_of_a_small_deal_costs_less_but_never_little() {
    let after =
        |value: &str| score(&format!("{}worker broke 1 x {value} for p0 0 days ago", network(10)), "worker");
    assert!(after("100") < after("60") && after("60") < after("25"));
    assert_eq!(after("25"), after("0.01"));
    assert!(after("0.01") < score(&network(10), "worker") - 10_000);
    assert_eq!(after("100"), after("100000"));
}

#[test]
fn pretended_giant_deals_do_not_make_a_breach_small() {
    let breach = "worker broke 1 x 100 for p0 0 days ago";
    let plain = format!("{}{breach}", network(10));
    let pretended = format!("{}worker kept 9 x 900000000 for accomplice 1 days ago\n{breach}", network(10));
    assert_eq!(score(&plain, "worker"), score(&pretended, "worker"));
    let small = |text: &str| score(&text.replace("1 x 100 for p0 0 days", "1 x 30 for p0 0 days"), "worker");
    assert!(score(&plain, "worker") < small(&plain));
    assert_eq!(small(&plain), small(&pretended));
}

#[test]
fn other_numbers_are_another_model_and_answer_otherwise() {
    let deals = world(&network(4));
    let asked = question("worker");
    assert_eq!(assess_with(&Model::FLOW_1, &deals, &asked), assess(&deals, &asked));
    assert_eq!(score_with(&Model::FLOW_1, &deals, &asked), assess(&deals, &asked).score);
    let tried = Model { name: "tried", lending_max: 1, ..Model::FLOW_1 };
    let found = assess_with(&tried, &deals, &asked);
    assert_eq!((found.model, factor(&found, "R")), ("tried", 4_000_000));
    assert_eq!(found.score, score_with(&tried, &deals, &asked));
}

#[test]
fn who_breaks_again_comes_back_more_slowly() {
    let old = network(10).replace("1 days", "101 days").replace("2 days", "102 days");
    let since = network(10).replace(" p", " q");
    let left = |breaches: &str| {
        factor(&assess(&world(&format!("{old}{since}{breaches}")), &question("worker")), "F")
    };
    let once = left("worker broke 1 x 100 for p0 60 days ago");
    let apart = left("worker broke 1 x 100 for p0 60 days ago\nworker broke 1 x 100 for p0 1525 days ago");
    let twice = left("worker broke 1 x 100 for p0 60 days ago\nworker broke 1 x 100 for p0 1515 days ago");
    assert!(once > apart && apart > twice + 100_000, "{once} {apart} {twice}");
}

#[test]
fn a_breach_is_outlived_by_many_deals_and_not_by_few() {
    let left = |kept: u32| {
        let breach = "worker broke 1 x 100 for p0 20 days ago\n";
        let since: String = (0..kept).map(|_| "worker kept 1 x 100 for seed 0 days ago\n").collect();
        factor(&assess(&world(&format!("{breach}{since}")), &question("worker")), "F")
    };
    // A flow of 12 halves what is lost, a sixth of it heals next to nothing, and twice of it leaves a fifth.
    let lost = |kept| 1_000_000 - left(kept);
    assert!(lost(2) * 100 > lost(0) * 97, "{} {}", lost(2), lost(0));
    assert!(lost(12).abs_diff(lost(0) / 2) <= 1, "{} {}", lost(12), lost(0));
    assert!(lost(24).abs_diff(lost(0) / 5) <= 1, "{} {}", lost(24), lost(0));
}

#[test]
fn a_view_of_many_agents_gives_each_the_score_of_its_own_question() {
    let evidence = world(&format!(
        "{}worker broke 1 x 60 for p0 5 days ago\nseed kept 1 x 9 for p0 3 days ago",
        network(6)
    ));
    let asked = question("p1");
    let view = View::of(&Model::FLOW_1, &evidence, &asked);
    for name in ["worker", "p0", "p3", "seed", "stranger"] {
        let own = question(name);
        assert_eq!(view.score(&own.subject), assess(&evidence, &own).score, "{name}");
    }
}

#[test]
fn an_accomplice_heals_no_breach_and_winds_no_clock() {
    let old = network(10).replace("1 days", "261 days").replace("2 days", "262 days");
    let broken = format!("{old}worker broke 1 x 100 for p0 260 days ago\n");
    let ring = "accomplice kept 1 x 100 for p1 262 days ago
                worker kept 9 x 100 for accomplice 1 days ago
                accomplice kept 9 x 100 for worker 1 days ago";
    let (before, after) = (
        assess(&world(&broken), &question("worker")),
        assess(&world(&format!("{broken}{ring}")), &question("worker")),
    );
    for symbol in ["D", "F"] {
        assert_eq!(factor(&before, symbol), factor(&after, symbol));
    }
}

#[test]
fn idleness_costs_after_thirty_days() {
    let at = |days: u64| {
        let mut asked = question("worker");
        asked.instant = LogTime::from_millis(NOW + (days - 1) * DAY);
        factor(&assess(&world(&network(10).replace("2 days", "1 days")), &asked), "D")
    };
    assert_eq!([at(1), at(30), at(150), at(270)], [1_000_000, 1_000_000, 500_000, 250_000]);
    assert!(at(31) < 1_000_000);
}

#[test]
fn only_deals_of_the_subtree_the_currency_the_prefix_and_the_past_count() {
    let deals = world(
        "worker kept 1 x 100 for seed 3 days ago in provision.compute.gpu
         worker kept 1 x 100 for seed 2 days ago in provision.computers
         worker kept 1 x 100 for seed 1 days ago",
    );
    let flow = |change: &dyn Fn(&mut Question)| {
        let mut asked = question("worker");
        change(&mut asked);
        let assessment = assess(&deals, &asked);
        assert_eq!(
            assessment.rests_on.total,
            assessment.lenders.first.iter().map(|l| l.deals as usize).sum::<usize>()
        );
        assessment.rests_on.total
    };
    assert_eq!(flow(&|_| ()), 3);
    assert_eq!(flow(&|asked| asked.capability = "provision.compute".parse().ok()), 1);
    assert_eq!(flow(&|asked| asked.capability = "provision".parse().ok()), 2);
    assert_eq!(flow(&|asked| asked.class = "100 EUR".parse().unwrap()), 0);
    assert_eq!(flow(&|asked| asked.prefix = Position(2)), 2);
    assert_eq!(flow(&|asked| asked.prefix = Position(0)), 0);
    assert_eq!(flow(&|asked| asked.instant = LogTime::from_millis(NOW - 3 * DAY)), 1);
}

#[test]
fn the_same_record_is_worth_less_for_larger_deals() {
    let deals = world(&network(10).replace("4 x", "3 x"));
    let scores = ["0", "1", "100", "101", "1000", "1000000", "999999999999999999.999999999"].map(|class| {
        let mut asked = question("worker");
        asked.class = format!("{class} USD").parse().unwrap();
        assess(&deals, &asked).score.thousandths()
    });
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{scores:?}");
    assert!(
        scores[0] > 99_000 && scores[3] < scores[2] && scores[4] < 80_000 && scores[6] == 10_000,
        "{scores:?}"
    );
}

#[test]
fn the_cut_names_what_limits() {
    let assessment = assess(
        &world(
            "shop kept 9 x 100 for seed 0 days ago
             a kept 3 x 100 for shop 0 days ago
             b kept 3 x 100 for shop 0 days ago
             worker kept 3 x 100 for a 0 days ago
             worker kept 3 x 100 for b 0 days ago
             worker kept 1 x 100 for seed 0 days ago",
        ),
        &question("worker"),
    );
    let text = serde_json::to_value(&assessment.limited_by).unwrap();
    let expected = serde_json::json!({"total": 2, "first": [
        {"kind": "lending", "creditor": "seed.example", "debtor": "agent://worker.example/one", "capacity": "1.000000"},
        {"kind": "organisation", "organisation": "shop.example", "capacity": "3.000000"},
    ]});
    assert_eq!(text, expected);
    assert_eq!(factor(&assessment, "R"), 4_000_000);
}

#[test]
fn what_would_change_the_score_does_so_when_it_happens() {
    let text = format!("{}worker broke 1 x 50 for p0 1 days ago\n", network(3).replace("4 x", "1 x"));
    let predicted = assess(&world(&text), &question("worker"));
    let check = |change: Change, further: &str| {
        let found = predicted.counterfactuals.iter().find(|it| it.change == change).unwrap();
        let partner = found.partner.as_ref().map_or("", |it| it.as_str()).replace(".example", "");
        let text = format!("{text}{}", further.replace("PARTNER", &partner));
        let actual = assess(&world(&text), &question("worker")).score;
        assert_eq!(found.score, actual, "{change:?}");
        assert_eq!(found.delta.thousandths(), actual.thousandths() - predicted.score.thousandths());
    };
    check(Change::DealWithLender, "worker kept 1 x 100 for PARTNER 0 days ago");
    check(Change::BreachNow, "worker broke 1 x 100 for p1 0 days ago");
    let clean = predicted.counterfactuals.iter().find(|it| it.change == Change::NoBreach).unwrap();
    assert_eq!(clean.score.thousandths(), score(&network(3).replace("4 x", "1 x"), "worker"));

    let kept = "p1 kept 3 x 100 for seed 0 days ago\nworker kept 2 x 100 for p1 0 days ago\n";
    let predicted = assess(&world(kept), &question("worker"));
    let another = predicted.counterfactuals.iter().find(|it| it.change == Change::DealWithAnother).unwrap();
    let further = "p2 kept 3 x 100 for seed 0 days ago\nworker kept 1 x 100 for p2 0 days ago";
    assert_eq!(another.score.thousandths(), score(&format!("{kept}{further}"), "worker"));
}

/// The same example by another program, with floats and without this code, gives
/// R 1.96398245, L 0.31640589, q 0.36303056, D 0.91700404, F 0.83987683 and 16.360676 points.
#[test]
fn the_digits_are_these_on_every_machine() {
    // ASP-TRU-001
    let text = "shop kept 5 x 80.5 for seed 100 days ago
                mill kept 2 x 33.333333333 for seed 12 days ago
                mill kept 1 x 400 for shop 40 days ago
                worker kept 2 x 70 for shop 77 days ago
                worker broke 1 x 45 for mill 60 days ago
                worker kept 1 x 120 for mill 50 days ago
                worker kept 3 x 12.5 for seed 45 days ago";
    let assessment = assess(&world(text), &question("worker"));
    let digits: Vec<String> =
        assessment.factors.iter().map(|it| format!("{} {}", it.symbol, it.value)).collect();
    assert_eq!(digits.join(", "), "R 1.963982, L 0.316406, q 0.363031, D 0.917004, F 0.839877");
    let parts: Vec<String> = assessment.parts.iter().map(|it| format!("{} {}", it.name, it.points)).collect();
    assert_eq!(
        parts.join(", "),
        "base 10.000, growth 28.476, certainty -18.139, inactivity -0.858, breaches -3.119"
    );
}

#[test]
fn a_history_gives_at_each_instant_what_was_known_then() {
    // ASP-TRU-004
    let text = format!("{}worker broke 1 x 100 for p0 40 days ago\n", network(6));
    let mut evidence = world(&text);
    // A deal of fifty days ago that was found void ten days ago counts in between.
    let mut stolen = deal("worker", "p1", "100", 50, Outcome::Fulfilled);
    (stolen.index, stolen.void) =
        (Position(90), Some(LogPoint { index: Position(91), time: LogTime::from_millis(NOW - 10 * DAY) }));
    evidence.push(stolen);
    let asked = question("worker");
    let told = history(&evidence, &asked, LogTime::from_millis(NOW - 120 * DAY), 13);
    assert_eq!((told.moments.len(), told.since), (13, LogTime::from_millis(NOW - 120 * DAY)));
    for (step, moment) in (0..).zip(&told.moments) {
        assert_eq!(moment.at, LogTime::from_millis(NOW - (120 - 10 * step) * DAY));
        let then = assess(&evidence, &Question { instant: moment.at, ..asked.clone() });
        assert_eq!((moment.score, moment.level), (then.score, then.level), "{step}");
        assert_eq!(moment.score, points(&evidence, &Question { instant: moment.at, ..asked.clone() }));
    }
    let broken: Vec<u64> = told.moments.iter().map(|moment| moment.broken).collect();
    assert_eq!(broken, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    let of_last = told.moments.last().map(|moment| moment.score);
    assert_eq!(of_last, Some(assess(&evidence, &asked).score));
    // Nothing stands outside its bounds: too few and too many steps, a beginning after the end.
    for (steps, count) in [(0, 2), (1, 2), (101, 100), (u32::MAX, 100)] {
        let told = history(&evidence, &asked, LogTime::MAX, steps);
        assert_eq!((told.moments.len(), told.since), (count, asked.instant));
        assert!(told.moments.iter().all(|moment| moment.at == asked.instant));
    }
}

#[test]
fn the_answer_is_camel_case_json_without_floats() {
    fn no_floats(value: &serde_json::Value) {
        match value {
            serde_json::Value::Number(number) => assert!(!number.is_f64(), "{number}"),
            serde_json::Value::Array(items) => items.iter().for_each(no_floats),
            serde_json::Value::Object(members) => members.iter().for_each(|(name, value)| {
                assert!(name.chars().all(char::is_alphanumeric), "{name}");
                no_floats(value);
            }),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::String(_) => (),
        }
    }
    let text = format!("{}worker broke 1 x 50 for p0 1 days ago\n", network(2));
    let json = serde_json::to_value(assess(&world(&text), &question("worker"))).unwrap();
    no_floats(&json);
    assert_eq!(json["model"], "flow-1");
    assert_eq!(json["level"], "verified");
    assert_eq!(json["parts"][0], serde_json::json!({"name": "base", "points": "10.000"}));
}

#[test]
fn lists_are_bounded_and_say_how_many_there_are() {
    let text: String = (0..300).map(|n| format!("worker kept 1 x 100 for p{n} 1 days ago\n")).collect();
    let mut asked = question("worker");
    asked.observer = (0..300).map(|n| format!("p{n}.example").parse().unwrap()).collect();
    let assessment = assess(&world(&text), &asked);
    assert_eq!((assessment.lenders.total, assessment.lenders.first.len()), (300, 256));
    assert_eq!((assessment.rests_on.total, assessment.rests_on.first.len()), (300, 256));
    assert_eq!((assessment.limited_by.total, assessment.limited_by.first.len()), (300, 256));
}

/// Deals among so many names; the debtor, the creditor, hundredths of value, days ago.
fn deals_among(
    debtors: &'static [&'static str],
    creditors: &'static [&'static str],
    count: usize,
) -> impl Strategy<Value = Vec<Evidence>> {
    let one = (prop::sample::select(debtors), prop::sample::select(creditors), 1_u32..300, 1_u64..400);
    let one = one.prop_map(|(debtor, creditor, value, days)| {
        deal(debtor, creditor, &value.to_string(), days, Outcome::Fulfilled)
    });
    prop::collection::vec(one, 0..count)
}

const OUTSIDERS: &[&str] = &["seed", "seed2", "o1", "o2", "o3", "o4"];
const MEMBERS: &[&str] = &["m1", "m2", "m2/two", "m3", "m4", "m4/two"];
const ALL: &[&str] = &["seed", "seed2", "o1", "o2", "o3", "m1", "m2", "m2/two", "worker", "worker/two"];

fn asked_by_two(subject: &str) -> Question {
    let observer = ["seed.example".parse().unwrap(), "seed2.example".parse().unwrap()].into();
    Question { observer, ..question(subject) }
}

fn with_breaches() -> impl Strategy<Value = Vec<Evidence>> {
    let broken = prop::collection::vec((prop::sample::select(ALL), 1_u32..300, 1_u64..400), 0..5);
    (deals_among(ALL, ALL, 80), broken).prop_map(|(mut deals, broken)| {
        deals.extend(broken.into_iter().map(|(creditor, value, days)| {
            deal("worker", creditor, &value.to_string(), days, Outcome::Breached)
        }));
        logged(deals)
    })
}

/// The same, in the eyes of one who takes two others to be good for something.
fn believing(subject: &str, first: u32, second: u32) -> Question {
    let seeds = [("o1.example", first), ("o2.example", second)];
    let seeds = seeds.map(|(name, worth)| (name.parse().unwrap(), worth.to_string().parse().unwrap()));
    Question { outlook: Outlook { seeds: seeds.into(), ..Outlook::default() }, ..question(subject) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whoever_is_believed_a_set_has_what_one_has_and_no_more_than_was_given(
        outside in deals_among(OUTSIDERS, OUTSIDERS, 40),
        borrowed in deals_among(MEMBERS, OUTSIDERS, 20),
        inside in deals_among(MEMBERS, MEMBERS, 60),
        (first, second) in (0_u32..900, 0_u32..900),
    ) {
        // ASP-TRU-010
        let single: asp_core::name::AgentUri = agent("single").parse().unwrap();
        let mut alone = outside.clone();
        alone.extend(borrowed.iter().map(|deal| Evidence { debtor: single.clone(), ..deal.clone() }));
        let bound = assess(&logged(alone), &believing("single", first, second));
        let together = logged([outside.clone(), borrowed.clone(), inside.clone()].concat());
        // With nothing earned from the observer itself, all that there is was given.
        let strangers = |deals: Vec<Evidence>| {
            logged(deals.into_iter().filter(|deal| !deal.creditor.as_str().contains("//seed.")).collect())
        };
        let given_only = strangers([outside, borrowed, inside].concat());
        for member in MEMBERS {
            let found = assess(&together, &believing(member, first, second));
            prop_assert!(found.score <= bound.score, "{}: {} > {}", member, found.score, bound.score);
            prop_assert!(factor(&found, "R") <= factor(&bound, "R"));
            prop_assert!(found.backed.amount <= bound.backed.amount); // ASP-TRU-012
            let flow = factor(&assess(&given_only, &believing(member, first, second)), "R");
            prop_assert!(flow <= u64::from(first + second) * 10_000 + 1, "{}: {}", member, flow);
        }
    }

    #[test]
    fn no_member_of_a_set_beats_one_agent_with_the_deals_of_all(
        outside in deals_among(OUTSIDERS, OUTSIDERS, 40),
        borrowed in deals_among(MEMBERS, OUTSIDERS, 20),
        lent in deals_among(OUTSIDERS, MEMBERS, 20),
        inside in deals_among(MEMBERS, MEMBERS, 60),
    ) {
        let single: asp_core::name::AgentUri = agent("single").parse().unwrap();
        let mut alone = outside.clone();
        alone.extend(borrowed.iter().map(|deal| Evidence { debtor: single.clone(), ..deal.clone() }));
        alone.extend(lent.iter().map(|deal| Evidence { creditor: single.clone(), ..deal.clone() }));
        let bound = assess(&logged(alone), &asked_by_two("single"));
        let together = logged([outside, borrowed, lent, inside].concat());
        for member in MEMBERS {
            let found = assess(&together, &asked_by_two(member));
            prop_assert!(found.score <= bound.score, "{}: {} > {}", member, found.score, bound.score);
            prop_assert!(factor(&found, "R") <= factor(&bound, "R"));
        }
    }

    #[test]
    fn one_more_kept_deal_never_lowers_a_score(
        deals in with_breaches(),
        more in (prop::sample::select(ALL), prop::sample::select(ALL), 1_u32..300),
    ) {
        let before = assess(&deals, &asked_by_two("worker")).score;
        let further = deal(more.0, more.1, &more.2.to_string(), 0, Outcome::Fulfilled);
        let after = assess(&logged([deals, vec![further]].concat()), &asked_by_two("worker")).score;
        prop_assert!(before <= after, "{} > {}", before, after);
    }

    #[test]
    fn one_more_breach_never_raises_a_score(deals in with_breaches(), value in 1_u32..300) {
        let before = assess(&deals, &asked_by_two("worker")).score;
        let further = deal("worker", "o1", &value.to_string(), 0, Outcome::Breached);
        let after = assess(&logged([deals, vec![further]].concat()), &asked_by_two("worker")).score;
        prop_assert!(after < before, "{} >= {}", after, before);
    }

    #[test]
    fn the_order_of_the_evidence_changes_nothing(
        (deals, shuffled) in with_breaches().prop_flat_map(|deals| (Just(deals.clone()), Just(deals).prop_shuffle()))
    ) {
        prop_assert_eq!(assess(&deals, &asked_by_two("worker")), assess(&shuffled, &asked_by_two("worker")));
    }

    #[test]
    fn the_explanation_adds_up(deals in with_breaches()) {
        let found = assess(&deals, &asked_by_two("worker"));
        let parts: i64 = found.parts.iter().map(|part| part.points.thousandths()).sum();
        prop_assert_eq!(parts, found.score.thousandths());
        // Whoever has the factors can multiply them.
        let [l, q, d, f] = ["L", "q", "D", "F"].map(|symbol| u128::from(factor(&found, symbol)));
        let product = f * (10_000 * 10_u128.pow(18) + 90_000 * l * q * d) / 10_u128.pow(24);
        prop_assert_eq!(i128::try_from(product).unwrap(), i128::from(found.score.thousandths()));
        // Sums of numbers that are rounded each to a millionth.
        let flow = factor(&found, "R");
        let lent: u64 = found.lenders.first.iter().map(|lender| lender.lends.get()).sum();
        let cut: u64 = found.limited_by.first.iter().map(|limit| match limit {
            Limit::Lending { capacity, .. } | Limit::Organisation { capacity, .. } | Limit::Seed { capacity, .. } => capacity.get(),
        }).sum();
        prop_assert!(lent.abs_diff(flow) <= 10 && cut.abs_diff(flow) <= 10, "{} {} {}", flow, lent, cut);
    }
}

/// What stands in a log: a deal with its grounds, or a key that is distrusted.
#[derive(Debug, Clone)]
enum Entry {
    Deal(Evidence),
    Distrust(Distrust),
}

impl Entry {
    const fn index(&self) -> Position {
        match self {
            Self::Deal(deal) => deal.index,
            Self::Distrust(distrust) => distrust.at.index,
        }
    }
}

fn settled<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Settled {
    let mut settled = Settled::default();
    for entry in entries {
        match entry {
            Entry::Deal(deal) => settled.settle(deal.clone()),
            Entry::Distrust(distrust) => settled.distrust(distrust.clone()),
        }
    }
    settled
}

/// One agent of few with one of two keys each.
fn signer(number: u8) -> (String, SecretKey) {
    let names = ["worker", "p0", "p1", "seed"];
    let name = names.get(usize::from(number % 4)).copied().unwrap_or_default();
    (name.to_owned(), SecretKey::from_seed(&[number % 8; 32]))
}

/// A log of a hundred places in which deals are settled and keys distrusted from earlier places on.
fn hindsight() -> impl Strategy<Value = Vec<Entry>> {
    let one = (0_u8..8, 0_u8..8, 0_u8..8, 0_u64..100, any::<bool>());
    prop::collection::vec(one, 1..40).prop_map(|drawn| {
        let entries = (0..).zip(drawn).map(|(index, (first, second, third, back, deals))| {
            let at = LogPoint { index: Position(index + 50), time: LogTime::from_millis(NOW - 100 + index) };
            let place = Position((index + 50).saturating_sub(back % (index + 50)));
            let (name, key) = signer(first);
            if !deals {
                let agent = agent(&name).parse().unwrap();
                return Entry::Distrust(Distrust { agent, key: key.id(), from: place, at });
            }
            let (other, outcome) =
                (signer(second).0, if third == 0 { Outcome::Breached } else { Outcome::Fulfilled });
            let mut deal = deal(&name, &other, "100", 0, outcome);
            (deal.index, deal.at) = (at.index, at.time);
            let grounds = [first, second, third].map(signer).into_iter();
            let grounds =
                grounds.map(|(by, key)| Ground { at: place, by: agent(&by).parse().unwrap(), key: key.id() });
            deal.grounds = grounds.collect();
            Entry::Deal(deal)
        });
        entries.collect()
    })
}

proptest! {
    /// Neither the order in which a reader comes by deals and revocations, nor what came later, changes a digit.
    #[test]
    fn what_counts_follows_from_places_alone(log in hindsight(), seed in any::<u64>(), cut in 0_u64..100) {
        // ASP-TRU-003
        let whole = settled(&log);
        let deals_first = log.iter().filter(|it| matches!(it, Entry::Deal(_)));
        let later = log.iter().filter(|it| matches!(it, Entry::Distrust(_)));
        let mut keys_first: Vec<&Entry> = log.iter().collect();
        keys_first.sort_by_key(|it| (matches!(it, Entry::Deal(_)), it.index().0.wrapping_mul(seed | 1)));
        for other in [settled(deals_first.chain(later)), settled(keys_first)] {
            let sorted = |settled: &Settled| {
                let mut evidence = settled.evidence().to_vec();
                evidence.sort();
                evidence
            };
            prop_assert_eq!(sorted(&whole), sorted(&other));
        }
        let asked = Question { prefix: Position(50 + cut % 50), ..question("worker") };
        let then = settled(log.iter().filter(|it| it.index() < asked.prefix));
        let digits = |settled: &Settled| serde_json::to_string(&assess(settled.evidence(), &asked)).unwrap();
        prop_assert_eq!(digits(&whole), digits(&then));
        // Void is what one ground makes void, by a revocation that stands in the log.
        for deal in whole.evidence() {
            let strikes = |it: &Entry| match it {
                Entry::Deal(_) => None,
                Entry::Distrust(it) => {
                    let own = |ground: &Ground| ground.by == it.agent && ground.key == it.key && ground.at >= it.from;
                    deal.grounds.iter().any(own).then_some(it.at)
                }
            };
            prop_assert_eq!(deal.void, log.iter().filter_map(strikes).min());
        }
    }
}

proptest! {
    /// What is settled or distrusted later changes no score but of those whom it can reach.
    #[test]
    fn a_change_touches_only_what_it_can_reach(
        log in hindsight(), cut in 0_u64..100, subject in prop::sample::select(&["worker", "p0", "p1"][..]),
    ) {
        // ASP-TRU-001
        let (from, to) = (Position(cut), Position(1_000));
        let whole = settled(&log);
        let asked = |prefix| Question { prefix, ..question(subject) };
        let touched = whole.touched(from, to);
        let then = assess(whole.evidence(), &asked(from));
        let now = assess(whole.evidence(), &asked(to));
        let organisation = then.question.subject.organisation();
        if !touched.contains(&organisation) {
            prop_assert_eq!((then.score, then.factors), (now.score, now.factors));
        }
        // Nobody is touched by nothing, and who owed is.
        prop_assert!(whole.touched(to, to).is_empty());
        let owed = whole.evidence().iter().filter(|item| item.index >= from);
        for item in owed {
            prop_assert!(touched.contains(&item.debtor.organisation()));
        }
    }
}

#[test]
fn a_deal_in_another_currency_counts_for_what_the_observer_says_that_it_is_worth() {
    // ASP-TRU-009
    let mut evidence = world("worker kept 1 x 92 for seed 10 days ago");
    for deal in &mut evidence {
        deal.value = "92 EUR".parse().unwrap();
    }
    let score_of = |rates: &[(&str, &str)]| {
        let rates = rates.iter().map(|(currency, rate)| (currency.parse().unwrap(), rate.parse().unwrap()));
        points(
            &evidence,
            &Question {
                outlook: Outlook { rates: rates.collect(), ..Outlook::default() },
                ..question("worker")
            },
        )
        .thousandths()
    };
    assert_eq!(score_of(&[]), 10_000);
    assert_eq!(score_of(&[("JPY", "1.5")]), 10_000);
    // Worth the class's 100 USD, or more, is as one of 100 USD; less is less.
    let whole = score("worker kept 1 x 100 for seed 10 days ago", "worker");
    assert_eq!(score_of(&[("EUR", "1.086956522")]), whole);
    assert_eq!(score_of(&[("EUR", "200")]), whole);
    assert!(score_of(&[("EUR", "1.05")]) < whole && score_of(&[("EUR", "1.05")]) > 10_000);
    assert_eq!(score_of(&[("EUR", "0.000000001")]), 10_000);
    // What does not count is told.
    let left_out = assess(&evidence, &question("worker")).left_out;
    let left_out: Vec<_> =
        left_out.iter().map(|(currency, count)| format!("{count} in {currency}")).collect();
    assert_eq!(left_out, ["1 in EUR"]);
}

#[test]
fn rates_between_two_currencies_follow_from_those_to_the_base() {
    // ASP-TRU-009
    let rate = |currency: &str, worth: &str| asp_core::statement::body::Rate {
        currency: currency.parse().unwrap(),
        worth: worth.parse().unwrap(),
    };
    let worth = vec![rate("EUR", "1.25"), rate("JPY", "0.005"), rate("EUR", "1.3"), rate("XXX", "0")];
    let rates = asp_core::statement::body::Rates { base: "USD".parse().unwrap(), worth };
    let into = |class: &str| -> Vec<String> {
        let rates = rates.in_terms_of(&class.parse().unwrap());
        rates.into_iter().map(|(currency, rate)| format!("{currency} {rate}")).collect()
    };
    assert_eq!(into("USD"), ["EUR 1.25", "JPY 0.005"]);
    assert_eq!(into("EUR"), ["JPY 0.004", "USD 0.8"]);
    assert_eq!(into("JPY"), ["EUR 250", "USD 200"]);
    assert!(into("GBP").is_empty() && into("XXX").is_empty());
}

#[test]
fn whom_the_observer_believes_lends_what_it_was_given() {
    // ASP-TRU-010
    let deals = world(
        "worker kept 9 x 100 for o1 0 days ago
         other kept 9 x 100 for o1 0 days ago
         second kept 9 x 100 for o2 0 days ago",
    );
    let flow =
        |subject: &str, first, second| factor(&assess(&deals, &believing(subject, first, second)), "R");
    assert_eq!(flow("worker", 0, 0), 0);
    assert_eq!(flow("worker", 250, 0), 2_500_000);
    assert_eq!(flow("worker", 600, 0), 6_000_000);
    assert_eq!(flow("worker", 0, 600), 0);
    assert_eq!((flow("other", 50, 70), flow("second", 50, 70)), (500_000, 700_000));
    // More than was kept for it, nobody's word is worth.
    assert_eq!(flow("worker", 5_000, 0), 9_000_000);
    let found = assess(&deals, &believing("worker", 250, 0));
    let limit = serde_json::to_value(&found.limited_by.first).unwrap();
    assert_eq!(
        limit,
        serde_json::json!([{"kind": "seed", "organisation": "o1.example", "capacity": "2.500000"}])
    );
    assert!(found.lenders.first[0].seed);
}

#[test]
fn seeds_are_taken_in_the_currency_that_is_asked_about() {
    // ASP-TRU-010
    let policy = |seeds: &[(&str, &str)], rates: bool| {
        let seed = |(name, worth): &(&str, &str)| asp_core::statement::body::Seed {
            organisation: name.parse().unwrap(),
            worth: worth.parse().unwrap(),
        };
        let eur = asp_core::statement::body::Rate {
            currency: "EUR".parse().unwrap(),
            worth: "1.25".parse().unwrap(),
        };
        let rates = rates
            .then(|| asp_core::statement::body::Rates { base: "USD".parse().unwrap(), worth: vec![eur] });
        let seeds = Some(seeds.iter().map(seed).collect());
        asp_core::statement::body::PolicySet {
            rates,
            seeds,
            ..asp_core::statement::body::PolicySet::of(vec![])
        }
    };
    let told = |policy: &asp_core::statement::body::PolicySet, class: &str| -> Vec<String> {
        let seeds = Outlook::of(Some(policy), &class.parse().unwrap()).seeds;
        seeds.into_iter().map(|(name, worth)| format!("{name} {worth}")).collect()
    };
    let named =
        [("a.example", "100 USD"), ("b.example", "10 EUR"), ("a.example", "90 USD"), ("c.example", "5 GBP")];
    assert_eq!(told(&policy(&named, true), "USD"), ["a.example 90", "b.example 12.5"]);
    assert_eq!(told(&policy(&named, true), "EUR"), ["a.example 72", "b.example 10"]);
    assert_eq!(told(&policy(&named, false), "USD"), ["a.example 90"]);
    assert!(told(&policy(&named, true), "JPY").is_empty());
    assert_eq!(Outlook::of(None, &"USD".parse().unwrap()), Outlook::default());
}

#[test]
fn what_stands_behind_an_agent_is_what_it_kept_for_those_who_are_trusted() {
    // ASP-TRU-012
    let stands = |text: &str| backed(&world(text), &question("worker")).to_string();
    assert_eq!(stands(""), "0");
    assert_eq!(stands("worker kept 2 x 70.5 for seed 179 days ago"), "141");
    assert_eq!(stands("worker kept 2 x 70 for seed 181 days ago"), "0");
    assert_eq!(stands("worker kept 9 x 100 for stranger 1 days ago"), "0");
    assert_eq!(stands("shop kept 1 x 80 for seed 1 days ago\nworker kept 9 x 100 for shop 1 days ago"), "80");
    // Neither does what others of its organisation kept, nor what it kept within it.
    assert_eq!(
        stands("worker/two kept 1 x 80 for seed 1 days ago\nworker kept 1 x 5 for worker/two 1 days ago"),
        "0"
    );
    let seeded =
        |worth| backed(&world("worker kept 9 x 100 for o1 1 days ago"), &believing("worker", worth, 0));
    assert_eq!([seeded(0), seeded(250)].map(|amount| amount.to_string()), ["0", "250"]);
    assert_eq!(
        assess(&world("worker kept 2 x 70 for seed 1 days ago"), &question("worker")).backed.to_string(),
        "140 USD"
    );
}
