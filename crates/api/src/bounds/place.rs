//! A request's place among those that are worked on.

use super::Bounds;
use crate::problem::ApiError;
use futures_util::poll;
use std::{cell::RefCell, future::Future, pin::pin, rc::Rc, task::Poll};
use tokio::sync::OwnedSemaphorePermit;

/// Held from the request's head to its answer, save while its body is on the way: a caller who trickles must not keep
/// others from being served.
#[derive(Debug, Clone)]
pub struct Place(Rc<RefCell<Option<OwnedSemaphorePermit>>>);

impl Place {
    /// Takes one.
    ///
    /// # Errors
    /// 503 when none is to be had.
    pub async fn take(bounds: &Bounds) -> Result<Self, ApiError> {
        Ok(Self(Rc::new(RefCell::new(Some(bounds.enter().await?)))))
    }

    /// Waits for something from the caller with the place given back meanwhile, if it takes any time at all.
    ///
    /// # Errors
    /// 503 when no place is to be had afterwards.
    pub async fn lend<T>(&self, bounds: &Bounds, wait: impl Future<Output = T>) -> Result<T, ApiError> {
        let mut wait = pin!(wait);
        if let Poll::Ready(done) = poll!(wait.as_mut()) {
            return Ok(done);
        }
        self.leave();
        let done = wait.await;
        let place = bounds.enter().await?;
        *self.0.borrow_mut() = Some(place);
        Ok(done)
    }

    /// Gives it back.
    pub fn leave(&self) {
        self.0.borrow_mut().take();
    }
}
