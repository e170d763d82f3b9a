// SPDX-License-Identifier: MIT
#include "djinn/server/weight_store.h"

#include <gmock/gmock.h>

#include <cstring>

namespace assay::djinn {
namespace {

using tensor::DType;
using tensor::HostTensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

HostTensor weight_of(float first) {
  HostTensor weight = *HostTensor::create({DType::kF32, {4, 8}});
  for (std::int64_t i = 0; i < 32; ++i)
    store_element(weight.view(), i, first + static_cast<float>(i));
  return weight;
}

class WeightStoreTest : public ::testing::Test {
 protected:
  Served<StoredWeightMessage> put(std::uint64_t connection, const HostTensor& weight,
                                  std::size_t begin, std::size_t end) {
    return store_.put(connection,
                      {.id = content_id(weight.view()), .type = weight.type(), .offset = begin},
                      weight.bytes().subspan(begin, end - begin));
  }
  std::unique_ptr<TextSegment> text_ = *TextSegment::create(Bytes(1 << 20));
  WeightStore store_{*text_};
};

TEST_F(WeightStoreTest, PartsBecomeTheWeight) {
  const HostTensor weight = weight_of(1);
  const ContentId id = content_id(weight.view());
  EXPECT_THAT(store_.missing({id}), ElementsAre(0U));
  const auto first = put(1, weight, 0, 50);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(first->is_complete);
  EXPECT_EQ(first->bytes_held, 50U);
  EXPECT_THAT(store_.missing({id}), ElementsAre(0U)) << "half a weight is none";
  const auto last = put(1, weight, 50, 128);
  ASSERT_TRUE(last && last->is_complete);
  EXPECT_TRUE(store_.missing({id}).empty());
  const auto weights = store_.take_out({{"a", id}, {"b", id}});
  ASSERT_TRUE(weights) << weights.error().message;
  EXPECT_EQ(std::memcmp((*weights->find("b"))->bytes().data(), weight.bytes().data(), 128), 0);
  EXPECT_TRUE(put(2, weight, 0, 128)->is_complete) << "sent although it is there";
}

TEST_F(WeightStoreTest, IsNotToldWhatAWeightIs) {
  const HostTensor weight = weight_of(1);
  const HostTensor other = weight_of(2);
  const auto put = store_.put(
      1, {.id = content_id(weight.view()), .type = weight.type(), .offset = 0}, other.bytes());
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().message, HasSubstr("not what its id says"));
  EXPECT_EQ(text_->counts().weights, 0) << "its memory went back";
  EXPECT_TRUE(this->put(2, weight, 0, 128)->is_complete) << "and the name is free";
}

TEST_F(WeightStoreTest, BelongsToWhoBeganIt) {
  const HostTensor weight = weight_of(1);
  ASSERT_TRUE(put(1, weight, 0, 64));
  const auto other = put(2, weight, 0, 64);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(other.error().retry_after);
  EXPECT_EQ(put(1, weight, 0, 64).error().code, ErrorCode::kInvalid) << "that part was there";
  EXPECT_EQ(put(1, weight, 100, 128).error().code, ErrorCode::kInvalid) << "a part is missing";
  store_.abandon_all_of(1);
  EXPECT_EQ(put(2, weight, 64, 128).error().code, ErrorCode::kInvalid) << "it begins anew";
  EXPECT_TRUE(put(2, weight, 0, 128)->is_complete);
}

TEST_F(WeightStoreTest, NamesWhatIsMissing) {
  const auto weights = store_.take_out({{"fc.weight", ContentId()}});
  ASSERT_FALSE(weights);
  EXPECT_EQ(weights.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(weights.error().message, HasSubstr("fc.weight"));
}

}  // namespace
}  // namespace assay::djinn
