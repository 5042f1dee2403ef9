//! `/m/events`: tells an open page when her version has grown, so that a stamp given at the counter shows on her phone.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{Stream, stream};
use http::{HeaderName, HeaderValue};
use serde::Serialize;

use super::guard::Visitor;
use super::streams::{Open, Streams};
use crate::members::sessions;
use crate::problem::Problem;
use crate::web::face::Face;

/// How often the version is asked: any replica can serve the stream, for nobody has to tell it anything.
const EACH: Duration = Duration::from_secs(1);
/// A beat at least so often, so that the page knows it is still heard and what time it is.
const QUIET: TimeDelta = TimeDelta::seconds(15);
/// The clock moved by more than it should have between two looks: the sandbox jumped, and the page must know.
const JUMP: TimeDelta = TimeDelta::seconds(5);

/// What a beat carries.
#[derive(Serialize)]
struct Beat {
    version: i64,
    /// The service's time, in milliseconds since 1970.
    now: i64,
}

/// The stream between two looks.
struct Watch {
    face: Face,
    token: String,
    open: Open,
    said: Option<(i64, DateTime<Utc>)>,
    looked_at: DateTime<Utc>,
}

/// `GET /m/events`; 503 where too many listen, and the page asks now and then instead.
pub(super) async fn watch(
    State(face): State<Face>,
    Extension(streams): Extension<Streams>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let open = streams.open(&visitor.token);
    let open = open.ok_or_else(|| Problem::unavailable("Too many pages listen. Ask for the parts now and then."))?;
    let looked_at = face.app.clock.now();
    let watch = Watch { face, token: visitor.token, open, said: None, looked_at };
    let mut response = Sse::new(beats(watch)).into_response();
    // nginx and its like would hold the events back.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// Ends when the session does, when it has too many pages, when the service stops, or when the database does not answer; the
/// page then comes again.
fn beats(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watch, async |mut watch| {
        loop {
            if watch.said.is_some() {
                tokio::select! {
                    () = tokio::time::sleep(EACH) => {}
                    () = watch.open.over() => return None,
                    () = watch.face.stop.cancelled() => return None,
                }
            }
            let version = sessions::version_of(&watch.face.app, &watch.token).await.ok()??;
            if let Some(beat) = watch.beat(version) {
                let event = Event::default().event("version").json_data(beat).ok()?;
                return Some((Ok(event), watch));
            }
        }
    })
}

impl Watch {
    /// What to say now, if anything.
    fn beat(&mut self, version: i64) -> Option<Beat> {
        let now = self.face.app.clock.now();
        let has_jumped = now - self.looked_at > JUMP;
        self.looked_at = now;
        let is_news = self.said.is_none_or(|(said, at)| said != version || now - at >= QUIET);
        if !is_news && !has_jumped {
            return None;
        }
        self.said = Some((version, now));
        Some(Beat { version, now: now.timestamp_millis() })
    }
}
