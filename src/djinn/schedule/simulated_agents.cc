// SPDX-License-Identifier: MIT
#include "djinn/schedule/simulated_agents.h"

#include <algorithm>
#include <deque>

#include "core/random.h"
#include "djinn/schedule/service_queue.h"

namespace assay::djinn {
namespace {

constexpr Nanoseconds kNever = Nanoseconds::max();
/// Of a cycle. It takes some ten; who needs a thousand gets nowhere.
constexpr std::int64_t kEventsMax = 1'000;

Nanoseconds span(double seconds) {
  return Nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

enum class Life : std::uint8_t { kOutside, kWaitingForRoom, kThinking, kAsking, kComputing, kGone };

struct Agent {
  Life life = Life::kOutside;
  ReservationId reservation = 0;
  SessionPhase phase{Nanoseconds(0)};
  Residence residence = Residence::kClean;
  bool is_busy = false;
  bool is_in_working_set = false;
  bool is_queued = false;  ///< For a slot.
  std::int64_t held = 0;
  std::int64_t state = 0;
  std::int64_t clean = 0;  ///< Of the state, what the host has.
  std::int64_t cycles = 0;
  Nanoseconds asked{0};
  Nanoseconds used_last{0};
  Nanoseconds next{kNever};    ///< Its own next event.
  Nanoseconds signal{kNever};  ///< COMPUTE, ahead of its request.
};

struct Copying {
  std::size_t agent = 0;
  bool is_out = false;
  std::int64_t bytes = 0;
  std::int64_t until = 0;  ///< The state that the host will have.
  Nanoseconds end{0};
};

class Simulation {
 public:
  Simulation(const SimulatedPopulation& population, const SimulatedServer& server,
             std::unique_ptr<IdlePolicy> policy, ServiceQueue queue)
      : population_(population),
        server_(server),
        policy_(std::move(policy)),
        queue_(std::move(queue)),
        book_({.device = server.device, .host = server.host, .swaps = policy_->swaps()}),
        random_(population.seed),
        agents_(static_cast<std::size_t>(population.agents)) {}

  Result<SimulatedOutcome> run();

 private:
  std::int64_t worst_case() const {
    return (population_.state_first + population_.state_growth * population_.cycles).count();
  }
  std::int64_t growth_of(const Agent& agent) const {
    return agent.state == 0 ? population_.state_first.count() : population_.state_growth.count();
  }
  std::int64_t free() const;
  std::int64_t host_free() const;
  IdleView view() const;
  Nanoseconds next_event() const;

  void enter(std::size_t index);
  void settle();
  void admit_to_working_set();
  bool act();
  void execute(const SwapAction& action);
  void start_computing();
  void finish_copies();
  void step_agent(std::size_t index);
  void say_io_wait(Agent& agent, Nanoseconds gap);
  void end_cycle(std::size_t index);
  Result<void> check() const;

  SimulatedPopulation population_;
  SimulatedServer server_;
  std::unique_ptr<IdlePolicy> policy_;
  ServiceQueue queue_;
  AdmissionBook book_;
  Random random_;
  std::vector<Agent> agents_;
  std::deque<std::size_t> asking_;  ///< For the working set, in the order in which they asked.
  std::vector<Copying> copies_;
  Nanoseconds out_free_{0};  ///< When the path to the host is free,
  Nanoseconds in_free_{0};   ///< and the path back.
  Nanoseconds now_{0};
  std::int64_t events_ = 0;
  SimulatedOutcome outcome_;
};

std::int64_t Simulation::free() const {
  std::int64_t held = 0;
  for (const Agent& agent : agents_)
    held += agent.held;
  return server_.device.count() - held;
}

/// What is being copied out is counted as there already.
std::int64_t Simulation::host_free() const {
  std::int64_t used = 0;
  for (const Agent& agent : agents_)
    used += agent.clean;
  for (const Copying& copy : copies_)
    used += copy.is_out ? copy.bytes : 0;
  return server_.host.count() - used;
}

IdleView Simulation::view() const {
  IdleView view{.sessions = {},
                .free = Bytes(free()),
                .wanted = Bytes(0),
                .host_free = Bytes(host_free()),
                .to_host_rate = server_.to_host_rate,
                .to_device_rate = server_.to_device_rate,
                .is_copying = !copies_.empty()};
  std::int64_t wanted = 0;
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    const Agent& agent = agents_[i];
    if (agent.life == Life::kOutside || agent.life == Life::kGone) continue;
    IdleSession session{.id = {.index = static_cast<std::uint32_t>(i), .generation = 1},
                        .residence = agent.residence,
                        .is_busy = agent.is_busy,
                        .is_pinned = agent.life == Life::kComputing,
                        .held = Bytes(agent.held),
                        .dirty = Bytes(agent.state - agent.clean),
                        .restore = Bytes(agent.state),
                        .asked = {},
                        .used_last = agent.used_last,
                        .phase = agent.phase,
                        .true_resume = {}};
    if (agent.is_in_working_set) session.asked = agent.asked;
    if (agent.life == Life::kThinking) session.true_resume = agent.next;
    const bool is_here =
        agent.residence == Residence::kDirty || agent.residence == Residence::kClean;
    if (agent.life == Life::kAsking && agent.is_in_working_set && is_here && !agent.is_queued) {
      wanted += growth_of(agent);
    }
    view.sessions.push_back(session);
  }
  if (wanted > view.free.count()) view.wanted = Bytes(wanted);
  return view;
}

Nanoseconds Simulation::next_event() const {
  Nanoseconds next = kNever;
  for (const Agent& agent : agents_)
    next = std::min({next, agent.next, agent.signal});
  for (const Copying& copy : copies_)
    next = std::min(next, copy.end);
  if (const auto decision = policy_->next_decision(now_, view())) next = std::min(next, *decision);
  return next;
}

void Simulation::enter(std::size_t index) {
  Agent& agent = agents_[index];
  agent.life = Life::kThinking;
  agent.phase = SessionPhase(now_);
  agent.used_last = now_;
  agent.next = now_ + span(0.3 * random_.uniform());
  std::int64_t open = 0;
  for (const Agent& one : agents_) {
    open +=
        one.life != Life::kOutside && one.life != Life::kGone && one.life != Life::kWaitingForRoom
            ? 1
            : 0;
  }
  outcome_.open_max = std::max(outcome_.open_max, open);
}

void Simulation::admit_to_working_set() {
  while (!asking_.empty()) {
    Agent& agent = agents_[asking_.front()];
    if (!book_.start_computing(agent.reservation)) return;  // Nobody overtakes.
    agent.is_in_working_set = true;
    asking_.pop_front();
  }
}

void Simulation::execute(const SwapAction& action) {
  const std::size_t index = action.session.index;
  Agent& agent = agents_[index];
  if (action.kind == SwapKind::kDrop) {
    ASSAY_CHECK_EQ(agent.clean, agent.state, "only what the host has may leave");
    agent.held = 0;
    agent.residence = Residence::kHostOnly;
    return;
  }
  agent.is_busy = true;
  const bool is_out = action.kind != SwapKind::kRestore;
  const std::int64_t bytes = is_out ? agent.state - agent.clean : agent.state;
  const double rate = is_out ? server_.to_host_rate : server_.to_device_rate;
  Nanoseconds& path = is_out ? out_free_ : in_free_;
  path = std::max(path, now_) + span(static_cast<double>(bytes) / rate / 1e9);
  if (!is_out) {
    agent.held = agent.state;
    agent.residence = Residence::kRestoring;
  }
  Bytes& moved = is_out ? outcome_.to_host : outcome_.to_device;
  moved = moved + Bytes(bytes);
  copies_.push_back(
      {.agent = index, .is_out = is_out, .bytes = bytes, .until = agent.state, .end = path});
}

bool Simulation::act() {
  const auto actions = policy_->decide(now_, view());
  for (const SwapAction& action : actions)
    execute(action);
  return !actions.empty();
}

/// Room for the new tokens first, then a slot.
void Simulation::start_computing() {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    Agent& agent = agents_[i];
    const bool is_here =
        agent.residence == Residence::kDirty || agent.residence == Residence::kClean;
    if (agent.life != Life::kAsking || !agent.is_in_working_set || !is_here || agent.is_queued) {
      continue;
    }
    const std::int64_t growth = growth_of(agent);
    if (growth > free()) continue;
    agent.held += growth;
    agent.is_queued = true;
    queue_.push(now_, {.id = i, .tenant = "", .predicted = population_.active});
  }
  while (const auto next = queue_.start(now_)) {
    Agent& agent = agents_[next->id];
    agent.life = Life::kComputing;
    agent.is_queued = false;
    agent.next = now_ + population_.active;
    outcome_.wakes.push_back(now_ - agent.asked);
  }
}

void Simulation::finish_copies() {
  std::erase_if(copies_, [&](const Copying& copy) {
    if (copy.end > now_) return false;
    Agent& agent = agents_[copy.agent];
    agent.is_busy = false;
    if (copy.is_out) {
      agent.clean = copy.until;
      agent.residence = agent.clean == agent.state ? Residence::kClean : Residence::kDirty;
    } else {
      agent.residence = Residence::kClean;
    }
    return true;
  });
}

void Simulation::say_io_wait(Agent& agent, Nanoseconds gap) {
  const auto estimate = draw_estimate(population_.estimates, gap, random_);
  agent.phase.signal(now_, Phase::kIoWait, estimate);
  if (population_.estimates != EstimateQuality::kWild) {
    // Half of the agents say COMPUTE a little before they ask.
    if (random_.coin()) agent.signal = now_ + gap - std::min(gap, span(0.03 * random_.uniform()));
    return;
  }
  if (random_.coin()) agent.phase.signal(now_, Phase::kIoWait, std::nullopt);
  if (random_.coin()) agent.phase.signal(now_, Phase::kCompute, gap);
  if (random_.coin()) agent.signal = now_ + span(Seconds(gap).count() * random_.uniform());
}

void Simulation::end_cycle(std::size_t index) {
  Agent& agent = agents_[index];
  queue_.finish(now_, index);
  agent.state = agent.held;
  agent.residence = agent.clean == agent.state ? Residence::kClean : Residence::kDirty;
  agent.used_last = now_;
  agent.is_in_working_set = false;
  book_.stop_computing(agent.reservation);
  ++outcome_.cycles_done;
  if (++agent.cycles == population_.cycles) {
    agent.next = agent.is_busy ? now_ + span(0.001) : now_;  // Closed once its copy ended.
    agent.life = Life::kThinking;
    return;
  }
  const Nanoseconds gap = draw_think(ThinkLaw::kTrace, random_);
  agent.life = Life::kThinking;
  agent.next = now_ + gap;
  say_io_wait(agent, gap);
}

void Simulation::step_agent(std::size_t index) {
  Agent& agent = agents_[index];
  if (agent.signal <= now_) {
    agent.phase.signal(now_, Phase::kCompute, std::nullopt);
    agent.signal = kNever;
  }
  if (agent.next > now_) return;
  agent.next = kNever;
  if (agent.life == Life::kComputing) return end_cycle(index);
  if (agent.cycles == population_.cycles) {
    if (agent.is_busy) {
      agent.next = now_ + span(0.001);
      return;
    }
    agent = {.life = Life::kGone, .reservation = agent.reservation, .cycles = agent.cycles};
    ++outcome_.agents_done;
    book_.release(now_, agent.reservation);
    return;
  }
  agent.phase.request(now_);
  agent.signal = kNever;
  agent.asked = now_;
  agent.life = Life::kAsking;
  asking_.push_back(index);
}

void Simulation::settle() {
  finish_copies();
  for (std::size_t i = 0; i < agents_.size(); ++i)
    step_agent(i);
  for (const ReservationId id : book_.admit_waiting(now_)) {
    const auto at = std::ranges::find(agents_, id, &Agent::reservation);
    enter(static_cast<std::size_t>(at - agents_.begin()));
  }
  admit_to_working_set();
  start_computing();
  while (act())
    start_computing();
}

Result<void> Simulation::check() const {
  ASSAY_TRY_VOID(book_.check());
  if (free() < 0) return Error::bug("{} bytes too many on the device", -free());
  if (host_free() < 0) return Error::bug("{} bytes too many on the host", -host_free());
  for (const Agent& agent : agents_) {
    const bool is_away = agent.residence == Residence::kHostOnly;
    if (is_away && agent.clean != agent.state) return Error::bug("a state is nowhere complete");
    if (is_away && agent.held != 0) return Error::bug("an absent state holds memory");
    if (agent.life == Life::kComputing && (is_away || agent.held < agent.state)) {
      return Error::bug("a session computes without its state");
    }
  }
  return {};
}

Result<SimulatedOutcome> Simulation::run() {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    const Verdict verdict = book_.ask(now_, {.tenant = "", .reserved = Bytes(worst_case())});
    if (verdict.admission == Admission::kRejected) {
      return Error::user("an agent was rejected: {}", to_text(verdict.reason));
    }
    agents_[i].reservation = verdict.reservation;
    if (verdict.admission == Admission::kQueued) agents_[i].life = Life::kWaitingForRoom;
    if (verdict.admission == Admission::kAdmitted) enter(i);
  }
  while (outcome_.agents_done < population_.agents) {
    const Nanoseconds next = next_event();
    if (next == kNever) {
      return Error::bug("{} of {} agents wait for ever at {} under {}",
                        population_.agents - outcome_.agents_done, population_.agents,
                        assay::to_text(now_), server_.policy);
    }
    now_ = std::max(next, now_);
    if (++events_ > population_.agents * population_.cycles * kEventsMax) {
      return Error::bug("states go back and forth without end at {} under {}", assay::to_text(now_),
                        server_.policy);
    }
    settle();
    ASSAY_TRY_VOID(check());
  }
  for (const Agent& agent : agents_) {
    if (agent.cycles != population_.cycles) return Error::bug("an agent lost a cycle");
  }
  outcome_.end = now_;
  return std::move(outcome_);
}

}  // namespace

Result<SimulatedOutcome> simulate_agents(const SimulatedPopulation& population,
                                         const SimulatedServer& server) {
  if (population.agents < 1 || population.cycles < 1 || population.state_first.count() < 1 ||
      population.state_growth.count() < 0 || server.to_host_rate <= 0 ||
      server.to_device_rate <= 0) {
    return Error::user("a simulation needs agents, cycles, states and rates above 0");
  }
  ASSAY_TRY(auto policy, make_idle_policy(server.policy, server.policy_options));
  ASSAY_TRY(ServiceQueue queue, ServiceQueue::create({.slots = server.slots}));
  return Simulation(population, server, std::move(policy), std::move(queue)).run();
}

}  // namespace assay::djinn
