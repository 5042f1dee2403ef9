//! Who calls: the program behind a bearer key, let in only where its scopes reach.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::app::App;
use crate::problem::Problem;
use crate::staff::api_keys::{self, ApiKey, Scope};

/// The program that was let in.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub ApiKey);

/// A handler that only keys with `scope` reach.
pub(super) fn behind(scope: Scope, app: &App, handler: MethodRouter<App>) -> MethodRouter<App> {
    handler.route_layer(middleware::from_fn_with_state(Gate { app: app.clone(), scope }, let_in))
}

#[derive(Clone)]
struct Gate {
    app: App,
    scope: Scope,
}

async fn let_in(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match known(&gate, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => {
            let is_unknown = problem.status == StatusCode::UNAUTHORIZED;
            let mut response = problem.into_response();
            if is_unknown {
                let scheme = HeaderValue::from_static("Bearer realm=\"shuke\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
            }
            response
        }
    }
}

async fn known(gate: &Gate, headers: &HeaderMap) -> Result<Caller, Problem> {
    let token = bearer(headers).ok_or_else(|| {
        Problem::unauthenticated("Send your key as `Authorization: Bearer shuke_…`. `shuke api-key create` makes one.")
    })?;
    let key = api_keys::key_of(&gate.app, token).await?;
    let key = key.ok_or_else(|| Problem::unauthenticated("This key is unknown or was revoked."))?;
    if key.has(gate.scope) {
        return Ok(Caller(key));
    }
    let detail = format!("This key was not given the scope {}, which this address needs.", gate.scope);
    Err(Problem::new(StatusCode::FORBIDDEN, "missing_scope", detail).with("scope", gate.scope))
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::unauthenticated("This address needs a key."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bearer_token_and_nothing_else() {
        for (sent, token) in [
            (&["Bearer shuke_a"][..], Some("shuke_a")),
            (&["bearer  shuke_a "], Some("shuke_a")),
            (&[], None),
            (&["shuke_a"], None),
            (&["Basic shuke_a"], None),
            (&["Bearer shuke_a", "Bearer shuke_b"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            assert_eq!(bearer(&headers), token, "{sent:?}");
        }
    }
}
