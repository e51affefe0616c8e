//! The connections, in lanes: one for everybody, and one for each thread that asked for its own.
//!
//! A connection is driven by the runtime that opened it. A request that is answered on a thread with a runtime of its own
//! wakes no other thread where its connection is driven there as well (docs/decisions/092).

use crate::store::{Pool, PoolMaker};
use std::{
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::{self, ThreadId},
};

#[derive(Clone)]
struct Lane {
    pool: Pool,
    size: u32,
}

impl Lane {
    fn idle(&self) -> bool {
        self.pool.state().idle_connections > 0
    }
    fn grows(&self) -> bool {
        self.pool.state().connections < self.size
    }
}

pub(crate) struct Lanes {
    common: Lane,
    own: RwLock<Vec<(ThreadId, Lane)>>,
    /// Connections in the lane of a thread; none: every thread uses the common one.
    share: u32,
    threads: usize,
    connections: u32,
    turn: AtomicU32,
    /// Whether threads are about to end, and their lanes with them.
    apart: AtomicBool,
    make: PoolMaker,
}

impl Lanes {
    /// Lanes of so many connections in all, for so many threads that will ask for one. A quarter is everybody's; where
    /// that leaves a thread less than one, all are.
    pub(crate) fn new(connections: u32, threads: usize, make: PoolMaker) -> Self {
        let wanted = u32::try_from(threads).unwrap_or(u32::MAX);
        let share = (connections - connections.div_ceil(4)).checked_div(wanted).unwrap_or(0);
        let size = connections - share.saturating_mul(wanted);
        let common = Lane { pool: make(size), size };
        Self {
            common,
            own: RwLock::default(),
            share,
            threads,
            connections,
            turn: AtomicU32::new(0),
            apart: AtomicBool::new(false),
            make,
        }
    }

    /// Gives the thread that calls a lane of its own. Must be called within its runtime.
    pub(crate) fn open_here(&self) {
        let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
        let here = thread::current().id();
        if self.share > 0 && own.len() < self.threads && own.iter().all(|(thread, _)| *thread != here) {
            own.push((here, Lane { pool: (self.make)(self.share), size: self.share }));
        }
    }

    /// From now on nobody takes a connection from another thread's lane.
    pub(crate) fn keep_apart(&self) {
        self.apart.store(true, Ordering::Relaxed);
    }

    /// The lane to take a connection from: this thread's while it has one to give, else one that has. Where none has,
    /// a thread waits at its own, and who has none waits at each in turn, as often as it has connections.
    pub(crate) fn pick(&self) -> Pool {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let here = thread::current().id();
        let home = own.iter().find(|(thread, _)| *thread == here).map(|(_, lane)| lane);
        let all = || [&self.common].into_iter().chain(own.iter().map(|(_, lane)| lane));
        let first = home.unwrap_or(&self.common);
        let ready = (first.idle() || first.grows()).then_some(first);
        if self.apart.load(Ordering::Relaxed) {
            return ready.unwrap_or(if self.common.idle() { &self.common } else { first }).pool.clone();
        }
        let lane =
            ready.or_else(|| all().find(|lane| lane.idle())).or_else(|| all().find(|lane| lane.grows()));
        lane.or(home).unwrap_or_else(|| self.next(all())).pool.clone()
    }

    /// The next lane of those who wait at each in turn.
    fn next<'a>(&'a self, all: impl Iterator<Item = &'a Lane>) -> &'a Lane {
        let mut place = self.turn.fetch_add(1, Ordering::Relaxed) % self.connections.max(1);
        for lane in all {
            if place < lane.size {
                return lane;
            }
            place -= lane.size;
        }
        &self.common
    }

    /// How many connections are open, and how many of them are idle.
    pub(crate) fn state(&self) -> (u32, u32) {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.iter().map(|(_, lane)| lane).chain([&self.common]).fold((0, 0), |(open, idle), lane| {
            let state = lane.pool.state();
            (open + state.connections, idle + state.idle_connections)
        })
    }
}
