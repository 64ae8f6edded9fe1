//! Every import of the package, called with any arguments, over devices that record what reaches them.
//!
//! The guest is a component that `cargo xtask bindings` makes from the WIT: it exports each function as it imports it. A function
//! that is added to the package without a row in `table.rs` fails `every_function_of_the_package_has_a_row`.

#[cfg(feature = "async")]
mod edges;
mod embedded_io;
mod errors;
mod handles;
mod hardware;
mod lab;
mod limits;
mod operator;
mod stops;
mod table;
mod ways;
