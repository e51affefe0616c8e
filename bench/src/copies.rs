//! A customer's snapshot, given to customers of all MSPs: as if each had been imported from a tenant of its own.

use tokio_postgres::Client;

use crate::AnyError;

/// A table whose rows of one customer are copied: how they are found, and the columns that become the copy's.
struct Table {
    name: &'static str,
    rows: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const OF_IT: &str = "r.customer_id = t.id";
const CUSTOMER: (&str, &str) = ("customer_id", "c.id");
const SNAPSHOT: (&str, &str) = ("snapshot_id", "c.snapshot_id");
const IMPORT: (&str, &str) = ("import_id", "c.import_id");
/// Every tenant's objects have ids of their own, so that no two of them share a document.
const OBJECT: (&str, &str) = ("object_id", "pg_temp.object(r.object_id, c.id)::text");
const BODY: (&str, &str) = (
    "sha256",
    "(SELECT sha256(pg_temp.body(d.body, r.object_id, c.id)) FROM documents d
      WHERE d.msp_id = r.msp_id AND d.sha256 = r.sha256)",
);

/// In an order that foreign keys allow.
const TABLES: [Table; 10] = [
    Table {
        name: "imports",
        rows: OF_IT,
        columns: &[("id", "c.import_id"), CUSTOMER, ("requested_by", "NULL")],
    },
    Table {
        name: "import_steps",
        rows: "r.import_id IN (SELECT i.id FROM imports i WHERE i.customer_id = t.id)",
        columns: &[IMPORT],
    },
    Table { name: "snapshots", rows: OF_IT, columns: &[("id", "c.snapshot_id"), CUSTOMER, IMPORT] },
    Table { name: "snapshot_documents", rows: OF_IT, columns: &[CUSTOMER, OBJECT, BODY] },
    Table { name: "snapshot_facts", rows: OF_IT, columns: &[CUSTOMER] },
    Table { name: "snapshot_people", rows: OF_IT, columns: &[CUSTOMER] },
    Table { name: "snapshot_memberships", rows: OF_IT, columns: &[CUSTOMER] },
    Table { name: "co_managed_baselines", rows: OF_IT, columns: &[CUSTOMER, SNAPSHOT] },
    Table { name: "co_managed_documents", rows: OF_IT, columns: &[CUSTOMER, OBJECT, BODY] },
    Table { name: "reports", rows: OF_IT, columns: &[("id", "c.report_id"), CUSTOMER, SNAPSHOT] },
];

/// Gives the first so many customers of each MSP of seed.sql what the customer `template` has. `db` is a superuser.
pub(crate) async fn make(db: &Client, template: &str, count: u64) -> Result<(), AnyError> {
    db.batch_execute(&format!(
        "CREATE TEMP TABLE template AS SELECT msp_id, id FROM customers WHERE id = '{template}';
         CREATE TEMP TABLE copies AS
         SELECT c.msp_id, c.id, md5('import' || n)::uuid AS import_id, md5('snapshot' || n)::uuid AS snapshot_id,
             md5('report' || n)::uuid AS report_id
         FROM generate_series(0, 199999) n JOIN customers c
             ON c.msp_id = md5('msp' || n / 200)::uuid AND c.id = md5('customer' || n)::uuid
         WHERE n % 200 < {count};
         CREATE FUNCTION pg_temp.object(id text, customer uuid) RETURNS uuid LANGUAGE sql IMMUTABLE
             RETURN md5(customer::text || id)::uuid;
         CREATE FUNCTION pg_temp.body(body bytea, id text, customer uuid) RETURNS bytea LANGUAGE sql IMMUTABLE
             RETURN convert_to(replace(convert_from(body, 'UTF8'), id, pg_temp.object(id, customer)::text), 'UTF8');
         INSERT INTO documents (msp_id, sha256, normal_sha256, body)
         SELECT c.msp_id, sha256(b.body), d.normal_sha256, b.body
         FROM template t JOIN snapshot_documents r ON r.msp_id = t.msp_id AND r.customer_id = t.id
             JOIN documents d ON d.msp_id = r.msp_id AND d.sha256 = r.sha256
             CROSS JOIN copies c
             CROSS JOIN LATERAL (SELECT pg_temp.body(d.body, r.object_id, c.id) AS body) b
         ON CONFLICT DO NOTHING"
    ))
    .await?;
    for table in &TABLES {
        let sql = "SELECT column_name::text FROM information_schema.columns
                   WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'";
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for row in db.query(sql, &[&table.name]).await? {
            let name: String = row.get(0);
            values.push(match table.columns.iter().find(|(column, _)| *column == name) {
                Some((_, value)) => (*value).to_owned(),
                None if name == "msp_id" => "c.msp_id".to_owned(),
                None => format!("r.{name}"),
            });
            names.push(name);
        }
        db.batch_execute(&format!(
            "INSERT INTO {table} ({}) SELECT {} FROM template t JOIN {table} r ON r.msp_id = t.msp_id AND {}
             CROSS JOIN copies c",
            names.join(", "),
            values.join(", "),
            table.rows,
            table = table.name
        ))
        .await?;
    }
    db.batch_execute(
        "UPDATE customers SET status = 'imported', last_snapshot_id = c.snapshot_id FROM copies c
         WHERE customers.msp_id = c.msp_id AND customers.id = c.id",
    )
    .await?;
    // One by one: VACUUM refuses to be part of a longer message.
    for table in TABLES.iter().map(|table| table.name).chain(["customers", "documents"]) {
        db.batch_execute(&format!("VACUUM (ANALYZE) {table}")).await?;
    }
    Ok(())
}
