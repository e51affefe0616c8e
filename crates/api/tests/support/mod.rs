//! The product as tests meet it: a real server on a free port, a database of its own, the emulator, two MSPs.
//!
//! Every answer that passes through [`Client`] is held against the API's description, so that each test also proves
//! that the description is true.
//!
//! Tests run on more than one thread: dropping a database waits for every session on its server, and one that is just
//! being opened by this process must get on meanwhile.

pub(crate) mod app;
pub(crate) mod client;
pub(crate) mod contract;
pub(crate) mod logs;
pub(crate) mod onboard;
pub(crate) mod planted;

pub(crate) use app::TestApp;
