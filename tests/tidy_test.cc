// SPDX-License-Identifier: MIT
// Style as a unit test: sizes, names and habits that a machine can check. There is no ratchet file,
// because there is no old sinner.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "source_tree.h"

namespace assay::tests {
namespace {

const std::vector<std::string> kAllFolders{"src", "tests", "bench", "fuzz"};

TEST(Tidy, FilesStayShort) {
  for (const SourceFile& file : source_files(kAllFolders)) {
    const std::size_t limit = file.is_test() ? 700 : file.is_header() ? 300 : 500;
    EXPECT_LE(file.lines.size(), limit) << file.name;
  }
}

TEST(Tidy, FunctionsStayShort) {
  int count = 0;
  int over_forty = 0;
  for (const SourceFile& file : source_files(kAllFolders)) {
    for (const Function& function : functions_of(file)) {
      EXPECT_LE(function.lines, file.is_test() ? 70 : 60) << function.where;
      ++count;
      over_forty += function.lines > 40 ? 1 : 0;
    }
  }
  ASSERT_GT(count, 100) << "the scanner found hardly any function";
  EXPECT_LE(over_forty * 100, count * 3) << over_forty << " of " << count << " are over 40 lines";
}

TEST(Tidy, LinesFitAHundredColumns) {
  for (const SourceFile& file : source_files(kAllFolders)) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      const auto columns = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
      const bool is_raw_text = line.find("R\"") != std::string::npos;
      EXPECT_TRUE(columns <= 100 || is_raw_text) << file.name << ":" << i + 1;
    }
  }
}

TEST(Tidy, FilesAreNamedAfterAConcept) {
  const std::regex banned(R"((^|_)(util|utils|helper|helpers|misc|common|manager|info)(_|$))");
  for (const SourceFile& file : source_files(kAllFolders)) {
    EXPECT_FALSE(std::regex_search(file.path.stem().string(), banned)) << file.name;
  }
}

TEST(Tidy, FoldersHoldAtMostThirtyConcepts) {
  std::map<std::string, std::set<std::string>> concepts;
  for (const SourceFile& file : source_files({"src"})) {
    std::string stem = file.path.stem().string();
    if (stem.ends_with("_test")) stem.resize(stem.size() - 5);
    concepts[file.path.parent_path().string()].insert(stem);
  }
  for (const auto& [folder, stems] : concepts) {
    EXPECT_LE(stems.size(), 30U) << folder;
  }
}

TEST(Tidy, EveryFileSaysItsLicenceFirst) {
  for (const SourceFile& file : source_files(kAllFolders)) {
    ASSERT_FALSE(file.lines.empty()) << file.name;
    EXPECT_EQ(file.lines[0], "// SPDX-License-Identifier: MIT") << file.name;
  }
}

TEST(Tidy, HeadersOpenWithAPurpose) {
  for (const SourceFile& file : source_files({"src"})) {
    if (!file.is_header()) continue;
    ASSERT_GT(file.lines.size(), 3U) << file.name;
    EXPECT_TRUE(file.lines[1].starts_with("// ")) << file.name;
    EXPECT_EQ(std::ranges::count(file.lines, "#pragma once"), 1) << file.name;
  }
}

TEST(Tidy, OwnHeaderComesFirst) {
  for (const SourceFile& file : source_files({"src"})) {
    if (file.is_header()) continue;
    std::string own = file.name.substr(4);
    own.resize(own.size() - (file.is_test() ? std::string("_test.cc").size() : 3));
    own += ".h";
    if (!fs::exists(repo_root() / "src" / own)) continue;
    const std::vector<Include> includes = includes_of(file);
    ASSERT_FALSE(includes.empty()) << file.name;
    EXPECT_EQ(includes.front().target, own) << file.name;
  }
}

TEST(Tidy, NoUsingNamespaceInHeaders) {
  for (const SourceFile& file : source_files({"src"})) {
    if (!file.is_header()) continue;
    for (const std::string& line : file.lines) {
      const bool opens = line.find("using namespace") != std::string::npos;
      const bool is_literals = line.find("std::chrono_literals") != std::string::npos;
      EXPECT_TRUE(!opens || is_literals) << file.name << ": " << line;
    }
  }
}

TEST(Tidy, NoPromisesInTheTree) {
  const std::regex promise(std::string("FIX") + "ME|\\bXX" + "X\\b|not implemented " +
                           "yet|coming " + "soon");
  for (const SourceFile& file : source_files(kAllFolders)) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(file.lines[i], promise)) << file.name << ":" << i + 1;
    }
  }
}

/// Headers without a test of their own name, each with the reason.
const std::map<std::string, std::string> kUntestedHeaders{
    {"src/cli/commands.h", "each command is started by tests/end_to_end_test and experiments_test"},
    {"src/cli/write_report_files.h", "writes what report/write_test checks; started end to end"},
    {"src/core/format.h", "one using-declaration"},
    {"src/djinn/c_interface/djinn.h", "tests/c_interface_test calls it, djinnd_test from C"},
    {"src/djinn/client/channel.h", "tests/djinn_test talks to a server through it"},
    {"src/djinn/client/client.h", "the same"},
    {"src/djinn/client/lazy_tensor.h", "tests/lazy_tensor_test talks to a server through it"},
    {"src/djinn/client/link.h", "tests/djinn_test talks to a server through it"},
    {"src/djinn/client/session.h", "the same"},
    {"src/djinn/memory/poison.h", "nothing without AddressSanitizer; block_pool_test dies by it"},
    {"src/djinn/server/append_work.h", "service_test appends by it"},
    {"src/djinn/server/shared_step.h", "service_test holds it against steps alone"},
    {"src/djinn/transport/invented_certificate.h", "for tls_test, which tests it by using it"},
    {"src/djinn/wire/message.h", "two declarations; every message test uses them"},
    {"src/djinn/wire/message_fields.h", "what messages_test, model_ and session_messages_test do"},
    {"src/djinn/wire/round_trip.h", "for the tests of messages, which test it by using it"},
    {"src/djinn/wire/opcode.h", "a list; limits_test goes over it"},
    {"src/engine/backend/kernel.h", "an interface; plan/planned_model_test runs it"},
    {"src/engine/backends/cpu/attention_kernels.h", "engine/conformance tests every op"},
    {"src/engine/backends/cpu/kernel_table.h", "the same"},
    {"src/engine/backends/cpu/linear_kernels.h", "the same"},
    {"src/engine/backends/cpu/packed_weights.h", "the same"},
    {"src/engine/backends/cpu/picture_kernels.h", "the same"},
    {"src/engine/backends/cpu/row_kernels.h", "the same"},
    {"src/engine/backends/reference/reference_device.h", "the judge of engine/conformance"},
    {"src/engine/backends/torch/plugin/aten_ops.h",
     "inside the plugin; engine/conformance tests it"},
    {"src/engine/backends/torch/plugin/custom_ops.h", "the same"},
    {"src/engine/backends/torch/plugin/torch_model.h", "the same, and torch_backend_test"},
    {"src/engine/backends/sim/sim_profile.h", "plain data; every test of the backend fills one in"},
    {"src/engine/plan/plan.h", "planned_model_test and engine/conformance run what it makes"},
    {"src/engine/plan/planned_executable.h", "planned_model_test runs it in every mode"},
    {"src/engine/plan/reference_ops.h", "a table; reference_factory_test goes over it"},
    {"src/engine/runtime/generation.h", "tested with the session it draws from"},
    {"src/engine/backend/stream.h", "an interface; host_stream_test and the sim's tests use it"},
    {"src/oracle/model/invented_profile.h", "for the tests of predictions, which use it"},
    {"src/lab/analysis/findings.h", "plain data; to_text is tested with findings_node"},
    {"src/lab/figure/figure.h", "plain data; drawn in vega_lite_test and gnuplot_test"},
    {"src/lab/figure/table.h", "plain data; written in the format tests"},
    {"src/lab/measure/policy.h", "plain data"},
    {"src/lab/measure/system_under_test.h", "an interface; every sampler test implements it"},
    {"src/lab/measure/series.h", "plain data; filled in sampler_test"},
    {"src/lab/runner/observer.h", "an interface; run_test implements it"},
    {"src/lab/spec/vocabulary.h", "plain data; used by every schema test"},
    {"src/lab/workload/djinn/stand_in_devices.h", "for tests, which test it by using it"},
    {"src/lab/workload/djinn/way.h", "an interface; served_test gets every way's answer judged"},
    {"src/lab/workload/model_check.h", "model runs of tests/experiments_test are judged by it"},
    {"src/lab/workload/vit_pipeline.h", "vit_test runs it in every order and depth"},
    {"src/oracle/calibrate/latency_model.h", "an interface; fitted in cpu_model's and other tests"},
    {"src/oracle/calibrate/machine_model.h", "the same; judgement_test judges by it"},
    {"src/lab/workload/workload.h", "an interface; every workload test implements it"},
    {"src/oracle/probe/efficiency_section.h", "probe_test fills a profile by it"},
    {"src/oracle/probe/overhead_section.h", "the same"},
    {"src/oracle/probe/peak_section.h", "the same"},
    {"src/oracle/probe/section.h", "an interface; the sections of probe_test implement it"},
    {"src/oracle/probe/stream_section.h", "the same as the other sections"},
};

TEST(Tidy, EveryPublicHeaderHasASiblingTest) {
  for (const SourceFile& file : source_files({"src"})) {
    if (!file.is_header()) continue;
    fs::path test = file.path;
    test.replace_filename(file.path.stem().string() + "_test.cc");
    const bool excused = kUntestedHeaders.contains(file.name);
    EXPECT_NE(fs::exists(test), excused)
        << file.name << (excused ? " has a test: drop the excuse" : "");
  }
}

TEST(Tidy, TimeAndRandomnessEachHaveOneDoor) {
  const std::regex clock(
      "steady_clock::now|system_clock::now|high_resolution_clock|clock_gettime|gettimeofday");
  const std::regex random(
      "random_device|mt19937|\\brand\\(\\)|srand\\(|uniform_(int|real)_distribution");
  for (const SourceFile& file : source_files({"src", "bench"})) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string where = file.name + ":" + std::to_string(i + 1);
      const bool is_the_clock = file.name == "src/core/clock.h";
      EXPECT_TRUE(is_the_clock || !std::regex_search(file.lines[i], clock)) << where;
      EXPECT_FALSE(std::regex_search(file.lines[i], random)) << where;
    }
  }
}

TEST(Tidy, LibrariesNeitherPrintNorExit) {
  const std::regex speaks(
      R"(std::cout|std::cerr|\bprintf\(|\bputs\(|std::exit\(|\bexit\(|fmt::print)");
  for (const SourceFile& file : source_files({"src"})) {
    const bool is_for_tests = file.is_test() || file.path.stem().string().starts_with("invented_");
    if (is_for_tests || file.name.starts_with("src/cli/") || file.name == "src/core/check.cc")
      continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const bool is_child_exit = file.lines[i].find("_exit(") != std::string::npos;
      EXPECT_TRUE(is_child_exit || !std::regex_search(file.lines[i], speaks))
          << file.name << ":" << i + 1;
    }
  }
}

TEST(TidyScanner, FindsTheFunctionsOfAKnownFile) {
  const SourceFile file{
      "x.cc", "x.cc",
      lines_of("int one() {\n  return 1;\n}\n\nclass A {\n  int two(\n      int x) {\n"
               "    if (x) {\n    }\n    return x;\n  }\n};\n")};
  const std::vector<Function> functions = functions_of(file);
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].lines, 3);
  EXPECT_EQ(functions[1].lines, 5);
}

}  // namespace
}  // namespace assay::tests
