//! Whose work is in the window, and under which terms.

use slint::{ComponentHandle as _, ModelRc, VecModel};

use crate::{AboutScreen, App, Licence};

/// What the window carries of others, beside the Rust crates.
const LICENCES: [(&str, &str, &str); 3] = [
    (
        "Slint",
        "Royalty-free 2.0",
        "The user interface is made with Slint, copyright SixtyFPS GmbH, used under the Slint Royalty-free Desktop, Mobile, and Web Applications License, version 2.0.",
    ),
    ("IBM Plex Sans", "OFL-1.1", include_str!("../../../assets/fonts/LICENSE.txt")),
    ("Lucide", "ISC", include_str!("../../../assets/icons/LICENSE")),
];

pub(crate) fn connect(app: &App) {
    let rows = LICENCES.map(|(name, licence, text)| Licence {
        name: name.into(),
        licence: licence.into(),
        text: text.trim().into(),
    });
    app.global::<AboutScreen>().set_licences(ModelRc::new(VecModel::from(rows.to_vec())));
}
