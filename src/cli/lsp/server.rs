//! The server's loop: what the editor says, what was looked at, and what is shown of it.
//!
//! What is typed is parsed and checked at once. Snapshots are read and workflows judged in another thread, after a moment of quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use gen_lsp_types::{
    Code as LspCode, ConfigurationItem, ConfigurationParams, DidChangeWatchedFilesRegistrationOptions,
    FileSystemWatcher, InitializeParams, InitializeResult, Message as LspMessage, PublishDiagnosticsParams,
    Registration, RegistrationParams, ServerInfo, Uri,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::Value;

use super::client::Client;
use super::documents::{Documents, OpenDocument};
use super::looking::{LookEvent, LookJob, LookResult, Surroundings, work};
use super::notifications::EditorChange;
use super::published::{ByPlace, PublishedFinding, studied};
use super::world::{ShippedCopies, World};
use super::{capabilities, commands, requests, uri};
use crate::cli::arguments::now;
use crate::cli::tables::new_workspace;
use crate::disk::Disk;
use crate::engine::{Cancel, DayOptions, Workspace};

/// How long it has to be quiet before everything is judged again.
const QUIET: Duration = Duration::from_millis(150);
/// How long an editor may take to tell its settings.
const SETTINGS_TAKE: Duration = Duration::from_secs(2);
/// The id of the only request that the server waits for an answer of.
const SETTINGS: &str = "tollgate-settings";

/// What the editor shows at the moment.
#[derive(Debug, Default)]
pub(super) struct ShownFindings {
    by_place: BTreeMap<String, (Uri, Vec<PublishedFinding>)>,
    /// Whether nothing was typed since, so that all places are still what they were.
    pub(super) is_current: bool,
}

impl ShownFindings {
    /// What is shown of a file.
    pub(super) fn of(&self, place: &str) -> &[PublishedFinding] {
        self.by_place.get(place).map_or(&[], |(_, findings)| findings)
    }
}

struct LspServer {
    connection: Connection,
    world: World,
    workspace: Workspace,
    folders: Vec<String>,
    shown: ShownFindings,
    jobs: Sender<LookJob>,
    around: Surroundings,
    /// Counts what was typed, opened and closed.
    revision: u64,
    /// When everything is to be looked at again.
    due: Option<Instant>,
    /// Ends the look that is under way.
    look: Cancel,
    /// The revision that is being looked at.
    looking: Option<u64>,
    /// Whether files have changed since that look began.
    outdated: bool,
    /// Until when the editor's settings are waited for, as these may say that the folder is not trusted.
    settings_by: Option<Instant>,
    /// Whether something was typed that was not parsed yet.
    typed: bool,
    /// Commands that are being carried out, by the requests that asked for them.
    running: BTreeMap<RequestId, Cancel>,
    done: (Sender<Response>, Receiver<Response>),
    /// Whether nothing more is to be answered.
    shut_down: bool,
}

/// Speaks with an editor until it ends.
///
/// # Errors
/// What it said that is no protocol, in words.
pub(super) fn serve(connection: Connection) -> Result<(), String> {
    let (id, params) = connection.initialize_start().map_err(|error| error.to_string())?;
    let params: InitializeParams = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => {
            let refused = Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string());
            let _ = connection.sender.send(refused.into());
            return Err(error.to_string());
        }
    };
    let client = Client::new(&params.capabilities, params.initialization_options.as_ref());
    let info =
        ServerInfo { name: "tollgate".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    let offered = InitializeResult { capabilities: capabilities::offered(&client), server_info: Some(info) };
    let offered = serde_json::to_value(offered).map_err(|error| error.to_string())?;
    // Some editors open texts before they say that they are ready.
    connection.sender.send(Response::new_ok(id, offered).into()).map_err(|error| error.to_string())?;
    let folders = folders_of(&params);
    let here = folders.first().cloned().or_else(|| env::current_dir().ok()).unwrap_or_default();
    let around =
        Surroundings { disk: Arc::new(Disk::of(&here)), shipped: Arc::new(ShippedCopies::in_cache(cache())) };
    let (jobs, to_do) = unbounded();
    let (results, looked) = unbounded();
    let of_worker = around.clone();
    thread::spawn(move || work(&to_do, &results, &of_worker));
    let mut server = LspServer::new(connection, client, around, jobs);
    server.folders = folders.iter().filter_map(|folder| server.world.disk.place_of(folder)).collect();
    server.greet();
    let served = server.run(&looked);
    server.look.cancel();
    server.running.values().for_each(Cancel::cancel);
    // The threads end with the process: a large folder may be in the middle of being read.
    served
}

/// The folders that the editor has opened.
fn folders_of(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders_initialize_params.workspace_folders.as_ref();
    let folders: Vec<PathBuf> = match folders {
        Some(gen_lsp_types::WorkspaceFolders::WorkspaceFolderList(all)) => {
            all.iter().filter_map(|folder| uri::path_of(&folder.uri)).collect()
        }
        Some(gen_lsp_types::WorkspaceFolders::Null) | None => Vec::new(),
    };
    if !folders.is_empty() {
        return folders;
    }
    #[expect(deprecated, reason = "editors that have one folder alone say it here")]
    let root = params.root_uri.as_ref();
    root.and_then(uri::path_of).into_iter().collect()
}

/// Where this user's programs keep what can be made anew.
fn cache() -> Option<PathBuf> {
    let of = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    of("XDG_CACHE_HOME").or_else(|| of("LOCALAPPDATA")).or_else(|| Some(of("HOME")?.join(".cache")))
}

impl LspServer {
    fn new(connection: Connection, client: Client, around: Surroundings, jobs: Sender<LookJob>) -> Self {
        let world = World {
            client,
            disk: around.disk.clone(),
            documents: Documents::default(),
            sites: Vec::new(),
            shipped: around.shipped.clone(),
        };
        Self {
            connection,
            world,
            workspace: new_workspace(),
            folders: Vec::new(),
            shown: ShownFindings::default(),
            jobs,
            around,
            revision: 0,
            due: Some(Instant::now()),
            look: Cancel::default(),
            looking: None,
            outdated: false,
            settings_by: None,
            typed: false,
            running: BTreeMap::new(),
            done: unbounded(),
            shut_down: false,
        }
    }

    /// Asks the editor for what it can tell.
    fn greet(&mut self) {
        if self.world.client.watches {
            let watched = ["**/*.gate", "**/*.{yaml,yml,json,jsonl}", "**/.tollgateignore"];
            let watchers =
                watched.map(|glob| FileSystemWatcher { glob_pattern: glob.to_owned().into(), kind: None });
            let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.into() };
            let registration = Registration {
                id: "files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: serde_json::to_value(options).ok(),
            };
            let params = RegistrationParams { registrations: vec![registration] };
            self.send(Request::new(
                "files".to_owned().into(),
                "client/registerCapability".to_owned(),
                params,
            ));
        }
        if self.world.client.has_settings {
            self.settings_by = Some(Instant::now() + SETTINGS_TAKE);
        }
        self.ask_settings();
    }

    fn ask_settings(&self) {
        if self.world.client.has_settings {
            let item = ConfigurationItem { scope_uri: None, section: Some("tollgate".to_owned()) };
            let params = ConfigurationParams { items: vec![item] };
            self.send(Request::new(SETTINGS.to_owned().into(), "workspace/configuration".to_owned(), params));
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // An editor that is gone needs nothing any more; the next reading ends the loop.
        let _ = self.connection.sender.send(message.into());
    }

    fn run(&mut self, events: &Receiver<LookEvent>) -> Result<(), String> {
        let messages = self.connection.receiver.clone();
        let done = self.done.1.clone();
        loop {
            if messages.is_empty() {
                self.parse_typed();
            }
            let quiet = match self.due {
                Some(due) => crossbeam_channel::at(due),
                None => never(),
            };
            select! {
                recv(messages) -> message => match message {
                    Ok(Message::Request(request)) => self.request(request),
                    Ok(Message::Notification(Notification { method, .. })) if method == "exit" => {
                        return if self.shut_down { Ok(()) } else { Err("`exit` came without `shutdown`".to_owned()) };
                    }
                    Ok(Message::Notification(notification)) => self.notification(notification),
                    Ok(Message::Response(response)) => self.response(response),
                    Err(_) => return Ok(()),
                },
                recv(events) -> event => match event {
                    Ok(LookEvent::Done(looked)) => {
                        self.ended(looked.revision);
                        self.looked(looked);
                    }
                    Ok(LookEvent::Ended(revision)) => self.ended(revision),
                    Ok(LookEvent::Outdated) => self.on_disk(),
                    Err(_) => return Err("the thread that judges has ended".to_owned()),
                },
                recv(done) -> response => {
                    if let Ok(response) = response {
                        self.running.remove(&response.id);
                        self.send(response);
                    }
                }
                recv(quiet) -> _ => self.begin_look(),
            }
        }
    }

    /// What everything is looked at with.
    fn job(&self, cancel: Cancel) -> Option<LookJob> {
        let settings = &self.world.client.settings;
        let now = now()?;
        let time = if settings.as_of.is_some() { None } else { now.time };
        let day = DayOptions { as_of: settings.as_of, time, cancel, ..DayOptions::on(now.date) };
        Some(LookJob {
            revision: self.revision,
            documents: self.world.documents.clone(),
            folders: self.folders.clone(),
            client: self.world.client.clone(),
            day,
        })
    }

    fn begin_look(&mut self) {
        self.due = None;
        if let Some(by) = self.settings_by.filter(|by| *by > Instant::now()) {
            self.due = Some(by);
            return;
        }
        self.look.cancel();
        self.look = Cancel::default();
        (self.looking, self.outdated) = (Some(self.revision), false);
        if let Some(job) = self.job(self.look.clone()) {
            // The worker ends after this loop.
            let _ = self.jobs.send(job);
        }
    }

    /// Everything is to be looked at again, once it has been quiet for so long.
    fn look_after(&mut self, quiet: Duration) {
        self.look.cancel();
        self.due = Some(Instant::now() + quiet);
    }

    /// Files have changed. What is under way is not ended by that: a build may write files without a pause.
    fn on_disk(&mut self) {
        self.outdated = true;
        if self.looking.is_none() && self.due.is_none() {
            self.due = Some(Instant::now() + QUIET);
        }
    }

    /// The look at a revision has ended.
    fn ended(&mut self, revision: u64) {
        if self.looking == Some(revision) {
            self.looking = None;
            if self.outdated {
                self.on_disk();
            }
        }
    }

    fn looked(&mut self, looked: LookResult) {
        // Of what was typed meanwhile it knows nothing; that is being looked at.
        if looked.revision != self.revision {
            return;
        }
        self.world.sites = looked.sites;
        self.typed = false;
        self.shown.is_current = true;
        let all = merged(self.world.sites.iter().map(|site| &site.judged.findings));
        let gone: BTreeSet<String> =
            self.shown.by_place.keys().filter(|place| !all.contains_key(*place)).cloned().collect();
        for place in gone {
            self.show(place, Vec::new());
        }
        for (place, findings) in all {
            self.show(place, findings);
        }
        for method in &self.world.client.refreshes {
            self.send(Request::new((*method).to_owned().into(), (*method).to_owned(), Value::Null));
        }
    }

    /// Shows the findings of a file, if they are not what is shown.
    fn show(&mut self, place: String, findings: Vec<PublishedFinding>) {
        let document = self.world.documents.get(&place);
        let uri = document.map_or_else(|| uri::uri_of(&self.world.disk.real(&place)), |own| own.uri.clone());
        let version = document.map(|document| document.version);
        if let Some((old, shown)) = self.shown.by_place.get(&place) {
            if *old == uri && *shown == findings {
                return;
            }
            if *old != uri {
                self.publish(old.clone(), None, &[]);
            }
        }
        self.publish(uri.clone(), version, &findings);
        if findings.is_empty() {
            self.shown.by_place.remove(&place);
        } else {
            self.shown.by_place.insert(place, (uri, findings));
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, findings: &[PublishedFinding]) {
        let diagnostics = findings.iter().map(|finding| finding.diagnostic.clone()).collect();
        let params = PublishDiagnosticsParams { uri, version, diagnostics };
        self.send(Notification::new("textDocument/publishDiagnostics".to_owned(), params));
    }

    /// Parses and checks what was typed, and shows what is wrong with it where that is something else than before.
    fn parse_typed(&mut self) {
        if !std::mem::take(&mut self.typed) {
            return;
        }
        let workspace = &mut self.workspace;
        // What panics on a half-typed text, here or in a library, leaves everything as it was before.
        if catch_unwind(AssertUnwindSafe(|| self.world.retype(workspace))).is_err() {
            self.workspace = new_workspace();
            return;
        }
        let (world, sites) = (&self.world, &self.world.sites);
        let fresh: Vec<ByPlace> =
            sites.iter().map(|site| studied(&site.study, &site.names(world), &world.client)).collect();
        let fresh = merged(&fresh);
        let old = merged(sites.iter().map(|site| &site.judged.studied));
        let judged = merged(sites.iter().map(|site| &site.judged.findings));
        let is_judged = |place: &&String| sites.iter().any(|site| site.judged.places.contains(*place));
        // What is shown may be of what was typed before, and be mended by now.
        let shown = self.shown.by_place.keys().filter(is_judged);
        let places: BTreeSet<&String> = fresh.keys().chain(old.keys()).chain(shown).collect();
        let mut changed: Vec<(String, Vec<PublishedFinding>)> = Vec::new();
        for place in places {
            let of = |all: &ByPlace| all.get(place).cloned().unwrap_or_default();
            let (new, old, judged) = (of(&fresh), of(&old), of(&judged));
            // Marks move with the text by themselves, until everything was judged again.
            if says(&new) == says(&old) && says(self.shown.of(place)) == says(&judged) {
                continue;
            }
            let is_typed = world.documents.get(place).is_some_and(|document| {
                let texts = || sites.iter().filter_map(|site| site.judged_text(world, place));
                texts().next().is_none() || texts().any(|text| *text != document.text)
            });
            let is_kept = !is_typed || says(&new) == says(&old);
            let mut shown = new;
            for one in judged.into_iter().filter(|one| is_kept && !old.contains(one)) {
                if !shown.contains(&one) {
                    shown.push(one);
                }
            }
            changed.push((place.clone(), shown));
        }
        changed.into_iter().for_each(|(place, findings)| self.show(place, findings));
    }

    fn request(&mut self, request: Request) {
        if self.shut_down {
            let why = "the server was told to shut down".to_owned();
            return self.send(Response::new_err(request.id, ErrorCode::InvalidRequest as i32, why));
        }
        if request.method == "shutdown" {
            self.shut_down = true;
            return self.send(Response::new_ok(request.id, Value::Null));
        }
        self.parse_typed();
        if request.method == commands::METHOD {
            self.command(request);
            return;
        }
        let id = request.id.clone();
        // What panics, here or in a library, costs its own answer alone.
        let answered = catch_unwind(AssertUnwindSafe(|| requests::answer(request, &self.world, &self.shown)));
        self.send(answered.unwrap_or_else(|_| crashed(id)));
    }

    /// Carries out a command in a thread of its own, as it may take a while.
    fn command(&mut self, request: Request) {
        let cancel = Cancel::default();
        let Some(job) = self.job(cancel.clone()) else {
            let why = "the system's clock has an impossible date".to_owned();
            return self.send(Response::new_err(request.id, ErrorCode::RequestFailed as i32, why));
        };
        self.running.insert(request.id.clone(), cancel);
        let (around, done) = (self.around.clone(), self.done.0.clone());
        thread::spawn(move || {
            let id = request.id.clone();
            let answered = catch_unwind(AssertUnwindSafe(|| commands::answer(request, &job, &around)));
            // Nobody waits for it any more once the server has ended.
            let _ = done.send(answered.unwrap_or_else(|_| crashed(id)));
        });
    }

    fn response(&mut self, response: Response) {
        if response.id != SETTINGS.to_owned().into() {
            return;
        }
        if let Some(sent) = response.response_result.as_ref().ok().and_then(|result| result.get(0)) {
            self.set(&sent.clone());
        }
        if self.settings_by.take().is_some() {
            self.due = Some(Instant::now());
        }
    }

    fn set(&mut self, sent: &Value) {
        let settings = self.world.client.settings.with(sent);
        if settings != self.world.client.settings {
            self.world.client.settings = settings;
            self.revision += 1;
            self.look_after(Duration::ZERO);
        }
    }

    fn notification(&mut self, notification: Notification) {
        let Some(change) = EditorChange::read(notification) else { return };
        match change {
            EditorChange::Opened(item) => {
                let Some(place) = self.world.place(&item.uri) else { return };
                let document = OpenDocument { uri: item.uri, version: item.version, text: item.text.into() };
                // An editor may have forgotten what is shown of a file that it had closed.
                if let Some((_, findings)) = self.shown.by_place.get(&place) {
                    self.publish(document.uri.clone(), Some(document.version), findings);
                }
                self.world.documents.open(place, document);
                self.changed(Duration::ZERO);
            }
            EditorChange::Typed(params) => {
                let id = params.text_document;
                let Some(place) = self.world.place(&id.text_document_identifier.uri) else { return };
                let columns = self.world.client.columns;
                self.world.documents.change(&place, id.version, params.content_changes, columns);
                self.changed(QUIET);
            }
            EditorChange::Closed(uri) => {
                if self.world.documents.close(&uri) {
                    self.changed(Duration::ZERO);
                }
            }
            EditorChange::OnDisk => self.on_disk(),
            EditorChange::Settings(sent) => {
                self.set(&sent);
                self.ask_settings();
            }
            EditorChange::Folders { added, removed } => {
                let places = |uris: Vec<Uri>| -> Vec<String> {
                    uris.iter().filter_map(|uri| self.world.place(uri)).collect()
                };
                let (added, removed) = (places(added), places(removed));
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(added);
                self.changed(Duration::ZERO);
            }
            EditorChange::Cancelled(id) => {
                if let Some(cancel) = self.running.get(&id) {
                    cancel.cancel();
                }
            }
        }
    }

    fn changed(&mut self, quiet: Duration) {
        self.revision += 1;
        self.typed = true;
        self.shown.is_current = false;
        self.look_after(quiet);
    }
}

/// The findings of several folders, each once.
fn merged<'a>(all: impl IntoIterator<Item = &'a ByPlace>) -> ByPlace {
    let mut merged = ByPlace::new();
    for (place, findings) in all.into_iter().flatten() {
        let of_file = merged.entry(place.clone()).or_default();
        for finding in findings {
            if !of_file.contains(finding) {
                of_file.push(finding.clone());
            }
        }
    }
    merged
}

/// What findings say, wherever that is.
fn says(findings: &[PublishedFinding]) -> Vec<(Option<LspCode>, LspMessage)> {
    findings.iter().map(|one| (one.diagnostic.code.clone(), one.diagnostic.message.clone())).collect()
}

fn crashed(id: RequestId) -> Response {
    let why = "tollgate crashed on this because of a bug; please report it with the file".to_owned();
    Response::new_err(id, ErrorCode::InternalError as i32, why)
}
