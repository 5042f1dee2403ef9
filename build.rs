//! Tells cargo that the migrations are part of the program, so that a new file is noticed.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
