//! The connections of a listener, and which of them waits for its client since when.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::task::AbortHandle;

use crate::Limits;

/// What a connection is about. All but the first wait for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Phase {
    /// A request is being worked for, or its answer written.
    Working = 0,
    /// A request has been answered, and nothing of the next one has come.
    Idle = 1,
    /// The head of a request is incomplete, or nothing has come at all.
    Head = 2,
    /// The body of a request is incomplete.
    Body = 3,
    /// It is over; what is still being sent is thrown away.
    Draining = 4,
    /// It was decided that it ends.
    Closed = 5,
}

/// Bits of a state that say the phase; the others say since when, in milliseconds.
const PHASE: u64 = 0b111;

impl Phase {
    fn since(self, milliseconds: u64) -> u64 {
        (milliseconds << 3) | self as u64
    }

    fn of(state: u64) -> Self {
        match state & PHASE {
            1 => Self::Idle,
            2 => Self::Head,
            3 => Self::Body,
            4 => Self::Draining,
            5 => Self::Closed,
            _ => Self::Working,
        }
    }
}

/// Why a connection was closed, or never began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There was no room for it, and no other could make room.
    Refused,
    /// It waited longest for its client when there was no room for another.
    MadeRoom,
    /// The head of its request did not come in time.
    Head,
    /// No further request came in time.
    Idle,
    /// The client did not take its answer.
    Write,
}

impl Closed {
    /// All reasons.
    pub const ALL: [Self; 5] = [Self::Refused, Self::MadeRoom, Self::Head, Self::Idle, Self::Write];

    /// The reason in a word, as label of a metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::MadeRoom => "made_room",
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Write => "write",
        }
    }
}

/// What has become of the connections of a listener so far.
#[derive(Debug, Default)]
pub struct Counts {
    open: AtomicUsize,
    closed: [AtomicU64; Closed::ALL.len()],
}

impl Counts {
    /// Connections that are open now.
    pub fn open(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// Connections that we closed for this reason.
    pub fn closed(&self, why: Closed) -> u64 {
        self.closed[why as usize].load(Relaxed)
    }

    pub(crate) fn count(&self, why: Closed) {
        self.closed[why as usize].fetch_add(1, Relaxed);
    }
}

/// What one connection and those who look after it share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) table: Arc<Table>,
    /// The phase and since when.
    phase: AtomicU64,
    /// Since when the client has not taken enough of an answer, plus one; 0 if it does.
    blocked: AtomicU64,
    /// Bytes that it has taken since.
    taken: AtomicUsize,
    /// Bytes of the head that is being read.
    head: AtomicUsize,
    /// A body was not read to its end.
    unread: AtomicBool,
}

impl State {
    /// A connection that has just begun.
    pub(crate) fn new(table: Arc<Table>) -> Self {
        let phase = AtomicU64::new(Phase::Head.since(table.now()));
        Self {
            table,
            phase,
            blocked: AtomicU64::new(0),
            taken: AtomicUsize::new(0),
            head: AtomicUsize::new(0),
            unread: AtomicBool::new(false),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        Phase::of(self.phase.load(Relaxed))
    }

    /// Bytes have come. False if there is no room for so long a head.
    pub(crate) fn received(&self, bytes: usize) -> bool {
        match self.phase() {
            Phase::Idle => self.enter(Phase::Head),
            Phase::Head => {}
            _ => return true,
        }
        let before = self.head.fetch_add(bytes, Relaxed);
        let longer = extra(before + bytes) - extra(before);
        longer == 0
            || self.table.long_heads.fetch_add(longer, Relaxed) + longer <= Limits::LONG_HEADS
    }

    fn forget_head(&self) {
        let longer = extra(self.head.swap(0, Relaxed));
        if longer > 0 {
            self.table.long_heads.fetch_sub(longer, Relaxed);
        }
    }

    /// A head is complete. False if it was decided before that the connection ends.
    pub(crate) fn begin(&self, has_body: bool) -> bool {
        self.forget_head();
        self.unread.store(false, Relaxed);
        let phase = if has_body { Phase::Body } else { Phase::Working };
        let next = if has_body { phase.since(self.table.now()) } else { phase.since(0) };
        let begun = self.phase.fetch_update(Relaxed, Relaxed, |state| {
            (Phase::of(state) != Phase::Closed).then_some(next)
        });
        begun.is_ok()
    }

    /// The body of the request is complete, or nobody wants the rest.
    pub(crate) fn body_is_over(&self, complete: bool) {
        if !complete {
            self.unread.store(true, Relaxed);
        }
        let _ = self.phase.fetch_update(Relaxed, Relaxed, |state| {
            (Phase::of(state) == Phase::Body).then_some(Phase::Working.since(0))
        });
    }

    /// The answer is complete.
    pub(crate) fn answered(&self) {
        self.enter(Phase::Idle);
    }

    /// It is over. Whether the client may still be sending.
    pub(crate) fn end(&self) -> bool {
        let sends = self.unread.load(Relaxed) || self.phase() == Phase::Head;
        self.enter(Phase::Draining);
        sends
    }

    fn enter(&self, phase: Phase) {
        let next = phase.since(self.table.now());
        let _ = self.phase.fetch_update(Relaxed, Relaxed, |state| {
            (Phase::of(state) != Phase::Closed).then_some(next)
        });
    }

    /// The client takes nothing at the moment.
    pub(crate) fn is_blocked(&self) {
        if self.blocked.load(Relaxed) == 0 {
            self.taken.store(0, Relaxed);
            self.blocked.store(self.table.now() + 1, Relaxed);
        }
    }

    /// It has taken so many bytes.
    pub(crate) fn took(&self, bytes: usize) {
        if self.blocked.load(Relaxed) != 0
            && self.taken.fetch_add(bytes, Relaxed) + bytes >= Limits::LEAST_TAKEN
        {
            self.blocked.store(0, Relaxed);
        }
    }

    /// It has taken everything.
    pub(crate) fn took_all(&self) {
        if self.blocked.load(Relaxed) != 0 {
            self.blocked.store(0, Relaxed);
        }
    }

    /// Since when it waits for its client; none if it is being worked for, or ends already.
    fn waits_since(&self) -> Option<u64> {
        let blocked = self.blocked.load(Relaxed).checked_sub(1);
        let state = self.phase.load(Relaxed);
        match Phase::of(state) {
            Phase::Working => blocked,
            Phase::Closed => None,
            _ => Some(blocked.unwrap_or(u64::MAX).min(state >> 3)),
        }
    }

    /// Decides that it ends, if it still waits for its client.
    fn close(&self) -> bool {
        if self.blocked.load(Relaxed) != 0 {
            return true;
        }
        let closed = self.phase.fetch_update(Relaxed, Relaxed, |state| {
            let waits = !matches!(Phase::of(state), Phase::Working | Phase::Closed);
            waits.then_some(Phase::Closed.since(0))
        });
        closed.is_ok()
    }

    /// Why it has waited too long for its client, if it has. A body has the time of its request,
    /// which is not looked after here.
    fn overdue(&self, limits: &Limits, now: u64) -> Option<Option<Closed>> {
        let over = |since: u64, limit: Duration| now.saturating_sub(since) > milliseconds(limit);
        if let Some(since) = self.blocked.load(Relaxed).checked_sub(1)
            && over(since, limits.write)
        {
            return Some(Some(Closed::Write));
        }
        let state = self.phase.load(Relaxed);
        let (limit, why) = match Phase::of(state) {
            Phase::Head => (limits.head, Some(Closed::Head)),
            Phase::Idle => (limits.idle, Some(Closed::Idle)),
            Phase::Draining => (Limits::DRAIN, None),
            _ => return None,
        };
        over(state >> 3, limit).then_some(why)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.forget_head();
    }
}

/// Bytes of a head beyond what every connection has room for.
fn extra(bytes: usize) -> usize {
    bytes.saturating_sub(8 * 1024)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// All connections of a listener.
#[derive(Debug)]
pub(crate) struct Table {
    began: Instant,
    pub(crate) counts: Arc<Counts>,
    long_heads: AtomicUsize,
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    next: u64,
    open: HashMap<u64, (Arc<State>, AbortHandle)>,
}

/// A row of the table, for as long as its connection lives.
#[derive(Debug)]
pub(crate) struct Row {
    number: u64,
    table: Arc<Table>,
}

impl Drop for Row {
    fn drop(&mut self) {
        let gone = self.table.rows().open.remove(&self.number);
        self.table.counts.open.fetch_sub(1, Relaxed);
        drop(gone);
    }
}

impl Table {
    pub(crate) fn new(counts: Arc<Counts>) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            counts,
            long_heads: AtomicUsize::new(0),
            rows: Mutex::default(),
        })
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the listener began.
    fn now(&self) -> u64 {
        milliseconds(self.began.elapsed())
    }

    pub(crate) fn open(&self) -> usize {
        self.counts.open()
    }

    /// Adds the connection that `spawn` begins.
    pub(crate) fn add(self: &Arc<Self>, spawn: impl FnOnce(Arc<State>, Row) -> AbortHandle) {
        let state = Arc::new(State::new(Arc::clone(self)));
        // Under the lock, so that a connection that is over at once finds its row.
        let mut rows = self.rows();
        let number = rows.next;
        rows.next += 1;
        self.counts.open.fetch_add(1, Relaxed);
        let handle = spawn(Arc::clone(&state), Row { number, table: Arc::clone(self) });
        rows.open.insert(number, (state, handle));
    }

    /// Closes those that have waited too long for their client.
    pub(crate) fn close_overdue(&self, limits: &Limits) {
        let now = self.now();
        for (state, handle) in self.rows().open.values() {
            if let Some(why) = state.overdue(limits, now)
                && state.close()
            {
                why.into_iter().for_each(|why| self.counts.count(why));
                handle.abort();
            }
        }
    }

    /// Closes those that have waited longest for their client: one, or a few where there are many,
    /// so that looking for them costs each newcomer little. Whether there were any.
    pub(crate) fn make_room(&self, limits: &Limits) -> bool {
        let rows = self.rows();
        let mut waiting: Vec<_> = rows
            .open
            .values()
            .filter_map(|(state, handle)| Some((state.waits_since()?, state, handle)))
            .collect();
        let number = (limits.connections / 64).clamp(1, waiting.len().max(1));
        if waiting.len() > number {
            waiting.select_nth_unstable_by_key(number - 1, |(since, ..)| *since);
        }
        let mut closed = 0;
        for (_, state, handle) in waiting.into_iter().take(number) {
            if state.close() {
                self.counts.count(Closed::MadeRoom);
                handle.abort();
                closed += 1;
            }
        }
        closed > 0
    }

    /// The server stops: what waits for a request is of no use any more. A head that has begun to
    /// come may be finished for a moment.
    pub(crate) fn close_idle(&self, moment: Duration) {
        let now = self.now();
        for (state, handle) in self.rows().open.values() {
            let phase = state.phase.load(Relaxed);
            let ends = match Phase::of(phase) {
                Phase::Idle | Phase::Draining => true,
                Phase::Head => {
                    state.head.load(Relaxed) == 0
                        || now.saturating_sub(phase >> 3) > milliseconds(moment)
                }
                _ => false,
            };
            // A client that has not taken all of its answer may still do so.
            if ends && state.blocked.load(Relaxed) == 0 && state.close() {
                handle.abort();
            }
        }
    }

    /// Nobody serves any more.
    pub(crate) fn abort_all(&self) {
        for (_, handle) in self.rows().open.values() {
            handle.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Arc<Table> {
        Table::new(Arc::default())
    }

    #[test]
    fn what_is_worked_for_never_makes_room_and_the_longest_waiting_does() {
        let state = State::new(table());
        assert_eq!(state.waits_since(), Some(0));
        assert!(state.begin(false));
        assert_eq!(state.waits_since(), None);
        assert!(!state.close());
        state.answered();
        assert!(state.waits_since().is_some());
        assert!(state.close());
        assert_eq!(state.waits_since(), None, "it makes room once");
        assert!(!state.begin(false), "it was decided that it ends");
    }

    #[test]
    fn a_body_waits_for_its_client_until_it_is_complete() {
        let state = State::new(table());
        assert!(state.begin(true));
        assert!(state.waits_since().is_some());
        state.body_is_over(true);
        assert_eq!(state.waits_since(), None);
        state.answered();
        assert!(!state.end(), "nothing is left to be thrown away");
        assert!(
            state.begin(true) && {
                state.body_is_over(false);
                state.end()
            }
        );
    }

    #[test]
    fn long_heads_share_a_budget_and_give_it_back() {
        let table = table();
        let states: Vec<_> = (0..)
            .map_while(|_| {
                let state = State::new(Arc::clone(&table));
                state.received(Limits::HEAD_BYTES).then_some(state)
            })
            .collect();
        assert_eq!(states.len(), Limits::LONG_HEADS / extra(Limits::HEAD_BYTES));
        drop(states);
        assert_eq!(table.long_heads.load(Relaxed), 0);
    }
}
