//! Style that matters, held by a test. Each rule says what to do instead.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers from top to bottom, and what each may use besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "report",
            "experiment",
            "simulation",
            "scenario",
            "measure",
            "history",
            "trace",
            "ordering",
            "kernel",
            "network",
            "attestation",
            "engine",
            "actors",
        ],
    ),
    (
        "report",
        &[
            "experiment",
            "simulation",
            "scenario",
            "measure",
            "flow",
            "production",
            "trust",
            "trace",
            "attestation",
            "kernel",
        ],
    ),
    ("experiment", &["simulation", "scenario", "measure", "trust", "trace", "ordering", "kernel"]),
    (
        "simulation",
        &[
            "actors",
            "scenario",
            "measure",
            "ordering",
            "flow",
            "network",
            "attestation",
            "engine",
            "trust",
            "trace",
            "kernel",
        ],
    ),
    (
        "scenario",
        &[
            "measure",
            "production",
            "ordering",
            "flow",
            "ops",
            "network",
            "trust",
            "attestation",
            "kernel",
        ],
    ),
    ("measure", &["history", "trust", "trace", "attestation", "kernel"]),
    ("history", &[]),
    // Below `scenario`, which reads rules, and so below `report`, which writes them.
    ("production", &["ops", "kernel"]),
    ("actors", &["ordering", "flow", "ops", "network", "trust", "attestation", "trace", "kernel"]),
    ("ordering", &["attestation", "kernel"]),
    ("flow", &["kernel"]),
    ("ops", &["network", "trace", "kernel"]),
    ("network", &["trace", "kernel"]),
    ("trace", &["attestation", "kernel"]),
    ("trust", &["attestation", "kernel"]),
    ("attestation", &["kernel"]),
    ("engine", &["kernel"]),
    ("kernel", &[]),
];

/// What may not appear in some layers: the text, where it may appear, and what to do instead.
const BANNED: &[(&str, &[&str], &str)] = &[
    ("Instant::now", &["cli", "report"], "virtual time comes in as an argument"),
    ("SystemTime::now", &["cli", "report"], "virtual time comes in as an argument"),
    ("rand::rng", &[], "luck has an address: kernel::Draws"),
    ("from_os_rng", &[], "luck has an address: kernel::Draws"),
    ("HashMap", &[], "BTreeMap or a dense Vec: hash order must not schedule or print"),
    ("HashSet", &[], "BTreeSet or a dense Vec: hash order must not schedule or print"),
    ("println!", &[], "only cli prints, through cli::output"),
    ("actix", &["engine", "experiment"], "actix lives in the engine and the runner pool"),
    ("async fn", &["engine", "experiment"], "async lives in the engine and the runner pool"),
    ("std::fs", &["cli", "report", "scenario"], "files are for cli, report and scenario sources"),
    (".unwrap()", &[], "return the error, or say in expect why it cannot happen"),
    ("todo!", &[], "finish it"),
    ("TODO", &[], "finish it"),
];

const MOST_LINES: usize = 450;
const MOST_COLUMNS: usize = 100;

/// Files that are one table, a row a line.
const TABLES: &[&str] = &["measure/metric.rs"];

struct Source {
    path: PathBuf,
    layer: String,
    /// Without its tests.
    code: String,
    whole: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let read = |path: PathBuf| {
        let whole = fs::read_to_string(&path).expect("source files are readable");
        let inside = path.strip_prefix(&root).expect("files are below src");
        let layer = inside.iter().next().expect("a path has a first part").to_string_lossy();
        let code = whole.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
        Source { layer: layer.trim_end_matches(".rs").to_owned(), path, code, whole }
    };
    files.into_iter().map(read).filter(|source| !is_test(&source.path)).collect()
}

fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains("/tests/")
        || text.ends_with("/tests.rs")
        || text.contains("/transcript/")
        || text.ends_with("/transcript.rs")
        || text.ends_with("/sample.rs")
        || text.ends_with("/script.rs")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folders are readable") {
        let path = entry.expect("entries are readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Uses of another layer that a layer may not use.
fn layer_faults(layer: &str, code: &str) -> Vec<String> {
    let Some((_, may_use)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return Vec::new();
    };
    let uses = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let uses = uses.flat_map(|line| line.split("crate::").skip(1));
    let named = uses.map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    });
    let is_layer = |name: &&str| LAYERS.iter().any(|(layer, _)| layer == name);
    let wrong = named.filter(is_layer).filter(|name| *name != layer && !may_use.contains(name));
    wrong.map(|name| format!("`{layer}` may not use `{name}`; it may use {may_use:?}")).collect()
}

fn banned_faults(layer: &str, code: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in code.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for (text, allowed, instead) in BANNED {
            if line.contains(text) && !allowed.contains(&layer) {
                faults.push(format!("line {}: `{text}`: {instead}", number + 1));
            }
        }
    }
    faults
}

fn is_table(path: &Path) -> bool {
    TABLES.iter().any(|table| path.ends_with(table))
}

fn size_faults(whole: &str, is_table: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = whole.lines().count();
    if lines > MOST_LINES {
        faults.push(format!("{lines} lines: split it; {MOST_LINES} is the most"));
    }
    for (number, line) in whole.lines().enumerate() {
        let columns = line.chars().count();
        if columns > MOST_COLUMNS && !is_table && !line.contains("http") {
            faults.push(format!(
                "line {}: {columns} columns, {MOST_COLUMNS} is the most",
                number + 1
            ));
        }
    }
    faults
}

#[test]
fn layers_and_style_are_held() {
    let mut faults = Vec::new();
    for source in sources() {
        let found = layer_faults(&source.layer, &source.code)
            .into_iter()
            .chain(banned_faults(&source.layer, &source.code))
            .chain(size_faults(&source.whole, is_table(&source.path)));
        faults.extend(found.map(|fault| format!("{}: {fault}", source.path.display())));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_rules_see_what_they_are_for() {
    assert_eq!(layer_faults("kernel", "use crate::trace::Fact;").len(), 1);
    assert_eq!(layer_faults("network", "use crate::{a, b}; crate::actors::X").len(), 1);
    assert!(layer_faults("trace", "use crate::kernel::Span;").is_empty());
    assert_eq!(banned_faults("kernel", "let x = Instant::now();").len(), 1);
    assert!(banned_faults("cli", "let x = Instant::now();").is_empty());
    assert!(banned_faults("kernel", "// Instant::now is banned").is_empty());
    assert_eq!(size_faults(&"x\n".repeat(500), true).len(), 1);
    assert_eq!(size_faults(&"x".repeat(101), false).len(), 1);
}

#[test]
fn every_layer_has_its_line() {
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for entry in folders.expect("src is readable") {
        let entry = entry.expect("entries are readable");
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(LAYERS.iter().any(|(layer, _)| *layer == name), "`{name}` is no layer");
        }
    }
}
