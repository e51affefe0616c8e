//! The address of a repository, as people paste it.

use url::Url;

/// Where policies are: a repository, a reference and a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A host of GitHub Enterprise Server; github.com when `None`.
    pub host: Option<String>,
    /// The account.
    pub owner: String,
    /// The repository.
    pub name: String,
    /// Branch, tag or commit; the default branch when `None`.
    pub git_ref: Option<String>,
    /// Folder without slashes at its ends; empty for the whole repository.
    pub folder: String,
}

/// Which part of an address is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The repository.
    #[error("must be the address of a GitHub repository, such as https://github.com/owner/name")]
    Repository,
    /// The reference.
    #[error("must be the name of a branch, a tag or a commit")]
    Ref,
    /// The folder.
    #[error("must be a folder of the repository")]
    Folder,
}

impl Address {
    /// Reads an address as people paste it: `https://github.com/owner/name`, the same with `/tree/<ref>/<folder>`,
    /// `/commit/<commit>` or `/releases/tag/<tag>`, `git@github.com:owner/name.git`, or `owner/name`. What is given apart
    /// wins over what the address says. `enterprise` are further hosts that it may name.
    ///
    /// # Errors
    /// Which part is not usable.
    pub fn parse(
        text: &str,
        git_ref: Option<&str>,
        folder: Option<&str>,
        enterprise: &[String],
    ) -> Result<Self, AddressError> {
        let text = text.trim().trim_end_matches('/');
        let known = |host: &str| match host.trim_start_matches("www.") {
            "github.com" => Ok(None),
            other if enterprise.iter().any(|one| one == other) => Ok(Some(other.to_owned())),
            _ => Err(AddressError::Repository),
        };
        let (host, path) =
            match (text.strip_prefix("git@").and_then(|rest| rest.split_once(':')), Url::parse(text)) {
                (Some((host, path)), _) => (known(host)?, path.to_owned()),
                (None, Ok(url)) => {
                    let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
                    if url.scheme() != "https" || !plain {
                        return Err(AddressError::Repository);
                    }
                    (known(url.host_str().unwrap_or_default())?, url.path().to_owned())
                }
                (None, Err(_)) => (None, text.to_owned()),
            };
        let decoded =
            |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
        let mut parts = path.trim_matches('/').split('/');
        let owner = parts.next().unwrap_or_default();
        let name = parts.next().unwrap_or_default();
        let name = name.strip_suffix(".git").unwrap_or(name);
        if !is_name(owner) || !is_name(name) {
            return Err(AddressError::Repository);
        }
        let (mut found_ref, mut found_folder) = (None, String::new());
        match (parts.next(), parts.next()) {
            (None, _) => {}
            (Some("tree" | "blob"), Some(first)) => {
                found_ref = Some(decoded(first));
                found_folder = parts.map(decoded).collect::<Vec<_>>().join("/");
            }
            (Some("commit"), Some(commit)) => found_ref = Some(decoded(commit)),
            (Some("releases"), Some("tag")) => found_ref = parts.next().map(decoded),
            _ => return Err(AddressError::Repository),
        }
        let given = |text: Option<&str>| text.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
        let git_ref = given(git_ref).or(found_ref);
        let folder = given(folder).unwrap_or(found_folder).trim_matches('/').to_owned();
        if git_ref.as_deref().is_some_and(|r| !is_ref(r)) {
            return Err(AddressError::Ref);
        }
        if folder.split('/').any(|part| part == ".." || part == ".") || folder.contains(['\\', '\0']) {
            return Err(AddressError::Folder);
        }
        Ok(Self { host, owner: owner.to_owned(), name: name.to_owned(), git_ref, folder })
    }

    /// Takes the first part of the folder for a part of the reference; `false` where there is none.
    pub(crate) fn lengthen_ref(&mut self) -> bool {
        let Some(git_ref) = &mut self.git_ref else { return false };
        if self.folder.is_empty() {
            return false;
        }
        let (first, rest) = self.folder.split_once('/').unwrap_or((&self.folder, ""));
        let (longer, rest) = (format!("{git_ref}/{first}"), rest.to_owned());
        *git_ref = longer;
        self.folder = rest;
        true
    }

    /// The repository's address for people.
    pub fn url(&self) -> String {
        let host = self.host.as_deref().unwrap_or("github.com");
        format!("https://{host}/{}/{}", self.owner, self.name)
    }
}

/// What GitHub allows in names of accounts and repositories.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && !text.starts_with('.')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// A part of what git allows in names of references: enough for those that people use.
fn is_ref(text: &str) -> bool {
    text.len() <= 200
        && !text.contains("..")
        && !text.starts_with(['-', '/'])
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '+' | '@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_paste_them() {
        let plain = Address::parse("https://github.com/contoso/baseline", None, None, &[]).unwrap();
        assert_eq!(
            (plain.owner.as_str(), plain.name.as_str(), plain.git_ref.as_deref()),
            ("contoso", "baseline", None)
        );
        let tree =
            Address::parse("https://github.com/contoso/baseline/tree/main/Config/Policies/", None, None, &[])
                .unwrap();
        assert_eq!((tree.git_ref.as_deref(), tree.folder.as_str()), (Some("main"), "Config/Policies"));
        let apart = Address::parse("contoso/baseline.git", Some("release/1"), Some("/CA/"), &[]).unwrap();
        assert_eq!(
            (apart.name.as_str(), apart.git_ref.as_deref(), apart.folder.as_str()),
            ("baseline", Some("release/1"), "CA")
        );
    }

    #[test]
    fn further_ways_to_name_a_commit_or_a_host() {
        let of = |text: &str| Address::parse(text, None, None, &["git.fabrikam.example".to_owned()]);
        assert_eq!(of("https://github.com/o/n/commit/abc1234").unwrap().git_ref.as_deref(), Some("abc1234"));
        assert_eq!(of("https://github.com/o/n/releases/tag/v1.2").unwrap().git_ref.as_deref(), Some("v1.2"));
        assert_eq!(of("git@github.com:o/n.git").unwrap().url(), "https://github.com/o/n");
        assert_eq!(of("https://git.fabrikam.example/o/n").unwrap().url(), "https://git.fabrikam.example/o/n");
        assert_eq!(of("https://github.com/o/n/tree/main/A%20b").unwrap().folder, "A b");
        let mut slashed = of("https://github.com/o/n/tree/release/1/CA").unwrap();
        assert!(slashed.lengthen_ref());
        assert_eq!((slashed.git_ref.as_deref(), slashed.folder.as_str()), (Some("release/1"), "CA"));
    }

    #[test]
    fn other_hosts_and_tricks_are_refused() {
        for bad in [
            "https://example.com/owner/name",
            "http://github.com/owner/name",
            "https://github.com@169.254.169.254/owner/name",
            "https://github.com:8443/owner/name",
            "https://github.com/owner",
            "https://github.com/../name",
            "https://github.com/owner/name/issues",
            "file:///etc/passwd",
        ] {
            assert_eq!(Address::parse(bad, None, None, &[]), Err(AddressError::Repository), "{bad}");
        }
        assert_eq!(Address::parse("o/n", Some("../x"), None, &[]), Err(AddressError::Ref));
        assert_eq!(Address::parse("o/n", None, Some("a/../b"), &[]), Err(AddressError::Folder));
    }

    proptest::proptest! {
        /// Whatever is pasted: what is read names github.com or a listed host, in the very address that is called.
        #[test]
        fn hostile_addresses_lead_nowhere_else(
            text in proptest::prop_oneof![
                "\\PC{0,60}",
                "(https?|HTTPS|file|git)://[a-z@:.%\\[\\]0-9/\\\\#?-]{0,40}",
                "https://(www\\.)?github\\.com[:@/.%\\\\a-z0-9-]{0,30}(/tree/[^ ]{0,20})?",
                "git@[a-z.:/@]{0,30}",
            ],
            git_ref in proptest::option::of("\\PC{0,20}"),
            folder in proptest::option::of("\\PC{0,20}"),
        ) {
            let hosts = ["git.fabrikam.example".to_owned()];
            if let Ok(address) = Address::parse(&text, git_ref.as_deref(), folder.as_deref(), &hosts) {
                let url = Url::parse(&address.url()).unwrap();
                let host = url.host_str().unwrap_or_default();
                proptest::prop_assert!(host == "github.com" || host == hosts[0], "{}", url);
                let path = format!("/{}/{}", address.owner, address.name);
                proptest::prop_assert_eq!(url.path(), path);
                proptest::prop_assert!(!address.folder.split('/').any(|part| part == ".."));
            }
        }
    }
}
