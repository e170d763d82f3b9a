// SPDX-License-Identifier: MIT
#include "djinn/c_interface/djinn.h"

#include <algorithm>
#include <cmath>
#include <new>

#include "djinn/client/client.h"
#include "djinn/wire/graph_message.h"

struct djinn_client {
  assay::djinn::Client client;
};
struct djinn_model {
  assay::djinn::Model model;
};
struct djinn_session {
  assay::djinn::Session session;
  std::size_t rows;
};
struct djinn_result {
  assay::djinn::Received tensors;
  /// As C reads them.
  std::vector<std::string> names = {};
  std::vector<std::string> dtypes = {};
  std::vector<std::vector<std::int64_t>> shapes = {};
};

namespace assay::djinn {
namespace {

static_assert(DJINN_USER_ERROR == 2 && DJINN_ENVIRONMENT_ERROR == 3 && DJINN_BUG == 70,
              "as exit_code() has them");

std::string& last_error() {
  thread_local std::string text;
  return text;
}

djinn_status failed(const Error& error) {
  last_error() = error.to_string();
  return static_cast<djinn_status>(exit_code(error));
}

/// No exception passes into C; the only one that there is says that memory is out.
template <class Body>
djinn_status guarded(Body body) {
  try {
    const Result<void> done = body();
    return done ? DJINN_OK : failed(done.error());
  } catch (const std::bad_alloc&) {
    return failed(Error::environment("the memory of this process is used up"));
  }
}

Result<void> expect_given(const void* pointer, std::string_view what) {
  if (pointer != nullptr) return {};
  return Error::user("{} is NULL", what);
}

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

Result<tensor::ConstAnyView> view_of(const djinn_tensor& given) {
  ASSAY_TRY_VOID(expect_given(given.name, "the name of a tensor"));
  ASSAY_TRY_VOID(expect_given(given.dtype, "a dtype"));
  const auto dtype = tensor::parse_dtype(given.dtype);
  if (!dtype)
    return Error::user("dtype {:?}; expected f32, f16, bf16, i8, i32, u8 or f64", given.dtype);
  if (given.rank < 0 || given.rank > tensor::Dims::kRankMax) {
    return Error::user("rank {}; expected 0 to {}", given.rank, tensor::Dims::kRankMax);
  }
  if (given.rank > 0) ASSAY_TRY_VOID(expect_given(given.shape, "a shape"));
  const std::span<const std::int64_t> extents(given.shape, static_cast<std::size_t>(given.rank));
  tensor::TensorType type{.dtype = *dtype, .shape = {}};
  for (const std::int64_t extent : extents) {
    if (extent < 0) return Error::user("an extent is {}; expected 0 or more", extent);
    type.shape.append(extent);
  }
  ASSAY_TRY(const std::size_t size, dense_size(type));
  if (size != given.size) {
    return Error::user("{} bytes; {} has {}", given.size, to_text(type), size);
  }
  if (size > 0) ASSAY_TRY_VOID(expect_given(given.data, "the data"));
  return tensor::dense_view(given.data, type);
}

Result<graph::Weights> weights_of(std::span<const djinn_tensor> given) {
  graph::Weights weights;
  for (const djinn_tensor& one : given) {
    ASSAY_TRY(const auto view, view_of(one).context("in weight {}", text_or_empty(one.name)));
    ASSAY_TRY(auto copy, tensor::HostTensor::copy_of(view));
    ASSAY_TRY_VOID(weights.add(one.name, std::move(copy)));
  }
  return weights;
}

djinn_result* new_result(Received tensors) {
  auto* const result = new djinn_result{.tensors = std::move(tensors)};
  for (std::size_t i = 0; i < result->tensors.count(); ++i) {
    const tensor::TensorType type = result->tensors.view(i).type;
    result->names.push_back(result->tensors.name(i));
    result->dtypes.emplace_back(tensor::to_text(type.dtype));
    std::vector<std::int64_t>& shape = result->shapes.emplace_back();
    for (int axis = 0; axis < type.shape.rank(); ++axis)
      shape.push_back(type.shape[axis]);
  }
  return result;
}

RowTokens rows_of(std::size_t rows, const std::int32_t* tokens, const std::size_t* counts) {
  RowTokens all;
  for (const std::size_t count : std::span(counts, rows)) {
    all.emplace_back(tokens, tokens + count);
    tokens += count;
  }
  return all;
}

Result<ConnectOptions> options_of(const djinn_options* given) {
  ConnectOptions options{.client = "libassay_djinn"};
  if (given == nullptr) return options;
  if (given->struct_size < sizeof(djinn_options)) {
    return Error::user("options of {} bytes; expected struct_size = sizeof(djinn_options)",
                       given->struct_size);
  }
  options.tenant = text_or_empty(given->tenant);
  options.token = text_or_empty(given->token);
  options.authority = text_or_empty(given->authority);
  return options;
}

Result<graph::Graph> graph_of(const void* bytes, std::size_t size) {
  ASSAY_TRY_VOID(expect_given(bytes, "the graph"));
  return read_graph({static_cast<const std::byte*>(bytes), size});
}

Result<void> load(djinn_client* client, const graph::Graph& graph, const graph::Weights& weights,
                  djinn_model** model) {
  ASSAY_TRY(Model loaded, client->client.load(graph, weights));
  *model = new djinn_model{std::move(loaded)};
  return {};
}

Result<void> expect_tokens(const djinn_session* session, const std::int32_t* tokens,
                           const std::size_t* counts) {
  ASSAY_TRY_VOID(expect_given(session, "the session"));
  ASSAY_TRY_VOID(expect_given(counts, "the counts of tokens"));
  std::size_t count = 0;
  for (const std::size_t one : std::span(counts, session->rows)) {
    if (one > kTokensMax) return Error::user("{} tokens; expected at most {}", one, kTokensMax);
    count += one;
  }
  if (count > 0) ASSAY_TRY_VOID(expect_given(tokens, "the tokens"));
  return {};
}

}  // namespace
}  // namespace assay::djinn

using namespace assay;
using namespace assay::djinn;

const char* djinn_last_error() {
  return last_error().c_str();
}

djinn_status djinn_init(const char* address, const djinn_options* options, djinn_client** client) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(client, "where the client goes"));
    *client = nullptr;
    ASSAY_TRY_VOID(expect_given(address, "the address"));
    ASSAY_TRY(const ConnectOptions connect_options, options_of(options));
    ASSAY_TRY(Client made, connect(address, connect_options));
    *client = new djinn_client{std::move(made)};
    return {};
  });
}

void djinn_free(djinn_client* client) {
  delete client;
}

djinn_status djinn_ping(djinn_client* client) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(client, "the client"));
    return client->client.ping();
  });
}

djinn_status djinn_load(djinn_client* client, const void* graph, size_t graph_size,
                        const djinn_tensor* weights, size_t weight_count, djinn_model** model) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(model, "where the model goes"));
    *model = nullptr;
    ASSAY_TRY_VOID(expect_given(client, "the client"));
    if (weight_count > 0) ASSAY_TRY_VOID(expect_given(weights, "the weights"));
    ASSAY_TRY(const graph::Graph read, graph_of(graph, graph_size));
    ASSAY_TRY(const graph::Weights named, weights_of(std::span(weights, weight_count)));
    return load(client, read, named, model);
  });
}

djinn_status djinn_load_seeded(djinn_client* client, const void* graph, size_t graph_size,
                               uint64_t seed, djinn_model** model) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(model, "where the model goes"));
    *model = nullptr;
    ASSAY_TRY_VOID(expect_given(client, "the client"));
    ASSAY_TRY(const graph::Graph read, graph_of(graph, graph_size));
    ASSAY_TRY(const graph::Weights invented, graph::seeded_weights(read, seed));
    return load(client, read, invented, model);
  });
}

void djinn_model_free(djinn_model* model) {
  delete model;
}

djinn_status djinn_call(djinn_model* model, const djinn_tensor* inputs, size_t input_count,
                        djinn_result** result) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(result, "where the result goes"));
    *result = nullptr;
    ASSAY_TRY_VOID(expect_given(model, "the model"));
    if (input_count > 0) ASSAY_TRY_VOID(expect_given(inputs, "the inputs"));
    NamedInputs named;
    for (const djinn_tensor& one : std::span(inputs, input_count)) {
      ASSAY_TRY(const auto view, view_of(one).context("in input {}", text_or_empty(one.name)));
      named.emplace_back(one.name, view);
    }
    ASSAY_TRY(CallResult called, model->model.call(named));
    *result = new_result(std::move(called.outputs));
    return {};
  });
}

size_t djinn_result_count(const djinn_result* result) {
  return result == nullptr ? 0 : result->tensors.count();
}

djinn_status djinn_result_tensor(const djinn_result* result, size_t index, djinn_tensor* out) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(result, "the result"));
    ASSAY_TRY_VOID(expect_given(out, "where the tensor goes"));
    if (index >= result->tensors.count()) {
      return Error::user("tensor {}; the result has {}", index, result->tensors.count());
    }
    const tensor::ConstAnyView view = result->tensors.view(index);
    ASSAY_TRY(const std::size_t size, dense_size(view.type));
    *out = {.name = result->names[index].c_str(),
            .dtype = result->dtypes[index].c_str(),
            .rank = static_cast<std::int32_t>(result->shapes[index].size()),
            .shape = result->shapes[index].data(),
            .data = view.data,
            .size = size};
    return {};
  });
}

void djinn_result_free(djinn_result* result) {
  delete result;
}

djinn_status djinn_session_open(djinn_model* model, int64_t rows, int64_t capacity,
                                djinn_session** session) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(session, "where the session goes"));
    *session = nullptr;
    ASSAY_TRY_VOID(expect_given(model, "the model"));
    ASSAY_TRY(Session opened, model->model.open_session({.rows = rows, .capacity = capacity}));
    *session = new djinn_session{std::move(opened), static_cast<std::size_t>(rows)};
    return {};
  });
}

djinn_status djinn_prefill(djinn_session* session, const int32_t* tokens, const size_t* counts,
                           djinn_result** logits) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_given(logits, "where the logits go"));
    *logits = nullptr;
    ASSAY_TRY_VOID(expect_tokens(session, tokens, counts));
    ASSAY_TRY(AppendResult done, session->session.prefill(rows_of(session->rows, tokens, counts)));
    *logits = new_result(std::move(done.outputs));
    return {};
  });
}

djinn_status djinn_decode(djinn_session* session, const int32_t* tokens, const size_t* counts,
                          uint32_t generate, int32_t* generated) {
  return guarded([&]() -> Result<void> {
    ASSAY_TRY_VOID(expect_tokens(session, tokens, counts));
    if (generate > 0) ASSAY_TRY_VOID(expect_given(generated, "where the tokens go"));
    ASSAY_TRY(const AppendResult done,
              session->session.decode(rows_of(session->rows, tokens, counts), generate));
    for (const std::vector<TokenId>& row : done.generated) {
      if (row.size() != generate) {
        return Error::environment("the server generated {} tokens of {}", row.size(), generate);
      }
      generated = std::copy(row.begin(), row.end(), generated);
    }
    return {};
  });
}

djinn_status djinn_signal_phase(djinn_session* session, const char* phase,
                                double estimate_seconds) {
  return guarded([&]() -> Result<void> {
    constexpr double kMost = 1e6;
    ASSAY_TRY_VOID(expect_given(session, "the session"));
    ASSAY_TRY_VOID(expect_given(phase, "the phase"));
    if (!(estimate_seconds <= kMost)) {
      return Error::user("an estimate of {} seconds; expected at most {}", estimate_seconds, kMost);
    }
    std::optional<Nanoseconds> estimate;
    if (estimate_seconds >= 0) estimate = Nanoseconds(std::llround(estimate_seconds * 1e9));
    return session->session.signal_phase(phase, estimate);
  });
}

void djinn_session_free(djinn_session* session) {
  delete session;
}
