// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agent_population.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

#include "core/clock.h"
#include "core/random.h"

namespace assay::workload {
namespace {

using djinn::Session;

Nanoseconds scaled(Nanoseconds time, double factor) {
  return Nanoseconds(static_cast<std::int64_t>(static_cast<double>(time.count()) * factor));
}

std::vector<ToolWait> draw_waits(const PopulationRequest& request, Random random) {
  std::vector<ToolWait> waits;
  Nanoseconds sum{0};
  while (std::ssize(waits) < request.turns_max && sum < request.window) {
    Nanoseconds length = scaled(djinn::draw_think(request.law, random), request.time_scale);
    if (waits.empty()) length = scaled(length, random.uniform());
    waits.push_back({length, djinn::draw_estimate(request.estimates, length, random)});
    sum += length;
  }
  return waits;
}

/// Where all agents of a window meet.
class Meeting {
 public:
  explicit Meeting(std::size_t agents) : all_(static_cast<std::ptrdiff_t>(agents)) {}

  /// False where somebody is missing: then nobody begins.
  bool wait_for_all(bool is_in, Nanoseconds window) {
    if (is_in) ++in_;
    if (!is_in) is_off_ = true;
    all_.arrive_and_wait();
    std::call_once(begun_, [&] { end_ = SteadyClock::read() + window; });
    return !is_off_;
  }
  /// Agents come in one by one: how they crowd at the door is not the question.
  std::mutex& door() { return door_; }
  Nanoseconds end() const { return end_; }  ///< Of the window, once it began.
  std::int64_t in() const { return in_; }

 private:
  std::latch all_;
  std::mutex door_;
  std::atomic<std::int64_t> in_ = 0;
  std::atomic<bool> is_off_ = false;
  std::once_flag begun_;
  Nanoseconds end_{0};
};

void sleep_until(Nanoseconds time) {
  const Nanoseconds left = time - SteadyClock::read();
  if (left > 0ns) std::this_thread::sleep_for(left);
}

/// One agent on its thread; what it saw is read after the thread has ended.
class LivingAgent {
 public:
  LivingAgent(const PopulationPlace& place, const AgentScript& script,
              const std::vector<ToolWait>& waits)
      : place_(&place), script_(&script), waits_(&waits) {}

  void live(Meeting& meeting, Nanoseconds window) {
    std::optional<Session> session;
    Result<void> done = enter(meeting, session);
    const bool goes_on = meeting.wait_for_all(done.has_value(), window);
    if (done && goes_on) done = work(*session, meeting.end());
    if (done && session) done = session->close();
    if (!done) failure_ = done.error().to_string();
  }
  void add_to(PopulationOutcome& outcome) const {
    outcome.turns.insert(outcome.turns.end(), turns_.begin(), turns_.end());
    outcome.wrong += wrong_;
    outcome.compared += compared_;
    outcome.failures += failure_.empty() ? 0 : 1;
    if (outcome.failure.empty()) outcome.failure = failure_;
  }

 private:
  Result<void> enter(Meeting& meeting, std::optional<Session>& session) {
    const std::scoped_lock alone(meeting.door());
    ASSAY_TRY(auto channel, djinn::Channel::open(place_->address, {.client = "agent"}));
    ASSAY_TRY(Session opened, Session::open(std::move(channel), place_->model,
                                            {.capacity = place_->capacity, .may_queue = false}));
    session.emplace(std::move(opened));
    ASSAY_TRY(std::ignore, ask(*session, 0));
    return session->signal_phase("IO_WAIT");  // Until all are in, which nobody foresees.
  }

  Result<Nanoseconds> ask(Session& session, std::size_t turn) {
    const Turn& script = (*script_)[turn];
    ASSAY_TRY(const auto answer,
              session.decode({script.says}, static_cast<std::uint32_t>(script.answer.size())));
    ++compared_;
    wrong_ += answer.generated.at(0) == script.answer ? 0 : 1;
    return active_time(answer.timers);
  }

  Result<void> work(Session& session, Nanoseconds end) {
    for (std::size_t i = 0; i < waits_->size(); ++i) {
      const Nanoseconds back = SteadyClock::read() + (*waits_)[i].length;
      ASSAY_TRY_VOID(session.signal_phase("IO_WAIT", (*waits_)[i].estimate));
      if (back >= end) break;
      sleep_until(back);
      const Nanoseconds begin = SteadyClock::read();
      ASSAY_TRY_VOID(session.signal_phase("COMPUTE"));
      ASSAY_TRY(const Nanoseconds active, ask(session, i + 1));
      turns_.push_back({SteadyClock::read() - begin, active});
    }
    sleep_until(end);  // Who has nothing more to ask is an agent all the same.
    return {};
  }

  const PopulationPlace* place_;
  const AgentScript* script_;
  const std::vector<ToolWait>* waits_;
  std::vector<TurnTimes> turns_;
  std::int64_t wrong_ = 0;
  std::int64_t compared_ = 0;
  std::string failure_;
};

}  // namespace

Nanoseconds active_time(const djinn::StageTimers& timers) {
  return timers.plan + timers.bind + timers.execute + timers.output;
}

std::vector<std::vector<ToolWait>> draw_agents(const PopulationRequest& request) {
  std::vector<std::vector<ToolWait>> agents;
  for (std::int64_t i = 0; i < request.agents; ++i) {
    agents.push_back(
        draw_waits(request, Random(mix_seed(request.seed, static_cast<std::uint64_t>(i)))));
  }
  return agents;
}

Result<PopulationOutcome> run_population(const PopulationPlace& place,
                                         const std::vector<AgentScript>& scripts,
                                         Nanoseconds window,
                                         const std::vector<std::vector<ToolWait>>& agents) {
  if (scripts.empty()) return Error::bug("agents have nothing to say");
  std::vector<LivingAgent> living;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const AgentScript& script = scripts[i % scripts.size()];
    if (agents[i].size() >= script.size()) return Error::bug("a script ends before its agent");
    living.emplace_back(place, script, agents[i]);
  }
  Meeting meeting(living.size());
  std::vector<std::thread> threads;
  for (LivingAgent& agent : living)
    threads.emplace_back([&agent, &meeting, window] { agent.live(meeting, window); });
  for (std::thread& thread : threads)
    thread.join();
  PopulationOutcome outcome;
  outcome.agents = std::ssize(agents);
  outcome.opened = meeting.in();
  outcome.took = SteadyClock::read() - (meeting.end() - window);
  for (const LivingAgent& agent : living)
    agent.add_to(outcome);
  return outcome;
}

std::int64_t late_turns(const PopulationOutcome& outcome, const Slo& slo) {
  return std::ranges::count_if(outcome.turns, [&](const TurnTimes& turn) {
    return turn.wake() > slo.wake_max || turn.request > slo.request_max;
  });
}

bool keeps(const PopulationOutcome& outcome, const Slo& slo) {
  if (outcome.failures > 0 || outcome.wrong > 0 || outcome.opened < outcome.agents) return false;
  return late_turns(outcome, slo) * 100 <= std::ssize(outcome.turns);
}

}  // namespace assay::workload
