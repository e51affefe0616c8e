//! What the two MSPs do meanwhile.

use crate::{
    figures::{Figures, IMPORTS, REQUESTS, pick},
    harness::{Answer, Dice, Stage, text},
    ledger::Ledger,
    scene::Msp,
};
use futures_util::future::{LocalBoxFuture, join_all};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Customers that each actor brings in; then it reads their tenants again.
const CUSTOMERS: usize = 5;

/// Everybody who works for one MSP.
pub(crate) fn actors<'a>(
    stage: &'a Stage,
    msp: &'a Msp,
    seed: u64,
    figures: &'a Figures,
    ledger: &'a Ledger,
    stop: &'a AtomicBool,
) -> Vec<LocalBoxFuture<'a, ()>> {
    let caller = |number: u64| Caller { stage, msp, figures, ledger, dice: Dice::new(seed + number), number };
    let mut all: Vec<LocalBoxFuture<'a, ()>> = Vec::new();
    for number in 0..3 {
        all.push(Box::pin(caller(number).onboard(stop)));
    }
    for number in 3..5 {
        all.push(Box::pin(caller(number).read(stop)));
    }
    all
}

struct Caller<'a> {
    stage: &'a Stage,
    msp: &'a Msp,
    figures: &'a Figures,
    ledger: &'a Ledger,
    dice: Dice,
    number: u64,
}

/// A customer that this caller looks after.
struct Own {
    id: String,
    connect: Value,
    connected: bool,
}

impl Caller<'_> {
    /// One request, to whichever server, until it is answered: what was lost on the way is asked again, as is what a
    /// server or the database had no time for.
    async fn ask(&mut self, method: Method, path: &str, body: Option<&Value>, key: Option<&str>) -> Answer {
        self.figures.count(REQUESTS, "sent");
        loop {
            let base = pick(&mut self.dice, &self.msp.bases).clone();
            match self.once(&base, method.clone(), path, body, key).await {
                Ok(answer) if answer.status == 503 && answer.body["code"] == "unavailable" => {
                    self.figures.count(REQUESTS, "asked again after 503");
                    if !answer.headers.contains_key("retry-after") {
                        self.ledger.wrong(format!("503 without Retry-After: {}", answer.body));
                    }
                }
                Ok(answer) => {
                    self.figures.count(REQUESTS, format!("answered {}", answer.status));
                    if answer.status == 500 {
                        self.ledger.wrong(format!("{method} {path}: {}", answer.body));
                    }
                    if let (Some(key), Some(body), true) = (key, body, answer.status < 300) {
                        self.ledger.answered(self.msp.number, path, key, body, &answer);
                    }
                    return answer;
                }
                Err(_) => self.figures.count(REQUESTS, "asked again after a lost connection"),
            }
            tokio::time::sleep(Duration::from_millis(50 + self.dice.below(250))).await;
        }
    }

    async fn once(
        &self,
        base: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> reqwest::Result<Answer> {
        let request =
            self.stage.http.request(method, format!("{base}/api/v1{path}")).bearer_auth(&self.msp.token);
        let request = request.timeout(Duration::from_secs(45));
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        Answer::of(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Something with a key; now and then sent to all servers at once, as an impatient script does.
    async fn post(&mut self, path: &str, key: &str, body: &Value) -> Answer {
        if self.dice.below(3) == 0 {
            let both =
                self.msp.bases.iter().map(|base| self.once(base, Method::POST, path, Some(body), Some(key)));
            for answer in join_all(both).await.into_iter().flatten().filter(|answer| answer.status < 300) {
                self.figures.count(REQUESTS, "sent twice at once and answered");
                self.ledger.answered(self.msp.number, path, key, body, &answer);
            }
        }
        self.ask(Method::POST, path, Some(body), Some(key)).await
    }

    /// Brings customers in, one after the other, and reads their tenants again and again.
    async fn onboard(mut self, stop: &AtomicBool) {
        let mut own: Vec<Own> = Vec::new();
        let mut round = 0;
        while !stop.load(Ordering::Relaxed) {
            round += 1;
            if own.len() < CUSTOMERS && (own.len() < 2 || self.dice.below(2) == 0) {
                let made = self.add(own.len()).await;
                own.extend(made);
                continue;
            }
            let at = self.dice.below(own.len() as u64) as usize;
            let customer = &mut own[at];
            if !customer.connected {
                let path = format!("/customers/{}/connect", customer.id);
                let connect = customer.connect.clone();
                let answer = self.ask(Method::PUT, &path, Some(&connect), None).await;
                own[at].connected = answer.status == 200;
                continue;
            }
            let id = customer.id.clone();
            self.import(&id, round).await;
        }
    }

    async fn add(&mut self, number: usize) -> Option<Own> {
        let name = format!("{} {}-{number}", self.msp.name, self.number);
        let tenant = self.stage.tenant(&name);
        let body = json!({"display_name": name, "cloud": "emulator"});
        let made = self.post("/customers", &format!("add {name}"), &body).await;
        if made.status != 201 {
            self.ledger.wrong(format!("{name} was not added: {} {}", made.status, made.body));
            return None;
        }
        let id = text(&made.body["id"]).to_owned();
        self.ledger.customers.lock().unwrap()[self.msp.number].insert(id.clone());
        let connect = json!({
            "client_id": tenant.client_id, "client_secret": tenant.client_secret, "tenant_hint": tenant.tenant_id,
        });
        Some(Own { id, connect, connected: false })
    }

    /// One import, from asking to its end.
    async fn import(&mut self, customer: &str, round: usize) {
        let path = format!("/customers/{customer}/import");
        let key = format!("import {} {round}", self.number);
        let asked = self.post(&path, &key, &json!({})).await;
        if asked.status != 202 {
            self.ledger.wrong(format!("{path}: {} {}", asked.status, asked.body));
            return;
        }
        self.figures.count(IMPORTS, "accepted");
        let id = text(&asked.body["id"]).to_owned();
        if !self.ledger.imports.lock().unwrap().insert(id.clone()) {
            self.ledger.wrong(format!("the import {id} was accepted twice"));
        }
        let path = format!("/customers/{customer}/imports/{id}");
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = self.ask(Method::GET, &path, None, None).await.body;
            match now["state"].as_str() {
                Some("queued" | "running") => {}
                Some("succeeded") => return self.figures.count(IMPORTS, "succeeded"),
                Some("failed") => {
                    return self.figures.count(IMPORTS, format!("failed: {}", text(&now["error"]["code"])));
                }
                _ => return self.ledger.wrong(format!("{path}: {now}")),
            }
        }
    }

    /// Looks at lists, reports and the dashboard: nobody else's customer may be in them.
    async fn read(mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(self.dice.below(200))).await;
            let listed = self.ask(Method::GET, "/customers?limit=200", None, None).await.body;
            let items = listed["items"].as_array().cloned().unwrap_or_default();
            for item in &items {
                if !text(&item["display_name"]).starts_with(self.msp.name) {
                    self.ledger.wrong(format!("{} was shown {item}", self.msp.name));
                }
                let id = text(&item["id"]).to_owned();
                self.ledger.seen.lock().unwrap()[self.msp.number].insert(id);
            }
            let imported: Vec<_> = items.into_iter().filter(|item| item["status"] == "imported").collect();
            if !imported.is_empty() {
                let one = text(&pick(&mut self.dice, &imported)["id"]).to_owned();
                let report = self.ask(Method::GET, &format!("/customers/{one}/report"), None, None).await;
                if report.status != 200 || report.body["customer_id"] != *one {
                    self.ledger
                        .wrong(format!("the report of {one}: {} {}", report.status, report.body["code"]));
                }
            }
            self.ask(Method::GET, "/fleet", None, None).await;
        }
    }
}

/// Follows the events of one MSP at every server, and begins again whenever a stream ends.
pub(crate) async fn listen(stage: &Stage, msp: &Msp, figures: &Figures, ledger: &Ledger, done: &AtomicBool) {
    join_all(msp.bases.iter().map(async |base| {
        while !done.load(Ordering::Relaxed) {
            let request = stage.http.get(format!("{base}/api/v1/events")).bearer_auth(&msp.token);
            if let Ok(mut stream) = request.timeout(Duration::from_secs(600)).send().await {
                figures.count(REQUESTS, "event streams opened");
                follow(&mut stream, msp, figures, ledger, done).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }))
    .await;
}

async fn follow(
    stream: &mut reqwest::Response,
    msp: &Msp,
    figures: &Figures,
    ledger: &Ledger,
    done: &AtomicBool,
) {
    let mut said = String::new();
    while !done.load(Ordering::Relaxed) {
        match tokio::time::timeout(Duration::from_millis(500), stream.chunk()).await {
            Ok(Ok(Some(chunk))) => said.push_str(&String::from_utf8_lossy(&chunk)),
            Ok(_) => return,
            Err(_) => continue,
        }
        while let Some((event, rest)) = said.split_once("\n\n") {
            let data = event.lines().find_map(|line| line.strip_prefix("data: "));
            if let Some(told) = data.and_then(|data| serde_json::from_str::<Value>(data).ok()) {
                figures.count(REQUESTS, "events heard");
                if let Some(id) = told["customer_id"].as_str() {
                    ledger.seen.lock().unwrap()[msp.number].insert(id.to_owned());
                }
            }
            said = rest.to_owned();
        }
    }
}
