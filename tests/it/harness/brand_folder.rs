//! A copy of the sample brand that a test may edit, gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A brand's folder.
pub struct BrandFolder(PathBuf);

impl BrandFolder {
    /// The sample brand as it is.
    pub fn copied() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("shuke-brand-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Self(std::env::temp_dir().join(name));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in shuke::brand::load(root).expect("the sample brand") {
            let path = folder.0.join(&file.source.path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, &file.source.text).expect("a copy");
        }
        folder
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Replaces words in a file.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).expect("the file is there");
        assert!(text.contains(from), "{file} does not say {from:?}");
        fs::write(path, text.replace(from, to)).expect("it can be written");
    }
}

impl Drop for BrandFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
