// SPDX-License-Identifier: MIT
#include "lab/runner/environment_document.h"

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/format.h"
#include "oracle/machine/environment.h"

namespace assay::runner {
namespace {

using codec::Node;

/// A leaf, or {"absent": why}.
Node node_of(const machine::FactValue& value) {
  return std::visit(
      [](const auto& held) {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, machine::Absent>) {
          Node node = Node::map();
          node.set("absent", held.reason);
          return node;
        } else {
          return Node(held);
        }
      },
      value);
}

Node list_of(const std::vector<std::string>& texts) {
  Node list = Node::list();
  for (const std::string& text : texts) {
    list.append(text);
  }
  return list;
}

std::string fact_text(const Node& environment, std::string_view group, std::string_view name) {
  const Node* facts = environment.find(group);
  const Node* fact = facts == nullptr ? nullptr : facts->find(name);
  return fact == nullptr || !fact->is_scalar() ? "unknown" : codec::to_text(fact->scalar());
}

}  // namespace

std::string machine_key(const Node& environment, std::string_view build) {
  return format("{}, {} CPUs, kernel {}, build {}", fact_text(environment, "cpu", "model"),
                fact_text(environment, "topology", "cpus"),
                fact_text(environment, "system", "kernel"), build);
}

Node environment_document() {
  const machine::Environment environment = machine::capture_environment();
  Node document = Node::map();
  document.set("warnings", list_of(environment.warnings));
  for (const machine::Fact& fact : machine::facts_of(environment)) {
    if (document.find(fact.group) == nullptr) document.set(fact.group, Node::map());
    document.find(fact.group)->set(fact.name, node_of(fact.value));
  }
  return document;
}

}  // namespace assay::runner
