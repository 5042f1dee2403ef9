//! Settings as they are written: lines of a `.env` file under the environment, and files that `NAME_FILE` names.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;

use super::Fault;

/// The raw settings: the environment over the `.env` file.
pub struct Raw(BTreeMap<String, String>);

impl Raw {
    /// Reads the environment and, under it, `env_file` (default `.env` where there is one).
    ///
    /// # Errors
    /// When a file was named and cannot be read, or a line of it is broken.
    pub fn read(env_file: Option<&Path>) -> anyhow::Result<Self> {
        let mut raw = match env_file {
            Some(path) => env_lines(path)?,
            None if Path::new(".env").exists() => env_lines(Path::new(".env"))?,
            None => BTreeMap::new(),
        };
        raw.extend(std::env::vars());
        Ok(Self(raw))
    }

    /// From one file alone, without the environment.
    ///
    /// # Errors
    /// When it cannot be read, or a line of it is broken.
    pub fn of_file(path: &Path) -> anyhow::Result<Self> {
        Ok(Self(env_lines(path)?))
    }

    /// What a setting says, where it is given.
    pub fn value(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// From pairs alone.
    pub fn of(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (String::from(name), value)).collect())
    }

    /// The value of `name`, or what the file named by `NAME_FILE` holds.
    pub(super) fn get(&self, name: &'static str, faults: &mut Vec<Fault>) -> Option<String> {
        if let Some(value) = self.0.get(name).filter(|value| !value.is_empty()) {
            return Some(value.clone());
        }
        let path = self.0.get(&format!("{name}_FILE")).filter(|path| !path.is_empty())?;
        match std::fs::read_to_string(path) {
            Ok(text) => Some(String::from(text.trim_end())),
            Err(error) => {
                faults.push(Fault {
                    name,
                    what: format!("names the file {path} by {name}_FILE: {error}"),
                    hint: "give a path this user can read",
                });
                None
            }
        }
    }
}

/// `NAME=value` as a line of a settings file that reads back as this value, whatever stands in it.
pub fn env_line(name: &str, value: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/:.-_+=,@~".contains(c);
    if value.chars().all(is_plain) {
        return format!("{name}={value}\n");
    }
    let mut quoted = String::new();
    for c in value.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\\' | '"' | '$' => quoted.extend(['\\', c]),
            _ => quoted.push(c),
        }
    }
    format!("{name}=\"{quoted}\"\n")
}

fn env_lines(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = dotenvy::from_read_iter(text.as_bytes());
    // What is wrong is told by its place: the line itself may hold a secret.
    lines.collect::<Result<_, _>>().map_err(|error| match error {
        dotenvy::Error::LineParse(part, _) => {
            let line = text.lines().position(|line| line.contains(&part)).map_or(0, |index| index + 1);
            anyhow::anyhow!("{}:{line} is not NAME=value; a value with spaces stands in quotes", path.display())
        }
        other => anyhow::anyhow!("{} cannot be read: {other}", path.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_is_told_by_its_place_and_not_by_what_stands_in_it() {
        let path = std::env::temp_dir().join(format!("shuke-env-{}", std::process::id()));
        std::fs::write(&path, "LIFF_ID=1\nSHUKE_SECRET=very secret words\n").unwrap();
        let error = Raw::of_file(&path).err().unwrap().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(error.contains(":2 is not NAME=value") && !error.contains("secret words"), "{error}");
    }

    #[test]
    fn a_setting_may_stand_in_a_file_whose_last_line_end_is_not_part_of_it() {
        let path = std::env::temp_dir().join(format!("shuke-env-file-{}", std::process::id()));
        std::fs::write(&path, "one value\r\n").unwrap();
        let named = |path: &Path| Raw::of([("LIFF_ID_FILE", path.display().to_string())]);
        let mut faults = Vec::new();
        assert_eq!(named(&path).get("LIFF_ID", &mut faults).as_deref(), Some("one value"));
        let beside = Raw::of([("LIFF_ID", String::from("another")), ("LIFF_ID_FILE", path.display().to_string())]);
        assert_eq!(beside.get("LIFF_ID", &mut faults).as_deref(), Some("another"));
        assert!(faults.is_empty());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(named(&path).get("LIFF_ID", &mut faults), None);
        let [fault] = &faults[..] else { panic!("no fault") };
        assert!(fault.name == "LIFF_ID" && fault.what.contains(&path.display().to_string()), "{}", fault.what);
    }

    #[test]
    fn whatever_a_value_holds_it_reads_back_the_same() {
        let path = std::env::temp_dir().join(format!("shuke-env-lines-{}", std::process::id()));
        for value in [
            "plain",
            "sqlite:///home/mei/my shop/shuke.db",
            "/tmp/a #b/$HOME/${PATH}/c",
            "it's \"so\"",
            "C:\\shop\\n",
            "  blanks at the ends ",
            "two\nlines",
            "#",
            "熟客 咖啡",
            "",
        ] {
            std::fs::write(&path, format!("{}AFTER=it\n", env_line("VALUE", value))).unwrap();
            let raw = Raw::of_file(&path).unwrap();
            assert_eq!(raw.value("VALUE").unwrap_or_default(), value);
            assert_eq!(raw.value("AFTER").as_deref(), Some("it"), "{value}");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
