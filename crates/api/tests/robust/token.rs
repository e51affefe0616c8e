//! The access token expires while an import runs.

use crate::harness::{Stage, eventually, text};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_on_the_way_is_renewed_once() {
    let stage = Stage::new().await;
    let (one, never) = (stage.connected("One token").await, stage.connected("No token lasts").await);
    let lifetime = |seconds| stage.control().settings_update(|settings| settings.token_lifetime_s = seconds);
    let _worker = stage.worker("worker", 1);

    lifetime(1);
    stage.control().requests_clear();
    let import = stage.import(&one).await;
    let tokens = || {
        let asked = stage.control().requests();
        asked.iter().filter(|request| request.path.contains("/oauth2/") && request.status == 200).count()
    };
    eventually("the first token is given", Duration::from_secs(10), async || (tokens() == 1).then_some(()))
        .await;
    lifetime(3599);
    stage.is_whole(&one, &import).await;
    assert_eq!(tokens(), 2, "one renewal");

    // Where no token lasts long enough, the import ends and says so.
    lifetime(0);
    let import = stage.import(&never).await;
    let failed = stage.ended(&never, &import, Duration::from_secs(20)).await;
    assert_eq!((text(&failed["state"]), text(&failed["error"]["code"])), ("failed", "graph_token_failed"));
    stage.behind.is_bare(&never).await;
    lifetime(3599);
    let again = stage.import(&never).await;
    stage.is_whole(&never, &again).await;
}
