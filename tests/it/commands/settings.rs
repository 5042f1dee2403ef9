//! Where settings come from, and what they do: `.env` in the folder the program runs in, files a setting names, the operator's
//! own address, and how the log is written.

use serde_json::Value;
use shuke::store::OpenOptions;

use crate::crash::{Line, Service, free_port};
use crate::harness::each_engine;
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_takes_its_settings_from_files_under_its_environment() {
    each_engine(OpenOptions::default(), async |fresh| {
        // Another secret than the one this was written under would not let the service start.
        let shop = Shop::open(&fresh.db).await;
        shop.joins("小美測試").await;
        let port = free_port();
        let line = Line::for_service_on(port).await;
        let mut service = Service::new(&fresh.url, line.address, port);
        service.ops_port = free_port();
        let secret = service.is_not_told("SHUKE_SECRET");
        service.has_file("secret", &format!("{secret}\n"));
        let lines = format!("SHUKE_SECRET_FILE=secret\nOPS_BIND=127.0.0.1:{}\nBIND=nowhere\n", service.ops_port);
        service.has_file(".env", &lines);

        let mut read = 0;
        for (format, is_json) in [("json", true), ("pretty", false), ("", true)] {
            service.start_with(&[("LOG_FORMAT", format), ("RUST_LOG", "info")]).await;
            for path in ["/readyz", "/healthz", "/metrics", "/version"] {
                assert_eq!(
                    (status(service.ops_url(path)).await, status(service.url(path)).await),
                    (200, 404),
                    "{path}"
                );
            }
            assert_eq!(status(service.ops_url("/counter/sign-in")).await, 404, "nobody's pages are the operator's");
            assert_ne!(status(service.url("/counter/sign-in")).await, 404);
            service.kill();
            let log = service.log().split_off(read);
            read += log.len();
            assert!(log.contains("LINE is a sandbox on this machine") && log.contains("ready"), "{log}");
            for line in log.lines() {
                let is_object = serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object());
                assert_eq!(is_object, is_json, "{format:?}: {line}");
            }
        }
        drop(shop);
    })
    .await;
}

async fn status(url: String) -> u16 {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    client.get(url).send().await.unwrap().status().as_u16()
}
