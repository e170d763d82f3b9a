// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/trial_server.h"

#include <thread>

#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"
#include "lab/workload/djinn/server_process.h"

namespace assay::workload {
namespace {

Bytes whole_of(const TrialServerRequest& request) {
  return request.text + request.stack + request.data;
}

/// "0.5", to the last digit: a segment is the same to the byte.
std::string ratio_text(Bytes part, Bytes whole) {
  return format("{:.17g}", static_cast<double>(part.count()) / static_cast<double>(whole.count()));
}

std::string time_text(Nanoseconds time) {
  return format("{}us", std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

std::string address_in(const codec::TemporaryFolder& folder, bool is_tcp) {
  return is_tcp ? "tcp:127.0.0.1:0" : "unix:" + (folder.path() / "djinn.sock").string();
}

class ProcessServer final : public TrialServer {
 public:
  static Result<std::shared_ptr<TrialServer>> start(const std::string& program,
                                                    const TrialServerRequest& request) {
    auto server = std::make_shared<ProcessServer>();
    std::vector<std::string> flags = to_flags(request);
    flags.insert(flags.end(), {"--listen", address_in(server->folder_, request.is_tcp)});
    ASSAY_TRY(server->process_, ServerProcess::start(program, flags));
    return std::shared_ptr<TrialServer>(std::move(server));
  }
  const std::string& address() const override { return process_->address(); }
  std::string place() const override { return format("process {}", process_->id()); }

 private:
  codec::TemporaryFolder folder_{"djinn"};
  std::unique_ptr<ServerProcess> process_;  ///< Ends before its folder.
};

class ThreadServer final : public TrialServer {
 public:
  static Result<std::shared_ptr<TrialServer>> start(const backend::Registry& devices,
                                                    const TrialServerRequest& request) {
    auto server = std::make_shared<ThreadServer>();
    ASSAY_TRY(server->device_, devices.open(request.device));
    djinn::ServerOptions options = to_options(request);
    ASSAY_TRY(djinn::Address address,
              djinn::parse_address(address_in(server->folder_, request.is_tcp)));
    options.listen = {std::move(address)};
    ASSAY_TRY(server->server_, djinn::Server::create(*server->device_, options, server->clock_));
    server->address_ = to_text(server->server_->addresses().at(0));
    server->thread_ = std::thread([raw = server->server_.get()] {
      const auto ran = raw->run();
      ASSAY_CHECK(ran.has_value(), "a server of a trial runs until it is stopped");
    });
    return std::shared_ptr<TrialServer>(std::move(server));
  }
  ~ThreadServer() override {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  ThreadServer() = default;
  ThreadServer(const ThreadServer&) = delete;
  ThreadServer& operator=(const ThreadServer&) = delete;

  const std::string& address() const override { return address_; }
  std::string place() const override { return "a thread of this process"; }

 private:
  codec::TemporaryFolder folder_{"djinn"};
  SteadyClock clock_;
  std::unique_ptr<backend::Device> device_;
  std::unique_ptr<djinn::Server> server_;
  std::string address_;
  std::thread thread_;
};

}  // namespace

std::vector<std::string> to_flags(const TrialServerRequest& request) {
  const Bytes whole = whole_of(request);
  const std::vector<std::pair<std::string, std::string>> settings{
      {"device", request.device},
      {"threads", std::to_string(request.threads)},
      {"device-memory", std::to_string(whole.count())},
      {"text-ratio", ratio_text(request.text, whole)},
      {"stack-ratio", ratio_text(request.stack, whole)},
      {"data-layout", std::string(to_text(request.layout))},
      {"session-arena", std::to_string(request.arena.count())},
      {"block-size", std::to_string(request.block.count())},
      {"host-pool", std::to_string(request.host.count())},
      {"policy", request.policy},
      {"idle-threshold", time_text(request.idle_after)},
      {"prefetch-margin", time_text(request.margin)},
      {"plan-memory", std::to_string(request.plans.count())},
      {"shared-ring", std::to_string(request.ring.count())}};
  std::vector<std::string> flags;
  for (const auto& [name, value] : settings) {
    flags.push_back("--" + name);
    flags.push_back(value);
  }
  return flags;
}

djinn::ServerOptions to_options(const TrialServerRequest& request) {
  djinn::ServerOptions options;
  options.service.memory = {.device = whole_of(request),
                            .text = request.text,
                            .stack = request.stack,
                            .layout = request.layout,
                            .arena_size = request.arena,
                            .block_size = request.block,
                            .host = request.host,
                            .host_block_size = request.block};
  options.service.sessions.policy = request.policy;
  options.service.sessions.policy_options.idle_after = request.idle_after;
  options.service.sessions.policy_options.margin = request.margin;
  options.service.threads = request.threads;
  options.service.plans = request.plans;
  options.ring = request.ring;
  return options;
}

Result<djinn::Client> TrialServer::connect(const djinn::ConnectOptions& options) const {
  return djinn::connect(address(), options);
}

Result<codec::Node> TrialServer::stats(const std::string& section) {
  if (!asker_) {
    ASSAY_TRY(djinn::Client client, connect({.client = "counters"}));
    asker_.emplace(std::move(client));
  }
  ASSAY_TRY(const std::string json, asker_->stats(section));
  return codec::parse_json(json);
}

Result<std::string> TrialServer::device() {
  ASSAY_TRY(const codec::Node all, stats());
  const codec::Node* const device = all.find("device");
  if (device != nullptr && device->as_string() != nullptr) return *device->as_string();
  return Error::environment("the server does not say its device");
}

Result<std::int64_t> count_in(const codec::Node& section, std::string_view name) {
  const codec::Node* const value = section.find(name);
  if (value != nullptr && value->as_integer()) return *value->as_integer();
  return Error::environment("the server counts no {}", name);
}

Result<std::shared_ptr<TrialServer>> TrialServers::get(const TrialServerRequest& request) {
  std::string key = format("{};{}", request.is_tcp ? "tcp" : "unix", request.purpose);
  for (const std::string& flag : to_flags(request))
    key += " " + flag;
  std::weak_ptr<TrialServer>& kept = servers_[key];
  if (auto running = kept.lock()) return running;
  ASSAY_TRY(std::shared_ptr<TrialServer> started, start(request));
  kept = started;
  return started;
}

Result<std::shared_ptr<TrialServer>> TrialServers::start(const TrialServerRequest& request) const {
  if (!program_.empty()) return ProcessServer::start(program_, request);
  return ThreadServer::start(*devices_, request);
}

}  // namespace assay::workload
