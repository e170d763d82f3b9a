// SPDX-License-Identifier: MIT
// The server of a trial: started for its arms, shared by those that ask for the same one, gone with
// the last of them. It is `djinnd` in a process of its own; where no program is known (the tests of
// a module) it is the same server on a thread of this process.
//
//   TrialServers servers(devices, program);
//   ASSAY_TRY(auto server, servers.get({.threads = 1, .text = ..., .data = ...}));
//   ASSAY_TRY(djinn::Client client, server->connect());
//   ASSAY_TRY(codec::Node plans, server->stats("plan_cache"));
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/codec/node.h"
#include "djinn/client/client.h"
#include "djinn/server/server.h"
#include "engine/backend/registry.h"

namespace assay::workload {

/// What is asked of a server. The same words as djinnd's settings, in the types of the lab.
struct TrialServerRequest {
  std::string device = "cpu";
  int threads = 1;
  bool is_tcp = false;  ///< On the loopback; else over a unix socket.
  Bytes text{std::int64_t{256} << 20U};
  Bytes stack{std::int64_t{64} << 20U};
  Bytes data{std::int64_t{64} << 20U};
  djinn::DataLayout layout = djinn::DataLayout::kPaged;
  Bytes arena{std::int64_t{64} << 20U};  ///< Of a session where contiguous.
  Bytes block{std::int64_t{64} << 10U};
  Bytes host{0};
  std::string policy = "none";
  Nanoseconds idle_after = 1s;
  Nanoseconds margin = 100ms;
  Bytes plans{std::int64_t{256} << 20U};
  Bytes ring{std::int64_t{4} << 20U};  ///< Of memory shared with a client; 0: none.
  /// Not told to the server: arms with different ones never share it, as those that throw away the
  /// plans of others.
  std::string purpose = {};
};
/// Everything but the address, as djinnd takes it.
std::vector<std::string> to_flags(const TrialServerRequest& request);
/// The same for a server of this process.
djinn::ServerOptions to_options(const TrialServerRequest& request);

class TrialServer {
 public:
  virtual ~TrialServer() = default;
  TrialServer(const TrialServer&) = delete;
  TrialServer& operator=(const TrialServer&) = delete;

  virtual const std::string& address() const = 0;
  virtual std::string place() const = 0;  ///< "process 4711", "a thread of this process"
  Result<djinn::Client> connect(const djinn::ConnectOptions& options = {}) const;
  /// A section of its counters, or all. Asked over a connection that nobody measures.
  Result<codec::Node> stats(const std::string& section = {});
  Result<std::string> device();  ///< As the server says.

 protected:
  TrialServer() = default;

 private:
  std::optional<djinn::Client> asker_;
};

/// Of one number of a section: "hits" of "plan_cache". An error where there is none.
Result<std::int64_t> count_in(const codec::Node& section, std::string_view name);

class TrialServers {
 public:
  /// `program`: of which `djinnd` is a command; empty: servers are threads of this process.
  TrialServers(std::shared_ptr<const backend::Registry> devices, std::string program)
      : devices_(std::move(devices)), program_(std::move(program)) {}

  Result<std::shared_ptr<TrialServer>> get(const TrialServerRequest& request);

 private:
  Result<std::shared_ptr<TrialServer>> start(const TrialServerRequest& request) const;

  std::shared_ptr<const backend::Registry> devices_;
  std::string program_;
  std::map<std::string, std::weak_ptr<TrialServer>> servers_;
};

}  // namespace assay::workload
