//! Another folder than `web/dist`, in builds with debug assertions only: so tests see the program without its bundles.

use std::path::PathBuf;

/// What `SHUKE_WEB_DIST` names.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os("SHUKE_WEB_DIST").map(PathBuf::from)
}
