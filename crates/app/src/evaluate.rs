//! What If: what a customer's policies do to one sign-in.

use crate::{
    Actor, App, AppError, AppResult,
    analysis::{Compared, Ground},
    anew,
};
use policytab_domain::{
    evaluate::Evaluator,
    facts::Facts,
    ids::{CustomerId, SnapshotId},
    names::NameKind,
    policy_set::{PolicySet, SetPolicy},
    sign_in::SignIn,
};
use serde_json::Value;
use uuid::Uuid;

/// Whose policies decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The snapshot's own.
    Live,
    /// Those of what the customer is compared with, with their references bound.
    ComparisonBaseline,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// The sign-in.
    pub sign_in: SignIn,
    /// Of which snapshot; the newest when left out.
    pub snapshot: Option<SnapshotId>,
    /// Whose policies.
    pub policies: Whose,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The snapshot that it rests on.
    pub snapshot: SnapshotId,
    /// The sign-in as it was decided: with the memberships that the snapshot knows of.
    pub sign_in: SignIn,
    /// The decision in words.
    pub sentence: String,
    /// The decision, in its JSON form.
    pub decision: Value,
}

/// Decides a sign-in. Nothing is kept of it.
pub async fn evaluate(app: &App, actor: &Actor, id: CustomerId, question: Question) -> AppResult<Answer> {
    let wanted = question.snapshot;
    let (snapshot, content, ground) = app
        .store
        .read(&actor.scope, async |tx| {
            let proof = tx.customer_lookup(id).await?;
            let customer = tx.customer_fetch(id).await?;
            let newest = customer.last_snapshot_id.ok_or_else(anew::before_import)?;
            let snapshot = wanted.unwrap_or(newest);
            let content = tx.snapshot_content(&proof, snapshot).await?;
            let ground = Ground::load(tx, &proof, customer.comparison_baseline).await?;
            Ok::<_, AppError>((snapshot, content, ground))
        })
        .await?;
    tokio::task::spawn_blocking(move || {
        let compared = Compared::of(&content, ground);
        let mut sign_in = question.sign_in;
        add_memberships(&mut sign_in, &compared.facts);
        let bound;
        let set = match question.policies {
            Whose::Live => &compared.live,
            Whose::ComparisonBaseline => {
                bound = bound_set(&compared);
                &bound
            }
        };
        let evaluator = Evaluator::new(set);
        let decision = evaluator.evaluate(&sign_in);
        let sentence = decision.sentence();
        let decision = serde_json::to_value(&decision).map_err(AppError::internal)?;
        Ok(Answer { snapshot, sign_in, sentence, decision })
    })
    .await
    .map_err(AppError::internal)?
}

/// The baseline's policies as they would be in this tenant.
fn bound_set(compared: &Compared) -> PolicySet {
    let Compared { live, baseline, bindings, .. } = compared;
    let policies = baseline
        .policies
        .iter()
        .map(|policy| SetPolicy { normal: bindings.apply(&policy.normal, &live.names), ..policy.clone() });
    let mut names = live.names.clone();
    for (kind, id, entry) in baseline.names.entries() {
        if names.entry(kind, id).is_none() {
            names.add(kind, id, entry.clone());
        }
    }
    PolicySet { policies: policies.collect(), names }
}

/// Adds the groups and roles in which the snapshot knows the user to be: who asks about a person need not look them up.
fn add_memberships(sign_in: &mut SignIn, facts: &Facts) {
    let Some(user) = &mut sign_in.user else { return };
    let Some(id) = user.id.as_deref().and_then(|id| Uuid::try_parse(id).ok()) else { return };
    for ((kind, object), members) in &facts.memberships {
        let list = match kind {
            NameKind::Group => &mut user.groups,
            NameKind::Role => &mut user.roles,
            _ => continue,
        };
        if members.ids.binary_search(&id).is_ok() && !list.iter().any(|own| own.eq_ignore_ascii_case(object))
        {
            list.push(object.clone());
        }
    }
}
