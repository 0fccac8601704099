//! verdict: assertion-failed
//! scenario: a_request_in_time_and_a_late_one
//! why: looks a second time before it ends the session, as it should, and serves the request if that is open after all; but does not keep it open.
//!
//! Who is signed in: the sessions of a web site, as its request handlers share them.

use std::collections::HashMap;

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
    open: HashMap<Token, Session>,
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
        store.open.insert(token, Session { user, expires: now + self.idle });
        token
    }

    /// Serves a request: whose is it?
    pub fn request(&self, token: Token, now: Seconds) -> Result<UserId, Refused> {
        let served = match self.store.lock().open.get_mut(&token) {
            Some(session) if now < session.expires => {
                session.expires = session.expires.max(now + self.idle);
                Some(session.user)
            }
            Some(_) => None,
            None => return Err(Refused::Unknown),
        };
        if let Some(user) = served {
            return Ok(user);
        }
        let mut store = self.store.lock();
        match store.open.get(&token) {
            // Another request has kept it open meanwhile.
            Some(session) if now < session.expires => Ok(session.user),
            Some(_) => {
                Self::end(&mut store, token, Reason::Idle);
                Err(Refused::Expired)
            }
            None => Err(Refused::Unknown),
        }
    }

    /// Ends a session. False: there is none any more.
    pub fn sign_out(&self, token: Token) -> bool {
        Self::end(&mut self.store.lock(), token, Reason::SignedOut)
    }

    /// The sessions that have ended so far, in the order in which they did.
    pub fn ended(&self) -> Vec<Ended> {
        self.store.lock().ended.clone()
    }

    /// Needs the guard of its caller: it is given what that one has locked.
    fn end(store: &mut Store, token: Token, reason: Reason) -> bool {
        let Some(session) = store.open.remove(&token) else { return false };
        store.ended.push(Ended { token, user: session.user, reason });
        true
    }
}
