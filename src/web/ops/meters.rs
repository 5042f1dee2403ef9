//! The one recorder of this process, and what each meter means.

use std::sync::OnceLock;

use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Bounds of durations, in seconds.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Bounds of events written with one commit.
const EVENTS: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0, 2000.0];

/// Counts from now on. Once in a process; later calls find it done.
pub(super) fn start() {
    let _ = recorder();
}

/// Everything counted, as Prometheus reads it.
pub(super) fn text() -> String {
    recorder().render()
}

/// Folds what histograms have gathered.
pub(super) fn fold() {
    recorder().run_upkeep();
}

fn recorder() -> &'static PrometheusHandle {
    RECORDER.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix(String::from("_seconds")), &SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix(String::from("_events")), &EVENTS))
            .expect("the lists of bounds are not empty")
            .build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder of metrics is in place; /metrics stays empty");
        }
        describe();
        handle
    })
}

fn describe() {
    describe_counter!("shuke_webhooks_total", "Webhook requests, by the status they were answered with.");
    describe_counter!("shuke_bad_signatures_total", "Webhook requests whose signature was missing or wrong.");
    describe_counter!("shuke_events_accepted_total", "Webhook events that were answered 200, repeats too.");
    describe_histogram!("shuke_journal_group_events", "Webhook events written with one commit.");
    describe_counter!("shuke_replies_total", "Replies, by what became of them.");
    describe_counter!("shuke_deliveries_total", "Messages of pushes, by what became of them.");
    describe_counter!("shuke_sends_total", "Requests of pushes to LINE, by kind and outcome.");
    describe_counter!("line_requests_total", "Requests to LINE, by endpoint and status.");
    describe_histogram!("line_request_seconds", "How long LINE took to answer, by endpoint.");
    describe_histogram!("http_request_seconds", "How long requests took, by method, matched path and status.");
    describe_gauge!("shuke_jobs", "Jobs in the queue, by state; a dead one needs a person.");
    describe_gauge!("shuke_events_parked", "Webhook events that failed five times and need a person.");
    describe_gauge!("shuke_replies_open", "Replies that are owed and not yet settled.");
    describe_gauge!("shuke_build_info", "1, with the version.");
    describe_gauge!("process_resident_memory_bytes", "Memory the process occupies.");
    metrics::counter!("shuke_bad_signatures_total").increment(0);
    metrics::counter!("shuke_events_accepted_total").increment(0);
    metrics::gauge!("shuke_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}
