"""What language 0.2 brought, each thing by a name, so that a run can be about some of them. See `--only` and `--without`.

Some are forms that the generator writes; what is in MET depends on the series too; those in JUDGED are ways to judge, and `--without` one
it is judged as by 0.1.
"""

from collections import Counter

# What the program does not understand yet: left out unless `--with` or `--only` names it.
LATER = set()

WRITTEN = {
    # windows
    "over_all": "over all", "over_snapshots": "over 5 snapshots", "at_most": "over at most 4 weeks",
    "calendar": "over week, month, quarter, year", "longest": "longest(L where P)",
    "cadence": "a cadence in `overrides`", "weekday_cadence": "every weekday",
    # along the series
    "today": "today", "weekday": "weekday(d)", "previous_where": "previous(x where P)", "previous_else": "previous(x, y)",
    "first_where": "first(x where P)", "latest_where": "latest(x where P over W)", "held_value": "held(x)", "asks": "asks(stage)",
    "recursion": "a let that looks back at itself", "entered": "entered", "first_seen": "first_seen",
    "snapshot_reading": "a `where` that reads the snapshot of its element", "picked_values": "sum(x where P over W)",
    # elements, groups, params
    "among": "among", "computed": "computed fields of lists", "by_several": "by [a, b]", "group_names": "keys by their names",
    "same_by": "an aggregate with the same `by` in `where`", "matches": "matches", "tables": "params by members",
    "param_lists": "params that are lists", "dated": "values with a first day", "no_key": "elements without their key",
    # confidence
    "population": "with C confidence of N", "confidence_of": "confidence(A >= B of N)", "every_look": "at every look",
    "counts": "share(A of B)", "counted_shares": "shares by their counts, and claims about them", "difference": "share(a) - share(b) >= M with C confidence, of means too",
    # gates, workflows, data
    "gate_steps": "gates of several steps", "workflows": "workflows", "retired": "retired", "named": "named",
    "quoted": "quantities in quotes", "ranges": "values that are ranges", "standing": "standing facts", "changing": "fields that may change",
    "broken": "a policy file with an error", "broken_data": "a workflow with an error in its data", "instants": "series that run by instants",
    "collected": "where the values of a snapshot are from",
}
# What comes up in a case, by what its series holds.
MET = {
    "due_before": "what is added up in a window that is covered, though a due day before it has no snapshot",
    "doubtful": "an element of which it is undecided whether it is a member, by `among`",
    "every_look_by_e": "a claim at every look whose sample only grows",
}
# What of MET needs which form.
NEEDS = {"every_look_by_e": "every_look"}
JUDGED = {
    "instalments": "1.4: what is added up needs every instalment", "reading": "1.5: read at the snapshot of the element",
    "missing_means": "3: means with missing elements lie between two ends", "one_truth": "6.5: one key, one truth",
    "errors_hold": "1.6: errors are no consent", "nobody": "1.7: a gate that opens for nobody", "owed": "6.1: owed steps",
    "fresh": "6.4: staleness holds", "nothing_judged": "6.4: a workflow of which no rule was judged",
}
ALL = {**WRITTEN, **MET, **JUDGED}

chosen = set(ALL)
met = set()  # what of MET came up while a rule was judged
claims = Counter()  # how often a claim of some kind was judged, by what came of it


def choose(only=None, without=None, later=None):
    named = [name for text in (only, without, later) if text for name in text.split(",")]
    if unknown := [name for name in named if name not in ALL]:
        raise SystemExit(f"no such construct: {', '.join(unknown)}; there are {', '.join(sorted(ALL))}")
    chosen.clear()
    written = {*WRITTEN, *MET} if only is None else set(only.split(",")) if only else set()
    chosen.update((written | set(JUDGED)) - (LATER - set(named)))
    chosen.update(later.split(",") if later else [])
    chosen.difference_update(without.split(",") if without else [])
    chosen.difference_update(name for name, form in NEEDS.items() if form not in chosen)


def on(name):
    return name in chosen
