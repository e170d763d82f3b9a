// SPDX-License-Identifier: MIT
#include "lab/figure/vega_lite.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/codec/json.h"
#include "core/format.h"
#include "lab/figure/marks.h"
#include "lab/figure/reading.h"
#include "lab/figure/vega_layers.h"

namespace assay::figure {
namespace {

using codec::Node;

// Okabe and Ito's hues, moved to a lightness that keeps 3:1 on white and on #15181c.
constexpr std::array<std::string_view, 8> kColors{"#2f7fc1", "#d9730d", "#128a68", "#b8559a",
                                                  "#a8841a", "#5b6ee1", "#c9433f", "#6b7785"};

// Who cannot tell the colours apart tells these. The first series is the plain one.
constexpr std::array<std::string_view, 6> kShapes{R"("circle")",      R"("square")",
                                                  R"("triangle-up")", R"("diamond")",
                                                  R"("cross")",       R"("triangle-down")"};
constexpr std::array<std::string_view, 6> kDashes{"[1, 0]",       "[6, 3]",  "[2, 2]",
                                                  "[8, 3, 2, 3]", "[12, 4]", "[4, 2, 1, 2]"};

Node parsed(std::string_view json) {
  Result<Node> node = codec::parse_json(json);
  ASSAY_CHECK(node.has_value(), "our own JSON is right");
  return std::move(*node);
}

Node map_of(std::vector<std::pair<std::string_view, Node>> entries) {
  Node node = Node::map();
  for (auto& [key, value] : entries)
    node.set(key, std::move(value));
  return node;
}

template <class Texts>
Node list_of(const Texts& texts) {
  Node node = Node::list();
  for (const auto& text : texts)
    node.append(Node(std::string(text)));
  return node;
}

std::size_t place_of(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

std::string panel_title(const Marks& marks, const std::string& facet) {
  return format("{} = {}", marks.facet_title, facet);
}

/// Columns that are no axis of the figure: they are said when a mark is hovered.
std::vector<std::size_t> detail_columns(const Figure& figure) {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < figure.table.columns.size(); ++i) {
    const std::string& name = figure.table.columns[i].name;
    const std::array drawn{figure.x, figure.y, figure.color, figure.facet};
    if (std::ranges::find(drawn, name) == drawn.end()) columns.push_back(i);
  }
  return columns;
}

/// The page knows a mark's trial by this field, to show the command that repeats it.
std::string detail_field(const Table& table, std::size_t column) {
  return table.columns[column].name == "trial" ? "trial" : format("d{}", column);
}

std::string detail_text(const Table& table, std::size_t row, std::size_t column) {
  const Cell& cell = table.rows[row][column];
  if (const auto* const scalar = std::get_if<codec::Scalar>(&cell)) return codec::to_text(*scalar);
  const Value& value = std::get<Value>(cell);
  if (!value.has_number()) return value_text(value);
  const Scale scale = scale_for(table.columns[column].unit, value.number());
  return format("{} {}", value_text(rescaled(value, scale.factor)), scale.unit);
}

Node mark_node(const Figure& figure, const Marks& marks, const Mark& mark, int segment) {
  Node node = map_of({{"kind", mark.y.has_number() ? "mark" : "gap"},
                      {"x", marks.x.is_numeric ? Node(mark.x) : Node(mark.category)},
                      {"y", mark.y.has_number() ? Node(mark.y.number()) : Node()},
                      {"series", mark.series},
                      {"state", assay::to_text(mark.y.state())},
                      {"seen", value_text(mark.y)},
                      {"segment", segment}});
  if (mark.drawn) {
    node.set("low", mark.drawn->low);
    node.set("high", mark.drawn->high);
  }
  if (!mark.y.has_number()) {
    node.set("words", state_text(mark.y.state()));
    node.set("place", static_cast<std::int64_t>(place_of(marks.series, mark.series)));
  }
  if (!mark.y.reason().empty()) node.set("reason", mark.y.reason());
  if (!mark.label.empty()) node.set("label", mark.label);
  if (!figure.facet.empty()) node.set("facet", panel_title(marks, mark.facet));
  for (const std::size_t column : detail_columns(figure)) {
    node.set(detail_field(figure.table, column), detail_text(figure.table, mark.row, column));
  }
  return node;
}

/// A line breaks where a value is missing: marks of one unbroken stretch share a segment.
void append_marks(const Figure& figure, const Marks& marks, Node& data) {
  int segment = 0;
  for (std::size_t i = 0; i < marks.marks.size(); ++i) {
    const Mark& mark = marks.marks[i];
    const bool continues = i > 0 && mark.y.has_number() && marks.marks[i - 1].y.has_number() &&
                           marks.marks[i - 1].series == mark.series &&
                           marks.marks[i - 1].facet == mark.facet;
    if (!continues) ++segment;
    data.append(mark_node(figure, marks, mark, segment));
  }
}

std::pair<double, double> range_of_x(const Marks& marks) {
  if (marks.marks.empty()) return {0, 1};
  const auto [low, high] = std::ranges::minmax_element(marks.marks, {}, &Mark::x);
  return {low->x, high->x};
}

void append_in_panels(const Figure& figure, const Marks& marks, const std::string& only, Node node,
                      Node& data) {
  for (const std::string& facet : marks.facets) {
    if (!only.empty() && only != facet) continue;
    if (!figure.facet.empty()) node.set("facet", panel_title(marks, facet));
    data.append(node);
  }
}

void append_guides(const Figure& figure, const Marks& marks, Node& data) {
  const auto [low, high] = range_of_x(marks);
  int place = 0;
  for (const Rule& rule : figure.rules) {
    if (!marks.x.is_numeric) break;
    const double x = rule.x * marks.x.factor;
    const Node node = map_of({{"kind", "rule"},
                              {"x", x},
                              {"label", rule.label},
                              {"place", place++ % 5},
                              {"is_right", x > low + 0.6 * (high - low)}});
    append_in_panels(figure, marks, rule.facet, node, data);
  }
  for (const Level& level : figure.levels) {
    const Node node = map_of({{"kind", "level"},
                              {"low", level.low * marks.y.factor},
                              {"high", level.high * marks.y.factor},
                              {"label", level.label}});
    append_in_panels(figure, marks, "", node, data);
  }
}

Node tooltip_of(const Figure& figure, const Marks& marks) {
  Node list = Node::list();
  const auto add = [&](std::string_view field, const std::string& title) {
    list.append(map_of({{"field", field}, {"title", title}}));
  };
  add("x", marks.x.title);
  if (!figure.color.empty()) add("series", marks.series_title);
  if (!figure.facet.empty()) add("facet", marks.facet_title);
  add("seen", marks.y.title);
  add("state", "state");
  add("reason", "reason");
  for (const std::size_t column : detail_columns(figure)) {
    const Column& shown = figure.table.columns[column];
    add(detail_field(figure.table, column), shown.title.empty() ? shown.name : shown.title);
  }
  return list;
}

Node encoding_of_x(const Figure& figure, const Marks& marks) {
  Node x = map_of({{"field", "x"}, {"title", marks.x.title}});
  if (marks.x.is_numeric) {
    x.set("type", "quantitative");
    x.set("scale", parsed(R"json({"zero": false, "nice": false, "padding": 10})json"));
    return x;
  }
  const bool is_long =
      std::ranges::any_of(marks.categories, [](const auto& text) { return text.size() > 12; });
  x.set("type", figure.shape == Shape::kBars ? "nominal" : "ordinal");
  x.set("sort", list_of(marks.categories));
  x.set("axis", map_of({{"labelAngle", is_long ? -30 : 0}}));
  return x;
}

Node color_of(const Marks& marks) {
  const auto color_at = [](std::size_t i) { return kColors[i % kColors.size()]; };
  if (marks.series.size() < 2) return map_of({{"value", color_at(0)}});
  std::vector<std::string_view> range;
  for (std::size_t i = 0; i < marks.series.size(); ++i)
    range.push_back(color_at(i));
  return map_of(
      {{"field", "series"},
       {"type", "nominal"},
       {"title", marks.series_title},
       {"scale", map_of({{"domain", list_of(marks.series)}, {"range", list_of(range)}})}});
}

/// A channel that tells the series apart without colour. Of the same field, domain and title as the
/// colour, so that one legend shows all of them.
template <class Looks>
Node channel_of(const Marks& marks, const Looks& looks) {
  Node range = Node::list();
  for (std::size_t i = 0; i < marks.series.size(); ++i)
    range.append(parsed(looks[i % looks.size()]));
  return map_of(
      {{"field", "series"},
       {"type", "nominal"},
       {"title", marks.series_title},
       {"scale", map_of({{"domain", list_of(marks.series)}, {"range", std::move(range)}})}});
}

/// Lines get dashes and points get shapes; bars stand in the order of the legend.
void tell_apart(const Marks& marks, const Node& layer, Node& encoding) {
  const Node* const type = layer.find("mark")->find("type");
  if (marks.series.size() < 2) return;
  if (*type == Node("line")) encoding.set("strokeDash", channel_of(marks, kDashes));
  if (*type == Node("point")) encoding.set("shape", channel_of(marks, kShapes));
}

Node encoding_of(const Figure& figure, const Marks& marks) {
  const bool is_zero_based = figure.zero_based || figure.shape == Shape::kBars;
  Node y = map_of({{"field", "y"},
                   {"type", "quantitative"},
                   {"title", marks.y.title},
                   {"stack", Node()},
                   {"scale", map_of({{"zero", is_zero_based}})}});
  Node encoding = map_of({{"x", encoding_of_x(figure, marks)},
                          {"y", std::move(y)},
                          {"color", color_of(marks)},
                          {"tooltip", tooltip_of(figure, marks)}});
  if (marks.series.size() < 2) return encoding;
  if (figure.shape == Shape::kBars) {
    encoding.set("xOffset", map_of({{"field", "series"}, {"sort", list_of(marks.series)}}));
  }
  return encoding;
}

/// Vega warns of a layer without rows, so such a layer is left out.
bool draws_something(LayerOf what, const Figure& figure, const Marks& marks) {
  const auto any_mark = [&](auto&& test) { return std::ranges::any_of(marks.marks, test); };
  switch (what) {
    case LayerOf::kMarks:
      return any_mark([](const Mark& mark) { return mark.y.has_number(); });
    case LayerOf::kMeasured:
      return any_mark([](const Mark& mark) { return mark.y.state() == State::kMeasured; });
    case LayerOf::kWeaker:
      return any_mark([](const Mark& mark) {
        return mark.y.has_number() && mark.y.state() != State::kMeasured;
      });
    case LayerOf::kIntervals:
      return any_mark([](const Mark& mark) { return mark.drawn.has_value(); });
    case LayerOf::kGaps:
      return any_mark([](const Mark& mark) { return !mark.y.has_number(); });
    case LayerOf::kLabels:
      return any_mark([](const Mark& mark) { return !mark.label.empty(); });
    case LayerOf::kRules:
      return marks.x.is_numeric && !figure.rules.empty();
    case LayerOf::kBands:
      return std::ranges::any_of(figure.levels, [](const Level& l) { return l.low < l.high; });
    case LayerOf::kLevels:
      return std::ranges::any_of(figure.levels, [](const Level& l) { return l.low == l.high; });
  }
  return false;
}

/// Bounds are drawn on the scale of y: a field of its own must not bring back a zero.
void set_channel(Node& encoding, const std::string& channel, Node definition) {
  const bool is_bound = channel == "y" && definition.find("field") != nullptr;
  if (is_bound) {
    const Node* const y = encoding.find("y");
    definition.set("scale", *y->find("scale"));
    definition.set("title", *y->find("title"));
  }
  encoding.set(channel, std::move(definition));
}

/// A layer of rules or levels in a chart of grouped bars must not inherit the group's offset.
Node layers_node(const Figure& figure, const Marks& marks) {
  Node layers = Node::list();
  for (const VegaLayer& kind : vega_layers_of(figure.shape)) {
    if (!draws_something(kind.of, figure, marks)) continue;
    Node layer = parsed(kind.json);
    const bool is_guide =
        kind.of == LayerOf::kRules || kind.of == LayerOf::kBands || kind.of == LayerOf::kLevels;
    Node encoding = encoding_of(figure, marks);
    tell_apart(marks, layer, encoding);
    if (is_guide) {
      encoding.erase("xOffset");
      encoding.erase("tooltip");
    }
    if (const Node* const own = layer.find("encoding"); own != nullptr) {
      for (const auto& [channel, definition] : own->entries()) {
        set_channel(encoding, channel, definition);
      }
    }
    layer.set("encoding", std::move(encoding));
    layers.append(std::move(layer));
  }
  return layers;
}

Node title_of(const Figure& figure, const Marks& marks) {
  Node lines = Node::list();
  if (!figure.subtitle.empty()) lines.append(figure.subtitle);
  for (const std::string& note : notes_of(marks))
    lines.append(note);
  Node title = map_of({{"text", figure.title}, {"anchor", "start"}});
  if (!lines.items().empty()) title.set("subtitle", std::move(lines));
  return title;
}

void add_panels(const Figure& figure, const Marks& marks, Node spec, Node& document) {
  if (figure.facet.empty()) {
    for (const auto& [key, value] : spec.entries())
      document.set(key, value);
    return;
  }
  Node facets = Node::list();
  for (const std::string& facet : marks.facets)
    facets.append(panel_title(marks, facet));
  document.set("facet", map_of({{"field", "facet"},
                                {"type", "nominal"},
                                {"sort", std::move(facets)},
                                {"header", map_of({{"title", Node()}})}}));
  document.set("columns", 2);
  document.set("spec", std::move(spec));
  if (!panels_share_y(marks)) {
    document.set("resolve", parsed(R"json({"scale": {"y": "independent"}})json"));
  }
}

}  // namespace

std::span<const std::string_view> series_colors() {
  return kColors;
}

Result<codec::Node> to_vega_lite(const Figure& figure) {
  ASSAY_TRY(const Marks marks, marks_of(figure));
  Node data = Node::list();
  append_marks(figure, marks, data);
  append_guides(figure, marks, data);
  Node document = map_of({{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
                          {"title", title_of(figure, marks)},
                          {"data", map_of({{"values", std::move(data)}})}});
  const bool has_panels = !figure.facet.empty();
  add_panels(figure, marks,
             map_of({{"width", has_panels ? 300 : 640},
                     {"height", has_panels ? 200 : 300},
                     {"layer", layers_node(figure, marks)}}),
             document);
  document.set("config", parsed(vega_config()));
  return document;
}

}  // namespace assay::figure
