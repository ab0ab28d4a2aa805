//! The laboratory as a user runs it: one goal, its exit code, its files, and what is refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, dead_code, reason = "what a test cannot do fails it")]

mod support;

use support::run;

#[test]
fn one_goal_is_told_in_words_and_as_json_alike_each_time() {
    let goal = ["lab", "trust", "--quick", "--goal", "haste", "--json"];
    let first = run(&goal).with_code(0).json();
    assert_eq!(first[0]["goal"], "haste");
    assert_eq!(first[0]["held"], true);
    assert_eq!(first[1]["model"], "flow-1");
    assert_eq!(first, run(&goal).with_code(0).json());
    let words = run(&["lab", "trust", "--quick", "--goal", "haste"]).with_code(0);
    assert!(words.stdout.contains("1 of 1 goals held"), "{}", words.stdout);
}

#[test]
fn real_ratings_are_foreseen_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("ratings.csv"), folder.path().join("plots"));
    let known =
        (0..70).map(|number| format!("0,{},{},{}", 1 + number % 2, 5 - 10 * (number % 2), 60 * number));
    let later =
        (70..100).map(|number| format!("3,{},{},{}", 1 + number % 2, 5 - 10 * (number % 2), 60 * number));
    let rows: Vec<String> =
        ["source,target,rating,time".to_owned()].into_iter().chain(known).chain(later).collect();
    std::fs::write(&file, rows.join("\n")).unwrap();
    let told = [
        "lab",
        "trust",
        "--goal",
        "otc",
        "--otc",
        file.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--json",
    ];
    let told = run(&told).with_code(0).json();
    assert_eq!(told[0]["reached"], "1.0000 on 30 ratings of 70 known");
    assert!(std::fs::read_to_string(out.join("foresight.svg")).unwrap().contains("30 later ratings"));
    assert!(std::fs::read_to_string(out.join("report.json")).unwrap().contains("\"held\": true"));
}

#[test]
fn what_cannot_be_measured_is_refused() {
    run(&["lab", "trust", "--goal", "none-such"]).with_code(2);
    run(&["lab", "trust", "--goal", "otc"]).with_code(2);
    run(&["lab", "trust", "--otc", "/no/such/file"]).with_code(2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ratings.csv");
    std::fs::write(&file, "names\n1,2,11,5\n").unwrap();
    run(&["lab", "trust", "--otc", file.to_str().unwrap()]).with_code(2);
}
