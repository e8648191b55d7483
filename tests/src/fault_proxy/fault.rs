//! What can go wrong with one request, and which request it is.

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// What is there.
    List,
    /// A file.
    Get,
    /// To take a file.
    Put,
    /// To take a file away.
    Delete,
    /// Something else.
    Other,
}

impl Call {
    /// Told from a request's first line.
    pub(super) fn of(head: &[u8]) -> Self {
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        match line.split(' ').next() {
            Some("PROPFIND") => Self::List,
            Some("GET") if line.contains("list-type") => Self::List,
            Some("GET") => Self::Get,
            Some("PUT") => Self::Put,
            Some("DELETE") => Self::Delete,
            _ => Self::Other,
        }
    }
}

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The answer is an error of the server, and the server never hears of the request.
    Status(u16),
    /// The server says that the client's clock is wrong, as S3 does.
    SkewedClock,
    /// So many bytes of the request go through, then both ends are cut.
    CutRequest(usize),
    /// All of the request goes through, and so many bytes of the answer.
    CutAnswer(usize),
    /// So many bytes of the answer come, and then nothing more: nobody hangs up.
    SilentAfter(usize),
    /// Half of the answer's body, and a length that fits to it.
    ShortAnswer,
    /// The tag in the answer is that of something else.
    WrongEtag,
}

impl Fault {
    /// An answer that the server has no part in.
    pub(super) fn own_answer(self) -> Option<String> {
        let (status, headers, body) = match self {
            Self::Status(status) => (status, "Retry-After: 2\r\n", ""),
            Self::SkewedClock => (
                403,
                "Date: Tue, 24 Nov 2020 09:01:47 GMT\r\nContent-Type: application/xml\r\n",
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestId>1</RequestId></Error>",
            ),
            _ => return None,
        };
        let length = body.len();
        Some(format!("HTTP/1.1 {status} Fault\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"))
    }
}
