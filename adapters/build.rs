//! Tells cargo to look at the migrations: they are embedded by a macro, which notices edited files but not new ones.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
