//! One value, one rounding: whatever is said of a rule shows a number with as many digits as where it takes the most to tell it
//! from what it is held against.

use super::{Change, Computed, Figure, Piece, Reading, RuleVerdict, Said, Worth};

impl RuleVerdict {
    /// Shows each number with the same digits wherever it is said.
    pub fn round_alike(&mut self) {
        let mut precise: Vec<Figure> = Vec::new();
        self.each_figure(&mut |figure| {
            if figure.digits > 0 && is_number(figure) {
                precise.push(figure.clone());
            }
        });
        if precise.is_empty() {
            return;
        }
        self.each_figure(&mut |figure| {
            let same =
                precise.iter().filter(|known| known.worth == figure.worth && known.scale == figure.scale);
            figure.digits = same.map(|known| known.digits).chain([figure.digits]).max().unwrap_or(0);
        });
    }

    fn each_figure(&mut self, f: &mut dyn FnMut(&mut Figure)) {
        let texts = [&mut self.message, &mut self.help].into_iter().flatten().chain([&mut self.title]);
        for piece in texts.flatten() {
            if let Piece::Value(figure) = piece {
                f(figure);
            }
        }
        let said = self.evidence.iter_mut().map(|saw| &mut saw.said);
        for said in said.chain(self.pointers.iter_mut().map(|pointer| &mut pointer.said)) {
            of_said(said, f);
        }
        self.thresholds.iter_mut().for_each(|held| f(&mut held.figure));
        self.change.iter_mut().for_each(|change| of_change(change, f));
    }
}

fn is_number(figure: &Figure) -> bool {
    matches!(figure.worth, Worth::Number(_) | Worth::Between(_))
}

fn of_said(said: &mut Said, f: &mut dyn FnMut(&mut Figure)) {
    match said {
        Said::Value(Reading { figure, from }) => {
            f(figure);
            if let Some(Computed::Arithmetic { left, right, .. }) = from {
                f(left);
                f(right);
            }
        }
        Said::Param(held) => f(&mut held.figure),
        Said::On(figure, _) => f(figure),
        Said::Window(seen) | Said::Run { held: seen, .. } => {
            seen.iter_mut().filter_map(|dated| dated.figure.as_mut()).for_each(f);
        }
        Said::NoRun { now, .. } => now.iter_mut().for_each(f),
        Said::Unknown(..)
        | Said::Against(_)
        | Said::Approximately { .. }
        | Said::Empty
        | Said::FirstOfThem
        | Said::OfGroup(_)
        | Said::Groups(..)
        | Said::Elements { .. }
        | Said::CountedTo(_)
        | Said::RunOfStage { .. }
        | Said::Extreme { .. }
        | Said::Breach(_) => {}
    }
}

fn of_change(change: &mut Change, f: &mut dyn FnMut(&mut Figure)) {
    match change {
        Change::All(changes) | Change::Decide(changes) => {
            changes.iter_mut().for_each(|change| of_change(change, f));
        }
        Change::Reach { to, now, .. } => {
            f(to);
            f(now);
        }
        Change::Turn { .. }
        | Change::Word { .. }
        | Change::OneOf { .. }
        | Change::NoValue { .. }
        | Change::Date { .. }
        | Change::Elements(_)
        | Change::Counts(_)
        | Change::Part(_)
        | Change::Repeat { .. }
        | Change::GoOn { .. }
        | Change::Begin { .. }
        | Change::Wait { .. }
        | Change::Add { .. }
        | Change::Samples { .. }
        | Change::GoodSamples { .. }
        | Change::Record { .. }
        | Change::NextSnapshot
        | Change::SnapshotFrom(_)
        | Change::SnapshotWithin { .. }
        | Change::Snapshots { .. }
        | Change::SnapshotsApart { .. }
        | Change::Agree(_)
        | Change::Reached(_) => {}
    }
}
