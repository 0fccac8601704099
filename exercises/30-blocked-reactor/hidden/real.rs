//! The hidden tests of 30-blocked-reactor. See the README of the exercise for the contract that they check.

use std::collections::{HashMap, HashSet};
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use blocked_reactor::{Codec, DecodeError, Image, Strip, Thumbnail, Thumbnailer};
use kata::Verdict;
use kata_world::executor::{self, Beat, Heartbeat};
use kata_world::{Gate, Unseen};
use tokio::runtime::{Builder, Runtime};

/// A runtime with one thread for its tasks: `block_on`'s own, or one worker.
#[derive(Clone, Copy)]
enum Flavor {
    CurrentThread,
    OneWorker,
}

impl Flavor {
    fn build(self) -> Runtime {
        match self {
            Flavor::CurrentThread => Builder::new_current_thread().enable_all().build(),
            Flavor::OneWorker => Builder::new_multi_thread().worker_threads(1).enable_all().build(),
        }
        .expect("a runtime can be built")
    }
}

/// A decoder that knows which strips were decoded where, and whether other tasks got their turn in between.
struct Probe {
    heart: Heartbeat,
    /// What the last strip of each image that was decoded on the runtime's thread asked of the heartbeat.
    beats: Unseen<HashMap<String, Beat>>,
    /// The strips that were asked for.
    asked: Unseen<HashSet<(String, usize)>>,
    corrupt: Vec<(&'static str, usize)>,
    /// For each image that must overlap with the others: a gate that its first strip opens.
    begun: Vec<(&'static str, Gate)>,
    /// Holds all strips that are not decoded on the runtime's thread.
    held: Option<Arc<Gate>>,
}

impl Probe {
    /// On the runtime's thread: every task that became ready during the last strip of this image has had its turn.
    fn take_turn(&self, image: &Image, strip: usize, at: &'static Location<'static>) {
        let last = self.beats.with(|beats| beats.get(&image.name).copied());
        if last.is_some_and(|last| !self.heart.has_answered(last)) {
            executor::blocked(&call(image, strip), at, "no other task has had a turn since the strip before this one");
        }
        let beat = self.heart.ask();
        self.beats.with(|beats| beats.insert(image.name.clone(), beat));
    }

    /// Elsewhere: the runtime goes on while a strip is decoded.
    fn take_time(&self, at: &'static Location<'static>) {
        let beat = self.heart.ask();
        self.heart.wait(beat, CALL, at);
        if let Some(held) = &self.held {
            held.pass(CALL, at);
        }
    }

    /// No image is finished before the others that must overlap with it are begun.
    fn overlap(&self, image: &Image, strip: usize, at: &'static Location<'static>) {
        for (_, begun) in self.begun.iter().filter(|(name, _)| *name == image.name) {
            begun.open();
        }
        for (name, begun) in self.begun.iter().filter(|(name, _)| *name != image.name) {
            if !self.heart.is_kept() {
                executor::may_block(|| begun.pass(CALL, at));
            } else if strip + 1 == image.strips && !begun.is_open() {
                let message = format!("{OVERLAP}: all of `{}` was decoded before the first of `{name}`", image.name);
                kata_world::fail_at(Verdict::NotConcurrent, message, at);
            }
        }
    }
}

impl Codec for Probe {
    #[track_caller]
    fn decode_strip(&self, image: &Image, strip: usize) -> Result<Strip, DecodeError> {
        let at = Location::caller();
        let new = self.asked.with(|asked| asked.insert((image.name.clone(), strip)));
        if !new || strip >= image.strips {
            let message = format!("{} is asked for twice, or does not exist", call(image, strip));
            kata_world::fail_at(Verdict::AssertionFailed, message, at);
        }
        if self.heart.is_kept() {
            self.take_turn(image, strip, at);
        } else {
            // Another executor's thread is as good as any other.
            executor::may_block(|| self.take_time(at));
        }
        executor::blocking_call(&call(image, strip), at);
        self.overlap(image, strip, at);
        if self.corrupt.contains(&(image.name.as_str(), strip)) {
            return Err(DecodeError { image: image.name.clone(), strip });
        }
        Ok(pixels(&image.name, strip))
    }
}

const CALL: &str = "Codec::decode_strip";

/// A call, as the learner is shown it.
fn call(image: &Image, strip: usize) -> String {
    format!("decode_strip({}, {strip})", image.name)
}

fn pixels(name: &str, strip: usize) -> Strip {
    Strip(name.bytes().chain([strip as u8]).collect())
}

fn image(name: &str, strips: usize) -> Image {
    Image { name: name.to_owned(), strips }
}

fn decoded(name: &str, strips: usize) -> Thumbnail {
    Thumbnail { name: name.to_owned(), strips: (0..strips).map(|strip| pixels(name, strip)).collect() }
}

struct Setting {
    corrupt: Vec<(&'static str, usize)>,
    overlapping: Vec<&'static str>,
    held: Option<Arc<Gate>>,
}

const PLAIN: Setting = Setting { corrupt: Vec::new(), overlapping: Vec::new(), held: None };

/// Runs `body` as a task of a runtime of `flavor`, with a service whose decoder is a probe, and a heartbeat beside it.
fn serve<F, Fut>(flavor: Flavor, setting: Setting, body: F)
where
    F: FnOnce(Arc<Thumbnailer<Probe>>) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let closed = format!("{OVERLAP}: one is being decoded, and no strip of the other is begun");
    let gate = |&name| (name, Gate::new("decoding two images", Verdict::NotConcurrent, closed.clone()));
    let heart = Heartbeat::new();
    let probe = Probe {
        heart: heart.clone(),
        beats: Unseen::default(),
        asked: Unseen::default(),
        corrupt: setting.corrupt,
        begun: setting.overlapping.iter().map(gate).collect(),
        held: setting.held,
    };
    // The service may have a runtime of its own, which must not be dropped inside another.
    let service = Arc::new(Thumbnailer::new(probe));
    let runtime = flavor.build();
    runtime.block_on(async {
        let pulse = executor::name_tasks("heartbeat", || tokio::spawn(heart.task()));
        heart.beat().await;
        let body = body(Arc::clone(&service));
        executor::name_tasks("server", || tokio::spawn(body)).await.expect("the scenario does not panic");
        heart.stop();
        pulse.await.expect("the heartbeat does not panic");
    });
}

const OVERLAP: &str = "two images must be able to overlap";

/// Spawns a request, as a server does.
fn request(service: &Arc<Thumbnailer<Probe>>, image: Image) -> tokio::task::JoinHandle<Result<Thumbnail, DecodeError>> {
    let service = Arc::clone(service);
    executor::name_tasks(&format!("thumbnail({})", image.name), || {
        tokio::spawn(async move { service.thumbnail(image).await })
    })
}

fn one_image(flavor: Flavor) {
    serve(flavor, PLAIN, |service| async move {
        let thumbnail = request(&service, image("beach", 20)).await.expect("the handler does not panic");
        assert_eq!(thumbnail, Ok(decoded("beach", 20)), "all strips, from top to bottom");
    });
}

/// After each strip that a runtime's only thread has decoded, every other task gets its turn.
pub fn others_get_their_turn() {
    one_image(Flavor::CurrentThread);
}

/// After each strip that a worker of the multi-threaded runtime has decoded, every other task gets its turn.
pub fn others_get_their_turn_on_a_worker() {
    one_image(Flavor::OneWorker);
}

/// A corrupt strip is the error of its image; of several, the one nearest to the top.
pub fn a_corrupt_strip_is_reported() {
    let setting = Setting { corrupt: vec![("beach", 2), ("beach", 4)], ..PLAIN };
    serve(Flavor::CurrentThread, setting, |service| async move {
        let broken = request(&service, image("beach", 6)).await.expect("the handler does not panic");
        assert_eq!(broken, Err(DecodeError { image: "beach".to_owned(), strip: 2 }));
        let empty = request(&service, image("empty", 0)).await.expect("the handler does not panic");
        assert_eq!(empty, Ok(decoded("empty", 0)), "an image without strips has an empty thumbnail");
        let whole = request(&service, image("forest", 3)).await.expect("the handler does not panic");
        assert_eq!(whole, Ok(decoded("forest", 3)), "the service goes on after an error");
    });
}

fn two_images(flavor: Flavor) {
    let setting = Setting { overlapping: vec!["beach", "forest"], ..PLAIN };
    serve(flavor, setting, |service| async move {
        let beach = request(&service, image("beach", 4));
        let forest = request(&service, image("forest", 4));
        assert_eq!(beach.await.expect("the handler does not panic"), Ok(decoded("beach", 4)));
        assert_eq!(forest.await.expect("the handler does not panic"), Ok(decoded("forest", 4)));
    });
}

/// Two requests are decoded at the same time: a small image need not wait for a big one.
pub fn two_images_overlap() {
    two_images(Flavor::CurrentThread);
}

/// Two requests are decoded at the same time on the multi-threaded runtime, too.
pub fn two_images_overlap_on_a_worker() {
    two_images(Flavor::OneWorker);
}

fn page(flavor: Flavor) {
    let setting = Setting { corrupt: vec![("forest", 1)], overlapping: vec!["beach", "forest"], ..PLAIN };
    serve(flavor, setting, |service| async move {
        let images = vec![image("beach", 3), image("forest", 3), image("empty", 0)];
        let page = executor::name_tasks("gallery", || tokio::spawn(async move { service.gallery(images).await }));
        let page = page.await.expect("the handler does not panic");
        let broken = Err(DecodeError { image: "forest".to_owned(), strip: 1 });
        // Without the values: a page out of order may be in another order each time.
        assert!(page == [Ok(decoded("beach", 3)), broken, Ok(decoded("empty", 0))], "a page has all images, in order");
    });
}

/// A gallery has a thumbnail or an error for each of its images, in order, and the images are decoded at the same time.
pub fn a_gallery_waits_for_its_images() {
    page(Flavor::CurrentThread);
}

/// A gallery has a thumbnail or an error for each of its images on the multi-threaded runtime, too.
pub fn a_gallery_waits_on_a_worker() {
    page(Flavor::OneWorker);
}

/// Polls a request while the strips that it waits for are held up: long enough for others to get many turns, and for
/// timers to go off.
async fn idle<F>(request: F, held: &Gate) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    /// Turns that others get meanwhile.
    const TURNS: usize = 4_000;
    /// Milliseconds that pass meanwhile, on a clock that the test turns.
    const TICKS: usize = 200;
    /// Polls that are enough for a request which is woken for every strip, and for every image.
    const ENOUGH: usize = 16;

    let task = executor::name_tasks("request", || {
        tokio::spawn(async move {
            let mut polls = 0;
            let mut request = pin!(request);
            poll_fn(|cx| {
                polls += 1;
                if polls > ENOUGH {
                    executor::busy("the request is polled over and over, and has nothing to do but wait");
                }
                request.as_mut().poll(cx)
            })
            .await
        })
    });
    let mut turns = 0;
    poll_fn(|cx| {
        turns += 1;
        cx.waker().wake_by_ref();
        // Nothing is held up where strips are decoded on the runtime's thread.
        let begun = held.waiting() > 0 || task.is_finished();
        if turns < TURNS || !begun { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    if !task.is_finished() {
        tokio::time::pause();
        for _ in 0..TICKS {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        tokio::time::resume();
    }
    held.open();
    task.await.expect("the handler does not panic")
}

fn held() -> (Setting, Arc<Gate>) {
    let held = Arc::new(Gate::new("decoding", Verdict::NotConcurrent, "a strip was never released"));
    (Setting { held: Some(Arc::clone(&held)), ..PLAIN }, held)
}

/// A request that has nothing to do but wait is not polled over and over: it sleeps until there is something for it.
pub fn a_request_does_not_wait_busily() {
    let (setting, held) = held();
    serve(Flavor::CurrentThread, setting, |service| async move {
        let thumbnail = idle(async move { service.thumbnail(image("beach", 3)).await }, &held).await;
        assert_eq!(thumbnail, Ok(decoded("beach", 3)));
    });
}

/// A gallery that has nothing to do but wait is not polled over and over: it sleeps until a thumbnail is there.
pub fn a_gallery_does_not_wait_busily() {
    let (setting, held) = held();
    serve(Flavor::CurrentThread, setting, |service| async move {
        let images = vec![image("beach", 3), image("forest", 3)];
        let page = idle(async move { service.gallery(images).await }, &held).await;
        assert_eq!(page, [Ok(decoded("beach", 3)), Ok(decoded("forest", 3))]);
    });
}
