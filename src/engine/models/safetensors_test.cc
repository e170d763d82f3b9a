// SPDX-License-Identifier: MIT
#include "engine/models/safetensors.h"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>

#include "core/codec/temporary_folder.h"
#include "core/random.h"

namespace assay::models {
namespace {

using tensor::DType;
using tensor::HostTensor;
using tensor::TensorType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string with_prefix(const std::string& header, const std::string& data) {
  const std::uint64_t size = header.size();
  std::string out(8, '\0');
  std::memcpy(out.data(), &size, 8);
  return out + header + data;
}

class SafetensorsFile : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& bytes) {
    const std::filesystem::path path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;  // Unsynced: there are hundreds.
    return path;
  }
  std::string message_of(const std::filesystem::path& path) {
    const auto file = Safetensors::open(path);
    return file ? "no error" : file.error().to_string();
  }
  const std::filesystem::path& folder() { return folder_.path(); }

 private:
  codec::TemporaryFolder folder_{"safetensors"};
};

HostTensor random_tensor(const TensorType& type, std::uint64_t seed) {
  auto tensor = HostTensor::create(type);
  EXPECT_TRUE(tensor.has_value());
  Random random(seed);
  for (std::byte& byte : tensor->bytes())
    byte = static_cast<std::byte>(random.below(256));
  return std::move(*tensor);
}

TEST_F(SafetensorsFile, WhatWasWrittenIsRead) {
  const std::vector<std::pair<std::string, TensorType>> types{
      {"b", {DType::kF32, {3, 5}}},     {"a", {DType::kBf16, {7}}},
      {"scalar", {DType::kF64, {}}},    {"c", {DType::kU8, {1, 3}}},
      {"empty", {DType::kI32, {0, 4}}}, {"half", {DType::kF16, {2, 2}}},
      {"i", {DType::kI8, {5}}}};
  std::vector<HostTensor> tensors;
  std::vector<std::pair<std::string, tensor::ConstAnyView>> views;
  for (const auto& [name, type] : types)
    tensors.push_back(random_tensor(type, tensors.size()));
  for (std::size_t i = 0; i < types.size(); ++i) {
    views.emplace_back(types[i].first, std::as_const(tensors[i]).view());
  }
  const auto file = Safetensors::open(write("x.safetensors", to_safetensors(views)));
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  EXPECT_THAT(file->names(), ElementsAre("a", "b", "c", "empty", "half", "i", "scalar"));
  for (std::size_t i = 0; i < types.size(); ++i) {
    SCOPED_TRACE(types[i].first);
    const auto loaded = file->load(types[i].first);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().to_string();
    EXPECT_EQ(loaded->type(), types[i].second);
    EXPECT_TRUE(std::ranges::equal(loaded->bytes(), std::as_const(tensors[i]).bytes()));
  }
}

TEST_F(SafetensorsFile, TheFormatIsTheOneOfThePublicDescription) {
  // Written out by hand, with the padding that other writers leave and with free text.
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"w":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}   )";
  const auto file = Safetensors::open(
      write("x.safetensors", with_prefix(header, {"\1\0\0\0\xFF\xFF\xFF\xFF", 8})));
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  const auto loaded = file->load("w");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->view().as<std::int32_t>().at(0), 1);
  EXPECT_EQ(loaded->view().as<std::int32_t>().at(1), -1);
}

TEST(SafetensorsHeader, SaysWhatIsWrong) {
  struct Case {
    std::string json;
    std::int64_t data;
    std::string message;
  };
  const std::string deep(100, '[');
  for (const Case& c : {
           Case{"[]", 0, "has to be a map of tensors"},
           Case{"{", 0, "in the header"},
           Case{deep, 0, "nested too deeply"},
           Case{R"({"a":1})", 0, R"(tensor "a")"},
           Case{R"({"a":{}})", 0, "dtype has to be a text"},
           Case{R"({"a":{"dtype":3}})", 0, "dtype has to be a text"},
           Case{R"({"a":{"dtype":"F32"}})", 0, "shape has to be a list"},
           Case{R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}})", 0, "entry 0 is -1"},
           Case{R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,0]}})", 0, "entry 0 is 1.5"},
           Case{R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,0]}})", 0,
                "a list or a map"},
           Case{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}})", 4, "[begin, end]"},
           Case{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "[begin, end]"},
           Case{R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 3, "cut short"},
           Case{R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "takes 8"},
           Case{R"({"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,0]}})", 0,
                "more than 2^63"},
           Case{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                3, R"("b": its data begin at byte 1, inside)"},
           Case{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                R"("b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}})",
                5, "not right behind the data before it"},
           Case{R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 5, "end at byte 2"},
           Case{R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},)"
                R"("a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}})",
                2, "duplicate key: a"},
       }) {
    SCOPED_TRACE(c.json);
    const auto parsed = parse_safetensors_header(c.json, Bytes(c.data));
    ASSERT_FALSE(parsed.has_value());
    EXPECT_THAT(parsed.error().to_string(), HasSubstr(c.message));
    EXPECT_EQ(parsed.error().blame(), Blame::kUser);
  }
}

TEST_F(SafetensorsFile, HostileSizesOfTheHeaderAreRefused) {
  EXPECT_THAT(message_of(folder() / "none.safetensors"), HasSubstr("no such file"));
  EXPECT_THAT(message_of(write("a", "")), HasSubstr("it has 0 bytes"));
  EXPECT_THAT(message_of(write("b", "1234567")), HasSubstr("it has 7 bytes"));
  EXPECT_THAT(message_of(write("c", std::string(8, '\xFF') + "{}")),
              HasSubstr("a header of 18446744073709551615 bytes"));
  EXPECT_THAT(message_of(write("d", std::string("\x03\0\0\0\0\0\0\0{}", 10))),
              HasSubstr("a header of 3 bytes in a file of 10"));
  EXPECT_THAT(message_of(write("e", std::string(8, '\0'))), HasSubstr("not JSON"));
  EXPECT_THAT(message_of("/dev/null"), HasSubstr("not a file"));
  EXPECT_THAT(message_of(folder()), HasSubstr("neither model.safetensors nor"));
}

TEST_F(SafetensorsFile, TypesWeCannotLoadAreSaidWhenTheyAreLoaded) {
  const std::string header =
      R"({"mask":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},)"
      R"("new":{"dtype":"F4","shape":[2],"data_offsets":[1,2]},)"
      R"("deep":{"dtype":"U8","shape":[1,1,1,1,1,1,1],"data_offsets":[2,3]}})";
  const auto file = Safetensors::open(write("x.safetensors", with_prefix(header, "abc")));
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  EXPECT_THAT(file->load("mask").error().to_string(), HasSubstr("unsupported dtype: BOOL"));
  EXPECT_THAT(file->load("mask").error().to_string(), HasSubstr(R"(tensor "mask" of )"));
  EXPECT_THAT(file->load("new").error().to_string(), HasSubstr("unsupported dtype: F4"));
  EXPECT_THAT(file->load("deep").error().to_string(),
              HasSubstr("unsupported rank: 7 of at most 6"));
  EXPECT_THAT(file->load("musk").error().to_string(), HasSubstr(R"(did you mean "mask"?)"));
}

TEST_F(SafetensorsFile, AnIndexJoinsShards) {
  const HostTensor a = random_tensor({DType::kF32, {2}}, 1);
  const HostTensor b = random_tensor({DType::kF32, {3}}, 2);
  write("m-1.safetensors", to_safetensors({{"a", a.view()}}));
  write("m-2.safetensors", to_safetensors({{"b", b.view()}}));
  write("model.safetensors.index.json",
        R"({"metadata":{},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}})");
  const auto set = Safetensors::open(folder());
  ASSERT_TRUE(set.has_value()) << set.error().to_string();
  EXPECT_THAT(set->names(), ElementsAre("a", "b"));
  const auto loaded = set->load("b");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_TRUE(std::ranges::equal(loaded->bytes(), b.bytes()));

  const auto index = [&](const std::string& map) {
    return message_of(write("x.index.json", R"({"weight_map":)" + map + "}"));
  };
  EXPECT_THAT(index("3"), HasSubstr("weight_map has to be a map"));
  EXPECT_THAT(index(R"({"a":"../m-1.safetensors"})"), HasSubstr("of the same folder"));
  EXPECT_THAT(index(R"({"a":"/etc/passwd"})"), HasSubstr("of the same folder"));
  EXPECT_THAT(index(R"({"a":"gone.safetensors"})"), HasSubstr("no such file"));
  EXPECT_THAT(index(R"({"b":"m-1.safetensors"})"), HasSubstr(R"(tensor "b" is not in m-1)"));
}

// Every cut and every changed byte of a file gives tensors or a message.
TEST_F(SafetensorsFile, DamagedFilesAreMessages) {
  const HostTensor a = random_tensor({DType::kF32, {2, 2}}, 3);
  const std::string sound = to_safetensors({{"a", a.view()}, {"b", a.view()}});
  for (std::size_t size = 0; size < sound.size(); ++size) {
    EXPECT_NE(message_of(write("cut", sound.substr(0, size))), "no error") << size;
  }
  Random random(5);
  for (int i = 0; i < 500; ++i) {
    std::string damaged = sound;
    damaged[random.below(sound.size() - 32)] = static_cast<char>(random.below(256));
    const auto file = Safetensors::open(write("damaged", damaged));
    if (!file) continue;
    for (const std::string& name : file->names())
      (void)file->load(name).has_value();
  }
}

}  // namespace
}  // namespace assay::models
