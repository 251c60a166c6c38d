//! What came of it, as JSON and as text.

use std::sync::Mutex;

use pyo3::prelude::*;
use serde::Serialize;
use tollgate::engine::{Answer, CheckOptions, Workspace};
use tollgate::project::Inputs;
use tollgate::render::html::{HtmlView, render};
use tollgate::render::{Style, json};
use tollgate::source::SourceMap;

use crate::TollgateError;

/// How wide text is drawn.
const WIDTH: usize = 100;
/// Plain text, as a notebook or a log shows it.
pub(crate) const STYLE: Style = Style { color: false, unicode: true, width: WIDTH };

/// An answer of the engine.
#[pyclass(frozen, module = "tollgate_policy.native")]
pub(crate) struct NativeAnswer {
    /// The report, as `--format json` prints it.
    #[pyo3(get)]
    json: String,
    /// As the terminal shows it.
    #[pyo3(get)]
    text: String,
    /// The exit code of the command line.
    #[pyo3(get)]
    exit: u8,
    /// The texts that places lie in.
    sources: SourceMap,
    /// What was judged, for the page.
    judged: Option<Mutex<(Inputs, CheckOptions)>>,
}

impl NativeAnswer {
    pub(crate) fn new<T: Serialize>(answer: &Answer<T>, text: String) -> PyResult<Self> {
        let json = json::render(&answer.report).map_err(|error| TollgateError::new_err(error.to_string()))?;
        Ok(Self { json, text, exit: answer.exit, sources: answer.sources.clone(), judged: None })
    }

    pub(crate) fn of(self, inputs: Inputs, options: CheckOptions) -> Self {
        Self { judged: Some(Mutex::new((inputs, options))), ..self }
    }
}

#[pymethods]
impl NativeAnswer {
    /// The page that `tollgate report` writes; none of what judges nothing.
    fn html(&self, py: Python<'_>) -> Option<String> {
        let judged = self.judged.as_ref()?;
        py.detach(|| {
            let judged = judged.lock().unwrap_or_else(|broken| broken.into_inner());
            let (inputs, options) = &*judged;
            let page = Workspace::new().page(inputs.clone(), options, None, None);
            Some(render(&page, &HtmlView::default()))
        })
    }

    /// The column that a line of a row's text is of.
    fn column(&self, file: &str, line: usize) -> Option<String> {
        let key = self.sources.named(file)?.line(line).split_once(": ")?.0;
        Some(serde_json::from_str(key).unwrap_or_else(|_| key.to_owned()))
    }
}
