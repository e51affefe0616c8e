//! Passwords: argon2id, hashed and verified off the request threads, at most two at a time; and which new ones are
//! accepted. Who would wait behind too many others is refused at once.
//!
//! Rules as of NIST SP 800-63B: a length, no composition, and none that is known to be common or that is made of what
//! everybody knows of the person. The list of common ones is that of the crate `zxcvbn` (MIT): the 30,000 most frequent
//! passwords of published breaches, in order. Its estimate finds them also with another case, with letters spelt as
//! digits, and repeated.

use crate::{AppError, AppResult, error::OVERLOADED};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use policytab_domain::problem::{Problem, ProblemCode};
use policytab_store::{Queue, Waiting};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Semaphore;

/// Shortest and longest password, in characters.
pub const LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// Memory in KiB, passes and lanes: the first of the settings that OWASP's password storage guidance names for
/// argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// A defect.
    #[error("password hashing failed: {0}")]
    Failed(String),
}

impl From<PasswordError> for AppError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => {
                let detail = "More people are signing in than this server can check passwords for.";
                let mut problem = Problem::new(ProblemCode::Unavailable, detail).reason(OVERLOADED);
                problem.retry_after = Some(1);
                problem.into()
            }
            failed @ PasswordError::Failed(_) => Self::internal(failed),
        }
    }
}

/// Passwords that may wait where nothing else is said.
const WAITING: usize = 32;

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Hashing takes a core and 19 MiB each: more at once would starve other requests.
    gate: Arc<Semaphore>,
    queue: Queue,
    /// A hash of nothing anybody knows: unknown addresses cost the same time as known ones.
    decoy: Arc<str>,
    /// Hashes that passwords were compared with, decoys too.
    compared: Arc<AtomicU64>,
}

/// Hashes that a password is compared with where so many people have the address: two as long as nobody or people of two
/// workspaces have it, then 4, 8, 16, 32. So only that more than two, four, … have it could be told by the time.
const fn comparisons(people: usize) -> usize {
    if people <= 2 { 2 } else { people.next_power_of_two() }
}

impl Passwords {
    /// Prepares the gate and the decoy.
    pub fn new() -> Result<Self, PasswordError> {
        Self::with_waiting(WAITING)
    }

    /// The same, with this many passwords that may wait.
    pub fn with_waiting(limit: usize) -> Result<Self, PasswordError> {
        let decoy = hash(uuid::Uuid::new_v4().to_string().as_bytes())?;
        Ok(Self {
            gate: Arc::new(Semaphore::new(2)),
            queue: Queue::new(limit),
            decoy: decoy.into(),
            compared: Arc::default(),
        })
    }

    /// How many wait.
    pub fn waiting(&self) -> Waiting {
        self.queue.state()
    }

    /// Hashes that passwords were compared with since the start, decoys too.
    pub fn compared(&self) -> u64 {
        self.compared.load(Ordering::Relaxed)
    }

    /// The PHC string of a password.
    pub async fn hash(&self, password: SecretString) -> Result<SecretString, PasswordError> {
        self.run(move || hash(password.expose_secret().as_bytes())).await?.map(Into::into)
    }

    /// Whether a password belongs to a hash; without a hash, `false` after the same work.
    pub async fn verify(
        &self,
        password: SecretString,
        phc: Option<SecretString>,
    ) -> Result<bool, PasswordError> {
        let passwords = self.clone();
        self.run(move || passwords.compare(&password, phc.as_ref())).await
    }

    /// Whether a password belongs to each of the hashes that people with one address have. The work is the same for nobody,
    /// one and two of them, wherever it fits, and grows in few steps beyond.
    pub async fn verify_each(
        &self,
        password: SecretString,
        phcs: Vec<Option<SecretString>>,
    ) -> Result<Vec<bool>, PasswordError> {
        let passwords = self.clone();
        self.run(move || {
            let fits = phcs.iter().map(|phc| passwords.compare(&password, phc.as_ref())).collect();
            for _ in phcs.len()..comparisons(phcs.len()) {
                passwords.compare(&password, None);
            }
            fits
        })
        .await
    }

    fn compare(&self, password: &SecretString, phc: Option<&SecretString>) -> bool {
        self.compared.fetch_add(1, Ordering::Relaxed);
        let text = phc.map_or(&*self.decoy, |phc| phc.expose_secret());
        let Ok(parsed) = PasswordHash::new(text) else { return false };
        let fits =
            argon().is_ok_and(|a| a.verify_password(password.expose_secret().as_bytes(), &parsed).is_ok());
        phc.is_some() && fits
    }

    /// Checks and hashes a new password of somebody with this address and name. `field` names it in the problem.
    pub async fn accept(
        &self,
        field: &'static str,
        password: SecretString,
        email: &str,
        name: &str,
    ) -> AppResult<SecretString> {
        let (email, name) = (email.to_owned(), name.to_owned());
        self.run(move || match refuse(&password, &email, &name) {
            Some(reason) => Err(Problem::invalid(field, reason).into()),
            None => Ok(hash(password.expose_secret().as_bytes())?.into()),
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = match Arc::clone(&self.gate).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let _waiting = self.queue.enter().ok_or(PasswordError::Busy)?;
                let turn = Arc::clone(&self.gate).acquire_owned().await;
                turn.map_err(|e| PasswordError::Failed(e.to_string()))?
            }
        };
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|e| PasswordError::Failed(e.to_string()))
    }
}

fn argon() -> Result<Argon2<'static>, PasswordError> {
    let params =
        Params::new(COST.0, COST.1, COST.2, None).map_err(|e| PasswordError::Failed(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    argon()?.hash_password(password).map(|h| h.to_string()).map_err(|e| PasswordError::Failed(e.to_string()))
}

/// Guesses that a new password must withstand, as `zxcvbn` estimates them: what it calls somewhat guessable or better. The
/// 10,000 most common passwords and their variants are far below.
const FEWEST_GUESSES: u64 = 1_000_000;

/// What is wrong with a new password of somebody with this address and name, if anything is.
fn refuse(password: &SecretString, email: &str, name: &str) -> Option<&'static str> {
    let text = password.expose_secret();
    if !LENGTH.contains(&text.chars().count()) {
        return Some("must have between 12 and 200 characters");
    }
    let bare = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let local = email.split('@').next().unwrap_or_default();
    let own = bare(text);
    if [email, local, name].iter().any(|known| bare(known) == own) {
        return Some("must not be the email address or the name");
    }
    (zxcvbn::zxcvbn(text, &[email, local, name, "policytab"]).guesses() < FEWEST_GUESSES)
        .then_some("is too common or too easy to guess")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::new().unwrap();
        let phc = passwords.hash("correct horse battery".into()).await.unwrap();
        assert!(phc.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("correct horse battery".into(), Some(phc.clone())).await.unwrap());
        assert!(!passwords.verify("correct horse".into(), Some(phc)).await.unwrap());
        assert!(!passwords.verify("anything".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn each_of_several_hashes_is_compared_and_none_less_for_fewer() {
        let passwords = Passwords::new().unwrap();
        let phc = passwords.hash("correct horse battery".into()).await.unwrap();
        for (people, work) in [(0, 2), (1, 2), (2, 2), (3, 4), (4, 4), (5, 8)] {
            let before = passwords.compared();
            let mut phcs = vec![None; people];
            if let Some(last) = phcs.last_mut() {
                *last = Some(phc.clone());
            }
            let fits = passwords.verify_each("correct horse battery".into(), phcs).await.unwrap();
            let only_last: Vec<bool> = (1..=people).map(|number| number == people).collect();
            assert_eq!(fits, only_last, "{people}");
            assert_eq!(passwords.compared() - before, work, "{people}");
        }
    }

    #[tokio::test]
    async fn who_would_wait_behind_too_many_is_refused_at_once() {
        let passwords = Passwords::with_waiting(3).unwrap();
        let all = (0..20).map(|_| passwords.verify("anything".into(), None));
        let ended = futures_util::future::join_all(all).await;
        let busy = ended.iter().filter(|end| matches!(end, Err(PasswordError::Busy))).count();
        // Two are hashed and three wait; the others came at the same moment.
        assert_eq!(busy, 15);
        assert_eq!(passwords.waiting(), Waiting { used: 0, limit: 3, refused: 15 });
        assert!(!passwords.verify("anything".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn two_are_hashed_at_once_at_the_most() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let passwords = Passwords::new().unwrap();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let work = (0..8).map(|_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            passwords.run(move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(20));
                now.fetch_sub(1, Ordering::SeqCst);
            })
        });
        futures_util::future::join_all(work).await;
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    /// The list of common passwords, in order, as it is in the source of the crate that brings it: the crate itself does not give
    /// it away.
    fn common() -> Vec<String> {
        let run = |command: &mut std::process::Command| {
            let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        // Of this platform only: what others need has not been downloaded.
        let cargo = env!("CARGO");
        let version = run(std::process::Command::new(cargo).arg("-vV"));
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", host];
        let metadata = run(std::process::Command::new(cargo).args(arguments));
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
        let mut packages = metadata["packages"].as_array().unwrap().iter();
        let manifest = packages.find(|p| p["name"] == "zxcvbn").unwrap()["manifest_path"].as_str().unwrap();
        let lists = std::path::Path::new(manifest).with_file_name("src").join("frequency_lists.rs");
        let text = std::fs::read_to_string(lists).unwrap();
        let list = text.lines().find_map(|line| line.strip_prefix("const PASSWORDS: &str = \"")).unwrap();
        list.trim_end_matches("\";")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\")
            .split(',')
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn all_of_the_most_common_passwords_are_refused() {
        let all = common();
        assert!(all.len() >= 30_000 && all[..3] == ["123456", "password", "12345678"], "{}", all.len());
        let said =
            |text: &str| refuse(&text.to_owned().into(), "robin.fields@contoso.example", "Robin Fields");
        let mut by_the_list = 0;
        for (rank, text) in all.iter().enumerate() {
            let long = LENGTH.contains(&text.chars().count());
            if long {
                // What the length lets pass: also as people write it who must change something.
                let mut letters = text.chars();
                let first = letters.next().map(char::to_uppercase).into_iter().flatten().collect::<String>();
                for spelling in [text.clone(), text.to_uppercase(), format!("{first}{}", letters.as_str())] {
                    assert_eq!(
                        said(&spelling),
                        Some("is too common or too easy to guess"),
                        "{rank}: {spelling}"
                    );
                }
                by_the_list += usize::from(rank < 10_000);
            } else if rank < 10_000 {
                assert!(said(text).is_some(), "{rank}: {text}");
            }
        }
        assert!(by_the_list > 10, "{by_the_list}");
    }

    #[test]
    fn common_passwords_and_what_is_known_of_the_person_are_refused() {
        let refused =
            |text: &str| refuse(&text.to_owned().into(), "robin.fields@contoso.example", "Robin Q. Fields");
        for text in [
            "short",
            "elevenchars",
            &"x".repeat(201),
            // Common as they are, in another spelling, and repeated.
            "1q2w3e4r5t6y",
            "unbelievable",
            "PASSWORDPASSWORD",
            "p4ssw0rdp4ssw0rd",
            "123456789012",
            "qwertyuiop123",
            "aaaaaaaaaaaaaaaa",
            // What is known of the person.
            "robin.fields@contoso.example",
            "Robin Fields",
            "ROBIN Q FIELDS",
            "robin.fields",
        ] {
            assert!(refused(text).is_some(), "{text} was accepted");
        }
        for text in [
            "correct horse battery staple",
            "another fine password",
            "Tr4in-Window-Seat",
            "ein langer Satz 7",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
        let fresh = crate::operate::fresh_password();
        assert_eq!(refused(fresh.expose_secret()), None);
    }
}
