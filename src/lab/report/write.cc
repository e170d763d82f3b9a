// SPDX-License-Identifier: MIT
#include "lab/report/write.h"

#include <array>
#include <system_error>
#include <utility>

#include "core/codec/file.h"
#include "core/codec/json.h"
#include "lab/figure/gnuplot.h"
#include "lab/figure/table_text.h"
#include "lab/figure/vega_lite.h"
#include "lab/report/baselines.h"
#include "lab/report/figures.h"
#include "lab/report/markdown.h"
#include "lab/report/page.h"
#include "lab/report/results.h"
#include "lab/report/tables.h"
#include "lab/report/verdicts.h"

namespace assay::report {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder(fs::path root, std::size_t run_count, Written& written)
      : root_(std::move(root)), run_count_(run_count), written_(written) {}

  std::size_t run_count() const { return run_count_; }
  fs::path at(const fs::path& file) const { return root_ / file; }

  Result<void> write(const fs::path& file, std::string_view text) {
    std::error_code code;
    fs::create_directories((root_ / file).parent_path(), code);
    if (code) {
      return Error::environment("cannot make the folder {}: {}",
                                (root_ / file).parent_path().string(), code.message());
    }
    ASSAY_TRY_VOID(codec::write_file_atomically(root_ / file, text));
    written_.files.push_back(file);
    return {};
  }

  void note_written(const fs::path& file) { written_.files.push_back(file); }
  void note_missing(const fs::path& file, std::string reason) {
    written_.missing.push_back({.file = file.string(), .reason = std::move(reason)});
  }

 private:
  fs::path root_;
  std::size_t run_count_;
  Written& written_;
};

Result<void> write_table(Folder& folder, const std::string& stem, const figure::Table& table) {
  ASSAY_TRY_VOID(folder.write("tables/" + stem + ".md", figure::to_markdown(table)));
  ASSAY_TRY_VOID(folder.write("tables/" + stem + ".csv", figure::to_csv(table)));
  return folder.write("tables/" + stem + ".tex", figure::to_latex(table));
}

Result<void> write_tables(Folder& folder, const RunView& view) {
  const std::size_t run_count = folder.run_count();
  ASSAY_TRY(std::vector<figure::Table> tables, tables_of(view));
  for (figure::Table table :
       {points_table(view), cliffs_table(view), periods_table(view), floors_table(view)}) {
    if (table.rows.empty()) continue;
    table.id = "every_" + table.id;  // Apart from the names that an experiment gives its tables.
    tables.push_back(std::move(table));
  }
  for (const figure::Table& table : tables) {
    ASSAY_TRY_VOID(write_table(folder, stem_of(view, table.id, run_count), table));
  }
  return {};
}

/// gnuplot writes beside the final name; only a finished drawing is moved there.
Result<void> draw(const Folder& folder, const fs::path& script, const fs::path& plot,
                  const figure::GnuplotCall& gnuplot) {
  const fs::path draft = folder.at(plot).string() + ".part";
  std::error_code code;
  Result<void> drawn = figure::run_gnuplot(folder.at(script), gnuplot);
  if (drawn) fs::rename(draft, folder.at(plot), code);
  if (drawn && code) {
    drawn = Error::environment("cannot move {}: {}", draft.string(), code.message());
  }
  fs::remove(draft, code);
  return drawn;
}

Result<void> write_paper(Folder& folder, const std::string& stem, const figure::Figure& figure,
                         const figure::GnuplotCall& gnuplot) {
  for (const auto format : {figure::PaperFormat::kPdf, figure::PaperFormat::kPng}) {
    const std::string plot = "plots/" + stem + "." + std::string(figure::extension_of(format));
    const std::string script_file = plot + ".gp";
    ASSAY_TRY(const std::string script,
              figure::to_gnuplot(figure, format, folder.at(plot).string() + ".part"));
    ASSAY_TRY_VOID(folder.write(script_file, script));
    if (const Result<void> drawn = draw(folder, script_file, plot, gnuplot); drawn) {
      folder.note_written(plot);
    } else {
      folder.note_missing(plot, drawn.error().message());
    }
  }
  return {};
}

Result<void> write_figure(Folder& folder, const RunView& view, const spec::FigureRequest& request,
                          const figure::GnuplotCall& gnuplot) {
  const std::string stem = stem_of(view, request.id, folder.run_count());
  const Result<figure::Figure> figure = figure_of(view, request);
  if (!figure) {
    folder.note_missing("plots/" + stem, figure.error().to_string());
    return {};
  }
  ASSAY_TRY(const codec::Node document, figure::to_vega_lite(*figure));
  ASSAY_TRY_VOID(folder.write("plots/" + stem + ".vl.json",
                              codec::to_json(document, codec::JsonStyle::kPretty)));
  return write_paper(folder, stem, *figure, gnuplot);
}

/// For other programs. A family has those of its runs, each in its folder.
Result<void> write_results(Folder& folder, const RunView& view) {
  const auto style = codec::JsonStyle::kPretty;
  ASSAY_TRY_VOID(folder.write(kResultsFile, codec::to_json(results_node(view), style)));
  for (const BaselineDocument& document : baseline_documents(view)) {
    ASSAY_TRY_VOID(
        folder.write("baselines/" + document.stem + ".json", codec::to_json(document.node, style)));
  }
  return folder.write(kExperimentSummaryFile, codec::to_json(experiment_summary_node(view), style));
}

}  // namespace

Result<Written> write_report(const std::vector<RunView>& views, const fs::path& folder_path,
                             const figure::GnuplotCall& gnuplot) {
  Written written;
  Folder folder(fs::absolute(folder_path), views.size(), written);
  ASSAY_TRY(const std::string page, to_page(views));
  ASSAY_TRY(const std::string markdown, to_markdown(views));
  ASSAY_TRY_VOID(folder.write("report.html", page));
  ASSAY_TRY_VOID(folder.write("report.md", markdown));
  if (views.size() == 1) ASSAY_TRY_VOID(write_results(folder, views.front()));
  if (views.size() > 1) {
    const std::string stem = file_stem(folder_path.filename().string()) + "_summary";
    ASSAY_TRY_VOID(write_table(folder, stem, verdicts_table(views, stem)));
  }
  for (const RunView& view : views) {
    ASSAY_TRY_VOID(write_tables(folder, view));
    for (const spec::FigureRequest& request : view.spec.figures) {
      ASSAY_TRY_VOID(write_figure(folder, view, request, gnuplot));
    }
  }
  return written;
}

}  // namespace assay::report
