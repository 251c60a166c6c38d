#!/usr/bin/env python3
"""One week of two services for Prometheus, 2026-11-21 to 2026-11-27 in UTC: a sample every ten minutes, with known totals.

support-replies: 957 of 1008 scrapes succeed, and one request in twenty fails. One in ten takes longer than the largest bucket,
2.5 s. It restarts once. triage: scraped on five days of seven, and always up.
"""
import datetime
import sys

START = int(datetime.datetime(2026, 11, 21, tzinfo=datetime.timezone.utc).timestamp())
STEP, DAY = 600, 86400
BOUNDS = ["0.1", "0.25", "0.5", "1.0", "2.5", "+Inf"]
# Of ten requests so many take at most so long.
AT_MOST = [1, 3, 6, 8, 9, 10]

lines = {"up": [], "requests": [], "buckets": []}
codes, buckets = {"200": 0, "500": 0}, [0] * len(BOUNDS)
for index in range(7 * DAY // STEP):
    at, day = START + index * STEP, index * STEP // DAY
    if day not in (2, 3):
        lines["up"].append((f'up{{job="triage"}} 1 {at}', 1))
    up = int(index % 20 != 0)
    lines["up"].append((f'up{{job="support-replies"}} {up} {at}', 0))
    if day == 4 and index * STEP % DAY == 0:
        codes, buckets = {"200": 0, "500": 0}, [0] * len(BOUNDS)
    errors = int(index % 2 == 0)
    codes["500"] += errors
    codes["200"] += 10 - errors
    buckets = [known + more for known, more in zip(buckets, AT_MOST)]
    if not up:
        continue
    for code, count in codes.items():
        lines["requests"].append((f'replies_requests_total{{code="{code}"}} {count} {at}', code))
    for bound, count in zip(BOUNDS, buckets):
        lines["buckets"].append((f'replies_seconds_bucket{{le="{bound}"}} {count} {at}', 0))
    lines["buckets"].append((f"replies_seconds_count {buckets[-1]} {at}", 1))
    lines["buckets"].append((f"replies_seconds_sum {4 * buckets[-1] / 10:g} {at}", 2))

with open(sys.argv[1], "w", encoding="utf-8") as file:
    for name, kind, key in [
        ("up", "gauge", "up"),
        ("replies_requests", "counter", "requests"),
        ("replies_seconds", "histogram", "buckets"),
    ]:
        print(f"# TYPE {name} {kind}", file=file)
        # One series after the other, as the format wants it; the sort keeps the order of time.
        for line, _ in sorted(lines[key], key=lambda pair: str(pair[1])):
            print(line, file=file)
    print("# EOF", file=file)
