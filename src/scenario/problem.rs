//! What is wrong with a scenario: where, what is allowed, and the way out; all of it at once.

use std::fmt;
use std::ops::Range;

use super::overrides::in_its_words;

/// Where something was written: a stretch of bytes of one of the texts that a [`Log`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    origin: usize,
    start: usize,
    end: usize,
}

impl Place {
    pub(crate) const fn new(origin: usize, span: Range<usize>) -> Self {
        Self { origin, start: span.start, end: span.end }
    }

    /// A text as a whole, when no stretch of it is to blame.
    pub(crate) const fn whole(origin: usize) -> Self {
        Self { origin, start: usize::MAX, end: usize::MAX }
    }

    fn is_whole(self) -> bool {
        self.start == usize::MAX
    }

    /// Its line in `text`, from 1.
    pub(crate) fn line(self, text: &str) -> u32 {
        let before = text.get(..self.start).unwrap_or_default();
        u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
    }

    pub(crate) fn shifted(self, offset: usize) -> Self {
        Self { start: self.start + offset, end: self.end + offset, ..self }
    }
}

/// A text that problems point into.
#[derive(Clone, Debug)]
struct Text {
    /// The file's name, or `None` for a command line argument.
    name: Option<String>,
    text: String,
}

/// Collects problems while a scenario is read, so that one pass finds them all.
#[derive(Debug)]
pub(crate) struct Log {
    texts: Vec<Text>,
    problems: Vec<(Place, String, String)>,
}

impl Log {
    /// A log for the file `name`; it becomes origin 0.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let first = Text { name: Some(name.to_owned()), text: text.to_owned() };
        Self { texts: vec![first], problems: Vec::new() }
    }

    /// Another file that problems may point into.
    pub(crate) fn add_file(&mut self, name: &str, text: &str) -> usize {
        self.texts.push(Text { name: Some(name.to_owned()), text: text.to_owned() });
        self.texts.len() - 1
    }

    /// A command line argument that problems may point into.
    pub(crate) fn add_argument(&mut self, text: &str) -> usize {
        self.texts.push(Text { name: None, text: text.to_owned() });
        self.texts.len() - 1
    }

    /// `note` stands beside the carets: what is allowed, or the way out; may be empty.
    pub(crate) fn add(&mut self, at: Place, message: impl Into<String>, note: impl Into<String>) {
        self.problems.push((at, message.into(), note.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// Whether a place is in a command line argument.
    pub(crate) fn is_argument(&self, place: Place) -> bool {
        self.texts.get(place.origin).is_some_and(|text| text.name.is_none())
    }

    /// How many problems are known so far.
    pub(crate) fn count(&self) -> usize {
        self.problems.len()
    }

    /// The line of a place in its own text, from 1; `None` outside any line of the file itself.
    pub(crate) fn line(&self, place: Place) -> Option<u32> {
        if place.origin != 0 || place.is_whole() {
            return None;
        }
        let before = self.texts[0].text.get(..place.start)?;
        u32::try_from(before.matches('\n').count() + 1).ok()
    }

    /// ` (line 7)`, or nothing when the place is not in the file.
    pub(crate) fn beside(&self, place: Place) -> String {
        self.line(place).map_or_else(String::new, |line| format!(" (line {line})"))
    }

    /// Where `part` of a quoted text stands, if the text was written without escapes.
    pub(crate) fn inside(&self, text: &str, place: Place, part: Range<usize>) -> Place {
        let written = self.texts.get(place.origin).and_then(|t| t.text.get(place.start..place.end));
        let Some(written) = written else { return place };
        let quotes = |part: &str| part.chars().all(|c| matches!(c, '"' | '\'' | '\n' | '\r'));
        let offset = written.find(text).filter(|offset| {
            quotes(&written[..*offset]) && quotes(&written[offset + text.len()..])
        });
        offset.map_or(place, |offset| {
            let start = place.start + offset;
            Place { start: start + part.start, end: start + part.end, ..place }
        })
    }

    /// Every problem in the order of the text, ready to print; the same one only once.
    pub(crate) fn finish(mut self) -> ScenarioErrors {
        self.problems.sort();
        self.problems.dedup();
        let name = self.texts[0].name.clone().unwrap_or_default();
        let show = |(place, message, note): &(Place, String, String)| {
            Problem::new(&self.texts[place.origin], *place, message, note)
        };
        let shown = self.problems.iter().take(ScenarioErrors::SHOWN).map(show).collect();
        ScenarioErrors { name, count: self.problems.len(), problems: shown }
    }
}

/// Everything that is wrong with one scenario. Its `Display` is the screen, without colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioErrors {
    name: String,
    count: usize,
    problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, with the words of the file in backticks.
    pub message: String,
    /// `ours.toml:35:9`, the file alone, or `the command line`.
    pub location: String,
    /// Beside the carets: what is allowed, or the way out; may be empty.
    pub note: String,
    snippet: Option<Snippet>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Snippet {
    number: Option<usize>,
    line: String,
    indent: usize,
    carets: usize,
}

impl ScenarioErrors {
    /// More than this are counted, not shown.
    const SHOWN: usize = 40;

    /// One error about a file as a whole.
    pub(crate) fn about(name: &str, message: impl Into<String>, note: impl Into<String>) -> Self {
        let mut log = Log::new(name, "");
        log.add(Place::whole(0), message, note);
        log.finish()
    }

    /// How many problems there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The first 40 problems in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The screen; `colour` repeats with ANSI colours what the words say already.
    pub fn render(&self, colour: bool) -> String {
        let paint = Paint { on: colour };
        let mut screen = String::new();
        for problem in &self.problems {
            problem.render(paint, &mut screen);
            screen.push('\n');
        }
        if self.count > self.problems.len() {
            screen += &format!("and {} more\n\n", self.count - self.problems.len());
        }
        let plural = if self.count == 1 { "" } else { "s" };
        let (count, name) = (self.count, &self.name);
        screen + &format!("{count} error{plural} in {name}, nothing was run")
    }
}

impl fmt::Display for ScenarioErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for ScenarioErrors {}

#[derive(Clone, Copy)]
struct Paint {
    on: bool,
}

impl Paint {
    fn red(self, text: &str) -> String {
        if self.on { format!("\u{1b}[1;31m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn blue(self, text: &str) -> String {
        if self.on { format!("\u{1b}[34m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

impl Problem {
    /// What is wrong with a stretch of bytes of the file `name`, which holds `text`.
    pub(crate) fn inside(
        (name, text): (&str, &str),
        span: Range<usize>,
        message: &str,
        note: &str,
    ) -> Self {
        let text = Text { name: Some(name.to_owned()), text: text.to_owned() };
        Self::new(&text, Place::new(0, span), message, note)
    }

    /// The screen; `colour` repeats with ANSI colours what the words say already.
    pub(crate) fn screen(&self, colour: bool) -> String {
        let mut screen = String::new();
        self.render(Paint { on: colour }, &mut screen);
        screen
    }

    fn new(text: &Text, place: Place, message: &str, note: &str) -> Self {
        let snippet = (!place.is_whole()).then(|| Snippet::cut(&text.text, place));
        let location = match (&text.name, &snippet) {
            (None, _) => "the command line".to_owned(),
            (Some(name), None) => name.clone(),
            (Some(name), Some((snippet, column))) => {
                format!("{name}:{}:{column}", snippet.number.unwrap_or(1))
            }
        };
        let snippet = snippet.map(|(snippet, _)| Snippet {
            number: snippet.number.filter(|_| text.name.is_some()),
            ..snippet
        });
        let clean = |text: &str| text.chars().map(printable).collect::<String>();
        let message = match text.name {
            Some(_) => message.to_owned(),
            None => in_its_words(&text.text, message),
        };
        Self { message: clean(&message), location, note: clean(note), snippet }
    }

    fn render(&self, paint: Paint, screen: &mut String) {
        *screen += &format!("{} {}\n", paint.red("error:"), self.message);
        *screen += &format!("  {} {}\n", paint.blue("-->"), self.location);
        let Some(snippet) = &self.snippet else {
            if !self.note.is_empty() {
                *screen += &format!("   {} {}\n", paint.blue("|"), self.note);
            }
            return;
        };
        let number = snippet.number.map_or_else(|| " ".to_owned(), |number| number.to_string());
        let margin = " ".repeat(number.len());
        *screen += &format!("{} {}\n", paint.blue(&format!("{number} |")), snippet.line);
        let indent = " ".repeat(snippet.indent);
        let carets = paint.red(&"^".repeat(snippet.carets));
        let gutter = paint.blue(&format!("{margin} |"));
        let used = margin.len() + 3 + snippet.indent + snippet.carets + 1;
        if used + self.note.chars().count() <= COLUMNS {
            let note = if self.note.is_empty() { String::new() } else { format!(" {}", self.note) };
            *screen += &format!("{gutter} {indent}{carets}{note}\n");
            return;
        }
        *screen += &format!("{gutter} {indent}{carets}\n");
        for line in wrap(&self.note, COLUMNS - margin.len() - 3) {
            *screen += &format!("{gutter} {line}\n");
        }
    }
}

/// No line of a screen is wider.
const COLUMNS: usize = 100;

/// Breaks a text between words into lines of at most `width` characters.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                *line += &format!(" {word}");
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

impl Snippet {
    const WIDTH: usize = 92;

    /// The line of `place` and the column at which it starts, counted in characters from 1.
    fn cut(text: &str, place: Place) -> (Self, usize) {
        let start = floor(text, place.start);
        let end = floor(text, place.end).max(start);
        let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let last = text[first..].find('\n').map_or(text.len(), |length| first + length);
        let start = start.min(last);
        let column = text[first..start].chars().count();
        let carets = text[start..end.clamp(start, last)].chars().count().max(1);
        let (line, indent) = window(text[first..last].trim_end(), column);
        let carets = carets.min(Self::WIDTH.saturating_sub(indent).max(1));
        let number = Some(text[..first].matches('\n').count() + 1);
        (Self { number, line, indent, carets }, column + 1)
    }
}

/// The part of a long line around a column, and the column's place in it.
fn window(line: &str, column: usize) -> (String, usize) {
    let characters: Vec<char> = line.chars().map(printable).collect();
    let first = if column < Snippet::WIDTH * 2 / 3 { 0 } else { column - Snippet::WIDTH / 3 };
    let shown = characters.iter().skip(first).take(Snippet::WIDTH).collect();
    (shown, column - first)
}

fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

/// The nearest border between characters at or before `index`.
fn floor(text: &str, index: usize) -> usize {
    let index = index.min(text.len());
    (0..=index).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}

/// Whatever of `allowed` was most likely meant by `word`.
pub(crate) fn nearest<'a>(
    word: &str,
    allowed: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let worth = |other: &str| {
        let distance = strsim::damerau_levenshtein(&word, other);
        let similar = strsim::jaro_winkler(&word, other);
        let length = word.chars().count().max(other.chars().count());
        (distance * 3 <= length || (similar > 0.9 && distance <= 4))
            .then_some((distance, other.len()))
    };
    if word.len() > 64 {
        return None;
    }
    let rated = allowed.into_iter().filter_map(|other| Some((worth(other)?, other)));
    rated.min().map(|(_, other)| other)
}

/// `did you mean `x`? ` or nothing.
pub(crate) fn suggest<'a>(word: &str, allowed: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, allowed).map_or_else(String::new, |meant| format!("did you mean `{meant}`? "))
}
