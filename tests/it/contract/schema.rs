//! As much of JSON Schema as LINE's files use. Discriminators are followed: LINE's base schemas do not list their kinds with
//! `oneOf`, so that a plain validator takes any `type` and then looks at nothing of it.

use serde_json::{Map, Value};

pub struct Schemas<'a> {
    all: &'a Value,
}

impl<'a> Schemas<'a> {
    pub fn of(file: &'a Value) -> Self {
        Self { all: &file["components"]["schemas"] }
    }

    /// Notes what of `value` is not as `schema` says.
    pub fn check(&self, schema: &'a Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = self.resolved(schema);
        if let Some(ways) = schema["oneOf"].as_array() {
            let tries = ways.iter().map(|way| self.faults(way, value, at));
            if let Some(least) = tries.min_by_key(Vec::len) {
                faults.extend(least);
            }
            return;
        }
        if let Some(mapping) = schema["discriminator"]["mapping"].as_object() {
            return self.by_kind(schema, mapping, value, at, faults);
        }
        self.plain(schema, value, at, faults);
    }

    fn faults(&self, schema: &'a Value, value: &Value, at: &str) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(schema, value, at, &mut faults);
        faults
    }

    fn by_kind(
        &self,
        base: &Value,
        mapping: &'a Map<String, Value>,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        let name = base["discriminator"]["propertyName"].as_str().unwrap_or("type");
        let kind = value[name].as_str().unwrap_or_default();
        match mapping.get(kind) {
            Some(reference) => self.plain(self.named(reference), value, at, faults),
            None => {
                let kinds: Vec<&str> = mapping.keys().map(String::as_str).collect();
                faults.push(format!("{}: none of {}", join(at, name), kinds.join(", ")));
            }
        }
    }

    /// A schema without a choice of kinds, or one kind of those.
    fn plain(&self, schema: &'a Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let mut parts = Vec::new();
        self.parts(schema, &mut parts);
        let kind = parts.iter().find_map(|part| part["type"].as_str()).unwrap_or("object");
        if !is_kind(value, kind) {
            return faults
                .push(format!("{at}: not {} {kind}", if kind == "object" || kind == "array" { "an" } else { "a" }));
        }
        for part in &parts {
            limits(part, value, at, faults);
            if let (Some(items), Some(values)) = (part.get("items"), value.as_array()) {
                for (index, value) in values.iter().enumerate() {
                    self.check(items, value, &format!("{at}[{index}]"), faults);
                }
            }
        }
        if let Some(object) = value.as_object() {
            self.properties(&parts, object, at, faults);
        }
    }

    fn properties(&self, parts: &[&'a Value], object: &Map<String, Value>, at: &str, faults: &mut Vec<String>) {
        for name in
            parts.iter().flat_map(|part| part["required"].as_array().into_iter().flatten()).filter_map(Value::as_str)
        {
            if !object.contains_key(name) {
                faults.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, value) in object {
            let said = parts.iter().find_map(|part| part["properties"].get(name));
            let free = parts.iter().find_map(|part| part.get("additionalProperties"));
            match said.or(free) {
                Some(schema) => self.check(schema, value, &join(at, name), faults),
                None => faults.push(format!("{at}: {name} is not described")),
            }
        }
    }

    /// A schema and all it is made of by `allOf`.
    fn parts(&self, schema: &'a Value, parts: &mut Vec<&'a Value>) {
        let schema = self.resolved(schema);
        parts.push(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.parts(part, parts);
        }
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref") {
            Some(reference) => self.resolved(self.named(reference)),
            None => schema,
        }
    }

    fn named(&self, reference: &Value) -> &'a Value {
        let name = reference.as_str().and_then(|reference| reference.rsplit('/').next()).unwrap_or_default();
        self.all.get(name).unwrap_or_else(|| panic!("the description has no {name}"))
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { String::from(name) } else { format!("{at}.{name}") }
}

fn is_kind(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

fn limits(schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let limit = |name: &str| schema[name].as_u64().and_then(|limit| usize::try_from(limit).ok());
    let length = value.as_str().map(|text| text.encode_utf16().count());
    for (found, min, max) in [
        (length, limit("minLength"), limit("maxLength")),
        (value.as_array().map(Vec::len), limit("minItems"), limit("maxItems")),
    ] {
        let Some(found) = found else { continue };
        if let Some(min) = min.filter(|min| found < *min) {
            faults.push(format!("{at}: fewer than {min}"));
        }
        if let Some(max) = max.filter(|max| found > *max) {
            faults.push(format!("{at}: more than {max}"));
        }
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        faults.push(format!("{at}: none of {words:?}"));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !fits(pattern, text)
    {
        faults.push(format!("{at}: not {pattern}"));
    }
}

/// Patterns of the one form LINE's files use for what we send: `^[letters]{least,most}$`.
fn fits(pattern: &str, text: &str) -> bool {
    let parts = pattern
        .strip_prefix("^[")
        .and_then(|rest| rest.strip_suffix("}$"))
        .and_then(|rest| rest.split_once("]{"))
        .and_then(|(set, counts)| Some((set, counts.split_once(',')?)));
    let Some((set, (least, most))) = parts else { panic!("a pattern of another form: {pattern}") };
    let count = |text: &str| text.parse::<usize>().expect("a number");
    let set: Vec<char> = set.chars().collect();
    let is_in = |c: char| {
        let is_in_range = set.windows(3).any(|w| w[1] == '-' && (w[0]..=w[2]).contains(&c));
        is_in_range || set.contains(&c)
    };
    (count(least)..=count(most)).contains(&text.chars().count()) && text.chars().all(is_in)
}
