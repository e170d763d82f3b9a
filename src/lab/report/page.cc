// SPDX-License-Identifier: MIT
#include "lab/report/page.h"

#include <utility>

#include "core/codec/json.h"
#include "core/format.h"
#include "lab/figure/reading.h"
#include "lab/figure/table_text.h"
#include "lab/figure/vega_lite.h"
#include "lab/report/answer.h"
#include "lab/report/figures.h"
#include "lab/report/page_assets.h"
#include "lab/report/tables.h"
#include "lab/report/trust.h"

namespace assay::report {
namespace {

using codec::Node;

Node texts(const std::vector<std::string>& items) {
  Node list = Node::list();
  for (const std::string& item : items)
    list.append(item);
  return list;
}

Node claim_node(const analysis::ClaimFinding& claim) {
  Node node = Node::map();
  node.set("id", claim.id);
  node.set("says", claim.says);
  node.set("verdict", analysis::to_text(claim.verdict));
  node.set("value", seen_text(claim));
  node.set("state", to_text(claim.value.state()));
  node.set("reason", claim.value.reason());
  node.set("bound", claim.bound);
  node.set("because", claim.because);
  node.set("trials", texts(claim.trial_ids));
  // Without a value there was nothing to test the claim on.
  node.set("self_test_passed", claim.self_test_passed || !claim.value.has_number());
  return node;
}

Node trust_node(const RunView& view) {
  const Trust trust = trust_of(view);
  Node doubts = Node::list();
  for (const auto& [text, count] : trust.doubts) {
    Node doubt = Node::map();
    doubt.set("text", text);
    doubt.set("cells", count);
    doubts.append(std::move(doubt));
  }
  Node node = Node::map();
  node.set("text", to_text(trust));
  node.set("doubts", std::move(doubts));
  node.set("warnings", texts(trust.warnings));
  return node;
}

/// A figure that cannot be drawn is shown as its error; the rest of the page stands.
Node figure_node(const RunView& view, const spec::FigureRequest& request) {
  Node node = Node::map();
  node.set("id", request.id);
  node.set("title", request.title);
  const Result<figure::Figure> figure = figure_of(view, request);
  Result<Node> document = figure ? figure::to_vega_lite(*figure) : Result<Node>(figure.error());
  if (document) {
    node.set("document", std::move(*document));
  } else {
    node.set("error", document.error().to_string());
  }
  return node;
}

void append_unless_empty(Node& list, const figure::Table& table) {
  if (!table.rows.empty()) list.append(figure::to_node(table));
}

Node status_node(const analysis::Findings& findings) {
  Node node = Node::map();
  for (const auto& [status, count] : findings.status_counts)
    node.set(status, count);
  return node;
}

Node environment_node(const Node& environment) {
  Node list = Node::list();
  for (const auto& [key, value] : flat_environment(environment)) {
    Node pair = Node::list();
    pair.append(key);
    pair.append(value);
    list.append(std::move(pair));
  }
  return list;
}

Node commands_node(const analysis::Findings& findings) {
  Node node = Node::map();
  for (const analysis::CellFinding& cell : findings.cells) {
    if (!cell.repeat_command.empty()) node.set(cell.trial_id, cell.repeat_command);
  }
  return node;
}

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src '{0}'; style-src 'unsafe-inline'; img-src data: blob:;
 base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{1}</title>
<style>{2}</style>
</head>
<body>
<noscript>This report draws itself with a script; without one, read report.md beside it.</noscript>
<main id="report"></main>
<script type="application/json" id="data">{3}</script>
<script>{4}</script>
</body>
</html>
)";

std::string title_of(const std::vector<RunView>& views) {
  if (views.size() == 1) return views.front().spec.name + " · Assay";
  return format("{} · {} runs · Assay", views.empty() ? "" : views.front().spec.group,
                views.size());
}

}  // namespace

Result<Node> page_data(const RunView& view) {
  Node figures = Node::list();
  for (const spec::FigureRequest& request : view.spec.figures) {
    figures.append(figure_node(view, request));
  }
  ASSAY_TRY(const std::vector<figure::Table> tables, tables_of(view));
  Node table_list = Node::list();
  for (const figure::Table& table : tables)
    table_list.append(figure::to_node(table));
  append_unless_empty(table_list, cliffs_table(view));
  append_unless_empty(table_list, periods_table(view));
  append_unless_empty(table_list, floors_table(view));
  Node claims = Node::list();
  for (const analysis::ClaimFinding& claim : view.findings.claims)
    claims.append(claim_node(claim));
  Node node = Node::map();
  node.set("id", file_stem(view.name));
  node.set("name", view.name);
  node.set("experiment", view.spec.name);
  node.set("group", view.spec.group);
  node.set("question", view.spec.question);
  node.set("answer", answer_of(view));
  node.set("workload", view.spec.workload);
  node.set("scale", view.spec.scale);
  node.set("folder", view.folder.string());
  node.set("claims", std::move(claims));
  node.set("statuses", status_node(view.findings));
  node.set("trust", trust_node(view));
  node.set("figures", std::move(figures));
  node.set("tables", std::move(table_list));
  node.set("points", figure::to_node(points_table(view)));
  node.set("commands", commands_node(view.findings));
  node.set("environment", environment_node(view.environment));
  return node;
}

Result<std::string> to_page(const std::vector<RunView>& views) {
  Node runs = Node::list();
  for (const RunView& view : views) {
    ASSAY_TRY(Node data, page_data(view).context("in the report of {}", view.name));
    runs.append(std::move(data));
  }
  Node root = Node::map();
  root.set("schema", "assay.report/1");
  root.set("runs", std::move(runs));
  return format(kPage, page_script_hash(), escape_html(title_of(views)), page_style(),
                escape_for_script(codec::to_json(root)), page_script());
}

std::string escape_for_script(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&') {
      escaped += format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace assay::report
