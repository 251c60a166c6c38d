//! A small editor: it speaks with `tollgate lsp` as real ones do, and keeps what is shown.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// Far longer than anything takes: who waits so long has hung.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Message>,
    next_id: i32,
    versions: BTreeMap<String, i32>,
    /// What is shown of each file, by its URI.
    pub(crate) shown: BTreeMap<String, Vec<Value>>,
    /// What the server offers.
    pub(crate) capabilities: Value,
}

impl Editor {
    /// Opens a folder, as of a day.
    pub(crate) fn open_folder(folder: &Path, as_of: &str) -> Self {
        Self::start(&json!({
            "rootUri": uri(folder),
            "workspaceFolders": [{ "uri": uri(folder), "name": "folder" }],
            "capabilities": {},
            "initializationOptions": { "asOf": as_of },
        }))
    }

    pub(crate) fn start(params: &Value) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).env_remove("XDG_CACHE_HOME");
        let mut server = command.spawn().unwrap();
        let (sender, messages) = channel();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        thread::spawn(move || {
            while let Ok(Some(message)) = Message::read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take();
        let (versions, shown) = (BTreeMap::new(), BTreeMap::new());
        let mut editor =
            Self { server, input, messages, next_id: 0, versions, shown, capabilities: Value::Null };
        let mut offered = editor.request("initialize", params.clone()).unwrap();
        editor.capabilities = offered["capabilities"].take();
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Message) {
        message.write(self.input.as_mut().unwrap()).unwrap();
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&Message::Notification(Notification { method: method.to_owned(), params }));
    }

    /// What is answered to a request.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.next_id += 1;
        let id = RequestId::from(self.next_id);
        self.send(&Message::Request(Request { id: id.clone(), method: method.to_owned(), params }));
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(Message::Response(Response { id: answered, response_result })) = self.next(end)
                && answered == id
            {
                return response_result.map_err(|error| error.message);
            }
        }
    }

    /// The next message; what it shows is shown.
    fn next(&mut self, end: Instant) -> Option<Message> {
        let message = match self.messages.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) if Instant::now() < end => return None,
            Err(why) => panic!("the server does not answer: {why}"),
        };
        if let Message::Notification(Notification { method, params }) = &message
            && method == "textDocument/publishDiagnostics"
        {
            let uri = params["uri"].as_str().unwrap().to_owned();
            let found = params["diagnostics"].as_array().unwrap().clone();
            if found.is_empty() {
                self.shown.remove(&uri)
            } else {
                self.shown.insert(uri, found)
            };
        }
        Some(message)
    }

    /// Waits until something is so of what is shown.
    pub(crate) fn wait(&mut self, what: &str, mut is_so: impl FnMut(&BTreeMap<String, Vec<Value>>) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !is_so(&self.shown) {
            assert!(Instant::now() < end, "waited for {what}, shown is {:#?}", self.shown);
            self.next(end);
        }
    }

    pub(crate) fn open(&mut self, path: &Path, text: &str) {
        let uri = uri(path);
        self.versions.insert(uri.clone(), 1);
        let language = if uri.ends_with(".gate") { "tollgate" } else { "yaml" };
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": language, "version": 1, "text": text } }),
        );
    }

    /// Writes a text over what is open.
    pub(crate) fn write(&mut self, path: &Path, text: &str) {
        self.change(path, &json!([{ "text": text }]));
    }

    pub(crate) fn change(&mut self, path: &Path, changes: &Value) {
        let uri = uri(path);
        let version = self.versions.get_mut(&uri).unwrap();
        *version += 1;
        let id = json!({ "uri": uri, "version": *version });
        self.notify("textDocument/didChange", json!({ "textDocument": id, "contentChanges": changes }));
    }

    pub(crate) fn close(&mut self, path: &Path) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(path) } }));
    }

    /// Ends the server, which is to end well.
    pub(crate) fn end(mut self) {
        self.request("shutdown", Value::Null).unwrap();
        assert!(self.exit());
    }

    /// Tells the server to end; says whether it ended well.
    pub(crate) fn exit(mut self) -> bool {
        self.notify("exit", Value::Null);
        self.input = None;
        self.server.wait().unwrap().success()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The URI of a file, as the server writes it.
pub(crate) fn uri(path: &Path) -> String {
    let shown = path.to_str().unwrap().replace('%', "%25").replace(' ', "%20");
    format!("file://{shown}")
}
