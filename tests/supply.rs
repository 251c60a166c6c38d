//! What the package is made of: the licences, duplicates and sources of its dependencies, as `deny.toml` allows them, and
//! whether all that is built into the program is in the package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{files_under, root};

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).arg("--locked").current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Name, version and the rest of what cargo knows of every dependency.
fn packages() -> Vec<Value> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--all-features"])).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The texts in quotes of a list of `deny.toml`, first one of each line.
fn listed(list: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("deny.toml")).unwrap();
    let (_, rest) = text.split_once(&format!("\n{list} = [\n")).unwrap();
    let lines = rest.lines().take_while(|line| *line != "]");
    lines.map(|line| line.split('"').nth(1).unwrap().to_owned()).collect()
}

/// Whether an SPDX expression can be met with the licences that are allowed: one side of each `OR`, both of each `AND`.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.trim();
    // Outside of brackets, the loosest operator first.
    for (operator, all) in [(" OR ", false), (" AND ", true)] {
        let mut depth = 0;
        let bytes = expression.as_bytes();
        let at = (0..bytes.len()).find(|at| {
            depth += i32::from(bytes[*at] == b'(') - i32::from(bytes[*at] == b')');
            depth == 0 && expression[*at..].starts_with(operator)
        });
        if let Some(at) = at {
            let left = is_met(&expression[..at], allowed);
            let right = is_met(&expression[at + operator.len()..], allowed);
            return if all { left && right } else { left || right };
        }
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => is_met(inner, allowed),
        None => allowed.contains(expression),
    }
}

#[test]
fn an_expression_of_licences_is_read_as_it_is_meant() {
    let allowed = ["MIT", "Zlib"].map(str::to_owned).into();
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(GPL-3.0 OR MIT) AND Zlib", true),
        ("(GPL-3.0 OR MIT) AND GPL-3.0", false),
        ("GPL-3.0 OR MIT AND Zlib", true),
        ("MIT WITH something", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn dependencies_have_licences_that_are_allowed_and_one_source() {
    let allowed = listed("allow");
    assert!(allowed.contains("MIT"));
    for package in packages() {
        // An older way to write `OR`.
        let license = package["license"].as_str().unwrap_or("none").replace(" / ", "/").replace('/', " OR ");
        assert!(is_met(&license, &allowed), "{}: {license}", package["name"]);
        let source = package["source"].as_str();
        // The package, that of Python, and the grammar for editors, which its tests build.
        let ours = ["tollgate", "tollgate-policy", "tree-sitter-tollgate"];
        let is_ours = ours.iter().any(|own| package["name"] == *own);
        assert!(
            is_ours || source == Some("registry+https://github.com/rust-lang/crates.io-index"),
            "{source:?}"
        );
    }
}

#[test]
fn a_second_version_of_a_dependency_is_listed() {
    let mut versions: BTreeMap<String, BTreeSet<Vec<u64>>> = BTreeMap::new();
    for package in packages() {
        let version = package["version"].as_str().unwrap();
        let numbers = version.split(['.', '-', '+']).take(3).map(|part| part.parse().unwrap()).collect();
        versions.entry(package["name"].as_str().unwrap().to_owned()).or_default().insert(numbers);
    }
    let older = versions.iter().flat_map(|(name, versions)| {
        versions.iter().take(versions.len() - 1).map(move |version| {
            let version: Vec<String> = version.iter().map(u64::to_string).collect();
            format!("{name}@{}", version.join("."))
        })
    });
    assert_eq!(older.collect::<BTreeSet<_>>(), listed("skip"));
}

#[test]
fn what_is_built_in_is_in_the_package() {
    let packed: BTreeSet<String> =
        cargo(&["package", "--list", "--allow-dirty"]).lines().map(str::to_owned).collect();
    let mut built_in = 0;
    for path in files_under(&root().join("src"), &["rs"]) {
        let code = fs::read_to_string(&path).unwrap().replace("include_bytes!(\"", "include_str!(\"");
        for part in code.split("include_str!(\"").skip(1) {
            let file = path.parent().unwrap().join(part.split('"').next().unwrap());
            let file = fs::canonicalize(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let name = file.strip_prefix(fs::canonicalize(root()).unwrap()).unwrap();
            assert!(packed.contains(name.to_str().unwrap()), "{} is not in the package", name.display());
            built_in += 1;
        }
    }
    assert!(built_in > 10);
    for needed in ["grammar/tollgate.pest", "Cargo.lock", "LICENSE-MIT", "LICENSE-APACHE", "README.md"] {
        assert!(packed.contains(needed), "{needed}");
    }
}
