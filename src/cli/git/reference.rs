//! Which commit a word means, without a doubt: who may push a tag must not choose what others are judged by.
//!
//! A plain name is that of a branch, here or of a remote. Git itself would rather take a tag of that name.

use super::{Git, GitProblem};

/// What stands for the commit that is checked out or was met last.
const HEADS: [&str; 5] = ["HEAD", "@", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD"];

/// Why a word means no commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// Nothing is called so.
    Unknown,
    /// Several things are called so, or something that is not meant: what to say of it.
    Unclear(String),
}

/// The whole hash of the commit that is meant.
pub(super) fn resolve(git: &Git<'_>, reference: &str) -> Result<String, Unresolved> {
    let (name, steps) = split(reference);
    let is_step = |c: char| matches!(c, '~' | '^' | '0'..='9');
    let is_past = steps.starts_with("@{") && steps.ends_with('}');
    if name.is_empty() || !is_past && !steps.chars().all(is_step) {
        let names = "a branch, a hash, or a full name such as `refs/tags/v1`, perhaps followed by `~1`";
        return Err(Unresolved::Unclear(format!("`{reference}` is not a commit: give {names}")));
    }
    let exists = |full: &String| git.output(&["show-ref", "--verify", "--quiet", full]).is_ok();
    let is_hash = (4..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_hexdigit());
    let full = if name.starts_with("refs/") {
        Some(name.to_owned()).filter(exists).ok_or(Unresolved::Unknown)?
    } else if is_hash && matches!(name.len(), 40 | 64) {
        name.to_owned()
    } else {
        let places = ["refs/heads/", "refs/remotes/", "refs/tags/", "refs/"].map(|at| format!("{at}{name}"));
        let remote = format!("refs/remotes/{name}/HEAD");
        let mut found: Vec<String> = places.into_iter().chain([remote]).filter(exists).collect();
        let stands_alone = HEADS.contains(&name) || is_hash && is_object(git, name);
        found.extend(Some(name.to_owned()).filter(|_| stands_alone));
        one_of(reference, found)?
    };
    let wanted = format!("{full}{steps}^{{commit}}");
    let id = git.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
    id.map_err(|why| match why {
        GitProblem::Silent => Unresolved::Unknown,
        why => Unresolved::Unclear(format!("`{reference}` cannot be looked up: {why}")),
    })
}

/// The name, and the way from there: `main` and `~1`.
fn split(reference: &str) -> (&str, &str) {
    let begins = |(at, c): (usize, char)| {
        matches!(c, '~' | '^') || c == '@' && reference.get(at..).is_some_and(|rest| rest.starts_with("@{"))
    };
    let end = reference.char_indices().find(|found| begins(*found)).map_or(reference.len(), |(at, _)| at);
    reference.split_at_checked(end).unwrap_or((reference, ""))
}

/// Whether it is the beginning of a hash that git knows.
fn is_object(git: &Git<'_>, start: &str) -> bool {
    git.line(&["rev-parse", &format!("--disambiguate={start}")]).is_ok_and(|found| !found.is_empty())
}

/// The only thing that is called so, unless that is a tag.
fn one_of(reference: &str, found: Vec<String>) -> Result<String, Unresolved> {
    match found.as_slice() {
        [] => Err(Unresolved::Unknown),
        [tag] if tag.starts_with("refs/tags/") => Err(Unresolved::Unclear(format!(
            "no branch is called `{reference}`, only a tag: write `{tag}` if you mean that"
        ))),
        [only] => Ok(only.clone()),
        several => {
            let names = several.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Err(Unresolved::Unclear(format!("`{reference}` could mean any of {names}: choose one")))
        }
    }
}

/// What brings a commit that is not known here, as far as its name says where it is to be had. `remotes` has a line for each.
pub(super) fn how_to_fetch(reference: &str, remotes: &str, shallow: bool) -> String {
    let Some(usual) = remotes.lines().find(|name| *name == "origin").or(remotes.lines().next()) else {
        return "this repository has no remote to fetch it from: add one with `git remote add origin URL`, or name a branch \
                that is here"
            .to_owned();
    };
    let (name, _) = split(reference);
    let wanted = if is_plain(name) { name } else { "main" };
    let (remote, what) = whose(wanted, usual, remotes);
    let deep = if shallow { "--unshallow " } else { "" };
    let is_hash = what.len() >= 7 && what.chars().all(|c| c.is_ascii_hexdigit());
    // A clone of one branch keeps no name of another one unless it is told to.
    let (refspec, named) = if is_hash {
        (what.to_owned(), what.to_owned())
    } else if what.starts_with("refs/") {
        (format!("{what}:{what}"), what.to_owned())
    } else {
        (format!("refs/heads/{what}:refs/remotes/{remote}/{what}"), format!("{remote}/{what}"))
    };
    let is_known = name == named || name == format!("refs/remotes/{named}");
    let then = if is_known { String::new() } else { format!(", and name it `{named}`") };
    // It becomes a line for a shell, so names are taken up only if each is one word of one.
    let fetch = if is_plain(remote) {
        format!("as in `git fetch {deep}{remote} {refspec}`{then}")
    } else {
        format!("with its history from the remote that has it{then}")
    };
    if shallow {
        format!(
            "the clone is shallow: fetch it with its history, {fetch}, or by `fetch-depth: 0` in a workflow"
        )
    } else {
        format!("fetch it first, {fetch}")
    }
}

/// Whether a name is one word for a shell, and no option of git.
fn is_plain(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(is_fit)
}

/// The remote that a name speaks of, or else the usual one, and what is to be had of it: a branch, a hash, or a name in full.
/// A remote's name may have slashes, and a branch may be called like a remote that is not there.
fn whose<'n>(wanted: &'n str, usual: &'n str, remotes: &'n str) -> (&'n str, &'n str) {
    let tracked = wanted.strip_prefix("refs/remotes/");
    let wanted = tracked.or(wanted.strip_prefix("refs/heads/")).unwrap_or(wanted);
    let below = |remote: &'n str| Some((remote, wanted.strip_prefix(remote)?.strip_prefix('/')?));
    let of_known = remotes.lines().filter_map(below).max_by_key(|(remote, _)| remote.len());
    // `origin` and `upstream` are what people call remotes, not branches.
    let is_remote = |name: &str| tracked.is_some() || matches!(name, "origin" | "upstream");
    let of_missing =
        wanted.split_once('/').filter(|(name, _)| is_remote(name)).map(|(_, branch)| (usual, branch));
    of_known.or(of_missing).unwrap_or((usual, wanted))
}

/// What is to be said of a commit that is not known here, or not with its history.
pub(super) fn advice(git: &Git<'_>, reference: &str) -> String {
    let shallow = is_shallow(git);
    let remotes = git.output(&["remote"]).unwrap_or_default();
    how_to_fetch(reference, &String::from_utf8_lossy(&remotes), shallow)
}

pub(super) fn is_shallow(git: &Git<'_>) -> bool {
    git.line(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer == "true")
}

/// Where the ways to two commits part. There are several where both have merged the other.
pub(super) fn merge_base(git: &Git<'_>, one: &str, other: &str) -> Result<Vec<String>, GitProblem> {
    match git.output(&["merge-base", "--all", one, other]) {
        Ok(found) => Ok(String::from_utf8_lossy(&found).lines().map(str::to_owned).collect()),
        Err(GitProblem::Silent) => Ok(Vec::new()),
        Err(why) => Err(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_fetch_is_what_was_asked_for() {
        let help = |reference: &str, shallow| how_to_fetch(reference, "origin\nfork\n", shallow);
        let main = "`git fetch origin refs/heads/main:refs/remotes/origin/main`";
        for (reference, line) in [
            (
                "origin/release/2",
                "`git fetch origin refs/heads/release/2:refs/remotes/origin/release/2`".to_owned(),
            ),
            ("fork/main", "`git fetch fork refs/heads/main:refs/remotes/fork/main`".to_owned()),
            ("refs/remotes/origin/main", main.to_owned()),
            ("main", format!("{main}, and name it `origin/main`")),
            (
                "a/b",
                "`git fetch origin refs/heads/a/b:refs/remotes/origin/a/b`, and name it `origin/a/b`"
                    .to_owned(),
            ),
            ("refs/tags/v1", "`git fetch origin refs/tags/v1:refs/tags/v1`".to_owned()),
            ("0123abcd", "`git fetch origin 0123abcd`".to_owned()),
            ("--upload-pack=x", format!("{main}, and name it `origin/main`")),
            ("a; rm b", format!("{main}, and name it `origin/main`")),
            ("upstream/main", format!("{main}, and name it `origin/main`")),
            ("origin/main~1", main.to_owned()),
            ("refs/remotes/gone/main", format!("{main}, and name it `origin/main`")),
            ("refs/heads/main", format!("{main}, and name it `origin/main`")),
        ] {
            assert_eq!(help(reference, false), format!("fetch it first, as in {line}"));
            let deep = line.replace("git fetch", "git fetch --unshallow");
            assert!(help(reference, true).contains(&format!("as in {deep}, or by")), "{reference}");
        }
    }

    #[test]
    fn what_to_fetch_is_had_from_a_remote_that_is_there() {
        let line = "`git fetch upstream refs/heads/main:refs/remotes/upstream/main`";
        for reference in ["origin/main", "refs/remotes/origin/main", "main"] {
            let said = how_to_fetch(reference, "upstream\n", false);
            assert_eq!(
                said,
                format!("fetch it first, as in {line}, and name it `upstream/main`"),
                "{reference}"
            );
        }
        let said = how_to_fetch("team/fork/main", "origin\nteam/fork\n", false);
        assert!(said.contains("`git fetch team/fork refs/heads/main:refs/remotes/team/fork/main`"), "{said}");
        for reference in ["origin/main", "main", "--upload-pack=x"] {
            let said = how_to_fetch(reference, "", false);
            assert!(
                said.starts_with("this repository has no remote") && !said.contains("git fetch"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_name_is_parted_from_the_way_that_leads_on_from_it() {
        for (reference, parts) in [
            ("origin/main", ("origin/main", "")),
            ("main~2^1", ("main", "~2^1")),
            ("@{u}", ("", "@{u}")),
            ("a@b", ("a@b", "")),
            ("main@{1}", ("main", "@{1}")),
        ] {
            assert_eq!(split(reference), parts);
        }
    }

    #[test]
    fn of_two_things_none_is_chosen() {
        let found = |names: &[&str]| one_of("main", names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(found(&["refs/heads/main"]), Ok("refs/heads/main".to_owned()));
        assert_eq!(found(&[]), Err(Unresolved::Unknown));
        for names in [&["refs/tags/main"][..], &["refs/heads/main", "refs/tags/main"]] {
            let said = found(names);
            assert!(
                matches!(&said, Err(Unresolved::Unclear(why)) if why.contains("refs/tags/main")),
                "{said:?}"
            );
        }
    }
}
