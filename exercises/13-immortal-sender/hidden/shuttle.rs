//! What a search promises, however its airlines and the page take turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use immortal_sender::{Adapter, AirlineId, Cents, FareSearch, Offer, Summary, Trip};
use kata::Rendezvous;

const A: AirlineId = AirlineId(1);
const B: AirlineId = AirlineId(2);
const C: AirlineId = AirlineId(3);

/// A search with two airlines shows both of their offers, and ends.
pub fn every_offer_is_shown() {
    let search = FareSearch::new([(A, offers(300)), (B, offers(200))]);
    comes_to(&search, &[(A, 300), (B, 200)], &[]);
}

/// A search ends when an airline does not fly there.
pub fn an_airline_that_does_not_fly_there() {
    let search = FareSearch::new([(A, offers(300)), (B, declines())]);
    comes_to(&search, &[(A, 300)], &[]);
}

/// A search ends when an adapter panics; it names the airline, and shows what the others offer.
pub fn an_airline_that_fails() {
    let search = FareSearch::new([(A, fails()), (B, offers(200))]);
    comes_to(&search, &[(B, 200)], &[A]);
}

/// A search ends when the adapter of the airline that was asked last panics.
pub fn the_last_airline_fails() {
    let search = FareSearch::new([(A, offers(300)), (B, fails())]);
    comes_to(&search, &[(A, 300)], &[B]);
}

/// A search ends when nobody has an offer; those who failed are named in the order in which they were given.
pub fn nobody_has_an_offer() {
    let search = FareSearch::new([(C, fails()), (A, declines()), (B, fails())]);
    comes_to(&search, &[], &[C, B]);
}

/// A search without airlines ends.
pub fn no_airlines() {
    comes_to(&FareSearch::new([]), &[], &[]);
}

/// All airlines can be in their adapters at the same time.
pub fn airlines_are_asked_at_the_same_time() {
    let meeting = Arc::new(Rendezvous::new(3, "the adapters of three airlines"));
    let meets = |fare| -> Adapter {
        let meeting = Arc::clone(&meeting);
        Arc::new(move |_: &Trip| {
            meeting.arrive();
            fare
        })
    };
    let search = FareSearch::new([(A, meets(Some(300))), (B, meets(None)), (C, meets(Some(100)))]);
    comes_to(&search, &[(A, 300), (C, 100)], &[]);
}

/// The offer of the second airline is shown while the first one is still in its adapter.
pub fn an_offer_does_not_wait_for_an_airline_before_it() {
    let meeting = Arc::new(Rendezvous::new(2, "showing the offer of airline 2 and the adapter of airline 1"));
    let search = FareSearch::new([(A, meets_then(&meeting, offers(300))), (B, offers(200))]);
    let mut seen = Vec::new();
    let summary = search.search(&trip(), |offer| {
        seen.push(offer);
        if offer.airline == B {
            meeting.arrive();
        }
    });
    came_to(seen, &summary, &[(A, 300), (B, 200)], &[]);
}

/// The offer of the first airline is shown while the second one is still in its adapter, which then panics.
pub fn an_offer_does_not_wait_for_an_airline_that_fails() {
    let meeting = Arc::new(Rendezvous::new(2, "showing the offer of airline 1 and the adapter of airline 2"));
    let search = FareSearch::new([(A, offers(300)), (B, meets_then(&meeting, fails()))]);
    let mut seen = Vec::new();
    let summary = search.search(&trip(), |offer| {
        seen.push(offer);
        meeting.arrive();
    });
    came_to(seen, &summary, &[(A, 300)], &[B]);
}

/// Two searches at the same time are in the adapter of one airline together, and each shows what it has found itself.
pub fn two_searches_at_the_same_time() {
    let meeting = Rendezvous::new(2, "two searches in the adapter of one airline");
    let by_destination: Adapter = Arc::new(move |trip: &Trip| {
        meeting.arrive();
        if trip.to == "Lisbon" { Some(300) } else { Some(200) }
    });
    let search = FareSearch::new([(A, by_destination)]);
    thread::scope(|travellers| {
        travellers.spawn(|| {
            let (seen, summary) = look(&search, &to("Oslo"));
            came_to(seen, &summary, &[(A, 200)], &[]);
        });
        let (seen, summary) = look(&search, &to("Lisbon"));
        came_to(seen, &summary, &[(A, 300)], &[]);
    });
}

/// A search asks every airline once, with the trip, also after a search in which one of them panicked.
pub fn a_search_after_a_failure() {
    let calls = Arc::new(AtomicUsize::new(0));
    let moody: Adapter = Arc::new({
        let calls = Arc::clone(&calls);
        move |trip: &Trip| {
            calls.fetch_add(1, Ordering::SeqCst);
            assert!(trip.to != "Oslo", "airline 1 has closed the line to Oslo");
            Some(300)
        }
    });
    let search = FareSearch::new([(A, moody), (B, offers(200))]);
    let (seen, summary) = look(&search, &to("Oslo"));
    came_to(seen, &summary, &[(B, 200)], &[A]);
    let (seen, summary) = look(&search, &to("Lisbon"));
    came_to(seen, &summary, &[(A, 300), (B, 200)], &[]);
    let calls = calls.load(Ordering::SeqCst);
    assert!(calls == 2, "two searches should have called the adapter of airline 1 twice, and called it {calls} times");
}

fn offers(fare: Cents) -> Adapter {
    Arc::new(move |_: &Trip| Some(fare))
}

fn declines() -> Adapter {
    Arc::new(|_: &Trip| None)
}

fn fails() -> Adapter {
    Arc::new(|_: &Trip| panic!("an adapter panicked, and the search did not cope with it"))
}

fn meets_then(meeting: &Arc<Rendezvous>, adapter: Adapter) -> Adapter {
    let meeting = Arc::clone(meeting);
    Arc::new(move |trip: &Trip| {
        meeting.arrive();
        adapter(trip)
    })
}

fn trip() -> Trip {
    to("Lisbon")
}

fn to(destination: &str) -> Trip {
    Trip { from: "Hamburg".to_owned(), to: destination.to_owned() }
}

fn look(search: &FareSearch, trip: &Trip) -> (Vec<Offer>, Summary) {
    let mut seen = Vec::new();
    let summary = search.search(trip, |offer| seen.push(offer));
    (seen, summary)
}

fn comes_to(search: &FareSearch, fares: &[(AirlineId, Cents)], failed: &[AirlineId]) {
    let (seen, summary) = look(search, &trip());
    came_to(seen, &summary, fares, failed);
}

/// The order in which offers are shown is left open.
fn came_to(mut seen: Vec<Offer>, summary: &Summary, fares: &[(AirlineId, Cents)], failed: &[AirlineId]) {
    seen.sort_by_key(|offer| offer.airline);
    let seen: Vec<(AirlineId, Cents)> = seen.into_iter().map(|offer| (offer.airline, offer.fare)).collect();
    assert!(seen == fares, "the offers should be {}, and those shown are {}", fares_of(fares), fares_of(&seen));
    let Summary { offers, failed: named } = summary;
    assert!(*offers == fares.len(), "{} offers were shown, and the summary says {offers}", fares.len());
    let (named, failed) = (numbers(named), numbers(failed));
    assert!(named == failed, "the airlines that failed are {failed:?}, and the summary names {named:?}");
}

fn numbers(airlines: &[AirlineId]) -> Vec<u16> {
    airlines.iter().map(|airline| airline.0).collect()
}

fn fares_of(fares: &[(AirlineId, Cents)]) -> String {
    let fares: Vec<String> = fares.iter().map(|(airline, fare)| format!("airline {}: {fare}", airline.0)).collect();
    format!("[{}]", fares.join(", "))
}
