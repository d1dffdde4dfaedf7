//! `attestations.csv`: a row per operation, written as operations settle.

use std::io::{self, Write};

use crate::attestation::Verdict;
use crate::kernel::Span;
use crate::measure::{Event, OperationRow, Trusted};
use crate::trust::FACTOR_NAMES;

/// Writes rows as they come.
#[derive(Debug)]
pub struct OperationsCsv<W> {
    to: W,
    failed: Option<io::Error>,
}

impl<W: Write> OperationsCsv<W> {
    /// Writes the head.
    pub fn begin(mut to: W) -> Self {
        let head = "operation,kind,client_process,sequence,target,intended_ms,tries,conclusion,\
                    answer_ms,first_ms,applied_ms,final_ms,verdicts,events,hesitation_ms,looks";
        let failed = writeln!(to, "{head},{}", FACTOR_NAMES.join(",")).err();
        Self { to, failed }
    }

    /// Writes one row.
    ///
    /// # Errors
    /// If it cannot be written, or something before it could not.
    pub fn row(&mut self, row: &OperationRow) -> io::Result<()> {
        if let Some(failed) = self.failed.take() {
            return Err(failed);
        }
        let target = row.target.map_or(String::new(), |target| target.to_string());
        let conclusion = row.conclusion.map_or(String::new(), |c| format!("{c:?}").to_lowercase());
        let millis = |span: Option<Span>| {
            span.map_or(String::new(), |s| format!("{:.3}", s.as_millis_f64()))
        };
        let verdicts = Verdict::ALL.iter().zip(row.verdicts).filter(|(_, count)| *count > 0);
        let verdicts = verdicts.map(|(verdict, count)| format!("{}:{count}", verdict.name()));
        let events: Vec<&str> = row.events.iter().map(Event::name).collect();
        writeln!(
            self.to,
            "{},{},{},{},{target},{:.3},{},{conclusion},{},{},{},{},{},{},{}",
            row.operation,
            row.kind.name(),
            row.client,
            row.sequence,
            row.intended.as_nanos() as f64 / 1e6,
            row.attempts,
            millis(row.answered),
            millis(row.first),
            millis(row.applied),
            millis(row.finalised),
            verdicts.collect::<Vec<_>>().join(" "),
            events.join(" "),
            trusted(row.trust)
        )
    }

    /// Writes what is buffered.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn finish(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// What a relying party came to; fields without a value where there is none.
fn trusted(of: Option<Trusted>) -> String {
    let Some(Trusted { hesitation, looks, factors }) = of else {
        return ",".repeat(1 + FACTOR_NAMES.len());
    };
    let hesitation = hesitation.map(|span| format!("{:.3}", span.as_millis_f64()));
    let factors = factors.0.map(|factor| format!("{factor:.4}"));
    format!("{},{looks},{}", hesitation.unwrap_or_default(), factors.join(","))
}
