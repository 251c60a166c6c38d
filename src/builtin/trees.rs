//! The trees of the shipped policies, as the parser made them when the program was built: read in a fraction of the time that
//! parsing takes.
//!
//! The only place that knows their bytes. Its test writes them, and fails where they are not what the parser makes of the texts.

use super::FILES;
use crate::ast::{ExprIds, File};

/// For each of [`FILES`], in their order, the [`mark_of`] of its text and the bytes of its tree.
const TREES: &[u8] = include_bytes!("trees.bin");

/// The tree of a text that is shipped, and the ids that it has; none of any other text.
pub(crate) fn tree_of(text: &str) -> Option<(File, ExprIds)> {
    let at = FILES.iter().position(|(_, shipped)| *shipped == text)?;
    tree_at(TREES, at, text)
}

/// One tree of all. None is there of a text that was changed since they were written.
fn tree_at(trees: &[u8], at: usize, text: &str) -> Option<(File, ExprIds)> {
    let trees: Vec<(u64, &[u8])> = postcard::from_bytes(trees).ok()?;
    let (_, bytes) = trees.get(at).filter(|(mark, _)| *mark == mark_of(text))?;
    let (count, file): (u32, File) = postcard::from_bytes(bytes).ok()?;
    Some((file, ExprIds::further(count as usize)))
}

/// Tells a text from what it was before somebody edited it: as FNV-1a, by eight bytes at a time, turned so that each reaches
/// all bits.
fn mark_of(text: &str) -> u64 {
    let mix = |mark: u64, word: u64| (mark ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(32);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    words.chain(rest.iter().map(|byte| u64::from(*byte))).fold(0xcbf2_9ce4_8422_2325, mix)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::parse::parse;
    use crate::source::FileId;

    fn parsed(text: &str) -> (File, ExprIds) {
        let mut ids = ExprIds::default();
        let (file, problems) = parse(FileId::default(), text, &mut ids);
        assert_eq!(problems, []);
        (file, ids)
    }

    fn bytes<T: serde::Serialize>(value: &T) -> Vec<u8> {
        postcard::to_extend(value, Vec::new()).unwrap()
    }

    /// All trees, as they are embedded.
    fn written(texts: &[&str]) -> Vec<u8> {
        let tree = |text: &&str| {
            let (file, ids) = parsed(text);
            (mark_of(text), bytes(&(u32::try_from(ids.count()).unwrap(), file)))
        };
        bytes(&texts.iter().map(tree).collect::<Vec<_>>())
    }

    #[test]
    fn the_trees_are_what_the_parser_makes_of_the_texts() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/builtin/trees.bin");
        let made = written(&FILES.iter().map(|(_, text)| *text).collect::<Vec<_>>());
        if std::env::var_os("TOLLGATE_BLESS").is_some() {
            assert!(std::env::var_os("CI").is_none(), "nothing is blessed where CI is set");
            fs::write(&path, &made).unwrap();
        }
        let kept = fs::read(&path).unwrap();
        assert!(kept == made, "{} is not what the policies say: `just bless`", path.display());
        for (at, (name, text)) in FILES.iter().enumerate() {
            let (file, ids) = tree_at(&kept, at, text).unwrap();
            let (expected, all) = parsed(text);
            assert_eq!((file, ids.count()), (expected, all.count()), "{name}");
            assert!(ids.count() > 0 || *name == super::super::VOCABULARY, "{name}");
        }
    }

    #[test]
    fn no_tree_is_taken_for_that_of_another_text() {
        let (old, new) = ("policy p { param n = 15% }", "policy p { param n = 16% }");
        let trees = written(&[old]);
        assert_eq!(tree_at(&trees, 0, old).unwrap().0, parsed(old).0);
        assert!(tree_at(&trees, 0, new).is_none() && tree_at(&trees, 1, old).is_none());
        assert!(tree_at(&trees[..trees.len() - 1], 0, old).is_none());
        assert!(tree_of(old).is_none());
    }
}
