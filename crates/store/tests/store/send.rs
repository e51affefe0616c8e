//! Workers are spawned on tokio, so what the store returns must be `Send`, closures that borrow included. Compiling
//! is the test.

use policytab_domain::{ids::CustomerId, tenancy::MspScope};
use policytab_store::{NewCustomer, Store, StoreError};

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[expect(dead_code, reason = "it only has to compile")]
fn futures_are_send(store: &Store, scope: &MspScope, new: &NewCustomer, id: CustomerId) {
    drop(assert_send(store.write(scope, async |tx| tx.customer_insert(new).await)));
    drop(assert_send(store.read(scope, async |tx| {
        let customer = tx.customer_lookup(id).await?;
        tx.connection_fetch(&customer).await
    })));
    let (store, scope) = (store.clone(), *scope);
    drop(assert_send(async move {
        let label = String::from("borrowed by the closure");
        store
            .write(&scope, async |tx| {
                let (customer, _) = tx.customer_lock(id).await?;
                tracing_like(&label);
                tx.customer_delete(&customer).await?;
                Ok::<_, StoreError>(label.len())
            })
            .await
    }));
}

fn tracing_like(_: &str) {}
