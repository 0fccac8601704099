use insta::assert_snapshot;
use judge::{Judgement, Position};
use kata_trace::script::{self, LEARNERS_FILE};
use kata_trace::{Decision, Event, Op};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::game::Ahead;
use crate::scene::Scene;

const SOURCE: &str = "fn add(&self) {
    let seen = self.value.load(SeqCst);
    self.value.store(seen + 1, SeqCst);
}
";

/// A position after these steps; the choices are threads, what they would do and how.
fn stand(schedule: &str, steps: &str, verdict: Verdict, choices: &[(u16, &str, Turn)]) -> Stand {
    let judgement: Judgement = serde_json::from_value(serde_json::json!({
        "schema": 1, "exercise": "99-example", "verdict": verdict, "scenario": "all_count", "evidence": null,
        "message": "2 is 1", "schedule": schedule, "trace": [], "scenarios": [],
        "ms": {"compile": 0, "run": 0, "total": 0},
    }))
    .unwrap();
    let alternative = |(index, &(thread, _, turn)): (usize, &(u16, &str, Turn))| Alternative {
        token: thread.to_string(),
        thread,
        turn,
        preemption: index > 0,
        next: Some(Event::new(thread, Op::Load)),
    };
    let alternatives = choices.iter().enumerate().map(alternative).collect();
    let decision = (!choices.is_empty()).then(|| Decision { alternatives, waiting: Vec::new() });
    let trace = script::trace(steps);
    let place = trace.events.iter().rev().find_map(|event| event.at.clone()).filter(|at| at.file == LEARNERS_FILE);
    Stand {
        first: 0,
        position: Position { schedule: schedule.to_owned(), decision, judgement },
        scene: Scene::new(trace, verdict, LEARNERS_FILE, SOURCE),
        choices: choices.iter().map(|(_, text, _)| Ahead { text: (*text).to_owned(), at: place.clone() }).collect(),
        waiting: vec![("main".to_owned(), "join t1 … blocked test:5".to_owned())],
    }
}

fn first() -> Stand {
    let steps = "main: spawn t1 test:3\nmain: spawn t2 test:4\nmain: join t1 blocked test:5\nt1: load value =0 :2";
    let choices = [(1, "store value :3", Turn::Go), (2, "starts: load value → 0 :2", Turn::Spurious)];
    stand("0", steps, Verdict::Passed, &choices)
}

fn end(verdict: Verdict) -> Stand {
    let steps = "
        main: spawn t1 test:3
        main: spawn t2 test:4
        t1: load value =0 :2
        t2! load value =0 :2
        t2: store value =1 :3
        t1: store value =1 :3
        main: panic \"2 is 1\" test:7";
    Stand { waiting: Vec::new(), ..stand("0121", steps, verdict, &[]) }
}

fn player(known: Known) -> Player {
    let mut player = Player::new("99-example  all_count".to_owned(), "should hold: All count".to_owned(), known);
    player.reach(first());
    player
}

fn screen(player: &Player) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(100, 20)).unwrap();
    terminal.draw(|frame| player.draw(frame, Theme::new(true))).unwrap();
    terminal.backend().clone()
}

fn press(player: &mut Player, key: KeyCode) -> Wish {
    player.press(KeyEvent::from(key))
}

#[test]
fn who_can_go_on_is_offered() {
    assert_snapshot!(screen(&player(Known::default())));
}

#[test]
fn the_mark_stays_in_sight_under_choices_of_several_rows() {
    let mut player = player(Known::default());
    let long = "wakes from the condition variable of the reception desk :2";
    let choices = [(1, long, Turn::Spurious), (2, long, Turn::Spurious), (2, "store value :3", Turn::Go)];
    player.reach(Stand { first: 2, ..stand("0", "t1: load value =0 :2", Verdict::Passed, &choices) });
    let mut terminal = Terminal::new(TestBackend::new(50, 14)).unwrap();
    let mut marked = || {
        terminal.draw(|frame| player.draw(frame, Theme::new(false))).unwrap();
        let screen = terminal.backend().to_string();
        let marked = screen.lines().find(|line| line.contains('›')).unwrap_or_else(|| panic!("no mark:\n{screen}"));
        let marked = marked.chars().nth(3).unwrap();
        press(&mut player, KeyCode::Up);
        marked
    };
    assert_eq!([marked(), marked(), marked()], ['3', '2', '1']);
}

#[test]
fn the_smallest_terminal_shows_the_help_whole() {
    let mut player = player(Known::default());
    press(&mut player, KeyCode::Char('?'));
    let mut terminal = Terminal::new(TestBackend::new(50, 14)).unwrap();
    terminal.draw(|frame| player.draw(frame, Theme::new(false))).unwrap();
    let screen = terminal.backend().to_string();
    for what in KEYS.iter().map(|(_, what)| what).chain(&NOTES) {
        assert!(screen.contains(what), "{what}: {screen}");
    }
}

#[test]
fn what_breaks_without_a_choice_nobody_has_broken() {
    let mut player = Player::new("99-example".to_owned(), String::new(), Known::default());
    player.reach(end(Verdict::AssertionFailed));
    assert!(player.broken().is_some() && !player.has_chosen());
    let screen = screen(&player).to_string();
    assert!(screen.contains("It breaks by itself, there is nothing to choose") && !screen.contains("You"), "{screen}");
}

#[test]
fn a_choice_asks_where_it_leads_and_undo_goes_back() {
    let mut player = player(Known::default());
    assert_eq!(press(&mut player, KeyCode::Char('3')), Wish::Stay, "there are two");
    assert_eq!(press(&mut player, KeyCode::Char('2')), Wish::Ask("02".to_owned()));
    assert_eq!(press(&mut player, KeyCode::Char('1')), Wish::Stay, "the answer is on its way");
    player.reach(end(Verdict::Passed));
    assert_eq!(player.stands.len(), 2);
    press(&mut player, KeyCode::Char('u'));
    press(&mut player, KeyCode::Char('u'));
    assert_eq!(player.stands.len(), 1, "there is nothing before the beginning");
    press(&mut player, KeyCode::Down);
    press(&mut player, KeyCode::Down);
    assert_eq!(press(&mut player, KeyCode::Enter), Wish::Ask("02".to_owned()));
    assert_eq!(press(&mut player, KeyCode::Esc), Wish::Quit);
}

#[test]
fn the_mark_is_on_who_goes_on_without_a_preemption() {
    let mut player = player(Known::default());
    player.reach(Stand { first: 1, ..first() });
    assert_eq!(press(&mut player, KeyCode::Enter), Wish::Ask("02".to_owned()));
}

#[test]
fn a_program_that_breaks_is_told_with_the_reason() {
    let mut player = player(Known::default());
    player.reach(end(Verdict::AssertionFailed));
    assert!(player.broken().is_some());
    assert_snapshot!(screen(&player));
}

#[test]
fn who_cannot_win_is_told_so_at_the_end() {
    let end = |known| {
        let mut player = player(known);
        player.reach(end(Verdict::Passed));
        screen(&player).to_string()
    };
    let all = end(Known { held: Some(518), exhaustive: true });
    assert!(all.contains("Nobody can win here: the checker explored all 518 interleavings"), "{all}");
    let some = end(Known { held: Some(20_500), exhaustive: false });
    assert!(some.contains("did not break it in 20500 interleavings either"), "{some}");
    let unknown = end(Known::default());
    assert!(unknown.contains("It holds in this interleaving") && !unknown.contains("win"), "{unknown}");
}
