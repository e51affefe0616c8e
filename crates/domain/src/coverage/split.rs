//! The slow way, for policies that meet in too many ways: apart by who and what first, then every sign-in of the small
//! dimensions one by one in a bit map. Exact, and bounded by the budget.

use super::{
    cell::{Cell, Dim, Layout, atoms, has, insert},
    subtract::{Budget, Exhausted},
};
use std::collections::BTreeMap;

/// The dimensions that the bit map spans, the last of them innermost.
const SMALL: [Dim; 8] = [
    Dim::Location,
    Dim::Device,
    Dim::Platform,
    Dim::SignInRisk,
    Dim::UserRisk,
    Dim::InsiderRisk,
    Dim::Client,
    Dim::Flow,
];
/// Most bits of a map: two megabytes.
const MOST_BITS: usize = 1 << 24;
/// What it costs to write down one row of a map, in comparisons of two boxes.
const ROW: u64 = 16;

/// Disjoint boxes that together are `region` without `covers` (cut to the region).
pub(crate) fn subtract_by_class(
    layout: &Layout,
    region: &Cell,
    covers: &[Cell],
    budget: &mut Budget,
) -> Result<Vec<Cell>, Exhausted> {
    // Pairs of who and what under the same covers are one group.
    let mut groups: BTreeMap<Vec<u64>, Vec<(usize, usize)>> = BTreeMap::new();
    for who in atoms(region.dim(layout, Dim::Who)) {
        for target in atoms(region.dim(layout, Dim::Target)) {
            budget.spend(covers.len() as u64 / 4 + 1)?;
            let mut applying = vec![0; covers.len().div_ceil(64).max(1)];
            for (at, cover) in covers.iter().enumerate() {
                if cover.has(layout, Dim::Who, who) && cover.has(layout, Dim::Target, target) {
                    insert(&mut applying, at);
                }
            }
            groups.entry(applying).or_default().push((who, target));
        }
    }
    let mut out = Vec::new();
    for (applying, pairs) in groups {
        let covers: Vec<&Cell> = atoms(&applying).map(|at| &covers[at]).collect();
        let map = Map::of(layout, region, &covers, budget)?;
        budget.spend(map.count() as u64 * ROW)?;
        let open = map.rows();
        for (targets, people) in rectangles(&pairs) {
            for row in &open {
                let mut cell = layout.empty();
                for target in &targets {
                    insert(cell.dim_mut(layout, Dim::Target), *target);
                }
                for who in &people {
                    insert(cell.dim_mut(layout, Dim::Who), *who);
                }
                for (dim, atoms) in SMALL.iter().zip(row) {
                    for atom in atoms {
                        insert(cell.dim_mut(layout, *dim), *atom);
                    }
                }
                out.push(cell);
                budget.spend(1)?;
            }
        }
    }
    Ok(out)
}

/// Pairs as few boxes: people with the same targets together.
fn rectangles(pairs: &[(usize, usize)]) -> BTreeMap<Vec<usize>, Vec<usize>> {
    let mut targets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (who, target) in pairs {
        targets.entry(*who).or_default().push(*target);
    }
    let mut out: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (who, targets) in targets {
        out.entry(targets).or_default().push(who);
    }
    out
}

/// One bit for each sign-in of the small dimensions: whether it is closed.
struct Map {
    /// The region's atoms of each small dimension.
    atoms: Vec<Vec<usize>>,
    closed: Vec<u64>,
}

impl Map {
    fn of(layout: &Layout, region: &Cell, covers: &[&Cell], budget: &mut Budget) -> Result<Self, Exhausted> {
        let atoms: Vec<Vec<usize>> =
            SMALL.iter().map(|dim| atoms(region.dim(layout, *dim)).collect()).collect();
        let bits = atoms.iter().try_fold(1usize, |bits, one| bits.checked_mul(one.len()));
        let bits = bits.filter(|bits| *bits <= MOST_BITS).ok_or(Exhausted)?;
        budget.spend(bits as u64 / 64 + 1)?;
        let mut map = Self { atoms, closed: vec![0; bits.div_ceil(64)] };
        for cover in covers {
            let chosen: Vec<Vec<usize>> = SMALL
                .iter()
                .zip(&map.atoms)
                .map(|(dim, atoms)| {
                    let within = |at: &usize| has(cover.dim(layout, *dim), atoms[*at]);
                    (0..atoms.len()).filter(within).collect()
                })
                .collect();
            let bits: usize = chosen.iter().map(Vec::len).product();
            budget.spend(bits as u64 / 8 + 1)?;
            map.close(&chosen, 0, 0);
        }
        Ok(map)
    }

    fn close(&mut self, chosen: &[Vec<usize>], depth: usize, base: usize) {
        for at in &chosen[depth] {
            let place = base * self.atoms[depth].len() + at;
            if depth + 1 == chosen.len() {
                insert(&mut self.closed, place);
            } else {
                self.close(chosen, depth + 1, place);
            }
        }
    }

    /// How many rows there are at most.
    fn count(&self) -> usize {
        self.atoms[..7].iter().map(Vec::len).product()
    }

    /// What is open, as rows along the innermost dimensions that are merged where they are alike.
    fn rows(&self) -> Vec<Vec<Vec<usize>>> {
        let mut alike: Vec<Vec<Vec<usize>>> = Vec::new();
        let inner = self.atoms.last().map_or(0, Vec::len);
        if inner == 0 {
            return alike;
        }
        // A row is one choice of all dimensions but the innermost.
        let mut rows: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for row in 0..self.count() {
            let open: Vec<usize> = (0..inner)
                .filter(|at| !has(&self.closed, row * inner + at))
                .map(|at| self.atoms[7][at])
                .collect();
            if !open.is_empty() {
                let mut outer = Vec::with_capacity(7);
                let mut rest = row;
                for atoms in self.atoms[..7].iter().rev() {
                    outer.push(atoms[rest % atoms.len()]);
                    rest /= atoms.len();
                }
                outer.reverse();
                rows.insert(outer, open);
            }
        }
        for (outer, open) in rows {
            let mut row: Vec<Vec<usize>> = outer.into_iter().map(|atom| vec![atom]).collect();
            row.push(open);
            alike.push(row);
        }
        // Merged one dimension after the other, the innermost first.
        for dim in (0..7).rev() {
            let mut merged: BTreeMap<Vec<Vec<usize>>, Vec<usize>> = BTreeMap::new();
            for mut row in alike {
                let atoms = std::mem::take(&mut row[dim]);
                merged.entry(row).or_default().extend(atoms);
            }
            alike = merged
                .into_iter()
                .map(|(mut row, mut atoms)| {
                    atoms.sort_unstable();
                    row[dim] = atoms;
                    row
                })
                .collect();
        }
        alike
    }
}
