// SPDX-License-Identifier: MIT
#include "djinn/wire/tensor_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "djinn/wire/buffer.h"
#include "engine/tensor/host_tensor.h"

namespace assay::djinn {
namespace {

using tensor::DType;
using tensor::HostTensor;
using tensor::TensorType;

Buffer joined(const TensorPacker& packer) {
  Buffer payload(packer.size());
  std::size_t at = 0;
  for (const auto part : packer.parts()) {
    std::ranges::copy(part, payload.bytes().subspan(at).begin());
    at += part.size();
  }
  EXPECT_EQ(at, packer.size());
  return payload;
}

TEST(TensorPacker, PutsEveryTypeWhereItIsFound) {
  const TensorType types[] = {
      {DType::kF32, {3, 5}}, {DType::kBf16, {7}}, {DType::kI8, {0, 4}},
      {DType::kF64, {}},     {DType::kI32, {2}},  {DType::kU8, {1, 0}},
  };
  std::vector<HostTensor> tensors;
  TensorPacker packer;
  std::vector<TensorRecord> records;
  for (const TensorType& type : types) {
    tensors.push_back(*HostTensor::create(type));
    std::ranges::fill(tensors.back().bytes(), static_cast<std::byte>(tensors.size()));
  }
  for (const HostTensor& tensor : tensors)
    records.push_back(packer.add("t", tensor.view()));
  const Buffer payload = joined(packer);
  const auto views = views_of(records, payload.bytes());
  ASSERT_TRUE(views) << views.error().to_string();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto view = view_of(records[i], payload.bytes());
    ASSERT_TRUE(view);
    EXPECT_EQ(view->data, (*views)[i].data);
    EXPECT_EQ(view->type, types[i]);
    const auto bytes = std::as_const(tensors[i]).bytes();
    EXPECT_EQ(records[i].offset % kPayloadAlignment, 0U);
    if (!bytes.empty()) {
      EXPECT_EQ(std::memcmp(view->data, bytes.data(), bytes.size()), 0);
    }
  }
}

TEST(TensorRecord, RefusesWhatDoesNotLieThere) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  struct Case {
    std::string_view what;
    TensorRecord record;
    std::string_view want;
  };
  const Case cases[] = {
      {"too long", {"x", {DType::kF32, {17}}, 64}, "takes 68 bytes; the payload has 128"},
      {"beyond", {"x", {DType::kU8, {1}}, 192}, "the payload has 128"},
      {"far beyond", {"x", {DType::kU8, {1}}, ~std::uint64_t{63}}, "the payload has 128"},
      {"not aligned", {"x", {DType::kU8, {1}}, 8}, "expected a multiple of 64"},
      {"overflow", {"x", {DType::kF32, {kHuge, 4}}, 0}, "64 bits"},
      {"overflow of bytes", {"x", {DType::kF64, {kHuge}}, 0}, "64 bits"},
      {"overflow behind an empty axis", {"x", {DType::kF32, {0, kHuge, kHuge}}, 0}, "64 bits"},
  };
  const Buffer payload(128);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    const auto view = view_of(c.record, payload.bytes());
    ASSERT_FALSE(view);
    EXPECT_NE(view.error().to_string().find(c.want), std::string::npos) << view.error().to_string();
    EXPECT_NE(view.error().to_string().find("in tensor x"), std::string::npos);
    EXPECT_FALSE(views_of({{c.record}}, payload.bytes()));
  }
}

TEST(TensorRecord, RefusesTwoInOnePlace) {
  const Buffer payload(128);
  const TensorRecord first{"a", {DType::kU8, {65}}, 0};
  const TensorRecord second{"b", {DType::kU8, {1}}, 64};
  const auto views = views_of(std::vector{first, second}, payload.bytes());
  ASSERT_FALSE(views);
  EXPECT_NE(views.error().message().find("lies within the one before"), std::string::npos);
  EXPECT_FALSE(views_of(std::vector{second, first}, payload.bytes()));
}

TEST(TensorPacker, RefusesWhatIsNotDense) {
  HostTensor tensor = *HostTensor::create({DType::kF32, {2, 2}});
  tensor::AnyView view = tensor.view();
  view.strides = {1, 2};
  TensorPacker packer;
  EXPECT_DEATH(packer.add("x", view), "dense");
}

}  // namespace
}  // namespace assay::djinn
