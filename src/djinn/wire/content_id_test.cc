// SPDX-License-Identifier: MIT
#include "djinn/wire/content_id.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/tensor/host_tensor.h"

namespace assay::djinn {
namespace {

using tensor::DType;

TEST(ContentId, IsSha256OfTypeAndBytes) {
  tensor::HostTensor weight = *tensor::HostTensor::create({DType::kU8, {3}});
  constexpr std::string_view kAbc = "abc";
  std::ranges::copy(std::as_bytes(std::span(kAbc)), weight.bytes().begin());
  // printf 'u8 3\nabc' | sha256sum
  EXPECT_EQ(to_hex(content_id(weight.view()).bytes),
            "b6f2153c957c89cc55ff35485815fb31d9bbd9e19d0153ead852f0d6701e7652");
  ContentHasher parts({DType::kU8, {3}});
  parts.add(std::as_bytes(std::span(kAbc.substr(0, 1))));
  parts.add({});
  parts.add(std::as_bytes(std::span(kAbc.substr(1))));
  EXPECT_EQ(parts.finish(), content_id(weight.view()));
}

TEST(ContentId, DiffersByTypeShapeAndBytes) {
  const auto zeros = [](DType dtype, const tensor::Dims& shape) {
    return content_id(tensor::HostTensor::create({dtype, shape})->view());
  };
  std::vector<ContentId> ids{zeros(DType::kF32, {4}),    zeros(DType::kI32, {4}),
                             zeros(DType::kF32, {2, 2}), zeros(DType::kF32, {4, 1}),
                             zeros(DType::kF32, {0}),    zeros(DType::kF32, {})};
  tensor::HostTensor other = *tensor::HostTensor::create({DType::kF32, {4}});
  other.bytes()[15] = std::byte{1};
  ids.push_back(content_id(other.view()));
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

}  // namespace
}  // namespace assay::djinn
