//! The rows of the token list: which tokens, in which order. No secret and no code is in it, and a row is only built when
//! it comes into sight.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use slint::{Model, ModelNotify, ModelTracker};
use smartotp_core::push::PushToken;
use smartotp_core::tiqr::TiqrIdentity;
use smartotp_core::token::search::Query;
use smartotp_core::token::{Icon, Token, TokenId};

use crate::door::Door;
use crate::show;
use crate::{CodeKind, TokenRow};

/// Small numbers for tokens, as the screens name them. The same token has the same one until the vault is locked.
#[derive(Default)]
pub(crate) struct Handles {
    ids: RefCell<Vec<TokenId>>,
    numbers: RefCell<HashMap<TokenId, i32>>,
}

impl Handles {
    pub(crate) fn of(&self, id: TokenId) -> i32 {
        if let Some(number) = self.numbers.borrow().get(&id) {
            return *number;
        }
        let mut ids = self.ids.borrow_mut();
        let number = i32::try_from(ids.len()).unwrap_or(i32::MAX);
        ids.push(id);
        self.numbers.borrow_mut().insert(id, number);
        number
    }

    pub(crate) fn id(&self, handle: i32) -> Option<TokenId> {
        usize::try_from(handle).ok().and_then(|index| self.ids.borrow().get(index).copied())
    }

    pub(crate) fn clear(&self) {
        self.ids.borrow_mut().clear();
        self.numbers.borrow_mut().clear();
    }
}

/// How many times the shown code of a counter token has changed, and which counter it was made with.
pub(crate) type Shown = dyn Fn(i32) -> Option<(i32, u64)>;

/// The list.
pub(crate) struct TokenModel {
    door: Rc<Door>,
    handles: Rc<Handles>,
    /// What is shown of counter tokens.
    shown: Box<Shown>,
    rows: RefCell<Vec<TokenId>>,
    words: RefCell<Vec<String>>,
    query: RefCell<String>,
    total: Cell<usize>,
    notify: ModelNotify,
}

impl TokenModel {
    pub(crate) fn new(door: Rc<Door>, handles: Rc<Handles>, shown: Box<Shown>) -> Self {
        Self {
            door,
            handles,
            shown,
            rows: RefCell::default(),
            words: RefCell::default(),
            query: RefCell::default(),
            total: Cell::new(0),
            notify: ModelNotify::default(),
        }
    }

    /// How many tokens there are, found or not.
    pub(crate) fn total(&self) -> usize {
        self.total.get()
    }

    /// Shows what fits a query; all of it where that is empty.
    pub(crate) fn search(&self, query: &str) {
        self.query.replace(query.to_owned());
        self.words.replace(query.split_whitespace().map(str::to_lowercase).collect());
        self.rows.replace(self.matching());
        self.notify.reset();
    }

    /// Takes up another generation of the vault. Where the same tokens stand in the same places, the list stays where it is.
    pub(crate) fn refresh(&self) {
        let rows = self.matching();
        let count = rows.len();
        let same = *self.rows.borrow() == rows;
        self.rows.replace(rows);
        if same {
            (0..count).for_each(|row| self.notify.row_changed(row));
        } else {
            self.notify.reset();
        }
    }

    /// Builds one token's row anew.
    pub(crate) fn touch(&self, id: TokenId) {
        let row = self.rows.borrow().iter().position(|candidate| *candidate == id);
        if let Some(row) = row {
            self.notify.row_changed(row);
        }
    }

    /// The row of a token, whether it is in the list or not.
    pub(crate) fn row(&self, id: TokenId) -> Option<TokenRow> {
        let contents = self.door.contents()?;
        let token = contents.token(id).map(|token| self.build(token));
        let push = || contents.push().iter().find(|token| token.id == id).map(|token| self.build_push(token));
        let tiqr =
            || contents.tiqr().iter().find(|identity| identity.id == id).map(|identity| self.build_tiqr(identity));
        token.or_else(push).or_else(tiqr)
    }

    /// Favourites first, else the vault's own order; what makes no codes comes last.
    fn matching(&self) -> Vec<TokenId> {
        let Some(contents) = self.door.contents() else {
            self.total.set(0);
            return Vec::new();
        };
        self.total.set(contents.tokens().len() + contents.push().len() + contents.tiqr().len());
        let query = Query::new(&self.query.borrow());
        let fits = |token: &&Token| query.is_empty() || query.matches(token).is_some();
        let (mut first, rest): (Vec<_>, Vec<_>) =
            contents.tokens().iter().filter(fits).partition(|token| token.favourite);
        first.extend(rest);
        let mut rows: Vec<TokenId> = first.into_iter().map(|token| token.id).collect();
        let words = self.words.borrow();
        let has = |texts: [&str; 2]| {
            words.iter().all(|word| texts.iter().any(|text| text.to_lowercase().contains(word.as_str())))
        };
        rows.extend(contents.push().iter().filter(|push| has([&push.issuer, &push.label])).map(|push| push.id));
        rows.extend(contents.tiqr().iter().filter(|tiqr| has([named(tiqr), account_of(tiqr)])).map(|tiqr| tiqr.id));
        rows
    }

    fn build_push(&self, token: &PushToken) -> TokenRow {
        self.build_apart(token.id, CodeKind::Push, &token.issuer, &token.label)
    }

    fn build_tiqr(&self, identity: &TiqrIdentity) -> TokenRow {
        self.build_apart(identity.id, CodeKind::Login, named(identity), account_of(identity))
    }

    /// What is held apart: it makes no codes.
    fn build_apart(&self, id: TokenId, kind: CodeKind, issuer: &str, account: &str) -> TokenRow {
        let (title, second) = show::names(issuer, account);
        let words = self.words.borrow();
        TokenRow {
            handle: self.handles.of(id),
            kind,
            title: show::marked(&title, &words),
            account: show::marked(&second, &words),
            name: show::name(issuer, account).into(),
            letter: show::letter(issuer, account),
            tile: Icon::Letter.tile(issuer, account).into(),
            ..TokenRow::default()
        }
    }

    fn build(&self, token: &Token) -> TokenRow {
        let handle = self.handles.of(token.id);
        let (title, account) = show::names(&token.issuer, &token.account);
        let words = self.words.borrow();
        let (version, used) = (self.shown)(handle).unwrap_or_default();
        let counter = match token.kind.counter() {
            Some(_) if version > 0 => used.to_string(),
            Some(next) => next.to_string(),
            None => String::new(),
        };
        TokenRow {
            handle,
            kind: show::code_kind(&token.kind),
            title: show::marked(&title, &words),
            account: show::marked(&account, &words),
            name: show::name(&token.issuer, &token.account).into(),
            letter: show::letter(&token.issuer, &token.account),
            tile: show::tile(token),
            favourite: token.favourite,
            period: token.kind.period().map_or(0, |period| i32::try_from(period.seconds()).unwrap_or(i32::MAX)),
            length: show::length(&token.kind),
            counter: counter.into(),
            version,
        }
    }
}

/// How a service names itself.
fn named(identity: &TiqrIdentity) -> &str {
    if identity.service.is_empty() { &identity.service_id } else { &identity.service }
}

/// How it names the account.
fn account_of(identity: &TiqrIdentity) -> &str {
    if identity.name.is_empty() { &identity.user } else { &identity.name }
}

impl Model for TokenModel {
    type Data = TokenRow;

    fn row_count(&self) -> usize {
        self.rows.borrow().len()
    }

    fn row_data(&self, row: usize) -> Option<TokenRow> {
        let id = self.rows.borrow().get(row).copied()?;
        self.row(id)
    }

    fn model_tracker(&self) -> &dyn ModelTracker {
        &self.notify
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
