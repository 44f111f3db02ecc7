//! One connection: what is read from it and written to it tells its state.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, Take},
    net::TcpStream,
};

use crate::{Limits, table::State};

/// Bytes of one read. One less than the first buffer of hyper, which grows when a read fills it and
/// keeps its size for as long as the connection is idle.
const READ: u64 = 8 * 1024 - 1;

/// The bytes of a connection.
pub(crate) struct Stream {
    tcp: Take<TcpStream>,
    state: Arc<State>,
    /// Bytes that may still be thrown away, once it is over.
    drains: Option<usize>,
}

impl Stream {
    pub(crate) fn new(tcp: TcpStream, state: Arc<State>) -> Self {
        Self { tcp: tcp.take(READ), state, drains: None }
    }

    fn tcp(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.tcp.get_mut())
    }

    fn written(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Pending => self.state.is_blocked(),
            Poll::Ready(Ok(bytes)) => self.state.took(*bytes),
            Poll::Ready(Err(_)) => {}
        }
        result
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.tcp.set_limit(READ);
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.tcp).poll_read(cx, buffer))?;
        let bytes = buffer.filled().len() - before;
        if bytes > 0 && !self.state.received(bytes) {
            let text = "too many long heads of requests at the same time";
            return Poll::Ready(Err(io::Error::other(text)));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = self.tcp().poll_write(cx, bytes);
        self.written(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = self.tcp().poll_write_vectored(cx, bytes);
        self.written(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.get_ref().is_write_vectored()
    }

    /// Called when all that there was to write is written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.state.took_all();
        self.tcp().poll_flush(cx)
    }

    /// Says that there is no more. Where the client is still sending, what it sends is thrown away
    /// for a while: closing at once would tell it of a broken connection, and a proxy in front would
    /// make 502 of our answer.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut left = match self.drains {
            Some(left) => left,
            None => {
                ready!(self.tcp().poll_shutdown(cx))?;
                if !self.state.end() {
                    return Poll::Ready(Ok(()));
                }
                Limits::DRAINED
            }
        };
        let mut nowhere = [0; 8 * 1024];
        while left > 0 {
            self.drains = Some(left);
            let mut buffer = ReadBuf::new(&mut nowhere);
            ready!(self.tcp().poll_read(cx, &mut buffer))?;
            match buffer.filled().len() {
                0 => break,
                bytes => left = left.saturating_sub(bytes),
            }
        }
        self.drains = Some(0);
        Poll::Ready(Ok(()))
    }
}

/// The body of a request.
pub(crate) struct Arriving {
    body: Incoming,
    state: Arc<State>,
    complete: bool,
}

impl Arriving {
    pub(crate) fn new(body: Incoming, state: Arc<State>) -> Self {
        Self { complete: body.is_end_stream(), body, state }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if !self.complete && (frame.is_none() || self.body.is_end_stream()) {
            self.complete = true;
            self.state.body_is_over(true);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.complete {
            self.state.body_is_over(false);
        }
    }
}

/// The body of an answer.
pub(crate) struct Leaving {
    body: axum::body::Body,
    state: Arc<State>,
}

impl Leaving {
    pub(crate) fn new(body: axum::body::Body, state: Arc<State>) -> Self {
        Self { body, state }
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.state.answered();
    }
}
