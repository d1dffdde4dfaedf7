//! Result folders: written aside, then put in place in one step; nothing is ever half there.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

/// Folders being written right now, to be removed if the program is interrupted.
static UNDER_WAY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Why a result could not be written or read, with the place.
#[derive(Debug)]
pub struct StoreError {
    /// What was tried.
    pub doing: &'static str,
    /// Where.
    pub path: PathBuf,
    /// What the system said.
    pub reason: io::Error,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.doing, self.path.display(), self.reason)?;
        let way_out = match self.reason.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "choose a folder that you may write to with --out"
            }
            io::ErrorKind::StorageFull => "make room, or choose another disk with --out",
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a file is in the way; choose another folder with --out"
            }
            io::ErrorKind::NotFound if self.doing == "read" => {
                "the result is damaged; run it again"
            }
            io::ErrorKind::NotFound => "choose another folder with --out",
            _ => return Ok(()),
        };
        write!(f, "\n{way_out}")
    }
}

impl std::error::Error for StoreError {}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |reason| StoreError { doing, path, reason }
}

/// A result folder that is being written. Dropped before [`Draft::publish`], it disappears.
#[derive(Debug)]
pub struct Draft {
    partial: PathBuf,
    place: PathBuf,
    is_published: bool,
}

impl Draft {
    /// Begins the folder `parent/name`; what it will be called is taken if it exists.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn begin(parent: &Path, name: &str) -> Result<Self, StoreError> {
        fs::create_dir_all(parent).map_err(failed("make", parent))?;
        let free = (1..).map(|turn| match turn {
            1 => name.to_owned(),
            _ => format!("{name}-{turn}"),
        });
        let place = free.map(|name| parent.join(name)).find(|place| !place.exists());
        let place = place.unwrap_or_else(|| parent.join(name));
        let hidden = place.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        let partial = parent.join(format!(".{hidden}.{}.partial", std::process::id()));
        fs::create_dir(&partial).map_err(failed("make", &partial))?;
        remember(&partial);
        Ok(Self { partial, place, is_published: false })
    }

    /// Writes one file of the folder; `name` may contain folders.
    ///
    /// # Errors
    /// If it cannot be written whole.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<(), StoreError> {
        let mut file = self.create(name)?;
        let path = self.partial.join(name);
        file.write_all(content.as_ref()).and_then(|()| file.flush()).map_err(failed("write", &path))
    }

    /// Opens a file of the folder for writing bit by bit.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn create(&self, name: &str) -> Result<io::BufWriter<fs::File>, StoreError> {
        let path = self.partial.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed("make", folder))?;
        }
        fs::File::create(&path).map(io::BufWriter::new).map_err(failed("write", &path))
    }

    /// Where the folder will be.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Puts the folder in its place and points `latest` at it, and `alias` if there is one.
    ///
    /// # Errors
    /// If it cannot be moved there; it is then removed.
    pub fn publish(mut self, alias: Option<&str>) -> Result<PathBuf, StoreError> {
        fs::rename(&self.partial, &self.place).map_err(failed("put in place", &self.place))?;
        self.is_published = true;
        forget(&self.partial);
        for link in alias.into_iter().chain(["latest"]) {
            point(link, &self.place)?;
        }
        Ok(self.place.clone())
    }

    /// Moves the files of this draft that are `wanted` over those of `folder`; the rest goes. Each
    /// file is there all the time, old or new.
    ///
    /// # Errors
    /// If a file cannot be moved.
    pub fn redraw(self, folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<(), StoreError> {
        for name in files(&self.partial).map_err(failed("list", &self.partial))? {
            if wanted(&name) {
                let to = folder.join(&name);
                let parent = to.parent().unwrap_or(folder);
                fs::create_dir_all(parent).map_err(failed("make", parent))?;
                let from = self.partial.join(&name);
                fs::rename(from, &to).map_err(failed("put in place", &to))?;
            }
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_published {
            // Nobody is left to be told if this fails, too.
            let _ = fs::remove_dir_all(&self.partial);
            forget(&self.partial);
        }
    }
}

/// Removes all folders under way; for an interrupted program on its way out.
pub fn abandon_all() {
    let folders = UNDER_WAY.lock().map(|mut folders| std::mem::take(&mut *folders));
    for folder in folders.unwrap_or_default() {
        let _ = fs::remove_dir_all(folder);
    }
}

fn remember(folder: &Path) {
    if let Ok(mut folders) = UNDER_WAY.lock() {
        folders.push(folder.to_owned());
    }
}

fn forget(folder: &Path) {
    if let Ok(mut folders) = UNDER_WAY.lock() {
        folders.retain(|other| other != folder);
    }
}

/// Names of all files below a folder, sorted: `charts/latency.svg`.
fn files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.file_type()?.is_dir() {
            true => {
                let inner = files(&entry.path())?;
                names.extend(inner.into_iter().map(|file| format!("{name}/{file}")));
            }
            false => names.push(name),
        }
    }
    names.sort();
    Ok(names)
}

/// 32 hex digits that change with a text.
pub fn fingerprint(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

/// Points a link beside `place` at it, in one step.
fn point(link: &str, place: &Path) -> Result<(), StoreError> {
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else { return Ok(()) };
    let new = parent.join(format!(".{link}.new"));
    // A link of an earlier program that was stopped may be in the way.
    let _ = fs::remove_file(&new);
    std::os::unix::fs::symlink(name, &new).map_err(failed("link", &new))?;
    let link = parent.join(link);
    fs::rename(&new, &link).map_err(failed("link", &link))
}

/// The folder that a `<result>` names: a folder, a scenario's name for its latest, or nothing for
/// the latest of all under `out`.
///
/// # Errors
/// If there is no such result: what was named, why it is none, and the way out.
pub fn find_result(result: Option<&str>, out: &Path) -> Result<PathBuf, String> {
    let way_out = "make one with: attestorm run <scenario>";
    let Some(result) = result else {
        let none = || format!("there is no result under {}\n{way_out}", out.display());
        return newest(out).ok_or_else(none);
    };
    let candidates = [
        PathBuf::from(result),
        PathBuf::from(result).join("latest"),
        out.join(result),
        out.join(result).join("latest"),
    ];
    if let Some(found) = candidates.iter().find(|path| path.join("digest.txt").is_file()) {
        return fs::canonicalize(found)
            .map_err(|error| format!("cannot read {}: {error}", found.display()));
    }
    if let Some(folder) = candidates.iter().find(|path| path.is_dir()) {
        let folder = folder.display();
        return Err(format!("{folder} is no result: it holds no digest.txt\n{way_out}"));
    }
    let known = known_names(out);
    let known = if known.is_empty() { way_out.to_owned() } else { format!("there are: {known}") };
    Err(format!("there is no result `{result}`, here or under {}\n{known}", out.display()))
}

/// Names of scenarios that have results.
fn known_names(out: &Path) -> String {
    let entries = fs::read_dir(out).into_iter().flatten().filter_map(Result::ok);
    let with_results = entries.filter(|entry| entry.path().join("latest").exists());
    let names = with_results.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.join(", ")
}

/// The result written last under `out`.
fn newest(out: &Path) -> Option<PathBuf> {
    let scenarios = fs::read_dir(out).ok()?.filter_map(Result::ok);
    let newest = scenarios.filter_map(|scenario| dated(&scenario.path(), |_| true));
    newest.max().map(|(_, path)| path)
}

/// The result of one scenario that was written last, of those that are wanted.
pub fn newest_in(home: &Path, is_wanted: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    dated(home, is_wanted).map(|(_, path)| path)
}

/// The same, and when its `digest.txt` was written.
fn dated(home: &Path, is_wanted: impl Fn(&Path) -> bool) -> Option<(SystemTime, PathBuf)> {
    let results = fs::read_dir(home).ok()?.filter_map(Result::ok).map(|result| result.path());
    let wanted = results.filter(|path| !path.is_symlink() && is_wanted(path));
    let dated = wanted.filter_map(|path| {
        Some((fs::metadata(path.join("digest.txt")).ok()?.modified().ok()?, path))
    });
    dated.max()
}

/// Reads one file of a result.
///
/// # Errors
/// If it cannot be read.
pub fn read(folder: &Path, name: &str) -> Result<String, StoreError> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(failed("read", &path))
}

/// Writes one more file into a result; it is there whole or as it was.
///
/// # Errors
/// If it cannot be written.
pub fn write_beside(folder: &Path, name: &str, content: &[u8]) -> Result<(), StoreError> {
    let (new, place) = (folder.join(format!(".{name}.new")), folder.join(name));
    fs::write(&new, content).map_err(failed("write", &new))?;
    fs::rename(&new, &place).map_err(failed("put in place", &place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_appears_whole_or_not_at_all() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let draft = Draft::begin(home.path(), "one").expect("begins");
        draft.write("charts/a.csv", "x").expect("writes");
        assert!(!home.path().join("one").exists(), "not before it is published");
        drop(draft);
        assert_eq!(fs::read_dir(home.path()).expect("lists").count(), 0, "nothing half-written");
    }

    #[test]
    fn latest_points_at_the_last_one_published() {
        let home = tempfile::tempdir().expect("a temporary folder");
        for name in ["one", "one", "two"] {
            let draft = Draft::begin(home.path(), name).expect("begins");
            draft.write("digest.txt", name).expect("writes");
            draft.publish(None).expect("publishes");
        }
        assert!(home.path().join("one-2").exists(), "a name that is taken gets a number");
        let latest = find_result(home.path().to_str(), Path::new("nowhere")).expect("finds");
        assert!(latest.ends_with("two"), "{latest:?}");
    }

    #[test]
    fn an_alias_is_one_more_name() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let draft = Draft::begin(home.path(), "compare-1").expect("begins");
        draft.write("digest.txt", "x").expect("writes");
        draft.publish(Some("compare")).expect("publishes");
        let found = find_result(Some("compare"), home.path()).expect("finds");
        assert!(found.ends_with("compare-1"), "{found:?}");
    }

    #[test]
    fn a_redrawn_folder_keeps_what_was_not_wanted() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let old = home.path().join("old");
        fs::create_dir(&old).expect("makes");
        fs::write(old.join("digest.txt"), "old").expect("writes");
        let draft = Draft::begin(home.path(), "new").expect("begins");
        draft.write("digest.txt", "new").expect("writes");
        draft.write("charts/a.svg", "new").expect("writes");
        draft.redraw(&old, |name| name.starts_with("charts/")).expect("redraws");
        assert_eq!(read(&old, "digest.txt").expect("reads"), "old");
        assert_eq!(read(&old, "charts/a.svg").expect("reads"), "new");
        assert_eq!(fs::read_dir(home.path()).expect("lists").count(), 1, "the draft is gone");
    }

    #[test]
    fn a_result_that_is_none_is_told_why() {
        let home = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(home.path().join("empty")).expect("makes");
        let check = |name: Option<&str>, words: &str| {
            let error = find_result(name, home.path()).expect_err("there is none");
            assert!(error.contains(words), "{error}");
        };
        check(None, "attestorm run");
        check(Some("empty"), "holds no digest.txt");
        check(Some("nosuchthing"), "there is no result `nosuchthing`");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_one_clear_error() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let file = home.path().join("file");
        fs::write(&file, "in the way").expect("writes");
        let error = Draft::begin(&file, "one").expect_err("a file is no folder").to_string();
        assert!(error.contains("--out"), "{error}");
    }
}
