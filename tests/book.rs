//! The manual as a book: `docs/SUMMARY.md` names every page, and each link of the manual and the README leads somewhere.
//! `.ci/run` builds it.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::prose::{pages, passages};
use crate::support::root;

const SUMMARY: &str = "docs/SUMMARY.md";

/// Where the links of a passage lead.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link).collect()
}

/// The name under which a heading is linked to.
fn anchor(heading: &str) -> String {
    let letters = heading.trim().to_lowercase();
    letters
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// `docs/a.md` and `../b.md` make `b.md`; none where it leads out of the package.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let path = Path::new(from).parent().map_or_else(PathBuf::new, Path::to_path_buf).join(link);
    for part in path.components() {
        match part {
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(name) => parts.push(name.to_str()?.to_owned()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let anchors: BTreeMap<&str, Vec<String>> = pages
        .iter()
        .map(|(name, page)| {
            let headings = passages(page).into_iter().filter(|passage| passage.is_heading);
            (name.as_str(), headings.map(|heading| anchor(&heading.text)).collect())
        })
        .collect();
    let (mut problems, mut seen) = (Vec::new(), 0);
    for (name, page) in &pages {
        let is_manual = name.starts_with("docs/");
        for passage in passages(page) {
            for link in links(&passage.text).into_iter().filter(|link| !link.starts_with("https://")) {
                seen += 1;
                let (path, place) = link.split_once('#').unwrap_or((link, ""));
                let to = if path.is_empty() { Some(name.clone()) } else { resolve(name, path) };
                let problem = match to {
                    None => Some("leads out of the package"),
                    Some(to) if is_manual && !to.starts_with("docs/") => {
                        Some("leads out of the book: name the file in backticks instead")
                    }
                    Some(to) if !root().join(&to).exists() => Some("leads nowhere"),
                    Some(to) if !place.is_empty() => {
                        let has = anchors.get(to.as_str()).is_some_and(|all| all.iter().any(|a| a == place));
                        (!has).then_some("has no such heading at its end")
                    }
                    Some(_) => None,
                };
                problems.extend(problem.map(|why| format!("{name}:{}: `{link}` {why}", passage.line)));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
    assert!(seen > 50, "only {seen} links were found");
}

#[test]
fn every_page_is_a_chapter_once() {
    let pages = pages();
    let summary = &pages.iter().find(|(name, _)| name == SUMMARY).expect("the book has a summary").1;
    let mut chapters: Vec<String> =
        summary.lines().flat_map(links).map(|link| format!("docs/{link}")).collect();
    chapters.sort();
    let is_page = |name: &&String| name.starts_with("docs/") && *name != SUMMARY;
    let mut there: Vec<&String> = pages.iter().map(|(name, _)| name).filter(is_page).collect();
    there.sort();
    assert_eq!(chapters.iter().collect::<Vec<_>>(), there);
}

#[test]
fn anchors_are_made_as_the_book_makes_them() {
    assert_eq!(anchor("What the record itself gives away"), "what-the-record-itself-gives-away");
    assert_eq!(anchor("Shells and `man`"), "shells-and-man");
    assert_eq!(anchor("Standing facts: `rollout.yaml`"), "standing-facts-rolloutyaml");
    assert_eq!(resolve("docs/a.md", "../examples/x").as_deref(), Some("examples/x"));
    assert_eq!(resolve("README.md", "../x"), None);
}
