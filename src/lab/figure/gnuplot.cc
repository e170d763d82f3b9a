// SPDX-License-Identifier: MIT
#include "lab/figure/gnuplot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "core/format.h"
#include "lab/figure/marks.h"
#include "lab/figure/reading.h"
#include "lab/figure/vega_lite.h"

namespace assay::figure {
namespace {

constexpr double kPanelWidth = 16;  // cm
constexpr double kPanelHeight = 9;

/// gnuplot neither escapes nor substitutes within single quotes; '' is a quote.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c == '\n' ? ' ' : c;
  }
  return result + "'";
}

std::string number(double value) {
  return format("{:.9g}", value);
}

std::string terminal(PaperFormat format_, std::size_t columns, std::size_t rows) {
  const double width = columns == 1 ? kPanelWidth : 1.35 * kPanelWidth;
  const double height = rows == 1 ? kPanelHeight : 0.8 * kPanelHeight * static_cast<double>(rows);
  if (format_ == PaperFormat::kPdf) {
    return format("set terminal pdfcairo noenhanced font 'sans,10' size {:.1f}cm,{:.1f}cm\n", width,
                  height);
  }
  return format(
      "set terminal pngcairo noenhanced font 'sans,10' background '#ffffff' size {:.0f},{:.0f}\n",
      width * 60, height * 60);
}

/// Everything that one panel is drawn from.
struct Panel {
  const Figure& figure;
  const Marks& marks;
  std::string facet;

  std::string block(std::size_t series) const {
    return format("$p{}s{}", index_of(marks.facets, facet), series);
  }
  static std::size_t index_of(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  }
  bool draws_bars() const { return figure.shape == Shape::kBars; }
  /// Where a mark stands: bars of one group lie side by side.
  double x_of(const Mark& mark) const {
    if (!draws_bars()) return mark.x;
    const auto count = static_cast<double>(marks.series.size());
    const auto place = static_cast<double>(index_of(marks.series, mark.series));
    return mark.x + 0.8 * ((place + 0.5) / count - 0.5);
  }
};

/// x y low high is_measured; a blank line where a value is missing, so that no line bridges it.
std::string data_blocks(const Panel& panel) {
  std::string text;
  for (std::size_t s = 0; s < panel.marks.series.size(); ++s) {
    text += format("{} << EOD\n", panel.block(s));
    for (const Mark& mark : panel.marks.marks) {
      if (mark.facet != panel.facet || mark.series != panel.marks.series[s]) continue;
      if (!mark.y.has_number()) {
        text += "\n";
        continue;
      }
      const double y = mark.y.number();
      const Interval interval = mark.drawn.value_or(Interval{y, y});
      text += format("{} {} {} {} {}\n", number(panel.x_of(mark)), number(y), number(interval.low),
                     number(interval.high), mark.y.state() == State::kMeasured ? 1 : 0);
    }
    text += "EOD\n";
  }
  return text;
}

std::string_view color_at(std::size_t series) {
  return series_colors()[series % series_colors().size()];
}

std::string rule_lines(const Panel& panel) {
  std::string text;
  int place = 0;
  for (const Rule& rule : panel.figure.rules) {
    if (!panel.marks.x.is_numeric) break;
    if (!rule.facet.empty() && rule.facet != panel.facet) continue;
    const std::string x = number(rule.x * panel.marks.x.factor);
    text += format("set arrow from {0},graph 0 to {0},graph 1 nohead dt 2 lc '#7b8794'\n", x);
    text += format("set label {} at {},graph {:.2f} offset 0.6,0 tc '#52606d' font ',8'\n",
                   quoted(rule.label), x, 0.96 - 0.055 * (place++ % 5));
  }
  return text;
}

std::string level_lines(const Panel& panel) {
  std::string text;
  const double factor = panel.marks.y.factor;
  for (const Level& level : panel.figure.levels) {
    const std::string low = number(level.low * factor);
    const std::string high = number(level.high * factor);
    text += level.low < level.high
                ? format(
                      "set object rectangle from graph 0,first {} to graph 1,first {} behind "
                      "fs solid 0.15 noborder fc '#7b8794'\n",
                      low, high)
                : format(
                      "set arrow from graph 0,first {0} to graph 1,first {0} nohead "
                      "lc '#7b8794'\n",
                      low);
    text += format("set label {} at graph 0.01,first {} left offset 0,0.5 tc '#52606d' font ',8'\n",
                   quoted(level.label), high);
  }
  return text;
}

/// A cross above the axis for a place on a numeric axis, a word in the gap between bars.
std::string gap_lines(const Panel& panel) {
  std::string text;
  for (const Mark& mark : panel.marks.marks) {
    if (mark.facet != panel.facet || mark.y.has_number()) continue;
    const std::size_t series = Panel::index_of(panel.marks.series, mark.series);
    const std::string x = number(panel.x_of(mark));
    const std::string color = quoted(color_at(series));
    if (panel.draws_bars()) {
      text += format("set label {} at {},graph 0.02 rotate by 90 tc rgb {} font ',8'\n",
                     quoted(state_text(mark.y.state())), x, color);
    } else {
      text += format("set label '×' at {},graph {:.3f} center tc rgb {}\n", x,
                     0.03 + 0.04 * static_cast<double>(series), color);
    }
  }
  return text;
}

std::string label_lines(const Panel& panel) {
  std::string text;
  for (const Mark& mark : panel.marks.marks) {
    if (mark.label.empty() || mark.facet != panel.facet || !mark.y.has_number()) continue;
    text += format("set label {} at {},{} center offset 0,0.8 font ',8'\n", quoted(mark.label),
                   number(panel.x_of(mark)), number(mark.y.number()));
  }
  return text;
}

std::string category_tics(const Marks& marks) {
  if (marks.x.is_numeric) return "";
  std::string text = "set xtics (";
  for (std::size_t i = 0; i < marks.categories.size(); ++i) {
    text += format("{}{} {}", i == 0 ? "" : ", ", quoted(marks.categories[i]), i);
  }
  const bool is_long =
      std::ranges::any_of(marks.categories, [](const auto& name) { return name.size() > 12; });
  return text + (is_long ? ") rotate by -30 scale 0\n" : ") scale 0\n");
}

/// A range of x that leaves room at both ends, also around a single value.
std::string x_range(const Panel& panel) {
  if (!panel.marks.x.is_numeric) {
    const auto last = static_cast<double>(std::max<std::size_t>(panel.marks.categories.size(), 1));
    return format("set xrange [-0.6:{}]\n", number(last - 0.4));
  }
  if (panel.marks.marks.empty()) return "set xrange [0:1]\n";
  const auto [low, high] = std::ranges::minmax_element(panel.marks.marks, {}, &Mark::x);
  const double room = high->x > low->x ? 0.03 * (high->x - low->x) : 1;
  return format("set xrange [{}:{}]\n", number(low->x - room), number(high->x + room));
}

/// Room for the whiskers and the labels above what is drawn. Fixed where nothing has a number.
std::string y_range(const Panel& panel) {
  double low = 1e300;
  double high = -1e300;
  const auto include = [&](double y) {
    low = std::min(low, y);
    high = std::max(high, y);
  };
  for (const Mark& mark : panel.marks.marks) {
    const bool counts = mark.facet == panel.facet || panels_share_y(panel.marks);
    if (!counts || !mark.y.has_number()) continue;
    include(mark.y.number());
    if (mark.drawn) include(mark.drawn->low);
    if (mark.drawn) include(mark.drawn->high);
  }
  for (const Level& level : panel.figure.levels) {
    include(level.low * panel.marks.y.factor);
    include(level.high * panel.marks.y.factor);
  }
  if (low > high) return "set yrange [0:1]\nunset ytics\n";
  if (panel.draws_bars() || panel.figure.zero_based) include(0);
  const double span = high > low ? high - low : std::max(std::abs(high), 1.0);
  const bool stands_on_zero = low == 0;
  return format("set yrange [{}:{}]\n", number(stands_on_zero ? 0 : low - 0.12 * span),
                number(high + 0.22 * span));
}

// Circle, square, triangle, diamond, inverted triangle, filled; the hollow one stands before each.
constexpr std::array<int, 5> kPointTypes{7, 5, 9, 13, 11};
constexpr std::size_t kDashTypes = 5;

void add_line_plots(const Panel& panel, std::size_t series, std::vector<std::string>& plots) {
  const std::string block = panel.block(series);
  const std::string color = quoted(color_at(series));
  const std::string& name = panel.marks.series[series];
  const std::string title = name.empty() ? "notitle" : "title " + quoted(name);
  if (panel.figure.shape == Shape::kLine) {
    plots.push_back(
        format("{} using 1:3:4 with filledcurves fs transparent solid 0.2 noborder "
               "lc rgb {} notitle",
               block, color));
    plots.push_back(format("{} using 1:2 with lines lw 1.5 dt {} lc rgb {} notitle", block,
                           1 + series % kDashTypes, color));
  } else {
    plots.push_back(
        format("{} using 1:3:(0):($4-$3) with vectors nohead lc rgb {} notitle", block, color));
  }
  const int filled = kPointTypes[series % kPointTypes.size()];
  plots.push_back(format("{} using 1:($5 == 1 ? $2 : NaN) with points pt {} ps 0.45 lc rgb {} {}",
                         block, filled, color, title));
  plots.push_back(
      format("{} using 1:($5 == 0 ? $2 : NaN) with points pt {} ps 0.6 lc rgb {} notitle", block,
             filled - 1, color));
}

void add_bar_plots(const Panel& panel, std::size_t series, std::vector<std::string>& plots) {
  const std::string block = panel.block(series);
  const std::string color = quoted(color_at(series));
  const std::string& name = panel.marks.series[series];
  const std::string title = name.empty() ? "notitle" : "title " + quoted(name);
  const double width = 0.72 / static_cast<double>(panel.marks.series.size());
  plots.push_back(
      format("{} using 1:($5 == 1 ? $2 : NaN):({}) with boxes fs solid 0.85 noborder "
             "lc rgb {} {}",
             block, number(width), color, title));
  plots.push_back(
      format("{} using 1:($5 == 0 ? $2 : NaN):({}) with boxes fs empty border dt 2 "
             "lc rgb {} notitle",
             block, number(width), color));
  plots.push_back(
      format("{} using 1:3:(0):($4-$3) with vectors nohead lc rgb '#323f4b' notitle", block));
}

std::string plot_command(const Panel& panel) {
  std::vector<std::string> plots;
  for (std::size_t s = 0; s < panel.marks.series.size(); ++s) {
    if (panel.draws_bars()) {
      add_bar_plots(panel, s, plots);
    } else {
      add_line_plots(panel, s, plots);
    }
  }
  std::string text = "plot ";
  for (std::size_t i = 0; i < plots.size(); ++i) {
    text += (i == 0 ? "" : ", \\\n     ") + plots[i];
  }
  return text + "\n";
}

bool panel_has_numbers(const Panel& panel) {
  return std::ranges::any_of(panel.marks.marks, [&](const Mark& mark) {
    return mark.facet == panel.facet && mark.y.has_number();
  });
}

std::string panel_text(const Panel& panel, const std::string& title) {
  std::string text = "unset arrow\nunset label\nunset object\nset xtics auto\nset ytics auto\n";
  text += format("set title {} font ',11'\n", quoted(title));
  text += format("set xlabel {}\nset ylabel {}\n", quoted(panel.marks.x.title),
                 quoted(panel.marks.y.title));
  text += category_tics(panel.marks) + x_range(panel) + y_range(panel) + level_lines(panel) +
          rule_lines(panel) + gap_lines(panel) + label_lines(panel);
  if (!panel_has_numbers(panel)) {
    text += "set label 'no values' at graph 0.5,graph 0.5 center tc '#52606d'\n";
    return text + "plot NaN notitle\n";
  }
  return text + data_blocks(panel) + plot_command(panel);
}

std::string headline(const Figure& figure, const Marks& marks) {
  std::string text = figure.title;
  if (!figure.subtitle.empty()) text += " · " + figure.subtitle;
  for (const std::string& note : notes_of(marks))
    text += " · " + note;
  return text;
}

}  // namespace

std::string_view extension_of(PaperFormat format) {
  return format == PaperFormat::kPdf ? "pdf" : "png";
}

Result<std::string> to_gnuplot(const Figure& figure, PaperFormat format_,
                               const std::string& output) {
  ASSAY_TRY(const Marks marks, marks_of(figure));
  const std::size_t columns = marks.facets.size() > 1 ? 2 : 1;
  const std::size_t rows = (marks.facets.size() + columns - 1) / columns;
  std::string text = terminal(format_, columns, rows);
  text += format(
      "set output {}\nset encoding utf8\nset border 3 lc '#7b8794'\nset tics nomirror out\n"
      "set grid ytics lc '#e4e7eb'\nset key outside top left horizontal noenhanced\n",
      quoted(output));
  const bool has_panels = !figure.facet.empty();
  if (has_panels) {
    text += format("set multiplot layout {},{} title {} font ',12'\n", rows, columns,
                   quoted(headline(figure, marks)));
  }
  for (const std::string& facet : marks.facets) {
    const std::string title =
        has_panels ? format("{} = {}", marks.facet_title, facet) : headline(figure, marks);
    text += panel_text(Panel{figure, marks, facet}, title);
  }
  return text + (has_panels ? "unset multiplot\n" : "") + "unset output\n";
}

}  // namespace assay::figure
