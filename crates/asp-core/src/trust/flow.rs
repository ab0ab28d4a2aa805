//! Who lends trust to whom, and how much of it reaches one node: a maximum flow (Dinic).
//! Knows numbered nodes and integer capacities; what a deal was about is not known here.

use std::collections::{BinaryHeap, VecDeque};

use super::parameters::Model;
use crate::position::{Hash, LogTime, Position};

/// The node of the agent asked about; every other node is an organisation.
pub(super) const SUBJECT: usize = 0;

/// What the observer believes of a node without any evidence.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Belief {
    /// Nothing: it has what it is lent.
    Earned,
    /// That it is good for so much, whatever else it is lent.
    Given(u64),
    /// Whatever it says: the observer itself.
    Whole,
}

impl Belief {
    /// The most that such a node lends to one debtor; unless it is the observer, that is also what it passes on in all.
    fn limit(self, model: &Model) -> u64 {
        match self {
            Self::Earned => model.limit(),
            Self::Given(given) => given.max(model.limit()).min(model.seed_limit()),
            Self::Whole => model.seed_limit(),
        }
    }
}

/// A kept deal: its creditor lends that much trust to its debtor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deal<'a> {
    pub debtor: usize,
    pub creditor: usize,
    pub index: Position,
    pub at: LogTime,
    pub weight: u64,
    /// None for a deal that is only supposed.
    pub statement: Option<&'a Hash>,
}

/// All deals of one debtor with one creditor.
pub(super) struct Edge {
    pub debtor: usize,
    pub creditor: usize,
    pub capacity: u64,
    pub latest: LogTime,
    pub deals: u64,
}

/// Organisations and what they lend, by debtor and creditor.
pub(super) struct Graph<'a> {
    pub edges: Vec<Edge>,
    seeds: &'a [Belief],
    model: &'a Model,
}

/// A maximum flow.
pub(super) struct Flow {
    pub value: u64,
    /// What each edge carries. Value and cut are the same for every maximum flow, this is one of several.
    pub carried: Vec<u64>,
    /// The minimum cut closest to the goal, whose capacities sum to the value.
    pub cut: Vec<Cut>,
}

/// Something that limits a flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cut {
    /// The edge with this number.
    Edge(usize),
    /// What this organisation may pass on in all.
    Organisation(usize),
    /// What the observer takes this organisation to be good for.
    Given(usize),
}

impl<'a> Graph<'a> {
    /// Sums deals, which must come sorted.
    pub(super) fn of<'d>(
        deals: impl Iterator<Item = &'d Deal<'d>>,
        seeds: &'a [Belief],
        model: &'a Model,
    ) -> Self {
        let mut edges: Vec<Edge> = Vec::new();
        for deal in deals {
            match edges.last_mut() {
                Some(edge) if (edge.debtor, edge.creditor) == (deal.debtor, deal.creditor) => {
                    edge.capacity = edge.capacity.saturating_add(deal.weight);
                    edge.latest = edge.latest.max(deal.at);
                    edge.deals += 1;
                }
                _ => edges.push(Edge {
                    debtor: deal.debtor,
                    creditor: deal.creditor,
                    capacity: deal.weight,
                    latest: deal.at,
                    deals: 1,
                }),
            }
        }
        let graph = Self { edges, seeds, model };
        graph.bounded()
    }

    /// An observer's lending has no bound but one that keeps sums within 64 bits.
    fn bounded(mut self) -> Self {
        for edge in &mut self.edges {
            edge.capacity = edge.capacity.min(belief(self.seeds, edge.creditor).limit(self.model));
        }
        self
    }

    /// Whether the organisation is a seed: the observer, or one whom it takes to be good for something.
    pub(super) fn is_seed(&self, node: usize) -> bool {
        match belief(self.seeds, node) {
            Belief::Earned => false,
            Belief::Given(given) => given > 0,
            Belief::Whole => true,
        }
    }

    /// Whether the organisation is one that the observer believes without bound.
    pub(super) fn is_observer(&self, node: usize) -> bool {
        belief(self.seeds, node) == Belief::Whole
    }

    /// What the observer takes the organisation to be good for, in units of flow.
    pub(super) fn given(&self, node: usize) -> u64 {
        match belief(self.seeds, node) {
            Belief::Earned => 0,
            Belief::Given(given) => given.min(self.limit_of(node)),
            Belief::Whole => self.limit_of(node),
        }
    }

    /// The most that the organisation lends to one debtor.
    pub(super) fn limit_of(&self, node: usize) -> u64 {
        belief(self.seeds, node).limit(self.model)
    }

    /// What was lent to `node`, by whom, with the numbers of the edges.
    pub(super) fn lent_to(&self, node: usize) -> impl Iterator<Item = (usize, &Edge)> {
        let from = self.edges.partition_point(|edge| edge.debtor < node);
        self.edges.iter().enumerate().skip(from).take_while(move |(_, edge)| edge.debtor == node)
    }

    /// By node: whether it lies on a way from a seed to the subject.
    pub(super) fn relevant(&self) -> Vec<bool> {
        let mut backward = vec![false; self.seeds.len()];
        spread(&mut backward, VecDeque::from([SUBJECT]), |node, next| {
            next.extend(self.lent_to(node).map(|(_, edge)| edge.creditor));
        });
        backward.iter().zip(&self.reached()).map(|(backward, forward)| *backward && *forward).collect()
    }

    /// By node: whether it is a seed, or lies on a way from one.
    pub(super) fn reached(&self) -> Vec<bool> {
        let mut by_creditor: Vec<&Edge> = self.edges.iter().collect();
        by_creditor.sort_unstable_by_key(|edge| edge.creditor);
        let mut forward = vec![false; self.seeds.len()];
        let start = (0..self.seeds.len()).filter(|node| self.is_seed(*node)).collect();
        spread(&mut forward, start, |node, next| {
            let from = by_creditor.partition_point(|edge| edge.creditor < node);
            let lent = by_creditor.iter().skip(from).take_while(|edge| edge.creditor == node);
            next.extend(lent.map(|edge| edge.debtor));
        });
        forward
    }

    /// The latest instant such that deals since then alone connect a seed with the subject.
    ///
    /// A partner is as fresh as its own connection: deals among strangers to the seeds do not wind the clock.
    pub(super) fn latest(&self) -> Option<LogTime> {
        let mut done = vec![false; self.seeds.len()];
        let mut open = BinaryHeap::from([(LogTime::MAX, SUBJECT)]);
        while let Some((latest, node)) = open.pop() {
            if self.is_seed(node) {
                return Some(latest);
            }
            if let Some(done @ false) = done.get_mut(node) {
                *done = true;
                open.extend(self.lent_to(node).map(|(_, edge)| (latest.min(edge.latest), edge.creditor)));
            }
        }
        None
    }

    /// The maximum flow from the seeds to `goal`.
    pub(super) fn flow_to(&self, goal: usize) -> Flow {
        let organisations = self.seeds.len();
        let mut network = Network::with_nodes(2 * organisations + 1);
        // Each organisation is two nodes, 2n for what it gets and 2n + 1 for what it lends.
        for edge in &self.edges {
            network.connect(2 * edge.creditor + 1, 2 * edge.debtor, edge.capacity);
        }
        let source = 2 * organisations;
        let (mut passing, mut given) = (Vec::new(), Vec::new());
        for node in SUBJECT + 1..organisations {
            let belief = belief(self.seeds, node);
            if let Belief::Given(amount @ 1..) = belief {
                given.push(network.arcs.len());
                network.connect(source, 2 * node, amount.min(belief.limit(self.model))); // ASP-TRU-010
            }
            if belief == Belief::Whole {
                network.connect(source, 2 * node + 1, u64::MAX / 4);
            } else {
                passing.push(network.arcs.len());
                network.connect(2 * node, 2 * node + 1, belief.limit(self.model));
            }
        }
        let value = network.saturate(source, 2 * goal);
        let carried = (0..self.edges.len()).map(|edge| network.left(2 * edge + 1)).collect();
        let near = network.leading_to(2 * goal);
        let crosses = |arc: usize| !at(&near, network.to(arc ^ 1)) && at(&near, network.to(arc));
        let edges = (0..self.edges.len()).filter(|edge| crosses(2 * edge)).map(Cut::Edge);
        let passed = passing.iter().filter(|arc| crosses(**arc));
        let passed = passed.map(|arc| Cut::Organisation(network.to(*arc) / 2));
        let given = given.iter().filter(|arc| crosses(**arc)).map(|arc| Cut::Given(network.to(*arc) / 2));
        let cut = edges.chain(passed).chain(given).collect();
        Flow { value, carried, cut }
    }
}

fn belief(seeds: &[Belief], node: usize) -> Belief {
    seeds.get(node).copied().unwrap_or(Belief::Earned)
}

fn at(marks: &[bool], node: usize) -> bool {
    marks.get(node).copied().unwrap_or(false)
}

/// Marks everything that `neighbours` leads to; each node is looked at once.
fn spread(marked: &mut [bool], mut open: VecDeque<usize>, neighbours: impl Fn(usize, &mut VecDeque<usize>)) {
    while let Some(node) = open.pop_front() {
        if let Some(mark @ false) = marked.get_mut(node) {
            *mark = true;
            neighbours(node, &mut open);
        }
    }
}

/// A residual network: arc 2k is what was connected k-th, arc 2k + 1 its way back.
struct Network {
    arcs: Vec<Arc>,
    /// By node: the last arc that leaves it, or [`NONE`].
    last: Vec<usize>,
}

struct Arc {
    to: usize,
    left: u64,
    /// The arc before it that leaves the same node, or [`NONE`].
    before: usize,
}

/// No arc, and no level.
const NONE: usize = usize::MAX;

impl Network {
    fn with_nodes(nodes: usize) -> Self {
        Self { arcs: Vec::new(), last: vec![NONE; nodes] }
    }

    fn connect(&mut self, from: usize, to: usize, capacity: u64) {
        for (from, to, left) in [(from, to, capacity), (to, from, 0)] {
            let number = self.arcs.len();
            let before = self.last.get_mut(from).map_or(NONE, |last| std::mem::replace(last, number));
            self.arcs.push(Arc { to, left, before });
        }
    }

    fn left(&self, arc: usize) -> u64 {
        self.arcs.get(arc).map_or(0, |arc| arc.left)
    }

    fn to(&self, arc: usize) -> usize {
        self.arcs.get(arc).map_or(NONE, |arc| arc.to)
    }

    fn before(&self, arc: usize) -> usize {
        self.arcs.get(arc).map_or(NONE, |arc| arc.before)
    }

    /// The arcs that leave a node.
    fn leaving(&self, node: usize) -> impl Iterator<Item = usize> {
        let first = self.last.get(node).copied().filter(|arc| *arc != NONE);
        std::iter::successors(first, |arc| Some(self.before(*arc)).filter(|arc| *arc != NONE))
    }

    /// Sends as much as possible; the sum.
    fn saturate(&mut self, source: usize, sink: usize) -> u64 {
        let mut sum: u64 = 0;
        // The distance of the sink grows with each round and is less than the number of nodes.
        for _ in 0..self.last.len() {
            let mut levels = self.levels(source, sink);
            if levels.get(sink).is_none_or(|level| *level == NONE) {
                break;
            }
            sum = sum.saturating_add(self.block(source, sink, &mut levels));
        }
        sum
    }

    /// The distance of each node from the source, as far as the sink.
    fn levels(&self, source: usize, sink: usize) -> Vec<usize> {
        let mut levels = vec![NONE; self.last.len()];
        let mut open = VecDeque::from([(source, 0)]);
        while let Some((node, level)) = open.pop_front() {
            if let Some(mark @ &mut NONE) = levels.get_mut(node) {
                *mark = level;
                if node == sink {
                    break;
                }
                let onward = self.leaving(node).filter(|arc| self.left(*arc) > 0);
                open.extend(onward.map(|arc| (self.to(arc), level + 1)));
            }
        }
        levels
    }

    /// Fills the shortest ways until none is left; the sum.
    fn block(&mut self, source: usize, sink: usize, levels: &mut [usize]) -> u64 {
        let mut cursors = self.last.clone();
        let mut path: Vec<usize> = Vec::new();
        let mut sum: u64 = 0;
        loop {
            let node = path.last().map_or(source, |arc| self.to(*arc));
            if node == sink {
                sum = sum.saturating_add(self.push(&mut path));
                continue;
            }
            let next = levels.get(node).map_or(NONE, |level| level.saturating_add(1));
            let Some(cursor) = cursors.get_mut(node) else { return sum };
            while *cursor != NONE
                && (self.left(*cursor) == 0
                    || levels.get(self.to(*cursor)).is_none_or(|level| *level != next))
            {
                *cursor = self.before(*cursor);
            }
            if *cursor != NONE {
                path.push(*cursor);
            } else if path.pop().is_some() {
                // A dead end: nobody comes here again in this round.
                if let Some(level) = levels.get_mut(node) {
                    *level = NONE;
                }
            } else {
                return sum;
            }
        }
    }

    /// Sends what the narrowest arc of a path lets through, and shortens the path to before that arc.
    fn push(&mut self, path: &mut Vec<usize>) -> u64 {
        let amount = path.iter().map(|arc| self.left(*arc)).min().unwrap_or(0);
        let mut full = 0;
        for (step, number) in path.iter().enumerate().rev() {
            if let Some(arc) = self.arcs.get_mut(*number) {
                arc.left -= amount;
                if arc.left == 0 {
                    full = step;
                }
            }
            if let Some(back) = self.arcs.get_mut(number ^ 1) {
                back.left = back.left.saturating_add(amount);
            }
        }
        path.truncate(full);
        amount
    }

    /// By node: whether something more could still be sent from it to the sink.
    fn leading_to(&self, sink: usize) -> Vec<bool> {
        let mut marked = vec![false; self.last.len()];
        spread(&mut marked, VecDeque::from([sink]), |node, next| {
            let open = self.leaving(node).filter(|arc| self.left(arc ^ 1) > 0);
            next.extend(open.map(|arc| self.to(arc)));
        });
        marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::parameters::DEAL;

    /// `deals`: creditor > debtor: weight in deals. Node 0 is the subject.
    fn check(seeds: &[usize], deals: &[(usize, usize, u64)], value: u64, cut: &[Cut]) {
        check_with(
            |node| if seeds.contains(&node) { Belief::Whole } else { Belief::Earned },
            deals,
            value,
            cut,
        );
    }

    fn check_with(belief: impl Fn(usize) -> Belief, deals: &[(usize, usize, u64)], value: u64, cut: &[Cut]) {
        let marks: Vec<Belief> = (0..10).map(belief).collect();
        let mut deals: Vec<Deal<'_>> = deals
            .iter()
            .map(|(creditor, debtor, weight)| Deal {
                debtor: *debtor,
                creditor: *creditor,
                index: Position(0),
                at: LogTime::from_millis(0),
                weight: weight * DEAL,
                statement: None,
            })
            .collect();
        deals.sort_unstable();
        let flow = Graph::of(deals.iter(), &marks, &Model::FLOW_1).flow_to(SUBJECT);
        assert_eq!(flow.value, value * DEAL);
        assert!(flow.cut == cut, "the cut differs");
    }

    #[test]
    fn what_reaches_the_subject_is_limited_by_the_narrowest_place() {
        check(&[], &[(1, 0, 3)], 0, &[]);
        check(&[1], &[(1, 0, 2)], 2, &[Cut::Edge(0)]);
        check(&[1], &[(1, 0, 9)], 9, &[Cut::Edge(0)]);
        check(&[1], &[(1, 2, 1), (2, 0, 3)], 1, &[Cut::Edge(1)]);
        check(&[1], &[(1, 2, 9), (2, 0, 2)], 2, &[Cut::Edge(0)]);
        check(&[1], &[(1, 2, 9), (2, 3, 3), (2, 4, 3), (3, 0, 3), (4, 0, 3)], 3, &[Cut::Organisation(2)]);
        check(
            &[1, 5],
            &[(1, 2, 9), (5, 3, 1), (3, 2, 1), (2, 0, 1), (3, 0, 3)],
            2,
            &[Cut::Edge(0), Cut::Edge(4)],
        );
    }

    #[test]
    fn whoever_is_taken_to_be_good_for_something_lends_that_and_what_it_is_lent() {
        let given = |amount: u64| {
            move |node| match node {
                1 => Belief::Given(amount * DEAL),
                9 => Belief::Whole,
                _ => Belief::Earned,
            }
        };
        check_with(given(2), &[(1, 0, 9)], 2, &[Cut::Given(1)]);
        check_with(given(0), &[(1, 0, 9)], 0, &[]);
        // One debtor or three: in all it is what was given.
        check_with(given(5), &[(1, 2, 9), (1, 3, 9), (2, 0, 9), (3, 0, 9)], 5, &[Cut::Organisation(1)]);
        check_with(given(7), &[(1, 0, 5)], 5, &[Cut::Edge(0)]);
        // What it earned comes on top, within what anybody passes on.
        check_with(given(1), &[(9, 1, 1), (1, 0, 9)], 2, &[Cut::Edge(1), Cut::Given(1)]);
        check_with(given(1), &[(9, 1, 9), (1, 0, 9)], 3, &[Cut::Edge(0)]);
        check_with(given(5), &[(9, 1, 9), (1, 0, 9)], 5, &[Cut::Edge(0)]);
    }

    #[test]
    fn a_flow_gives_way_when_another_needs_its_path() {
        // 1 → 2 → 4 → 0 first takes 4, which 3 needs; 2 has another way through 5.
        check(
            &[1],
            &[(1, 2, 1), (1, 3, 1), (2, 4, 1), (2, 5, 1), (3, 4, 1), (4, 0, 1), (5, 0, 1)],
            2,
            &[Cut::Edge(0), Cut::Edge(1)],
        );
    }
}
