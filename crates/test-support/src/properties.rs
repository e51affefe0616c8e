//! How long properties are tried.

/// How many cases a property is tried with that costs more, or less, than others: `PROPTEST_CASES` where somebody asks for a
/// number, so that the long forms are long, else the usual one. `ProptestConfig::with_cases` alone would forget the former.
pub fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
