//! Asks the servers, by core's schedule: those in view every few seconds, the others ever less often, each server one
//! question at a time. Nothing is asked for nobody: not while the window is hidden, nor while the vault is locked.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle as _, TimerMode};
use smartotp_core::push::{self, Dropped, Polled, PushError, Request};
use smartotp_core::token::TokenId;
use smartotp_core::web::{self, WebError};

use super::history::Past;
use super::{Requests, words};
use crate::off_thread::{off_thread, spawn};
use crate::{Nav, Place, RequestsScreen, SnackKind, Tab};

/// So few tokens are all in view while the list is; of more, the one whose request is open.
const FEW: usize = 4;
/// Servers that are asked at the same time.
const AT_ONCE: usize = 4;

/// What is known of the servers.
#[derive(Default)]
pub(super) struct Servers {
    /// Server of each token, by host and port.
    of: HashMap<TokenId, String>,
    /// Those whose last answer was none, and why.
    failing: HashMap<String, PushError>,
    /// Those that have answered since the vault was opened.
    heard: HashSet<String>,
    /// Seconds that a server's time is ahead of ours, where it refuses ours.
    off: HashMap<String, i64>,
    asking: usize,
    /// Tokens that the user waits for.
    wished: HashSet<TokenId>,
}

impl Requests {
    /// Whether anybody can see the window.
    pub(crate) fn look(self: &Rc<Self>, looking: bool) {
        self.looking.set(looking);
        self.arm();
    }

    /// Another generation of the vault: there may be other tokens in it.
    pub(super) fn take_up_tokens(self: &Rc<Self>) {
        let Some(desk) = self.desk() else { return };
        let Some(contents) = desk.door.contents() else { return };
        let server = |url: &str| web::host(url).unwrap_or_default();
        let tokens: Vec<(TokenId, String)> =
            contents.push().iter().map(|token| (token.id, server(&token.url))).collect();
        let gone = |token: &TokenId| !tokens.iter().any(|(id, _)| id == token);
        self.list.take(|waiting| gone(&waiting.token));
        self.schedule.borrow_mut().set(&tokens, self.steady());
        {
            let mut servers = self.servers.borrow_mut();
            servers.of = tokens.into_iter().collect();
            let known: HashSet<String> = servers.of.values().cloned().collect();
            servers.failing.retain(|server, _| known.contains(server));
            servers.heard.retain(|server| known.contains(server));
        }
        let count = i32::try_from(contents.push().len()).unwrap_or(i32::MAX);
        self.with(|app| app.global::<RequestsScreen>().set_tokens(count));
        self.list.touch();
        self.count();
        self.tell_servers();
        self.look_at_what_is_seen();
        self.arm();
    }

    /// The user wants to know now.
    pub(super) fn ask_everybody(self: &Rc<Self>) {
        {
            let mut servers = self.servers.borrow_mut();
            let all: HashSet<TokenId> = servers.of.keys().copied().collect();
            // Of very many the first answers have to do.
            servers.wished = all.into_iter().take(FEW).collect();
        }
        self.schedule.borrow_mut().ask_all(self.steady());
        self.tell_refreshing();
        self.ask_due();
    }

    /// Tells the schedule which tokens are looked at.
    pub(super) fn look_at_what_is_seen(self: &Rc<Self>) {
        let opened = self.open.get().and_then(|key| self.list.find(key, |waiting| waiting.token));
        let ids: Vec<TokenId> = match opened {
            Some(token) => vec![token],
            None if self.is_on_top() => {
                let servers = self.servers.borrow();
                let few = servers.of.len() <= FEW;
                servers.of.keys().copied().filter(|_| few).collect()
            }
            None => Vec::new(),
        };
        let before = self.schedule.borrow().wake();
        self.schedule.borrow_mut().look_at(&ids, self.steady());
        if self.schedule.borrow().wake() != before {
            self.arm();
        }
    }

    fn steady(&self) -> u64 {
        self.desk().map_or(0, |desk| desk.door.services.clock.steady_millis())
    }

    fn may_ask(&self) -> bool {
        self.looking.get() && self.desk().is_some_and(|desk| desk.door.contents().is_some())
    }

    /// Waits for the next question.
    fn arm(self: &Rc<Self>) {
        self.timer.stop();
        let Some(due) = self.schedule.borrow().wake().filter(|_| self.may_ask()) else { return };
        if self.servers.borrow().asking >= AT_ONCE {
            return;
        }
        let rest = Duration::from_millis(due.saturating_sub(self.steady()));
        let requests = Rc::downgrade(self);
        self.timer.start(TimerMode::SingleShot, rest, move || {
            if let Some(requests) = requests.upgrade() {
                requests.ask_due();
            }
        });
    }

    fn ask_due(self: &Rc<Self>) {
        while self.may_ask() && self.servers.borrow().asking < AT_ONCE {
            let next = self.schedule.borrow().next(self.steady());
            let Some(id) = next else { break };
            self.schedule.borrow_mut().asking(id);
            self.servers.borrow_mut().asking += 1;
            let requests = self.clone();
            spawn(async move {
                requests.ask(id).await;
                requests.arm();
            });
        }
        self.arm();
    }

    /// Asks one token's server, and takes up what it says.
    async fn ask(self: &Rc<Self>, id: TokenId) {
        let Some(desk) = self.desk() else { return };
        let Some(contents) = desk.door.contents() else { return };
        let round = self.round.get();
        let server = self.servers.borrow().of.get(&id).cloned().unwrap_or_default();
        let more = self.servers.borrow().off.get(&server).copied().unwrap_or(0);
        let (network, asked) = (desk.network.clone(), contents.clone());
        let polled = off_thread(&*desk.door.services.background, move || {
            let token = asked.push().iter().find(|token| token.id == id)?;
            let ask = |web| push::provider(token.provider, &web).poll(token, &|| network.right_time(more));
            let polled = network.web().map_err(PushError::from).and_then(ask);
            let off = polled.as_ref().ok().and_then(|polled| polled.clock_off).unwrap_or(0);
            let right = network.right_time(more.saturating_add(off)) / 1_000;
            Some((polled, u64::try_from(right).unwrap_or_default()))
        });
        let (polled, right) = polled.await.flatten().unzip();
        if self.round.get() != round {
            return;
        }
        let now = self.steady();
        let found = matches!(&polled, Some(Ok(polled)) if !polled.requests.is_empty());
        self.schedule.borrow_mut().asked(id, found, now);
        {
            let mut servers = self.servers.borrow_mut();
            servers.asking = servers.asking.saturating_sub(1);
            servers.wished.remove(&id);
            match &polled {
                Some(Err(error)) => {
                    servers.failing.insert(server.clone(), error.clone());
                }
                _ => {
                    servers.failing.remove(&server);
                    servers.heard.insert(server.clone());
                }
            }
        }
        self.tell_refreshing();
        match polled {
            Some(Ok(polled)) => self.take_in(id, (&server, more), polled, right.unwrap_or_default()).await,
            Some(Err(PushError::Web(_))) => self.schedule.borrow_mut().unreachable(id, now),
            _ => {}
        }
        self.tell_servers();
    }

    /// `right`: the right time, in Unix seconds.
    async fn take_in(self: &Rc<Self>, id: TokenId, (server, before): (&str, i64), polled: Polled, right: u64) {
        let Polled { requests, dropped, clock_off, .. } = polled;
        if let Some(off) = clock_off {
            self.servers.borrow_mut().off.insert(server.to_owned(), before.saturating_add(off));
            self.with(|app| app.global::<RequestsScreen>().set_clock_off(true));
        }
        for reason in dropped {
            // Answered before and still offered: the server is a moment behind. Nobody needs to hear of that.
            if reason != Dropped::Replayed {
                self.note_dropped(id, reason);
            }
        }
        let requests = self.remembered(id, requests).await;
        let fresh = self.offered(id, requests, right);
        if fresh > 0 {
            self.say_that_some_wait();
        }
    }

    /// New requests are on disk before anybody sees them; one that can't be written is shown the next time.
    async fn remembered(&self, id: TokenId, mut requests: Vec<Request>) -> Vec<Request> {
        let Some(desk) = self.desk() else { return Vec::new() };
        let seen: Vec<_> = {
            let Some(contents) = desk.door.contents() else { return Vec::new() };
            let Some(token) = contents.push().iter().find(|token| token.id == id) else { return Vec::new() };
            // Answered while the server was asked.
            requests.retain(|request| token.seen(&request.nonce).is_none_or(|seen| !seen.answered));
            let new = requests.iter().filter(|request| token.seen(&request.nonce).is_none());
            new.map(|request| (id, request.nonce.clone(), request.seen_at, false)).collect()
        };
        if seen.is_empty() {
            return requests;
        }
        let nonces: HashSet<String> = seen.iter().map(|(_, nonce, _, _)| nonce.clone()).collect();
        if let Err(problem) = desk.door.change(move |session| session.remember_requests(&seen)).await {
            desk.snack.problem(problem);
            requests.retain(|request| !nonces.contains(&request.nonce));
        }
        requests
    }

    fn note_dropped(&self, token: TokenId, reason: Dropped) {
        let now = self.now();
        let mut past = self.past.borrow_mut();
        // A server that offers it again and again is written down once a minute at most.
        let again = past.iter().rev().take(50).any(|past| past.is_just(token, reason, now));
        if !again {
            past.push(Past::dropped(token, reason, now));
        }
    }

    fn say_that_some_wait(self: &Rc<Self>) {
        let Some(desk) = self.desk() else { return };
        if self.is_on_top() {
            return;
        }
        let (waiting, on) = (i32::try_from(self.list.len()).unwrap_or(i32::MAX), Rc::downgrade(&desk));
        desk.snack.offer(SnackKind::RequestWaits, "", waiting, move || {
            if let Some(desk) = on.upgrade() {
                desk.with(|app| app.global::<Nav>().set_tab(Tab::Requests));
                desk.go(Place::Home);
            }
        });
    }

    /// Says which servers can't be asked.
    pub(super) fn tell_servers(&self) {
        let (offline, failing) = {
            let servers = self.servers.borrow();
            let out = |error: &PushError| matches!(error, PushError::Web(WebError::Unreachable | WebError::Timeout));
            let all: HashSet<&String> = servers.of.values().collect();
            let offline = !all.is_empty() && all.iter().all(|server| servers.failing.get(*server).is_some_and(out));
            let first = servers.failing.iter().min_by_key(|(server, _)| (*server).clone());
            (offline, first.map(|(server, error)| (server.clone(), words::problem(error))))
        };
        self.with(|app| {
            let screen = app.global::<RequestsScreen>();
            screen.set_offline(offline);
            let (server, (why, detail)) = failing.unwrap_or_default();
            screen.set_failing(server.into());
            screen.set_failing_why(why);
            screen.set_failing_detail(detail.into());
        });
    }

    fn tell_refreshing(&self) {
        let waits = !self.servers.borrow().wished.is_empty();
        self.with(|app| app.global::<RequestsScreen>().set_refreshing(waits));
    }
}
