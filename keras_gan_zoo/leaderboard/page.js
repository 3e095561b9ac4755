"use strict";
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

// Sorting: the best first; a second press turns it round. What has no value comes last.
function sort(th) {
  const table = th.closest("table");
  const index = th.cellIndex;
  const first = th.dataset.better === "higher" ? "descending" : "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const order = th.getAttribute("aria-sort") === first ? other : first;
  for (const head of all("thead th", table)) head.removeAttribute("aria-sort");
  th.setAttribute("aria-sort", order);
  const sign = order === "ascending" ? 1 : -1;
  const text = th.dataset.kind === "text";
  const body = table.querySelector("tbody.models");
  const rows = [...body.rows].map((row) => {
    const value = row.cells[index].dataset.v;
    return { row, value: value === undefined || text ? value : Number(value) };
  });
  rows.sort((a, b) => {
    if (a.value === undefined || b.value === undefined)
      return (a.value === undefined) - (b.value === undefined);
    return sign * (text ? a.value.localeCompare(b.value) : a.value - b.value);
  });
  body.append(...rows.map(({ row }) => row));
  for (const { row } of rows)
    row.cells[0].textContent = row.cells[index].dataset.rank ?? "";
}

// Filtering: every word must be somewhere in a row.
const filter = one("#filter");
const selects = { data: one("#data"), family: one("#family") };
function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Set();
  for (const board of all(".board")) {
    let some = false;
    for (const row of all("tbody.models tr", board)) {
      const data = row.dataset;
      const seen =
        words.every((word) => data.text.includes(word)) &&
        Object.entries(selects).every(([key, { value }]) => !value || data[key] === value);
      row.hidden = !seen;
      some ||= seen;
      if (seen) found.add(data.model);
    }
    board.hidden = !some;
    for (const point of all(".plot g", board))
      point.classList.toggle("off", !found.has(point.dataset.model));
  }
  const total = all("template").length;
  const count = found.size;
  one("#count").value = count === total ? `${total} models` : `${count} of ${total} models`;
  one("#nothing").hidden = count > 0;
}

// The sheet of a model: its grid, its scores, how to load it.
const sheet = one("#sheet");
function open(number) {
  const template = document.getElementById(`model-${number}`);
  one("#sheet-title").textContent = template.dataset.name;
  one("#content").replaceChildren(template.content.cloneNode(true));
  sheet.showModal();
  sheet.scrollTop = 0;
}

function mark(number) {
  for (const old of all(".on")) old.classList.remove("on");
  if (number === undefined) return;
  for (const now of all(`.plot g[data-model="${number}"], tr[data-model="${number}"]`))
    now.classList.add("on");
}

// The point of a plot that is nearest to a finger.
function nearest(plot, event) {
  let best, least = 28;
  for (const point of all("g", plot)) {
    const box = point.querySelector("circle").getBoundingClientRect();
    const x = box.x + box.width / 2 - event.clientX;
    const y = box.y + box.height / 2 - event.clientY;
    if (Math.hypot(x, y) < least && !point.classList.contains("off"))
      [best, least] = [point.dataset.model, Math.hypot(x, y)];
  }
  return best;
}

document.addEventListener("click", (event) => {
  const target = event.target;
  const head = target.closest("thead button");
  const row = target.closest("tbody button")?.closest("tr[data-model]");
  const plot = target.closest(".plot");
  if (head) sort(head.closest("th"));
  else if (row) open(row.dataset.model);
  else if (target.closest("#close") || target === sheet) sheet.close();
  else if (plot) {
    const number = nearest(plot, event);
    if (number !== undefined) open(number);
  }
});
for (const kind of ["pointerover", "focusin"])
  document.addEventListener(kind, ({ target }) =>
    mark(target.closest("[data-model]")?.dataset.model));
for (const kind of ["input", "change"])
  one(".tools").addEventListener(kind, show);
one("#reset").addEventListener("click", () => {
  filter.value = "";
  for (const select of Object.values(selects)) select.value = "";
  show();
  filter.focus();
});
show(); // a browser may have kept what was written into the filter
