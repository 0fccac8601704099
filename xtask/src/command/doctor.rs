//! stub
pub(crate) fn doctor() -> anyhow::Result<crate::exit::Outcome> {
    anyhow::bail!("not yet")
}
