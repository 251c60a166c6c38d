//! What people write who come from other languages, and what is written here instead: `$20`, `else block`, `=~`.
//!
//! Knows how people write, and of the grammar only what it would have taken.

use std::ops::Range;

use super::Rule;
use super::expected::is_reserved;
use super::tokens::{Token, TokenKind};
use crate::ast::EffectKind;

/// What is said of a slip, and what to put for what.
pub(super) struct PolicySlip {
    pub(super) help: String,
    pub(super) fix: Option<(Range<usize>, String)>,
}

/// A stretch that the parser stumbled over.
pub(super) struct Stumble<'a> {
    pub(super) text: &'a str,
    /// All tokens of the stretch.
    pub(super) tokens: Vec<Token>,
    /// The one where the parser stopped.
    pub(super) at: usize,
    pub(super) expected: &'a [Rule],
}

/// What the effects do, before the line to write.
const EFFECTS: &str =
    "`hold` keeps a workflow where it is, `rollback` moves it back, `warn` and `note` only report";

impl Stumble<'_> {
    /// What was likely meant.
    pub(super) fn slip(&self) -> Option<PolicySlip> {
        self.effect()
            .or_else(|| self.money())
            .or_else(|| self.separators())
            .or_else(|| self.hyphen())
            .or_else(|| self.clause())
            .or_else(|| self.window())
            .or_else(|| self.empty_list())
            .or_else(|| self.half_if())
            .or_else(|| self.pattern())
            .or_else(|| self.method())
            .or_else(|| self.operator())
            .or_else(|| self.declaration())
            .or_else(|| self.bare_condition())
    }

    /// The text of a token near the one where the parser stopped, counted from that one. Empty if there is no such token.
    fn near(&self, offset: isize) -> &str {
        self.token(offset).map_or("", |token| token.of(self.text))
    }

    fn token(&self, offset: isize) -> Option<&Token> {
        self.tokens.get(self.at.checked_add_signed(offset)?)
    }

    fn kind(&self, offset: isize) -> Option<TokenKind> {
        self.token(offset).map(|token| token.kind)
    }

    /// Whether there is nothing between a token and the next one.
    fn touches(&self, offset: isize) -> bool {
        let next = self.token(offset + 1);
        self.token(offset).zip(next).is_some_and(|(token, next)| token.range.end == next.range.start)
    }

    fn takes(&self, rules: &[Rule]) -> bool {
        self.expected.iter().any(|rule| rules.contains(rule))
    }

    /// Puts a text for the tokens from one to another.
    fn put(
        &self,
        from: isize,
        to: isize,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<PolicySlip> {
        let range = self.token(from)?.range.start..self.token(to)?.range.end;
        Some(PolicySlip { help: help.into(), fix: Some((range, text.into())) })
    }

    /// Puts a text before a token.
    fn insert(&self, at: isize, text: &str, help: &str) -> Option<PolicySlip> {
        let start = self.token(at)?.range.start;
        Some(PolicySlip { help: help.to_owned(), fix: Some((start..start, text.to_owned())) })
    }

    /// `else block`, `else "too few"`.
    fn effect(&self) -> Option<PolicySlip> {
        if !self.takes(&[Rule::effect, Rule::kw_hold]) {
            return None;
        }
        let help = format!("{EFFECTS}:");
        let inner = self.near(0).trim_matches('"');
        if let Some(effect) = EffectKind::ALL.iter().find(|effect| effect.as_str() == inner) {
            return self.put(0, 0, effect.as_str(), "an effect has no quotes:");
        }
        if matches!(self.kind(0), Some(TokenKind::Text { .. })) {
            return self.insert(0, "hold ", &help);
        }
        let meant = match &*self.near(0).to_lowercase() {
            "block" | "deny" | "fail" | "fails" | "stop" | "error" | "halt" | "reject" | "forbid"
            | "prevent" | "pause" | "wait" | "stay" | "freeze" => EffectKind::Hold,
            "warning" | "alert" | "notify" => EffectKind::Warn,
            "info" | "log" | "print" | "notice" | "comment" => EffectKind::Note,
            "revert" | "abort" | "back" | "undo" | "rewind" | "demote" => EffectKind::Rollback,
            _ => return Some(PolicySlip { help: EFFECTS.to_owned(), fix: None }),
        };
        self.put(0, 0, meant.as_str(), help)
    }

    /// `$20`, `20 €`, `USD 20`.
    fn money(&self) -> Option<PolicySlip> {
        let code = |sign: &str| match sign {
            "$" => Some("USD"),
            "€" => Some("EUR"),
            "£" => Some("GBP"),
            "¥" => Some("JPY"),
            _ => None,
        };
        let is_number = |offset| self.kind(offset) == Some(TokenKind::Number);
        let is_code = |word: &str| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        let (sign, number) = match code(self.near(0)) {
            Some(_) if is_number(1) => (0, 1),
            Some(_) if is_number(-1) => (0, -1),
            _ if is_number(0) && is_code(self.near(-1)) => (-1, 0),
            Some(_) | None => return None,
        };
        let unit = code(self.near(sign)).unwrap_or(self.near(sign));
        let (end, digits) = self.number(number);
        let money = format!("{digits} {unit}");
        let help = format!("money is written `{money}`:");
        self.put(sign.min(number), end.max(sign), money, help)
    }

    /// The number that begins at a token, without separators, and its last token.
    fn number(&self, start: isize) -> (isize, String) {
        let (mut end, mut digits) = (start, self.near(start).to_owned());
        loop {
            let (sign, group) = (self.near(end + 1), self.near(end + 2));
            let is_group = self.touches(end + 1) && self.kind(end + 2) == Some(TokenKind::Number);
            if !self.touches(end) {
                break;
            } else if sign == "," && is_group {
                let point = if group.len() == 3 && !digits.contains('.') { "" } else { "." };
                digits = format!("{digits}{point}{group}");
                end += 2;
            } else if let Some(group) = sign.strip_prefix('_').filter(|group| group.parse::<u32>().is_ok()) {
                digits.push_str(group);
                end += 1;
            } else {
                break;
            }
        }
        (end, digits)
    }

    /// `1,046`, `85,5%`, `1_046`.
    fn separators(&self) -> Option<PolicySlip> {
        let (end, digits) = self.number(-1);
        let is_number = self.kind(-1) == Some(TokenKind::Number) && end > -1;
        let help =
            if digits.contains('.') { "a decimal has a point:" } else { "numbers have no separators:" };
        is_number.then(|| self.put(-1, end, digits, help)).flatten()
    }

    /// `fast-enough`
    fn hyphen(&self) -> Option<PolicySlip> {
        let is_name = |offset| self.kind(offset) == Some(TokenKind::Word);
        let dashed =
            |at: isize| self.near(at) == "-" && self.touches(at - 1) && self.touches(at) && is_name(at + 1);
        let decl = |offset| matches!(self.near(offset), "rule" | "let" | "param" | "policy" | "gate");
        if decl(-2) && is_name(-1) && is_name(0) && !is_reserved(self.near(0)) {
            let name = format!("{}_{}", self.near(-1), self.near(0));
            let help = format!("a name is one word, as in `{name}`:");
            return self.put(-1, 0, name, help);
        }
        if decl(-1) && matches!(self.kind(0), Some(TokenKind::Text { .. })) {
            let help =
                "write a name before the title: tests and configurations refer to the rule by it".to_owned();
            return Some(PolicySlip { help, fix: None });
        }
        // A field is called as its policy likes, and may have such a key.
        if !(is_name(-1) && dashed(0)) || self.takes(&[Rule::kw_standing, Rule::named_mark]) {
            return None;
        }
        let (mut end, mut name) = (0, self.near(-1).to_owned());
        while dashed(end) {
            name = format!("{name}_{}", self.near(end + 1));
            end += 2;
        }
        let help = format!("use `_` instead of `-` in a name, as in `{name}`:");
        self.put(-1, end - 1, name, help)
    }

    /// Whether a word stands in the stretch before the token where the parser stopped.
    fn before(&self, word: &str) -> bool {
        self.tokens.iter().take(self.at).any(|token| token.of(self.text) == word)
    }

    fn after(&self, word: &str) -> bool {
        self.tokens.iter().skip(self.at).any(|token| token.of(self.text) == word)
    }

    /// `when … else`, `require … then`, `if …` for a rule.
    fn clause(&self) -> Option<PolicySlip> {
        match self.near(0) {
            "else" if self.before("when") && !self.before("require") && !self.before("if") => {
                self.put(0, 0, "then", "`when` needs a `then`, or a `require` before this `else`:")
            }
            "then" if self.before("require") && !self.before("when") && !self.before("if") => {
                self.put(0, 0, "else", "`require` needs an `else` with what a failure does:")
            }
            "if" if self.takes(&[Rule::require_clause, Rule::kw_require]) => {
                let word = if self.after("then") { "when" } else { "require" };
                self.put(0, 0, word, "a rule begins with `require` or `when`:")
            }
            "{" if self.takes(&[Rule::kw_then]) && self.before("if") => {
                let help = "an `if` has no braces: `if … then … else …`".to_owned();
                Some(PolicySlip { help, fix: None })
            }
            "{" if self.near(-1) == "given" => self.insert(
                0,
                "every 1 week from 2026-01-05 ",
                "say how often the snapshots were taken, as in `given every 1 week from 2026-01-05`:",
            ),
            _ => None,
        }
    }

    /// `over last 4 weeks`
    fn window(&self) -> Option<PolicySlip> {
        let is_last = matches!(self.near(-1), "last" | "past") && self.near(-2) == "over";
        let is_length = self.kind(0) == Some(TokenKind::Number);
        let number = self.near(0);
        (is_last && is_length)
            .then(|| self.put(-1, 0, number, "a window always looks back, so this word is not needed:"))
            .flatten()
    }

    /// The first token of the path that ends at a token.
    fn path_to(&self, end: isize) -> Option<isize> {
        let is_word = |offset| self.kind(offset) == Some(TokenKind::Word);
        let mut start = is_word(end).then_some(end)?;
        while self.near(start - 1) == "." && is_word(start - 2) {
            start -= 2;
        }
        Some(start)
    }

    fn between(&self, from: isize, to: isize) -> Option<&str> {
        self.text.get(self.token(from)?.range.start..self.token(to)?.range.end)
    }

    /// `outputs != []`
    fn empty_list(&self) -> Option<PolicySlip> {
        let none = self.near(-1) == "==";
        if (self.near(0), self.near(1)) != ("[", "]") || !none && self.near(-1) != "!=" {
            return None;
        }
        let start = self.path_to(-2)?;
        let count = format!("count({}) {}", self.between(start, -2)?, if none { "== 0" } else { "> 0" });
        let help = format!("to test whether a list is empty, use its count, `{count}`:");
        self.put(start, 1, count, help)
    }

    /// `require if a then b else hold`: the `else` was taken for that of the `if`.
    fn half_if(&self) -> Option<PolicySlip> {
        let is_effect = EffectKind::ALL.iter().any(|effect| effect.as_str() == self.near(0));
        if !(is_effect && self.near(-1) == "else" && self.before("if")) {
            return None;
        }
        let help = "an `if` always has an `else`, and this `else` was read as part of it";
        let place = |word: &str| {
            let mut found = self.tokens.iter().take(self.at).enumerate();
            found.find(|(_, token)| token.of(self.text) == word).map(|(at, _)| at)
        };
        let whole = || {
            let (require, start, then) = (place("require")?, place("if")?, place("then")?);
            let offset = |at: usize| isize::try_from(at).ok()?.checked_sub_unsigned(self.at);
            let condition = self.between(offset(start + 1)?, offset(then.checked_sub(1)?)?)?;
            let required = self.between(offset(then + 1)?, -2)?;
            let simple = start == require + 1 && !condition.contains("if ") && !required.contains("if ");
            let rule = format!("when {condition} require {required}");
            let help = format!("{help}; a rule that applies sometimes has a `when`:");
            simple.then(|| self.put(offset(require)?, -2, rule, help)).flatten()
        };
        Some(whole().unwrap_or(PolicySlip { help: help.to_owned(), fix: None }))
    }

    /// `model =~ "claude-.*"`, `model like "claude-%"`.
    fn pattern(&self) -> Option<PolicySlip> {
        let last = match self.near(0) {
            "=" if self.near(1) == "~" => 1,
            "~" | "like" | "LIKE" | "contains" | "startswith" | "starts_with" | "endswith" | "ends_with" => 0,
            _ => return None,
        };
        let with = if self.near(1) == "with" { 1 } else { last };
        self.matches(0, with + 1, self.near(0))
    }

    /// Puts `matches` and a pattern for the tokens from one to the text that was to be found.
    fn matches(&self, from: isize, text: isize, how: &str) -> Option<PolicySlip> {
        let help = "`matches` compares the whole text; `*` means any letters";
        let inner = self.near(text).strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let Some(inner) = inner else {
            return Some(PolicySlip { help: help.to_owned(), fix: None });
        };
        let pattern = match how {
            "like" | "LIKE" => Some(inner.replace('%', "*").replace('_', "?")),
            "contains" => Some(format!("*{inner}*")),
            "startswith" | "starts_with" => Some(format!("{inner}*")),
            "endswith" | "ends_with" => Some(format!("*{inner}")),
            _ => None,
        };
        let of_regex = || {
            let whole = inner.strip_prefix('^').unwrap_or(inner);
            whole.strip_suffix('$').unwrap_or(whole).replace(".*", "*").replace(".+", "?*")
        };
        let pattern = pattern.unwrap_or_else(of_regex);
        self.put(from, text, format!("matches \"{pattern}\""), format!("{help}:"))
    }

    /// `outputs.len()`, `model.startswith("a")`.
    fn method(&self) -> Option<PolicySlip> {
        if self.near(0) != "(" || self.near(-2) != "." {
            return None;
        }
        match self.near(-1) {
            "len" | "length" | "size" | "count" if self.near(1) == ")" => {
                let start = self.path_to(-3)?;
                let count = format!("count({})", self.between(start, -3)?);
                let help = format!("the number of elements is `{count}`:");
                self.put(start, 1, count, help)
            }
            how @ ("startswith" | "starts_with" | "endswith" | "ends_with" | "contains" | "includes") => {
                let how = if how == "includes" { "contains" } else { how };
                let mut slip = self.matches(-2, 1, how)?;
                if let Some((range, text)) = &mut slip.fix {
                    range.end =
                        self.token(2).filter(|_| self.near(2) == ")").map_or(range.end, |t| t.range.end);
                    text.insert(0, ' ');
                }
                Some(slip)
            }
            _ => None,
        }
    }

    /// `=>`, `===`, `<>`, `≥`, `is not`, `AND`, `between`.
    fn operator(&self) -> Option<PolicySlip> {
        let (found, before) = (self.near(0), self.near(-1));
        let touching = self.touches(-1);
        if let Some(slip) = self.is_null() {
            return Some(slip);
        }
        let put = |from, to, sign: &str| self.put(from, to, sign, format!("that is written `{sign}` here:"));
        match found {
            "=" if matches!(before, "==" | "!=") && touching => put(-1, 0, before),
            "=" if matches!(before, "<" | ">" | "!") => put(-1, 0, &format!("{before}=")),
            "=" if matches!(self.near(1), ">" | "<") && self.touches(0) => {
                put(0, 1, &format!("{}=", self.near(1)))
            }
            "=" if self.takes(&[Rule::compare_tail, Rule::compare_op]) => {
                self.put(0, 0, "==", "`==` compares, and `=` gives a `let` or `param` its value:")
            }
            ">" if before == "<" => put(-1, 0, "!="),
            "≥" => put(0, 0, ">="),
            "≤" => put(0, 0, "<="),
            "≠" => put(0, 0, "!="),
            "is" if self.near(1) == "not" => put(0, 1, "!="),
            "is" | "equals" => put(0, 0, "=="),
            "AND" | "OR" | "NOT" | "IN" | "IF" | "THEN" | "ELSE" => put(0, 0, &found.to_lowercase()),
            "between" => {
                let and = (1..8).find(|offset| self.near(*offset) == "and")?;
                let range = format!("in {} to", self.between(1, and - 1)?);
                self.put(0, and, range, "a range is written `in … to …`, both ends included:")
            }
            _ => None,
        }
    }

    /// `adoption is not null`
    fn is_null(&self) -> Option<PolicySlip> {
        let not = self.near(1) == "not";
        let word = if not { 2 } else { 1 };
        let is_null = matches!(self.near(word), "null" | "None" | "none" | "nil" | "missing" | "empty");
        let start = self.path_to(-1).filter(|_| self.near(0) == "is" && is_null)?;
        let has = format!("{}has {}", if not { "" } else { "not " }, self.between(start, -1)?);
        let help = format!("to test whether a value is there, use `has`, as in `{has}`:");
        self.put(start, word, has, help)
    }

    /// `// a comment`, `let a := b`, `const a = b`, `param a: share = 5%`.
    fn declaration(&self) -> Option<PolicySlip> {
        let (found, next) = (self.near(0), self.near(1));
        match found {
            "/" | "-" if next == found && self.touches(0) => {
                self.put(0, 1, "#", "a comment begins with `#`:")
            }
            "/" if next == "*" => {
                let help = "each line of a comment begins with `#`".to_owned();
                Some(PolicySlip { help, fix: None })
            }
            ":" if next == "=" && self.takes(&[Rule::equals]) => {
                self.put(0, 1, "=", "that is written `=` here:")
            }
            ":" if self.near(2) == "=" && self.takes(&[Rule::equals]) => {
                let name = self.near(-1);
                self.put(-1, 1, name, "a name has the type of its value:")
            }
            "const" | "var" | "def" | "val"
                if self.takes(&[Rule::alone_policy_item, Rule::kw_let, Rule::let_decl]) =>
            {
                self.put(0, 0, "let", "a value gets its name with `let`:")
            }
            _ => None,
        }
    }

    /// `rule used "…" { adoption >= 50% }`
    fn bare_condition(&self) -> Option<PolicySlip> {
        let is_word = !is_reserved(self.near(0)) || matches!(self.near(0), "not" | "has" | "it" | "snapshot");
        let begins = match self.kind(0) {
            Some(TokenKind::Word) => is_word,
            Some(TokenKind::Number) => true,
            Some(TokenKind::Symbol) => self.near(0) == "(",
            Some(TokenKind::Text { .. }) | None => false,
        };
        let is_rule = self.near(-1) == "{" && self.takes(&[Rule::require_clause, Rule::kw_require]);
        (begins && is_rule)
            .then(|| self.insert(0, "require ", "a condition starts with `require`:"))
            .flatten()
    }
}
