//! stub
pub(crate) fn list() -> anyhow::Result<crate::exit::Outcome> {
    anyhow::bail!("not yet")
}
