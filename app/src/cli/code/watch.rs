//! `code --watch`: the codes, kept true until Ctrl-C.

use std::sync::mpsc;

use smartotp_core::vault::Session;
use unicode_width::UnicodeWidthChar as _;

use super::{Code, Row, row};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::cli::time::Clock;
use crate::platform::memory::wipe_stack;

/// Shows the codes until Ctrl-C: redrawn every second on a terminal, one line (or array) for each change elsewhere.
/// What another program adds or changes is taken up.
pub(super) fn run(
    command: &Code,
    context: &Context<'_>,
    session: &mut Session,
    mut rows: Vec<Row>,
    clock: &Clock,
) -> Result<(), Failure> {
    let (stop, stopped) = mpsc::channel::<()>();
    ctrlc::set_handler(move || {
        let _ = stop.send(());
    })
    .map_err(|_| Failure::new(Exit::Failed, "signal", tr!("Ctrl-C can't be caught here.")))?;
    // A HOTP code is used up once and then stays on screen.
    let steady = rows.iter().all(|row| row.valid_until.is_none());
    let mut drawn = 0;
    let mut shown = false;
    loop {
        if context.out.terminal && !context.out.json {
            drawn = redraw(&row::lines(&rows, clock.unix()), drawn)?;
        } else if !shown {
            if context.out.json {
                context.out.result(&rows)?
            } else {
                row::print(&rows, command.query.is_some(), clock.unix(), context.out)?
            }
        }
        if stopped.recv_timeout(clock.to_the_next_second()) != Err(mpsc::RecvTimeoutError::Timeout) {
            // Past the ^C that the terminal shows.
            return if context.out.terminal { output::print("\n") } else { Ok(()) };
        }
        if !steady {
            let _ = session.refresh();
            let fresh = command.rows(session, clock, false)?;
            wipe_stack();
            shown = fresh == rows;
            rows = fresh;
        } else {
            shown = true;
        }
    }
}

/// Draws over what was drawn before; gives how many lines there are now. More than the terminal holds is cut.
fn redraw(lines: &[String], drawn: usize) -> Result<usize, Failure> {
    let (width, height) = terminal_size::terminal_size().map_or((80, 24), |(width, height)| (width.0, height.0));
    let room = usize::from(height).saturating_sub(1).max(1);
    let mut text = if drawn > 0 { format!("\x1b[{drawn}F\x1b[J") } else { String::new() };
    for line in lines.iter().take(room) {
        text.push_str(&cut(line, width.into()));
        text.push('\n');
    }
    output::print(&text)?;
    Ok(lines.len().min(room))
}

/// As much of a line as fits; a wrapped one would be drawn over wrongly.
fn cut(line: &str, width: usize) -> String {
    let mut left = width;
    line.chars()
        .take_while(|character| {
            let taken = character.width().unwrap_or(0);
            let fits = taken <= left;
            left = left.saturating_sub(taken);
            fits
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_at_the_edge() {
        assert_eq!(cut("GitHub  123 456", 6), "GitHub");
        assert_eq!(cut("銀行 1", 3), "銀");
    }
}
