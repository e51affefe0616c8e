//! The address of a repository, as people paste it.

use url::Url;

/// Where policies are: a repository, a reference and a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
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
    /// Reads an address: `https://github.com/owner/name`, the same with `/tree/<ref>/<folder>`, or `owner/name`.
    /// What is given apart wins over what the address says.
    ///
    /// # Errors
    /// Which part is not usable.
    pub fn parse(text: &str, git_ref: Option<&str>, folder: Option<&str>) -> Result<Self, AddressError> {
        let text = text.trim().trim_end_matches('/');
        let path = match Url::parse(text) {
            Ok(url) => {
                let host = url.host_str().unwrap_or_default();
                let plain = url.username().is_empty() && url.password().is_none() && url.port().is_none();
                if url.scheme() != "https" || !plain || !matches!(host, "github.com" | "www.github.com") {
                    return Err(AddressError::Repository);
                }
                url.path().to_owned()
            }
            Err(_) => text.to_owned(),
        };
        let mut parts = path.trim_matches('/').split('/');
        let owner = parts.next().unwrap_or_default();
        let name = parts.next().unwrap_or_default();
        let name = name.strip_suffix(".git").unwrap_or(name);
        if !is_name(owner) || !is_name(name) {
            return Err(AddressError::Repository);
        }
        let (mut found_ref, mut found_folder) = (None, String::new());
        match parts.next() {
            None => {}
            // A branch with a slash in its name can't be told from a folder: the field for the reference can.
            Some("tree" | "blob") => {
                found_ref = parts.next().map(str::to_owned);
                found_folder = parts.collect::<Vec<_>>().join("/");
            }
            Some(_) => return Err(AddressError::Repository),
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
        Ok(Self { owner: owner.to_owned(), name: name.to_owned(), git_ref, folder })
    }

    /// The repository's address for people.
    pub fn url(&self) -> String {
        format!("https://github.com/{}/{}", self.owner, self.name)
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
        let plain = Address::parse("https://github.com/contoso/baseline", None, None).unwrap();
        assert_eq!(
            (plain.owner.as_str(), plain.name.as_str(), plain.git_ref.as_deref()),
            ("contoso", "baseline", None)
        );
        let tree =
            Address::parse("https://github.com/contoso/baseline/tree/main/Config/Policies/", None, None)
                .unwrap();
        assert_eq!((tree.git_ref.as_deref(), tree.folder.as_str()), (Some("main"), "Config/Policies"));
        let apart = Address::parse("contoso/baseline.git", Some("release/1"), Some("/CA/")).unwrap();
        assert_eq!(
            (apart.name.as_str(), apart.git_ref.as_deref(), apart.folder.as_str()),
            ("baseline", Some("release/1"), "CA")
        );
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
            assert_eq!(Address::parse(bad, None, None), Err(AddressError::Repository), "{bad}");
        }
        assert_eq!(Address::parse("o/n", Some("../x"), None), Err(AddressError::Ref));
        assert_eq!(Address::parse("o/n", None, Some("a/../b")), Err(AddressError::Folder));
    }
}
