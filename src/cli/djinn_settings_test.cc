// SPDX-License-Identifier: MIT
#include "cli/djinn_settings.h"

#include <gmock/gmock.h>

#include "core/codec/file.h"

namespace assay::cli {
namespace {

using ::testing::HasSubstr;

const Environment kNothing = [](const char*) -> const char* { return nullptr; };

Result<DjinnSettings> settings_with(const DjinnValues& flags) {
  return djinn_settings_from(resolve_djinn_values(flags, kNothing, {}));
}

std::string refusal_of(const std::string& name, const std::string& value) {
  const auto settings = settings_with({{name, value}});
  return settings ? "" : settings.error().to_string();
}

TEST(DjinnSettings, DefaultsHold) {
  const auto settings = settings_with({});
  ASSERT_TRUE(settings) << settings.error().to_string();
  EXPECT_EQ(settings->device, "cpu");
  EXPECT_EQ(settings->server.service.memory.device, Bytes(std::int64_t{2} << 30U));
  EXPECT_EQ(settings->server.service.memory.text, Bytes(std::int64_t{1} << 30U));
  EXPECT_EQ(settings->server.service.sessions.policy, "none");
  EXPECT_EQ(settings->server.service.sessions.lease, 30s);
}

TEST(DjinnSettings, AFlagGoesBeforeTheEnvironmentBeforeTheFileBeforeTheDefault) {
  const auto file = parse_djinn_file("session-arena: 128MiB\nthreads: 3\nlease: 5s\n", "d.yaml");
  ASSERT_TRUE(file) << file.error().to_string();
  const Environment environment = [](const char* name) -> const char* {
    if (std::string_view(name) == "GENIE_VMU_SESSION_ARENA_MB") return "256";
    if (std::string_view(name) == "GENIE_THREAD_POOL_SIZE") return "2";
    return nullptr;
  };
  const DjinnValues values = resolve_djinn_values({{"threads", "1"}}, environment, *file);
  EXPECT_EQ(values.at("threads"), "1") << "the flag";
  EXPECT_EQ(values.at("session-arena"), "256MiB") << "the environment, in its own unit";
  EXPECT_EQ(values.at("lease"), "5s") << "the file";
  EXPECT_EQ(values.at("policy"), "none") << "the default";
  EXPECT_EQ(values.size(), djinn_settings().size());
}

TEST(DjinnSettings, RefusesWhatItDoesNotKnow) {
  const auto unknown = parse_djinn_file("policy: lazy\nsesion-arena: 1MiB\n", "d.yaml");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().to_string(), HasSubstr("d.yaml:2:1"));
  EXPECT_THAT(unknown.error().to_string(), HasSubstr("did you mean session-arena"));
  EXPECT_FALSE(parse_djinn_file("[1, 2]", "d.yaml"));
  EXPECT_FALSE(parse_djinn_file("listen: [a]", "d.yaml"));
  EXPECT_TRUE(parse_djinn_file("# nothing\n", "d.yaml")->empty());
}

TEST(DjinnSettings, TurnsAndQuotasAreBoundedOnlyWhereSomebodySaysSo) {
  const auto free = settings_with({});
  ASSERT_TRUE(free);
  EXPECT_EQ(free->server.schedule.slots, 8);
  EXPECT_EQ(free->server.service.batch_rows, 1);
  EXPECT_EQ(free->server.service.sessions.quota.sessions_max, INT64_MAX);
  const auto bounded = settings_with({{"slots", "4"},
                                      {"realtime-slots", "1"},
                                      {"batch-rows", "3"},
                                      {"tenant-memory", "1MiB"},
                                      {"tenant-sessions", "5"},
                                      {"tenant-queue", "2"}});
  ASSERT_TRUE(bounded) << bounded.error().to_string();
  EXPECT_EQ(bounded->server.schedule.reserved[0], 1);
  EXPECT_EQ(bounded->server.service.batch_rows, 3);
  EXPECT_EQ(bounded->server.service.sessions.quota.reserved_max, Bytes(1 << 20));
  EXPECT_EQ(bounded->server.service.sessions.quota.sessions_max, 5);
  EXPECT_EQ(bounded->server.service.sessions.quota.queued_max, 2);
  const auto none_left = settings_with({{"slots", "2"}, {"realtime-slots", "2"}});
  ASSERT_FALSE(none_left);
  EXPECT_THAT(none_left.error().to_string(), HasSubstr("other classes could never run"));
}

TEST(DjinnSettings, NamesTheSettingThatIsWrong) {
  EXPECT_THAT(refusal_of("device-memory", "2GB"), HasSubstr("in the setting device-memory"));
  EXPECT_THAT(refusal_of("device-memory", "-1GiB"), HasSubstr("expected a size"));
  EXPECT_THAT(refusal_of("lease", "30"), HasSubstr("expected a time"));
  EXPECT_THAT(refusal_of("text-ratio", "1.5"), HasSubstr("between 0 and 1"));
  EXPECT_THAT(refusal_of("text-ratio", "0.9"), HasSubstr("leave nothing for states"));
  EXPECT_THAT(refusal_of("threads", "0"), HasSubstr("at least 1"));
  EXPECT_THAT(refusal_of("threads", "two"), HasSubstr("in the setting threads"));
  EXPECT_THAT(refusal_of("listen", "djinn.sock"), HasSubstr("in the setting listen"));
  EXPECT_THAT(refusal_of("data-layout", "heap"), HasSubstr("paged or contiguous"));
  EXPECT_THAT(refusal_of("policy", "eager"), HasSubstr("in the setting policy"));
  EXPECT_EQ(refusal_of("listen", "unix:a,tcp:127.0.0.1:7000,tls:h:1"), "");
  EXPECT_THAT(refusal_of("shared-ring", "3MiB"), HasSubstr("a power of two"));
  EXPECT_EQ(refusal_of("shared-ring", "0"), "");
  EXPECT_THAT(refusal_of("tls-cert", "a.pem"), HasSubstr("tls-cert without tls-key"));
  EXPECT_THAT(refusal_of("tls-key", "a.key"), HasSubstr("tls-key without tls-cert"));
  EXPECT_THAT(refusal_of("metrics", "0.0.0.0:9095"), HasSubstr("of this machine alone"));
  EXPECT_THAT(refusal_of("metrics", "http"), HasSubstr("in the setting metrics"));
  EXPECT_THAT(refusal_of("metrics", "127.0.0.1:70000"), HasSubstr("0 to 65535"));
}

TEST(DjinnSettings, TellsMetricsOnThisMachine) {
  EXPECT_FALSE(settings_with({})->server.metrics);
  for (const char* const text : {"9095", "127.0.0.1:9095"}) {
    const auto settings = settings_with({{"metrics", text}});
    ASSERT_TRUE(settings && settings->server.metrics) << text;
    EXPECT_EQ(to_text(*settings->server.metrics), "tcp:127.0.0.1:9095");
  }
}

TEST(DjinnSettings, ReadsSizesAndTimes) {
  EXPECT_EQ(*parse_bytes("1.5 KiB"), Bytes(1536));
  EXPECT_EQ(*parse_bytes("0"), Bytes(0));
  EXPECT_EQ(*parse_time("1.5s"), 1500ms);
  EXPECT_EQ(*parse_time("250us"), 250us);
  for (const char* const text : {"", "GiB", "1e30GiB", "nan", "1 GiB x", "0x10"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

/// The table of the page is this one.
TEST(DjinnSettings, StandInTheDocuments) {
  const std::string page =
      *codec::read_file(std::string(ASSAY_ROOT) + "/docs/concepts/djinn.md", Bytes(1 << 20));
  for (const DjinnSetting& setting : djinn_settings()) {
    const auto or_dash = [](std::string_view text) {
      return text.empty() ? std::string("-") : format("`{}`", text);
    };
    EXPECT_THAT(page, HasSubstr(format("| `{}` | {} | {} | {} |", setting.name,
                                       or_dash(setting.environment), or_dash(setting.by_default),
                                       setting.meaning)));
  }
}

}  // namespace
}  // namespace assay::cli
