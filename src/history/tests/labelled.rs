//! Histories that others recorded and labelled: a few retyped, and all of those that lie beside
//! this project, when they do.

use std::fs;
use std::path::Path;

use super::super::{Finding, Model, check, read, shrink};
use super::{core, judge};

/// Knossos, data/cas-register/bad/rethink-fail-minimal.edn (EPL-1.0): a read of what was never
/// written, as the one write of it failed.
const RETHINK: &str = r#"
{"client": 1, "call": 1, "ret": 4, "op": "read", "arg": null, "out": 3, "status": "ok"}
{"client": 101, "call": 2, "ret": 3, "op": "write", "arg": 3, "out": null, "status": "fail"}
{"client": 101, "call": 5, "ret": 6, "op": "cas", "arg": [1, 4], "out": null, "status": "fail"}
"#;

/// The first operations of Porcupine's test_data/jepsen/etcd_000.log (MIT), which are in order.
const ETCD: &str = "# client\tcall\treturn\top\targs\tresult
0\t1\t7\tread\tnil\n3\t2\t6\tread\tnil\n2\t3\t10\twrite\t4\tok\n1\t4\t9\twrite\t2\tok
4\t5\t8\twrite\t3\tok\n3\t11\t14\twrite\t3\tok\n0\t12\t13\tread\t3\n4\t15\t16\tread\t3
1\t17\t18\tread\t3\n2\t19\t20\tcas\t3\t0\tok\n";

/// The first operations on one key of Porcupine's test_data/kv/c01-bad.txt (MIT).
const KV: &str = r#"
{"client": 0, "call": 1, "ret": 2, "op": "append", "key": "7", "arg": "x 0 0 y", "out": "ok"}
{"client": 0, "call": 3, "ret": 4, "op": "append", "key": "7", "arg": "x 0 3 y", "out": "ok"}
{"client": 0, "call": 5, "ret": 6, "op": "get", "key": "7", "arg": null, "out": "x 0 0 y"}
"#;

#[test]
fn histories_of_others_retyped() {
    assert_eq!(judge(ETCD, Model::Register).finding, Finding::Order);
    let stale = format!("{ETCD}1\t21\t22\tread\t3\n");
    assert_eq!(core(&stale, Model::Register).places, [9, 10], "the change of 3, the late read");
    assert_eq!(core(RETHINK, Model::CasRegister).places, [0]);
    assert_eq!(core(KV, Model::Kv).places, [1, 2]);
}

#[test]
fn labelled_histories_get_the_verdict_of_their_label() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/histories");
    let Ok(index) = fs::read_to_string(folder.join("INDEX.tsv")) else {
        eprintln!("SKIPPED: there are no labelled histories in {}", folder.display());
        return;
    };
    let mut judged = 0;
    for line in index.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, _, label, ..] = fields.as_slice() else { panic!("{line}") };
        let model = match file.split('/').next() {
            Some("etcd") => Model::Register,
            Some("cas-register") => Model::CasRegister,
            Some("kv") => Model::Kv,
            _ => panic!("{file} is of no model"),
        };
        let text = fs::read_to_string(folder.join(file)).expect("labelled files are readable");
        let operations = read(&text, model).unwrap_or_else(|fault| panic!("{file}: {fault:?}"));
        let found = check(&operations, model, 100_000).finding;
        match (*label, &found) {
            ("linearizable", Finding::Order) => {}
            ("not-linearizable", Finding::NoOrder(suspects)) => {
                let core = shrink(&operations, model, suspects, 100_000);
                assert!(core.is_minimal && core.places.len() <= 20, "{file}: {core:?}");
            }
            _ => panic!("{file} is {label}, not {found:?}"),
        }
        judged += 1;
    }
    assert!(judged > 0, "an index without files");
}
