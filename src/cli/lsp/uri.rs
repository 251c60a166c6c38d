//! URIs of files, as paths of this machine and back.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is written out in a path; all other characters are escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b'@');

/// The path of a `file:` URI; none of any other, and of a file on another machine.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_ref().strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = rest.split(['?', '#']).next().filter(|path| path.starts_with('/'))?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // `/c:/desk` is a path of a drive.
    let bytes = path.as_bytes();
    let has_drive =
        cfg!(windows) && bytes.get(1).is_some_and(u8::is_ascii_alphabetic) && bytes.get(2) == Some(&b':');
    let path = if has_drive { path.get(1..)? } else { &path };
    (!path.contains('\0')).then(|| PathBuf::from(path))
}

/// The `file:` URI of a path.
pub(super) fn uri_of(path: &Path) -> Uri {
    let shown = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let root = if shown.starts_with('/') { "" } else { "/" };
    Uri(format!("file://{root}{}", utf8_percent_encode(&shown, ESCAPED)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_again() {
        for path in ["/a/b.gate", "/a b/ü%/#?.yaml", "/a+b/@c~/d"] {
            let uri = uri_of(Path::new(path));
            assert!(uri.as_ref().is_ascii());
            assert_eq!(path_of(&uri).as_deref(), Some(Path::new(path)), "{uri}");
        }
    }

    #[test]
    fn what_is_no_file_here_has_no_path() {
        let path = |uri: &str| path_of(&Uri(uri.to_owned()));
        assert_eq!(path("file://localhost/a%20b"), Some("/a b".into()));
        for uri in
            ["untitled:Untitled-1", "file://elsewhere/a", "git:/a?x", "file:///a%00b", "file:///%ff", ""]
        {
            assert_eq!(path(uri), None, "{uri}");
        }
    }
}
