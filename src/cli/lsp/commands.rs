//! Commands: what takes a while, or changes nothing that could be shown beside a text.

use gen_lsp_types::{
    ExecuteCommandParams, ExecuteCommandRequest, Position, Range as LspRange, Request as LspRequest, Uri,
};
use lsp_server::{ErrorCode, Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::looking::{LookJob, Surroundings};
use super::published::{ByPlace, add};
use super::roots::{Fenced, outermost, root_of};
use super::world::SiteNames;
use super::{encode, uri};
use crate::builtin;
use crate::cli::tables::new_workspace;
use crate::engine::{CheckOptions, DayOptions, Study, Turn, WorkflowNames};
use crate::ide::observed::{RanTest, TestItem, held, run_tests, tests};
use crate::project::path::{below, join, straight};
use crate::project::{self, Files, Inputs, Overlay, Start, Suites};
use crate::render::editor::of_diagnostics;
use crate::source::{Columns, Source, SourceMap, Span};
use crate::text::visible;
use crate::value::parse_date;

/// The request that asks for one.
pub(super) const METHOD: &str = <ExecuteCommandRequest as LspRequest>::METHOD.as_str();

pub(super) const HELD: &str = "tollgate.held";
pub(super) const NEAREST: &str = "tollgate.nearest";
pub(super) const RUN_TESTS: &str = "tollgate.runTests";

/// What a command does.
type CommandDeed = fn(&CommandRun<'_>) -> Result<Value, String>;

/// All of them.
const COMMANDS: [(&str, CommandDeed); 6] = [
    ("tollgate.evaluate", |run| run.evaluate()),
    (HELD, |run| run.held()),
    (NEAREST, |run| run.nearest()),
    (RUN_TESTS, |run| run.run_tests()),
    ("tollgate.tests", |run| run.tests()),
    ("tollgate.text", |run| run.text()),
];

/// The names of all commands.
pub(super) fn names() -> Vec<String> {
    COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// What commands are told.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CommandArgument {
    uri: Option<Uri>,
    position: Option<Position>,
    range: Option<LspRange>,
    workflow: Option<String>,
    as_of: Option<String>,
    title: Option<String>,
    rule: Option<String>,
}

/// Carries out a command on what is typed.
pub(super) fn answer(request: Request, job: &LookJob, around: &Surroundings) -> Response {
    let id = request.id;
    let params: ExecuteCommandParams = match serde_json::from_value(request.params) {
        Ok(params) => params,
        Err(error) => return Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
    };
    let argument = params.arguments.and_then(|all| all.into_iter().next()).unwrap_or_else(|| json!({}));
    match carry_out(&params.command, argument, job, around) {
        Ok(value) => Response::new_ok(id, written_out(value)),
        Err(why) => Response::new_err(id, ErrorCode::RequestFailed as i32, why),
    }
}

/// Hidden characters of texts that somebody wrote, written out; lines stay lines.
fn written_out(value: Value) -> Value {
    match value {
        Value::String(text) => text.split('\n').map(visible).collect::<Vec<_>>().join("\n").into(),
        Value::Array(all) => all.into_iter().map(written_out).collect(),
        Value::Object(all) => all.into_iter().map(|(key, value)| (key, written_out(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn carry_out(command: &str, argument: Value, job: &LookJob, around: &Surroundings) -> Result<Value, String> {
    let known = COMMANDS.iter().find(|(name, _)| *name == command);
    let (_, carry_out) = known.ok_or_else(|| format!("there is no command `{command}`"))?;
    let argument = serde_json::from_value(argument).map_err(|error| error.to_string())?;
    let typed = job.documents.files();
    let overlay = Overlay { over: &typed, under: &*around.disk };
    let folders = outermost(&job.folders);
    let fenced = Fenced { files: &overlay, folders: &folders };
    let files: &dyn Files = if job.client.settings.trusted { &overlay } else { &fenced };
    carry_out(&CommandRun { job, around, files, folders: &folders, argument })
}

/// A command with everything that it is carried out on.
struct CommandRun<'a> {
    job: &'a LookJob,
    around: &'a Surroundings,
    files: &'a dyn Files,
    folders: &'a [String],
    argument: CommandArgument,
}

/// A file that a command is about, in the folder that it belongs to.
struct CommandFile {
    root: String,
    name: String,
    /// Its text, alone.
    sources: SourceMap,
}

impl CommandFile {
    fn source(&self) -> Result<&Source, String> {
        self.sources.named(&self.name).ok_or_else(|| "there is no such file".to_owned())
    }
}

impl CommandRun<'_> {
    fn columns(&self) -> Columns {
        self.job.client.columns
    }

    fn start(&self, root: &str) -> Start<'_> {
        Start { files: self.files, path: root.to_owned(), shown: ".".to_owned(), allow_outside: false }
    }

    fn inputs(&self, root: &str) -> Inputs {
        project::inputs(&self.start(root))
    }

    fn uri(&self) -> Result<&Uri, String> {
        self.argument.uri.as_ref().ok_or_else(|| "the command needs a `uri`".to_owned())
    }

    fn names<'w>(&'w self, root: &'w str) -> SiteNames<'w> {
        let Surroundings { disk, shipped } = self.around;
        SiteNames { root, disk, documents: &self.job.documents, client: &self.job.client, shipped }
    }

    /// The file that the command is about.
    fn file(&self) -> Result<CommandFile, String> {
        let uri = self.uri()?;
        let mut sources = SourceMap::default();
        if let Some(name) = self.around.shipped.name_of(uri) {
            let text = builtin::text_of_file(&name).ok_or("there is no such shipped policy")?;
            sources.add(name.as_str(), text);
            let root = self.folders.first().ok_or("no folder is open")?.clone();
            return Ok(CommandFile { root, name, sources });
        }
        let place = uri::path_of(uri).and_then(|path| self.around.disk.place_of(&path));
        let place = place.ok_or("the URI does not name a file")?;
        let own = self.folders.iter().find(|folder| below(&place, folder).is_some()).cloned();
        let root = own.or_else(|| root_of(&place, self.files)).ok_or("the file belongs to no project")?;
        let name = self.name_in(&root, &place).ok_or("no project reads the file")?;
        let bytes = self.files.read(&place).map_err(|_| "the file cannot be read")?;
        sources.add(name.as_str(), String::from_utf8_lossy(&bytes).into_owned());
        Ok(CommandFile { root, name, sources })
    }

    /// The name by which a place is known in a folder; that of a file outside of it is as a configuration reaches it.
    fn name_in(&self, root: &str, place: &str) -> Option<String> {
        if let Some(name) = below(place, root) {
            return Some(name.to_owned());
        }
        let projects = self.inputs(root).projects;
        let mut files = projects.iter().flat_map(|project| &project.policies);
        files.find(|file| straight(&join(root, &file.name)) == place).map(|file| file.name.clone())
    }

    /// The day and the workflows that are asked for.
    fn day(&self) -> Result<DayOptions, String> {
        let mut day = self.job.day.clone();
        day.workflows.extend(self.argument.workflow.clone());
        if let Some(text) = self.argument.as_of.as_deref().filter(|text| !text.is_empty()) {
            day.as_of = Some(parse_date(text).ok_or_else(|| format!("`{text}` is not a date"))?);
            day.time = None;
        }
        Ok(day)
    }

    fn evaluate(&self) -> Result<Value, String> {
        let file = self.file()?;
        let source = file.source()?;
        let at = |position| encode::offset(source, position, self.columns());
        let range = match (self.argument.range, self.argument.position) {
            (Some(range), _) => encode::bytes(source, range, self.columns()),
            (None, Some(position)) => at(position)..at(position),
            (None, None) => return Err("the command needs a `position` or a `range`".to_owned()),
        };
        let inputs = self.inputs(&file.root);
        let found = new_workspace().evaluate(inputs, &self.day()?, &file.name, range)?;
        let results = found.results.iter().map(|own| {
            json!({ "workflow": own.workflow, "asOf": own.as_of, "value": own.value, "because": own.because })
        });
        Ok(json!({
            "expression": found.expression,
            "range": encode::range(source, found.range.clone(), self.columns()),
            "isAround": found.is_around,
            "type": found.ty,
            "results": results.collect::<Vec<_>>(),
            "more": found.more,
        }))
    }

    fn nearest(&self) -> Result<Value, String> {
        let file = self.file()?;
        let position = self.argument.position.ok_or("the command needs a `position`")?;
        let at = encode::offset(file.source()?, position, self.columns());
        let found = new_workspace().nearest(self.inputs(&file.root), &self.day()?, &file.name, at)?;
        let turn = |turn: &Turn| {
            let changes = turn.changes.iter().map(
                |own| json!({ "workflow": own.workflow, "from": own.from.as_str(), "to": own.to.as_str() }),
            );
            json!({ "value": turn.value, "changes": changes.collect::<Vec<_>>() })
        };
        let nearest: Vec<Value> = found.below.iter().chain(&found.above).map(turn).collect();
        Ok(json!({ "param": found.param, "value": found.value, "nearest": nearest, "why": found.why }))
    }

    fn held(&self) -> Result<Value, String> {
        let file = self.file()?;
        let rule = self.argument.rule.as_deref().ok_or("the command needs a `rule`")?;
        let answer = new_workspace().check(self.inputs(&file.root), &CheckOptions::from(self.day()?));
        let names = self.names(&file.root);
        let found = held(&answer.report, &file.name, rule).into_iter().map(|own| {
            let source = answer.sources.named(&own.place.file);
            let start = source.map(|source| {
                let offset = source.offset(own.place.line, own.place.column, Columns::Characters);
                encode::range(source, offset..offset, self.columns())
            });
            let location = json!({ "uri": names.uri(&own.place.file).as_ref(), "range": start });
            json!({ "workflow": own.workflow, "outcome": own.outcome.as_str(), "location": location })
        });
        Ok(found.collect())
    }

    /// The tests of a folder, and what runs them.
    fn tests_in(&self, root: &str) -> (Suites, Study) {
        let suites = project::suites(&self.start(root));
        let copy =
            Suites { sources: suites.sources.clone(), suites: suites.suites.clone(), problems: Vec::new() };
        let study = new_workspace().study(Inputs::default(), copy, &WorkflowNames::new());
        (suites, study)
    }

    /// Where a span is, as the protocol has it.
    fn located(&self, root: &str, span: Span, sources: &SourceMap) -> (String, Option<LspRange>) {
        let source = sources.get(span.file);
        let range = source.map(|source| encode::range(source, span.range(), self.columns()));
        (self.names(root).uri(sources.name(span.file)).as_ref().to_owned(), range)
    }

    fn tests(&self) -> Result<Value, String> {
        let (roots, name) = match &self.argument.uri {
            Some(_) => self.file().map(|file| (vec![file.root], Some(file.name)))?,
            None => (self.folders.to_vec(), None),
        };
        let mut all = Vec::new();
        for root in roots {
            let (_, study) = self.tests_in(&root);
            let found = tests(&study, None).into_iter();
            let is_wanted = |name: &str, test: &TestItem| study.sources.name(test.span.file) == name;
            for test in found.filter(|test| name.as_deref().is_none_or(|name| is_wanted(name, test))) {
                let (uri, range) = self.located(&root, test.span, &study.sources);
                all.push(json!({ "uri": uri, "title": test.title, "range": range, "rules": test.rules }));
            }
        }
        Ok(all.into())
    }

    fn run_tests(&self) -> Result<Value, String> {
        let file = self.file()?;
        let (suites, study) = self.tests_in(&file.root);
        let CommandArgument { title, rule, .. } = &self.argument;
        let is_wanted = |test: &TestItem| {
            let is_in = study.sources.name(test.span.file) == file.name;
            match (title, rule) {
                (Some(title), _) => is_in && test.title == *title,
                (None, Some(rule)) => test.rules.contains(rule),
                (None, None) => is_in,
            }
        };
        let wanted: Vec<TestItem> = tests(&study, None).into_iter().filter(is_wanted).collect();
        let run = run_tests(&mut new_workspace(), suites, &study, &wanted);
        let passed = run.tests.iter().filter(|test| test.passed).count();
        let names = self.names(&file.root);
        let of_test = |test: &RanTest| {
            let (uri, range) = self.located(&file.root, test.span, &run.sources);
            let mut found = ByPlace::new();
            let findings = of_diagnostics(&test.diagnostics, &run.sources);
            add(&mut found, findings, &run.sources, &names, &self.job.client);
            let diagnostics = found.into_values().flatten().map(|finding| finding.diagnostic);
            json!({
                "uri": uri,
                "title": test.title,
                "range": range,
                "passed": test.passed,
                "message": test.diagnostics.first().map(|first| &first.message),
                "diagnostics": diagnostics.collect::<Vec<_>>(),
            })
        };
        Ok(json!({
            "passed": passed,
            "failed": run.tests.len() - passed,
            "tests": run.tests.iter().map(of_test).collect::<Vec<_>>(),
            "problems": run.problems,
        }))
    }

    fn text(&self) -> Result<Value, String> {
        let name = self.around.shipped.name_of(self.uri()?);
        let text = name.and_then(|name| builtin::text_of_file(&name));
        text.map(Value::from).ok_or_else(|| "there is no such shipped policy".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use gen_lsp_types::ClientCapabilities;

    use super::super::client::Client;
    use super::super::documents::Documents;
    use super::super::world::BUILTIN_SCHEME;
    use super::super::world::ShippedCopies;
    use super::*;
    use crate::disk::Disk;
    use crate::value::Date;

    fn example(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
    }

    fn ask(folder: &Path, command: &str, argument: Value) -> Result<Value, String> {
        let date = Date::constant(2026, 11, 23);
        let disk = Arc::new(Disk::of(folder));
        let job = LookJob {
            revision: 0,
            documents: Documents::default(),
            folders: disk.place_of(folder).into_iter().collect(),
            client: Client::new(&ClientCapabilities::default(), None),
            day: DayOptions { as_of: Some(date), ..DayOptions::on(date) },
        };
        let around = Surroundings { disk, shipped: Arc::new(ShippedCopies::in_cache(None)) };
        carry_out(command, argument, &job, &around)
    }

    fn shipped(name: &str) -> String {
        format!("{BUILTIN_SCHEME}:///builtin/{name}.gate")
    }

    /// The position of the first `what` of a shipped policy.
    fn place(name: &str, what: &str) -> Value {
        let mut sources = SourceMap::default();
        sources.add("", builtin::text_of_file(&format!("builtin/{name}.gate")).unwrap());
        let source = sources.named("").unwrap();
        json!(encode::position(source, source.text.find(what).unwrap(), Columns::Utf16))
    }

    #[test]
    fn workflows_that_a_rule_holds_are_shown_with_their_lines() {
        // As `tollgate check examples/support-desk --as-of 2026-11-23` says.
        let argument = json!({ "uri": shipped("monitoring"), "rule": "monitoring.quality_kept" });
        let held = ask(&example("support-desk"), HELD, argument).unwrap();
        assert_eq!((&held[0]["workflow"], &held[0]["outcome"]), (&json!("outage-notices"), &json!("fail")));
        let uri = held[0]["location"]["uri"].as_str().unwrap();
        assert!(uri.contains("rollouts/outage-notices/") && held.as_array().unwrap().len() == 1, "{held}");
        assert!(held[0]["location"]["range"]["start"]["line"].as_u64().unwrap() > 0);
    }

    #[test]
    fn the_nearest_value_is_that_at_which_check_decides_otherwise() {
        // With `before_deployment.light_share: 77%` in `tollgate.yaml`, `check` holds `meeting-notes`, which has 23 of 30; with
        // 76% it lets it advance, and nobody else is decided otherwise.
        let argument = json!({ "uri": shipped("before_deployment"), "position": place("before_deployment", "param light_share") });
        let found = ask(&example("support-desk"), NEAREST, argument).unwrap();
        assert_eq!(
            (&found["param"], &found["value"]),
            (&json!("before_deployment.light_share"), &json!("80%"))
        );
        let changes = json!([{ "workflow": "meeting-notes", "from": "hold", "to": "advance" }]);
        assert_eq!(found["nearest"][0], json!({ "value": "about 76.6%", "changes": changes }), "{found}");
    }

    #[test]
    fn an_expression_is_evaluated_where_the_cursor_is() {
        let position = place("monitoring", "light >= before_deployment.light_share");
        let argument =
            json!({ "uri": shipped("monitoring"), "position": position, "workflow": "outage-notices" });
        let found = ask(&example("support-desk"), "tollgate.evaluate", argument).unwrap();
        assert_eq!((&found["expression"], &found["type"]), (&json!("light"), &json!("share")));
        let result = json!({ "workflow": "outage-notices", "asOf": "2026-11-23", "value": "12 of 20 = 60%", "because": [] });
        assert_eq!(found["results"], json!([result]));
    }

    #[test]
    fn tests_are_listed_and_run_by_title_and_by_rule() {
        let folder = example("platform");
        let all = ask(&folder, "tollgate.tests", json!({})).unwrap();
        let first = &all[0];
        let argument = json!({ "uri": first["uri"], "title": first["title"] });
        let run = ask(&folder, RUN_TESTS, argument).unwrap();
        assert_eq!((&run["passed"], &run["failed"], &run["problems"]), (&json!(1), &json!(0), &json!([])));
        assert_eq!((&run["tests"][0]["range"], &run["tests"][0]["uri"]), (&first["range"], &first["uri"]));
        let rule = &first["rules"][0];
        let expecting = all.as_array().unwrap().iter();
        let expecting = expecting.filter(|test| test["rules"].as_array().unwrap().contains(rule)).count();
        let run = ask(&folder, RUN_TESTS, json!({ "uri": first["uri"], "rule": rule })).unwrap();
        assert_eq!(run["passed"], json!(expecting));
        let of_file = ask(&folder, "tollgate.tests", json!({ "uri": first["uri"] })).unwrap();
        let whole = ask(&folder, RUN_TESTS, json!({ "uri": first["uri"] })).unwrap();
        assert_eq!(whole["passed"], json!(of_file.as_array().unwrap().len()));
    }

    #[test]
    fn what_makes_no_sense_is_refused_in_words() {
        let folder = example("support-desk");
        let text = ask(&folder, "tollgate.text", json!({ "uri": shipped("rollback") })).unwrap();
        assert_eq!(text.as_str(), builtin::text_of_file("builtin/rollback.gate"));
        for (command, argument) in [
            ("tollgate.none", json!({})),
            ("tollgate.text", json!({ "uri": shipped("none") })),
            ("tollgate.evaluate", json!({})),
            ("tollgate.evaluate", json!({ "uri": shipped("rollback") })),
            (
                "tollgate.evaluate",
                json!({ "uri": shipped("rollback"), "position": { "line": 0, "character": 0 } }),
            ),
            (NEAREST, json!({ "uri": "file:///nowhere/a.gate", "position": { "line": 0, "character": 0 } })),
            (NEAREST, json!({ "uri": 3 })),
            (HELD, json!({ "uri": shipped("rollback") })),
            (RUN_TESTS, Value::Null),
        ] {
            assert!(ask(&folder, command, argument.clone()).is_err(), "{command} {argument}");
        }
    }
}
