// SPDX-License-Identifier: MIT
#include "lab/spec/spec.h"

#include <algorithm>
#include <utility>

#include "core/nearest.h"
#include "lab/spec/compose.h"
#include "lab/spec/overrides.h"
#include "lab/spec/quantity.h"
#include "lab/spec/resolved.h"
#include "lab/spec/schema.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

using codec::Node;

Result<const WorkloadEntry*> find_workload(const Field& document, const Vocabulary& vocabulary) {
  std::vector<std::string> known;
  for (const WorkloadEntry& entry : vocabulary.workloads) {
    known.push_back(entry.name);
  }
  ASSAY_TRY(const Field field, document.at("workload"));
  ASSAY_TRY(const std::size_t index, field.choice("workload", known));
  return &vocabulary.workloads[index];
}

Result<std::string> read_sentence(const Field& document, std::string_view key) {
  ASSAY_TRY(const Field field, document.at(key));
  ASSAY_TRY(std::string text, field.text());
  if (!text.empty()) return text;
  return field.error("expected a sentence: got an empty text");
}

Result<std::string> read_identifier(const Field& document, std::string_view key) {
  ASSAY_TRY(const Field field, document.at(key));
  return field.identifier();
}

Result<void> check_schema(const Field& document) {
  const auto field = document.find("schema");
  if (!field) return {};
  ASSAY_TRY(const std::string schema, field->text());
  if (schema == kSpecSchema) return {};
  return field->error(format("expected {}: got {}", kSpecSchema, schema));
}

Result<std::vector<std::string>> read_overrides(const Field& document) {
  std::vector<std::string> overrides;
  const auto field = document.find("overrides");
  if (!field) return overrides;
  ASSAY_TRY(const std::vector<Field> items, field->items());
  for (const Field& item : items) {
    ASSAY_TRY(std::string text, item.text());
    overrides.push_back(std::move(text));
  }
  return overrides;
}

/// Who asks, and what is asked: everything before the workload's own names.
Result<void> read_heading(const Field& document, Spec& spec) {
  ASSAY_TRY_VOID(check_schema(document));
  ASSAY_TRY(spec.scale, text_or_nothing(document, "scale"));
  ASSAY_TRY(spec.path, text_or_nothing(document, "path"));
  ASSAY_TRY(spec.overrides, read_overrides(document));
  ASSAY_TRY(spec.name, read_identifier(document, "name"));
  ASSAY_TRY(spec.group, read_identifier(document, "group"));
  ASSAY_TRY(spec.question, read_sentence(document, "question"));
  return {};
}

Result<void> read_sweep(const Field& document, const Names& names, Spec& spec) {
  if (const auto params = document.find("params")) {
    ASSAY_TRY(spec.params, read_settings(*params, names));
  }
  ASSAY_TRY(spec.axes, read_axes(document, names));
  ASSAY_TRY(spec.where, read_where(document, names.parameters));
  ASSAY_TRY(spec.arms, read_arms(document, names));
  ASSAY_TRY_VOID(settle_parameters(document, names, spec));
  ASSAY_TRY(spec.compare, read_compare(document, names, spec));
  return {};
}

/// A time limit that the measuring policy must exceed would end every trial.
Result<void> check_timeout(const Field& document, const Spec& spec) {
  const Nanoseconds planned = spec.measure.warmup_max + spec.measure.budget;
  if (spec.run.trial_timeout > planned) return {};
  return document.error(
      format("run.trial_timeout ({}) must be longer than measure.warmup_max + measure.budget ({})",
             exact_text(spec.run.trial_timeout), exact_text(planned)));
}

Result<void> read_method(const Field& document, Spec& spec) {
  ASSAY_TRY(spec.measure, read_measure(document));
  ASSAY_TRY(spec.run, read_run(document));
  return check_timeout(document, spec);
}

Result<void> read_report(const Field& document, const Names& names, Spec& spec) {
  ASSAY_TRY(spec.claims, read_claims(document, names, spec));
  ASSAY_TRY(spec.figures, read_figures(document, names));
  ASSAY_TRY(spec.tables, read_tables(document, names));
  ASSAY_TRY(spec.results, read_results(document, names));
  ASSAY_TRY(spec.expect, read_expect(document));
  return {};
}

/// `scale` and `path` are said by the command line; in a file they would be a silent lie.
Result<void> refuse_own_keys(const Node& document) {
  return Field(document).allow_keys(document_keys());
}

}  // namespace

Result<Spec> load_spec(const SpecRequest& request, const Vocabulary& vocabulary) {
  ASSAY_TRY(std::vector<Override> overrides, parse_overrides(request.overrides));
  ASSAY_TRY(Node document, compose(request.path, request.scale, overrides));
  ASSAY_TRY_VOID(apply_overrides(document, overrides, settable_keys(document, vocabulary)));
  ASSAY_TRY_VOID(refuse_own_keys(document));
  document.set("scale", request.scale);
  document.set("path", request.path.string());
  Node given = Node::list();
  for (const std::string& text : request.overrides) {
    given.append(text);
  }
  document.set("overrides", std::move(given));
  return spec_from(document, vocabulary);
}

Result<Spec> spec_from(const Node& document, const Vocabulary& vocabulary) {
  const Field root(document);
  ASSAY_TRY_VOID(root.allow_keys(resolved_keys()));
  Spec spec;
  ASSAY_TRY_VOID(read_heading(root, spec));
  ASSAY_TRY(const WorkloadEntry* workload, find_workload(root, vocabulary));
  spec.workload = workload->name;
  spec.metrics = workload->metrics;
  Names names{.vocabulary = vocabulary, .workload = *workload, .parameters = {}};
  for (const Parameter& parameter : workload->parameters) {
    names.parameters.push_back(parameter.name);
  }
  ASSAY_TRY_VOID(read_sweep(root, names, spec));
  ASSAY_TRY_VOID(read_method(root, spec));
  ASSAY_TRY_VOID(read_report(root, names, spec));
  spec.resolved = resolved_document(spec);
  return spec;
}

}  // namespace assay::spec
