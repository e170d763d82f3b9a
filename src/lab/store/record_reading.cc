// SPDX-License-Identifier: MIT
// The reading half of record.h: what record.cc wrote, checked value by value.
#include "lab/store/record.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "core/codec/fields.h"
#include "core/nearest.h"

namespace assay::store {
namespace {

using codec::Fields;
using codec::Node;

constexpr std::array kTrialKinds{sweep::TrialKind::kCell, sweep::TrialKind::kCompare,
                                 sweep::TrialKind::kFloor};

/// Index of `name` among `names`; the error lists them.
Result<std::size_t> index_of(const std::string& name, std::string_view what,
                             std::span<const std::string_view> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  const std::vector<std::string> known(names.begin(), names.end());
  return Error::user("{}", unknown_name(what, name, known));
}

Result<Status> status_from(const Fields& fields) {
  ASSAY_TRY(const std::string name, fields.text("status"));
  std::array<std::string_view, kStatusCount> names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = to_text(static_cast<Status>(i));
  }
  ASSAY_TRY(const std::size_t index, index_of(name, "status", names));
  return static_cast<Status>(index);
}

Result<sweep::TrialKind> kind_from(const Fields& fields) {
  ASSAY_TRY(const std::string name, fields.text("kind"));
  std::array<std::string_view, kTrialKinds.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = sweep::to_text(kTrialKinds[i]);
  }
  ASSAY_TRY(const std::size_t index, index_of(name, "kind", names));
  return kTrialKinds[index];
}

Result<double> count_from(const Fields& fields, std::string_view key) {
  ASSAY_TRY(const Node* node, fields.any(key));
  if (node->is_null()) return 0.0;
  return fields.number(key);
}

Result<spec::Factors> factors_from(const Fields& fields, std::string_view key) {
  ASSAY_TRY(const Node* node, fields.any(key));
  return spec::factors_from(*node).context("in {}", fields.path_of(key));
}

Result<Verification> verification_from(const Fields& arm) {
  ASSAY_TRY(const Node* node, arm.any("verification"));
  if (node->is_null()) return Verification{};
  ASSAY_TRY(const Fields fields, Fields::of(*node, arm.path_of("verification")));
  Verification verification;
  ASSAY_TRY(verification.method, fields.text("method"));
  ASSAY_TRY(verification.error, fields.number("error"));
  ASSAY_TRY(verification.tolerance, fields.number("tolerance"));
  return verification;
}

Result<Value> metric_from(const Node& node, std::string path) {
  ASSAY_TRY(const Fields fields, Fields::of(node, std::move(path)));
  ASSAY_TRY(const Node* number, fields.any("value"));
  State state = State::kMeasured;
  std::string reason;
  if (node.find("state") != nullptr) {
    ASSAY_TRY(const std::string name, fields.text("state"));
    const auto known = parse_state(name);
    if (!known) return Error::user("{}: no state of a value: {}", fields.path_of("state"), name);
    state = *known;
  }
  if (node.find("reason") != nullptr) {
    ASSAY_TRY(reason, fields.text("reason"));
  }
  if (has_number(state) == number->is_null()) {
    return Error::user("{}: {} {} number", fields.path_of("value"), to_text(state),
                       number->is_null() ? "needs a" : "has no");
  }
  if (number->is_null()) return Value::missing(state, std::move(reason));
  ASSAY_TRY(const double value, fields.number("value"));
  return Value::of(state, value, std::move(reason));
}

Result<std::vector<std::pair<std::string, Value>>> metrics_from(const Node& arm,
                                                                const Fields& fields) {
  std::vector<std::pair<std::string, Value>> metrics;
  const Node* node = arm.find("metrics");
  if (node == nullptr) return metrics;  // Of a workload that declares none.
  const std::string path = fields.path_of("metrics");
  ASSAY_TRY_VOID(Fields::of(*node, path));
  for (const auto& [name, one] : node->entries()) {
    ASSAY_TRY(Value value, metric_from(one, format("{}.{}", path, name)));
    metrics.emplace_back(name, std::move(value));
  }
  return metrics;
}

/// The integer of a leaf within [0, max], or -1.
std::int64_t index_in(const Node& node, std::int64_t max) {
  const std::int64_t* value = node.as_integer();
  return value != nullptr && 0 <= *value && *value <= max ? *value : -1;
}

Result<measure::ArmSeries> series_from(const Fields& arm) {
  measure::ArmSeries series;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  ASSAY_TRY(series.batch, arm.integer("batch", 1, kMax));
  if (arm.any("simulated_by")) {
    ASSAY_TRY(series.simulated_by, arm.text("simulated_by"));
  }
  ASSAY_TRY(const Node* samples, arm.list("samples_ns"));
  series.samples.reserve(samples->items().size());
  for (const Node& sample : samples->items()) {
    const std::int64_t* time = sample.as_integer();
    if (time == nullptr) {
      return Error::user("{}: a sample is an integer", arm.path_of("samples_ns"));
    }
    series.samples.emplace_back(*time);
  }
  series.doubts.resize(series.samples.size());
  ASSAY_TRY(const Node* doubts, arm.list("doubtful_samples"));
  for (const Node& pair : doubts->items()) {
    const bool is_pair = pair.is_list() && pair.items().size() == 2;
    const std::int64_t last = static_cast<std::int64_t>(series.samples.size()) - 1;
    const std::int64_t index = is_pair ? index_in(pair.items()[0], last) : -1;
    const std::int64_t bits = is_pair ? index_in(pair.items()[1], 255) : -1;
    if (index < 0 || bits < 0) {
      return Error::user("{}: expected pairs of a sample's index and bits below 256",
                         arm.path_of("doubtful_samples"));
    }
    series.doubts[static_cast<std::size_t>(index)] = static_cast<std::uint8_t>(bits);
  }
  return series;
}

Result<ArmRecord> arm_from(const Node& node, std::string path) {
  ASSAY_TRY(const Fields fields, Fields::of(node, std::move(path)));
  ArmRecord arm;
  ASSAY_TRY(arm.name, fields.text("name"));
  ASSAY_TRY(arm.status, status_from(fields));
  ASSAY_TRY(arm.reason, fields.text("reason"));
  ASSAY_TRY(arm.asked, factors_from(fields, "asked"));
  ASSAY_TRY(arm.observed, factors_from(fields, "observed"));
  ASSAY_TRY(arm.mechanism, factors_from(fields, "mechanism"));
  ASSAY_TRY(arm.flops, count_from(fields, "flops"));
  ASSAY_TRY(arm.bytes, count_from(fields, "bytes"));
  ASSAY_TRY(arm.work, count_from(fields, "work"));
  ASSAY_TRY(arm.verification, verification_from(fields));
  ASSAY_TRY(arm.metrics, metrics_from(node, fields));
  ASSAY_TRY(arm.series, series_from(fields));
  return arm;
}

Result<std::vector<std::vector<std::uint8_t>>> order_from(const Fields& fields,
                                                          std::size_t arm_count) {
  ASSAY_TRY(const Node* rounds, fields.list("order"));
  std::vector<std::vector<std::uint8_t>> order;
  order.reserve(rounds->items().size());
  const std::int64_t last = std::min<std::int64_t>(static_cast<std::int64_t>(arm_count), 256) - 1;
  for (const Node& round : rounds->items()) {
    std::vector<std::uint8_t>& arms = order.emplace_back();
    if (!round.is_list()) return Error::user("{}: a round is a list", fields.path_of("order"));
    for (const Node& arm : round.items()) {
      const std::int64_t index = index_in(arm, last);
      if (index < 0) return Error::user("{}: a round lists arms", fields.path_of("order"));
      arms.push_back(static_cast<std::uint8_t>(index));
    }
  }
  return order;
}

Result<std::vector<std::string>> texts_from(const Fields& fields, std::string_view key) {
  ASSAY_TRY(const Node* list, fields.list(key));
  std::vector<std::string> texts;
  for (const Node& item : list->items()) {
    if (item.as_string() == nullptr) return Error::user("{}: expected texts", fields.path_of(key));
    texts.push_back(*item.as_string());
  }
  return texts;
}

/// What identifies the record: which trial, measured by what.
Result<void> read_identity(const Fields& fields, Record& record) {
  constexpr std::int64_t kMax = std::numeric_limits<int>::max();
  ASSAY_TRY(record.trial_key, fields.hex("trial_key"));
  ASSAY_TRY(record.trial_id, fields.text("trial_id"));
  ASSAY_TRY(record.kind, kind_from(fields));
  ASSAY_TRY(record.comparison, fields.text("comparison"));
  ASSAY_TRY(record.factors, factors_from(fields, "factors"));
  ASSAY_TRY(const std::int64_t replicate, fields.integer("replicate", 0, kMax));
  record.replicate = static_cast<int>(replicate);
  ASSAY_TRY(const std::int64_t position, fields.integer("position", 0, kMax));
  record.position = static_cast<int>(position);
  ASSAY_TRY(record.seed, fields.hex("seed"));
  ASSAY_TRY(record.build, fields.text("build"));
  ASSAY_TRY(record.policy, fields.text("policy"));
  ASSAY_TRY(record.pid, fields.integer("pid"));
  return {};
}

Result<void> read_measurement(const Fields& fields, Record& record) {
  ASSAY_TRY(record.started, fields.text("started"));
  ASSAY_TRY(const std::int64_t duration, fields.integer("duration_ns"));
  record.duration = Nanoseconds(duration);
  ASSAY_TRY(record.status, status_from(fields));
  ASSAY_TRY(record.reason, fields.text("reason"));
  ASSAY_TRY(const Node* arms, fields.list("arms"));
  for (std::size_t i = 0; i < arms->items().size(); ++i) {
    ASSAY_TRY(ArmRecord arm, arm_from(arms->items()[i], format("record.arms[{}]", i)));
    record.arms.push_back(std::move(arm));
  }
  ASSAY_TRY(record.order, order_from(fields, record.arms.size()));
  ASSAY_TRY(const std::int64_t sample_length, fields.integer("sample_length_ns"));
  record.sample_length = Nanoseconds(sample_length);
  ASSAY_TRY(record.stopped_by, fields.text("stopped_by"));
  if (fields.any("sampling")) {
    ASSAY_TRY(record.sampling, fields.text("sampling"));
  }
  ASSAY_TRY(record.doubts, texts_from(fields, "doubts"));
  return {};
}

}  // namespace

Result<Record> record_from(const codec::Node& node) {
  ASSAY_TRY(const Fields fields, Fields::of(node, "record"));
  ASSAY_TRY(const std::string schema, fields.text("schema"));
  if (schema != kRecordSchema) {
    return Error::user("record.schema: this Assay reads {}, got {}", kRecordSchema, schema);
  }
  Record record;
  ASSAY_TRY_VOID(read_identity(fields, record));
  ASSAY_TRY_VOID(read_measurement(fields, record));
  return record;
}

}  // namespace assay::store
