//! Explanations of codes, and of all that has a name in policies and snapshots, as text.

mod evidence;

use crate::ast::{EffectKind, RuleBody, RuleDecl, Template, UndecidedKind};
use crate::code::Code;
use crate::engine::{Answer, DecisionChange, Nearest};
use crate::explain::{
    Errs, Explained, FoundName, HowItErrs, NamedSubject, RuleUses, SAMPLES, SeenTests, Shown, filled,
    filled_text, how_it_errs, of_built_in, on_every_day, uses, uses_of_let,
};
use crate::layers::ProjectInForce;
use crate::program::{Param, Rule};
use crate::render::{Style, human};
use crate::report::Place;
use crate::settings::{FRESH, ParamSetting, RuleSetting, built_in_rules, field_type, show_range, show_value};
use crate::source::{SourceMap, Span};
use crate::stats::Resampling;
use crate::text::{first_few, visible, wrap};
use crate::types::Kind;
use crate::value::{Date, Number};

/// What a code means, with its example, if it has one.
pub fn code(code: Code, example: Option<&Answer<Shown>>, style: Style) -> String {
    let mut page = ExplainPage { out: String::new(), style };
    page.heading(code.as_str(), code.title());
    page.paragraph(code.explanation());
    let Some(example) = example else { return page.out };
    page.section("For example");
    let drawn = match &example.report {
        Shown::Diagnostic(diagnostic) => human::draw(diagnostic, &example.sources, style),
        Shown::Rule(rule) => human::draw_rule(rule, &example.sources, style),
    };
    page.out.push_str(&drawn);
    page.out
}

/// Workflows that are named at a value.
const NEAREST_NAMED: usize = 4;

/// The nearest values of a param that change a decision today, or the reason why no value does; of several projects, in one.
pub fn nearest(near: Result<&Nearest, &String>, project: Option<&str>, style: Style) -> String {
    let mut page = ExplainPage { out: String::new(), style };
    let place = project.map_or_else(String::new, |project| format!(" in `{}`", visible(project)));
    page.section(&format!("The nearest values that change a decision today{place}"));
    let near = match near {
        Ok(near) => near,
        Err(why) => {
            page.paragraph(&format!("Not known: {why}."));
            return page.out;
        }
    };
    let mut lines: Vec<String> = Vec::new();
    for (turn, where_from) in [(&near.below, "below"), (&near.above, "above")] {
        let Some(turn) = turn else { continue };
        let change = |own: &DecisionChange| {
            let step = format!("{} -> {}", own.from.as_str(), own.to.as_str());
            format!("{} {}", visible(&own.workflow), human::arrow(&step, style))
        };
        let changes: Vec<String> = turn.changes.iter().take(NEAREST_NAMED).map(change).collect();
        let more = turn.changes.len().saturating_sub(NEAREST_NAMED);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        lines.push(format!("{where_from}: {}: {}{more}", turn.value, changes.join(", ")));
    }
    lines.extend(near.why.clone());
    let range = format!("{}=FROM..TO", near.param);
    lines.push(format!("`tollgate sweep {range}` shows what all values of a range would have decided"));
    lines.iter().for_each(|line| page.paragraph(line));
    page.out
}

/// What has a name, in each project that knows it; what is the same in several is told once.
pub fn subjects(found: &[FoundName], answer: &Answer<Explained>, style: Style) -> String {
    let projects = &answer.report.known.projects;
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    for one in found {
        let Some(project) = projects.get(one.project) else { continue };
        let text = subject(one, project, &answer.sources, style);
        let name = project.name.as_deref().unwrap_or(".");
        match told.iter_mut().find(|(known, _)| *known == text) {
            Some((_, names)) => names.push(name),
            None => told.push((text, vec![name])),
        }
    }
    let several = projects.len() > 1;
    let mut pages = told.into_iter().map(|(text, names)| {
        let mut page = ExplainPage { out: text, style };
        if several {
            page.section("Where");
            let projects = if names.len() == 1 { "project" } else { "projects" };
            page.paragraph(&format!("As it is in the {projects} {}.", first_few(names.into_iter())));
        }
        page.out
    });
    let first = pages.next().unwrap_or_default();
    pages.fold(first, |all, page| format!("{all}\n{page}"))
}

fn subject(found: &FoundName, project: &ProjectInForce, sources: &SourceMap, style: Style) -> String {
    let mut text = Text { page: ExplainPage { out: String::new(), style }, project, sources };
    match found.subject {
        NamedSubject::Rule(index) => text.rule(index, &found.seen),
        NamedSubject::Param(index) => text.params(&[index]),
        NamedSubject::Table(index) => {
            let table = project.program.tables.get(index);
            text.params(&table.map(|table| table.all().collect::<Vec<_>>()).unwrap_or_default());
        }
        NamedSubject::Let(index) => text.own_let(index),
        NamedSubject::Policy(index) => text.policy(index),
        NamedSubject::Field(index) => text.field(index),
        NamedSubject::Stage(rung) => text.stage(rung),
        NamedSubject::Step(from, to) => text.step(from, to),
    }
    text.page.out
}

/// What makes a rule err less often that fires, and one that passes.
const RARER: &str = "A higher confidence makes that rarer.";
const LIMITED: &str = "`at every look` after the confidence limits that.";

fn how_it_errs_said(how: &HowItErrs) -> String {
    let share = |share: &Number| Kind::Share.show(share);
    let looks = |[once, four, twelve]: &[f64; 3], resampling: Resampling| {
        let of = match resampling {
            Resampling::Anew => "of new samples each time".to_owned(),
            Resampling::Added => format!("of a sample that grows by {SAMPLES} each time"),
        };
        format!(
            "with {} when it is asked once, {} when four times, and {} when twelve times, {of}",
            chance(*once),
            chance(*four),
            chance(*twelve)
        )
    };
    let verb = |fires: bool| if fires { "fires" } else { "passes" };
    match how {
        HowItErrs::Point { truth, looks: rates, resampling } => format!(
            "Of {SAMPLES} samples it passes by luck: of a true share of {} it passes {}. \
             `with 90% confidence at every look` bounds that.",
            share(truth),
            looks(rates, *resampling)
        ),
        HowItErrs::Confident { truth, looks: rates, resampling, fires } => format!(
            "Of {SAMPLES} samples, and a true share of just {}, it {} {}. {}",
            share(truth),
            verb(*fires),
            looks(rates, *resampling),
            if *fires { RARER } else { LIMITED }
        ),
        HowItErrs::TooFewToShow { needed, fires } => format!(
            "It never {} of {SAMPLES} samples, whatever they are: it takes {needed}, all of them on one side.",
            verb(*fires)
        ),
        HowItErrs::OfCounts { confidence, fires } => format!(
            "It {} although it should not with a chance of at most {} each time that it is asked, however many are counted. {}",
            verb(*fires),
            share(&(Number::ONE - confidence)),
            if *fires { RARER } else { LIMITED }
        ),
        HowItErrs::EveryLook { confidence, fires } => {
            let bounded = format!(
                "It {} at any snapshot of a stage, although it should not, with at most {}.",
                verb(*fires),
                share(&(Number::ONE - confidence))
            );
            let slow = "It is slow after a fall, as the evidence has to outweigh every earlier look: a short window, such as \
                        `over 4 weeks`, with a high confidence and without `at every look` is faster.";
            if *fires { format!("{bounded} {slow}") } else { bounded }
        }
        HowItErrs::OfMean => "Student's t is approximate: of ratings that are mostly the highest, and of times of which a few are \
                              far above the rest, it errs up to six times as often as it says. `at every look` is exact for a \
                              field with a declared range."
            .to_owned(),
        HowItErrs::FalseAlarm { truth, chance: alarm, resampling } => {
            let more = match resampling {
                Resampling::Anew => "samples a week",
                Resampling::Added => "further samples a week",
            };
            format!(
                "Of {SAMPLES} {more} it fires in half a year with {} although the true share is {}.",
                chance(*alarm),
                share(truth)
            )
        }
    }
}

/// «16%», «4.4%»
fn chance(of: f64) -> String {
    let percent = of * 100.0;
    if (0.05..9.95).contains(&percent) { format!("{percent:.1}%") } else { format!("{percent:.0}%") }
}

struct ExplainPage {
    out: String,
    style: Style,
}

impl ExplainPage {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn paragraph(&mut self, text: &str) {
        for line in wrap(text, self.style.width.saturating_sub(2)) {
            self.line(&format!("  {line}"));
        }
    }

    fn heading(&mut self, name: &str, title: &str) {
        let dash = if self.style.unicode { "—" } else { "-" };
        let text = if title.is_empty() { name.to_owned() } else { format!("{name} {dash} {title}") };
        self.line(&visible(&text));
        self.line("");
    }

    fn section(&mut self, title: &str) {
        self.line("");
        self.line(&format!("{title}:"));
        self.line("");
    }

    /// A name with its value on a line, and what is to be said of it below.
    fn entry(&mut self, name: &str, said: Option<&str>) {
        self.paragraph(name);
        said.iter().for_each(|said| self.indented(said));
    }

    /// What is said of an entry, below its name.
    fn indented(&mut self, said: &str) {
        for line in wrap(said, self.style.width.saturating_sub(6)) {
            self.line(&format!("      {line}"));
        }
    }
}

struct Text<'c> {
    page: ExplainPage,
    project: &'c ProjectInForce,
    sources: &'c SourceMap,
}

impl Text<'_> {
    fn rule(&mut self, index: usize, seen: &SeenTests) {
        let project = self.project;
        let Some(steps) = project.settings.rules.get(index) else { return };
        let Some(rule) = project.program.rules.get(index) else {
            let mut built_in = built_in_rules(&project.program.vocabulary);
            let Some((rule, _)) = built_in.nth(index - project.program.rules.len()) else { return };
            self.page.heading(rule.name, rule.title);
            self.page.paragraph(of_built_in(rule).unwrap_or_default());
            self.page.paragraph(&format!(
                "The rule is built in: it is listed when it fires. {}",
                self.effect(steps.on(i64::MIN))
            ));
            for (from, setting) in steps.steps() {
                if let Some(day) = from {
                    self.page.paragraph(&format!("From {day} on: {}", self.effect(setting)));
                }
            }
            if rule == FRESH {
                self.cadences();
            }
            if rule.only_notes() {
                self.page.section("To switch it off, in `tollgate.yaml`");
                self.page.line("    rules:");
                self.page.line(&format!("      {}: off", rule.name));
            }
            self.seen(seen);
            return;
        };
        self.page.heading(&rule.name, &self.title(rule.decl.title.as_ref()));
        self.page.paragraph(&self.when_judged(rule));
        self.page.paragraph(&self.what_it_asks(&rule.decl));
        for (from, setting) in steps.steps() {
            let undecided = setting.effect.map(|effect| undecided(&rule.decl, effect)).unwrap_or_default();
            let from = from.map(|day| format!("From {day} on: ")).unwrap_or_default();
            self.page.paragraph(&format!("{from}{} {undecided}", self.effect(setting)));
        }
        let place = Place::new(rule.decl.span, self.sources);
        self.page.section(&format!("As it is written, {place}"));
        self.quote(rule.decl.span);
        if let Some(effect) = steps.on(i64::MAX).effect {
            self.errs(&how_it_errs(rule, project, effect));
        }
        self.uses(&uses(rule, &project.program));
        self.seen(seen);
    }

    /// How often luck makes the rule err.
    fn errs(&mut self, all: &[Errs]) {
        if all.is_empty() {
            return;
        }
        self.page.section("How often it errs");
        for errs in all {
            let said = how_it_errs_said(&errs.how);
            let claim = format!("`{}`", self.source(errs.claim));
            self.page.entry(&claim, Some(&said));
        }
    }

    /// How often a snapshot is due, for whom an override says so, too.
    fn cadences(&mut self) {
        let project = self.project;
        let general = project.settings.cadence.as_ref();
        let own =
            project.overridden.iter().filter_map(|(name, own)| Some((Some(name), own.cadence.as_ref()?)));
        let own = own.filter(|(_, cadence)| Some(*cadence) != general);
        for (workflow, cadence) in general.map(|cadence| (None, cadence)).into_iter().chain(own) {
            let whom =
                workflow.map(|name| format!("Of `{name}`, one")).unwrap_or_else(|| "A snapshot".to_owned());
            let place = Place::new(cadence.span, self.sources);
            self.page.paragraph(&format!("{whom} is due {cadence} ({place})."));
        }
    }

    /// A param, or all entries of one that is a table.
    fn params(&mut self, indices: &[usize]) {
        let project = self.project;
        let all = indices.iter().filter_map(|at| Some((*at, project.program.params.get(*at)?)));
        let all: Vec<(usize, &Param)> = all.collect();
        let Some((_, first)) = all.first() else { return };
        let policy = first.name.split('.').next().unwrap_or_default();
        let table = format!("{policy}.{}", first.decl.name.text);
        let name = if all.len() == 1 { &*first.name } else { &table };
        self.page.heading(name, first.decl.doc.as_deref().unwrap_or_default());
        all.iter().for_each(|(index, _)| self.one_param(*index, false));
        self.used_by(|uses| all.iter().any(|(index, _)| uses.params.contains(index)));
        self.page.section("To set it, in `tollgate.yaml`");
        self.page.line("    params:");
        for (index, param) in all {
            let newest = project.settings.params.get(index).and_then(|steps| steps.steps().next_back());
            let Some((_, setting)) = newest.filter(|(_, setting)| !setting.by_else) else { continue };
            self.page.line(&format!("      {}: {}", param.name, show_value(&param.ty, &setting.value)));
        }
    }

    fn own_let(&mut self, index: usize) {
        let Some(own) = self.project.program.lets.get(index) else { return };
        self.page.heading(&own.name, &format!("a let: {}", own.ty));
        self.page.paragraph(&Place::new(own.decl.span, self.sources).to_string());
        self.quote(own.decl.span);
        self.uses(&uses_of_let(index, &self.project.program));
        self.used_by(|uses| uses.lets.contains(&index));
    }

    fn policy(&mut self, index: usize) {
        let project = self.project;
        let Some(policy) = project.program.policies.get(index) else { return };
        self.page.heading(&policy.name, &self.title(policy.title.as_ref()));
        if let Some(when) = &policy.when {
            let when = self.source(when.span);
            self.page.paragraph(&format!("Its rules outside of gates apply when `{when}`."));
            self.page.line("");
        }
        for rule in project.program.rules.iter().filter(|rule| rule.policy == index) {
            let title = self.title(rule.decl.title.as_ref());
            let gate = rule.gate.and_then(|gate| project.program.gates.get(gate));
            let gate = gate
                .map_or_else(String::new, |gate| format!(", gate {}", gate.way(&project.program.vocabulary)));
            self.page.entry(&format!("{} ({}{gate})", rule.name, self.effects_of(rule)), Some(&title));
        }
        self.page.line("");
        self.page.paragraph("`tollgate explain` with the name of a rule tells more of it.");
    }

    fn when_judged(&self, rule: &Rule) -> String {
        let program = &self.project.program;
        if let Some(gate) = rule.gate.and_then(|gate| program.gates.get(gate)) {
            let stage = |rung: usize| program.vocabulary.stages.get(rung).map_or("", |name| name);
            let title = match self.title(gate.title.as_ref()) {
                title if title.is_empty() => title,
                title => format!(" (\"{title}\")"),
            };
            return match gate.steps.as_slice() {
                [(_, to)] => format!(
                    "A rule of the gate `{way}`{title}. It counts when a workflow asks to move to `{to}`, and after \
                     the move for as long as it stays there; before that it is a preview and stops nothing.",
                    way = gate.way(&program.vocabulary),
                    to = stage(*to),
                ),
                _ => format!(
                    "A rule of the gate `{way}`{title}. For each of these steps it counts when a workflow asks to \
                     take it, and after the move for as long as it stays there; before that it is a preview and stops nothing.",
                    way = gate.way(&program.vocabulary),
                ),
            };
        }
        match program.policies.get(rule.policy).and_then(|policy| policy.when.as_ref()) {
            Some(when) => format!("It is judged at every check while `{}`.", self.source(when.span)),
            None => "It is judged at every check.".to_owned(),
        }
    }

    fn what_it_asks(&self, decl: &RuleDecl) -> String {
        match &decl.body {
            RuleBody::Trigger { when } => format!("It fails when `{}`.", self.source(when.span)),
            RuleBody::Require { when, requires } => {
                let all: Vec<_> =
                    requires.iter().map(|expr| format!("`{}`", self.source(expr.span))).collect();
                let where_applies = when.as_ref().map(|when| format!(", where `{}`", self.source(when.span)));
                format!("It passes when {}{}.", all.join(" and "), where_applies.unwrap_or_default())
            }
        }
    }

    /// The effect in force, and who set it where that is not the policy.
    fn effect(&self, setting: &RuleSetting) -> String {
        let what = match setting.effect {
            None => "It is switched off",
            Some(EffectKind::Note) => "A failure is noted and stops nothing (`note`)",
            Some(EffectKind::Warn) => "A failure is warned of and stops nothing (`warn`)",
            Some(EffectKind::Hold) => "A failure keeps the workflow where it is (`hold`)",
            Some(EffectKind::Rollback) => "A failure sends the workflow back (`rollback`)",
        };
        let from = || format!(", as {} says", Place::new(setting.origin, self.sources));
        let from = if setting.configured { from() } else { String::new() };
        let because = setting.because.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let owner = setting.owner.as_ref().map(|owner| format!(", signed by {owner}")).unwrap_or_default();
        let locked = setting.locked.map(|lock| Place::new(lock.span, self.sources));
        let locked = locked.map(|place| format!(" It is locked by {place}.")).unwrap_or_default();
        format!("{what}{from}{because}{owner}.{locked}")
    }

    fn uses(&mut self, uses: &RuleUses<'_>) {
        if !uses.lets.is_empty() {
            self.page.section("The lets that it uses");
            for own in uses.lets.iter().filter_map(|index| self.project.program.lets.get(*index)) {
                self.quote(own.decl.span);
            }
        }
        if !uses.params.is_empty() {
            self.page.section("Its params, with the values in force");
            uses.params.iter().for_each(|index| self.one_param(*index, true));
            if !self.project.overridden.is_empty() {
                self.page.line("");
                self.page.paragraph(
                    "For some workflows an override may say otherwise: `tollgate params` lists them.",
                );
            }
        }
        if !uses.fields.is_empty() {
            self.page.section("What it reads of the snapshots");
            for (name, field) in &uses.fields {
                self.page.entry(&format!("{name}: {}", field_type(field)), field.doc.as_deref());
            }
        }
    }

    /// `staged_rollout.light_share = 85%, within 60% to 100% (tollgate.yaml:7; declared as 80%)`; a line for each step.
    fn one_param(&mut self, index: usize, with_doc: bool) {
        let both = (self.project.program.params.get(index), self.project.settings.params.get(index));
        let (Some(param), Some(steps)) = both else { return };
        // Entries of a table that nobody has set are told as `else`.
        for (from, setting) in steps.steps().filter(|(_, setting)| !setting.by_else) {
            let doc = param.decl.doc.as_deref().filter(|_| with_doc && from.is_none());
            self.page.entry(&self.param_step(param, from, setting), doc);
        }
    }

    fn param_step(&self, param: &Param, since: Option<Date>, setting: &ParamSetting) -> String {
        let range = setting.within.as_ref().and_then(|range| show_range(&param.ty, range));
        let range = range.map(|range| format!(", within {range}")).unwrap_or_default();
        let mut from = Place::new(setting.origin, self.sources).to_string();
        if setting.configured {
            from.push_str(&format!("; declared as {}", show_value(&param.ty, &param.value)));
        }
        if let Some(because) = &setting.because {
            from.push_str(&format!("; {because}"));
        }
        if let Some(owner) = &setting.owner {
            from.push_str(&format!("; signed by {owner}"));
        }
        if let Some(lock) = setting.locked {
            from.push_str(&format!("; locked by {}", Place::new(lock.span, self.sources)));
        }
        let value = show_value(&param.ty, &setting.value);
        let since = since.map(|day| format!(" from {day}")).unwrap_or_default();
        format!("{}{since} = {value}{range} ({from})", param.name)
    }

    fn used_by(&mut self, is_used: impl Fn(&RuleUses<'_>) -> bool) {
        let program = &self.project.program;
        let using: Vec<&Rule> = program.rules.iter().filter(|rule| is_used(&uses(rule, program))).collect();
        if using.is_empty() {
            return;
        }
        self.page.section("The rules that use it");
        for rule in using {
            self.page.entry(&rule.name, Some(&self.title(rule.decl.title.as_ref())));
        }
    }

    fn seen(&mut self, seen: &SeenTests) {
        for (word, test) in [("passes", seen.passes), ("fails", seen.fails)] {
            if let Some(span) = test {
                let place = Place::new(span, self.sources);
                self.page.section(&format!("A test in which it {word}, {place}"));
                self.quote(span);
            }
        }
    }

    /// A text with the values in force.
    fn title(&self, title: Option<&Template>) -> String {
        let ProjectInForce { program, settings, .. } = self.project;
        let pieces = title.map(|title| filled(title, program, settings, self.sources, on_every_day));
        pieces.map_or_else(String::new, |pieces| filled_text(&pieces))
    }

    /// The text of a span on one line.
    fn source(&self, span: Span) -> String {
        self.sources.one_line(span)
    }

    /// The text of a span as it stands in its file, indented alike.
    fn quote(&mut self, span: Span) {
        let sources = self.sources;
        let indent = sources.line_column(span).1.saturating_sub(1);
        for line in sources.text(span).lines() {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            let text = visible(line.get(blanks.min(indent)..).unwrap_or(""));
            self.page.line(&format!("    {text}"));
        }
    }
}

/// What an undecided rule does.
fn undecided(decl: &RuleDecl, effect: EffectKind) -> &'static str {
    let said = decl.undecided.as_ref().map(|undecided| undecided.kind);
    match (said, effect) {
        (Some(UndecidedKind::Pass), _) => "Undecided, it passes.",
        (_, EffectKind::Note) => "Undecided, it notes.",
        (Some(UndecidedKind::Warn), _) | (_, EffectKind::Warn) => "Undecided, it warns.",
        (Some(UndecidedKind::Hold) | None, EffectKind::Hold | EffectKind::Rollback) => "Undecided, it holds.",
    }
}
