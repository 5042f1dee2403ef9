//! The blanks of a template against the data that will be there, before anything is sent.

use std::collections::BTreeSet;

use super::TemplateFile;
use super::render::{JINJA, has_blanks};
use crate::spec::{Fault, Place, Source};

/// Every blank that names nothing in `known` (see [`super::Data::paths`]), and every text that breaks the grammar of blanks.
pub fn check_blanks(file: &TemplateFile, known: &BTreeSet<String>, source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    file.for_each_text(&mut |text, place| {
        if !has_blanks(text) {
            return;
        }
        match JINJA.template_from_str(text) {
            Ok(template) => {
                let mut asked: Vec<String> = template.undeclared_variables(true).into_iter().collect();
                asked.sort();
                for path in asked.iter().filter(|path| !known.contains(*path)) {
                    let fault = Fault::new("unknown-blank", find(source, place, path)).with("blank", path);
                    faults.push(fault.meant(path, known.iter().filter(|path| path.contains('.')).map(String::as_str)));
                }
            }
            Err(error) => {
                let detail = error.detail().map_or_else(|| error.kind().to_string(), String::from);
                faults.push(Fault::new("bad-blank", place).with("detail", detail).hint("bad-blank-hint"));
            }
        }
    });
    faults
}

impl TemplateFile {
    /// Every path its blanks name, in any language: `member.name`, `cards.coffee.missing`; `cards` alone where a
    /// text goes through all of them or names one in brackets.
    pub fn asked(&self) -> BTreeSet<String> {
        let mut asked = BTreeSet::new();
        self.for_each_text(&mut |text, _| {
            if let Some(template) = has_blanks(text).then(|| JINJA.template_from_str(text).ok()).flatten() {
                asked.extend(template.undeclared_variables(true));
            }
        });
        asked
    }
}

/// Where `path` is written in the text that starts at `place`; `place` itself when it is written in another way.
fn find(source: &Source, place: Place, path: &str) -> Place {
    let skip = usize::try_from(place.line.saturating_sub(1)).unwrap_or_default();
    let after = usize::try_from(place.column.saturating_sub(1)).unwrap_or_default();
    for (index, line) in source.text.lines().skip(skip).take(60).enumerate() {
        let from = if index == 0 { line.char_indices().nth(after).map_or(line.len(), |(at, _)| at) } else { 0 };
        if let Some(at) = line[from..].find(path) {
            let column = line[..from + at].chars().count() as u64 + 1;
            return Place { line: place.line + index as u64, column };
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::template::Data;
    use crate::spec::{documents, read};

    #[test]
    fn what_a_template_asks_is_known_before_it_is_filled() {
        let text = "zh-Hant:\n  - text: \"{% if member.name %}{{ member.name }}{% endif %} {{ cards.coffee.goal }}\"\n    quick_replies:\n      - { label: a, open: \"{{ pages.card }}\" }\nja: [{ text: \"{% for card in cards %}{{ card }}{% endfor %}\" }]\n";
        let source = Source::new("templates/a.yaml", text);
        let file: TemplateFile = read(&documents(&source).expect("one")[0]).expect("a template");
        let asked: Vec<String> = file.asked().into_iter().collect();
        assert_eq!(asked, ["cards", "cards.coffee.goal", "member.name", "pages.card"]);
    }

    #[test]
    fn a_blank_nothing_fills_is_found_where_it_is_written() {
        let text = "messages:\n  - text: |\n      {{ member.name }}\n      再 {{ cards.coffee.mising }} 點 {{ cards['free-cake'].goal }}\n  - text: \"{% set x = 1 %}{{ x }} {{ member.name | upper\"\n  - text: \"{{ cards.tea.goal }}{% for card in cards %}{{ card }}{% endfor %}\"\n";
        let source = Source::new("templates/a.yaml", text);
        let file: TemplateFile = read(&documents(&source).expect("one")[0]).expect("a template");
        let known = Data::longest("b", [("coffee", "c"), ("free-cake", "d")]).paths();
        let faults = check_blanks(&file, &known, &source);
        let found: Vec<_> =
            faults.iter().map(|fault| (fault.code.as_ref(), fault.place.line, fault.place.column)).collect();
        assert_eq!(found, [("unknown-blank", 4, 12), ("bad-blank", 5, 11), ("unknown-blank", 6, 15)]);
        assert_eq!(faults[0].args[1].1, "cards.coffee.missing");
    }
}
