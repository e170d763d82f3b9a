// SPDX-License-Identifier: MIT
// A hardware profile as predictions use it: for so many threads and one type of products, every
// number with how far it may be off. What a profile lacks and no prediction can do without is an
// error that names it; what it lacks besides is listed, and left out of predictions.
//
//   ASSAY_TRY(Machine machine, machine_from(profile, {.threads = 2}));
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/device.h"
#include "oracle/hardware/hardware_profile.h"
#include "oracle/model/plan_view.h"

namespace assay::oracle {

/// A number of a profile, and the standard deviation of its logarithm.
struct Uncertain {
  double value = 0;
  double spread = 0;
  Provenance provenance = Provenance::kAssumed;
};
/// Measured: from its interval. A datasheet's is taken as it is; an assumed one without a range may
/// be off by a factor of two (80 %).
Uncertain uncertain(const Quantity& quantity);

enum class MachineKind : std::uint8_t { kCpu, kGpu, kSystolic, kDomainFlow };
std::string_view to_text(MachineKind kind);  ///< "cpu", "gpu", "tpu", "kpu": as profiles say it.

inline constexpr int kTiersMax = 6;

struct MachineTier {
  std::string name;
  double capacity = 0;  ///< Bytes of all that the threads in use have.
  Uncertain read;       ///< Bytes per second.
  Uncertain write;
};

/// The arithmetic units, as far as shapes fit them well or badly.
struct Geometry {
  double units = 1;  ///< Threads in use, multiprocessors, arrays or tiles.
  double rows = 0;   ///< Of a register tile, or of an array; 0: not known.
  double columns = 0;
  double lanes = 1;             ///< Of a vector register; of an array, its width.
  double scratchpad_bytes = 0;  ///< Of one unit; 0: not known.
};

/// The share of a ceiling that shapes reach; logarithms of extents, so that distance is by factor.
struct ShapeCurve {
  struct Point {
    std::array<double, 4> at{};
    double share = 1;
  };
  std::vector<Axis> axes;
  std::vector<Point> points;
  bool is_of_compute = false;  ///< Else of memory.
  double spread = 0;           ///< The widest of its points.
};
/// Points near the kernel's shape weigh more, by the square of their distance; beyond the points
/// the nearest count.
double share_at(const ShapeCurve& curve, const KernelView& kernel);

/// Seconds besides work.
struct Feeding {
  Uncertain kernel;   ///< Of every kernel: dispatch and barrier, or what the device takes.
  Uncertain call;     ///< Of the thread that feeds a device, a kernel.
  Uncertain replay;   ///< Of a whole captured plan; 0: there is none.
  double finish = 0;  ///< From the last kernel to whoever waits, once a run.
};

struct Joules {
  std::optional<Uncertain> flop;
  std::array<std::optional<Uncertain>, kTiersMax> byte;
  std::optional<Uncertain> idle_watts;
};

/// Shares of the peak as a fit of whole calls has them, in place of curves and of mapped shapes,
/// which it was made without.
struct CallFit {
  double product_share = 1;
  double convolution_ratio = 1;  ///< Of the rate of products.
  double attention_ratio = 1;
  double rows_half = 0;  ///< A product of so many rows reaches half of the share.
  std::int64_t version = 0;
};

struct Machine {
  std::string name;
  std::string description;
  MachineKind kind = MachineKind::kCpu;
  int threads = 1;
  tensor::DType multiplied = tensor::DType::kF32;
  Uncertain products;    ///< Flops per second at most.
  Uncertain efficiency;  ///< Of them, where no curve says better.
  Uncertain vector;      ///< Flops per second of all that is no product.
  Geometry geometry;
  std::vector<MachineTier> tiers;  ///< The nearest first; not empty.
  Feeding feeding;
  double memory_bytes = 0;  ///< Of main memory; 0: not known.
  std::array<std::optional<ShapeCurve>, kKernelClassCount> curves;
  Joules joules;
  std::optional<CallFit> call_fit;
  std::vector<std::string> left_out;  ///< What no prediction of this machine considers, and why.
};

struct MachineOptions {
  int threads = 0;  ///< Of a CPU; 0: the most that the profile has a peak for.
  tensor::DType multiplied = tensor::DType::kF32;
  backend::CompileMode mode = backend::CompileMode::kReduceOverhead;
};
Result<Machine> machine_from(const HardwareProfile& profile, const MachineOptions& options);

}  // namespace assay::oracle
