//! The one binary: see [`policytab_api::cli`].

/// The analysis allocates much and small; docs/decisions/054.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    policytab_api::cli::main()
}
