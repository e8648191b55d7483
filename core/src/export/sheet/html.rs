//! The sheet as one page of HTML that loads nothing and runs nothing.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{Entry, Words};
use crate::qr::read::{Budget, picture};
use crate::secret::SecretText;
use crate::vault::wiped::Wiped;

const STYLE: &str = "body{font:11pt/1.4 'IBM Plex Sans','Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;margin:2em auto;\
max-width:50em;color:#000;background:#fff}h1{font-size:18pt}ul{list-style:none;padding:0;display:grid;\
grid-template-columns:1fr 1fr;gap:1.5em}li{display:flex;gap:1em;break-inside:avoid;align-items:flex-start}\
img{width:38mm;height:38mm;image-rendering:pixelated;flex:none}b{display:block;overflow-wrap:anywhere}\
li span{display:block;overflow-wrap:anywhere}code{font:10pt ui-monospace,Consolas,monospace;overflow-wrap:anywhere}";
/// What stands in front of a picture's Base64.
const SOURCE: &str = "<img alt=\"\" src=\"data:image/png;base64,";

pub(super) fn write(entries: &[Entry<'_>], words: &Words<'_>) -> Zeroizing<Vec<u8>> {
    let mut page = Page(Wiped::with_capacity(4096 + entries.len() * 4096));
    page.raw("<!DOCTYPE html>\n<html lang=\"").text(words.language).raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ");
    page.raw("style-src 'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>")
        .text(words.title);
    page.raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n<h1>").text(words.title).raw("</h1>\n");
    for paragraph in words.paragraphs {
        page.raw("<p>").text(paragraph).raw("</p>\n");
    }
    if let Some((name, key)) = words.recovery {
        page.raw("<p><b>").text(name).raw("</b><code>").text(key.expose()).raw("</code></p>\n");
    }
    page.raw("<ul>\n");
    for entry in entries {
        let png = Zeroizing::new(entry.code.to_png(4));
        let base64 = Zeroizing::new(BASE64.encode(&png));
        page.raw("<li>").raw(SOURCE).raw(&base64).raw("\"><div><b>").text(entry.issuer).raw("</b><span>");
        page.text(entry.account).raw("</span><span>").text(&entry.making).raw("</span><code>");
        page.text(entry.key.expose()).raw("</code></div></li>\n");
    }
    page.raw("</ul>\n</body>\n</html>\n");
    page.0.into_inner()
}

struct Page(Wiped);

impl Page {
    fn raw(&mut self, text: &str) -> &mut Self {
        self.0.push(text.as_bytes());
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"']) {
            let (before, from) = rest.split_at(at);
            let mut characters = from.chars();
            self.raw(before).raw(match characters.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                _ => "&quot;",
            });
            rest = characters.as_str();
        }
        self.raw(rest)
    }
}

/// The texts of the codes on a page that was written here.
pub(super) fn texts(file: &[u8]) -> Option<Vec<SecretText>> {
    let page = core::str::from_utf8(file).ok()?;
    let pictures = page.split(SOURCE).skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    let read = |base64: &str| {
        let png = Zeroizing::new(BASE64.decode(base64.as_bytes()).ok()?);
        picture(&png, Budget::PICTURE).ok()?.pop().map(SecretText::new)
    };
    pictures.map(read).collect()
}
