//! Paths as texts: parts with `/` between them, counted from the top of the files; the top itself is the empty text.
//!
//! Knows no file system: what a path leads to is for [`super::Files`] to say.

/// The path of what is called `name` in a folder.
pub fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// The folder that a path lies in; the top lies in itself.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The path from a folder, if it is that folder or lies below it.
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// A path, the folder that it lies in, the folder of that, up to the top.
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| (!path.is_empty()).then(|| parent(path)))
}

/// The parts of a path.
pub fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// A path without `..` behind a folder that it would leave again. It may begin with `/`; links are not looked at.
pub fn straight(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in parts(path) {
        match (part, kept.last()) {
            ("..", Some(last)) if *last != ".." => {
                kept.pop();
            }
            (part, _) => kept.push(part),
        }
    }
    let start = if path.starts_with('/') { "/" } else { "" };
    start.to_owned() + &kept.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_below_its_folders_and_below_none_that_its_name_begins_like() {
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a", ""]);
        assert_eq!(below("a/b/c", "a"), Some("b/c"));
        assert_eq!(below("a/b", "a/b"), Some(""));
        assert_eq!(below("ab/c", "a"), None);
        assert_eq!(straight("teams/a/../../platform/x.yaml"), "platform/x.yaml");
        assert_eq!(
            (straight("../x"), straight("a/../../x"), straight("/a/../b/c")),
            ("../x".into(), "../x".into(), "/b/c".into())
        );
        assert_eq!(below("a", ""), Some("a"));
        assert_eq!((parent("a"), name("a"), name("a/b")), ("", "a", "b"));
        assert_eq!((join("", "a"), join("a", ""), join("a", "b")), ("a".into(), "a".into(), "a/b".into()));
    }
}
