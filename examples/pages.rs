//! Every state of every page with invented people, for looking at: `cargo run --example pages`, then http://127.0.0.1:8099/.
//! `web/shoot.mjs` takes their pictures. `?lang=ja` or `?lang=en` changes the language.

use axum::extract::{Form, Path, Query};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::NaiveDate;
use shuke::web::counter::{
    Act, ActPart, BandPart, Colleague, Desk, DeskPage, EnrolPage, Offer, ReadPart, ScannerTestPage, Sheet,
    SheetVoucher, SignInPage, Who,
};
use shuke::web::member::{
    CardPage, HistoryLine, JoinPage, MePage, PassCard, SignInPage as LiffPage, StampsPage, Tab, VoucherPage,
    VouchersPage, Window,
};
use shuke::web::pieces::{
    Band, Deadline, Gift, Next, Plain, PlainPage, Shell, Slot, StampGrid, StampLine, Ticket, TicketState, Tone, Undo,
    draw, grouped,
};
use shuke::web::{Page, Policy};
use shuke::words::{Lang, Words};

const MEMBER: [&str; 18] = [
    "card",
    "card-new",
    "card-old",
    "stamps",
    "stamps-full",
    "stamps-empty",
    "vouchers",
    "vouchers-used",
    "vouchers-expired",
    "vouchers-empty",
    "voucher",
    "voucher-used",
    "me",
    "me-blocked",
    "join",
    "sign-in",
    "gone",
    "broken",
];
const COUNTER: [&str; 14] = [
    "enrol",
    "pin",
    "pin-fault",
    "pin-locked",
    "pin-nobody",
    "desk",
    "desk-empty",
    "sheet",
    "sheet-refused",
    "sheet-voucher",
    "done",
    "refused-used",
    "refused-expired",
    "scanner-test",
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let router = Router::new()
        .route("/", get(index))
        .route("/m/pass", get(async || Json(pass_json())))
        .route("/m/{page}", get(member))
        .route("/counter/scan", post(scan))
        .route("/counter/stamp", post(stamp))
        .route("/counter/redeem", post(stamp))
        .route("/counter/undo", post(undo))
        .route("/counter/{page}", get(counter))
        .route("/liff/sdk.js", get(async || ([("content-type", "text/javascript")], "")))
        .merge(shuke::assets::router());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await.expect("port 8099 is free");
    println!("http://127.0.0.1:8099/");
    axum::serve(listener, router).await.expect("serves");
}

#[derive(serde::Deserialize)]
struct Asked {
    lang: Option<Lang>,
}

async fn index() -> Html<String> {
    let links = |face: &str, pages: &[&str]| {
        pages.iter().map(|page| format!("<li><a href=\"/{face}/{page}\">{face}/{page}</a>")).collect::<String>()
    };
    Html(format!("<ul>{}{}</ul>", links("m", &MEMBER), links("counter", &COUNTER)))
}

fn shell(asked: &Asked, base: &str) -> Shell {
    let voice = Words::load().voice(asked.lang.unwrap_or_default());
    let brand = if voice.lang == Lang::En { "Corner Coffee" } else { "巷口咖啡" };
    Shell { voice, brand: String::from(brand), base: String::from(base), theme: None }
}

fn is_en(shell: &Shell) -> bool {
    shell.voice.lang == Lang::En
}

/// One of two texts: these are what a brand's own files would say.
fn brand_says(shell: &Shell, zh: &str, en: &str) -> String {
    String::from(if is_en(shell) { en } else { zh })
}

fn consent(shell: &Shell) -> String {
    brand_says(
        shell,
        "領取會員卡，表示您同意巷口咖啡保存您的集點與兌換紀錄。",
        "By taking the card you agree that Corner Coffee keeps a record of your stamps and vouchers.",
    )
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 28).expect("a day")
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a day")
}

fn pass_payload(window: i64) -> String {
    format!("M1:46027715:1P9N0K{}:Q8W2E5R7ABCD", window % 10)
}

fn pass_json() -> serde_json::Value {
    let windows: Vec<Window> = windows(now_ms());
    serde_json::json!({ "now": now_ms(), "seconds": 30, "windows": windows })
}

#[expect(clippy::disallowed_methods, reason = "an example for looking at pages has no product clock")]
fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

fn windows(now: i64) -> Vec<Window> {
    let first = now / 30_000;
    (first..first + 10)
        .map(|window| {
            let drawn = draw(&pass_payload(window)).expect("fits");
            Window { from: window * 30_000, size: drawn.size, bits: drawn.bits }
        })
        .collect()
}

fn pass(shell: &Shell, now: i64) -> PassCard {
    PassCard {
        tier: brand_says(shell, "熟客會員", "Regular"),
        number: String::from("4602 7715"),
        code: draw(&pass_payload(now / 30_000)).expect("fits"),
        windows: windows(now),
        seconds: 30,
        now,
    }
}

fn gift(shell: &Shell, more: i64) -> Option<Gift> {
    Some(Gift { more, name: brand_says(shell, "一杯拿鐵", "a free latte") })
}

fn ticket(shell: &Shell, state: TicketState, last: NaiveDate) -> Ticket {
    Ticket {
        href: format!("{}/voucher", shell.base),
        title: brand_says(shell, "拿鐵兌換券", "Free latte"),
        condition: brand_says(shell, "熱或冰，中杯一杯", "Hot or iced, one medium"),
        deadline: Some(Deadline { last, today: today() }),
        stores: shell.say("voucher-all-stores"),
        state,
        today: today(),
    }
}

fn used() -> TicketState {
    TicketState::Used { at: today().and_hms_opt(14, 2, 0).expect("a time"), store: String::from("永康店") }
}

fn grid(shell: &Shell, stamps: i64) -> StampGrid {
    StampGrid {
        title: brand_says(shell, "咖啡集點卡", "Coffee card"),
        stamps,
        goal: 10,
        slots: (1..=10)
            .map(|position| Slot {
                position,
                print: (position <= stamps).then(|| u8::try_from((position * 7 + 3) % 9).unwrap_or_default()),
                gift: (position == 10).then(|| brand_says(shell, "一杯拿鐵", "a free latte")),
            })
            .collect(),
        gift: gift(shell, 10 - stamps),
        expiry: shell.fill(
            "stamps-expiry",
            "day",
            shell.voice.until_day(NaiveDate::from_ymd_opt(2027, 6, 30).expect("a day"), today()),
        ),
        ends_soon: false,
    }
}

async fn member(Path(page): Path<String>, Query(asked): Query<Asked>) -> Response {
    let shell = shell(&asked, "/m");
    let own = Policy::own();
    match page.as_str() {
        "card" | "card-new" | "card-old" => {
            let is_new = page == "card-new";
            let now = if page == "card-old" { now_ms() - 3_600_000 } else { now_ms() };
            let mut pass = pass(&shell, now);
            if page == "card-old" {
                pass.now = now_ms();
            }
            let line = StampLine {
                title: brand_says(&shell, "咖啡集點卡", "Coffee card"),
                stamps: if is_new { 0 } else { 7 },
                goal: 10,
                gift: gift(&shell, if is_new { 10 } else { 3 }),
            };
            let ticket = (!is_new).then(|| ticket(&shell, TicketState::Ready, day(12, 31)));
            Page::new(CardPage { shell, version: 3, pass, lines: vec![line], ticket }, &own).into_response()
        }
        "stamps" | "stamps-full" | "stamps-empty" => {
            let history = |when: &str, zh: &str, en: &str, amount: &str, is_undone| HistoryLine {
                when: String::from(when),
                what: brand_says(&shell, zh, en),
                store: brand_says(&shell, "永康店", "Yongkang"),
                amount: String::from(amount),
                is_undone,
            };
            let lines = if page == "stamps-empty" {
                vec![]
            } else {
                vec![
                    history("14:02", "蓋了 2 點", "2 stamps", "+2", false),
                    history("12 月 21 日（一）09:15", "蓋了 1 點", "1 stamp", "+1", true),
                    history("12 月 12 日（六）18:40", "使用了拿鐵兌換券", "Used a free latte", "", false),
                ]
            };
            let grids = match page.as_str() {
                "stamps" => vec![grid(&shell, 7)],
                "stamps-full" => vec![grid(&shell, 10)],
                _ => vec![],
            };
            let empty = Plain {
                icon: "rosette",
                what: shell.say("stamps-none"),
                why: shell.say("stamps-none-why"),
                next: Some(Next { href: String::from("/m/"), label: shell.say("nav-card") }),
            };
            Page::new(StampsPage { shell, version: 3, grids, empty, history: lines }, &own).into_response()
        }
        "vouchers" | "vouchers-used" | "vouchers-expired" | "vouchers-empty" => {
            let (tab, tickets) = match page.as_str() {
                "vouchers" => (
                    Tab::Ready,
                    vec![
                        ticket(&shell, TicketState::Ready, day(12, 29)),
                        ticket(&shell, TicketState::Ready, NaiveDate::from_ymd_opt(2027, 1, 23).expect("a day")),
                    ],
                ),
                "vouchers-used" => (Tab::Used, vec![ticket(&shell, used(), day(12, 31))]),
                "vouchers-expired" => (Tab::Expired, vec![ticket(&shell, TicketState::Expired, day(11, 30))]),
                _ => (Tab::Ready, vec![]),
            };
            let ready = if page == "vouchers-empty" { 0 } else { 2 };
            Page::new(VouchersPage { shell, version: 3, tab, ready, tickets }, &own).into_response()
        }
        "voucher" => {
            let ticket = ticket(&shell, TicketState::Ready, day(12, 31));
            Page::new(
                VoucherPage { shell, version: 3, ticket, code: draw("C1:K7Q2X9PA"), typed: grouped("K7Q2X9PA") },
                &own,
            )
            .into_response()
        }
        "voucher-used" => {
            let ticket = ticket(&shell, used(), day(12, 31));
            Page::new(VoucherPage { shell, version: 3, ticket, code: None, typed: String::new() }, &own).into_response()
        }
        "me" | "me-blocked" => {
            let since = shell.voice.day(NaiveDate::from_ymd_opt(2025, 12, 20).expect("a day"), today());
            let page = MePage {
                name: String::from("Mei 範例"),
                number: String::from("4602 7715"),
                since,
                wants_offers: true,
                is_blocked: page == "me-blocked",
                wording: String::from("offers-1"),
                privacy: String::from("https://example.com/privacy"),
                is_saved: page == "me",
                shell,
            };
            Page::new(page, &own).into_response()
        }
        "join" => {
            let gift = brand_says(&shell, "集滿 10 點，送您一杯拿鐵", "Ten stamps, and the next latte is on us");
            let page = JoinPage {
                consent: consent(&shell),
                shell,
                gift,
                wording: String::from("join-1"),
                privacy: String::from("https://example.com/privacy"),
                asked: String::from("offers-1"),
            };
            Page::new(page, &own).into_response()
        }
        "sign-in" => {
            let in_line = String::from("https://liff.line.me/2000000000-Example0");
            let page = LiffPage {
                in_line_code: draw(&in_line),
                in_line,
                sdk: String::from("http://127.0.0.1:8099/liff/sdk.js"),
                liff_id: String::from("2000000000-Example0"),
                next: String::from("/m/"),
                shell,
            };
            let policy = Policy::own().with_liff(&page.sdk);
            Page::new(page, &policy).into_response()
        }
        "gone" | "broken" => {
            let next = Some(Next { href: String::from("/m/"), label: shell.say("page-home") });
            let plain = Plain {
                icon: "alert-triangle",
                what: shell.say(&format!("page-{page}")),
                why: shell.say(&format!("page-{page}-why")),
                next,
            };
            Page::new(PlainPage { shell, css: "member.css", plain }, &own).into_response()
        }
        _ => http::StatusCode::NOT_FOUND.into_response(),
    }
}

fn desk(shell: &Shell, acts: usize) -> Desk {
    let act = |entry: &str, when: &str, about: &str, zh: &str, en: &str, can_undo, is_undone| Act {
        member: String::from("1"),
        entry: String::from(entry),
        when: String::from(when),
        about: String::from(about),
        what: brand_says(shell, zh, en),
        can_undo,
        asks_why: entry == "2",
        is_undone,
    };
    let all = vec![
        act("1", "14:02", "王○美", "蓋 2 點", "2 stamps", true, false),
        act("2", "13:58", "L○o", "兌換「拿鐵兌換券」", "A free latte redeemed", true, false),
        act("3", "13:51", "陳○", "蓋 1 點", "1 stamp", false, true),
    ];
    Desk {
        store: brand_says(shell, "永康店", "Yongkang"),
        mode: shell.say("mode-stamps"),
        clerk: String::from("小安"),
        acts: all.into_iter().take(acts).collect(),
    }
}

fn sheet(shell: &Shell, offers: Vec<Offer>, voucher_read: bool) -> Sheet {
    Sheet {
        scan: String::from("0193-scan"),
        who: Who {
            initial: String::from("美"),
            picture: None,
            name: String::from("王○美"),
            number: String::from("4602 7715"),
            tier: brand_says(shell, "熟客會員", "Regular"),
            notes: vec![shell.say("note-birthday")],
        },
        offers,
        vouchers: vec![SheetVoucher {
            id: String::from("K7Q2X9PA"),
            title: brand_says(shell, "拿鐵兌換券", "Free latte"),
            when: shell.voice.until_day(day(12, 31), today()),
            elsewhere: String::new(),
            is_read: voucher_read,
        }],
        no_redeeming: String::new(),
        acts: if voucher_read { Vec::new() } else { desk(shell, 3).acts },
        older: if voucher_read { Vec::new() } else { desk(shell, 3).acts },
        is_acts_open: false,
    }
}

fn stamps_offer(shell: &Shell) -> Offer {
    let outcomes = (1..=10_i64)
        .map(|amount| {
            if 7 + amount < 10 {
                shell.voice.say_with(
                    "outcome",
                    &[("amount", amount.into()), ("after", (7 + amount).into()), ("goal", 10.into())],
                )
            } else {
                let gift = brand_says(shell, "一杯拿鐵", "a free latte");
                shell.voice.say_with(
                    "outcome-full",
                    &[
                        ("amount", amount.into()),
                        ("after", (amount - 3).into()),
                        ("goal", 10.into()),
                        ("gift", gift.into()),
                    ],
                )
            }
        })
        .collect();
    Offer::Stamps {
        programme: String::from("coffee"),
        title: brand_says(shell, "咖啡集點卡", "Coffee card"),
        units: (1..=10_i64).map(|amount| shell.fill("stepper-unit-drink", "amount", amount)).collect(),
        stamps: 7,
        goal: 10,
        outcomes,
    }
}

fn done(shell: &Shell, amount: i64) -> Band {
    Band {
        tone: Tone::Done,
        words: shell.voice.say_with(
            "done-stamped",
            &[("amount", amount.into()), ("after", (7 + amount).into()), ("goal", 10.into())],
        ),
        next: String::new(),
        undo: Some(Undo { member: String::from("1"), entry: String::from("9"), seconds: 10 }),
    }
}

fn refused(shell: &Shell, words: String, next: String) -> Band {
    let _ = shell;
    Band { tone: Tone::Refused, words, next, undo: None }
}

fn expired(shell: &Shell) -> Band {
    Band {
        tone: Tone::Care,
        words: shell.say("refused-expired"),
        next: shell.fill("refused-expired-next", "seconds", 40),
        undo: None,
    }
}

async fn counter(Path(page): Path<String>, Query(asked): Query<Asked>) -> Response {
    let shell = shell(&asked, "/counter");
    let own = Policy::own();
    let camera = Policy::own().with_scanner();
    let colleague = |id: &str, name: &str, role: &str| Colleague {
        id: String::from(id),
        name: String::from(name),
        role: shell.say(role),
    };
    match page.as_str() {
        "enrol" => Page::new(EnrolPage { shell, fault: String::new() }, &own).into_response(),
        "pin" | "pin-fault" | "pin-locked" | "pin-nobody" => {
            let colleagues = if page == "pin-nobody" {
                vec![]
            } else {
                vec![
                    colleague("1", "小安", "pin-role-clerk"),
                    colleague("2", "阿哲", "pin-role-clerk"),
                    colleague("3", "林店長", "pin-role-manager"),
                ]
            };
            let fault = if page == "pin-fault" { shell.fill("pin-wrong", "left", 4) } else { String::new() };
            let note = if page == "pin-locked" { shell.fill("pin-idle", "minutes", 2) } else { String::new() };
            let store = brand_says(&shell, "永康店", "Yongkang");
            let chosen = String::from("1");
            Page::new(SignInPage { shell, store, colleagues, chosen, note, fault }, &own).into_response()
        }
        "scanner-test" => {
            let text = "M1:00000000:1P9N0K2:Q8W2E5R7ABCD";
            Page::new(
                ScannerTestPage { shell, sample: draw(text).expect("fits"), sample_text: String::from(text) },
                &own,
            )
            .into_response()
        }
        _ => {
            let (sheet, band) = match page.as_str() {
                "sheet" => (Some(sheet(&shell, vec![stamps_offer(&shell)], false)), None),
                "sheet-refused" => {
                    let offer = Offer::Refused {
                        title: brand_says(&shell, "咖啡集點卡", "Coffee card"),
                        words: shell.fill("refused-too-soon", "until", "14:05"),
                        next: shell.say("refused-too-soon-next"),
                    };
                    (Some(sheet(&shell, vec![offer], false)), None)
                }
                "sheet-voucher" => (Some(sheet(&shell, vec![], true)), None),
                "done" => (None, Some(done(&shell, 1))),
                "refused-used" => {
                    let words = shell
                        .voice
                        .say_with("refused-voucher-used", &[("when", "14:02".into()), ("store", "永康店".into())]);
                    let next = shell.fill("refused-voucher-used-next", "by", "小安");
                    (None, Some(refused(&shell, words, next)))
                }
                "refused-expired" => (None, Some(expired(&shell))),
                _ => (None, None),
            };
            let desk = desk(&shell, if page == "desk-empty" { 0 } else { 3 });
            Page::new(DeskPage { shell, desk, sheet, band }, &camera).into_response()
        }
    }
}

#[derive(serde::Deserialize)]
struct Read {
    code: String,
    key: String,
    method: String,
}

async fn scan(Query(asked): Query<Asked>, Form(read): Form<Read>) -> Response {
    let shell = shell(&asked, "/counter");
    let own = Policy::own().with_scanner();
    println!("read {} by {} under {}", read.code, read.method, read.key);
    if read.code.starts_with("M1:") || read.code.starts_with("4602") {
        let sheet = sheet(&shell, vec![stamps_offer(&shell)], false);
        Page::new(ReadPart { shell, sheet }, &own).into_response()
    } else {
        let band = expired(&shell);
        Page::new(BandPart { shell, band }, &own).into_response()
    }
}

#[derive(serde::Deserialize)]
struct Given {
    amount: Option<i64>,
    scan: String,
}

async fn stamp(Query(asked): Query<Asked>, Form(given): Form<Given>) -> Response {
    let shell = shell(&asked, "/counter");
    println!("stamped {:?} on {}", given.amount, given.scan);
    let band = done(&shell, given.amount.unwrap_or(1));
    let desk = desk(&shell, 3);
    Page::new(ActPart { shell, band, desk }, &Policy::own().with_scanner()).into_response()
}

async fn undo(Query(asked): Query<Asked>) -> Response {
    let shell = shell(&asked, "/counter");
    let band = Band { tone: Tone::Done, words: shell.say("done-undone"), next: String::new(), undo: None };
    let desk = desk(&shell, 2);
    Page::new(ActPart { shell, band, desk }, &Policy::own().with_scanner()).into_response()
}
