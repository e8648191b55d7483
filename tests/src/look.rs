//! The looks in which every screen is taken as a picture: themes, sizes, languages, large letters.

use std::path::Path;

use slint::ComponentHandle as _;
use slint::language::ColorScheme::{Dark, Light};
use smartotp_ui::{Palette, Theme};

use crate::phone::{Glass, Phone};

/// Pictures that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    /// The first word of their names.
    pub name: &'static str,
    /// Where they go: a test's `CARGO_TARGET_TMPDIR`.
    pub folder: &'static str,
}

/// How the window looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    series: Series,
    name: &'static str,
    /// The window's language.
    pub language: &'static str,
    /// Its size.
    pub glass: Glass,
    dark: bool,
    contrast: bool,
    text: f32,
}

impl Series {
    /// A phone by day.
    #[must_use]
    pub fn light(self) -> Look {
        Look {
            series: self,
            name: "light",
            language: "en",
            glass: Glass::PHONE.at(2.),
            dark: false,
            contrast: false,
            text: 1.,
        }
    }

    /// A phone by night.
    #[must_use]
    pub fn dark(self) -> Look {
        Look { name: "dark", dark: true, ..self.light() }
    }

    /// More contrast.
    #[must_use]
    pub fn contrast(self) -> Look {
        Look { name: "contrast", contrast: true, glass: Glass::PHONE, ..self.light() }
    }

    /// German in letters twice as large.
    #[must_use]
    pub fn large_text(self) -> Look {
        let glass = Glass { width: 360., height: 800., scale: 1. };
        Look { name: "large-text", language: "de", glass, text: 2., ..self.light() }
    }

    /// A desktop's window.
    #[must_use]
    pub fn wide(self) -> Look {
        Look { name: "wide", glass: Glass::WIDE, ..self.light() }
    }

    /// The smallest phone in every language, each on a thread of its own: there is one platform a thread, and one language.
    ///
    /// # Panics
    /// When one of the walks does.
    pub fn small(self, walk: fn(&Look)) {
        for (name, language) in [("small", "en"), ("de", "de"), ("ru", "ru"), ("fr", "fr"), ("es", "es"), ("uk", "uk")]
        {
            let look = Look { name, language, glass: Glass::SMALL, ..self.light() };
            let walked = std::thread::spawn(move || walk(&look)).join();
            assert!(walked.is_ok(), "{language}");
        }
    }
}

impl Look {
    /// The same with letters of another size: 1 to 2.
    #[must_use]
    pub fn at(self, text: f32) -> Self {
        Self { text, ..self }
    }

    /// Keeps a picture, which must not be blank.
    ///
    /// # Panics
    /// When it is.
    pub fn take(&self, phone: &Phone, name: &str) {
        let picture = phone.picture();
        let first = picture.get_pixel(0, picture.height() / 2);
        assert!(picture.pixels().filter(|pixel| *pixel != first).count() > 2000, "{name} is blank");
        let folder = Path::new(self.series.folder).join("pictures");
        phone.keep(&folder, &format!("{}-{name}-{}", self.series.name, self.name));
    }

    /// Makes the window look so.
    pub fn set(&self, phone: &Phone) {
        let window = phone.ui().window();
        window.global::<Palette>().set_color_scheme(if self.dark { Dark } else { Light });
        window.global::<Theme>().set_contrast(self.contrast);
        phone.ui().set_text_scale(self.text);
        phone.settle();
    }

    /// Scrolls to the end of a page that is longer than the screen.
    pub fn to_the_end(&self, phone: &Phone) {
        let x = self.glass.width - 12.;
        (0..6).for_each(|_| phone.drag((x, self.glass.height * 0.7), (x, self.glass.height * 0.2)));
    }
}
