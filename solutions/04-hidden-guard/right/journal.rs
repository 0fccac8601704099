//! idea: keeps what has happened, in its order, and nothing else: what a session is now is worked out each time.
//! trade-off: no second place that could disagree with the first, and the audit comes with it; each request reads the journal from the session's beginning.
//!
//! Who is signed in: the sessions of a web site, as its request handlers share them.

use parking_lot::Mutex;

/// A moment, in seconds.
pub type Seconds = u64;

/// What a browser sends with each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// The number of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u32);

/// Why a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    SignedOut,
    Idle,
}

/// A session that has ended, for the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ended {
    pub token: Token,
    pub user: UserId,
    pub reason: Reason,
}

/// Why a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such session, or it is over.
    Unknown,
    /// The session was idle for too long: this request has ended it.
    Expired,
}

/// What has happened.
enum Event {
    SignedIn(UserId, Seconds),
    Clicked(Token, Seconds),
    Ended(Ended),
}

/// The sessions of a site.
pub struct Sessions {
    idle: Seconds,
    /// A session's token is the place of its beginning.
    journal: Mutex<Vec<Event>>,
}

impl Sessions {
    /// No sessions yet. One that is idle for `idle` seconds expires.
    pub fn new(idle: Seconds) -> Self {
        Sessions { idle, journal: Mutex::new(Vec::new()) }
    }

    /// Begins a session.
    pub fn sign_in(&self, user: UserId, now: Seconds) -> Token {
        let mut journal = self.journal.lock();
        journal.push(Event::SignedIn(user, now));
        Token(journal.len() as u64 - 1)
    }

    /// Serves a request: whose is it?
    pub fn request(&self, token: Token, now: Seconds) -> Result<UserId, Refused> {
        let mut journal = self.journal.lock();
        let (user, expires) = self.look_up(&journal, token).ok_or(Refused::Unknown)?;
        if now < expires {
            journal.push(Event::Clicked(token, now));
            Ok(user)
        } else {
            journal.push(Event::Ended(Ended { token, user, reason: Reason::Idle }));
            Err(Refused::Expired)
        }
    }

    /// Ends a session. False: there is none any more.
    pub fn sign_out(&self, token: Token) -> bool {
        let mut journal = self.journal.lock();
        let Some((user, _)) = self.look_up(&journal, token) else { return false };
        journal.push(Event::Ended(Ended { token, user, reason: Reason::SignedOut }));
        true
    }

    /// The sessions that have ended so far, in the order in which they did.
    pub fn ended(&self) -> Vec<Ended> {
        let ended = |event: &Event| if let Event::Ended(ended) = event { Some(*ended) } else { None };
        self.journal.lock().iter().filter_map(ended).collect()
    }

    /// Whose session it is, and when it expires. `None`: there is none any more.
    fn look_up(&self, journal: &[Event], token: Token) -> Option<(UserId, Seconds)> {
        let mut events = journal.iter().skip(usize::try_from(token.0).ok()?);
        let Event::SignedIn(user, begin) = *events.next()? else { return None };
        let mut last = begin;
        for event in events {
            match event {
                Event::Clicked(clicked, now) if *clicked == token => last = last.max(*now),
                Event::Ended(ended) if ended.token == token => return None,
                _ => {}
            }
        }
        Some((user, last + self.idle))
    }
}
