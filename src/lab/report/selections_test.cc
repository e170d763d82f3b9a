// SPDX-License-Identifier: MIT
#include "lab/report/selections.h"

#include <gmock/gmock.h>

#include "core/codec/yaml.h"
#include "lab/report/figures.h"
#include "lab/report/metrics.h"
#include "lab/report/tables.h"
#include "lab/spec/test_vocabulary.h"

namespace assay::report {
namespace {

constexpr std::string_view kHead =
    "name: x\ngroup: t\nquestion: Q\nworkload: gemm\nparams: {m: 1, n: 1}\naxes: {k: [1, 2, 8]}\n"
    "arms: {blas: {library: openblas}, dnn: {library: onednn}}\n"
    "compare: {pair: {axis: k, pairs: [[1, 2]], arms: [blas]}}\n";

Result<void> check(const std::string& report) {
  const auto document = codec::parse_yaml(std::string(kHead) + report, "x.yaml");
  EXPECT_TRUE(document) << document.error().to_string();
  spec::Vocabulary vocabulary = spec::test_vocabulary();
  vocabulary.figures = figure_kinds();
  vocabulary.tables = table_kinds();
  vocabulary.metrics = metric_names();
  const auto spec = spec::spec_from(*document, vocabulary);
  EXPECT_TRUE(spec) << spec.error().to_string();
  return check_selections(*spec);
}

std::string claim(const std::string& where) {
  return "claims:\n  c: {says: S, base: blas, other: dnn, ratio: '< 1.1', where: " + where + "}\n";
}

TEST(CheckSelections, SilentWhereSomethingIsSelected) {
  for (const std::string& report :
       {std::string(), claim("k == 8"), claim("''"),
        std::string("figures: {f: {kind: line, x: k, y: time, where: 'library == \"onednn\"'}}\n"),
        std::string("tables: {t: {kind: ratios, where: k > 2 and arm == 'dnn'}}\n"),
        std::string("claims: {c: {says: S, compare: pair, within: 0.1, where: m == 1}}\n"),
        // A claim on one arm may ask of what that arm sets.
        std::string("claims: {c: {says: S, metric: stalls, arm: dnn, value: '< 0.1', "
                    "where: library == 'onednn' and k == 2}}\n")}) {
    const Result<void> checked = check(report);
    EXPECT_TRUE(checked) << report << checked.error().to_string();
  }
}

TEST(CheckSelections, NamesThePlaceAndWhatToDo) {
  struct Case {
    std::string report;
    std::string want;
  };
  const std::vector<Case> cases{
      {claim("k > 8"),
       "x.yaml:10:63: claims.c.where: `k > 8` selects none of the planned trials; widen it or the "
       "axes, or leave c out (~claims.c, or `claims: {c: null}` in its scale)"},
      {claim("dtype > 3"), "x.yaml:10:63: claims.c.where: these do not compare: f32 and 3"},
      // The arms set it, so no trial as a whole has it.
      {claim("library == 'onednn'"),
       "x.yaml:10:63: claims.c.where: `library == 'onednn'` selects none of the planned trials; "
       "widen it or the axes, or leave c out (~claims.c, or `claims: {c: null}` in its scale)"},
      {"claims: {c: {says: S, metric: stalls, arm: blas, value: '< 1', where: k > 8}}\n",
       "x.yaml:9:71: claims.c.where: `k > 8` selects none of the planned trials; widen it or the "
       "axes, or leave c out (~claims.c, or `claims: {c: null}` in its scale)"},
      {"claims: {c: {says: S, compare: pair, within: 0.1, where: n != 1}}\n",
       "x.yaml:9:58: claims.c.where: `n != 1` selects none of the planned trials; widen it or the "
       "axes, or leave c out (~claims.c, or `claims: {c: null}` in its scale)"},
      {"figures: {f: {kind: line, x: k, y: time, where: arm == 'dn'}}\n",
       "x.yaml:9:49: figures.f.where: `arm == 'dn'` selects none of the planned trials; widen it "
       "or the axes, or leave f out (~figures.f, or `figures: {f: null}` in its scale)"},
      {"figures: {f: {kind: line, x: k, y: time, where: arm == 3}}\n",
       "x.yaml:9:49: figures.f.where: these do not compare: blas and 3"},
      {"tables: {t: {kind: summary, where: k / 0 > 1}}\n",
       "x.yaml:9:36: tables.t.where: division by zero: 1 / 0"},
      {"tables: {t: {kind: ratios, where: arm == 'blas'}}\n",
       "x.yaml:9:35: tables.t.where: `arm == 'blas'` selects none of the planned trials; widen it "
       "or the axes, or leave t out (~tables.t, or `tables: {t: null}` in its scale)"},
  };
  for (const auto& [report, want] : cases) {
    SCOPED_TRACE(report);
    const Result<void> checked = check(report);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message(), want);
  }
}

}  // namespace
}  // namespace assay::report
