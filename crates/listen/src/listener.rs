//! Taking connections and serving them.

use std::{
    convert::Infallible,
    fmt,
    future::pending,
    io::{self, Write},
    net::{SocketAddr, TcpStream as StdStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Response, header},
};
use hyper::{
    Request,
    body::{Body as _, Incoming},
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::AbortHandle,
};

use crate::{
    Limits,
    connection::{Arriving, Leaving, Stream},
    table::{Closed, Counts, Row, State, Table},
};

/// Connections that may wait until they are taken. One too many is dropped by the system, and its
/// client tries again only after a second; the usual 128 are fewer than come at once after a restart.
const BACKLOG: u32 = 4096;

/// What is told to a connection that there is no room for. A proxy hands it on; to a connection that
/// is only cut it would say 502.
const NO_ROOM: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n\
    content-length: 0\r\nconnection: close\r\n\r\n";

/// How long a head that has begun to come may take once the server stops.
const LAST_HEAD: Duration = Duration::from_secs(1);

/// Listens, and serves when told to. Connections that come before that wait.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    counts: Arc<Counts>,
}

impl Listener {
    /// Begins to listen.
    ///
    /// # Errors
    /// The address is taken, or not one of this machine.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // As for any server that is started again while old connections still end.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(Self { tcp: socket.listen(BACKLOG)?, counts: Arc::default() })
    }

    /// The address that is listened on, with the port that was found for port 0.
    ///
    /// # Errors
    /// The system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// What becomes of its connections.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }
}

/// Serves until `stop` completes, then finishes what was begun. How long that may take is for the
/// caller to say: dropping the future ends every connection.
pub async fn serve(
    listener: Listener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let Listener { tcp, counts } = listener;
    let table = Table::new(counts);
    let _end = AbortAll(Arc::clone(&table));
    let server = Arc::new(Server { router, stopping: AtomicBool::new(false) });
    let shortest = limits.head.min(limits.idle).min(limits.write);
    let look = (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1));
    let overdue = async {
        loop {
            tokio::time::sleep(look).await;
            table.close_overdue(&limits);
        }
    };
    let taking = take(&tcp, &server, &table, &limits);
    tokio::select! {
        _ = taking => {}
        () = overdue => {}
        () = stop => {}
    }
    drop(tcp);
    server.stopping.store(true, Relaxed);
    while table.open() > 0 {
        table.close_idle(LAST_HEAD);
        table.close_overdue(&limits);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

struct AbortAll(Arc<Table>);

impl Drop for AbortAll {
    fn drop(&mut self) {
        self.0.abort_all();
    }
}

/// What all connections share.
struct Server {
    router: Router,
    /// An answer is the last of its connection.
    stopping: AtomicBool,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// Takes connections for ever.
async fn take(
    tcp: &TcpListener,
    server: &Arc<Server>,
    table: &Arc<Table>,
    limits: &Limits,
) -> Infallible {
    let mut told = Told::default();
    loop {
        let (stream, peer) = match tcp.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_the_clients(&error) => continue,
            Err(error) => {
                // Mostly no file is left. Whoever waits longest gives one back, and the next try is
                // not at once: it would fail as well and keep everybody else from working.
                told.of(|| tracing::error!(%error, "no connection can be taken"));
                table.make_room(limits);
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if table.open() >= limits.connections && !table.make_room(limits) {
            table.counts.count(Closed::Refused);
            told.of(|| {
                let limit = limits.connections;
                tracing::warn!(limit, "connections are refused, as many as there can be are busy");
            });
            refuse(stream);
            continue;
        }
        table.add(|state, row| spawn(stream, peer, Arc::clone(server), state, row));
    }
}

/// Something that may go on for long is told once a minute.
#[derive(Default)]
struct Told(Option<Instant>);

impl Told {
    fn of(&mut self, tell: impl FnOnce()) {
        let now = Instant::now();
        if self.0.is_none_or(|last| now - last > Duration::from_secs(60)) {
            self.0 = Some(now);
            tell();
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

fn refuse(stream: TcpStream) {
    // The buffer of a new connection has room for it, and nobody waits if not.
    let told = stream.into_std().and_then(|mut stream: StdStream| stream.write_all(NO_ROOM));
    drop(told);
}

fn spawn(
    stream: TcpStream,
    peer: SocketAddr,
    server: Arc<Server>,
    state: Arc<State>,
    row: Row,
) -> AbortHandle {
    let connection = async move {
        let service =
            service_fn(|request| answer(Arc::clone(&server), Arc::clone(&state), peer, request));
        let io = TokioIo::new(Stream::new(stream, Arc::clone(&state)));
        let served = http1::Builder::new()
            .header_read_timeout(None)
            .max_header_size(Limits::HEAD_BYTES)
            .max_buf_size(Limits::HEAD_BYTES)
            .serve_connection(io, service)
            .await;
        if let Err(error) = served {
            tracing::trace!(%error, "a connection broke");
        }
        drop(row);
    };
    tokio::spawn(connection).abort_handle()
}

async fn answer(
    server: Arc<Server>,
    state: Arc<State>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Leaving>, Infallible> {
    if !state.begin(!request.body().is_end_stream()) {
        // This task is about to be dropped.
        return pending().await;
    }
    let mut request = request.map(|body| Body::new(Arriving::new(body, Arc::clone(&state))));
    request.extensions_mut().insert(ConnectInfo(peer));
    let service = TowerToHyperService::new(server.router.clone());
    let Ok(mut response) = service.call(request).await;
    if server.stopping.load(Relaxed) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Leaving::new(body, state)))
}
