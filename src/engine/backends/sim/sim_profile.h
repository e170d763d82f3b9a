// SPDX-License-Identifier: MIT
// The numbers that a simulated accelerator is made of. They come from hardware/*.yaml, where each
// stands with its source; here they are plain data.
#pragma once

#include <string>

#include "core/units.h"

namespace assay::sim {

/// What the thread that feeds the device spends on one call.
struct FeedingTimes {
  Nanoseconds dispatch{0};     ///< A kernel op by op, as a framework's eager mode does.
  Nanoseconds launch{0};       ///< A kernel of a prepared plan.
  Nanoseconds replay{0};       ///< A whole captured plan.
  Nanoseconds copy{0};         ///< A copy put on a stream.
  Nanoseconds event{0};        ///< An event recorded or waited for on a stream.
  Nanoseconds synchronise{0};  ///< From the end of the work to the thread that waited for it.
};

/// Of a kernel: the larger of its arithmetic and its memory traffic, and what every kernel takes.
struct ComputeEngine {
  double f32_products_per_second = 0;
  double f16_products_per_second = 0;  ///< bf16 too.
  double i8_products_per_second = 0;
  double product_efficiency = 1;
  double vector_flops_per_second = 0;  ///< Whatever is no product.
  double memory_bytes_per_second = 0;
  double memory_efficiency = 1;
  Nanoseconds kernel{0};      ///< Of every kernel that is launched by itself.
  Nanoseconds graph_node{0};  ///< Of every kernel within a replayed plan.
};

struct CopyEngines {
  double to_device_bytes_per_second = 0;  ///< From pinned memory.
  double from_device_bytes_per_second = 0;
  Nanoseconds latency{0};
};

/// One worker of the host, for what is preprocessed there.
struct HostWorker {
  double flops_per_second = 0;
  double memory_bytes_per_second = 0;
};

struct SimProfile {
  std::string name;         ///< "l40s"
  std::string description;  ///< "NVIDIA L40S: 4 numbers measured, 8 of datasheets, 9 assumed"
  Bytes memory;
  int queue_depth = 1024;     ///< Launches that wait for the device; then the host waits.
  Nanoseconds submission{0};  ///< From the end of the call to the earliest start on the device.
  FeedingTimes feeding;
  ComputeEngine compute;
  CopyEngines copies;
  HostWorker host;
};

}  // namespace assay::sim
