//! `attestorm track`: one operation's journey through a stored run, or those worth a look.

use std::path::Path;
use std::process::ExitCode;

use super::args::TrackArgs;
use super::output::{FAILED, INVALID, fail, print};
use super::repeated::{Repeatable, Trouble, same, stored, write_chart};
use super::source;
use crate::experiment::{rank, track as follow};
use crate::ordering::Catalogue;
use crate::report::{JourneyView, journey_chart, journey_screen, worst_screen};
use crate::simulation::World;
use crate::trace::{Digest, Names};

pub(super) fn track(args: &TrackArgs, catalogue: &Catalogue, quiet: bool) -> ExitCode {
    let asked = match Asked::of(args) {
        Ok(asked) => asked,
        Err(error) => return fail(error, INVALID),
    };
    let stored = match stored(asked.result, &args.engine.out, catalogue) {
        Ok(stored) => stored,
        Err(error) => return fail(error, INVALID),
    };
    let done = match asked.what {
        What::One(operation) => one(&asked, operation, &stored, args, catalogue, quiet),
        What::Worst(most) => worst(&asked, most, &stored, args, catalogue),
    };
    match done {
        Ok(text) => {
            print(&(stored.instead.clone() + &text));
            ExitCode::SUCCESS
        }
        Err(Trouble(error, code)) => fail(error, code),
    }
}

/// What the command line asks for.
struct Asked<'a> {
    result: Option<&'a str>,
    what: What,
}

enum What {
    One(u32),
    Worst(usize),
}

impl<'a> Asked<'a> {
    /// One word that is a number is an id in the latest result.
    fn of(args: &'a TrackArgs) -> Result<Self, String> {
        let result = args.result.as_deref();
        let (result, id) = match (result, args.id.as_deref(), args.worst) {
            (_, Some(id), _) => (result, Some(id)),
            (Some(only), None, None) if number(only).is_some() => (None, Some(only)),
            (_, None, _) => (result, None),
        };
        let what = match (id, args.worst) {
            (Some(id), _) => What::One(number(id).ok_or_else(|| {
                format!("`{id}` is no id: an operation is named by its number, 123 or #123")
            })?),
            (None, Some(worst)) => What::Worst(worst.into()),
            (None, None) => {
                let name = result.unwrap_or("<result>");
                return Err(format!(
                    "which one? name it by its number, or look for the worst:\n  \
                     attestorm track {name} 123\n  attestorm track {name} --worst 5"
                ));
            }
        };
        Ok(Self { result, what })
    }

    /// The result as the next command names it, without another folder to look in.
    fn named(&self, stored: &Repeatable, out: &Path) -> String {
        let short = self.result.filter(|_| out == Path::new("results"));
        short.map_or_else(|| stored.folder.display().to_string(), ToOwned::to_owned)
    }
}

fn number(id: &str) -> Option<u32> {
    id.strip_prefix('#').unwrap_or(id).parse().ok()
}

fn one(
    asked: &Asked<'_>,
    operation: u32,
    stored: &Repeatable,
    args: &TrackArgs,
    catalogue: &Catalogue,
    quiet: bool,
) -> Result<String, Trouble> {
    let scenario = &stored.run.scenario;
    let tracked = follow(scenario, catalogue, source::options(&args.engine), operation);
    let tracked = tracked.map_err(|failure| Trouble(failure.to_string(), FAILED))?;
    same(&tracked.digest, stored)?;
    let Some(followed) = &tracked.followed else {
        let known = tracked
            .last
            .map_or("there is none".to_owned(), |last| format!("this run has #0 to #{last}"));
        return Err(Trouble(format!("there is no operation #{operation}; {known}"), INVALID));
    };
    let layout = World::new(scenario, catalogue).layout;
    let result = asked.named(stored, &args.engine.out);
    let mut view =
        JourneyView { followed, scenario, names: &layout, files: String::new(), result: &result };
    view.files = draw(&view, &tracked.digest, &stored.folder, operation)?;
    let text = journey_screen(&view);
    Ok(if quiet { text.lines().take(2).map(|line| format!("{line}\n")).collect() } else { text })
}

/// Writes the diagram beside the result; the words about it.
fn draw(
    view: &JourneyView<'_, impl Names>,
    digest: &Digest,
    folder: &Path,
    operation: u32,
) -> Result<String, Trouble> {
    let Some(chart) = journey_chart(view, digest, &source::command()) else {
        return Ok(String::new());
    };
    write_chart(folder, &format!("journey-{operation}"), chart)
}

fn worst(
    asked: &Asked<'_>,
    most: usize,
    stored: &Repeatable,
    args: &TrackArgs,
    catalogue: &Catalogue,
) -> Result<String, Trouble> {
    let scenario = &stored.run.scenario;
    let ranked = rank(scenario, catalogue, source::options(&args.engine), most);
    let ranked = ranked.map_err(|failure| Trouble(failure.to_string(), FAILED))?;
    same(&ranked.digest, stored)?;
    let layout = World::new(scenario, catalogue).layout;
    Ok(worst_screen(&ranked, scenario, &layout, &asked.named(stored, &args.engine.out)))
}
