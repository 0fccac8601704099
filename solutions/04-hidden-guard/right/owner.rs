//! idea: no lock: one thread has the store, and does one job after the other.
//! trade-off: a job cannot wait for another one by mistake, for it has the store itself; each call costs two switches of threads.
//!
//! Who is signed in: the sessions of a web site, as its request handlers share them.

use std::collections::HashMap;
use std::sync::mpsc::{self, Sender};
use std::thread;

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

type Job = Box<dyn FnOnce(&mut Store) + Send>;

/// The sessions of a site.
pub struct Sessions {
    idle: Seconds,
    owner: Sender<Job>,
}

impl Sessions {
    /// No sessions yet. One that is idle for `idle` seconds expires.
    pub fn new(idle: Seconds) -> Self {
        let (owner, jobs) = mpsc::channel::<Job>();
        thread::spawn(move || {
            let mut store = Store::default();
            jobs.into_iter().for_each(|job| job(&mut store));
        });
        Sessions { idle, owner }
    }

    /// Begins a session.
    pub fn sign_in(&self, user: UserId, now: Seconds) -> Token {
        let expires = now + self.idle;
        self.ask(move |store| {
            store.last += 1;
            let token = Token(store.last);
            store.open.insert(token, Session { user, expires });
            token
        })
    }

    /// Serves a request: whose is it?
    pub fn request(&self, token: Token, now: Seconds) -> Result<UserId, Refused> {
        let idle = self.idle;
        self.ask(move |store| match store.open.get_mut(&token) {
            Some(session) if now < session.expires => {
                session.expires = session.expires.max(now + idle);
                Ok(session.user)
            }
            Some(_) => {
                end(store, token, Reason::Idle);
                Err(Refused::Expired)
            }
            None => Err(Refused::Unknown),
        })
    }

    /// Ends a session. False: there is none any more.
    pub fn sign_out(&self, token: Token) -> bool {
        self.ask(move |store| end(store, token, Reason::SignedOut))
    }

    /// The sessions that have ended so far, in the order in which they did.
    pub fn ended(&self) -> Vec<Ended> {
        self.ask(|store| store.ended.clone())
    }

    /// Has something done by the thread that owns the store, and waits for the answer.
    fn ask<R: Send + 'static>(&self, job: impl FnOnce(&mut Store) -> R + Send + 'static) -> R {
        let (answer, answered) = mpsc::channel();
        let job = move |store: &mut Store| {
            let _ = answer.send(job(store));
        };
        self.owner.send(Box::new(job)).expect("the owner is there as long as the sessions are");
        answered.recv().expect("the owner answers")
    }
}

fn end(store: &mut Store, token: Token, reason: Reason) -> bool {
    let Some(session) = store.open.remove(&token) else { return false };
    store.ended.push(Ended { token, user: session.user, reason });
    true
}
