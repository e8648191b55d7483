//! Window and command line at once.

use super::*;
use crate::secret::Secret;
use crate::vault::Keystore;

#[test]
fn window_and_command_line_never_lose_each_others_work() {
    let place = Place::new();
    let mut window = place.create();
    let mut command_line = place.open();
    add(&mut command_line, 1, "A").unwrap();
    assert!(window.contents().tokens().is_empty());
    add(&mut window, 2, "B").unwrap();
    assert_eq!(issuers(&window), ["A", "B"]);
    assert!(command_line.refresh().unwrap());
    assert_eq!(issuers(&command_line), ["A", "B"]);
    assert!(!command_line.refresh().unwrap() && !window.refresh().unwrap());
}

#[test]
fn many_sessions_at_once_lose_nothing_and_use_no_counter_twice() {
    let place = Place::new();
    let mut session = place.create();
    let id = session.add(vec![hotp(0, "Bank", 0)]).unwrap().added[0].1;
    let used = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        for worker in 1..=4 {
            let (place, used) = (&place, &used);
            scope.spawn(move || {
                let mut session = place.open();
                for number in 0..10 {
                    add(&mut session, worker * 100 + number, "New").unwrap();
                    used.lock().unwrap().push(session.next_code(id).unwrap().1.0);
                }
            });
        }
    });
    session.refresh().unwrap();
    assert_eq!(session.contents().tokens().len(), 41);
    let mut used = used.into_inner().unwrap();
    used.sort_unstable();
    assert_eq!(used, (0..40).collect::<Vec<_>>());
}

#[test]
fn a_write_while_another_opens_is_no_rollback() {
    /// Writes as soon as the newest generation is asked for: after the file was read.
    struct Meanwhile {
        remembered: Arc<MemoryKeystore>,
        writer: std::sync::Mutex<Option<Session>>,
    }
    impl Keystore for Meanwhile {
        fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
            if let Some(mut writer) = self.writer.lock().unwrap().take() {
                add(&mut writer, 1, "A").unwrap();
            }
            self.remembered.get(name)
        }
        fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
            self.remembered.set(name, secret)
        }
        fn remove(&self, name: &str) -> Result<(), KeystoreError> {
            self.remembered.remove(name)
        }
    }
    let (place, remembered) = Place::with_keystore();
    let writer = std::sync::Mutex::new(Some(place.create()));
    let keystore: Arc<dyn Keystore> = Arc::new(Meanwhile { remembered, writer });
    let environment = Environment { keystore: Some(keystore), ..place.environment.clone() };
    let (session, notices) = Session::open(environment, password(PASSWORD)).unwrap();
    assert_eq!(notices, []);
    assert_eq!(issuers(&session), ["A"]);
}

#[test]
fn what_others_look_at_does_not_change_under_them() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    let shown = session.contents().clone();
    session.remove(&[shown.tokens()[0].id], 0).unwrap();
    assert_eq!(shown.tokens().len(), 1);
    assert!(session.contents().tokens().is_empty());
}
