// SPDX-License-Identifier: MIT
// From points to what may be said: the fit, how good it is on what it never saw, beside the four
// baselines and the noise, and whether it may be called calibrated. It may where its held-out error
// is below that of every baseline in every way of holding out that the data allow, and where
// nothing contradicts what was known of the machine: a wrong peak is reported, not absorbed.
//
//   ASSAY_TRY(Judgement judgement, judge(std::move(points), model, current));
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/calibrate/held_out.h"

namespace assay::calibrate {

/// The seed's bands of a mean error.
enum class Band : std::uint8_t { kExcellent, kGood, kNeedsTuning, kPoor };
Band band_of(double mape);               ///< Below 10 %, below 15 %, to 25 %, beyond.
std::string_view to_text(Band band);     ///< "excellent", ...
std::string_view advice_for(Band band);  ///< "production ready", ...

struct MethodScores {
  std::string method = {};
  Score in_sample = {};
  std::optional<Score> by_family = {};  ///< Absent where there is one family.
  std::optional<Score> by_size = {};    ///< Absent where all sizes are one decade.
};

/// The efficiency factor in force before, and from where.
struct CurrentFactor {
  double value = 0;
  std::string source = {};
};

struct Judgement {
  std::shared_ptr<const MachineModel> model = {};
  std::vector<Point> points = {};
  Fit fit = {};
  std::vector<Predicted> in_sample = {};   ///< Of each point, with the intervals.
  std::vector<MethodScores> methods = {};  ///< The model first, then the baselines.
  std::optional<HeldOut> by_family = {};   ///< Of the model.
  std::optional<HeldOut> by_size = {};
  double half_width = 0;  ///< Of the intervals that the fit promises, of the logarithm.
  double noise = 0;
  CurrentFactor current = {};
  double single_factor = 0;  ///< What the seed's method would recommend.
  std::vector<std::string> contradictions = {};
  std::vector<std::string> reservations = {};  ///< That forbid nothing.
  bool is_calibrated = false;
  std::string verdict = {};  ///< One sentence.

  const Score& best_held_out() const;  ///< By family, else by size, else in sample.
};

inline constexpr int kPointsMin = 4;

Result<Judgement> judge(std::vector<Point> points, std::shared_ptr<const MachineModel> model,
                        const CurrentFactor& current);

/// "16 digits": of the configurations and their times, in any order.
std::string data_hash(std::span<const Point> points);

}  // namespace assay::calibrate
