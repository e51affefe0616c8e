//! Strangers who guess lock nobody out who signs in from a device that the account knows; and what the device's cookie is not
//! good for.

use crate::support::{
    app::{PASSWORD, TestApp},
    client::Answer,
};
use futures_util::StreamExt as _;
use policytab_domain::role::Role;
use policytab_vault::KeyRing;
use secrecy::ExposeSecret as _;
use serde_json::json;

const BEHIND_A_PROXY: (&str, &str) = ("POLICYTAB_TRUST_FORWARDED_FOR", "true");
const UNLIMITED: (&str, &str) = ("POLICYTAB_RATE_PER_ADDRESS", "0");
const ADMIN: &str = "admin@one.example";

struct Attempt<'a> {
    app: &'a TestApp,
    email: &'a str,
    password: &'a str,
    ip: &'a str,
    device: Option<&'a str>,
}

impl<'a> Attempt<'a> {
    fn of(app: &'a TestApp, email: &'a str, password: &'a str) -> Self {
        Self { app, email, password, ip: "198.51.100.1", device: None }
    }

    fn ip(self, ip: &'a str) -> Self {
        Self { ip, ..self }
    }

    fn device(self, device: &'a str) -> Self {
        Self { device: Some(device), ..self }
    }

    async fn send(self) -> Answer {
        let body = json!({"email": self.email, "password": self.password});
        let mut request =
            self.app.anonymous().post("/api/v1/auth/login", &body).header("x-forwarded-for", self.ip);
        if let Some(device) = self.device {
            request = request.header("cookie", &format!("other=1; policytab_device={device}"));
        }
        request.send().await
    }
}

/// The device's cookie that an answer sets: its value and what the browser is told about it.
fn device_of(answer: &Answer) -> Option<(String, String)> {
    let all = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().expect("text"));
    let set = all.filter_map(|set| set.strip_prefix("policytab_device=")).next()?;
    let (value, rest) = set.split_once("; ").expect("attributes");
    Some((value.to_owned(), rest.to_owned()))
}

async fn signed_in(app: &TestApp, email: &str, password: &str) -> String {
    let answer = Attempt::of(app, email, password).send().await.expect_status(200);
    device_of(&answer).expect("a device's cookie").0
}

/// Uses up what strangers may try at an account; how many of these were looked at.
async fn exhausted(app: &TestApp, email: &str, addresses: usize) -> usize {
    let mut looked_at = 0;
    for number in 0..100 {
        let ip = format!("192.0.2.{}", number % addresses);
        match Attempt::of(app, email, "a guess").ip(&ip).send().await.status.as_u16() {
            401 => looked_at += 1,
            status => assert_eq!(status, 429),
        }
    }
    looked_at
}

fn refused_for_a_while(answer: &Answer) {
    let seconds = answer.problem(429, "rate_limited")["retry_after"].as_u64().expect("seconds");
    assert!((1..=3600).contains(&seconds), "{answer}");
    assert_eq!(answer.header("retry-after"), Some(seconds.to_string().as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_do_not_lock_out_who_comes_from_a_known_device() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let device = signed_in(&app, ADMIN, PASSWORD).await;
    let before = app.state.app.passwords.compared();
    assert_eq!(exhausted(&app, ADMIN, 100).await, 20);
    // A guess is compared with the person's hash and a decoy.
    assert_eq!(app.state.app.passwords.compared() - before, 2 * 20);
    // Hour after hour.
    for _ in 0..12 {
        let again = Attempt::of(&app, "Admin@ONE.example ", PASSWORD).device(&device).send().await;
        assert!(device_of(&again.expect_status(200)).is_some());
    }
    refused_for_a_while(&Attempt::of(&app, ADMIN, PASSWORD).send().await);
    // Whoever is signed in can still change the password.
    let body = json!({"current_password": PASSWORD, "new_password": "another fine password"});
    let changed = app.as_role(&app.one, Role::Admin).put("/api/v1/me/password", &body).send().await;
    changed.expect_status(204);
    // An hour later everybody may try again, from wherever.
    let later = "UPDATE login_attempts SET window_start = window_start - interval '1 hour',
                                           window_end = window_end - interval '1 hour'";
    app.superuser().await.execute(later, &[]).await.expect("an hour passes");
    Attempt::of(&app, ADMIN, "another fine password").send().await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_lets_in_who_has_no_known_device() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    exhausted(&app, ADMIN, 100).await;
    let fresh = "another fine password";
    policytab_app::operate::set_password(&app.state.app, ADMIN, None, fresh.to_owned().into())
        .await
        .expect("a new password");
    Attempt::of(&app, ADMIN, fresh).send().await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_for_signing_in_only_and_for_half_a_year() {
    for (url, secure) in [("http://console.example", false), ("https://console.example", true)] {
        let app = TestApp::with(&[("POLICYTAB_PUBLIC_URL", url), BEHIND_A_PROXY]).await;
        let answer = Attempt::of(&app, ADMIN, PASSWORD).send().await.expect_status(200);
        let (value, told) = device_of(&answer).expect("a device's cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth/login", "Max-Age=15552000"] {
            assert!(told.contains(part), "{part} is missing in {told}");
        }
        assert_eq!(told.contains("Secure"), secure, "{told}");
        assert!(value.len() < 1024 && !answer.text().contains(&value), "{value}");
        // No credential: who has it and no password is nobody.
        let cookie = format!("policytab_device={value}; policytab_refresh={value}");
        let refresh = app.anonymous().post("/api/v1/auth/refresh", &json!(null)).header("cookie", &cookie);
        refresh.send().await.problem(401, "unauthenticated");
        let failed = Attempt::of(&app, ADMIN, "a guess").device(&value).send().await;
        failed.problem(401, "unauthenticated");
        assert!(failed.header("set-cookie").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_cookie_gives_ten_guesses_at_its_account_and_none_at_another() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let viewer = "viewer@one.example";
    let (device, other) = (signed_in(&app, ADMIN, PASSWORD).await, signed_in(&app, ADMIN, PASSWORD).await);
    for (email, device) in [(ADMIN, &device), (viewer, &device)] {
        exhausted(&app, email, 100).await;
        let mut looked_at = 0;
        for _ in 0..30 {
            let guess = Attempt::of(&app, email, "a guess").device(device).send().await;
            looked_at += usize::from(guess.status == 401);
        }
        assert_eq!(looked_at, if email == ADMIN { 10 } else { 0 }, "{email}");
        refused_for_a_while(&Attempt::of(&app, email, PASSWORD).device(device).send().await);
    }
    // Another device of the person is not that one.
    Attempt::of(&app, ADMIN, PASSWORD).device(&other).send().await.expect_status(200);
    // One that is made up, damaged, cut, or empty is none.
    let damaged = format!("{}{}", &other[..other.len() - 4], "AAAA");
    for made_up in [damaged.as_str(), &other[..40], "e30", "=", "", &"A".repeat(3000)] {
        refused_for_a_while(&Attempt::of(&app, ADMIN, PASSWORD).device(made_up).send().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_stays_known_while_its_key_is_there_and_without_keys_people_still_sign_in() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let device = signed_in(&app, ADMIN, PASSWORD).await;
    exhausted(&app, ADMIN, 100).await;
    let file = app.folder.path().join("vault.keys");
    let (inner, old) = (&app.state.app, std::fs::read_to_string(&file).expect("the key file"));
    let fresh = KeyRing::fresh_line().expect("a key");
    let held = async |text: &str| {
        std::fs::write(&file, text).expect("a key file");
        inner.keyring.refresh(&inner.store).await;
    };
    held(&format!("{}\n{old}", fresh.expose_secret())).await;
    let renewed = Attempt::of(&app, ADMIN, PASSWORD).device(&device).send().await.expect_status(200);
    let renewed = device_of(&renewed).expect("a cookie by the new key").0;
    policytab_app::rotation::rotate_keys(inner).await.expect("a rotation");
    held(fresh.expose_secret()).await;
    refused_for_a_while(&Attempt::of(&app, ADMIN, PASSWORD).device(&device).send().await);
    Attempt::of(&app, ADMIN, PASSWORD).device(&renewed).send().await.expect_status(200);
    // Without the master key nothing can be sealed, and nobody needs it to sign in.
    let gone = "UPDATE master_keys SET check_value = 'another'";
    app.superuser().await.execute(gone, &[]).await.expect("another deployment's key");
    inner.keyring.refresh(&inner.store).await;
    assert!(inner.keyring.ring().is_err());
    let without = Attempt::of(&app, "owner@one.example", PASSWORD).send().await.expect_status(200);
    assert!(device_of(&without).is_none() && without.header("set-cookie").is_some());
    refused_for_a_while(&Attempt::of(&app, ADMIN, PASSWORD).device(&renewed).send().await);
}

/// Another workspace's owner gives the address to a person of their own, whose password they choose.
async fn doubled(app: &TestApp, password: &str) -> String {
    let body = json!({"email": ADMIN, "display_name": "Double", "role": "viewer", "password": password});
    let owner = app.as_role(&app.two, Role::Owner);
    let made = owner.post("/api/v1/users", &body).send().await.expect_status(201).json();
    format!("/api/v1/users/{}", made["id"].as_str().expect("an id"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_a_person_of_ones_own_gives_no_guesses_at_others_with_the_address() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let own = "a password of my own";
    doubled(&app, own).await;
    let device = signed_in(&app, ADMIN, own).await;
    // Nor does signing in as that person count anything back, as often as it is done.
    for _ in 0..5 {
        for number in 0..8 {
            let _ = Attempt::of(&app, ADMIN, &format!("guess {number}")).device(&device).send().await;
        }
        Attempt::of(&app, ADMIN, own).device(&device).send().await.expect_status(200);
    }
    // Twenty of these forty were looked at for the other person; by now not even the right password is.
    let right = Attempt::of(&app, ADMIN, PASSWORD).device(&device).send().await;
    right.problem(401, "unauthenticated");
    refused_for_a_while(&Attempt::of(&app, ADMIN, PASSWORD).send().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_serves_all_people_of_an_address_who_sign_in_there() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let own = "a password of my own";
    doubled(&app, own).await;
    let device = signed_in(&app, ADMIN, PASSWORD).await;
    let both = Attempt::of(&app, ADMIN, own).device(&device).send().await.expect_status(200);
    let both = device_of(&both).expect("a cookie").0;
    exhausted(&app, ADMIN, 100).await;
    for (password, msp) in [(own, &app.two), (PASSWORD, &app.one)] {
        let session = Attempt::of(&app, ADMIN, password).device(&both).send().await.expect_status(200);
        assert_eq!(session.json()["user"]["msp"]["name"], msp.name);
    }
}

/// `POLICYTAB_GUESSES=10000` for as many from one address, and as many from a hundred.
#[tokio::test(flavor = "multi_thread")]
async fn of_any_number_of_guesses_twenty_an_hour_are_looked_at() {
    let count: usize =
        std::env::var("POLICYTAB_GUESSES").map_or(200, |n| n.parse().expect("a number of guesses"));
    let app = TestApp::with(&[BEHIND_A_PROXY, UNLIMITED]).await;
    for (email, addresses) in [("operator@one.example", 1), (ADMIN, 100)] {
        let device = signed_in(&app, email, PASSWORD).await;
        let before = app.state.app.passwords.compared();
        let (mut looked_at, mut told) = (0, 0);
        let app = &app;
        let guesses = (0..count).map(|number| async move {
            let (ip, guess) = (format!("203.0.113.{}", number % addresses), format!("guess {number}"));
            Attempt::of(app, email, &guess).ip(&ip).send().await
        });
        // Some at once, as whoever is in a hurry would.
        let mut answers = futures_util::stream::iter(guesses).buffer_unordered(16);
        while let Some(answer) = answers.next().await {
            match answer.status.as_u16() {
                401 => looked_at += 1,
                _ => {
                    refused_for_a_while(&answer);
                    told += 1;
                }
            }
        }
        let compared = app.state.app.passwords.compared() - before;
        println!(
            "{count} guesses at one account from {addresses} addresses: {looked_at} were looked at, by {compared} \
             comparisons, half of them with a decoy; {told} were told to wait"
        );
        assert_eq!((looked_at, compared), (20, 40));
        Attempt::of(app, email, PASSWORD).device(&device).send().await.expect_status(200);
    }
}
