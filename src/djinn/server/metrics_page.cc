// SPDX-License-Identifier: MIT
#include "djinn/server/metrics_page.h"

#include <array>
#include <cmath>
#include <initializer_list>
#include <map>
#include <optional>
#include <string_view>

#include "core/format.h"
#include "djinn/server/stats_document.h"

namespace assay::djinn {
namespace {

using codec::Node;

constexpr double kMi = 0x1p20;

Node or_null(std::optional<std::int64_t> number) {
  return number ? Node(*number) : Node();
}

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
};

/// Text of one page; every metric is opened once and then told.
class Page {
 public:
  void open(const Metric& metric) {
    name_ = metric.name;
    text_ +=
        format("# HELP {} {}\n# TYPE {} {}\n", metric.name, metric.help, metric.name, metric.type);
  }
  void tell(std::string_view labels, double value) {
    text_ += labels.empty() ? std::string(name_) : format("{}{{{}}}", name_, labels);
    text_ += std::floor(value) == value && std::abs(value) < 0x1p53
                 ? format(" {}\n", static_cast<std::int64_t>(value))
                 : format(" {}\n", value);
  }
  void tell_if(std::string_view labels, std::optional<double> value) {
    if (value) tell(labels, *value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

std::string escaped(std::string_view label) {
  std::string text;
  for (const char c : label) {
    if (c == '\n') {
      text += "\\n";
    } else {
      if (c == '\\' || c == '"') text += '\\';
      text += c;
    }
  }
  return text;
}

void tell_segments(const Node& stats, Page& page) {
  struct Field {
    Metric metric;
    std::string_view field;
  };
  constexpr std::array<Field, 5> kFields{{
      {{"djinn_vram_reserved_bytes", "gauge", "Budget of a segment of the device."},
       "reserved_bytes"},
      {{"djinn_vram_used_bytes", "gauge", "What weights, states or scratch take of it."},
       "used_bytes"},
      {{"djinn_vram_free_bytes", "gauge", "What nothing was given of it."}, "free_bytes"},
      {{"djinn_vram_internal_waste_bytes", "gauge",
        "Given, but behind the end of what lies there."},
       "internal_waste_bytes"},
      {{"djinn_vram_external_waste_bytes", "gauge", "Between what was given, and too small."},
       "external_waste_bytes"},
  }};
  for (const Field& field : kFields) {
    page.open(field.metric);
    for (const std::string_view segment : {"text", "data", "stack", "host_pool"}) {
      page.tell_if(format("segment=\"{}\"", segment),
                   number_at(stats, format("vmu.{}.{}", segment, field.field)));
    }
  }
}

/// One number of the document each.
void tell_numbers(const Node& stats, Page& page) {
  struct Number {
    Metric metric;
    std::string_view path;
  };
  constexpr std::array kNumbers{
      Number{{"djinn_state_dirty_bytes", "gauge", "Of states, not copied to the host yet."},
             "vmu.dirty_bytes"},
      Number{{"djinn_state_clean_bytes", "gauge", "Of states, copied to the host as well."},
             "vmu.clean_bytes"},
      Number{{"djinn_sessions_reserved_bytes", "gauge", "What all sessions may take at most."},
             "vmu.reserved_by_sessions_bytes"},
      Number{{"djinn_kept_values_bytes", "gauge", "Outputs that are kept under handles."},
             "vmu.kept_values_bytes"},
      Number{{"djinn_swapped_out_bytes_total", "counter", "Copied from the device to the host."},
             "swap_pool.swapped_out_bytes"},
      Number{{"djinn_swapped_in_bytes_total", "counter", "Copied from the host to the device."},
             "swap_pool.swapped_in_bytes"},
      Number{{"djinn_appended_bytes_total", "counter", "New keys and values of all sessions."},
             "swap_pool.appended_bytes"},
      Number{{"djinn_swap_cleans_total", "counter", "States that were copied to the host."},
             "swap_pool.cleans"},
      Number{{"djinn_swap_drops_total", "counter", "States that left the device."},
             "swap_pool.drops"},
      Number{{"djinn_swap_restores_total", "counter", "States that came back to the device."},
             "swap_pool.restores"},
      Number{{"djinn_swap_corrupt_total", "counter", "States whose bytes had changed on the host."},
             "swap_pool.corrupt"},
      Number{{"djinn_plan_cache_hits_total", "counter", "Requests whose plan was there."},
             "plan_cache.hits"},
      Number{{"djinn_plan_cache_misses_total", "counter", "Requests whose plan had to be made."},
             "plan_cache.misses"},
      Number{{"djinn_plan_cache_evictions_total", "counter", "Plans that made room for others."},
             "plan_cache.evictions"},
      Number{{"djinn_plan_cache_plans", "gauge", "Plans that are kept."}, "plan_cache.cache_size"},
      Number{{"djinn_plan_cache_held_bytes", "gauge", "Arenas of plans that are kept."},
             "plan_cache.held_bytes"},
      Number{{"djinn_decode_steps_alone_total", "counter", "Steps of decoding of one session."},
             "decode_steps.alone"},
      Number{{"djinn_decode_steps_shared_total", "counter", "Steps that several sessions shared."},
             "decode_steps.shared"},
      Number{{"djinn_decode_sessions_in_shared_total", "counter", "Sessions in those, added up."},
             "decode_steps.sessions_in_shared"},
      Number{{"djinn_weights", "gauge", "Weights that are held, each once."}, "weights.weights"},
      Number{{"djinn_weights_received_bytes_total", "counter", "Weights that clients sent."},
             "weights.received_bytes"},
      Number{{"djinn_weights_evicted_total", "counter", "Weights that made room for others."},
             "weights.evicted"},
      Number{{"djinn_waiting_sessions", "gauge", "Sessions that wait for room."},
             "waiting_sessions"},
  };
  for (const Number& number : kNumbers) {
    const auto value = number_at(stats, number.path);
    if (!value) continue;
    page.open(number.metric);
    page.tell("", *value);
  }
}

void tell_sessions(const Node& stats, Page& page) {
  const Node& sessions = node_at(stats, "sessions");
  if (!sessions.is_list()) return;
  std::map<std::string, double> counts;  // By labels.
  for (const Node& session : sessions.items()) {
    const auto text = [&](std::string_view field) { return escaped(text_at(session, field)); };
    counts[format("phase=\"{}\",qos=\"{}\",residence=\"{}\"", text("phase"), text("qos"),
                  text("residence"))] += 1;
  }
  page.open({"djinn_sessions", "gauge", "Sessions by phase, class and where their state lies."});
  for (const auto& [labels, count] : counts)
    page.tell(labels, count);
  page.open({"djinn_active_sessions", "gauge", "Sessions that are open."});
  page.tell("", static_cast<double>(sessions.items().size()));
}

void tell_models(const Node& stats, Page& page) {
  const Node& models = node_at(stats, "models");
  if (!models.is_list()) return;
  page.open({"djinn_models_loaded", "gauge", "Models that are loaded."});
  page.tell("", static_cast<double>(models.items().size()));
  page.open({"djinn_model_weight_bytes", "gauge", "Weights of a model; models may share them."});
  for (const Node& model : models.items()) {
    page.tell_if(format("model=\"{}\",name=\"{}\"", escaped(text_at(model, "model")),
                        escaped(text_at(model, "name"))),
                 number_at(model, "weight_bytes"));
  }
}

Node percent(std::optional<double> part, std::optional<double> whole) {
  if (!part || !whole || *whole <= 0) return {};
  return 100.0 * *part / *whole;
}

Node mebibytes(std::optional<double> bytes) {
  return bytes ? Node(*bytes / kMi) : Node();
}

Node vmu_node(const Node& stats) {
  Node vmu = Node::map();
  for (const std::string_view segment : {"text", "data", "stack"}) {
    for (const std::string_view field : {"reserved_bytes", "used_bytes", "free_bytes"}) {
      vmu.set(format("{}_{}", segment, field), node_at(stats, format("vmu.{}.{}", segment, field)));
    }
  }
  vmu.set("data_internal_waste_bytes", node_at(stats, "vmu.data.internal_waste_bytes"));
  vmu.set("data_external_gap_bytes", node_at(stats, "vmu.data.external_waste_bytes"));
  vmu.set("active_sessions", or_null(count_at(stats, "sessions")));
  vmu.set("models_loaded", or_null(count_at(stats, "models")));
  return vmu;
}

Node summary_node(const Node& stats) {
  Node summary = Node::map();
  for (const std::string_view segment : {"text", "data", "stack"}) {
    summary.set(format("{}_utilization_pct", segment),
                percent(number_at(stats, format("vmu.{}.used_bytes", segment)),
                        number_at(stats, format("vmu.{}.reserved_bytes", segment))));
  }
  summary.set("active_sessions", or_null(count_at(stats, "sessions")));
  summary.set("models_loaded", or_null(count_at(stats, "models")));
  return summary;
}

/// Every name of the original's; those that nothing here counts are null.
Node scheduler_node(const Node& stats) {
  Node tracker = Node::map();
  tracker.set("sessions_tracked", or_null(count_at(stats, "sessions")));
  for (const std::string_view absent :
       {"idle_detections", "resume_detections", "total_idle_seconds", "callback_errors"}) {
    tracker.set(absent, {});
  }
  const auto host_used = number_at(stats, "vmu.host_pool.used_bytes");
  Node pool = Node::map();
  pool.set("swaps_performed", node_at(stats, "swap_pool.drops"));
  pool.set("restores_performed", node_at(stats, "swap_pool.restores"));
  pool.set("total_swapped_bytes", node_at(stats, "swap_pool.swapped_out_bytes"));
  pool.set("current_swapped_mb", mebibytes(host_used));
  pool.set("restore_errors", node_at(stats, "swap_pool.corrupt"));
  pool.set("pool_utilization_pct",
           percent(host_used, number_at(stats, "vmu.host_pool.reserved_bytes")));
  for (const std::string_view absent :
       {"max_concurrent_swapped_mb", "swap_errors", "swap_rejections_memory",
        "swap_rejections_count", "stale_cleanups", "active_sessions"}) {
    pool.set(absent, {});
  }
  Node semantic = Node::map();
  semantic.set("activity_tracker", std::move(tracker));
  semantic.set("swap_pool", std::move(pool));
  return semantic;
}

}  // namespace

std::string prometheus_page(const codec::Node& stats) {
  Page page;
  tell_segments(stats, page);
  tell_numbers(stats, page);
  tell_sessions(stats, page);
  tell_models(stats, page);
  if (const auto requests = sum_at(stats, "connections", "under_way")) {
    page.open({"djinn_connections", "gauge", "Clients that are connected."});
    page.tell("", static_cast<double>(*count_at(stats, "connections")));
    page.open({"djinn_requests_under_way", "gauge", "Requests that wait or are computed."});
    page.tell("", *requests);
  }
  return page.take();
}

codec::Node diagnostics_page(const codec::Node& stats, const ServerState& state) {
  Node plans = Node::map();
  for (const std::string_view field :
       {"hits", "misses", "evictions", "cache_size", "hit_rate_percent"}) {
    plans.set(field, node_at(stats, format("plan_cache.{}", field)));
  }
  Node scheduler = Node::map();
  for (const std::string_view absent :
       {"lifo_switches", "lifo_scheduled", "fifo_scheduled", "max_concurrency"}) {
    scheduler.set(absent, {});
  }
  Node page = Node::map();
  page.set("node_id", state.node_id);
  page.set("timestamp", state.timestamp);
  page.set("status", state.is_stopping ? "stopping" : "ok");
  page.set("vmu", vmu_node(stats));
  page.set("summary", summary_node(stats));
  page.set("semantic_scheduler", scheduler_node(stats));
  page.set("scheduler", std::move(scheduler));
  page.set("plan_cache", std::move(plans));
  return page;
}

}  // namespace assay::djinn
