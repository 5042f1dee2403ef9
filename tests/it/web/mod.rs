//! The faces for people, asked as a browser asks them, without sockets.

mod browser;
mod counter;
mod counter_acts;
mod counter_limits;
mod counter_refused;
mod counter_sheet;
mod door;
mod limits;
mod member;
mod roles;

use shuke::ids::{Actor, LineUserId, StaffId};
use shuke::members::pass;
use shuke::staff::people::{Added, NewPerson};
use shuke::staff::{Pin, Role, devices, people};

use crate::shop::Shop;
pub use browser::{Answer, Browser};

/// The PIN of everybody who works in the tests.
pub const PIN: &str = "4071";

impl Shop {
    /// A browser that has seen nothing yet.
    pub fn browser(&self) -> Browser {
        Browser::new(self.pages.clone())
    }

    /// Her phone's browser with her pages open: LINE vouched for her.
    pub async fn opens_pages(&self, phone: &LineUserId) -> Browser {
        let mut browser = self.browser();
        let answer = self.signs_in(&mut browser, phone).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        browser
    }

    /// What the sign-in page sends with the ID token LIFF holds on this phone.
    pub async fn signs_in(&self, browser: &mut Browser, phone: &LineUserId) -> Answer {
        let page = self.sandbox.open_liff(phone, "").expect("the phone is there");
        browser.json("/m/session", &serde_json::json!({ "id_token": page.id_token })).await
    }

    /// Somebody starts to work at one store.
    pub async fn employs(&self, name: &str, role: Role, store: &str) -> StaffId {
        let new = NewPerson {
            name: String::from(name),
            role,
            stores: vec![String::from(store)],
            pin: Pin::chosen(PIN).expect("a PIN"),
        };
        match people::add(&self.app, new, &Actor::operator()).await.expect("she is added") {
            Added::Added(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// A code that enrols a device for a store.
    pub async fn device_code(&self, store: &str) -> String {
        match devices::make_code(&self.app, store, "", &Actor::operator()).await.expect("a code") {
            devices::Made::Code(code) => code.text,
            other => panic!("{other:?}"),
        }
    }

    /// A device enrolled for a store.
    pub async fn device(&self, store: &str) -> Browser {
        let mut till = self.browser();
        let code = self.device_code(store).await;
        let answer = till.post("/counter/enrol", &[("code", &code)]).await;
        assert_eq!(answer.leads_to(), "/counter/sign-in?enrolled", "{}", answer.body);
        till
    }

    /// The same with somebody signed in on it.
    pub async fn till(&self, store: &str, staff: StaffId) -> Browser {
        let mut till = self.device(store).await;
        self.enters_pin(&mut till, staff, PIN).await;
        assert_eq!(till.get("/counter/").await.status, 200);
        till
    }

    /// She types a PIN.
    pub async fn enters_pin(&self, till: &mut Browser, staff: StaffId, pin: &str) -> Answer {
        till.post("/counter/sign-in", &[("staff", &staff.to_string()), ("pin", pin)]).await
    }

    /// She types a PIN, and reads the page that leads to.
    pub async fn reads_after_pin(&self, till: &mut Browser, staff: StaffId, pin: &str) -> Answer {
        let answer = self.enters_pin(till, staff, pin).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        till.get(answer.leads_to()).await
    }

    /// What the QR on her card holds at this moment.
    pub async fn pass_of(&self, phone: &LineUserId) -> String {
        let member = self.member(phone).await;
        let codes = pass::codes(&self.app.secret, &member.number, self.app.clock.now());
        codes.into_iter().next().expect("ten of them").payload
    }
}
