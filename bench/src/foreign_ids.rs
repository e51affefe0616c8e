//! Another MSP's customer must look like one that does not exist, by the clock too.

use serde_json::Value;
use uuid::Uuid;

use crate::AnyError;
use crate::callers::{CUSTOMERS, MSPS};
use crate::load::Random;
use crate::operations::Stage;
use crate::pairs::{self, APART};
use crate::table::Row;

pub(crate) fn measure(stage: &Stage, count: usize, say: &impl Fn(&str)) -> Result<Row, AnyError> {
    say(&format!("{count} foreign ids and as many missing ones"));
    let pair = pairs::measure(stage.server.address, count, 404, |kind, number| {
        // The same caller for both of a pair.
        let mut random = Random::new(number as u64);
        let customer = random.next() % (MSPS * CUSTOMERS);
        let msp = (customer / CUSTOMERS + 1 + random.next() % (MSPS - 1)) % MSPS;
        let foreign = stage.callers.customers[customer as usize];
        let missing = Uuid::from_u64_pair(random.next(), random.next());
        stage.callers.get_as(msp as usize, if kind == 0 { foreign } else { missing })
    })?;
    let [foreign, missing] = pair.bodies.each_ref().map(|body| {
        let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some(body) = body.as_object_mut() {
            // The request's own id and path.
            body.retain(|name, _| name != "request_id" && name != "instance");
        }
        body
    });
    let alike = foreign == missing && foreign.is_object();
    Ok(Row {
        subject: "get of another MSP's customer, and of none".to_owned(),
        measured: format!(
            "medians {:.3} and {:.3} ms, {:.1} % apart, {} answers",
            pair.medians[0],
            pair.medians[1],
            pair.apart() * 100.0,
            if alike { "equal" } else { "different" }
        ),
        ceiling: format!("{count} of each, in turn"),
        demand: format!("<= {:.0} % apart, equal answers", APART * 100.0),
        met: Some(pair.apart() <= APART && alike),
    })
}
