//! People, sessions, API tokens and login throttling.

use crate::fixture::{digest, fixture, owner, person, raw};
use chrono::{TimeDelta, Utc};
use policytab_domain::role::Role;
use policytab_store::{NewApiToken, NewRefreshToken, RefreshRotation, SeenFrom, StoreError, UserPatch};
use secrecy::ExposeSecret as _;
use std::time::Duration;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

#[tokio::test]
async fn there_is_always_an_owner() {
    let f = fixture().await;
    let first = f.owner_one.id;
    let demote = UserPatch { role: Some(Role::Admin), ..Default::default() };
    let deleted = f.store.write(&f.one, async |tx| tx.user_delete(first).await).await;
    assert!(matches!(deleted, Err(StoreError::LastOwner)));
    let demoted = f.store.write(&f.one, async |tx| tx.user_update(first, &demote, None).await).await;
    assert!(matches!(demoted, Err(StoreError::LastOwner)));
    let second =
        f.store.write(&f.one, async |tx| tx.user_insert(&owner("second@one.example")).await).await.unwrap();
    // Each removes the other, at once: one of them must stay.
    let (a, b) = tokio::join!(
        f.store.write(&f.one, async |tx| tx.user_delete(second.id).await),
        f.store.write(&f.one, async |tx| tx.user_update(first, &demote, None).await)
    );
    assert_eq!([a.is_ok(), b.is_ok()].into_iter().filter(|ok| *ok).count(), 1, "{a:?} {b:?}");
    let people = f.store.read(&f.one, async |tx| tx.user_list(None, 50).await).await.unwrap();
    assert_eq!(people.items.iter().filter(|u| u.role == Role::Owner).count(), 1);
}

#[tokio::test]
async fn addresses_are_unique_in_an_msp_and_found_before_it_is_known() {
    let f = fixture().await;
    let add = async |scope, email: &str| {
        let new = person(email, Role::Viewer);
        f.store.write(scope, async |tx| tx.user_insert(&new).await).await
    };
    let added = add(&f.one, "Ann@Example.com").await.unwrap();
    assert!(added.has_password);
    assert!(matches!(add(&f.one, "ann@example.COM").await, Err(StoreError::NameTaken)));
    add(&f.two, "ann@example.com").await.unwrap();
    let found = f.store.login_candidates("ANN@example.com").await.unwrap();
    assert_eq!(found.len(), 2);
    let mine = found.iter().find(|c| c.msp_id == f.one.msp_id()).unwrap();
    assert_eq!((mine.user_id, mine.role, mine.email.as_str()), (added.id, Role::Viewer, "Ann@Example.com"));
    assert_eq!(mine.password_hash.as_ref().unwrap().expose_secret(), "$argon2id$not-a-hash");
    assert!(!format!("{found:?}").contains("argon2id"));
    assert!(f.store.login_candidates("nobody@example.com").await.unwrap().is_empty());
    let msps = f.store.msp_list().await.unwrap();
    assert_eq!(msps.iter().map(|m| m.display_name.as_str()).collect::<Vec<_>>(), ["One", "Two"]);
    let own = f.store.read(&f.one, async |tx| tx.msp_fetch().await).await.unwrap();
    assert_eq!((own.id, own.display_name), (msps[0].id(), msps[0].display_name.clone()));
}

#[tokio::test]
async fn refresh_tokens_are_good_once() {
    let f = fixture().await;
    let user_id = f.owner_one.id;
    let expires_at = Utc::now() + TimeDelta::hours(1);
    let first = NewRefreshToken { user_id, digest: digest("t1"), expires_at, from: SeenFrom::default() };
    let family = f.store.write(&f.one, async |tx| tx.refresh_insert(&first).await).await.unwrap();
    let hit = f.store.refresh_token_lookup(&digest("t1")).await.unwrap().unwrap();
    assert_eq!(
        (hit.msp_id, hit.family_id, hit.user_id, hit.used, hit.ended),
        (f.one.msp_id(), family, user_id, false, false)
    );
    let rotate = async |token, to: &str| {
        let new = NewRefreshToken { user_id, digest: digest(to), expires_at, from: SeenFrom::default() };
        f.store.write(&f.one, async |tx| tx.refresh_rotate(token, &new).await).await.unwrap()
    };
    assert_eq!(rotate(hit.token_id, "t2").await, RefreshRotation::Rotated { user_id, family_id: family });
    let second = f.store.refresh_token_lookup(&digest("t2")).await.unwrap().unwrap();
    assert_eq!(second.family_id, family);
    assert!(f.store.refresh_token_lookup(&digest("t1")).await.unwrap().unwrap().used);
    // The old one again: somebody else has the new one, or had the old one. Both must sign in again.
    assert_eq!(rotate(hit.token_id, "t3").await, RefreshRotation::Reused { user_id, family_id: family });
    assert_eq!(rotate(second.token_id, "t4").await, RefreshRotation::Ended);
    assert_eq!(rotate(hit.token_id, "t5").await, RefreshRotation::Ended);
    assert!(f.store.refresh_token_lookup(&digest("t2")).await.unwrap().unwrap().ended);
    assert_eq!(rotate(Uuid::new_v4(), "t6").await, RefreshRotation::Ended);
    for unknown in ["t3", "t4", "t5", "t6"] {
        assert_eq!(
            f.store.refresh_token_lookup(&digest(unknown)).await.unwrap(),
            None,
            "{unknown} was never good"
        );
    }
}

#[tokio::test]
async fn two_uses_at_once_are_one_rotation_and_one_reuse() {
    let f = fixture().await;
    let expires_at = Utc::now() + TimeDelta::hours(1);
    let new = NewRefreshToken {
        user_id: f.owner_one.id,
        digest: digest("t"),
        expires_at,
        from: SeenFrom::default(),
    };
    f.store.write(&f.one, async |tx| tx.refresh_insert(&new).await).await.unwrap();
    let token = f.store.refresh_token_lookup(&digest("t")).await.unwrap().unwrap().token_id;
    let next = ["a", "b"].map(|text| NewRefreshToken { digest: digest(text), ..new.clone() });
    let (a, b) = tokio::join!(
        f.store.write(&f.one, async |tx| tx.refresh_rotate(token, &next[0]).await),
        f.store.write(&f.one, async |tx| tx.refresh_rotate(token, &next[1]).await)
    );
    let outcomes = [a.unwrap(), b.unwrap()];
    let rotated = outcomes.iter().filter(|o| matches!(o, RefreshRotation::Rotated { .. })).count();
    let reused = outcomes.iter().filter(|o| matches!(o, RefreshRotation::Reused { .. })).count();
    assert_eq!((rotated, reused), (1, 1), "{outcomes:?}");
}

#[tokio::test]
async fn sessions_end_with_expiry_password_and_person() {
    let f = fixture().await;
    let user = f
        .store
        .write(&f.one, async |tx| tx.user_insert(&person("u@one.example", Role::Viewer)).await)
        .await
        .unwrap();
    let keep = async |text: &str, expires_at| {
        let new =
            NewRefreshToken { user_id: user.id, digest: digest(text), expires_at, from: SeenFrom::default() };
        f.store.write(&f.one, async |tx| tx.refresh_insert(&new).await).await.unwrap();
        f.store.refresh_token_lookup(&digest(text)).await.unwrap().unwrap()
    };
    let later = Utc::now() + TimeDelta::hours(1);
    let expired = keep("expired", Utc::now() - TimeDelta::seconds(1)).await;
    let next = NewRefreshToken {
        user_id: user.id,
        digest: digest("x"),
        expires_at: later,
        from: SeenFrom::default(),
    };
    let outcome = f.store.write(&f.one, async |tx| tx.refresh_rotate(expired.token_id, &next).await).await;
    assert_eq!(outcome.unwrap(), RefreshRotation::Ended);
    keep("live", later).await;
    f.store
        .write(&f.one, async |tx| tx.password_set(user.id, &"$new".to_owned().into()).await)
        .await
        .unwrap();
    assert!(f.store.refresh_token_lookup(&digest("live")).await.unwrap().unwrap().ended);
    keep("again", later).await;
    f.store.write(&f.one, async |tx| tx.user_delete(user.id).await).await.unwrap();
    assert_eq!(f.store.refresh_token_lookup(&digest("again")).await.unwrap(), None);
}

#[tokio::test]
async fn api_tokens_are_found_while_they_are_good() {
    let f = fixture().await;
    let new = |text: &str, expires_at| NewApiToken {
        name: text.to_owned(),
        role: Role::Operator,
        digest: digest(text),
        expires_at,
        created_by: Some(f.owner_one.id),
        created_by_name: "A Person".to_owned(),
    };
    let (good, expired) =
        (new("good", Utc::now() + TimeDelta::days(1)), new("expired", Utc::now() - TimeDelta::seconds(1)));
    let token = f
        .store
        .write(&f.one, async |tx| {
            tx.api_token_insert(&expired).await?;
            tx.api_token_insert(&good).await
        })
        .await
        .unwrap();
    let hit = f.store.api_token_lookup(&digest("good")).await.unwrap().unwrap();
    assert_eq!(
        (hit.msp_id, hit.token_id, hit.role, hit.name.as_str()),
        (f.one.msp_id(), token.id, Role::Operator, "good")
    );
    assert_eq!(f.store.api_token_lookup(&digest("expired")).await.unwrap(), None);
    assert_eq!(f.store.api_token_lookup(&digest("unknown")).await.unwrap(), None);
    f.store.write(&f.one, async |tx| tx.api_token_touch(token.id).await).await.unwrap();
    let listed = f.store.read(&f.one, async |tx| tx.api_token_list(None, 50).await).await.unwrap().items;
    assert_eq!(listed.len(), 2);
    let used = listed[0].last_used_at.expect("noted");
    f.store.write(&f.one, async |tx| tx.api_token_touch(token.id).await).await.unwrap();
    let again = f.store.read(&f.one, async |tx| tx.api_token_list(None, 50).await).await.unwrap().items;
    assert_eq!(again[0].last_used_at, Some(used), "once a minute is enough");
    let foreign = f.store.write(&f.two, async |tx| tx.api_token_revoke(token.id).await).await;
    assert!(matches!(foreign, Err(StoreError::NotFound { .. })));
    f.store.write(&f.one, async |tx| tx.api_token_revoke(token.id).await).await.unwrap();
    assert_eq!(f.store.api_token_lookup(&digest("good")).await.unwrap(), None);
    let again = f.store.write(&f.one, async |tx| tx.api_token_revoke(token.id).await).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn login_attempts_are_counted_over_all_nodes() {
    let f = fixture().await;
    let (key, other) = (digest("192.0.2.1"), digest("192.0.2.2"));
    let hour = Duration::from_secs(3600);
    let tries: Vec<_> = (0..30)
        .map(|_| {
            let store = f.store.clone();
            tokio::spawn(async move { store.login_attempt(&key, hour, 20).await.unwrap() })
        })
        .collect();
    let mut allowed = 0;
    for attempt in tries {
        let attempt = attempt.await.unwrap();
        allowed += u32::from(attempt.allowed);
        assert_eq!(attempt.allowed, attempt.retry_after.is_zero());
        assert!(attempt.retry_after <= hour);
    }
    assert_eq!(allowed, 20);
    assert!(f.store.login_attempt(&other, hour, 20).await.unwrap().allowed);
    // One that was no guess makes room for one more.
    f.store.login_attempt_take_back(&key).await.unwrap();
    assert!(f.store.login_attempt(&key, hour, 20).await.unwrap().allowed);
    assert!(!f.store.login_attempt(&key, hour, 20).await.unwrap().allowed);
    for _ in 0..3 {
        f.store.login_attempt_take_back(&other).await.unwrap();
    }
    let allowed = async || f.store.login_attempt(&other, hour, 1).await.unwrap().allowed;
    assert!(allowed().await && !allowed().await, "there is no credit");
    f.store.login_attempts_reset(&key).await.unwrap();
    assert!(f.store.login_attempt(&key, hour, 20).await.unwrap().allowed);

    let short = Duration::from_millis(300);
    let key = digest("short");
    assert!(f.store.login_attempt(&key, short, 1).await.unwrap().allowed);
    let refused = f.store.login_attempt(&key, short, 1).await.unwrap();
    assert!(!refused.allowed);
    tokio::time::sleep(refused.retry_after + Duration::from_millis(5)).await;
    assert!(f.store.login_attempt(&key, short, 1).await.unwrap().allowed, "nobody is locked out for good");
    tokio::time::sleep(short).await;
    assert_eq!(f.store.sweep_expired().await.unwrap().login_attempts, 1);
}

#[tokio::test]
async fn the_lookup_functions_are_the_only_way_around() {
    let f = fixture().await;
    let runtime = raw(&f.db.runtime_url).await;
    for sql in ["SELECT * FROM login_attempts", "SET ROLE policytab_lookup", "SET ROLE policytab_owner"] {
        let error = runtime.batch_execute(sql).await.expect_err(sql);
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
    }
    // A caller's own table or function in front of the search path changes nothing.
    runtime.batch_execute("SET search_path = pg_temp, public; SET app.msp_id = ''").await.unwrap();
    let found = runtime.query("SELECT * FROM public.lookup_login('OWNER@one.example')", &[]).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn the_newest_token_of_a_family_is_the_session() {
    let f = fixture().await;
    let user_id = f.owner_one.id;
    let later = Utc::now() + TimeDelta::hours(1);
    let from = |ip: &str| SeenFrom { ip: Some(ip.to_owned()), user_agent: Some("Firefox".to_owned()) };
    let new = |text: &str, ip: &str| NewRefreshToken {
        user_id,
        digest: digest(text),
        expires_at: later,
        from: from(ip),
    };
    let first = new("a1", "192.0.2.1");
    let family = f.store.write(&f.one, async |tx| tx.refresh_insert(&first).await).await.unwrap();
    let other = new("b1", "192.0.2.9");
    let other = f.store.write(&f.one, async |tx| tx.refresh_insert(&other).await).await.unwrap();
    let token = f.store.refresh_token_lookup(&digest("a1")).await.unwrap().unwrap().token_id;
    let list = async || f.store.read(&f.one, async |tx| tx.session_list(user_id).await).await.unwrap();
    let began = list().await.into_iter().find(|s| s.id == family).unwrap().started_at;
    let next = new("a2", "192.0.2.2");
    f.store.write(&f.one, async |tx| tx.refresh_rotate(token, &next).await).await.unwrap();
    let sessions = list().await;
    assert_eq!(sessions.iter().map(|s| s.id).collect::<Vec<_>>(), [family, other]);
    assert_eq!((sessions[0].started_at, &sessions[0].from), (began, &from("192.0.2.2")));
    assert!(sessions[0].last_used_at >= began);
    // Another person can't end it, its own can, and its access tokens are worth nothing then.
    let stranger = f
        .store
        .write(&f.one, async |tx| tx.user_insert(&person("u@one.example", Role::Viewer)).await)
        .await
        .unwrap();
    let refused = f.store.write(&f.one, async |tx| tx.session_end(stranger.id, family).await).await;
    assert!(matches!(refused, Err(StoreError::NotFound { what: "session" })), "{refused:?}");
    let standing =
        async |session| f.store.read(&f.one, async |tx| tx.standing(user_id, session).await).await.unwrap();
    assert!(standing(Some(family)).await.is_some());
    f.store.write(&f.one, async |tx| tx.session_end(user_id, family).await).await.unwrap();
    assert_eq!(standing(Some(family)).await, None);
    assert!(standing(Some(other)).await.is_some() && standing(None).await.is_some());
    let ended =
        f.store.write(&f.one, async |tx| tx.refresh_user_end_except(user_id, Some(other)).await).await;
    assert_eq!(ended.unwrap(), 0);
    assert_eq!(list().await.len(), 1);
}

#[tokio::test]
async fn steps_and_recovery_codes_are_good_once() {
    let f = fixture().await;
    let user = f.owner_one.id;
    let write = async |sealed: &[u8]| {
        f.store.write(&f.one, async |tx| tx.second_factor_begin(user, sealed).await).await
    };
    let stored = async || f.store.read(&f.one, async |tx| tx.second_factor(user).await).await.unwrap();
    write(b"first").await.unwrap();
    let first = stored().await.unwrap().begun_at;
    // Begun again before it was confirmed: the newer secret counts, and is not asked for yet.
    write(b"second").await.unwrap();
    let holders = async || f.store.read(&f.one, async |tx| tx.second_factor_holders().await).await.unwrap();
    assert!(holders().await.is_empty());
    let confirm = async |begun_at| {
        f.store.write(&f.one, async |tx| tx.second_factor_confirm(user, begun_at).await).await.unwrap()
    };
    assert!(!confirm(first).await);
    let second = stored().await.unwrap().begun_at;
    assert!(confirm(second).await);
    assert!(!confirm(second).await);
    assert!(matches!(write(b"third").await, Err(StoreError::Conflict(_))));
    assert_eq!(holders().await, [user]);
    // A code of the secret that was replaced is none, whenever it was looked at.
    for (begun_at, step, good) in [
        (first, 7, false),
        (second, 7, true),
        (second, 7, false),
        (second, 6, false),
        (first, 8, false),
        (second, 8, true),
    ] {
        let used = f.store.write(&f.one, async |tx| tx.second_factor_step(user, begun_at, step).await).await;
        assert_eq!(used.unwrap(), good, "{step}");
    }
    let codes = [digest("one"), digest("two")];
    f.store.write(&f.one, async |tx| tx.recovery_codes_set(user, &codes).await).await.unwrap();
    for (code, good) in [("one", true), ("one", false), ("three", false)] {
        let code = digest(code);
        let used = f.store.write(&f.one, async |tx| tx.recovery_code_use(user, &code).await).await.unwrap();
        assert_eq!(used, good);
    }
    let factor = f.store.read(&f.one, async |tx| tx.second_factor(user).await).await.unwrap().unwrap();
    assert_eq!((factor.sealed.as_slice(), factor.recovery_codes_left), (b"second".as_slice(), 1));
    // Nothing of it is another MSP's.
    let foreign = f.store.write(&f.two, async |tx| tx.second_factor_delete(user).await).await.unwrap();
    assert!(!foreign);
    assert!(f.store.write(&f.one, async |tx| tx.second_factor_delete(user).await).await.unwrap());
    assert_eq!(f.store.read(&f.one, async |tx| tx.second_factor(user).await).await.unwrap(), None);
}

#[tokio::test]
async fn a_deleted_workspace_leaves_its_audit_trail() {
    let f = fixture().await;
    f.fill(&f.one, "first").await;
    f.fill(&f.two, "second").await;
    let before = f.store.audit_verify(&f.one).await.unwrap();
    let gone = f.store.write(&f.one, async |tx| tx.msp_delete().await).await.unwrap();
    assert_eq!(gone, 1);
    let superuser = raw(&f.db.superuser_url).await;
    let tables = superuser
        .query(
            "SELECT table_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name = 'msp_id' ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    assert!(tables.len() > 20);
    let mut left = Vec::new();
    for table in tables {
        let table: String = table.get(0);
        let count = |msp: uuid::Uuid| format!("SELECT count(*) FROM {table} WHERE msp_id = '{msp}'");
        let own: i64 = superuser.query_one(&count(f.one.msp_id().as_uuid()), &[]).await.unwrap().get(0);
        let other: i64 = superuser.query_one(&count(f.two.msp_id().as_uuid()), &[]).await.unwrap().get(0);
        assert!(other > 0, "{table} of the other MSP is empty");
        if own > 0 {
            left.push(table);
        }
    }
    assert_eq!(left, ["audit", "audit_heads", "msps"]);
    let after = f.store.audit_verify(&f.one).await.unwrap();
    assert_eq!((after.rows, after.first_bad), (before.rows, None));
    let fetched = f.store.read(&f.one, async |tx| tx.msp_fetch().await).await;
    assert!(matches!(fetched, Err(StoreError::NotFound { .. })), "{fetched:?}");
    let listed = f.store.msp_list().await.unwrap();
    assert_eq!(listed.iter().map(|m| m.deleted_at.is_some()).collect::<Vec<_>>(), [true, false]);
}
