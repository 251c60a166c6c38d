//! The ids of a file that was parsed by itself.

use std::sync::Arc;

use super::{
    Expr, ExprIds, File, GateDecl, GateItem, Item, LetDecl, PolicyDecl, PolicyItem, RuleBody, RuleDecl,
    Template, TemplatePart,
};

impl File {
    /// Moves the ids of all expressions, which were handed out by `own`, behind those that `all` has handed out, so that
    /// no file has the same as another.
    pub fn move_ids(&mut self, own: &ExprIds, all: &mut ExprIds) {
        let by = all.reserve(own);
        if by == 0 {
            return;
        }
        for item in &mut self.items {
            match item {
                Item::Policy(PolicyDecl { title, when, items, name: _, span: _ }) => {
                    in_template(title.as_mut(), by);
                    in_all(when, by);
                    items.iter_mut().for_each(|item| in_policy(item, by));
                }
                Item::Stages(_) | Item::Snapshot(_) | Item::Test(_) | Item::Broken(_) => {}
            }
        }
    }
}

fn in_policy(item: &mut PolicyItem, by: u32) {
    match item {
        PolicyItem::Let(decl) => in_let(decl, by),
        PolicyItem::Rule(decl) => in_rule(decl, by),
        PolicyItem::Gate(GateDecl { title, items, from: _, to: _, span: _ }) => {
            in_template(title.as_mut(), by);
            for item in items {
                match item {
                    GateItem::Let(decl) => in_let(decl, by),
                    GateItem::Rule(decl) => in_rule(decl, by),
                    GateItem::Broken(_) => {}
                }
            }
        }
        PolicyItem::Param(_) | PolicyItem::Broken(_) => {}
    }
}

fn in_let(decl: &mut Arc<LetDecl>, by: u32) {
    let LetDecl { value, name: _, span: _ } = Arc::make_mut(decl);
    in_expr(value, by);
}

fn in_rule(decl: &mut Arc<RuleDecl>, by: u32) {
    let RuleDecl { title, body, effect, help, name: _, link: _, undecided: _, span: _ } = Arc::make_mut(decl);
    match body {
        RuleBody::Require { when, requires } => in_all(when.iter_mut().chain(requires), by),
        RuleBody::Trigger { when } => in_expr(when, by),
    }
    for template in [title, &mut effect.message, help] {
        in_template(template.as_mut(), by);
    }
}

fn in_template(template: Option<&mut Template>, by: u32) {
    for part in template.into_iter().flat_map(|template| &mut template.parts) {
        match part {
            TemplatePart::Expr(expr) => in_expr(expr, by),
            TemplatePart::Text(_) => {}
        }
    }
}

fn in_all<'a>(exprs: impl IntoIterator<Item = &'a mut Expr>, by: u32) {
    exprs.into_iter().for_each(|expr| in_expr(expr, by));
}

fn in_expr(expr: &mut Expr, by: u32) {
    expr.id.0 += by;
    in_all(expr.children_mut(), by);
}
