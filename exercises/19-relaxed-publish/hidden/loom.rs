//! What the board promises, for every order in which memory may show what was written.

use std::thread;

use relaxed_publish::{Flags, Full, Publisher, Reader, Revision, board};

/// A reader sees nothing, or flags as they were published.
pub fn a_published_revision_is_complete() {
    let (mut publisher, reader) = board(1);
    let control_plane = thread::spawn(move || publish(&mut publisher, 1));
    let seen = read(&reader);
    control_plane.join().unwrap();
    kata::outcome!("revision {seen}");
}

/// The same for revisions that follow it, and a reader never goes back.
pub fn every_revision_is_complete() {
    let (mut publisher, reader) = board(2);
    let control_plane = thread::spawn(move || {
        publish(&mut publisher, 1);
        publish(&mut publisher, 2);
    });
    let first = read(&reader);
    let second = read(&reader);
    kata::outcome!("revision {first}, then {second}");
    control_plane.join().unwrap();
}

/// What one handler has read, a handler that comes after it reads too.
pub fn what_one_handler_reads_the_next_one_reads() {
    let (mut publisher, reader) = board(2);
    publish(&mut publisher, 1);
    let control_plane = thread::spawn(move || publish(&mut publisher, 2));
    let handler = thread::spawn({
        let reader = reader.clone();
        move || read(&reader)
    });
    let first = handler.join().unwrap();
    let second = read(&reader);
    assert!(first >= 1, "revision 1 was published before the handler began, and it read nothing");
    assert!(first <= second, "a handler read revision {first}, and a later one {second}");
    control_plane.join().unwrap();
}

/// Handlers that read at the same time do not get in each other's way.
pub fn handlers_read_at_the_same_time() {
    let (mut publisher, reader) = board(1);
    publish(&mut publisher, 1);
    let handler = thread::spawn({
        let reader = reader.clone();
        move || read(&reader)
    });
    let here = read(&reader);
    let there = handler.join().unwrap();
    assert!(here == 1 && there == 1, "revision 1 was published before, and the handlers read {here} and {there}");
}

/// A revision whose publishing is over is read by whoever knows of it.
pub fn a_revision_that_was_published_is_read() {
    let (mut publisher, reader) = board(2);
    let control_plane = thread::spawn(move || {
        publish(&mut publisher, 1);
        publish(&mut publisher, 2);
    });
    control_plane.join().unwrap();
    assert!(reader.latest() == Some(revision(2)), "two revisions were published");
}

/// Before the first revision there is none, and nobody waits for it; after the last one there is no room.
pub fn a_board_has_room_for_its_capacity() {
    let (mut publisher, reader) = board(2);
    assert!(reader.latest() == None, "nothing was published");
    for number in [1, 2] {
        publish(&mut publisher, number);
        assert!(reader.latest() == Some(revision(number)), "{number} revisions were published");
    }
    assert!(publisher.publish(flags(3)) == Err(Full), "a board of capacity 2 took a third revision");
    assert!(reader.latest() == Some(revision(2)), "a revision that was refused is no revision");

    let (mut publisher, reader) = board(0);
    assert!(publisher.publish(flags(1)) == Err(Full), "a board of capacity 0 took a revision");
    assert!(reader.latest() == None, "a revision that was refused is no revision");
}

fn publish(publisher: &mut Publisher, number: usize) {
    assert!(publisher.publish(flags(number)) == Ok(revision(number)), "there is room for revision {number}");
}

/// The number of the revision that is read, 0 for none.
fn read(reader: &Reader) -> usize {
    let Some(seen) = reader.latest() else { return 0 };
    let number = seen.number;
    assert!(number == 1 || number == 2, "revision {number} was read, and there is no such revision");
    assert!(seen.flags == flags(number), "revision {number} was read with flags that it does not have");
    number
}

fn revision(number: usize) -> Revision {
    Revision { number, flags: flags(number) }
}

fn flags(number: usize) -> Flags {
    match number {
        1 => Flags { new_checkout: true, rollout_percent: 10, upload_limit_mib: 100 },
        2 => Flags { new_checkout: false, rollout_percent: 20, upload_limit_mib: 200 },
        _ => Flags { new_checkout: true, rollout_percent: 30, upload_limit_mib: 300 },
    }
}
