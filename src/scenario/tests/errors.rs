//! Error screens.

use super::{CATALOGUE, load_text};
use crate::scenario::{Source, load};

const BASE: &str = r#"name     = "ours"
duration = "3m"

[network]
jitter = "15%"

[validators]
regions = ["frankfurt", "n-virginia", "tokyo"]

[load.issuers]
rate  = "60/s"

[[fault]]
name  = "storm"
at    = "1m"
for   = "80s"
on    = "routers -> validators"
delay = { jitter = { from = "50ms", to = "400ms", steps = 8 } }

[thresholds]
fast = "p99(latency.applied) in storm < 800ms"
"#;

fn screen(edits: &[(&str, &str)]) -> String {
    let mut text = BASE.to_owned();
    for (old, new) in edits {
        assert!(old.is_empty() || text.contains(old), "{old}");
        text = if old.is_empty() { text + new } else { text.replacen(old, new, 1) };
    }
    load_text(&text).map_or_else(|errors| errors.to_string(), |_| "fine".to_owned())
}

#[test]
fn look() {
    let edits: &[&[(&str, &str)]] = &[
        &[],
        &[("\"1m\"", "\"4m\""), ("jitter = {", "jiter = {"), ("latency.applied", "latency.aplied")],
        &[("60/s", "60ms")],
        &[("\"60/s\"", "60")],
        &[("60/s", "-60/s")],
        &[("15%", "0.15")],
        &[("\"15%\"", "0.15")],
        &[("rate", "rat")],
        &[("[validators]", "[validators]\ncount = 0")],
        &[("[validators]", "[validators]\ncount = \"7\"")],
        &[("[validators]", "[validatrs]")],
        &[("-> validators", "-> valdators")],
        &[("-> validators", "-> validator-9")],
        &[("-> validators", "-> validators in oregon")],
        &[("routers -> validators", "validators")],
        &[("in storm <", "in strom <")],
        &[("in storm <", "in storm.9 <")],
        &[("800ms", "800")],
        &[("p99(", "count(")],
        &[("p99(", "p95(")],
        &[
            ("in storm", "after storm"),
            ("for   = \"80s\"", ""),
            ("{ from = \"50ms\", to = \"400ms\", steps = 8 }", "\"50ms\""),
        ],
        &[(
            "",
            "\n[[fault]]\nname = \"storm\"\nat = \"end of storm + 30s\"\non = \"validator-1\"\ncrash = true\n",
        )],
        &[(
            "",
            "\n[[fault]]\nname = \"a\"\nat = \"b + 30s\"\non = \"validator-1\"\ncrash = true\n\n[[fault]]\nname = \"b\"\nat = \"a + 30s\"\non = \"validator-1\"\nstall = true\nloss=\"1%\"\n",
        )],
        &[("at    = \"1m\"", "at = \"02:13\"")],
        &[("80s", "200s")],
        &[("80s", "80")],
        &[("duration = \"3m\"\n", "duration = \"3m\"\nduration = \"4m\"\n")],
        &[("duration = \"3m\"", "duration = 3m")],
        &[("duration = \"3m\"\n", "")],
        &[("frankfurt", "frankfrt")],
        &[("[network]", "[network]\ndelays = \"aws13\"")],
        &[("[network]", "[network]\ndelays = { file = \"x.csv\" }")],
        &[(
            "duration = \"3m\"",
            "duration = \"3m\"\nordering = \"causl\"\nprofile=\"sign\"\nseed = -1",
        )],
        &[(
            "",
            "\n[parameters.ordering.watermark]\nbond = \"1s\"\n[parameters.ordering.fif]\n[parameters.flow]\n",
        )],
        &[("", "\n[parameters.ordering.watermark]\nbound = 7\n")],
        &[("rate  = \"60/s\"", "rate = \"60/s\"\nusers = 4")],
        &[("rate  = \"60/s\"", "rate = \"60/s\"\nmix = { attest = \"60%\" }\nkeys = {zipf = nan}")],
        &[(
            "rate  = \"60/s\"",
            "rate = \"60/s\"\nstages = [{ duration = \"10m\", target = \"80/s\" }]",
        )],
        &[("60/s", "900000/s"), ("3m", "30d")],
        &[("delay = {", "delay = { add = {from=\"1s\",to=\"2s\",steps=4},")],
        &[("delay = {", "loss = {from=\"1%\",to=\"2%\"}\ndelay = {")],
        &[("delay = {", "crash = true\ndelay = {")],
    ];
    for edit in edits {
        println!("──── {edit:?}\n{}\n", screen(edit));
    }
    for (path, value) in [
        ("load.issuers.rate", "100/s"),
        ("load.issuers.rat", "100/s"),
        ("load.isuers.rate", "100/s"),
        ("fault.storm.delay.jitter", "200ms"),
        ("fault.strom.delay.jitter", "200ms"),
        ("fault.storm.delay.jiter", "200ms"),
        ("fault.storm.delay", "200ms"),
        ("ordering", "causal"),
        ("ordering", "casual"),
        ("oredring", "causal"),
        ("seed", "7"),
        ("network.jitter", "0.1"),
        ("a..b", "1"),
        ("", "1"),
        ("name.x", "1"),
        ("validators.count", "100000000000000000000000000000000000000000000"),
    ] {
        let source = Source::Text { name: "ours.toml".into(), text: BASE.into() };
        let result = load(&source, &[(path.into(), value.into())], &CATALOGUE);
        println!(
            "──── --set {path}={value}\n{}\n",
            result.map_or_else(
                |e| e.to_string(),
                |s| format!("{:?} {:?} {:?}", s.faults[0].effects, s.load[0].arrivals, s.ordering)
            )
        );
    }
}
