//! The page that the browser shows at the end: plain, in the user's language, with nothing loaded from anywhere.

/// What the page says. Sentences come from whoever has the languages.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The language's code: `de`.
    pub language: &'a str,
    /// The window's title.
    pub title: &'a str,
    /// That it can be closed, and that the program goes on. It is shown before the cloud has given its word: it promises nothing.
    pub done: &'a str,
    /// That nothing was allowed, and that it can be closed.
    pub denied: &'a str,
}

/// The answers, as they go over the wire.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) done: String,
    pub(super) denied: String,
    pub(super) not_found: String,
}

impl Page<'_> {
    pub(super) fn answers(&self) -> Answers {
        Answers {
            done: answer("200 OK", &self.html(self.done)),
            denied: answer("200 OK", &self.html(self.denied)),
            not_found: answer("404 Not Found", ""),
        }
    }

    fn html(&self, sentence: &str) -> String {
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{title}</title><style>:root{{color-scheme:light dark}}body{{font:1.125rem/1.5 system-ui,sans-serif;\
             max-width:32rem;margin:20vh auto;padding:0 1.5rem}}</style></head><body><main><h1>{title}</h1><p>{}</p></main></body></html>",
            escaped(self.language),
            escaped(sentence),
            title = escaped(self.title),
        )
    }
}

fn answer(status: &str, html: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\r\n{html}",
        html.len()
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_stays_a_sentence_and_the_length_is_that_of_its_bytes() {
        let page = Page { language: "ru", title: "Smart OTP", done: "Готово <b>&", denied: "" };
        let done = page.answers().done;
        let (_, body) = done.split_once("\r\n\r\n").unwrap();
        assert!(body.contains("Готово &lt;b&gt;&amp;") && body.contains("lang=\"ru\""));
        assert!(done.contains(&format!("Content-Length: {}\r\n", body.len())));
    }
}
