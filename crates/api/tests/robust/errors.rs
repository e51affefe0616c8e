//! The database refuses a write, once, at each of those that an import makes: found by tracing one that succeeds and one
//! that fails, not by a list that would grow old. Whatever is refused, there is one outcome, and all of it or nothing.

use crate::harness::{Customer, Stage, text};
use futures_util::future::join_all;
use policytab_graph_sim::TenantEdit;
use std::time::Duration;

/// Every write passes here. It is told apart by table, operation, and for steps and audit entries by what they say. The
/// counters are sequences, since these do not go back when their transaction does.
const POINTS: &str = "
    CREATE SCHEMA test;
    CREATE TABLE test.traced (customer uuid PRIMARY KEY);
    CREATE TABLE test.points (customer uuid, point text, PRIMARY KEY (customer, point));
    CREATE TABLE test.errors (customer uuid PRIMARY KEY, point text NOT NULL, counter regclass NOT NULL);
    CREATE FUNCTION test.point() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        content jsonb;
        about uuid;
        here text;
        raised regclass;
    BEGIN
        IF TG_OP = 'DELETE' THEN content := to_jsonb(OLD); ELSE content := to_jsonb(NEW); END IF;
        about := content->>(CASE WHEN TG_TABLE_NAME = 'customers' THEN 'id' ELSE 'customer_id' END);
        IF about IS NULL THEN
            SELECT customer_id INTO about FROM imports WHERE id::text IN (content->>'import_id', content->>'subject_id');
        END IF;
        IF about IS NULL THEN
            -- Bodies are the MSP's: this transaction has locked the customer that they are stored for.
            SELECT id INTO about FROM customers WHERE xmax = pg_current_xact_id()::xid;
        END IF;
        here := concat_ws(' ', lower(TG_OP), TG_TABLE_NAME, CASE TG_TABLE_NAME
            WHEN 'import_steps' THEN content->>'step' || ' ' || (content->>'state')
            WHEN 'audit' THEN content->>'action' END);
        IF EXISTS (SELECT FROM test.traced WHERE customer = about) THEN
            INSERT INTO test.points VALUES (about, here) ON CONFLICT DO NOTHING;
        END IF;
        SELECT counter INTO raised FROM test.errors WHERE customer = about AND point = here;
        IF raised IS NOT NULL AND nextval(raised) = 1 THEN
            RAISE EXCEPTION 'refused: %', here;
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE TRIGGER point BEFORE INSERT OR UPDATE OR DELETE ON public.%I
                            FOR EACH ROW EXECUTE FUNCTION test.point()', name);
        END LOOP;
    END $$;";

const ENDS: Duration = Duration::from_secs(90);

/// Imports side by side.
const SLOTS: usize = 12;

fn may_read(stage: &Stage, customer: &Customer, may: bool) {
    let permission = "Policy.Read.All".to_owned();
    let edit = match may {
        true => TenantEdit::PermissionGrant { permission },
        false => TenantEdit::PermissionRevoke { permission },
    };
    stage.control().edit(&customer.tenant.tenant_id, &edit).unwrap();
}

/// The writes of an import, which this customer's next one is.
async fn traced(stage: &Stage, customer: &Customer) -> Vec<String> {
    let import = stage.import(customer).await;
    stage.behind.run(&format!("INSERT INTO test.traced VALUES ('{}')", customer.id)).await;
    let _worker = stage.worker("traced", 1);
    stage.ended(customer, &import, ENDS).await;
    let points = format!("SELECT point FROM test.points WHERE customer = '{}' ORDER BY point", customer.id);
    let rows = stage.behind.rows(&points).await;
    rows.iter()
        .map(|row| {
            serde_json::from_str::<serde_json::Value>(row).unwrap()["point"].as_str().unwrap().to_owned()
        })
        .collect()
}

struct Case {
    point: String,
    customer: Customer,
    import: String,
    /// Without the error it would succeed.
    good: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_at_any_write_of_an_import_leaves_one_outcome_and_nothing_half() {
    let stage = Stage::new().await;
    stage.behind.run(POINTS).await;
    let (succeeds, fails) = (stage.connected("Succeeds").await, stage.connected("Fails").await);
    may_read(&stage, &fails, false);
    let (good, bad) = (traced(&stage, &succeeds).await, traced(&stage, &fails).await);
    for known in [
        "insert documents",
        "insert snapshots",
        "insert reports",
        "insert audit import.succeed",
        "delete jobs",
    ] {
        assert!(good.iter().any(|point| point == known), "{known} is not among {good:?}");
    }
    assert!(bad.iter().any(|point| point == "insert audit import.fail"), "{bad:?}");
    // Of the one that fails, what it writes otherwise or after reading.
    let bad = bad.into_iter().filter(|point| !point.contains("import_steps") || point.ends_with("failed"));
    let points: Vec<_> = good.into_iter().map(|p| (p, true)).chain(bad.map(|p| (p, false))).collect();

    let cases = join_all(points.into_iter().enumerate().map(async |(number, (point, good))| {
        let customer = stage.connected(&format!("Case {number}: {point}")).await;
        if !good {
            may_read(&stage, &customer, false);
        }
        let import = stage.import(&customer).await;
        let sql = format!(
            "CREATE SEQUENCE test.raised_{number};
             INSERT INTO test.errors VALUES ('{}', '{point}', 'test.raised_{number}')",
            customer.id
        );
        stage.behind.run(&sql).await;
        Case { point, customer, import, good }
    }))
    .await;
    let worker = stage.worker("worker", SLOTS);
    let mut failed = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let Case { point, customer, import, good } = case;
        let ended = stage.ended(customer, import, ENDS).await;
        let raised = format!("SELECT is_called::int::bigint FROM test.raised_{number}");
        assert_eq!(stage.behind.number(&raised).await, 1, "{point}: nothing was refused");
        let (state, code) = (text(&ended["state"]), ended["error"]["code"].as_str());
        eprintln!("{point:<55} {state} {} after {} attempts", code.unwrap_or_default(), ended["attempts"]);
        // What an import changes is one transaction: no part of it is tried again, and none is left.
        let (operation, rest) = point.split_once(' ').unwrap();
        let decisive = operation == "insert" && !rest.starts_with("import_steps");
        match state {
            "succeeded" => {
                assert!(*good && !decisive, "{point}: {ended:#}");
                stage.is_whole(customer, import).await;
            }
            _ => {
                assert!(
                    code == Some("internal") || (!good && code == Some("graph_permission_missing")),
                    "{point}: {ended:#}"
                );
                assert!(ended["snapshot_id"].is_null(), "{point}: {ended:#}");
                let steps = ended["steps"].as_array().unwrap();
                assert!(steps.iter().all(|step| step["state"] != "running"), "{point}: {ended:#}");
                let now = stage.customer_now(customer).await;
                assert_eq!(
                    (text(&now["status"]), &now["running_import_id"]),
                    ("connected", &serde_json::Value::Null)
                );
                stage.behind.is_bare(customer).await;
                failed.push(customer);
            }
        }
        for (what, sql) in [
            (
                "outcomes in the audit trail",
                format!(
                    "SELECT count(*) FROM audit WHERE subject_id = '{import}' AND action IN ('import.succeed', 'import.fail')"
                ),
            ),
            (
                "outcomes",
                format!(
                    "SELECT count(*) FROM imports WHERE id = '{import}' AND state IN ('succeeded', 'failed') AND finished_at IS NOT NULL"
                ),
            ),
            (
                "imports without a job",
                format!(
                    "SELECT count(*) FROM imports i WHERE id = '{import}' AND NOT EXISTS (SELECT FROM jobs WHERE subject_id = i.id)"
                ),
            ),
        ] {
            assert_eq!(stage.behind.number(&sql).await, 1, "{point}: {what}");
        }
    }
    stage.behind.has_no_orphans().await;
    assert_eq!(worker.log().matches("panicked").count(), 0);
    let (status, log) = stage.command("admin verify-audit", ENDS).await;
    assert!(status.success(), "{log}");

    // Nothing stands in the way of the next one.
    assert!(failed.len() > 10, "{}", failed.len());
    let again = join_all(failed.iter().map(async |customer| {
        may_read(&stage, customer, true);
        (customer, stage.import(customer).await)
    }))
    .await;
    for (customer, import) in again {
        stage.succeeded(customer, &import, ENDS).await;
        stage.is_whole(customer, &import).await;
    }
    stage.behind.has_no_orphans().await;
}
