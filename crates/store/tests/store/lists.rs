//! Lists: order, cursors that survive changes, search taken literally, totals.

use crate::fixture::{Fixture, customer, failure, fixture, raw};
use policytab_domain::{customer::CustomerStatus, ids::CustomerId};
use policytab_store::{CustomerFilter, CustomerSort, FleetCounts, Page, StoreError};
use std::collections::BTreeSet;
use uuid::Uuid;

const SORTS: [CustomerSort; 4] =
    [CustomerSort::Name, CustomerSort::Created, CustomerSort::LastSnapshot, CustomerSort::Severity];

/// Customers of which many are equal in whatever they are sorted by.
async fn many(f: &Fixture, count: usize) {
    f.store
        .write(&f.one, async |tx| {
            for n in 0..count {
                tx.customer_insert(&customer(&format!("Customer {:03}", (n * 37) % count))).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    f.store.write(&f.two, async |tx| tx.customer_insert(&customer("Foreign")).await).await.unwrap();
    let admin = raw(&f.db.superuser_url).await;
    admin
        .batch_execute(
            "UPDATE customers SET findings_high = right(display_name, 1)::int / 4,
                last_snapshot_at = CASE WHEN right(display_name, 1)::int > 4 THEN timestamptz '2026-01-01 00:00:00.123456+00' END
             WHERE display_name LIKE 'Customer %'",
        )
        .await
        .unwrap();
}

async fn page(f: &Fixture, filter: &CustomerFilter) -> Result<Page<policytab_store::Customer>, StoreError> {
    f.store.read(&f.one, async |tx| tx.customer_list(filter).await).await
}

async fn walk(f: &Fixture, mut filter: CustomerFilter) -> Vec<CustomerId> {
    let mut seen = Vec::new();
    loop {
        let page = page(f, &filter).await.unwrap();
        assert!(page.items.len() <= usize::try_from(filter.limit).unwrap());
        seen.extend(page.items.iter().map(|c| c.id));
        match page.next_cursor {
            Some(cursor) => filter.cursor = Some(cursor),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn pages_put_together_are_the_whole_list() {
    let f = fixture().await;
    many(&f, 60).await;
    for sort in SORTS {
        for descending in [false, true] {
            let filter = CustomerFilter { sort, descending, limit: 200, ..Default::default() };
            let whole = walk(&f, filter.clone()).await;
            assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 60, "{sort:?}");
            for limit in [1, 7, 20, 60] {
                assert_eq!(
                    walk(&f, CustomerFilter { limit, ..filter.clone() }).await,
                    whole,
                    "{sort:?} by {limit}"
                );
            }
            let mut reverse = walk(&f, CustomerFilter { descending: !descending, ..filter }).await;
            reverse.reverse();
            assert_eq!(reverse, whole, "{sort:?} the other way round");
        }
    }
}

#[tokio::test]
async fn the_order_is_what_it_says() {
    let f = fixture().await;
    many(&f, 30).await;
    let all = async |sort, descending| {
        page(&f, &CustomerFilter { sort, descending, limit: 200, ..Default::default() }).await.unwrap().items
    };
    assert!(all(CustomerSort::Name, false).await.is_sorted_by_key(|c| c.display_name.clone()));
    assert!(all(CustomerSort::Created, false).await.is_sorted_by_key(|c| c.created_at));
    assert!(
        all(CustomerSort::LastSnapshot, false).await.is_sorted_by_key(|c| c.last_snapshot_at),
        "never comes first"
    );
    assert!(
        all(CustomerSort::Severity, true).await.is_sorted_by_key(|c| std::cmp::Reverse(c.counts.findings))
    );
}

#[tokio::test]
async fn pages_stay_whole_while_rows_come_and_go() {
    let f = fixture().await;
    many(&f, 40).await;
    for sort in SORTS {
        let mut filter = CustomerFilter { sort, limit: 10, ..Default::default() };
        let before = walk(&f, CustomerFilter { limit: 200, ..filter.clone() }).await;
        let first = page(&f, &filter).await.unwrap();
        filter.cursor = first.next_cursor.clone();
        // The row that the cursor names goes, and new ones come on both sides of it.
        let (gone, name) = (first.items[9].id, format!("{sort:?}"));
        let (early, late) = f
            .store
            .write(&f.one, async |tx| {
                let (proof, _) = tx.customer_lock(gone).await?;
                tx.customer_delete(&proof).await?;
                let early = tx.customer_insert(&customer(&format!("Aaa {name}"))).await?.id;
                Ok::<_, StoreError>((early, tx.customer_insert(&customer(&format!("Zzz {name}"))).await?.id))
            })
            .await
            .unwrap();
        let rest: Vec<_> =
            walk(&f, filter).await.into_iter().filter(|id| *id != early && *id != late).collect();
        assert_eq!(rest, before[10..], "{sort:?}");
    }
}

#[tokio::test]
async fn cursors_belong_to_their_order() {
    let f = fixture().await;
    many(&f, 5).await;
    let filter = CustomerFilter { limit: 2, ..Default::default() };
    let cursor = page(&f, &filter).await.unwrap().next_cursor;
    for wrong in [
        CustomerFilter { cursor: cursor.clone(), sort: CustomerSort::Created, ..filter.clone() },
        CustomerFilter { cursor: cursor.clone(), descending: true, ..filter.clone() },
        CustomerFilter { cursor: Some("zz".to_owned()), ..filter.clone() },
        CustomerFilter { cursor: Some(String::new()), ..filter.clone() },
        CustomerFilter { cursor: Some(hex::encode(br#"["s",false,"now","x"]"#)), ..filter.clone() },
        CustomerFilter {
            cursor: Some(hex::encode(format!(r#"["s",false,"never","{}"]"#, Uuid::nil()))),
            sort: CustomerSort::LastSnapshot,
            ..filter.clone()
        },
    ] {
        assert!(matches!(page(&f, &wrong).await, Err(StoreError::InvalidCursor)), "{wrong:?}");
    }
}

#[tokio::test]
async fn search_takes_its_text_literally() {
    let f = fixture().await;
    let names = ["50% off", "50 off", "a_b", "axb", r"back\slash", "Back slash", "Straße"];
    f.store
        .write(&f.one, async |tx| {
            for name in names {
                tx.customer_insert(&customer(name)).await?;
            }
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    let find = async |text: &str| {
        let filter = CustomerFilter { search: Some(text.to_owned()), limit: 50, ..Default::default() };
        page(&f, &filter).await.unwrap().items.into_iter().map(|c| c.display_name).collect::<Vec<_>>()
    };
    assert_eq!(find("%").await, ["50% off"]);
    assert_eq!(find("_").await, ["a_b"]);
    assert_eq!(find(r"\").await, [r"back\slash"]);
    assert_eq!(find("BACK").await, ["Back slash", r"back\slash"]);
    assert_eq!(find("STRA").await, ["Straße"]);
    assert_eq!(find("").await.len(), names.len());
    assert_eq!(find("nothing").await, Vec::<String>::new());

    f.connected(&f.one, "Connected", Uuid::from_u128(3)).await;
    assert_eq!(find("contoso.exa").await, ["Connected"], "found by its domain");
}

#[tokio::test]
async fn status_filters_and_totals_agree() {
    let f = fixture().await;
    f.store.write(&f.one, async |tx| tx.customer_insert(&customer("Pending")).await).await.unwrap();
    let connected = f.connected(&f.one, "Connected", Uuid::from_u128(4)).await;
    f.imported(&f.one, "Imported", Uuid::from_u128(5), &[]).await;
    f.imported(&f.two, "Foreign", Uuid::from_u128(5), &[]).await;
    f.store
        .write(&f.one, async |tx| {
            let proof = tx.customer_lookup(connected).await?;
            tx.customer_error_set(&proof, Some(&failure())).await
        })
        .await
        .unwrap();
    f.asked(&f.one, connected).await.unwrap();
    for (status, name) in [
        (CustomerStatus::Pending, "Pending"),
        (CustomerStatus::Connected, "Connected"),
        (CustomerStatus::Imported, "Imported"),
    ] {
        let filter = CustomerFilter { status: Some(status), limit: 50, ..Default::default() };
        let items = page(&f, &filter).await.unwrap().items;
        assert_eq!(items.iter().map(|c| c.display_name.as_str()).collect::<Vec<_>>(), [name]);
    }
    let fleet = f.store.read(&f.one, async |tx| tx.fleet_counts().await).await.unwrap();
    let expected = FleetCounts {
        pending: 1,
        connected: 1,
        imported: 1,
        with_error: 1,
        policies_enabled: 1,
        findings: [0, 1, 2, 3, 4],
        imports_running: 1,
        ..Default::default()
    };
    assert_eq!(fleet, expected);
}
