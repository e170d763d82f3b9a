// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/text_source.h"
#include "core/clock.h"
#include "core/statistics/order_statistics.h"
#include "engine/graph/storage.h"
#include "engine/runtime/generation.h"
#include "engine/tensor/dtype.h"
#include "oracle/machine/topology.h"

namespace assay::cli {
namespace {

using models::TokenId;

/// When what was done: the moments of the tokens, as they were chosen.
struct Moments {
  Nanoseconds prepare{};  ///< Loading, packing and planning, which no token waits for again.
  Nanoseconds start{};
  std::vector<Nanoseconds> tokens;
};

graph::WeightStorage parse_storage(const std::string& text) {
  if (text == "i8-dynamic") return {.dtype = tensor::DType::kI8, .mode = "dynamic"};
  const auto dtype = tensor::parse_dtype(text);
  ASSAY_CHECK(dtype.has_value(), "the command line takes only storages there are");
  return {.dtype = *dtype};
}

Result<runtime::GenerationOptions> options_of(const GenerateArguments& arguments,
                                              const TextSource& source) {
  runtime::GenerationOptions options;
  options.sampling = source.sampling;
  const auto& asked = arguments.sampling;
  const bool draws = asked.top_k.has_value() || asked.top_p.has_value();
  if (draws && options.sampling.temperature == 0) options.sampling.temperature = 1;
  options.sampling.temperature = asked.temperature.value_or(options.sampling.temperature);
  options.sampling.top_k = asked.top_k.value_or(options.sampling.top_k);
  options.sampling.top_p = asked.top_p.value_or(options.sampling.top_p);
  ASSAY_TRY_VOID(check_sampling_options(options.sampling));
  options.tokens_max = arguments.tokens;
  options.stops = source.stops;
  options.seed = asked.seed;
  return options;
}

Result<void> check_length(const TextSource& source, std::int64_t prompt, std::int64_t tokens) {
  if (source.tokens_max == 0 || prompt + tokens <= source.tokens_max) return {};
  return Error::user(
      "the prompt has {} tokens and {} more were asked for; the model was made for {}: ask for "
      "fewer with --tokens",
      prompt, tokens, source.tokens_max);
}

int threads_or_default(int asked) {
  if (asked > 0) return asked;
  const auto topology = machine::read_topology();
  return topology ? std::max(1, static_cast<int>(topology->cores.size())) : 1;
}

/// A model and the device whose clock tells its times.
struct LoadedSource {
  std::unique_ptr<backend::Device> device;
  std::shared_ptr<backend::LoadedModel> model;
};

Result<LoadedSource> load(const GenerateArguments& arguments, const Context& context,
                          TextSource& source) {
  LoadedSource loaded;
  ASSAY_TRY(loaded.device, context.registries.devices->open(arguments.device));
  ASSAY_TRY(const backend::CompileMode mode, backend::parse_compile_mode(arguments.compile));
  ASSAY_TRY(const graph::Graph graph,
            graph::with_weight_storage(source.graph, parse_storage(arguments.storage)));
  ASSAY_TRY(loaded.model,
            loaded.device->load(graph, source.weights,
                                {.mode = mode, .threads = threads_or_default(arguments.threads)}));
  source.weights = graph::Weights();  // What the device packed is then held once.
  return loaded;
}

double milliseconds(Nanoseconds time) {
  return Seconds(time).count() * 1e3;
}

/// What was measured, and nothing else: no token after the first, no time of one.
std::string describe(const Moments& moments, std::int64_t prompt) {
  std::string text = format("prepared in {:.0f} ms", milliseconds(moments.prepare));
  if (moments.tokens.empty()) return text;
  const Nanoseconds first = moments.tokens.front() - moments.start;
  text += format("; prompt of {} tokens and the first new one: {:.1f} ms ({:.1f} tokens/s)", prompt,
                 milliseconds(first), static_cast<double>(prompt) / Seconds(first).count());
  std::vector<double> steps;
  for (std::size_t i = 1; i < moments.tokens.size(); ++i)
    steps.push_back(milliseconds(moments.tokens[i] - moments.tokens[i - 1]));
  if (steps.empty()) return text;
  const double whole = milliseconds(moments.tokens.back() - moments.tokens.front());
  return text + format("; {} more: {:.2f} ms each (median; {:.2f} to {:.2f}), {:.1f} tokens/s",
                       steps.size(), statistics::median(steps), std::ranges::min(steps),
                       std::ranges::max(steps), static_cast<double>(steps.size()) / whole * 1e3);
}

Result<Moments> write_answer(runtime::TextSession& session, const Clock& clock,
                             const TextSource& source, const std::vector<TokenId>& prompt,
                             const runtime::GenerationOptions& options) {
  Moments moments;
  CharacterStream characters;
  Result<void> decoded;
  const auto on_token = [&](std::int64_t /*row*/, TokenId token) {
    moments.tokens.push_back(clock.now());
    const auto text = text_of(source, token);
    if (!text) decoded = text.error();
    if (text) print(characters.add(*text));
    return flush_output() && decoded.has_value();
  };
  moments.start = clock.now();
  ASSAY_TRY_VOID(generate(session, {prompt}, options, on_token));
  print_line(characters.end());
  if (!decoded) return decoded.error();
  return moments;
}

}  // namespace

Result<int> generate_command(const GenerateArguments& arguments, const Context& context) {
  const Nanoseconds begin = SteadyClock::read();
  ASSAY_TRY(TextSource source, open_text_source(arguments.model));
  ASSAY_TRY(const std::vector<TokenId> prompt, tokens_of(source, arguments.prompt));
  const std::int64_t length = std::ssize(prompt);
  ASSAY_TRY_VOID(check_length(source, length, arguments.tokens));
  ASSAY_TRY(const runtime::GenerationOptions options, options_of(arguments, source));
  for (const std::string& setting : source.not_followed)
    note(format("generation_config.json: {} is not followed", setting));
  ASSAY_TRY(const LoadedSource loaded, load(arguments, context, source));
  ASSAY_TRY(runtime::TextSession session,
            runtime::TextSession::create(loaded.model, {.capacity = length + arguments.tokens}));
  ASSAY_TRY_VOID(session.prepare(length));
  const Nanoseconds prepared = SteadyClock::read();
  ASSAY_TRY(Moments moments,
            write_answer(session, loaded.device->clock(), source, prompt, options));
  moments.prepare = prepared - begin;
  const VirtualClock* simulated = loaded.device->virtual_clock();
  note(describe(moments, length) +
       (simulated == nullptr ? ""
                             : format("; times of tokens are simulated: {}", simulated->source())));
  return 0;
}

}  // namespace assay::cli
