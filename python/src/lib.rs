//! What the Python package needs of the library: policies that are compiled once, and rows of tables in the place of files.

mod answer;
mod day;
mod neighbourhood;
mod policies;
mod row;

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use self::answer::NativeAnswer;
use self::day::Day;
use self::neighbourhood::NativeNeighbourhood;
use self::policies::NativePolicies;

pyo3::create_exception!(tollgate_policy, TollgateError, pyo3::exceptions::PyException);

/// Judges the repository in a folder.
#[pyfunction]
#[pyo3(signature = (path, day, deny_warnings, allow_outside))]
fn check(
    py: Python<'_>,
    path: PathBuf,
    day: Day,
    deny_warnings: bool,
    allow_outside: bool,
) -> PyResult<NativeAnswer> {
    let policies = NativePolicies::of_folder(py, path, &PyDict::new(py), allow_outside)?;
    policies.judge(py, None, day, deny_warnings)
}

/// The module that the package is built on.
#[pymodule]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(check, module)?)?;
    module.add_function(wrap_pyfunction!(row::is_name, module)?)?;
    module.add_class::<NativeAnswer>()?;
    module.add_class::<NativePolicies>()?;
    module.add_class::<NativeNeighbourhood>()?;
    module.add("TollgateError", module.py().get_type::<TollgateError>())
}
