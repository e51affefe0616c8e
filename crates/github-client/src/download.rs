//! Requests to GitHub.

use crate::{
    address::Address,
    error::GithubError,
    hosts::{ForbiddenNetwork, Host, PublicOnly},
};
use policytab_archive::{ArchiveError, Limits, Skipped, Unpacked, read_tar_gz};
use reqwest::{Response, StatusCode, header, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::{
    error::Error,
    io::{self, Read},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;
use url::Url;

/// Largest answer beside an archive, in bytes.
const MAX_ANSWER: usize = 1024 * 1024;
/// Time to begin an answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Pieces of an archive that wait for being read.
const WAITING: usize = 16;
/// Redirects that are followed.
const MOST_REDIRECTS: usize = 3;
/// References that are tried where a branch's name may have slashes.
const MOST_TRIES: usize = 4;

/// What was downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// The commit that the files are of.
    pub commit: String,
    /// The address as it was understood in the end.
    pub address: Address,
    /// Path and bytes of each JSON file, in order of path.
    pub files: Vec<(String, Vec<u8>)>,
    /// What is left out.
    pub skipped: Vec<Skipped>,
}

/// Where GitHub is.
#[derive(Debug, Clone, Default)]
pub struct GithubSettings {
    /// The emulator's origin, which is called instead of all others.
    pub emulator: Option<Url>,
    /// Hosts of GitHub Enterprise Server that addresses may name.
    pub enterprise: Vec<String>,
}

/// GitHub's download endpoints. Cheap to clone.
#[derive(Debug, Clone)]
pub struct GithubClient {
    http: reqwest::Client,
    settings: Arc<GithubSettings>,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
}

impl GithubClient {
    /// A client.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(settings: GithubSettings) -> Result<Self, GithubError> {
        Self::resolving(settings, PublicOnly::system())
    }

    pub(crate) fn resolving(settings: GithubSettings, resolver: PublicOnly) -> Result<Self, GithubError> {
        // Redirects are followed by hand, since where they may lead depends on where they come from.
        let builder = reqwest::Client::builder()
            .user_agent(concat!("policytab/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(TIMEOUT)
            .read_timeout(TIMEOUT)
            .timeout(Limits::default().time)
            .redirect(redirect::Policy::none())
            .no_proxy()
            // A connection that is kept would keep the token of a private repository in its buffers.
            .pool_max_idle_per_host(0)
            .https_only(settings.emulator.is_none());
        let builder = match settings.emulator {
            Some(_) => builder,
            None => builder.dns_resolver(Arc::new(resolver)),
        };
        let http = builder.build().map_err(|e| GithubError::Unavailable(e.to_string()))?;
        Ok(Self { http, settings: Arc::new(settings) })
    }

    /// Hosts of GitHub Enterprise Server that addresses may name.
    pub fn enterprise(&self) -> &[String] {
        &self.settings.enterprise
    }

    /// The newest commit of what an address names.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn head(&self, address: &Address, token: Option<&SecretString>) -> Result<String, GithubError> {
        Ok(self.resolved(address, token).await?.0)
    }

    /// Downloads every JSON file of a folder, all of one commit.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn download(
        &self,
        address: &Address,
        token: Option<&SecretString>,
    ) -> Result<Download, GithubError> {
        let host = self.host(address)?;
        let (commit, address) = self.resolved(address, token).await?;
        let url = extend(&host.api, &["repos", &address.owner, &address.name, "tarball", &commit])?;
        let response = self.get(&host, url, token).await?;
        let prefix = if address.folder.is_empty() { String::new() } else { format!("{}/", address.folder) };
        let Unpacked { mut files, skipped, .. } =
            unpacked(response, move |path| path.starts_with(&prefix)).await?;
        if files.is_empty() {
            return Err(GithubError::Empty);
        }
        files.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(Download { commit, address, files, skipped })
    }

    fn host(&self, address: &Address) -> Result<Host, GithubError> {
        let host = match &self.settings.emulator {
            Some(origin) => Host::emulator(origin),
            None => Host::of(address.host.as_deref()),
        };
        host.ok_or_else(|| GithubError::Unavailable("the host makes no address".to_owned()))
    }

    /// The commit of an address, and the address with what of it is the reference and what the folder.
    async fn resolved(
        &self,
        address: &Address,
        token: Option<&SecretString>,
    ) -> Result<(String, Address), GithubError> {
        let host = self.host(address)?;
        let mut tried = address.clone();
        for _ in 0..MOST_TRIES {
            match self.commit(&host, &tried, token).await {
                // A branch may have slashes in its name, which a pasted address does not tell from folders.
                Err(GithubError::RefNotFound) if tried.lengthen_ref() => {}
                found => return found.map(|commit| (commit, tried)),
            }
        }
        Err(GithubError::RefNotFound)
    }

    async fn commit(
        &self,
        host: &Host,
        address: &Address,
        token: Option<&SecretString>,
    ) -> Result<String, GithubError> {
        let wanted = address.git_ref.as_deref().unwrap_or("HEAD");
        let url = extend(&host.api, &["repos", &address.owner, &address.name, "commits", wanted])?;
        let mut response = self.get(host, url, token).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| failure(&e))? {
            if bytes.len() + chunk.len() > MAX_ANSWER {
                return Err(GithubError::Unavailable("its answer is too long".to_owned()));
            }
            bytes.extend_from_slice(&chunk);
        }
        let commit: Commit =
            serde_json::from_slice(&bytes).map_err(|e| GithubError::Unavailable(e.to_string()))?;
        if commit.sha.len() < 40 || !commit.sha.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(GithubError::Unavailable("the commit has no id".to_owned()));
        }
        Ok(commit.sha)
    }

    /// Asks, and follows redirects within the table: to the archive, and of repositories that were renamed.
    async fn get(
        &self,
        host: &Host,
        url: Url,
        token: Option<&SecretString>,
    ) -> Result<Response, GithubError> {
        let mut at = url;
        for _ in 0..=MOST_REDIRECTS {
            let mut request = self.http.get(at.clone());
            // The token is for the API: the address that it gives for a private archive is enough by itself.
            if let Some(token) = token.filter(|_| at.origin() == host.api.origin()) {
                request = request.bearer_auth(token.expose_secret());
            }
            let response = request.send().await.map_err(|e| failure(&e))?;
            if !response.status().is_redirection() {
                return judged(response, token.is_some());
            }
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let next = location
                .and_then(|location| at.join(location).ok())
                .ok_or_else(|| GithubError::Unavailable("it leads nowhere".to_owned()))?;
            let target = next.host_str().unwrap_or_default();
            let plain = next.username().is_empty() && next.password().is_none();
            let same = next.scheme() == at.scheme() && next.port() == at.port();
            if !host.redirects.iter().any(|one| one == target) || !plain || !same {
                return Err(GithubError::Redirect(target.to_owned()));
            }
            at = next;
        }
        Err(GithubError::Unavailable("it leads on and on".to_owned()))
    }
}

/// What a status means.
fn judged(response: Response, with_token: bool) -> Result<Response, GithubError> {
    let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    match response.status() {
        StatusCode::OK => Ok(response),
        StatusCode::UNAUTHORIZED => Err(GithubError::Token),
        StatusCode::NOT_FOUND => Err(GithubError::NotFound),
        // The reference is no commit, or the repository is empty.
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => Err(GithubError::RefNotFound),
        // 403 is both a limit and a missing right; a limit says so.
        StatusCode::FORBIDDEN
            if text("retry-after").is_none() && text("x-ratelimit-remaining") != Some("0") =>
        {
            Err(if with_token { GithubError::Forbidden } else { GithubError::NotFound })
        }
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            let after = text("retry-after").and_then(|seconds| seconds.parse().ok());
            let reset = text("x-ratelimit-reset").and_then(|at| at.parse::<i64>().ok());
            let now = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
            let until = reset.and_then(|at| u64::try_from(at.saturating_sub(now)).ok());
            Err(GithubError::Throttled(after.or(until)))
        }
        other => Err(GithubError::Unavailable(format!("it answered {other}"))),
    }
}

fn failure(error: &reqwest::Error) -> GithubError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.downcast_ref::<ForbiddenNetwork>().is_some() {
            return GithubError::Network;
        }
        cause = one.source();
    }
    let what = match () {
        () if error.is_timeout() => "it took too long",
        () if error.is_connect() => "it can't be reached",
        () => "the answer broke off",
    };
    GithubError::Unavailable(what.to_owned())
}

/// Unpacks an archive while it comes in, on a thread that serves nobody.
async fn unpacked(
    mut response: Response,
    wanted: impl Fn(&str) -> bool + Send + 'static,
) -> Result<Unpacked, GithubError> {
    let (sender, receiver) = mpsc::channel::<io::Result<bytes::Bytes>>(WAITING);
    let reading = tokio::task::spawn_blocking(move || {
        let reader = Pieces { receiver, piece: bytes::Bytes::new() };
        read_tar_gz(reader, Limits::default(), true, wanted)
    });
    loop {
        let piece = match response.chunk().await {
            Ok(None) => break,
            Ok(Some(piece)) => Ok(piece),
            Err(error) => Err(io::Error::other(failure(&error).to_string())),
        };
        let last = piece.is_err();
        // Nobody reads on once the archive is refused.
        if sender.send(piece).await.is_err() || last {
            break;
        }
    }
    drop(sender);
    let unpacked = reading.await.map_err(|e| GithubError::Unavailable(e.to_string()))?;
    unpacked.map_err(|error| match error {
        // An archive that GitHub does not finish is no fault of who asks for it.
        ArchiveError::Damaged(why) => GithubError::Unavailable(why),
        refused => refused.into(),
    })
}

/// Pieces that arrive, as one reader.
struct Pieces {
    receiver: mpsc::Receiver<io::Result<bytes::Bytes>>,
    piece: bytes::Bytes,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.piece = piece?,
            }
        }
        let count = buffer.len().min(self.piece.len());
        buffer[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}

/// Appends path segments, each encoded: a name can't leave its place.
fn extend(base: &Url, segments: &[&str]) -> Result<Url, GithubError> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| GithubError::Unavailable("the address can't be extended".to_owned()))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_the_table_that_leads_home_is_not_called() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        listener.set_nonblocking(true).expect("not blocking");
        let port = listener.local_addr().expect("an address").port();
        let resolver = PublicOnly::by(move |_| {
            Box::pin(async move { Ok(vec![std::net::SocketAddr::from(([127, 0, 0, 1], port))]) })
        });
        let client = GithubClient::resolving(GithubSettings::default(), resolver).expect("a client");
        let address = Address::parse("contoso/baseline", None, None, &[]).expect("an address");
        assert_eq!(client.download(&address, None).await, Err(GithubError::Network));
        assert!(listener.accept().is_err(), "nobody called");
    }
}
