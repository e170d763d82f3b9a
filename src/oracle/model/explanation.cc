// SPDX-License-Identifier: MIT
#include "oracle/model/explanation.h"

#include <algorithm>
#include <functional>

#include "core/format.h"

namespace assay::oracle {
namespace {

constexpr double kSavedThatHelps = 0.02;
constexpr double kShareWorthAWord = 0.05;

/// "products 61 %, DRAM 30 %, start 9 %", the largest first.
std::string composition(const Machine& machine, const Prediction& prediction) {
  std::vector<std::pair<double, int>> shares;
  for (int part = 0; part < kPartCount; ++part) {
    const double share =
        prediction.parts[static_cast<std::size_t>(part)] / std::max(prediction.seconds, 1e-12);
    if (share >= kShareWorthAWord) shares.emplace_back(share, part);
  }
  std::ranges::sort(shares, std::greater{});
  std::string text;
  for (const auto& [share, part] : shares) {
    text += format("{}{} {:.0f} %", text.empty() ? "" : ", ", to_text(part, machine), share * 100);
  }
  return text;
}

/// Of the largest numbers of the machine, those that nobody measured here.
std::string worth(const Machine& machine, const Prediction& prediction) {
  if (!prediction.is_of_measured) {
    return format(
        "{} was not measured: the interval is the prediction, no number in it is more "
        "likely than another",
        machine.name);
  }
  if (machine.call_fit) {
    return format(
        "shares and rates are those of calibration {} of whole calls; how far they are "
        "off for single kernels was not judged, so the interval stays wide",
        machine.call_fit->version);
  }
  if (!prediction.is_fitted) {
    return "no fit has been applied to this machine (`assay calibrate`): the interval says so";
  }
  return "the model was fitted on this machine (`assay verify` says whether it still holds)";
}

}  // namespace

std::vector<Remedy> remedies(const Estimate& estimate) {
  const Machine& machine = estimate.machine;
  std::vector<Remedy> all;
  const auto attempt = [&](std::string what, const std::function<void(Machine&)>& change) {
    Machine changed = machine;
    change(changed);
    const double seconds = predict(estimate.view, changed, estimate.coefficients).seconds;
    all.push_back({std::move(what), 1 - seconds / std::max(estimate.prediction.seconds, 1e-12)});
  };
  attempt("kernels that start for nothing", [](Machine& changed) {
    changed.feeding = {.kernel = {}, .call = {}, .replay = {}, .finish = changed.feeding.finish};
  });
  attempt("twice the arithmetic", [](Machine& changed) {
    changed.products.value *= 2;
    changed.vector.value *= 2;
  });
  for (std::size_t i = 0; i < machine.tiers.size(); ++i) {
    attempt("twice the rate of " + machine.tiers[i].name, [i](Machine& changed) {
      changed.tiers[i].read.value *= 2;
      changed.tiers[i].write.value *= 2;
    });
  }
  std::erase_if(all, [](const Remedy& one) { return one.saved < kSavedThatHelps; });
  std::ranges::stable_sort(all, std::greater{}, &Remedy::saved);
  return all;
}

std::string regime_of(const KernelPrediction& kernel, const Machine& machine) {
  const std::string_view part = to_text(kernel.bound, machine);
  if (kernel.bound == static_cast<int>(Part::kProducts)) {
    return format("products at {:.0f} % of the peak", kernel.efficiency * 100);
  }
  if (kernel.bound == static_cast<int>(Part::kStart)) {
    const double body = kernel.seconds - kernel.parts[static_cast<std::size_t>(Part::kStart)];
    return format("start: its work takes {}", assay::to_text(Seconds(body)));
  }
  return std::string(part);
}

std::vector<std::string> explain(const Estimate& estimate) {
  const PlanView& view = estimate.view;
  const Machine& machine = estimate.machine;
  const Prediction& prediction = estimate.prediction;
  std::vector<std::string> lines;
  lines.push_back("the time is " + composition(machine, prediction));
  std::string help;
  for (const Remedy& remedy : remedies(estimate)) {
    help += format("{}{} {:.0f} %", help.empty() ? "" : ", ", remedy.what, remedy.saved * 100);
  }
  if (!help.empty()) lines.push_back("what would save time: " + help);
  lines.push_back(worth(machine, prediction));
  if (!view.unsupported.empty()) {
    lines.push_back(format("{:.0f} % of the kernels are in no number here, the first: {} ({})",
                           view.unsupported_share() * 100, view.unsupported.front().op,
                           view.unsupported.front().reason));
  }
  if (!prediction.fits_memory) {
    lines.push_back(
        format("it does not fit: {} of {}",
               assay::to_text(Bytes(static_cast<std::int64_t>(prediction.memory_bytes))),
               assay::to_text(Bytes(static_cast<std::int64_t>(machine.memory_bytes)))));
  }
  for (const std::string& missing : machine.left_out)
    lines.push_back("left out: " + missing);
  return lines;
}

}  // namespace assay::oracle
