//! verdict: rejected-source
//! tries: to have the checker give up what it explores, with a part of the checker
// --- in transfer
if self.accounts[0].balance.try_lock().is_err() {
    std::__world::task::abandon();
}
