//! As much of HTTP/1.1 as a load generator needs: requests prepared as bytes, and answers read with
//! as little work as possible, because what the generator spends the server cannot have.

use std::{io, net::SocketAddr, ops::Range};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A POST of JSON, ready to be sent.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: load\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A request of the management API, ready to be sent.
pub fn authorized(method: &str, path: &str, token: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    )
    .into_bytes()
}

/// A connection that is kept open, and opened again when the server closes it.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
}

impl Connection {
    /// For this server; connects with the first request.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, answer: Vec::new() }
    }

    /// Sends a request and gives the body of the answer. After an error the next request connects
    /// anew.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<&[u8]> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address).await?,
        };
        stream.write_all(request).await?;
        self.answer.clear();
        let mut end = End::Unknown;
        loop {
            let read = stream.read_buf(&mut self.answer).await?;
            if matches!(end, End::Unknown) {
                end = find_end(&self.answer)?;
            }
            if let Some(body) = end.body(&self.answer, read == 0) {
                if !end.closes() {
                    self.stream = Some(stream);
                }
                return self.answer.get(body).ok_or_else(cut_off);
            }
            if read == 0 {
                return Err(cut_off());
            }
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the answer was cut off")
}

/// Where an answer ends.
enum End {
    /// The headers are not complete yet.
    Unknown,
    /// After this many bytes of a body that begins here.
    Length { begin: usize, length: usize, closes: bool },
    /// With a chunk of nothing.
    Chunks { begin: usize, closes: bool },
    /// When the server closes.
    Close { begin: usize },
}

impl End {
    const fn closes(&self) -> bool {
        match self {
            Self::Length { closes, .. } | Self::Chunks { closes, .. } => *closes,
            Self::Unknown | Self::Close { .. } => true,
        }
    }

    /// The body, once it is complete. Chunks are given with their sizes between them: nobody here
    /// looks at more than whether a text is in it.
    fn body(&self, answer: &[u8], closed: bool) -> Option<Range<usize>> {
        match *self {
            Self::Unknown => None,
            Self::Length { begin, length, .. } => {
                (answer.len() >= begin + length).then(|| begin..begin + length)
            }
            Self::Chunks { begin, .. } => {
                answer.ends_with(b"0\r\n\r\n").then_some(begin..answer.len())
            }
            Self::Close { begin } => closed.then_some(begin..answer.len()),
        }
    }
}

fn find_end(answer: &[u8]) -> io::Result<End> {
    let Some(at) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(End::Unknown);
    };
    let head = answer.get(..at).unwrap_or_default();
    let (begin, mut length, mut chunks, mut closes) = (at + 4, None, false, false);
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if let Some(value) = header(line, b"content-length:") {
            let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            let wrong = || io::Error::new(io::ErrorKind::InvalidData, "no length in its header");
            length = Some(number.ok_or_else(wrong)?);
        } else if let Some(value) = header(line, b"transfer-encoding:") {
            chunks = value.eq_ignore_ascii_case(b"chunked");
        } else if let Some(value) = header(line, b"connection:") {
            closes = value.eq_ignore_ascii_case(b"close");
        }
    }
    Ok(match length {
        Some(length) => End::Length { begin, length, closes },
        None if chunks => End::Chunks { begin, closes },
        None => End::Close { begin },
    })
}

fn header<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// Answers each connection once, in two pieces.
    async fn answering(answers: Vec<&'static str>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                let (first, second) = answer.split_at(answer.len() / 2);
                stream.write_all(first.as_bytes()).await.unwrap();
                tokio::task::yield_now().await;
                stream.write_all(second.as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn answers_of_every_kind_are_read_and_closed_connections_opened_again() {
        let address = answering(vec![
            "HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nuntil the end",
        ])
        .await;
        let mut connection = Connection::new(address);
        let request = post("/", "{}");
        assert_eq!(connection.ask(&request).await.unwrap(), b"hello");
        assert_eq!(connection.ask(&request).await.unwrap(), b"2\r\nab\r\n0\r\n\r\n");
        assert_eq!(connection.ask(&request).await.unwrap(), b"until the end");
        assert!(connection.ask(&request).await.is_err(), "nobody listens any more");
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_an_error() {
        let address = answering(vec!["HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"]).await;
        let error = Connection::new(address).ask(&post("/", "")).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
