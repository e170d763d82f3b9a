// SPDX-License-Identifier: MIT
// What a server costs beside the engine in this process: a null call beside a bare probe of the
// same socket, a call of a small model, a warm step of decoding with its bytes, and a model whose
// call is held against the same run here, in turn. Client and server are two processes, made anew
// for every replicate. Limits (issue 4): control bytes of a warm step at most 256, overhead of a
// warm call at most 10 us and the probe, plan look-up at most 300 ns.
//
//   djinn_bench [--small] [--processes N] [--model NAME] [--threads N]
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/format.h"
#include "core/hash.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "core/statistics/processes.h"
#include "djinn/client/client.h"
#include "djinn/server/server.h"
#include "engine/backends/cpu/cpu_device.h"
#include "engine/graph/canonical.h"
#include "engine/models/builders/decoder.h"
#include "engine/models/model_list.h"

namespace assay {
namespace {

struct Scale {
  int processes = 5;
  int calls = 2'000;
  int model_calls = 30;
  int threads = 1;
  std::string model = "vit16x12x768@224";
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "djinn_bench: %s\n", why.c_str());
  std::_Exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().to_string());
  return std::move(*result);
}

void must(const Result<void>& result) {
  if (!result) give_up(result.error().to_string());
}

/// A process of its own, ended with its owner.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) : process_(::fork()) {
    if (process_ < 0) give_up("fork");
    if (process_ > 0) return;
    work();
    std::_Exit(0);
  }
  ~Child() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t process_;
};

constexpr std::size_t kMessage = 66;  ///< Bytes of a PING.

[[noreturn]] void echo(int socket) {
  std::array<std::byte, kMessage> bytes;
  while (::recv(socket, bytes.data(), bytes.size(), MSG_WAITALL) == std::ssize(bytes)) {
    if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) break;
  }
  std::_Exit(0);
}

/// There and back, asked again for as long as a client of djinn does before it sleeps.
void probe(int socket) {
  std::array<std::byte, kMessage> bytes{};
  if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) give_up("send");
  const Nanoseconds start = SteadyClock::read();
  while (::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT) < 0) {
    if (SteadyClock::read() - start < 20us) continue;
    pollfd one{socket, POLLIN, 0};
    if (::poll(&one, 1, 30'000) <= 0) give_up("poll");
  }
}

[[noreturn]] void serve(const std::string& address, const Scale& scale, int ready) {
  djinn::ServerOptions options;
  options.listen = {must(djinn::parse_address(address))};
  options.service.memory = {.device = Bytes(std::int64_t{2} << 30U),
                            .text = Bytes(std::int64_t{3} << 29U),
                            .stack = Bytes(std::int64_t{1} << 26U),
                            .host = Bytes(0)};
  options.service.threads = scale.threads;
  const SteadyClock clock;
  const auto device = cpu::make_cpu_device();
  const auto server = must(djinn::Server::create(*device, options, clock));
  if (::write(ready, "r", 1) != 1) give_up("write");
  must(server->run());
  std::_Exit(0);
}

/// Times of one replicate, in seconds.
struct Measured {
  double probe = 0;
  double ping = 0;
  double call = 0;
  double step = 0;
  double plan = 0;
  double here = 0;
  double there = 0;
  double step_bytes = 0;
  double equal_outputs = 0;
};

template <class Work>
double median_time(int count, Work work) {
  std::vector<double> times;
  for (int i = 0; i < count + count / 10; ++i) {
    const Nanoseconds start = SteadyClock::read();
    work();
    const Nanoseconds time = SteadyClock::read() - start;
    if (i >= count / 10) times.push_back(Seconds(time).count());
  }
  return statistics::median(times);
}

void measure_small(djinn::Client& client, int socket, const Scale& scale, Measured& measured) {
  measured.probe = median_time(scale.calls, [&] { probe(socket); });
  measured.ping = median_time(scale.calls, [&] { must(client.ping()); });
  const graph::Graph mlp = must(models::build_model("mlp8-8"));
  auto model = must(client.load(mlp, must(graph::seeded_weights(mlp, 1)), {.name = "mlp"}));
  const std::string input = mlp.node(mlp.of_kind(graph::NodeKind::kInput)[0]).name;
  const auto x = must(tensor::HostTensor::create({tensor::DType::kF32, {1, 8}}));
  measured.call = median_time(scale.calls, [&] {
    std::ignore = must(model.call({{input, x.view()}}));
  });
  const graph::Graph decoder = must(models::build_decoder({.vocabulary = 64,
                                                           .width = 32,
                                                           .depth = 2,
                                                           .heads = 4,
                                                           .kv_heads = 4,
                                                           .head_width = 8,
                                                           .mlp_width = 64,
                                                           .positions = 4096}));
  auto text = must(client.load(decoder, must(graph::seeded_weights(decoder, 1)), {.name = "d"}));
  auto session = must(text.open_session({.capacity = 4096}));
  std::ignore = must(session.decode({{1, 2, 3}}, 1));
  std::ignore = must(session.decode({{4}}, 1));
  const djinn::ByteCounters before = client.counters();
  std::ignore = must(session.decode({{5}}, 1));
  const djinn::ByteCounters after = client.counters();
  measured.step_bytes =
      static_cast<double>(after.sent - before.sent + after.received - before.received);
  const int steps = std::min(scale.calls, 1000);
  measured.step = median_time(steps, [&] { std::ignore = must(session.decode({{6}}, 1)); });
}

void measure_plan(const Scale& scale, Measured& measured) {
  const graph::Graph mlp = must(models::build_model("mlp8-8"));
  const auto device = cpu::make_cpu_device();
  const auto loaded = must(device->load(mlp, must(graph::seeded_weights(mlp, 1)), {}));
  plan::PlanCache plans(Bytes(1 << 20));
  plan::PlanKey key{.graph = graph::fingerprint(mlp),
                    .weights = std::string(32, 'w'),
                    .device = "cpu",
                    .options = "default, 1 threads",
                    .bindings = {{"batch", 1}}};
  const auto get = [&] {
    std::ignore = must(plans.get(key, [&] { return loaded->prepare(key.bindings); }));
  };
  constexpr int kTogether = 100;
  measured.plan = median_time(scale.calls / 10,
                              [&] {
                                for (int i = 0; i < kTogether; ++i)
                                  get();
                              }) /
                  kTogether;
}

/// The model there and here, in turn.
void measure_model(djinn::Client& client, const Scale& scale, Measured& measured) {
  const graph::Graph graph = must(models::build_model(scale.model));
  const graph::Weights weights = must(graph::seeded_weights(graph, 1));
  auto model = must(client.load(graph, weights, {.name = scale.model}));
  const auto device = cpu::make_cpu_device();
  const auto loaded = must(device->load(graph, weights, {.threads = scale.threads}));
  const auto executable = must(loaded->prepare({{"batch", 1}}));
  const auto& [name, type] = executable->signature().inputs[0];
  auto input = must(tensor::HostTensor::create(type));
  Random random(7);
  for (std::int64_t i = 0; i < input.size().count() / size_of(type.dtype); ++i)
    store_element(input.view(), i, random.normal());
  auto output = must(tensor::HostTensor::create(executable->signature().outputs[0].second));
  const std::vector<tensor::ConstAnyView> inputs{input.view()};
  const std::vector<tensor::AnyView> outputs{output.view()};
  std::array<std::vector<double>, 2> times;
  for (int i = 0; i < scale.model_calls; ++i) {
    const Nanoseconds start = SteadyClock::read();
    must(executable->run({.inputs = inputs, .states = {}, .outputs = outputs}));
    const Nanoseconds between = SteadyClock::read();
    const auto result = must(model.call({{name, std::as_const(input).view()}}));
    const Nanoseconds end = SteadyClock::read();
    const bool is_equal =
        std::memcmp(result.outputs.view(0).data, output.bytes().data(), output.bytes().size()) == 0;
    measured.equal_outputs += is_equal ? 1 : 0;
    if (i < 2) continue;
    times[0].push_back(Seconds(between - start).count());
    times[1].push_back(Seconds(end - between).count());
  }
  measured.here = statistics::median(times[0]);
  measured.there = statistics::median(times[1]);
}

/// In a process of its own, which becomes the client.
Measured replicate(const Scale& scale) {
  const std::string path =
      (std::filesystem::temp_directory_path() / format("djinn_bench_{}.sock", ::getpid())).string();
  const std::string address = "unix:" + path;
  std::array<int, 2> ready{};
  std::array<int, 2> sockets{};
  if (::pipe(ready.data()) != 0 || ::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) != 0) {
    give_up("pipe");
  }
  const Child echoes([&] { echo(sockets[1]); });
  const Child server([&] { serve(address, scale, ready[1]); });
  char letter = 0;
  if (::read(ready[0], &letter, 1) != 1) give_up("the server did not start");
  Measured measured;
  auto client = must(djinn::connect(address));
  measure_small(client, sockets[0], scale, measured);
  measure_plan(scale, measured);
  measure_model(client, scale, measured);
  std::filesystem::remove(path);
  return measured;
}

Measured in_another_process(const Scale& scale) {
  std::array<int, 2> results{};
  if (::pipe(results.data()) != 0) give_up("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    const Measured measured = replicate(scale);
    const bool is_told = ::write(results[1], &measured, sizeof(measured)) == sizeof(measured);
    std::_Exit(is_told ? 0 : 1);
  }
  ::close(results[1]);
  Measured measured;
  const bool is_told = ::read(results[0], &measured, sizeof(measured)) == sizeof(measured);
  ::close(results[0]);
  ::waitpid(child, nullptr, 0);
  if (!is_told) give_up("a replicate failed");
  return measured;
}

void print_time(const char* what, const std::vector<Measured>& all, double Measured::*which) {
  std::vector<double> logs;
  for (const Measured& one : all)
    logs.push_back(std::log((one.*which) * 1e6));
  std::printf("%-44s %s us\n", what, to_text(statistics::over_processes(logs, 0.95)).c_str());
}

void print_ratio(const char* what, const std::vector<Measured>& all, double Measured::*upper,
                 double Measured::*lower) {
  std::vector<double> logs;
  for (const Measured& one : all)
    logs.push_back(std::log((one.*upper) / (one.*lower)));
  std::printf("%-44s %s\n", what, to_text(statistics::over_processes(logs, 0.95)).c_str());
}

int run(const Scale& scale) {
  std::vector<Measured> all;
  for (int i = 0; i < scale.processes; ++i)
    all.push_back(in_another_process(scale));
  std::printf("%d processes, medians of %d calls (%d of %s, %d threads)\n", scale.processes,
              scale.calls, scale.model_calls, scale.model.c_str(), scale.threads);
  print_time("bare probe of a unix socket", all, &Measured::probe);
  print_time("null call", all, &Measured::ping);
  print_ratio("null call / probe (at most 1.5)", all, &Measured::ping, &Measured::probe);
  print_time("call of a small model", all, &Measured::call);
  print_time("warm step of a small decoder", all, &Measured::step);
  print_time("plan look-up (at most 0.3)", all, &Measured::plan);
  print_time("the model in this process", all, &Measured::here);
  print_time("the model on the server", all, &Measured::there);
  print_ratio("server / in process", all, &Measured::there, &Measured::here);
  double equal = 0;
  double bytes = 0;
  for (const Measured& one : all) {
    equal += one.equal_outputs;
    bytes = std::max(bytes, one.step_bytes);
  }
  std::printf("control bytes of a warm step: %.0f (at most 256); equal outputs: %.0f of %d\n",
              bytes, equal, scale.processes * scale.model_calls);
  const std::string computed =
      format("{} {}", equal == scale.processes * scale.model_calls, bytes <= 256);
  std::printf("checksum %s\n", to_hex(hash_bytes(computed)).c_str());
  return 0;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  assay::Scale scale;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--small") == 0) {
      scale = {.processes = 1, .calls = 20, .model_calls = 3, .model = "vit16x2x64@32"};
    }
    if (std::strcmp(argv[i], "--processes") == 0 && has_value)
      scale.processes = std::max(1, std::atoi(argv[++i]));
    if (std::strcmp(argv[i], "--threads") == 0 && has_value)
      scale.threads = std::max(1, std::atoi(argv[++i]));
    if (std::strcmp(argv[i], "--model") == 0 && has_value) scale.model = argv[++i];
  }
  return assay::run(scale);
}
