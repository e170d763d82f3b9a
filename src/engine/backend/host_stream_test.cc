// SPDX-License-Identifier: MIT
#include "engine/backend/host_stream.h"

#include <gmock/gmock.h>

#include <array>

#include "engine/backend/device.h"

namespace assay::backend {
namespace {

constexpr std::array<std::byte, 3> kThree{std::byte{1}, std::byte{2}, std::byte{3}};

/// A backend that says nothing of memory, streams or time.
class PlainDevice final : public Device {
 public:
  const DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node&, const graph::OperandTypes&) const override {
    return std::nullopt;
  }
  Result<std::unique_ptr<LoadedModel>> load(const graph::Graph&, const graph::Weights&,
                                            const CompileOptions&) override {
    return Error::user("nothing to load");
  }

 private:
  DeviceFacts facts_;
};

class Doubling final : public Executable {
 public:
  Result<void> run(const RunArguments& arguments) override {
    const auto in = arguments.inputs[0].as<float>();
    const auto out = arguments.outputs[0].as<float>();
    out.at(0) = 2 * in.at(0);
    return {};
  }
  const backend::Signature& signature() const override { return signature_; }
  const ExecutableFacts& facts() const override { return facts_; }

 private:
  backend::Signature signature_;
  ExecutableFacts facts_;
};

TEST(HostStream, DoesAtOnceWhatIsPutThere) {
  PlainDevice device;
  auto buffer = device.allocate(Bytes(3));
  auto stream = device.open_stream();
  ASSERT_TRUE(buffer && stream);
  ASSERT_TRUE((*stream)->to_device(kThree, (*buffer)->bytes()));
  EXPECT_THAT((*buffer)->bytes(), ::testing::ElementsAreArray(kThree));
  std::array<std::byte, 3> back{};
  ASSERT_TRUE((*stream)->from_device((*buffer)->bytes(), back));
  EXPECT_EQ(back, kThree);
}

TEST(HostStream, RunsAnExecutableAtOnce) {
  const auto stream = open_host_stream();
  Doubling doubling;
  float in = 21;
  float out = 0;
  const tensor::TensorType one{tensor::DType::kF32, {1}};
  const std::array<ConstAnyView, 1> inputs{tensor::dense_view(static_cast<const float*>(&in), one)};
  const std::array<AnyView, 1> outputs{tensor::dense_view(&out, one)};
  ASSERT_TRUE(doubling.enqueue(*stream, {.inputs = inputs, .states = {}, .outputs = outputs}));
  EXPECT_EQ(out, 42);
}

TEST(HostStream, ItsEventsAreReachedWhenTheyAreRecorded) {
  const PlainDevice device;
  const auto stream = open_host_stream();
  const Nanoseconds before = device.clock().now();
  const auto first = stream->record();
  const auto second = stream->record();
  ASSERT_TRUE(first && second);
  EXPECT_TRUE((*first)->is_reached());
  EXPECT_TRUE(stream->wait(**second));
  EXPECT_TRUE(stream->synchronise());
  EXPECT_LE(before, *(*first)->reached_at());
  EXPECT_LE(*(*first)->reached_at(), *(*second)->reached_at());
  EXPECT_LE(*(*second)->reached_at(), device.clock().now());
}

TEST(HostStream, RefusesACopyBetweenDifferentLengths) {
  std::array<std::byte, 2> two{};
  const auto copied = open_host_stream()->to_device(kThree, two);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().message(), "a copy of 3 bytes into 2 bytes: both sides are as long");
  EXPECT_TRUE(open_host_stream()->to_device({}, {}));
}

TEST(HostBuffer, MoreMemoryThanThereIsIsAnError) {
  PlainDevice device;
  const auto buffer = device.allocate(Bytes(std::int64_t{1} << 60));
  ASSERT_FALSE(buffer);
  EXPECT_EQ(buffer.error().blame(), Blame::kEnvironment);
}

TEST(Device, IsItsOwnHostAndItsTimeIsReal) {
  PlainDevice device;
  EXPECT_EQ(&device.host(), &device);
  EXPECT_EQ(device.virtual_clock(), nullptr);
  const Nanoseconds then = device.clock().now() + 1ms;
  device.idle_until(then);
  EXPECT_GE(device.clock().now(), then);
}

}  // namespace
}  // namespace assay::backend
