//! Lines that are written together.

use std::{
    io::{self, Write},
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How lines are put together.
#[derive(Clone, Copy, Debug)]
struct Terms {
    /// After lines were written, the next wait for so long; the first after that waits for nothing.
    pause: Duration,
    /// Bytes that may wait. What comes on top is dropped.
    room: usize,
    /// How long the end of the process waits for what has not been written yet.
    last: Duration,
}

const TERMS: Terms =
    Terms { pause: Duration::from_millis(20), room: 4 * 1024 * 1024, last: Duration::from_secs(2) };

/// Where lines go. A copy leads to the same place.
#[derive(Clone, Debug)]
pub struct Lines(Arc<Shared>);

/// How many lines were dropped because nobody read the log. A copy counts the same.
#[derive(Clone, Debug, Default)]
pub struct Dropped(Arc<AtomicU64>);

impl Dropped {
    /// How many so far.
    pub fn lines(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What has not been written yet; dropping it writes that, for two seconds at most: a log that
/// nobody reads does not keep a process from ending. A process that is killed loses the lines of
/// its last 20 ms.
#[derive(Debug)]
pub struct Rest(Lines);

#[derive(Debug)]
struct Shared {
    terms: Terms,
    state: Mutex<State>,
    /// The thread is to look again.
    to_do: Condvar,
    /// The thread is done.
    done: Condvar,
    dropped: Dropped,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// The thread has nothing to do and does not look by itself.
    idle: bool,
    /// Something waits that somebody should see now.
    urgent: bool,
    /// Nothing will come any more.
    closed: bool,
    /// Everything was written, after nothing came any more.
    written: bool,
}

impl Lines {
    /// Writes to `out` until the rest is dropped; what comes after that is dropped as well.
    pub fn to(out: impl Write + Send + 'static) -> (Self, Rest) {
        Self::on(TERMS, out)
    }

    fn on(terms: Terms, mut out: impl Write + Send + 'static) -> (Self, Rest) {
        let lines = Self(Arc::new(Shared {
            terms,
            state: Mutex::default(),
            to_do: Condvar::new(),
            done: Condvar::new(),
            dropped: Dropped::default(),
        }));
        let shared = Arc::clone(&lines.0);
        thread::spawn(move || {
            shared.write_until_closed(&mut out);
            shared.state().written = true;
            shared.done.notify_all();
        });
        (lines.clone(), Rest(lines))
    }

    /// The count of lines that were dropped.
    pub fn dropped(&self) -> Dropped {
        self.0.dropped.clone()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_until_closed(&self, out: &mut impl Write) {
        let mut batch = Vec::new();
        let mut told = 0;
        loop {
            let mut state = self.state();
            state.idle = true;
            let waited =
                self.to_do.wait_while(state, |state| state.waiting.is_empty() && !state.closed);
            let mut state = waited.unwrap_or_else(PoisonError::into_inner);
            state.idle = false;
            state.urgent = false;
            mem::swap(&mut state.waiting, &mut batch);
            let closed = state.closed;
            drop(state);
            // Where nobody reads a log any more, nobody can be told so either.
            let _ = out.write_all(&batch).and_then(|()| out.flush());
            batch.clear();
            if closed {
                return;
            }
            // It has been read on, so there is room for this.
            let dropped = self.dropped.lines();
            if dropped > told {
                tracing::warn!(
                    lines = dropped - told,
                    "lines of this log were dropped: it was not read"
                );
                told = dropped;
            }
            let pause = self.to_do.wait_timeout_while(self.state(), self.terms.pause, |state| {
                !state.urgent && !state.closed && state.waiting.len() < self.terms.room
            });
            drop(pause.unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        let Self(Lines(shared)) = self;
        let mut state = shared.state();
        state.closed = true;
        shared.to_do.notify_one();
        let done = shared.done.wait_timeout_while(state, shared.terms.last, |state| !state.written);
        drop(done.unwrap_or_else(PoisonError::into_inner));
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { shared: &self.0, urgent: false }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line<'a> {
        Line { shared: &self.0, urgent: *about.level() <= Level::WARN }
    }
}

/// Takes the bytes of one event.
#[derive(Debug)]
pub struct Line<'a> {
    shared: &'a Shared,
    urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.shared.terms.room;
        let mut state = self.shared.state();
        if state.closed || state.waiting.len() >= room {
            drop(state);
            self.shared.dropped.0.fetch_add(1, Relaxed);
            return Ok(bytes.len());
        }
        state.waiting.extend_from_slice(bytes);
        state.urgent |= self.urgent;
        if state.idle || self.urgent || state.waiting.len() >= room {
            drop(state);
            self.shared.to_do.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::mpsc::{self, Receiver, Sender},
        time::Instant,
    };

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// Hands on what each write has, and may be held up at that.
    struct Out(Sender<String>, Option<Receiver<()>>);

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if let Some(held) = &self.1 {
                held.recv().map_err(io::Error::other)?;
            }
            let text = String::from_utf8(bytes.to_vec()).map_err(io::Error::other)?;
            self.0.send(text).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const LONG: Duration = Duration::from_secs(60);
    const SOON: Duration = Duration::from_secs(20);

    fn write(lines: &Lines, text: &str, urgent: bool) {
        Line { shared: &lines.0, urgent }.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn the_first_goes_at_once_the_next_wait_and_what_is_urgent_takes_them_along() {
        let (sender, written) = mpsc::channel();
        let (lines, rest) =
            Lines::on(Terms { pause: LONG, room: 1024, ..TERMS }, Out(sender, None));
        let began = Instant::now();
        write(&lines, "1\n", false);
        assert_eq!(written.recv_timeout(SOON).unwrap(), "1\n");
        write(&lines, "2\n", false);
        write(&lines, "3\n", false);
        write(&lines, "4!\n", true);
        assert_eq!(written.recv_timeout(SOON).unwrap(), "2\n3\n4!\n");
        write(&lines, "5\n", false);
        drop(rest);
        assert_eq!(written.recv_timeout(SOON).unwrap(), "5\n");
        assert!(began.elapsed() < LONG, "it waited for the pause");
    }

    #[test]
    fn a_pause_ends_by_itself() {
        let (sender, written) = mpsc::channel();
        let terms = Terms { pause: Duration::from_millis(1), room: 1024, ..TERMS };
        let (lines, _rest) = Lines::on(terms, Out(sender, None));
        for text in ["1\n", "2\n", "3\n"] {
            write(&lines, text, false);
            assert_eq!(written.recv_timeout(SOON).unwrap(), text);
        }
    }

    #[test]
    fn where_nobody_reads_lines_are_dropped_counted_and_nobody_waits() {
        let (sender, written) = mpsc::channel();
        let (go_on, held) = mpsc::channel();
        let terms = Terms { pause: Duration::ZERO, room: 8, ..TERMS };
        let (lines, rest) = Lines::on(terms, Out(sender, Some(held)));
        write(&lines, "000\n", false);
        // The thread has taken the first and is held up with it.
        while !lines.0.state().waiting.is_empty() {
            thread::yield_now();
        }
        for number in 1..=5 {
            write(&lines, &format!("{number}{number}{number}\n"), false);
        }
        assert_eq!(lines.dropped().lines(), 3);
        for _ in 0..8 {
            go_on.send(()).unwrap();
        }
        drop(rest);
        assert_eq!(written.try_iter().collect::<String>(), "000\n111\n222\n");
    }

    #[test]
    fn what_nobody_reads_does_not_keep_a_process_from_ending() {
        let (sender, _written) = mpsc::channel();
        let (_go_on, held) = mpsc::channel();
        let terms = Terms { last: Duration::from_millis(10), ..TERMS };
        let (lines, rest) = Lines::on(terms, Out(sender, Some(held)));
        write(&lines, "1\n", false);
        drop(rest);
        write(&lines, "2\n", true);
        assert_eq!(lines.dropped().lines(), 1, "nor does anybody wait afterwards");
    }

    #[test]
    fn an_event_is_an_object_of_json_and_a_warning_is_urgent() {
        let (sender, written) = mpsc::channel();
        let (lines, rest) =
            Lines::on(Terms { pause: LONG, room: 1024, ..TERMS }, Out(sender, None));
        let subscriber = tracing_subscriber::registry().with(crate::json(lines));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(number = 1, "first");
            let first: serde_json::Value =
                serde_json::from_str(&written.recv_timeout(SOON).unwrap()).unwrap();
            assert_eq!((&first["message"], &first["number"]), (&"first".into(), &1.into()));
            tracing::info!("waits");
            tracing::warn!("does not");
            let both = written.recv_timeout(SOON).unwrap();
            assert_eq!(both.lines().count(), 2, "{both}");
        });
        drop(rest);
    }
}
