// SPDX-License-Identifier: MIT
#include "djinn/server/metrics_page.h"

#include <gmock/gmock.h>

#include <regex>
#include <set>
#include <sstream>

#include "core/codec/json.h"

namespace assay::djinn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

codec::Node stats() {
  return *codec::parse_json(R"({"device": "reference",
    "vmu": {"text": {"reserved_bytes": 4096, "used_bytes": 1024, "internal_waste_bytes": 0,
                     "external_waste_bytes": 8, "free_bytes": 3064},
            "data": {"reserved_bytes": 8192, "used_bytes": 2048, "internal_waste_bytes": 100,
                     "external_waste_bytes": 7, "free_bytes": 6037},
            "host_pool": {"reserved_bytes": 4194304, "used_bytes": 1048576,
                          "internal_waste_bytes": 0, "external_waste_bytes": 0,
                          "free_bytes": 3145728},
            "dirty_bytes": 5, "clean_bytes": 6},
    "swap_pool": {"swapped_out_bytes": 77, "drops": 3, "restores": 2, "corrupt": 1},
    "plan_cache": {"hits": 99, "misses": 1, "evictions": 0, "cache_size": 1, "held_bytes": 64,
                   "hit_rate_percent": 99.0},
    "models": [{"model": "ab", "name": "a \"name\\\nof two lines", "weight_bytes": 12}],
    "sessions": [{"phase": "IO_WAIT", "qos": "batch", "residence": "host only"},
                 {"phase": "COMPUTE", "qos": "batch", "residence": "resident, dirty"},
                 {"phase": "COMPUTE", "qos": "batch", "residence": "resident, dirty"}],
    "decode_steps": {"alone": 8, "shared": 2, "sessions_in_shared": 9},
    "waiting_sessions": 4,
    "connections": [{"under_way": 2}, {"under_way": 3}]})");
}

TEST(PrometheusPage, TellsWhatTheDocumentTells) {
  const std::string page = prometheus_page(stats());
  for (const char* const line :
       {"djinn_vram_used_bytes{segment=\"data\"} 2048\n",
        "djinn_vram_reserved_bytes{segment=\"host_pool\"} 4194304\n",
        "djinn_plan_cache_hits_total 99\n", "djinn_swap_corrupt_total 1\n",
        "djinn_decode_sessions_in_shared_total 9\n", "djinn_active_sessions 3\n",
        "djinn_waiting_sessions 4\n", "djinn_connections 2\n", "djinn_requests_under_way 5\n",
        "djinn_sessions{phase=\"COMPUTE\",qos=\"batch\",residence=\"resident, dirty\"} 2\n",
        "djinn_model_weight_bytes{model=\"ab\",name=\"a \\\"name\\\\\\nof two lines\"} 12\n"}) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  EXPECT_THAT(page, Not(HasSubstr("segment=\"stack\""))) << "nothing is told of it";
}

/// The grammar of the format: a sample has a name that was opened, once, and a counter ends in
/// _total.
TEST(PrometheusPage, KeepsTheFormat) {
  const std::regex help("# HELP ([a-z_]+) [^\\\\]+");
  const std::regex type("# TYPE ([a-z_]+) (counter|gauge)");
  const std::regex sample(
      "([a-z_]+)(\\{[a-z_]+=\"([^\"\\\\]|\\\\[\"\\\\n])*\"(,[a-z_]+=\"([^\"\\\\]|\\\\[\"\\\\n])*\")"
      "*"
      "\\})? -?[0-9.e+-]+");
  std::istringstream lines(prometheus_page(stats()));
  std::set<std::string> opened;
  std::set<std::string> samples;
  std::string name;
  std::string line;
  while (std::getline(lines, line)) {
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      name = match[1];
      EXPECT_TRUE(opened.insert(name).second) << line;
    } else if (std::regex_match(line, match, type)) {
      EXPECT_EQ(match[1], name);
      EXPECT_EQ(match[2] == "counter", name.ends_with("_total")) << line;
    } else {
      ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
      EXPECT_EQ(match[1], name);
      EXPECT_TRUE(samples.insert(line.substr(0, line.rfind(' '))).second) << line;
    }
  }
  EXPECT_GT(samples.size(), 25U);
}

TEST(PrometheusPage, OfAnEmptyDocumentClaimsNothing) {
  const std::string page = prometheus_page(codec::Node::map());
  std::istringstream lines(page);
  std::string line;
  while (std::getline(lines, line))
    EXPECT_TRUE(line.starts_with('#')) << line;
}

TEST(DiagnosticsPage, HasTheNamesOfTheOriginal) {
  const codec::Node page = diagnostics_page(
      stats(), {.node_id = "epoch", .timestamp = "2026-11-21T09:30:00Z", .is_stopping = true});
  const std::string text = codec::to_json(page);
  EXPECT_EQ(text,
            R"({"node_id":"epoch","timestamp":"2026-11-21T09:30:00Z","status":"stopping",)"
            R"("vmu":{"text_reserved_bytes":4096,"text_used_bytes":1024,"text_free_bytes":3064,)"
            R"("data_reserved_bytes":8192,"data_used_bytes":2048,"data_free_bytes":6037,)"
            R"("stack_reserved_bytes":null,"stack_used_bytes":null,"stack_free_bytes":null,)"
            R"("data_internal_waste_bytes":100,"data_external_gap_bytes":7,)"
            R"("active_sessions":3,"models_loaded":1},)"
            R"("summary":{"text_utilization_pct":25.0,"data_utilization_pct":25.0,)"
            R"("stack_utilization_pct":null,"active_sessions":3,"models_loaded":1},)"
            R"("semantic_scheduler":{"activity_tracker":{"sessions_tracked":3,)"
            R"("idle_detections":null,"resume_detections":null,"total_idle_seconds":null,)"
            R"("callback_errors":null},"swap_pool":{"swaps_performed":3,"restores_performed":2,)"
            R"("total_swapped_bytes":77,"current_swapped_mb":1.0,"restore_errors":1,)"
            R"("pool_utilization_pct":25.0,"max_concurrent_swapped_mb":null,"swap_errors":null,)"
            R"("swap_rejections_memory":null,"swap_rejections_count":null,"stale_cleanups":null,)"
            R"("active_sessions":null}},"scheduler":{"lifo_switches":null,"lifo_scheduled":null,)"
            R"("fifo_scheduled":null,"max_concurrency":null},"plan_cache":{"hits":99,"misses":1,)"
            R"("evictions":0,"cache_size":1,"hit_rate_percent":99.0}})");
}

}  // namespace
}  // namespace assay::djinn
