//! The rows of the list of requests. A row is only built when it comes into sight.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use slint::{Model, ModelNotify, ModelTracker};

use super::{Waiting, row};
use crate::RequestRow;
use crate::door::Door;

/// More than anybody looks through; what comes then is taken up once there is room.
const MOST: usize = 2_000;

/// The newest first.
pub(super) struct RequestList {
    door: Rc<Door>,
    rows: RefCell<Vec<Waiting>>,
    notify: ModelNotify,
}

impl RequestList {
    pub(super) fn new(door: Rc<Door>) -> Self {
        Self { door, rows: RefCell::default(), notify: ModelNotify::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.borrow().len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= MOST
    }

    pub(super) fn add(&self, waiting: Waiting) {
        let place = self.rows.borrow().partition_point(|other| other.came > waiting.came);
        self.rows.borrow_mut().insert(place, waiting);
        self.notify.row_added(place, 1);
    }

    pub(super) fn any(&self, fits: impl Fn(&Waiting) -> bool) -> bool {
        self.rows.borrow().iter().any(fits)
    }

    pub(super) fn find<T>(&self, key: i32, look: impl FnOnce(&Waiting) -> T) -> Option<T> {
        self.rows.borrow().iter().find(|waiting| waiting.key == key).map(look)
    }

    /// Takes out those that fit.
    pub(super) fn take(&self, fits: impl Fn(&Waiting) -> bool) -> Vec<Waiting> {
        let mut taken = Vec::new();
        loop {
            let place = self.rows.borrow().iter().position(&fits);
            let Some(place) = place else { return taken };
            taken.push(self.rows.borrow_mut().remove(place));
            self.notify.row_removed(place, 1);
        }
    }

    /// The vault's names may be others.
    pub(super) fn touch(&self) {
        (0..self.len()).for_each(|place| self.notify.row_changed(place));
    }

    pub(super) fn clear(&self) {
        self.rows.borrow_mut().clear();
        self.notify.reset();
    }
}

impl Model for RequestList {
    type Data = RequestRow;

    fn row_count(&self) -> usize {
        self.len()
    }

    fn row_data(&self, place: usize) -> Option<RequestRow> {
        let contents = self.door.contents()?;
        let rows = self.rows.borrow();
        let waiting = rows.get(place)?;
        Some(row(waiting, contents.push().iter().find(|token| token.id == waiting.token)))
    }

    fn model_tracker(&self) -> &dyn ModelTracker {
        &self.notify
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
