//! The day that is asked about.

use pyo3::prelude::*;
use tollgate::engine::DayOptions;
use tollgate::value::{Date, Number, date_of_day, day_and_seconds, parse_date, parse_time};

use crate::TollgateError;

/// A day or time of judgement, what day it is today, and the workflows to look at.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Day {
    as_of: Option<String>,
    today: String,
    workflows: Vec<String>,
}

impl Day {
    pub(crate) fn options(self) -> PyResult<DayOptions> {
        let (today, _) = point(&self.today)?;
        let (as_of, time) = match self.as_of {
            Some(text) => point(&text).map(|(date, time)| (Some(date), time))?,
            None => (None, None),
        };
        Ok(DayOptions { as_of, time, workflows: self.workflows, ..DayOptions::on(today) })
    }
}

/// A day, or a time of it in UTC: the seconds since it began.
fn point(text: &str) -> PyResult<(Date, Option<Number>)> {
    if let Some(date) = parse_date(text) {
        return Ok((date, None));
    }
    let instant = parse_time(text).ok().map(|instant| day_and_seconds(&instant));
    let found = instant.and_then(|(day, seconds)| Some((date_of_day(day)?, Some(seconds))));
    found.ok_or_else(|| {
        TollgateError::new_err(format!(
            "`{text}` is not a day like 2026-11-02, and not a time like 2026-11-02T14:05Z"
        ))
    })
}
