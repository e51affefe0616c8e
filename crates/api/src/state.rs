//! What every request can reach.

use crate::{
    audit::looks::Looks,
    auth::{
        keys::SigningKeys,
        outside::OutsideIssuer,
        standing::{Standings, Verified},
    },
    bounds::Bounds,
    config::Config,
    http::limits::Limits,
};
use policytab_app::App;
use policytab_domain::ids::{ApiTokenId, MspId};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// The server's state: everything lasting is in the database.
#[derive(Debug)]
pub struct State {
    /// Use cases.
    pub app: App,
    /// Settings.
    pub config: Config,
    /// Keys of access tokens.
    pub keys: Arc<SigningKeys>,
    /// `iss` of our own access tokens.
    pub issuer: String,
    /// The outside issuer, where configured.
    pub outside: Option<OutsideIssuer>,
    /// MSPs that outside tokens named and that exist: an outside issuer may know more than we do.
    pub known_msps: moka::future::Cache<MspId, ()>,
    /// API tokens whose use was noted within the last minute.
    pub noted_tokens: moka::future::Cache<ApiTokenId, ()>,
    /// Our own access tokens that were verified a moment ago, by digest: checking a signature costs more than everything
    /// else in a small request. Times are looked at each time.
    pub verified: moka::future::Cache<[u8; 32], Arc<Verified>>,
    /// Whether what was found out about sessions still holds.
    pub standing: Arc<Standings>,
    /// How often one caller may ask.
    pub limits: Limits,
    /// Bounds on what is under way.
    pub bounds: Arc<Bounds>,
    /// Looks at what is known of credentials that were put on record a moment ago: a page that asks again and again is one
    /// look.
    pub looks: Looks,
    /// Turns true when the process is told to stop: what streams without end must end then.
    pub stopped: watch::Receiver<bool>,
}

impl State {
    /// The state of a server with these settings.
    ///
    /// # Errors
    /// When the client that fetches the outside issuer's keys can't be made.
    pub fn new(
        app: App,
        config: Config,
        keys: Arc<SigningKeys>,
        stopped: watch::Receiver<bool>,
    ) -> Result<Self, reqwest::Error> {
        let outside = config.outside.clone().map(OutsideIssuer::new).transpose()?;
        let minute = Duration::from_secs(60);
        let known_msps = moka::future::Cache::builder().max_capacity(10_000).time_to_live(minute).build();
        let noted_tokens = moka::future::Cache::builder().max_capacity(10_000).time_to_live(minute).build();
        let issuer = config.issuer();
        let verified = moka::future::Cache::builder().max_capacity(10_000).time_to_live(minute).build();
        let bounds = Arc::new(Bounds::new(&config.bounds));
        let standing = Standings::follow(&app.store, known_msps.clone(), stopped.clone());
        let limits = Limits::new(&config);
        Ok(Self {
            app,
            issuer,
            config,
            keys,
            outside,
            known_msps,
            noted_tokens,
            verified,
            bounds,
            looks: Looks::new(),
            standing,
            limits,
            stopped,
        })
    }
}
