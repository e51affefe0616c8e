//! Cursor paging: `?limit=&cursor=`.

use policytab_domain::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

/// Items on a page when the caller doesn't say.
const DEFAULT_LIMIT: u32 = 50;
/// Items on a page at the most.
const MAX_LIMIT: u32 = 200;

/// The query of a plain list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many at the most, 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// The limit in force, or the problem with it.
pub fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(n @ 1..=MAX_LIMIT) => Ok(n),
        Some(_) => Err(Problem::invalid("limit", "must be between 1 and 200")),
    }
}
