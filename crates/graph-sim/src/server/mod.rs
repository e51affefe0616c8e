//! The HTTP server: one origin for sign-in, Graph, GitHub and the control endpoint.

mod answer;
mod wire;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, middleware, web};

use crate::config::{DemoTenant, Seed, SimConfig, SimError};
use crate::control::Control;
use crate::world::{Shared, World};

/// Bodies up to this size are read, in bytes.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// A running emulator. Dropping it leaves the server running until the runtime ends; use [`Sim::stop`].
pub struct Sim {
    address: SocketAddr,
    handle: ServerHandle,
    world: Shared,
}

impl Sim {
    /// Binds, fills the tenants and serves in the background of the current tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound or a tenant folder cannot be loaded.
    pub async fn start(config: SimConfig) -> Result<Self, SimError> {
        let (address, server, world) = build(config)?;
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, handle, world })
    }

    /// `http://127.0.0.1:PORT`: sign-in and Graph on one origin, without a trailing slash.
    pub fn base_url(&self) -> String {
        let ip = match self.address.ip() {
            // "Any address" is where one listens, not what one calls.
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}", SocketAddr::new(ip, self.address.port()))
    }

    /// The tenants and the credentials to onboard them with, in the order of their making.
    pub fn demo_tenants(&self) -> Vec<DemoTenant> {
        self.world.lock().demo_tenants()
    }

    /// The in-process twin of the control endpoint.
    pub fn control(&self) -> Control {
        Control::new(self.world.clone())
    }

    /// Stops at once: requests that hang on purpose are cut off.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// Serves until the process is told to stop (Ctrl-C or SIGTERM).
///
/// # Errors
/// As [`Sim::start`], and when the server fails later.
pub async fn serve(config: SimConfig) -> Result<(), SimError> {
    let (address, server, _world) = build(config)?;
    tracing::info!(%address, "the emulator listens");
    let handle = server.handle();
    tokio::spawn(async move {
        told_to_stop().await;
        handle.stop(false).await;
    });
    server.await?;
    Ok(())
}

async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal handler there is nobody to tell us; the process ends with its parent.
        std::future::pending::<()>().await;
    }
}

fn build(config: SimConfig) -> Result<(SocketAddr, actix_web::dev::Server, Shared), SimError> {
    let mut world = World::new(config.control_token);
    if config.seed == Seed::Demo {
        for tenant in crate::demo::fleet(world.now()) {
            world.tenant_put(tenant)?;
        }
    }
    let world = Shared::new(world);
    let control = Control::new(world.clone());
    for folder in &config.tenant_folders {
        control.folder_load(folder, None)?;
    }
    let listener =
        TcpListener::bind(config.bind).map_err(|source| SimError::Bind { address: config.bind, source })?;
    let address = listener.local_addr()?;
    let state = world.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(state.clone()))
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .wrap(middleware::Compress::default())
            .default_service(web::to(answer::entry))
    })
    .workers(1)
    .on_connect(wire::remember_socket)
    .disable_signals()
    .shutdown_timeout(1)
    .listen(listener)?
    .run();
    Ok((address, server, world))
}
