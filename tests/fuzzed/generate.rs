//! Programs and series that mostly check clean, made of any bytes: each byte chooses what is written next.

/// What may be written for each name; `<…>` stands for what that may be. The shortest come first: where the bytes end, or
/// nesting gets deep, the first is taken.
const RULES: &[(&str, &[&str])] = &[
    (
        "program",
        &["<language>stages one -> two -> three<rung>
snapshot<cadence> {
  a: number, b: number, n: count, s: share, cost: number USD, t: duration, d: date, p: bool, q: bool, name: text
  f: number<range><required><doc>, scores: list of number<range>, grid: list of list of number
  facts<marks><doc> { level: number<range> }
  hits: count, tries: count, at: time, won: share named \"win-rate\", owner: text standing
  kind: one of [red, blue], tags: list of text, flags: list of bool, sizes: list of number
  part { x: number, y: share, inner { z: count } }
  items: list of { id: text key, size: number, good: bool<changing>, sort: one of [red, blue], y: share, took: duration, on: date, parts: list of { x: number } }
  people: list of { id: text key } kept
}
policy p \"P {<any>}\"<when> {
  param limit = 2 within 1 to 5<doc>
  param wait = <period>
  param looked = 2 within 1 to 9
  param floor = { red: 95%, else: <level> } within 50% to 100%
  param names = { \"w\": 1, \"a b\": -2, else: 0 }
  param wanted = [red<members>]
  param levels = [1, 2, 3.5]
  param words = [\"w\", \"a\"]
  param glob = \"<glob>\"
  let items.big = <own>
  let items.points = <points>
  let open = if p then true else (if q then false else previous(open, <flag>))
  let risen = previous(risen<standing>, 0) + (if p then 1 else n)
  let v = <number>
  let c = <condition>
  let m = <money>
  rule r1 <rule>
  rule r2 <rule>
  rule r3 { require c require v <cmp> <number> require m <order> <money> else <effect> \"{v} {c} {m}\" }
<gates>
}
<tests>"],
    ),
    ("language", &["", "language 0.2\n"]),
    ("rung", &["", " -> four"]),
    ("range", &["", " from -5 to 5"]),
    ("required", &["", " required"]),
    ("changing", &[" changing", ""]),
    ("marks", &["", " standing", " named \"the-facts\""]),
    ("doc", &["", " \"D\""]),
    ("cadence", &[" every <period> grace 3 days", " every <period>", " every weekday", " every weekday grace 2 days", "", " every <period> grace 0 days"]),
    (
        "gates",
        &[
            "  gate one -> two \"G\" { rule g1 <rule> let local = <share> rule g2 { require local <order> <share> else hold } }\n  gate two -> three { rule g3 <rule> }",
            "  gate one -> two, two -> three \"G {<any>}\" { let spare = <number> rule g1 <rule> rule g2 <rule> }",
        ],
    ),
    ("members", &["", ", blue"]),
    ("standing", &["", " where p", " where p and kind == red"]),
    ("flag", &["false", "q", "has a"]),
    ("glob", &["w*", "?", "*a*b*", ""]),
    ("own", &["size > 1", "good", "sort == red and size < a", "on >= today", "y >= floor[sort]", "any(parts where x > 0)", "points > 0", "good in flags"]),
    ("points", &["size", "size * (if sort == red then 2 else 1)", "count(parts)", "size - a", "(if good then 1 else 0)"]),
    ("when", &["", " when <condition>"]),
    (
        "rule",
        &[
            "{ when <condition> then <effect> }",
            "{ require <condition> else <effect> \"{<any>}\" }",
            "\"{<any>}\" { when <condition> require <condition> require <condition> else <effect> help \"{<any>}\" }",
            "{ when <condition> then hold \"{<any>} {<any>}\" undecided <undecided> }",
            "{ require <condition> else hold link \"https://example.com\" undecided <undecided> help \"{<any>}\" }",
        ],
    ),
    ("effect", &["hold", "rollback", "warn", "note"]),
    ("undecided", &["pass", "warn", "hold"]),
    ("period", &["1 week", "2 days", "2 weeks", "3 weeks"]),
    (
        "window",
        &[
            "1 week", "2 weeks", "stage", "3 weeks", "1 day", "<long>", "all", "at most 2 weeks", "at most <long>", "2 snapshots", "looked snapshots", "week",
            "month", "quarter", "year",
        ],
    ),
    ("span", &["1 week", "2 weeks", "3 weeks", "1 day", "<long>"]),
    ("long", &["9999 weeks", "4000000 days", "9223372036854775807 weeks", "99999999999999999999 days"]),
    ("cmp", &["<", ">=", "<=", ">", "==", "!="]),
    ("order", &[">=", "<", "<=", ">"]),
    ("member", &["red", "blue"]),
    ("stage", &["one", "two", "three"]),
    ("crowd", &["n", "30", "count(items)"]),
    ("level", &["80%", "95%", "50%", "99.9%"]),
    ("any", &["a", "<number>", "<share>", "<money>", "<time>", "<date>", "<condition>", "<word>",  "confidence(<claim>)", "confidence(<claim> at every look)"]),
    (
        "word",
        &[
            "kind", "name", "stage", "part.inner.z", "latest(kind over <window>)", "default(kind, red)", "previous(stage)", "previous(kind where <condition>, red)",
            "first(name where <condition>)", "weekday(<date>)", "owner", "latest(kind where <condition> over <window>)",
        ],
    ),
    (
        "number",
        &[
            "a", "b", "2", "n", "0", "-1.5", "limit", "part.x", "part.inner.z", "1000000", "0.001",
            "(<number> + <number>)", "(<number> - <number>)", "(<number> * <number>)", "(<number> / <number>)", "-<number>",
            "(<money> / <money>)", "(<time> / <time>)",
            "(if <condition> then <number> else <number>)", "default(<field>, <number>)",
            "count(items)", "count(items where <element>)", "count(items where <element> over <window>)", "count(distinct(items.sort))",
            "<aggregate>(sizes)", "f", "<aggregate>(scores)", "facts.level", "<aggregate>(items.size where <element>)", "<aggregate>(a over <window>)",
            "<aggregate>(count(items where <element> by sort))", "max(<aggregate>(items.size where <element> by sort over <window>))",
            "percentile(items.size, <level>)", "count(tags where it == name)",
            "streak(<condition>)", "previous(<number>)", "first(<number>)", "latest(<number> over <window>)",
            "change(<number> over <span>)", "trend(<number> over <span>)",
            "longest(items where <element>)", "longest(items where <element> over <window>)", "longest(flags)", "count(items where <element> among <element>)",
            "count(items where <element> among <element> over <window>)", "<aggregate>(items.points where <element>)", "names[name]", "hour(at)", "risen",
            "previous(<number> where <condition>)", "previous(<number>, <number>)", "previous(<number> where <condition>, <number>)", "first(<number> where <condition>)",
            "latest(<number> where <condition> over <window>)", "count(count(items by [sort, good]))", "max(count(items where <element> by [sort, size > 1] over <window>))",
            "count(workflows where <other>)", "max(workflows.a where <other>)", "count(p where it among <condition> over <window>)", "<aggregate>(a where <condition> over <window>)",
            "variance(items.size where <element>)", "count(distinct(items.sort where <element> over <window>))",
        ],
    ),
    ("field", &["a", "b", "n", "part.x", "part.inner.z"]),
    ("aggregate", &["sum", "mean", "median", "min", "max"]),
    (
        "share",
        &[
            "s", "50%", "part.y", "0%", "100%", "share(items where <element>)", "share(items where <element> over <window>)", "share(flags)",
            "mean(items.y)", "min(share(items where <element> by sort))", "(<share> + <share>)", "(<share> - <share>)", "(<number> / <number>)",
            "default(s, <share>)", "previous(<share>)", "max(items.y where <element>)", "mean(s over <window>)",
            "won", "floor[kind]", "share(items where <element> among <element>)", "share(items where <element> among <element> over <window>)", "share(items.big)",
            "min(share(items where <element> among <element> by sort))", "previous(<share> where <condition>, <share>)", "share(p where it among <condition> over <window>)",
            "percentile(items.y where <element>, <level>)", "share(hits of tries)", "share(hits of tries over <window>)", "share(hits of tries where <condition> over <window>)",
        ],
    ),
    ("money", &["cost", "5 USD", "0 USD", "(<money> * <number>)", "(<money> / <number>)", "(<money> + <money>)", "sum(cost over <window>)", "change(cost over <span>)"]),
    (
        "time",
        &["t", "3 days", "300 ms", "wait", "since(<date>)", "held(<condition>)", "(<time> * 2)", "(<date> - <date>)", "max(items.took)", "mean(items.took where <element>)",  "(<time> + <time>)", "held(kind)", "held(stage)", "held(n)", "(at - previous(at))"],
    ),
    ("date", &["d", "date", "2026-01-05", "(<date> + 2 weeks)", "(<date> - 3 days)", "(<date> + 1 month)", "(<date> + <long>)", "(<date> - <long>)", "(<date> + 9000 years)", "previous(d)", "latest(d over <window>)", "max(items.on)", "today", "(today - 2 weeks)", "day(at)", "previous(d where <condition>, today)"]),
    ("part", &["s", "50%", "part.y", "80%", "default(s, 20%)", "mean(s over <window>)"]),
    ("exact", &["a", "2", "n", "limit", "part.x", "(a + 1)", "mean(a over <window>)"]),
    ("claim", &["share(hits of tries over <window>) <order> <part>", "share(items where <element>) <order> <part>", "mean(items.y) <order> <part>", "mean(sizes) <order> <exact>", "mean(items.size where <element> over <window>) <order> <exact>"]),
    (
        "condition",
        &[
            "p", "q", "true", "false", "a <cmp> <number>",
            "<number> <cmp> <number>", "<share> <cmp> <share>", "<money> <cmp> <money>", "<time> <order> <time>", "<date> <cmp> <date>", "since(<date>) <order> 6 months",
            "<number> in <number> to <number>", "<share> in 20% to 80%", "kind == <member>", "kind in [red]", "p == q", "kind not in [red, blue]", "a not in <number> to <number>", "stage <order> <stage>", "stage in [one, two]", 
            "(<condition> and <condition>)", "(<condition> or <condition>)", "(not <condition>)", "at least 2 of [<condition>, <condition>, <condition>]",
            "(if <condition> then <condition> else <condition>)", "has <field>", "has items", "has kind", "default(p, <condition>)",
            "any(items where <element>)", "all(items where <element>)", "none(items where <element> over <window>)", "any(flags)", "all(flags over <window>)",
            "any(count(items by sort) where it > <number>)", "any(p over <window>)", "held(<condition>) >= <period>", "previous(<condition>)",
            "<claim> with <level> confidence", "<claim> with <level> confidence at every look", "any(tags where it == name)",
            "confidence(<claim> at every look) <order> <part>", "open", "name matches \"<glob>\"", "name matches glob", "(not owner matches \"?\")", "weekday(<date>) == monday", "weekday(today) in [saturday, sunday]",
            "kind in wanted", "all(wanted where it in items.sort)", "any(levels where it > <number>)", "name in words", "a in levels", "any(items.big)",
            "all(items where it.y >= floor[it.sort])", "all(share(items where <element> by sort) where it >= floor[sort] and count(items by sort) >= 1)",
            "any(count(items by [sort, good]) where it > <number>)", "none(items where <element> among <element>)", "all(items where <element> among <element> over <window>)",
            "any(items where <element> among <element>)", "any(workflows where <other>)", "none(workflows where <other>)", "all(workflows where <other>)",
            "previous(<condition> where <condition>)", "previous(<condition>, <condition>)", "first(<condition> where <condition>)", "latest(p where <condition> over <window>)",
            "share(items where <element> among <element>) <order> <part> with <level> confidence", "share(items where <element>) <order> <part> with <level> confidence of <crowd>", "at >= 2026-01-05T10:00Z", "held(kind) >= <period>", "held(name) >= 2 weeks",
        ],
    ),
    ("other", &["p", "a > snapshot.a", "stage == <stage>", "advance_to == two", "workflow == \"w\"", "workflow != \"v\" and stage >= two", "has d", "since(date) <= 1 week"]),
    (
        "element",
        &[
            "it.good", "it.size > <number>", "it.sort == <member>", "true", "it.y <order> <share>", "it.took > <time>", "it.on <cmp> <date>", "it.size <cmp> snapshot.a", "has it.size", "it.id != snapshot.name",
            "(<element> and <element>)", "(<element> or <element>)", "(not <element>)", "any(it.parts where it.x > <number>)", "count(it.parts) > 1", "it.size == max(items.size)",
            "it.big", "it.points > <number>", "it.y >= floor[it.sort]", "it.sort in wanted", "it.id matches \"i*\"", "it.on <order> today", "snapshot.p", "weekday(it.on) == sunday",
        ],
    ),
    ("series", &["<newest>", "<middle><newest>", "<oldest><middle><newest>"]),
    ("oldest", &["---\n{ workflow: w, stage: <stage>, date: 2026-01-05<fields> }\n", "---\n{ workflow: w, stage: <stage>, date: 2025-12-01<fields> }\n"]),
    ("middle", &["---\n{ workflow: w, stage: <stage>, date: 2026-01-12<fields> }\n", "---\n{ workflow: w, stage: one, date: 2026-01-18, advance_to: two<fields> }\n"]),
    ("newest", &["---\n{ workflow: w, stage: <stage>, date: 2026-01-19<fields> }\n", "---\n{ workflow: w, stage: one, date: 2026-01-26, advance_to: two<fields> }\n"]),
    (
        "fields",
        &[
            "", ", a: <decimal>, b: <decimal>, n: <whole>, s: <percent>, at: 2026-01-05T<hour>:30Z, win-rate: <percent>, owner: \"w\", hits: <few>, tries: <many>, f: <whole>, scores: [<whole>, ~], facts: { level: <whole> }, cost: <whole> USD, t: <whole> h, d: <day>, p: <bool>, q: <bool>, name: w, kind: <member>, tags: [w, x], flags: [<bool>, <bool>], sizes: [<decimal>, <decimal>], part: { x: <decimal>, y: <percent>, inner: { z: <whole> } }, items: [<item>, <item2>]",
            ", p: <bool>, a: <decimal><more>", ", items: [<item>, <item2>]<more>", ", items: [], a: ~, kind: <member><more>",
        ],
    ),
    ("more", &["", ", hits: <few>, tries: <many>", ", n: <whole>, s: <percent>", ", d: <day>, t: <whole> days", ", sizes: [], flags: [<bool>]", ", part: { inner: {} }", ", cost: <decimal> USD, tags: []"]),
    ("item", &["{ id: i1 }", "{ id: i1, size: <decimal>, good: <bool>, sort: <member>, y: <percent>, took: <whole> min, on: <day>, parts: [{ x: <decimal> }] }", "{ id: i1, good: <bool>, size: <decimal> }"]),
    ("item2", &["{ id: i2, sort: <member> }", "{ id: i2, size: <decimal>, good: <bool>, sort: <member>, y: <percent>, took: <whole> s, on: <day>, parts: [] }", "{ id: i2, y: <percent>, parts: [{ x: ~ }] }"]),
    (
        "tests",
        &[
            "",
            "test \"T\" {
  given every 1 week from 2026-01-05 { stage = <stage>, <stage> a = <decimal>, _ p = <bool>, <bool> kind = <member> items = [2 x { size: <decimal> }, <elementvalue>], [] part.x = 1 }
  given workflow \"v\" every weekday from 2026-01-05 { stage = <stage> d = 2026-01-05 }
  with p.limit = 3
  with p.names[\"a b\"] = -2
  with p.wanted = [blue, red]
  as of 2026-01-20
  expect p.r1 <verdict>
  expect p.r2 <verdict>
  expect decision hold
}
",
            "test \"U\" { given every weekday from 2026-01-05 { stage = one, two sizes = [<decimal>, <decimal>], _ tags = [] } given workflow \"v\" file \"w.yaml\" with p.floor.red = 60% expect p.r3 <verdict> }\n",
        ],
    ),
    ("elementvalue", &["{ id: \"i1\", good: <bool>, sort: <member> }", "{ id: \"i2\", y: <percent> on: <day> }"]),
    ("verdict", &["passes", "fails", "undecided", "not applicable"]),
    ("hour", &["00", "10", "23"]),
    ("decimal", &["0", "1", "-2", "3.5", "0.0001", "1e30", "-1e-30"]),
    ("whole", &["0", "1", "2", "7", "1000000000000"]),
    ("few", &["0", "1", "3"]),
    ("many", &["3", "20", "1000000"]),
    ("percent", &["0%", "50%", "100%", "33.3%", "33%"]),
    ("bool", &["true", "false"]),
    ("day", &["2026-01-05", "2026-01-26", "2025-01-31", "2027-03-01", "9999-12-31", "0001-01-01"]),
];

/// Levels that what stands for something else may nest.
const DEPTH: usize = 7;
/// Bytes after which only the shortest is written.
const LONG: usize = 6000;

/// A policy file and a file of snapshots.
pub(crate) fn generate(choices: &[u8]) -> (String, String) {
    let mut choices = choices.iter().copied();
    let mut snapshots = String::new();
    write("series", &mut choices, 0, &mut snapshots);
    let mut policy = String::new();
    write("program", &mut choices, 0, &mut policy);
    (policy, snapshots)
}

fn write(name: &str, choices: &mut impl Iterator<Item = u8>, depth: usize, out: &mut String) {
    let (_, forms) = RULES.iter().find(|(known, _)| *known == name).unwrap();
    let is_short = depth > DEPTH || out.len() > LONG;
    let choice = if is_short { 0 } else { choices.next().map_or(0, usize::from) };
    let start = out.len();
    let mut rest = forms[choice % forms.len()];
    while let Some((before, name, after)) = placeholder(rest) {
        out.push_str(before);
        write(name, choices, depth + 1, out);
        rest = after;
    }
    out.push_str(rest);
    if name == "any" && out[start..].contains('"') {
        // It stands in a text, which a quote would end.
        out.replace_range(start.., "a");
    }
}

/// The first `<name>` of a form, with what stands before and after it.
fn placeholder(form: &str) -> Option<(&str, &str, &str)> {
    let starts = form.match_indices('<').map(|(at, _)| at);
    starts.into_iter().find_map(|at| {
        let (name, after) = form[at + 1..].split_once('>')?;
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        is_name.then_some((&form[..at], name, after))
    })
}
