//! Compiles the generated parser and the scanner beside it.

fn main() {
    let mut build = cc::Build::new();
    build.std("c11").include("src").files(["src/parser.c", "src/scanner.c"]);
    // The generated code has parameters that it does not use.
    build.flag_if_supported("-Wno-unused-parameter").flag_if_supported("-Wno-unused-but-set-variable");
    build.compile("tree-sitter-tollgate");
    println!("cargo:rerun-if-changed=src");
}
