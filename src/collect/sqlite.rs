//! One query of an SQLite database that is in memory, read-only and bounded.
//!
//! Knows no clock: whoever asks says when it has been too long. Knows no disk: what belongs to the file and lies next to it,
//! a `-wal` or a `-journal` that is not empty, has to be looked for before.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, MAIN_DB, Statement};

use crate::collect::table::{SourceCell, SourceFailure, SourceRow, SourceTable, TableBuilder};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// Steps of the database between two looks at the clock.
const STEPS: i32 = 10_000;
/// How long a text may be that a query makes or reads, in bytes, and what `like` looks for: each takes one step.
const MAX_TEXT: i32 = 10_000_000;
const MAX_PATTERN: i32 = 1_000;
/// What the database may allocate, for the whole process: SQLite has no other such limit.
const MAX_MEMORY: &str = "1073741824";
/// What gives another answer at each call.
const NOT_REPEATABLE: [&str; 5] =
    ["random", "randomblob", "current_date", "current_time", "current_timestamp"];

/// The rows of a query of the window from `start` to `end`, which are bound as the texts `:start` and `:end`, always with
/// seconds: `2026-11-21T00:00:00Z`. Asks `is_late` now and then, and gives up when it says so.
///
/// # Errors
/// If the file is no database or is damaged, the query is not a single `select` that SQLite can run, or gives what is no
/// value, and if it takes too long or too much memory.
pub fn query(
    file: &[u8],
    sql: &str,
    start: &str,
    end: &str,
    mut is_late: impl FnMut() -> bool + Send + 'static,
) -> Result<SourceTable, SourceFailure> {
    check_file(file)?;
    if asks_the_clock(sql) {
        return Err(SourceFailure::refused(
            "the query asks what time it is, so the same file gives other rows later",
            "write `:start` and `:end`, which are bound to the window",
        ));
    }
    let gave_up = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&gave_up);
    let answer = open(file).and_then(|mut connection| {
        let look = move || {
            let late = is_late();
            flag.fetch_or(late, Ordering::Relaxed);
            late
        };
        connection.progress_handler(STEPS, Some(look)).map_err(|error| failure(&error))?;
        ask(&connection, sql, start, end)
    });
    if gave_up.load(Ordering::Relaxed) {
        return Err(SourceFailure::unknown("the query took longer than its time limit"));
    }
    answer
}

/// Looks at what the first page says of the file.
fn check_file(file: &[u8]) -> Result<(), SourceFailure> {
    if !file.starts_with(MAGIC) {
        return Err(SourceFailure::broken(0, "this is not an SQLite database"));
    }
    let number = |at: usize, length: usize| {
        let bytes = file.get(at..at + length).unwrap_or(&[]);
        bytes.iter().fold(0_u64, |value, byte| value * 256 + u64::from(*byte))
    };
    let page = if number(16, 2) == 1 { 65_536 } else { number(16, 2) };
    // Old versions write no size: the two counters differ then.
    let is_said = number(24, 4) == number(92, 4);
    let length = u64::try_from(file.len()).unwrap_or(u64::MAX);
    if is_said && number(28, 4) * page > length {
        return Err(SourceFailure::Broken {
            at: file.len(),
            message: "the database ends here, and is larger by its own account".to_owned(),
            help: Some("copy it again, with `sqlite3 FILE \".backup COPY\"`".to_owned()),
        });
    }
    Ok(())
}

fn open(file: &[u8]) -> Result<Connection, SourceFailure> {
    let mut bytes = file.to_vec();
    // A database in memory has no write-ahead log. The file's own is empty, so that it reads the same without.
    for mode in bytes.iter_mut().skip(18).take(2) {
        *mode = 1;
    }
    let length = bytes.len();
    let open = || -> Result<Connection, Error> {
        let mut connection = Connection::open_in_memory()?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_TEXT)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MAX_PATTERN)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.deserialize_read_exact(MAIN_DB, bytes.as_slice(), length, true)?;
        connection.pragma_update(None, "hard_heap_limit", MAX_MEMORY)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.pragma_update(None, "trusted_schema", "off")?;
        connection.pragma_update(None, "query_only", "on")?;
        connection.authorizer(Some(authorize))?;
        Ok(connection)
    };
    open().map_err(|error| failure(&error))
}

/// Allows what a `select` needs.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } => {
            let is_fine = function_name != "load_extension" && !NOT_REPEATABLE.contains(&function_name);
            if is_fine { Authorization::Allow } else { Authorization::Deny }
        }
        _ => Authorization::Deny,
    }
}

/// Whether a query asks for the time, or the zone, of this machine: functions of time do so for some of their texts, and
/// without any.
fn asks_the_clock(sql: &str) -> bool {
    let bare: String = sql.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    ["'now'", "'localtime'", "date()", "datetime()", "time()", "julianday()", "unixepoch()"]
        .iter()
        .any(|asks| bare.contains(asks))
}

fn ask(connection: &Connection, sql: &str, start: &str, end: &str) -> Result<SourceTable, SourceFailure> {
    let mut statement = connection.prepare(sql).map_err(|error| failure(&error))?;
    if statement.is_explain() != 0 || !statement.readonly() {
        return Err(not_a_select());
    }
    bind(&mut statement, start, end)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut seen = BTreeSet::new();
    if let Some(twice) = columns.iter().find(|name| !seen.insert(*name)) {
        return Err(SourceFailure::refused(
            format!("the query gives two columns called `{twice}`"),
            "give each a name of its own with `as`",
        ));
    }
    let mut table = TableBuilder::new(columns.clone());
    let mut rows = statement.raw_query();
    while let Some(found) = rows.next().map_err(|error| failure(&error))? {
        let mut row = SourceRow::default();
        for (index, name) in columns.iter().enumerate() {
            let value = found.get_ref(index).map_err(|error| failure(&error))?;
            if let Some(cell) = cell(name, value)? {
                row.cells.insert(name.clone(), cell);
            }
        }
        table.add(row)?;
    }
    let tool = Some(format!("sqlite {}", rusqlite::version()));
    Ok(SourceTable { tool, ..table.done() })
}

fn bind(statement: &mut Statement<'_>, start: &str, end: &str) -> Result<(), SourceFailure> {
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or("?");
        let value = match name {
            ":start" => with_seconds(start),
            ":end" => with_seconds(end),
            other => {
                return Err(SourceFailure::refused(
                    format!("the query asks for `{other}`, and only `:start` and `:end` are bound"),
                    "write the value into the query",
                ));
            }
        };
        statement.raw_bind_parameter(index, value).map_err(|error| failure(&error))?;
    }
    Ok(())
}

/// An instant with its seconds: SQLite compares texts, and in their order `…T00:00:00Z` comes before `…T00:00Z`.
fn with_seconds(instant: &str) -> String {
    match instant.strip_suffix('Z') {
        Some(minutes) if minutes.len() == "2026-11-21T00:00".len() => format!("{minutes}:00Z"),
        Some(_) | None => instant.to_owned(),
    }
}

/// The cell of a value; none of null.
fn cell(name: &str, value: ValueRef<'_>) -> Result<Option<SourceCell>, SourceFailure> {
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(value) => Some(SourceCell::Number(value.to_string())),
        ValueRef::Real(value) => Some(SourceCell::of_float(value)),
        ValueRef::Text(bytes) => Some(match std::str::from_utf8(bytes) {
            Ok(text) => SourceCell::Text(text.to_owned()),
            Err(_) => SourceCell::Unknown("the text is not UTF-8".to_owned()),
        }),
        ValueRef::Blob(_) => {
            return Err(SourceFailure::refused(
                format!("the column `{name}` has binary data"),
                format!("select another column, or `hex({name})`"),
            ));
        }
    })
}

fn not_a_select() -> SourceFailure {
    SourceFailure::refused("the query is not a `select`", "write a single `select`: nothing else is run")
}

/// What an error of the database means.
fn failure(error: &Error) -> SourceFailure {
    if matches!(error, Error::MultipleStatement) {
        return SourceFailure::refused(
            "there is more than one statement",
            "write a single `select`: nothing else is run",
        );
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => SourceFailure::Broken {
            at: 0,
            message: "the database is damaged".to_owned(),
            help: Some("copy it again, with `sqlite3 FILE \".backup COPY\"`".to_owned()),
        },
        Some(ErrorCode::OutOfMemory | ErrorCode::TooBig) => {
            SourceFailure::unknown("the query needs more memory than it may take")
        }
        Some(ErrorCode::ReadOnly) => not_a_select(),
        Some(ErrorCode::AuthorizationForStatementDenied) => SourceFailure::refused(
            format!("the query does what is not allowed: {error}"),
            format!(
                "write a single `select`, without {}: the same file has to give the same rows",
                NOT_REPEATABLE.join(", ")
            ),
        ),
        Some(_) | None => SourceFailure::refused(
            format!("SQLite cannot run the query: {error}"),
            "try it with `sqlite3 FILE`, where `.schema` shows tables and columns",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_query_asks_what_time_it_is() {
        for sql in [
            "select unixepoch()",
            "select strftime('%s', 'NOW')",
            "select datetime (at, 'localtime') from runs",
        ] {
            assert!(asks_the_clock(sql), "{sql}");
        }
        assert!(!asks_the_clock("select count(distinct date(at)) from runs where at >= :start"));
    }

    const USAGE: &[u8] = include_bytes!("../../tests/sources/sql/usage.db");
    const START: &str = "2026-11-21T00:00:00Z";
    const END: &str = "2026-11-28T00:00:00Z";

    fn ask_usage(sql: &str) -> Result<SourceTable, SourceFailure> {
        query(USAGE, sql, START, END, || false)
    }

    fn one(sql: &str) -> Vec<Option<SourceCell>> {
        let table = ask_usage(sql).unwrap();
        let [row] = table.rows.as_slice() else { panic!("{table:?}") };
        table.columns.iter().map(|name| row.cells.get(name).cloned()).collect()
    }

    fn number(digits: &str) -> Option<SourceCell> {
        Some(SourceCell::Number(digits.to_owned()))
    }

    fn refused(found: Result<SourceTable, SourceFailure>) -> String {
        match found {
            Err(SourceFailure::Refused { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_week_has_its_right_values() {
        let adoption = "with week as (select user_id, count(distinct date(at)) as days from runs \
                        where at >= :start and at < :end group by user_id) \
                        select count(*) filter (where days >= 3) as part, \
                        (select count(*) from users where stage = 'expanded') as whole from week";
        assert_eq!(one(adoption), [number("8"), number("12")]);
        let week = "from runs where at >= :start and at < :end";
        let counts = format!(
            "select count(*) as runs, count(distinct user_id) as users, count(*) - count(cost_usd) as unknown, sum(cost_usd) as cost {week}"
        );
        assert_eq!(one(&counts), [number("115"), number("9"), number("16"), number("0.20789999999999997")]);
        // 99 costs of 0.0021 each: whoever wants their exact sum adds up whole numbers.
        let exact = format!("select sum(cast(round(cost_usd * 10000) as integer)) as cost {week}");
        assert_eq!(one(&exact), [number("2079")]);
        // The version that is built in compensates: an older one gives 0.2099999999999997 here.
        assert_eq!(
            one("select count(*) as runs, sum(cost_usd) as cost from runs"),
            [number("116"), number("0.21")]
        );
    }

    #[test]
    fn the_bounds_of_the_window_are_compared_as_texts() {
        let runs =
            "select count(*) as n, sum(user_id = 'u12') as after from runs where at >= :start and at < :end";
        for (start, end) in [(START, END), ("2026-11-21T00:00Z", "2026-11-28T00:00Z")] {
            let table = query(USAGE, runs, start, end, || false).unwrap();
            assert_eq!(table.rows[0].cells["n"], SourceCell::Number("115".to_owned()));
            assert_eq!(table.rows[0].cells["after"], SourceCell::Number("0".to_owned()));
        }
        assert_eq!(one("select :start as a"), [Some(SourceCell::Text(START.to_owned()))]);
    }

    #[test]
    fn values_keep_what_they_are() {
        let found = one(
            "select 0.1 + 0.2 as a, null as b, 'x' as c, 9223372036854775807 as d, 9e999 as e, '0.5' as f",
        );
        let text = |text: &str| Some(SourceCell::Text(text.to_owned()));
        let infinite = Some(SourceCell::Unknown("the value is inf".to_owned()));
        assert_eq!(
            found,
            [
                number("0.30000000000000004"),
                None,
                text("x"),
                number("9223372036854775807"),
                infinite,
                text("0.5")
            ]
        );
        assert!(refused(ask_usage("select x'00' as b")).contains("`b`"));
        assert!(refused(ask_usage("select 1 as a, 2 as a")).contains("`a`"));
        assert_eq!(ask_usage("select id from runs where 0").unwrap().columns, ["id"]);
    }

    #[test]
    fn nothing_but_a_select_is_run() {
        for sql in [
            "delete from runs",
            "insert into users values('x', 'y', 'z')",
            "create temp table t(a)",
            "attach 'other.db' as other",
            "pragma writable_schema = on",
            "pragma table_info(runs)",
            "begin",
            "vacuum into 'copy.db'",
            "explain select 1",
            "select 1; select 2",
            "select load_extension('x')",
            "select random()",
            "select current_timestamp",
            "",
            "-- nothing",
            "select nothing from runs",
            "select :name",
            "select ?1",
            "select",
        ] {
            refused(ask_usage(sql));
        }
        assert!(ask_usage("select 1 as a; -- that is all").is_ok());
        assert!(ask_usage("values (1)").is_ok());
    }

    #[test]
    fn a_query_without_end_is_given_up() {
        let endless =
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as n from n";
        let mut looks = 0;
        let is_late = move || {
            looks += 1;
            looks > 100
        };
        let found = query(USAGE, endless, START, END, is_late);
        assert_eq!(found, Err(SourceFailure::unknown("the query took longer than its time limit")));
    }

    #[test]
    fn memory_is_bounded() {
        for sql in [
            "select length(zeroblob(1000000000)) as n",
            "select replace(hex(zeroblob(4000000)), '0', 'xxxxxx') as a",
        ] {
            assert!(matches!(ask_usage(sql), Err(SourceFailure::Unknown(_))), "{sql}");
        }
        let large = "with recursive n(i) as (select 1 union all select i + 1 from n limit 200) select i as n, hex(zeroblob(4000000)) as a from n";
        assert!(matches!(ask_usage(large), Err(SourceFailure::Refused { .. })));
    }

    #[test]
    fn a_database_that_was_written_with_a_log_is_read() {
        let mut bytes = USAGE.to_vec();
        bytes[18] = 2;
        bytes[19] = 2;
        assert_eq!(
            query(&bytes, "select count(*) as n from users", START, END, || false).unwrap().rows.len(),
            1
        );
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let all = "select count(*) as n, sum(cost_usd) as c, max(at) as a from runs";
        for bytes in [&b""[..], b"a,b", MAGIC, &USAGE[..USAGE.len() - 1], &USAGE[..4096]] {
            let found = query(bytes, all, START, END, || false);
            assert!(
                matches!(found, Err(SourceFailure::Broken { .. } | SourceFailure::Refused { .. })),
                "{found:?}"
            );
        }
        for at in (0..USAGE.len()).step_by(29) {
            let mut bytes = USAGE.to_vec();
            bytes[at] ^= 0x55;
            let _ = query(&bytes, all, START, END, || false);
        }
    }
}
