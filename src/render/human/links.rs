//! Places as links, where the terminal has links.
//!
//! Knows the form of the frame that quotes a file.

use super::Page;

impl Page {
    /// The line with its place as a link, where there are links: `[rollouts/a.yaml:3:7]`.
    pub(super) fn linked(&self, line: &str) -> String {
        match (&self.links, place_in(line)) {
            (Some(root), Some((before, place, file, after))) => {
                let address: String = format!("{root}/{file}").chars().map(escaped).collect();
                format!("{before}\u{1b}]8;;{address}\u{1b}\\{place}\u{1b}]8;;\u{1b}\\{after}")
            }
            (None, _) | (_, None) => line.to_owned(),
        }
    }
}

/// What stands before the place that opens a frame, the place in its colours, its file on disk, and what follows. A line
/// of a file looks like that only behind its number.
fn place_in(line: &str) -> Option<(&str, &str, &str, &str)> {
    let frame = line.trim_start();
    let rest = ["╭─[", ",-["].into_iter().find_map(|opening| frame.strip_prefix(opening))?;
    let (before, rest) = line.split_at_checked(line.len() - rest.len())?;
    let (place, _) = rest.rsplit_once(']')?;
    let after = rest.get(place.len()..)?;
    // Whatever escapes are left here are our own colours.
    let uncolored = match place.strip_prefix('\u{1b}') {
        Some(colored) => colored.split_once('m')?.1.split('\u{1b}').next()?,
        None => place,
    };
    let file = uncolored.rsplitn(3, ':').nth(2)?;
    // A name that was made visible is not the name on disk, and the shipped files are not there at all.
    let on_disk = !file.contains("\\u{") && !file.starts_with(crate::builtin::FOLDER);
    on_disk.then_some((before, place, file, after))
}

/// A character of an address, written so that it can end none.
fn escaped(c: char) -> String {
    if c.is_ascii_alphanumeric() || matches!(c, '/' | ':' | '.' | '-' | '_' | '~') {
        return c.to_string();
    }
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}
