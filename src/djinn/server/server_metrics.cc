// SPDX-License-Identifier: MIT
// The part of Server that answers over HTTP, on the thread that hears clients.
#include "core/codec/json.h"
#include "djinn/server/metrics_page.h"
#include "djinn/server/server.h"

namespace assay::djinn {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPrometheus = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

Result<void> Server::listen_for_metrics() {
  if (!options_.metrics) return {};
  ASSAY_TRY(metrics_,
            HttpEndpoint::create(*loop_, *options_.metrics,
                                 [this](std::string_view path) { return answer_http(path); }));
  return {};
}

std::optional<Address> Server::metrics_address() const {
  return metrics_ == nullptr ? std::nullopt : std::optional(metrics_->address());
}

HttpAnswer Server::answer_http(std::string_view path) const {
  if (path == "/healthz" || path == "/livez") {
    if (is_draining_) return {.status = 503, .body = "stopping\n"};
    return {.body = "ok\n"};
  }
  const bool is_page = path == "/metrics" || path == "/stats.json" || path == "/metrics/vmu";
  if (!is_page && path != "/stats") {
    return {.status = 404, .body = "expected /metrics, /stats.json, /stats or /healthz\n"};
  }
  const auto text = service_->stats("", describe_connections());
  const auto stats = text ? codec::parse_json(*text) : Error::bug("{}", text.error().message);
  if (!stats) return {.status = 500, .body = stats.error().to_string() + "\n"};
  if (path == "/metrics") {
    return {.type = std::string(kPrometheus), .body = prometheus_page(*stats)};
  }
  const codec::Node page = path == "/stats"
                               ? *stats
                               : diagnostics_page(*stats, {.node_id = to_hex(epoch_.bytes),
                                                           .timestamp = utc_now(),
                                                           .is_stopping = is_draining_});
  return {.type = std::string(kJson), .body = to_json(page, codec::JsonStyle::kPretty)};
}

}  // namespace assay::djinn
