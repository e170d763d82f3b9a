// SPDX-License-Identifier: MIT
#include "djinn/schedule/idle_policies.h"

#include <algorithm>
#include <array>

#include "core/nearest.h"

namespace assay::djinn {
namespace {

using Time = std::optional<Nanoseconds>;

class NonePolicy final : public IdlePolicy {
 public:
  std::string_view name() const override { return "none"; }
  bool swaps() const override { return false; }
};

class ReactivePolicy final : public IdlePolicy {
 public:
  explicit ReactivePolicy(const IdlePolicyOptions& options) : idle_after_(options.idle_after) {}
  std::string_view name() const override { return "reactive"; }

 private:
  Time leaves_at(Nanoseconds /*now*/, const IdleSession& session,
                 const IdleView& /*view*/) const override {
    return session.used_last + idle_after_;
  }
  Nanoseconds idle_after_;
};

class LruPolicy final : public IdlePolicy {
 public:
  std::string_view name() const override { return "lru"; }

 private:
  std::optional<double> victim_score(Nanoseconds now, const IdleSession& session,
                                     const IdleView& /*view*/) const override {
    return static_cast<double>((now - session.used_last).count());
  }
};

class ProactivePolicy final : public IdlePolicy {
 public:
  explicit ProactivePolicy(const IdlePolicyOptions& options) : margin_(options.margin) {}
  std::string_view name() const override { return "proactive"; }

 private:
  bool heeds_signals() const override { return true; }
  Time leaves_at(Nanoseconds now, const IdleSession& session, const IdleView& view) const override {
    if (!session.phase.is_waiting()) return std::nullopt;
    // Not again once it is expected: it was fetched for that.
    const Time back = fetched_at(now, session, view);
    if (back && *back <= now) return std::nullopt;
    return session.phase.since();
  }
  Time fetched_at(Nanoseconds /*now*/, const IdleSession& session,
                  const IdleView& view) const override {
    const Time announced = session.phase.announced();
    if (!session.phase.is_waiting() || !announced) return std::nullopt;
    return *announced - margin_ - to_device_time(session, view);
  }
  /// Those who never signal would else wedge the device: the seed had nothing for that.
  std::optional<double> victim_score(Nanoseconds now, const IdleSession& session,
                                     const IdleView& /*view*/) const override {
    return static_cast<double>((now - sign_of_life(session)).count());
  }
  Nanoseconds margin_;
};

/// What `lazy` and `oracle` share: the time of the return is all they differ in.
class ForesightPolicy : public IdlePolicy {
 public:
  explicit ForesightPolicy(const IdlePolicyOptions& options) : options_(options) {}

 private:
  virtual Nanoseconds resume_of(Nanoseconds now, const IdleSession& session) const = 0;
  /// None where nobody knows it well enough to fetch the session for it.
  virtual Time known_resume(const IdleSession& session) const = 0;

  bool heeds_signals() const override { return true; }
  bool tidies() const override { return true; }
  Time reconsiders_at(const IdleSession& waiting) const override {
    return *waiting.asked + options_.patience;
  }
  Time fetched_at(Nanoseconds /*now*/, const IdleSession& session,
                  const IdleView& view) const override {
    const Time resume = known_resume(session);
    if (!resume) return std::nullopt;
    return *resume - options_.margin - to_device_time(session, view);
  }
  std::optional<double> victim_score(Nanoseconds now, const IdleSession& session,
                                     const IdleView& view) const override {
    const Nanoseconds idle = resume_of(now, session) - now;
    const Nanoseconds cost = to_host_time(session, view) + to_device_time(session, view);
    if (idle <= cost && !is_anybody_impatient(now, view)) return std::nullopt;
    // Room for a time, over what it costs to get it back; a microsecond for the asking.
    const double score = static_cast<double>(idle.count()) *
                         static_cast<double>(session.held.count()) /
                         (static_cast<double>(cost.count()) + 1'000);
    // A clean one gives its room at once, a dirty one after a copy that somebody waits for.
    return session.residence == Residence::kClean ? score : score * 0.25;
  }
  bool is_anybody_impatient(Nanoseconds now, const IdleView& view) const {
    return std::ranges::any_of(view.sessions, [&](const IdleSession& session) {
      return session.asked && !session.is_pinned && now - *session.asked >= options_.patience;
    });
  }

  IdlePolicyOptions options_;
};

class LazyPolicy final : public ForesightPolicy {
 public:
  using ForesightPolicy::ForesightPolicy;
  std::string_view name() const override { return "lazy"; }

 private:
  Nanoseconds resume_of(Nanoseconds now, const IdleSession& session) const override {
    if (session.phase.is_waiting()) return session.phase.predicted_resume(now);
    // It says nothing: as long again as there was no sign of it.
    return now + (now - sign_of_life(session));
  }
  Time known_resume(const IdleSession& session) const override {
    return session.phase.is_waiting() ? session.phase.announced() : std::nullopt;
  }
};

class OraclePolicy final : public ForesightPolicy {
 public:
  using ForesightPolicy::ForesightPolicy;
  std::string_view name() const override { return "oracle"; }

 private:
  Nanoseconds resume_of(Nanoseconds now, const IdleSession& session) const override {
    return session.true_resume ? std::max(*session.true_resume, now)
                               : session.phase.predicted_resume(now);
  }
  Time known_resume(const IdleSession& session) const override { return session.true_resume; }
};

template <class Policy>
std::unique_ptr<IdlePolicy> make(const IdlePolicyOptions& options) {
  if constexpr (std::is_constructible_v<Policy, const IdlePolicyOptions&>) {
    return std::make_unique<Policy>(options);
  } else {
    return std::make_unique<Policy>();
  }
}

struct Entry {
  std::string_view name;
  std::unique_ptr<IdlePolicy> (*make)(const IdlePolicyOptions&);
};

constexpr std::array<Entry, 6> kPolicies{{{"none", make<NonePolicy>},
                                          {"reactive", make<ReactivePolicy>},
                                          {"lru", make<LruPolicy>},
                                          {"proactive", make<ProactivePolicy>},
                                          {"lazy", make<LazyPolicy>},
                                          {"oracle", make<OraclePolicy>}}};

}  // namespace

std::vector<std::string> idle_policy_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kPolicies)
    names.emplace_back(entry.name);
  return names;
}

Result<std::unique_ptr<IdlePolicy>> make_idle_policy(std::string_view name,
                                                     const IdlePolicyOptions& options) {
  for (const Nanoseconds time : {options.idle_after, options.margin, options.patience}) {
    if (time < Nanoseconds(0) || time > kEstimateMax) {
      return Error::user("idle policy {}: a time of {} ns; expected 0 to 24 hours", name,
                         time.count());
    }
  }
  for (const Entry& entry : kPolicies) {
    if (entry.name == name) return entry.make(options);
  }
  return Error::user("{}", unknown_name("idle policy", name, idle_policy_names()));
}

}  // namespace assay::djinn
