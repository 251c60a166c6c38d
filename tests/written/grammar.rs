//! Reads the grammar itself, and finds in a text all that may be left out by it. A clause that is new in the grammar is found
//! without anything being said of it here.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The rules of a grammar in pest's form, of which it is a second reader: slow, and without a tree.
pub(crate) struct Grammar {
    rules: BTreeMap<String, Definition>,
}

struct Definition {
    mode: Mode,
    /// Whether it is nothing but another name for what it stands for.
    is_silent: bool,
    form: Form,
}

/// How the parts of a rule follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// As in the rule around it.
    Inherited,
    /// White space and comments may stand between them.
    Loose,
    /// Nothing stands between them.
    Tight,
    /// Like that, and none of them is a clause.
    Token,
}

enum Form {
    Text(String),
    Range(char, char),
    Rule(String),
    Sequence(Vec<Part>),
    Choice(Vec<Form>),
    Times { clause: String, form: Box<Form>, least: usize, most: usize },
    Ahead { form: Box<Form>, is_there: bool },
}

/// A part of a sequence, with its name.
struct Part {
    name: String,
    form: Form,
}

/// Something that stands in a text, and what the grammar calls it: `arg: over_clause`.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) clause: String,
    pub(crate) range: Range<usize>,
}

impl Grammar {
    pub(crate) fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with("//"));
        let text = lines.collect::<Vec<_>>().join("\n");
        let mut rules = BTreeMap::new();
        let mut rest = text.trim_start();
        while let Some((name, after)) = rest.split_once('=') {
            let (mode, after) = after.split_once('{').unwrap();
            let is_silent = mode.trim() == "_";
            let mode = match mode.trim() {
                "@" => Mode::Token,
                "$" => Mode::Tight,
                "!" => Mode::Loose,
                _ => Mode::Inherited,
            };
            let name = name.trim();
            let mut source = Source { rule: name, rest: after };
            let form = source.choice();
            rest = source.rest.trim_start().strip_prefix('}').unwrap().trim_start();
            rules.insert(name.to_owned(), Definition { mode, is_silent, form });
        }
        Self { rules }
    }

    /// What may be left out anywhere in a file.
    pub(crate) fn optional(&self) -> BTreeSet<String> {
        let (mut found, mut seen, mut todo) = (BTreeSet::new(), BTreeSet::new(), vec!["file"]);
        while let Some(name) = todo.pop() {
            match self.rules.get(name) {
                Some(rule) if rule.mode != Mode::Token && seen.insert(name) => {
                    self.parts(name, &rule.form, &mut found, &mut todo);
                }
                Some(_) | None => {}
            }
        }
        found
    }

    fn parts<'a>(
        &'a self,
        rule: &str,
        form: &'a Form,
        optional: &mut BTreeSet<String>,
        rules: &mut Vec<&'a str>,
    ) {
        match form {
            Form::Text(_) | Form::Range(..) | Form::Ahead { .. } => {}
            Form::Rule(name) => rules.push(name),
            Form::Sequence(parts) => {
                parts.iter().for_each(|part| self.parts(rule, &part.form, optional, rules));
            }
            Form::Choice(forms) => forms.iter().for_each(|form| self.parts(rule, form, optional, rules)),
            Form::Times { clause, form, .. } => {
                optional.extend(self.kinds(rule, clause, form).into_iter().map(|(kind, _)| kind));
                self.parts(rule, form, optional, rules);
            }
        }
    }

    /// What something that may be left out can be, each kind with its name.
    fn kinds<'a>(&'a self, rule: &str, clause: &str, form: &'a Form) -> Vec<(String, Vec<&'a Form>)> {
        match form {
            Form::Choice(forms) => forms.iter().flat_map(|form| self.kinds(rule, clause, form)).collect(),
            Form::Rule(name) => match self.rules.get(name) {
                Some(Definition { is_silent: true, form, .. }) => {
                    self.kinds(rule, &format!("{rule}: {name}"), form)
                }
                Some(_) | None => vec![(format!("{rule}: {name}"), vec![form])],
            },
            Form::Sequence(parts) => match &parts[..] {
                [Part { form: ahead @ Form::Ahead { .. }, .. }, Part { form, .. }] => {
                    let mut kinds = self.kinds(rule, clause, form);
                    kinds.iter_mut().for_each(|(_, forms)| forms.insert(0, ahead));
                    kinds
                }
                _ => vec![(clause.to_owned(), vec![form])],
            },
            Form::Text(_) | Form::Range(..) | Form::Times { .. } | Form::Ahead { .. } => {
                vec![(clause.to_owned(), vec![form])]
            }
        }
    }

    /// Everything in a text that may be left out, and all parts that follow each other; none if it is no file.
    pub(crate) fn stretches(&self, text: &str) -> Option<Vec<Stretch>> {
        let mut reader = Reader { grammar: self, text, found: Vec::new() };
        let end = reader.rule("file", 0, Mode::Loose)?;
        (end == text.len()).then_some(reader.found)
    }
}

/// The text of the grammar, in a rule.
struct Source<'a> {
    rule: &'a str,
    rest: &'a str,
}

impl Source<'_> {
    fn take(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn choice(&mut self) -> Form {
        let mut forms = vec![self.sequence()];
        while self.take("|") {
            forms.push(self.sequence());
        }
        match <[Form; 1]>::try_from(forms) {
            Ok([only]) => only,
            Err(forms) => Form::Choice(forms),
        }
    }

    fn sequence(&mut self) -> Form {
        let mut parts = vec![self.part()];
        while self.take("~") {
            parts.push(self.part());
        }
        match <[Part; 1]>::try_from(parts) {
            Ok([only]) => only.form,
            Err(parts) => Form::Sequence(parts),
        }
    }

    fn part(&mut self) -> Part {
        let before = self.rest.trim_start();
        let form = self.repeated();
        let name = before[..before.len() - self.rest.len()].split_whitespace().collect::<Vec<_>>().join(" ");
        Part { name, form }
    }

    fn repeated(&mut self) -> Form {
        for (sign, is_there) in [("!", false), ("&", true)] {
            if self.take(sign) {
                return Form::Ahead { form: Box::new(self.repeated()), is_there };
            }
        }
        let before = self.rest.trim_start();
        let mut form = self.single();
        let source = before[..before.len() - self.rest.len()].trim();
        let inner = source.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(source);
        let clause = format!("{}: {}", self.rule, inner.split_whitespace().collect::<Vec<_>>().join(" "));
        for (sign, least, most) in [("?", 0, 1), ("*", 0, usize::MAX), ("+", 1, usize::MAX)] {
            if self.take(sign) {
                form = Form::Times { clause: clause.clone(), form: Box::new(form), least, most };
            }
        }
        if self.rest.starts_with('{') {
            let (times, rest) = self.rest[1..].split_once('}').unwrap();
            self.rest = rest;
            let times = times.parse().unwrap();
            form = Form::Times { clause, form: Box::new(form), least: times, most: times };
        }
        form
    }

    fn single(&mut self) -> Form {
        if self.take("(") {
            let form = self.choice();
            assert!(self.take(")"), "{}", self.rest);
            return form;
        }
        self.rest = self.rest.trim_start();
        let quote = self.rest.chars().next().unwrap();
        if quote == '"' || quote == '\'' {
            return Form::Text(self.text(quote));
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (name, rest) = (&self.rest[..end], &self.rest[end..]);
        assert!(!name.is_empty(), "{}", self.rest);
        self.rest = rest;
        match name {
            "ASCII_DIGIT" => Form::Range('0', '9'),
            "ASCII_ALPHA_UPPER" => Form::Range('A', 'Z'),
            "ASCII_ALPHA" => Form::Choice(vec![Form::Range('a', 'z'), Form::Range('A', 'Z')]),
            "ASCII_ALPHANUMERIC" => {
                Form::Choice(vec![Form::Range('a', 'z'), Form::Range('A', 'Z'), Form::Range('0', '9')])
            }
            "ANY" => Form::Range('\0', char::MAX),
            _ => Form::Rule(name.to_owned()),
        }
    }

    fn text(&mut self, quote: char) -> String {
        let mut chars = self.rest.char_indices().skip(1);
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => text.push(match chars.next().unwrap().1 {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                }),
                _ if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    break;
                }
                _ => text.push(c),
            }
        }
        text
    }
}

struct Reader<'a> {
    grammar: &'a Grammar,
    text: &'a str,
    found: Vec<Stretch>,
}

impl<'a> Reader<'a> {
    /// Where a rule ends that begins at a place.
    fn rule(&mut self, name: &str, at: usize, mode: Mode) -> Option<usize> {
        match name {
            "SOI" => return (at == 0).then_some(at),
            "EOI" => return (at == self.text.len()).then_some(at),
            _ => {}
        }
        let grammar: &'a Grammar = self.grammar;
        let rule = grammar.rules.get(name).unwrap_or_else(|| panic!("there is no rule `{name}`"));
        // A token stays one, whatever it is made of.
        let mode = if rule.mode == Mode::Inherited || mode == Mode::Token { mode } else { rule.mode };
        self.form(name, &rule.form, at, mode)
    }

    fn form(&mut self, rule: &str, form: &'a Form, at: usize, mode: Mode) -> Option<usize> {
        let known = self.found.len();
        let end = match form {
            Form::Text(text) => self.text[at..].starts_with(text.as_str()).then(|| at + text.len()),
            Form::Range(low, high) => {
                let next = self.text[at..].chars().next();
                next.filter(|c| (low..=high).contains(&c)).map(|c| at + c.len_utf8())
            }
            Form::Rule(name) => self.rule(name, at, mode),
            Form::Choice(forms) => forms.iter().find_map(|form| self.form(rule, form, at, mode)),
            Form::Sequence(parts) => self.sequence(rule, parts, at, mode),
            Form::Ahead { form, is_there } => {
                let found = self.form(rule, form, at, Mode::Token).is_some();
                self.found.truncate(known);
                (found == *is_there).then_some(at)
            }
            Form::Times { clause, form, least, most } => {
                self.times(rule, (clause, form), *least..=*most, at, mode)
            }
        };
        if end.is_none() {
            self.found.truncate(known);
        }
        end
    }

    fn sequence(&mut self, rule: &str, parts: &'a [Part], at: usize, mode: Mode) -> Option<usize> {
        let mut end = at;
        let mut places = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let start = if index == 0 { at } else { self.gap(end, mode) };
            end = self.form(rule, &part.form, start, mode)?;
            places.push((start, end));
        }
        if mode == Mode::Token {
            return Some(end);
        }
        for first in 0..parts.len() {
            for last in first..parts.len() {
                let range = places[first].0..places[last].1;
                let names: Vec<&str> = parts[first..=last].iter().map(|part| &*part.name).collect();
                if range.start < range.end {
                    let clause = format!("{rule}: {}", names.join(" ~ "));
                    self.found.push(Stretch { clause, range });
                }
            }
        }
        Some(end)
    }

    fn times(
        &mut self,
        rule: &str,
        (clause, form): (&str, &'a Form),
        times: std::ops::RangeInclusive<usize>,
        at: usize,
        mode: Mode,
    ) -> Option<usize> {
        let (mut end, mut count) = (at, 0);
        while count < *times.end() {
            let start = if count == 0 { end } else { self.gap(end, mode) };
            let grammar: &'a Grammar = self.grammar;
            let found = if mode == Mode::Token {
                self.form(rule, form, start, mode).map(|next| (String::new(), next))
            } else {
                grammar.kinds(rule, clause, form).into_iter().find_map(|(kind, forms)| {
                    let mut ends = forms.iter().map(|form| self.form(rule, form, start, mode));
                    Some((kind, ends.try_fold(start, |_, end| end)?))
                })
            };
            let Some((clause, next)) = found.filter(|(_, next)| *next > start) else { break };
            if mode != Mode::Token {
                self.found.push(Stretch { clause, range: start..next });
            }
            (end, count) = (next, count + 1);
        }
        times.contains(&count).then_some(end)
    }

    /// Where white space and comments end.
    fn gap(&mut self, at: usize, mode: Mode) -> usize {
        let mut end = at;
        if mode != Mode::Loose {
            return end;
        }
        while let Some(next) =
            ["WHITESPACE", "COMMENT"].iter().find_map(|name| self.rule(name, end, Mode::Token))
        {
            end = next;
        }
        end
    }
}
