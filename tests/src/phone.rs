//! A phone in a test: real pixels at any scale, a clock that the test owns, taps and keys by what people see.
//!
//! Public Slint API but for finding elements, which is `i-slint-backend-testing`; all uses of it are in this file.

use std::cell::Cell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use i_slint_backend_testing::ElementHandle;
use slint::platform::software_renderer::{MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType};
use slint::platform::{EventLoopProxy, Key, Platform, PlatformError, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{ComponentHandle as _, EventLoopError, LogicalPosition, PhysicalSize, SharedString};
use smartotp_ui::{App, Services, Ui};

use crate::outside::Outside;

type Errand = Box<dyn FnOnce() + Send>;

/// What other threads want done on the UI thread.
#[derive(Clone, Default)]
struct Errands(Arc<Mutex<VecDeque<Errand>>>);

impl EventLoopProxy for Errands {
    fn quit_event_loop(&self) -> Result<(), EventLoopError> {
        Ok(())
    }

    fn invoke_from_event_loop(&self, errand: Errand) -> Result<(), EventLoopError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(errand);
        Ok(())
    }
}

impl Errands {
    fn next(&self) -> Option<Errand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

struct PhonePlatform {
    window: Rc<MinimalSoftwareWindow>,
    now: Rc<Cell<Duration>>,
    errands: Errands,
    /// Slint keeps the first proxy of a process for good; each test has its own thread and its own. The first question,
    /// which `set_platform` asks, is answered with none, and the later ones, which belong to this thread, with ours.
    asked: Cell<bool>,
}

impl Platform for PhonePlatform {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.now.get()
    }

    fn new_event_loop_proxy(&self) -> Option<Box<dyn EventLoopProxy>> {
        self.asked.replace(true).then(|| Box::new(self.errands.clone()) as Box<dyn EventLoopProxy>)
    }
}

/// A phone with Smart OTP on its screen.
pub struct Phone {
    ui: Option<Ui>,
    window: Rc<MinimalSoftwareWindow>,
    now: Rc<Cell<Duration>>,
    errands: Errands,
    scale: f32,
    /// What is around the window.
    pub outside: Outside,
    folder: tempfile::TempDir,
}

/// A screen: logical width and height, and physical pixels a logical one.
#[derive(Debug, Clone, Copy)]
pub struct Glass {
    /// Logical pixels.
    pub width: f32,
    /// Logical pixels.
    pub height: f32,
    /// Physical pixels for each.
    pub scale: f32,
}

impl Glass {
    /// The design's own size.
    pub const PHONE: Self = Self { width: 390., height: 844., scale: 1. };
    /// The smallest one.
    pub const SMALL: Self = Self { width: 360., height: 640., scale: 1. };
    /// A desktop window.
    pub const WIDE: Self = Self { width: 1200., height: 800., scale: 1. };

    /// The same with more pixels.
    #[must_use]
    pub fn at(self, scale: f32) -> Self {
        Self { scale, ..self }
    }
}

impl Phone {
    /// A new phone, at a Unix time in seconds, without a keystore.
    ///
    /// # Panics
    /// When the window can't be made: a test can't go on then.
    #[must_use]
    pub fn new(glass: Glass, unix: u64) -> Self {
        Self::with_keystore(glass, unix, false)
    }

    /// The same, with a keystore or without.
    ///
    /// # Panics
    /// As [`Phone::new`].
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test can't go on without its window")]
    pub fn with_keystore(glass: Glass, unix: u64, keystore: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let outside = Outside::new(folder.path(), unix, keystore);
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        let now = Rc::new(Cell::new(Duration::ZERO));
        let errands = Errands::default();
        slint::platform::set_platform(Box::new(PhonePlatform {
            window: window.clone(),
            now: now.clone(),
            errands: errands.clone(),
            asked: Cell::new(false),
        }))
        .unwrap();
        let mut phone = Self { ui: None, window, now, errands, scale: glass.scale, outside, folder };
        phone.open(glass);
        phone
    }

    #[expect(clippy::unwrap_used, reason = "a test can't go on without its window")]
    fn open(&mut self, glass: Glass) {
        self.window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: glass.scale });
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes of screens")]
        self.window
            .set_size(PhysicalSize::new((glass.width * glass.scale) as u32, (glass.height * glass.scale) as u32));
        let ui = Ui::new(self.services()).unwrap();
        ui.window().show().unwrap();
        self.ui = Some(ui);
        self.settle();
    }

    /// Kills the app and starts it again over the same folder.
    ///
    /// # Panics
    /// As [`Phone::new`].
    pub fn restart(&mut self, glass: Glass) {
        self.ui = None;
        self.open(glass);
    }

    /// What the window was given.
    #[must_use]
    pub fn services(&self) -> Services {
        self.outside.services.clone()
    }

    /// The folder in which the vault lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The window.
    ///
    /// # Panics
    /// Between two starts.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "there is one but between two starts")]
    pub fn ui(&self) -> &Ui {
        self.ui.as_ref().unwrap()
    }

    fn app(&self) -> &App {
        self.ui().window()
    }

    /// Lets time go by, on the phone's clock and in its animations.
    pub fn pass(&self, time: Duration) {
        const FRAME: Duration = Duration::from_millis(16);
        let end = self.now.get() + time;
        while self.now.get() < end {
            let step = FRAME.min(end - self.now.get());
            self.now.set(self.now.get() + step);
            self.outside.clock.pass(u64::try_from(step.as_millis()).unwrap_or(0));
            self.errand();
            slint::platform::update_timers_and_animations();
        }
    }

    fn errand(&self) -> bool {
        let mut some = false;
        while let Some(errand) = self.errands.next() {
            errand();
            some = true;
        }
        some
    }

    /// Waits for all work and all motion to come to rest. No second goes by on the clock for work.
    ///
    /// # Panics
    /// When the work takes longer than half a minute.
    pub fn settle(&self) {
        let begun = Instant::now();
        loop {
            let idle = self.outside.threads.running() == 0;
            if !self.errand() && idle {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "still working");
            std::thread::sleep(Duration::from_millis(1));
        }
        // What has come in sight is made when it is first asked for, and only then begins to move.
        drop(self.heard());
        self.pass(Duration::from_millis(320));
        self.errand();
    }

    /// Sets the clock. The second turns on the next beat.
    pub fn at(&self, unix: u64) {
        // Just before the second, so that the beat that comes shows it.
        self.outside.clock.set(unix * 1000 - 700);
        self.pass(Duration::from_millis(2100));
        self.outside.clock.set(unix * 1000 - 700);
        self.pass(Duration::from_millis(700 + 100));
        self.settle();
    }

    /// All that is on the screen under a name, the topmost last.
    #[must_use]
    pub fn all(&self, label: &str) -> Vec<ElementHandle> {
        let size = self.window.size();
        let (width, height) = (to_f32(size.width) / self.scale, to_f32(size.height) / self.scale);
        let inside = |element: &ElementHandle| {
            let (position, size) = (element.absolute_position(), element.size());
            let (x, y) = (position.x + size.width / 2., position.y + size.height / 2.);
            size.width > 0. && size.height > 0. && (0. ..width).contains(&x) && (0. ..height).contains(&y)
        };
        ElementHandle::find_by_accessible_label(self.app(), label)
            .filter(inside)
            .filter(|element| element.computed_opacity() > 0.)
            .collect()
    }

    /// Whether there is something under a name.
    #[must_use]
    pub fn sees(&self, label: &str) -> bool {
        !self.all(label).is_empty()
    }

    /// Everything that can be heard, for messages of failed tests.
    #[must_use]
    pub fn heard(&self) -> Vec<SharedString> {
        let query = i_slint_backend_testing::ElementQuery::from_root(self.app()).match_descendants();
        query.find_all().iter().filter_map(ElementHandle::accessible_label).filter(|label| !label.is_empty()).collect()
    }

    /// Taps what is under a name; the topmost one.
    ///
    /// # Panics
    /// When there is nothing under that name.
    pub fn tap(&self, label: &str) {
        let found = self.all(label);
        let Some(element) = found.last() else { panic!("nothing called {label:?}; there is {:?}", self.heard()) };
        let (position, size) = (element.absolute_position(), element.size());
        self.tap_at(position.x + size.width / 2., position.y + size.height / 2.);
    }

    /// Taps a place.
    pub fn tap_at(&self, x: f32, y: f32) {
        let position = LogicalPosition::new(x, y);
        let button = PointerEventButton::Left;
        self.window.dispatch_event(WindowEvent::PointerMoved { position });
        self.window.dispatch_event(WindowEvent::PointerPressed { position, button });
        self.pass(Duration::from_millis(64));
        self.window.dispatch_event(WindowEvent::PointerReleased { position, button });
        self.window.dispatch_event(WindowEvent::PointerExited);
        self.settle();
    }

    /// Holds what is under a name for a moment; the topmost one.
    ///
    /// # Panics
    /// When there is nothing under that name.
    pub fn hold(&self, label: &str) {
        let found = self.all(label);
        let Some(element) = found.last() else { panic!("nothing called {label:?}; there is {:?}", self.heard()) };
        let (position, size) = (element.absolute_position(), element.size());
        let position = LogicalPosition::new(position.x + size.width / 2., position.y + size.height / 2.);
        let button = PointerEventButton::Left;
        self.window.dispatch_event(WindowEvent::PointerMoved { position });
        self.window.dispatch_event(WindowEvent::PointerPressed { position, button });
        self.pass(Duration::from_millis(800));
        self.window.dispatch_event(WindowEvent::PointerReleased { position, button });
        self.settle();
    }

    /// Types into the field under a name, after what is there.
    ///
    /// # Panics
    /// When there is no such field.
    pub fn type_into(&self, label: &str, text: &str) {
        self.tap(label);
        for character in text.chars() {
            self.key(&character.to_string());
        }
        self.settle();
    }

    /// Presses a key that has a name.
    pub fn press(&self, key: Key) {
        self.key(&SharedString::from(key));
        self.settle();
    }

    /// Types one character into whatever has the keyboard.
    pub fn type_key(&self, text: &str) {
        self.key(text);
    }

    fn key(&self, text: &str) {
        self.window.dispatch_event(WindowEvent::KeyPressed { text: text.into() });
        self.window.dispatch_event(WindowEvent::KeyReleased { text: text.into() });
    }

    /// What a screen reader would say of the card whose name begins so.
    #[must_use]
    pub fn spoken(&self, beginning: &str) -> Option<String> {
        self.heard().into_iter().map(|label| label.to_string()).find(|label| label.starts_with(beginning))
    }

    /// Drags a finger from one place to another.
    pub fn drag(&self, from: (f32, f32), to: (f32, f32)) {
        let button = PointerEventButton::Left;
        let at = |t: f32| LogicalPosition::new(from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t);
        self.window.dispatch_event(WindowEvent::PointerMoved { position: at(0.) });
        self.window.dispatch_event(WindowEvent::PointerPressed { position: at(0.), button });
        for step in 1..=20_u8 {
            self.pass(Duration::from_millis(16));
            self.window.dispatch_event(WindowEvent::PointerMoved { position: at(f32::from(step) / 20.) });
        }
        self.window.dispatch_event(WindowEvent::PointerReleased { position: at(1.), button });
        self.pass(Duration::from_millis(600));
        self.settle();
    }

    /// The screen as it is now.
    #[must_use]
    pub fn picture(&self) -> image::RgbImage {
        let size = self.window.size();
        let mut pixels = vec![PremultipliedRgbaColor::default(); size.width as usize * size.height as usize];
        self.window.request_redraw();
        self.window.draw_if_needed(|renderer| {
            renderer.set_repaint_buffer_type(RepaintBufferType::NewBuffer);
            renderer.render(&mut pixels, size.width as usize);
        });
        image::RgbImage::from_fn(size.width, size.height, |x, y| {
            let pixel = pixels.get((y * size.width + x) as usize).copied().unwrap_or_default();
            image::Rgb([pixel.red, pixel.green, pixel.blue])
        })
    }

    /// Draws what has changed; gives how many pixels were drawn.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        let size = self.window.size();
        let mut pixels = vec![PremultipliedRgbaColor::default(); size.width as usize * size.height as usize];
        let mut drawn = 0;
        self.window.draw_if_needed(|renderer| {
            renderer.set_repaint_buffer_type(RepaintBufferType::ReusedBuffer);
            let region = renderer.render(&mut pixels, size.width as usize);
            drawn = region.iter().map(|(_, size)| u64::from(size.width) * u64::from(size.height)).sum();
        });
        drawn
    }

    /// Keeps the screen as a picture, to be looked at.
    ///
    /// # Panics
    /// When it can't be written.
    #[expect(clippy::unwrap_used, reason = "a test can't go on without its picture")]
    pub fn keep(&self, folder: &Path, name: &str) -> PathBuf {
        std::fs::create_dir_all(folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        self.picture().save(&file).unwrap();
        file
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes of screens")]
fn to_f32(pixels: u32) -> f32 {
    pixels as f32
}
