// SPDX-License-Identifier: MIT
#include "lab/sweep/expand.h"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>

#include "core/check.h"
#include "core/hash.h"
#include "core/random.h"

namespace assay::sweep {
namespace {

using spec::Axis;
using spec::Comparison;
using spec::Factors;
using spec::Scalar;
using spec::Spec;

constexpr std::int64_t kCountMax = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kIdMax = 120;  // An id is typed after --only and names log files.

std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kCountMax : product;
}

std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kCountMax : sum;
}

/// What a comparison sets on either side; null: nothing is compared.
const Factors* compared_by(const Comparison* comparison) {
  return comparison == nullptr ? nullptr : &comparison->pairs.front().first;
}

/// Whether the axis sweeps just what is compared: its own rows are not gone through then.
bool is_left_out(const Axis& axis, const Factors* compared) {
  return compared != nullptr && axis.names.size() == compared->entries().size() &&
         std::ranges::all_of(
             axis.names, [&](const std::string& name) { return compared->find(name) != nullptr; });
}

/// Points of the axes that do not sweep what is compared.
std::int64_t point_count(const Spec& spec, const Comparison* comparison = nullptr) {
  std::int64_t count = 1;
  for (const Axis& axis : spec.axes) {
    if (!is_left_out(axis, compared_by(comparison))) count = times(count, std::ssize(axis.rows));
  }
  return count;
}

std::int64_t count_before_where(const Spec& spec) {
  const std::int64_t cells = point_count(spec);
  std::int64_t compared = 0;
  for (const Comparison& comparison : spec.compare) {
    const std::int64_t pairs = times(std::ssize(comparison.pairs), std::ssize(comparison.arms));
    compared = plus(compared, times(pairs, point_count(spec, &comparison)));
  }
  const std::int64_t floors = std::min<std::int64_t>(spec.run.floor_trials, cells);
  return plus(plus(cells, compared), floors);
}

Error too_many(const Spec& spec, std::int64_t before_where, bool is_filtered,
               const SweepLimits& limits) {
  std::string axes;
  for (const Axis& axis : spec.axes) {
    axes += format("{}{} {}", axes.empty() ? "" : " x ", axis.names.front(), axis.rows.size());
  }
  const std::string_view cut = before_where == kCountMax ? "more than " : "";
  const std::string left =
      is_filtered ? format(" and more than {} after it", limits.trials_max) : std::string();
  return Error::user(
      "{} has {}{} trials before `where` (axes: {}){}; the limit is {}: narrow the axes", spec.name,
      cut, before_where, axes.empty() ? "none" : axes, left, limits.trials_max);
}

/// A value as part of an id: what no shell and no file system reads otherwise.
std::string id_text(const Scalar& value) {
  std::string text = codec::to_text(value);
  for (char& c : text) {
    const bool is_safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '+' || c == '-';
    if (!is_safe) c = '-';
  }
  return text;
}

std::string shortened(std::string id) {
  if (id.size() <= kIdMax) return id;
  return format("{}~{}", id.substr(0, kIdMax - 17), to_hex(hash_bytes(id)));
}

Trial make_trial(const Spec& spec, TrialKind kind, Factors factors, std::vector<TrialArm> arms) {
  const std::uint64_t seed = mix_seed(spec.run.seed, hash_of(factors));
  return {.id = {},
          .kind = kind,
          .comparison = {},
          .workload = spec.workload,
          .factors = std::move(factors),
          .arms = std::move(arms),
          .seed = seed};
}

bool are_equal(const Trial& left, const Trial& right) {
  const bool same_frame = left.kind == right.kind && left.workload == right.workload &&
                          left.comparison == right.comparison &&
                          left.arms.size() == right.arms.size();
  return same_frame && std::ranges::all_of(left.arms, [&](const TrialArm& arm) {
           const auto other = std::ranges::find(right.arms, arm.name, &TrialArm::name);
           return other != right.arms.end() && other->factors == arm.factors;
         });
}

/// What the experiment fixes, prepared once for all points.
struct Frame {
  Factors shared;             ///< The parameters that no arm sets.
  std::vector<Factors> arms;  ///< Per arm: the parameters that some arm sets, as they are in it.
};

Frame frame_of(const Spec& spec) {
  Frame frame;
  Factors contested;
  for (const auto& [name, value] : spec.params.entries()) {
    const bool is_contested = std::ranges::any_of(
        spec.arms,
        [&, &key = name](const spec::Arm& arm) { return arm.overrides.find(key) != nullptr; });
    (is_contested ? contested : frame.shared).set(name, value);
  }
  for (const spec::Arm& arm : spec.arms) {
    frame.arms.push_back(overlay(contested, arm.overrides));
  }
  return frame;
}

Factors without(const Factors& factors, const Factors& left_out) {
  Factors kept;
  kept.reserve(factors.entries().size());
  for (const auto& [name, value] : factors.entries()) {
    if (left_out.find(name) == nullptr) kept.set(name, value);
  }
  return kept;
}

/// "width=384..768,patch=32": what differs first.
std::string id_of_pair(const Factors& base, const Factors& other) {
  std::string differing;
  std::string common;
  for (const auto& [name, value] : base.entries()) {
    const Scalar& there = *other.find(name);
    if (there == value) {
      common += format(",{}={}", name, id_text(value));
    } else {
      differing +=
          format("{}{}={}..{}", differing.empty() ? "" : ",", name, id_text(value), id_text(there));
    }
  }
  return differing + common;
}

/// A cross product, the last axis fastest: one row index per axis.
class Odometer {
 public:
  explicit Odometer(std::vector<const Axis*> axes) : axes_(std::move(axes)), at_(axes_.size()) {}

  bool is_done() const { return done_; }

  void advance() {
    for (std::size_t i = axes_.size(); i > 0; --i) {
      if (++at_[i - 1] < axes_[i - 1]->rows.size()) return;
      at_[i - 1] = 0;
    }
    done_ = true;
  }

  /// The point's own settings laid over `fixed`.
  Factors factors(const Factors& fixed) const {
    Factors point;
    point.reserve(fixed.entries().size() + axes_.size() + 2);
    point = fixed;
    for_each([&](const std::string& name, const Scalar& value) { point.set(name, value); });
    return point;
  }

  /// "k=107,m=256"
  std::string id() const {
    std::string id;
    id.reserve(64);
    for_each([&](const std::string& name, const Scalar& value) {
      if (!id.empty()) id += ',';
      id += name;
      id += '=';
      id += id_text(value);
    });
    return id;
  }

 private:
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const std::vector<Scalar>& row = axes_[i]->rows[at_[i]];
      for (std::size_t j = 0; j < row.size(); ++j) {
        visit(axes_[i]->names[j], row[j]);
      }
    }
  }

  std::vector<const Axis*> axes_;
  std::vector<std::size_t> at_;
  bool done_ = false;
};

class Expander {
 public:
  /// Keeps trials up to `trials_max`; those beyond it only show in `count()`.
  Expander(const Spec& spec, std::int64_t trials_max)
      : spec_(spec), frame_(frame_of(spec)), trials_max_(trials_max) {}

  Result<Sweep> expand() {
    ASSAY_TRY_VOID(add_all());
    ASSAY_TRY_VOID(find_duplicates());
    return std::move(sweep_);
  }

  /// Whether `where` leaves more trials than may be kept. Nothing is.
  Result<bool> is_too_large() {
    keeps_trials_ = false;
    ASSAY_TRY_VOID(add_all());
    return count_ > trials_max_;
  }

 private:
  bool is_full() const { return count_ > trials_max_; }

  Result<void> add_all() {
    ASSAY_TRY_VOID(add_cells());
    if (count_ == 0) {
      return spec_.where.error(format("`where` takes out all {} points of {}: {}",
                                      sweep_.filtered_count, spec_.name, spec_.where.text()));
    }
    const std::size_t cells = sweep_.trials.size();
    for (const Comparison& comparison : spec_.compare) {
      const std::int64_t before = count_;
      ASSAY_TRY_VOID(add_compared(comparison));
      if (count_ > before || is_full()) continue;
      const spec::Expression& where = comparison.where.empty() ? spec_.where : comparison.where;
      return where.error(
          format("`{}` leaves compare.{} without a pair; widen it or leave it out "
                 "(~compare.{})",
                 where.text(), comparison.name, comparison.name));
    }
    if (keeps_trials_) add_floors(cells);
    return {};
  }

  Odometer odometer(const Comparison* comparison = nullptr) const {
    std::vector<const Axis*> axes;
    for (const Axis& axis : spec_.axes) {
      if (!is_left_out(axis, compared_by(comparison))) axes.push_back(&axis);
    }
    return Odometer(std::move(axes));
  }

  Result<void> add_cells() {
    const std::int64_t points = std::min(point_count(spec_), trials_max_);
    if (keeps_trials_) sweep_.trials.reserve(static_cast<std::size_t>(points));
    id_counts_.reserve(keeps_trials_ ? static_cast<std::size_t>(points) : 0);
    for (Odometer at = odometer(); !at.is_done() && !is_full(); at.advance()) {
      Factors point = at.factors(frame_.shared);
      ASSAY_TRY(const bool is_wanted, spec_.where.matches(point));
      if (!is_wanted) {
        ++sweep_.filtered_count;
        continue;
      }
      std::vector<TrialArm> arms;
      arms.reserve(spec_.arms.size());
      for (std::size_t i = 0; i < spec_.arms.size(); ++i) {
        arms.push_back({.name = spec_.arms[i].name, .factors = overlay(point, frame_.arms[i])});
      }
      add(at.id(), trial_of(TrialKind::kCell, std::move(point), std::move(arms)));
    }
    return {};
  }

  Result<void> add_compared(const Comparison& comparison) {
    const Factors fixed = without(frame_.shared, *compared_by(&comparison));
    for (const auto& [base, other] : comparison.pairs) {
      const std::string head = format("{}:{}", comparison.name, id_of_pair(base, other));
      for (Odometer at = odometer(&comparison); !at.is_done() && !is_full(); at.advance()) {
        const std::string rest = at.id();
        const std::string id = rest.empty() ? head : format("{},{}", head, rest);
        ASSAY_TRY_VOID(add_pair(comparison, {base, other}, at.factors(fixed), id));
      }
    }
    return {};
  }

  /// The two sides of a pair, in every arm that the comparison names.
  Result<void> add_pair(const Comparison& comparison, const std::pair<Factors, Factors>& sides,
                        const Factors& point, const std::string& id) {
    for (std::size_t i = 0; i < spec_.arms.size(); ++i) {
      const std::string& arm = spec_.arms[i].name;
      if (std::ranges::find(comparison.arms, arm) == comparison.arms.end()) continue;
      const Factors shared = overlay(point, frame_.arms[i]);
      ASSAY_TRY(bool is_wanted, comparison.where.matches(shared));
      std::vector<TrialArm> arms{{"base", overlay(shared, sides.first)},
                                 {"other", overlay(shared, sides.second)}};
      for (const TrialArm& side : arms) {
        ASSAY_TRY(const bool exists, spec_.where.matches(side.factors));
        is_wanted = is_wanted && exists;
      }
      if (!is_wanted) {
        ++sweep_.filtered_count;
        continue;
      }
      Trial trial = trial_of(TrialKind::kCompare, shared, std::move(arms));
      trial.comparison = comparison.name;
      add(comparison.arms.size() == 1 ? id : format("{}:{}", id, arm), std::move(trial));
    }
    return {};
  }

  /// The base arm against itself, at points spread evenly over the cells.
  void add_floors(std::size_t cells) {
    const std::size_t count = std::min(static_cast<std::size_t>(spec_.run.floor_trials), cells);
    for (std::size_t i = 0; i < count; ++i) {
      Trial trial = floor_trial(spec_, sweep_.trials[(2 * i + 1) * cells / (2 * count)], 0);
      std::string id = std::move(trial.id);
      add(std::move(id), std::move(trial));
    }
  }

  Trial trial_of(TrialKind kind, Factors factors, std::vector<TrialArm> arms) const {
    return make_trial(spec_, kind, std::move(factors), std::move(arms));
  }

  void add(std::string id, Trial trial) {
    ++count_;
    if (!keeps_trials_) return;
    if (id.empty()) id = "point";
    id = shortened(std::move(id));
    // A repeated point is the second, third, ... of its name, as git counts: "k=96~2".
    // Counted by hash: two ids that collide would only make the second one read "~2".
    if (const int count = ++id_counts_[hash_bytes(id)]; count > 1) id += format("~{}", count);
    trial.id = std::move(id);
    sweep_.trials.push_back(std::move(trial));
  }

  Result<void> find_duplicates() {
    std::unordered_map<std::uint64_t, std::size_t> first_of;
    first_of.reserve(sweep_.trials.size());
    for (std::size_t i = 0; i < sweep_.trials.size(); ++i) {
      const auto [first, is_new] = first_of.try_emplace(key_of(sweep_.trials[i]), i);
      if (is_new) continue;
      if (!are_equal(sweep_.trials[i], sweep_.trials[first->second])) {
        return Error::bug("two different trials have one key: {} and {}", sweep_.trials[i].id,
                          sweep_.trials[first->second].id);
      }
      sweep_.duplicates.emplace_back(i, first->second);
    }
    return {};
  }

  const Spec& spec_;
  Frame frame_;
  std::int64_t trials_max_;
  bool keeps_trials_ = true;
  std::int64_t count_ = 0;
  Sweep sweep_;
  std::unordered_map<std::uint64_t, int> id_counts_;
};

}  // namespace

Trial floor_trial(const Spec& spec, const Trial& trial, std::size_t arm) {
  const TrialArm& measured = trial.arms[arm];
  const Factors& factors = measured.factors;
  Trial floor =
      make_trial(spec, TrialKind::kFloor, factors, {{"a", factors}, {"a again", factors}});
  floor.id = shortened(arm == 0 ? format("floor:{}", trial.id)
                                : format("floor:{}:{}", trial.id, measured.name));
  return floor;
}

Result<void> check_expected(const Spec& spec, const Sweep& sweep) {
  std::int64_t trials = 0;
  std::int64_t cells = 0;
  for (const Trial& trial : sweep.trials) {
    if (trial.kind != TrialKind::kCell) continue;
    ++trials;
    cells += std::ssize(trial.arms);
  }
  if (spec.expect.trials >= 0 && spec.expect.trials != trials) {
    return Error::user("{}: expect.trials says {}: got {}", spec.name, spec.expect.trials, trials);
  }
  if (spec.expect.cells >= 0 && spec.expect.cells != cells) {
    return Error::user("{}: expect.cells says {}: got {}", spec.name, spec.expect.cells, cells);
  }
  return {};
}

Result<void> check_factors(const Sweep& sweep, const spec::WorkloadEntry& workload) {
  if (!workload.check) return {};
  for (const Trial& trial : sweep.trials) {
    for (const TrialArm& arm : trial.arms) {
      const Result<void> checked = workload.check(arm.factors);
      if (checked) continue;
      return Error::user("{}, arm {}: {}: {}; change it, or take the point out with `where`",
                         trial.id, arm.name, workload.name, checked.error().message());
    }
  }
  return {};
}

Result<Sweep> expand(const Spec& spec, const SweepLimits& limits) {
  ASSAY_CHECK(!spec.arms.empty(), "a spec has at least one arm");
  const std::int64_t before_where = count_before_where(spec);
  if (before_where > limits.trials_max) {
    const auto is_filter = [](const auto& asked) { return !asked.where.empty(); };
    const bool is_filtered = is_filter(spec) || std::ranges::any_of(spec.compare, is_filter);
    if (!is_filtered) return too_many(spec, before_where, is_filtered, limits);
    ASSAY_TRY(const bool is_too_large, Expander(spec, limits.trials_max).is_too_large());
    if (is_too_large) return too_many(spec, before_where, is_filtered, limits);
  }
  return Expander(spec, limits.trials_max).expand();
}

}  // namespace assay::sweep
