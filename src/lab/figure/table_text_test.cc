// SPDX-License-Identifier: MIT
#include "lab/figure/table_text.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/codec/json.h"

namespace assay::figure {
namespace {

using codec::Scalar;
using ::testing::HasSubstr;

Table six_rows() {
  const auto k = [](std::int64_t value) { return Cell(Scalar(value)); };
  return {.id = "latency",
          .title = "Latency & state",
          .columns = {{"k", "", ""}, {"kernel", "kernel", ""}, {"time", "time per call", "ns"}},
          .rows = {{k(96), Scalar("6x16"), Value::measured(812'374, Interval{801'200, 823'900})},
                   {k(104), Scalar("6x16"), Value::measured(934'100.5)},
                   {k(107), Scalar("a|b"),
                    Value::of(State::kContaminated, 1'412'000, "steal 4 %",
                              Interval{1'398'000, 1'426'000})},
                   {k(112), Scalar(), Value::of(State::kUndecided, 955'000, "one process")},
                   {k(120), Scalar("say \"hi\", it's_50%"),
                    Value::missing(State::kUnsupported, "no such kernel")},
                   {k(128), Scalar("6x16"), Value::missing(State::kTimedOut, "60 s")}},
          .notes = {"Invented."}};
}

TEST(ToMarkdown, SixRows) {
  EXPECT_EQ(to_markdown(six_rows()), R"(|   k | kernel             | time per call [µs] |
|----:|--------------------|-------------------:|
|  96 | 6x16               |           812 ± 11 |
| 104 | 6x16               |              934.1 |
| 107 | a\|b               |      1412 ± 14 [a] |
| 112 |                    |            955 [b] |
| 120 | say "hi", it's_50% |    unsupported [c] |
| 128 | 6x16               |      timed out [d] |

- [a] contaminated: steal 4 %
- [b] undecided: one process
- [c] unsupported: no such kernel
- [d] timed out: 60 s
- Invented.
)");
}

TEST(ToMarkdown, NoRowsAndNoColumns) {
  Table table = six_rows();
  table.rows.clear();
  table.notes.clear();
  EXPECT_EQ(to_markdown(table),
            "| k   | kernel | time per call [ns] |\n"
            "|-----|--------|--------------------|\n"
            "\nNo rows.\n");
  EXPECT_EQ(to_markdown(Table{}), "(no columns)\n");
}

TEST(ToCsv, SixRows) {
  EXPECT_EQ(to_csv(six_rows()),
            "k,kernel,time,time_low,time_high,time_state,time_reason,time_unit\r\n"
            "96,6x16,812374.0,801200.0,823900.0,measured,,ns\r\n"
            "104,6x16,934100.5,,,measured,,ns\r\n"
            "107,a|b,1412000.0,1398000.0,1426000.0,contaminated,steal 4 %,ns\r\n"
            "112,,955000.0,,,undecided,one process,ns\r\n"
            "120,\"say \"\"hi\"\", it's_50%\",,,,unsupported,no such kernel,ns\r\n"
            "128,6x16,,,,timed_out,60 s,ns\r\n");
}

TEST(ToCsv, EmptyTableHasItsHeader) {
  Table table = six_rows();
  table.rows.clear();
  EXPECT_EQ(to_csv(table), "k,kernel,time,time_low,time_high,time_state,time_reason,time_unit\r\n");
}

TEST(ToLatex, SixRows) {
  EXPECT_EQ(to_latex(six_rows()), R"(\begin{table}[htbp]
\centering
\caption{Latency \& state}\label{tab:latency}
\begin{tabular}{rlr}
\hline
k & kernel & time per call [$\mu$s] \\ \hline
96 & 6x16 & 812 $\pm$ 11 \\
104 & 6x16 & 934.1 \\
107 & a$|$b & 1412 $\pm$ 14$^{\mathrm{a}}$ \\
112 & {} & 955$^{\mathrm{b}}$ \\
120 & say "hi", it's\_50\% & unsupported$^{\mathrm{c}}$ \\
128 & 6x16 & timed out$^{\mathrm{d}}$ \\
\hline
\end{tabular}
\par\footnotesize $^{\mathrm{a}}$ contaminated: steal 4 \%
\par\footnotesize $^{\mathrm{b}}$ undecided: one process
\par\footnotesize $^{\mathrm{c}}$ unsupported: no such kernel
\par\footnotesize $^{\mathrm{d}}$ timed out: 60 s
\par\footnotesize Invented.
\end{table}
)");
}

TEST(EscapeLatex, LeavesNothingThatTexWouldRead) {
  EXPECT_EQ(escape_latex("a_b & 5% #1 {x} $y$ ~ ^ \\"),
            "a\\_b \\& 5\\% \\#1 \\{x\\} \\$y\\$ \\textasciitilde{} \\textasciicircum{} "
            "\\textbackslash{}");
  EXPECT_EQ(escape_latex("5 µs ± 1 ≤ 2×"), "5 $\\mu$s $\\pm$ 1 $\\leq$ 2$\\times$");
  EXPECT_EQ(escape_latex("日\n"), "U+65E5 ");
  EXPECT_EQ(escape_latex("[a]"), "{[}a]");
  EXPECT_EQ(escape_latex("\xE2\x82"), "U+FFFD");
}

/// Compiles a document around the fragments; empty where there is no pdflatex, else its log.
std::string compile_latex(const std::string& fragments, bool& compiled) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "assay_table_latex_test";
  fs::create_directories(folder);
  std::ofstream(folder / "t.tex") << "\\documentclass{article}\\usepackage{longtable}"
                                     "\\begin{document}\n"
                                  << fragments << "\\end{document}\n";
  const std::string command = "cd '" + folder.string() +
                              "' && pdflatex -interaction=nonstopmode -halt-on-error t.tex "
                              ">out.txt 2>&1";
  compiled = std::system(command.c_str()) == 0;
  std::ifstream log(folder / "out.txt");
  std::string text((std::istreambuf_iterator<char>(log)), {});
  fs::remove_all(folder);
  return text;
}

TEST(EscapeMarkdown, ShowsWhatWouldHaveAnEffect) {
  EXPECT_EQ(escape_markdown("<script>alert(1)</script>"), "&lt;script>alert(1)&lt;/script>");
  EXPECT_EQ(escape_markdown("<!-- hidden --> <?x"), "&lt;!-- hidden --> &lt;?x");
  EXPECT_EQ(escape_markdown("bound < 0.667, 3<4, a <"), "bound < 0.667, 3<4, a <");
  EXPECT_EQ(escape_markdown("a|b\nc\td\x1b[31m"), "a\\|b c d\\x1b[31m");
}

TEST(ToLatex, CompilesWithPlainPdflatex) {
  if (std::system("pdflatex --version >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "pdflatex is not installed (texlive-latex-base)";
  }
  Table empty = six_rows();
  empty.rows.clear();
  Table longer = six_rows();
  for (int i = 0; i < 40; ++i)
    longer.rows.push_back(longer.rows[static_cast<std::size_t>(i) % 6]);
  Table hostile = six_rows();
  hostile.id = "a%b#c";
  hostile.title = "\\input{/etc/passwd} 日本 [x";
  hostile.rows[0][1] = Scalar("[3] & \\ $ # ~ ^ { } µ±");
  bool compiled = false;
  const std::string log = compile_latex(
      to_latex(six_rows()) + to_latex(empty) + to_latex(longer) + to_latex(hostile), compiled);
  EXPECT_TRUE(compiled) << log;
}

TEST(ToNode, CarriesFullPrecisionAndStates) {
  const codec::Node node = to_node(six_rows());
  const auto& rows = node.find("rows")->items();
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(codec::to_json(rows[1].items()[2]),
            R"({"value":934100.5,"state":"measured","text":"934.1"})");
  EXPECT_EQ(
      codec::to_json(rows[4].items()[2]),
      R"({"value":null,"state":"unsupported","reason":"no such kernel","text":"unsupported"})");
  EXPECT_THAT(codec::to_json(node.find("columns")->items()[2]), HasSubstr(R"("read_in":"µs")"));
}

}  // namespace
}  // namespace assay::figure
