#!/usr/bin/env bash
# Collects from a real Prometheus: `tests/sources/prometheus.sh target/release/tollgate`.
#
# Starts a server on this machine with a week of known data, collects from it live, and again from a recording after it was
# stopped. Where Prometheus is not installed and cannot be, this says so and is content.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tollgate=$(realpath "${1:?give the program to test}")
port=${PORT:-9095}

have() { command -v prometheus >/dev/null && command -v promtool >/dev/null; }
if ! have && [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    timeout 120 apt-get install -y --no-install-recommends prometheus >/dev/null 2>&1 || true
fi
if ! have || ! command -v python3 >/dev/null; then
    echo "no Prometheus here, or no Python to make its data with: nothing was collected from it"
    exit 0
fi

work=$(mktemp -d)
server=
stop() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    [[ -z $server ]] || wait "$server" 2>/dev/null || true
    server=
}
trap 'stop; rm -rf "$work"' EXIT

python3 "$here/prometheus/generate.py" "$work/metrics.om"
promtool tsdb create-blocks-from openmetrics "$work/metrics.om" "$work/data" >/dev/null
echo 'global: { scrape_interval: 15s }' >"$work/prometheus.yml"
# Without the long retention the server would delete what is old.
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" --storage.tsdb.retention.time=10y \
    --web.listen-address="127.0.0.1:$port" >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
    python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/-/ready', timeout=1)" 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.1
done

cp -r "$here/prometheus/repository" "$work/repository"
sed -i "s/:9095/:$port/" "$work/repository/collect/support-replies.yaml"
fail() {
    echo "prometheus.sh: $1" >&2
    cat "$work/said" >&2
    exit 1
}
# Collects, and ends with the code that comes first: 0 also where values are unknown, as long as the server answers.
collect() {
    local want=$1 code=0
    shift
    "$tollgate" collect "$@" --date 2026-11-27 "$work/repository" >"$work/said" 2>&1 || code=$?
    [[ $code -eq $want ]] || fail "collecting exited with $code"
}
expect() {
    grep -qE -- "$1" "$work/said" || fail "this is not in what was collected: $1"
}
expect_all() {
    expect '^\+latency_p50: 0\.25 s to 0\.5 s$'
    expect '^\+latency_p95: null$'
    expect 'above the largest bucket, 2\.5 s'
    # Prometheus extrapolates, so 504 of 10080 become a little less or more.
    expect '^\+error_rate: (4\.9[0-9]*|5(\.0[0-9]*)?)%$'
    expect '^\+uptime: 957 of 1008$'
    expect '^\+triage_uptime: null$'
    expect '`whole` has 720 samples, 71\.4% of the 1008 that are expected'
    expect '^\+requests: 5760$'
}

collect 0 --network --record "$work/recorded"
expect_all
stop
collect 0 --replay "$work/recorded"
expect_all
collect 1 --network
expect 'the server refuses the connection'
expect '^\+uptime: null$'
echo "collected from $(prometheus --version 2>&1 | sed -n '1s/ (.*//p'), live and from a recording"
