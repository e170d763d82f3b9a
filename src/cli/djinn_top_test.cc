// SPDX-License-Identifier: MIT
#include "cli/djinn_top.h"

#include <gmock/gmock.h>

#include "core/codec/json.h"

namespace assay::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string session_json(const std::string& id, int tokens, int requests, int held,
                         const std::string& model = "gpt2") {
  return R"({"session":")" + id + R"(","model":")" + model + R"(","qos":"interactive","phase":")" +
         (held > 0 ? "COMPUTE" : "IO_WAIT") + R"(","residence":"resident","tokens":)" +
         std::to_string(tokens) + R"(,"requests":)" + std::to_string(requests) +
         R"(,"held_bytes":)" + std::to_string(held) + R"(,"host_bytes":2048})";
}

TopMoment moment(Nanoseconds at, const std::string& sessions, int out_bytes = 0) {
  const std::string json = R"({"device":"reference","vmu":{
    "text":{"used_bytes":1048576,"reserved_bytes":4194304},
    "data":{"used_bytes":3145728,"reserved_bytes":4194304},
    "host_pool":{"used_bytes":0,"reserved_bytes":0}},
    "plan_cache":{"hit_rate_percent":99.0},
    "swap_pool":{"swapped_out_bytes":)" +
                           std::to_string(out_bytes) +
                           R"(,"swapped_in_bytes":5},"models":[{}],"sessions":[)" + sessions +
                           R"(],"waiting_sessions":2,"connections":[{"under_way":3}]})";
  return {.stats = *codec::parse_json(json), .at = at};
}

const TopMoment kBefore = moment(1s, session_json("0.1", 10, 4, 512));
const TopMoment kNow =
    moment(3s,
           session_json("0.1", 10, 4, 512) + "," + session_json("1.1", 40, 6, 1024) + "," +
               session_json("2.1", 40, 6, 0),
           1 << 20);

TEST(DjinnTop, ShowsWhatTheServerTells) {
  EXPECT_THAT(
      top_table("unix:s", kNow, &kBefore, {.columns = 200, .rows = 50}),
      ElementsAre(
          "djinnd  unix:s  on reference",
          "sessions 3: 2 compute, 1 wait; 2 wait for room   requests under way 3   clients 1",
          "weights  [#####...............] 1 MiB of 4 MiB   models 1",
          "states   [###############.....] 3 MiB of 4 MiB",
          "on host  [....................] 0 B of 0 B",
          "tokens/s 40.0   requests/s 6.0   out 512 KiB/s   in 0 B/s   plans hit 99.0 %", "",
          "SESSION  MODEL  CLASS        PHASE    STATE     TOKENS  TOKENS/S  REQUESTS  DEVICE   "
          "HOST",
          "1.1      gpt2   interactive  COMPUTE  resident      40      20.0         6   1 KiB  2 "
          "KiB",
          "2.1      gpt2   interactive  IO_WAIT  resident      40      20.0         6     0 B  2 "
          "KiB",
          "0.1      gpt2   interactive  COMPUTE  resident      10       0.0         4   512 B  2 "
          "KiB"));
}

TEST(DjinnTop, HasNoRatesAtFirst) {
  const auto lines = top_table("unix:s", kNow, nullptr, {.columns = 200, .rows = 50});
  EXPECT_THAT(lines[5], HasSubstr("tokens/s -   requests/s -   out -   in -"));
  EXPECT_THAT(top_line(kNow, nullptr), HasSubstr("tokens_per_s=- requests_per_s=-"));
}

TEST(DjinnTop, ALineHasEveryNumberByItsName) {
  EXPECT_EQ(top_line(kNow, &kBefore),
            "sessions=3 compute=2 io_wait=1 waiting=2 under_way=3 weight_bytes=1048576 "
            "state_bytes=3145728 host_bytes=0 tokens_per_s=40.0 requests_per_s=6.0 "
            "out_bytes_per_s=524288 in_bytes_per_s=0");
}

TEST(DjinnTop, FitsAnyScreen) {
  std::string sessions;
  for (int i = 0; i < 100; ++i)
    sessions += (i > 0 ? "," : "") + session_json(std::to_string(i) + ".1", i, i, i);
  const TopMoment now = moment(3s, sessions);
  for (const int rows : {1, 2, 6, 7, 8, 9, 10, 24, 107, 108, 200}) {
    for (const int columns : {1, 7, 80}) {
      const auto lines = top_table("unix:s", now, nullptr, {.columns = columns, .rows = rows});
      EXPECT_LE(lines.size(), static_cast<std::size_t>(rows));
      for (const std::string& line : lines)
        EXPECT_LE(line.size(), static_cast<std::size_t>(columns));
    }
  }
  EXPECT_THAT(top_table("unix:s", now, nullptr, {.columns = 80, .rows = 24}).back(),
              "... and 85 more");
}

TEST(DjinnTop, IsNotLedAstrayByWhatItIsTold) {
  const TopMoment now =
      moment(3s, session_json("0.1", 1, 1, 1, "\\u001b[2Jname of a model that is much too long"));
  for (const std::string& line : top_table("unix:\x1b[2J", now, nullptr, {}))
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
  const TopMoment nothing{.stats = codec::Node::map(), .at = 3s};
  EXPECT_THAT(top_table("unix:s", nothing, &now, {})[1], HasSubstr("sessions -"));
  EXPECT_THAT(top_line(nothing, &now), AllOf(HasSubstr("sessions=-"), HasSubstr("state_bytes=-")));
  // Another server's start: what was counted is less than before.
  EXPECT_THAT(top_line(kBefore, &kNow), HasSubstr("tokens_per_s=-"));
}

}  // namespace
}  // namespace assay::cli
