// SPDX-License-Identifier: MIT
#include "lab/store/record.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/codec/json.h"
#include "core/random.h"

namespace assay::store {

namespace {

using codec::Node;

std::string random_text(Random& random) {
  constexpr std::string_view kPieces[] = {"a", "=", " ", "\"", "\\", "\n", "\xC3\xA9", "7", "null"};
  std::string text;
  for (std::uint64_t left = random.below(5); left > 0; --left) {
    text += kPieces[random.below(std::size(kPieces))];
  }
  return text;
}

codec::Scalar random_scalar(Random& random) {
  switch (random.below(5)) {
    case 0:
      return {};
    case 1:
      return random.coin();
    case 2:
      return static_cast<std::int64_t>(random.next());
    case 3:
      return random.normal() * 1e9;
    default:
      return random_text(random);
  }
}

spec::Factors random_factors(Random& random) {
  spec::Factors factors;
  for (std::uint64_t left = random.below(4); left > 0; --left) {
    factors.set(random_text(random), random_scalar(random));
  }
  return factors;
}

double random_count(Random& random) {
  return random.coin() ? 0.0 : static_cast<double>(random.next() >> 12U) + 0.5;
}

Value random_metric(Random& random) {
  switch (random.below(3)) {
    case 0:
      return Value::missing(State::kNotMeasured, random_text(random));
    case 1:
      return Value::of(State::kSimulated, random.normal(), random_text(random));
    default:
      return Value::measured(random.normal());
  }
}

ArmRecord random_arm(Random& random) {
  ArmRecord arm;
  arm.name = random_text(random);
  arm.status = static_cast<Status>(random.below(kStatusCount));
  arm.reason = random_text(random);
  if (random.coin()) arm.series.simulated_by = "virtual clock of sim:toy";
  arm.asked = random_factors(random);
  arm.observed = random_factors(random);
  arm.mechanism = random_factors(random);
  for (const char* name : {"batch_p99", "busy"}) {
    if (random.coin()) arm.metrics.emplace_back(name, random_metric(random));
  }
  arm.flops = random_count(random);
  arm.bytes = random_count(random);
  arm.work = random_count(random);
  if (random.coin()) {
    const double infinity = std::numeric_limits<double>::infinity();
    arm.verification = {"every element", random.coin() ? random.uniform() : infinity, 1e-6};
  }
  arm.series.batch = static_cast<std::int64_t>(1 + random.below(1'000'000));
  for (std::uint64_t left = random.below(6); left > 0; --left) {
    arm.series.samples.emplace_back(static_cast<std::int64_t>(random.next() >> 1U));
    arm.series.doubts.push_back(static_cast<std::uint8_t>(random.coin() ? 0 : random.below(256)));
  }
  return arm;
}

Record random_record(Random& random) {
  Record record;
  record.trial_key = random.next();
  record.trial_id = random_text(random);
  record.kind = static_cast<sweep::TrialKind>(random.below(3));
  record.comparison = random_text(random);
  record.factors = random_factors(random);
  record.replicate = static_cast<int>(random.below(1'000));
  record.position = static_cast<int>(random.below(1U << 31U));
  record.seed = random.next();
  record.build = random_text(random);
  record.policy = random_text(random);
  record.pid = static_cast<std::int64_t>(random.below(4'194'304));
  record.started = random_text(random);
  record.duration = Nanoseconds(static_cast<std::int64_t>(random.next() >> 1U));
  record.status = static_cast<Status>(random.below(kStatusCount));
  record.reason = random_text(random);
  for (std::uint64_t left = random.below(4); left > 0; --left) {
    record.arms.push_back(random_arm(random));
  }
  for (std::uint64_t left = random.below(4); left > 0 && !record.arms.empty(); --left) {
    std::vector<std::uint8_t>& round = record.order.emplace_back();
    for (std::uint64_t more = random.below(4); more > 0; --more) {
      round.push_back(static_cast<std::uint8_t>(random.below(record.arms.size())));
    }
  }
  record.sample_length = Nanoseconds(static_cast<std::int64_t>(random.below(1U << 30U)));
  record.stopped_by = random_text(random);
  record.sampling = random_text(random);
  for (std::uint64_t left = random.below(3); left > 0; --left) {
    record.doubts.push_back(random_text(random));
  }
  return record;
}

void expect_equal(const measure::ArmSeries& read, const measure::ArmSeries& written) {
  EXPECT_EQ(read.batch, written.batch);
  EXPECT_EQ(read.samples, written.samples);
  EXPECT_EQ(read.doubts, written.doubts);
}

void expect_equal(const ArmRecord& read, const ArmRecord& written) {
  EXPECT_EQ(read.name, written.name);
  EXPECT_EQ(read.status, written.status);
  EXPECT_EQ(read.reason, written.reason);
  EXPECT_EQ(read.asked, written.asked);
  EXPECT_EQ(read.observed, written.observed);
  EXPECT_EQ(read.mechanism, written.mechanism);
  EXPECT_EQ(read.flops, written.flops);
  EXPECT_EQ(read.bytes, written.bytes);
  EXPECT_EQ(read.work, written.work);
  EXPECT_EQ(read.verification.method, written.verification.method);
  EXPECT_EQ(read.verification.error, written.verification.error);
  EXPECT_EQ(read.verification.tolerance, written.verification.tolerance);
  expect_equal(read.series, written.series);
}

void expect_equal(const Record& read, const Record& written) {
  EXPECT_EQ(read.trial_key, written.trial_key);
  EXPECT_EQ(read.trial_id, written.trial_id);
  EXPECT_EQ(read.kind, written.kind);
  EXPECT_EQ(read.comparison, written.comparison);
  EXPECT_EQ(read.factors, written.factors);
  EXPECT_EQ(read.replicate, written.replicate);
  EXPECT_EQ(read.position, written.position);
  EXPECT_EQ(read.seed, written.seed);
  EXPECT_EQ(read.build, written.build);
  EXPECT_EQ(read.policy, written.policy);
  EXPECT_EQ(read.pid, written.pid);
  EXPECT_EQ(read.started, written.started);
  EXPECT_EQ(read.duration, written.duration);
  EXPECT_EQ(read.status, written.status);
  EXPECT_EQ(read.reason, written.reason);
  EXPECT_EQ(read.order, written.order);
  EXPECT_EQ(read.sample_length, written.sample_length);
  EXPECT_EQ(read.stopped_by, written.stopped_by);
  EXPECT_EQ(read.sampling, written.sampling);
  EXPECT_EQ(read.doubts, written.doubts);
  ASSERT_EQ(read.arms.size(), written.arms.size());
  for (std::size_t i = 0; i < read.arms.size(); ++i) {
    expect_equal(read.arms[i], written.arms[i]);
  }
}

Record small_record() {
  Record record;
  record.trial_key = 0xAB;
  record.trial_id = "k=107";
  record.factors = {{"k", std::int64_t{107}}};
  record.seed = std::numeric_limits<std::uint64_t>::max();
  record.build = "4d143f6";
  record.status = Status::kOk;
  ArmRecord arm;
  arm.name = "openblas";
  arm.status = Status::kOk;
  arm.series = {.batch = 4, .samples = {100ns, 200ns}, .doubts = {0, measure::kMigrated}};
  record.arms = {arm};
  record.order = {{0}, {0}};
  return record;
}

TEST(Record, ComesBackExactlyThroughJson) {
  Random random(2'026);
  for (int round = 0; round < 2'000; ++round) {
    const Record record = random_record(random);
    const Result<Node> node = codec::parse_json(codec::to_json(to_node(record)));
    ASSERT_TRUE(node) << node.error().to_string();
    const Result<Record> read = record_from(*node);
    ASSERT_TRUE(read) << read.error().to_string();
    expect_equal(*read, record);
    ASSERT_FALSE(HasFailure()) << codec::to_json(*node);
  }
}

TEST(Record, HasOneSpellingOnDisk) {
  // Pinned: what is on disk is read by later versions and by other tools.
  EXPECT_EQ(codec::to_json(to_node(small_record())),
            R"({"schema":"assay.record/1","trial_key":"00000000000000ab","trial_id":"k=107",)"
            R"("kind":"cell","comparison":"","factors":{"k":107},"replicate":0,"position":0,)"
            R"("seed":"ffffffffffffffff","build":"4d143f6","policy":"","pid":0,"started":"",)"
            R"("duration_ns":0,"status":"ok","reason":"","arms":[{"name":"openblas",)"
            R"("status":"ok","reason":"","asked":{},"observed":{},"mechanism":{},"flops":null,)"
            R"("bytes":null,"work":null,"verification":null,"batch":4,"samples_ns":[100,200],)"
            R"("doubtful_samples":[[1,4]]}],"order":[[0],[0]],"sample_length_ns":0,)"
            R"("stopped_by":"","doubts":[]})");
}

Node metric(std::initializer_list<std::pair<std::string_view, Node>> fields) {
  Node one = Node::map();
  for (const auto& [key, value] : fields)
    one.set(key, value);
  Node metrics = Node::map();
  metrics.set("busy", std::move(one));
  return metrics;
}

struct Damage {
  std::string_view key;  ///< Of the record, or of its only arm after "arm.".
  Node value;
  std::string_view message;
};

TEST(RecordFrom, SaysWhatIsWrong) {
  const Damage table[] = {
      {"schema", "assay.record/2",
       "record.schema: this Assay reads assay.record/1, got assay.record/2"},
      {"trial_key", 171, "record.trial_key: expected a text, got 171"},
      {"trial_key", "ab", "record.trial_key: expected 16 hexadecimal digits, got \"ab\""},
      {"kind", "cel", "unknown kind: cel; did you mean cell? known: cell, compare, floor"},
      {"replicate", -1, "record.replicate: expected 0 ... 2147483647, got -1"},
      {"replicate", 0.5, "record.replicate: expected an integer, got 0.5"},
      {"factors", 1, "factors must be a map of names to values"},
      {"status", "okay",
       "unknown status: okay; did you mean ok? known: ok, skipped, unsupported, not_applied, "
       "wrong, timed_out, "
       "out_of_memory, failed"},
      {"arms", Node::list({1}), "record.arms[0]: expected a map, got 1"},
      {"order", Node::list({Node::list({1})}), "record.order: a round lists arms"},
      {"order", Node::list({0}), "record.order: a round is a list"},
      {"doubts", Node::list({0}), "record.doubts: expected texts"},
      {"arm.batch", 0, "record.arms[0].batch: expected 1 ... 9223372036854775807, got 0"},
      {"arm.flops", "many", "record.arms[0].flops: expected a number, got \"many\""},
      {"arm.samples_ns", Node::list({0.5}), "record.arms[0].samples_ns: a sample is an integer"},
      {"arm.doubtful_samples", Node::list({Node::list({2, 1})}),
       "record.arms[0].doubtful_samples: expected pairs of a sample's index and bits below 256"},
      {"arm.doubtful_samples", Node::list({Node::list({0, 256})}),
       "record.arms[0].doubtful_samples: expected pairs of a sample's index and bits below 256"},
      {"arm.verification", Node::map(), "record.arms[0].verification.method: missing"},
      {"arm.metrics", 1, "record.arms[0].metrics: expected a map, got 1"},
      {"arm.metrics", metric({{"value", 1}, {"state", "sound"}}),
       "record.arms[0].metrics.busy.state: no state of a value: sound"},
      {"arm.metrics", metric({{"value", Node()}}),
       "record.arms[0].metrics.busy.value: measured needs a number"},
      {"arm.metrics", metric({{"value", 1}, {"state", "skipped"}}),
       "record.arms[0].metrics.busy.value: skipped has no number"},
  };
  for (const Damage& damage : table) {
    Node node = to_node(small_record());
    if (damage.key.starts_with("arm.")) {
      Node arm = node.find("arms")->items()[0];
      arm.set(damage.key.substr(4), damage.value);
      node.set("arms", Node::list({arm}));
    } else {
      node.set(damage.key, damage.value);
    }
    const Result<Record> record = record_from(node);
    ASSERT_FALSE(record) << damage.key;
    EXPECT_EQ(record.error().message(), damage.message);
  }
}

TEST(RecordFrom, EveryKeyIsNeeded) {
  const Node whole = to_node(small_record());
  for (const auto& [key, value] : whole.entries()) {
    Node node = whole;
    node.erase(key);
    const Result<Record> record = record_from(node);
    ASSERT_FALSE(record) << key;
    EXPECT_EQ(record.error().message(), "record." + key + ": missing");
  }
}

TEST(StateOf, IsTheStateOfTheSameName) {
  for (std::size_t i = 1; i < kStatusCount; ++i) {
    const auto status = static_cast<Status>(i);
    EXPECT_EQ(to_text(state_of(status)), to_text(status));
    EXPECT_FALSE(has_number(state_of(status)));
  }
  EXPECT_DEATH(static_cast<void>(state_of(Status::kOk)), "an arm that is ok has values");
}

}  // namespace
}  // namespace assay::store
