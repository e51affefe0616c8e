//! Emergency access: what a customer's policies show, and what people say of it.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::{Compared, Ground},
    anew::{self, Change},
};
use policytab_domain::{
    emergency::{EmergencyAccess, EmergencyObject},
    facts::EmergencyChoices,
    ids::{CustomerId, SnapshotId},
    import::ComparisonBaseline,
    names::NameKind,
    policy_set::PolicySet,
    report::PolicyRef,
};
use policytab_store::Customer;
use uuid::Uuid;

/// How many members of a group are named; emergency access is a handful, and a group of thousands is none.
pub const MEMBERS_NAMED: usize = 20;

/// A user or a group that is emergency access, looks like it, or was refused.
#[derive(Debug)]
pub struct Account {
    /// What the policies show.
    pub object: EmergencyObject,
    /// A person said that it is none.
    pub refused: bool,
    /// Ids of its users, where they were read; of many the first [`MEMBERS_NAMED`].
    pub members: Vec<Uuid>,
    /// Enforced policies that would block it.
    pub blocked_by: Vec<PolicyRef>,
    /// Enforced policies that would ask it for multifactor authentication.
    pub asked_by: Vec<PolicyRef>,
}

/// Emergency access of a customer.
#[derive(Debug)]
pub struct EmergencyView {
    /// Whose.
    pub customer: Customer,
    /// The snapshot that shows it.
    pub snapshot: SnapshotId,
    /// Users and groups, the surest first; those that people refused last.
    pub accounts: Vec<Account>,
    /// How many accounts all that counts is together; `None` where the members of a group were not read.
    pub count: Option<u64>,
}

/// What the newest snapshot shows, with what people said of it.
pub async fn fetch(app: &App, actor: &Actor, id: CustomerId) -> AppResult<EmergencyView> {
    let (customer, snapshot, content, ground) = app
        .store
        .read(&actor.scope, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            let customer = tx.customer_fetch(id).await?;
            let snapshot = customer.last_snapshot_id.ok_or_else(anew::before_import)?;
            let content = tx.snapshot_content(&proof, snapshot).await?;
            // What it is compared with plays no part.
            let ground = Ground::load(tx, &proof, ComparisonBaseline::ImportedSnapshot).await?;
            Ok::<_, AppError>((customer, snapshot, content, ground))
        })
        .await?;
    let (accounts, count) = tokio::task::spawn_blocking(move || look(Compared::of(&content, ground)))
        .await
        .map_err(AppError::internal)?;
    Ok(EmergencyView { customer, snapshot, accounts, count })
}

fn look(compared: Compared) -> (Vec<Account>, Option<u64>) {
    let Compared { live, mut facts, .. } = compared;
    let count = EmergencyAccess::recognise(&live, &facts).accounts(&facts);
    // Refused ones are not recognised; taken for confirmed they come along with all that is known of them.
    let refused = std::mem::take(&mut facts.emergency.refused);
    facts.emergency.confirmed.extend(refused.iter().cloned());
    let found = EmergencyAccess::recognise(&live, &facts).objects;
    let mut accounts: Vec<Account> = found
        .into_iter()
        .map(|object| Account {
            refused: refused.contains(&(object.kind, object.id.clone())),
            members: members(&object, &facts),
            blocked_by: named(&live, &object.held.blocked_by),
            asked_by: named(&live, &object.held.asked_by),
            object,
        })
        .collect();
    accounts.sort_by_key(|account| account.refused);
    (accounts, count)
}

fn members(object: &EmergencyObject, facts: &policytab_domain::facts::Facts) -> Vec<Uuid> {
    match object.kind {
        NameKind::User => Uuid::try_parse(&object.id).into_iter().collect(),
        kind => facts
            .members(kind, &object.id)
            .map(|members| members.ids.iter().copied().take(MEMBERS_NAMED).collect())
            .unwrap_or_default(),
    }
}

fn named(live: &PolicySet, keys: &[String]) -> Vec<PolicyRef> {
    let by_key = |key: &String| live.policies.iter().find(|policy| policy.key == *key);
    keys.iter().filter_map(by_key).map(PolicyRef::of).collect()
}

/// Says what is emergency access and what is not; the report is made anew.
pub async fn choose(
    app: &App,
    actor: &Actor,
    id: CustomerId,
    choices: EmergencyChoices,
    expected_version: Option<i64>,
) -> AppResult<EmergencyView> {
    anew::change(app, actor, id, Change::Emergency(choices), expected_version).await?;
    fetch(app, actor, id).await
}
