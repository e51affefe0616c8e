//! From many disjoint pieces to few readable boxes: each piece grows as far as what is open allows, and grown boxes that
//! hold nothing of their own are dropped.

use super::{
    cell::{Cell, Dim, Layout},
    subtract::{Budget, Exhausted},
};

/// Most boxes that are grown; what is left over is counted.
const MOST: usize = 12;

/// The order in which a piece grows: whom and what it concerns last, so that conditions vanish first.
const ORDER: [Dim; Dim::COUNT] = [
    Dim::Flow,
    Dim::InsiderRisk,
    Dim::UserRisk,
    Dim::SignInRisk,
    Dim::Platform,
    Dim::Device,
    Dim::Client,
    Dim::Location,
    Dim::Target,
    Dim::Who,
];

/// Boxes that overlap and together cover the pieces, the heaviest first, and how many pieces they leave out.
pub(crate) struct Grown {
    pub(crate) boxes: Vec<Cell>,
    pub(crate) left_out: usize,
}

/// Grows `pieces` (of `region` without `covers`, which are cut to the region).
pub(crate) fn grow(
    layout: &Layout,
    region: &Cell,
    covers: &[Cell],
    pieces: &[Cell],
    weight: impl Fn(&Cell) -> f64,
    budget: &mut Budget,
) -> Result<Grown, Exhausted> {
    let mut order: Vec<(f64, &Cell)> = pieces.iter().map(|piece| (weight(piece), piece)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut boxes: Vec<Cell> = Vec::new();
    let mut open: Vec<&Cell> = order.iter().map(|(_, piece)| *piece).collect();
    while !open.is_empty() && boxes.len() < MOST {
        budget.spend((covers.len() * Dim::COUNT + open.len()) as u64)?;
        let grown = grow_one(layout, region, covers, open[0].clone());
        open.retain(|piece| !grown.holds(piece));
        boxes.push(grown);
    }
    let left_out = open.len();
    budget.spend(2 * (boxes.len() * pieces.len()) as u64)?;
    let held_by = |one: &Cell| -> Vec<usize> {
        pieces.iter().enumerate().filter(|(_, piece)| one.holds(piece)).map(|(at, _)| at).collect()
    };
    let mut holders = vec![0u32; pieces.len()];
    boxes.iter().flat_map(held_by).for_each(|piece| holders[piece] += 1);
    // The last ones first: they were grown from the lightest pieces.
    for at in (0..boxes.len()).rev() {
        let held = held_by(&boxes[at]);
        if held.iter().all(|piece| holders[*piece] > 1) {
            held.into_iter().for_each(|piece| holders[piece] -= 1);
            boxes.remove(at);
        }
    }
    let mut weighed: Vec<(f64, Cell)> = boxes.into_iter().map(|cell| (weight(&cell), cell)).collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(Grown { boxes: weighed.into_iter().map(|(_, cell)| cell).collect(), left_out })
}

fn grow_one(layout: &Layout, region: &Cell, covers: &[Cell], mut piece: Cell) -> Cell {
    for dim in ORDER {
        let mut open: smallvec::SmallVec<[u64; 8]> = region.dim(layout, dim).into();
        for cover in covers.iter().filter(|cover| cover.meets_beside(layout, &piece, dim)) {
            open.iter_mut().zip(cover.dim(layout, dim)).for_each(|(open, closed)| *open &= !closed);
        }
        piece.set(layout, dim, &open);
    }
    piece
}
