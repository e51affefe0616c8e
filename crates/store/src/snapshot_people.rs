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
const BAD_MEMBERS: StoreError = StoreError::Corrupt("snapshot_memberships.members");

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

/// Members as they are stored: their numbers in rising order, each as the step from the one before, the first from 0.
/// Steps are small, and PostgreSQL compresses a long list of them to a fraction; numbers it can't.
pub(crate) fn steps(mut numbers: Vec<i32>) -> Vec<i32> {
    numbers.sort_unstable();
    let mut last = 0;
    for number in &mut numbers {
        let step = *number - last;
        last = *number;
        *number = step;
    }
    numbers
}

/// Numbers from their steps.
pub(crate) fn numbers(steps: &[i32]) -> Result<Vec<i32>, StoreError> {
    let mut last = 0_i32;
    let sum = |step: &i32| {
        last = last.checked_add(*step).ok_or(BAD_MEMBERS)?;
        Ok(last)
    };
    steps.iter().map(sum).collect()
}

/// People by number.
pub(crate) struct People(HashMap<i32, Vec<Uuid>>);

impl People {
    /// Who these numbers mean, sorted.
    pub(crate) fn ids(&self, numbers: &[i32]) -> Result<Vec<Uuid>, StoreError> {
        let id = |number: &i32| {
            let (chunk, place) = place(*number)?;
            self.0.get(&chunk)?.get(place).copied()
        };
        let ids: Result<Vec<Uuid>, _> = numbers.iter().map(|n| id(n).ok_or(BAD_MEMBERS)).collect();
        let mut ids = ids?;
        ids.sort_unstable();
        Ok(ids)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn steps_lead_to_the_numbers(given in prop::collection::vec(0..=i32::MAX, 0..40)) {
            let stored = steps(given.clone());
            prop_assert!(stored.iter().all(|step| *step >= 0));
            let mut sorted = given;
            sorted.sort_unstable();
            prop_assert_eq!(numbers(&stored).unwrap(), sorted);
        }

        #[test]
        fn a_number_is_a_place(given in 0..=i32::MAX) {
            let (chunk, place) = place(given).unwrap();
            prop_assert!(place < IN_ROW);
            prop_assert_eq!(number(chunk, place).unwrap(), given);
        }
    }

    #[test]
    fn what_nobody_stored_is_no_person() {
        let somebody = Uuid::from_u128(1);
        let people = People([(1, vec![somebody])].into());
        assert_eq!(people.ids(&[120]).unwrap(), [somebody]);
        for number in [-1, 0, 119, 121, i32::MAX] {
            assert!(matches!(people.ids(&[number]), Err(StoreError::Corrupt(_))), "{number}");
        }
        assert!(matches!(numbers(&[i32::MAX, 1]), Err(StoreError::Corrupt(_))));
    }
}
