//! Builds anew when what is embedded has changed: rules and console.

#[expect(clippy::print_stdout, reason = "how a build script speaks to cargo")]
fn main() {
    println!("cargo:rerun-if-changed=../../content/rules");
    println!("cargo:rerun-if-changed=../../console/dist-embed");
}
