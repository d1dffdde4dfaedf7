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
    let start = std::time::Instant::now();
    store("degradation", &sample::degradation().render().expect("draws"));
    eprintln!("{:?}", start.elapsed());
    store("collapse", &sample::collapse().render().expect("draws"));
    eprintln!("{:?}", start.elapsed());
}
