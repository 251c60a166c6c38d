//! Collecting from servers: from recordings of real ones in every build, and from broken ones where the program can ask.

use std::fs;

use crate::support::{Repo, files_under, root};

/// The repository of a server's folder in `tests/sources/`, with the recording of its answers.
fn recorded(server: &str) -> Repo {
    let folder = root().join("tests/sources").join(server);
    let mut repo = Repo::new();
    for part in ["repository", "recorded"] {
        for path in files_under(&folder.join(part), &["gate", "json", "yaml"]) {
            let name = path
                .strip_prefix(folder.join("repository"))
                .unwrap_or_else(|_| path.strip_prefix(&folder).expect("the file lies in the folder"));
            repo = repo.file(name.to_str().unwrap(), fs::read(&path).unwrap());
        }
    }
    repo
}

/// What a snapshot says, without where its values are from.
fn values(repo: &Repo, snapshot: &str) -> Vec<String> {
    let text = repo.read(snapshot);
    let (values, _) = text.split_once("collected:").expect("there are collected values");
    values.lines().skip_while(|line| !line.starts_with("date:")).skip(1).map(str::to_owned).collect()
}

const PROMETHEUS: &str = "rollouts/support-replies/2026-11-27.yaml";

#[test]
fn what_prometheus_answered_is_collected_again_and_judged() {
    let repo = recorded("prometheus");
    let run = repo.run(&["collect", "--replay", "recorded", "--date", "2026-11-27", "--write"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        values(&repo, PROMETHEUS),
        [
            "latency_p50: 0.25 s to 0.5 s",
            "latency_p95: null",
            "error_rate: 4.999999999999999%",
            "uptime: 957 of 1008",
            "triage_uptime: null",
            "requests: 5760",
        ]
    );
    let text = repo.read(PROMETHEUS);
    assert!(text.contains("unknown: \"above the largest bucket, 2.5 s\""), "{text}");
    assert!(
        text.contains("unknown: \"`whole` has 720 samples, 71.4% of the 1008 that are expected\""),
        "{text}"
    );
    assert!(text.contains("at: 2026-11-27T23:59:59.999Z, tool: prometheus 2.42.0"), "{text}");

    let run = repo.run(&["collect", "--replay", "recorded", "--check"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = repo.run(&["check", "--as-of", "2026-11-27"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.contains("`latency_p95` is unknown: above the largest bucket, 2.5 s"), "{}", run.out);
    assert!(run.out.contains("957 of 1008 = 94.9%"), "{}", run.out);
}

#[test]
fn what_mlflow_answered_is_collected_again() {
    let repo = recorded("mlflow");
    let run = repo.run(&["collect", "--replay", "recorded", "--date", "2026-11-28", "--write"]);
    assert_eq!(run.code, 0, "{run:?}");
    let snapshot = "rollouts/support-replies/2026-11-28.yaml";
    assert_eq!(
        values(&repo, snapshot),
        ["light_edits: null", "run_cost: 0.30000000000000004 USD", "edits_by_hand: null"]
    );
    let text = repo.read(snapshot);
    assert!(text.contains("the value is NaN"), "{text}");
    assert!(text.contains("the run `weekly 2026-11-27` has no metric `nosuch`"), "{text}");
}

#[test]
fn a_question_that_was_not_recorded_is_an_error_that_says_what_to_do() {
    let repo = recorded("prometheus");
    // Another window has other questions.
    let run = repo.run(&["collect", "--replay", "recorded", "--date", "2026-11-28", "--write"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("the recording lacks an answer of `prom`: `prom/"), "{}", run.err);
    assert!(run.err.contains("--network --record"), "{}", run.err);
    assert!(!repo.names().iter().any(|name| name.ends_with("2026-11-28.yaml")));
}

#[cfg(feature = "prometheus")]
mod live {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::support::Run;

    const TOKEN: &str = "t0ken-that-must-not-show";

    /// A server on this machine; gives its address.
    fn server(serve: fn(TcpStream)) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let Ok(mut connection) = connection else { break };
                let _ = connection.read(&mut [0; 4096]);
                serve(connection);
            }
        });
        format!("http://{address}")
    }

    fn answer(mut connection: TcpStream, status: &str, body: &str) {
        let length = body.len();
        let _ = write!(connection, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    }

    /// Collects live from a server, and from a file.
    fn collect(address: &str) -> (Repo, Run) {
        let repo = recorded("prometheus").file("counts.csv", "requests\n12\n");
        repo.write(
            "collect/support-replies.yaml",
            format!(
                "workflow: support-replies\nwindow: 1 week\nsources:\n  prom:\n    prometheus: {address}\n    \
                 token: {{ env: PROM_TOKEN }}\n    timeout: 1 s\n  counts: {{ csv: counts.csv, undated: accepted }}\n\
                 fields:\n  \
                 error_rate: {{ from: prom, part: a, whole: b }}\n  uptime: {{ from: prom, query: c }}\n  \
                 requests: {{ from: counts, count: rows }}\n"
            ),
        );
        let arguments = ["collect", "--network", "--record", "new", "--date", "2026-11-27", "--write"];
        let output = repo.command(&arguments).env("PROM_TOKEN", TOKEN).output().unwrap();
        (repo, Run::of(output))
    }

    /// What was said, written and recorded. The token is in none of it.
    fn all_of(repo: &Repo, run: &Run) -> String {
        let files = repo.names().iter().map(|name| repo.read(name)).collect::<String>();
        let all = format!("{}{}{files}", run.out, run.err);
        assert!(!all.contains(TOKEN), "{all}");
        all
    }

    #[test]
    fn a_server_that_hangs_costs_its_own_fields_and_its_timeout() {
        let address = server(|connection| {
            thread::sleep(Duration::from_secs(20));
            drop(connection);
        });
        let begin = Instant::now();
        let (repo, run) = collect(&address);
        assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
        assert_eq!(run.code, 1, "{run:?}");
        assert_eq!(values(&repo, PROMETHEUS), ["error_rate: null", "uptime: null", "requests: 1"]);
        assert!(all_of(&repo, &run).contains("the server did not answer within 1 s"), "{run:?}");
    }

    #[test]
    fn a_server_that_repeats_the_token_is_quoted_without_it() {
        let address = server(|connection| {
            let body = format!(r#"{{"status":"error","errorType":"auth","error":"bad token {TOKEN}"}}"#);
            answer(connection, "401 Unauthorized", &body);
        });
        let (repo, run) = collect(&address);
        assert_eq!(run.code, 1, "{run:?}");
        let all = all_of(&repo, &run);
        assert!(all.contains("the server refuses access, with HTTP status 401: bad token [token]"), "{all}");

        let address = server(|mut connection| {
            let _ = write!(connection, "HTTP/1.1 302 Found\r\nLocation: /login?back={TOKEN}\r\n\r\n");
        });
        let (repo, run) = collect(&address);
        let all = all_of(&repo, &run);
        assert!(all.contains("the server redirects to `/login?back=[token]`"), "{all}");
    }
}
