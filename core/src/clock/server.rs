//! How a time server is named: `HOST`, `HOST:PORT` for SNTP, `https://…` for the date of an answer.

use core::fmt;
use core::str::FromStr;

/// NTP's own port.
const PORT: u16 = 123;
/// Longer than any name of DNS and any real address.
const LONGEST: usize = 300;

/// Who is asked for the time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Server {
    /// By SNTP.
    Ntp {
        /// Name or address; one of IPv6 without brackets.
        host: String,
        /// UDP port.
        port: u16,
    },
    /// By the `Date` of an answer over HTTPS, where UDP is shut.
    Https {
        /// The address that is asked for.
        url: String,
    },
}

/// A text that names no server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no HOST, HOST:PORT or https address")]
pub struct ServerError;

impl FromStr for Server {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, ServerError> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(ServerError);
        }
        if text.split_once("://").is_some_and(|(scheme, host)| scheme.eq_ignore_ascii_case("https") && !host.is_empty())
        {
            return Ok(Self::Https { url: text.to_owned() });
        }
        if text.contains('/') {
            return Err(ServerError);
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']').ok_or(ServerError)?;
                (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':').ok_or(ServerError)?) })
            }
            // More than one colon without brackets is an address of IPv6.
            None => match text.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, Some(port)),
                _ => (text, None),
            },
        };
        let port = port.map_or(Ok(PORT), |port| port.parse().map_err(|_| ServerError))?;
        if host.is_empty() || port == 0 {
            return Err(ServerError);
        }
        Ok(Self::Ntp { host: host.to_owned(), port })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ntp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Ntp { host, port: PORT } => f.write_str(host),
            Self::Ntp { host, port } => write!(f, "{host}:{port}"),
            Self::Https { url } => f.write_str(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_as_people_do() {
        for (text, shown) in [
            ("time.example", "time.example"),
            ("time.example:123", "time.example"),
            ("127.0.0.1:11123", "127.0.0.1:11123"),
            ("[2001:db8::1]:5", "[2001:db8::1]:5"),
            ("2001:db8::1", "[2001:db8::1]:123"),
            (" https://time.example/ ", "https://time.example/"),
        ] {
            let server: Server = text.parse().unwrap();
            assert_eq!(server.to_string(), shown);
            assert_eq!(shown.parse(), Ok(server));
        }
        for text in ["", ":", "a b", "a:b", "a:0", "a:65536", "[::1", "[::1]x", "http://a", "https://", "a/b"] {
            assert_eq!(text.parse::<Server>(), Err(ServerError), "{text}");
        }
    }
}
