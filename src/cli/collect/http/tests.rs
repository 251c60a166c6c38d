use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::collect::source::{RowRules, SourceKind};
use crate::config::Setting;
use crate::source::{FileId, Span};

use super::*;

const SECRET: &str = "s3cr3t/t0ken+0123456789=";

/// A server on this machine that does one thing with each connection, and what it was sent.
struct FaultServer {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FaultServer {
    /// `serve` gets the connection, and how many came before.
    fn start(serve: impl Fn(TcpStream, usize) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for (at, connection) in listener.incoming().enumerate() {
                let Ok(mut connection) = connection else { break };
                let request = request_of(&mut connection);
                seen.lock().unwrap().push(request);
                serve(connection, at);
            }
        });
        Self { port, requests }
    }

    /// One that always sends this text and closes.
    fn sending(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::start(move |mut connection, _| {
            let _ = connection.write_all(text.as_bytes());
        })
    }

    fn place(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request with its body.
fn request_of(connection: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while let Ok(count) = connection.read(&mut buffer) {
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length: ").map(|length| length.parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or(0) {
                break;
            }
        }
        if count == 0 {
            break;
        }
    }
    text
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

fn setting(text: &str) -> Setting<String> {
    Setting { value: text.to_owned(), span: Span { file: FileId(0), start: 0, end: 0 } }
}

fn source(place: &str, token: Option<&str>, retries: u32) -> PlanSource {
    let rules = ServerRules { token: token.map(setting), timeout: 1, retries };
    PlanSource {
        name: setting("prom"),
        place: setting(place),
        kind: SourceKind::Prometheus(rules),
        rows: RowRules::default(),
    }
}

fn variable(name: &str) -> Option<String> {
    match name {
        "TOKEN" => Some(format!("{SECRET}\n")),
        "EMPTY" => Some(" ".to_owned()),
        "SPLIT" => Some(format!("{SECRET}\r\nX: y")),
        _ => None,
    }
}

fn question() -> Question<'static> {
    Question::Http { path: "/api/v1/query?query=up".to_owned(), body: None }
}

fn ask(source: &PlanSource) -> Result<Reply, SourceFailure> {
    Http::new(&variable).ask(source, &question())
}

/// The reason for which nothing is known. It is there within the timeout of a second, and a bit.
fn unknown(source: &PlanSource) -> String {
    let begin = Instant::now();
    let asked = ask(source);
    assert!(begin.elapsed() < Duration::from_millis(2500), "{:?}", begin.elapsed());
    match asked {
        Err(SourceFailure::Unknown(reason)) => {
            assert!(!reason.contains(SECRET), "{reason}");
            reason
        }
        other => panic!("{other:?}"),
    }
}

fn refused(source: &PlanSource) -> String {
    match ask(source) {
        Err(SourceFailure::Refused { message, help }) => {
            assert!(!format!("{message}{help}").contains(SECRET), "{message}");
            message
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_is_asked_with_its_token() {
    let server = FaultServer::sending(answer("200 OK", "{}"));
    let asked = ask(&source(&format!("{}/prefix/", server.place()), Some("TOKEN"), 0)).unwrap();
    assert_eq!(asked, Reply { status: 200, body: b"{}".to_vec() });
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("GET /prefix/api/v1/query?query=up HTTP/1.1\r\n"), "{requests:?}");
    assert!(
        requests[0].to_lowercase().contains(&format!("authorization: bearer {SECRET}\r\n")),
        "{requests:?}"
    );

    let post = Question::Http { path: "/search".to_owned(), body: Some("{\"a\": 1}".to_owned()) };
    Http::new(&variable).ask(&source(&server.place(), None, 0), &post).unwrap();
    let requests = server.requests();
    assert!(requests[1].starts_with("POST /search HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[1].to_lowercase().contains("content-type: application/json\r\n"), "{requests:?}");
    assert!(requests[1].ends_with("\r\n\r\n{\"a\": 1}"), "{requests:?}");
    assert!(!requests[1].to_lowercase().contains("authorization"), "{requests:?}");
}

#[test]
fn a_token_that_is_not_there_is_named_and_never_shown() {
    let place = "http://127.0.0.1:9";
    for name in ["NOSUCH", "EMPTY"] {
        let message = refused(&source(place, Some(name), 0));
        assert_eq!(message, format!("the environment variable `{name}` is not set"));
    }
    assert!(refused(&source(place, Some("SPLIT"), 0)).contains("characters that no token has"));
}

#[test]
fn an_answer_that_repeats_the_token_is_handed_on_without_it() {
    let server = FaultServer::sending(answer("401 Unauthorized", &format!("no such token: {SECRET}")));
    let asked = ask(&source(&server.place(), Some("TOKEN"), 0)).unwrap();
    assert_eq!(asked, Reply { status: 401, body: b"no such token: [token]".to_vec() });
    let escaped = SECRET.replace('/', "\\/");
    let server = FaultServer::sending(answer("403 Forbidden", &format!("{{\"token\": \"{escaped}\"}}")));
    let asked = ask(&source(&server.place(), Some("TOKEN"), 0)).unwrap();
    assert_eq!(asked.body, b"{\"token\": \"[token]\"}");
    let encoded = "s3cr3t%2Ft0ken%2B0123456789%3D";
    let moved = format!("HTTP/1.1 302 Found\r\nLocation: https://evil.example/?t={encoded}\r\n\r\n");
    let server = FaultServer::sending(moved);
    assert_eq!(
        unknown(&source(&server.place(), Some("TOKEN"), 0)),
        "the server redirects to `https://evil.example/?t=[token]`, which is not followed"
    );
    let server = FaultServer::sending(format!("{SECRET}\r\n\r\n"));
    unknown(&source(&server.place(), Some("TOKEN"), 0));
}

#[test]
fn what_may_pass_is_asked_again() {
    let server = FaultServer::start(|mut connection, at| {
        let text = match at {
            0 => answer("500 Internal Server Error", "broken"),
            1 => String::new(),
            _ => answer("200 OK", "{}"),
        };
        let _ = connection.write_all(text.as_bytes());
    });
    assert_eq!(ask(&source(&server.place(), None, 2)).unwrap().status, 200);
    assert_eq!(server.requests().len(), 3);

    let server = FaultServer::sending(answer("500 Internal Server Error", "broken"));
    assert_eq!(ask(&source(&server.place(), None, 1)).unwrap().status, 500);
    assert_eq!(server.requests().len(), 2);
    // However often the plan would ask: it ends with the timeout.
    let begin = Instant::now();
    assert_eq!(ask(&source(&server.place(), None, 1000)).unwrap().status, 500);
    assert!(begin.elapsed() < Duration::from_millis(2500));

    let server = FaultServer::sending(answer("422 Unprocessable Entity", "no"));
    assert_eq!(ask(&source(&server.place(), None, 2)).unwrap().status, 422);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn no_redirect_is_followed() {
    let target = FaultServer::sending(answer("200 OK", "{}"));
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let to = target.place();
        let server = FaultServer::sending(format!(
            "HTTP/1.1 {status}\r\nLocation: {to}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ));
        let place = source(&server.place(), Some("TOKEN"), 2);
        assert_eq!(unknown(&place), format!("the server redirects to `{to}/`, which is not followed"));
        let post = Question::Http { path: "/".to_owned(), body: Some("{}".to_owned()) };
        assert!(Http::new(&variable).ask(&place, &post).is_err());
    }
    assert!(target.requests().is_empty());
}

#[test]
fn a_server_that_does_not_answer_costs_its_timeout() {
    let late = "the server did not answer within 1 s";
    let hang = FaultServer::start(|connection, _| {
        thread::sleep(Duration::from_secs(5));
        drop(connection);
    });
    assert_eq!(unknown(&source(&hang.place(), None, 3)), late);

    let trickle = FaultServer::start(|mut connection, _| {
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while connection.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    assert_eq!(unknown(&source(&trickle.place(), None, 3)), late);

    let headers = FaultServer::start(|mut connection, _| {
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\n");
        while connection.write_all(b"X: y\r\n").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    assert_eq!(unknown(&source(&headers.place(), None, 3)), late);
}

#[test]
fn a_server_that_was_silent_once_is_not_waited_for_again() {
    let hang = FaultServer::start(|_, _| thread::sleep(Duration::from_secs(3)));
    let server = source(&hang.place(), None, 0);
    let http = Http::new(&variable);
    let begin = Instant::now();
    for _ in 0..5 {
        assert!(http.ask(&server, &question()).is_err());
    }
    assert!(begin.elapsed() < Duration::from_millis(2500), "{:?}", begin.elapsed());

    // That one answer is too large says nothing of the next.
    let large = FaultServer::start(|mut connection, at| {
        let body = if at == 0 { " ".repeat(17 << 20) } else { "{}".to_owned() };
        let _ = connection.write_all(answer("200 OK", &body).as_bytes());
    });
    let mut server = source(&large.place(), None, 0);
    server.kind = SourceKind::Prometheus(ServerRules { token: None, timeout: 20, retries: 0 });
    let http = Http::new(&variable);
    let too_large = SourceFailure::unknown("the answer is larger than 16 MiB");
    assert_eq!(http.ask(&server, &question()), Err(too_large));
    assert_eq!(http.ask(&server, &question()).unwrap().body, b"{}");
}

#[test]
fn broken_answers_are_no_answers() {
    let server = FaultServer::sending("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\":");
    assert_eq!(unknown(&source(&server.place(), None, 0)), "the server broke off the answer");
    let server = FaultServer::sending("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"");
    assert_eq!(unknown(&source(&server.place(), None, 0)), "the server broke off the answer");
    let server = FaultServer::sending("");
    assert_eq!(unknown(&source(&server.place(), None, 0)), "the server broke off the answer");
    let server = FaultServer::sending("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    assert!(
        unknown(&source(&server.place(), None, 0)).starts_with("the server does not answer as HTTP says")
    );
    let many = "X: y\r\n".repeat(100_000);
    let server = FaultServer::sending(format!("HTTP/1.1 200 OK\r\n{many}\r\n"));
    unknown(&source(&server.place(), None, 0));
    // A body that is no JSON is for others to judge.
    let server = FaultServer::sending(answer("200 OK", "<html>"));
    assert_eq!(ask(&source(&server.place(), None, 0)).unwrap().body, b"<html>");
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = format!("http://127.0.0.1:{port}");
    assert_eq!(unknown(&source(&place, None, 1)), "the server refuses the connection");
    let reason = unknown(&source("http://tollgate.invalid", None, 0));
    assert!(reason.starts_with("the "), "{reason}");
}

#[test]
fn only_addresses_of_servers_are_asked() {
    let message = refused(&source("https://ci:pa55word@prometheus.example.com", None, 0));
    assert_eq!(message, "the address of a server has no user name and no password");
    for place in [
        "file:///etc/passwd",
        "ftp://127.0.0.1",
        "127.0.0.1:9090",
        "/api",
        "http://",
        "http://:80",
        "http://127.0.0.1:99999",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1/#a",
        "http://127.0.0.1 .example.com",
        "",
    ] {
        refused(&source(place, None, 0));
    }
}

#[test]
fn link_local_addresses_are_refused() {
    for host in [
        "169.254.169.254",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[::169.254.169.254]",
        "[64:ff9b::169.254.169.254]",
        "2852039166",
        "0xa9fea9fe",
    ] {
        let message = refused(&source(&format!("http://{host}/latest"), None, 0));
        assert!(message.contains("link-local"), "{host}: {message}");
    }
    assert!(!is_link_local("127.0.0.1".parse().unwrap()));
    assert!(!is_link_local("10.0.0.1".parse().unwrap()));
    assert!(!is_link_local("fd00::1".parse().unwrap()));
}

#[test]
fn other_questions_are_not_for_servers() {
    let server = source("http://127.0.0.1:9", None, 0);
    assert!(Http::new(&variable).ask(&server, &Question::Decode { file: b"" }).is_err());
    let elsewhere = Question::Http { path: ".example.com/".to_owned(), body: None };
    assert!(Http::new(&variable).ask(&server, &elsewhere).is_err());
}
