// SPDX-License-Identifier: MIT
#include "lab/report/page.h"

#include <gmock/gmock.h>

#include <regex>

#include "core/codec/json.h"
#include "lab/report/answer.h"
#include "lab/report/invented_run.h"
#include "lab/report/page_assets.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const InventedRun& run) {
  const auto page = to_page({run.view()});
  EXPECT_TRUE(page);
  return page ? *page : "";
}

/// The page without the script and the style, which are ours and tested by themselves.
std::string without_assets(std::string page) {
  for (const std::string_view asset : {page_script(), page_style()}) {
    const std::size_t at = page.find(asset);
    EXPECT_NE(at, std::string::npos);
    if (at != std::string::npos) page.erase(at, asset.size());
  }
  return page;
}

std::string embedded_data(const std::string& page) {
  const std::string opening = R"(<script type="application/json" id="data">)";
  const std::size_t begin = page.find(opening) + opening.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

TEST(ToPage, IsOneFileThatMayFetchNothing) {
  const std::string page = without_assets(page_of(invented_sweep()));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_FALSE(std::regex_search(page, std::regex("(src|href)\\s*=\\s*[\"'](https?:)?//")));
  EXPECT_THAT(page, Not(HasSubstr("connect-src")));
}

TEST(ToPage, NothingInTheDataCanLeaveItsElement) {
  InventedRun run = invented_sweep();
  run.spec.question = "</script><script>alert(1)</script><!-- & \u2028";
  run.spec.name = "<img src=x onerror=alert(2)>";
  run.findings.claims[0].says = "\"]}</SCRIPT >";
  const std::string page = without_assets(page_of(run));
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("</SCRIPT")));
  const auto data = codec::parse_json(embedded_data(page));
  ASSERT_TRUE(data) << data.error().to_string();
  const codec::Node& first = data->find("runs")->items().front();
  EXPECT_EQ(*first.find("question")->as_string(), run.spec.question) << "the text itself is kept";
}

TEST(ToPage, AFigureThatFailsDoesNotTakeThePageWithIt) {
  InventedRun run = invented_sweep();
  run.spec.figures[0].y = "flop_rate";
  const std::string data = embedded_data(page_of(run));
  EXPECT_THAT(data, HasSubstr("did you mean flops_rate?"));
}

TEST(ToPage, AnswersTheQuestionAsTheMarkdownDoes) {
  const InventedRun run = invented_sweep();
  const auto data = codec::parse_json(embedded_data(page_of(run)));
  ASSERT_TRUE(data) << data.error().to_string();
  EXPECT_EQ(*data->find("runs")->items().front().find("answer")->as_string(),
            answer_of(run.view()));
}

TEST(ToPage, CarriesTheCommandOfEveryPoint) {
  const std::string data = embedded_data(page_of(invented_sweep()));
  EXPECT_THAT(data,
              HasSubstr(R"("k=107":"assay run experiments/night_sweep/g3.yaml --only k=107")"));
}

TEST(Escaping, IsReversibleByItsReader) {
  EXPECT_EQ(escape_for_script("<a>&"), "\\u003ca\\u003e\\u0026");
  EXPECT_EQ(escape_html("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
}

}  // namespace
}  // namespace assay::report
