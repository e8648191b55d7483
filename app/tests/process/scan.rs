//! Looks for bytes in everything that another process can read of its own memory.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER, HEXUPPER};
use memchr::memmem;

/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;

/// Something that must, or must not, be there: its name, and every way in which it is written.
pub(crate) struct Needle {
    pub(crate) name: &'static str,
    ways: Vec<(&'static str, Vec<u8>)>,
}

impl Needle {
    /// Bytes: a key, as themselves and in all usual writings.
    pub(crate) fn bytes(name: &'static str, bytes: &[u8]) -> Self {
        let base32 = BASE32_NOPAD.encode(bytes);
        let ways = vec![
            ("raw", bytes.to_vec()),
            ("Base32", base32.to_ascii_lowercase().into_bytes()),
            ("BASE32", base32.into_bytes()),
            ("hex", HEXLOWER.encode(bytes).into_bytes()),
            ("HEX", HEXUPPER.encode(bytes).into_bytes()),
            ("Base64", BASE64.encode(bytes).trim_end_matches('=').as_bytes().to_vec()),
        ];
        Self { name, ways }
    }

    /// Text: a password.
    pub(crate) fn text(name: &'static str, text: &str) -> Self {
        let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Self { name, ways: vec![("UTF-8", text.as_bytes().to_vec()), ("UTF-16", wide)] }
    }
}

/// Whether this test may read the memory of its children: they let only root.
pub(crate) fn may_look() -> bool {
    let may = rustix::process::geteuid().is_root();
    if !may {
        println!("skipped: only root can read the memory of a process that keeps debuggers out");
    }
    may
}

/// What is found in a process: `password as UTF-8 in [heap]`, once for each place.
pub(crate) fn find(process: u32, needles: &[Needle]) -> Vec<String> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let longest = needles.iter().flat_map(|needle| &needle.ways).map(|(_, bytes)| bytes.len()).max().unwrap();
    let mut found = Vec::new();
    let mut buffer = vec![0; CHUNK + longest];
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else { continue };
        let place = fields.nth(3).unwrap_or("[anonymous]");
        if !rights.starts_with('r') || place.starts_with("[v") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        for at in (start..end).step_by(CHUNK) {
            let wanted = usize::try_from(end - at).unwrap().min(buffer.len());
            // A mapping can be gone by now, or reach past the end of its file.
            let Ok(read) = memory.read_at(&mut buffer[..wanted], at) else { continue };
            for needle in needles {
                for (way, bytes) in &needle.ways {
                    let hits =
                        memmem::find_iter(&buffer[..read], bytes).filter(|hit| *hit < CHUNK).map(|hit| at + hit as u64);
                    found.extend(hits.map(|hit| format!("{} as {way} in {place} at {hit:x}", needle.name)));
                }
            }
        }
    }
    found
}

/// Whether a needle is in what was found.
pub(crate) fn has(found: &[String], name: &str) -> bool {
    found.iter().any(|line| line.starts_with(name))
}

/// What of that lies in memory that the system may swap out.
#[allow(dead_code, reason = "the window's test shares this file and asks for less")]
pub(crate) fn swappable(process: u32, found: &[String]) -> Vec<&String> {
    let maps = fs::read_to_string(format!("/proc/{process}/smaps")).unwrap();
    let mut locked = Vec::new();
    let mut range = (0, 0);
    for line in maps.lines() {
        let first = line.split_whitespace().next().unwrap();
        if let Some((start, end)) = first.split_once('-') {
            range = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        } else if first == "VmFlags:" && line.split_whitespace().any(|flag| flag == "lo") {
            locked.push(range);
        }
    }
    let address = |line: &str| u64::from_str_radix(line.rsplit(' ').next().unwrap(), 16).unwrap();
    found.iter().filter(|line| !locked.iter().any(|(start, end)| (start..end).contains(&&address(line)))).collect()
}
