//! The one binary: see [`policytab_api::cli`].

fn main() -> std::process::ExitCode {
    policytab_api::cli::main()
}
