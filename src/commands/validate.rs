//! `shuke validate`: everything that is wrong with the brand's files, each with its place and what would be right. Needs no
//! database and no settings. Exit 1 when something is wrong.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use serde_json::json;

use super::{Exit, Format, print};
use crate::brand::{self, Brand, Broken};
use crate::spec::render;
use crate::words::{Lang, Voice, Words};

/// Checks the brand in `folder` and prints what it found, in the terminal's language.
///
/// # Errors
/// When the terminal takes no more text.
pub fn validate(folder: &Path, format: Format) -> anyhow::Result<Exit> {
    let colours = is_coloured(&io::stdout());
    let mut out = io::stdout().lock();
    report(&mut out, folder, brand::read(folder), &Words::load().voice(terminal_lang()), format, colours)
}

/// The brand in `folder`, for a command that goes on with it; its faults are printed.
///
/// # Errors
/// When the terminal takes no more text.
pub fn readable(out: &mut impl Write, folder: &Path, format: Format) -> anyhow::Result<Result<Brand, Exit>> {
    let broken = match brand::read(folder) {
        Ok(brand) => return Ok(Ok(brand)),
        Err(broken) => broken,
    };
    let voice = Words::load().voice(terminal_lang());
    let exit = match format {
        Format::Json => report(out, folder, Err(broken), &voice, format, false)?,
        Format::Human => {
            report(&mut io::stderr().lock(), folder, Err(broken), &voice, format, is_coloured(&io::stderr()))?
        }
    };
    Ok(Err(exit))
}

fn is_coloured(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Prints the outcome of reading a brand.
fn report(
    out: &mut impl Write,
    folder: &Path,
    read: Result<Brand, Broken>,
    voice: &Voice,
    format: Format,
    colours: bool,
) -> anyhow::Result<Exit> {
    let diagnostics = read.as_ref().err().map(|broken| broken.diagnostics(voice)).unwrap_or_default();
    match (format, &read) {
        (Format::Json, read) => {
            let answer = json!({ "valid": read.is_ok(), "diagnostics": diagnostics });
            print::json(out, &answer)?;
        }
        (Format::Human, Ok(brand)) => writeln!(out, "{}", all_good(brand, voice))?,
        (Format::Human, Err(_)) => {
            let mut files: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.file.as_str()).collect();
            files.dedup();
            let counts = [
                ("folder", folder.display().to_string().into()),
                ("faults", diagnostics.len().to_string().into()),
                ("files", files.len().to_string().into()),
            ];
            writeln!(out, "{}\n{}", render(&diagnostics, colours), voice.say_with("validate-summary", &counts))?;
        }
    }
    Ok(if read.is_ok() { Exit::Ok } else { Exit::Failed })
}

fn all_good(brand: &Brand, voice: &Voice) -> String {
    let count = |number: usize| number.to_string().into();
    let blanks = [
        ("brand", brand.profile.title.in_lang(voice.lang).into()),
        ("cards", count(brand.stamp_cards.len())),
        ("coupons", count(brand.coupons.len())),
        ("segments", count(brand.segments.len())),
        ("campaigns", count(brand.campaigns.len())),
        ("templates", count(brand.templates.len())),
    ];
    voice.say_with("validate-all-good", &blanks)
}

/// The language the terminal is set to; Traditional Chinese where it is set to none of ours.
pub fn terminal_lang() -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|tag| !tag.is_empty()));
    set.and_then(|tag| Lang::nearest(tag.split('.').next().unwrap_or_default())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: Format, break_it: bool) -> (String, Exit) {
        let mut files = brand::load(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the sample brand");
        if break_it {
            let campaign = files.iter_mut().find(|file| file.source.path == "campaigns/winback.yaml").expect("there");
            campaign.source.text = campaign.source.text.replace("title:", "titel:");
        }
        let mut out = Vec::new();
        let voice = Words::load().voice(Lang::ZhHant);
        let folder = Path::new("the brand");
        let exit = report(&mut out, folder, Brand::assemble(files), &voice, format, false).expect("printed");
        (String::from_utf8(out).expect("text"), exit)
    }

    #[test]
    fn a_good_brand_is_counted() {
        let (text, exit) = printed(Format::Human, false);
        assert_eq!(exit, Exit::Ok);
        insta::assert_snapshot!(text, @"熟客咖啡的檔案都沒有問題：集點卡 1 張、優惠券 1 種、分眾 2 個、推播 1 檔、訊息範本 7 份。");
    }

    #[test]
    fn a_fault_is_shown_and_exits_with_1() {
        let (text, exit) = printed(Format::Human, true);
        assert_eq!(exit, Exit::Failed);
        insta::assert_snapshot!(text, @r#"
        campaigns/winback.yaml:4:1  unknown-key
          4 | titel: 好久不見，送您一杯
            | ^
          不認得「titel」這個欄位。
          您是不是要寫 title？

        the brand 的 1 個檔案有 1 個地方要改。改好之前，已發布的內容照舊。
        "#);
    }

    #[test]
    fn a_program_reads_the_same_as_json() {
        let (text, exit) = printed(Format::Json, true);
        assert_eq!(exit, Exit::Failed);
        insta::assert_snapshot!(text, @r#"
        {
          "diagnostics": [
            {
              "code": "unknown-key",
              "column": 1,
              "excerpt": "titel: 好久不見，送您一杯",
              "file": "campaigns/winback.yaml",
              "hint": "您是不是要寫 title？",
              "line": 4,
              "message": "不認得「titel」這個欄位。"
            }
          ],
          "valid": false
        }
        "#);
    }
}
