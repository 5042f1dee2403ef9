//! LINE's OpenAPI files, and a request held against them.

use std::path::Path;

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value};

use super::schema::Schemas;

/// The files that describe what we call.
const FILES: [&str; 2] = ["messaging-api.yml", "channel-access-token.yml"];

pub struct OpenApi {
    files: Vec<Value>,
}

/// Headers a client may send to anything.
const COMMON: [&str; 3] = ["authorization", "content-type", "user-agent"];

impl OpenApi {
    pub fn read(folder: &Path) -> Self {
        let read = |name: &str| {
            let path = folder.join(name);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        Self { files: FILES.iter().map(|name| read(name)).collect() }
    }

    /// What of the request LINE does not describe so.
    pub fn faults(&self, request: &Request<Bytes>) -> Vec<String> {
        let path = request.uri().path();
        let Some((file, operations)) = self.path(path) else { return vec![format!("{path} is not described")] };
        let method = request.method().as_str();
        let Some(operation) = operations.get(&method.to_ascii_lowercase()) else {
            return vec![format!("{method} is not described for {path}")];
        };
        let mut faults = Vec::new();
        host(file, operation, request, &mut faults);
        token(file, operation, request, &mut faults);
        headers(operation, request, &mut faults);
        body(file, operation, request, &mut faults);
        faults
    }

    /// The file that describes a path, and what it says of it.
    fn path(&self, path: &str) -> Option<(&Value, &Map<String, Value>)> {
        self.files.iter().find_map(|file| {
            let paths = file["paths"].as_object()?;
            let exact = paths.get(path);
            let found = exact.or_else(|| paths.iter().find(|(template, _)| fits(template, path)).map(|(_, said)| said));
            Some((file, found?.as_object()?))
        })
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(name, part)| name == part || (name.starts_with('{') && !part.is_empty()))
}

fn host(file: &Value, operation: &Value, request: &Request<Bytes>, faults: &mut Vec<String>) {
    let servers = operation.get("servers").unwrap_or(&file["servers"]);
    let base = format!(
        "{}://{}",
        request.uri().scheme_str().unwrap_or_default(),
        request.uri().authority().map_or("", |a| a.as_str())
    );
    let is_known =
        servers.as_array().is_some_and(|servers| servers.iter().any(|server| server["url"] == base.as_str()));
    if !is_known {
        faults.push(format!("{base} is not where this is"));
    }
}

fn token(file: &Value, operation: &Value, request: &Request<Bytes>, faults: &mut Vec<String>) {
    let security = operation.get("security").or_else(|| file.get("security")).and_then(Value::as_array);
    let is_needed = security.is_some_and(|ways| !ways.is_empty());
    let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_needed != bearer.starts_with("Bearer ") {
        faults.push(format!("a bearer token is {}", if is_needed { "missing" } else { "too much" }));
    }
}

fn headers(operation: &Value, request: &Request<Bytes>, faults: &mut Vec<String>) {
    let described: Vec<&Value> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "header")
        .collect();
    for (name, value) in request.headers().iter().filter(|(name, _)| !COMMON.contains(&name.as_str())) {
        let said =
            described.iter().find(|said| said["name"].as_str().is_some_and(|n| n.eq_ignore_ascii_case(name.as_str())));
        let value = value.to_str().unwrap_or_default();
        match said {
            None => faults.push(format!("{name} is not described here")),
            Some(said) if said["schema"]["format"] == "uuid" && !is_uuid(value) => {
                faults.push(format!("{name} is no UUID"))
            }
            Some(_) => {}
        }
    }
    for said in described.iter().filter(|said| said["required"] == true) {
        let name = said["name"].as_str().unwrap_or_default();
        if !request.headers().contains_key(name) {
            faults.push(format!("{name} is missing"));
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.parse::<uuid::Uuid>().is_ok()
}

fn body(file: &Value, operation: &Value, request: &Request<Bytes>, faults: &mut Vec<String>) {
    let described = &operation["requestBody"];
    if described.is_null() {
        if !request.body().is_empty() {
            faults.push(String::from("no body is described"));
        }
        return;
    }
    let kind = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let schema = &described["content"][kind]["schema"];
    let body = match kind {
        _ if schema.is_null() => return faults.push(format!("a body of type {kind:?} is not described")),
        "application/json" => serde_json::from_slice(request.body()).unwrap_or(Value::Null),
        _ => form(request.body()),
    };
    Schemas::of(file).check(schema, &body, "", faults);
}

/// A form as an object of texts, not decoded: lengths and forms of forms are not described.
fn form(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (String::from(name), Value::from(value)))
        .collect()
}
