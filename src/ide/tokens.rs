//! What each word of a policy is, to be coloured.
//!
//! The grammar says it of most, the checker of the names in expressions. In a stretch that is not understood a name is
//! taken for what is called so elsewhere, so that it keeps its colour while something is being typed.

mod meaning;

use std::ops::Range;

use self::meaning::Meanings;
use crate::engine::Study;
use crate::parse::written::{NameRole, TokenRole, WrittenToken, written};
use crate::source::FileId;

/// A token that has a colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticToken {
    /// The bytes of the file, all on one line.
    pub range: Range<usize>,
    pub class: TokenClass,
    pub marks: TokenMarks,
}

/// What a token is, in the words that editors have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenClass {
    /// The name of a policy.
    Namespace,
    Type,
    /// A stage, or a member of a `one of`.
    EnumMember,
    Parameter,
    /// A `let`, and what the language itself says, as `today`.
    Variable,
    /// A field.
    Property,
    /// A rule, and what a call names.
    Function,
    Keyword,
    Comment,
    Text,
    Number,
    Operator,
}

impl TokenClass {
    pub const ALL: [Self; 12] = [
        Self::Namespace,
        Self::Type,
        Self::EnumMember,
        Self::Parameter,
        Self::Variable,
        Self::Property,
        Self::Function,
        Self::Keyword,
        Self::Comment,
        Self::Text,
        Self::Number,
        Self::Operator,
    ];
}

/// What else there is to say of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenMarks {
    /// It stands in the declaration of what it names.
    pub declaration: bool,
    /// Nothing in a policy gives it another value.
    pub readonly: bool,
    /// It belongs to the language or to a shipped policy.
    pub library: bool,
}

/// The tokens of a `.gate` file that have a colour, in their order. A word that means nothing has none.
pub fn semantic_tokens(study: &Study, file: FileId) -> Vec<SemanticToken> {
    let Some(source) = study.sources.get(file) else { return Vec::new() };
    let meanings = Meanings::of(study, file);
    let tokens = written(&source.text).tokens;
    tokens.into_iter().filter_map(|token| coloured(&meanings, token, &source.text)).collect()
}

fn coloured(meanings: &Meanings, token: WrittenToken, text: &str) -> Option<SemanticToken> {
    let plain = |class| Some((class, TokenMarks::default()));
    let word = token.of(text);
    let (class, marks) = match token.role {
        TokenRole::Comment => plain(TokenClass::Comment),
        TokenRole::Keyword => plain(TokenClass::Keyword),
        TokenRole::Operator => plain(TokenClass::Operator),
        TokenRole::Number => plain(TokenClass::Number),
        TokenRole::Text => plain(TokenClass::Text),
        TokenRole::Type => plain(TokenClass::Type),
        TokenRole::Mark => None,
        TokenRole::Declared(name) => Some(named(name, meanings.is_shipped, true)),
        TokenRole::Name(name) => Some(named(name, meanings.is_library(name, word), false)),
        TokenRole::Path | TokenRole::Unread => {
            let (name, library) = meanings.at(token.range.start, word)?;
            Some(named(name, library, false))
        }
    }?;
    (!token.range.is_empty()).then_some(SemanticToken { range: token.range, class, marks })
}

fn named(name: NameRole, library: bool, declaration: bool) -> (TokenClass, TokenMarks) {
    let class = match name {
        NameRole::Policy => TokenClass::Namespace,
        NameRole::Param => TokenClass::Parameter,
        NameRole::Let => TokenClass::Variable,
        NameRole::Rule | NameRole::Function => TokenClass::Function,
        NameRole::Field => TokenClass::Property,
        NameRole::Stage | NameRole::Member => TokenClass::EnumMember,
    };
    let readonly = matches!(class, TokenClass::Parameter | TokenClass::Variable);
    (class, TokenMarks { declaration, readonly, library })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::study_of;

    const CONFIG: (&str, &str) = ("tollgate.yaml", "policies: [builtin, a.gate]\n");

    /// Each token of the file that has a colour, as `class+marks:text`.
    fn classes(text: &str) -> Vec<String> {
        let study = study_of(&[CONFIG, ("a.gate", text)]);
        let (file, _) = study.sources.file_named("a.gate").unwrap();
        let drawn = |token: SemanticToken| {
            let TokenMarks { declaration, readonly, library } = token.marks;
            let marks = [(declaration, "+declared"), (readonly, "+readonly"), (library, "+library")];
            let marks: String = marks.iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| *mark).collect();
            format!("{:?}{marks}:{}", token.class, &text[token.range])
        };
        semantic_tokens(&study, file).into_iter().map(drawn).collect()
    }

    #[track_caller]
    fn all(text: &str, expected: &str) {
        let expected: Vec<&str> =
            expected.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(classes(text), expected);
    }

    #[track_caller]
    fn some(text: &str, expected: &[&str]) {
        let classes = classes(text);
        for one in expected {
            assert!(classes.iter().any(|class| class == one), "{one} is not among {classes:#?}");
        }
    }

    #[test]
    fn what_a_token_is_follows_from_where_it_stands() {
        all(
            "snapshot {\n  key: text key\n  cost: number USD from 1 to 5 # c\n  mood: one of [good] \"{x}\"\n}",
            "Keyword:snapshot
             Property+declared:key
             Type:text
             Keyword:key
             Property+declared:cost
             Type:number
             Type:USD
             Keyword:from
             Number:1
             Keyword:to
             Number:5
             Comment:# c
             Property+declared:mood
             Keyword:one
             Keyword:of
             EnumMember+declared:good
             Text:\"{x}\"",
        );
    }

    #[test]
    fn names_are_what_they_mean() {
        let text = "policy p when staged_rollout.light > 10% {
  param most = 300 ms
  let fast = count(outputs where edit_time < 5%) > 3
  rule r \"Is {most}\" {
    when stage == pilot and fast and today > 2026-01-01
    require most < 1 s and nobody
    else hold
  }
}";
        some(
            text,
            &[
                "Namespace+declared:p",
                "Namespace+library:staged_rollout",
                "Variable+readonly+library:light",
                "Number:10%",
                "Parameter+declared+readonly:most",
                "Number:300 ms",
                "Variable+declared+readonly:fast",
                "Function+library:count",
                "Property+library:outputs",
                "Property+library:edit_time",
                "Function+declared:r",
                "Text:\"Is ",
                "Parameter+readonly:most",
                "Property+library:stage",
                "EnumMember+library:pilot",
                "Variable+readonly:fast",
                "Variable+readonly+library:today",
                "Keyword:hold",
                "Operator:==",
            ],
        );
        assert!(classes(text).iter().all(|class| !class.ends_with(":nobody")));
    }

    #[test]
    fn a_test_names_what_it_sets_and_expects() {
        let text = "policy p {\n  param most = { pilot: 3, else: 4 }\n  rule r { require adoption > 1% else hold }\n}
test \"{t}\" {
  given every 1 week from 2026-01-05 { stage = pilot\n outputs = [2 x { kind: ordinary }] }
  with p.most.pilot = 4
  as of 2026-01-05
  expect p.r passes
  expect decision hold
}";
        some(
            text,
            &[
                "Text:\"{t}\"",
                "Property+library:stage",
                "EnumMember+library:pilot",
                "Keyword:x",
                "Namespace:p",
                "Parameter+readonly:most",
                "Function:r",
                "Keyword:passes",
                "Keyword:decision",
            ],
        );
    }

    #[test]
    fn what_is_being_typed_keeps_its_colours() {
        let text = "policy p {
  param most = 3
  rule r \"T\" {
    when stage == pilot and users.active < most and held(
    require adoption > 5 % with 90% confidence # why
    else hold
  }
}";
        some(
            text,
            &[
                "Keyword:rule",
                "Function+declared:r",
                "Keyword:when",
                "Property+library:active",
                "Parameter+readonly:most",
                "Function+library:held",
                "Number:5 %",
                "Keyword:confidence",
                "Comment:# why",
                "Keyword:hold",
            ],
        );
    }

    #[test]
    fn a_large_policy_is_read() {
        let rule = "  rule r {\n    when stage == pilot\n    require users.active in 2 to 5\n    else hold \"{users.active}\"\n  }\n";
        let text = format!("policy p {{\n{}}}\n", rule.repeat(1000));
        assert_eq!(written(&text).tokens.iter().filter(|token| token.role == TokenRole::Path).count(), 6000);
    }
}
