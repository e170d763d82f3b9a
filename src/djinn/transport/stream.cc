// SPDX-License-Identifier: MIT
#include "djinn/transport/stream.h"

#include <algorithm>

namespace assay::djinn {

Result<Moved> Stream::send(std::span<const Part> parts) {
  ASSAY_CHECK(!std::ranges::all_of(parts, &Part::empty), "there is something to send");
  ++counters_.send_calls;
  return do_send(parts);
}

Result<Moved> Stream::receive(std::span<std::byte> into) {
  ASSAY_CHECK(!into.empty(), "there is room to receive into");
  ++counters_.receive_calls;
  return do_receive(into);
}

}  // namespace assay::djinn
