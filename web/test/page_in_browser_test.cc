// SPDX-License-Identifier: MIT
// Loads a generated report in headless Chromium: the charts are drawn, the verdicts are there, and
// the console is free of errors (a content policy violation would be one).
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "lab/report/answer.h"
#include "lab/report/invented_run.h"
#include "lab/report/page.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

constexpr std::string_view kChromium =
    "timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--enable-logging=stderr --virtual-time-budget=5000 ";

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

int count(const std::string& text, std::string_view part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

class PageInBrowser : public ::testing::Test {
 protected:
  fs::path folder_ =
      fs::temp_directory_path() / ("assay_browser_test_" + std::to_string(::getpid()));
  std::string dom_;   ///< What is shown: the element that the script fills, not script or data.
  std::string page_;  ///< The whole document.
  std::string console_;

  void SetUp() override {
    if (std::system("chromium --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "chromium is not installed";
    }
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void load(const std::vector<RunView>& views, const std::string& flags) {
    const auto page = to_page(views);
    ASSERT_TRUE(page) << page.error().to_string();
    std::ofstream(folder_ / "report.html") << *page;
    const std::string in_folder = "cd '" + folder_.string() + "' && ";
    const std::string command = in_folder + std::string(kChromium) + "--user-data-dir=profile " +
                                flags + " --dump-dom report.html >dom.html 2>console.txt";
    ASSERT_EQ(std::system(command.c_str()), 0) << text_of(folder_ / "console.txt");
    page_ = text_of(folder_ / "dom.html");
    const std::size_t begin = page_.find("<main");
    dom_ = page_.substr(begin, page_.find("</main>", begin) - begin);
    for (std::ifstream lines(folder_ / "console.txt"); lines;) {
      std::string line;
      std::getline(lines, line);
      if (line.find("CONSOLE") != line.npos) console_ += line + "\n";
    }
  }
};

TEST_F(PageInBrowser, DrawsEveryChartAndSaysEveryVerdict) {
  const InventedRun one = invented_sweep();
  const InventedRun two = invented_backends();
  load({one.view(), two.view()}, "--window-size=1280,2000");
  const auto figures = one.spec.figures.size() + two.spec.figures.size();
  EXPECT_EQ(count(dom_, "<svg"), static_cast<int>(figures));
  EXPECT_EQ(count(dom_, "cannot be drawn"), 0);
  for (const InventedRun* const run : {&one, &two}) {
    EXPECT_EQ(count(dom_, escape_html(answer_of(run->view()))), 2) << "in the overview, and below";
    for (const analysis::ClaimFinding& claim : run->findings.claims) {
      EXPECT_THAT(dom_, HasSubstr(claim.because));
    }
  }
  EXPECT_THAT(dom_, HasSubstr("unsupported"));
  EXPECT_EQ(console_, "");
}

TEST_F(PageInBrowser, DrawsOnAPhoneInTheDark) {
  const InventedRun run = invented_sweep();
  load({run.view()}, "--window-size=360,800 --blink-settings=preferredColorScheme=0");
  EXPECT_EQ(count(dom_, "<svg"), static_cast<int>(run.spec.figures.size()));
  EXPECT_EQ(console_, "");
}

TEST_F(PageInBrowser, HostileTextStaysText) {
  InventedRun run = invented_sweep();
  run.spec.question =
      "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>";
  run.findings.cells[0].doubts = {"<b id=injected>"};
  load({run.view()}, "");
  EXPECT_THAT(page_, Not(HasSubstr("<title>broken")));
  EXPECT_THAT(dom_, Not(HasSubstr("<img src")));
  EXPECT_THAT(dom_, Not(HasSubstr("<b id=\"injected\"")));
  EXPECT_EQ(console_, "");
}

}  // namespace
}  // namespace assay::report
