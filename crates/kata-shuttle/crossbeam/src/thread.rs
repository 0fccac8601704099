//! `crossbeam::thread`, which is refused: std has had the same since Rust 1.63.

/// `crossbeam::thread::Result`.
pub type Result<T> = std::thread::Result<T>;

macro_rules! refused {
    ($($item:item)*) => {$(
        #[doc(hidden)]
        #[deprecated(note = "kata: the checker knows the scopes of std; use `std::thread::scope` instead")]
        $item
    )*};
}

refused! {
    #[derive(Debug)]
    pub struct Scope<'env>(std::marker::PhantomData<&'env mut &'env ()>);

    #[derive(Debug)]
    pub struct ScopedJoinHandle<'scope, T>(std::marker::PhantomData<(&'scope (), T)>);

    #[derive(Debug)]
    pub struct ScopedThreadBuilder<'scope, 'env>(std::marker::PhantomData<(&'scope Scope<'env>, &'env ())>);

    #[allow(clippy::missing_errors_doc, reason = "nobody gets to call it")]
    pub fn scope<'env, F, R>(_f: F) -> Result<R>
    where
        F: FnOnce(&Scope<'env>) -> R,
    {
        unreachable!("it is refused")
    }
}

#[doc(hidden)]
impl<'env> Scope<'env> {
    pub fn spawn<'scope, F, T>(&'scope self, _f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce(&Scope<'env>) -> T + Send + 'env,
        T: Send + 'env,
    {
        unreachable!("it is refused")
    }

    pub fn builder<'scope>(&'scope self) -> ScopedThreadBuilder<'scope, 'env> {
        unreachable!("it is refused")
    }
}

#[doc(hidden)]
impl<T> ScopedJoinHandle<'_, T> {
    #[allow(clippy::missing_errors_doc, reason = "nobody gets to call it")]
    pub fn join(self) -> Result<T> {
        unreachable!("it is refused")
    }
}
