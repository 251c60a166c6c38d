# What CI runs and what a contributor needs, by name. `just` alone lists it.

_default:
    @just --list --unsorted

# Type-check everything that there is to build.
check:
    cargo check --all-targets

# All tests: unit, cases, command line, tidy.
test *ARGS:
    cargo test {{ARGS}}

# Write what the cases print now as what they should print. Read the diff before committing it.
bless *ARGS:
    TOLLGATE_BLESS=1 cargo test --lib schema
    TOLLGATE_BLESS=1 cargo test --lib trees
    TOLLGATE_BLESS=1 cargo test --test main {{ARGS}}

# Every truncation and every changed byte of the examples' files, not only a sample: some minutes.
mutations:
    TOLLGATE_EVERY=1 cargo test --release --test main mutations -- --nocapture

# Format, and let clippy look at every shape of the package: as a command, as a library, and with the formats.
lint:
    cargo fmt
    cargo clippy --all-targets -- -D warnings
    cargo clippy --no-default-features --lib -- -D warnings
    cargo clippy --no-default-features --features render --lib -- -D warnings

# Compare verdicts with the independent oracle on so many random cases. Needs Python 3.11.
oracle CASES="20000" SEED="1":
    nice tests/oracle/run --cases {{CASES}} --seed {{SEED}}

# Open the examples' pages in a real browser, and draw the picture of the README. Needs Node 20 and Chromium.
browser:
    cargo build
    PICTURE=docs/report.png tests/browser/run target/debug/tollgate

# Build the manual as a book in target/book. Needs mdbook: `cargo install mdbook --locked`.
book:
    mdbook build

# Exactly what CI runs.
ci:
    .ci/run

# Build the program as a release has it, in target/dist: with all sources, which takes longer than `cargo build --release`.
dist:
    cargo build --locked --profile dist --features all-sources

# What CI runs, and what takes too long for every commit: before a release.
full:
    .ci/full

# Fuzz a target for so many seconds; fuzz/README.md lists the targets.
fuzz TARGET="policy" SECONDS="1200":
    fuzz/seed
    fuzz/run {{TARGET}} {{SECONDS}}

# Measure beside other checkers, as docs/performance.md tells; without arguments, an hour.
compare *ARGS:
    benches/compare/run {{ARGS}}

# Count instructions, and fail where they are a tenth more than `--record` wrote to benches/perf.toml. Needs valgrind.
perf *ARGS:
    benches/compare/perf {{ARGS}}
