// SPDX-License-Identifier: MIT
// For tests of predictions: a machine of round numbers, of which every test changes what it is
// about.
#pragma once

#include "oracle/model/machine.h"

namespace assay::oracle {

inline Quantity invented_quantity(double value, Provenance provenance = Provenance::kMeasured) {
  return {.value = value,
          .unit = "1",
          .interval = Interval{value * 0.95, value * 1.05},
          .provenance = provenance,
          .source = "invented",
          .date = ""};
}

/// 100 GFLOP/s on one thread, 200 on two; 32 KiB at 100 GB/s, 1 MiB at 50, memory at 10; a kernel
/// starts in 1 us, and in 2 more where two threads meet.
inline HardwareProfile invented_cpu(Provenance provenance = Provenance::kMeasured) {
  const auto quantity = [&](double value) { return invented_quantity(value, provenance); };
  const auto rates = [&](double bytes_per_second) {
    std::vector<TierRate> all;
    for (const int threads : {1, 2}) {
      all.push_back({.threads = threads,
                     .read = quantity(bytes_per_second),
                     .write = quantity(bytes_per_second),
                     .copy = {}});
    }
    return all;
  };
  HardwareProfile profile;
  profile.name = "invented";
  profile.description = "An invented machine";
  profile.kind = "cpu";
  profile.file = "hardware/invented.yaml";
  profile.peaks = {
      {.isa = "scalar", .dtype = "f32", .threads = 1, .flops_per_second = quantity(100e9)},
      {.isa = "scalar", .dtype = "f32", .threads = 2, .flops_per_second = quantity(200e9)}};
  profile.memory = {{.name = "L1",
                     .shared_by = 1,
                     .capacity = quantity(32768),
                     .latency = {},
                     .rates = rates(100e9)},
                    {.name = "L2",
                     .shared_by = 1,
                     .capacity = quantity(1 << 20),
                     .latency = {},
                     .rates = rates(50e9)},
                    {.name = "DRAM",
                     .shared_by = 0,
                     .capacity = quantity(8e9),
                     .latency = {},
                     .rates = rates(10e9)}};
  profile.overheads = {{.name = "dispatch", .threads = 1, .time = quantity(1000)},
                       {.name = "barrier", .threads = 2, .time = quantity(2000)}};
  return profile;
}

/// 10 units of tensor cores, 100 TFLOP/s in f16 and 10 in f32, memory at 1 TB/s: all assumed.
inline HardwareProfile invented_gpu() {
  const auto quantity = [](double value) { return invented_quantity(value, Provenance::kAssumed); };
  HardwareProfile profile;
  profile.name = "gpu";
  profile.description = "An invented accelerator";
  profile.kind = "gpu";
  profile.file = "hardware/gpu.yaml";
  profile.numbers = {{"compute_units", quantity(10)},      {"product_efficiency", quantity(0.5)},
                     {"memory_efficiency", quantity(0.8)}, {"kernel_ns", quantity(2000)},
                     {"graph_node_ns", quantity(1000)},    {"dispatch_ns", quantity(20'000)},
                     {"launch_ns", quantity(4000)},        {"replay_ns", quantity(10'000)},
                     {"synchronise_ns", quantity(8000)},   {"submission_ns", quantity(3000)}};
  profile.peaks = {{.isa = "cuda cores",
                    .dtype = "f32",
                    .threads = kWholeDevice,
                    .flops_per_second = quantity(10e12)},
                   {.isa = "tensor cores",
                    .dtype = "f16",
                    .threads = kWholeDevice,
                    .flops_per_second = quantity(100e12)}};
  profile.memory = {
      {.name = "HBM",
       .shared_by = 0,
       .capacity = quantity(80e9),
       .latency = {},
       .rates = {{.threads = kWholeDevice, .read = quantity(1e12), .write = {}, .copy = {}}}}};
  return profile;
}

}  // namespace assay::oracle
