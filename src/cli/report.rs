//! `attestorm report`: a stored result once more. Its runs are repeated, which their digests
//! prove, and drawn by this version.

use std::process::ExitCode;

use super::args::{Format, ReportArgs};
use super::output::{FAILED, fail, print};
use super::replay::restore;
use crate::ordering::Catalogue;
use crate::report::{find_result, read};

pub(super) fn report(args: &ReportArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let folder = match find_result(args.result.as_deref(), &args.out) {
        Ok(folder) => folder,
        Err(error) => return fail(error, FAILED),
    };
    if let Err(error) = restore(&folder, catalogue) {
        return fail(error, FAILED);
    }
    let page = match args.format {
        Format::Json => "summary.json",
        Format::Csv if folder.join("seeds.csv").is_file() => "seeds.csv",
        Format::Csv => "series.csv",
        Format::Text | Format::Md if folder.join("compare.md").is_file() => "compare.md",
        Format::Text | Format::Md => "summary.md",
    };
    match read(&folder, page) {
        Ok(text) if quiet => print(text.lines().nth(1).unwrap_or_default()),
        Ok(text) if args.format == Format::Text => {
            print(&text.replace("```text\n", "").replace("```\n", ""))
        }
        Ok(text) => print(&text),
        Err(error) => return fail(error, FAILED),
    }
    ExitCode::SUCCESS
}
