//! Who is asked for the time: the user's own servers, or those that core knows.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::clock::{DATE_SERVERS, MOST_SERVERS, Measurement, NTP_SERVERS, Server};

use super::lanes;
use crate::desk::Desk;
use crate::{App, ServerNote, ServerRow, SourceFate, TimeScreen};

pub(super) fn connect(app: &App, desk: &Rc<Desk>) {
    let screen = app.global::<TimeScreen>();
    screen.on_add_server({
        let desk = desk.clone();
        move |text| add(&desk, &text)
    });
    screen.on_remove_server({
        let desk = desk.clone();
        move |place| {
            let mut servers = current(&desk);
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            if place < servers.len() && servers.len() > 1 {
                servers.remove(place);
                set(&desk, servers);
            }
        }
    });
    screen.on_usual_servers({
        let desk = desk.clone();
        move || set(&desk, Vec::new())
    });
}

/// Who is asked, and who stands in for them: only where the user has named nobody.
pub(super) fn asked(own: &[String]) -> (Vec<Server>, Vec<Server>) {
    let known = |names: &[&str]| names.iter().filter_map(|name| name.parse().ok()).collect();
    let own: Vec<Server> = own.iter().filter_map(|name| name.parse().ok()).take(MOST_SERVERS).collect();
    if own.is_empty() { (known(&NTP_SERVERS), known(&DATE_SERVERS)) } else { (own, Vec::new()) }
}

fn current(desk: &Desk) -> Vec<String> {
    asked(&desk.look.time_servers()).0.iter().map(ToString::to_string).collect()
}

fn add(desk: &Rc<Desk>, text: &str) -> bool {
    let mut servers = current(desk);
    let note = match text.parse::<Server>() {
        Err(_) => ServerNote::NoServer,
        Ok(server) if servers.contains(&server.to_string()) => ServerNote::Known,
        Ok(_) if servers.len() >= MOST_SERVERS => ServerNote::TooMany,
        Ok(server) => {
            servers.push(server.to_string());
            set(desk, servers);
            ServerNote::None
        }
    };
    desk.with(|app| app.global::<TimeScreen>().set_server_note(note));
    note == ServerNote::None
}

fn set(desk: &Rc<Desk>, servers: Vec<String>) {
    desk.look.set_time_servers(servers);
    super::show(desk);
}

/// Lists them, each with what came of asking it last.
pub(super) fn show(desk: &Rc<Desk>, last: Option<&Measurement>) {
    let own = desk.look.time_servers();
    let (servers, _) = asked(&own);
    let rows = servers.iter().map(|server| {
        let heard = last.and_then(|last| {
            let place = last.heard.iter().position(|heard| heard.server == *server)?;
            Some((last.agreeing.contains(&place), &last.heard.get(place)?.sample))
        });
        let fate = match heard {
            None => SourceFate::NotAsked,
            Some((true, Ok(_))) => SourceFate::Agrees,
            Some((false, Ok(_))) => SourceFate::LeftOut,
            Some((_, Err(error))) => lanes::fate(error),
        };
        ServerRow { name: server.to_string().into(), fate }
    });
    let rows: Vec<ServerRow> = rows.collect();
    desk.with(|app| {
        let screen = app.global::<TimeScreen>();
        screen.set_usual(own.is_empty());
        screen.set_servers(ModelRc::new(VecModel::from(rows)));
    });
}
