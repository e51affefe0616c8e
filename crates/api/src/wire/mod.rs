//! A caller's connection below HTTP: how long a head may take, how large it may get, and when the connection ends.
//!
//! The HTTP library bounds the time for a connection's first head only, and holds 128 KiB of an unfinished one. So the
//! stream that it reads from looks at what comes: any head, first or later, has its time from its first byte on and its
//! size, and a caller who keeps to neither is cut off without the library having held more (docs/decisions/097).
//! Requests that are worked on, bodies and streams of events are left alone. When the server stops, a connection ends
//! once its request is answered and nothing more lies in it.

mod gate;
mod head;
mod line;

pub use gate::Gate;
pub use line::{Line, follow};

use crate::{
    http::{headers, middleware::REQUEST_ID},
    problem::ProblemBody,
};
use actix_web::{
    http::header::HeaderMap,
    rt::{
        net::TcpStream,
        time::{Instant, Sleep, sleep_until},
    },
};
use head::Head;
use policytab_domain::problem::{Problem, ProblemCode};
use prometheus::IntCounter;
use std::{
    fmt::Write as _,
    future::Future,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use uuid::Uuid;

/// What is allowed for a head.
#[derive(Debug, Clone, Copy)]
pub struct HeadLimits {
    /// From its first byte; of a connection's first one, from the connection on.
    pub time: Duration,
    /// Request line and headers, in bytes.
    pub bytes: usize,
}

/// How often heads were refused, for metrics.
#[derive(Debug, Clone)]
pub struct HeadsRefused {
    /// Those that were not finished in time, though some of them had come.
    pub late: IntCounter,
    /// Those that were too large.
    pub too_large: IntCounter,
}

/// How long a connection that has just come may be silent when the server stops: its request may be on the way.
const NEW: Duration = Duration::from_secs(1);

/// Where a connection is.
enum Phase {
    /// A head is expected or on the way.
    Head(Head, Instant),
    /// A request is worked on. With it: how many had begun before, where that is known, and how many bytes came after its
    /// head.
    Busy { before: Option<u64>, after: u64 },
    /// Nothing is on the way.
    Idle,
    /// What comes next may be the rest of a body or a head: it is bounded in time once it comes, until another request
    /// begins after this many.
    Rest { at: u64, until: Option<Instant> },
    /// The caller was refused. What still comes is thrown away for a while, so that the answer is not lost with it.
    Refused,
    /// Nothing more is read.
    Over,
}

/// The stream of a connection.
pub struct Wire {
    io: TcpStream,
    line: Rc<Line>,
    limits: HeadLimits,
    refused: HeadsRefused,
    phase: Phase,
    /// Wakes the connection when the time of its phase is over.
    alarm: Pin<Box<Sleep>>,
    /// Resolves when the server takes no more requests.
    last_call: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// Whether something that was written may not have left.
    owing: bool,
}

impl Wire {
    /// A connection that has just come. `last_call` resolves when the server takes no more requests.
    pub fn new(
        io: TcpStream,
        limits: HeadLimits,
        refused: HeadsRefused,
        last_call: impl Future<Output = ()> + 'static,
    ) -> Self {
        let until = Instant::now() + limits.time;
        Self {
            io,
            line: Rc::default(),
            limits,
            refused,
            phase: Phase::Head(Head::default(), until),
            alarm: Box::pin(sleep_until(until)),
            last_call: Some(Box::pin(last_call)),
            owing: false,
        }
    }

    /// What its requests share with it.
    pub fn line(&self) -> Rc<Line> {
        Rc::clone(&self.line)
    }

    /// Learns what became of the last head that was read.
    fn follow(&mut self) {
        let begun = self.line.begun();
        match &self.phase {
            Phase::Head(head, _) if begun > head.begun_at() => {
                self.phase = Phase::Busy { before: Some(head.begun_at()), after: head.beyond() };
            }
            Phase::Rest { at, .. } if begun > *at => self.phase = Phase::Busy { before: None, after: 0 },
            _ => {}
        }
        if let Phase::Busy { before, after } = self.phase
            && self.line.is_free()
        {
            let one = before.is_some_and(|before| begun == before + 1);
            self.phase = match self.line.body() {
                Some(0) if !one || after == 0 => Phase::Idle,
                Some(length) if one && after == length => Phase::Idle,
                // Part of the next head has come with the last request.
                Some(length) if one && after > length => self.expect(after - length),
                _ => Phase::Rest { at: begun, until: None },
            };
        }
    }

    /// A head is on the way, of which this much has come.
    fn expect(&mut self, come: u64) -> Phase {
        Phase::Head(Head::next(self.line.begun(), come), self.time_from_now())
    }

    fn time_from_now(&mut self) -> Instant {
        let until = Instant::now() + self.limits.time;
        self.alarm.as_mut().reset(until);
        until
    }

    /// Takes note of bytes that came. `false`: they are not to be passed on.
    fn came(&mut self, bytes: &[u8]) -> bool {
        if matches!(self.phase, Phase::Idle) {
            self.phase = self.expect(0);
        }
        match &mut self.phase {
            Phase::Head(head, until) => {
                let until = *until;
                head.take(bytes);
                if head.seen() > self.limits.bytes {
                    self.refused.too_large.inc();
                    self.refuse(&too_large());
                    return false;
                }
                if Instant::now() >= until {
                    self.refused.late.inc();
                    self.refuse(LATE);
                    return false;
                }
            }
            Phase::Busy { after, .. } => *after += bytes.len() as u64,
            Phase::Rest { until: Some(until), .. } if Instant::now() >= *until => {
                self.phase = Phase::Over;
                return false;
            }
            Phase::Rest { at, until: None } => {
                let at = *at;
                self.phase = Phase::Rest { at, until: Some(self.time_from_now()) };
            }
            Phase::Rest { .. } | Phase::Idle | Phase::Refused | Phase::Over => {}
        }
        true
    }

    /// Answers in place of the library, as far as the socket takes it at once: who is refused gets no memory.
    fn refuse(&mut self, answer: &str) {
        if !self.owing {
            let _ = self.io.try_write(answer.as_bytes());
        }
        self.time_from_now();
        self.phase = Phase::Refused;
    }

    /// Nothing has come: whether that is the end.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(call) = &mut self.last_call
            && call.as_mut().poll(cx).is_ready()
        {
            self.last_call = None;
            self.line.close_with(cx.waker());
            if let Phase::Head(head, until) = &mut self.phase
                && head.seen() == 0
            {
                *until = (*until).min(Instant::now() + NEW);
                self.alarm.as_mut().reset(*until);
            }
        }
        match &self.phase {
            Phase::Idle if self.last_call.is_none() => self.end(),
            Phase::Head(head, _) => {
                let nothing = head.seen() == 0;
                ready!(self.alarm.as_mut().poll(cx));
                if nothing && self.last_call.is_none() {
                    return self.end();
                }
                // Browsers open connections ahead that they may never use.
                if !nothing {
                    self.refused.late.inc();
                }
                self.refuse(LATE);
                self.poll_refused(cx)
            }
            Phase::Rest { until: Some(_), .. } => {
                ready!(self.alarm.as_mut().poll(cx));
                self.end()
            }
            Phase::Rest { .. } if self.last_call.is_none() => self.end(),
            Phase::Over => self.end(),
            Phase::Refused => self.poll_refused(cx),
            Phase::Idle | Phase::Busy { .. } | Phase::Rest { .. } => Poll::Pending,
        }
    }

    /// Tells the library that nothing more comes.
    fn end(&mut self) -> Poll<io::Result<()>> {
        self.phase = Phase::Over;
        Poll::Ready(Ok(()))
    }

    /// Throws away what comes from a caller who was refused, until they hang up or their time is over.
    fn poll_refused(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.owing {
            // The caller hears that there is no more to come.
            let _ = Pin::new(&mut self.io).poll_shutdown(cx);
        }
        let mut scrap = [0; 4096];
        loop {
            if self.alarm.as_mut().poll(cx).is_ready() {
                return self.end();
            }
            let mut buf = ReadBuf::new(&mut scrap);
            match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => {}
                Ok(()) | Err(_) => return self.end(),
            }
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.follow();
        match this.phase {
            Phase::Over => return Poll::Ready(Ok(())),
            Phase::Refused => return this.poll_refused(cx),
            _ => {}
        }
        let before = buf.filled().len();
        match Pin::new(&mut this.io).poll_read(cx, buf) {
            Poll::Ready(Ok(())) if buf.filled().len() > before => {
                let passes = this.came(&buf.filled()[before..]);
                if !passes {
                    buf.set_filled(before);
                    return this.poll_silence(cx);
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending => this.poll_silence(cx),
            ended => ended,
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.owing = true;
        Pin::new(&mut this.io).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.io).poll_flush(cx))?;
        this.owing = false;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

/// As the HTTP library answers it.
const LATE: &str = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What a head that is too large is answered, finished or not: as all answers are, with an id of its own.
fn too_large() -> String {
    let id = Uuid::new_v4().to_string();
    let problem = Problem::new(ProblemCode::PayloadTooLarge, "The request's line and headers are too large.");
    let body = ProblemBody::new(problem, None, Some(id.clone()));
    let body = serde_json::to_string(&body).unwrap_or_default();
    let mut headers = HeaderMap::new();
    // Which path it was to be is not known: the strictest headers are those of the API.
    headers::set(&mut headers, "/api/", false);
    let mut answer = format!(
        "HTTP/1.1 413 Payload Too Large\r\nconnection: close\r\ncontent-type: application/problem+json\r\n\
         {REQUEST_ID}: {id}\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in &headers {
        let _ = write!(answer, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    answer + "\r\n" + &body
}
