// SPDX-License-Identifier: MIT
// One bad file per kind of mistake, with the whole message that it gets.
#include "lab/spec/sections.h"

#include <gmock/gmock.h>

#include "core/codec/yaml.h"
#include "lab/spec/test_vocabulary.h"

namespace assay::spec {
namespace {

constexpr std::string_view kHead =
    "name: x\ngroup: t\nquestion: Q\nworkload: gemm\nparams: {m: 1, n: 1}\naxes: {k: [1, 2]}\n";

struct Mistake {
  std::string text;  ///< Line 7 on, after a sound head.
  std::string want;
};

std::string message_of(const std::string& text) {
  const Result<codec::Node> document = codec::parse_yaml(text, "x.yaml");
  if (!document) return "not YAML: " + document.error().message();
  const Result<Spec> spec = spec_from(*document, test_vocabulary());
  return spec ? "accepted" : spec.error().to_string();
}

void expect_messages(const std::vector<Mistake>& mistakes, std::string_view head) {
  EXPECT_EQ(message_of(std::string(kHead)), "accepted");
  for (const auto& [text, want] : mistakes) {
    SCOPED_TRACE(text);
    EXPECT_EQ(message_of(std::string(head) + text), want);
  }
}

TEST(BadFile, Heading) {
  expect_messages(
      {
          {"[1, 2]", "x.yaml:1:1: expected a map: got a list"},
          {"name: x\n", "x.yaml:1:1: expected the key `group`, which is missing"},
          {"name: a b\n",
           "x.yaml:1:7: name: expected a name of letters, digits, `_`, `-` and `.`: got the text "
           "`a b`"},
          {"name: 3\n", "x.yaml:1:7: name: expected a text: got 3; quote it"},
          {"name: x\ngroup: t\nquestion: ''\n",
           "x.yaml:3:11: question: expected a sentence: got an empty text"},
          {"name: x\ngroup: t\nquestion: Q\nworkload: gem\n",
           "x.yaml:4:11: workload: unknown workload: gem; did you mean gemm? known: gemm, null"},
          {"schema: assay.spec/9\n", "x.yaml:1:9: schema: expected assay.spec/1: got assay.spec/9"},
          {"name: x\nmesure: {}\n",
           "x.yaml:2:1: mesure: unknown key: mesure; did you mean measure? known: schema, scale, "
           "path, overrides, name, group, question, workload, params, axes, where, arms, compare, "
           "measure, "
           "run, claims, figures, tables, results, expect"},
      },
      "");
}

constexpr std::string_view kBeforeParams = "name: x\ngroup: t\nquestion: Q\nworkload: gemm\n";

TEST(BadFile, ParamsAndAxes) {
  const std::string known =
      "known: m, n, k, alpha, transposed, dtype, library, note (workload gemm)";
  expect_messages(
      {
          {"params: {kk: 1}\n",
           "x.yaml:5:10: params.kk: unknown parameter: kk; did you mean k? " + known},
          {"params: {m: 1.5}\n", "x.yaml:5:13: params.m: expected an integer: got 1.5"},
          {"params: {m: 0}\n", "x.yaml:5:13: params.m: m must be from 1 to 65536: got 0"},
          {"params: {alpha: x}\n",
           "x.yaml:5:17: params.alpha: expected a number: got the text `x`"},
          {"params: {transposed: 1}\n",
           "x.yaml:5:22: params.transposed: expected true or false: got 1"},
          {"params: {note: 3}\n", "x.yaml:5:16: params.note: expected a text: got 3; quote it"},
          {"params: {dtype: f23}\n",
           "x.yaml:5:17: params.dtype: unknown dtype: f23; did you mean f32? known: f32, bf16, "
           "f64"},
          {"params: {m: [1]}\n", "x.yaml:5:13: params.m: expected an integer: got a list"},
          {"params: [1]\n", "x.yaml:5:9: params: expected a map: got a list"},
          {"params: {m: 1, n: 1}\n",
           "x.yaml:4:11: workload: parameter k of gemm has no default: give it in params, axes or "
           "every arm"},
          {"params: {m: 1, n: 1, k: 2}\naxes: {k: [1]}\n",
           "x.yaml:5:22: params.k: k is swept under axes and fixed here; say it once"},
          {"axes: {k: []}\n",
           "x.yaml:5:11: axes.k: an axis needs at least one value: got an empty list"},
          {"axes: {k: 3}\n",
           "x.yaml:5:11: axes.k: expected a list or {from, to, step}: got 3; write [3]"},
          {"axes: {k: [1, x]}\n", "x.yaml:5:15: axes.k[1]: expected an integer: got the text `x`"},
          {"axes: {k: {from: 3}}\n",
           "x.yaml:5:11: axes.k: expected the key `to`, which is missing"},
          {"axes: {k: {from: 3, to: 1}}\n",
           "x.yaml:5:25: axes.k.to: the range is empty: from 3 to 1"},
          {"axes: {k: {from: 1, to: 9, step: 0}}\n",
           "x.yaml:5:34: axes.k.step: must be from 1 to 4611686018427387904: got 0"},
          {"axes: {k: {from: 1, to: 9, by: 2}}\n",
           "x.yaml:5:28: axes.k.by: unknown key: by; known: from, to, step"},
          {"axes: {k: {from: 1, to: 99999999}}\n",
           "x.yaml:5:11: axes.k: a range has at most 1000000 values: from 1 to 99999999 in steps "
           "of 1"},
          {"axes: {alpha: {from: 0, to: 1, step: -1}}\n",
           "x.yaml:5:38: axes.alpha.step: a step is more than 0: got -1"},
          {"axes: {k: {from: 1, to: 60000}, m: {from: 1, to: 60000}}\n",
           "x.yaml:5:36: axes.m: with its 60000 values the axes cross to 3600000000 points or "
           "more; at most 10000000 can be filtered by `where`"},
          {"axes: {dtype: {from: 1, to: 2}}\n",
           "x.yaml:5:15: axes.dtype: dtype is not a number: list its values"},
          {"axes: {kk: [1]}\n",
           "x.yaml:5:8: axes.kk: unknown parameter: kk; did you mean k? " + known +
               "; a label of your own takes rows that move together: [{m: 1, n: 2}, {m: 3, n: 4}]"},
          {"axes: {shape: [{m: 1, n: 2}, {m: 3}]}\n",
           "x.yaml:5:30: axes.shape[1]: this row lacks n, which others set"},
          {"axes: {shape: [{m: 1}, {m: 3, n: 1}]}\n",
           "x.yaml:5:24: axes.shape[1]: every row of a zipped axis sets the same parameters"},
          {"axes: {k: [1], shape: [{k: 1, m: 3}]}\n",
           "x.yaml:5:16: axes.shape: k is swept twice; say it in one axis"},
      },
      kBeforeParams);
}

TEST(BadFile, ArmsAndCompare) {
  expect_messages(
      {
          {"arms: {}\n", "x.yaml:7:7: arms: expected at least one arm; leave `arms` out for one"},
          {"arms: {a: {lib: x}}\n",
           "x.yaml:7:12: arms.a.lib: unknown parameter: lib; known: m, n, k, alpha, transposed, "
           "dtype, library, note (workload gemm)"},
          {"arms: {a: {}, b: {}}\n",
           "x.yaml:7:15: arms.b: arms a and b are equal; for an A/A floor set run.floor_trials"},
          {"arms: {'a b': {}}\n",
           "x.yaml:7:8: arms.a b: a name has letters, digits, `_`, `-` and `.` only"},
          {"arms: {a: {k: 3}, b: {k: 4}}\n",
           "x.yaml:6:7: axes: k is swept, but every arm sets it: all its trials would be alike"},
          {"compare: {c: {pairs: [[1, 2]]}}\n",
           "x.yaml:7:14: compare.c: expected the key `axis`, which is missing"},
          {"compare: {c: {axis: q, pairs: [[1, 2]]}}\n",
           "x.yaml:7:21: compare.c.axis: unknown parameter: q; did you mean m? known: m, n, k, "
           "alpha, transposed, dtype, library, note"},
          {"compare: {c: {axis: k, pairs: []}}\n",
           "x.yaml:7:31: compare.c.pairs: expected at least one pair [base, other]"},
          {"compare: {c: {axis: k, pairs: [[1, 2, 3]]}}\n",
           "x.yaml:7:32: compare.c.pairs[0]: expected a pair [base, other]: got 3 values"},
          {"compare: {c: {axis: k, pairs: [[1, 1]]}}\n",
           "x.yaml:7:32: compare.c.pairs[0]: the two sides of a pair are equal"},
          {"compare: {c: {axis: k, pairs: [[1, 2], [1, 2]]}}\n",
           "x.yaml:7:40: compare.c.pairs[1]: this pair stands here twice"},
          {"compare: {c: {axis: k, pairs: [[1, 2]], arms: [best]}}\n",
           "x.yaml:7:48: compare.c.arms[0]: unknown arm: best; known: only"},
          {"arms: {a: {k: 3}, b: {}}\ncompare: {c: {axis: k, pairs: [[1, 2]]}}\n",
           "x.yaml:8:14: compare.c: arm a sets k itself, so the two sides would be equal; name "
           "other arms under `arms`"},
          {"where: k === 3\n",
           "x.yaml:7:8: where: column 5: expected a comparison; write == for equal"},
          {"where: 3\n", "x.yaml:7:8: where: expected a text: got 3; quote it"},
      },
      kHead);
}

TEST(BadFile, Policies) {
  expect_messages(
      {
          {"measure: {sampels_min: 3}\n",
           "x.yaml:7:11: measure.sampels_min: unknown key: sampels_min; did you mean samples_min? "
           "known: warmup_samples_min, warmup_max, samples_min, samples_max, budget, "
           "sample_length, width_target, cache"},
          {"measure: {budget: 300}\n",
           "x.yaml:7:19: measure.budget: a duration needs a unit (ns, us, ms, s, min, h), such as "
           "300us: got 300"},
          {"measure: {budget: 3 ks}\n",
           "x.yaml:7:19: measure.budget: unknown unit: ks; did you mean ns? known: ns, us, ms, s, "
           "min, h in a duration"},
          {"measure: {samples_min: 0}\n",
           "x.yaml:7:24: measure.samples_min: must be from 1 to 1000000: got 0"},
          {"measure: {sample_length: 0ms}\n",
           "x.yaml:7:26: measure.sample_length: a sample takes time; write auto to let a pilot "
           "choose"},
          {"measure: {cache: warm}\n",
           "x.yaml:7:18: measure.cache: unknown cache: warm; known: hot, flushed, rotated"},
          {"measure:\n", "x.yaml:7:1: measure: expected a map: got nothing"},
          {"run: {memory_max: 4}\n",
           "x.yaml:7:19: run.memory_max: a size needs a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB, "
           "TB), such as 4GiB: got 4"},
          {"run: {memory_max: 1KiB}\n",
           "x.yaml:7:19: run.memory_max: a process needs at least 1MiB"},
          {"run: {isolate: both}\n",
           "x.yaml:7:16: run.isolate: unknown isolate: both; known: trial, group"},
          {"run: {trial_timeout: 0s}\n",
           "x.yaml:7:22: run.trial_timeout: a time limit is more than 0"},
          {"run: {trial_timeout: 1s}\n",
           "x.yaml:1:1: run.trial_timeout (1s) must be longer than measure.warmup_max + "
           "measure.budget (1s)"},
          {"run: {seed: -1}\n",
           "x.yaml:7:13: run.seed: must be from 0 to 9223372036854775807: got -1"},
          {"run: {processes: 0}\n", "x.yaml:7:18: run.processes: must be from 1 to 1000: got 0"},
          {"expect: {trials: many}\n",
           "x.yaml:7:18: expect.trials: expected an integer: got the text `many`"},
          {"expect: {statuses: [okay]}\n",
           "x.yaml:7:21: expect.statuses[0]: unknown status: okay; did you mean ok? known: ok, "
           "skipped, unsupported, not_applied, wrong, timed_out, out_of_memory, failed"},
      },
      kHead);
}

constexpr std::string_view kArms = "arms: {a: {library: openblas}, b: {library: onednn}}\n";

TEST(BadFile, ComparedRows) {
  expect_messages(
      {{"params: {m: 1, n: 2}\naxes: {s: [{k: 1, alpha: 2}]}\ncompare: {c: {axis: k, pairs: [[1, "
        "2]]}}\n",
        "x.yaml:7:21: compare.c.axis: k moves together with other parameters of a zipped axis "
        "and cannot be compared alone; compare the axis s"},
       {"params: {m: 1, n: 2}\naxes: {s: [{k: 1, alpha: 2}]}\ncompare: {c: {axis: s, pairs: [[{k: "
        "1}, {k: 2}]]}}\n",
        "x.yaml:7:33: compare.c.pairs[0][0]: this side lacks alpha of s"},
       {"params: {m: 1, n: 2}\naxes: {s: [{k: 1, alpha: 2}]}\n"
        "compare: {c: {axis: s, pairs: [[{k: 1, alpha: 2, dtype: f32}, 2]]}}\n",
        "x.yaml:7:33: compare.c.pairs[0][0]: a side sets what the rows of s set, and nothing "
        "else"}},
      "name: x\ngroup: t\nquestion: Q\nworkload: gemm\n");
}

TEST(BadFile, Claims) {
  expect_messages(
      {
          {"claims: {c: {}}\n", "x.yaml:8:13: claims.c: expected the key `says`, which is missing"},
          {"claims: {c: {says: S, metric: tiem}}\n",
           "x.yaml:8:31: claims.c.metric: unknown metric: tiem; did you mean time? known: time, "
           "time_per_work, flops_rate, stalls, wait"},
          {"claims: {c: {says: S, base: a}}\n",
           "x.yaml:8:13: claims.c: a claim on two arms names both `base` and `other`: other is "
           "missing; or name a comparison under `compare`"},
          {"claims: {c: {says: S, base: a, other: a}}\n",
           "x.yaml:8:13: claims.c: base and other are the same arm: a"},
          {"claims: {c: {says: S, base: a, other: bb}}\n",
           "x.yaml:8:39: claims.c.other: unknown arm: bb; did you mean b? known: a, b"},
          {"claims: {c: {says: S, compare: f}}\n",
           "x.yaml:8:32: claims.c.compare: unknown comparison: f; known: none"},
          {"compare: {f: {axis: k, pairs: [[1, 2]]}}\nclaims: {c: {says: S, compare: f, base: "
           "a}}\n",
           "x.yaml:9:41: claims.c.base: the sides of a comparison are called base and other: got "
           "a"},
          {"claims: {c: {says: S, base: a, other: b}}\n",
           "x.yaml:8:13: claims.c: expected a predicate: ratio: \"< 0.667\" or within: 0.03 of "
           "two arms, or value: \"< 0.02\" of a metric of the workload"},
          {"claims: {c: {says: S, base: a, other: b, ratio: '> 1', within: 0.1}}\n",
           "x.yaml:8:13: claims.c: expected one predicate: ratio: \"< 0.667\" or within: 0.03 of "
           "two arms, or value: \"< 0.02\" of a metric of the workload"},
          {"claims: {c: {says: S, base: a, other: b, ratio: 1.5}}\n",
           "x.yaml:8:49: claims.c.ratio: expected a text: got 1.5; quote it"},
          {"claims: {c: {says: S, base: a, other: b, ratio: '>= 1'}}\n",
           "x.yaml:8:49: claims.c.ratio: expected \"< NUMBER\" or \"> NUMBER\", the bound of "
           "other/base: got the text `>= 1`"},
          {"claims: {c: {says: S, base: a, other: b, ratio: '> -1'}}\n",
           "x.yaml:8:49: claims.c.ratio: a ratio of times is more than 0 and below 1e6: got -1"},
          {"claims: {c: {says: S, base: a, other: b, within: 3}}\n",
           "x.yaml:8:50: claims.c.within: the margin around 1 is between 0 and 1 (0.03: 3 %): got "
           "3"},
          {"claims: {c: {says: S, base: a, other: b, within: 0.1, confidence: 95}}\n",
           "x.yaml:8:67: claims.c.confidence: must be from 0.5 to below 1: got 95"},
          {"claims: {c: {says: S, base: a, other: b, within: 0.1, processes_min: 1}}\n",
           "x.yaml:8:70: claims.c.processes_min: must be from 2 to 1000: got 1"},
          {"claims: {c: {says: S, base: a, other: b, within: 0.1, where: q == 1}}\n",
           "x.yaml:8:62: claims.c.where: column 1: unknown name: q; did you mean m? known: m, n, "
           "k, alpha, transposed, dtype, library, note; a text stands in quotes"},
      },
      std::string(kHead) + std::string(kArms));
}

TEST(BadFile, ClaimsOnValues) {
  expect_messages(
      {
          {"claims: {c: {says: S, metric: time, arm: a, value: '< 1ms'}}\n",
           "x.yaml:8:31: claims.c.metric: `value` bounds what the workload declares (assay list "
           "metrics), and time is not of gemm: compare two arms by `ratio` or `within`"},
          {"claims: {c: {says: S, arm: a, value: '< 1'}}\n",
           "x.yaml:8:13: claims.c: `value` bounds what the workload declares (assay list metrics), "
           "and time is not of gemm: compare two arms by `ratio` or `within`"},
          {"claims: {c: {says: S, metric: stalls, value: '< 1'}}\n",
           "x.yaml:8:13: claims.c: a claim on a value names its `arm`, one of a, b"},
          {"claims: {c: {says: S, metric: stalls, arm: c, value: '< 1'}}\n",
           "x.yaml:8:44: claims.c.arm: unknown arm: c; did you mean a? known: a, b"},
          {"claims: {c: {says: S, metric: stalls, base: a, value: '< 1'}}\n",
           "x.yaml:8:39: claims.c.base: a claim on a value is about one `arm`, not about two"},
          {"claims: {c: {says: S, metric: stalls, arm: a, value: '0.5'}}\n",
           "x.yaml:8:54: claims.c.value: expected \"< NUMBER\" or \"> NUMBER\", the bound of "
           "stalls: got the text `0.5`"},
          {"claims: {c: {says: S, metric: stalls, arm: a, value: '< 5 %'}}\n",
           "x.yaml:8:54: claims.c.value: expected \"< NUMBER\" or \"> NUMBER\", the bound of "
           "stalls: got the text `< 5 %`"},
          {"claims: {c: {says: S, metric: wait, arm: a, value: 'more'}}\n",
           "x.yaml:8:52: claims.c.value: expected \"< DURATION\" or \"> DURATION\", the bound of "
           "wait: got the text `more`"},
          {"claims: {c: {says: S, metric: wait, arm: a, value: '< 5'}}\n",
           "x.yaml:8:52: claims.c.value: a duration needs a unit (ns, us, ms, s, min, h), such as "
           "300us: got 5"},
          {"claims: {c: {says: S, metric: wait, arm: a, value: '< 5ms', within: 0.1}}\n",
           "x.yaml:8:13: claims.c: expected one predicate: ratio: \"< 0.667\" or within: 0.03 of "
           "two arms, or value: \"< 0.02\" of a metric of the workload"},
          {"claims: {c: {says: S, metric: wait, arm: a, base: a, other: b, ratio: '< 1'}}\n",
           "x.yaml:8:37: claims.c.arm: a ratio is of two arms: say `base` and `other`"},
      },
      std::string(kHead) + std::string(kArms));
}

TEST(Claims, OnWhatTheWorkloadDeclares) {
  const auto document = codec::parse_yaml(
      std::string(kHead) + std::string(kArms) +
          "claims:\n"
          "  short: {says: S, metric: wait, arm: b, value: '< 1500us'}\n"
          "  rare: {says: S, metric: stalls, arm: a, value: '< 0.02', every: false}\n"
          "  fewer: {says: S, metric: stalls, base: a, other: b, ratio: '> 1.5'}\n",
      "x.yaml");
  ASSERT_TRUE(document) << document.error().to_string();
  const auto spec = spec_from(*document, test_vocabulary());
  ASSERT_TRUE(spec) << spec.error().to_string();
  ASSERT_EQ(spec->claims.size(), 3U);
  EXPECT_TRUE(spec->claims[0].is_of_value);
  EXPECT_EQ(spec->claims[0].limit, 1.5e6);
  EXPECT_EQ(spec->claims[0].base, "b");
  EXPECT_EQ(spec->claims[0].unit, "ns");
  EXPECT_EQ(spec->claims[1].limit, 0.02);
  EXPECT_FALSE(spec->claims[2].is_of_value);
  EXPECT_EQ(spec->claims[2].bound, Bound::kAbove);
  // config.json reads back to the same Spec.
  const auto again = spec_from(spec->resolved, test_vocabulary());
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->resolved, spec->resolved);
}

TEST(Processes, AutoIsAWidthWithItsUsualBounds) {
  struct Case {
    std::string run;
    int processes;
    int processes_max;
    double width;
  };
  for (const auto& [run, processes, processes_max, width] :
       {Case{"{}", 3, 3, 0}, Case{"{processes: auto}", 3, 30, 0.02},
        Case{"{processes: auto, processes_max: 8, width_target: 0.05}", 3, 8, 0.05},
        Case{"{processes: 5, processes_max: 9}", 5, 9, 0},
        Case{"{processes: 5, processes_max: 9, width_target: 0.01, budget: 2min}", 5, 9, 0.01}}) {
    SCOPED_TRACE(run);
    const auto document = codec::parse_yaml(std::string(kHead) + "run: " + run + "\n", "x.yaml");
    ASSERT_TRUE(document);
    const auto spec = spec_from(*document, test_vocabulary());
    ASSERT_TRUE(spec) << spec.error().to_string();
    EXPECT_EQ(spec->run.processes, processes);
    EXPECT_EQ(spec->run.processes_max, processes_max);
    EXPECT_EQ(spec->run.width_target, width);
    const auto again = spec_from(spec->resolved, test_vocabulary());
    ASSERT_TRUE(again) << again.error().to_string();
    EXPECT_EQ(again->resolved, spec->resolved);
  }
}

TEST(BadFile, FiguresAndTables) {
  const std::string factors =
      "m, n, k, alpha, transposed, dtype, library, note, arm, comparison, trial, label, status";
  expect_messages(
      {
          {"figures: {f: {kind: lines, x: k, y: time}}\n",
           "x.yaml:7:21: figures.f.kind: unknown kind of figure: lines; did you mean line? known: "
           "line, bars"},
          {"figures: {f: {kind: line, y: time}}\n",
           "x.yaml:7:14: figures.f: expected the key `x`, which is missing"},
          {"figures: {f: {kind: line, x: kk, y: time}}\n",
           "x.yaml:7:30: figures.f.x: unknown factor: kk; did you mean k? known: " + factors},
          {"figures: {f: {kind: line, x: k, y: tim}}\n",
           "x.yaml:7:36: figures.f.y: unknown metric: tim; did you mean time? known: time, "
           "time_per_work, flops_rate, stalls, wait"},
          {"figures: {f: {kind: line, x: '', y: time}}\n",
           "x.yaml:7:14: figures.f: a figure needs a factor as x and a metric as y"},
          {"figures: [line]\n", "x.yaml:7:10: figures: expected a map: got a list"},
          {"figures: {'a/b': {}}\n",
           "x.yaml:7:11: figures.a/b: an id has letters, digits, `_`, `-` and `.` only"},
          {"tables: {t: {kind: cell}}\n",
           "x.yaml:7:20: tables.t.kind: unknown kind of table: cell; did you mean cells? known: "
           "cells, ratios"},
          {"tables: {t: {kind: cells, columns: [k, k]}}\n",
           "x.yaml:7:40: tables.t.columns[1]: duplicate column: k"},
          {"tables: {t: {kind: cells, columns: [ks]}}\n",
           "x.yaml:7:37: tables.t.columns[0]: unknown column: ks; did you mean k? known: m, n, k, "
           "alpha, transposed, dtype, library, note, time, time_per_work, flops_rate, stalls, "
           "wait, arm, comparison, trial, label, status"},
      },
      kHead);
}

}  // namespace
}  // namespace assay::spec
