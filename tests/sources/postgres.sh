#!/usr/bin/env bash
# Starts a real PostgreSQL with the rows of tests/sources/sql/postgres.sql and asks it as `collect` does. Says what it did;
# ends with 1 if an answer is wrong, and with 0 where there is no PostgreSQL and none can be installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

find_bin() {
    ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V | tail -n 1
}
bin=$(find_bin || true)
if [[ -z $bin && $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    timeout 150 apt-get install -y --no-install-recommends postgresql >/dev/null 2>&1 || true
    bin=$(find_bin || true)
fi
if [[ -z $bin ]]; then
    echo "postgres: there is no PostgreSQL here, so it was not asked"
    exit 0
fi

# A server refuses to run as root.
folder=$(mktemp -d)
as=()
if [[ $(id -u) -eq 0 ]]; then
    chown postgres "$folder"
    as=(runuser -u postgres --)
fi
# Fresh words on each run: only this server knows them.
owner=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
printf '%s' "$owner" >"$folder/owner"
chmod 644 "$folder/owner"
port=$((20000 + RANDOM % 20000))

end() {
    "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT

(
    cd "$folder"
    "${as[@]}" "$bin/initdb" -D data -A scram-sha-256 -U owner --pwfile=owner >/dev/null
    "${as[@]}" "$bin/pg_ctl" -D data -w -l log -o "-h 127.0.0.1 -p $port -k $folder -c fsync=off" start >/dev/null
)
PGPASSWORD=$owner "$bin/psql" -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U owner -d postgres \
    -f tests/sources/sql/postgres.sql
echo "postgres: $("$bin/postgres" --version) has the rows of postgres.sql, and is asked as the role reader"
TOLLGATE_TEST_POSTGRES="postgres://reader:readonly@127.0.0.1:$port/postgres" \
    cargo test --quiet --locked --features "${1:-postgres}" --lib cli::collect::postgres -- --include-ignored

# The whole command, where it is given: the window's adoption, and a failure that shows no password.
tollgate=${2:-}
[[ -n $tollgate ]] || exit 0
tollgate=$(realpath "$tollgate")
work=$(mktemp -d)
trap 'end; rm -rf "$work"' EXIT
cp -r tests/sources/sql/repository/. "$work"
said=$work/said
export USAGE_DATABASE_URL="postgres://reader:readonly@127.0.0.1:$port/postgres?sslmode=disable"
"$tollgate" collect --network --date 2026-11-27 "$work" >"$said" 2>&1 || { cat "$said" >&2; exit 1; }
for expected in '+adoption: 8 of 12' '+cost: 0.2079 USD' 'tool: postgresql 1'; do
    grep -qF -- "$expected" "$said" || { cat "$said" >&2; echo "postgres: not collected: $expected" >&2; exit 1; }
done
export USAGE_DATABASE_URL="postgres://reader:s3cret-word@127.0.0.1:$port/postgres?sslmode=disable"
code=0
"$tollgate" collect --network --date 2026-11-27 "$work" >"$said" 2>&1 || code=$?
if [[ $code -ne 1 ]] || grep -q s3cret-word "$said"; then
    cat "$said" >&2
    echo "postgres: a wrong password should end with 1 and never be shown; it ended with $code" >&2
    exit 1
fi
echo "postgres: collected from it"
