//! The log and its receipts: what was acknowledged stands in it, provably, and it only grows (ASP-LOG, ASP-RCT).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use asp_core::log::checkpoint::{Checkpoint, Note, NoteKey};
use asp_core::log::hash::empty_root;
use asp_core::log::leaf::Leaf;
use asp_core::log::proof;
use asp_core::log::receipt::Receipt;
use asp_core::log::tile::{TILE_WIDTH, Tile, TileKind, TilePath, decode_bundle, node_from_tile};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_core::statement::Verified;
use asp_core::statement::body::{Body, PolicySet};
use serde::Deserialize;

use super::{Case, code};
use crate::finding::{Finding, hold};
use crate::stage::{Stage, text};

pub(super) const CASES: &[Case] = &[
    code!(["ASP-LOG-001"], "a checkpoint over all that was acknowledged is signed by the node", checkpoints),
    code!(["ASP-LOG-002"], "what was acknowledged stands in the tree at the index of its receipt", leaves),
    code!(["ASP-LOG-003"], "inclusion is proved for every index in every size", inclusions),
    code!(["ASP-LOG-003"], "consistency is proved between any two sizes", consistencies),
    code!(["ASP-LOG-003"], "nothing beyond the log is proved", beyond),
    code!(["ASP-LOG-004"], "checkpoints never go back, and one size has one tree", growing),
    code!(["ASP-LOG-005"], "the tree is served as tiles of hashes and entries", tiles),
    code!(["ASP-LOG-006"], "log time never goes back", times),
    code!(
        ["ASP-RCT-001"],
        "an accepted statement is answered with a receipt of its place by the node's key",
        receipts
    ),
    code!(["ASP-RCT-002"], "a receipt is given again, the same, to who may read the statement", again),
    code!(["ASP-RCT-003"], "of many who speak at once on one head one is taken in", one_place),
];

/// How long a node may take until its checkpoint is over what it acknowledged.
const SIGNED_WITHIN: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct Proof {
    proof: Vec<Hash>,
}

fn policy(number: usize) -> Result<Body, Finding> {
    let contact = text(&format!("person {number}"))?;
    Ok(Body::OrgPolicySet(PolicySet::of(vec![contact])))
}

impl Stage {
    /// The newest checkpoint, checked to be the node's.
    async fn checkpoint(&self) -> Result<Checkpoint, Finding> {
        let answer = self.wire.get("/log/checkpoint").await?;
        hold(answer.status == 200, "a checkpoint", answer.told()).map_err(of_checkpoint)?;
        let key = NoteKey { name: self.wire.origin.clone(), key: self.wire.node_key };
        let note = Note::open(&answer.text(), &key);
        let note =
            note.map_err(|error| of_checkpoint(Finding::new("a signed note of the node's key", error)))?;
        self.wire.transcript.checkpoint(&answer.text(), &self.wire.origin, self.wire.node_key);
        Ok(note.checkpoint)
    }

    /// The first checkpoint that is over an index.
    async fn checkpoint_over(&self, index: u64) -> Result<Checkpoint, Finding> {
        let end = Instant::now() + SIGNED_WITHIN;
        loop {
            let checkpoint = self.checkpoint().await?;
            if checkpoint.size > index {
                return Ok(checkpoint);
            }
            if Instant::now() >= end {
                let came = format!("one of size {}", checkpoint.size);
                return Err(of_checkpoint(Finding::new(
                    format_args!("a checkpoint over index {index}"),
                    came,
                )));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Says something; the statement with its leaf and index.
    async fn entry(&mut self, number: usize) -> Result<(Verified, Leaf, u64), Finding> {
        self.organisation("buyer").await?;
        let statement = self.by("buyer.example", self.org_stream("buyer")?, policy(number)?)?;
        let hash = self.take(statement.clone()).await?;
        let said = self.receipts.get(&hash).ok_or_else(|| Finding::new("a receipt", "something else"))?;
        let leaf = Leaf {
            statement: statement.statement().hash,
            signatures: statement.signatures_hash(),
            log_time: said.log_time,
        };
        Ok((statement, leaf, said.log_index.0))
    }

    /// Has an entry proved to stand in the tree of a checkpoint.
    async fn included(&self, leaf: &Leaf, index: u64, checkpoint: &Checkpoint) -> Result<(), Finding> {
        let Checkpoint { size, root, .. } = checkpoint;
        let path = format!("/log/proof/inclusion?index={index}&size={size}");
        let Proof { proof } = self.wire.get(&path).await?.json().map_err(|finding| finding.at(&path))?;
        self.wire.transcript.inclusion(leaf, index, (*size, *root), &proof);
        let verdict = proof::verify_inclusion(&leaf.hash(), index, *size, &proof, root);
        verdict.map_err(|error| Finding::new("a proof of inclusion that holds", error).at(&path))
    }

    /// Has the tree of one checkpoint proved to begin with that of another.
    async fn consistent(&self, old: &Checkpoint, new: &Checkpoint) -> Result<(), Finding> {
        let path = format!("/log/proof/consistency?from={}&to={}", old.size, new.size);
        let Proof { proof } = self.wire.get(&path).await?.json().map_err(|finding| finding.at(&path))?;
        self.wire.transcript.consistency((old.size, old.root), (new.size, new.root), &proof);
        let verdict = proof::verify_consistency(old.size, new.size, &old.root, &new.root, &proof);
        verdict.map_err(|error| Finding::new("a proof of consistency that holds", error).at(&path))
    }

    /// A tile of the tree as it is at a size.
    async fn tile(&self, level: u8, index: u64, size: u64) -> Result<Tile, Finding> {
        let name = TilePath::in_log(TileKind::Hashes(level), index, size);
        let name =
            name.ok_or_else(|| Finding::new("a tile within the log", format_args!("{level}/{index}")))?;
        let path = format!("/log/{name}");
        let answer = self.wire.get(&path).await?;
        hold(answer.status == 200, "the tile", answer.told()).map_err(|finding| finding.at(&path))?;
        let tile = Tile::from_bytes(level, index, &answer.bytes).filter(|tile| tile.path() == name);
        tile.ok_or_else(|| {
            Finding::new("so many hashes as the name says", format_args!("{} bytes", answer.bytes.len()))
                .at(&path)
        })
    }

    /// The entries of the tile that has an index, the first of them at the index given back.
    async fn entries(&self, index: u64, size: u64) -> Result<(u64, Vec<Leaf>), Finding> {
        let width = u64::from(TILE_WIDTH);
        let number = index / width;
        let name = TilePath::in_log(TileKind::Entries, number, size);
        let name = name.ok_or_else(|| Finding::new("a tile within the log", number))?;
        let path = format!("/log/{name}");
        let answer = self.wire.get(&path).await?;
        hold(answer.status == 200, "the entries", answer.told()).map_err(|finding| finding.at(&path))?;
        let unreadable = || Finding::new("a bundle of leaves", "other bytes").at(&path);
        let entries = decode_bundle(&answer.bytes, name.width()).ok_or_else(unreadable)?;
        let leaves: Option<Vec<Leaf>> = entries.into_iter().map(Leaf::decode).collect();
        Ok((number * width, leaves.ok_or_else(unreadable)?))
    }
}

fn of_checkpoint(finding: Finding) -> Finding {
    finding.of(&["ASP-LOG-001"]).at("GET /log/checkpoint")
}

async fn checkpoints(stage: &mut Stage) -> Result<(), Finding> {
    for number in 0..3 {
        let (_, _, index) = stage.entry(number).await?;
        stage.checkpoint_over(index).await?;
    }
    Ok(())
}

async fn leaves(stage: &mut Stage) -> Result<(), Finding> {
    for number in 0..3 {
        let (_, leaf, index) = stage.entry(number).await?;
        let checkpoint = stage.checkpoint_over(index).await?;
        let (first, entries) = stage.entries(index, checkpoint.size).await?;
        let place = usize::try_from(index - first).unwrap_or(usize::MAX);
        let found = entries.get(place);
        hold(found == Some(&leaf), format_args!("{leaf:?} at index {index}"), format_args!("{found:?}"))?;
        let tile = stage.tile(0, index / u64::from(TILE_WIDTH), checkpoint.size).await?;
        let found = tile.hashes().get(place);
        hold(
            found == Some(&leaf.hash()),
            format_args!("its hash at index {index}"),
            format_args!("{found:?}"),
        )?;
        stage.included(&leaf, index, &checkpoint).await?;
    }
    Ok(())
}

async fn inclusions(stage: &mut Stage) -> Result<(), Finding> {
    let mut entries = Vec::new();
    let mut checkpoints = Vec::new();
    for number in 0..4 {
        let (_, leaf, index) = stage.entry(number).await?;
        entries.push((leaf, index));
        checkpoints.push(stage.checkpoint_over(index).await?);
    }
    for (leaf, index) in &entries {
        for checkpoint in checkpoints.iter().filter(|checkpoint| checkpoint.size > *index) {
            stage.included(leaf, *index, checkpoint).await?;
        }
    }
    // Others' entries, from the first one on, as the tiles name them.
    let Some(newest) = checkpoints.last() else { return Ok(()) };
    let spread: BTreeSet<u64> = (0..8).map(|part| (newest.size - 1) * part / 7).collect();
    for index in spread {
        let (first, leaves) = stage.entries(index, newest.size).await?;
        let place = usize::try_from(index - first).unwrap_or(usize::MAX);
        let leaf =
            leaves.get(place).ok_or_else(|| Finding::new(format_args!("an entry at {index}"), "none"))?;
        stage.included(leaf, index, newest).await?;
    }
    Ok(())
}

async fn consistencies(stage: &mut Stage) -> Result<(), Finding> {
    let mut checkpoints = Vec::new();
    for number in 0..6 {
        let (_, _, index) = stage.entry(number).await?;
        checkpoints.push(stage.checkpoint_over(index).await?);
    }
    for (number, new) in checkpoints.iter().enumerate() {
        for old in checkpoints.iter().take(number) {
            stage.consistent(old, new).await?;
        }
        stage.consistent(new, new).await?;
    }
    Ok(())
}

async fn beyond(stage: &mut Stage) -> Result<(), Finding> {
    let (_, leaf, index) = stage.entry(0).await?;
    let checkpoint = stage.checkpoint_over(index).await?;
    stage.included(&leaf, index, &checkpoint).await?;
    let (size, far) = (checkpoint.size, checkpoint.size + 100_000_000);
    for question in [
        format!("inclusion?index={size}&size={size}"),
        format!("inclusion?index=0&size={far}"),
        format!("consistency?from={size}&to={far}"),
        format!("consistency?from={far}&to={size}"),
    ] {
        let path = format!("/log/proof/{question}");
        let answer = stage.wire.get(&path).await?;
        hold(answer.member("code") == Code::NotFound.as_str(), Code::NotFound, answer.told())
            .map_err(|finding| finding.at(path))?;
    }
    Ok(())
}

async fn growing(stage: &mut Stage) -> Result<(), Finding> {
    let mut trees: BTreeMap<u64, Hash> = BTreeMap::new();
    let mut last = 0;
    for number in 0..12 {
        if number % 3 == 0 {
            stage.entry(number).await?;
        }
        let Checkpoint { size, root, .. } = stage.checkpoint().await?;
        hold(size >= last, format_args!("a checkpoint of {last} or more"), format_args!("one of {size}"))?;
        let known = *trees.entry(size).or_insert(root);
        hold(known == root, format_args!("the root {known} of size {size}"), root)?;
        last = size;
    }
    Ok(())
}

async fn tiles(stage: &mut Stage) -> Result<(), Finding> {
    let (_, _, index) = stage.entry(0).await?;
    let Checkpoint { size, root, .. } = stage.checkpoint_over(index).await?;
    // First which nodes of the tree the root is made of, then the tiles that have them.
    let mut needed: BTreeSet<(u8, u64)> = BTreeSet::new();
    let _shape = proof::root(size, |height, place| {
        needed.insert((height, place));
        Some(empty_root())
    });
    let mut tiles: BTreeMap<(u8, u64), Tile> = BTreeMap::new();
    for (height, place) in needed {
        let mut wanted = None;
        let _none = node_from_tile(height, place, |level, number| -> Option<Tile> {
            wanted = Some((level, number));
            None
        });
        let Some((level, number)) = wanted else { continue };
        if let Entry::Vacant(place) = tiles.entry((level, number)) {
            place.insert(stage.tile(level, number, size).await?);
        }
    }
    let made = proof::root(size, |height, place| {
        node_from_tile(height, place, |level, number| tiles.get(&(level, number)))
    });
    hold(made == Some(root), format_args!("tiles with the root {root}"), format_args!("{made:?}"))?;
    for name in ["0/0", "0/x", "9/000", "0/999", "x", "entries/x999/999"] {
        let answer = stage.wire.get(&format!("/log/tile/{name}")).await?;
        hold(answer.status == 404, "404", answer.told()).map_err(|finding| finding.at(name))?;
    }
    Ok(())
}

async fn times(stage: &mut Stage) -> Result<(), Finding> {
    let mut last = (0, None);
    for number in 0..6 {
        let (_, leaf, index) = stage.entry(number).await?;
        let (before, time) = last;
        let earlier = time.is_some_and(|time| leaf.log_time < time);
        hold(!earlier, format_args!("no time before that of index {before}"), leaf.log_time)?;
        last = (index, Some(leaf.log_time));
    }
    let checkpoint = stage.checkpoint_over(last.0).await?;
    let (first, leaves) = stage.entries(last.0, checkpoint.size).await?;
    let fallen = leaves.windows(2).position(|pair| match pair {
        [one, two] => two.log_time < one.log_time,
        _ => false,
    });
    hold(
        fallen.is_none(),
        "times that rise",
        format_args!("one that falls behind index {first} + {fallen:?}"),
    )
}

async fn receipts(stage: &mut Stage) -> Result<(), Finding> {
    for number in 0..3 {
        // Every receipt of every case is checked; here it is the point.
        stage.entry(number).await?;
    }
    stage.member("buyer").await
}

async fn again(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let statement = stage.by("buyer.example", stage.org_stream("buyer")?, policy(0)?)?;
    let first = stage.post(&statement).await?;
    let path = format!("/v1/receipts/{}", statement.statement().hash.to_hex());
    let public = stage.wire.get(&path).await?;
    hold(public.bytes == first.bytes, "the same receipt", public.told())
        .map_err(|finding| finding.at(&path))?;
    stage
        .play("buyer PROPOSE with seller\n seller ACCEPT -> INTRODUCED\n stranger QUERY -> ! UNKNOWN_STREAM")
        .await?;
    let session = stage.session.unwrap_or_else(|| Hash::of(&[]));
    let note = stage.note("buyer", session)?;
    let first = stage.post(&note).await?;
    let path = format!("/v1/receipts/{}", note.statement().hash.to_hex());
    for who in ["buyer", "seller", "seller.example"] {
        let answer = stage.get_as(who, &path).await?;
        hold(answer.bytes == first.bytes, "the same receipt", answer.told())
            .map_err(|finding| finding.at(&path))?;
    }
    let answer = stage.get_as("stranger", &path).await?;
    hold(answer.status == 404, "404 for a stranger", answer.told()).map_err(|finding| finding.at(&path))
}

async fn one_place(stage: &mut Stage) -> Result<(), Finding> {
    stage.organisation("buyer").await?;
    let make = |number| stage.by("buyer.example", stage.org_stream("buyer")?, policy(number)?);
    let rivals: Vec<Verified> = (0..16).map(make).collect::<Result<_, _>>()?;
    let answers = futures::future::join_all(rivals.iter().map(|rival| stage.send(rival.envelope()))).await;
    let mut winner = None;
    for (rival, answer) in rivals.iter().zip(answers) {
        let answer = answer?;
        if answer.status == 202 {
            let receipt = Receipt::from_json(&answer.bytes);
            let receipt = receipt.map_err(|error| Finding::new("a receipt", error))?;
            stage.remarks.extend(stage.wire.places.take(&receipt.receipt));
            let other = winner.replace(rival.statement().hash);
            hold(other.is_none(), "one that is taken in", format_args!("{other:?} and {winner:?}"))?;
        } else {
            stage.refuses(&answer, Code::SequenceConflict, None)?;
        }
    }
    hold(winner.is_some(), "one that is taken in", "none")
}
