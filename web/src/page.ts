// SPDX-License-Identifier: MIT
// The page of a report: its head, the overview where there are several runs, then every run.
import { readReport, type Run } from "./data";
import { h } from "./dom";
import { runSection, verdictPill } from "./run";
import { startTheme, themeButton } from "./theme";

function overviewRow(run: Run): HTMLElement {
  return h(
    "tr",
    {},
    h("th", { scope: "row", class: "text" }, h("a", { href: `#${run.id}` }, run.experiment)),
    h("td", { class: "text wrap" }, h("p", {}, run.question), h("p", { class: "soft" }, run.answer)),
    h("td", { class: "text" }, h("div", { class: "pills" }, ...run.claims.map((claim) => verdictPill(claim.verdict)))),
  );
}

function overview(runs: Run[]): HTMLElement | null {
  if (runs.length < 2) return null;
  const heads = ["experiment", "question and answer", "verdicts"].map((text) => h("th", { scope: "col", class: "text" }, text));
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "overview" },
    h("table", { class: "plain overview" }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...runs.map(overviewRow))),
  );
}

startTheme();
const report = readReport();
document.getElementById("report")?.append(
  h("div", { class: "top" }, h("h1", {}, "Assay report"), themeButton()),
  overview(report.runs) ?? "",
  ...report.runs.map(runSection),
);
