//! Proof that a request or a job acts for one MSP.
//!
//! Every query needs a [`MspScope`], and a scope is made in two places only: where a credential was verified and
//! where a job was claimed. `clippy.toml` disallows [`MspScope::assume_verified`] everywhere else, so the list of
//! places can be counted.

use crate::ids::MspId;

/// One MSP, proven by a verified credential or a claimed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MspScope {
    msp_id: MspId,
}

impl MspScope {
    /// Makes a scope. The caller states that it has verified who acts: see the module's head.
    pub const fn assume_verified(msp_id: MspId) -> Self {
        Self { msp_id }
    }

    /// The MSP of this scope.
    pub const fn msp_id(&self) -> MspId {
        self.msp_id
    }
}
