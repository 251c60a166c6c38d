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
