// SPDX-License-Identifier: MIT
// Any header gives a table whose tensors fill the data, or a message. The first byte is the size of
// the data, so that a search can make the two agree.
#include <cstddef>
#include <cstdint>

#include "bytes.h"
#include "engine/models/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace assay;
  if (size == 0) return 0;
  const Bytes data(bytes[0]);
  const auto tensors = models::parse_safetensors_header(text_of(bytes + 1, size - 1), data);
  if (!tensors) {
    ASSAY_CHECK(!tensors.error().message().empty(), "a complaint says something");
    return 0;
  }
  std::int64_t sum = 0;
  for (const auto& [name, stored] : *tensors) {
    sum += stored.size;
    const auto type = models::type_of(stored);
    if (!type) continue;
    const auto count = tensor::element_count(type->shape);
    ASSAY_CHECK(count.has_value(), "the size of a tensor was checked");
    ASSAY_CHECK_EQ(*count * tensor::size_of(type->dtype), stored.size,
                   "its bytes are its elements");
  }
  ASSAY_CHECK_EQ(sum, data.count(), "every byte belongs to one tensor");
  return 0;
}
