// SPDX-License-Identifier: MIT
// Captured expressions against the engine in this process: the same graph built by hand beside
// each, the same bytes out of both.
#include "djinn/client/lazy_tensor.h"

#include <gmock/gmock.h>

#include <deque>
#include <thread>

#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "djinn/server/server.h"
#include "engine/backends/reference/reference_device.h"

namespace assay::djinn {
namespace {

using graph::NodeId;
using tensor::ConstAnyView;
using tensor::DType;
using tensor::HostTensor;
using tensor::TensorType;
using ::testing::HasSubstr;

constexpr std::int64_t kMi = std::int64_t{1} << 20U;

class LazyTensors : public ::testing::Test {
 protected:
  LazyTensors() {
    ServerOptions options;
    options.listen = {address_};
    options.service.memory = {.device = Bytes(16 * kMi),
                              .text = Bytes(8 * kMi),
                              .stack = Bytes(4 * kMi),
                              .host = Bytes(0)};
    server_ = *Server::create(*device_, options, clock_);
    thread_ = std::thread([this] { EXPECT_TRUE(server_->run()); });
    client_.emplace(*connect(to_text(address_)));
  }
  ~LazyTensors() override {
    server_->stop();
    thread_.join();
  }

  codec::TemporaryFolder folder_{"lazy"};
  Address address_ = *parse_address("unix:" + (folder_.path() / "s").string());
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  SteadyClock clock_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::optional<Client> client_;
};

HostTensor numbers(std::initializer_list<std::int64_t> shape, std::uint64_t seed) {
  HostTensor tensor = *HostTensor::create({DType::kF32, tensor::Dims(shape)});
  Random random(seed);
  for (std::int64_t i = 0; i < tensor.size().count() / 4; ++i)
    store_element(tensor.view(), i, random.normal());
  return tensor;
}

std::string bytes_of(const HostTensor& tensor) {
  const auto bytes = tensor.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The same expression twice: captured, and as a graph that the engine runs here.
class Twice {
 public:
  explicit Twice(const Client& client) : capture_(client) {}

  struct Pair {
    LazyTensor lazy;
    NodeId node;
  };
  Pair input(std::initializer_list<std::int64_t> shape, std::uint64_t seed) {
    inputs_.push_back(numbers(shape, seed));
    const HostTensor& data = inputs_.back();
    std::vector<graph::Extent> extents(shape.begin(), shape.end());
    return {capture_.input(data.view()),
            graph_.input("i" + std::to_string(inputs_.size()), DType::kF32, std::move(extents))};
  }
  Pair weight(std::initializer_list<std::int64_t> shape, std::uint64_t seed) {
    HostTensor data = numbers(shape, seed);
    const std::string name = "w" + std::to_string(weights_.entries().size());
    Pair made{capture_.weight(std::as_const(data).view()), graph_.weight(name, data.type())};
    EXPECT_TRUE(weights_.add(name, std::move(data)));
    return made;
  }
  Pair op(const std::string& name, const std::vector<Pair>& operands,
          const graph::Attributes& attributes = {}) {
    std::vector<LazyTensor> lazy;
    std::vector<NodeId> nodes;
    for (const Pair& operand : operands) {
      lazy.push_back(operand.lazy);
      nodes.push_back(operand.node);
    }
    return {apply(name, lazy, attributes), graph_.op(name, nodes, attributes)};
  }
  /// What the engine says, beside what the server says.
  void expect_equal(const Pair& value) {
    graph_.output("y", value.node);
    const auto device = reference::make_reference_device();
    const auto loaded = device->load(graph_, weights_, {});
    ASSERT_TRUE(loaded) << loaded.error().to_string();
    const auto executable = (*loaded)->prepare({});
    ASSERT_TRUE(executable) << executable.error().to_string();
    HostTensor here = *HostTensor::create(value.lazy.type());
    std::vector<ConstAnyView> inputs;
    for (const HostTensor& input : inputs_)
      inputs.push_back(input.view());
    const std::vector<tensor::AnyView> outputs{here.view()};
    ASSERT_TRUE((*executable)->run({.inputs = inputs, .states = {}, .outputs = outputs}));
    const auto there = value.lazy.value();
    ASSERT_TRUE(there) << there.error().to_string();
    EXPECT_EQ(there->type(), here.type());
    EXPECT_EQ(bytes_of(*there), bytes_of(here));
  }

 private:
  Capture capture_;
  graph::Graph graph_;
  graph::Weights weights_;
  std::deque<HostTensor> inputs_;
};

TEST_F(LazyTensors, GiveTheBytesOfTheEngine) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    Twice twice(*client_);
    Random random(seed);
    std::vector<Twice::Pair> values{twice.input({3, 4}, seed), twice.weight({3, 4}, seed + 50),
                                    twice.input({3, 4}, seed + 100)};
    const auto any = [&] { return values[static_cast<std::size_t>(random.below(values.size()))]; };
    for (std::uint64_t step = 1 + random.below(8); step > 0; --step) {
      switch (random.below(6)) {
        case 0:
          values.push_back(twice.op("add", {any(), any()}));
          break;
        case 1:
          values.push_back(twice.op("multiply", {any(), twice.weight({4}, step)}));
          break;
        case 2:
          values.push_back(twice.op("activation", {any()}, {{"kind", "gelu"}}));
          break;
        case 3:
          values.push_back(twice.op("softmax", {any()}));
          break;
        case 4:
          values.push_back(twice.op("matmul", {any(), twice.weight({4, 4}, step)}));
          break;
        default:
          values.push_back(
              twice.op("reshape", {twice.op("permute", {any()}, {{"axes", graph::Integers{1, 0}}})},
                       {{"shape", graph::Integers{3, 4}}}));
      }
    }
    // Everything that is an input of the graph has to be used: the last value uses all of them.
    Twice::Pair all = values.back();
    for (const Twice::Pair& value : values)
      all = twice.op("add", {all, value});
    ASSERT_NO_FATAL_FAILURE(twice.expect_equal(all)) << "seed " << seed;
  }
}

TEST_F(LazyTensors, ReadLikeOrdinaryExpressions) {
  Capture capture(*client_);
  const HostTensor x = numbers({2, 3}, 1);
  const HostTensor w = numbers({3, 2}, 2);
  const HostTensor b = numbers({2}, 3);
  const LazyTensor y =
      relu(capture.input(x.view()).matmul(capture.weight(w.view())) + capture.weight(b.view()));
  ASSERT_FALSE(y.error());
  EXPECT_EQ(to_text(y.type()), "f32 2x2");
  const auto value = y.value();
  ASSERT_TRUE(value) << value.error().to_string();
  const auto at = [](const HostTensor& tensor, auto... index) {
    return tensor.view().as<float>().at(index...);
  };
  for (std::int64_t i = 0; i < 2; ++i) {
    for (std::int64_t j = 0; j < 2; ++j) {
      float sum = at(b, j);
      for (std::int64_t k = 0; k < 3; ++k)
        sum += at(x, i, k) * at(w, k, j);
      EXPECT_NEAR(at(*value, i, j), std::max(sum, 0.0F), 1e-5);
    }
  }
}

TEST_F(LazyTensors, ShipAGraphOnceAndAWeightOnce) {
  Capture capture(*client_);
  const HostTensor w = numbers({64, 64}, 2);
  const HostTensor same = *HostTensor::copy_of(w.view());
  std::uint64_t first = 0;
  for (int step = 0; step < 5; ++step) {
    const HostTensor x = numbers({2, 64}, 10 + static_cast<std::uint64_t>(step));
    const ByteCounters before = client_->counters();
    const LazyTensor y =
        capture.input(x.view()).matmul(capture.weight(step % 2 == 0 ? w.view() : same.view()));
    ASSERT_TRUE(y.value());
    const std::uint64_t sent = client_->counters().sent - before.sent;
    if (step == 0) first = sent;
    if (step == 0) continue;
    EXPECT_LT(sent, 1024U) << "an input of 512 bytes and a name";
  }
  EXPECT_GT(first, 64U * 64 * 4);
  EXPECT_EQ(capture.graphs_shipped(), 1U);
  const LazyTensor other = capture.input(w.view()).matmul(capture.weight(w.view()));
  const ByteCounters before = client_->counters();
  ASSERT_TRUE(other.value());
  EXPECT_EQ(capture.graphs_shipped(), 2U) << "another shape is another graph";
  EXPECT_LT(client_->counters().sent - before.sent, 2U * 64 * 64 * 4) << "over the same weight";
}

TEST_F(LazyTensors, CalculateWhatIsSharedOnce) {
  Capture capture(*client_);
  const HostTensor x = numbers({4, 4}, 5);
  const LazyTensor shared = gelu(capture.input(x.view()));
  const LazyTensor sum = shared + shared;
  const std::vector<LazyTensor> wanted{sum, shared, sum * shared};
  const auto graph = capture.graph_of(wanted);
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->op_count(), 3);
  const auto values = capture.values(wanted);
  ASSERT_TRUE(values) << values.error().to_string();
  ASSERT_EQ(values->size(), 3U);
  EXPECT_EQ(bytes_of((*values)[1]), bytes_of(*shared.value()));
  EXPECT_EQ(bytes_of((*values)[0]), bytes_of(*sum.value()));
  EXPECT_TRUE(capture.values({})->empty());
}

TEST_F(LazyTensors, SayWhereTheyAreWrittenWhatDoesNotFit) {
  Capture capture(*client_);
  const HostTensor x = numbers({2, 3}, 1);
  const HostTensor w = numbers({4, 5}, 2);
  const LazyTensor wrong = capture.input(x.view()).matmul(capture.weight(w.view()));
  ASSERT_TRUE(wrong.error());
  const std::string text = wrong.error()->to_string();
  EXPECT_THAT(text, HasSubstr("k = 3"));
  EXPECT_THAT(text, HasSubstr("capturing matmul of f32 2x3 and f32 4x5"));
  // What is made of it says the same, and nothing was sent.
  const ByteCounters before = client_->counters();
  const auto value = (relu(wrong) + capture.input(x.view())).value();
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().to_string(), text);
  EXPECT_EQ(value.error().blame(), Blame::kUser);
  EXPECT_EQ(client_->counters().sent, before.sent);

  EXPECT_THAT(apply("mat_mul", {{capture.input(x.view())}}).error()->to_string(),
              HasSubstr("matmul"));
  EXPECT_TRUE(apply("activation", {{capture.input(x.view())}}, {{"kind", "rely"}}).error());
  EXPECT_TRUE(capture.input(x.view()).reshape({7}).error());
  Capture other(*client_);
  const LazyTensor mixed = capture.input(x.view()) + other.input(x.view());
  ASSERT_TRUE(mixed.error());
  EXPECT_THAT(mixed.error()->message(), HasSubstr("two captures"));
}

TEST_F(LazyTensors, MayBeLong) {
  Capture capture(*client_);
  const HostTensor x = numbers({2}, 1);
  LazyTensor sum = capture.input(x.view());
  for (int step = 0; step < 300; ++step)
    sum = sum + sum;
  ASSERT_TRUE(sum.value());
  for (int step = 0; step < 70'000; ++step)
    sum = relu(sum);
  const auto value = sum.value();
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().message(), HasSubstr("more than 65536 ops"));
}

}  // namespace
}  // namespace assay::djinn
