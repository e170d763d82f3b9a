// SPDX-License-Identifier: MIT
#include "oracle/calibrate/judgement_text.h"

#include <algorithm>
#include <cmath>

#include "core/format.h"
#include "core/units.h"

namespace assay::calibrate {
namespace {

class Page {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> pattern, Args&&... args) {
    text_ += format(pattern, std::forward<Args>(args)...);
    text_ += '\n';
  }
  void blank() { text_ += '\n'; }
  void section(std::string_view title) { text_ += format("\n## {}\n\n", title); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string percent(double fraction) {
  return format("{:.1f} %", 100 * fraction);
}

std::string time_text(double ns) {
  return assay::to_text(Seconds(ns * 1e-9));
}

std::string percent_or_none(const std::optional<Score>& score) {
  return score ? percent(score->mape) : "-";
}

void write_summary(const Judgement& judgement, const ReportContext& context, Page& page) {
  const Score& best = judgement.best_held_out();
  const Band band = band_of(best.mape);
  const MachinePrior& machine = judgement.model->machine();
  page.line("# Calibration report: {}", machine.name);
  page.blank();
  page.line("Written by `{}` from {}.", context.command, context.source);
  page.section("Summary");
  page.line("- Verdict: **{}**", judgement.verdict);
  page.line("- Assessment: {} ({}): MAPE {} on what was held out, {} in sample", to_text(band),
            advice_for(band), percent(best.mape),
            percent(judgement.methods.front().in_sample.mape));
  page.line("- Noise floor: {}; no model can be better than the data repeat",
            percent(judgement.noise));
  page.line("- Points: {}; data `{}`", judgement.points.size(), data_hash(judgement.points));
  page.line("- Machine: {} threads, peak {:.4g} GFLOP/s ({})", machine.threads,
            machine.flops_per_second / 1e9, machine.peak_source);
  for (const std::string& contradiction : judgement.contradictions)
    page.line("- **Contradiction**: {}", contradiction);
  for (const std::string& reservation : judgement.reservations)
    page.line("- Reservation: {}", reservation);
}

void write_score_row(std::string_view name, const Score& score, Page& page) {
  page.line("| {} | {} | {} | {} | {} | {} | {:+.1f} % | {:.3f} | {:.3f} | {:.2f} | {} |", name,
            score.count, percent(score.mape), percent(score.mdape), percent(score.p90),
            percent(score.worst), 100 * score.bias, score.ratio, score.r2_log, score.tau,
            score.coverage ? percent(*score.coverage) : "-");
}

constexpr std::string_view kScoreHead =
    "| | n | MAPE | MdAPE | P90 | worst | bias | geometric ratio | R2 (log) | Kendall tau | 80 % "
    "intervals cover |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

void write_distribution(const Judgement& judgement, Page& page) {
  page.section("Errors");
  page.line("{}", kScoreHead);
  const MethodScores& ours = judgement.methods.front();
  write_score_row("in sample", ours.in_sample, page);
  if (ours.by_size) write_score_row("held out by size", *ours.by_size, page);
  if (ours.by_family) write_score_row("held out by family", *ours.by_family, page);
  page.blank();
  page.line(
      "Bias above 0: predicted too slow. Held out: the group was in no way part of the fit that "
      "predicted it. Intervals of new points are x/÷ {:.2f}.",
      std::exp(judgement.half_width));
}

void write_baselines(const Judgement& judgement, Page& page) {
  page.section("Beside the baselines");
  page.line("| method | MAPE in sample | held out by size | held out by family | Kendall tau |");
  page.line("|---|--:|--:|--:|--:|");
  for (const MethodScores& method : judgement.methods) {
    page.line("| {} | {} | {} | {} | {:.2f} |", method.method, percent(method.in_sample.mape),
              percent_or_none(method.by_size), percent_or_none(method.by_family),
              method.in_sample.tau);
  }
  page.blank();
  page.line(
      "A model that does not beat each of them on what it never saw is not called calibrated.");
}

void write_groups(std::string_view title, const HeldOut& held_out, Page& page) {
  page.section(title);
  page.line("{}", kScoreHead);
  for (int group = 0; group < std::ssize(held_out.groups); ++group) {
    write_score_row(held_out.groups[static_cast<std::size_t>(group)], held_out.of(group), page);
  }
}

/// One row of errors for the points that a label selects.
void write_split(const std::string& label, const Judgement& judgement,
                 const std::vector<std::string>& labels, Page& page) {
  std::vector<Predicted> some;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == label) some.push_back(judgement.in_sample[i]);
  }
  if (!some.empty()) write_score_row(label, score(some), page);
}

void write_bottlenecks(const Judgement& judgement, Page& page) {
  page.section("Bottlenecks");
  std::vector<std::string> bounds;
  std::vector<std::string> intensities;
  const std::vector<double> values = judgement.fit.values();
  constexpr double kSeedsRidge = 10;  // Flops per byte, whatever the machine.
  for (const Point& point : judgement.points) {
    bounds.emplace_back(judgement.model->bound_by(point.work, values));
    intensities.emplace_back(point.work.intensity() > kSeedsRidge ? "AI > 10" : "AI <= 10");
  }
  page.line("What the fitted model says a call spends most of its time on:");
  page.blank();
  page.line("{}", kScoreHead);
  for (const char* bound : {"compute", "memory", "overhead"})
    write_split(bound, judgement, bounds, page);
  page.blank();
  page.line("The seed's split, by flops per byte alone:");
  page.blank();
  page.line("{}", kScoreHead);
  for (const char* side : {"AI > 10", "AI <= 10"})
    write_split(side, judgement, intensities, page);
}

void write_factor(const Judgement& judgement, const ReportContext& context, Page& page) {
  const PeakShare share = judgement.model->peak_share(judgement.fit);
  page.section("Recommendation");
  page.line("- Current: `efficiency_factor = {:.3f}` ({})", judgement.current.value,
            judgement.current.source);
  if (share.standing == Standing::kHeld) {
    page.line("- Recommended: unchanged; these data do not tell it");
  } else {
    page.line("- Recommended: `efficiency_factor = {:.3f}` (90 % interval {:.3f} to {:.3f})",
              share.value, share.interval.low, share.interval.high);
    page.line("- Change: {:+.1f} %", 100 * (share.value / judgement.current.value - 1));
  }
  page.line(
      "- One factor for everything, as the seed fits it, would be {:.3f}; its error stands "
      "above among the baselines.",
      judgement.single_factor);
  page.line("- Expected error on models like these: {} (held out; not a guess)",
            percent(judgement.best_held_out().mape));
  page.blank();
  page.line("{}", judgement.is_calibrated
                      ? format("Apply: `assay calibrate --apply` with the same input writes {}.",
                               context.profile)
                      : "Nothing should be applied: see the verdict.");
}

void write_coefficients(const Judgement& judgement, Page& page) {
  page.section("Coefficients");
  page.line(
      "| coefficient | value | 90 % interval | unit | prior | width left of the prior's | "
      "standing | meaning |");
  page.line("|---|--:|--:|---|--:|--:|---|---|");
  for (const FittedCoefficient& one : judgement.fit.coefficients) {
    page.line("| {} | {:.4g} | {:.3g} to {:.3g} | {} | {:.4g} | {:.0f} % | {} | {} |",
              one.about.name, one.value, one.interval.low, one.interval.high, one.about.unit,
              one.about.prior, 100 * one.width_left, to_text(one.standing), one.about.meaning);
  }
  page.blank();
  page.line("Residual scale {}; condition number {:.1f}; {:.1f} degrees of freedom left.",
            percent(judgement.fit.scale), judgement.fit.condition, judgement.fit.degrees);
}

void write_point_row(const Judgement& judgement, std::size_t i, const std::vector<double>& values,
                     Page& page) {
  const Point& point = judgement.points[i];
  const Predicted& one = judgement.in_sample[i];
  page.line("| {} | {} | {} | {:+.1f} % | {} | {:.3g} | {} |", title_of(point),
            time_text(one.measured), time_text(one.predicted),
            100 * (one.predicted / one.measured - 1), percent(point.log_sd), point.work.flops,
            judgement.model->bound_by(point.work, values));
}

constexpr std::string_view kPointHead =
    "| configuration | measured | predicted | error | repeats within | flops | bound by |\n"
    "|---|--:|--:|--:|--:|--:|---|";

void write_points(const Judgement& judgement, Page& page) {
  std::vector<std::size_t> order(judgement.points.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  const std::vector<double> values = judgement.fit.values();
  std::vector<std::size_t> worst = order;
  std::ranges::stable_sort(worst, std::greater{},
                           [&](std::size_t i) { return relative_error(judgement.in_sample[i]); });
  worst.resize(std::min<std::size_t>(worst.size(), 5));
  page.section("The worst five");
  page.line("{}", kPointHead);
  for (const std::size_t i : worst)
    write_point_row(judgement, i, values, page);
  page.section("Every point");
  page.line("{}", kPointHead);
  for (const std::size_t i : order)
    write_point_row(judgement, i, values, page);
}

void write_next(const Judgement& judgement, Page& page) {
  page.section("Next");
  const Band band = band_of(judgement.best_held_out().mape);
  page.line("1. {}", judgement.is_calibrated
                         ? "Apply the fit (`--apply`), then `assay verify` on models it never saw."
                         : "Sweep what the verdict asks for and calibrate all inputs together.");
  if (!judgement.by_family) {
    page.line(
        "2. Sweep a second family (`assay sweep conv2d --quick`), give both inputs: only "
        "then can a family be held out.");
  } else if (band == Band::kExcellent) {
    page.line("2. Nothing: the error is within the first band.");
  } else {
    page.line("2. Look at the family with the largest held-out error first; `--full` sweeps it.");
  }
}

}  // namespace

std::string to_markdown(const Judgement& judgement, const ReportContext& context) {
  Page page;
  write_summary(judgement, context, page);
  write_distribution(judgement, page);
  write_baselines(judgement, page);
  if (judgement.by_family) write_groups("Each family, held out", *judgement.by_family, page);
  if (judgement.by_size) write_groups("Each size, held out", *judgement.by_size, page);
  write_bottlenecks(judgement, page);
  write_factor(judgement, context, page);
  write_coefficients(judgement, page);
  write_points(judgement, page);
  write_next(judgement, page);
  return page.take();
}

std::string summary_of(const Judgement& judgement) {
  const Score& best = judgement.best_held_out();
  return format("{}\n  {} points; MAPE {} held out ({}), {} in sample; noise floor {}\n",
                judgement.verdict, judgement.points.size(), percent(best.mape),
                to_text(band_of(best.mape)), percent(judgement.methods.front().in_sample.mape),
                percent(judgement.noise));
}

}  // namespace assay::calibrate
