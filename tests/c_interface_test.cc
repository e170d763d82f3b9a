// SPDX-License-Identifier: MIT
// The C interface against the C++ client on the same server, and against callers who are wrong.
#include "djinn/c_interface/djinn.h"

#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <thread>

#include "core/codec/temporary_folder.h"
#include "djinn/client/client.h"
#include "djinn/server/server.h"
#include "djinn/wire/graph_message.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/models/builders/decoder.h"

namespace assay::djinn {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

constexpr std::int64_t kMi = std::int64_t{1} << 20U;

class CInterface : public ::testing::Test {
 protected:
  CInterface() {
    ServerOptions options;
    options.listen = {*parse_address(address_)};
    options.service.memory = {
        .device = Bytes(32 * kMi), .text = Bytes(8 * kMi), .stack = Bytes(kMi), .host = Bytes(0)};
    server_ = *Server::create(*device_, options, clock_);
    thread_ = std::thread([this] { EXPECT_TRUE(server_->run()); });
    EXPECT_EQ(djinn_init(address_.c_str(), nullptr, &client_), DJINN_OK) << djinn_last_error();
  }
  ~CInterface() override {
    djinn_free(client_);
    server_->stop();
    thread_.join();
  }
  djinn_status load(const graph::Graph& graph, const std::vector<djinn_tensor>& weights,
                    djinn_model** model) {
    const auto bytes = write_graph(graph);
    return djinn_load(client_, bytes.data(), bytes.size(), weights.data(), weights.size(), model);
  }

  codec::TemporaryFolder folder_{"c_interface"};
  std::string address_ = "unix:" + (folder_.path() / "s").string();
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  SteadyClock clock_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  djinn_client* client_ = nullptr;
};

graph::Graph linear_graph() {
  graph::Graph graph;
  const auto x = graph.input("x", tensor::DType::kF32, {"batch", 2});
  graph.output("y", graph.op("linear", {x, graph.weight("w", {tensor::DType::kF32, {3, 2}})}));
  return graph;
}

const std::vector<std::int64_t> kWeightShape{3, 2};
const std::vector<float> kWeight{1, 2, 3, 4, 5, 6};

djinn_tensor tensor_of(const char* name, const std::vector<std::int64_t>& shape,
                       const std::vector<float>& data) {
  return {.name = name,
          .dtype = "f32",
          .rank = static_cast<std::int32_t>(shape.size()),
          .shape = shape.data(),
          .data = data.data(),
          .size = data.size() * sizeof(float)};
}

TEST_F(CInterface, CallsAModelWithItsOwnWeights) {
  djinn_model* model = nullptr;
  ASSERT_EQ(load(linear_graph(), {tensor_of("w", kWeightShape, kWeight)}, &model), DJINN_OK)
      << djinn_last_error();
  const std::vector<std::int64_t> shape{1, 2};
  const std::vector<float> data{10, 1};
  const djinn_tensor x = tensor_of("x", shape, data);
  djinn_result* result = nullptr;
  ASSERT_EQ(djinn_call(model, &x, 1, &result), DJINN_OK) << djinn_last_error();
  ASSERT_EQ(djinn_result_count(result), 1U);
  djinn_tensor y;
  ASSERT_EQ(djinn_result_tensor(result, 0, &y), DJINN_OK);
  EXPECT_STREQ(y.name, "y");
  EXPECT_STREQ(y.dtype, "f32");
  EXPECT_THAT(std::span(y.shape, static_cast<std::size_t>(y.rank)), ElementsAreArray({1, 3}));
  EXPECT_THAT(std::span(static_cast<const float*>(y.data), 3), ElementsAreArray({12, 34, 56}));
  EXPECT_EQ(y.size, 12U);
  EXPECT_EQ(djinn_result_tensor(result, 1, &y), DJINN_USER_ERROR);
  djinn_result_free(result);
  djinn_model_free(model);
  EXPECT_EQ(djinn_ping(client_), DJINN_OK);
}

TEST_F(CInterface, DecodesAsTheClientInCppDoes) {
  const auto graph = *models::build_decoder({.vocabulary = 50,
                                             .width = 16,
                                             .depth = 2,
                                             .heads = 2,
                                             .kv_heads = 2,
                                             .head_width = 8,
                                             .mlp_width = 32,
                                             .positions = 64});
  Client other = *connect(address_);
  auto expected_model = other.load(graph, *graph::seeded_weights(graph, 3));
  ASSERT_TRUE(expected_model);
  auto expected = expected_model->open_session({.rows = 2, .capacity = 32});
  ASSERT_TRUE(expected);

  const auto bytes = write_graph(graph);
  djinn_model* model = nullptr;
  ASSERT_EQ(djinn_load_seeded(client_, bytes.data(), bytes.size(), 3, &model), DJINN_OK);
  djinn_session* session = nullptr;
  ASSERT_EQ(djinn_session_open(model, 2, 32, &session), DJINN_OK) << djinn_last_error();
  djinn_model_free(model);  // In any order.
  const std::vector<std::int32_t> prompt{1, 2, 3, 4, 5};
  const std::vector<std::size_t> counts{3, 2};
  djinn_result* logits = nullptr;
  ASSERT_EQ(djinn_prefill(session, prompt.data(), counts.data(), &logits), DJINN_OK);
  const auto scores = expected->prefill({{1, 2, 3}, {4, 5}});
  ASSERT_TRUE(scores);
  djinn_tensor got;
  ASSERT_EQ(djinn_result_tensor(logits, 0, &got), DJINN_OK);
  const auto want = scores->outputs.view(0);
  ASSERT_EQ(got.size, *dense_size(want.type));
  EXPECT_EQ(std::memcmp(got.data, want.data, got.size), 0);
  djinn_result_free(logits);
  EXPECT_EQ(djinn_signal_phase(session, "IO_WAIT", -1), DJINN_OK);
  EXPECT_EQ(djinn_signal_phase(session, "COMPUTE", 0.5), DJINN_OK);
  const std::vector<std::int32_t> next{7, 8};
  const std::vector<std::size_t> one_each{1, 1};
  std::array<std::int32_t, 8> tokens{};
  ASSERT_EQ(djinn_decode(session, next.data(), one_each.data(), 4, tokens.data()), DJINN_OK);
  const auto written = expected->decode({{7}, {8}}, 4);
  ASSERT_TRUE(written);
  EXPECT_THAT(std::span(tokens).first(4), ElementsAreArray(written->generated[0]));
  EXPECT_THAT(std::span(tokens).last(4), ElementsAreArray(written->generated[1]));
  djinn_session_free(session);
}

TEST_F(CInterface, SaysWhatIsWrong) {
  const auto says = [](djinn_status status, djinn_status want, const char* text) {
    EXPECT_EQ(status, want) << djinn_last_error();
    EXPECT_THAT(djinn_last_error(), HasSubstr(text));
  };
  djinn_client* nobody = client_;
  says(djinn_init("unix:/nobody", nullptr, &nobody), DJINN_ENVIRONMENT_ERROR, "/nobody");
  EXPECT_EQ(nobody, nullptr);
  says(djinn_init("nonsense", nullptr, &nobody), DJINN_USER_ERROR, "expected unix:PATH");
  says(djinn_init(nullptr, nullptr, &nobody), DJINN_USER_ERROR, "the address is NULL");
  says(djinn_init(address_.c_str(), nullptr, nullptr), DJINN_USER_ERROR, "is NULL");
  const djinn_options old{.struct_size = 3, .tenant = {}, .token = {}, .authority = {}};
  says(djinn_init(address_.c_str(), &old, &nobody), DJINN_USER_ERROR, "sizeof(djinn_options)");
  says(djinn_ping(nullptr), DJINN_USER_ERROR, "the client is NULL");

  djinn_model* model = nullptr;
  says(djinn_load(client_, "graph", 5, nullptr, 0, &model), DJINN_USER_ERROR, "");
  EXPECT_EQ(model, nullptr);
  says(djinn_load(client_, nullptr, 5, nullptr, 0, &model), DJINN_USER_ERROR, "the graph is NULL");
  const djinn_tensor good = tensor_of("w", kWeightShape, kWeight);
  says(load(linear_graph(), {}, &model), DJINN_USER_ERROR, "w");
  djinn_tensor bad = good;
  bad.dtype = "float";
  says(load(linear_graph(), {bad}, &model), DJINN_USER_ERROR, "expected f32, f16");
  bad = good;
  bad.size = 23;
  says(load(linear_graph(), {bad}, &model), DJINN_USER_ERROR, "23 bytes; f32 3x2 has 24");
  bad = good;
  bad.rank = 7;
  says(load(linear_graph(), {bad}, &model), DJINN_USER_ERROR, "expected 0 to 6");
  const std::vector<std::int64_t> huge{std::int64_t{1} << 62U, 8};
  bad = good;
  bad.shape = huge.data();
  says(load(linear_graph(), {bad}, &model), DJINN_USER_ERROR, "in weight w");
  const std::vector<std::int64_t> negative{-3, -2};
  bad.shape = negative.data();
  says(load(linear_graph(), {bad}, &model), DJINN_USER_ERROR, "an extent is -3");
  bad = good;
  bad.data = nullptr;
  says(load(linear_graph(), {bad}, &model), DJINN_USER_ERROR, "the data is NULL");
  says(load(linear_graph(), {good, good}, &model), DJINN_USER_ERROR, "w");

  ASSERT_EQ(load(linear_graph(), {good}, &model), DJINN_OK);
  djinn_result* result = nullptr;
  says(djinn_call(model, nullptr, 0, &result), DJINN_USER_ERROR, "x");
  djinn_session* session = nullptr;
  says(djinn_session_open(model, 0, 1, &session), DJINN_USER_ERROR, "must be positive");
  EXPECT_NE(djinn_session_open(model, 1, 8, &session), DJINN_OK) << "it has no states";
  EXPECT_EQ(session, nullptr);
  djinn_model_free(model);
  djinn_model_free(nullptr);
  djinn_session_free(nullptr);
  djinn_result_free(nullptr);
  djinn_free(nullptr);
  EXPECT_EQ(djinn_ping(client_), DJINN_OK);
}

}  // namespace
}  // namespace assay::djinn
