//! A request's place among those that are worked on.

use super::{Bounds, Share};
use crate::problem::ApiError;
use futures_util::poll;
use std::{cell::RefCell, future::Future, pin::pin, rc::Rc, task::Poll};
use tokio::sync::OwnedSemaphorePermit;

/// Held from the request's head to its answer, save while its body is on the way: a caller who trickles must not keep
/// others from being served.
#[derive(Debug, Clone)]
pub struct Place {
    permit: Rc<RefCell<Option<OwnedSemaphorePermit>>>,
    share: Rc<RefCell<Option<Share>>>,
}

impl Place {
    /// Takes one.
    ///
    /// # Errors
    /// 503 when none is to be had.
    pub async fn take(bounds: &Bounds) -> Result<Self, ApiError> {
        let permit = Rc::new(RefCell::new(Some(bounds.enter().await?)));
        Ok(Self { permit, share: Rc::default() })
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
        self.permit.borrow_mut().take();
        let done = wait.await;
        let place = bounds.enter().await?;
        *self.permit.borrow_mut() = Some(place);
        Ok(done)
    }

    /// Counts it for an MSP, once that is known.
    pub fn count_for(&self, share: Share) {
        *self.share.borrow_mut() = Some(share);
    }

    /// Gives it back.
    pub fn leave(&self) {
        self.permit.borrow_mut().take();
        self.share.borrow_mut().take();
    }
}
