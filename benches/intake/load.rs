//! The load: so many connections, each with one request under way, over plain sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::events::Requests;
use super::machine;
use super::place::Running;

/// What one run gave.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Acknowledged webhooks a second.
    pub per_second: f64,
    /// The time to an acknowledgement that one in a hundred exceeds, in ms.
    pub p99_ms: f64,
    /// Processor time of the server's process for one of them, in µs; a database server's own is not in it.
    pub cpu_us: f64,
}

/// Requests before the clock runs.
const WARM_UP: usize = 300;

/// Sends `requests` to a server until they or `seconds` are used up.
///
/// # Errors
/// When one is not answered 200.
pub async fn run(
    server: &Running,
    port: u16,
    requests: &Requests,
    connections: usize,
    seconds: f64,
) -> Result<Run, String> {
    let next = Arc::new(AtomicUsize::new(0));
    drive(port, requests, &next, connections, WARM_UP, Duration::from_secs(10)).await?;
    let cpu = machine::cpu_seconds(server.0.id());
    let started = Instant::now();
    let most = Duration::from_secs_f64(seconds);
    let mut took = drive(port, requests, &next, connections, requests.len(), most).await?;
    let elapsed = started.elapsed().as_secs_f64();
    let cpu = machine::cpu_seconds(server.0.id()) - cpu;
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).ok_or("nothing was acknowledged")?;
    let count = took.len() as f64;
    Ok(Run { per_second: count / elapsed, p99_ms: f64::from(*p99) / 1e3, cpu_us: cpu * 1e6 / count })
}

/// The time each request took, in microseconds.
async fn drive(
    port: u16,
    requests: &Requests,
    next: &Arc<AtomicUsize>,
    connections: usize,
    until: usize,
    most: Duration,
) -> Result<Vec<u32>, String> {
    let started = Instant::now();
    let senders: Vec<_> = (0..connections)
        .map(|_| {
            let (requests, next) = (Arc::clone(requests), Arc::clone(next));
            tokio::spawn(async move {
                let mut took = Vec::new();
                let mut line = Line::open(port).await?;
                while started.elapsed() < most {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= until {
                        next.fetch_sub(1, Ordering::Relaxed);
                        break;
                    }
                    let sent = Instant::now();
                    line.ask(&requests[number]).await?;
                    took.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
                Ok::<_, String>(took)
            })
        })
        .collect();
    let mut all = Vec::new();
    for sender in senders {
        all.extend(sender.await.map_err(|error| error.to_string())??);
    }
    Ok(all)
}

/// A connection that is kept.
struct Line {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Line {
    async fn open(port: u16) -> Result<Self, String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, answer: Vec::with_capacity(4096) })
    }

    /// Sends a request and reads the answer, whose body is empty.
    async fn ask(&mut self, request: &Bytes) -> Result<(), String> {
        self.stream.write_all(request).await.map_err(|error| error.to_string())?;
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await.map_err(|error| error.to_string())?;
            if read == 0 {
                return Err(String::from("the server closed a connection"));
            }
            if self.answer.ends_with(b"\r\n\r\n") {
                break;
            }
        }
        if self.answer.starts_with(b"HTTP/1.1 200") {
            return Ok(());
        }
        let answer = String::from_utf8_lossy(&self.answer);
        Err(format!("a webhook was answered: {}", answer.lines().next().unwrap_or_default()))
    }
}
