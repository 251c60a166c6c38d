//! One query of a PostgreSQL server: read-only, within a time limit, and without TLS.
//!
//! The server itself writes each row as JSON, in which numbers have all their digits. What is said of a failure never has
//! the address in it, as that has the password.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::net::IpAddr;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, Error, NoTls};

use crate::collect::bound::with_parameters;
use crate::collect::json::{Json, JsonNode, parse};
use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, TableBuilder};

/// How long the server has to say itself that its time is over, before this side gives up.
const GRACE: Duration = Duration::from_secs(2);

/// The rows of a query of the window from `start` to `end`, which are bound as instants wherever `:start` and `:end` are in
/// it. `address` is what the environment has, a URL or pairs such as `host=… user=…`.
///
/// # Errors
/// If the server cannot be reached, refuses the query or takes too long, or TLS is asked for.
pub(crate) fn query(
    address: &str,
    sql: &str,
    start: &str,
    end: &str,
    timeout_seconds: u64,
) -> Result<SourceTable, SourceFailure> {
    let timeout = Duration::from_secs(timeout_seconds.max(1));
    let config = config(address, timeout)?;
    let sql = with_parameters(sql, &[("start", "($1::timestamptz)"), ("end", "($2::timestamptz)")])?;
    let password = config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let (start, end) = (start.to_owned(), end.to_owned());
    // A server that stops answering keeps its thread until the program ends, and nothing else.
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let _ = sender.send(ask(&config, &sql, &start, &end, timeout));
    });
    let late = || Err(SourceFailure::unknown("the server did not answer within the time limit"));
    let answer = receiver.recv_timeout(timeout + GRACE).unwrap_or_else(|_| late());
    answer.map_err(|failure| without(failure, password.as_deref()))
}

/// What the address says, if it can be used without TLS.
fn config(address: &str, timeout: Duration) -> Result<Config, SourceFailure> {
    // The library's reason may quote what it could not read.
    let mut config: Config = address.parse().map_err(|_| {
        SourceFailure::refused(
            "the environment variable has no address of a PostgreSQL server",
            "set it to `postgres://USER:PASSWORD@HOST:5432/DATABASE`, with `%40` for an `@` in the password; \
             `sslmode` may be `disable` or `prefer`",
        )
    })?;
    let is_here = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    let is_here = is_here && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    let is_wanted = match config.get_ssl_mode() {
        SslMode::Disable => false,
        SslMode::Prefer => !is_here,
        _ => true,
    };
    if is_wanted {
        return Err(SourceFailure::refused(
            "the server would be asked over TLS, which this program does not speak with PostgreSQL",
            "connect through a tunnel or proxy on this machine, or add `sslmode=disable` if the network is trusted",
        ));
    }
    config.connect_timeout(timeout).application_name("tollgate collect");
    Ok(config)
}

fn ask(
    config: &Config,
    sql: &str,
    start: &str,
    end: &str,
    timeout: Duration,
) -> Result<SourceTable, SourceFailure> {
    let mut client = config.connect(NoTls).map_err(|error| failure(&error))?;
    let table = answer(&mut client, sql, start, end, timeout).map_err(|error| failure(&error))??;
    let version: Result<String, Error> = client.query_one("show server_version", &[]).map(|row| row.get(0));
    let tool = version.ok().and_then(|text| Some(format!("postgresql {}", text.split_whitespace().next()?)));
    Ok(SourceTable { tool, ..table })
}

fn answer(
    client: &mut Client,
    sql: &str,
    start: &str,
    end: &str,
    timeout: Duration,
) -> Result<Result<SourceTable, SourceFailure>, Error> {
    let mut transaction = client.build_transaction().read_only(true).start()?;
    transaction.batch_execute(&format!(
        "set local statement_timeout = {}; set local timezone = 'UTC'; set local datestyle = 'ISO'; \
         set local intervalstyle = 'postgres'; set local extra_float_digits = 3",
        timeout.as_millis()
    ))?;
    let types = [Type::TEXT, Type::TEXT];
    let statement = transaction.prepare_typed(sql, &types)?;
    let columns: Vec<(String, Type)> =
        statement.columns().iter().map(|column| (column.name().to_owned(), column.type_().clone())).collect();
    if let Err(failure) = check_columns(&columns) {
        return Ok(Err(failure));
    }
    let mut table = TableBuilder::new(columns.iter().map(|(name, _)| name.clone()).collect());
    // A line of its own, as the query may end with a comment.
    let wrapped = format!("select row_to_json(answer)::text from (\n{sql}\n) as answer");
    let wrapped = transaction.prepare_typed(&wrapped, &types)?;
    let parameters: [&(dyn ToSql + Sync); 2] = [&start, &end];
    let mut rows = transaction.query_raw(&wrapped, parameters)?;
    while let Some(found) = rows.next()? {
        let text: &str = found.try_get(0)?;
        if let Err(failure) = row(text, &columns).and_then(|row| table.add(row)) {
            return Ok(Err(failure));
        }
    }
    Ok(Ok(table.done()))
}

fn check_columns(columns: &[(String, Type)]) -> Result<(), SourceFailure> {
    if columns.is_empty() {
        return Err(SourceFailure::refused("the query gives no rows of values", "write a single `select`"));
    }
    let mut seen = BTreeSet::new();
    for (name, kind) in columns {
        if !seen.insert(name) {
            return Err(SourceFailure::refused(
                format!("the query gives two columns called `{name}`"),
                "give each a name of its own with `as`",
            ));
        }
        if *kind == Type::BYTEA {
            return Err(SourceFailure::refused(
                format!("the column `{name}` has binary data"),
                format!("select another column, or `encode({name}, 'hex')`"),
            ));
        }
    }
    Ok(())
}

/// The row of a JSON map. What is nested in it has a dotted name.
fn row(json: &str, columns: &[(String, Type)]) -> Result<SourceRow, SourceFailure> {
    let unreadable =
        |_| SourceFailure::refused("a row has JSON that is nested too deeply", "select what is needed of it");
    let node = parse(json.as_bytes()).map_err(unreadable)?;
    let mut row = SourceRow::default();
    for ((name, value), (_, kind)) in node.entries().iter().zip(columns) {
        match cell(value, kind) {
            Some(cell) => {
                row.cells.insert(name.clone(), cell);
            }
            None => value.cells_into(&format!("{name}."), &mut row.cells),
        }
    }
    Ok(row)
}

/// The cell of one value; none of null, and of maps.
fn cell(value: &JsonNode, kind: &Type) -> Option<SourceCell> {
    let is_number = matches!(*kind, Type::NUMERIC | Type::FLOAT4 | Type::FLOAT8);
    match &value.value {
        // JSON has no other way to write `NaN` and the infinities.
        Json::Text(text) if is_number => Some(SourceCell::Unknown(format!("the value is {text}"))),
        Json::List(_) => Some(SourceCell::Unknown("it is a list, and not one value".to_owned())),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::NotFinite(_) | Json::Text(_) | Json::Map(_) => {
            value.cell()
        }
    }
}

/// What an error of the server, or on the way to it, means.
fn failure(error: &Error) -> SourceFailure {
    let Some(said) = error.as_db_error() else {
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        return SourceFailure::unknown(format!("the server cannot be asked: {why}"));
    };
    let message = said.message();
    if *said.code() == SqlState::QUERY_CANCELED {
        return SourceFailure::unknown("the query took longer than its time limit");
    }
    if *said.code() == SqlState::READ_ONLY_SQL_TRANSACTION {
        return SourceFailure::refused(
            format!("the query would change the database: {message}"),
            "write a single `select`",
        );
    }
    // Class 42: the query names what is not there, may not be read, or cannot be understood. Class 0A: only a part can.
    if ["42", "0A"].iter().any(|class| said.code().code().starts_with(class)) {
        return SourceFailure::refused(
            format!("PostgreSQL refuses the query: {message}"),
            "try it with `psql`, as the same user",
        );
    }
    SourceFailure::unknown(format!("PostgreSQL says: {message}"))
}

/// The failure without the password, which a server that was given it could send back.
fn without(failure: SourceFailure, password: Option<&str>) -> SourceFailure {
    let Some(password) = password.filter(|password| !password.is_empty()) else { return failure };
    let clean = |text: String| text.replace(password, "…");
    match failure {
        SourceFailure::Broken { at, message, help } => {
            SourceFailure::Broken { at, message: clean(message), help: help.map(clean) }
        }
        SourceFailure::Refused { message, help } => {
            SourceFailure::Refused { message: clean(message), help: clean(help) }
        }
        SourceFailure::Unknown(reason) => SourceFailure::Unknown(clean(reason)),
        SourceFailure::NotBuilt { feature } => SourceFailure::NotBuilt { feature },
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    const START: &str = "2026-11-21T00:00:00Z";
    const END: &str = "2026-11-28T00:00:00Z";
    /// Who starts the server says where it is: `tests/sources/postgres.sh`.
    const SERVER: &str = "TOLLGATE_TEST_POSTGRES";

    fn ask_server(sql: &str) -> Result<SourceTable, SourceFailure> {
        query(&env::var(SERVER).unwrap(), sql, START, END, 2)
    }

    fn one(sql: &str) -> Vec<Option<SourceCell>> {
        let table = ask_server(sql).unwrap();
        let [row] = table.rows.as_slice() else { panic!("{table:?}") };
        table.columns.iter().map(|name| row.cells.get(name).cloned()).collect()
    }

    fn number(digits: &str) -> Option<SourceCell> {
        Some(SourceCell::Number(digits.to_owned()))
    }

    fn text(text: &str) -> Option<SourceCell> {
        Some(SourceCell::Text(text.to_owned()))
    }

    #[test]
    fn tls_is_refused_and_not_left_out() {
        let at = |address: &str| config(address, GRACE);
        for address in [
            "postgres://u:secret@db.example.com/usage",
            "postgres://u:secret@localhost/usage?sslmode=require",
            "host=localhost hostaddr=192.0.2.1 user=u",
            "host=localhost,db.example.com user=u",
        ] {
            assert!(
                matches!(at(address), Err(SourceFailure::Refused { message, .. }) if message.contains("TLS")),
                "{address}"
            );
        }
        for address in [
            "postgres://u:secret@localhost/usage",
            "postgres://u:secret@127.0.0.1/usage",
            "postgres://u:secret@db.example.com/usage?sslmode=disable",
            "host=/run/postgresql user=u",
        ] {
            assert!(at(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn no_secret_is_ever_said() {
        for address in [
            "postgres://u:secret@localhost:bad/usage",
            "host=localhost password=two secret",
            "secret",
            "postgres://u:secret@localhost:1/usage",
            "postgres://u:secret@localhost/usage?sslmode=verify-full",
        ] {
            let found = query(address, "select 1", START, END, 1);
            assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        }
        let said = SourceFailure::unknown("PostgreSQL says: no such user, or not with `secret`");
        assert_eq!(
            without(said, Some("secret")),
            SourceFailure::unknown("PostgreSQL says: no such user, or not with `…`")
        );
    }

    #[test]
    fn a_server_that_never_answers_costs_its_time_limit() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("postgres://u:p@{}/usage", listener.local_addr().unwrap());
        let begun = Instant::now();
        assert!(matches!(query(&address, "select 1", START, END, 1), Err(SourceFailure::Unknown(_))));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn rows_of_the_server_keep_their_digits() {
        let columns = [
            ("a", Type::NUMERIC),
            ("b", Type::FLOAT8),
            ("c", Type::TEXT),
            ("d", Type::JSONB),
            ("e", Type::INT4_ARRAY),
        ];
        let columns = columns.map(|(name, kind)| (name.to_owned(), kind));
        let found = row(r#"{"a":0.2100,"b":"NaN","c":"NaN","d":{"x":1},"e":[1]}"#, &columns).unwrap();
        let known = [
            ("a", number("0.2100")),
            ("b", Some(SourceCell::Unknown("the value is NaN".to_owned()))),
            ("c", text("NaN")),
            ("d.x", number("1")),
            ("e", Some(SourceCell::Unknown("it is a list, and not one value".to_owned()))),
        ];
        assert_eq!(found.cells.len(), known.len());
        for (name, cell) in known {
            assert_eq!(found.cells.get(name).cloned(), cell);
        }
    }

    #[test]
    #[ignore = "asks a server, which tests/sources/postgres.sh starts"]
    fn the_week_has_its_right_values() {
        let adoption = "with week as (select user_id, count(distinct (at at time zone 'UTC')::date) as days \
                        from runs where at >= :start and at < :end group by user_id) \
                        select count(*) filter (where days >= 3) as part, \
                        (select count(*) from users where stage = 'expanded') as whole from week -- of the week";
        assert_eq!(one(adoption), [number("8"), number("12")]);
        let counts = "select count(*) as runs, count(distinct user_id) as users, count(*) - count(cost) as unknown \
                      from runs where at >= :start and at < :end";
        assert_eq!(one(counts), [number("115"), number("9"), number("16")]);
        assert_eq!(
            one("select count(*) as runs, sum(cost) as cost from runs"),
            [number("116"), number("0.2100")]
        );
        assert!(ask_server("select 1 as a").unwrap().tool.unwrap().starts_with("postgresql "));
    }

    #[test]
    #[ignore = "asks a server, which tests/sources/postgres.sh starts"]
    fn values_of_all_types_are_exact() {
        let sql = "select 12345678901234567890.123456789::numeric as a, 0.1::float8 + 0.2 as b, 0.1::float4 as c, \
                   'NaN'::float8 as d, null::int as e, true as f, :start as g, :end::date as h, ':start' as i, \
                   interval '437 ms' as j, 1e-7::float8 as k, -1::bigint as l, 'infinity'::timestamptz as m, ':end'::text as n";
        let found = one(sql);
        assert_eq!(found[0], number("12345678901234567890.123456789"));
        assert_eq!(found[1], number("0.30000000000000004"));
        assert_eq!(found[2], number("0.1"));
        assert_eq!(found[3], Some(SourceCell::Unknown("the value is NaN".to_owned())));
        assert_eq!(found[4], None);
        assert_eq!(found[5], Some(SourceCell::Bool(true)));
        assert_eq!(found[6], text("2026-11-21T00:00:00+00:00"));
        assert_eq!(found[7], text("2026-11-28"));
        assert_eq!(found[8], text(":start"));
        assert_eq!(found[9], text("00:00:00.437"));
        assert_eq!(found[10], number("1e-07"));
        assert_eq!(found[11], number("-1"));
        assert_eq!(found[12], text("infinity"));
        assert_eq!(ask_server("select id from runs where false").unwrap().columns, ["id"]);
        assert_eq!(ask_server("select id from runs").unwrap().rows.len(), 116);
    }

    #[test]
    #[ignore = "asks a server, which tests/sources/postgres.sh starts"]
    fn nothing_but_a_select_is_run_and_never_for_long() {
        for sql in [
            "delete from runs",
            "create table t(a int)",
            "with gone as (delete from runs returning id) select count(*) as n from gone",
            "select 1; select 2",
            "select 1) as answer; drop table runs; --",
            "select 1 as a, 2 as a",
            "select '\\x00'::bytea as a",
            "select nothing from runs",
            "select $1",
            "set timezone = 'UTC'",
            "",
            "selec",
            "select id into copy from runs",
            "select id from runs for update",
        ] {
            let found = ask_server(sql);
            assert!(matches!(found, Err(SourceFailure::Refused { .. })), "{sql}: {found:?}");
        }
        let begun = Instant::now();
        assert_eq!(
            ask_server("select pg_sleep(60)"),
            Err(SourceFailure::unknown("the query took longer than its time limit"))
        );
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(
            ask_server("select 1/0 as a"),
            Err(SourceFailure::unknown("PostgreSQL says: division by zero"))
        );
        assert!(ask_server("select count(*) as n from runs").is_ok());
    }

    #[test]
    #[ignore = "asks a server, which tests/sources/postgres.sh starts"]
    fn a_wrong_login_says_so_without_the_password() {
        let address = env::var(SERVER).unwrap();
        let (_, place) = address.rsplit_once('@').unwrap();
        let found = query(&format!("postgres://reader:wrong-one@{place}"), "select 1", START, END, 2);
        assert!(
            matches!(&found, Err(SourceFailure::Unknown(why)) if why.contains("authentication")),
            "{found:?}"
        );
        assert!(!format!("{found:?}").contains("wrong-one"));
    }
}
