//! Policies that are compiled once, and judge rows or the files beside them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::{Deserialize, Serialize};
use tollgate::code::Code;
use tollgate::diagnostic::Severity;
use tollgate::disk::Disk;
use tollgate::engine::{Answer, CheckOptions, Neighbour, SweepRange, Workspace};
use tollgate::project::{
    Configuration, FirstVersions, Inputs, Memory, Project, Sides, Start, TextFile, inputs, own_tests,
};
use tollgate::render::{View, human, lint, schema, sweep};
use tollgate::source::SourceMap;

use crate::TollgateError;
use crate::answer::{NativeAnswer, STYLE};
use crate::day::Day;
use crate::neighbourhood::NativeNeighbourhood;
use crate::row::text_of;

/// Rows as others see them: their names and texts.
pub(crate) type SeenTexts = Vec<(String, String)>;

/// Policies with their settings.
#[pyclass(frozen, module = "tollgate_policy.native")]
pub(crate) struct NativePolicies {
    /// What was read, with the snapshots beside it.
    inputs: Inputs,
    /// The tests beside the policies.
    tests: Vec<TextFile>,
    /// Knows the policies' parsed texts.
    workspace: Mutex<Workspace>,
}

#[pymethods]
impl NativePolicies {
    /// Those of a repository's folder, with other values of params, as `tollgate.yaml` would have them.
    #[staticmethod]
    pub(crate) fn of_folder(
        py: Python<'_>,
        path: PathBuf,
        params: &Bound<'_, PyDict>,
        allow_outside: bool,
    ) -> PyResult<Self> {
        let params = settings(params)?;
        py.detach(|| {
            let disk = Disk::of(&path);
            let start = disk.start(allow_outside);
            let mut found = inputs(&start);
            // It is asked again and again, of one state.
            found.keep();
            let tests = start.site().map(|site| own_tests(&found.projects, &site)).unwrap_or_default();
            Self::new(found, tests, params)
        })
    }

    /// Those of texts by their names, `tollgate.yaml` among them.
    #[staticmethod]
    fn of_texts(
        py: Python<'_>,
        texts: BTreeMap<String, String>,
        params: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let params = settings(params)?;
        py.detach(|| {
            let memory = Memory::new(texts);
            let start = Start::new(&memory, "");
            let found = inputs(&start);
            let tests = start.site().map(|site| own_tests(&found.projects, &site)).unwrap_or_default();
            Self::new(found, tests, params)
        })
    }

    /// Those that [`NativePolicies::told`] has told of: without snapshots and tests.
    #[staticmethod]
    fn of_told(py: Python<'_>, told: &str) -> PyResult<Self> {
        let told: ToldPolicies =
            serde_json::from_str(told).map_err(|error| TollgateError::new_err(error.to_string()))?;
        py.detach(|| Self::new(told.inputs(), Vec::new(), None))
    }

    /// The texts of policies and settings, so that another machine need not have their files.
    fn told(&self) -> PyResult<String> {
        let told = ToldPolicies::new(&self.inputs, self.project()?);
        serde_json::to_string(&told).map_err(|error| TollgateError::new_err(error.to_string()))
    }

    /// Whether a policy looks at other workflows.
    #[getter]
    fn reads_workflows(&self, py: Python<'_>) -> bool {
        py.detach(|| {
            let policies = self.inputs.projects.iter().flat_map(|project| &project.policies).cloned();
            self.workspace().compile(policies.collect()).report.reads_workflows()
        })
    }

    /// Whether a setting is of some workflows alone. By itself, a workflow would look as if it were the only one to name.
    #[getter]
    fn names_workflows(&self) -> bool {
        let mut layers = self.inputs.projects.iter().flat_map(|project| &project.stack);
        layers.any(|layer| !layer.config.overrides.is_empty() || !layer.config.waivers.is_empty())
    }

    /// What a workflow is judged beside: the names of all, whether each could be read, and the rows of each as others see them.
    fn neighbourhood(
        &self,
        py: Python<'_>,
        neighbours: Vec<(String, bool, SeenTexts)>,
        day: Day,
    ) -> PyResult<NativeNeighbourhood> {
        let (inputs, options) = (self.with(Some(Vec::new()))?, day.options()?);
        let neighbour = |(workflow, is_read, snapshots)| Neighbour { workflow, is_read, snapshots };
        let neighbours: Vec<Neighbour> = neighbours.into_iter().map(neighbour).collect();
        py.detach(|| {
            let found = self.workspace().neighbourhood(inputs, &neighbours, &options);
            Ok(NativeNeighbourhood::new(found))
        })
    }

    /// Judges rows, each with its name, or without any the snapshots beside the policies.
    #[pyo3(signature = (rows, day, deny_warnings))]
    pub(crate) fn judge(
        &self,
        py: Python<'_>,
        rows: Option<Vec<(String, Bound<'_, PyDict>)>>,
        day: Day,
        deny_warnings: bool,
    ) -> PyResult<NativeAnswer> {
        let inputs = self.with(rows)?;
        let options = CheckOptions { deny_warnings, ..CheckOptions::from(day.options()?) };
        py.detach(|| {
            let kept = inputs.clone();
            let answer = self.workspace().check(inputs, &options);
            let text = human::render(&answer, STYLE, &View::default());
            Ok(NativeAnswer::new(&answer, text)?.of(kept, options))
        })
    }

    /// Judges every snapshot on its own day.
    fn history(
        &self,
        py: Python<'_>,
        rows: Option<Vec<(String, Bound<'_, PyDict>)>>,
        day: Day,
    ) -> PyResult<NativeAnswer> {
        let (inputs, options) = (self.with(rows)?, day.options()?);
        py.detach(|| {
            let answer = self.workspace().history(inputs, &options);
            NativeAnswer::new(&answer, human::render_history(&answer, STYLE, false))
        })
    }

    /// What other values of params would have decided: each param with the two ends of its range.
    fn sweep(
        &self,
        py: Python<'_>,
        rows: Option<Vec<(String, Bound<'_, PyDict>)>>,
        day: Day,
        ranges: Vec<(String, String, String)>,
    ) -> PyResult<NativeAnswer> {
        let (inputs, options) = (self.with(rows)?, day.options()?);
        let ranges: Vec<SweepRange> =
            ranges.into_iter().map(|(name, from, to)| SweepRange { name, from, to }).collect();
        py.detach(|| {
            let answer = self.workspace().sweep(inputs, &options, &ranges).map_err(TollgateError::new_err)?;
            NativeAnswer::new(&answer, sweep::human(&answer, STYLE, false))
        })
    }

    /// What other policies would decide of each snapshot on its own day, and today.
    fn impact(
        &self,
        py: Python<'_>,
        proposed: &Self,
        rows: Option<Vec<(String, Bound<'_, PyDict>)>>,
        day: Day,
    ) -> PyResult<NativeAnswer> {
        let new = match &rows {
            Some(rows) => {
                proposed.with(Some(rows.iter().map(|(name, row)| (name.clone(), row.clone())).collect()))?
            }
            None => beside(&proposed.inputs, &self.inputs),
        };
        let (old, options) = (self.with(rows)?, day.options()?);
        py.detach(|| {
            let mut sources = SourceMap::default();
            let (mixed, head) = (retold(&old, &mut sources), retold(&new, &mut sources));
            let sides = Sides {
                sources,
                base: Vec::new(),
                mixed,
                head,
                problems: Vec::new(),
                reference: "these policies".to_owned(),
                commit: String::new(),
                has_policies: true,
                first: FirstVersions::default(),
                lint: None,
            };
            let answer = self.workspace().impact(sides, &options);
            NativeAnswer::new(&answer, human::render_impact(&answer, STYLE, false))
        })
    }

    /// What is doubtful in the policies.
    fn lint(&self, py: Python<'_>) -> PyResult<NativeAnswer> {
        py.detach(|| {
            let inputs = Inputs { lint: Some(self.tests.clone()), ..self.inputs.clone() };
            let answer = self.workspace().lint(inputs, &[]);
            NativeAnswer::new(&answer, lint::render(&answer, STYLE))
        })
    }

    /// The JSON Schema of a snapshot.
    fn schema(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| {
            let policies = self.inputs.projects.iter().flat_map(|project| &project.policies).cloned();
            let program = self.workspace().compile(policies.collect());
            Ok(schema::snapshot(&program.report.vocabulary).to_string())
        })
    }
}

impl NativePolicies {
    fn new(mut inputs: Inputs, tests: Vec<TextFile>, params: Option<String>) -> PyResult<Self> {
        if let Some(text) = params {
            let set = Configuration::add("params", &text, &mut inputs.sources);
            inputs.projects.iter_mut().for_each(|project| project.stack.push(set.clone()));
        }
        let mut workspace = Workspace::new();
        let alone = without_snapshots(&inputs);
        let errors = errors_of(&workspace.lint(alone, &[]));
        if !errors.is_empty() {
            return Err(TollgateError::new_err(errors.join("\n")));
        }
        Ok(Self { inputs, tests, workspace: Mutex::new(workspace) })
    }

    /// What a panic left is only what was parsed.
    fn workspace(&self) -> MutexGuard<'_, Workspace> {
        self.workspace.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// The policies with rows in the place of their own snapshots.
    fn with(&self, rows: Option<Vec<(String, Bound<'_, PyDict>)>>) -> PyResult<Inputs> {
        let Some(rows) = rows else { return Ok(self.inputs.clone()) };
        let snapshots = texts_of(rows)?;
        self.project()?;
        let mut inputs = without_snapshots(&self.inputs);
        if let [project] = &mut inputs.projects[..] {
            // That there are no files of snapshots is no fault here.
            project.problems.retain(|problem| problem.code != Code::NoSnapshot);
            project.snapshots = snapshots;
        }
        Ok(inputs)
    }

    /// The project that rows belong to.
    fn project(&self) -> PyResult<&Project> {
        match &self.inputs.projects[..] {
            [project] => Ok(project),
            all => Err(TollgateError::new_err(format!(
                "rows belong to one project, and there are {}: give the folder of one",
                all.len()
            ))),
        }
    }
}

/// Rows as texts of snapshots.
pub(crate) fn texts_of(rows: Vec<(String, Bound<'_, PyDict>)>) -> PyResult<Vec<TextFile>> {
    let text = |(name, row): (String, Bound<'_, PyDict>)| {
        let text = text_of(&row).map_err(|error| TollgateError::new_err(format!("{name}, {error}")))?;
        Ok(TextFile { name, content: Ok(text.into()) })
    };
    rows.into_iter().map(text).collect()
}

/// Policies and settings as texts by their names.
#[derive(Serialize, Deserialize)]
struct ToldPolicies {
    project: Option<String>,
    /// The farthest base first.
    settings: Vec<(String, String)>,
    policies: Vec<(String, String)>,
}

impl ToldPolicies {
    fn new(inputs: &Inputs, project: &Project) -> Self {
        let layers = project.stack.iter().filter_map(|layer| inputs.sources.get(layer.file));
        let policies = project.policies.iter().map(|policy| {
            // What could not be read was an error before.
            let text = policy.bytes().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            (policy.name.clone(), text.unwrap_or_default())
        });
        Self {
            project: project.name.clone(),
            settings: layers.map(|file| (file.name.to_string(), file.text.to_string())).collect(),
            policies: policies.collect(),
        }
    }

    fn inputs(self) -> Inputs {
        let mut sources = SourceMap::default();
        let stack = self.settings.iter().map(|(name, text)| Configuration::add(name, text, &mut sources));
        let stack = stack.collect();
        let policies = self.policies.into_iter();
        let policies = policies.map(|(name, text)| TextFile { name, content: Ok(text.into()) });
        let project =
            Project { name: self.project, stack, policies: policies.collect(), ..Project::default() };
        Inputs { sources, projects: vec![project], ..Inputs::default() }
    }
}

fn errors_of<T>(answer: &Answer<T>) -> Vec<String> {
    let errors = answer.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| human::draw(found, &answer.sources, STYLE)).collect()
}

/// The projects of some inputs, with their configurations in other sources.
fn retold(inputs: &Inputs, sources: &mut SourceMap) -> Vec<Project> {
    let mut of_stack = |stack: &[Arc<Configuration>]| {
        let texts = stack.iter().filter_map(|layer| inputs.sources.get(layer.file));
        texts.map(|file| Configuration::add(&file.name, &file.text, sources)).collect()
    };
    let projects = inputs.projects.iter();
    projects.map(|project| Project { stack: of_stack(&project.stack), ..project.clone() }).collect()
}

/// Policies with the snapshots of others.
fn beside(policies: &Inputs, others: &Inputs) -> Inputs {
    let mut inputs = policies.clone();
    for (project, other) in inputs.projects.iter_mut().zip(&others.projects) {
        (project.snapshots, project.standing) = (other.snapshots.clone(), other.standing.clone());
    }
    inputs
}

fn without_snapshots(inputs: &Inputs) -> Inputs {
    let bare = |project: &Project| Project { snapshots: Vec::new(), standing: Vec::new(), ..project.clone() };
    Inputs { projects: inputs.projects.iter().map(bare).collect(), ..inputs.clone() }
}

/// Values of params as a configuration has them; none where there are none.
fn settings(params: &Bound<'_, PyDict>) -> PyResult<Option<String>> {
    if params.is_empty() {
        return Ok(None);
    }
    let all = PyDict::new(params.py());
    all.set_item("params", params)?;
    Ok(Some(text_of(&all)?))
}
