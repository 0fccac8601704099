//! `step`: walk through an execution.

use kata_trace::Verdict;

use crate::judgement::Shown;
use crate::scene::Scene;
use crate::screen::{Message, Screen};
use crate::stepper::Stepper;
use crate::theme::Theme;

/// The arguments of `step`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    shown: Shown,
}

/// Walks through the execution of a judgement until the learner has seen enough.
pub(crate) fn step(arguments: &Arguments) -> anyhow::Result<()> {
    let (exercise, judgement) = arguments.shown.read()?;
    let scene = Scene::of(&arguments.shown.root, &exercise, &judgement);
    let kind = judgement.kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    let scenario = judgement.scenario.as_deref().unwrap_or_default();
    let title = format!("{}  {}{kind} in {scenario}", exercise.id, judgement.verdict);
    let mut stepper = Stepper::new(scene, title, judgement.verdict != Verdict::Passed);
    let theme = Theme::of_environment();
    let mut screen = Screen::<()>::open()?;
    loop {
        screen.draw(|frame| stepper.draw(frame, theme))?;
        if let Message::Key(key) = screen.next()?
            && !stepper.press(key)
        {
            return Ok(());
        }
    }
}
