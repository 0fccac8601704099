pub struct Doorbell {
    rung: AtomicBool,
    gate: Mutex<()>,
    bell: Condvar,
}

impl Doorbell {
    pub fn ring(&self) {
        self.rung.store(true, Ordering::SeqCst);
        self.bell.notify_one();
    }

    pub fn wait(&self) {
        if !self.rung.load(Ordering::SeqCst) {
            let gate = self.gate.lock().unwrap();
            drop(self.bell.wait(gate).unwrap());
        }
    }
}
