//! Transcripts: a small network that runs replicas of one strategy from a script one can read,
//! and writes down what they did, in the manner of etcd raft's interaction tests. And a hunt: the
//! same network under random weather, with the promised properties checked at the end.
//!
//! A transcript is a file `tests/transcripts/<strategy>/<situation>.txt` of steps: comments that
//! say what is meant, commands, `----`, what happened. Run the tests with `ATTESTORM_REWRITE=1` to
//! write down what happens now; read the difference, and commit it only if you understand it.

mod faces;
mod fairness;
mod hunt;
mod names;
mod network;
mod property;
mod script;

use std::fs;
use std::path::{Path, PathBuf};

pub(super) use hunt::Hunt;
pub(super) use names::Names;

use super::Strategy;

/// Holds every transcript of `S` against what happens now, or rewrites them.
pub(super) fn check<S: Strategy>() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(S::NAME);
    let rewrite = std::env::var_os("ATTESTORM_REWRITE").is_some();
    for path in scripts(&folder) {
        let written = fs::read_to_string(&path).expect("a transcript is text");
        let happened = script::replay::<S>(&written)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if rewrite {
            fs::write(&path, happened).expect("transcripts can be written");
        } else {
            assert_eq!(happened, written, "{}: not what happens now", path.display());
        }
    }
}

fn scripts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("every strategy has a folder of transcripts");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no transcript", folder.display());
    paths
}
