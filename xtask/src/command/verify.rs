//! stub
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}
pub(crate) fn verify(_: &Arguments) -> anyhow::Result<crate::exit::Outcome> {
    anyhow::bail!("not yet")
}
