//! Identifiers as types, so that a customer's id can't be passed where an import's is meant.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id that was read from somewhere: a path, a row, a token.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }
            /// The bare id, for the border of the program (rows, paths).
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

id! {
    /// One managed service provider (workspace): the owner of all data below it.
    MspId,
    /// A person of an MSP.
    UserId,
    /// An API token of an MSP.
    ApiTokenId,
    /// An MSP's customer.
    CustomerId,
    /// One import job of a customer.
    ImportId,
    /// An immutable copy of a customer's Conditional Access.
    SnapshotId,
    /// A workspace baseline.
    BaselineId,
    /// A baseline-quality report.
    ReportId,
    /// A row of the job queue.
    JobId,
    /// A Microsoft Entra tenant (directory) id.
    EntraTenantId,
}

impl EntraTenantId {
    /// Microsoft's own directories. A token that claims one of these was not issued by a customer: Entra has been
    /// seen to fall back to them when a client credentials request named no tenant.
    pub const MICROSOFT_OWN: [Self; 2] = [
        Self(Uuid::from_u128(0xf8cdef31_a31e_4b4a_93e4_5f571e91255a)),
        Self(Uuid::from_u128(0x72f988bf_86f1_41af_91ab_2d7cd011db47)),
    ];

    /// Whether this is one of Microsoft's own directories.
    pub fn is_microsoft_own(self) -> bool {
        Self::MICROSOFT_OWN.contains(&self)
    }
}
