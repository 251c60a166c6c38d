//! What could stand at the cursor of a YAML file that a project reads: which kind of file it is, and what is known beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gen_lsp_types::TextDocumentPositionParams;

use super::world::{KnownSite, World};
use crate::builtin;
use crate::cli::arguments::today;
use crate::engine::NameGround;
use crate::ide::complete_yaml::{
    ConfigFacts, SnapshotFacts, complete_config, complete_plan, complete_snapshot,
};
use crate::ide::completion::Completion;
use crate::point::{Axis, Point};
use crate::project::path::{below, name, parent};
use crate::project::{CONFIG, is_facts};
use crate::snapshot::outline::outline;
use crate::source::{FileId, SourceMap};
use crate::value::{day_number, parse_date, parse_time};

/// What is offered, with the text that it is offered for.
pub(super) struct YamlOffers {
    pub(super) sources: SourceMap,
    pub(super) file: FileId,
    pub(super) offers: Vec<Completion>,
}

/// What could stand at a position of a YAML file; none of one that no project reads.
pub(super) fn yaml_offers(world: &World, at: &TextDocumentPositionParams) -> Option<YamlOffers> {
    let place = world.place(&at.text_document.uri)?;
    let is_yaml = [".yaml", ".yml"].iter().any(|ending| place.ends_with(ending));
    let text = world.text(&place).filter(|_| is_yaml)?;
    let mut sources = SourceMap::default();
    let file = sources.add(place.as_str(), text.clone());
    let offset = world.offset(sources.get(file)?, at.position);
    let of_folder = world.sites.iter().filter(|site| below(&place, &site.root).is_some());
    let site = of_folder.max_by_key(|site| site.root.len())?;
    let offers = offers_in(world, site, &place, &text, offset)?;
    Some(YamlOffers { sources, file, offers })
}

fn offers_in(
    world: &World,
    site: &KnownSite,
    place: &str,
    text: &str,
    offset: usize,
) -> Option<Vec<Completion>> {
    let today = world.client.settings.as_of.or_else(today)?;
    let relative = below(place, &site.root)?;
    let ground = ground_of(site, relative)?;
    let workflows = site.judged.workflows.get(&ground.name).cloned().unwrap_or_default();
    let mut configs = ground.configs.iter().map(|(file, _)| site.study.sources.name(*file));
    if name(place) == CONFIG || configs.any(|config| config == relative) {
        let policies = policies_below(site, parent(relative));
        let facts = ConfigFacts { today, workflows: &workflows, policies: &policies };
        return Some(complete_config(ground, &facts, text, offset));
    }
    let vocabulary = &ground.program.vocabulary;
    if site.judged.plans.contains(place) {
        return Some(complete_plan(vocabulary, &workflows, text, offset));
    }
    if !site.judged.places.contains(place) {
        return None;
    }
    let facts = SnapshotFacts {
        is_standing: is_facts(place),
        today,
        workflows: &newest(world, site, ground, place, workflows),
        cadence_of: &|workflow| ground.book.as_ref()?.settings(workflow).cadence.clone(),
    };
    Some(complete_snapshot(vocabulary, &facts, text, offset))
}

/// The project that a file belongs to: the one of the nearest folder around it.
fn ground_of<'s>(site: &'s KnownSite, relative: &str) -> Option<&'s NameGround> {
    let is_around = |ground: &&NameGround| {
        let folder = ground.name.as_deref().unwrap_or("");
        ground.book.is_some() && below(relative, folder).is_some()
    };
    let around = site.study.grounds.iter().filter(is_around);
    around.max_by_key(|ground| ground.name.as_ref().map_or(0, String::len))
}

/// The project's own policies, from the folder of a configuration.
fn policies_below(site: &KnownSite, folder: &str) -> Vec<String> {
    let sources = &site.study.sources;
    let names = sources.all().map(|source| &*source.name);
    let own = names.filter(|name| {
        name.ends_with(".gate") && !name.ends_with(".test.gate") && !name.starts_with(builtin::FOLDER)
    });
    own.filter_map(|name| below(name, folder)).map(str::to_owned).collect()
}

/// Files beside the one that is written in which the newest date is looked for: the last of them, by name.
const BESIDE: usize = 20;

/// The workflows with the newest snapshot of each, unless that is in the file itself.
fn newest(
    world: &World,
    site: &KnownSite,
    ground: &NameGround,
    place: &str,
    workflows: BTreeSet<Arc<str>>,
) -> BTreeMap<Arc<str>, Option<Point>> {
    let axis = ground.program.vocabulary.axis();
    let point_of = |date: &str| match axis {
        Axis::Days => parse_date(date).map(|date| Point::Day(day_number(date))),
        Axis::Instants => Point::of_instant(&parse_time(date).ok()?),
    };
    let relative = below(place, &site.root);
    let mut found: BTreeMap<Arc<str>, Option<Point>> =
        workflows.into_iter().map(|workflow| (workflow, None)).collect();
    let reports = site.judged.observed.iter().flat_map(|seen| &seen.answer.report.workflows);
    for report in reports.filter(|report| report.project == ground.name) {
        let newest = report.newest.as_ref().filter(|newest| Some(&*newest.file) != relative);
        if let Some(known) = found.get_mut(&*report.workflow) {
            *known = newest.and_then(|newest| point_of(&newest.date));
        }
    }
    // A workflow with a snapshot that is being written is not judged: what lies beside that says when the last one was.
    let is_beside = |other: &&String| parent(other) == parent(place) && *other != place && !is_facts(other);
    for beside in site.judged.places.iter().filter(is_beside).rev().take(BESIDE) {
        let text = world.text(beside);
        let Some(known) = text.and_then(|text| outline(&text)) else { continue };
        let said = |key: &str| known.get(key).map(|entry| &*entry.canonical);
        let own = said("workflow").and_then(|workflow| found.get_mut(workflow));
        if let (Some(newest), Some(point)) = (own, said("date").and_then(point_of)) {
            *newest = (*newest).max(Some(point));
        }
    }
    found
}
