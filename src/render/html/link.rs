//! Addresses: of a workflow's part of the page, and of a line of a file where somebody said how these are called.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::parts::text;
use crate::builtin;
use crate::render::sarif::uri;
use crate::report::Place;
use crate::report::page::PageReport;
use crate::source::on_disk;

/// How the address of a line of a file is made: a pattern with `{file}` and `{line}`.
#[derive(Clone, Debug)]
pub struct SourceUrl(String);

impl SourceUrl {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let is_web = ["https://", "http://"].iter().any(|scheme| pattern.starts_with(scheme));
        if !is_web {
            return Err("the address must begin with `https://` or `http://`".to_owned());
        }
        if !pattern.contains("{file}") {
            return Err(
                "the address needs `{file}`, where the file's path goes; `{line}` is for the line".to_owned()
            );
        }
        let host = pattern.split_once("://").map_or("", |(_, rest)| rest);
        if host.split(['/', '?', '#']).next().is_none_or(|host| host.is_empty() || host.contains(['{', '}']))
        {
            return Err(
                "the address needs a host before `{file}`, such as `https://example.com/{file}`".to_owned()
            );
        }
        if pattern.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("an address has no blanks".to_owned());
        }
        Ok(Self(pattern.to_owned()))
    }

    /// The address of a line.
    fn of(&self, file: &str, line: usize) -> String {
        self.0.replace("{line}", &line.to_string()).replace("{file}", &uri(file))
    }
}

/// Which measures a page draws: fewer, where it would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DrawnMeasures {
    All,
    /// Those that a rule asks for now.
    Asked,
    /// Those by which a rule may stop the workflow now.
    Stopping,
}

/// What all parts of a page go by: what it links to, and whether it is to be short.
#[derive(Debug)]
pub(super) struct PageContext<'a> {
    source: Option<&'a SourceUrl>,
    /// The anchor of each workflow, by its full name.
    anchors: BTreeMap<String, String>,
    /// Whether each workflow has a file of its own.
    several: bool,
    /// Files of a base, which no address leads to.
    base: Option<String>,
    /// Which measures have a chart.
    pub(super) drawn: DrawnMeasures,
}

impl<'a> PageContext<'a> {
    pub(super) fn new(page: &PageReport, source: Option<&'a SourceUrl>, several: bool) -> Self {
        let mut taken = BTreeSet::new();
        let mut anchors = BTreeMap::new();
        for name in page.workflows.iter().map(super::WorkflowPage::name) {
            let slug = slug(&name);
            let numbered = (2..).map(|number| format!("{slug}-{number}"));
            let free = std::iter::once(slug.clone()).chain(numbered).find(|one| !taken.contains(one));
            let anchor = free.unwrap_or(slug);
            taken.insert(anchor.clone());
            anchors.insert(name, anchor);
        }
        let base = page.report.against.as_ref().map(|against| &against.reference);
        let base = base.or(page.since.as_ref().map(|since| &since.reference));
        Self {
            source,
            anchors,
            several,
            base: base.map(|reference| format!("{reference}:")),
            drawn: DrawnMeasures::All,
        }
    }

    /// Whether somebody said how addresses are made.
    pub(super) fn has_addresses(&self) -> bool {
        self.source.is_some()
    }

    /// Whether each workflow has a file of its own.
    pub(super) fn is_several(&self) -> bool {
        self.several
    }

    /// A short name of a workflow for what only the page itself refers to, as often as it has charts.
    pub(super) fn key(&self, workflow: &str) -> String {
        self.anchors.keys().position(|name| name == workflow).unwrap_or_default().to_string()
    }

    /// The anchor of a workflow.
    pub(super) fn anchor(&self, workflow: &str) -> &str {
        self.anchors.get(workflow).map_or("", |anchor| anchor)
    }

    /// The name of the file of a workflow, where each has one.
    pub(super) fn file(&self, workflow: &str) -> String {
        format!("workflow-{}.html", self.anchor(workflow))
    }

    /// A workflow's name that leads to what the page says of it.
    pub(super) fn workflow(&self, name: &str) -> Markup {
        if self.anchor(name).is_empty() {
            return html! { (text(name)) };
        }
        let to = if self.several { self.file(name) } else { format!("#w-{}", self.anchor(name)) };
        html! { a href=(to) { (text(name)) } }
    }

    /// `file:line`, as a link where somebody said how addresses are made.
    pub(super) fn place(&self, place: &Place) -> Markup {
        self.at(&place.file, place.line)
    }

    /// The same of a file and a line.
    pub(super) fn at(&self, file: &str, line: usize) -> Markup {
        let shown = text(&format!("{file}:{line}"));
        match self.address(file, line) {
            Some(address) => html! { a.f href=(address) { (shown) } },
            None => html! { span.f { (shown) } },
        }
    }

    /// A date that leads to the snapshot of it.
    pub(super) fn dated(&self, date: &str, place: Option<&Place>) -> Markup {
        self.linked(&text(date), place)
    }

    /// What is shown of a place, and leads there where somebody said how addresses are made.
    pub(super) fn linked(&self, shown: &str, place: Option<&Place>) -> Markup {
        match place.and_then(|place| self.address(&place.file, place.line)) {
            Some(address) => html! { a href=(address) { (shown) } },
            None => html! { (shown) },
        }
    }

    /// The address of a line; none of a file that is not among those of the repository.
    fn address(&self, file: &str, line: usize) -> Option<String> {
        let is_elsewhere = file.is_empty()
            || file.starts_with(builtin::FOLDER)
            || self.base.as_ref().is_some_and(|base| file.starts_with(base));
        let (file, has_lines) = on_disk(file);
        let line = if has_lines { line } else { 1 };
        self.source.filter(|_| !is_elsewhere).map(|source| source.of(file, line))
    }
}

/// Letters, digits and hyphens alone.
fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let all: String = name.chars().map(plain).collect();
    let parts: Vec<&str> = all.split('-').filter(|part| !part.is_empty()).collect();
    let slug: String = parts.join("-").chars().take(80).collect();
    if slug.is_empty() { "workflow".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_a_file_whatever_it_is_called() {
        let url = SourceUrl::new("https://example.com/blob/main/{file}#L{line}").unwrap();
        assert_eq!(
            url.of("a b/\"><script>.yaml", 7),
            "https://example.com/blob/main/a%20b/%22%3E%3Cscript%3E.yaml#L7"
        );
        assert_eq!(url.of("{line}.gate", 7), "https://example.com/blob/main/%7Bline%7D.gate#L7");
    }

    #[test]
    fn an_address_is_one_of_the_web() {
        for bad in [
            "javascript:alert({file})",
            "data:{file}",
            "//example.com/{file}",
            "https://example.com/",
            "https://a/{file} x",
            "https://{file}/",
            "https:///{file}",
            "https://?{file}",
        ] {
            assert!(SourceUrl::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_anchor_is_plain() {
        assert_eq!(slug("teams/Billing: \"<invoices>\""), "teams-billing-invoices");
        assert_eq!(slug("日本"), "workflow");
    }
}
