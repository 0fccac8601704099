//! Generic code for the types that most programs use, compiled here once: rustc takes it from here instead of compiling
//! it again with each program. Nothing of it is ever called.

use std::time::Duration;

use crate::runtime::Runtime;
use crate::sync::{Barrier, Mutex, Notify, Semaphore, mpsc, oneshot};
use crate::{task, time};

#[used]
static SHARED: [fn(); 1] = [tasks];

/// Tasks that return nothing, and what they wait for.
fn tasks() {
    let Ok(runtime) = Runtime::new() else { return };
    runtime.block_on(async {
        drop(task::spawn(async {}).await);
        drop(task::spawn_blocking(|| ()).await);
        task::yield_now().await;
        time::sleep(Duration::ZERO).await;
        drop(Semaphore::new(0).acquire().await);
        drop(Mutex::new(()).lock().await);
        Notify::new().notified().await;
        Barrier::new(1).wait().await;
        let (sender, mut receiver) = mpsc::channel::<()>(1);
        let _ = sender.send(()).await;
        receiver.recv().await;
        let (sender, receiver) = oneshot::channel::<()>();
        let _ = sender.send(());
        drop(receiver.await);
    });
}
