// SPDX-License-Identifier: MIT
// `assay djinnd` in a process of its own, for as long as the object lives: what is measured is then
// a server as a person starts it, with an address space, threads and memory apart from its
// client's.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace assay::workload {

class ServerProcess {
 public:
  /// Starts `program djinnd flags...` and waits until it says where it serves. It may run on every
  /// CPU that the run may use: what this process binds its own threads to is not handed on, nor are
  /// the variables that say so, nor those that would change the server's settings.
  static Result<std::unique_ptr<ServerProcess>> start(const std::string& program,
                                                      const std::vector<std::string>& flags);
  /// Asks it to end, and ends it where it does not.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }  ///< As it said.
  pid_t id() const { return process_; }

 private:
  ServerProcess(pid_t process, int output) : process_(process), output_(output) {}
  Result<void> wait_until_it_serves();

  pid_t process_;
  int output_;  ///< What it prints; ends with it.
  std::string address_;
};

/// Of "NAME=value" entries, those that a server of a trial is given.
std::vector<std::string> environment_for_server(const std::vector<std::string>& environment);
/// Behind " at " in the line that begins with "djinnd serves "; empty where none says so.
std::string served_address(const std::string& output);

}  // namespace assay::workload
