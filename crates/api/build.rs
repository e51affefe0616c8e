//! The browser application is built before the server. Where it isn't (a plain `cargo check`), an empty folder lets
//! the server compile; it then serves no pages.

use std::{fs, path::Path};

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../frontend/dist");
    if let Err(error) = fs::create_dir_all(&dist) {
        println!("cargo::warning=frontend/dist can't be made: {error}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
