//! `tollgate.yaml`, by its schema and by what the policies declare.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::schema::SlotSchema;
use super::{Holds, KeyOffer, ListShape, Offer, SlotShape, offers, units_of, words};
use crate::ast::{Template, TemplatePart};
use crate::builtin;
use crate::code::Code;
use crate::engine::NameGround;
use crate::ide::completion::{Completion, CompletionKind};
use crate::ide::yaml::YamlStep;
use crate::program::{Param, ParamTable, Program};
use crate::settings::{Settings, rule_names, show_range, show_value};
use crate::snapshot::outline::flow_text;
use crate::types::{Kind, Type};
use crate::value::{Date, day_number};

static SCHEMA: LazyLock<SlotSchema> =
    LazyLock::new(|| SlotSchema::new(include_str!("../../../schemas/config.schema.json")));

/// What is known beside the text.
pub struct ConfigFacts<'f> {
    pub today: Date,
    pub workflows: &'f BTreeSet<Arc<str>>,
    /// Files and folders of policies, from the folder of the configuration.
    pub policies: &'f [String],
}

/// What could stand at a byte of a configuration.
pub fn complete_config(
    ground: &NameGround,
    facts: &ConfigFacts<'_>,
    text: &str,
    offset: usize,
) -> Vec<Completion> {
    let declared = Settings::declared(&ground.program);
    let settings = ground.book.as_ref().map_or(&declared, |book| &book.general);
    let names = ConfigNames { program: &ground.program, settings, facts };
    offers(text, offset, |yaml, id, is_new| {
        let mut shape = SCHEMA.shape(yaml, id, is_new);
        let mut way = yaml.way(id);
        if is_new {
            way.push(YamlStep::Element(0));
        }
        names.add(&way, &mut shape);
        shape
    })
}

/// The names that a configuration speaks of.
struct ConfigNames<'a> {
    program: &'a Program,
    settings: &'a Settings,
    facts: &'a ConfigFacts<'a>,
}

impl ConfigNames<'_> {
    /// Adds to what the schema says of a slot.
    fn add(&self, way: &[YamlStep<'_>], shape: &mut SlotShape) {
        use YamlStep::{Element, Key};
        // What an override sets is written as what is set for all.
        let way = match way {
            [Key("overrides"), Element(_), rest @ ..] if matches!(rest, [Key("params" | "rules"), ..]) => {
                rest
            }
            _ => way,
        };
        match way {
            [Key("params")] => shape.keys = self.params(),
            [Key("params"), Key(name), rest @ ..] => self.of_param(name, rest, shape),
            [Key("rules")] => shape.keys = self.rules(),
            [Key("rules"), _, .., Key("from")] => shape.values = self.today(),
            [Key("lints")] => {
                shape.keys = Code::lint_names()
                    .into_iter()
                    .map(|name| key(Offer::new(name, CompletionKind::Key)))
                    .collect();
            }
            [Key("policies"), Element(_)] => shape.values = self.policies(),
            [Key("overrides"), Element(_), Key("workflows")]
            | [Key("overrides"), Element(_), Key("workflows"), Element(_)] => {
                shape.values = self.workflows();
            }
            [Key("overrides"), Element(_), Key("cadence"), Key(part)] => {
                shape.units = units_of(&Type::amount(Kind::Duration));
                shape.values = words((*part == "every").then_some("weekday"), CompletionKind::Value);
            }
            [Key("waivers"), Element(_), Key("rule")] => {
                shape.values = self.rules().into_iter().map(|rule| rule.offer).collect();
            }
            [Key("waivers"), Element(_), Key("workflow")] => shape.values = self.workflows(),
            [Key("waivers"), Element(_), Key("stage")] => {
                let stages = self.program.vocabulary.stages.iter();
                shape.values = words(stages.map(|stage| flow_text(stage)), CompletionKind::Stage);
            }
            [Key("waivers"), Element(_), Key("from" | "until")] => shape.values = self.today(),
            _ => {}
        }
    }

    fn today(&self) -> Vec<Offer> {
        vec![Offer::new(self.facts.today.to_string(), CompletionKind::Value).detail("today")]
    }

    fn workflows(&self) -> Vec<Offer> {
        words(self.facts.workflows.iter().map(|name| flow_text(name)), CompletionKind::Name)
    }

    fn policies(&self) -> Vec<Offer> {
        let pack = Offer::new(builtin::PACK, CompletionKind::Policy).detail("all shipped policies");
        let shipped = builtin::names().map(|name| Offer::new(builtin::entry(name), CompletionKind::Policy));
        let own = self.facts.policies.iter().map(|file| Offer::new(flow_text(file), CompletionKind::Policy));
        [pack].into_iter().chain(shipped).chain(own).collect()
    }

    /// Those that are set by their own names; entries are set under their tables.
    fn params(&self) -> Vec<KeyOffer> {
        let tables = &self.program.tables;
        let is_own = |index: &usize| !tables.iter().any(|table| table.all().any(|entry| entry == *index));
        let params = (0..self.program.params.len()).filter(is_own);
        let own =
            params.filter_map(|index| Some(key(self.param(index, &self.program.params.get(index)?.name)?)));
        let of_table = |table: &ParamTable| KeyOffer {
            offer: Offer::new(&*table.name, CompletionKind::Param).detail("table"),
            holds: Holds::Map,
        };
        own.chain(tables.iter().map(of_table)).collect()
    }

    /// A param under a name, with its value and its bounds.
    fn param(&self, index: usize, name: &str) -> Option<Offer> {
        let param = self.program.params.get(index)?;
        let value = self.value(index, param);
        let bounds = param.within.as_ref().and_then(|range| show_range(&param.ty, range));
        let detail = bounds.map_or(value.clone(), |bounds| format!("{value}, within {bounds}"));
        Some(Offer::new(name, CompletionKind::Param).detail(detail).doc(param.decl.doc.as_deref()))
    }

    fn value(&self, index: usize, param: &Param) -> String {
        let setting = self.settings.param_on(index, day_number(self.facts.today));
        show_value(&param.ty, setting.map_or(&param.value, |setting| &setting.value))
    }

    /// What a param is set to, or a part of its setting.
    fn of_param(&self, name: &str, rest: &[YamlStep<'_>], shape: &mut SlotShape) {
        use YamlStep::{Element, Key};
        let table = self.program.tables.iter().find(|table| &*table.name == name);
        match (rest, table) {
            ([], Some(table)) => {
                shape.list = ListShape::None;
                let entries = table.entries.iter().map(|(key, index)| (&**key, *index));
                let all = entries.chain(table.otherwise.map(|index| ("else", index)));
                shape.keys = all.filter_map(|(name, index)| Some(key(self.param(index, name)?))).collect();
            }
            ([Key(entry), rest @ ..], Some(table)) => {
                let index = if *entry == "else" { table.otherwise } else { table.entry(entry) };
                self.of_setting(index, rest, shape);
            }
            ([] | [Key("value" | "from")] | [Element(_), Key("value" | "from")], None) => {
                self.of_setting(self.program.param_named(name), rest, shape);
            }
            (_, _) => {}
        }
    }

    fn of_setting(&self, index: Option<usize>, rest: &[YamlStep<'_>], shape: &mut SlotShape) {
        if matches!(rest, [.., YamlStep::Key("from")]) {
            shape.values = self.today();
            return;
        }
        let Some((index, param)) = index.and_then(|index| Some((index, self.program.params.get(index)?)))
        else {
            return;
        };
        if !matches!(rest, [] | [.., YamlStep::Key("value")]) {
            return;
        }
        shape.units = units_of(&param.ty);
        if param.ty.element().is_none() {
            shape.list = ListShape::None;
        }
        let value = self.value(index, param);
        let others: Vec<String> = match &param.ty {
            Type::Bool => ["true", "false"].map(str::to_owned).into(),
            Type::Choice(members) => members.iter().map(|member| flow_text(member)).collect(),
            Type::Stage => self.program.vocabulary.stages.iter().map(|stage| flow_text(stage)).collect(),
            Type::Text
            | Type::Date
            | Type::Time
            | Type::Amount(_)
            | Type::Elapsed
            | Type::Calendar
            | Type::List(_)
            | Type::Record(_)
            | Type::Error => Vec::new(),
        };
        let others = words(others.into_iter().filter(|other| *other != value), CompletionKind::Member);
        let own = Offer::new(value, CompletionKind::Value).detail("in force");
        shape.values = [own].into_iter().chain(others).collect();
    }

    /// Every rule, with its effect.
    fn rules(&self) -> Vec<KeyOffer> {
        let day = day_number(self.facts.today);
        let offer = |(index, name): (usize, &str)| {
            let effect = self
                .settings
                .rule_on(index, day)
                .map(|rule| rule.effect.map_or("off", |effect| effect.as_str()));
            let rule = self.program.rules.get(index);
            let doc = rule.and_then(|rule| rule.decl.title.as_ref()).map(title);
            key(Offer::new(name, CompletionKind::Rule).detail(effect.unwrap_or("")).doc(doc))
        };
        rule_names(self.program).enumerate().map(offer).collect()
    }
}

fn key(offer: Offer) -> KeyOffer {
    KeyOffer { offer, holds: Holds::Scalar }
}

/// A title as it is written, with `…` for what depends on the workflow.
fn title(title: &Template) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.to_string(),
        TemplatePart::Expr(_) => "…".to_owned(),
    };
    title.parts.iter().map(part).collect()
}
