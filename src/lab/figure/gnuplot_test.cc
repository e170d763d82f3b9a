// SPDX-License-Identifier: MIT
#include "lab/figure/gnuplot.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "lab/figure/render.h"

namespace assay::figure {
namespace {

using codec::Scalar;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

Figure six_marks(Shape shape) {
  Figure figure;
  figure.id = "f";
  figure.title = "What's `date` worth? \"all\"";
  figure.shape = shape;
  figure.x = "k";
  figure.y = "time";
  figure.color = "arm";
  figure.table.columns = {{"k", "", ""}, {"arm", "", ""}, {"time", "time per call", "ns"}};
  const auto row = [](std::int64_t k, Value time) {
    return std::vector<Cell>{Scalar(k), Scalar("it's"), std::move(time)};
  };
  figure.table.rows = {row(96, Value::measured(1'000, Interval{990, 1'010})),
                       row(97, Value::measured(1'400, Interval{1'380, 1'420})),
                       row(98, Value::missing(State::kUnsupported, "odd")),
                       row(99, Value::of(State::kUndecided, 1'500, "one process")),
                       row(100, Value::measured(1'600)),
                       row(101, Value::missing(State::kFailed, "crashed"))};
  figure.rules = {{.x = 98.5, .label = "98|99 ×1.4", .facet = ""}};
  figure.levels = {{.low = 1'100, .high = 1'200, .label = "floor"}};
  return figure;
}

std::string script_of(const Figure& figure) {
  const auto script = to_gnuplot(figure, PaperFormat::kPdf, "/tmp/a.pdf");
  EXPECT_TRUE(script);
  return script ? *script : "";
}

TEST(ToGnuplot, DataIsInlineWithABlankLineForAGap) {
  EXPECT_THAT(script_of(six_marks(Shape::kLine)), HasSubstr("$p0s0 << EOD\n"
                                                            "96 1 0.99 1.01 1\n"
                                                            "97 1.4 1.38 1.42 1\n"
                                                            "\n"
                                                            "99 1.5 1.5 1.5 0\n"
                                                            "100 1.6 1.6 1.6 1\n"
                                                            "\n"
                                                            "EOD\n"));
}

TEST(ToGnuplot, TextIsQuotedSoThatNothingIsRun) {
  const std::string script = script_of(six_marks(Shape::kLine));
  EXPECT_THAT(script, HasSubstr("'What''s `date` worth? \"all\""));
  EXPECT_THAT(script, HasSubstr("title 'it''s'"));
  EXPECT_THAT(script, Not(HasSubstr("title \"")));
}

TEST(ToGnuplot, BarsWriteTheStateIntoTheGap) {
  EXPECT_THAT(script_of(six_marks(Shape::kBars)), HasSubstr("set label 'unsupported' at 2,"));
}

TEST(ToGnuplot, AFigureWithoutValuesSaysSo) {
  Figure figure = six_marks(Shape::kLine);
  figure.table.rows.clear();
  EXPECT_THAT(script_of(figure), HasSubstr("'no values'"));
}

TEST(ToGnuplot, GnuplotDrawsEveryShapeInBothFormats) {
  if (std::system("gnuplot --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "gnuplot is not installed (gnuplot-nox)";
  }
  const fs::path folder =
      fs::temp_directory_path() / ("assay_gnuplot_test_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  for (const Shape shape : {Shape::kLine, Shape::kBars, Shape::kPoints}) {
    for (const char* const facet : {"", "arm"}) {
      for (const PaperFormat format : {PaperFormat::kPdf, PaperFormat::kPng}) {
        Figure figure = six_marks(shape);
        figure.facet = facet;
        const fs::path plot = folder / "plot";
        const auto script = to_gnuplot(figure, format, plot.string());
        ASSERT_TRUE(script);
        std::ofstream(folder / "plot.gp") << *script;
        const auto run = run_gnuplot(folder / "plot.gp");
        EXPECT_TRUE(run) << (run ? "" : run.error().to_string());
        EXPECT_GT(fs::file_size(plot), 2'000U);
        fs::remove(plot);
      }
    }
  }
  fs::remove_all(folder);
}

TEST(ExtensionOf, NamesTheFormat) {
  EXPECT_EQ(extension_of(PaperFormat::kPdf), "pdf");
  EXPECT_EQ(extension_of(PaperFormat::kPng), "png");
}

}  // namespace
}  // namespace assay::figure
