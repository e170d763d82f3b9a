// SPDX-License-Identifier: MIT
#include "cli/djinn_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "core/codec/yaml.h"
#include "core/nearest.h"

namespace assay::cli {
namespace {

constexpr std::array kSettings{
    DjinnSetting{
        "listen", "GENIE_SERVER_ADDRESS", "", "unix:djinn.sock",
        "where clients come: unix:PATH, tcp:HOST:PORT or tls:HOST:PORT, several with commas"},
    DjinnSetting{"device", "", "", "cpu", "a backend: assay list backends"},
    DjinnSetting{"threads", "GENIE_THREAD_POOL_SIZE", "", "1", "threads that compute"},
    DjinnSetting{"device-memory", "", "", "2GiB",
                 "the budget: weights, states of sessions, scratch"},
    DjinnSetting{"text-ratio", "GENIE_VMU_TEXT_RATIO", "", "0.5", "of it for weights"},
    DjinnSetting{"stack-ratio", "GENIE_VMU_STACK_RATIO", "", "0.15",
                 "of it for scratch; states get the rest"},
    DjinnSetting{"data-layout", "", "", "paged",
                 "of states: paged (blocks as tokens come) or contiguous (an arena a session)"},
    DjinnSetting{"session-arena", "GENIE_VMU_SESSION_ARENA_MB", "MiB", "64MiB",
                 "what a session gets where contiguous: no more and no less"},
    DjinnSetting{"block-size", "", "", "64KiB", "of a page of states"},
    DjinnSetting{"host-pool", "", "", "0",
                 "memory of the host for states that leave the device; 0: none leaves"},
    DjinnSetting{"policy", "", "", "none",
                 "for idle sessions: none, reactive, lru, proactive, lazy"},
    DjinnSetting{"idle-threshold", "", "", "1s", "of the policy reactive"},
    DjinnSetting{"prefetch-margin", "", "", "100ms",
                 "a state is fetched so long before its session said it would be back"},
    DjinnSetting{
        "batch-rows", "", "", "1",
        "rows of sessions of one model that share a step of decoding; 1: each steps alone"},
    DjinnSetting{"slots", "", "", "8", "requests under way at once, in turn between their steps"},
    DjinnSetting{"realtime-slots", "", "", "0", "of them, kept free for the class realtime"},
    DjinnSetting{"tenant-memory", "", "", "0",
                 "what the sessions of one tenant may reserve; 0: no bound but the device"},
    DjinnSetting{"tenant-sessions", "", "", "0", "sessions of one tenant; 0: no bound"},
    DjinnSetting{"tenant-queue", "", "", "0",
                 "sessions of one tenant that may wait for room; 0: no bound but queue-max"},
    DjinnSetting{"lease", "", "", "30s", "how long a session outlives its connection"},
    DjinnSetting{"queue-max", "GENIE_MAX_QUEUE_SIZE", "", "1000",
                 "sessions that may wait for room"},
    DjinnSetting{"connections-max", "GENIE_MAX_CONNECTIONS", "", "1024", "clients at once"},
    DjinnSetting{
        "shared-ring", "", "", "4MiB",
        "memory that a client on a unix socket shares for large payloads, each way; 0: none"},
    DjinnSetting{"plan-memory", "", "", "256MiB", "arenas of prepared plans that are kept"},
    DjinnSetting{"token-file", "", "", "",
                 "a file with the token that clients have to say; empty: none is asked for"},
    DjinnSetting{"tls-cert", "", "", "",
                 "a file with the server's certificate in PEM: TLS at every TCP address"},
    DjinnSetting{"tls-key", "", "", "", "the file with its key"},
    DjinnSetting{
        "metrics", "GENIE_METRICS_PORT", "", "",
        "where /metrics, /stats.json and /healthz are told over HTTP: 127.0.0.1:PORT or PORT, "
        "on this machine alone; empty: nowhere"},
};

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const DjinnSetting& setting : kSettings)
    names.emplace_back(setting.name);
  return names;
}

bool is_setting(std::string_view name) {
  return std::ranges::find(kSettings, name, &DjinnSetting::name) != kSettings.end();
}

/// A number that is followed by one of the units, or by none where the empty one is among them.
struct Unit {
  std::string_view name;
  double factor;
};
Result<double> parse_quantity(std::string_view text, std::span<const Unit> units,
                              std::string_view expected) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  while (rest.starts_with(' '))
    rest.remove_prefix(1);
  const auto unit = std::ranges::find(units, rest, &Unit::name);
  if (error == std::errc() && unit != units.end() && number >= 0 &&
      number * unit->factor < 0x1p62) {
    return number * unit->factor;
  }
  return Error::user("{:?}; expected {}", text, expected);
}

Result<double> parse_ratio(std::string_view text) {
  constexpr std::array<Unit, 1> kNone{{{"", 1}}};
  ASSAY_TRY(const double ratio, parse_quantity(text, kNone, "a number between 0 and 1"));
  if (ratio > 0 && ratio < 1) return ratio;
  return Error::user("{:?}; expected a number between 0 and 1", text);
}

Result<std::int64_t> parse_count(std::string_view text, std::int64_t least) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && number >= least && number <= (std::int64_t{1} << 30U)) return number;
  return Error::user("{:?}; expected a whole number of at least {}", text, least);
}

/// Reads values by name, and names the setting in what is wrong.
class Reader {
 public:
  explicit Reader(const DjinnValues& values) : values_(&values) {}

  const std::string& text(std::string_view name) const { return values_->find(name)->second; }
  Result<Bytes> bytes(std::string_view name) const {
    return parse_bytes(text(name)).context("in the setting {}", name);
  }
  Result<Nanoseconds> time(std::string_view name) const {
    return parse_time(text(name)).context("in the setting {}", name);
  }
  Result<double> ratio(std::string_view name) const {
    return parse_ratio(text(name)).context("in the setting {}", name);
  }
  Result<std::int64_t> count(std::string_view name, std::int64_t least) const {
    return parse_count(text(name), least).context("in the setting {}", name);
  }

 private:
  const DjinnValues* values_;
};

Bytes part_of(Bytes whole, double ratio) {
  return Bytes(static_cast<std::int64_t>(static_cast<double>(whole.count()) * ratio));
}

Result<djinn::DeviceMemoryOptions> memory_from(const Reader& reader) {
  djinn::DeviceMemoryOptions memory;
  ASSAY_TRY(memory.device, reader.bytes("device-memory"));
  ASSAY_TRY(const double text, reader.ratio("text-ratio"));
  ASSAY_TRY(const double stack, reader.ratio("stack-ratio"));
  if (text + stack >= 1) {
    return Error::user("text-ratio {} and stack-ratio {} leave nothing for states", text, stack);
  }
  memory.text = part_of(memory.device, text);
  memory.stack = part_of(memory.device, stack);
  const auto layout = djinn::parse_data_layout(reader.text("data-layout"));
  if (!layout) {
    return Error::user("{:?} in the setting data-layout; expected paged or contiguous",
                       reader.text("data-layout"));
  }
  memory.layout = *layout;
  ASSAY_TRY(memory.arena_size, reader.bytes("session-arena"));
  ASSAY_TRY(memory.block_size, reader.bytes("block-size"));
  ASSAY_TRY(memory.host, reader.bytes("host-pool"));
  memory.host_block_size = memory.block_size;
  return memory;
}

Result<std::vector<djinn::Address>> addresses_from(std::string_view text) {
  std::vector<djinn::Address> addresses;
  while (true) {
    const std::size_t comma = text.find(',');
    ASSAY_TRY(djinn::Address address, djinn::parse_address(text.substr(0, comma)));
    addresses.push_back(std::move(address));
    if (comma == std::string_view::npos) return addresses;
    text.remove_prefix(comma + 1);
  }
}

Result<Bytes> ring_from(const Reader& reader) {
  ASSAY_TRY(const Bytes ring, reader.bytes("shared-ring"));
  if (ring == Bytes(0)) return ring;
  ASSAY_TRY_VOID(djinn::check_ring_bytes(static_cast<std::size_t>(ring.count()))
                     .context("in the setting shared-ring"));
  return ring;
}

Result<std::optional<djinn::TlsFiles>> tls_from(const Reader& reader) {
  djinn::TlsFiles files{.certificate = reader.text("tls-cert"), .key = reader.text("tls-key")};
  if (files.certificate.empty() != files.key.empty()) {
    return Error::user("{} without {}; expected both or none",
                       files.key.empty() ? "tls-cert" : "tls-key",
                       files.key.empty() ? "tls-key" : "tls-cert");
  }
  if (files.key.empty()) return std::optional<djinn::TlsFiles>();
  return std::optional(std::move(files));
}

/// "127.0.0.1:9095", or a port of it alone.
Result<std::optional<djinn::Address>> metrics_from(std::string_view text) {
  if (text.empty()) return std::optional<djinn::Address>();
  const bool has_host = text.find(':') != std::string_view::npos;
  ASSAY_TRY(djinn::Address address,
            djinn::parse_address(format("tcp:{}{}", has_host ? "" : "127.0.0.1:", text)));
  if (djinn::is_local(address)) return std::optional(std::move(address));
  return Error::user("{}; expected a port of this machine alone, as 127.0.0.1:9095", text);
}

}  // namespace

std::span<const DjinnSetting> djinn_settings() {
  return kSettings;
}

Result<Bytes> parse_bytes(std::string_view text) {
  constexpr std::array<Unit, 6> kUnits{
      {{"", 1}, {"B", 1}, {"KiB", 0x1p10}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}}};
  ASSAY_TRY(const double bytes, parse_quantity(text, kUnits, "a size as 64MiB or 2GiB"));
  return Bytes(static_cast<std::int64_t>(bytes));
}

Result<Nanoseconds> parse_time(std::string_view text) {
  constexpr std::array<Unit, 4> kUnits{{{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}}};
  ASSAY_TRY(const double time, parse_quantity(text, kUnits, "a time as 250ms or 30s"));
  return Nanoseconds(static_cast<std::int64_t>(std::llround(time)));
}

Result<DjinnValues> parse_djinn_file(std::string_view text, std::string_view file_name) {
  ASSAY_TRY(const codec::Node root, codec::parse_yaml(text, file_name));
  DjinnValues values;
  if (root.is_null()) return values;
  if (!root.is_map())
    return Error::user("{}: expected settings, one `name: value` a line", file_name);
  for (const auto& [name, value] : root.entries()) {
    const std::string place = codec::to_text(value.key_mark());
    if (!is_setting(name)) {
      return Error::user("{}: {}", place, unknown_name("setting", name, names()));
    }
    if (!value.is_scalar()) return Error::user("{}: {} is no single value", place, name);
    values[name] = codec::to_text(value.scalar());
  }
  return values;
}

DjinnValues resolve_djinn_values(const DjinnValues& flags, const Environment& environment,
                                 const DjinnValues& file) {
  DjinnValues values;
  for (const DjinnSetting& setting : kSettings) {
    const std::string name(setting.name);
    const std::string variable(setting.environment);
    const char* const from_environment = variable.empty() ? nullptr : environment(variable.c_str());
    if (const auto flag = flags.find(name); flag != flags.end()) {
      values[name] = flag->second;
    } else if (from_environment != nullptr) {
      values[name] = from_environment + std::string(setting.environment_unit);
    } else if (const auto written = file.find(name); written != file.end()) {
      values[name] = written->second;
    } else {
      values[name] = setting.by_default;
    }
  }
  return values;
}

namespace {

Result<djinn::ServiceOptions> schedule_from(const Reader& reader) {
  djinn::ServiceOptions schedule;
  ASSAY_TRY(schedule.slots, reader.count("slots", 1));
  ASSAY_TRY(const std::int64_t realtime, reader.count("realtime-slots", 0));
  if (realtime >= schedule.slots) {
    return Error::user(
        "realtime-slots {} of slots {}: expected fewer, or other classes could never run", realtime,
        schedule.slots);
  }
  schedule.reserved[djinn::index_of(djinn::QosClass::kRealtime)] = realtime;
  return schedule;
}

Result<djinn::TenantQuota> quota_from(const Reader& reader) {
  djinn::TenantQuota quota;
  ASSAY_TRY(const Bytes memory, reader.bytes("tenant-memory"));
  ASSAY_TRY(const std::int64_t sessions, reader.count("tenant-sessions", 0));
  ASSAY_TRY(const std::int64_t queued, reader.count("tenant-queue", 0));
  if (memory.count() > 0) quota.reserved_max = memory;
  if (sessions > 0) quota.sessions_max = sessions;
  if (queued > 0) quota.queued_max = queued;
  return quota;
}

}  // namespace

Result<DjinnSettings> djinn_settings_from(const DjinnValues& values) {
  const Reader reader(values);
  DjinnSettings settings{.device = reader.text("device"), .server = {}};
  djinn::ServerOptions& server = settings.server;
  ASSAY_TRY(server.listen, addresses_from(reader.text("listen")).context("in the setting listen"));
  djinn::DeviceServiceOptions& service = server.service;
  ASSAY_TRY(service.memory, memory_from(reader));
  ASSAY_TRY(const std::int64_t threads, reader.count("threads", 1));
  service.threads = static_cast<int>(threads);
  ASSAY_TRY(service.plans, reader.bytes("plan-memory"));
  service.sessions.policy = reader.text("policy");
  djinn::IdlePolicyOptions& idle = service.sessions.policy_options;
  ASSAY_TRY(idle.idle_after, reader.time("idle-threshold"));
  ASSAY_TRY(idle.margin, reader.time("prefetch-margin"));
  ASSAY_TRY(
      std::ignore,
      djinn::make_idle_policy(service.sessions.policy, idle).context("in the setting policy"));
  ASSAY_TRY(service.sessions.lease, reader.time("lease"));
  ASSAY_TRY(service.sessions.queue_max, reader.count("queue-max", 0));
  ASSAY_TRY(service.batch_rows, reader.count("batch-rows", 1));
  ASSAY_TRY(server.schedule, schedule_from(reader));
  ASSAY_TRY(service.sessions.quota, quota_from(reader));
  ASSAY_TRY(const std::int64_t connections, reader.count("connections-max", 1));
  server.connections_max = static_cast<std::size_t>(connections);
  ASSAY_TRY(server.ring, ring_from(reader));
  ASSAY_TRY(server.access.tls, tls_from(reader));
  ASSAY_TRY(server.metrics, metrics_from(reader.text("metrics")).context("in the setting metrics"));
  return settings;
}

}  // namespace assay::cli
