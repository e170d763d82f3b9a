// SPDX-License-Identifier: MIT
// Who may include whom: the table in src/CMakeLists.txt against the includes as they are.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "source_tree.h"

namespace assay::tests {
namespace {

TEST(Layers, DependenciesPointDownwards) {
  const auto modules = declared_modules();
  ASSERT_GE(modules.size(), 15U);
  for (const auto& [name, module] : modules) {
    for (const std::string& dep : module.deps) {
      ASSERT_TRUE(modules.contains(dep)) << name << " depends on undeclared " << dep;
      EXPECT_LT(modules.at(dep).layer, module.layer) << name << " -> " << dep;
    }
  }
}

TEST(Layers, IncludesAreDeclaredDependencies) {
  const auto modules = declared_modules();
  std::map<std::string, std::set<std::string>> used;
  for (const SourceFile& file : source_files({"src"})) {
    const std::string own = module_of(file.name, modules);
    ASSERT_FALSE(own.empty()) << file.name << " belongs to no declared module";
    for (const Include& include : includes_of(file)) {
      if (!include.quoted) continue;
      const std::string target = module_of(include.target, modules);
      if (target.empty() || target == own) continue;
      used[own].insert(target);
      EXPECT_TRUE(modules.at(own).deps.contains(target))
          << file.name << ":" << include.line << ": " << own << " may not include " << target;
    }
  }
  for (const auto& [name, module] : modules) {
    for (const std::string& dep : module.deps) {
      EXPECT_TRUE(used[name].contains(dep))
          << name << " declares " << dep << " and never includes it";
    }
  }
}

TEST(Layers, WingsStayApart) {
  for (const auto& [name, module] : declared_modules()) {
    for (const std::string& dep : module.deps) {
      const bool from_lab = name.starts_with("lab/") || name == "cli";
      EXPECT_TRUE(from_lab || !dep.starts_with("lab/")) << name << " -> " << dep;
      const bool bridges = name.starts_with("lab/workload") || name == "cli";
      EXPECT_TRUE(bridges || !name.starts_with("lab/") || !dep.starts_with("engine/"))
          << name << " -> " << dep << ": within lab only workload includes the engine";
    }
  }
}

/// A third-party header and the one module that wraps it.
const std::map<std::string, std::string> kOwners{
    {"fmt/", "core"},
    {"xxhash.h", "core"},
    {"yaml-cpp/", "core/codec"},
    {"nlohmann/", "core/codec"},
    {"sqlite3.h", "core/codec"},
    {"hwloc.h", "oracle/machine"},
    {"flatbuffers/", "djinn/wire"},
    {"openssl/ssl.h", "djinn/transport"},  // TLS; djinn/wire hashes by openssl/evp.h.
    {"CLI/", "cli"},
    {"cblas.h", "engine/kernels"},
    {"dnnl", "engine/kernels"},
    {"hwy/", "engine/kernels"},
    {"omp.h", "engine/kernels"},
    {"ATen/", "engine/backends/torch"},
    {"torch/", "engine/backends/torch"},
};

TEST(Layers, EachLibraryIsWrappedByOneModule) {
  const auto modules = declared_modules();
  for (const SourceFile& file : source_files({"src"})) {
    for (const Include& include : includes_of(file)) {
      for (const auto& [prefix, owner] : kOwners) {
        if (!include.target.starts_with(prefix)) continue;
        EXPECT_EQ(module_of(file.name, modules), owner)
            << file.name << ":" << include.line << " includes " << include.target;
      }
    }
  }
}

TEST(CodeMap, ExplainsEveryFolder) {
  const std::string map = read_text(repo_root() / "ARCHITECTURE.md");
  for (const auto& [name, module] : declared_modules()) {
    EXPECT_THAT(map, ::testing::HasSubstr("`" + name + "/`"));
  }
  for (const auto& entry : fs::directory_iterator(repo_root())) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name.starts_with(".") || name.starts_with("build") ||
        name == "results") {
      continue;
    }
    EXPECT_THAT(map, ::testing::HasSubstr("`" + name + "/`"));
  }
}

}  // namespace
}  // namespace assay::tests
