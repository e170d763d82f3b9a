// SPDX-License-Identifier: MIT
#include "oracle/calibrate/sweep_row.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::calibrate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHead =
    "model,input_dim,hidden_dims,output_dim,batch_size,device,precision,empirical_time_ms,"
    "empirical_time_std_ms,empirical_memory_mb,empirical_throughput,analytical_time_ms,"
    "analytical_memory_mb,analytical_flops,analytical_ai,analytical_bottleneck,time_error_pct,"
    "memory_error_pct\n";

SweepRow invented_row() {
  return {.configuration = {.model = "mlp512-512-128", .batch = 32},
          .input_dim = 512,
          .hidden_dims = {512},
          .output_dim = 128,
          .time_ms = 1.25,
          .time_sd_ms = 0.125,
          .memory_mb = 1.5,
          .throughput = 25'600,
          .foretold = Foretold{1.0, 1.4, 2.1e7, 12.5, "compute"}};
}

TEST(SweepRow, WritesTheColumnsOfTheSeed) {
  const std::string text = to_csv(std::vector<SweepRow>{invented_row()});
  EXPECT_EQ(text, std::string(kHead) +
                      "mlp512-512-128,512,[512],128,32,cpu,fp32,1.25,0.125,1.5,25600,1,1.4,"
                      "21000000,12.5,compute,20.000,6.667\n");
}

TEST(SweepRow, ReadsBackWhatItWrote) {
  std::vector<SweepRow> rows{invented_row(), invented_row()};
  rows[1].configuration = {.model = "gpt2", .batch = 4, .sequence = 1, .past = 256};
  rows[1].throughput = 3'200;
  rows[1].hidden_dims = {};
  rows[1].foretold.reset();
  const std::string text = to_csv(rows);
  const auto read = parse_sweep_csv(text, "s.csv");
  ASSERT_TRUE(read) << read.error().to_string();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[1].configuration, rows[1].configuration);
  EXPECT_FALSE((*read)[1].foretold);
  EXPECT_EQ((*read)[0].foretold->bound_by, "compute");
  EXPECT_EQ(to_csv(*read), text);
}

TEST(SweepRow, ReadsAFileOfTheOriginal) {
  const std::string text =
      std::string(kHead) +
      "mlp_2layer,512,\"[512, 512]\",128,32,cpu,fp32,12.345,0.234,44.2,tensor(2593.4),10.567,44.6,"
      "2.15e9,12.3,compute,16.8,0.9\n";
  const auto rows = parse_sweep_csv(text, "seed.csv");
  ASSERT_TRUE(rows) << rows.error().to_string();
  EXPECT_EQ(rows->front().configuration.model, "mlp512-512-512-128");
  EXPECT_EQ(rows->front().configuration.batch, 32);
  EXPECT_THAT(rows->front().hidden_dims, ElementsAre(512, 512));
  EXPECT_NEAR(rows->front().throughput, 32 / 12.345e-3, 1e-6);
}

TEST(SweepRow, NeedsThreeColumnsOnlyInAnyOrder) {
  const auto rows =
      parse_sweep_csv("empirical_time_ms,note,batch_size,model\n2,x,1,resnet18@64\n", "a");
  ASSERT_TRUE(rows) << rows.error().to_string();
  EXPECT_EQ(rows->front().configuration.model, "resnet18@64");
  EXPECT_EQ(rows->front().device, "cpu");
  EXPECT_EQ(rows->front().time_sd_ms, 0);
}

TEST(SweepRow, SaysWhatIsWrongAndWhere) {
  const auto message = [](const std::string& text) {
    const auto rows = parse_sweep_csv(text, "f.csv");
    return rows ? std::string("no error") : rows.error().to_string();
  };
  const std::string head = "model,batch_size,empirical_time_ms\n";
  EXPECT_THAT(message(""), HasSubstr("f.csv"));
  EXPECT_THAT(message(head), HasSubstr("f.csv: no row below"));
  EXPECT_THAT(message("model,batchsize,empirical_time_ms\na,1,1\n"),
              HasSubstr("no column `batch_size` (there is `batchsize`)"));
  EXPECT_THAT(message(head + "mlp4-4,0,1\n"),
              HasSubstr("f.csv:2: batch_size: expected an integer"));
  EXPECT_THAT(message(head + "mlp4-4,1.5,1\n"), HasSubstr("batch_size"));
  EXPECT_THAT(message(head + "mlp4-4,1,0\n"), HasSubstr("empirical_time_ms: expected a time"));
  EXPECT_THAT(message(head + "mlp4-4,1,-3\n"), HasSubstr("got `-3`"));
  EXPECT_THAT(message(head + "mlp4-4,1,nan\n"), HasSubstr("expected a number of 0 or more"));
  EXPECT_THAT(message(head + "mlp4-4,1,inf\n"), HasSubstr("expected a number"));
  EXPECT_THAT(message(head + "mlp4-4,1,1e400\n"), HasSubstr("expected a number"));
  EXPECT_THAT(message(head + "mlp4-4,1,1 ms\n"), HasSubstr("got `1 ms`"));
  EXPECT_THAT(message(head + "gpt2/q3,1,1\n"), HasSubstr("expected /s<sequence>"));
  EXPECT_THAT(message(head + "mlp_2layer,1,1\n"), HasSubstr("the widths of the MLP"));
}

TEST(SweepRow, HiddenDimsAreThoseBetween) {
  EXPECT_THAT(hidden_dims_of("mlp512-128-64"), ElementsAre(128));
  EXPECT_THAT(hidden_dims_of("mlp512-1024-256-64"), ElementsAre(1024, 256));
  EXPECT_THAT(hidden_dims_of("mlp512-64"), IsEmpty());
  EXPECT_THAT(hidden_dims_of("resnet18@64"), IsEmpty());
  EXPECT_THAT(hidden_dims_of("mlp"), IsEmpty());
}

TEST(SweepRow, AnyBytesAreRowsOrAMessage) {
  Random random(11);
  const std::string sound = to_csv(std::vector<SweepRow>{invented_row(), invented_row()});
  for (int i = 0; i < 2'000; ++i) {
    std::string text = sound;
    for (int change = 0; change < 3; ++change) {
      text[static_cast<std::size_t>(random.below(text.size()))] =
          static_cast<char>(random.below(256));
    }
    const auto rows = parse_sweep_csv(text, "f.csv");
    if (!rows) {
      EXPECT_THAT(rows.error().to_string(), HasSubstr("f.csv")) << text;
      continue;
    }
    for (const SweepRow& row : *rows) {
      EXPECT_GT(row.time_ms, 0);
      EXPECT_GE(row.configuration.batch, 1);
    }
  }
}

}  // namespace
}  // namespace assay::calibrate
