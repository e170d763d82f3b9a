// SPDX-License-Identifier: MIT
#include "lab/figure/vega_layers.h"

namespace assay::figure {
namespace {

constexpr std::string_view kBandLayer = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && isValid(datum.low)"}],
  "mark": {"type": "area", "opacity": 0.2, "interpolate": "linear"},
  "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"},
               "detail": {"field": "segment"}}})json";
constexpr std::string_view kLineLayer = R"json({
  "transform": [{"filter": "datum.kind === 'mark'"}],
  "mark": {"type": "line", "strokeWidth": 1.5},
  "encoding": {"detail": {"field": "segment"}}})json";
constexpr std::string_view kFilledPoints = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && datum.state === 'measured'"}],
  "mark": {"type": "point", "filled": true, "opacity": 1, "size": 34}})json";
constexpr std::string_view kHollowPoints = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && datum.state !== 'measured'"}],
  "mark": {"type": "point", "filled": false, "opacity": 1, "size": 44, "strokeWidth": 1.5}})json";
constexpr std::string_view kWhiskers = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && isValid(datum.low)"}],
  "mark": {"type": "rule", "strokeWidth": 1.5},
  "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}})json";
constexpr std::string_view kBarWhiskers = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && isValid(datum.low)"}],
  "mark": {"type": "rule", "strokeWidth": 1.5, "color": "#7b8794"},
  "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"},
               "color": {"value": "#7b8794"}}})json";
constexpr std::string_view kFilledBars = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && datum.state === 'measured'"}],
  "mark": {"type": "bar"}})json";
constexpr std::string_view kHollowBars = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && datum.state !== 'measured'"}],
  "mark": {"type": "bar", "filled": false, "strokeWidth": 1.5, "strokeDash": [3, 2]}})json";
constexpr std::string_view kCrossedGaps = R"json({
  "transform": [{"filter": "datum.kind === 'gap'"}],
  "mark": {"type": "point", "shape": "M-.5,-.5L.5,.5M-.5,.5L.5,-.5", "filled": false, "size": 60,
           "strokeWidth": 1.5, "y": {"expr": "height - 7 - 10 * datum.place"}},
  "encoding": {"y": {"value": "height"}, "shape": {"value": "M-.5,-.5L.5,.5M-.5,.5L.5,-.5"}}})json";
constexpr std::string_view kWrittenGaps = R"json({
  "transform": [{"filter": "datum.kind === 'gap'"}],
  "mark": {"type": "text", "angle": 270, "align": "left", "baseline": "middle", "dx": 4,
           "fontSize": 10, "y": {"expr": "height"}},
  "encoding": {"y": {"value": "height"}, "text": {"field": "words"}}})json";
constexpr std::string_view kPointLabels = R"json({
  "transform": [{"filter": "datum.kind === 'mark' && datum.label"}],
  "mark": {"type": "text", "dy": -10, "fontSize": 10},
  "encoding": {"text": {"field": "label"}}})json";
constexpr std::string_view kRuleLines = R"json({
  "transform": [{"filter": "datum.kind === 'rule'"}],
  "mark": {"type": "rule", "strokeDash": [4, 3], "color": "#7b8794"},
  "encoding": {"y": {"value": 0}, "y2": {"value": "height"}, "color": {"value": "#7b8794"}}})json";
constexpr std::string_view kRuleLabels = R"json({
  "transform": [{"filter": "datum.kind === 'rule'"}],
  "mark": {"type": "text", "baseline": "top", "fontSize": 10, "color": "#7b8794",
           "align": {"expr": "datum.is_right ? 'right' : 'left'"},
           "dx": {"expr": "datum.is_right ? -4 : 4"}, "y": {"expr": "2 + 12 * datum.place"}},
  "encoding": {"y": {"value": 0}, "text": {"field": "label"}, "color": {"value": "#7b8794"}}})json";
constexpr std::string_view kLevelBands = R"json({
  "transform": [{"filter": "datum.kind === 'level' && datum.low < datum.high"}],
  "mark": {"type": "rect", "opacity": 0.16, "color": "#7b8794", "x": 0, "x2": "width"},
  "encoding": {"x": {"value": 0}, "x2": {"value": "width"},
               "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"},
               "color": {"value": "#7b8794"}}})json";
constexpr std::string_view kLevelLines = R"json({
  "transform": [{"filter": "datum.kind === 'level' && datum.low === datum.high"}],
  "mark": {"type": "rule", "color": "#7b8794"},
  "encoding": {"x": {"value": 0}, "x2": {"value": "width"},
               "y": {"field": "low", "type": "quantitative"}, "color": {"value": "#7b8794"}}})json";
constexpr std::string_view kLevelLabels = R"json({
  "transform": [{"filter": "datum.kind === 'level' && datum.label"}],
  "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -2,
           "fontSize": 10},
  "encoding": {"x": {"value": 0}, "y": {"field": "high", "type": "quantitative"},
               "text": {"field": "label"}, "color": {"value": "#7b8794"}}})json";
constexpr std::string_view kConfig = R"json({
  "background": null,
  "view": {"stroke": null},
  "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "grid": true,
           "gridOpacity": 0.35, "tickSize": 4, "labelOverlap": "greedy", "labelLimit": 140},
  "axisX": {"grid": false},
  "legend": {"orient": "top", "labelFontSize": 11, "titleFontSize": 11,
             "titleFontWeight": "normal", "symbolSize": 60, "symbolOpacity": 1,
             "labelLimit": 220, "columns": 4},
  "header": {"labelFontSize": 11, "labelFontWeight": "bold"}})json";

}  // namespace

std::vector<VegaLayer> vega_layers_of(Shape shape) {
  const VegaLayer bands{LayerOf::kBands, kLevelBands};
  const VegaLayer band_labels{LayerOf::kBands, kLevelLabels};
  const VegaLayer levels{LayerOf::kLevels, kLevelLines};
  const VegaLayer rules{LayerOf::kRules, kRuleLines};
  const VegaLayer rule_labels{LayerOf::kRules, kRuleLabels};
  const VegaLayer filled{LayerOf::kMeasured, kFilledPoints};
  const VegaLayer hollow{LayerOf::kWeaker, kHollowPoints};
  const VegaLayer crosses{LayerOf::kGaps, kCrossedGaps};
  switch (shape) {
    case Shape::kLine:
      return {bands,
              levels,
              rules,
              {LayerOf::kIntervals, kBandLayer},
              {LayerOf::kMarks, kLineLayer},
              filled,
              hollow,
              crosses,
              rule_labels,
              band_labels};
    case Shape::kBars:
      return {bands,
              {LayerOf::kMeasured, kFilledBars},
              {LayerOf::kWeaker, kHollowBars},
              {LayerOf::kIntervals, kBarWhiskers},
              {LayerOf::kGaps, kWrittenGaps},
              levels,
              band_labels};
    case Shape::kPoints:
      return {bands,       levels,     rules,   {LayerOf::kIntervals, kWhiskers},
              filled,      hollow,     crosses, {LayerOf::kLabels, kPointLabels},
              rule_labels, band_labels};
  }
  return {};
}

std::string_view vega_config() {
  return kConfig;
}

}  // namespace assay::figure
