//! Which Microsoft cloud a tenant lives in.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A Microsoft cloud. The hosts behind each are a closed table in the Graph client, never taken from input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cloud {
    /// The worldwide service.
    Global,
    /// Microsoft 365 GCC High.
    Usgov,
    /// Microsoft 365 DoD.
    UsgovDod,
    /// Operated by 21Vianet.
    China,
    /// The bundled emulator; accepted only where the deployment enables it.
    Emulator,
}

impl Cloud {
    /// Every cloud, in the order the screens list them.
    pub const ALL: [Self; 5] = [Self::Global, Self::Usgov, Self::UsgovDod, Self::China, Self::Emulator];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Usgov => "usgov",
            Self::UsgovDod => "usgov_dod",
            Self::China => "china",
            Self::Emulator => "emulator",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not a cloud's name.
#[derive(Debug, Clone, thiserror::Error)]
#[error("unknown cloud {0:?}")]
pub struct UnknownCloud(pub String);

impl FromStr for Cloud {
    type Err = UnknownCloud;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|c| c.as_str() == text).ok_or_else(|| UnknownCloud(text.to_owned()))
    }
}
