//! Whether an access token that was verified a moment ago still stands for anything: its session may have ended, its
//! person or workspace may be gone, a second factor may be required by now.
//!
//! A verified token is remembered with the stamp of its MSP. Whatever ends sessions sends a notice on commit; each node
//! then changes that MSP's stamp, and the database is asked again. A notice that is lost is made up for when listening
//! begins anew, and by the minute for which a token is remembered at the most.

use super::claims::AccessClaims;
use futures_util::StreamExt as _;
use policytab_domain::ids::MspId;
use policytab_store::{Notice, Store};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::watch;
use uuid::Uuid;

/// A token of our own that was verified, and what the database said of it.
#[derive(Debug)]
pub struct Verified {
    /// What the token says.
    pub claims: AccessClaims,
    /// The MSP's stamp before the database was asked.
    pub stamp: Stamp,
    /// The person has to set up a second factor first.
    pub enrol_first: bool,
}

/// Changes whenever something about the sessions of an MSP does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(u64, u64);

/// The stamps of all MSPs.
#[derive(Debug, Default)]
pub struct Standings(RwLock<Counters>);

#[derive(Debug, Default)]
struct Counters {
    /// Of what concerns everybody: notices may have been missed.
    all: u64,
    /// Of single MSPs.
    of: HashMap<Uuid, u64>,
}

impl Standings {
    /// Follows the notices of the database until the process is told to stop.
    pub fn follow(
        store: &Store,
        known_msps: moka::future::Cache<MspId, ()>,
        mut stopped: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let standings = Arc::new(Self::default());
        let (own, mut notices) = (Arc::clone(&standings), store.listen());
        tokio::spawn(async move {
            loop {
                let notice = tokio::select! {
                    _ = stopped.changed() => return,
                    notice = notices.next() => notice,
                };
                match notice {
                    None => return,
                    Some(Notice::Sessions { msp_id }) => {
                        own.changed(msp_id);
                        known_msps.invalidate(&msp_id).await;
                    }
                    Some(Notice::Reconnected) => {
                        own.0.write().unwrap_or_else(PoisonError::into_inner).all += 1;
                        known_msps.invalidate_all();
                    }
                    Some(Notice::Jobs | Notice::Event { .. }) => {}
                }
            }
        });
        standings
    }

    /// The stamp of an MSP at this moment.
    pub fn stamp(&self, msp: Uuid) -> Stamp {
        let counters = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Stamp(counters.all, counters.of.get(&msp).copied().unwrap_or_default())
    }

    /// Makes this node ask again at once; the notice does so on all others.
    pub fn changed(&self, msp: MspId) {
        let mut counters = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *counters.of.entry(msp.as_uuid()).or_default() += 1;
    }
}
