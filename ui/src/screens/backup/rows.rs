//! Places and versions as rows: facts for the sentences.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::backup::VersionId;
use smartotp_core::backup::schedule::Standing;
use smartotp_core::backup::settings::{Place, Version};
use smartotp_core::vault::Contents;

use crate::backup::places;
use crate::desk::Desk;
use crate::{BackupPlaceRow, BackupScreen, BackupState, BackupTrouble, VersionRow, VersionScreen, day};

/// So many versions stand on the tab.
const ON_THE_TAB: usize = 3;
/// Seconds that stand for a moment that never was.
const NEVER: i32 = -1;

/// Shows all of it; `chosen` is the place on its page.
pub(super) fn show(desk: &Rc<Desk>, chosen: u32) {
    let Some(contents) = desk.door.contents() else {
        desk.with(|app| {
            let screen = app.global::<BackupScreen>();
            screen.set_state(BackupState::Off);
            screen.set_badge(false);
            screen.set_offered(false);
            screen.set_places(ModelRc::default());
            screen.set_newest(ModelRc::default());
            app.global::<VersionScreen>().set_rows(ModelRc::default());
        });
        return;
    };
    let now = desk.door.unix();
    let backup = contents.backup();
    let rows: Vec<BackupPlaceRow> = backup.places().iter().map(|place| row(desk, place, &contents, now)).collect();
    let about = rows.iter().max_by_key(|row| gravity(row.state)).cloned().unwrap_or_default();
    let place = rows.iter().find(|row| u32::try_from(row.id) == Ok(chosen)).cloned().unwrap_or_default();
    let versions: Vec<VersionRow> =
        list(&contents).iter().enumerate().map(|(at, one)| version_row(at, one, now)).collect();
    let newest: Vec<VersionRow> = on_the_tab(&contents, &versions);
    let offer = desk.keeper.offer();
    let badge = rows.iter().any(|row| matches!(row.state, BackupState::Failed | BackupState::Stale));
    let push = contents.push().len() + contents.tiqr().len();
    desk.with(|app| {
        let screen = app.global::<BackupScreen>();
        screen.set_state(if rows.is_empty() { BackupState::Off } else { about.state });
        screen.set_about(about);
        screen.set_place(place);
        screen.set_places(ModelRc::new(VecModel::from(rows)));
        screen.set_tokens(count(contents.tokens().len()));
        screen.set_push(count(push));
        screen.set_automatic(backup.is_automatic());
        screen.set_badge(badge);
        screen.set_versions(count(versions.len()));
        screen.set_newest(ModelRc::new(VecModel::from(newest)));
        screen.set_offered(offer.is_some());
        if let Some(offer) = offer {
            screen.set_offer_device(offer.device.as_str().into());
            screen.set_offer_ago(ago(offer.made_at, now));
            screen.set_offer_when(moment(offer.made_at).into());
        }
        app.global::<VersionScreen>().set_rows(ModelRc::new(VecModel::from(versions)));
    });
}

fn row(desk: &Desk, place: &Place, contents: &Contents, now: u64) -> BackupPlaceRow {
    let standing = Standing::of(place, contents, now);
    let lately = desk.keeper.lately(place.id);
    let state = match (&lately.trouble, standing.verified_at) {
        (Some(_), _) if lately.needs_somebody => BackupState::Failed,
        (Some(_), _) if !standing.stale || standing.verified_at.is_none() => BackupState::Waiting,
        (_, None) => BackupState::Never,
        _ if standing.stale => BackupState::Stale,
        _ if standing.pending => BackupState::Pending,
        _ => BackupState::Safe,
    };
    let (trouble, reason) = lately.trouble.unwrap_or((BackupTrouble::None, String::new()));
    let next = lately.due.filter(|_| contents.backup().is_automatic());
    BackupPlaceRow {
        id: i32::try_from(place.id).unwrap_or(0),
        kind: places::kind(&place.location),
        name: places::name(&place.location).into(),
        shown: place.location.shown().into(),
        state,
        trouble,
        reason: reason.into(),
        next_in: next.map_or(NEVER, |due| i32::try_from(due.saturating_sub(now)).unwrap_or(i32::MAX)),
        checked_ago: standing.verified_at.map_or(NEVER, |at| ago(at, now)),
        checked_day: standing.verified_at.map(day::of).unwrap_or_default().into(),
        versions: count(place.versions().len()),
        torn: count(place.torn()),
        newest: i32::try_from(place.keep.newest).unwrap_or(i32::MAX),
        days: i32::try_from(place.keep.days).unwrap_or(i32::MAX),
    }
}

/// The state that has to be spoken of first.
fn gravity(state: BackupState) -> u8 {
    match state {
        BackupState::Failed => 5,
        BackupState::Stale => 4,
        BackupState::Waiting => 3,
        BackupState::Never => 2,
        BackupState::Pending => 1,
        BackupState::Safe | BackupState::Off => 0,
    }
}

/// One version of a place, with what is said of it beside its own facts.
pub(super) struct Listed<'a> {
    pub(super) place: &'a Place,
    pub(super) id: VersionId,
    version: &'a Version,
    /// Tokens of the one before it.
    before: Option<u32>,
    is_newest: bool,
    is_verified: bool,
    is_last: bool,
    several: bool,
}

/// All versions: place by place, the newest first.
pub(super) fn list(contents: &Contents) -> Vec<Listed<'_>> {
    let all = contents.backup().places();
    let mut listed = Vec::new();
    for place in all {
        let versions = place.versions();
        for (at, (id, version)) in versions.iter().enumerate() {
            listed.push(Listed {
                place,
                id: *id,
                version,
                before: versions.get(at + 1).map(|(_, before)| before.tokens),
                is_newest: at == 0,
                is_verified: at == 0 && Standing::of(place, contents, version.made_at).verified_at.is_some(),
                is_last: at + 1 == versions.len(),
                several: all.len() > 1,
            });
        }
    }
    listed
}

fn version_row(at: usize, listed: &Listed<'_>, now: u64) -> VersionRow {
    let version = listed.version;
    let more = listed.before.map_or(0, |before| i64::from(version.tokens) - i64::from(before));
    VersionRow {
        number: count(at),
        ago: ago(version.made_at, now),
        when: moment(version.made_at).into(),
        device: version.device.as_str().into(),
        tokens: i32::try_from(version.tokens).unwrap_or(i32::MAX),
        size: size(version.bytes).into(),
        place_name: if listed.several { places::name(&listed.place.location) } else { String::new() }.into(),
        more: i32::try_from(more).unwrap_or(0),
        first: listed.before.is_none(),
        newest: listed.is_newest,
        verified: listed.is_verified,
        heads_place: listed.several && listed.is_newest,
        last: listed.is_last,
    }
}

/// The newest few of all places.
fn on_the_tab(contents: &Contents, rows: &[VersionRow]) -> Vec<VersionRow> {
    let mut newest: Vec<VersionRow> = rows.to_vec();
    if contents.backup().places().len() > 1 {
        newest.sort_by_key(|row| row.ago);
    }
    newest.truncate(ON_THE_TAB);
    let last = newest.len().saturating_sub(1);
    newest.iter_mut().enumerate().for_each(|(at, row)| row.last = at == last);
    newest
}

pub(super) fn ago(unix: u64, now: u64) -> i32 {
    i32::try_from(now.saturating_sub(unix)).unwrap_or(i32::MAX)
}

/// Day and time, in UTC and said to be: the window knows no time zone.
pub(super) fn moment(unix: u64) -> String {
    let minute = unix / 60;
    format!("{}, {:02}:{:02} UTC", day::of(unix), minute / 60 % 24, minute % 60)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes}\u{a0}B"),
        1024..1_048_576 => format!("{}\u{a0}KiB", bytes.div_ceil(1024)),
        _ => format!("{}\u{a0}MiB", bytes.div_ceil(1_048_576)),
    }
}

pub(super) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
