//! Does nothing: what it costs to start any program.

fn main() {}
