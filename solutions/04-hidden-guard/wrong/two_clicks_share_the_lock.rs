//! verdict: assertion-failed
//! scenario: two_requests_in_time
//! why: a click is a load and a store of an atomic, under a read lock, which two clicks may have at the same time: the earlier one can have the last word.
//!
//! Who is signed in: the sessions of a web site, as its request handlers share them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

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
    expires: AtomicU64,
}

#[derive(Default)]
struct Store {
    last: u64,
    open: HashMap<Token, Session>,
    ended: Vec<Ended>,
}

/// The sessions of a site.
pub struct Sessions {
    idle: Seconds,
    store: RwLock<Store>,
}

impl Sessions {
    /// No sessions yet. One that is idle for `idle` seconds expires.
    pub fn new(idle: Seconds) -> Self {
        Sessions { idle, store: RwLock::new(Store::default()) }
    }

    /// Begins a session.
    pub fn sign_in(&self, user: UserId, now: Seconds) -> Token {
        let mut store = self.store.write();
        store.last += 1;
        let token = Token(store.last);
        store.open.insert(token, Session { user, expires: AtomicU64::new(now + self.idle) });
        token
    }

    /// Serves a request: whose is it?
    pub fn request(&self, token: Token, now: Seconds) -> Result<UserId, Refused> {
        if let Some(session) = self.store.read().open.get(&token)
            && let Some(user) = self.keep_open(session, now)
        {
            return Ok(user);
        }
        let mut store = self.store.write();
        let session = store.open.get(&token).ok_or(Refused::Unknown)?;
        // Another request may have kept it open meanwhile.
        if let Some(user) = self.keep_open(session, now) {
            return Ok(user);
        }
        Self::end(&mut store, token, Reason::Idle);
        Err(Refused::Expired)
    }

    /// `None`: it has expired.
    fn keep_open(&self, session: &Session, now: Seconds) -> Option<UserId> {
        let expires = session.expires.load(Ordering::SeqCst);
        if now >= expires {
            return None;
        }
        session.expires.store(expires.max(now + self.idle), Ordering::SeqCst);
        Some(session.user)
    }

    /// Ends a session. False: there is none any more.
    pub fn sign_out(&self, token: Token) -> bool {
        Self::end(&mut self.store.write(), token, Reason::SignedOut)
    }

    /// The sessions that have ended so far, in the order in which they did.
    pub fn ended(&self) -> Vec<Ended> {
        self.store.read().ended.clone()
    }

    /// Needs the guard of its caller: it is given what that one has locked.
    fn end(store: &mut Store, token: Token, reason: Reason) -> bool {
        let Some(session) = store.open.remove(&token) else { return false };
        store.ended.push(Ended { token, user: session.user, reason });
        true
    }
}
