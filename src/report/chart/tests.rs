use super::*;

fn store(name: &str, rendered: &Rendered) {
    let Some(folder) = std::env::var_os("ATTESTORM_CHARTS") else { return };
    let folder = std::path::PathBuf::from(folder);
    std::fs::write(folder.join(format!("{name}.svg")), &rendered.svg).expect("writes");
    std::fs::write(folder.join(format!("{name}.png")), &rendered.png).expect("writes");
    std::fs::write(folder.join(format!("{name}.csv")), &rendered.csv).expect("writes");
}

#[test]
fn draw() {
    store("degradation", &sample::degradation().render().expect("draws"));

    store("collapse", &sample::collapse().render().expect("draws"));
    store("timeline", &sample::timeline().render().expect("draws"));
    store("percentile", &sample::percentile().render().expect("draws"));
    store("pareto", &sample::pareto().render().expect("draws"));
    store("waterfall", &sample::waterfall().render().expect("draws"));
}
