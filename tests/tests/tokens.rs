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
