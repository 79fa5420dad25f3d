//! Builds anew when what is embedded has changed: rules and console.

fn main() {
    println!("cargo:rerun-if-changed=../../content/rules");
    println!("cargo:rerun-if-changed=../../console/dist-embed");
}
