//! What hunts and comparisons have found and what was mended since: each case broke a guarantee of
//! the build that it was found with, and says so in its story.

use std::fs;
use std::path::Path;

use crate::program::Place;

#[test]
fn what_was_found_once_does_not_break_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/found");
    let mut cases = 0;
    for entry in fs::read_dir(folder).expect("the folder of finds") {
        let path = entry.expect("an entry").path();
        let ran = Place::new().run(&format!("run {} --no-twin", path.display()));
        assert_eq!(ran.code, 0, "{}\n{}\n{}", path.display(), ran.out, ran.err);
        cases += 1;
    }
    assert!(cases > 0, "there are finds");
}
