//! Box subtraction: what of a region is in none of the covers, as disjoint boxes.
//!
//! A control is guaranteed at a sign-in exactly when one applicable policy guarantees it, so the protected region is a
//! union of boxes and what is left is found by subtracting them one by one, the largest first. Splitting a box off
//! leaves at most one piece for each dimension. The work is bounded: beyond the budget the caller is told.

use super::cell::{Cell, Dim, Layout};

/// Most pieces that one subtraction may hold at a time.
const PIECES: usize = 50_000;

/// Work that is left, in comparisons of two boxes of ordinary size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) left: u64,
    /// How many ordinary boxes one of these is as large as.
    pub(crate) width: u64,
}

/// The budget ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Budget {
    pub(crate) fn spend(&mut self, work: u64) -> Result<(), Exhausted> {
        match self.left.checked_sub(work.saturating_mul(self.width)) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Exhausted)
            }
        }
    }
}

/// Disjoint boxes that together are `region` without `covers`.
pub(crate) fn subtract(
    layout: &Layout,
    region: &Cell,
    covers: &[&Cell],
    budget: &mut Budget,
) -> Result<Vec<Cell>, Exhausted> {
    let mut pieces = vec![region.clone()];
    let mut next = Vec::new();
    for cover in relevant(layout, region, covers, budget)? {
        budget.spend(pieces.len() as u64)?;
        for piece in pieces.drain(..) {
            split(layout, piece, &cover, &mut next);
        }
        std::mem::swap(&mut pieces, &mut next);
        if pieces.is_empty() {
            break;
        }
        if pieces.len() > PIECES {
            return Err(Exhausted);
        }
    }
    Ok(pieces)
}

/// The covers cut to the region, the largest first, without those that another one holds.
pub(crate) fn relevant(
    layout: &Layout,
    region: &Cell,
    covers: &[&Cell],
    budget: &mut Budget,
) -> Result<Vec<Cell>, Exhausted> {
    budget.spend(covers.len() as u64)?;
    let mut cut: Vec<(u128, Cell)> = covers
        .iter()
        .filter(|cover| cover.meets(layout, region))
        .map(|cover| {
            let cell = cover.and(region);
            (cell.count(layout), cell)
        })
        .collect();
    cut.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut kept: Vec<Cell> = Vec::with_capacity(cut.len());
    for (_, cell) in cut {
        budget.spend(kept.len() as u64 / 4)?;
        if !kept.iter().any(|larger| larger.holds(&cell)) {
            kept.push(cell);
        }
    }
    Ok(kept)
}

/// Puts what of `piece` lies outside of `cover` into `out`.
fn split(layout: &Layout, mut piece: Cell, cover: &Cell, out: &mut Vec<Cell>) {
    if !piece.meets(layout, cover) {
        out.push(piece);
        return;
    }
    for dim in Dim::ALL {
        let theirs = cover.dim(layout, dim);
        if piece.dim(layout, dim).iter().zip(theirs).all(|(ours, theirs)| ours & !theirs == 0) {
            continue;
        }
        let mut outside = piece.clone();
        outside.dim_mut(layout, dim).iter_mut().zip(theirs).for_each(|(ours, theirs)| *ours &= !theirs);
        out.push(outside);
        piece.dim_mut(layout, dim).iter_mut().zip(theirs).for_each(|(ours, theirs)| *ours &= theirs);
    }
}
