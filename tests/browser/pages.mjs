// Opens pages in Chromium: what they show is what JSON says, nobody is asked for anything, `axe` finds nothing, and hostile
// texts do nothing. Called by `run`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [tollgate, executablePath, work] = process.argv.slice(2);
const root = resolve(import.meta.dirname, "../..");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const EXAMPLES = [
  ["ai-evals", "2026-11-30"],
  ["canary", "2026-11-23T15:12Z"],
  ["organisation", "2026-11-23"],
  ["platform", "2026-11-23"],
  ["support-desk", "2026-11-23"],
];
const SWEEPS = {
  canary: ["release.more_errors=0%..5%"],
  platform: ["order.at_once=1..5", "platform.slowest.customer=1 s..10 s"],
};
const WIDTHS = [360, 800, 1600];
const SCHEMES = ["light", "dark"];

/** What a command prints; `check` ends with 1 where a workflow is stopped. */
const run = (...args) => {
  try {
    return execFileSync(tollgate, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    assert.equal(error.status, 1, `${args.join(" ")}\n${error.stderr}${error.stdout}`);
    return error.stdout;
  }
};

/** The page of a folder, and what JSON says of it. */
const made = (name, folder, day) => {
  const file = join(work, `${name}.html`);
  const swept = SWEEPS[name] ?? [];
  run("report", folder, "--out", file, "--as-of", day, ...swept.map((range) => `--sweep=${range}`));
  const json = (...command) => JSON.parse(run(...command, folder, "--format", "json", "--as-of", day));
  const sweeps = swept.map((range) => json("sweep", range).sweeps[0]);
  return { name, file, check: json("check"), history: json("history"), sweeps };
};

const fullName = (workflow) => (workflow.project ? `${workflow.project}: ${workflow.workflow}` : workflow.workflow);

/** A text as the page shows it: in one line. */
const line = (text) => text.replace(/\s+/g, " ").trim();

/** Opens a page, and keeps what it asks for and what it complains of. */
const open = async (browser, file, options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const asked = [];
  const complaints = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href);
  return { context, page, asked, complaints };
};

/** What the page shows, read from its elements. */
const read = (page) =>
  page.evaluate(() => {
    const all = (selector, within = document) => [...within.querySelectorAll(selector)];
    const text = (element) => element.textContent.replace(/\s+/g, " ").trim();
    const rows = all("table.list tbody tr").map((row) => ({ ...row.dataset, text: text(row) }));
    const workflows = {};
    for (const section of all("section.workflow")) {
      const history = all("table.history tbody tr", section).map((row) => ({
        count: Number(row.dataset.count),
        first: text(row.cells[0]).split(" ")[0],
        decision: row.cells[2].dataset.decision,
        why: text(row.cells[3]),
      }));
      const rules = all("article.rule", section).map((article) => ({
        rule: article.dataset.rule,
        others: all("ul code", article).map(text),
        values: all("b.value", article).map(text),
        thresholds: all("b.threshold", article).map(text),
        text: text(article),
      }));
      const checklist = all(".checklist li", section).map((item) => [item.dataset.rule, item.className]);
      const columns = all("table.values thead th", section).length;
      const cells = all("table.values tbody tr", section).map((row) => row.cells.length);
      const charts = all("svg.c", section).map((chart) => Number(chart.dataset.column));
      workflows[section.dataset.workflow] = { history, rules, checklist, columns, cells, charts };
    }
    const lights = all("table.lights").flatMap((table) => {
      const names = all("thead th", table).map((head) => head.dataset.rule);
      return [...table.tBodies[0].rows].flatMap((row) =>
        [...row.cells].slice(1).map((cell, at) => [row.dataset.workflow, names[at + 1], cell.className]),
      );
    });
    return { rows, workflows, lights };
  });

const LIGHTS = { pass: "p", fail: "x", undecided: "u", waived: "w", not_applicable: "n", off: "n" };
const STATES = { not_met: "x", undecided: "u", met: "p", waived: "w", not_applicable: "n", off: "n" };

/** What only warns or notes has another light than what stops a workflow. */
const lightOf = (rule) => (rule.outcome === "fail" ? ({ warn: "xw", note: "xn" }[rule.effect] ?? "x") : LIGHTS[rule.outcome]);
const itemLight = (item) =>
  item.state === "not_met" ? ({ warn: "xw", note: "xn" }[item.effect] ?? "x") : STATES[item.state];

/** What is shown of the workflows is what `check` and `history` say. */
const agrees = ({ name, check, history }, shown) => {
  const by = Object.fromEntries(shown.rows.map((row) => [row.workflow, row]));
  assert.deepEqual(Object.keys(by).sort(), check.workflows.map(fullName).sort(), name);
  for (const workflow of check.workflows) {
    const own = fullName(workflow);
    const where = `${name}: ${own}`;
    assert.equal(by[own].decision, workflow.decision, where);
    assert.equal(by[own].stage, workflow.stage ?? "", where);
    const section = shown.workflows[own];
    // Every rule that does something, with its values and thresholds.
    const told = new Set(section.rules.flatMap((rule) => [rule.rule, ...rule.others]));
    const open = workflow.rules.filter((rule) => rule.enforced && rule.applied && /fail|undecided/.test(rule.outcome));
    assert.deepEqual([...told].sort(), [...new Set(open.map((rule) => rule.rule))].sort(), where);
    for (const shownRule of section.rules) {
      const rule = open.find(
        (one) =>
          one.rule === shownRule.rule &&
          JSON.stringify(one.evidence.map((seen) => line(seen.value))) === JSON.stringify(shownRule.values),
      );
      assert.ok(rule, `${where}: ${shownRule.rule}: ${shownRule.values}`);
      assert.deepEqual(shownRule.thresholds, rule.thresholds.map((held) => line(held.value)), where);
      const plain = (text) => line(text).replaceAll("`", "");
      if (rule.message) assert.ok(shownRule.text.includes(plain(rule.message)), `${where}: ${rule.message}`);
      if (rule.would_pass) assert.ok(shownRule.text.includes(plain(rule.would_pass)), `${where}: ${rule.would_pass}`);
    }
    // Every light is how the rule came out.
    for (const [, rule, light] of shown.lights.filter(([of]) => of === own)) {
      const outcomes = workflow.rules.filter((one) => one.rule === rule).map(lightOf);
      assert.ok(outcomes.includes(light) || (light === "n" && outcomes.length === 0), `${where}: ${rule} ${light}`);
    }
    // The history, snapshot by snapshot.
    const days = history.workflows.find((one) => fullName(one) === own)?.days ?? [];
    let at = 0;
    for (const run of section.history) {
      for (const day of days.slice(at, at + run.count)) {
        assert.equal(run.decision, day.decision, `${where}: ${day.date}`);
        for (const rule of [...day.failed, ...day.undecided]) assert.ok(run.why.includes(rule), `${where}: ${rule}`);
      }
      assert.equal(run.first, days[at].date, where);
      at += run.count;
    }
    assert.equal(at, days.length, where);
    // Each chart has its column, and each snapshot its row.
    if (section.columns > 0) assert.deepEqual(section.cells, days.map(() => section.columns), where);
    for (const column of section.charts) assert.ok(column <= Math.max(section.columns - 1, 0), where);
  }
};

/** The gate ahead is listed as `check --gate` lists it. */
const listsGates = (name, folder, day, shown) => {
  const { workflows } = JSON.parse(run("check", folder, "--gate", "--format", "json", "--as-of", day));
  for (const workflow of workflows) {
    const items = (workflow.gates ?? []).flatMap((gate) => gate.items.map((item) => [item.rule, itemLight(item)]));
    assert.deepEqual(shown.workflows[fullName(workflow)].checklist, items, `${name}: ${fullName(workflow)}`);
  }
};

/** Nothing that axe knows is wrong. */
const isAccessible = async (page, where) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.slice(0, 3).map((node) => `${node.html}\n  ${node.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(told, [], where);
};

/** Filters, sorting, and the values under the arrow keys. */
const isAlive = async (page, { name, check }) => {
  const visible = () => page.locator("table.list tbody tr:visible").count();
  const decisions = page.locator("form.filters select[name=decision]");
  if (await decisions.count()) {
    for (const decision of new Set(check.workflows.map((one) => one.decision))) {
      await decisions.selectOption(decision);
      assert.equal(await visible(), check.workflows.filter((one) => one.decision === decision).length, name);
    }
    await decisions.selectOption("");
  }
  assert.equal(await visible(), check.workflows.length, name);
  const names = () => page.locator("table.list tbody th a").allTextContents();
  const before = await names();
  // In a narrow window the list has no columns to sort by.
  const heads = page.locator("table.list thead th button");
  if (await heads.first().isVisible()) {
    await heads.first().click();
    assert.deepEqual(await names(), before.toSorted(new Intl.Collator("en", { numeric: true }).compare), name);
    await heads.nth(1).click();
    assert.deepEqual(await names(), before, name);
  }
  const chart = page.locator("svg.c:not(.t):visible").first();
  if (await chart.count()) {
    await chart.focus();
    const column = Number(await chart.getAttribute("data-column"));
    const cells = await chart.evaluate(
      (element, at) =>
        [...element.closest("section").querySelector("table.values").tBodies[0].rows].map(
          (row) => `${row.cells[0].textContent}: ${row.cells[at].textContent}`,
        ),
      column,
    );
    for (const key of ["", "ArrowLeft", "Home", "End"]) {
      if (key) await page.keyboard.press(key);
      const at = { "": -1, ArrowLeft: -2, Home: 0, End: -1 }[key];
      assert.equal(await page.locator(".tip").textContent(), cells.at(at) ?? cells.at(0), `${name}: ${key}`);
    }
  }
};

/** Wherever the slider of a sweep is, it says what `sweep` counts there. */
const slides = async (page, { name, sweeps }) => {
  assert.equal(await page.locator(".sweep").count(), sweeps.length, name);
  for (const [at, sweep] of sweeps.entries()) {
    const part = page.locator(".sweep").nth(at);
    const slider = part.locator("input");
    await slider.focus();
    await page.keyboard.press("Home");
    for (const [interval, { shown, days, workflows, flips }] of sweep.intervals.entries()) {
      if (interval > 0) await page.keyboard.press("ArrowRight");
      const of = (counts) =>
        `${counts.advance} advance, ${counts.continue} continue, ${counts.hold} hold, ${counts.rollback} roll back`;
      const said = `${shown}: of the snapshots ${of(days)}; of the workflows today ${of(workflows)}`;
      assert.equal(await part.locator("output").textContent(), said, name);
      const cells = await part.locator("tbody tr.on td").allTextContents();
      const counted = (counts) => [counts.advance, counts.continue, counts.hold, counts.rollback].map(String);
      assert.deepEqual(cells.slice(0, 8), [...counted(days), ...counted(workflows)], name);
      // How many are decided how instead; where not all are listed, how many go on and how many do not.
      const told = flips.days ? await part.locator("tbody tr.on .kinds").textContent() : "";
      if (flips.days && told !== `${flips.released} let through, ${flips.stopped} stopped`) {
        const kinds = [...told.matchAll(/(\d+) ([a-z ]+) → ([a-z ]+)/g)];
        const goesOn = (decision) => ["advance", "continue"].includes(decision);
        const sum = (wanted) =>
          kinds.filter(([, , from, to]) => wanted(from, to)).reduce((all, [, count]) => all + Number(count), 0);
        assert.equal(sum(() => true), flips.days, told);
        assert.equal(sum((from, to) => !goesOn(from) && goesOn(to)), flips.released, told);
        assert.equal(sum((from, to) => goesOn(from) && !goesOn(to)), flips.stopped, told);
      }
    }
  }
};

/** A repository in which hostile texts stand wherever a text may. */
const hostile = () => {
  const folder = join(work, "hostile");
  mkdirSync(join(folder, "policies"), { recursive: true });
  mkdirSync(join(folder, "rollouts"));
  const texts = [
    `"><script>window.hit=1</script>`,
    `</style><script>window.hit=1</script>`,
    `'><img src=x onerror=window.hit=1>`,
    `<svg onload=window.hit=1><a href="javascript:window.hit=1">x</a></svg>`,
    `" onmouseover="window.hit=1" x="`,
    "javascript:window.hit=1//",
    "&lt;b&gt; {{7*7}} ${window.hit=1} `code` \u202eevil",
    `<details open ontoggle=window.hit=1>`,
  ];
  // What misleads readers is refused, unless it is written out in a snapshot.
  const escaped = (json) => json.replaceAll("\u202e", "\\u202e");
  const config = (text) => text.replaceAll("\u202e", "*");
  const policy = (text) => text.replace(/[\\"{}]/g, (c) => `\\${c}`).replaceAll("\u202e", " ");
  writeFileSync(
    join(folder, "tollgate.yaml"),
    JSON.stringify({
      policies: ["policies/"],
      snapshots: "rollouts/**/*.json",
      params: { "p.enough": { value: "60%", because: config(texts.join(" ")) } },
      waivers: texts.map(config).map((text) => ({ rule: "p.excused", workflow: text, because: text, owner: text, until: "2026-12-01" })),
    }),
  );
  const told = policy(texts.join(" "));
  writeFileSync(
    join(folder, "policies/p.gate"),
    `snapshot every 1 week grace 3 days { owner: text, good: bool, adoption: share, parts: list of { id: text key, size: number } }
policy p "${told}" {
  param enough = 50% within 10% to 90% "${told}"
  rule r "${told} {owner}" { require adoption >= enough else hold "{owner} ${told}" help "{owner}" }
  rule excused "${told}" { require good else hold "${told}" }
  rule small { require all(parts where size < 3) else hold }
}
`,
  );
  texts.forEach((text, at) => {
    for (const [date, adoption] of [["2026-11-13", "55%"], ["2026-11-20", "20%"]]) {
      const parts = [{ id: text, size: 5 }];
      const snapshot = { workflow: text, date, owner: text, good: false, adoption, parts };
      writeFileSync(join(folder, `rollouts/${at}-${date}.json`), escaped(JSON.stringify(snapshot)));
    }
  });
  return folder;
};

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  for (const [name, day] of EXAMPLES) {
    const folder = join(work, "examples", name);
    cpSync(join(root, "examples", name), folder, { recursive: true });
    const example = made(name, folder, day);
    for (const width of WIDTHS) {
      for (const colorScheme of SCHEMES) {
        const where = `${name} at ${width}, ${colorScheme}`;
        const { context, page, asked, complaints } = await open(browser, example.file, {
          viewport: { width, height: 900 },
          colorScheme,
        });
        const shown = await read(page);
        agrees(example, shown);
        listsGates(name, folder, day, shown);
        await isAlive(page, example);
        await slides(page, example);
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
        await isAccessible(page, where);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${where}: wider than the window by ${overflow}`);
        if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${where}.png`), fullPage: true });
        assert.deepEqual(asked, [pathToFileURL(example.file).href], where);
        assert.deepEqual(complaints, [], where);
        await context.close();
      }
    }
    // Without a script everything is there, and on paper everything is open.
    const { context, page } = await open(browser, example.file, { javaScriptEnabled: false });
    assert.equal(await page.locator("form.filters").isVisible(), false);
    assert.equal(await page.locator("table.list tbody tr:visible").count(), example.check.workflows.length);
    await page.emulateMedia({ media: "print" });
    for (const table of await page.locator("details table").all()) assert.ok(await table.isVisible(), `${name} on paper`);
    await context.close();
    console.log(`${name}: ${example.check.workflows.length} workflows, at ${WIDTHS.join(", ")} pixels, light and dark`);
  }

  // A folder: the index leads to a page for each workflow.
  {
    const site = join(work, "site");
    run("report", join(work, "examples/platform"), "--out", site, "--as-of", "2026-11-23");
    const { context, page, complaints } = await open(browser, join(site, "index.html"), { viewport: { width: 800, height: 900 } });
    const names = await page.locator("table.list tbody th a").allTextContents();
    for (const name of names) {
      await page.locator("table.list tbody th a", { hasText: name }).click();
      assert.ok((await page.locator("h1").textContent()).includes(name));
      await isAccessible(page, `the page of ${name}`);
      await page.locator("header a").click();
    }
    assert.deepEqual(complaints, []);
    await context.close();
    console.log(`a folder: ${names.length} workflows`);
  }

  // Hostile names and messages, in a page and in its links.
  const folder = hostile();
  const file = join(work, "hostile.html");
  run("report", folder, "--out", file, "--as-of", "2026-11-23", "--source-url", "https://example.com/{file}#L{line}");
  const { context, page, asked, complaints } = await open(browser, file, { viewport: { width: 1600, height: 900 } });
  const rows = await page.locator("table.list tbody tr").count();
  assert.equal(rows, 8);
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
  for (const link of await page.locator("a").all()) {
    assert.match(await link.getAttribute("href"), /^(#[a-z0-9-]+|https:\/\/example\.com\/[\w./%-]+#L\d+)$/);
  }
  for (const element of await page.locator("section.workflow h3, svg.c").all()) await element.hover();
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("img, iframe, object, embed, base, main script, main style").count(), 0);
  await isAccessible(page, "hostile texts");
  assert.deepEqual(asked, [pathToFileURL(file).href]);
  assert.deepEqual(complaints, []);
  await context.close();
  console.log("hostile texts: they do nothing");

  // The picture of the README.
  if (process.env.PICTURE) {
    const { context, page } = await open(browser, join(work, "support-desk.html"), {
      viewport: { width: 1200, height: 500 },
      colorScheme: "light",
    });
    const picture = await page.screenshot({ path: process.env.PICTURE });
    assert.ok(picture.length < 150_000, `the picture has ${picture.length} bytes`);
    await context.close();
  }
} finally {
  await browser.close();
}
