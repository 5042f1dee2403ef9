//! What a newcomer needs at the counter beside the phones: a code that enrols this browser, and who may sign in. Whoever runs
//! the service beside the sandbox gives it; the sandbox itself knows nothing of devices.

use futures_util::future::BoxFuture;
use serde::Serialize;

use super::Sandbox;

/// The keys to the counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskKeys {
    /// A fresh code that enrols one device.
    pub device_code: String,
    /// Who may sign in on it.
    pub people: Vec<Keeper>,
}

/// Somebody who may sign in at the counter. The PINs of a made-up shop are no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Keeper {
    /// Her name there.
    pub name: String,
    /// Her PIN.
    pub pin: String,
}

/// Makes fresh keys; none when that failed.
pub type MakeDeskKeys = Box<dyn Fn() -> BoxFuture<'static, Option<DeskKeys>> + Send + Sync>;

impl Sandbox {
    /// Lets the page hand out keys to the counter.
    pub fn on_desk_keys(&self, make: MakeDeskKeys) {
        // A second call changes nothing: there is one service beside a sandbox.
        let _ = self.0.desk_keys.set(make);
    }

    /// Whether the page can hand out keys.
    pub(super) fn has_desk_keys(&self) -> bool {
        self.0.desk_keys.get().is_some()
    }

    /// Fresh keys.
    pub(super) async fn desk_keys(&self) -> Option<DeskKeys> {
        self.0.desk_keys.get()?().await
    }
}
