//! What people said of a customer's emergency access.

use crate::{
    customers::{CustomerRef, to_json},
    error::StoreError,
    schema::emergency_choices as choices,
    snapshots::from_json,
    tx::{Mode, ReadWrite, TenantTx},
};
use diesel::{OptionalExtension as _, prelude::*};
use diesel_async::RunQueryDsl;
use policytab_domain::{facts::EmergencyChoices, names::NameKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// One account or group, as the column holds it.
#[derive(Serialize, Deserialize)]
struct Named {
    kind: NameKind,
    id: String,
}

fn read(value: Value, what: &'static str) -> Result<BTreeSet<(NameKind, String)>, StoreError> {
    Ok(from_json::<Vec<Named>>(value, what)?.into_iter().map(|named| (named.kind, named.id)).collect())
}

fn written(set: &BTreeSet<(NameKind, String)>) -> Result<Value, StoreError> {
    let list: Vec<Named> = set.iter().map(|(kind, id)| Named { kind: *kind, id: id.clone() }).collect();
    to_json(&list, "emergency choices")
}

impl<M: Mode> TenantTx<M> {
    /// What people said; nothing where nobody has said anything.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when a stored choice can't be read.
    pub async fn emergency_choices(
        &mut self,
        customer: &CustomerRef,
    ) -> Result<EmergencyChoices, StoreError> {
        let row: Option<(Value, Value)> = choices::table
            .filter(choices::customer_id.eq(customer.uuid()))
            .select((choices::confirmed, choices::refused))
            .first(self.conn())
            .await
            .optional()?;
        let Some((confirmed, refused)) = row else { return Ok(EmergencyChoices::default()) };
        Ok(EmergencyChoices {
            confirmed: read(confirmed, "emergency_choices.confirmed")?,
            refused: read(refused, "emergency_choices.refused")?,
        })
    }
}

impl TenantTx<ReadWrite> {
    /// Replaces what people said.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn emergency_choices_set(
        &mut self,
        customer: &CustomerRef,
        new: &EmergencyChoices,
    ) -> Result<(), StoreError> {
        let set =
            (choices::confirmed.eq(written(&new.confirmed)?), choices::refused.eq(written(&new.refused)?));
        diesel::insert_into(choices::table)
            .values((choices::msp_id.eq(self.msp()), choices::customer_id.eq(customer.uuid()), set.clone()))
            .on_conflict((choices::msp_id, choices::customer_id))
            .do_update()
            .set((set, choices::updated_at.eq(diesel::dsl::now)))
            .execute(self.conn())
            .await?;
        Ok(())
    }
}
