//! A server that says exactly the bytes it is told to, and then whatever the connection should do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What happens once a request has come.
#[derive(Clone)]
pub(crate) enum Act {
    /// These bytes, then the connection closes.
    Say(&'static [u8]),
    /// The connection is reset at once.
    Reset,
    /// A head that promises more than comes, one byte at a time.
    Trickle,
    /// Nothing, for as long as the client waits.
    Silence,
}

/// Starts it; gives its origin and the count of requests.
pub(crate) async fn serve(act: Act) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer(stream, act.clone()));
        }
    });
    (origin, count)
}

async fn answer(mut stream: TcpStream, act: Act) {
    let mut head = [0; 4096];
    let _ = stream.read(&mut head).await;
    match act {
        Act::Say(bytes) => {
            let _ = stream.write_all(bytes).await;
        }
        // Closing with unread data or at once is what a reset looks like to the other side.
        Act::Reset => {}
        Act::Trickle => {
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"value\":[";
            let _ = stream.write_all(head).await;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Act::Silence => tokio::time::sleep(Duration::from_secs(60)).await,
    }
}
