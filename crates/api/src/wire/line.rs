//! What a connection and its requests know of each other.

use actix_web::{
    Error,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{ConnectionType, header},
    middleware::Next,
    web::Bytes,
};
use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// Counts of a connection's requests. All of it happens on the connection's thread.
#[derive(Debug, Default)]
pub struct Line {
    begun: Cell<u64>,
    ended: Cell<u64>,
    body: Cell<Option<u64>>,
    waker: RefCell<Option<Waker>>,
}

impl Line {
    /// Requests that have begun.
    pub(super) fn begun(&self) -> u64 {
        self.begun.get()
    }

    /// Whether none is worked on.
    pub(super) fn is_free(&self) -> bool {
        self.begun.get() == self.ended.get()
    }

    /// Length of the last one's body; `None` where it did not say.
    pub(super) fn body(&self) -> Option<u64> {
        self.body.get()
    }

    /// The connection wants to hear when its request has ended.
    pub(super) fn close_with(&self, waker: &Waker) {
        *self.waker.borrow_mut() = Some(waker.clone());
    }
}

/// A request, until its answer has been taken off.
struct Begun(Rc<Line>);

impl Begun {
    fn new(line: Rc<Line>, request: &ServiceRequest) -> Self {
        line.begun.set(line.begun.get() + 1);
        line.body.set(length(request));
        Self(line)
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.ended.set(self.0.ended.get() + 1);
        if let Some(waker) = self.0.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }
}

fn length(request: &ServiceRequest) -> Option<u64> {
    let headers = request.headers();
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    headers.get(header::CONTENT_LENGTH).map_or(Some(0), |value| value.to_str().ok()?.trim().parse().ok())
}

/// Tells the connection of a request when it begins and when its answer is sent. A body without a length ends the
/// connection with the answer: where the next head begins would not be known.
pub async fn follow(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Followed>, Error> {
    let begun = request.conn_data::<Rc<Line>>().map(|line| Begun::new(Rc::clone(line), &request));
    let mut response = next.call(request).await?.map_into_boxed_body();
    if begun.as_ref().is_some_and(|begun| begun.0.body().is_none()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response.map_body(|_, body| Followed { body, _begun: begun }))
}

/// An answer's body, with the request that it is for.
pub struct Followed {
    body: BoxBody,
    _begun: Option<Begun>,
}

impl MessageBody for Followed {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
