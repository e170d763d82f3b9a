// SPDX-License-Identifier: MIT
#include "oracle/calibrate/judgement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/format.h"
#include "core/hash.h"

namespace assay::calibrate {
namespace {

MethodScores scores_of(const Method& method, std::span<const Point> points) {
  MethodScores scores{.method = method.name};
  const Trained trained = method.train(points);
  std::vector<Predicted> all;
  for (const Point& point : points)
    all.push_back({point.time_ns, trained(point.work)});
  scores.in_sample = score(all);
  if (const auto out = hold_out(points, Grouping::kFamily, method)) scores.by_family = out->whole();
  if (const auto out = hold_out(points, Grouping::kSize, method)) scores.by_size = out->whole();
  return scores;
}

Fit fit_model(const LatencyModel& model, std::span<const Point> points) {
  return fit(model.coefficients(), data_of(points),
             [&](std::size_t i, std::span<const double> values) {
               return model.predict(points[i].work, values);
             });
}

/// Standard deviations of the belief between a value and its prior.
double surprise_of(double value, double prior, double log_sd) {
  return std::abs(std::log(value / prior)) / log_sd;
}

/// What the data say against what was known of the peak. A share is a fraction of it, so neither a
/// share above 1 nor one far below what our kernels reach anywhere can be true.
void look_at_peak(Judgement& judgement) {
  constexpr double kSurprising = 2.5;
  const PeakShare share = judgement.model->peak_share(judgement.fit);
  const MachinePrior& machine = judgement.model->machine();
  const std::string peak = format("the peak of {:.4g} GFLOP/s ({})", machine.flops_per_second / 1e9,
                                  machine.peak_source);
  if (share.standing == Standing::kHeld) {
    judgement.reservations.push_back(
        peak + " was not tested: no point of these data is decided by arithmetic");
  } else if (share.interval.low > 1) {
    judgement.contradictions.push_back(
        format("{} cannot be right: products ran at {:.2f} of it (90 % interval {:.2f} to {:.2f}); "
               "`assay probe` measures it",
               peak, share.value, share.interval.low, share.interval.high));
  } else if (surprise_of(share.value, share.prior, share.prior_log_sd) > kSurprising) {
    judgement.contradictions.push_back(format(
        "products reach only {:.3f} of {}, where {:.2f} was expected: the peak is too high, or the "
        "machine was disturbed, or the kernels are broken; a share so low is not fitted away",
        share.value, peak, share.prior));
  }
}

void look_at_coefficients(Judgement& judgement) {
  constexpr double kFar = 3;
  for (const FittedCoefficient& one : judgement.fit.coefficients) {
    const double surprise = surprise_of(one.value, one.about.prior, one.about.prior_log_sd);
    if (one.standing == Standing::kAtBound) {
      judgement.reservations.push_back(
          format("{} stands at its bound ({:.4g} {}): the model lacks what these data show",
                 one.about.name, one.value, one.about.unit));
    } else if (one.standing == Standing::kFitted && surprise > kFar) {
      judgement.reservations.push_back(
          format("{} is {:.4g} {}, {:.1f} standard deviations from what was believed ({:.4g})",
                 one.about.name, one.value, one.about.unit, surprise, one.about.prior));
    }
  }
  if (judgement.fit.condition > kConditionDoubtful) {
    judgement.reservations.push_back(
        format("the coefficients are entangled (condition number {:.0f}, doubtful above {:.0f}): "
               "trust their sum, not each",
               judgement.fit.condition, kConditionDoubtful));
  }
  if (!judgement.fit.has_converged) {
    judgement.reservations.emplace_back("the search did not come to rest");
  }
}

/// The baselines that the model does not beat, "constant (by size: 12.1 % against 15.0 %)".
std::vector<std::string> unbeaten(const std::vector<MethodScores>& methods) {
  std::vector<std::string> lost;
  const MethodScores& ours = methods.front();
  for (std::size_t i = 1; i < methods.size(); ++i) {
    const auto compare = [&](const std::optional<Score>& mine, const std::optional<Score>& other,
                             std::string_view how) {
      if (!mine || !other || mine->mape < other->mape) return;
      lost.push_back(format("{} (held out by {}: {:.1f} % against our {:.1f} %)", methods[i].method,
                            how, 100 * other->mape, 100 * mine->mape));
    };
    compare(ours.by_family, methods[i].by_family, "family");
    compare(ours.by_size, methods[i].by_size, "size");
  }
  return lost;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts)
    text += (text.empty() ? "" : "; ") + part;
  return text;
}

std::string families_of(std::span<const Point> points) {
  std::vector<std::string> names;
  for (const Point& point : points) {
    if (std::ranges::find(names, point.family) == names.end()) names.push_back(point.family);
  }
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

void pronounce(Judgement& judgement) {
  const MethodScores& ours = judgement.methods.front();
  const std::vector<std::string> lost = unbeaten(judgement.methods);
  const bool was_judged = ours.by_family || ours.by_size;
  const bool is_poor = band_of(judgement.best_held_out().mape) == Band::kPoor;
  judgement.is_calibrated =
      was_judged && lost.empty() && !is_poor && judgement.contradictions.empty();
  if (!judgement.contradictions.empty()) {
    judgement.verdict = "not calibrated: " + joined(judgement.contradictions);
  } else if (!was_judged) {
    judgement.verdict =
        "not calibrated: one family of one size leaves nothing to be judged on; sweep another";
  } else if (!lost.empty()) {
    judgement.verdict = "not calibrated: not better than " + joined(lost);
  } else if (is_poor) {
    judgement.verdict = format(
        "not calibrated: held-out error {:.1f} %, better than every baseline and still poor; was "
        "the machine disturbed?",
        100 * judgement.best_held_out().mape);
  } else {
    judgement.verdict =
        format("calibrated for {}: held-out error {:.1f} %, below that of every baseline",
               families_of(judgement.points), 100 * judgement.best_held_out().mape);
    if (!ours.by_family) {
      judgement.reservations.emplace_back(
          "one family: nothing says that the fit carries over to another");
    }
  }
}

}  // namespace

Band band_of(double mape) {
  if (mape < 0.10) return Band::kExcellent;
  if (mape < 0.15) return Band::kGood;
  return mape <= 0.25 ? Band::kNeedsTuning : Band::kPoor;
}

std::string_view to_text(Band band) {
  constexpr std::array<std::string_view, 4> kNames{"excellent", "good", "needs tuning", "poor"};
  return kNames[static_cast<std::size_t>(band)];
}

std::string_view advice_for(Band band) {
  constexpr std::array<std::string_view, 4> kAdvice{"production ready", "acceptable for research",
                                                    "calibrate the coefficients",
                                                    "look for systematic errors"};
  return kAdvice[static_cast<std::size_t>(band)];
}

const Score& Judgement::best_held_out() const {
  const MethodScores& ours = methods.front();
  if (ours.by_family) return *ours.by_family;
  return ours.by_size ? *ours.by_size : ours.in_sample;
}

std::string data_hash(std::span<const Point> points) {
  std::vector<std::string> lines;
  for (const Point& point : points)
    lines.push_back(format("{} {:.6g}\n", title_of(point), point.time_ns));
  std::ranges::sort(lines);
  std::string all;
  for (const std::string& line : lines)
    all += line;
  return to_hex(hash_bytes(all));
}

Result<Judgement> judge(std::vector<Point> points, std::shared_ptr<const MachineModel> model,
                        const CurrentFactor& current) {
  if (std::ssize(points) < kPointsMin) {
    return Error::user("{} points; expected {} or more: `assay sweep mlp --quick` gives five",
                       points.size(), kPointsMin);
  }
  Judgement judgement{.model = std::move(model), .points = std::move(points), .current = current};
  const MachinePrior& machine = judgement.model->machine();
  judgement.fit = fit_model(*judgement.model, judgement.points);
  const Method method = model_method(judgement.model);
  judgement.by_family = hold_out(judgement.points, Grouping::kFamily, method, true);
  judgement.by_size = hold_out(judgement.points, Grouping::kSize, method, true);
  judgement.half_width = promised_half_width(judgement.points, method, Grouping::kFamily);
  const std::vector<double> values = judgement.fit.values();
  for (const Point& point : judgement.points) {
    judgement.in_sample.push_back(
        {point.time_ns, judgement.model->predict(point.work, values), judgement.half_width});
  }
  MethodScores ours{.method = method.name, .in_sample = score(judgement.in_sample)};
  if (judgement.by_family) ours.by_family = judgement.by_family->whole();
  if (judgement.by_size) ours.by_size = judgement.by_size->whole();
  judgement.methods.push_back(std::move(ours));
  for (const Method& baseline : baselines(machine))
    judgement.methods.push_back(scores_of(baseline, judgement.points));
  judgement.noise = noise_floor(judgement.points);
  judgement.single_factor = best_efficiency_factor(machine, judgement.points);
  look_at_peak(judgement);
  look_at_coefficients(judgement);
  pronounce(judgement);
  return judgement;
}

}  // namespace assay::calibrate
