//! Planted secrets, and the search for them.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use futures_util::StreamExt as _;
use serde_json::Value;

/// A secret in every clothing that a log or a dump could put it in.
pub(crate) fn clothed(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), hex::encode(secret), hex::encode_upper(secret)];
    forms.push(secret.chars().rev().collect());
    forms.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
    let json = Value::from(secret).to_string();
    forms.push(json.trim_matches('"').to_owned());
    forms.push(format!("{:?}", secret.as_bytes()).trim_matches(['[', ']']).to_owned());
    // In base64 a text looks one of three ways, after what stands before it; the ends depend on the neighbours.
    for shift in 0..3 {
        let shifted = format!("{}{secret}", "x".repeat(shift));
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let from = if shift == 0 { 0 } else { 4 };
            forms.push(encoded[from..encoded.len() - 4].to_owned());
        }
    }
    forms
}

/// Everything that the tables of a database hold, those of every schema that is not PostgreSQL's own, and large objects. Bytes
/// are there twice, as hexadecimal digits and as they are, so that a text in them is found in either form. A line is a row,
/// under its table's name.
pub(crate) async fn contents(superuser_url: &str) -> String {
    let (client, connection) =
        tokio_postgres::connect(superuser_url, tokio_postgres::NoTls).await.expect("a session");
    tokio::spawn(connection);
    let tables = "SELECT format('%I.%I', n.nspname, c.relname)
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relkind IN ('r', 'm')
                    AND (n.nspname !~ '^(pg_|information_schema$)' OR c.relname = 'pg_largeobject')
                  ORDER BY 1";
    let tables = client.query(tables, &[]).await.expect("tables");
    assert!(tables.len() > 20, "{} tables are too few", tables.len());
    let mut text = String::new();
    for output in ["hex", "escape"] {
        client.batch_execute(&format!("SET bytea_output = {output}")).await.expect("a setting");
        for table in &tables {
            let table: &str = table.get(0);
            text.push_str(&format!("-- {table}\n"));
            let copy = format!("COPY (SELECT * FROM {table}) TO STDOUT");
            let mut rows = std::pin::pin!(client.copy_out(&copy).await.expect("rows"));
            while let Some(part) = rows.next().await {
                text.push_str(&String::from_utf8_lossy(&part.expect("rows")));
            }
        }
    }
    text
}

/// Fails with where and around what, but without the secret itself.
pub(crate) fn absent(text: &str, secrets: &[(&str, String)], place: &str) {
    for (name, secret) in secrets {
        for form in clothed(secret) {
            if let Some(found) = text.find(&form) {
                let line = text[..found].rfind('\n').map_or(0, |n| n + 1);
                let end = text[found..].find('\n').map_or(text.len(), |n| found + n);
                let around: String = text[line..end].replace(&form, "<HERE>").chars().take(600).collect();
                panic!("{name} is in {place}: {around}");
            }
        }
    }
}
