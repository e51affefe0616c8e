//! What the documents say is so: named tests, metrics and settings exist, links lead somewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// What stands between backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Names with a prefix, wherever they stand.
fn names(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let word: String =
            text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let before = text[..at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        if before && word.len() > prefix.len() {
            found.insert(word);
        }
    }
    found
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Every test of the workspace, as `file::test`.
fn tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    let mut tests = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some((_, rest)) = line.split_once("fn ") {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if is_test || text.contains("proptest!") {
                    tests.insert(format!("{stem}::{name}"));
                }
                is_test = false;
            }
        }
    }
    assert!(tests.len() > 300, "{}", tests.len());
    tests
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let (text, tests) = (read("docs/threat-model.md"), tests());
    let named: BTreeSet<&str> = spans(&text)
        .filter(|span| {
            span.contains("::") && span.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c))
        })
        .filter(|span| *span != "file::test")
        .collect();
    assert!(named.len() > 60, "only {} tests are named", named.len());
    let missing: Vec<_> = named.iter().filter(|name| !tests.contains(**name)).collect();
    assert!(missing.is_empty(), "docs/threat-model.md names tests that don't exist: {missing:#?}");
    // A row that shows nothing says so by an empty cell, and there is no more than one.
    let rows = text.lines().filter(|l| l.starts_with("| ") && l.matches(" | ").count() >= 2);
    let bare = rows.filter(|l| l.ends_with("|  |") || l.ends_with("| |")).count();
    assert!(bare <= 1, "{bare} threats have no test");
}

#[test]
fn every_metric_and_setting_of_the_documents_exists() {
    let (metrics, settings) = (read("crates/api/src/metrics.rs"), policytab_api::settings::help());
    let alerts = names(&read("docs/operations.md"), "policytab_");
    assert!(alerts.len() > 8);
    for name in alerts {
        let roles =
            ["runtime", "backup", "owner", "lookup", "replication"].map(|role| format!("policytab_{role}"));
        let family =
            ["_count", "_bucket", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        assert!(
            roles.contains(&name) || metrics.contains(&format!("\"{family}\"")),
            "docs/operations.md names the metric {name}, which does not exist"
        );
    }
    // Read by the program, but not a setting of a server.
    let others = [
        "POLICYTAB_CONFIG",
        "POLICYTAB_FIRST_MSP",
        "POLICYTAB_FIRST_OWNER_EMAIL",
        "POLICYTAB_FIRST_OWNER_PASSWORD",
    ];
    for page in
        ["docs/operations.md", "docs/threat-model.md", "docs/running.md", "docs/credential-rotation.md"]
    {
        for name in names(&read(page), "POLICYTAB_") {
            let known = settings.contains(&name) || others.contains(&name.as_str());
            assert!(known, "{page} names the setting {name}, which does not exist");
        }
    }
}

/// A heading's anchor, as the sites that show Markdown make it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let mut pages: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].map(PathBuf::from).to_vec();
    let docs = fs::read_dir(root().join("docs")).expect("docs").flatten().map(|e| e.file_name());
    pages.extend(docs.filter(|n| n.to_string_lossy().ends_with(".md")).map(|n| Path::new("docs").join(n)));
    let mut anchors: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for page in &pages {
        let text = read(&page.to_string_lossy());
        anchors.insert(page.clone(), text.lines().filter(|l| l.starts_with('#')).map(anchor).collect());
    }
    let mut links = 0;
    for page in &pages {
        let text = read(&page.to_string_lossy());
        for (at, _) in text.match_indices("](") {
            let target: String = text[at + 2..].chars().take_while(|c| *c != ')').collect();
            if target.contains("://") || target.starts_with("mailto:") || target.starts_with('/') {
                continue;
            }
            links += 1;
            let (file, fragment) = target.split_once('#').unwrap_or((&target, ""));
            let folder = page.parent().unwrap_or(Path::new(""));
            let path = if file.is_empty() { page.clone() } else { tidy(&folder.join(file)) };
            assert!(
                root().join(&path).exists(),
                "{} links to {target}, which does not exist",
                page.display()
            );
            if let Some(known) = anchors.get(&path).filter(|_| !fragment.is_empty()) {
                assert!(known.contains(fragment), "{} links to {target}: no such heading", page.display());
            }
        }
    }
    assert!(links > 40, "only {links} links were found");
}

/// Without `..`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}
