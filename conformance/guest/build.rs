//! Makes the guest that runs on a microcontroller small enough for it.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-bin=conformance-guest-image=--page-size=1");
    println!("cargo:rustc-link-arg-bin=conformance-guest-image=-zstack-size=8192");
}
