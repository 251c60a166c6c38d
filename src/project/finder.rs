//! Finds the files that a configuration names: policies, snapshots, and the standing facts beside these.
//!
//! Hidden files and folders are passed over, links are followed as long as they stay in the repository, and `.gitignore`
//! is not consulted: what is judged is what the globs name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::is_separator;

use globset::GlobMatcher;

use super::files::{FileKind, Files, LEADS_NOWHERE, LEADS_OUT, Obstacle, is_there};
use super::found::FoundFile;
use super::glob;
use super::path::{ancestors, below, join, name, parent, parts};
use super::site::{Site, shared_folder};
use super::submodules::{FETCH, not_fetched, unfetched};
use super::walk::{Step, walk};
use super::{CONFIG, GATE, SNAPSHOTS, STANDING, TABLE, TESTS, TextFile, ends_in, unreadable};
use crate::builtin::{self, PackEntry};
use crate::code::Code;
use crate::config::Setting;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};
use crate::report::read::{PassedOver, PassedOverWhy};
use crate::source::Span;
use crate::text::quote;

/// Folders that a search enters through links.
const MAX_LINKED: usize = 1_000;

/// An entry of `policies:` or `snapshots:`.
pub(super) struct Mention {
    pub(super) setting: Setting<String>,
    /// What its path is relative to.
    pub(super) folder: String,
}

impl Mention {
    pub(super) fn all(settings: Vec<Setting<String>>, folder: &str) -> Vec<Self> {
        settings.into_iter().map(|setting| Self { setting, folder: folder.to_owned() }).collect()
    }

    /// Where it leads from the folder that is checked; shipped policies are called as they are written.
    pub(super) fn shown(&self, site: &Site<'_>) -> String {
        let written = &*self.setting.value;
        if builtin::pack_entry(written).is_some() {
            written.to_owned()
        } else {
            site.relative(&join(&self.folder, written))
        }
    }
}

/// What an entry of the configuration looks for in folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Policies,
    Tests,
    Snapshots,
}

impl Wanted {
    /// Whether a folder that is named without a glob gives this file.
    pub(super) fn takes(self, name: &str) -> bool {
        match self {
            Self::Policies | Self::Tests => ends_in(name, GATE) && self.may_be(name),
            Self::Snapshots => ends_in(name, ".yaml") || ends_in(name, ".yml"),
        }
    }

    /// Whether somebody may have meant a file that is not taken: `2026-11-20.json` among snapshots, `own.gate.off` among
    /// policies.
    fn resembles(self, name: &str) -> bool {
        match self {
            Self::Policies => name.to_ascii_lowercase().contains(GATE) && self.may_be(name),
            Self::Tests => false,
            Self::Snapshots => {
                let lower = name.to_ascii_lowercase();
                [".yaml", ".yml", ".json", TABLE].iter().any(|ending| lower.contains(ending))
                    && ![STANDING, CONFIG].contains(&&*lower)
            }
        }
    }

    /// Whether a file that a glob matches counts.
    fn may_be(self, name: &str) -> bool {
        match self {
            Self::Policies => !ends_in(name, TESTS),
            Self::Tests => ends_in(name, TESTS),
            Self::Snapshots => true,
        }
    }
}

/// Which of the files in a folder are meant.
struct Matcher<'f> {
    wanted: Wanted,
    /// What the path from a folder has to match.
    glob: Option<(&'f str, GlobMatcher)>,
}

impl Matcher<'_> {
    fn matches(&self, path: &str) -> bool {
        match &self.glob {
            Some((folder, glob)) => {
                let path = below(path, folder).unwrap_or(path);
                let is_match =
                    glob.is_match(path) || lower_ending(path).is_some_and(|path| glob.is_match(path));
                is_match && self.wanted.may_be(name(path))
            }
            None => self.wanted.takes(name(path)),
        }
    }
}

/// What a walk has come by and not taken.
#[derive(Default)]
struct Missed {
    untaken: Vec<String>,
    hidden: Vec<(String, FileKind)>,
}

impl Missed {
    /// What of it somebody may have meant. Of what a glob leaves, that is what lies beside what it takes.
    fn told(self, site: &Site<'_>, matcher: &Matcher<'_>, taken: &[FoundFile]) -> Vec<PassedOver> {
        let folders: BTreeSet<&str> = taken.iter().map(|file| parent(&file.path)).collect();
        let is_meant = |path: &String| matcher.glob.is_none() || folders.contains(parent(path));
        let untaken = self.untaken.into_iter().filter(is_meant).map(|path| (path, PassedOverWhy::NotNamed));
        let looks = |(path, kind): &(String, FileKind)| match kind {
            FileKind::File | FileKind::Link | FileKind::Other => matcher.wanted.resembles(name(path)),
            FileKind::Folder => name(path) != ".git" && holds(site.files, path, matcher.wanted),
        };
        let hidden = self.hidden.into_iter().filter(looks).map(|(path, _)| (path, PassedOverWhy::Hidden));
        untaken.chain(hidden).map(|(path, why)| PassedOver { path: site.name(&path), why }).collect()
    }
}

/// Whether a file that is wanted lies in a folder, or below it.
fn holds(files: &dyn Files, folder: &str, wanted: Wanted) -> bool {
    let mut found = false;
    walk(files, folder, &mut |step| {
        found |= step.kind == FileKind::File && wanted.takes(name(step.path));
        !found && step.kind == FileKind::Folder
    });
    found
}

/// The policies of a run: shipped ones, which need no reading, and files.
pub(super) struct Policies {
    pub(super) builtin: Vec<TextFile>,
    pub(super) files: Vec<FoundFile>,
}

pub(super) struct Finder<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) problems: Vec<Diagnostic>,
    /// What looks as if it were wanted, and was not taken.
    pub(super) passed_over: Vec<PassedOver>,
    /// Whether a link was followed, so that one file may have been found twice.
    followed: bool,
    /// How many folders were entered through links, and whether there were too many.
    linked: usize,
    is_lost: bool,
}

impl<'a> Finder<'a> {
    pub(super) fn new(site: &'a Site<'a>) -> Self {
        Self {
            site,
            problems: Vec::new(),
            passed_over: Vec::new(),
            followed: false,
            linked: 0,
            is_lost: false,
        }
    }

    /// The files of `policies:`, or the shipped pack where there is no such entry.
    pub(super) fn policies(&mut self, mentions: Option<Vec<Mention>>) -> Policies {
        let Some(mentions) = mentions else {
            return Policies { builtin: shipped(builtin::names()), files: Vec::new() };
        };
        let before = self.problems.len();
        let mut names = BTreeSet::new();
        let mut files = Vec::new();
        let mut paths = Vec::new();
        for mention in mentions {
            match builtin::pack_entry(&mention.setting.value) {
                Some(PackEntry::Whole) => names.extend(builtin::names()),
                Some(PackEntry::One(name)) => names.extend(self.shipped_policy(name, mention.setting.span)),
                None => paths.push(mention),
            }
        }
        if !names.is_empty() {
            names.insert(builtin::VOCABULARY);
        }
        let empty: Vec<_> =
            paths.iter().filter(|path| self.mentioned(path, Wanted::Policies, &mut files) == 0).collect();
        if names.is_empty() && files.is_empty() && self.is_clean(before) {
            let mut problem = Diagnostic::error(Code::NoPolicy, "no policy was found");
            for mention in &empty {
                problem = problem.label(mention.setting.span, "no `.gate` file here");
            }
            let help = self.fetch(&empty);
            let help = help.unwrap_or(
                "list folders with `.gate` files, or `builtin` for the shipped policies".to_owned(),
            );
            self.problems.push(problem.help(help));
        } else {
            self.say_what_is_empty(&empty, |mention| {
                let message = format!("no policy was found in `{}`", quote(&mention.setting.value));
                Diagnostic::error(Code::NothingFound, message).help("correct the path, or remove the entry")
            });
        }
        let files = self.unique(files);
        self.keep_what_was_missed(&files);
        Policies { builtin: shipped_in_part(&names), files }
    }

    /// The name of a shipped policy, if there is one.
    fn shipped_policy(&mut self, name: &str, span: Span) -> Option<&'static str> {
        let found = builtin::names().find(|known| *known == name);
        if found.is_none() {
            let help = match did_you_mean(name, builtin::names()) {
                Some(close) => format!("did you mean `builtin/{close}`?"),
                None => format!(
                    "there are {}",
                    builtin::names().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
                ),
            };
            let problem = Diagnostic::error(
                Code::UnknownShippedPolicy,
                format!("no shipped policy is called `{name}`"),
            );
            self.problems.push(problem.label(span, "not in the shipped pack").help(help));
        }
        found
    }

    /// The files of `snapshots:`, or of `rollouts/` in the project's folder where there is no such entry; `rollout.yaml`
    /// files are among them.
    pub(super) fn snapshots(&mut self, mentions: Option<Vec<Mention>>, own: &str) -> Vec<FoundFile> {
        let before = self.problems.len();
        let mut files = Vec::new();
        let help = "`snapshots:` in `tollgate.yaml` says where they are";
        match mentions {
            None => {
                let folder = join(own, SNAPSHOTS);
                self.all_below(&folder, Wanted::Snapshots, &mut files);
                if files.is_empty() && self.is_clean(before) {
                    let problem = Diagnostic::error(Code::NoSnapshot, "no snapshot was found");
                    let folder = self.site.name(&folder);
                    let looked = format!("looked for `{folder}/**/*.yaml`; {help}");
                    self.problems.push(problem.help(looked));
                }
            }
            Some(mentions) => {
                let empty: Vec<_> = mentions
                    .iter()
                    .filter(|mention| self.mentioned(mention, Wanted::Snapshots, &mut files) == 0)
                    .collect();
                if files.is_empty() && self.is_clean(before) {
                    let mut problem = Diagnostic::error(Code::NoSnapshot, "no snapshot was found");
                    for mention in &empty {
                        problem = problem.label(mention.setting.span, "no file matches this");
                    }
                    self.problems.push(problem.help(help).maybe_help(self.fetch(&empty)));
                } else {
                    self.say_what_is_empty(&empty, |mention| {
                        let message = format!("no file matches `{}`", quote(&mention.setting.value));
                        Diagnostic::warning(Code::NothingFound, message)
                    });
                }
            }
        }
        let files = self.unique(files);
        self.keep_what_was_missed(&files);
        files
    }

    /// Keeps, of what was passed over, what no other entry has taken.
    fn keep_what_was_missed(&mut self, taken: &[FoundFile]) {
        let taken: BTreeSet<&str> = taken.iter().map(|file| &*file.name).collect();
        self.passed_over.retain(|missed| !taken.contains(&*missed.path));
        self.passed_over.sort();
        self.passed_over.dedup();
    }

    /// Whether no error was noted since.
    fn is_clean(&self, before: usize) -> bool {
        self.problems.iter().skip(before).all(|problem| problem.severity != Severity::Error)
    }

    fn say_what_is_empty(&mut self, mentions: &[&Mention], said: impl Fn(&Mention) -> Diagnostic) {
        for mention in mentions {
            let span = mention.setting.span;
            // One that does not exist at all has had its error.
            let labels = self.problems.iter().flat_map(|problem| &problem.labels);
            if !labels.into_iter().any(|label| label.span == span) {
                let problem = said(mention).label(span, "nothing was found here");
                self.problems.push(problem.maybe_help(self.fetch(&[mention])));
            }
        }
    }

    /// How to fetch what entries lack, where a submodule has it.
    fn fetch(&self, mentions: &[&Mention]) -> Option<String> {
        mentions.iter().find_map(|mention| {
            let target = self.site.target(&mention.folder, &mention.setting.value)?;
            not_fetched(self.site, &fixed_part(mention, &target))
        })
    }

    /// Adds the files of one entry, and says how many they are.
    pub(super) fn mentioned(
        &mut self,
        mention: &Mention,
        wanted: Wanted,
        files: &mut Vec<FoundFile>,
    ) -> usize {
        let before = files.len();
        let Setting { value, span } = &mention.setting;
        let Some(target) = self.site.target(&mention.folder, value) else {
            let problem =
                Diagnostic::error(Code::NothingFound, format!("`{value}` is outside of the repository"));
            let problem = problem.label(*span, "leads out of it");
            self.problems.push(problem.help(self.site.instead("name a path inside the repository")));
            return 0;
        };
        if value.split(is_separator).any(is_glob) {
            self.globbed(mention, &target, wanted, files);
            return files.len() - before;
        }
        match self.site.files.resolve(&target) {
            Ok(_) | Err(Obstacle::LeadsOut) if self.site.leads_out(&target) => {
                self.problems.push(unreadable(value, LEADS_OUT).label(*span, "named here"));
            }
            Err(why) => {
                let problem =
                    Diagnostic::error(Code::NothingFound, format!("`{value}` cannot be used: {why}"));
                let shipped: Vec<String> = builtin::names().map(builtin::entry).collect();
                let entries = shipped.iter().map(String::as_str).chain([builtin::PACK]);
                let meant = did_you_mean(value, entries).filter(|_| wanted == Wanted::Policies);
                self.problems.push(problem.label(*span, "named here").meant(*span, meant));
            }
            Ok(found) if found.is_folder => self.all_below(&target, wanted, files),
            Ok(_) if wanted == Wanted::Policies && ends_in(value, TESTS) => {
                let problem =
                    Diagnostic::error(Code::NoPolicy, format!("`{value}` holds tests, not a policy"));
                let problem = problem.label(*span, "named here");
                self.problems.push(
                    problem.help("name only the policies: `tollgate test` finds the tests next to them"),
                );
            }
            Ok(_) => files.push(FoundFile { name: self.site.name(&target), path: target, refused: None }),
        }
        files.len() - before
    }

    /// Adds the files of an entry that is a glob.
    fn globbed(&mut self, mention: &Mention, target: &str, wanted: Wanted, files: &mut Vec<FoundFile>) {
        let Setting { value, span } = &mention.setting;
        let folder = fixed_part(mention, target);
        let dangles = |above: &&str| self.site.files.resolve(above) == Err(Obstacle::Dangling);
        if let Some(link) = ancestors(&folder).find(dangles) {
            self.problems.push(unreadable(&self.site.name(link), LEADS_NOWHERE).label(*span, "named here"));
            return;
        }
        let pattern = below(target, &folder).unwrap_or(target);
        match glob::compile(pattern) {
            Ok(glob) => self.walk(&folder, &Matcher { wanted, glob: Some((&*folder, glob)) }, files),
            Err(why) => {
                let message = format!("`{}` is not a glob", quote(value));
                let problem = Diagnostic::error(Code::NothingFound, message).label(*span, why);
                self.problems.push(problem.help("write a shorter pattern, or several"));
            }
        }
    }

    /// Adds all files below a folder that are what is wanted.
    pub(super) fn all_below(&mut self, folder: &str, wanted: Wanted, files: &mut Vec<FoundFile>) {
        self.walk(folder, &Matcher { wanted, glob: None }, files);
    }

    /// Adds the files below a folder of the repository that match.
    fn walk(&mut self, base: &str, matcher: &Matcher<'_>, files: &mut Vec<FoundFile>) {
        let site = self.site;
        let (mut missed, before) = (Missed::default(), files.len());
        let mut found = |path: &str, refused: Option<&'static str>| {
            if matcher.matches(path) {
                files.push(FoundFile { name: site.name(path), path: path.to_owned(), refused });
            } else if matcher.wanted.resembles(name(path)) {
                missed.untaken.push(path.to_owned());
            }
        };
        let mut hidden = Vec::new();
        // The folders that the walk is in, with all links resolved.
        let mut real: Vec<String> = Vec::new();
        let mut out = Vec::new();
        let mut lost = Vec::new();
        walk(site.files, base, &mut |step| {
            let Step { path, kind, depth, unseen } = step;
            if let Some(why) = unseen {
                self.problems.push(unreadable(&site.name(path), &why.to_string()));
                return false;
            }
            if step.is_hidden() {
                hidden.push(((*path).to_owned(), *kind));
                return false;
            }
            real.truncate(*depth);
            match kind {
                FileKind::File | FileKind::Other => {
                    found(path, None);
                    false
                }
                FileKind::Folder => {
                    let above = real.last().map(|above| join(above, name(path)));
                    real.push(above.unwrap_or_else(|| (*path).to_owned()));
                    true
                }
                FileKind::Link => {
                    self.followed = true;
                    match site.files.resolve(path) {
                        _ if site.leads_out(path) => out.push((*path).to_owned()),
                        Err(_) if matcher.matches(path) => found(path, Some(LEADS_NOWHERE)),
                        // It may have led to a folder.
                        Err(why) => lost.push(((*path).to_owned(), why)),
                        Ok(target) if !target.is_folder => found(path, None),
                        // A link back to a folder that is being walked: all that is in it is seen anyway.
                        Ok(target) if real.contains(&target.path) => {}
                        // Links beside links lead to more paths than anybody can follow.
                        Ok(_) if self.linked == MAX_LINKED => {
                            if !std::mem::replace(&mut self.is_lost, true) {
                                let why = format!("more than {MAX_LINKED} folders are reached through links");
                                self.problems.push(unreadable(&site.name(path), &why));
                            }
                        }
                        Ok(target) => {
                            self.linked += 1;
                            real.push(target.path);
                            return true;
                        }
                    }
                    false
                }
            }
        });
        for (path, why) in lost {
            let why = if why == Obstacle::Dangling { LEADS_NOWHERE.to_owned() } else { why.to_string() };
            self.problems.push(unreadable(&site.name(&path), &why));
        }
        for path in out {
            let is_file = match site.files.resolve(&path) {
                Ok(target) => !target.is_folder,
                // Nobody can look there.
                Err(_) => matcher.matches(&path),
            };
            if is_file {
                found(&path, Some(LEADS_OUT));
            } else {
                // What it holds might be what keeps a gate shut.
                self.problems.push(unreadable(&site.name(&path), LEADS_OUT));
            }
        }
        // Nobody knows what it would hold.
        for module in unfetched(site).iter().filter(|module| below(module, base).is_some()) {
            let problem = unreadable(&site.name(module), "it is a submodule that was not fetched");
            self.problems.push(problem.help(FETCH));
        }
        missed.hidden = hidden;
        let taken = files.get(before..).unwrap_or_default();
        self.passed_over.extend(missed.told(site, matcher, taken));
    }

    /// The files by name, each once: also where two entries, or a link, lead to the same one.
    pub(super) fn unique(&self, files: Vec<FoundFile>) -> Vec<FoundFile> {
        let by_name: BTreeMap<String, FoundFile> =
            files.into_iter().map(|file| (file.name.clone(), file)).collect();
        if !self.followed {
            return by_name.into_values().collect();
        }
        let target = |file: &FoundFile| match self.site.files.resolve(&file.path) {
            Ok(target) => target.path,
            Err(_) => file.path.clone(),
        };
        let (direct, linked): (Vec<_>, Vec<_>) =
            by_name.into_values().partition(|file| target(file) == file.path || file.refused.is_some());
        let mut seen: BTreeSet<String> = direct.iter().map(|file| file.path.clone()).collect();
        let mut files = direct;
        files.extend(linked.into_iter().filter(|file| seen.insert(target(file))));
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    /// Takes the `rollout.yaml` files out of the snapshots, and adds those that lie beside one.
    pub(super) fn standing(&self, snapshots: &mut Vec<FoundFile>) -> Vec<FoundFile> {
        let mut standing: Vec<_> =
            snapshots.extract_if(.., |file| name(&file.path).eq_ignore_ascii_case(STANDING)).collect();
        let folders: BTreeSet<_> = snapshots.iter().map(|file| parent(&file.path)).collect();
        for folder in folders {
            let Some(path) = self.standing_in(folder) else { continue };
            if !standing.iter().any(|file| file.path == path) {
                let refused = self.site.leads_out(&path).then_some(LEADS_OUT);
                standing.push(FoundFile { name: self.site.name(&path), path, refused });
            }
        }
        standing.sort_by(|a, b| a.name.cmp(&b.name));
        standing
    }

    fn standing_in(&self, folder: &str) -> Option<String> {
        let path = join(folder, STANDING);
        if is_there(self.site.files, &path) {
            return Some(path);
        }
        let listed = self.site.files.list(folder).unwrap_or_default();
        let found = listed.into_iter().find(|child| child.name.eq_ignore_ascii_case(STANDING));
        found.map(|child| join(folder, &child.name))
    }
}

/// A path whose ending is one that is looked for in another case, with that in lower case.
fn lower_ending(path: &str) -> Option<String> {
    let ending = [TESTS, GATE, ".yaml", ".yml", TABLE].into_iter().find(|ending| ends_in(path, ending))?;
    let stem = path.get(..path.len() - ending.len())?;
    (!path.ends_with(ending)).then(|| format!("{stem}{ending}"))
}

/// The path of an entry up to its first part that is a glob.
fn fixed_part(mention: &Mention, target: &str) -> String {
    // Only what is written can be a glob: the folder before it is itself, whatever its name.
    let from = shared_folder(&mention.folder, target);
    let written = below(target, from).unwrap_or(target);
    let fixed: Vec<&str> = parts(written).take_while(|part| !is_glob(part)).collect();
    join(from, &fixed.join("/"))
}

/// Whether a part of a path stands for several names.
fn is_glob(part: &str) -> bool {
    part.contains(['*', '?', '[', '{', '\\'])
}

/// Some shipped files, and what they read of others, which judge nothing.
fn shipped_in_part(names: &BTreeSet<&'static str>) -> Vec<TextFile> {
    // The whole pack reads nothing but itself.
    let is_whole = builtin::names().all(|name| names.contains(name));
    let taken = names.iter().filter(|_| !is_whole);
    let needed: BTreeSet<&'static str> = taken.flat_map(|name| builtin::needs(name)).collect();
    let lent = needed.difference(names).map(|name| TextFile {
        name: builtin::names_of(name),
        content: Ok(builtin::text(name).unwrap_or_default().into()),
    });
    shipped(names.iter().copied()).into_iter().chain(lent).collect()
}

/// Shipped files as inputs.
fn shipped(names: impl IntoIterator<Item = &'static str>) -> Vec<TextFile> {
    let file = |name| TextFile {
        name: builtin::file_name(name),
        content: Ok(builtin::text(name).unwrap_or_default().into()),
    };
    names.into_iter().map(file).collect()
}
