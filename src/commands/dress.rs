//! Dresses a sandbox in a brand: the account's name, the zone, the rich menu as its file draws it.

use std::path::Path;

use serde_json::{Value, json};

use crate::brand::rich_menu::{Page, RichMenu, Tile, TileAction};
use crate::brand::{self, Brand};
use crate::conversations::spec::Show;
use crate::sandbox::{self, Config};

/// The menu a sandbox shows where the brand has several.
const MENU: &str = "main";

/// The sandbox in the brand of `folder`. One whose files are broken leaves it as it is: `validate` says what is wrong, and a
/// sandbox needs no brand.
pub fn dress(config: Config, folder: &Path) -> Config {
    match brand::read(folder) {
        Ok(brand) => in_brand(config, &brand),
        Err(broken) => {
            tracing::warn!(folder = %folder.display(), faults = broken.len(), "the brand cannot be read; the sandbox shows a menu of its own");
            config
        }
    }
}

fn in_brand(mut config: Config, brand: &Brand) -> Config {
    let lang = brand.profile.language;
    config.channel.name = String::from(brand.profile.title.in_lang(lang));
    config.zone = brand.profile.zone();
    config.quota = Some(i64::from(brand.profile.tariff.free_messages));
    let menu = brand.rich_menus.iter().find(|menu| menu.rich_menu.as_str() == MENU).or(brand.rich_menus.first());
    let Some(menu) = menu else { return config };
    config.chat_bar.clone_from(&menu.chat_bar);
    config.menu_columns = menu.columns;
    config.rich_menu = tiles(menu, brand, &config.channel.liff_id);
    config
}

fn tiles(menu: &RichMenu, brand: &Brand, liff_id: &str) -> Vec<sandbox::Tile> {
    let tile = |tile: &Tile| {
        let label = String::from(tile.label.in_lang(brand.profile.language));
        let action = action(&tile.action, &label, liff_id);
        sandbox::Tile { icon: String::from(icon(&tile.action, brand)), label, action }
    };
    menu.tiles.iter().map(|each| tile(each)).collect()
}

/// LINE's action object of a tile.
fn action(action: &TileAction, label: &str, liff_id: &str) -> Value {
    match action {
        TileAction::Say(text) => json!({ "type": "message", "label": label, "text": text.as_str() }),
        TileAction::Postback(data) => {
            json!({ "type": "postback", "label": label, "data": data.as_str(), "displayText": label })
        }
        TileAction::Page(page) => {
            let path = match page {
                Page::Card => "",
                Page::Stamps => "/stamps",
                Page::Vouchers => "/vouchers",
            };
            json!({ "type": "uri", "label": label, "uri": format!("https://liff.line.me/{liff_id}{path}") })
        }
        TileAction::Uri(uri) => json!({ "type": "uri", "label": label, "uri": uri.as_str() }),
    }
}

/// A tile's sign: what its page or the answer to its words shows.
fn icon(action: &TileAction, brand: &Brand) -> &'static str {
    match action {
        TileAction::Postback(_) => "id-badge-2",
        TileAction::Page(Page::Card) => "qrcode",
        TileAction::Page(Page::Stamps) => "rubber-stamp",
        TileAction::Page(Page::Vouchers) => "ticket",
        TileAction::Uri(_) => "world",
        TileAction::Say(words) => {
            let replies = brand.replies.iter().flat_map(|replies| &replies.file.replies);
            let answer = replies.into_iter().find(|reply| reply.when.iter().any(|when| **when == **words));
            match answer.and_then(|reply| reply.show) {
                Some(Show::MemberCard) => "id-badge-2",
                Some(Show::StampCard) => "rubber-stamp",
                Some(Show::Vouchers) => "ticket",
                None => "message-2",
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_wears_the_sample_brand() {
        let config = dress(Config::beside(8090, 8080), Path::new(env!("CARGO_MANIFEST_DIR")));
        assert_eq!((config.channel.name.as_str(), config.menu_columns, config.rich_menu.len()), ("熟客咖啡", 3, 6));
        let icons: Vec<&str> = config.rich_menu.iter().map(|tile| tile.icon.as_str()).collect();
        assert_eq!(icons, ["id-badge-2", "qrcode", "rubber-stamp", "ticket", "message-2", "message-2"]);
        let liff = &config.channel.liff_id;
        assert_eq!(config.rich_menu[1].action["uri"], format!("https://liff.line.me/{liff}"));
        assert_eq!(config.rich_menu[0].action["data"], "join");
        assert_eq!(config.quota, Some(6_000), "what the brand's tariff includes");
    }

    #[test]
    fn without_a_brand_it_keeps_its_own_menu() {
        let plain = Config::in_memory();
        assert_eq!(dress(plain.clone(), Path::new("/nowhere")).rich_menu, plain.rich_menu);
    }
}
