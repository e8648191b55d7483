//! Which tokens: all, a group, some of them. Export and transfer share the choice.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::token::{Token, TokenId};
use smartotp_core::vault::Contents;

use crate::desk::Desk;
use crate::door::Event;
use crate::show;
use crate::{App, ChooseLine, ChooseRow, ChooseScreen};

/// The tokens that are not chosen: all are, until somebody says otherwise, and so is one that comes in meanwhile.
#[derive(Default)]
pub(crate) struct Choice {
    unwanted: RefCell<HashSet<TokenId>>,
    rows: Rc<VecModel<ChooseRow>>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) -> Rc<Choice> {
    let choice = Rc::new(Choice::default());
    let screen = app.global::<ChooseScreen>();
    screen.set_rows(ModelRc::from(choice.rows.clone()));
    screen.on_all({
        let (desk, choice) = (desk.clone(), choice.clone());
        move |all| {
            let tokens = if all { HashSet::new() } else { ids(&desk, |_| true) };
            choice.unwanted.replace(tokens);
            choice.show(&desk);
        }
    });
    screen.on_group({
        let (desk, choice) = (desk.clone(), choice.clone());
        move |name| {
            choice.unwanted.replace(ids(&desk, |token| !token.groups.iter().any(|group| group == name.as_str())));
            choice.show(&desk);
        }
    });
    screen.on_toggle({
        let (desk, choice) = (desk.clone(), choice.clone());
        move |handle| {
            if let Some(id) = desk.id(handle) {
                let mut unwanted = choice.unwanted.borrow_mut();
                if !unwanted.remove(&id) {
                    unwanted.insert(id);
                }
            }
            choice.show(&desk);
        }
    });
    desk.door.listen({
        let (desk, choice) = (Rc::downgrade(desk), choice.clone());
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            if event == Event::Locked {
                choice.unwanted.take();
            }
            choice.show(&desk);
        }
    });
    choice
}

fn ids(desk: &Desk, wanted: impl Fn(&Token) -> bool) -> HashSet<TokenId> {
    let contents = desk.door.contents();
    let tokens = contents.iter().flat_map(|contents| contents.tokens());
    tokens.filter(|token| wanted(token)).map(|token| token.id).collect()
}

impl Choice {
    /// The tokens that are chosen.
    pub(crate) fn chosen(&self, contents: &Contents) -> HashSet<TokenId> {
        let unwanted = self.unwanted.borrow();
        contents.tokens().iter().map(|token| token.id).filter(|id| !unwanted.contains(id)).collect()
    }

    fn show(&self, desk: &Desk) {
        let contents = desk.door.contents();
        let tokens = contents.as_ref().map(|contents| contents.tokens()).unwrap_or_default();
        let unwanted = self.unwanted.borrow();
        let chosen = tokens.iter().filter(|token| !unwanted.contains(&token.id)).count();
        let groups = groups(tokens);
        let is_just = |group: &str| {
            let fits = |token: &Token| token.groups.iter().any(|of| of == group) != unwanted.contains(&token.id);
            chosen < tokens.len() && tokens.iter().all(fits)
        };
        let just = groups.iter().find(|(group, _)| is_just(group)).map(|(group, _)| (*group).to_owned());
        let mut rows: Vec<ChooseRow> = groups
            .iter()
            .map(|(group, members)| ChooseRow {
                line: ChooseLine::Group,
                title: (*group).into(),
                number: number(*members),
                chosen: just.as_deref() == Some(*group),
                ..ChooseRow::default()
            })
            .collect();
        rows.extend(tokens.iter().map(|token| {
            let (title, account) = show::names(&token.issuer, &token.account);
            ChooseRow {
                line: ChooseLine::Token,
                title: title.into(),
                account: account.into(),
                letter: show::letter(&token.issuer, &token.account),
                tile: show::tile(token),
                chosen: !unwanted.contains(&token.id),
                number: desk.handles.of(token.id),
                ..ChooseRow::default()
            }
        }));
        let mut before = None;
        for row in &mut rows {
            row.first = before != Some(row.line);
            before = Some(row.line);
        }
        before = None;
        for row in rows.iter_mut().rev() {
            row.last = before != Some(row.line);
            before = Some(row.line);
        }
        self.rows.set_vec(rows);
        desk.with(|app| {
            let screen = app.global::<ChooseScreen>();
            screen.set_total(number(tokens.len()));
            screen.set_chosen(number(chosen));
            screen.set_just(just.unwrap_or_default().into());
        });
    }
}

/// The groups in the order in which they first occur, and how many tokens are in each.
fn groups(tokens: &[Token]) -> Vec<(&str, usize)> {
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for group in tokens.iter().flat_map(|token| &token.groups) {
        match groups.iter_mut().find(|(known, _)| known == group) {
            Some((_, members)) => *members += 1,
            None => groups.push((group, 1)),
        }
    }
    groups
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
