//! Servers, asked by HTTP: only those that the plan names, within its timeout, and with the tokens of the environment.
//!
//! No redirect is followed and no proxy is used, so nothing but the plan says where a question goes. Knows no server's answers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

use crate::collect::outside::{Question, Reply, Respondent, one_line, percent_encoded};
use crate::collect::source::{PlanSource, ServerRules};
use crate::collect::table::SourceFailure;
use crate::text::quote;

/// How large an answer may be.
const MAX_BODY: u64 = 16 * 1024 * 1024;
/// How long is waited before a question is asked again; after each time twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// What is written for a token that an answer repeats.
const HIDDEN: &str = "[token]";

/// Asks servers.
pub(in crate::cli) struct Http<'e> {
    agent: Agent,
    /// The value of an environment variable.
    variable: &'e dyn Fn(&str) -> Option<String>,
    /// The sources whose servers did not answer once, and why: they are not waited for again.
    silent: RefCell<BTreeMap<String, SourceFailure>>,
}

impl<'e> Http<'e> {
    /// Tokens are read by `variable`, which gives the value of an environment variable.
    pub(in crate::cli) fn new(variable: &'e dyn Fn(&str) -> Option<String>) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Config::builder()
            .tls_config(tls)
            .proxy(None)
            .max_redirects(0)
            // A connection that is kept may be closed by the time of the next question.
            .max_idle_connections(0)
            .http_status_as_error(false)
            .user_agent(concat!("tollgate/", env!("CARGO_PKG_VERSION")))
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), GuardedResolver::default());
        Self { agent, variable, silent: RefCell::default() }
    }

    /// The token that a server is asked with.
    fn token(&self, rules: &ServerRules) -> Result<Option<String>, SourceFailure> {
        let Some(name) = rules.token.as_ref().map(|name| &name.value) else { return Ok(None) };
        let token = (self.variable)(name).map(|token| token.trim().to_owned());
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Err(SourceFailure::refused(
                format!("the environment variable `{}` is not set", quote(name)),
                "set it to the token of the server",
            ));
        };
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SourceFailure::refused(
                format!("the environment variable `{}` has characters that no token has", quote(name)),
                "set it to the token alone, without blanks and line breaks",
            ));
        }
        Ok(Some(token))
    }

    /// The answer, after as many attempts as the rules and the time allow.
    fn attempts(&self, rules: &ServerRules, request: &HttpRequest<'_>) -> Result<Reply, Trouble> {
        let end = Instant::now() + Duration::from_secs(rules.timeout);
        let mut wait = FIRST_WAIT;
        let mut left = rules.retries;
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            let tried = self.attempt(request, rest, rules.timeout);
            let may_pass = match &tried {
                Ok(answer) => answer.status == 429 || answer.status >= 500,
                Err(trouble) => trouble.passes == Passes::Perhaps,
            };
            if !may_pass || left == 0 || end.saturating_duration_since(Instant::now()) <= wait {
                return tried;
            }
            sleep(wait);
            wait *= 2;
            left -= 1;
        }
    }

    /// The answer to one request.
    fn attempt(&self, request: &HttpRequest<'_>, rest: Duration, timeout: u64) -> Result<Reply, Trouble> {
        let trouble = |error: ureq::Error| Trouble::of(&error, request, timeout);
        // Nothing may take no time at all.
        let rest = Some(rest.max(Duration::from_millis(1)));
        let sent = match request.body {
            None => {
                let mut get = self.agent.get(&request.url).config().timeout_global(rest).build();
                if let Some(token) = request.token {
                    get = get.header("Authorization", format!("Bearer {token}"));
                }
                get.call()
            }
            Some(body) => {
                let mut post = self.agent.post(&request.url).config().timeout_global(rest).build();
                if let Some(token) = request.token {
                    post = post.header("Authorization", format!("Bearer {token}"));
                }
                post.header("Content-Type", "application/json").send(body)
            }
        };
        let mut response: Response<Body> = sent.map_err(trouble)?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get("Location").map(|to| String::from_utf8_lossy(to.as_bytes()));
            let to = to.map_or_else(String::new, |to| format!(" to `{}`", one_line(&request.hide(&to))));
            let reason = format!("the server redirects{to}, which is not followed");
            return Err(Trouble::of_this(reason));
        }
        let body = response.body_mut().with_config().limit(MAX_BODY).read_to_vec().map_err(trouble)?;
        Ok(Reply { status: status.as_u16(), body: request.hide_bytes(body) })
    }
}

impl Respondent for Http<'_> {
    fn ask(&self, source: &PlanSource, question: &Question<'_>) -> Result<Reply, SourceFailure> {
        let (Question::Http { path, body }, Some(rules)) = (question, source.kind.http_server()) else {
            return Err(SourceFailure::unknown("this is not asked of a server"));
        };
        // What is not a path would go on with the name of the host.
        if !path.starts_with('/') {
            return Err(SourceFailure::unknown("the question is not a path of the server"));
        }
        if let Some(failure) = self.silent.borrow().get(&source.name.value) {
            return Err(failure.clone());
        }
        let base = address(&source.place.value)?;
        let token = self.token(rules)?;
        let request =
            HttpRequest { url: format!("{base}{path}"), body: body.as_deref(), token: token.as_deref() };
        self.attempts(rules, &request).map_err(|trouble| {
            if trouble.passes != Passes::WithAnotherQuestion {
                self.silent.borrow_mut().insert(source.name.value.clone(), trouble.failure.clone());
            }
            trouble.failure
        })
    }
}

/// The address of a server without the `/` at its end, if a request may go there.
fn address(place: &str) -> Result<&str, SourceFailure> {
    // The address itself is not repeated: it may hold a password.
    let refused = |message: &str| {
        SourceFailure::refused(
            message,
            "write it like `https://prometheus.example.com`; a token belongs into `token:`",
        )
    };
    let Ok(uri) = place.parse::<Uri>() else {
        return Err(refused("this is not the address of a server"));
    };
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(refused("the address of a server begins with `https://` or `http://`"));
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Err(refused("the address of a server has no user name and no password"));
    }
    // A port beyond the last one would be left out, and another server asked.
    let host = uri.host().unwrap_or("");
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    if host.is_empty() || authority != format!("{host}{port}") {
        return Err(refused("this is not the address of a server"));
    }
    if place.contains(['?', '#']) {
        return Err(refused("the address of a server has neither `?` nor `#`"));
    }
    Ok(place.trim_end_matches('/'))
}

/// One request.
struct HttpRequest<'r> {
    url: String,
    body: Option<&'r str>,
    token: Option<&'r str>,
}

impl HttpRequest<'_> {
    /// The token as addresses and JSON may write it, too.
    fn spellings(&self) -> impl Iterator<Item = String> {
        self.token
            .into_iter()
            .flat_map(|token| [token.to_owned(), percent_encoded(token), token.replace('/', "\\/")])
    }

    /// A text that the server gave, without the token.
    fn hide(&self, text: &str) -> String {
        self.spellings().fold(text.to_owned(), |text, token| text.replace(&token, HIDDEN))
    }

    fn hide_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let holds = |token: String| bytes.windows(token.len()).any(|part| part == token.as_bytes());
        if self.spellings().any(holds) {
            return self.hide(&String::from_utf8_lossy(&bytes)).into_bytes();
        }
        bytes
    }
}

/// Why a request has no answer.
struct Trouble {
    failure: SourceFailure,
    passes: Passes,
}

/// Whether it is worth asking again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passes {
    /// The same may have an answer in a moment.
    Perhaps,
    /// Another question may have an answer.
    WithAnotherQuestion,
    Not,
}

impl Trouble {
    fn perhaps(reason: impl Into<String>) -> Self {
        Self { failure: SourceFailure::unknown(reason), passes: Passes::Perhaps }
    }

    fn lasting(failure: SourceFailure) -> Self {
        Self { failure, passes: Passes::Not }
    }

    fn of_this(reason: impl Into<String>) -> Self {
        Self { failure: SourceFailure::unknown(reason), passes: Passes::WithAnotherQuestion }
    }

    /// What the TLS library says, where it is one of what happens, in words.
    fn of_tls(error: &dyn fmt::Display) -> Self {
        const CERTIFICATES: &[(&str, &str)] = &[
            ("UnknownIssuer", "this machine does not know its issuer"),
            ("xpired", "it has expired"),
            ("not valid yet", "it is not valid yet"),
            ("NotValidYet", "it is not valid yet"),
            ("alid for name", "it is for another name"),
            ("NotValidForName", "it is for another name"),
            ("Revoked", "it was revoked"),
            ("CaUsedAsEndEntity", "it is that of an issuer"),
        ];
        let text = error.to_string();
        let known = CERTIFICATES.iter().find(|(word, _)| text.contains(word));
        Self::lasting(SourceFailure::unknown(match known {
            Some((_, why)) => format!("the server's certificate is not trusted: {why}"),
            None => format!("no safe connection to the server is possible: {}", one_line(&text)),
        }))
    }

    fn of(error: &ureq::Error, request: &HttpRequest<'_>, timeout: u64) -> Self {
        let late =
            || Self::lasting(SourceFailure::unknown(format!("the server did not answer within {timeout} s")));
        match error {
            ureq::Error::Timeout(_) => late(),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => late(),
                io::ErrorKind::ConnectionRefused => Self::perhaps("the server refuses the connection"),
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe => Self::perhaps("the server broke off the answer"),
                io::ErrorKind::InvalidData => Self::of_tls(error),
                kind if kind == io::ErrorKind::Other || error.raw_os_error().is_none() => {
                    Self::perhaps(format!("the server cannot be reached: {}", request.say(error)))
                }
                kind => Self::perhaps(format!("the server cannot be reached: {kind}")),
            },
            ureq::Error::Rustls(error) => Self::of_tls(error),
            ureq::Error::HostNotFound => Self::perhaps("the name of the server leads to no address"),
            ureq::Error::BodyExceedsLimit(_) => {
                Self::of_this(format!("the answer is larger than {} MiB", MAX_BODY >> 20))
            }
            ureq::Error::Other(other) if other.is::<LinkLocal>() => Self::lasting(SourceFailure::refused(
                "the address of the server is link-local, where machines keep their own secrets",
                "name a server of your network",
            )),
            ureq::Error::Protocol(error) => {
                Self::perhaps(format!("the server does not answer as HTTP says: {}", request.say(error)))
            }
            other => Self::of_this(format!("the server cannot be asked: {}", request.say(other))),
        }
    }
}

impl HttpRequest<'_> {
    /// What a library says of an error, without the token and in one line.
    fn say(&self, error: &dyn fmt::Display) -> String {
        one_line(&self.hide(&error.to_string()))
    }
}

/// A host is link-local.
#[derive(Debug)]
struct LinkLocal;

impl fmt::Display for LinkLocal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the address is link-local")
    }
}

impl std::error::Error for LinkLocal {}

/// The system's resolver, but for hosts that lead to the machine's own link: cloud providers keep credentials there.
#[derive(Debug, Default)]
struct GuardedResolver(DefaultResolver);

impl Resolver for GuardedResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout).map_err(|error| match error {
            // Each system has its own words for it.
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            other => other,
        })?;
        if found.iter().map(SocketAddr::ip).any(is_link_local) {
            return Err(ureq::Error::Other(Box::new(LinkLocal)));
        }
        Ok(found)
    }
}

/// Where a cloud hands out the credentials of its machines by IPv6, though the address is no link-local one.
const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254);

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => {
            let embedded = address.to_ipv4().or_else(|| translated(address));
            address.is_unicast_link_local()
                || address == METADATA
                || embedded.is_some_and(|address| address.is_link_local())
        }
    }
}

/// The IPv4 address that a translator reaches by an IPv6 one, `64:ff9b::/96`.
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.octets() {
        [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => Some(Ipv4Addr::new(a, b, c, d)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
