// SPDX-License-Identifier: MIT
#include "lab/analysis/claims.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/format.h"
#include "core/nearest.h"
#include "core/statistics/processes.h"
#include "core/statistics/significance.h"
#include "core/statistics/verdict.h"
#include "lab/analysis/claim_evidence.h"
#include "lab/analysis/floors.h"
#include "lab/analysis/metric_logs.h"

namespace assay::analysis {
namespace {

using spec::Claim;

/// A claim on its way to a verdict.
struct Hearing {
  const Claim* claim = nullptr;
  ClaimFinding finding;
  std::vector<ClaimPoint> points;         ///< Those with a number that may be believed.
  std::vector<ClaimPoint> absent;         ///< The others.
  std::set<std::string> cell_classes;     ///< Of the arms compared.
  std::optional<Metric> metric = {};      ///< None: one that the workload declares.
  std::vector<Floor> floors = {};         ///< Of what is compared.
  std::optional<ClaimEvidence> evidence;  ///< None: the verdict is given already.
};

void settle(Hearing& hearing, Verdict verdict, std::string because) {
  hearing.finding.verdict = verdict;
  hearing.finding.because = std::move(because);
  hearing.evidence.reset();
}

bool is_of_claim(const Claim& claim, const MeasuredTrial& trial) {
  if (trial.is_duplicate) return false;
  if (claim.comparison.empty()) return trial.kind == sweep::TrialKind::kCell;
  return trial.kind == sweep::TrialKind::kCompare && trial.comparison == claim.comparison;
}

std::string arm_or(const std::string& name, const MeasuredTrial& trial, std::size_t index) {
  if (!name.empty() || trial.arms.size() <= index) return name;
  return trial.arms[index].name;
}

void note_classes(const std::string& workload, const MeasuredTrial& trial, Hearing& hearing) {
  if (hearing.claim->is_of_value) return;  // It is not held against a floor.
  for (const std::string& name :
       {arm_or(hearing.claim->base, trial, 0), arm_or(hearing.claim->other, trial, 1)}) {
    const MeasuredArm* arm = trial.find(name);
    if (arm == nullptr) continue;
    const std::string cell_class = class_of_arm(workload, *arm);
    if (!cell_class.empty()) hearing.cell_classes.insert(cell_class);
  }
}

/// What a condition may ask of: all that two arms share, or all of the one arm.
const spec::Factors& factors_of_claim(const Claim& claim, const MeasuredTrial& trial) {
  const MeasuredArm* arm = claim.is_of_value ? trial.find(claim.base) : nullptr;
  return arm == nullptr ? trial.factors : arm->factors;
}

PairedLogs logs_of_claim(const Hearing& hearing, const MeasuredTrial& trial) {
  const Claim& claim = *hearing.claim;
  const std::string base = arm_or(claim.base, trial, 0);
  if (claim.is_of_value) return metric_values(trial, base, claim.metric);
  const std::string other = arm_or(claim.other, trial, 1);
  return hearing.metric ? paired_logs(trial, base, other, *hearing.metric)
                        : paired_metric(trial, base, other, claim.metric);
}

/// An error where the filter cannot be evaluated.
Result<void> select_points(const std::string& workload, const std::vector<MeasuredTrial>& trials,
                           Hearing& hearing) {
  const Claim& claim = *hearing.claim;
  for (const MeasuredTrial& trial : trials) {
    if (!is_of_claim(claim, trial)) continue;
    ASSAY_TRY(const bool is_selected, claim.where.matches(factors_of_claim(claim, trial)));
    if (!is_selected) continue;
    ClaimPoint point{trial.id, logs_of_claim(hearing, trial)};
    hearing.finding.trial_ids.push_back(trial.id);
    note_classes(workload, trial, hearing);
    const bool is_usable = point.paired.state == State::kMeasured;
    (is_usable ? hearing.points : hearing.absent).push_back(std::move(point));
  }
  return {};
}

std::string absence_text(const Hearing& hearing) {
  const ClaimPoint& first = hearing.absent.front();
  return format("{} of {} points cannot be used: {} is {} ({})", hearing.absent.size(),
                hearing.finding.trial_ids.size(), first.trial_id, to_text(first.paired.state),
                first.paired.reason);
}

/// The floor that the claim is held against: the largest of those of its cells' classes.
std::optional<Resolution> floor_of(const Hearing& hearing) {
  std::optional<Resolution> largest;
  for (const std::string& cell_class : hearing.cell_classes) {
    const auto resolution = resolution_of(hearing.floors, cell_class);
    if (!resolution) return std::nullopt;
    if (!largest || resolution->detectable > largest->detectable) largest = resolution;
  }
  return largest;
}

/// What stands in the way of any verdict by data; nothing is decided where nothing does.
void refuse_or_weigh(Hearing& hearing) {
  const Claim& claim = *hearing.claim;
  if (hearing.finding.trial_ids.empty()) {
    return settle(hearing, Verdict::kNotMeasured, "no trial of the experiment matches the claim");
  }
  if (hearing.points.empty()) {
    const bool is_any_measured = std::ranges::any_of(
        hearing.absent, [](const ClaimPoint& point) { return has_number(point.paired.state); });
    return settle(hearing, is_any_measured ? Verdict::kUndecided : Verdict::kNotMeasured,
                  absence_text(hearing));
  }
  hearing.evidence = weigh(claim, hearing.points);
  hearing.finding.value = said_value(claim, hearing.evidence->value);
  const int needed = std::max(claim.processes_min, static_cast<int>(statistics::kProcessesMin));
  if (hearing.evidence->processes < needed) {
    return settle(
        hearing, Verdict::kUndecided,
        format("{} of {} processes: {} more (run.processes={})", hearing.evidence->processes,
               needed, needed - hearing.evidence->processes, needed));
  }
  if (claim.is_of_value) return;  // Nothing is compared, so no difference can be too small.
  const std::optional<Resolution> floor = floor_of(hearing);
  if (!floor) {
    return settle(hearing, Verdict::kUndecided,
                  format("no A/A floor {}was measured over three processes, so the smallest real "
                         "difference is unknown (run.floor_trials)",
                         hearing.metric ? "" : format("of {} ", claim.metric)));
  }
  if (margin_of(claim) < floor->detectable) {
    const bool is_of_class = hearing.cell_classes.contains(floor->floor_class);
    return settle(hearing, Verdict::kUndecided,
                  format("refused: the bound {} is {:.2g} % from no difference, and the A/A floor "
                         "is {:.2g} % ({}{})",
                         bound_text(claim), 100 * margin_of(claim), 100 * floor->detectable,
                         floor->floor_class,
                         is_of_class ? "" : "; the largest of the run, none is of its class"));
  }
}

/// What a claim may be about: the metrics of every workload, and those that this one declares.
std::vector<std::string> known_metrics(const spec::Spec& spec) {
  std::vector<std::string> names = metric_names();
  for (const spec::MetricEntry& entry : spec.metrics) {
    names.push_back(entry.name);
  }
  return names;
}

Hearing open(const Claim& claim, const spec::Spec& spec, const std::vector<MeasuredTrial>& trials,
             const std::vector<Floor>& floors) {
  Hearing hearing;
  hearing.claim = &claim;
  hearing.finding.id = claim.id;
  hearing.finding.says = claim.says;
  hearing.finding.unit = unit_suffix(claim);
  hearing.finding.bound = bound_text(claim);
  hearing.metric = parse_metric(claim.metric);
  const bool is_declared =
      std::ranges::find(spec.metrics, claim.metric, &spec::MetricEntry::name) != spec.metrics.end();
  if (!is_declared && (!hearing.metric || claim.is_of_value)) {
    settle(hearing, Verdict::kNotMeasured,
           unknown_name("metric of a claim", claim.metric, known_metrics(spec)));
    return hearing;
  }
  if (const auto selected = select_points(spec.workload, trials, hearing); !selected) {
    settle(hearing, Verdict::kNotMeasured, selected.error().message());
    return hearing;
  }
  hearing.floors = hearing.metric ? floors : metric_floors(spec.workload, trials, claim.metric);
  refuse_or_weigh(hearing);
  return hearing;
}

std::string place_of(const ClaimEvidence& evidence, const Hearing& hearing) {
  if (!evidence.trial_id.empty()) return evidence.trial_id;
  return format("the {}mean of {} points", hearing.claim->is_of_value ? "" : "geometric ",
                hearing.points.size());
}

std::string seen_text(const ClaimEvidence& evidence, const Hearing& hearing) {
  return to_text(said_value(*hearing.claim, evidence.value)) + unit_suffix(*hearing.claim);
}

std::string undecided_text(const ClaimEvidence& evidence, const Hearing& hearing, double p) {
  std::string text =
      format("{} at {} against {} is not clear (p = {:.2g})", seen_text(evidence, hearing),
             place_of(evidence, hearing), hearing.finding.bound, p);
  if (!evidence.processes_needed) return text + "; it lies on the bound";
  return text + format("; about {} processes would tell, {} more", *evidence.processes_needed,
                       *evidence.processes_needed - evidence.processes);
}

/// How likely a wrong verdict may be at this look. A run that may add processes to undecided claims
/// looks several times, at doubling counts, and spends a part of the error at each.
double alpha_in_force(const Claim& claim, const ClaimEvidence& evidence,
                      const spec::RunPolicy& run) {
  const double alpha = 1 - claim.confidence;
  if (run.processes_max <= run.processes) return alpha;
  int look = 1;
  for (std::int64_t count = run.processes; count < evidence.processes; count *= 2) {
    ++look;
  }
  return statistics::alpha_of_look(look, alpha);
}

/// `p_adjusted` holds for all claims of the run together.
void decide(const ClaimEvidence& evidence, double p_adjusted, double alpha, Hearing& hearing) {
  const bool is_for = evidence.p_support < evidence.p_refute;
  const std::string seen =
      format("{} at {} against {} (p = {:.2g}, {} processes)", seen_text(evidence, hearing),
             place_of(evidence, hearing), hearing.finding.bound, p_adjusted, evidence.processes);
  if (p_adjusted > alpha) {
    hearing.finding.processes_needed = evidence.processes_needed;
    return settle(hearing, Verdict::kUndecided, undecided_text(evidence, hearing, p_adjusted));
  }
  if (!is_for) return settle(hearing, Verdict::kRefuted, seen);
  // One point that is missing could be the one that fails; a refutation needs no more than one.
  if (!hearing.absent.empty()) {
    return settle(hearing, Verdict::kUndecided, absence_text(hearing));
  }
  settle(hearing, Verdict::kSupported,
         hearing.claim->every && hearing.points.size() > 1
             ? format("all {} points; the nearest to failing: {}", hearing.points.size(), seen)
             : seen);
}

/// The claim must lose on data with the effect reversed, among as many claims as there are.
bool loses_when_reversed(const Hearing& hearing, std::size_t claims) {
  if (!hearing.evidence) return false;
  const ClaimEvidence turned = weigh(*hearing.claim, reversed(*hearing.claim, hearing.points));
  const double p = std::min(1.0, static_cast<double>(claims) * turned.p_refute);
  return p <= 1 - hearing.claim->confidence && turned.p_refute < turned.p_support;
}

}  // namespace

std::string_view to_text(Verdict verdict) {
  constexpr std::array<std::string_view, 4> kNames{"supported", "refuted", "undecided",
                                                   "not_measured"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::vector<ClaimFinding> judge_claims(const spec::Spec& spec,
                                       const std::vector<MeasuredTrial>& trials,
                                       const std::vector<Floor>& floors) {
  std::vector<Hearing> hearings;
  for (const Claim& claim : spec.claims) {
    hearings.push_back(open(claim, spec, trials, floors));
  }
  std::vector<Hearing*> weighed;
  std::vector<double> p_values;
  for (Hearing& hearing : hearings) {
    if (!hearing.evidence) continue;
    weighed.push_back(&hearing);
    p_values.push_back(std::min(hearing.evidence->p_support, hearing.evidence->p_refute));
  }
  const std::vector<double> adjusted = statistics::adjust_holm(p_values);
  for (std::size_t i = 0; i < weighed.size(); ++i) {
    Hearing& hearing = *weighed[i];
    hearing.finding.self_test_passed = loses_when_reversed(hearing, weighed.size());
    const ClaimEvidence evidence = *hearing.evidence;
    decide(evidence, adjusted[i], alpha_in_force(*hearing.claim, evidence, spec.run), hearing);
    if (hearing.finding.verdict == Verdict::kSupported && !hearing.finding.self_test_passed) {
      settle(hearing, Verdict::kUndecided,
             "its self-test failed: the same data with the effect reversed do not refute it");
    }
  }
  std::vector<ClaimFinding> findings;
  for (Hearing& hearing : hearings) {
    findings.push_back(std::move(hearing.finding));
  }
  return findings;
}

}  // namespace assay::analysis
