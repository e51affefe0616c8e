//! The port, and how it is closed without losing who is at the door.

use std::{io, net::TcpListener};

/// Another handle on the socket that the server accepts connections from.
#[derive(Debug)]
pub struct Gate(TcpListener);

impl Gate {
    /// Of this socket.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of(listener: &TcpListener) -> io::Result<Self> {
        Ok(Self(listener.try_clone()?))
    }

    /// Lets nobody in any more, while those who are in already can still be accepted. A socket that is simply closed
    /// resets every connection that the system has set up and the server has not yet taken, with the request in it. So
    /// the system is told to drop what asks for a connection: the caller's system asks again a second later, and is
    /// refused then. On other systems than Linux nothing happens.
    pub fn close(&self) {
        #[cfg(target_os = "linux")]
        if let Err(error) = socket2::SockRef::from(&self.0).attach_filter(&NO_SYN) {
            tracing::debug!(%error, "the port can't be closed gently");
        }
        #[cfg(not(target_os = "linux"))]
        let _ = &self.0;
    }
}

/// Drops segments that begin a connection and passes all others, seen from the TCP header on: byte 13 holds the flags,
/// of which 2 is SYN (RFC 9293, section 3.1). Opcodes as in `linux/bpf_common.h`.
#[cfg(target_os = "linux")]
const NO_SYN: [socket2::SockFilter; 4] = [
    // ld [13] as a byte
    socket2::SockFilter::new(0x30, 0, 0, 13),
    // jset #2: the next, else the one after it
    socket2::SockFilter::new(0x45, 0, 1, 2),
    // ret #0: nothing of it
    socket2::SockFilter::new(0x06, 0, 0, 0),
    // ret: all of it
    socket2::SockFilter::new(0x06, 0, 0, u32::MAX),
];
