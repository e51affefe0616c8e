//! Which crate may depend on what: the layers of the project, held by a test.

use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

/// Every crate of the workspace with what it depends on directly; development dependencies left out.
fn dependencies() -> Vec<(String, BTreeSet<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let name = |v: &Value| v["name"].as_str().expect("a name").to_owned();
    packages
        .map(|package| {
            let list = package["dependencies"].as_array().expect("dependencies").iter();
            (name(package), list.filter(|d| d["kind"] != "dev").map(name).collect())
        })
        .collect()
}

/// Fails when a crate depends on one of these and is not listed.
fn only(allowed: &[&str], dependencies: &[&str]) {
    let all = self::dependencies();
    assert!(all.len() > 8, "the workspace was not found");
    for (package, list) in &all {
        for dependency in dependencies.iter().filter(|d| list.contains(**d)) {
            assert!(allowed.contains(&package.as_str()), "{package} must not depend on {dependency}");
        }
    }
    for package in allowed {
        assert!(all.iter().any(|(name, _)| name == package), "{package} does not exist");
    }
}

#[test]
fn sql_is_spoken_by_the_store_alone() {
    only(&["policytab-store"], &["diesel", "diesel-async", "diesel_migrations"]);
    // Making databases and roles, and measuring beside the product, is not the product's SQL.
    only(
        &["policytab-store", "policytab-dev-postgres", "policytab-test-support", "policytab-bench"],
        &["tokio-postgres"],
    );
}

#[test]
fn http_is_spoken_at_the_edges_alone() {
    // The API itself fetches nothing but the outside issuer's keys; the bench is a client of the product.
    only(
        &["policytab-graph-client", "policytab-github-client", "policytab-api", "policytab-bench"],
        &["reqwest"],
    );
    only(&["policytab-api", "policytab-graph-sim"], &["actix-web"]);
    only(&["policytab-api"], &["utoipa", "utoipa-actix-web", "utoipa-swagger-ui", "jsonwebtoken"]);
}

#[test]
fn secrets_are_sealed_by_the_vault_alone() {
    only(&["policytab-vault"], &["aes-gcm"]);
    only(&["policytab-app"], &["argon2"]);
}

#[test]
fn the_domain_is_pure() {
    let all = dependencies();
    let (_, domain) = all.iter().find(|(name, _)| name == "policytab-domain").expect("the domain");
    for dependency in domain {
        assert!(!dependency.starts_with("policytab-"), "the domain depends on {dependency}");
    }
    for impure in ["tokio", "diesel", "utoipa", "reqwest", "actix-web", "tracing", "futures-util"] {
        assert!(!domain.contains(impure), "the domain depends on {impure}");
    }
}

#[test]
fn layers_point_downwards() {
    for (upper, lower) in [
        ("policytab-api", ["policytab-app", "policytab-store", "policytab-graph-client", "policytab-vault"]),
        (
            "policytab-app",
            ["policytab-store", "policytab-graph-client", "policytab-github-client", "policytab-vault"],
        ),
    ] {
        for (package, list) in dependencies().iter().filter(|(name, _)| lower.contains(&name.as_str())) {
            assert!(!list.contains(upper), "{package} depends on {upper}");
        }
    }
    // The emulator shares nothing with its clients: a misunderstanding must not be in both.
    let all = dependencies();
    let (_, sim) = all.iter().find(|(name, _)| name == "policytab-graph-sim").expect("the emulator");
    assert!(!sim.iter().any(|d| d.starts_with("policytab-")), "{sim:?}");
}
