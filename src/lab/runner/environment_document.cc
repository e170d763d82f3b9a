// SPDX-License-Identifier: MIT
#include "lab/runner/environment_document.h"

#include <string>
#include <type_traits>
#include <utility>
#include <variant>

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

}  // namespace

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
