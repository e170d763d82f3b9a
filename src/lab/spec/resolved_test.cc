// SPDX-License-Identifier: MIT
// That a resolved document reads back to an equal Spec is tested in spec_test.cc, also on mutated
// files; here, that it says everything a reader of config.json wants to know.
#include "lab/spec/resolved.h"

#include <gmock/gmock.h>

#include "core/codec/json.h"

namespace assay::spec {
namespace {

TEST(Resolved, SaysEveryDefault) {
  Spec spec;
  spec.name = "x";
  spec.group = "t";
  spec.question = "Q";
  spec.workload = "gemm";
  spec.scale = "smoke";
  spec.path = "experiments/x.yaml";
  spec.params = {{"m", std::int64_t{1}}, {"alpha", 2.0}};
  spec.axes = {{.names = {"k", "n"}, .rows = {{std::int64_t{1}, std::int64_t{2}}}},
               {.names = {"dtype"}, .rows = {{"f32"}, {"f64"}}}};
  spec.arms = {{.name = "only", .overrides = {}}};
  EXPECT_EQ(
      codec::to_json(resolved_document(spec)),
      R"({"schema":"assay.spec/1","scale":"smoke","path":"experiments/x.yaml","overrides":[],"name":"x",)"
      R"("group":"t","question":"Q","workload":"gemm","params":{"m":1,"alpha":2.0},)"
      R"("axes":{"k+n":[{"k":1,"n":2}],"dtype":["f32","f64"]},"arms":{"only":{}},)"
      R"("compare":{},"measure":{"warmup_samples_min":3,"warmup_max":"500ms",)"
      R"("samples_min":12,"samples_max":1000,"budget":"500ms","sample_length":"auto",)"
      R"("width_target":0.01,"cache":"hot"},"run":{"processes":3,"processes_max":3,"width_target":0.0,)"
      R"("budget":"0ns","isolate":"group",)"
      R"("order":"shuffled","trial_timeout":"1min","memory_max":"4GiB","threads":1,)"
      R"("floor_trials":1,"seed":1},"claims":{},"figures":{},"tables":{},"results":{},)"
      R"("expect":{"statuses":[]}})");
}

}  // namespace
}  // namespace assay::spec
