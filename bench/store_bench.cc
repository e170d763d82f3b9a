// SPDX-License-Identifier: MIT
// Records appended per second with fsync batching, beside the floor: the same bytes written by bare
// pwrite and fdatasync at the same interval. usage: store_bench [--small]
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"
#include "core/hash.h"
#include "lab/store/run_folder.h"

namespace {

using assay::Nanoseconds;
using assay::SteadyClock;
using assay::store::LogOptions;
using assay::store::LogWriter;
using assay::store::Record;

/// A trial of two arms with 100 samples each: about what a cell of the night sweep leaves.
Record typical_record(int replicate) {
  constexpr int kSamples = 100;
  Record record;
  record.trial_id = "m=256 n=256 k=107";
  record.factors = {{"m", std::int64_t{256}}, {"k", std::int64_t{107}}};
  record.replicate = replicate;
  record.build = "4d143f6";
  record.policy = "0123456789abcdef";
  record.started = "2026-11-21T09:30:00Z";
  record.status = assay::store::Status::kOk;
  for (const char* name : {"openblas", "onednn"}) {
    assay::store::ArmRecord arm;
    arm.name = name;
    arm.status = record.status;
    arm.asked = arm.observed = record.factors;
    arm.mechanism = {{"kernel", std::string("sgemm_haswell")}};
    arm.flops = 1.4e7;
    for (int i = 0; i < kSamples; ++i)
      arm.series.samples.emplace_back(812'000 + 37 * i);
    arm.series.doubts.resize(kSamples);
    record.arms.push_back(std::move(arm));
  }
  for (int i = 0; i < kSamples; ++i)
    record.order.push_back({0, 1});
  return record;
}

double seconds_since(Nanoseconds begin) {
  return assay::Seconds(SteadyClock::read() - begin).count();
}

/// As a run does it: a record to JSON, to a checked line, into the file.
double time_appends(const std::filesystem::path& path, const std::vector<Record>& records) {
  auto log = LogWriter::open(path, LogOptions{});
  const Nanoseconds begin = SteadyClock::read();
  for (const Record& record : records) {
    if (!log->append(assay::codec::to_json(to_node(record)))) std::abort();
  }
  if (!log->sync()) std::abort();
  return seconds_since(begin);
}

/// The same bytes, ready made.
double time_floor(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const Nanoseconds interval = LogOptions{}.sync_interval;
  const Nanoseconds begin = SteadyClock::read();
  Nanoseconds last_sync = begin;
  for (const std::string& line : lines) {
    if (::write(file, line.data(), line.size()) != std::ssize(line)) std::abort();
    if (SteadyClock::read() - last_sync < interval) continue;
    if (::fdatasync(file) != 0) std::abort();
    last_sync = SteadyClock::read();
  }
  if (::fdatasync(file) != 0) std::abort();
  const double seconds = seconds_since(begin);
  ::close(file);
  return seconds;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_small = argc > 1 && std::strcmp(argv[1], "--small") == 0;
  const int count = is_small ? 50 : 5'000;
  const int rounds = is_small ? 1 : 7;
  std::vector<Record> records;
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) {
    records.push_back(typical_record(i));
    lines.push_back(assay::store::log_line(assay::codec::to_json(to_node(records.back()))));
  }
  const assay::codec::TemporaryFolder folder("store_bench");
  std::vector<double> ours;
  std::vector<double> floor;
  for (int round = 0; round < rounds; ++round) {
    std::filesystem::remove(folder.path() / "ours");
    ours.push_back(time_appends(folder.path() / "ours", records));
    floor.push_back(time_floor(folder.path() / "floor", lines));
  }
  const auto written = assay::codec::read_file(folder.path() / "ours", assay::Bytes(1 << 30));
  const auto same = assay::codec::read_file(folder.path() / "floor", assay::Bytes(1 << 30));
  if (!written || !same || *written != *same) return 1;
  std::printf(
      "append %.0f records/s, floor (write + fdatasync) %.0f records/s: %zu bytes each,\n"
      "sync every 200 ms, medians of %d rounds of %d records\n",
      count / median(ours), count / median(floor), lines[0].size(), rounds, count);
  std::printf("checksum %s\n", assay::to_hex(assay::hash_bytes(*written)).c_str());
  return 0;
}
