//! Closed forms, in units of the mean service time.
//!
//! Sources: Kleinrock, Queueing Systems I (1975), chapters 3 and 5; Franx (2001) for M/D/1;
//! Mitzenmacher (2001) for the power of d choices.

/// Mean wait of M/G/1 at load `rho`, where service has that squared coefficient of variation:
/// 1 makes it M/M/1, 0 M/D/1 (Pollaczek and Khinchine).
pub fn mg1_wait(rho: f64, variation: f64) -> f64 {
    rho * (1.0 + variation) / (2.0 * (1.0 - rho))
}

/// The share of arrivals that wait in M/M/c, by Erlang's recursion for B.
pub fn erlang_c(servers: u32, rho: f64) -> f64 {
    let offered = rho * f64::from(servers);
    let lost = (1..=servers).fold(1.0, |lost, server| {
        let carried = offered * lost;
        carried / (f64::from(server) + carried)
    });
    lost / (1.0 - rho * (1.0 - lost))
}

/// Mean wait of M/M/c at load `rho` of each server.
pub fn mmc_wait(servers: u32, rho: f64) -> f64 {
    erlang_c(servers, rho) / (f64::from(servers) * (1.0 - rho))
}

/// The wait that a `share` of arrivals at M/M/c does not exceed.
pub fn mmc_wait_at(servers: u32, rho: f64, share: f64) -> f64 {
    let rest = erlang_c(servers, rho) / (1.0 - share);
    libm::log(rest).max(0.0) / (f64::from(servers) * (1.0 - rho))
}

/// The wait that a `share` of arrivals at M/D/1 does not exceed.
pub fn md1_wait_at(rho: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while md1_served(rho, high) < share {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if md1_served(rho, middle) < share { low = middle } else { high = middle }
    }
    if md1_served(rho, 0.0) >= share { 0.0 } else { high }
}

/// The share of arrivals at M/D/1 that wait no longer than `wait` (Franx, Operations Research
/// Letters 29, 2001, for one server). Erlang's series says the same with terms of both signs, which
/// leave nothing of long waits.
fn md1_served(rho: f64, wait: f64) -> f64 {
    let whole = wait as usize + 1;
    let rest = rho * (whole as f64 - wait);
    let at_most = md1_at_most(rho, whole);
    let mut weight = libm::exp(-rest);
    let mut served = 0.0;
    for j in 0..whole {
        served += at_most[whole - j] * weight;
        weight *= rest / (j as f64 + 1.0);
    }
    served
}

/// The probabilities that no more than 0, 1, … `most` are in M/D/1. As often as the number falls
/// from n + 1 to n it rises above n, so all terms are positive.
fn md1_at_most(rho: f64, most: usize) -> Vec<f64> {
    let none = libm::exp(-rho);
    // That more than k come while one is served.
    let (mut term, mut upto) = (none, 0.0);
    let above: Vec<f64> = (0..=most)
        .map(|k| {
            upto += term;
            term *= rho / (k as f64 + 1.0);
            1.0 - upto
        })
        .collect();
    let mut states = vec![1.0 - rho];
    for n in 0..most {
        let rises = (1..=n).map(|j| states[j] * above[n + 1 - j]).sum::<f64>();
        states.push((states[0] * above[n] + rises) / none);
    }
    let mut sum = 0.0;
    states
        .iter()
        .map(|state| {
            sum += state;
            sum
        })
        .collect()
}

/// The share of arrivals that M/M/1/K turns away: no more than `limit` are there at once.
pub fn mm1k_refused(rho: f64, limit: u32) -> f64 {
    let states = (0..=limit).map(|n| libm::pow(rho, n.into())).sum::<f64>();
    libm::pow(rho, limit.into()) / states
}

/// Mean time in a system of very many servers, where each arrival joins the shortest of `choices`
/// queues picked by luck; at least 2.
pub fn shortest_of(choices: u32, rho: f64) -> f64 {
    let choices = f64::from(choices);
    let exponent = |i: i32| (libm::pow(choices, i.into()) - choices) / (choices - 1.0);
    (1..60).map(exponent).take_while(|at| *at < 1e6).map(|at| libm::pow(rho, at)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(ours: f64, theirs: f64) -> bool {
        (ours - theirs).abs() <= 1e-6 * theirs.abs().max(1e-3)
    }

    #[test]
    fn they_give_the_textbooks_figures() {
        let cases = [
            (mg1_wait(0.8, 1.0), 4.0),
            (mg1_wait(0.8, 0.0), 2.0),
            (mg1_wait(0.8, 2.0), 6.0),
            (erlang_c(1, 0.7), 0.7),
            (erlang_c(2, 0.5), 1.0 / 3.0),
            (mmc_wait(1, 0.9), 9.0),
            (mmc_wait_at(1, 0.7, 0.99), 14.1616508068),
            (md1_wait_at(0.3, 0.99), 1.89087340143),
            (md1_wait_at(0.8, 0.9), 5.01151149845),
            (md1_wait_at(0.3, 0.5), 0.0),
            (mm1k_refused(0.5, 1), 1.0 / 3.0),
            (mm1k_refused(1.0, 10), 1.0 / 11.0),
            (shortest_of(2, 0.9), 2.6141),
        ];
        for (at, (ours, theirs)) in cases.into_iter().enumerate() {
            let is_near = near(ours, theirs) || (theirs == 2.6141 && (ours - theirs).abs() < 1e-4);
            assert!(is_near, "case {at}: {ours} is not {theirs}");
        }
    }

    /// What a row of the table of oracles says, by our formulas; nothing of other families.
    fn ours(family: &str, metric: &str, number: impl Fn(&str) -> f64) -> Option<f64> {
        let servers = || number("c") as u32;
        let rho = || number("lambda") / servers().max(1) as f64;
        let (lambda, limit) = (number("lambda"), number("K") as u32);
        Some(match (family, metric) {
            ("MM1", "Wq_mean_wait") => mg1_wait(lambda, 1.0),
            ("MM1", "wait_p90") => mmc_wait_at(1, lambda, 0.9),
            ("MM1", "wait_p99") => mmc_wait_at(1, lambda, 0.99),
            ("MMc", "ErlangC_P_wait") => erlang_c(servers(), rho()),
            ("MMc", "Wq_mean_wait") => mmc_wait(servers(), rho()),
            ("MMc", "wait_p90") => mmc_wait_at(servers(), rho(), 0.9),
            ("MMc", "wait_p99") => mmc_wait_at(servers(), rho(), 0.99),
            ("MD1", "Wq_mean_wait") => mg1_wait(lambda, 0.0),
            ("MD1", "wait_p50") => md1_wait_at(lambda, 0.5),
            ("MD1", "wait_p90") => md1_wait_at(lambda, 0.9),
            ("MD1", "wait_p99") => md1_wait_at(lambda, 0.99),
            ("MG1", "Erlang2_Wq_mean_wait") => mg1_wait(lambda, 0.5),
            ("MG1", "Uniform02_Wq_mean_wait") => mg1_wait(lambda, 1.0 / 3.0),
            ("MG1", "LogNcv2_Wq_mean_wait") => mg1_wait(lambda, 2.0),
            ("MG1", "H2cv4_Wq_mean_wait") => mg1_wait(lambda, 4.0),
            ("MM1K", "P_block") => mm1k_refused(lambda, limit),
            ("PowerOfD", "mean_sojourn_n_inf") if number("d") >= 2.0 => {
                shortest_of(number("d") as u32, number("lambda_per_server"))
            }
            _ => return None,
        })
    }

    #[test]
    fn they_agree_with_a_table_made_independently() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/oracles.csv");
        let Ok(table) = std::fs::read_to_string(path) else {
            println!("skipped: {path} is not there");
            return;
        };
        let mut compared = 0;
        for row in table.lines().skip(1) {
            // Id, family, parameters in quotes with the quotes in them doubled, metric, value.
            let Some((head, rest)) = row.split_once(",\"{") else { continue };
            let Some((parameters, rest)) = rest.split_once("}\",") else { continue };
            let text = format!("{{{}}}", parameters.replace("\"\"", "\""));
            let parameters: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            let number = |key: &str| parameters[key].as_f64().unwrap_or(0.0);
            let family = head.split(',').nth(1).unwrap_or_default();
            let mut cells = rest.split(',');
            let (metric, value) = (cells.next().unwrap_or_default(), cells.next());
            let theirs: f64 = value.and_then(|value| value.parse().ok()).unwrap_or(f64::NAN);
            let Some(ours) = ours(family, metric, number) else { continue };
            assert!(near(ours, theirs), "{family} {metric} {text}: {ours}, not {theirs}");
            compared += 1;
        }
        assert!(compared > 100, "{compared} rows");
    }
}
