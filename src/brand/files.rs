//! The files of a brand's folder, each read as what its place says it is.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::{Brand, Broken, RichMenu};
use crate::campaigns::Campaign;
use crate::conversations::{Replies, RepliesFile};
use crate::loyalty::spec::{Coupon, StampCard};
use crate::segments::{Segment, SegmentsFile};
use crate::spec::brand_file::BrandFile;
use crate::spec::template::{Template, TemplateFile};
use crate::spec::{Doc, Document, Fault, Place, Source, documents, read};

/// The folders of a brand.
const FOLDERS: [&str; 5] = ["campaigns", "rewards", "conversations", "templates", "rich-menus"];

/// Files of one brand, at most.
const MAX_FILES: usize = 2_000;

/// One file, and what was wrong with its bytes.
#[derive(Debug, Clone)]
pub struct File {
    /// Its text.
    pub source: Source,
    /// Too many bytes, or not UTF-8, or not to be opened.
    pub fault: Option<Fault>,
}

/// Loads `brand.yaml` and every `.yaml` and `.yml` file in the brand's folders and one folder below, by path.
///
/// # Errors
/// When a folder cannot be listed. A file that cannot be opened is a fault of that file.
pub fn load(root: &Path) -> io::Result<Vec<File>> {
    let mut paths = vec![String::from("brand.yaml")];
    for folder in FOLDERS.iter().filter(|folder| root.join(folder).is_dir()) {
        list(root, folder, 1, &mut paths)?;
    }
    paths.sort();
    if let Some(beyond) = paths.get(MAX_FILES) {
        // None of them is read: without some of them the others would look wrong.
        let fault = Fault::new("too-many-files", Place::default()).with("limit", MAX_FILES).with("found", paths.len());
        let fault = fault.hint("too-many-files-hint");
        return Ok(vec![File { source: Source::new(beyond.as_str(), ""), fault: Some(fault) }]);
    }
    Ok(paths.iter().map(|path| open(root, path)).collect())
}

fn list(root: &Path, folder: &str, deeper: u32, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if name.starts_with('.') {
            continue;
        }
        if entry.path().is_dir() {
            if deeper > 0 {
                list(root, &path, deeper - 1, paths)?;
            }
        } else if name.ends_with(".yaml") || name.ends_with(".yml") {
            paths.push(path);
        }
    }
    Ok(())
}

fn open(root: &Path, path: &str) -> File {
    match Source::load(root, path) {
        Ok((source, fault)) => File { source, fault },
        Err(error) if error.kind() == io::ErrorKind::NotFound && path == "brand.yaml" => {
            let fault = Fault::new("no-brand-file", Place::default()).hint("no-brand-file-hint");
            File { source: Source::new(path, ""), fault: Some(fault) }
        }
        Err(error) => {
            let fault = Fault::new("unreadable-file", Place::default()).with("detail", error);
            File { source: Source::new(path, ""), fault: Some(fault) }
        }
    }
}

/// A thing and the file it stands in.
#[derive(Debug)]
pub(super) struct In<T> {
    /// The thing.
    pub(super) value: T,
    /// The file, as an index of [`Draft::sources`].
    pub(super) file: usize,
}

/// A brand being put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) sources: Vec<Source>,
    pub(super) faults: Vec<(usize, Fault)>,
    /// Folders with a file that could not be read: what is missing there may only be unreadable.
    pub(super) unread: BTreeSet<String>,
    pub(super) profile: Option<In<BrandFile>>,
    pub(super) stamp_cards: Vec<In<StampCard>>,
    pub(super) coupons: Vec<In<Coupon>>,
    pub(super) segments: Vec<In<Segment>>,
    pub(super) campaigns: Vec<In<Campaign>>,
    pub(super) replies: Vec<In<Replies>>,
    pub(super) templates: Vec<In<Template>>,
    pub(super) rich_menus: Vec<In<RichMenu>>,
}

impl Draft {
    /// Reads every document of every file.
    pub(super) fn of(files: Vec<File>) -> Self {
        let mut draft = Self::default();
        for (index, File { source, fault }) in files.into_iter().enumerate() {
            let before = draft.faults.len();
            draft.sources.push(source.clone());
            match fault {
                Some(fault) => draft.faults.push((index, fault)),
                None => draft.read_file(index, &source),
            }
            if draft.faults.len() > before {
                draft.unread.insert(String::from(folder_of(&source.path)));
            }
        }
        draft
    }

    /// Whether every file of `folder` was read.
    pub(super) fn knows(&self, folder: &str) -> bool {
        !self.unread.contains(folder)
    }

    /// Notes a fault of a file.
    pub(super) fn fault(&mut self, file: usize, fault: Fault) {
        self.faults.push((file, fault));
    }

    /// The brand, when nothing is wrong.
    pub(super) fn finish(mut self) -> Result<Brand, Broken> {
        match self.profile {
            Some(profile) if self.faults.is_empty() => Ok(Brand {
                profile: profile.value,
                stamp_cards: values(self.stamp_cards),
                coupons: values(self.coupons),
                segments: values(self.segments),
                campaigns: values(self.campaigns),
                replies: values(self.replies),
                templates: values(self.templates),
                rich_menus: values(self.rich_menus),
            }),
            _ => {
                self.faults.sort_by_key(|(file, fault)| (*file, fault.place));
                self.faults.dedup();
                let faults = self.faults.into_iter().map(|(file, fault)| (self.sources[file].clone(), fault));
                Err(Broken { faults: faults.collect() })
            }
        }
    }

    fn read_file(&mut self, file: usize, source: &Source) {
        let documents = match documents(source) {
            Ok(documents) => documents,
            Err(fault) => return self.fault(file, fault),
        };
        let single = source.path == "brand.yaml" || folder_of(&source.path) == "templates";
        match documents.get(1) {
            _ if documents.is_empty() => self.fault(file, Fault::new("empty", Place::default()).hint("empty-hint")),
            Some(second) if single => {
                self.fault(file, Fault::new("one-document", second.place()).hint("one-document-hint"))
            }
            _ => documents.iter().for_each(|doc| self.read_document(file, &source.path, doc)),
        }
    }

    fn read_document(&mut self, file: usize, path: &str, doc: &Doc<'_>) {
        match folder_of(path) {
            "" => self.profile = self.read_as::<BrandFile>(file, doc).or(self.profile.take()),
            "templates" => {
                let template = self.read_as::<TemplateFile>(file, doc);
                let template =
                    template.map(|found| In { value: Template { path: String::from(path), file: found.value }, file });
                self.templates.extend(template);
            }
            "conversations" => {
                let replies = self.read_as::<RepliesFile>(file, doc);
                let replies =
                    replies.map(|found| In { value: Replies { path: String::from(path), file: found.value }, file });
                self.replies.extend(replies);
            }
            "rich-menus" => {
                let menu = self.read_as(file, doc);
                self.rich_menus.extend(menu);
            }
            folder => self.read_by_key(file, folder, doc),
        }
    }

    /// Reads a document of a folder that holds two kinds, told apart by the key each must have.
    fn read_by_key(&mut self, file: usize, folder: &str, doc: &Doc<'_>) {
        let keys = match doc.keys() {
            Ok(keys) => keys,
            Err(fault) => return self.fault(file, fault),
        };
        let has = |wanted: &str| keys.iter().any(|(key, _)| key == wanted);
        if folder == "campaigns" && has("campaign") {
            let campaign = self.read_as(file, doc);
            self.campaigns.extend(campaign);
        } else if folder == "campaigns" && has("segments") {
            let segments = self.read_as::<SegmentsFile>(file, doc);
            self.segments
                .extend(segments.iter().flat_map(|found| found.value.segments()).map(|value| In { value, file }));
        } else if folder == "rewards" && has("stamp_card") {
            let card = self.read_as(file, doc);
            self.stamp_cards.extend(card);
        } else if folder == "rewards" && has("coupon") {
            let coupon = self.read_as(file, doc);
            self.coupons.extend(coupon);
        } else {
            let kinds = if folder == "campaigns" { "campaign, segments" } else { "stamp_card, coupon" };
            self.fault(
                file,
                Fault::new("unknown-document", first_place(&keys, doc)).with("known", kinds).hint("one-key-of"),
            );
        }
    }

    fn read_as<T: Document>(&mut self, file: usize, doc: &Doc<'_>) -> Option<In<T>> {
        match read(doc) {
            Ok(value) => Some(In { value, file }),
            Err(faults) => {
                self.faults.extend(faults.into_iter().map(|fault| (file, fault)));
                None
            }
        }
    }
}

fn first_place(keys: &[(String, Place)], doc: &Doc<'_>) -> Place {
    keys.first().map_or(doc.place(), |(_, place)| *place)
}

/// `campaigns` for `campaigns/spring/a.yaml`, nothing for `brand.yaml`.
fn folder_of(path: &str) -> &str {
    path.split_once('/').map_or("", |(folder, _)| folder)
}

fn values<T>(found: Vec<In<T>>) -> Vec<T> {
    found.into_iter().map(|found| found.value).collect()
}
