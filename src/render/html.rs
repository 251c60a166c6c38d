//! One HTML page, or a page for each workflow beside an index: where every rollout stands, and why.
//!
//! A page asks nobody for anything: style and script stand in it, and its policy lets nothing else in. Whatever a stranger
//! has written is escaped by the templates, and hidden characters are written out.

mod index;
mod link;
mod matrix;
mod measures;
mod parts;
mod policies;
mod rules;
mod since;
mod svg;
mod sweeps;
mod timeline;
mod workflow;

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub use link::SourceUrl;

use self::link::{DrawnMeasures, PageContext};
use self::parts::text;
use crate::digest::sha256;
use crate::engine::Answer;
use crate::report::page::{PageReport, WorkflowPage};

/// What the page looks like.
const STYLE: &str = include_str!("html/style.css");
/// What filters, sorts and shows values under the pointer.
const SCRIPT: &str = include_str!("html/page.js");

/// What the caller of a page chooses.
#[derive(Clone, Debug, Default)]
pub struct HtmlView {
    /// How the address of a line of a file is made.
    pub source_url: Option<SourceUrl>,
}

/// A page that is larger takes long to open.
pub const LARGE: usize = 2 << 20;

/// Everything in one page. One that would be too large draws only the measures that some rule asks for now; if it still is, only
/// those by which a rule may stop a workflow.
pub fn render(page: &Answer<PageReport>, view: &HtmlView) -> String {
    let mut context = PageContext::new(&page.report, view.source_url.as_ref(), false);
    let mut whole = one_page(page, &context);
    for drawn in [DrawnMeasures::Asked, DrawnMeasures::Stopping] {
        if whole.len() <= LARGE {
            break;
        }
        context.drawn = drawn;
        whole = one_page(page, &context);
    }
    whole
}

fn one_page(page: &Answer<PageReport>, context: &PageContext<'_>) -> String {
    if page.report.workflows.is_empty() {
        return document("Tollgate report", &nothing(page, context));
    }
    let body = html! {
        (index::head(page, context))
        main {
            (index::section(page, context))
            (matrix::section(&page.report, context))
            section aria-labelledby="workflows" {
                h2 #workflows { "Each workflow" }
                @for at in index::order(&page.report) { (workflow::section(&page.report, at, context)) }
            }
            (since::section(&page.report, context))
            (sweeps::section(&page.report, context))
            (policies::section(&page.report, context))
            (index::found(page, context))
        }
    };
    document("Tollgate report", &body)
}

/// Where there is no workflow, only that and what is wrong with the files can be said.
fn nothing(page: &Answer<PageReport>, context: &PageContext<'_>) -> Markup {
    html! {
        header { h1 { "Where the rollouts stand" } p.lead { "There is no workflow." } }
        main { (index::found(page, context)) }
    }
}

/// An index, and a page for each workflow: their names, and what is in them.
pub fn render_site(page: &Answer<PageReport>, view: &HtmlView) -> Vec<(String, String)> {
    let links = PageContext::new(&page.report, view.source_url.as_ref(), true);
    if page.report.workflows.is_empty() {
        return vec![("index.html".to_owned(), document("Tollgate report", &nothing(page, &links)))];
    }
    let body = html! {
        (index::head(page, &links))
        main {
            (index::section(page, &links))
            (matrix::section(&page.report, &links))
            (since::section(&page.report, &links))
            (sweeps::section(&page.report, &links))
            (policies::section(&page.report, &links))
            (index::found(page, &links))
        }
    };
    let mut files = vec![("index.html".to_owned(), document("Tollgate report", &body))];
    for (at, workflow) in page.report.workflows.iter().enumerate() {
        let name = workflow.name();
        let body = html! {
            header { p { a href="index.html" { "All workflows" } } h1 { (text(&name)) } }
            main { h2 { "Where it stands" } (workflow::section(&page.report, at, &links)) }
        };
        files.push((links.file(&name), document(&format!("{} - Tollgate report", text(&name)), &body)));
    }
    files
}

/// A whole document around its body.
fn document(title: &str, body: &Markup) -> String {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(SCRIPT)
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("tollgate ", env!("CARGO_PKG_VERSION")));
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (svg::markers())
                (body)
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// How a policy names a text that is allowed to stand in the page.
fn source(text: &str) -> String {
    let hex = sha256(text.as_bytes());
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    // Three hexadecimal digits are two of base 64; the 64 digits of the sum need one zero more.
    let base64 = digits.chunks(3).flat_map(|three| {
        let bits = three.iter().chain(&[0, 0]).take(3).fold(0, |bits, digit| bits << 4 | digit);
        [bits >> 6, bits & 63].map(base64_digit)
    });
    let mut coded: String = base64.take(43).collect();
    coded.push('=');
    format!("sha256-{coded}")
}

fn base64_digit(value: u32) -> char {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let at = usize::try_from(value).unwrap_or_default();
    DIGITS.get(at).map_or('A', |digit| char::from(*digit))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_is_named_by_its_sum() {
        // `printf abc | openssl dgst -sha256 -binary | base64`
        assert_eq!(super::source("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
