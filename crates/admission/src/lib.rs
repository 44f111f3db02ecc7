//! How much a listener takes on at a time: requests that are answered, bytes of their bodies, and
//! work that would keep the event loop.
//!
//! A request takes part in three steps. Its body arrives first ([`Share::receive`]), and while it
//! does, it holds nothing but the bytes that are there. Then it gets a permit to be answered
//! ([`Share::begin`]), which a slow client can therefore not keep from anybody. A request with a
//! large body is answered on a thread of its own ([`Share::answer`]), of which there are few.
//!
//! What a refusal looks like is for the caller to say; nothing here knows a surface.

mod budget;

use std::{
    future::ready,
    num::NonZero,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures_util::stream;
use http_body_util::BodyExt;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

pub use budget::{Budget, Reservation};

/// Bytes of every body that are not counted, so that small requests go on where large ones have
/// used up everything. The number of connections bounds them.
pub const UNCOUNTED: usize = 16 * 1024;

/// A body of more bytes is read on a thread of its own. Up to this many take less than a
/// millisecond.
pub const LARGE: usize = 64 * 1024;

/// What one group of clients may take of a listener.
#[derive(Clone, Debug)]
pub struct Share {
    requests: Arc<Semaphore>,
    bytes: Budget,
    large: Arc<Semaphore>,
}

/// How much that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests that are answered at the same time, at least one.
    pub requests: usize,
    /// Bytes of bodies, and of what is made of them, that are in memory at the same time. The first
    /// [`UNCOUNTED`] of each body are not among them.
    pub bytes: usize,
    /// Requests with a large body that are answered at the same time, at least one.
    pub large: usize,
}

/// Large requests at a time where answering them is work for the processor: half of the cores, so
/// that the rest of the server goes on.
pub fn half_of_the_cores() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    (cores / 2).max(1)
}

/// The bytes of a request's body, given back when the last copy is dropped. A handler finds it
/// among the extensions of its request.
#[derive(Clone, Debug)]
pub struct Held(Arc<Mutex<Reservation>>);

impl Held {
    /// Takes more bytes, for what is made of the body. False if so many are not left.
    pub fn add(&self, bytes: usize) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(bytes)
    }
}

/// There is no room for the body; nothing was done.
#[derive(Debug, PartialEq, Eq)]
pub struct OverBudget;

/// A permit to answer a request.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "kept until it is dropped")] OwnedSemaphorePermit);

impl Share {
    /// A share of that size.
    pub fn new(limits: Limits) -> Self {
        let semaphore = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        Self {
            requests: semaphore(limits.requests),
            bytes: Budget::new(limits.bytes),
            large: semaphore(limits.large),
        }
    }

    /// The bytes in memory.
    pub fn bytes(&self) -> &Budget {
        &self.bytes
    }

    /// Waits for the whole body of a request, of which at most one byte more than `largest` is
    /// read: enough for whoever takes it to see that it is too large. A body that breaks off breaks
    /// off for whoever takes it.
    ///
    /// # Errors
    /// The bodies that are there already use up what all of them may take.
    pub async fn receive(&self, request: Request, largest: usize) -> Result<Request, OverBudget> {
        if request.body().is_end_stream() {
            return Ok(request);
        }
        let (mut parts, mut body) = request.into_parts();
        let announced = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
        let mut reserved = self.bytes.reserve(0).ok_or(OverBudget)?;
        let mut received = Received::Nothing;
        while let Some(frame) = body.frame().await {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) => {
                    let breaks_off = stream::once(ready(Err::<Bytes, _>(error)));
                    return Ok(Request::from_parts(parts, Body::from_stream(breaks_off)));
                }
            };
            let Ok(data) = frame.into_data() else { continue };
            let length = received.len() + data.len();
            let counted = length.min(largest.saturating_add(1)).saturating_sub(UNCOUNTED);
            if !reserved.grow_to(counted) {
                return Err(OverBudget);
            }
            received.add(data, announced.unwrap_or(0).min(largest));
            if length > largest {
                received.truncate(largest.saturating_add(1));
                break;
            }
        }
        parts.extensions.insert(Held(Arc::new(Mutex::new(reserved))));
        Ok(Request::from_parts(parts, Body::from(received.into_bytes())))
    }

    /// Begins to answer a request whose body is there. `None` if as many are answered as may be; the
    /// next one is refused at once, because in a queue without end everybody waits longer than they
    /// are ready to.
    pub fn begin(&self) -> Option<Permit> {
        Arc::clone(&self.requests).try_acquire_owned().ok().map(Permit)
    }

    /// Answers a received request: one with a large body on a thread of its own, so that reading it
    /// keeps nobody waiting. Its permits and bytes are given back when that is done, even if nobody
    /// waits for it any more.
    pub async fn answer(&self, permit: Permit, request: Request, next: Next) -> Response {
        let is_large = request.body().size_hint().exact().is_none_or(|bytes| bytes > LARGE as u64);
        let held = request.extensions().get::<Held>().cloned();
        if !is_large {
            let response = next.run(request).await;
            drop((permit, held));
            return response;
        }
        // Never closed, so there is always one.
        let thread = Arc::clone(&self.large).acquire_owned().await;
        let runtime = Handle::current();
        let answering = tokio::task::spawn_blocking(move || {
            let _kept = (permit, held, thread);
            runtime.block_on(next.run(request))
        });
        match answering.await {
            Ok(response) => response,
            Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
            // The runtime ends, and the connection with it.
            Err(_) => std::future::pending().await,
        }
    }
}

/// What is there of a body.
enum Received {
    Nothing,
    /// As it came; most bodies arrive in one piece.
    One(Bytes),
    Joined(Vec<u8>),
}

impl Received {
    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::One(bytes) => bytes.len(),
            Self::Joined(bytes) => bytes.len(),
        }
    }

    /// Adds a piece. Where all of them together will be large, room for `expected` bytes is made at
    /// once: room that nothing was written to is no memory, and growing again and again would be.
    fn add(&mut self, data: Bytes, expected: usize) {
        let mut joined = match std::mem::replace(self, Self::Nothing) {
            Self::Nothing => {
                *self = Self::One(data);
                return;
            }
            Self::One(first) => {
                let mut joined = Vec::with_capacity((first.len() + data.len()).min(LARGE));
                joined.extend_from_slice(&first);
                joined
            }
            Self::Joined(joined) => joined,
        };
        let length = joined.len() + data.len();
        if length > joined.capacity() && length > LARGE {
            joined.reserve_exact(expected.max(length + length / 4) - joined.len());
        }
        joined.extend_from_slice(&data);
        *self = Self::Joined(joined);
    }

    fn truncate(&mut self, length: usize) {
        match self {
            Self::Nothing => {}
            Self::One(bytes) => bytes.truncate(length),
            Self::Joined(bytes) => bytes.truncate(length),
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Joined(bytes) => bytes.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { requests: 1, bytes: 1024 * 1024, large: 1 };

    fn request(pieces: Vec<Result<Vec<u8>, std::io::Error>>) -> Request {
        let pieces = futures_util::stream::iter(pieces);
        Request::new(Body::from_stream(pieces))
    }

    async fn read(request: Request) -> Result<Bytes, axum::Error> {
        axum::body::to_bytes(request.into_body(), usize::MAX).await
    }

    #[tokio::test]
    async fn a_body_comes_through_whatever_its_pieces() {
        let share = Share::new(LIMITS);
        for pieces in [vec![], vec![3], vec![0, 5], vec![70_000], vec![40_000, 40_000, 1, 300_000]]
        {
            let whole: Vec<u8> = (0..pieces.iter().sum()).map(|n: usize| n as u8).collect();
            let mut rest = whole.as_slice();
            let cut = pieces.iter().map(|length| {
                let (piece, behind) = rest.split_at(*length);
                rest = behind;
                Ok(piece.to_vec())
            });
            let cut = cut.collect();
            let received = share.receive(request(cut), 500_000).await.unwrap();
            let counted = whole.len().saturating_sub(UNCOUNTED);
            assert_eq!(share.bytes().used(), counted, "{pieces:?}");
            assert_eq!(read(received).await.unwrap(), whole, "{pieces:?}");
            assert_eq!(share.bytes().used(), 0, "{pieces:?}");
        }
    }

    /// The reader sees one byte too many, and no more of it is in memory.
    #[tokio::test]
    async fn of_a_body_that_is_too_large_one_byte_too_many_is_read() {
        let share = Share::new(LIMITS);
        let endless = request((0..1000).map(|_| Ok(vec![0; 1000])).collect());
        let received = share.receive(endless, 100_000).await.unwrap();
        assert_eq!(read(received).await.unwrap().len(), 100_001);
    }

    #[tokio::test]
    async fn what_is_over_the_budget_is_refused_and_the_small_are_not() {
        let share = Share::new(LIMITS);
        let large = || request(vec![Ok(vec![0; 600_000])]);
        let first = share.receive(large(), 1_000_000).await.unwrap();
        assert_eq!(share.receive(large(), 1_000_000).await.unwrap_err(), OverBudget);
        let full = share.bytes().reserve(1024 * 1024 - share.bytes().used()).unwrap();
        let small = request(vec![Ok(vec![0; UNCOUNTED])]);
        assert_eq!(
            read(share.receive(small, 1_000_000).await.unwrap()).await.unwrap().len(),
            UNCOUNTED
        );
        drop((first, full));
        share.receive(large(), 1_000_000).await.unwrap();
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_does_so_for_its_reader() {
        let share = Share::new(LIMITS);
        let broken = request(vec![Ok(vec![0; 9]), Err(std::io::Error::other("cut"))]);
        let received = share.receive(broken, 1000).await.unwrap();
        assert!(read(received).await.is_err());
        assert_eq!(share.bytes().used(), 0);
    }

    #[tokio::test]
    async fn as_many_are_answered_as_may_be() {
        let share = Share::new(LIMITS);
        let permit = share.begin().unwrap();
        assert!(share.begin().is_none());
        drop(permit);
        assert!(share.begin().is_some());
    }
}
