// SPDX-License-Identifier: MIT
// `assay djinnd`, which serves, and `assay djinn`, which asks a server how it is.
#include <pthread.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "cli/commands.h"
#include "cli/djinn_settings.h"
#include "cli/djinn_top.h"
#include "cli/print.h"
#include "core/codec/file.h"
#include "core/codec/json.h"
#include "djinn/client/client.h"
#include "djinn/wire/graph_message.h"
#include "engine/models/model_list.h"

namespace assay::cli {
namespace {

constexpr Bytes kFileMax{std::int64_t{1} << 20U};

/// SIGTERM and SIGINT, waited for by a thread: no handler has to be careful.
class StopSignals {
 public:
  /// Before any other thread begins, so that none of them is interrupted.
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void call(djinn::Server& server) {
    waiter_ = std::thread([this, &server] {
      int signal = 0;
      sigwait(&set_, &signal);
      server.stop();
    });
  }
  ~StopSignals() {
    if (!waiter_.joinable()) return;
    pthread_kill(waiter_.native_handle(), SIGTERM);  // Nothing to it where one came already.
    waiter_.join();
  }

 private:
  sigset_t set_{};
  std::thread waiter_;
};

Result<DjinnValues> file_values(const std::filesystem::path& path) {
  if (path.empty()) return DjinnValues();
  ASSAY_TRY(const std::string text, codec::read_file(path, kFileMax));
  return parse_djinn_file(text, path.string());
}

Result<std::string> token_in(const std::string& path) {
  if (path.empty()) return std::string();
  ASSAY_TRY(std::string token, codec::read_file(path, kFileMax).context("in token-file"));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r'))
    token.pop_back();
  return token;
}

/// As djinn_load() of the C interface and other clients take it.
Result<int> write_graph_file(const DjinnArguments& arguments) {
  if (arguments.model.empty() || arguments.out.empty()) {
    return Error::user("djinn graph; expected --model NAME and --out FILE");
  }
  ASSAY_TRY(const graph::Graph graph, models::build_model(arguments.model));
  const std::vector<std::byte> bytes = djinn::write_graph(graph);
  ASSAY_TRY_VOID(codec::write_file_atomically(
      arguments.out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  print_line(format("{}: {} nodes, {}", arguments.out, graph.nodes().size(),
                    to_text(Bytes(std::ssize(bytes)))));
  return 0;
}

}  // namespace

Result<int> djinnd_command(const DjinndArguments& arguments, const Context& context) {
  ASSAY_TRY(const DjinnValues file, file_values(arguments.config));
  const DjinnValues flags(arguments.flags.begin(), arguments.flags.end());
  const Environment environment = [](const char* name) { return std::getenv(name); };
  const DjinnValues values = resolve_djinn_values(flags, environment, file);
  ASSAY_TRY(DjinnSettings settings, djinn_settings_from(values));
  ASSAY_TRY(settings.server.access.token, token_in(values.at("token-file")));
  StopSignals signals;
  ASSAY_TRY(const auto device, context.registries.devices->open(settings.device));
  const SteadyClock clock;
  ASSAY_TRY(const auto server, djinn::Server::create(*device, settings.server, clock));
  for (const std::string& line : server->describe_memory())
    print_line(line);
  if (const auto metrics = server->metrics_address()) {
    print_line(format("djinnd tells how it is at http://{}/metrics", to_text(*metrics).substr(4)));
  }
  for (const djinn::Address& address : server->addresses())
    print_line(format("djinnd serves {} at {}", device->facts().name, to_text(address)));
  if (!flush_output()) return Error::environment("cannot write to standard output");
  signals.call(*server);
  ASSAY_TRY_VOID(server->run());
  print_line("djinnd has stopped");
  return 0;
}

Result<int> djinn_command(const DjinnArguments& arguments, const Context& /*context*/) {
  if (arguments.what == "graph") return write_graph_file(arguments);
  ASSAY_TRY(const Nanoseconds interval, parse_time(arguments.interval).context("in --interval"));
  if (interval < 10ms)
    return Error::user("--interval {}; expected 10ms or more", arguments.interval);
  ASSAY_TRY(const std::string token, token_in(arguments.token_file));
  if (arguments.what == "top") block_top_signals();
  ASSAY_TRY(
      djinn::Client client,
      djinn::connect(arguments.address,
                     {.client = "assay djinn", .token = token, .authority = arguments.authority}));
  if (arguments.what == "top") {
    ASSAY_TRY_VOID(show_top(
        client,
        {.address = arguments.address, .interval = interval, .is_once = arguments.is_once}));
    return 0;
  }
  if (arguments.what == "ping") {
    const Nanoseconds before = SteadyClock::read();
    ASSAY_TRY_VOID(client.ping());
    print_line(
        format("{} answered in {}", arguments.address, to_text(SteadyClock::read() - before)));
    return 0;
  }
  const std::string section = arguments.what == "sessions" ? "sessions" : "";
  ASSAY_TRY(const std::string json, client.stats(section));
  ASSAY_TRY(const codec::Node node, codec::parse_json(json));
  print_line(to_json(node, codec::JsonStyle::kPretty));
  return 0;
}

}  // namespace assay::cli
