//! Repositories of GitHub through the whole path: published ones as they are, and such that mean harm.

use crate::{
    corpus::folders,
    harness::{Stage, text},
};
use flate2::{Compression, write::GzEncoder};
use policytab_graph_sim::{Fault, FaultKind, Repository};
use reqwest::Method;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _, io::Write as _};

#[tokio::test(flavor = "multi_thread")]
async fn every_published_repository_is_previewed_and_imported() {
    let folders = folders();
    if folders.is_empty() {
        return;
    }
    let stage = Stage::new().await;
    let mut table = String::from(
        "repository | policies | duplicates | stored | in versions | locations | groups | strengths | names | table | \
         skipped, by reason\n",
    );
    for folder in &folders {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        stage.control().repository_put(Repository::of_folder("corpus", &name, folder).expect("a folder"));
        let mut body =
            json!({"name": name, "url": format!("https://github.com/corpus/{name}"), "preview": true});
        let preview = stage.post("/baselines/import/github", &body).await;
        assert_eq!(preview["baseline"], Value::Null, "{name}");
        body["preview"] = false.into();
        let made = stage.post("/baselines/import/github", &body).await;
        assert_eq!(made["policies"], preview["policies"], "{name}");
        let count = |list: &Value| list.as_array().map_or(0, Vec::len);
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for skipped in made["skipped"].as_array().expect("a list") {
            let reason = text(&skipped["reason"]);
            // What the parser says of a file's bytes is its own affair.
            let reason = reason.split(':').next().unwrap_or_default();
            *reasons.entry(reason.to_owned()).or_default() += 1;
        }
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        writeln!(
            table,
            "{name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {}",
            count(&made["policies"]),
            count(&made["duplicates"]),
            made["baseline"]["policies"],
            count(&made["versions"]),
            count(&made["objects"]["named_locations"]),
            count(&made["objects"]["groups"]),
            count(&made["objects"]["authentication_strengths"]),
            made["objects"]["names"],
            made["objects"]["migration_table"],
            reasons.join("; "),
        )
        .expect("a string takes it");
    }
    insta::assert_snapshot!(table);
}

fn packed(level: Compression, files: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), level));
    for (path, kind, content) in files {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        if kind.is_symlink() {
            header.set_link_name("/etc/passwd").expect("a link");
        }
        header.set_cksum();
        tar.append(&header, *content).expect("an entry");
    }
    tar.into_inner().and_then(GzEncoder::finish).expect("an archive")
}

/// The beginning of an archive whose only file is said to be so large.
fn promised(size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path("r-1/policy.json").expect("a path");
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    let mut gz = GzEncoder::new(Vec::new(), Compression::none());
    gz.write_all(header.as_bytes()).and_then(|()| gz.write_all(&[b' '; 4096])).expect("written");
    gz.finish().expect("an archive")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_means_harm_is_refused_and_nothing_of_it_is_stored() {
    use tar::EntryType::{Regular, Symlink};
    let stage = Stage::new().await;
    let zeros = vec![b' '; 9 * 1024 * 1024];
    let large = vec![b' '; 11 * 1024 * 1024];
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let names: Vec<String> = (0..20_001).map(|at| format!("r-1/{at}.txt")).collect();
    let many: Vec<(&str, tar::EntryType, &[u8])> =
        names.iter().map(|name| (name.as_str(), Regular, &b""[..])).collect();
    let (fast, best) = (Compression::fast(), Compression::best());
    let attacks: Vec<(&str, Repository, &str)> = [
        ("a bomb", packed(best, &[("r-1/bomb.json", Regular, &zeros)]), "comes out of the archive"),
        ("a bomb beside", packed(best, &[("r-1/bomb.bin", Regular, &zeros)]), "comes out of the archive"),
        (
            "a path that leads out",
            packed(fast, &[("../evil.json", Regular, b"{}")]),
            "leads out of the archive",
        ),
        ("a link", packed(fast, &[("r-1/link.json", Symlink, b"")]), "leads out of the archive"),
        ("too many files", packed(Compression::none(), &many), "more than 20000 entries"),
        (
            "a large policy",
            packed(Compression::none(), &[("r-1/p.json", Regular, &large)]),
            "larger than 10 MiB",
        ),
        ("a file of a gigabyte", promised(1 << 30), "larger than 10 MiB"),
        ("a policy of 50 MB", promised(50_000_000), "larger than 10 MiB"),
        (
            "deep JSON",
            packed(fast, &[("r-1/deep.json", Regular, deep.as_bytes())]),
            "no Conditional Access policy",
        ),
    ]
    .into_iter()
    .map(|(what, archive, told)| {
        let repository = Repository { archive: Some(archive), ..Repository::of("mallory", "evil", []) };
        (what, repository, told)
    })
    .chain([(
        "a redirect to a private address",
        Repository {
            redirect: Some("http://169.254.169.254/latest/meta-data".to_owned()),
            ..Repository::of("mallory", "evil", [])
        },
        "leads to another host",
    )])
    .collect();
    for (what, repository, told) in attacks {
        stage.control().repository_put(repository);
        let body = json!({"name": what, "url": "mallory/evil"});
        let (status, answer) = stage.call(Method::POST, "/baselines/import/github", Some(&body)).await;
        assert_eq!(status, 422, "{what}: {answer}");
        assert!(answer["errors"].to_string().contains(told), "{what}: {answer}");
    }
    let library = stage.get("/baselines").await;
    assert!(library["items"].as_array().is_some_and(|all| all.iter().all(|one| one["built_in"] == true)));
    assert_eq!(stage.behind.number("SELECT count(*) FROM baselines WHERE NOT built_in").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_never_answers_breaks_off_or_is_closed_is_told_and_nothing_is_stored() {
    let stage = Stage::new().await;
    let policy = json!({"displayName": "P", "state": "enabled", "conditions": {}}).to_string();
    stage.control().repository_put(Repository::of("contoso", "rules", [("p.json".to_owned(), policy)]));
    let limited = FaultKind::Status { status: 403, retry_after: Some("120".to_owned()) };
    for (what, path, fault, status, code) in [
        ("hangs", "/github-codeload/*", FaultKind::Hang, 503, "unavailable"),
        ("breaks off", "/github-codeload/*", FaultKind::Truncated, 503, "unavailable"),
        ("is limited", "/github/*", limited, 503, "unavailable"),
    ] {
        stage.control().fault_set(Fault::on(path, fault).times(1)).expect("a fault");
        let body = json!({"name": what, "url": "contoso/rules"});
        let (got, answer) = stage.call(Method::POST, "/baselines/import/github", Some(&body)).await;
        assert_eq!((got, text(&answer["code"])), (status, code), "{what}: {answer}");
        assert_eq!(answer["upstream"]["service"], "github", "{answer}");
        assert_eq!(answer["detail"].to_string().contains("limit"), what == "is limited", "{answer}");
    }
    assert_eq!(stage.behind.number("SELECT count(*) FROM baselines WHERE NOT built_in").await, 0);
}
