//! What stays behind, one line for each sort of it: said before anything is written to the disk.

use std::rc::Rc;

use slint::VecModel;
use smartotp_core::export::{Loss, Written};
use smartotp_core::token::TokenId;

use crate::order::Order;
use crate::{ExportLoss, LosingRow};

/// So many tokens are named, more are counted.
const NAMED: usize = 3;

pub(super) fn rows(order: &Order, written: &Written) -> Rc<VecModel<LosingRow>> {
    let mut sorts: Vec<(ExportLoss, Vec<TokenId>)> = Vec::new();
    for lost in &written.lost {
        let what = sort(lost.what);
        match sorts.iter_mut().find(|(known, _)| *known == what) {
            Some((_, tokens)) => tokens.push(lost.token),
            None => sorts.push((what, vec![lost.token])),
        }
    }
    // Whole tokens first.
    sorts.sort_by_key(|(what, _)| *what != ExportLoss::Token);
    let row = |(what, tokens): (ExportLoss, Vec<TokenId>)| LosingRow {
        what,
        number: i32::try_from(tokens.len()).unwrap_or(i32::MAX),
        names: if tokens.len() <= NAMED { order.names(&tokens).join("; ").into() } else { slint::SharedString::new() },
    };
    Rc::new(VecModel::from_iter(sorts.into_iter().map(row)))
}

fn sort(loss: Loss) -> ExportLoss {
    match loss {
        Loss::Token => ExportLoss::Token,
        Loss::Issuer => ExportLoss::Issuer,
        Loss::Letters => ExportLoss::Letters,
        Loss::Note => ExportLoss::Note,
        Loss::Groups => ExportLoss::Groups,
        Loss::FurtherGroups => ExportLoss::FurtherGroups,
        Loss::Favourite => ExportLoss::Favourite,
        Loss::Icon => ExportLoss::Icon,
        Loss::Parameters => ExportLoss::Parameters,
        _ => ExportLoss::Other,
    }
}
