//! The repository's own tasks: `cargo xtask <task>`.

mod codegen;

fn main() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("workspace");
    println!("{:?}", codegen::run(root, codegen::Mode::Write));
}
