// SPDX-License-Identifier: MIT
// Trials planned per second: expand() on the largest sweep of ours made larger, with a filter, two
// arms, compared pairs, keys and the search for duplicates. Limit: 200,000 per second, so that
// `assay plan` of a million points answers in seconds. The floor beside it is what copying the
// finished trials costs: no planner that hands trials out can be faster.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/codec/yaml.h"
#include "core/format.h"
#include "core/hash.h"
#include "lab/sweep/expand.h"

namespace assay {
namespace {

spec::Vocabulary gemm_vocabulary() {
  spec::WorkloadEntry gemm{.name = "gemm", .about = "C = A B", .parameters = {}};
  for (const char* name : {"m", "n", "k", "lda", "ldb", "ldc", "offset"}) {
    gemm.parameters.push_back({.name = name,
                               .type = spec::ParameterType::kInteger,
                               .fallback = spec::Scalar(std::int64_t{0}),
                               .about = {},
                               .choices = {}});
  }
  for (const char* name : {"dtype", "library"}) {
    gemm.parameters.push_back({.name = name,
                               .type = spec::ParameterType::kText,
                               .fallback = spec::Scalar("f32"),
                               .about = {},
                               .choices = {}});
  }
  return {.workloads = {gemm}, .figures = {}, .tables = {}, .metrics = {"time"}};
}

/// The shape of G4 (N dense, three M, two dtypes) with more of everything.
Result<spec::Spec> make_spec(std::int64_t sizes) {
  const std::string text = format(
      "name: plan\ngroup: bench\nquestion: How fast is planning?\nworkload: gemm\n"
      "params: {{k: 4096}}\n"
      "axes:\n  n: {{from: 1, to: {}}}\n  m: [1024, 2048, 4096, 8192, 16384]\n"
      "  dtype: [f32, bf16]\n  offset: [0, 1, 2, 3]\n"
      "where: n % 16 != 15\n"
      "arms: {{openblas: {{library: openblas}}, onednn: {{library: onednn}}}}\n"
      "compare: {{flush: {{axis: n, pairs: [[112, 107], [96, 97]]}}}}\n",
      sizes);
  ASSAY_TRY(const codec::Node document, codec::parse_yaml(text, "plan_bench.yaml"));
  return spec::spec_from(document, gemm_vocabulary());
}

std::uint64_t checksum_of(const sweep::Sweep& sweep) {
  std::uint64_t checksum = sweep.trials.size();
  for (const sweep::Trial& trial : sweep.trials) {
    checksum = hash_bytes(trial.id, checksum ^ sweep::key_of(trial) ^ trial.seed);
  }
  return checksum;
}

struct Times {
  std::vector<Nanoseconds> planning;
  std::vector<Nanoseconds> copying;
};

/// Trials per second in the median round.
double median_rate(std::vector<Nanoseconds> times, std::size_t trials) {
  std::ranges::sort(times);
  return static_cast<double>(trials) / Seconds(times[times.size() / 2]).count();
}

Result<void> run(std::int64_t sizes, int rounds) {
  ASSAY_TRY(const spec::Spec spec, make_spec(sizes));
  Times times;
  std::size_t trials = 0;
  std::uint64_t checksum = 0;
  for (int round = 0; round < rounds; ++round) {
    const Nanoseconds start = SteadyClock::read();
    ASSAY_TRY(const sweep::Sweep sweep, sweep::expand(spec));
    const Nanoseconds planned = SteadyClock::read();
    const std::vector<sweep::Trial> copies = sweep.trials;
    times.planning.push_back(planned - start);
    times.copying.push_back(SteadyClock::read() - planned);
    trials = copies.size();
    checksum = checksum_of(sweep);
  }
  const std::string text = format(
      "planned {} trials, median of {} rounds: {:.0f} per second (limit 200000)\n"
      "floor: copying them: {:.0f} per second\nchecksum {}\n",
      trials, rounds, median_rate(times.planning, trials), median_rate(times.copying, trials),
      to_hex(checksum));
  std::fputs(text.c_str(), stdout);
  return {};
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  const bool is_small = argc > 1 && std::string_view(argv[1]) == "--small";
  const assay::Result<void> done = is_small ? assay::run(120, 1) : assay::run(1'000, 15);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
  return assay::exit_code(done.error());
}
