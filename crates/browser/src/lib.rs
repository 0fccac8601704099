//! A headless Chromium, driven by the [DevTools protocol](https://chromedevtools.github.io/devtools-protocol/) over a pair
//! of pipes. For tests: whatever goes wrong in it is a panic.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value, json};

/// Set where a missing browser is a failure, as in continuous integration.
const REQUIRED: &str = "KATA_REQUIRE_CHROMIUM";

/// One page in a browser of its own.
#[derive(Debug)]
pub struct Page {
    browser: Child,
    send: ChildStdin,
    receive: BufReader<ChildStdout>,
    session: String,
    calls: u64,
    /// What the page complained about: exceptions, errors on the console, requests that were refused.
    pub complaints: Vec<String>,
}

/// Chromium, where it is usually found.
fn program() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file())
}

impl Page {
    /// Opens a file. `None`, with a message that the test harness does not swallow, where there is no browser.
    pub fn open(test: &str, file: &Path, hash: &str, profile: &Path) -> Option<Self> {
        let Some(program) = program() else {
            assert!(std::env::var_os(REQUIRED).is_none(), "there is no Chromium, and {REQUIRED} asks for one");
            // Unlike `eprintln!`, this is not captured.
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: there is no Chromium on this machine");
            return None;
        };
        // The protocol speaks on descriptors 3 and 4.
        let mut browser = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"])
            .args(["--disable-dev-shm-usage", "--no-first-run"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let send = browser.stdin.take().expect("it is piped");
        let receive = BufReader::new(browser.stdout.take().expect("it is piped"));
        let mut page = Page { browser, send, receive, session: String::new(), calls: 0, complaints: Vec::new() };
        let target = page.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = page.call("Target.attachToTarget", &attach);
        page.session = attached["sessionId"].as_str().expect("a session has an id").to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            page.call(&format!("{domain}.enable"), &json!({}));
        }
        page.resize(1280, 900);
        page.load(&format!("file://{}{hash}", file.display()));
        Some(page)
    }

    /// Goes to an address.
    pub fn load(&mut self, url: &str) {
        self.call("Page.navigate", &json!({ "url": url }));
        let ready = "document.readyState === 'complete' && location.protocol === 'file:'";
        while self.evaluate(ready) != json!(true) {
            std::thread::yield_now();
        }
    }

    /// Calls a method of the protocol and returns its result.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut line = message.to_string().into_bytes();
        line.push(0);
        self.send.write_all(&line).expect("the browser listens");
        loop {
            let mut answer = Vec::new();
            let length = self.receive.read_until(0, &mut answer).expect("the browser answers");
            assert!(length > 0, "the browser ended");
            let answer: Value = serde_json::from_slice(&answer[..length - 1]).expect("it speaks JSON");
            if answer["id"] == json!(self.calls) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.listen(&answer);
        }
    }

    fn listen(&mut self, event: &Value) {
        let is_complaint = match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error",
            Some("Runtime.consoleAPICalled") => event["params"]["type"] == "error",
            _ => false,
        };
        if is_complaint {
            self.complaints.push(event["params"].to_string());
        }
    }

    /// The value of an expression in the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let result = self.call("Runtime.evaluate", &parameters);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// The text of the first element that matches.
    pub fn text(&mut self, selector: &str) -> String {
        let expression = format!("document.querySelector({}).textContent", json!(selector));
        self.evaluate(&expression).as_str().unwrap_or_default().replace('\u{a0}', " ")
    }

    /// What the address names, once the film has brought it up to date: it waits a moment for more keys. Timers that
    /// are as long go off in the order in which they were set.
    pub fn address(&mut self) -> Value {
        self.evaluate("new Promise((done) => setTimeout(() => done(location.hash), 200))")
    }

    /// Presses a key and lets go of it, as a person would.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            " " => ("Space".to_owned(), " "),
            key if key.len() == 1 => (format!("Key{}", key.to_uppercase()), key),
            key => (key.to_owned(), ""),
        };
        let number = match key {
            " " => 32,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            key => u32::from(key.to_uppercase().as_bytes()[0]),
        };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let mut event = json!({ "type": down, "key": key, "code": code, "windowsVirtualKeyCode": number });
        if !text.is_empty() {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", &event);
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &event);
    }

    /// Gives the page so many pixels.
    pub fn resize(&mut self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Pretends that the person prefers `light` or `dark`.
    pub fn prefer(&mut self, scheme: &str) {
        let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", &feature);
    }

    /// Writes a picture of what is seen.
    pub fn screenshot(&mut self, path: &Path) {
        // Two frames: the first may still be that of another size.
        self.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");
        let picture = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        write_base64(&picture, path);
    }

    /// Prints the page.
    pub fn print(&mut self, path: &Path) {
        let document = self.call("Page.printToPDF", &json!({ "printBackground": true }));
        write_base64(&document, path);
    }
}

fn write_base64(result: &Value, path: &Path) {
    let text = result["data"].as_str().expect("there is data");
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("it is base64");
    std::fs::write(path, bytes).expect("the folder is there");
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
