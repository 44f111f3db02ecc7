//! Lines that are written together.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How lines are put together.
#[derive(Clone, Copy, Debug)]
struct Terms {
    /// After lines were written, the next wait for so long; the first after that waits for nothing.
    pause: Duration,
    /// Bytes that may wait. Whoever wants to log more waits until there is room: no line is lost.
    room: usize,
}

const TERMS: Terms = Terms { pause: Duration::from_millis(20), room: 4 * 1024 * 1024 };

/// Where lines go. A copy leads to the same place.
#[derive(Clone, Debug)]
pub struct Lines(Arc<Shared>);

/// What has not been written yet; dropping it writes that. A process that is killed loses the lines
/// of its last 20 ms.
#[derive(Debug)]
pub struct Rest {
    lines: Lines,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    terms: Terms,
    state: Mutex<State>,
    /// The thread is to look again.
    to_do: Condvar,
    /// Bytes were taken away.
    has_room: Condvar,
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
}

impl Lines {
    /// Writes to `out` until the rest is dropped; what comes after that is written line by line.
    pub fn to(out: impl Write + Send + 'static) -> (Self, Rest) {
        Self::on(TERMS, out)
    }

    fn on(terms: Terms, mut out: impl Write + Send + 'static) -> (Self, Rest) {
        let lines = Self(Arc::new(Shared {
            terms,
            state: Mutex::default(),
            to_do: Condvar::new(),
            has_room: Condvar::new(),
        }));
        let shared = Arc::clone(&lines.0);
        let thread = thread::spawn(move || shared.write_until_closed(&mut out));
        (lines.clone(), Rest { lines, thread: Some(thread) })
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_until_closed(&self, out: &mut impl Write) {
        let mut batch = Vec::new();
        loop {
            let mut state = self.state();
            state.idle = true;
            let mut state =
                wait(&self.to_do, state, |state| state.waiting.is_empty() && !state.closed);
            state.idle = false;
            state.urgent = false;
            mem::swap(&mut state.waiting, &mut batch);
            let closed = state.closed;
            drop(state);
            self.has_room.notify_all();
            // Where nobody reads a log any more, nobody can be told so either.
            let _ = out.write_all(&batch).and_then(|()| out.flush());
            batch.clear();
            if closed {
                return;
            }
            let pause = self.to_do.wait_timeout_while(self.state(), self.terms.pause, |state| {
                !state.urgent && !state.closed && state.waiting.len() < self.terms.room
            });
            drop(pause.unwrap_or_else(PoisonError::into_inner));
        }
    }
}

fn wait<'a>(
    signal: &Condvar,
    state: MutexGuard<'a, State>,
    condition: impl Fn(&State) -> bool,
) -> MutexGuard<'a, State> {
    let waited = signal.wait_while(state, |state| condition(state));
    waited.unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.lines.0.state().closed = true;
        self.lines.0.to_do.notify_one();
        self.lines.0.has_room.notify_all();
        if let Some(thread) = self.thread.take() {
            // If it panicked, that was told where it happened.
            let _ = thread.join();
        }
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
        let mut state = wait(&self.shared.has_room, self.shared.state(), |state| {
            state.waiting.len() >= room && !state.closed
        });
        if state.closed {
            return io::stderr().write(bytes);
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
        let (lines, rest) = Lines::on(Terms { pause: LONG, room: 1024 }, Out(sender, None));
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
        let terms = Terms { pause: Duration::from_millis(1), room: 1024 };
        let (lines, _rest) = Lines::on(terms, Out(sender, None));
        for text in ["1\n", "2\n", "3\n"] {
            write(&lines, text, false);
            assert_eq!(written.recv_timeout(SOON).unwrap(), text);
        }
    }

    #[test]
    fn where_there_is_no_room_lines_are_waited_for_and_none_is_lost() {
        let (sender, written) = mpsc::channel();
        let (go_on, held) = mpsc::channel();
        let terms = Terms { pause: Duration::ZERO, room: 4 };
        let (lines, rest) = Lines::on(terms, Out(sender, Some(held)));
        let writers: Vec<_> = (0..8)
            .map(|number| {
                let lines = lines.clone();
                thread::spawn(move || write(&lines, &format!("{number}{number}{number}\n"), false))
            })
            .collect();
        // Nobody reads: one batch is with the reader, one waits, and the others have to.
        thread::sleep(Duration::from_millis(50));
        assert!(!writers.iter().all(JoinHandle::is_finished));
        for _ in 0..16 {
            go_on.send(()).unwrap();
        }
        for writer in writers {
            writer.join().unwrap();
        }
        drop(rest);
        let mut all: Vec<_> = written
            .try_iter()
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        all.sort();
        let expected: Vec<_> = (0..8).map(|n| format!("{n}{n}{n}")).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn an_event_is_an_object_of_json_and_a_warning_is_urgent() {
        let (sender, written) = mpsc::channel();
        let (lines, rest) = Lines::on(Terms { pause: LONG, room: 1024 }, Out(sender, None));
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
