//! What stands at the top level of a file, and policies, gates and rules.

use std::sync::Arc;

use pest::iterators::{Pair, Pairs};

use super::recover::{Previous, Spoiled, is_bad};
use super::tree::{Builder, child, children, extent, first};
use super::{Rule, errors};
use crate::ast::{
    Effect, EffectKind, Expr, GateDecl, GateItem, GateStep, Item, LetDecl, Name, ParamDecl, PolicyDecl,
    PolicyItem, RuleBody, RuleDecl, StagesDecl, Undecided, UndecidedKind,
};
use crate::diagnostic::did_you_mean;
use crate::source::Span;

impl Builder<'_> {
    pub(super) fn build_file(&mut self, pairs: Pairs<'_, Rule>) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        let mut previous: Option<Previous<'_>> = None;
        for pair in pairs.flat_map(Pair::into_inner) {
            let errors = self.errors();
            match pair.as_rule() {
                Rule::stages_decl => {
                    let stages = children(&pair, Rule::name).map(|name| self.name(&name)).collect();
                    items.push(Item::Stages(StagesDecl { stages, span: self.span_of(&pair) }));
                }
                Rule::snapshot_decl => {
                    let (snapshot, broken) = self.build_snapshot_decl(&pair);
                    items.push(Item::Snapshot(snapshot));
                    items.extend(broken.into_iter().map(|name| Item::Broken(Some(name))));
                }
                Rule::language_decl => self.check_language_decl(&pair, previous.is_none()),
                Rule::policy_decl => items.push(self.build_policy_decl(&pair)),
                Rule::test_decl => {
                    items.push(self.build_test_decl(&pair).map_or(Item::Broken(None), Item::Test))
                }
                Rule::stray_items => {
                    let strays = self.build_stray_items(&pair, previous.as_ref());
                    match items.last_mut() {
                        Some(Item::Policy(policy)) => policy.items.extend(strays),
                        Some(Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_))
                        | None => {
                            items.extend(strays.into_iter().map(|stray| Item::Broken(name_of(&stray))));
                        }
                    }
                }
                Rule::bad_item => match self.report_bad(&pair, previous.as_ref(), Rule::alone_item) {
                    Spoiled::Itself(name) => {
                        items.push(self.broken_stages(&pair).unwrap_or(Item::Broken(name)))
                    }
                    Spoiled::Previous => {
                        if let Some(Item::Stages(stages)) = items.last_mut() {
                            stages.stages.extend(self.names_in(&extent(&pair)));
                        }
                    }
                },
                _ => continue,
            }
            previous = Some(self.seen(pair, errors));
        }
        items
    }

    /// What the file says that it is written in.
    fn check_language_decl(&mut self, pair: &Pair<'_, Rule>, is_first: bool) {
        if !is_first {
            self.report(errors::late_language(self.span_of(pair)));
        }
        if let Some(version) = child(pair, Rule::language_version)
            && version.as_str() != errors::LANGUAGE
        {
            self.report(errors::other_language(self.span_of(&version), version.as_str()));
        }
    }

    /// A ladder that was not understood: its words are its stages, so that none of them is reported as unknown.
    fn broken_stages(&self, pair: &Pair<'_, Rule>) -> Option<Item> {
        let range = extent(pair);
        let keyword = self.token_at(range.start)?;
        let word = self.token_text(&keyword);
        if word != "stages" && did_you_mean(word, ["stages"]).is_none() {
            return None;
        }
        let stages = self.names_in(&(keyword.range.end..range.end));
        (!stages.is_empty()).then(|| Item::Stages(StagesDecl { stages, span: self.span(range) }))
    }

    /// Declarations behind the brace that closed their policy.
    fn build_stray_items(
        &mut self,
        pair: &Pair<'_, Rule>,
        previous: Option<&Previous<'_>>,
    ) -> Vec<PolicyItem> {
        let follows_policy =
            previous.map(|previous| &previous.pair).filter(|pair| pair.as_rule() == Rule::policy_decl);
        let close = follows_policy.and_then(|policy| policy.clone().into_inner().next_back());
        let close = close.map(|close| self.span_of(&close));
        // Behind a stretch that was reported, this is what is left of it.
        if !previous.is_some_and(|previous| is_bad(&previous.pair))
            && let Some(word) = first(pair)
        {
            let keyword = word.as_str().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("rule");
            let start = word.as_span().start();
            let span = self.span(start..start + keyword.len());
            self.report(errors::outside_policy(span, keyword, close));
        }
        self.build_policy_items(pair)
    }

    fn build_policy_decl(&mut self, pair: &Pair<'_, Rule>) -> Item {
        self.check_keyword(pair, "policy");
        let span = self.span_of(pair);
        let mut title = None;
        let mut when = None;
        // Where its condition is not understood, the standing rules of a policy cannot be judged.
        let mut conditional = false;
        let name = match child(pair, Rule::policy_head) {
            Some(head) => {
                title = child(&head, Rule::title).map(|title| self.build_template(&title));
                if let Some(clause) = child(&head, Rule::when_clause) {
                    when = self.build_clause_expr(&clause);
                    conditional = when.is_none();
                }
                child(&head, Rule::scope_name).map(|name| self.name(&name))
            }
            None => {
                self.explain_head(pair, Rule::alone_policy_head);
                let range =
                    extent(pair).start..child(pair, Rule::bad_head).map_or(0, |head| head.as_span().end());
                conditional = self.tokens_in(&range).any(|token| self.token_text(&token) == "when");
                self.name_in(&range, Rule::alone_policy_head)
            }
        };
        self.check_open(pair);
        let mut items = self.build_policy_items(pair);
        self.check_close(pair);
        if conditional {
            items = items.into_iter().map(unjudged).collect();
        }
        match name {
            Some(name) => Item::Policy(PolicyDecl { name, title, when, items, span }),
            None => Item::Broken(None),
        }
    }

    fn build_policy_items(&mut self, block: &Pair<'_, Rule>) -> Vec<PolicyItem> {
        let mut items: Vec<PolicyItem> = Vec::new();
        let mut previous: Option<Previous<'_>> = None;
        for pair in block.clone().into_inner() {
            let errors = self.errors();
            let broken = || PolicyItem::Broken(child(&pair, Rule::name).map(|name| self.name(&name)));
            match pair.as_rule() {
                Rule::param_decl => {
                    let broken = broken();
                    let param = self.build_param_decl(&pair).map(|param| PolicyItem::Param(Arc::new(param)));
                    items.push(param.unwrap_or(broken));
                }
                Rule::let_decl => {
                    let broken = broken();
                    let let_ = self.build_let_decl(&pair).map(|let_| PolicyItem::Let(Arc::new(let_)));
                    items.push(let_.unwrap_or(broken));
                }
                Rule::rule_decl => {
                    let broken = broken();
                    let rule = self.build_rule_decl(&pair).map(|rule| PolicyItem::Rule(Arc::new(rule)));
                    items.push(rule.unwrap_or(broken));
                }
                Rule::gate_decl => self.build_gate_decl(&pair, &mut items),
                Rule::bad_policy_item => {
                    match self.report_bad(&pair, previous.as_ref(), Rule::alone_policy_item) {
                        Spoiled::Itself(name) => items.push(PolicyItem::Broken(name)),
                        Spoiled::Previous => {
                            let name = items.pop().and_then(|item| name_of(&item));
                            items.push(PolicyItem::Broken(name));
                        }
                    }
                }
                _ => continue,
            }
            previous = Some(self.seen(pair, errors));
        }
        items
    }

    fn build_param_decl(&mut self, pair: &Pair<'_, Rule>) -> Option<ParamDecl> {
        let span = self.span_of(pair);
        let name = self.name(&child(pair, Rule::name)?);
        let value = self.build_param_literal(pair);
        let within = match child(pair, Rule::within) {
            Some(within) => Some(self.build_range_decl(&within)?),
            None => None,
        };
        let doc = self.build_doc(pair);
        Some(ParamDecl { name, value: value?, within, doc, span })
    }

    fn build_let_decl(&mut self, pair: &Pair<'_, Rule>) -> Option<LetDecl> {
        let span = self.span_of(pair);
        let mut of = match child(pair, Rule::computed_name) {
            Some(names) => self.dotted_names(&names),
            None => vec![self.name(&child(pair, Rule::name)?)],
        };
        let name = of.pop()?;
        let value = self.build_clause_expr(pair)?;
        Some(LetDecl { of, name, value, span })
    }

    /// The names between the dots of a token.
    fn dotted_names(&self, pair: &Pair<'_, Rule>) -> Vec<Name> {
        let whole = self.span_of(pair);
        let mut start = whole.start;
        let name = |text: &str| {
            let end = start.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
            let span = Span { start, end, ..whole };
            start = end.saturating_add(1);
            Name { text: text.into(), span }
        };
        pair.as_str().split('.').map(name).collect()
    }

    /// The gate, or, if its head is not understood, the names of what it holds.
    fn build_gate_decl(&mut self, pair: &Pair<'_, Rule>, items: &mut Vec<PolicyItem>) {
        self.check_keyword(pair, "gate");
        self.check_open(pair);
        let gate_items = self.build_gate_items(pair);
        let Some(head) = child(pair, Rule::gate_head) else {
            self.explain_head(pair, Rule::alone_gate_head);
            self.check_close(pair);
            items.extend(gate_items.into_iter().map(|item| PolicyItem::Broken(name_of_gate_item(&item))));
            return;
        };
        self.check_close(pair);
        let title = child(&head, Rule::title).map(|title| self.build_template(&title));
        let Some(written) = child(&head, Rule::gate_steps) else { return };
        let steps: Vec<GateStep> = children(&written, Rule::gate_step)
            .filter_map(|step| {
                let mut stages = children(&step, Rule::name).map(|name| self.name(&name));
                Some(GateStep { from: stages.next()?, to: stages.next()? })
            })
            .collect();
        let Some(first) = steps.first() else { return };
        let ruled = gate_items.iter().any(|item| match item {
            GateItem::Rule(_) | GateItem::Broken(_) => true,
            GateItem::Let(_) => false,
        });
        if !ruled {
            self.report(errors::empty_gate(self.span_of(&head), &first.from.text, &first.to.text));
        }
        let span = self.span_of(pair);
        items.push(PolicyItem::Gate(GateDecl { steps, title, items: gate_items, span }));
    }

    fn build_gate_items(&mut self, block: &Pair<'_, Rule>) -> Vec<GateItem> {
        let mut items: Vec<GateItem> = Vec::new();
        let mut previous: Option<Previous<'_>> = None;
        for pair in block.clone().into_inner() {
            let errors = self.errors();
            let name = child(&pair, Rule::name).map(|name| self.name(&name));
            match pair.as_rule() {
                Rule::let_decl => {
                    let let_ = self.build_let_decl(&pair).map(|let_| GateItem::Let(Arc::new(let_)));
                    items.push(let_.unwrap_or(GateItem::Broken(name)));
                }
                Rule::rule_decl => {
                    let rule = self.build_rule_decl(&pair).map(|rule| GateItem::Rule(Arc::new(rule)));
                    items.push(rule.unwrap_or(GateItem::Broken(name)));
                }
                Rule::bad_gate_item => match self.report_bad(&pair, previous.as_ref(), Rule::alone_gate_item)
                {
                    Spoiled::Itself(name) => items.push(GateItem::Broken(name)),
                    Spoiled::Previous => {
                        let name = items.pop().and_then(|item| name_of_gate_item(&item));
                        items.push(GateItem::Broken(name));
                    }
                },
                _ => continue,
            }
            previous = Some(self.seen(pair, errors));
        }
        items
    }

    fn build_rule_decl(&mut self, pair: &Pair<'_, Rule>) -> Option<RuleDecl> {
        self.check_open(pair);
        self.check_close(pair);
        let name = self.name(&child(pair, Rule::name)?);
        let title = child(pair, Rule::title).map(|title| self.build_template(&title));
        let when = child(pair, Rule::when_clause).map(|when| self.build_clause_expr(&when));
        let requires: Vec<Option<Expr>> =
            children(pair, Rule::require_clause).map(|require| self.build_clause_expr(&require)).collect();
        let outcome = child(pair, Rule::else_clause).or_else(|| child(pair, Rule::then_clause))?;
        let effect = self.build_effect(&outcome);
        let [mut help, mut link, mut undecided] = [None, None, None];
        for tail in pair.clone().into_inner() {
            let (what, seen) = match tail.as_rule() {
                Rule::help_clause => ("help", &mut help),
                Rule::link_clause => ("link", &mut link),
                Rule::undecided_clause => ("undecided", &mut undecided),
                _ => continue,
            };
            match seen {
                Some(first) => {
                    let (first, second) = (self.span_of(first), self.span_of(&tail));
                    self.report(errors::given_twice(second, first, what));
                }
                None => *seen = Some(tail),
            }
        }
        let help = help.and_then(|help| child(&help, Rule::string)).map(|text| self.build_template(&text));
        let link = link.and_then(|link| child(&link, Rule::string)).and_then(|text| self.build_string(&text));
        let undecided = match undecided {
            Some(undecided) => Some(self.build_undecided(&undecided)?),
            None => None,
        };
        let requires = requires.into_iter().collect::<Option<Vec<Expr>>>()?;
        let body = match outcome.as_rule() {
            Rule::then_clause => RuleBody::Trigger { when: when?? },
            Rule::else_clause => {
                RuleBody::Require { when: when.map_or(Some(None), |when| when.map(Some))?, requires }
            }
            _ => return None,
        };
        let span = self.span_of(pair);
        Some(RuleDecl {
            name,
            title,
            body,
            effect: effect?,
            help,
            link: link.map(Arc::from),
            undecided,
            span,
        })
    }

    /// The expression of a clause or `let`; none if it was too deep, which was reported.
    fn build_clause_expr(&mut self, clause: &Pair<'_, Rule>) -> Option<Expr> {
        if self.holds_too_deep(&extent(clause)) {
            return None;
        }
        self.build_expr(&child(clause, Rule::expr)?, 0).map(|expr| *expr)
    }

    fn build_effect(&mut self, pair: &Pair<'_, Rule>) -> Option<Effect> {
        let written = child(pair, Rule::effect)?;
        let kind = EffectKind::ALL.into_iter().find(|kind| kind.as_str() == written.as_str())?;
        let mut span = self.span_of(&written);
        let message = child(pair, Rule::message).map(|message| self.build_template(&message));
        if let Some(message) = &message {
            span = span.to(message.span);
        }
        Some(Effect { kind, message, span })
    }

    fn build_undecided(&self, pair: &Pair<'_, Rule>) -> Option<Undecided> {
        let kind = match child(pair, Rule::undecided_kind)?.as_str() {
            "pass" => UndecidedKind::Pass,
            "warn" => UndecidedKind::Warn,
            "hold" => UndecidedKind::Hold,
            _ => return None,
        };
        Some(Undecided { kind, span: self.span_of(pair) })
    }
}

/// The name of a declaration.
fn name_of(item: &PolicyItem) -> Option<Name> {
    match item {
        PolicyItem::Param(param) => Some(param.name.clone()),
        PolicyItem::Let(let_) => Some(let_.name.clone()),
        PolicyItem::Rule(rule) => Some(rule.name.clone()),
        PolicyItem::Gate(_) => None,
        PolicyItem::Broken(name) => name.clone(),
    }
}

fn name_of_gate_item(item: &GateItem) -> Option<Name> {
    match item {
        GateItem::Let(let_) => Some(let_.name.clone()),
        GateItem::Rule(rule) => Some(rule.name.clone()),
        GateItem::Broken(name) => name.clone(),
    }
}

/// A standing rule of which nobody knows whether it applies.
fn unjudged(item: PolicyItem) -> PolicyItem {
    match item {
        PolicyItem::Rule(rule) => PolicyItem::Broken(Some(rule.name.clone())),
        PolicyItem::Param(_) | PolicyItem::Let(_) | PolicyItem::Gate(_) | PolicyItem::Broken(_) => item,
    }
}
