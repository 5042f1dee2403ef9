//! People of staff: signing in while the PIN changes, and how many codes a device may try.

use shuke::ids::{Actor, StaffId};
use shuke::staff::devices::{self, Enrolled};
use shuke::staff::scans::{self, Guessable, Logged, Method, Scan};
use shuke::staff::{self, Device, Pin, Role, SignIn, Signed, people};

use crate::harness::on_both;
use crate::shop::Shop;
use crate::web::PIN;

impl Shop {
    async fn enrolled(&self) -> (Device, String) {
        let code = self.device_code("zhongshan").await;
        match devices::enrol(&self.app, &code).await.unwrap() {
            Enrolled::Done { device, token } => (device, token),
            other => panic!("{other:?}"),
        }
    }

    async fn signed_in(&self, device: &Device, who: StaffId) -> Signed {
        match staff::sign_in(&self.app, device, who, PIN).await.unwrap() {
            SignIn::In { signed, .. } => signed,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn no_sign_in_under_way_outlives_another_pin() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (device, device_token) = shop.enrolled().await;
        for name in ["小安", "阿哲", "小宜"] {
            let who = shop.employs(name, Role::Clerk, "zhongshan").await;
            let operator = Actor::operator();
            let (signed, changed) = tokio::join!(
                staff::sign_in(&shop.app, &device, who, PIN),
                people::reset_pin(&shop.app, who, Pin::chosen("8305").unwrap(), &operator)
            );
            assert!(changed.unwrap());
            // Whichever was first, the old PIN opens nothing once there is another.
            if let SignIn::In { token, .. } = signed.unwrap() {
                assert_eq!(staff::session_of(&shop.app, &device_token, &token).await.unwrap(), None, "{name}");
            }
            assert!(matches!(staff::sign_in(&shop.app, &device, who, "8305").await.unwrap(), SignIn::In { .. }));
        }
    })
    .await;
}

#[tokio::test]
async fn a_reading_written_after_the_last_guess_shows_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let member = shop.joins("小美測試").await;
        let member = Some(shop.member_id(&member).await);
        let (device, _) = shop.enrolled().await;
        let who = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let by = shop.signed_in(&device, who).await;
        let guess = Scan {
            key: "one key for all",
            method: Method::Number,
            guess: Some(Guessable::Number),
            outcome: scans::UNKNOWN,
            member: None,
            voucher: None,
            window: None,
        };
        for _ in 0..scans::MISSES {
            let logged = scans::log(&shop.app, &by, &guess).await.unwrap();
            assert!(matches!(&logged, Logged::Line(line) if line.outcome == scans::UNKNOWN), "{logged:?}");
        }
        // Looked up before the last guess was written, written after it.
        let hit = Scan { key: "another", outcome: scans::SHOWN, member, ..guess.clone() };
        let until = shop.app.clock.now() + scans::MISSES_WITHIN;
        assert_eq!(scans::log(&shop.app, &by, &hit).await.unwrap(), Logged::MustWait { until });
        let shown = scans::shown_on(&db, device.id, None, chrono::DateTime::UNIX_EPOCH, 10).await.unwrap();
        assert_eq!(shown, [], "the line names nobody");
        // Her pass is no guess.
        let pass = Scan { key: "her pass", method: Method::Gun, guess: None, window: Some(1), ..hit.clone() };
        let logged = scans::log(&shop.app, &by, &pass).await.unwrap();
        assert!(matches!(&logged, Logged::Line(line) if line.member == member), "{logged:?}");

        shop.app.clock.advance(scans::MISSES_WITHIN);
        let hit = Scan { key: "a third", ..hit };
        assert!(matches!(scans::log(&shop.app, &by, &hit).await.unwrap(), Logged::Line(line) if line.member == member));
    })
    .await;
}
