// SPDX-License-Identifier: MIT
// A table that sorts by any column, filters by any text, and shows the state of every value.
import { isValue, type Cell, type Column, type Table } from "./data";
import { command, h } from "./dom";

const rowsAtFirst = 30;
const rowsWithoutFilter = 8;

function textOf(cell: Cell | undefined, column: Column | undefined): string {
  if (cell === null || cell === undefined) return "";
  if (isValue(cell)) return cell.text;
  return typeof cell === "number" ? shortNumber(cell * (column?.factor ?? 1)) : String(cell);
}

/// Whole numbers as they are; others to four digits: a factor that needs more is a text.
function shortNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e9 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

/// Missing values sort behind all others, whatever the direction.
function compare(a: Cell | undefined, b: Cell | undefined, direction: number): number {
  const left = isValue(a) ? a.value : (a ?? null);
  const right = isValue(b) ? b.value : (b ?? null);
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  if (typeof left === "number" && typeof right === "number") return direction * (left - right);
  return direction * String(left).localeCompare(String(right), undefined, { numeric: true });
}

function cellElement(cell: Cell | undefined, column: Column): HTMLElement {
  const side = column.numeric ? "number" : "text";
  if (column.name === "repeat" && typeof cell === "string") return h("td", { class: "text" }, command(cell));
  if (!isValue(cell)) return h("td", { class: side }, textOf(cell, column));
  if (cell.state === "measured") return h("td", { class: side }, cell.text);
  const words = cell.state.replaceAll("_", " ");
  const badge = h("span", { class: "state", title: cell.reason ?? words }, words);
  return h("td", { class: side }, cell.value === null ? "" : `${cell.text} `, badge);
}

/// Each (state, reason) once, with its count: what a phone cannot hover over.
function reasons(table: Table): string[] {
  const counts = new Map<string, number>();
  for (const cell of table.rows.flat()) {
    if (!isValue(cell) || cell.state === "measured" || !cell.reason) continue;
    const text = `${cell.state.replaceAll("_", " ")}: ${cell.reason}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => (count > 1 ? `${text} (${count} values)` : text));
}

export function dataTable(table: Table): HTMLElement {
  let sortedBy = -1;
  let direction = 1;
  let filter = "";
  let showsAll = table.rows.length <= rowsAtFirst + 5;
  const body = h("tbody");
  const more = h("button", { type: "button", class: "more", click: () => ((showsAll = true), fill()) });
  const count = h("span", { class: "soft", "aria-live": "polite" });

  const heads = table.columns.map((column, index) => {
    const unit = column.read_in ? h("span", { class: "unit" }, `[${column.read_in}]`) : null;
    const button = h("button", { type: "button", click: () => sortBy(index) }, `${column.title} `, unit);
    return h("th", { scope: "col", class: column.numeric ? "number" : "text" }, button);
  });

  function sortBy(index: number): void {
    direction = sortedBy === index ? -direction : 1;
    sortedBy = index;
    heads.forEach((head, i) => {
      if (i === index) head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    fill();
  }

  function visible(): Cell[][] {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const matches = (row: Cell[]) => {
      const text = row
        .map((cell, i) => textOf(cell, table.columns[i]) + (isValue(cell) ? ` ${cell.state}` : ""))
        .join(" ")
        .toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const rows = words.length > 0 ? table.rows.filter(matches) : [...table.rows];
    if (sortedBy >= 0) rows.sort((a, b) => compare(a[sortedBy], b[sortedBy], direction));
    return rows;
  }

  function fill(): void {
    const rows = visible();
    const shown = showsAll ? rows : rows.slice(0, rowsAtFirst);
    body.replaceChildren(
      ...shown.map((row) => h("tr", {}, ...table.columns.map((column, i) => cellElement(row[i], column)))),
    );
    more.hidden = shown.length === rows.length;
    more.textContent = `Show all ${rows.length} rows`;
    count.textContent = rows.length === table.rows.length ? `${rows.length} rows` : `${rows.length} of ${table.rows.length} rows`;
  }

  const input = h("input", {
    type: "search",
    placeholder: "filter",
    "aria-label": `filter ${table.title}`,
    input: (event) => ((filter = (event.target as HTMLInputElement).value), fill()),
  });
  fill();
  const notes = [...reasons(table), ...table.notes];
  return h(
    "div",
    { class: "table", id: `table-${table.id}` },
    table.rows.length > rowsWithoutFilter && h("div", { class: "tools" }, input, count),
    table.rows.length === 0
      ? h("p", { class: "soft" }, "No rows.")
      : h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.title },
          h("table", {}, h("thead", {}, h("tr", {}, ...heads)), body)),
    more,
    notes.length > 0 && h("ul", { class: "notes" }, ...notes.map((note) => h("li", {}, note))),
  );
}
