//! Sets of sign-ins: one bit set of atoms for each dimension, together a box.
//!
//! Invariant: every cell of a space has the layout of that space, so that cells are compared word by word. An empty
//! dimension makes the whole cell empty.

use smallvec::SmallVec;

/// The dimensions of a sign-in, in the order in which a box is split. The last ones are large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dim {
    /// Who: people by membership, or service principals, or agents.
    Who,
    /// What is signed in to.
    Target,
    /// Where from.
    Location,
    /// With which device.
    Device,
    /// With which client app.
    Client,
    /// On which platform.
    Platform,
    /// Sign-in risk; of workload identities and agents, their own risk.
    SignInRisk,
    /// User risk.
    UserRisk,
    /// Insider risk.
    InsiderRisk,
    /// By which authentication flow.
    Flow,
}

impl Dim {
    pub(crate) const ALL: [Self; 10] = [
        Self::Who,
        Self::Target,
        Self::Location,
        Self::Device,
        Self::Client,
        Self::Platform,
        Self::SignInRisk,
        Self::UserRisk,
        Self::InsiderRisk,
        Self::Flow,
    ];
    pub(crate) const COUNT: usize = Self::ALL.len();
}

/// How many atoms each dimension has, and where its words are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    sizes: [usize; Dim::COUNT],
    starts: [usize; Dim::COUNT + 1],
}

impl Layout {
    pub(crate) fn new(sizes: [usize; Dim::COUNT]) -> Self {
        let mut starts = [0; Dim::COUNT + 1];
        for (at, size) in sizes.iter().enumerate() {
            starts[at + 1] = starts[at] + size.div_ceil(64).max(1);
        }
        Self { sizes, starts }
    }

    pub(crate) fn size(&self, dim: Dim) -> usize {
        self.sizes[dim as usize]
    }

    fn range(&self, dim: Dim) -> std::ops::Range<usize> {
        self.starts[dim as usize]..self.starts[dim as usize + 1]
    }

    pub(crate) fn words(&self) -> usize {
        self.starts[Dim::COUNT]
    }

    /// A cell with every sign-in in it.
    #[cfg(test)]
    pub(crate) fn full(&self) -> Cell {
        let mut cell = self.empty();
        for dim in Dim::ALL {
            cell.set(self, dim, &Atoms::all(self.size(dim)).0);
        }
        cell
    }

    /// A cell with nothing in it.
    pub(crate) fn empty(&self) -> Cell {
        Cell(SmallVec::from_elem(0, self.words()))
    }
}

/// A box of sign-ins.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Cell(SmallVec<[u64; 24]>);

impl Cell {
    pub(crate) fn dim<'c>(&'c self, layout: &Layout, dim: Dim) -> &'c [u64] {
        &self.0[layout.range(dim)]
    }

    pub(crate) fn dim_mut<'c>(&'c mut self, layout: &Layout, dim: Dim) -> &'c mut [u64] {
        &mut self.0[layout.range(dim)]
    }

    pub(crate) fn set(&mut self, layout: &Layout, dim: Dim, words: &[u64]) {
        self.dim_mut(layout, dim).copy_from_slice(words);
    }

    pub(crate) fn has(&self, layout: &Layout, dim: Dim, atom: usize) -> bool {
        has(self.dim(layout, dim), atom)
    }

    pub(crate) fn is_empty(&self, layout: &Layout) -> bool {
        Dim::ALL.iter().any(|dim| is_zero(self.dim(layout, *dim)))
    }

    pub(crate) fn meets(&self, layout: &Layout, other: &Self) -> bool {
        Dim::ALL.iter().all(|dim| meets(self.dim(layout, *dim), other.dim(layout, *dim)))
    }

    /// Whether the two meet in every dimension but one.
    pub(crate) fn meets_beside(&self, layout: &Layout, other: &Self, beside: Dim) -> bool {
        Dim::ALL
            .iter()
            .filter(|dim| **dim != beside)
            .all(|dim| meets(self.dim(layout, *dim), other.dim(layout, *dim)))
    }

    /// Whether a dimension is not narrowed.
    pub(crate) fn is_whole(&self, layout: &Layout, dim: Dim) -> bool {
        ones(self.dim(layout, dim)) as usize == layout.size(dim)
    }

    /// Whether all of `other` is in this one. Both must not be empty.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(ours, theirs)| theirs & !ours == 0)
    }

    /// What is in both; empty where they don't meet.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }

    /// One atom of each dimension, the lowest that `prefer` ranks first.
    pub(crate) fn pick(
        &self,
        layout: &Layout,
        mut rank: impl FnMut(Dim, usize) -> u32,
    ) -> [usize; Dim::COUNT] {
        Dim::ALL.map(|dim| {
            atoms(self.dim(layout, dim)).min_by_key(|atom| (rank(dim, *atom), *atom)).unwrap_or_default()
        })
    }

    /// How many sign-ins, each atom counted once. Exact up to `u128`.
    pub(crate) fn count(&self, layout: &Layout) -> u128 {
        Dim::ALL.iter().map(|dim| u128::from(ones(self.dim(layout, *dim)))).product()
    }
}

pub(crate) fn has(words: &[u64], atom: usize) -> bool {
    words[atom / 64] >> (atom % 64) & 1 == 1
}

pub(crate) fn insert(words: &mut [u64], atom: usize) {
    words[atom / 64] |= 1 << (atom % 64);
}

pub(crate) fn is_zero(words: &[u64]) -> bool {
    words.iter().all(|word| *word == 0)
}

pub(crate) fn meets(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).any(|(a, b)| a & b != 0)
}

pub(crate) fn within(a: &[u64], b: &[u64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a & !b == 0)
}

pub(crate) fn ones(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

/// The atoms of a set, in order.
pub(crate) fn atoms(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            (left != 0).then(|| {
                let bit = left.trailing_zeros() as usize;
                left &= left - 1;
                at * 64 + bit
            })
        })
    })
}

/// A set of atoms outside of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Atoms(pub(crate) SmallVec<[u64; 4]>);

impl Atoms {
    pub(crate) fn none(size: usize) -> Self {
        Self(SmallVec::from_elem(0, size.div_ceil(64).max(1)))
    }

    pub(crate) fn all(size: usize) -> Self {
        let mut atoms = Self::none(size);
        for at in 0..size {
            insert(&mut atoms.0, at);
        }
        atoms
    }

    pub(crate) fn of(size: usize, members: impl IntoIterator<Item = usize>) -> Self {
        let mut atoms = Self::none(size);
        for at in members {
            insert(&mut atoms.0, at);
        }
        atoms
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    pub(crate) fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }
}
