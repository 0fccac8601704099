//! idea: a lock for each session behind a lock for the table: whoever takes the session out of its place has ended it.
//! trade-off: requests of different visitors hardly meet; there are two kinds of locks now, and an order in which they are taken.
//!
//! Who is signed in: the sessions of a web site, as its request handlers share them.

use std::collections::HashMap;
use std::sync::Arc;

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

struct Session {
    user: UserId,
    expires: Seconds,
}

#[derive(Default)]
struct Store {
    last: u64,
    open: HashMap<Token, Arc<Mutex<Option<Session>>>>,
    ended: Vec<Ended>,
}

/// The sessions of a site.
pub struct Sessions {
    idle: Seconds,
    store: Mutex<Store>,
}

impl Sessions {
    /// No sessions yet. One that is idle for `idle` seconds expires.
    pub fn new(idle: Seconds) -> Self {
        Sessions { idle, store: Mutex::new(Store::default()) }
    }

    /// Begins a session.
    pub fn sign_in(&self, user: UserId, now: Seconds) -> Token {
        let mut store = self.store.lock();
        store.last += 1;
        let token = Token(store.last);
        let session = Session { user, expires: now + self.idle };
        store.open.insert(token, Arc::new(Mutex::new(Some(session))));
        token
    }

    /// Serves a request: whose is it?
    pub fn request(&self, token: Token, now: Seconds) -> Result<UserId, Refused> {
        let place = self.place(token).ok_or(Refused::Unknown)?;
        let mut place = place.lock();
        let session = place.as_mut().ok_or(Refused::Unknown)?;
        if now < session.expires {
            session.expires = session.expires.max(now + self.idle);
            return Ok(session.user);
        }
        self.end(token, place.take(), Reason::Idle);
        Err(Refused::Expired)
    }

    /// Ends a session. False: there is none any more.
    pub fn sign_out(&self, token: Token) -> bool {
        let Some(place) = self.place(token) else { return false };
        let mut place = place.lock();
        self.end(token, place.take(), Reason::SignedOut)
    }

    /// The sessions that have ended so far, in the order in which they did.
    pub fn ended(&self) -> Vec<Ended> {
        self.store.lock().ended.clone()
    }

    fn place(&self, token: Token) -> Option<Arc<Mutex<Option<Session>>>> {
        self.store.lock().open.get(&token).cloned()
    }

    /// Called with the lock of the session, and takes that of the table: in this order everywhere.
    fn end(&self, token: Token, session: Option<Session>, reason: Reason) -> bool {
        let Some(session) = session else { return false };
        let mut store = self.store.lock();
        store.open.remove(&token);
        store.ended.push(Ended { token, user: session.user, reason });
        true
    }
}
