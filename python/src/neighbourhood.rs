//! What workflows are judged beside, where their rows come a few workflows at a time.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use tollgate::engine::{CheckOptions, Neighbour, Neighbourhood};

use crate::answer::NativeAnswer;
use crate::day::Day;
use crate::policies::{SeenTexts, texts_of};

/// Policies, settled for the workflows of a table.
#[pyclass(frozen, module = "tollgate_policy.native")]
pub(crate) struct NativeNeighbourhood(Neighbourhood);

impl NativeNeighbourhood {
    pub(crate) fn new(found: Neighbourhood) -> Self {
        Self(found)
    }
}

#[pymethods]
impl NativeNeighbourhood {
    /// Whether the rows of a workflow could be read, and names and texts of them as others see them.
    fn neighbour(
        &self,
        py: Python<'_>,
        workflow: &str,
        rows: Vec<(String, Bound<'_, PyDict>)>,
        day: Day,
    ) -> PyResult<(bool, SeenTexts)> {
        let (snapshots, options) = (texts_of(rows)?, day.options()?);
        let Neighbour { is_read, snapshots, .. } =
            py.detach(|| self.0.neighbour(workflow, snapshots, &options));
        Ok((is_read, snapshots))
    }

    /// Judges all rows of some workflows. The answer has no text: nobody reads it.
    fn judge(
        &self,
        py: Python<'_>,
        rows: Vec<(String, Bound<'_, PyDict>)>,
        day: Day,
    ) -> PyResult<NativeAnswer> {
        let (snapshots, options) = (texts_of(rows)?, CheckOptions::from(day.options()?));
        py.detach(|| {
            let answer = self.0.check(snapshots, &options);
            NativeAnswer::new(&answer, String::new())
        })
    }

    /// Judges every snapshot of some workflows on its own day, likewise.
    fn history(
        &self,
        py: Python<'_>,
        rows: Vec<(String, Bound<'_, PyDict>)>,
        day: Day,
    ) -> PyResult<NativeAnswer> {
        let (snapshots, options) = (texts_of(rows)?, day.options()?);
        py.detach(|| {
            let answer = self.0.history(snapshots, &options);
            NativeAnswer::new(&answer, String::new())
        })
    }
}
