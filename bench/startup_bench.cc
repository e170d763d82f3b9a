// SPDX-License-Identifier: MIT
// How long `assay --version` takes, beside /bin/true started the same way: interleaved pairs,
// medians. usage: startup_bench [--small] PROGRAM
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/hash.h"

namespace {

using assay::Nanoseconds;

/// Wall time from spawn to the end of the process; negative where it failed.
Nanoseconds time_of(const std::string& program, const char* argument) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  std::string word = argument;
  std::string name = program;
  char* const arguments[] = {name.data(), word.data(), nullptr};
  const Nanoseconds begin = assay::SteadyClock::read();
  pid_t child = 0;
  int status = -1;
  const bool started =
      posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ) == 0;
  if (started) waitpid(child, &status, 0);
  const Nanoseconds time = assay::SteadyClock::read() - begin;
  posix_spawn_file_actions_destroy(&actions);
  return started && status == 0 ? time : Nanoseconds(-1);
}

double median_ms(std::vector<Nanoseconds> times) {
  std::ranges::sort(times);
  return static_cast<double>(times[times.size() / 2].count()) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_small = argc > 1 && std::strcmp(argv[1], "--small") == 0;
  if (argc < (is_small ? 3 : 2)) return 2;
  const std::string program = argv[is_small ? 2 : 1];
  std::vector<Nanoseconds> ours;
  std::vector<Nanoseconds> floor;
  for (int i = 0; i < (is_small ? 5 : 100); ++i) {
    ours.push_back(time_of(program, "--version"));
    floor.push_back(time_of("/bin/true", "--version"));
    if (ours.back() < Nanoseconds(0) || floor.back() < Nanoseconds(0)) return 1;
  }
  std::printf("assay --version %.2f ms, /bin/true %.2f ms (medians of %zu starts each)\n",
              median_ms(ours), median_ms(floor), ours.size());
  std::printf("checksum %s\n", assay::to_hex(assay::hash_bytes("started")).c_str());
  return 0;
}
