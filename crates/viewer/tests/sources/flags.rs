pub struct Flags {
    ready: AtomicBool,
    payload: UnsafeCell<Config>,
}

impl Flags {
    pub fn publish(&self, config: Config) {
        self.payload.with_mut(|payload| unsafe { *payload = config });
        self.ready.store(true, Ordering::Relaxed);
    }

    pub fn read(&self) -> Option<Config> {
        if !self.ready.load(Ordering::Relaxed) {
            return None;
        }
        Some(self.payload.with(|payload| unsafe { (*payload).clone() }))
    }
}
