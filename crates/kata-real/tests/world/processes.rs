//! Child processes and their pipes: as `std::process` describes them, and standstills with a child are found at once.

use std::io::{ErrorKind, Read as _, Write as _};

use kata::Rendezvous;
use kata_real::process::{Script, left, on_spawn};
use kata_real_std::io::pipe;
use kata_real_std::process::{Child, Command, Stdio};
use kata_real_std::sync::{Arc, Mutex, mpsc};
use kata_real_std::thread;
use kata_trace::{DeadlockKind, Verdict};

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::Deadlock, DeadlockKind::Channel;
        a_child_is_waited_for_before_it_is_read
        a_child_is_told_everything_before_it_is_read
        one_stream_is_read_before_the_other
        a_child_is_read_whose_input_is_still_open
        a_child_is_waited_for_while_another_thread_keeps_its_input
        a_pipe_whose_reading_end_is_kept
    ],
    cases![Verdict::Livelock; a_child_is_asked_over_and_over],
    cases![Verdict::NotConcurrent; children_under_one_lock],
    cases![Verdict::Passed;
        three_streams_at_once
        both_streams_are_collected
        what_is_remarked_does_not_depend_on_the_pieces
        a_child_that_takes_its_time_and_dies
        a_child_that_reads_nothing
        a_child_without_input
        the_status_is_the_childs
        a_child_is_gone_once_it_was_waited_for
        a_child_is_asked_while_it_is_read
        an_end_can_be_handed_on
        children_at_once
        text_is_written_and_read
        a_child_that_is_killed
        another_program_may_take_its_time
        a_pipe_of_ones_own
    ],
];

const MUCH: usize = 1 << 20;

fn piped(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn a_child_is_waited_for_before_it_is_read() {
    let mut child = piped(&mut Script::new("sort").read_all().answer().command());
    child.stdin.take().unwrap().write_all(&vec![b'a'; MUCH]).unwrap();
    child.wait().unwrap(); // reported
}

fn a_child_is_told_everything_before_it_is_read() {
    let mut child = piped(&mut Script::new("tr").filter().command());
    child.stdin.take().unwrap().write_all(&vec![b'a'; MUCH]).unwrap(); // reported
}

fn one_stream_is_read_before_the_other() {
    let mut child = piped(&mut Script::new("cc").remark(MUCH).print(1).command());
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap(); // reported
}

fn a_child_is_read_whose_input_is_still_open() {
    let mut child = piped(&mut Script::new("tr").filter().command());
    let mut text = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut text).unwrap(); // reported
}

fn a_child_is_waited_for_while_another_thread_keeps_its_input() {
    let mut child = piped(&mut Script::new("sort").read_all().answer().command());
    let stdin = child.stdin.take().unwrap();
    let (done, all_done) = mpsc::channel::<()>();
    let keeper = thread::spawn(move || {
        let _stdin = stdin;
        let _ = all_done.recv();
    });
    child.wait_with_output().unwrap(); // reported
    drop(done);
    keeper.join().unwrap();
}

fn a_child_is_asked_over_and_over() {
    let mut child = piped(&mut Script::new("cc").print(MUCH).command());
    while child.try_wait().unwrap().is_none()
    // reported
    {
        thread::sleep(std::time::Duration::from_millis(5));
    }
}

fn children_under_one_lock() {
    let meeting = Arc::new(Rendezvous::new(2, "two children"));
    let one_by_one = Mutex::new(());
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let (meeting, one_by_one) = (Arc::clone(&meeting), &one_by_one);
            scope.spawn(move || {
                let mut command = Script::new(name).read_all().command();
                on_spawn(&mut command, move || meeting.arrive()); // reported
                let _turn = one_by_one.lock().unwrap();
                command.stdin(Stdio::piped()).spawn().unwrap().wait().unwrap();
            });
        }
    });
}

fn three_streams_at_once() {
    let mut child = piped(&mut Script::new("tr").filter_and_remark().remark(MUCH).command());
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (out, err) = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(&vec![b'a'; MUCH]).unwrap());
        let out = scope.spawn(move || std::io::read_to_string(stdout).unwrap());
        let err = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        (out.join().unwrap(), err)
    });
    assert_eq!((out.len(), err.len()), (MUCH, 2 * MUCH));
    assert!(out.bytes().all(|byte| byte == b'A'));
    assert!(child.wait().unwrap().success());
}

fn what_is_remarked_does_not_depend_on_the_pieces() {
    let mut child = piped(&mut Script::new("tr").filter_and_remark().command());
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        scope.spawn(move || vec![b'a'; MUCH].chunks(777).for_each(|piece| stdin.write_all(piece).unwrap()));
        child.wait_with_output().unwrap()
    });
    assert_eq!((output.stdout.len(), output.stderr), (MUCH, Script::text(MUCH).into_bytes()));
}

fn a_child_that_takes_its_time_and_dies() {
    let script = Script::new("cc").read_all().close_output().complain().close_errors();
    let mut child = piped(&mut script.pause(std::time::Duration::from_millis(20)).die().command());
    child.stdin.take().unwrap().write_all(b"aha").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.stdout, output.stderr), (Vec::new(), b"AHA".to_vec()));
    assert_eq!((output.status.success(), output.status.code()), (false, None));
}

fn both_streams_are_collected() {
    let output = Script::new("cc").print(MUCH).remark(MUCH).print(5).exit(3).command().output().unwrap();
    assert_eq!((output.stdout.len(), output.stderr), (MUCH + 5, Script::text(MUCH).into_bytes()));
    assert_eq!(output.status.code(), Some(3));
}

fn a_child_that_reads_nothing() {
    let mut child = piped(&mut Script::new("true").command());
    let error = child.stdin.take().unwrap().write_all(&vec![b'a'; MUCH]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert!(child.wait().unwrap().success());
}

fn a_child_without_input() {
    let output = Script::new("sort").read_all().answer().command().output().unwrap();
    assert_eq!((output.stdout, output.status.code()), (Vec::new(), Some(0)));
}

fn the_status_is_the_childs() {
    let mut command = Script::new("false").exit(1).command();
    assert_eq!(command.status().unwrap().code(), Some(1));
    assert!(Command::new("/nowhere/to/be/found").spawn().is_err());
}

fn a_child_is_gone_once_it_was_waited_for() {
    let mut child = piped(&mut Script::new("true").command());
    assert_eq!(left(), 1);
    child.wait().unwrap();
    assert_eq!(left(), 0);
    assert!(child.wait().unwrap().success() && child.try_wait().unwrap().is_some());
}

fn a_child_is_asked_while_it_is_read() {
    let mut child = piped(&mut Script::new("cc").print(MUCH).command());
    let mut stdout = child.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        stdout.read_to_end(&mut text).unwrap()
    });
    while child.try_wait().unwrap().is_none() {
        thread::yield_now();
    }
    assert_eq!(reader.join().unwrap(), MUCH);
}

fn an_end_can_be_handed_on() {
    let mut first = Script::new("cc").print(MUCH).command().stdout(Stdio::piped()).spawn().unwrap();
    let mut second = Script::new("tr").filter().command();
    let output = second.stdin(first.stdout.take().unwrap()).output().unwrap();
    drop(second);
    assert_eq!(output.stdout, Script::text(MUCH).to_ascii_uppercase().into_bytes());
    assert!(first.wait().unwrap().success());
}

fn children_at_once() {
    let meeting = Arc::new(Rendezvous::new(2, "two children"));
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let meeting = Arc::clone(&meeting);
            scope.spawn(move || {
                let mut command = Script::new(name).read_all().command();
                on_spawn(&mut command, move || meeting.arrive());
                assert!(command.stdin(Stdio::piped()).status().unwrap().success());
            });
        }
    });
    assert_eq!(left(), 0);
}

fn text_is_written_and_read() {
    let mut child = piped(&mut Script::new("tr").filter().command());
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "one {}", 1).unwrap();
    stdin.flush().unwrap();
    let mut line = [0; 6];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"ONE 1\n");
    drop(stdin);
    assert_eq!(stdout.read(&mut line).unwrap(), 0);
    assert_eq!(stdout.read_exact(&mut line).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    child.wait().unwrap();
}

fn a_child_that_is_killed() {
    let mut child = piped(&mut Script::new("tr").filter().command());
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None);
}

fn a_pipe_whose_reading_end_is_kept() {
    let (reader, mut writer) = pipe().unwrap();
    let mut command = Script::new("true").command();
    assert!(command.stdin(reader).status().unwrap().success());
    writer.write_all(&vec![b'a'; MUCH]).unwrap(); // reported
}

fn a_pipe_of_ones_own() {
    let (mut reader, mut writer) = pipe().unwrap();
    let mut other = writer.try_clone().unwrap();
    let mut command = Script::new("cc").print(MUCH).command();
    command.stdout(writer.try_clone().unwrap());
    let writing = thread::spawn(move || {
        assert!(command.status().unwrap().success());
        write!(other, "and {}", MUCH).unwrap();
        writer.write_all(b" still").unwrap();
    });
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    writing.join().unwrap();
    assert_eq!(text, Script::text(MUCH) + &format!("and {MUCH} still"));
}

/// A child that is no script is never taken for stuck.
fn another_program_may_take_its_time() {
    let output = Command::new("/bin/sh").args(["-c", "sleep 1.5; echo done"]).output().unwrap();
    assert_eq!(output.stdout, b"done\n");
}
