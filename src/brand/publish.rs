//! From the brand's files to the table of definitions.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Brand, Broken};
use crate::app::App;
use crate::campaigns::Campaign;
use crate::ids::Actor;
use crate::segments::Segment;
use crate::spec::definitions::{self, Change, Changed, Head};
use crate::spec::template::Template;
use crate::spec::{Defined, canonical};
use crate::store::{Tx, install};

/// What the files say of one thing, by its hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Definition {
    /// The kind, for example `coupon`.
    pub kind: &'static str,
    /// The name within its kind.
    pub name: String,
    /// SHA-256 of its canonical JSON.
    pub hash: String,
}

impl Brand {
    /// Everything the files define, by kind and name.
    pub fn definitions(&self) -> Vec<Definition> {
        let mut all = vec![definition(&self.profile)];
        all.extend(self.stamp_cards.iter().map(definition));
        all.extend(self.coupons.iter().map(definition));
        all.extend(self.segments.iter().map(definition));
        all.extend(self.campaigns.iter().map(definition));
        all.extend(self.replies.iter().map(definition));
        all.extend(self.templates.iter().map(definition));
        all.extend(self.rich_menus.iter().map(definition));
        all.sort();
        all
    }

    /// What publishing these files over `published` would change, by kind and name.
    pub fn changes(&self, published: &[Head]) -> Vec<Change> {
        let files = self.definitions();
        let change =
            |kind: &str, name: &str, change| Change { kind: String::from(kind), name: String::from(name), change };
        let mut changes = Vec::new();
        for file in &files {
            match published.iter().find(|head| head.kind == file.kind && head.name == file.name) {
                None => changes.push(change(file.kind, &file.name, Changed::Added)),
                Some(head) if head.hash != file.hash => changes.push(change(file.kind, &file.name, Changed::Changed)),
                Some(_) => {}
            }
        }
        let gone =
            published.iter().filter(|head| !files.iter().any(|file| file.kind == head.kind && file.name == head.name));
        changes.extend(gone.map(|head| change(&head.kind, &head.name, Changed::Removed)));
        changes.sort();
        changes
    }

    /// Publishes what changed, and that what is in no file any more is gone. Gives what it did.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn publish(&self, tx: &mut Tx, now: DateTime<Utc>, actor: &Actor) -> sqlx::Result<Vec<Change>> {
        self.publish_only(tx, now, actor, |_| true).await
    }

    /// Publishes those changes that are `wanted`. Gives what it did.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub async fn publish_only(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
        actor: &Actor,
        wanted: impl Fn(&Change) -> bool,
    ) -> sqlx::Result<Vec<Change>> {
        install::lock(tx).await?;
        let mut changes = self.changes(&definitions::heads(&mut *tx).await?);
        changes.retain(wanted);
        let changed = Publication { changes: &changes, now, actor };
        changed.put(tx, [&self.profile]).await?;
        changed.put(tx, &self.stamp_cards).await?;
        changed.put(tx, &self.coupons).await?;
        changed.put(tx, &self.segments).await?;
        changed.put(tx, &self.campaigns).await?;
        changed.put(tx, &self.replies).await?;
        changed.put(tx, &self.templates).await?;
        changed.put(tx, &self.rich_menus).await?;
        for gone in changes.iter().filter(|change| change.change == Changed::Removed) {
            definitions::retire(tx, &gone.kind, &gone.name, now, actor).await?;
        }
        Ok(changes)
    }

    /// The campaign of this name.
    pub fn campaign(&self, name: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.name() == name)
    }

    /// The segment of this name.
    pub fn segment(&self, name: &str) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.name() == name)
    }

    /// The template at this path.
    pub fn template(&self, path: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.path == path)
    }
}

/// Why a brand's folder was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Something is wrong in its files.
    #[error("{} faults in the brand's files ({}); `shuke validate` shows each with its place", .0.len(), .1.display())]
    Broken(Broken, PathBuf),
    /// The store.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// Publishes the brand's folder where nothing was ever published; does nothing otherwise. Gives what it published.
///
/// # Errors
/// When something is wrong in the files, or those of the store.
pub async fn publish_first(app: &App) -> Result<Vec<Change>, PublishError> {
    if definitions::revision(&app.db).await? > 0 {
        return Ok(Vec::new());
    }
    let folder = app.settings.brand_dir.clone();
    let (read, folder) = tokio::task::spawn_blocking(move || (super::read(&folder), folder)).await.map_err(joined)?;
    let brand = read.map_err(|broken| PublishError::Broken(broken, folder))?;
    let mut tx = app.db.begin().await?;
    install::lock(&mut tx).await?;
    if definitions::revision(&mut tx).await? > 0 {
        tx.commit().await?;
        return Ok(Vec::new());
    }
    let changes = brand.publish(&mut tx, app.clock.now(), &Actor::system("first-start")).await?;
    tx.commit().await?;
    tracing::info!(definitions = changes.len(), "published the brand's files for the first time");
    Ok(changes)
}

fn joined(error: tokio::task::JoinError) -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other(error))
}

pub(super) fn definition<T: Defined>(thing: &T) -> Definition {
    Definition { kind: T::KIND, name: String::from(thing.name()), hash: canonical::hash(thing) }
}

struct Publication<'a> {
    changes: &'a [Change],
    now: DateTime<Utc>,
    actor: &'a Actor,
}

impl Publication<'_> {
    async fn put<'t, T: Defined + 't>(&self, tx: &mut Tx, things: impl IntoIterator<Item = &'t T>) -> sqlx::Result<()> {
        for thing in things {
            if self.changes.iter().any(|change| change.kind == T::KIND && change.name == thing.name()) {
                definitions::publish(tx, thing, self.now, self.actor).await?;
            }
        }
        Ok(())
    }
}
