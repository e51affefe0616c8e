//! The people whom a customer's memberships name. Each one's id is stored once, and memberships say its number: the place
//! among all ids of the customer. Ids are only ever appended, so that a number means the same person for good
//! (docs/decisions/093).

use crate::{
    customers::CustomerRef,
    documents::CHUNK,
    error::StoreError,
    schema::snapshot_people,
    tx::{Mode, ReadWrite, TenantTx},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Ids in a row: as many as fit into a quarter of a page. PostgreSQL moves longer rows out of their table, in pieces, and
/// a new person would rewrite all pieces. The table's constraint knows the number too.
const IN_ROW: usize = 120;

const BAD: StoreError = StoreError::Corrupt("snapshot_people.chunk");

/// The number of the person at this place of a row.
fn number(chunk: i32, place: usize) -> Result<i32, StoreError> {
    let chunk = usize::try_from(chunk).map_err(|_| BAD)?;
    i32::try_from(chunk * IN_ROW + place).map_err(|_| BAD)
}

/// The row that has a number's id, and the place in it.
fn place(number: i32) -> Option<(i32, usize)> {
    let number = usize::try_from(number).ok()?;
    Some((i32::try_from(number / IN_ROW).ok()?, number % IN_ROW))
}

/// People by number.
pub(crate) struct People(HashMap<i32, Vec<Uuid>>);

impl People {
    /// Who these numbers mean, in their order.
    pub(crate) fn ids(&self, numbers: &[i32]) -> Result<Vec<Uuid>, StoreError> {
        let id = |number: &i32| {
            let (chunk, place) = place(*number)?;
            self.0.get(&chunk)?.get(place).copied()
        };
        numbers.iter().map(|n| id(n).ok_or(StoreError::Corrupt("snapshot_memberships.members"))).collect()
    }
}

impl<M: Mode> TenantTx<M> {
    /// The customer's people of these numbers.
    pub(crate) async fn people_of<'a>(
        &mut self,
        customer: &CustomerRef,
        numbers: impl Iterator<Item = &'a i32>,
    ) -> Result<People, StoreError> {
        let chunks: BTreeSet<i32> = numbers.filter_map(|n| Some(place(*n)?.0)).collect();
        if chunks.is_empty() {
            return Ok(People(HashMap::new()));
        }
        let rows: Vec<(i32, Vec<Uuid>)> = snapshot_people::table
            .filter(snapshot_people::customer_id.eq(customer.uuid()))
            .filter(snapshot_people::chunk.eq_any(chunks))
            .select((snapshot_people::chunk, snapshot_people::ids))
            .load(self.conn())
            .await?;
        Ok(People(rows.into_iter().collect()))
    }
}

impl TenantTx<ReadWrite> {
    /// The numbers of all people of a customer, of these too: who is new gets the next ones. The customer must be locked.
    pub(crate) async fn people_numbers(
        &mut self,
        customer: &CustomerRef,
        people: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, i32>, StoreError> {
        let rows: Vec<(i32, Vec<Uuid>)> = snapshot_people::table
            .filter(snapshot_people::customer_id.eq(customer.uuid()))
            .order(snapshot_people::chunk)
            .select((snapshot_people::chunk, snapshot_people::ids))
            .load(self.conn())
            .await?;
        let mut numbers = HashMap::new();
        for (chunk, ids) in &rows {
            for (place, id) in ids.iter().enumerate() {
                numbers.insert(*id, number(*chunk, place)?);
            }
        }
        let new: BTreeSet<Uuid> = people.filter(|id| !numbers.contains_key(id)).collect();
        let new: Vec<Uuid> = new.into_iter().collect();
        // Those for whom the last row has room, and the others.
        let last = rows.last().map(|(chunk, ids)| (*chunk, ids.len()));
        let room = last.map_or(0, |(_, used)| IN_ROW.saturating_sub(used)).min(new.len());
        let (first, rest) = new.split_at(room);
        if let Some((chunk, used)) = last.filter(|_| !first.is_empty()) {
            diesel::update(
                snapshot_people::table
                    .filter(snapshot_people::customer_id.eq(customer.uuid()))
                    .filter(snapshot_people::chunk.eq(chunk)),
            )
            .set(snapshot_people::ids.eq(snapshot_people::ids.concat(first)))
            .execute(self.conn())
            .await?;
            for (place, id) in first.iter().enumerate() {
                numbers.insert(*id, number(chunk, used + place)?);
            }
        }
        let msp = self.msp();
        let mut added = Vec::new();
        for (chunk, ids) in (last.map_or(0, |(chunk, _)| chunk + 1)..).zip(rest.chunks(IN_ROW)) {
            for (place, id) in ids.iter().enumerate() {
                numbers.insert(*id, number(chunk, place)?);
            }
            added.push((
                snapshot_people::msp_id.eq(msp),
                snapshot_people::customer_id.eq(customer.uuid()),
                snapshot_people::chunk.eq(chunk),
                snapshot_people::ids.eq(ids),
            ));
        }
        while !added.is_empty() {
            let rows = added.split_off(added.len().saturating_sub(CHUNK));
            diesel::insert_into(snapshot_people::table).values(rows).execute(self.conn()).await?;
        }
        Ok(numbers)
    }
}
