// SPDX-License-Identifier: MIT
#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source_tree.h"

namespace assay::tests {
namespace {

[[noreturn]] void become_assay(const std::vector<std::string>& arguments, const fs::path& folder) {
  const int out = open((folder / "stdout.txt").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  const int err = open((folder / "stderr.txt").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  const int in = open("/dev/null", O_RDONLY);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  if (chdir(folder.c_str()) != 0) _exit(126);
  setenv("ASSAY_CACHE", (folder / "cache").c_str(), 1);  // Not the one of whoever runs the tests.
  std::vector<char*> words{const_cast<char*>(ASSAY_PROGRAM)};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  execv(ASSAY_PROGRAM, words.data());
  _exit(127);
}

}  // namespace

Outcome run_assay(const std::vector<std::string>& arguments, const fs::path& folder) {
  fs::create_directories(folder);
  const pid_t child = fork();
  if (child == 0) become_assay(arguments, folder);
  int status = 0;
  waitpid(child, &status, 0);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, read_text(folder / "stdout.txt"), read_text(folder / "stderr.txt")};
}

fs::path fresh_folder() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(test->test_suite_name()) + "." + test->name();
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  const fs::path folder =
      fs::path(::testing::TempDir()) / ("assay_" + std::to_string(getpid()) + name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

}  // namespace assay::tests
