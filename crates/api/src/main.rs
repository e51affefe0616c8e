//! The one binary: see [`policytab_api::cli`].

use zeroizing_alloc::ZeroAlloc;

/// The analysis allocates much and small (docs/decisions/054). Memory is wiped when it is freed: secrets pass through
/// buffers of libraries that wipe nothing (docs/decisions/076).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<mimalloc::MiMalloc> = ZeroAlloc(mimalloc::MiMalloc);

fn main() -> std::process::ExitCode {
    policytab_api::cli::main()
}
