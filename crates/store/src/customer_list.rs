//! The list of customers and the fleet's totals: one query each.

use crate::{
    customers::{Customer, CustomerRow},
    error::StoreError,
    page::{Page, decode, fetch_count},
    schema::customers,
    tx::{Mode, TenantTx},
};
use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use diesel::{
    dsl::{count, count_star, sum},
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use diesel_async::RunQueryDsl;
use policytab_domain::customer::CustomerStatus;
use std::str::FromStr as _;
use uuid::Uuid;

/// What the list is sorted by. Rows with equal values follow each other in order of id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CustomerSort {
    /// Display name, without regard to case, in the order of the Unicode collation.
    #[default]
    Name,
    /// When it was added.
    Created,
    /// When the last snapshot was taken; never counts as the earliest.
    LastSnapshot,
    /// Findings: critical first, then high, medium, low.
    Severity,
}

impl CustomerSort {
    const fn tag(self) -> &'static str {
        match self {
            Self::Name => "n",
            Self::Created => "c",
            Self::LastSnapshot => "s",
            Self::Severity => "v",
        }
    }
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    /// Part of the display name, the tenant's name or its domain, without regard to case; taken literally. Or the whole
    /// tenant id.
    pub search: Option<String>,
    /// Only customers that stand here.
    pub status: Option<CustomerStatus>,
    /// Order.
    pub sort: CustomerSort,
    /// The other way round.
    pub descending: bool,
    /// Where the page begins: `next_cursor` of the page before, which must have had the same order.
    pub cursor: Option<String>,
    /// 1 to 200.
    pub limit: i64,
}

/// Totals for the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FleetCounts {
    /// Customers that wait to be connected.
    pub pending: i64,
    /// Customers that wait to be imported.
    pub connected: i64,
    /// Customers that are imported.
    pub imported: i64,
    /// Customers whose last attempt at something failed.
    pub with_error: i64,
    /// Imports that are queued or running.
    pub imports_running: i64,
    /// Client secrets that expire within 30 days.
    pub secrets_expiring: i64,
    /// Client secrets that have expired.
    pub secrets_expired: i64,
    /// Policies that are on, over all customers.
    pub policies_enabled: i64,
    /// Policies in report-only mode.
    pub policies_report_only: i64,
    /// Policies that are off.
    pub policies_disabled: i64,
    /// Findings: critical, high, medium, low, info.
    pub findings: [i64; 5],
}

/// The cursor: order, direction, the last row's sort value as text, its id.
type Key = (String, bool, String, Uuid);

diesel::define_sql_function! {
    /// The first argument unless it is NULL.
    fn coalesce(a: Nullable<Timestamptz>, b: Timestamptz) -> Timestamptz;
}

/// A `LIKE` pattern that finds `text` anywhere, taken literally.
pub(crate) fn contains_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

type Boxed<'a> = customers::BoxedQuery<'a, Pg>;

/// Adds order and cursor by one sort expression. The comparison is spelt out, since diesel has no row comparison.
macro_rules! keyset {
    ($query:ident, $filter:ident, $column:expr, $after:ident, $parse:expr) => {{
        if let Some((value, id)) = $after {
            let value = $parse(value)?;
            $query = if $filter.descending {
                $query.filter($column.le(value.clone()).and($column.lt(value).or(customers::id.lt(id))))
            } else {
                $query.filter($column.ge(value.clone()).and($column.gt(value).or(customers::id.gt(id))))
            };
        }
        if $filter.descending {
            $query.order(($column.desc(), customers::id.desc()))
        } else {
            $query.order(($column.asc(), customers::id.asc()))
        }
    }};
}

fn never() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn parse_time(text: String) -> Result<DateTime<Utc>, StoreError> {
    let micros = i64::from_str(&text).map_err(|_| StoreError::InvalidCursor)?;
    // PostgreSQL's timestamps span less than chrono's.
    DateTime::from_timestamp_micros(micros)
        .filter(|at| (1970..10_000).contains(&at.year()))
        .ok_or(StoreError::InvalidCursor)
}

fn sort_value(sort: CustomerSort, row: &CustomerRow) -> String {
    match sort {
        CustomerSort::Name => row.name_key.clone(),
        CustomerSort::Created => row.created_at.timestamp_micros().to_string(),
        CustomerSort::LastSnapshot => {
            row.last_snapshot_at.unwrap_or_else(never).timestamp_micros().to_string()
        }
        CustomerSort::Severity => row.severity_rank.to_string(),
    }
}

fn ordered<'a>(
    mut query: Boxed<'a>,
    filter: &CustomerFilter,
    after: Option<(String, Uuid)>,
) -> Result<Boxed<'a>, StoreError> {
    Ok(match filter.sort {
        // Unique in the scope, so it needs no second key: the index alone gives the order.
        CustomerSort::Name => match (after, filter.descending) {
            (None, false) => query.order(customers::name_key.asc()),
            (None, true) => query.order(customers::name_key.desc()),
            (Some((value, _)), false) => {
                query.filter(customers::name_key.gt(value)).order(customers::name_key.asc())
            }
            (Some((value, _)), true) => {
                query.filter(customers::name_key.lt(value)).order(customers::name_key.desc())
            }
        },
        CustomerSort::Created => keyset!(query, filter, customers::created_at, after, parse_time),
        CustomerSort::LastSnapshot => {
            keyset!(query, filter, coalesce(customers::last_snapshot_at, never()), after, parse_time)
        }
        CustomerSort::Severity => keyset!(query, filter, customers::severity_rank, after, |v: String| {
            i64::from_str(&v).map_err(|_| StoreError::InvalidCursor)
        }),
    })
}

impl<M: Mode> TenantTx<M> {
    /// One page of customers.
    ///
    /// # Errors
    /// [`StoreError::InvalidCursor`].
    pub async fn customer_list(&mut self, filter: &CustomerFilter) -> Result<Page<Customer>, StoreError> {
        let after = match &filter.cursor {
            None => None,
            Some(cursor) => {
                let (tag, descending, value, id): Key = decode(cursor)?;
                if tag != filter.sort.tag() || descending != filter.descending {
                    return Err(StoreError::InvalidCursor);
                }
                Some((value, id))
            }
        };
        let mut query = customers::table.into_boxed();
        if let Some(status) = filter.status {
            query = query.filter(customers::status.eq(status.as_str()));
        }
        if let Some(search) = filter.search.as_deref().filter(|s| !s.is_empty()) {
            let pattern = contains_pattern(search);
            // What a ticket or the Entra admin center gives is often the tenant's id.
            let tenant = Uuid::try_parse(search.trim()).ok();
            query = query.filter(
                customers::display_name
                    .ilike(pattern.clone())
                    .or(customers::tenant_name.ilike(pattern.clone()))
                    .or(customers::tenant_domain.ilike(pattern))
                    .or(customers::tenant_id.eq(tenant)),
            );
        }
        let rows: Vec<CustomerRow> = ordered(query, filter, after)?
            .limit(fetch_count(filter.limit))
            .select(CustomerRow::as_select())
            .load(self.conn())
            .await?;
        let page = Page::cut(rows, filter.limit, |last| -> Key {
            (filter.sort.tag().to_owned(), filter.descending, sort_value(filter.sort, last), last.id)
        });
        let items = page.items.into_iter().map(Customer::try_from).collect::<Result<_, _>>()?;
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    /// Totals over all customers of the MSP, in one query.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn fleet_counts(&mut self) -> Result<FleetCounts, StoreError> {
        // By status, since every customer has one: three rows at most.
        type Sums = (String, i64, i64, [Option<i64>; 3], [Option<i64>; 5]);
        type Flat = (
            (String, i64, i64),
            (Option<i64>, Option<i64>, Option<i64>),
            (Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>),
        );
        let rows: Vec<Flat> = customers::table
            .group_by(customers::status)
            .select((
                (customers::status, count_star(), diesel::dsl::count(customers::last_error.nullable())),
                (
                    sum(customers::policies_enabled),
                    sum(customers::policies_report_only),
                    sum(customers::policies_disabled),
                ),
                (
                    sum(customers::findings_critical),
                    sum(customers::findings_high),
                    sum(customers::findings_medium),
                    sum(customers::findings_low),
                    sum(customers::findings_info),
                ),
            ))
            .load(self.conn())
            .await?;
        let rows = rows.into_iter().map(|((status, n, errors), p, f)| -> Sums {
            (status, n, errors, [p.0, p.1, p.2], [f.0, f.1, f.2, f.3, f.4])
        });
        let mut fleet = FleetCounts::default();
        for (status, customers, errors, policies, findings) in rows {
            match status.parse().map_err(|_| StoreError::Corrupt("customers.status"))? {
                CustomerStatus::Pending => fleet.pending = customers,
                CustomerStatus::Connected => fleet.connected = customers,
                CustomerStatus::Imported => fleet.imported = customers,
            }
            fleet.with_error += errors;
            let [enabled, report_only, disabled] = policies.map(Option::unwrap_or_default);
            fleet.policies_enabled += enabled;
            fleet.policies_report_only += report_only;
            fleet.policies_disabled += disabled;
            for (total, n) in fleet.findings.iter_mut().zip(findings) {
                *total += n.unwrap_or_default();
            }
        }
        let (now, soon) = (Utc::now(), Utc::now() + TimeDelta::days(30));
        let expires = customers::secret_expires_at;
        (fleet.imports_running, fleet.secrets_expiring, fleet.secrets_expired) = customers::table
            .select((
                count(customers::running_import_id),
                count(expires).aggregate_filter(
                    expires.assume_not_null().gt(now).and(expires.assume_not_null().le(soon)),
                ),
                count(expires).aggregate_filter(expires.assume_not_null().le(now)),
            ))
            .first(self.conn())
            .await?;
        Ok(fleet)
    }
}
