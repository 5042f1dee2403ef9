//! The sandbox as a transport: the product's own client of LINE speaks to it without sockets, so that time can stand still.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use tower::ServiceExt;

use super::{Broken, Sandbox};
use crate::line::client::{Client, Lost, Setup, Transport};

struct InProcess(Router);

impl Transport for InProcess {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        let router = self.0.clone();
        Box::pin(async move {
            let Ok(response) = router.oneshot(request.map(Body::from)).await;
            let (parts, body) = response.into_parts();
            if let Some(broken) = parts.extensions.get::<Broken>() {
                return Err(Lost::Unknown(broken.to_string()));
            }
            let body =
                axum::body::to_bytes(body, usize::MAX).await.map_err(|error| Lost::Unknown(error.to_string()))?;
            Ok(Response::from_parts(parts, body))
        })
    }
}

impl Sandbox {
    /// The way to this sandbox without sockets. What never answers is given up at once, as after a time-out.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(InProcess(self.router()))
    }

    /// What a client of this sandbox needs to know.
    pub fn setup(&self) -> Setup {
        let (channel, base) = (&self.0.config.channel, "http://127.0.0.1:8090");
        Setup {
            channel_id: channel.id.clone(),
            channel_secret: channel.secret.clone().into(),
            access_token: channel.access_token.clone().map(Into::into),
            api_base: String::from(base),
            data_api_base: String::from(base),
        }
    }

    /// The product's client of LINE, over this sandbox and in its time.
    pub fn client(&self) -> Client {
        Client::over(self.transport(), self.setup(), self.0.clock.clone()).expect("a loopback address is taken")
    }
}
