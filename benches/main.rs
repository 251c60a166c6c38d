//! How long each phase takes, and whole runs of the program. `cargo bench` runs all; `docs/performance.md` says how to read it.

use std::hint::black_box;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tollgate::ast::ExprIds;
use tollgate::builtin;
use tollgate::check::check;
use tollgate::engine::{Answer, CheckOptions, DayOptions, Workspace};
use tollgate::parse::parse;
use tollgate::project::{Inputs, Project, TextFile};
use tollgate::render::{Style, View, human, json, markdown, sarif};
use tollgate::report::Report;
use tollgate::snapshot::{Input, Role, load};
use tollgate::source::{FileId, SourceMap};
use tollgate::value::parse_date;

mod repository;

/// Snapshots of the phases that are measured in one process.
const SNAPSHOTS: usize = 1_000;

/// Snapshots of the long series.
const WEEKS: usize = 5_200;

fn policies(pack: bool) -> Vec<(String, String)> {
    if pack {
        builtin::FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    } else {
        vec![("ten_rules.gate".to_owned(), repository::TEN_RULES.to_owned())]
    }
}

fn text_file((name, text): (String, String)) -> TextFile {
    TextFile { name, content: Ok(text.into()) }
}

fn inputs(count: usize, pack: bool) -> Inputs {
    let project = Project {
        policies: policies(pack).into_iter().map(text_file).collect(),
        snapshots: (0..count)
            .map(|index| text_file(repository::snapshot(index, count, repository::WEEKS)))
            .collect(),
        ..Project::default()
    };
    Inputs { projects: vec![project], ..Inputs::default() }
}

fn options() -> CheckOptions {
    let today = parse_date(repository::AS_OF).unwrap_or_default();
    CheckOptions::from(DayOptions { as_of: Some(today), ..DayOptions::on(today) })
}

fn judged(count: usize, pack: bool) -> Answer<Report> {
    Workspace::new().check(inputs(count, pack), &options())
}

fn phases(criterion: &mut Criterion) {
    let pack = policies(true);
    let bytes: usize = pack.iter().map(|(_, text)| text.len()).sum();
    let mut group = criterion.benchmark_group("policies");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            let mut ids = ExprIds::default();
            for (index, (_, text)) in (0..).zip(&pack) {
                black_box(parse(FileId(index), text, &mut ids));
            }
        });
    });
    let mut ids = ExprIds::default();
    let files: Vec<_> =
        (0..).zip(&pack).map(|(index, (_, text))| parse(FileId(index), text, &mut ids).0).collect();
    group.bench_function("check", |bencher| bencher.iter(|| check(&files, ids.count())));
    group.finish();

    let (program, _) = check(&files, ids.count());
    let mut sources = SourceMap::default();
    let mut bytes = 0;
    let snapshots: Vec<Input> = (0..SNAPSHOTS)
        .map(|index| {
            let (name, text) = repository::snapshot(index, SNAPSHOTS, repository::WEEKS);
            bytes += text.len();
            Input::new(sources.add(name, text), Role::Snapshot)
        })
        .collect();
    let mut group = criterion.benchmark_group("snapshots");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("load", |bencher| {
        bencher.iter(|| load(&snapshots, &sources, &program.vocabulary));
    });
    group.throughput(Throughput::Elements(SNAPSHOTS as u64));
    for (name, pack) in [("judge by ten rules", false), ("judge by the pack", true)] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || inputs(SNAPSHOTS, pack),
                |inputs| Workspace::new().check(inputs, &options()),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn rendering(criterion: &mut Criterion) {
    let judgement = judged(SNAPSHOTS, true);
    let style = Style { color: false, unicode: true, width: 100 };
    let mut group = criterion.benchmark_group("render");
    group.bench_function("human", |bencher| {
        bencher.iter(|| human::render(&judgement, style, &View::default()))
    });
    group.bench_function("json", |bencher| bencher.iter(|| json::render(&judgement.report)));
    group.bench_function("markdown", |bencher| bencher.iter(|| markdown::render(&judgement, "")));
    group.bench_function("sarif", |bencher| bencher.iter(|| sarif::render(&judgement, "")));
    group.finish();
}

/// The program from start to end; 100,000 snapshots are written only where `TOLLGATE_LARGE` is set.
fn runs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("run");
    group.sample_size(10);
    let all = std::env::var_os("TOLLGATE_LARGE").is_some();
    let counts = [1, 1_000, 10_000, 100_000];
    for count in counts.into_iter().filter(|count| all || *count < 100_000) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{count}"));
        if !folder.exists() && repository::write(&folder, count, repository::WEEKS, false).is_err() {
            continue;
        }
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("ten rules", count), &folder, |bencher, folder| {
            bencher.iter(|| {
                Command::new(env!("CARGO_BIN_EXE_tollgate"))
                    .args(["check", "--quiet", "--as-of", repository::AS_OF])
                    .arg(folder)
                    .stdout(Stdio::null())
                    .status()
            });
        });
    }
    group.finish();
}

/// A century of weekly snapshots of one workflow, judged once and on each of its days.
fn long_series(criterion: &mut Criterion) {
    let weeks = || {
        let project = Project {
            policies: policies(true).into_iter().map(text_file).collect(),
            snapshots: (0..WEEKS).map(|week| text_file(repository::snapshot(week, WEEKS, WEEKS))).collect(),
            ..Project::default()
        };
        Inputs { projects: vec![project], ..Inputs::default() }
    };
    let today = parse_date(repository::AS_OF).unwrap_or_default();
    let day = DayOptions { as_of: Some(today), ..DayOptions::on(today) };
    let options = CheckOptions::from(day.clone());
    let mut group = criterion.benchmark_group("5,200 weeks");
    group.sample_size(10);
    group.bench_function("check", |bencher| {
        bencher.iter_batched(weeks, |all| Workspace::new().check(all, &options), BatchSize::PerIteration);
    });
    group.bench_function("history", |bencher| {
        bencher.iter_batched(weeks, |all| Workspace::new().history(all, &day), BatchSize::PerIteration);
    });
    group.finish();

    // In turn, so that whatever else runs weighs on both.
    let mut ratios: Vec<f64> = (0..5)
        .map(|_| {
            let (one, all) = (weeks(), weeks());
            let start = Instant::now();
            black_box(Workspace::new().check(one, &options));
            let check = start.elapsed();
            let start = Instant::now();
            black_box(Workspace::new().history(all, &day));
            start.elapsed().as_secs_f64() / check.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    if let [least, _, middle, _, most] = ratios.as_slice() {
        let said = format!("history takes {middle:.2} times as long as check ({least:.2} to {most:.2})\n");
        let _ = std::io::stdout().write_all(said.as_bytes());
    }
}

criterion_group!(benches, phases, rendering, runs, long_series);
criterion_main!(benches);
