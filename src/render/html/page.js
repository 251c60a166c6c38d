"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // The list: choices that leave rows out, and columns to sort by.
  const list = document.querySelector("table.list");
  const form = document.querySelector("form.filters");
  if (list && form) {
    const body = list.tBodies[0];
    const choices = all("select", form);
    const filter = () => {
      let left = 0;
      for (const row of body.rows) {
        row.hidden = choices.some((choice) => choice.value && row.dataset[choice.name] !== choice.value);
        left += row.hidden ? 0 : 1;
      }
      form.querySelector("output").textContent =
        left === body.rows.length ? "" : `${left} of ${body.rows.length} workflows`;
      document.querySelector("p.none").hidden = left > 0;
    };
    form.addEventListener("change", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = choices.length === 0;
    const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].innerText.trim();
    all("thead th", list).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        all("thead th", list).forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const order = new Intl.Collator("en", { numeric: true });
        const rows = [...body.rows].sort(
          (a, b) =>
            (up ? 1 : -1) * order.compare(value(a, column), value(b, column)) || a.dataset.rank - b.dataset.rank,
        );
        body.append(...rows);
      });
    });
  }

  // Charts: the value under the pointer, or the one that the arrow keys have come to, as the table behind them has it.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  document.body.append(tip);
  const spell = (chart, section, at) => {
    const column = Number(chart.dataset.column);
    const row = section.querySelector("table.values")?.tBodies[0].rows[at];
    if (column > 0 && row) return `${row.cells[0].textContent}: ${row.cells[column].textContent}`;
    let count = 0;
    for (const run of section.querySelector("table.history")?.tBodies[0].rows ?? []) {
      count += Number(run.dataset.count);
      if (at < count) return [...run.cells].map((cell) => cell.textContent.trim()).filter(Boolean).join(" · ");
    }
    return "";
  };
  for (const section of all("section.workflow")) {
    const places = section.dataset.at.split(" ").map(Number);
    for (const chart of all("svg.c", section)) {
      let at = places.length - 1;
      const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
      line.setAttribute("class", "here");
      const show = () => {
        const box = chart.getBoundingClientRect();
        const { width, height } = chart.viewBox.baseVal;
        line.setAttribute("d", `M${places[at]} 4V${height - 18}`);
        chart.append(line);
        tip.textContent = spell(chart, section, at);
        tip.hidden = tip.textContent === "";
        const left = box.left + (places[at] / width) * box.width;
        tip.style.left = `${Math.max(4, Math.min(left + 8, window.innerWidth - tip.offsetWidth - 8)) + window.scrollX}px`;
        tip.style.top = `${box.top + window.scrollY - tip.offsetHeight - 2}px`;
      };
      const hide = () => {
        line.remove();
        tip.hidden = true;
      };
      chart.addEventListener("pointermove", (event) => {
        const box = chart.getBoundingClientRect();
        const x = ((event.clientX - box.left) / box.width) * chart.viewBox.baseVal.width;
        at = places.reduce((best, place, i) => (Math.abs(place - x) < Math.abs(places[best] - x) ? i : best), 0);
        show();
      });
      chart.addEventListener("pointerleave", hide);
      chart.addEventListener("focus", show);
      chart.addEventListener("blur", hide);
      chart.addEventListener("keydown", (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1, Home: -places.length, End: places.length }[event.key];
        if (!step) return;
        event.preventDefault();
        at = Math.max(0, Math.min(places.length - 1, at + step));
        show();
      });
    }
  }

  // Sweeps: the stretch of values that the slider is at.
  for (const sweep of all(".sweep")) {
    const input = sweep.querySelector("input");
    const show = () => {
      for (const part of all("[data-interval]", sweep)) part.classList.toggle("on", part.dataset.interval === input.value);
      const said = sweep.querySelector(`tr[data-interval="${input.value}"]`)?.dataset.said ?? "";
      sweep.querySelector("output").textContent = said;
      input.setAttribute("aria-valuetext", said.split(":")[0]);
      for (const flips of all(".flips", sweep)) {
        flips.hidden = flips.dataset.flips !== input.value;
        flips.open = !flips.hidden;
      }
    };
    input.addEventListener("input", show);
    for (const part of all("[data-interval]", sweep)) {
      part.addEventListener("click", () => {
        input.value = part.dataset.interval;
        show();
      });
    }
    sweep.querySelector(".slide").hidden = false;
    show();
  }

  // Paper has nothing to click on.
  let opened = [];
  let hidden = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    opened.forEach((details) => (details.open = true));
    hidden = all(".flips[hidden]");
    hidden.forEach((flips) => (flips.hidden = false));
  });
  addEventListener("afterprint", () => {
    opened.forEach((details) => (details.open = false));
    hidden.forEach((flips) => (flips.hidden = true));
  });
})();
