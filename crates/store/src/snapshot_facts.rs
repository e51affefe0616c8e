//! What a snapshot holds besides documents: facts of one value each, and memberships, which name
//! people by number. Stored as spans, like documents.

use crate::{
    customers::{CustomerRef, to_json},
    documents::CHUNK,
    error::StoreError,
    schema::{snapshot_facts, snapshot_memberships},
    snapshot_people,
    snapshots::from_json,
    tx::{Mode, ReadWrite, TenantTx},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use policytab_domain::snapshot::{Membership, SnapshotContent, SubscribedSku, TenantFacts};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Facts by name.
pub(crate) type Facts = BTreeMap<String, Value>;

/// Kind and id.
type Name = (String, String);

/// A membership as it is stored: steps from one member's number to the next one's, head count, whether they are all.
type Numbered = (Vec<i32>, i64, bool);

pub(crate) const TENANT: &str = "tenant";
pub(crate) const LICENCES: &str = "licences";
const SKUS: &str = "skus";
const SKU_UNITS: &str = "sku_units";
const REFERENCES: &str = "references";
const UNREAD: &str = "unread";

/// The numbers of a SKU, which change more often than the rest of it.
const UNITS: [&str; 2] = ["enabled_units", "consumed_units"];

/// A snapshot's facts as they are stored.
pub(crate) fn facts(content: &SnapshotContent, licences: Option<&Value>) -> Result<Facts, StoreError> {
    let mut facts = Facts::new();
    let mut add = |name: &str, body: Value| facts.insert(name.to_owned(), body);
    add(TENANT, to_json(&content.tenant, "tenant")?);
    add(REFERENCES, to_json(&content.references, "references")?);
    add(UNREAD, to_json(&content.unread, "unread")?);
    if let Some(licences) = licences {
        add(LICENCES, licences.clone());
    }
    if let Some(skus) = &content.skus {
        let mut skus = to_json(skus, "skus")?;
        let mut units = Vec::new();
        for sku in skus.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            units.push(json!(UNITS.map(|name| sku.remove(name))));
        }
        add(SKUS, skus);
        add(SKU_UNITS, Value::Array(units));
    }
    Ok(facts)
}

/// The subscribed SKUs, put together again.
pub(crate) fn skus(facts: &mut Facts) -> Result<Option<Vec<SubscribedSku>>, StoreError> {
    let Some(mut skus) = facts.remove(SKUS) else { return Ok(None) };
    let units = facts.remove(SKU_UNITS).unwrap_or_default();
    for (index, sku) in skus.as_array_mut().into_iter().flatten().enumerate() {
        for (position, name) in UNITS.into_iter().enumerate() {
            sku[name] = units[index][position].clone();
        }
    }
    from_json(skus, "snapshot_facts.skus").map(Some)
}

/// A fact that every snapshot has.
pub(crate) fn fact<T: serde::de::DeserializeOwned>(
    facts: &mut Facts,
    name: &'static str,
) -> Result<T, StoreError> {
    from_json(facts.remove(name).unwrap_or_default(), "snapshot_facts.body")
}

/// References and what could not be read.
pub(crate) fn rest<R: serde::de::DeserializeOwned, U: serde::de::DeserializeOwned>(
    facts: &mut Facts,
) -> Result<(R, U), StoreError> {
    Ok((fact(facts, REFERENCES)?, fact(facts, UNREAD)?))
}

/// Who the tenant was.
pub(crate) fn tenant(facts: &mut Facts) -> Result<TenantFacts, StoreError> {
    fact(facts, TENANT)
}

/// Memberships by the kind's name and id, the first of each.
fn by_name(list: &[Membership]) -> Result<BTreeMap<Name, &Membership>, StoreError> {
    let mut all = BTreeMap::new();
    for membership in list {
        let kind = to_json(&membership.kind, "kind")?.as_str().unwrap_or_default().to_owned();
        all.entry((kind, membership.id.clone())).or_insert(membership);
    }
    Ok(all)
}

impl<M: Mode> TenantTx<M> {
    /// All facts of a customer's snapshot of this number.
    pub(crate) async fn facts_of(
        &mut self,
        customer: &CustomerRef,
        number: i32,
    ) -> Result<Facts, StoreError> {
        let rows: Vec<(String, Value)> = snapshot_facts::table
            .filter(snapshot_facts::customer_id.eq(customer.uuid()))
            .filter(snapshot_facts::since.le(number))
            .filter(snapshot_facts::until.is_null().or(snapshot_facts::until.gt(number)))
            .select((snapshot_facts::fact, snapshot_facts::body))
            .load(self.conn())
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// One fact of many snapshots: the spans that reach into these numbers, as (since, until, body).
    pub(crate) async fn fact_spans(
        &mut self,
        customer: &CustomerRef,
        fact: &str,
        numbers: (i32, i32),
    ) -> Result<Vec<(i32, Option<i32>, Value)>, StoreError> {
        Ok(snapshot_facts::table
            .filter(snapshot_facts::customer_id.eq(customer.uuid()).and(snapshot_facts::fact.eq(fact)))
            .filter(snapshot_facts::since.le(numbers.1))
            .filter(snapshot_facts::until.is_null().or(snapshot_facts::until.gt(numbers.0)))
            .select((snapshot_facts::since, snapshot_facts::until, snapshot_facts::body))
            .load(self.conn())
            .await?)
    }

    /// The memberships of a customer's snapshot of this number, by kind and id.
    pub(crate) async fn memberships_of(
        &mut self,
        customer: &CustomerRef,
        number: i32,
    ) -> Result<Vec<Membership>, StoreError> {
        let rows = self.memberships_numbered(customer, number).await?;
        let numbers = rows.iter().map(|(_, (steps, ..))| snapshot_people::numbers(steps));
        let numbers: Vec<Vec<i32>> = numbers.collect::<Result<_, _>>()?;
        let people = self.people_of(customer, numbers.iter().flatten()).await?;
        rows.into_iter()
            .zip(numbers)
            .map(|(((kind, id), (_, head_count, complete)), members)| {
                Ok(Membership {
                    kind: from_json(Value::String(kind), "snapshot_memberships.kind")?,
                    id,
                    members: people.ids(&members)?,
                    head_count: head_count
                        .try_into()
                        .map_err(|_| StoreError::Corrupt("snapshot_memberships.head_count"))?,
                    complete,
                })
            })
            .collect()
    }

    /// Likewise, as they are stored.
    async fn memberships_numbered(
        &mut self,
        customer: &CustomerRef,
        number: i32,
    ) -> Result<Vec<(Name, Numbered)>, StoreError> {
        Ok(snapshot_memberships::table
            .filter(snapshot_memberships::customer_id.eq(customer.uuid()))
            .filter(snapshot_memberships::since.le(number))
            .filter(snapshot_memberships::until.is_null().or(snapshot_memberships::until.gt(number)))
            .order((snapshot_memberships::kind, snapshot_memberships::object_id))
            .select((
                (snapshot_memberships::kind, snapshot_memberships::object_id),
                (
                    snapshot_memberships::members,
                    snapshot_memberships::head_count,
                    snapshot_memberships::complete,
                ),
            ))
            .load(self.conn())
            .await?)
    }
}

impl TenantTx<ReadWrite> {
    /// Ends and begins spans of facts so that the snapshot of this number has these.
    pub(crate) async fn facts_store(
        &mut self,
        customer: &CustomerRef,
        number: i32,
        next: Facts,
    ) -> Result<(), StoreError> {
        let before = if number > 1 { self.facts_of(customer, number - 1).await? } else { Facts::new() };
        let ended: Vec<&String> = before
            .iter()
            .filter(|(name, body)| next.get(*name) != Some(body))
            .map(|(name, _)| name)
            .collect();
        if !ended.is_empty() {
            diesel::update(
                snapshot_facts::table
                    .filter(snapshot_facts::customer_id.eq(customer.uuid()))
                    .filter(snapshot_facts::until.is_null())
                    .filter(snapshot_facts::fact.eq_any(ended)),
            )
            .set(snapshot_facts::until.eq(number))
            .execute(self.conn())
            .await?;
        }
        let msp = self.msp();
        let rows: Vec<_> = next
            .into_iter()
            .filter(|(name, body)| before.get(name) != Some(body))
            .map(|(name, body)| {
                (
                    snapshot_facts::msp_id.eq(msp),
                    snapshot_facts::customer_id.eq(customer.uuid()),
                    snapshot_facts::fact.eq(name),
                    snapshot_facts::since.eq(number),
                    snapshot_facts::body.eq(body),
                )
            })
            .collect();
        diesel::insert_into(snapshot_facts::table).values(rows).execute(self.conn()).await?;
        Ok(())
    }

    /// Likewise for memberships. Where one group comes twice, the first counts.
    pub(crate) async fn memberships_store(
        &mut self,
        customer: &CustomerRef,
        number: i32,
        next: &[Membership],
    ) -> Result<(), StoreError> {
        let before =
            if number > 1 { self.memberships_numbered(customer, number - 1).await? } else { Vec::new() };
        let before: BTreeMap<Name, Numbered> = before.into_iter().collect();
        let next = self.number(customer, next).await?;
        let mut ended: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for ((kind, id), _) in before.iter().filter(|(name, old)| next.get(*name) != Some(*old)) {
            ended.entry(kind).or_default().push(id);
        }
        for (kind, ids) in ended {
            diesel::update(
                snapshot_memberships::table
                    .filter(snapshot_memberships::customer_id.eq(customer.uuid()))
                    .filter(snapshot_memberships::until.is_null())
                    .filter(snapshot_memberships::kind.eq(kind))
                    .filter(snapshot_memberships::object_id.eq_any(ids)),
            )
            .set(snapshot_memberships::until.eq(number))
            .execute(self.conn())
            .await?;
        }
        let msp = self.msp();
        let mut rows = Vec::new();
        for (name, membership) in next {
            if before.get(&name) == Some(&membership) {
                continue;
            }
            let ((kind, id), (members, head_count, complete)) = (name, membership);
            rows.push((
                snapshot_memberships::msp_id.eq(msp),
                snapshot_memberships::customer_id.eq(customer.uuid()),
                snapshot_memberships::kind.eq(kind),
                snapshot_memberships::object_id.eq(id),
                snapshot_memberships::since.eq(number),
                snapshot_memberships::members.eq(members),
                snapshot_memberships::head_count.eq(head_count),
                snapshot_memberships::complete.eq(complete),
            ));
        }
        while !rows.is_empty() {
            let chunk = rows.split_off(rows.len().saturating_sub(CHUNK));
            diesel::insert_into(snapshot_memberships::table).values(chunk).execute(self.conn()).await?;
        }
        Ok(())
    }

    /// Memberships as they are stored. Who is new among their members is stored by it.
    async fn number(
        &mut self,
        customer: &CustomerRef,
        memberships: &[Membership],
    ) -> Result<BTreeMap<Name, Numbered>, StoreError> {
        let named = by_name(memberships)?;
        let numbers =
            self.people_numbers(customer, named.values().flat_map(|m| m.members.iter().copied())).await?;
        let numbered = named.into_iter().map(|(name, membership)| {
            let members = membership.members.iter().filter_map(|id| numbers.get(id).copied()).collect();
            let head_count = i64::try_from(membership.head_count).unwrap_or(i64::MAX);
            (name, (snapshot_people::steps(members), head_count, membership.complete))
        });
        Ok(numbered.collect())
    }
}
