//! Accepted findings, emergency access, bindings.

use crate::fixture::{acceptance, fixture, raw};
use chrono::{TimeDelta, Utc};
use policytab_domain::{
    binding::BindingChoice, facts::EmergencyChoices, names::NameKind, report::AcceptanceEnd,
};
use policytab_store::{EndedBecause, StoreError, StoredAcceptance};
use tokio_postgres::error::SqlState;
use uuid::Uuid;

#[tokio::test]
async fn an_acceptance_ends_once_and_stays_in_history() {
    let fixture = fixture().await;
    let (id, _) = fixture.imported(&fixture.one, "Contoso", Uuid::new_v4(), &[]).await;
    let newest = async || -> Vec<StoredAcceptance> {
        let read = async |tx: &mut policytab_store::TenantTx<policytab_store::ReadOnly>| {
            let customer = tx.customer_lookup(id).await?;
            tx.acceptances_newest(&customer).await
        };
        fixture.store.read(&fixture.one, read).await.unwrap()
    };
    let accept = async |until| {
        fixture
            .store
            .write(&fixture.one, async |tx| {
                let (customer, _) = tx.customer_lock(id).await?;
                tx.acceptance_insert(&customer, &acceptance("f", until)).await
            })
            .await
    };
    let end = async |acceptance, because| {
        fixture
            .store
            .write(&fixture.one, async |tx| {
                let (customer, _) = tx.customer_lock(id).await?;
                tx.acceptance_end(&customer, acceptance, because).await
            })
            .await
    };
    let later = Utc::now() + TimeDelta::days(9);
    accept(later).await.unwrap();
    assert!(matches!(accept(later).await, Err(StoreError::Database(_))), "two stand at once");
    let first = newest().await.remove(0);
    assert!(first.standing);
    end(first.id, EndedBecause::Reopened).await.unwrap();
    assert!(matches!(end(first.id, EndedBecause::Replaced).await, Err(StoreError::NotFound { .. })));
    assert_eq!(newest().await, [], "what a person ended is history");
    accept(later).await.unwrap();
    let second = newest().await.remove(0);
    end(second.id, EndedBecause::ByItself(AcceptanceEnd::FactsChanged)).await.unwrap();
    let shown = newest().await.remove(0);
    assert_eq!((shown.id, shown.standing), (second.id, false));
    assert_eq!(shown.kept.acceptance.ended, Some(AcceptanceEnd::FactsChanged));

    // Not even the program can rewrite what was agreed.
    let runtime = raw(&fixture.db.runtime_url).await;
    for sql in ["UPDATE finding_acceptances SET reason = 'another'", "DELETE FROM finding_acceptances"] {
        let scope = format!("BEGIN; SET LOCAL app.msp_id = '{}'", fixture.one.msp_id());
        runtime.batch_execute(&scope).await.unwrap();
        let error = runtime.execute(sql, &[]).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
        runtime.batch_execute("ROLLBACK").await.unwrap();
    }
    // It goes with its customer.
    fixture
        .store
        .write(&fixture.one, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            tx.customer_delete(&customer).await
        })
        .await
        .unwrap();
    let left = raw(&fixture.db.superuser_url).await;
    let left = left.query_one("SELECT count(*) FROM finding_acceptances", &[]).await.unwrap();
    assert_eq!(left.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn a_worker_learns_whose_acceptances_have_run_out() {
    let fixture = fixture().await;
    let mut due = Vec::new();
    for (scope, name) in [(fixture.one, "One"), (fixture.two, "Two")] {
        for (suffix, days) in [("past", -1), ("future", 1)] {
            let id = fixture.connected(&scope, &format!("{name} {suffix}"), Uuid::new_v4()).await;
            let accepted = policytab_store::NewAcceptance {
                accepted_at: Utc::now() - TimeDelta::days(2),
                ..acceptance("f", Utc::now() + TimeDelta::days(days))
            };
            fixture
                .store
                .write(&scope, async |tx| {
                    let customer = tx.customer_lookup(id).await?;
                    tx.acceptance_insert(&customer, &accepted).await
                })
                .await
                .unwrap();
            if days < 0 {
                due.push((scope.msp_id(), id));
            }
        }
    }
    let mut found = fixture.store.acceptances_expired().await.unwrap();
    found.sort();
    due.sort();
    assert_eq!(found, due);
}

#[tokio::test]
async fn choices_are_replaced_as_a_whole_and_belong_to_one_msp() {
    let fixture = fixture().await;
    let (id, baseline) = fixture.fill(&fixture.one, "first").await;
    let (foreign, foreign_baseline) = fixture.fill(&fixture.two, "second").await;
    let choices = EmergencyChoices {
        confirmed: [(NameKind::Group, "g".to_owned())].into(),
        refused: [(NameKind::User, "u".to_owned())].into(),
    };
    let bound = [BindingChoice {
        kind: NameKind::NamedLocation,
        reference: "office".to_owned(),
        live: vec!["l1".to_owned()],
    }];
    let seen = fixture
        .store
        .write(&fixture.one, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            tx.emergency_choices_set(&customer, &choices).await?;
            tx.bindings_confirm(&customer, baseline, &bound).await?;
            Ok::<_, StoreError>((
                tx.emergency_choices(&customer).await?,
                tx.bindings_confirmed(&customer, baseline).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(seen, (choices, bound.to_vec()));
    let borrowed = fixture
        .store
        .write(&fixture.one, async |tx| {
            let customer = tx.customer_lookup(id).await?;
            tx.bindings_confirm(&customer, foreign_baseline, &bound).await
        })
        .await;
    assert!(matches!(borrowed, Err(StoreError::NotFound { what: "baseline" })));
    let theirs = fixture
        .store
        .read(&fixture.two, async |tx| {
            let customer = tx.customer_lookup(foreign).await?;
            tx.emergency_choices(&customer).await
        })
        .await
        .unwrap();
    assert_ne!(theirs, seen.0, "each MSP has its own");
}
