//! The history on disk: one JSON record a line, only ever appended to. A line is one write, so that a killed process leaves
//! at most its last line torn.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use super::world::record::Record;

/// The open file.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
}

impl Journal {
    /// Opens `path`, gives each record in it to `take`, and cuts a torn last line off.
    ///
    /// # Errors
    /// A line before the last that is no record: the file is not ours, or damaged, and appending to it would hide that.
    pub(super) fn open(path: &Path, mut take: impl FnMut(Record)) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut reader = BufReader::new(&file);
        let (mut good, mut line, mut number) = (0_u64, Vec::new(), 0_u64);
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)?;
            number += 1;
            match serde_json::from_slice::<Record>(&line) {
                _ if read == 0 => break,
                Ok(record) if line.ends_with(b"\n") => take(record),
                _ if reader.fill_buf()?.is_empty() => {
                    tracing::warn!(line = number, "the sandbox's history ends in a torn line, which is dropped");
                    break;
                }
                Ok(_) => unreachable!("only the last line lacks its end"),
                Err(error) => {
                    let text = format!("{} line {number} is no record of a sandbox: {error}", path.display());
                    return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                }
            }
            good += u64::try_from(read).unwrap_or_default();
        }
        file.set_len(good)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file })
    }

    /// Appends a record. A full disk is said once a record and does not stop the sandbox: its memory still has it.
    pub(super) fn append(&mut self, record: &Record) {
        let mut line = serde_json::to_vec(record).expect("records are plain data with text keys");
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            tracing::error!(%error, "the sandbox cannot write its history");
        }
    }
}
