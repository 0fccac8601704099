//! An afternoon on a web site: visitors sign in and click, and some of them go and make themselves a coffee.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use hidden_guard::{Refused, Sessions, UserId};

const HANDLERS: u32 = 4;
const CLICKS: u64 = 50_000;
const IDLE: u64 = 1800;
const PATIENCE: Duration = Duration::from_millis(800);

fn main() -> ExitCode {
    println!("{HANDLERS} handlers serve a visitor each, for {CLICKS} clicks. A session expires after {IDLE} s.");
    let sessions = Arc::new(Sessions::new(IDLE));
    let served = Arc::new(AtomicU64::new(0));
    let handlers: Vec<_> = (1..=HANDLERS)
        .map(|user| {
            let (sessions, served) = (Arc::clone(&sessions), Arc::clone(&served));
            thread::spawn(move || visit(UserId(user), &sessions, &served))
        })
        .collect();

    let mut before = 0;
    while handlers.iter().any(|handler| !handler.is_finished()) {
        thread::sleep(PATIENCE);
        let now = served.load(Ordering::Relaxed);
        let busy = handlers.iter().filter(|handler| !handler.is_finished()).count();
        if now == before && busy > 0 {
            println!();
            println!("After {now} requests, nothing has been served for {} ms.", PATIENCE.as_millis());
            println!("{busy} of {HANDLERS} handlers are still in the middle of a request, and none of them gets on.");
            return ExitCode::FAILURE;
        }
        before = now;
    }
    let logins: u64 = handlers.into_iter().map(|handler| handler.join().expect("a handler does not panic")).sum();
    println!("{before} requests were served. Visitors had to sign in again {logins} times.");
    println!("{} sessions have ended.", sessions.ended().len());
    ExitCode::SUCCESS
}

/// Clicks, and signs in again whenever that is asked for. Returns how often it was.
fn visit(user: UserId, sessions: &Sessions, served: &AtomicU64) -> u64 {
    let (mut now, mut logins) = (0, 0);
    let mut token = sessions.sign_in(user, now);
    for click in 1..=CLICKS {
        // A click every ten seconds, and now and then a coffee.
        now += if (click + u64::from(user.0) * 977) % 4096 == 0 { 2 * IDLE } else { 10 };
        if let Err(Refused::Expired | Refused::Unknown) = sessions.request(token, now) {
            token = sessions.sign_in(user, now);
            logins += 1;
        }
        served.fetch_add(1, Ordering::Relaxed);
    }
    logins
}
