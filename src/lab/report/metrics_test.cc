// SPDX-License-Identifier: MIT
#include "lab/report/metrics.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::report {
namespace {

TEST(Metrics, EachHasItsOwnNameATitleAUnitAndOneSource) {
  std::set<std::string_view> names;
  for (const Metric& metric : metrics()) {
    SCOPED_TRACE(std::string(metric.name));
    EXPECT_TRUE(names.insert(metric.name).second);
    EXPECT_FALSE(metric.title.empty());
    EXPECT_FALSE(metric.unit.empty());
    EXPECT_NE(metric.of_cell == nullptr, metric.of_ratio == nullptr);
    EXPECT_EQ(find_metric(metric.name), &metric);
  }
  EXPECT_EQ(metric_names().size(), metrics().size());
}

TEST(Metrics, MoreIsBetterOnlyForRates) {
  for (const Metric& metric : metrics()) {
    EXPECT_EQ(metric.better == Better::kMore, metric.name.ends_with("_rate")) << metric.name;
  }
}

TEST(Metrics, AnUnknownNameIsNotFound) {
  EXPECT_EQ(find_metric("latency"), nullptr);
  EXPECT_EQ(find_metric(""), nullptr);
}

}  // namespace
}  // namespace assay::report
