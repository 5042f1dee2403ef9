//! One file of the brand, as text.

use std::io::{self, Read};
use std::path::Path;

use super::{Fault, Place};

/// A file of the brand may have this many bytes. Ours: the longest sensible one, a bubble carousel, has about 50,000.
pub const MAX_BYTES: usize = 1_000_000;

/// A file's text and the name it is called by in messages.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path within the brand's folder, with `/` between the parts.
    pub path: String,
    /// The text. Where the bytes were not UTF-8, what could be read of them (then there is a fault too).
    pub text: String,
}

impl Source {
    /// A text that is already there.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Takes a file's bytes. A fault when there are too many or they are not UTF-8.
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> (Self, Option<Fault>) {
        let path = path.into();
        if bytes.len() > MAX_BYTES {
            let fault = Fault::new("too-large", Place::default()).with("limit", MAX_BYTES / 1000).hint("limit-hint");
            return (Self { path, text: String::new() }, Some(fault));
        }
        match String::from_utf8(bytes) {
            Ok(text) => (Self { path, text: String::from(text.trim_start_matches('\u{feff}')) }, None),
            Err(error) => {
                let place = place_of(error.as_bytes(), error.utf8_error().valid_up_to());
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                (Self { path, text }, Some(Fault::new("not-utf8", place).hint("not-utf8-hint")))
            }
        }
    }

    /// Reads `path` below `root`, never more than [`MAX_BYTES`] and one byte.
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub fn load(root: &Path, path: &str) -> io::Result<(Self, Option<Fault>)> {
        let mut bytes = Vec::new();
        std::fs::File::open(root.join(path))?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(Self::from_bytes(path, bytes))
    }

    /// The text of a line, from 1.
    pub fn line(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.text.lines().nth(index)
    }
}

/// The place of the byte at `index`, which starts no character.
fn place_of(bytes: &[u8], index: usize) -> Place {
    let before = &bytes[..index];
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let column = String::from_utf8_lossy(&before[start..]).chars().count() as u64 + 1;
    Place { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_found_where_they_stand() {
        let (_, fault) = Source::from_bytes("a.yaml", b"title: \xe5\xa5\xbd\nname: ab\xff".to_vec());
        assert_eq!(fault.expect("a fault").place, Place { line: 2, column: 9 });
    }

    #[test]
    fn a_file_of_ten_megabytes_is_not_taken() {
        let (source, fault) = Source::from_bytes("a.yaml", vec![b'a'; 10_000_000]);
        assert_eq!(fault.expect("a fault").code, "too-large");
        assert!(source.text.is_empty());
    }
}
