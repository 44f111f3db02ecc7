//! A proxy before a PostgreSQL server that breaks connections at the worst moment: around a
//! commit.

use std::{
    io::{self, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crate::Cluster;

/// Where a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The client has sent its commit, and the server never gets it.
    BeforeCommit,
    /// The server has committed, and the client hears of nothing that it sent with the commit.
    AfterCommit,
}

/// A proxy on a port of its own. It serves until the process ends.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    socket: PathBuf,
    /// What the next commit comes to.
    next: Mutex<Option<Cut>>,
    /// Connections that were made since the last time that all were cut.
    open: Mutex<Vec<(TcpStream, UnixStream)>>,
}

impl Shared {
    /// Whether a connection is to be cut here; true once for each [`Proxy::cut_next`].
    fn is_cut(&self, here: Cut) -> bool {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let is_cut = *next == Some(here);
        if is_cut {
            *next = None;
        }
        is_cut
    }
}

impl Proxy {
    /// Starts a proxy before a server.
    pub fn start(cluster: &Cluster) -> Self {
        let socket = cluster.socket_folder().join(format!(".s.PGSQL.{}", cluster.port()));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("it has an address").port();
        let shared = Arc::new(Shared { socket, next: Mutex::default(), open: Mutex::default() });
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                // A server that is away is a connection that ends at once.
                let _ = serve(client, &shared);
            }
        });
        Self { port, shared }
    }

    /// The URL of the server that `url` names, by way of the proxy.
    pub fn url(&self, url: &str) -> String {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        format!("postgres://postgres@127.0.0.1:{}/postgres?{query}", self.port)
    }

    /// Cuts the connection that commits next.
    pub fn cut_next(&self, cut: Cut) {
        *self.shared.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    /// Cuts every connection there is, whatever it is doing.
    pub fn cut_all(&self) {
        let mut open = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        for (client, server) in open.drain(..) {
            end(&client, &server);
        }
    }

    /// Whether nothing waits to be cut any more.
    pub fn has_cut(&self) -> bool {
        self.shared.next.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

fn serve(client: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = UnixStream::connect(&shared.socket)?;
    let both = (client.try_clone()?, server.try_clone()?);
    shared.open.lock().unwrap_or_else(PoisonError::into_inner).push(both);
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let deaf = Arc::new(AtomicBool::new(false));
    let (requests, deafens) = (Arc::clone(shared), Arc::clone(&deaf));
    thread::spawn(move || {
        let _ = pass_requests(&from_client, &to_server, &requests, &deafens);
        end(&from_client, &to_server);
    });
    thread::spawn(move || {
        let _ = pass_answers(&server, &client, &deaf);
        end(&client, &server);
    });
    Ok(())
}

/// Both directions end together, whoever ends first; either may be closed already.
fn end(client: &TcpStream, server: &UnixStream) {
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn pass_requests(
    client: &TcpStream,
    mut server: &UnixStream,
    shared: &Shared,
    deaf: &AtomicBool,
) -> io::Result<()> {
    let mut client = BufReader::new(client);
    // The first message has no type.
    let startup = read_rest(&mut client, Vec::new())?;
    server.write_all(&startup)?;
    // What the client has sent together is passed on together, so that nothing of it is answered
    // before it is known whether a commit is among it.
    let mut together = Vec::new();
    loop {
        let message = read_message(&mut client)?;
        if message == COMMIT_QUERY {
            if shared.is_cut(Cut::BeforeCommit) {
                return Ok(());
            }
            if shared.is_cut(Cut::AfterCommit) {
                deaf.store(true, Ordering::SeqCst);
            }
        }
        together.extend(message);
        if client.buffer().is_empty() {
            server.write_all(&together)?;
            together.clear();
        }
    }
}

/// Passes answers on until the client is not to hear them; then waits for the commit to be done.
fn pass_answers(server: &UnixStream, mut client: &TcpStream, deaf: &AtomicBool) -> io::Result<()> {
    let mut server = BufReader::new(server);
    loop {
        let message = read_message(&mut server)?;
        match (deaf.load(Ordering::SeqCst), message == COMMIT_DONE) {
            (true, true) => return Ok(()),
            (true, false) => {}
            (false, _) => client.write_all(&message)?,
        }
    }
}

/// A message that asks for a commit, and the one that says that it was done: a type, a length that
/// counts itself, a text that ends in zero.
const COMMIT_QUERY: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
const COMMIT_DONE: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

fn read_message(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut kind = [0];
    from.read_exact(&mut kind)?;
    read_rest(from, kind.to_vec())
}

/// The length and what it counts, behind what was read already.
fn read_rest(from: &mut impl Read, mut message: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    message.extend(length);
    let begin = message.len();
    let rest = usize::try_from(u32::from_be_bytes(length)).unwrap_or(4).saturating_sub(4);
    message.resize(begin + rest, 0);
    from.read_exact(message.get_mut(begin..).unwrap_or_default())?;
    Ok(message)
}
