//! The whole brand: its folder read and checked file against file, and what of it is published.
//!
//! A marketer's folder becomes a [`Brand`] only when nothing at all is wrong with it; else it is a [`Broken`] list of faults,
//! and what was published before stays. [`Brand::changes`] says what publishing would change.

mod check;
mod files;
mod publish;
mod pushes;
pub mod rich_menu;
pub mod schemas;
mod used;

use std::path::Path;

use crate::campaigns::Campaign;
use crate::conversations::Replies;
use crate::loyalty::spec::{Coupon, StampCard};
use crate::segments::Segment;
use crate::spec::brand_file::BrandFile;
use crate::spec::template::Template;
use crate::spec::{Diagnostic, Fault, Place, Source};
use crate::words::Voice;

pub use files::{File, load};
pub use publish::{Definition, PublishError, publish_first};
pub use pushes::{Outcome, WholePlan, apply, plan, plan_all};
pub use rich_menu::RichMenu;

/// Everything the brand's files say, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Brand {
    /// `brand.yaml`.
    pub profile: BrandFile,
    /// Stamp cards of `rewards/`.
    pub stamp_cards: Vec<StampCard>,
    /// Coupons of `rewards/`.
    pub coupons: Vec<Coupon>,
    /// Segments of `campaigns/`.
    pub segments: Vec<Segment>,
    /// Pushes of `campaigns/`.
    pub campaigns: Vec<Campaign>,
    /// The files of `conversations/`.
    pub replies: Vec<Replies>,
    /// The files of `templates/`.
    pub templates: Vec<Template>,
    /// The files of `rich-menus/`.
    pub rich_menus: Vec<RichMenu>,
}

/// A folder with something wrong in it: every fault, with its file.
#[derive(Debug, Clone)]
pub struct Broken {
    /// The faults with the file each stands in, by file and place.
    pub faults: Vec<(Source, Fault)>,
}

/// Reads the brand in `folder`. It reads files: call it on a thread that may wait.
///
/// # Errors
/// Everything that is wrong, with the file and the place of each fault.
pub fn read(folder: &Path) -> Result<Brand, Broken> {
    match load(folder) {
        Ok(files) => Brand::assemble(files),
        Err(error) => {
            let fault = Fault::new("unreadable-file", Place::default()).with("detail", error);
            Err(Broken { faults: vec![(Source::new(folder.display().to_string(), ""), fault)] })
        }
    }
}

impl Brand {
    /// Puts a brand together from its files.
    ///
    /// # Errors
    /// Every fault of their shapes and values, and of one file against another.
    pub fn assemble(files: Vec<File>) -> Result<Self, Broken> {
        let mut draft = files::Draft::of(files);
        check::across(&mut draft);
        draft.finish()
    }
}

impl Broken {
    /// How many faults there are.
    #[expect(clippy::len_without_is_empty, reason = "a broken folder has at least one fault")]
    pub fn len(&self) -> usize {
        self.faults.len()
    }

    /// The faults in words.
    pub fn diagnostics(&self, voice: &Voice) -> Vec<Diagnostic> {
        self.faults.iter().map(|(source, fault)| fault.diagnose(source, voice)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::definitions::Changed;
    use crate::spec::{Defined, MAX_BYTES, canonical, render};
    use crate::words::{Lang, Words};
    use proptest::prelude::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn sample() -> Vec<File> {
        load(root()).expect("the sample brand")
    }

    /// The sample brand with `path` holding `bytes` instead.
    fn with(path: &str, bytes: &[u8]) -> Vec<File> {
        let mut files = sample();
        files.retain(|file| file.source.path != path);
        let (source, fault) = Source::from_bytes(path, bytes.to_vec());
        files.push(File { source, fault });
        files.sort_by(|a, b| a.source.path.cmp(&b.source.path));
        files
    }

    fn without(path: &str) -> Vec<File> {
        sample().into_iter().filter(|file| file.source.path != path).collect()
    }

    fn read(path: &str) -> String {
        std::fs::read_to_string(root().join(path)).expect("a file of the sample")
    }

    /// What is wrong, as a marketer in Taiwan reads it.
    fn said(files: Vec<File>) -> String {
        match Brand::assemble(files) {
            Ok(_) => String::from("nothing is wrong"),
            Err(broken) => render(&broken.diagnostics(&Words::load().voice(Lang::ZhHant)), false),
        }
    }

    #[test]
    fn nothing_is_wrong_with_the_sample_brand() {
        assert_eq!(said(sample()), "nothing is wrong");
        let brand = Brand::assemble(sample()).expect("right");
        assert_eq!(
            brand.profile.stores.iter().map(|store| store.code.as_str()).collect::<Vec<_>>(),
            ["zhongshan", "yongkang", "online"]
        );
        assert_eq!(brand.segments.len(), 2);
        assert_eq!(brand.campaign("winback").expect("there").message.as_str(), "templates/winback.yaml");
        assert_eq!(
            brand.used_by(&brand.campaigns[0]).iter().map(|used| used.kind).collect::<Vec<_>>(),
            ["brand", "campaign", "coupon", "segment", "stamp_card", "template", "template", "template", "template"]
        );
    }

    #[test]
    fn every_sample_file_names_its_schema_and_the_schema_is_there() {
        for file in sample() {
            let line = file.source.line(1).unwrap_or_default();
            let schema =
                line.strip_prefix("# yaml-language-server: $schema=").unwrap_or_else(|| panic!("{}", file.source.path));
            let folder = root().join(&file.source.path);
            assert!(folder.parent().expect("a folder").join(schema).is_file(), "{}: {schema}", file.source.path);
        }
    }

    #[test]
    fn everything_published_comes_back_from_json_as_it_was() {
        fn same<T: Defined>(thing: &T) {
            let json = canonical::json(thing);
            let again: T = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(canonical::json(&again), json);
        }
        let brand = Brand::assemble(sample()).expect("right");
        same(&brand.profile);
        brand.stamp_cards.iter().for_each(same);
        brand.coupons.iter().for_each(same);
        brand.segments.iter().for_each(same);
        brand.campaigns.iter().for_each(same);
        brand.replies.iter().for_each(same);
        brand.templates.iter().for_each(same);
        brand.rich_menus.iter().for_each(same);
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let brand = Brand::assemble(sample()).expect("right");
        let head = |definition: Definition| crate::spec::definitions::Head {
            kind: String::from(definition.kind),
            name: definition.name,
            version: 1,
            hash: definition.hash,
            published_at: chrono::DateTime::UNIX_EPOCH,
        };
        let mut heads: Vec<_> = brand.definitions().into_iter().map(head).collect();
        assert_eq!(brand.changes(&heads), []);
        assert_eq!(brand.changes(&[]).len(), heads.len());
        heads[0].hash = String::from("another");
        let last = heads.last_mut().expect("several");
        last.name = String::from("templates/gone.yaml");
        let changes: Vec<_> = brand.changes(&heads).into_iter().map(|change| (change.name, change.change)).collect();
        assert_eq!(
            changes,
            [
                (String::from("brand"), Changed::Changed),
                (String::from("templates/gone.yaml"), Changed::Removed),
                (String::from("templates/winback.yaml"), Changed::Added),
            ]
        );
    }

    #[test]
    fn an_unknown_key() {
        let text = read("campaigns/winback.yaml").replace("audience:", "audiense:");
        insta::assert_snapshot!(said(with("campaigns/winback.yaml", text.as_bytes())));
    }

    #[test]
    fn a_value_of_the_wrong_type() {
        let text = read("rewards/coffee.yaml").replace("goal: 10", "goal: ten");
        insta::assert_snapshot!(said(with("rewards/coffee.yaml", text.as_bytes())));
    }

    #[test]
    fn a_template_a_segment_and_a_coupon_that_are_not_there() {
        let mut files = without("templates/winback.yaml");
        let change = |files: &mut Vec<File>, path: &str, from: &str, to: &str| {
            let file = files.iter_mut().find(|file| file.source.path == path).expect("there");
            file.source.text = file.source.text.replace(from, to);
        };
        change(&mut files, "campaigns/winback.yaml", "segment: lapsed-60d", "segment: lapsed-60");
        change(&mut files, "rewards/coffee.yaml", "{ coupon: free-latte }", "{ coupon: free-late }");
        change(&mut files, "rewards/coffee.yaml", "stores: all", "stores: [zhongshan, yonkang]");
        change(&mut files, "conversations/replies.yaml", "templates/hours.yaml", "templates/houres.yaml");
        insta::assert_snapshot!(said(files));
    }

    #[test]
    fn a_day_that_does_not_exist_and_other_values_at_once() {
        let text = read("brand.yaml")
            .replace("read_on: 2026-08-01", "read_on: 2027-02-30")
            .replace("#C0352B", "#F2B8B0")
            .replace("Asia/Taipei", "Asia/Taipai")
            .replace("0.2 TWD", "0.2 USD")
            .replace("code: online", "code: yongkang");
        insta::assert_snapshot!(said(with("brand.yaml", text.as_bytes())));
    }

    #[test]
    fn a_blank_nothing_fills_and_texts_line_refuses() {
        let text = "zh-Hant:\n  - text: \"{{ member.nmae }}，再 {{ cards.cofee.missing }} 點\"\n";
        let first = said(with("templates/winback.yaml", text.as_bytes()));
        let text = format!(
            "zh-Hant:\n  - text: \"{{{{ member.name }}}}\"\n    quick_replies:\n      - {{ label: 這個按鈕上面的字實在是太多太多太多太多太多了, say: a }}\n      - {{ label: b, open: \"http://例.tw\" }}\n  - flex:\n      alt_text: a\n      contents: {{ type: bubble, body: {{ type: box, layout: diagonal, contents: [ {{ type: text, text: x, colour: red }} ] }} }}\nja:\n  - text: \"{}\"\n",
            "長".repeat(5_001)
        );
        insta::assert_snapshot!(first + "\n" + &said(with("templates/winback.yaml", text.as_bytes())));
    }

    #[test]
    fn bytes_that_are_too_many_or_no_text() {
        let big = said(with("templates/hours.yaml", &vec![b'a'; 10_000_000]));
        let latin = said(with("conversations/replies.yaml", b"replies:\n  - { when: [caf\xe9], show: member_card }\n"));
        let nul = said(with(
            "campaigns/winback.yaml",
            b"campaign: winback\ntitle: \"a\\0b\"\naudience: { segment: everyone }\nmessage: templates/winback.yaml\n",
        ));
        insta::assert_snapshot!([big, latin, nul].join("\n"));
        assert_eq!(said(with("templates/a.yaml", &vec![b'#'; MAX_BYTES + 1])).lines().count(), 3);
    }

    #[test]
    fn tabs_twice_given_keys_and_names_and_files_in_the_wrong_place() {
        let tabs = said(with("rewards/cake.yaml", b"coupon: cake\ntitle: x\nvalid:\n\tfor: 30d\n"));
        let twice = said(with(
            "rewards/cake.yaml",
            b"coupon: cake\ntitle: x\ntitle: y\nkind: free_item\n---\ncoupon: free-latte\ntitle: x\nkind: free_item\n",
        ));
        let lost = said(with("campaigns/card.yaml", b"stamp_card: coffee\ntitle: x\n"));
        let two = said(with("templates/two.yaml", b"messages: [ { text: a } ]\n---\nmessages: [ { text: b } ]\n"));
        let empty = said(with("conversations/a.yaml", b"# nothing\n"));
        insta::assert_snapshot!([tabs, twice, lost, two, empty, said(without("brand.yaml"))].join("\n"));
    }

    #[test]
    fn a_file_that_cannot_be_read_makes_no_faults_of_others() {
        let text = said(with("campaigns/segments.yaml", b"segments: [\n"));
        assert!(text.contains("campaigns/segments.yaml") && !text.contains("winback"), "{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn no_file_makes_the_reader_panic(which in 0..13_usize, cut in 0..2_000_usize, put in "[-a-z:{}\\[\\]'\"&*!|> \n\t0-9#%@咖]{0,12}") {
            let files = sample();
            let file = &files[which % files.len()].source;
            let at = (0..=cut.min(file.text.len())).rev().find(|at| file.text.is_char_boundary(*at)).unwrap_or(0);
            let text = format!("{}{put}{}", &file.text[..at], &file.text[at..]);
            said(with(&file.path.clone(), text.as_bytes()));
        }
    }
}
