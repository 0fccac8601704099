//! What the sessions promise, however the handlers take turns.

use std::collections::BTreeSet;
use std::fmt;
use std::thread;

use hidden_guard::{Ended, Reason, Refused, Seconds, Sessions, Token, UserId};

const IDLE: Seconds = 60;
const ANN: UserId = UserId(7);
const BEN: UserId = UserId(8);

/// A session that was idle for too long ends with the next request, and the site goes on.
pub fn an_idle_session_ends() {
    let sessions = Sessions::new(IDLE);
    let (ann, ben) = (sessions.sign_in(ANN, 0), sessions.sign_in(BEN, 20));
    requested(&sessions, ann, 60, Err(Refused::Expired));
    requested(&sessions, ann, 61, Err(Refused::Unknown));
    requested(&sessions, ben, 79, Ok(BEN));
    have_ended(&sessions, &[Ended { token: ann, user: ANN, reason: Reason::Idle }]);
    let again = sessions.sign_in(ANN, 90);
    assert!(again != ann && again != ben, "a new session has the token of another one");
    requested(&sessions, again, 149, Ok(ANN));
}

/// Of two late requests, one is told that the session has expired, and the other one that there is none.
pub fn two_late_requests() {
    together([Call::Request(70), Call::Request(80)]);
}

/// A request that comes in time and one that comes late agree on whether the session was still open.
pub fn a_request_in_time_and_a_late_one() {
    together([Call::Request(50), Call::Request(70)]);
}

/// Of two requests that come in time, the later one says how long the session stays open.
pub fn two_requests_in_time() {
    together([Call::Request(50), Call::Request(40)]);
}

/// A session ends once: by a late request, or by signing out.
pub fn a_late_request_and_a_sign_out() {
    together([Call::Request(70), Call::SignOut]);
}

/// Nobody is served in a session that was signed out.
pub fn a_request_in_time_and_a_sign_out() {
    together([Call::Request(50), Call::SignOut]);
}

/// The same with three at a time.
pub fn three_at_a_time() {
    together([Call::Request(50), Call::Request(70), Call::SignOut]);
}

/// Visitors do not get in each other's way.
pub fn two_visitors() {
    let sessions = Sessions::new(IDLE);
    let (ann, ben) = thread::scope(|scope| {
        let other = scope.spawn(|| visit(&sessions, BEN));
        (visit(&sessions, ANN), other.join().unwrap())
    });
    let tokens: BTreeSet<Token> = ann.into_iter().chain(ben).collect();
    assert!(tokens.len() == 4, "four sessions have {} tokens", tokens.len());
    let mut ended = sessions.ended();
    ended.sort();
    let idle = |token, user| Ended { token, user, reason: Reason::Idle };
    let mut expected = [idle(ann[0], ANN), idle(ben[0], BEN)];
    expected.sort();
    assert!(ended == expected, "these should have ended: {}, and these have: {}", list(&expected), list(&ended));
}

/// Each request makes a session last longer, and none makes it shorter.
pub fn requests_keep_a_session_open() {
    let sessions = Sessions::new(IDLE);
    let ann = sessions.sign_in(ANN, 0);
    for now in [59, 118, 30, 177, 0] {
        requested(&sessions, ann, now, Ok(ANN));
    }
    have_ended(&sessions, &[]);
    requested(&sessions, ann, 237, Err(Refused::Expired));
    have_ended(&sessions, &[Ended { token: ann, user: ANN, reason: Reason::Idle }]);
}

/// A user may have two sessions, which have nothing to do with each other.
pub fn a_user_with_two_sessions() {
    let sessions = Sessions::new(IDLE);
    let (desk, phone) = (sessions.sign_in(ANN, 0), sessions.sign_in(ANN, 0));
    assert!(desk != phone, "two sessions of a user have the same token");
    requested(&sessions, desk, 50, Ok(ANN));
    requested(&sessions, phone, 60, Err(Refused::Expired));
    requested(&sessions, desk, 60, Ok(ANN));
    have_ended(&sessions, &[Ended { token: phone, user: ANN, reason: Reason::Idle }]);
}

/// Signing out ends a session at once, and once.
pub fn signing_out() {
    let sessions = Sessions::new(IDLE);
    let (ann, ben) = (sessions.sign_in(ANN, 0), sessions.sign_in(BEN, 0));
    let last = sessions.sign_in(BEN, 0);
    assert!(sessions.sign_out(ben), "a session was open, and could not be signed out");
    assert!(!sessions.sign_out(ben), "a session was signed out twice");
    assert!(!sessions.sign_out(Token(999)), "a session was signed out that there never was");
    requested(&sessions, ben, 10, Err(Refused::Unknown));
    requested(&sessions, ann, 70, Err(Refused::Expired));
    assert!(!sessions.sign_out(ann), "a session that had expired was signed out");
    assert!(sessions.sign_out(last), "a session was open, and could not be signed out");
    have_ended(
        &sessions,
        &[
            Ended { token: ben, user: BEN, reason: Reason::SignedOut },
            Ended { token: ann, user: ANN, reason: Reason::Idle },
            Ended { token: last, user: BEN, reason: Reason::SignedOut },
        ],
    );
}

/// A call that handlers make at the same time, for a session that expires at 60.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Request(Seconds),
    SignOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Served,
    Refused(Refused),
    SignedOut(bool),
}

impl Call {
    fn make(self, sessions: &Sessions, token: Token) -> Answer {
        match self {
            Call::Request(now) => match sessions.request(token, now) {
                Ok(user) => {
                    assert!(user == ANN, "a request of user {} was served as one of user {}", ANN.0, user.0);
                    Answer::Served
                }
                Err(refused) => Answer::Refused(refused),
            },
            Call::SignOut => Answer::SignedOut(sessions.sign_out(token)),
        }
    }

    /// What the call answers when nobody else is there. `open` is when the session expires, and `ended` why it has.
    fn expected(self, open: &mut Option<Seconds>, ended: &mut Option<Reason>) -> Answer {
        match (self, *open) {
            (Call::Request(now), Some(expires)) if now < expires => {
                *open = Some(expires.max(now + IDLE));
                Answer::Served
            }
            (Call::Request(_), Some(_)) => {
                (*open, *ended) = (None, Some(Reason::Idle));
                Answer::Refused(Refused::Expired)
            }
            (Call::Request(_), None) => Answer::Refused(Refused::Unknown),
            (Call::SignOut, Some(_)) => {
                (*open, *ended) = (None, Some(Reason::SignedOut));
                Answer::SignedOut(true)
            }
            (Call::SignOut, None) => Answer::SignedOut(false),
        }
    }
}

impl Answer {
    /// Whoever is told this knows that the session has ended.
    fn says_that_it_has_ended(self) -> bool {
        self != Answer::Served
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Request(now) => write!(f, "a request at {now}"),
            Call::SignOut => f.write_str("signing out"),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Answer::Served => "was served",
            Answer::Refused(Refused::Expired) => "was told that the session had expired",
            Answer::Refused(Refused::Unknown) | Answer::SignedOut(false) => "was told that there was no session",
            Answer::SignedOut(true) => "ended it",
        })
    }
}

/// Makes the calls at the same time. What they answer, and what they leave behind, must be what they answer and leave
/// behind one after the other, in some order. Whoever is told that the session has ended finds it in the audit.
fn together<const CALLS: usize>(calls: [Call; CALLS]) {
    let sessions = Sessions::new(IDLE);
    let token = sessions.sign_in(ANN, 0);
    let answers = thread::scope(|scope| {
        let (first, others) = calls.split_first().expect("there are calls");
        let others: Vec<_> = others.iter().map(|call| scope.spawn(|| call.make(&sessions, token))).collect();
        let mut answers = vec![first.make(&sessions, token)];
        assert!(
            !answers[0].says_that_it_has_ended() || sessions.ended().iter().any(|ended| ended.token == token),
            "a session that expires at 60: {first} {}, and it is not among those that have ended",
            answers[0]
        );
        answers.extend(others.into_iter().map(|other| other.join().unwrap()));
        answers
    });
    let reasons: Vec<Reason> = sessions.ended().iter().map(|ended| ended.reason).collect();
    let is_open = sessions.request(token, 0).is_ok();
    // Until when the session is open, for each order that explains what was seen so far.
    let explanations: Vec<Option<Seconds>> = orders(CALLS)
        .into_iter()
        .filter_map(|order| {
            let (mut open, mut ended) = (Some(IDLE), None);
            let same = order.iter().all(|&call| calls[call].expected(&mut open, &mut ended) == answers[call]);
            (same && ended.into_iter().eq(reasons.iter().copied()) && open.is_some() == is_open).then_some(open)
        })
        .collect();
    let told: Vec<String> = calls.iter().zip(&answers).map(|(call, answer)| format!("{call} {answer}")).collect();
    let ends = match reasons[..] {
        [] => "it has not ended".to_owned(),
        [reason] => format!("it has ended because of {reason:?}"),
        _ => format!("it has ended {} times: {reasons:?}", reasons.len()),
    };
    let open = if is_open { "open" } else { "not open" };
    let told = told.join(", ");
    assert!(
        !explanations.is_empty(),
        "a session that expires at 60: {told}; {ends}, and it is {open}. No order of these calls explains that"
    );
    if let Some(expires) = explanations.into_iter().flatten().min() {
        assert!(
            sessions.request(token, expires - 1).is_ok(),
            "a session that expires at 60: {told}. So it expires at {expires} now, and a request at {} was refused",
            expires - 1
        );
    }
}

/// Every order of so many things.
fn orders(things: usize) -> Vec<Vec<usize>> {
    (0..things).fold(vec![Vec::new()], |orders, thing| {
        let with = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            let at = |place| [&order[..place], &[thing], &order[place..]].concat();
            (0..=order.len()).map(at).collect()
        };
        orders.iter().flat_map(with).collect()
    })
}

/// Signs in, clicks, comes back too late, and signs in again.
fn visit(sessions: &Sessions, user: UserId) -> [Token; 2] {
    let first = sessions.sign_in(user, 0);
    requested(sessions, first, 10, Ok(user));
    requested(sessions, first, 100, Err(Refused::Expired));
    [first, sessions.sign_in(user, 100)]
}

fn requested(sessions: &Sessions, token: Token, now: Seconds, expected: Result<UserId, Refused>) {
    let answer = sessions.request(token, now);
    assert!(answer == expected, "a request at {now} should be answered with {expected:?}, and was with {answer:?}");
}

fn have_ended(sessions: &Sessions, expected: &[Ended]) {
    for _ in 0..2 {
        let ended = sessions.ended();
        assert!(ended == expected, "these should have ended: {}, and these have: {}", list(expected), list(&ended));
    }
}

fn list(ended: &[Ended]) -> String {
    let each = |ended: &Ended| format!("the session of user {} ({:?})", ended.user.0, ended.reason);
    let texts: Vec<String> = ended.iter().map(each).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}
