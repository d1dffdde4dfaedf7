//! The words of observers, as people read them: actors by their names, and instants since the start
//! of what is measured, as faults and charts have them.

use crate::actors::Layout;
use crate::kernel::VirtualTime;
use crate::simulation::World;
use crate::trace::Names as _;

/// `1m43.207118000 process 67: told that …` as `1m33.207118000 issuer-59: told that …`.
pub(in crate::simulation) fn told(world: &World, words: &str) -> String {
    retold(words, world.begin, &world.layout)
}

fn retold(words: &str, begin: VirtualTime, layout: &Layout) -> String {
    let mut retold: Vec<String> = Vec::new();
    for word in words.split(' ') {
        let end = word.trim_end_matches([':', ';', ',']).len();
        let (word, mark) = word.split_at(end);
        let named = retold.last().filter(|last| *last == "process");
        let process = named.and_then(|_| word.parse().ok());
        match (process, VirtualTime::read(word)) {
            (Some(process), _) => {
                retold.pop();
                retold.push(layout.name(process) + mark);
            }
            (None, Some(at)) => retold.push(at.spelt_since(begin) + mark),
            (None, None) => retold.push(format!("{word}{mark}")),
        }
    }
    retold.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::Group;
    use crate::kernel::Span;

    #[test]
    fn instants_count_from_the_measurement_and_processes_have_names() {
        let check = |words: &str, expected: &str| {
            let group = Group { name: "issuers".to_owned(), clients: 40 };
            let layout = Layout::new(7, 3, vec![group]);
            let begin = VirtualTime::ZERO + Span::from_secs(10);
            assert_eq!(retold(words, begin, &layout), expected);
        };
        check(
            "1m03.207118000 process 11: told that #7 is valid, asked at 1m02.000000001; a later \
             one was known to be applied since 0m07.000000000",
            "0m53.207118000 issuer-0: told that #7 is valid, asked at 0m52.000000001; a later \
             one was known to be applied since -0m03.000000000",
        );
        let others = "position 4: #1 at validator-2, 1m3 is no instant, 5m07.1 neither";
        check(others, others);
        check("", "");
    }
}
