//! `attestorm scenario`: list, show, check, schema, new.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::args::{ScenarioArgs, ScenarioCommand};
use super::output::{FAILED, fail, print};
use super::source;
use crate::ordering::Catalogue;
use crate::report::{pretty, production_lines};
use crate::scenario::{
    BUNDLED, Catalogue as KnownOrderings, OrderingEntry, Source, TEMPLATE, schema, show,
};

pub(super) fn scenario(command: ScenarioCommand, catalogue: &Catalogue) -> ExitCode {
    match command {
        ScenarioCommand::List => list(),
        ScenarioCommand::Show(args) => show_one(&args, catalogue),
        ScenarioCommand::Check(args) => check(&args, catalogue),
        ScenarioCommand::Schema => {
            let orderings = OrderingEntry::all(catalogue);
            print(&pretty(&schema(&KnownOrderings { orderings: &orderings })));
            ExitCode::SUCCESS
        }
        ScenarioCommand::New { file, from } => new(&file, from.as_deref()),
    }
}

fn list() -> ExitCode {
    let mut text = String::new();
    for bundled in BUNDLED {
        let _ = writeln!(text, "{:<20} {}", bundled.name, bundled.question);
    }
    let _ = writeln!(text, "\nnext: attestorm scenario show {}", BUNDLED[0].name);
    print(&text);
    ExitCode::SUCCESS
}

fn show_one(args: &ScenarioArgs, catalogue: &Catalogue) -> ExitCode {
    match source::scenario(args, &[], catalogue) {
        Ok(scenario) => {
            print(&show(&scenario));
            ExitCode::SUCCESS
        }
        Err(code) => code,
    }
}

fn check(args: &ScenarioArgs, catalogue: &Catalogue) -> ExitCode {
    match source::scenario(args, &[], catalogue) {
        Ok(scenario) => {
            let (faults, demands) = (scenario.faults.len(), scenario.thresholds.len());
            let (name, claims) = (&scenario.name, scenario.claims.len());
            let rules = production_lines(&scenario).into_iter();
            let rules: String = rules.map(|line| line + "\n").collect();
            print(&format!(
                "{name} is valid: {faults} faults, {demands} thresholds, {claims} claims\n\
                 {rules}next: attestorm run {}\n",
                args.scenario
            ));
            ExitCode::SUCCESS
        }
        Err(code) => code,
    }
}

fn new(file: &Path, from: Option<&str>) -> ExitCode {
    let text = match from {
        None => TEMPLATE.to_owned(),
        Some(from) => match Source::find(from).and_then(|source| source.read()) {
            Ok(text) => text,
            Err(errors) => return source::refuse(&errors),
        },
    };
    let created = std::fs::File::create_new(file);
    match created.and_then(|mut created| created.write_all(text.as_bytes())) {
        Ok(()) => {
            let file = file.display();
            print(&format!("wrote {file}\nnext: attestorm scenario check {file}\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let text = format!(
                "cannot write {}: {error}\n\
                 choose a file that does not exist, in a folder that does",
                file.display()
            );
            fail(text, FAILED)
        }
    }
}
