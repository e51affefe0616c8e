//! What the clients were told, to be held against what is there in the end.

use crate::harness::Answer;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

/// A request that had a key.
#[derive(Clone)]
pub(crate) struct Keyed {
    pub(crate) msp: usize,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
    pub(crate) status: u16,
    pub(crate) answer: Value,
}

#[derive(Default)]
pub(crate) struct Ledger {
    keyed: Mutex<BTreeMap<String, Keyed>>,
    /// Imports that a client was told of.
    pub(crate) imports: Mutex<BTreeSet<String>>,
    /// Customers by MSP.
    pub(crate) customers: Mutex<[BTreeSet<String>; 2]>,
    /// Customers that a stream or a list showed, by the MSP that saw them.
    pub(crate) seen: Mutex<[BTreeSet<String>; 2]>,
    wrong: Mutex<Vec<String>>,
}

impl Ledger {
    /// Notes the answer to a request with a key; a second one must be the same.
    pub(crate) fn answered(&self, msp: usize, path: &str, key: &str, body: &Value, answer: &Answer) {
        let told = Keyed {
            msp,
            path: path.to_owned(),
            key: key.to_owned(),
            body: body.clone(),
            status: answer.status,
            answer: answer.body.clone(),
        };
        let mut keyed = self.keyed.lock().unwrap();
        let first = keyed.entry(format!("{msp} {path} {key}")).or_insert_with(|| told.clone());
        if (first.status, &first.answer) != (told.status, &told.answer) {
            let said = format!("{} {}, then {} {}", first.status, first.answer, told.status, told.answer);
            drop(keyed);
            self.wrong(format!("the key {key} of {path} was answered two ways: {said}"));
        }
    }

    pub(crate) fn keyed(&self) -> Vec<Keyed> {
        self.keyed.lock().unwrap().values().cloned().collect()
    }

    pub(crate) fn wrong(&self, what: String) {
        self.wrong.lock().unwrap().push(what);
    }

    pub(crate) fn all_wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }
}
