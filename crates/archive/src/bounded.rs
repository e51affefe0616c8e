//! Readers that count.

use crate::limits::{ArchiveError, Limits, RATIO_FROM};
use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
    time::Instant,
};

const MIB: u64 = 1024 * 1024;

/// Counts what goes in.
pub(crate) struct Packed<R> {
    inner: R,
    seen: Rc<Cell<u64>>,
    limits: Limits,
    began: Instant,
}

impl<R> Packed<R> {
    pub(crate) fn new(inner: R, limits: Limits) -> (Self, Rc<Cell<u64>>) {
        let seen = Rc::new(Cell::new(0));
        (Self { inner, seen: Rc::clone(&seen), limits, began: Instant::now() }, seen)
    }
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        in_time(self.began, &self.limits)?;
        let count = self.inner.read(buffer)?;
        let seen = self.seen.get() + count as u64;
        self.seen.set(seen);
        if seen > self.limits.packed {
            return Err(ArchiveError::Packed(self.limits.packed / MIB).into());
        }
        Ok(count)
    }
}

/// Counts what comes out, all entries together.
pub(crate) struct Unpacked<R> {
    inner: R,
    packed: Rc<Cell<u64>>,
    seen: u64,
    limits: Limits,
    began: Instant,
}

impl<R> Unpacked<R> {
    pub(crate) fn new(inner: R, packed: Rc<Cell<u64>>, limits: Limits) -> Self {
        Self { inner, packed, seen: 0, limits, began: Instant::now() }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        in_time(self.began, &self.limits)?;
        let count = self.inner.read(buffer)?;
        self.seen += count as u64;
        came_out(self.seen, self.packed.get(), &self.limits)?;
        Ok(count)
    }
}

/// Whether so much may have come out of so much.
pub(crate) fn came_out(unpacked: u64, packed: u64, limits: &Limits) -> Result<(), ArchiveError> {
    if unpacked > limits.unpacked {
        return Err(ArchiveError::Unpacked(limits.unpacked / MIB));
    }
    if unpacked > RATIO_FROM && unpacked > packed.saturating_mul(limits.ratio) {
        return Err(ArchiveError::Ratio(limits.ratio));
    }
    Ok(())
}

pub(crate) fn in_time(began: Instant, limits: &Limits) -> Result<(), ArchiveError> {
    if began.elapsed() > limits.time { Err(ArchiveError::Time(limits.time.as_secs())) } else { Ok(()) }
}
