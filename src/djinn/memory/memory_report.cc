// SPDX-License-Identifier: MIT
#include "djinn/memory/memory_report.h"

#include <array>
#include <utility>

namespace assay::djinn {

std::optional<std::string> imbalance(const MemoryReport& report) {
  const std::array<std::pair<std::string_view, const SegmentReport*>, 4> segments{
      {{"text", &report.text},
       {"data", &report.data},
       {"stack", &report.stack},
       {"host", &report.host}}};
  for (const auto& [name, segment] : segments) {
    for (const Bytes part : {segment->used, segment->waste_internal, segment->waste_external,
                             segment->free, segment->reserved}) {
      if (part < Bytes(0)) return format("{}: a part has {} bytes", name, part.count());
    }
    const Bytes sum =
        segment->used + segment->waste_internal + segment->waste_external + segment->free;
    if (sum != segment->reserved) {
      return format("{}: {} used, {} and {} wasted, {} free are not the {} reserved", name,
                    segment->used.count(), segment->waste_internal.count(),
                    segment->waste_external.count(), segment->free.count(),
                    segment->reserved.count());
    }
  }
  if (report.dirty + report.clean != report.data.used) {
    return format("{} dirty and {} clean are not the {} used", report.dirty.count(),
                  report.clean.count(), report.data.used.count());
  }
  return std::nullopt;
}

}  // namespace assay::djinn
