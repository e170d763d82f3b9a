// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/server_process.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "core/codec/file.h"
#include "core/codec/temporary_folder.h"

namespace assay::workload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A program that does what `script` says; its own arguments are $@.
std::string program_that(const codec::TemporaryFolder& folder, const std::string& script) {
  const auto path = folder.path() / "program";
  std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
  chmod(path.c_str(), 0700);
  return path.string();
}

std::string text_of(const std::filesystem::path& path) {
  const auto text = codec::read_file(path, Bytes(1 << 16));
  return text ? *text : "";
}

TEST(ServerProcess, IsServedWhereItSays) {
  const codec::TemporaryFolder folder("server");
  const std::string told = (folder.path() / "told").string();
  const std::string program = program_that(
      folder, "echo \"$@ OMP=$OMP_NUM_THREADS GENIE=$GENIE_SERVER_ADDRESS\" > " + told +
                  "\necho memory of 1 GiB\necho djinnd serves cpu at unix:/x y\n"
                  "while :; do :; done");
  setenv("OMP_NUM_THREADS", "7", 1);
  setenv("GENIE_SERVER_ADDRESS", "unix:other", 1);
  pid_t id = 0;
  {
    const auto server = ServerProcess::start(program, {"--device", "cpu"});
    ASSERT_TRUE(server) << server.error().to_string();
    EXPECT_EQ((*server)->address(), "unix:/x y");
    EXPECT_EQ(text_of(told), "djinnd --device cpu OMP= GENIE=\n");
    id = (*server)->id();
    EXPECT_EQ(kill(id, 0), 0);
  }
  EXPECT_NE(kill(id, 0), 0) << "it ends with its object";
  unsetenv("OMP_NUM_THREADS");
  unsetenv("GENIE_SERVER_ADDRESS");
}

TEST(ServerProcess, OneThatDoesNotServeIsAnError) {
  const codec::TemporaryFolder folder("server");
  const auto silent = ServerProcess::start(program_that(folder, "echo djinnd serves nobody"), {});
  ASSERT_FALSE(silent);
  EXPECT_THAT(silent.error().to_string(), HasSubstr("it ended before it served"));
  const auto absent = ServerProcess::start((folder.path() / "nothing").string(), {});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().blame(), Blame::kEnvironment);
}

TEST(ServerProcess, TheEnvironmentOfTheMeasuringThreadsIsNotHandedOn) {
  EXPECT_THAT(environment_for_server({"PATH=/bin", "OMP_PROC_BIND=close", "GOMP_CPU_AFFINITY=0",
                                      "OPENBLAS_NUM_THREADS=1", "GENIE_VMU_TEXT_RATIO=0.1",
                                      "HOME=/root", "ASSAY_CACHE=/c"}),
              ElementsAre("PATH=/bin", "HOME=/root", "ASSAY_CACHE=/c"));
}

TEST(ServerProcess, TheAddressIsReadOffAWholeLine) {
  EXPECT_EQ(served_address(""), "");
  EXPECT_EQ(served_address("djinnd serves cpu at unix:/tmp/a"), "") << "the line goes on";
  EXPECT_EQ(served_address("djinnd serves cpu\nmemory at 3\n"), "");
  EXPECT_EQ(served_address("memory\ndjinnd serves cpu at tcp:127.0.0.1:4711\nmore"),
            "tcp:127.0.0.1:4711");
}

}  // namespace
}  // namespace assay::workload
