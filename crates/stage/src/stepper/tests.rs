use insta::assert_snapshot;
use kata_trace::Verdict;
use kata_trace::script::{self, LEARNERS_FILE};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

use super::*;

const SOURCE: &str = "fn transfer(from: &Account, to: &Account) {
    let mut debit = from.balance.lock().unwrap();
    let mut credit = to.balance.lock().unwrap();
    *debit -= 1;
    *credit += 1;
}
";

const DEADLOCK: &str = "
    main: spawn t1 test:12
    main: spawn t2 test:13
    main: join t1 blocked test:14
    t1: lock alice =100 :2
    t2! lock bob =50 :2
    t2: lock alice blocked :3
    t1: lock bob blocked :3";

fn stepper() -> Stepper {
    let scene = Scene::new(script::trace(DEADLOCK), Verdict::Deadlock, LEARNERS_FILE, SOURCE);
    Stepper::new(scene, "99-example  deadlock (lock-cycle) in opposite_transfers".to_owned(), true)
}

fn drawn(stepper: &Stepper, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| stepper.draw(frame, Theme::new(true))).unwrap();
    terminal.backend().clone()
}

fn press(stepper: &mut Stepper, keys: &str) {
    for key in keys.chars() {
        assert!(stepper.press(KeyEvent::from(KeyCode::Char(key))), "{key} quits");
    }
}

#[test]
fn a_step_is_shown_with_the_state_after_it() {
    let mut stepper = stepper();
    press(&mut stepper, "lllll");
    assert_snapshot!(drawn(&stepper, 110, 22));
}

#[test]
fn in_a_narrow_terminal_the_source_stands_below_the_lanes() {
    let mut stepper = stepper();
    press(&mut stepper, "llll");
    assert_snapshot!(drawn(&stepper, 72, 24));
}

#[test]
fn the_end_tells_why() {
    let mut stepper = stepper();
    press(&mut stepper, "G");
    assert_snapshot!(drawn(&stepper, 110, 22));
}

#[test]
fn a_terminal_that_is_too_small_is_to_be_made_larger() {
    assert!(drawn(&stepper(), 49, 14).to_string().contains("make it larger: 50×14 at least, this is 49×14"));
    assert!(drawn(&stepper(), 50, 13).to_string().contains("make it larger"));
    assert!(drawn(&stepper(), 50, 14).to_string().contains("before the first step"));
    drawn(&stepper(), 1, 1);
}

#[test]
fn the_step_stays_in_sight_where_the_title_has_no_room() {
    let mut stepper = stepper();
    press(&mut stepper, "lllll");
    let screen = drawn(&stepper, 50, 14).to_string();
    let title = screen.lines().next().unwrap();
    assert_eq!(title, "\"99-example  deadlock (lock-cycle) i…   step 5 of 7\"");
}

#[test]
fn fifty_columns_have_room_for_the_way_out_and_for_who_holds_what() {
    let mut stepper = stepper();
    press(&mut stepper, "lllll");
    assert_snapshot!(drawn(&stepper, 50, 18));
}

#[test]
fn nothing_beside_the_names_of_threads_moves_from_step_to_step() {
    let mut stepper = stepper();
    let columns = (0..=7).map(|_| {
        let screen = drawn(&stepper, 110, 22).to_string();
        press(&mut stepper, "l");
        let line = screen.lines().find(|line| line.contains("let mut credit")).unwrap();
        line[..line.find("3     let mut credit").unwrap()].chars().count()
    });
    assert_eq!(columns.collect::<std::collections::BTreeSet<_>>().len(), 1);
}

#[test]
fn what_has_no_room_is_scrolled_and_no_further_than_to_its_end() {
    let mut stepper = stepper();
    press(&mut stepper, "G");
    let first = drawn(&stepper, 50, 14).to_string();
    assert!(first.contains("why (↑ ↓ for all of it)"), "{first}");
    let last = |stepper: &Stepper| drawn(stepper, 50, 14).to_string().lines().nth(12).unwrap().to_owned();
    let mut seen = vec![last(&stepper)];
    for _ in 0..20 {
        press(&mut stepper, "j");
        seen.push(last(&stepper));
    }
    seen.dedup();
    assert!(seen.len() > 2 && seen.last().unwrap().contains("main waits at test:14"), "{seen:?}");
    press(&mut stepper, "k");
    assert_eq!(last(&stepper), seen[seen.len() - 2]);
}

#[test]
fn help_lists_the_keys() {
    let mut stepper = stepper();
    press(&mut stepper, "?");
    assert_snapshot!(drawn(&stepper, 100, 20));
    assert!(stepper.press(KeyEvent::from(KeyCode::Esc)), "it closes the help first");
    assert!(!stepper.press(KeyEvent::from(KeyCode::Esc)));
}

#[test]
fn the_smallest_terminal_shows_where_the_execution_ends_and_its_help_whole() {
    let mut stepper = stepper();
    press(&mut stepper, "G");
    let screen = drawn(&stepper, 50, 14).to_string();
    assert!(screen.contains("▶   7→"), "{screen}");
    press(&mut stepper, "?");
    let screen = drawn(&stepper, 50, 14).to_string();
    for (_, what) in KEYS {
        assert!(screen.contains(what), "{what}: {screen}");
    }
}

#[test]
fn keys_move_forward_back_and_to_what_matters() {
    let mut stepper = stepper();
    let mut after = |keys: &str| {
        press(&mut stepper, keys);
        (stepper.step, stepper.note.clone())
    };
    assert_eq!(after("h"), (0, None));
    assert_eq!(after("l l"), (3, None));
    assert_eq!(after("G"), (7, None));
    assert_eq!(after("l"), (7, None));
    assert_eq!(after("N"), (5, None));
    assert_eq!(after("N"), (4, None));
    assert_eq!(after("N"), (4, Some("there is no earlier context switch".to_owned())));
    assert_eq!(after("nn"), (7, None));
    assert_eq!(after("n"), (7, Some("there is no later context switch".to_owned())));
    // The first object is alice, which is locked in step 4 and asked for in step 6.
    assert_eq!(after("go."), (4, None));
    assert_eq!(after("."), (6, None));
    assert_eq!(after("."), (6, Some("there is no later step on alice".to_owned())));
    assert_eq!(after("go."), (5, None), "bob is the next object");
}

#[test]
fn colours_are_the_sixteen_that_every_terminal_has_or_none() {
    let mut stepper = stepper();
    press(&mut stepper, "G");
    let colors = |theme| {
        let mut terminal = Terminal::new(TestBackend::new(110, 22)).unwrap();
        terminal.draw(|frame| stepper.draw(frame, theme)).unwrap();
        let cells = &terminal.backend().buffer().content;
        cells.iter().flat_map(|cell| [cell.fg, cell.bg]).filter(|color| *color != Color::Reset).collect::<Vec<_>>()
    };
    assert_eq!(colors(Theme::new(false)), []);
    let colored = colors(Theme::new(true));
    assert!(!colored.is_empty() && !colored.iter().any(|color| matches!(color, Color::Rgb(..) | Color::Indexed(_))));
}
