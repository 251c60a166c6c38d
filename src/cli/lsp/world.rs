//! What the server knows: open texts, the folders that are looked at, and which place of them a position of the editor is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use gen_lsp_types::{Location, Position, Range as LspRange, TextDocumentPositionParams, Uri};

use super::client::Client;
use super::documents::{Documents, OpenDocument};
use super::published::ByPlace;
use super::{encode, uri};
use crate::builtin;
use crate::cli::write::keep_copy;
use crate::disk::Disk;
use crate::engine::{Observed, Study, WorkflowNames, Workspace};
use crate::ide::names::NameTable;
use crate::project::path::{join, straight};
use crate::project::{Configuration, Files, Inputs, Project, Suite, Suites, TextFile};
use crate::report::Report;
use crate::source::{FileId, Source, SourceMap, Span};

/// The scheme of shipped policies, which are no files of this machine.
pub(super) const BUILTIN_SCHEME: &str = "tollgate-builtin";

/// Everything that requests are answered from.
pub(super) struct World {
    pub(super) client: Client,
    pub(super) disk: Arc<Disk>,
    pub(super) documents: Documents,
    pub(super) sites: Vec<KnownSite>,
    pub(super) shipped: Arc<ShippedCopies>,
}

/// A folder as it was last looked at, with what was typed since.
pub(super) struct KnownSite {
    /// Where it is among the files.
    pub(super) root: String,
    /// What policies, configurations and tests say, as far as it was typed.
    pub(super) study: Study,
    /// The names in it, from when they are first asked for.
    names: OnceLock<NameTable>,
    /// The files that it was made from; no snapshots among them.
    pub(super) base: SiteFiles,
    /// What was judged, and of which files.
    pub(super) judged: JudgedSite,
}

/// The files of a folder that an analysis reads, without snapshots.
#[derive(Clone, Debug, Default)]
pub(super) struct SiteFiles {
    sources: SourceMap,
    projects: Vec<Project>,
    suites: Vec<Suite>,
}

/// What came of looking at a folder and judging its workflows.
pub(super) struct JudgedSite {
    pub(super) workflows: WorkflowNames,
    /// Everything that there is to say of its files.
    pub(super) findings: ByPlace,
    /// What the study of the same texts says, which typing makes anew at once.
    pub(super) studied: ByPlace,
    /// The places of all files that were read.
    pub(super) places: BTreeSet<String>,
    /// Those of them that are plans for `collect`.
    pub(super) plans: BTreeSet<String>,
    /// The policies, configurations and tests that were judged by.
    pub(super) sources: SourceMap,
    /// The judgement itself, with what was seen; none of a folder of policies alone.
    pub(super) observed: Option<Observed>,
}

/// A position of the editor, as a place of a study.
#[derive(Clone, Copy)]
pub(super) struct StudiedPlace<'w> {
    pub(super) site: &'w KnownSite,
    pub(super) file: FileId,
    pub(super) source: &'w Source,
    pub(super) offset: usize,
}

impl SiteFiles {
    /// Takes the files from what was found; the snapshots are left where they are.
    pub(super) fn new(inputs: &mut Inputs, suites: &Suites) -> Self {
        let without_snapshots = |project: &mut Project| {
            let (snapshots, standing) =
                (std::mem::take(&mut project.snapshots), std::mem::take(&mut project.standing));
            let kept = project.clone();
            (project.snapshots, project.standing) = (snapshots, standing);
            kept
        };
        let projects = inputs.projects.iter_mut().map(without_snapshots).collect();
        Self { sources: inputs.sources.clone(), projects, suites: suites.suites.clone() }
    }

    /// Reads policies, configurations and tests as they are typed.
    pub(super) fn study(
        &self,
        workspace: &mut Workspace,
        typed: impl Fn(&str) -> Option<Arc<str>>,
        workflows: &WorkflowNames,
    ) -> Study {
        let mut sources = self.sources.clone();
        let mut projects = self.projects.clone();
        let mut suites = self.suites.clone();
        let retype = |files: &mut Vec<TextFile>| {
            for file in files {
                if let Some(text) = typed(&file.name) {
                    file.content = Ok((&*text).into());
                }
            }
        };
        for project in &mut projects {
            retype(&mut project.policies);
            for layer in &mut project.stack {
                let name = self.sources.name(layer.file).to_owned();
                if let Some(text) = typed(&name) {
                    *layer = Configuration::add(&name, &text, &mut sources);
                }
            }
        }
        for suite in &mut suites {
            retype(&mut suite.policies);
            retype(&mut suite.tests);
        }
        let inputs = Inputs { sources, projects, ..Inputs::default() };
        workspace.study(inputs, Suites { suites, ..Suites::default() }, workflows)
    }
}

/// What the files of a folder are called elsewhere.
#[derive(Clone, Copy)]
pub(super) struct SiteNames<'w> {
    pub(super) root: &'w str,
    pub(super) disk: &'w Disk,
    pub(super) documents: &'w Documents,
    pub(super) client: &'w Client,
    pub(super) shipped: &'w ShippedCopies,
}

impl SiteNames<'_> {
    /// Where a file lies; none for one that is shipped.
    pub(super) fn place(&self, name: &str) -> Option<String> {
        (!name.starts_with(builtin::FOLDER)).then(|| place_of(self.root, name))
    }

    /// What the editor calls a file.
    pub(super) fn uri(&self, name: &str) -> Uri {
        match self.place(name) {
            Some(place) => uri_of(&place, self.documents, self.disk),
            None if self.client.has_virtual_texts => Uri(format!("{BUILTIN_SCHEME}:///{name}")),
            None => self.shipped.uri(name),
        }
    }
}

/// The place of a file by its name in a folder.
fn place_of(root: &str, name: &str) -> String {
    straight(&join(root, name))
}

fn uri_of(place: &str, documents: &Documents, disk: &Disk) -> Uri {
    let open = documents.get(place).map(|document| document.uri.clone());
    open.unwrap_or_else(|| uri::uri_of(&disk.real(place)))
}

impl KnownSite {
    pub(super) fn new(root: &str, study: Study, base: SiteFiles, judged: JudgedSite) -> Self {
        Self { root: root.to_owned(), study, names: OnceLock::new(), base, judged }
    }

    /// The names of everything that was read.
    pub(super) fn table(&self) -> &NameTable {
        self.names.get_or_init(|| NameTable::of(&self.study))
    }

    pub(super) fn names<'w>(&'w self, world: &'w World) -> SiteNames<'w> {
        let World { client, disk, documents, shipped, .. } = world;
        SiteNames { root: &self.root, disk, documents, client, shipped }
    }

    /// The text that a policy, configuration or test had when it was judged.
    pub(super) fn judged_text(&self, world: &World, place: &str) -> Option<&Arc<str>> {
        let names = self.names(world);
        let sources = &self.judged.sources;
        let mut of = sources.all().filter(|source| names.place(&source.name).as_deref() == Some(place));
        of.next().map(|source| source.text.shared())
    }

    /// The name by which its files are known of a place.
    pub(super) fn name_of(&self, place: &str) -> Option<&str> {
        let names = self.study.sources.all().map(|source| &*source.name);
        names
            .filter(|name| !name.starts_with(builtin::FOLDER))
            .find(|name| place_of(&self.root, name) == place)
    }
}

impl World {
    /// Where a file of the editor lies among the files of this machine; none for what is no file.
    pub(super) fn place(&self, uri: &Uri) -> Option<String> {
        self.documents.place(uri).cloned().or_else(|| self.disk.place_of(&uri::path_of(uri)?))
    }

    /// The shipped policy that a URI is of, by its name.
    pub(super) fn shipped(&self, uri: &Uri) -> Option<String> {
        self.shipped.name_of(uri)
    }

    /// The open text of a URI.
    pub(super) fn document(&self, uri: &Uri) -> Option<&OpenDocument> {
        self.documents.get(&self.place(uri)?)
    }

    /// The site that has read a file, and the name that it knows it by.
    pub(super) fn site_of(&self, uri: &Uri) -> Option<(&KnownSite, String)> {
        if let Some(name) = self.shipped(uri) {
            let site = self.sites.iter().find(|site| site.study.sources.named(&name).is_some())?;
            return Some((site, name));
        }
        let place = self.place(uri)?;
        let site = self.sites.iter().find(|site| site.judged.places.contains(&place))?;
        let relative = crate::project::path::below(&place, &site.root).map(str::to_owned);
        relative.or_else(|| site.name_of(&place).map(str::to_owned)).map(|name| (site, name))
    }

    /// A policy, configuration or test of the editor, as its site has read it.
    pub(super) fn studied(&self, uri: &Uri) -> Option<StudiedPlace<'_>> {
        let (site, name) = self.site_of(uri)?;
        let (file, source) = site.study.sources.file_named(&name)?;
        Some(StudiedPlace { site, file, source, offset: 0 })
    }

    /// The place of a position in a policy, configuration or test.
    pub(super) fn at(&self, at: &TextDocumentPositionParams) -> Option<StudiedPlace<'_>> {
        let place = self.studied(&at.text_document.uri)?;
        Some(StudiedPlace { offset: self.offset(place.source, at.position), ..place })
    }

    pub(super) fn offset(&self, source: &Source, position: Position) -> usize {
        encode::offset(source, position, self.client.columns)
    }

    /// The range of a span in its file.
    pub(super) fn range(&self, sources: &SourceMap, span: Span) -> LspRange {
        let source = sources.get(span.file);
        source
            .map_or_else(LspRange::default, |source| encode::range(source, span.range(), self.client.columns))
    }

    /// What the editor calls a file of a site.
    pub(super) fn uri(&self, site: &KnownSite, name: &str) -> Uri {
        site.names(self).uri(name)
    }

    /// The location of a span of a study.
    pub(super) fn location(&self, site: &KnownSite, span: Span) -> Location {
        let sources = &site.study.sources;
        Location { uri: self.uri(site, sources.name(span.file)), range: self.range(sources, span) }
    }

    /// The text of a file as the editor has it, or else the disk.
    pub(super) fn text(&self, place: &str) -> Option<Arc<str>> {
        if let Some(document) = self.documents.get(place) {
            return Some(document.text.clone());
        }
        String::from_utf8(self.disk.read(place).ok()?).ok().map(Into::into)
    }

    /// Reads what is typed, at once.
    pub(super) fn retype(&mut self, workspace: &mut Workspace) {
        let Self { documents, sites, .. } = self;
        for site in sites {
            let root = site.root.clone();
            let typed =
                |name: &str| documents.get(&place_of(&root, name)).map(|document| document.text.clone());
            site.study = site.base.study(workspace, typed, &site.judged.workflows);
            site.names = OnceLock::new();
        }
    }
}

/// Read-only copies of the shipped policies, for editors that show files alone: each is written when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct ShippedCopies {
    /// The user's folder for what programs keep; none where nobody knows it.
    folder: Option<PathBuf>,
}

impl ShippedCopies {
    /// The copies below the user's cache folder.
    pub(super) fn in_cache(cache: Option<PathBuf>) -> Self {
        Self { folder: cache.map(|cache| cache.join("tollgate").join(env!("CARGO_PKG_VERSION"))) }
    }

    fn uri(&self, name: &str) -> Uri {
        let Some(folder) = &self.folder else { return Uri(format!("{BUILTIN_SCHEME}:///{name}")) };
        let path = folder.join(name);
        if let Some(text) = builtin::text_of_file(name) {
            // Without it the editor shows an empty file, and says so.
            let _ = keep_copy(&path, text);
        }
        uri::uri_of(&path)
    }

    /// The shipped policy that a URI is of, by its name; some editors leave slashes out of it.
    pub(super) fn name_of(&self, uri: &Uri) -> Option<String> {
        let own = uri.as_ref().strip_prefix(BUILTIN_SCHEME).and_then(|rest| rest.strip_prefix(':'));
        let own = own.map(|rest| rest.trim_start_matches('/').to_owned());
        own.or_else(|| self.name(&uri::path_of(uri)?))
    }

    fn name(&self, path: &Path) -> Option<String> {
        let name = path.strip_prefix(self.folder.as_ref()?).ok()?;
        let name = name.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
        builtin::text_of_file(&name).map(|_| name)
    }
}

/// The names of all workflows of a judgement, by project.
pub(super) fn workflow_names(report: &Report) -> WorkflowNames {
    let mut names: WorkflowNames = BTreeMap::new();
    for workflow in &report.workflows {
        names.entry(workflow.project.clone()).or_default().insert(workflow.workflow.as_str().into());
    }
    names
}
