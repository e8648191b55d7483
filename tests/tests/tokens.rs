//! The look in the program is the design's: colours, type, space, shape and motion of `assets/tokens.json`.
#![allow(clippy::unwrap_used, clippy::string_slice, reason = "a test ends where its ground gives way")]

use serde_json::Value;

fn design() -> Value {
    serde_json::from_str(include_str!("../../assets/tokens.json")).unwrap()
}

fn theme() -> String {
    include_str!("../../ui/slint/theme.slint").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is assigned to a property anywhere in the theme.
fn values(theme: &str, kind: &str, name: &str) -> Vec<String> {
    let mark = format!("property <{kind}> {name}: ");
    theme.split(&mark).skip(1).map(|rest| rest.split(';').next().unwrap_or_default().to_owned()).collect()
}

fn has(theme: &str, kind: &str, name: &str, value: &str) {
    let found = values(theme, kind, name);
    assert!(
        found.iter().any(|found| found == value || found.starts_with(&format!("{value} *"))),
        "{name}: {found:?}, not {value}"
    );
}

fn entries<'a>(design: &'a Value, path: &str) -> Vec<(&'a String, &'a Value)> {
    design.pointer(path).unwrap().as_object().unwrap().iter().collect()
}

#[test]
fn colours() {
    let (design, theme) = (design(), theme());
    for (role, light) in entries(&design, "/color/light") {
        let of = |mode: &str| design["color"][mode][role].as_str().unwrap().to_lowercase();
        let light = light.as_str().unwrap().to_lowercase();
        let four = format!("pick({light}, {}, {}, {})", of("dark"), of("hc_light"), of("hc_dark"));
        has(&theme, "color", &role.replace('_', "-"), &four);
    }
    let scrims =
        ["light", "dark", "hc_light", "hc_dark"].map(|mode| design["scrim"][mode].as_str().unwrap().to_lowercase());
    has(&theme, "color", "scrim", &format!("pick({})", scrims.join(", ")));
    let tiles: Vec<_> =
        entries(&design, "/tile").iter().map(|(_, tile)| tile.as_str().unwrap().to_lowercase()).collect();
    let own: Vec<_> = theme.split("tiles: [").nth(1).unwrap().split(']').next().unwrap().split('#').skip(1).collect();
    assert_eq!(own.len(), tiles.len());
    assert!(tiles.iter().all(|tile| own.iter().any(|own| tile[1..] == own[..6])));
}

#[test]
fn type_space_shape_and_motion() {
    let (design, theme) = (design(), theme());
    for (name, style) in entries(&design, "/type") {
        let number = |of: &str| style[of].as_i64().unwrap_or(0);
        let value =
            format!("style({}px, {}px, {}, {}px)", number("size"), number("line"), number("weight"), number("gap"));
        has(&theme, "TextStyle", name, &value);
    }
    for (name, value) in entries(&design, "/space") {
        has(&theme, "length", &format!("s{name}"), &format!("{value}px"));
    }
    for (name, value) in entries(&design, "/radius") {
        let (kind, unit) = if name == "tile-fraction" { ("float", "") } else { ("length", "px") };
        has(&theme, kind, name, &format!("{value}{unit}"));
    }
    for (name, value) in entries(&design, "/icon/size") {
        has(&theme, "length", name, &format!("{value}px"));
    }
    for (name, value) in entries(&design, "/breakpoint") {
        has(&theme, "length", name, &format!("{value}px"));
    }
    for (name, value) in
        entries(&design, "/size").into_iter().filter(|(name, value)| value.is_number() && *name != "presence")
    {
        has(&theme, "length", name, &format!("{value}px"));
    }
    for (name, value) in entries(&design, "/motion/duration") {
        let calm = format!("Theme.calm ? 0ms : {value}ms");
        has(&theme, "duration", name, if name == "ring" { "1000ms" } else { &calm });
    }
    for (name, value) in entries(&design, "/motion/easing") {
        has(&theme, "easing", &format!("{name}-curve"), &value.as_str().unwrap().replace(',', ", "));
    }
}

/// The four colours of a role as the theme has them: light, dark, and both with more contrast.
fn picked(theme: &str, role: &str) -> Vec<[f64; 3]> {
    let value = values(theme, "color", role).pop().unwrap_or_default();
    let four: Vec<[f64; 3]> = value.split('#').skip(1).map(|hex| linear(&hex[..6])).collect();
    assert_eq!(four.len(), 4, "{role}: {value}");
    four
}

/// `RRGGBB` as linear light, by WCAG 2.2's definition of relative luminance.
fn linear(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| {
        let channel = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.;
        if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    })
}

fn contrast([r, g, b]: [f64; 3], [r2, g2, b2]: [f64; 3]) -> f64 {
    let luminance = |r: f64, g: f64, b: f64| 0.2126f64.mul_add(r, 0.7152f64.mul_add(g, 0.0722 * b));
    let (one, other) = (luminance(r, g, b) + 0.05, luminance(r2, g2, b2) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn words_and_shapes_stand_out_from_what_they_lie_on() {
    // What is written or drawn, on which grounds. Words want 4.5 to 1; icons, borders and large shapes 3 to 1.
    let words = [
        ("text", "bg surface field brand-soft"),
        ("text2", "bg surface field brand-soft"),
        ("text3", "bg surface field brand-soft"),
        ("brand", "bg surface field brand-soft"),
        ("on-brand", "brand"),
        ("on-brand-soft", "brand-soft"),
        ("code", "surface brand-soft"),
        ("warning", "bg surface brand-soft warning-soft"),
        ("on-warning-soft", "warning-soft"),
        ("danger", "bg surface field brand-soft danger-soft"),
        ("on-danger", "danger"),
        ("on-danger-soft", "danger-soft"),
        ("success", "bg surface brand-soft success-soft"),
        ("on-success-soft", "success-soft"),
        ("on-snack", "snack"),
        ("snack-action", "snack"),
        ("on-hero", "hero"),
    ];
    let shapes = [("outline", "bg surface field"), ("warning-fill", "bg surface")];
    let theme = theme();
    for (pairs, wanted) in [(&words[..], 4.5), (&shapes[..], 3.)] {
        for (role, grounds) in pairs {
            for ground in grounds.split(' ') {
                let sides = picked(&theme, role).into_iter().zip(picked(&theme, ground));
                for ((ink, paper), mode) in sides.zip(["light", "dark", "contrast, light", "contrast, dark"]) {
                    let found = contrast(ink, paper);
                    assert!(found >= wanted, "{role} on {ground}, {mode}: {found:.2}, not {wanted}");
                }
            }
        }
    }
    let tiles = theme.split("tiles: [").nth(1).unwrap().split(']').next().unwrap();
    for tile in tiles.split('#').skip(1) {
        let found = contrast(linear("ffffff"), linear(&tile[..6]));
        assert!(found >= 4.5, "a letter on #{}: {found:.2}", &tile[..6]);
    }
}
