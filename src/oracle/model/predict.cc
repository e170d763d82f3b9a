// SPDX-License-Identifier: MIT
#include "oracle/model/predict.h"

#include <algorithm>
#include <cmath>

#include "oracle/model/call_fit.h"

namespace assay::oracle {
namespace {

constexpr double kHalfWidth = 1.2816;  ///< In standard deviations, of 80 %.

/// A part of the whole smaller than this does not make a prediction one of unmeasured numbers.
constexpr double kShareThatMatters = 0.05;

constexpr int kStart = static_cast<int>(Part::kStart);
constexpr int kProducts = static_cast<int>(Part::kProducts);
constexpr int kVector = static_cast<int>(Part::kVector);
constexpr int kMemory = static_cast<int>(Part::kMemory);

/// The nearest memory that still holds it; the last where none does.
std::size_t tier_of(double distance, const std::vector<MachineTier>& tiers) {
  for (std::size_t i = 0; i + 1 < tiers.size(); ++i) {
    if (distance <= tiers[i].capacity) return i;
  }
  return tiers.size() - 1;
}

class Predictor {
 public:
  Predictor(const PlanView& view, const Machine& machine, const Coefficients& coefficients)
      : view_(view), machine_(machine), coefficients_(coefficients) {}

  Prediction predict();

 private:
  KernelPrediction kernel(const KernelView& kernel) const;
  void add_memory(const KernelView& kernel, KernelPrediction& result) const;
  void overlap(KernelPrediction& result, double& body) const;
  void schedule();
  void add_parts();
  double spread() const;
  bool is_of_measured() const;
  Value memory_energy() const;
  EnergyPrediction energy() const;

  const PlanView& view_;
  const Machine& machine_;
  const Coefficients& coefficients_;
  Prediction prediction_;
};

/// What has to come out of a tier has to come through all nearer ones too: each tier moves what is
/// found in it and beyond.
void Predictor::add_memory(const KernelView& kernel, KernelPrediction& result) const {
  std::array<double, kTiersMax> read{};
  std::array<double, kTiersMax> written{};
  for (const TensorUse& use : kernel.uses) {
    const std::size_t tier = tier_of(use.distance, machine_.tiers);
    (use.is_written ? written : read)[tier] += use.bytes;
  }
  const auto& curve = machine_.curves[static_cast<std::size_t>(kernel.kind)];
  double share = result.mapping.bandwidth;
  if (curve && !curve->is_of_compute) share *= share_at(*curve, kernel);
  const double slowed = coefficients_.of(kernel.kind).memory / std::max(1e-3, share);
  double read_beyond = 0;
  double written_beyond = 0;
  for (std::size_t i = machine_.tiers.size(); i-- > 0;) {
    read_beyond += read[i];
    written_beyond += written[i];
    const MachineTier& tier = machine_.tiers[i];
    result.parts[static_cast<std::size_t>(kMemory) + i] =
        slowed * (read_beyond / tier.read.value + written_beyond / tier.write.value);
  }
}

/// The longest alone where the rest is small beside it; more where they are alike.
void Predictor::overlap(KernelPrediction& result, double& body) const {
  double longest = 0;
  result.bound = kStart;
  for (int i = kProducts; i < kPartCount; ++i) {
    const double part = result.parts[static_cast<std::size_t>(i)];
    if (part > longest) {
      longest = part;
      result.bound = i;
    }
  }
  if (longest <= 0) {
    body = 0;
    return;
  }
  const double exponent = coefficients_.overlap;
  // On a CPU the same units multiply and add, so that what is no product comes on top of it.
  const bool shares_units = machine_.kind == MachineKind::kCpu;
  const double vector = result.parts[kVector];
  double sum = 0;
  for (int i = kMemory; i < kPartCount; ++i) {
    const double part = result.parts[static_cast<std::size_t>(i)] / longest;
    if (part > 0) sum += std::pow(part, exponent);
  }
  const double products = result.parts[kProducts];
  if (shares_units) {
    sum += std::pow((products + vector) / longest, exponent);
  } else {
    sum += std::pow(products / longest, exponent) + std::pow(vector / longest, exponent);
  }
  body = longest * std::pow(sum, 1 / exponent);
  if (result.parts[kStart] > body) result.bound = kStart;
}

KernelPrediction Predictor::kernel(const KernelView& kernel) const {
  KernelPrediction result;
  const auto& fit = machine_.call_fit;
  if (!fit) result.mapping = map_kernel(kernel, machine_.kind, machine_.geometry);
  const auto& curve = machine_.curves[static_cast<std::size_t>(kernel.kind)];
  double reached = machine_.efficiency.value;
  if (curve && curve->is_of_compute) reached = share_at(*curve, kernel);
  result.efficiency =
      fit ? fitted_share(*fit, kernel) : std::min(1.0, reached * result.mapping.utilisation);
  const double slowed = coefficients_.of(kernel.kind).compute;
  const double rest = std::max(0.0, kernel.count.flops - kernel.count.products);
  if (kernel.count.products > 0) {
    result.parts[kProducts] = slowed * kernel.count.products /
                              (machine_.products.value * std::max(1e-4, result.efficiency));
  }
  const double fed = std::max(1e-3, result.mapping.bandwidth);
  result.parts[kVector] = slowed * rest / (machine_.vector.value * fed);
  add_memory(kernel, result);
  result.parts[kStart] = machine_.feeding.kernel.value + coefficients_.kernel_ns * 1e-9;
  double body = 0;
  overlap(result, body);
  result.seconds = result.parts[kStart] + body;
  return result;
}

/// One after another; where a host feeds the device, the device waits for it when it is slower.
void Predictor::schedule() {
  const Feeding& feeding = machine_.feeding;
  double fed = feeding.replay.value;
  double done = fed;
  for (const KernelPrediction& kernel : prediction_.kernels) {
    fed += feeding.call.value;
    done = std::max(fed, done) + kernel.seconds;
  }
  prediction_.seconds = done + feeding.finish + coefficients_.run_ns * 1e-9;
}

/// The whole time by its parts: a kernel's body counts for what bounds it, and what is no kernel's
/// counts for starting.
void Predictor::add_parts() {
  double bodies = 0;
  for (const KernelPrediction& kernel : prediction_.kernels) {
    const double body = kernel.seconds - kernel.parts[kStart];
    int bound = kernel.bound;
    if (bound == kStart) {
      const auto* const longest =
          std::ranges::max_element(kernel.parts.begin() + 1, kernel.parts.end());
      bound = static_cast<int>(longest - kernel.parts.begin());
    }
    prediction_.parts[static_cast<std::size_t>(bound)] += body;
    bodies += body;
  }
  prediction_.parts[kStart] = std::max(0.0, prediction_.seconds - bodies);
}

/// Of the logarithm of the whole. Numbers of the machine are each the same in all kernels; what the
/// model itself is off by is the same within a class only.
double Predictor::spread() const {
  const double whole = std::max(prediction_.seconds, 1e-12);
  std::array<double, kPartCount> spreads{};
  spreads[kStart] = std::max({machine_.feeding.kernel.spread, machine_.feeding.call.spread,
                              machine_.feeding.replay.spread});
  spreads[kProducts] = std::hypot(machine_.products.spread, machine_.efficiency.spread);
  spreads[kVector] = machine_.vector.spread;
  for (std::size_t i = 0; i < machine_.tiers.size(); ++i) {
    spreads[kMemory + i] = std::max(machine_.tiers[i].read.spread, machine_.tiers[i].write.spread);
  }
  double variance = 0;
  for (std::size_t i = 0; i < spreads.size(); ++i) {
    variance += std::pow(prediction_.parts[i] / whole * spreads[i], 2);
  }
  std::array<double, kKernelClassCount> classes{};
  double kernels = 0;
  for (std::size_t i = 0; i < view_.kernels.size(); ++i) {
    classes[static_cast<std::size_t>(view_.kernels[i].kind)] += prediction_.kernels[i].seconds;
    kernels += prediction_.kernels[i].seconds;
  }
  for (const double seconds : classes) {
    const double share = seconds / std::max(kernels, 1e-12);
    variance += std::pow(share * coefficients_.scatter, 2);
  }
  return std::sqrt(variance);
}

bool Predictor::is_of_measured() const {
  const auto matters = [&](int part) {
    return prediction_.parts[static_cast<std::size_t>(part)] >
           kShareThatMatters * prediction_.seconds;
  };
  const auto is_measured = [](const Uncertain& number) {
    return number.provenance == Provenance::kMeasured;
  };
  const Feeding& feeding = machine_.feeding;
  for (const Uncertain* start : {&feeding.kernel, &feeding.call, &feeding.replay}) {
    if (matters(kStart) && start->value > 0 && !is_measured(*start)) return false;
  }
  // That a peak is a datasheet's would not matter if what kernels reach of it were measured.
  if (matters(kProducts) && !is_measured(machine_.efficiency)) return false;
  if (matters(kVector) && !is_measured(machine_.vector)) return false;
  for (std::size_t i = 0; i < machine_.tiers.size(); ++i) {
    if (matters(kMemory + static_cast<int>(i)) && !is_measured(machine_.tiers[i].read)) {
      return false;
    }
  }
  return true;
}

/// A sum of events times what each takes, with the interval of those numbers.
Value joules_value(double joules, double variance, std::string reason) {
  const double spread = joules > 0 ? std::sqrt(variance) / joules : 0;
  return Value::estimated(
      joules, std::move(reason),
      Interval{joules * std::exp(-kHalfWidth * spread), joules * std::exp(kHalfWidth * spread)});
}

Value missing_energy(std::string_view what) {
  return Value::missing(State::kUnsupported, format("the profile does not say {}", what));
}

/// Caches whose energy nobody gave are left out, and said to be; main memory is not.
Value Predictor::memory_energy() const {
  std::array<double, kTiersMax> moved{};
  for (const KernelView& kernel : view_.kernels) {
    for (const TensorUse& use : kernel.uses) {
      moved[tier_of(use.distance, machine_.tiers)] += use.bytes;
    }
  }
  double sum = 0;
  double variance = 0;
  std::string without;
  for (std::size_t i = 0; i < machine_.tiers.size(); ++i) {
    const std::string& name = machine_.tiers[i].name;
    if (const auto& byte = machine_.joules.byte[i]) {
      sum += moved[i] * byte->value;
      variance += std::pow(moved[i] * byte->value * byte->spread, 2);
    } else if (i + 1 == machine_.tiers.size()) {
      return missing_energy("what a byte of " + name + " takes");
    } else if (moved[i] > 0) {
      without += (without.empty() ? ", without that of " : " and ") + name;
    }
  }
  return joules_value(sum, variance, "bytes times energy" + without);
}

EnergyPrediction Predictor::energy() const {
  EnergyPrediction energy;
  const Joules& joules = machine_.joules;
  energy.arithmetic = missing_energy("what an operation takes");
  if (joules.flop) {
    const double sum = view_.sum.flops * joules.flop->value;
    energy.arithmetic =
        joules_value(sum, std::pow(sum * joules.flop->spread, 2), "operations times energy");
  }
  energy.memory = memory_energy();
  energy.idle = missing_energy("what it takes idle (idle_watts)");
  if (const auto& idle = joules.idle_watts) {
    const double half = (prediction_.interval.high - prediction_.interval.low) / 2 / kHalfWidth;
    const double sum = idle->value * prediction_.seconds;
    energy.idle =
        joules_value(sum, std::pow(idle->value * half, 2) + std::pow(sum * idle->spread, 2),
                     "idle power times the predicted time");
  }
  energy.sum = energy.memory + energy.arithmetic + energy.idle;
  return energy;
}

Prediction Predictor::predict() {
  ASSAY_CHECK(!machine_.tiers.empty(), "a machine has a memory");
  prediction_.kernels.reserve(view_.kernels.size());
  for (const KernelView& one : view_.kernels)
    prediction_.kernels.push_back(kernel(one));
  schedule();
  add_parts();
  const double spread = this->spread();
  prediction_.interval = {prediction_.seconds * std::exp(-kHalfWidth * spread),
                          prediction_.seconds * std::exp(kHalfWidth * spread)};
  prediction_.is_of_measured = is_of_measured();
  prediction_.is_fitted = coefficients_.is_fitted;
  prediction_.energy = energy();
  prediction_.memory_bytes = view_.memory_bytes();
  prediction_.fits_memory =
      machine_.memory_bytes <= 0 || prediction_.memory_bytes <= machine_.memory_bytes;
  return std::move(prediction_);
}

}  // namespace

std::string_view to_text(int part, const Machine& machine) {
  constexpr std::array<std::string_view, 3> kNames{"start", "products", "vector"};
  if (part < kMemory) return kNames[static_cast<std::size_t>(part)];
  const auto tier = static_cast<std::size_t>(part - kMemory);
  ASSAY_CHECK_LT(tier, machine.tiers.size(), "a part is one of the machine's");
  return machine.tiers[tier].name;
}

Prediction predict(const PlanView& view, const Machine& machine, const Coefficients& coefficients) {
  return Predictor(view, machine, coefficients).predict();
}

}  // namespace assay::oracle
