// SPDX-License-Identifier: MIT
#include "engine/backends/sim/sim_device.h"

#include <algorithm>
#include <array>

#include "engine/backends/sim/known_answers.h"
#include "engine/backends/sim/sim_machine.h"

namespace assay::sim {
namespace {

using backend::CompileMode;

/// Enough for the pool of pictures of a pipeline.
constexpr Bytes kKnownAnswersMax{std::int64_t{192} << 20};

/// One piece of work as the feeding thread hands it over.
struct Launch {
  Nanoseconds call{0};  ///< Of the feeding thread.
  Engine engine = Engine::kCompute;
  Nanoseconds duration{0};
};

/// Memory of the device for as long as it lives.
class TakenMemory {
 public:
  static Result<std::shared_ptr<TakenMemory>> of(std::shared_ptr<Machine> machine, Bytes size,
                                                 std::string_view what) {
    ASSAY_TRY_VOID(machine->take_memory(size, what));
    return std::shared_ptr<TakenMemory>(new TakenMemory(std::move(machine), size));
  }
  TakenMemory(const TakenMemory&) = delete;
  TakenMemory& operator=(const TakenMemory&) = delete;
  ~TakenMemory() { machine_->give_memory_back(size_); }

 private:
  TakenMemory(std::shared_ptr<Machine> machine, Bytes size)
      : machine_(std::move(machine)), size_(size) {}
  std::shared_ptr<Machine> machine_;
  Bytes size_;
};

/// Which of the two works.
enum class Side : std::uint8_t { kDevice, kHost };

struct Prepared {
  std::shared_ptr<Machine> machine;
  std::unique_ptr<backend::Executable> numerics;
  CostedPlan plan;
  Side side = Side::kDevice;
  bool grows = false;            ///< Whether a run takes as long as its caches are full.
  std::vector<Launch> launches;  ///< With caches empty.
  std::vector<std::shared_ptr<TakenMemory>> memory = {};  ///< Weights, arena.
};

/// Kernel by kernel, or the whole plan at once.
std::vector<Launch> device_launches(const std::vector<CostedKernel>& kernels, CompileMode mode,
                                    const SimProfile& profile) {
  const bool is_replayed =
      mode == CompileMode::kReduceOverhead || mode == CompileMode::kMaxAutotune;
  const FeedingTimes& feeding = profile.feeding;
  std::vector<Launch> launches;
  Nanoseconds whole{0};
  for (const CostedKernel& kernel : kernels) {
    const Nanoseconds time = time_of(kernel, profile.compute).time;
    whole += time + profile.compute.graph_node;
    if (is_replayed) continue;
    launches.push_back({.call = mode == CompileMode::kNone ? feeding.dispatch : feeding.launch,
                        .engine = Engine::kCompute,
                        .duration = time + profile.compute.kernel});
  }
  if (is_replayed) {
    launches.push_back({.call = feeding.replay, .engine = Engine::kCompute, .duration = whole});
  }
  return launches;
}

/// One piece of work for the host's worker, handed over as cheaply as an event.
std::vector<Launch> host_launches(const std::vector<CostedKernel>& kernels,
                                  const SimProfile& profile) {
  Nanoseconds whole{0};
  for (const CostedKernel& kernel : kernels) {
    whole += time_of(kernel, profile.host);
  }
  return {{.call = profile.feeding.event, .engine = Engine::kHostWorker, .duration = whole}};
}

std::vector<Launch> launches_of(const std::vector<CostedKernel>& kernels, CompileMode mode,
                                Side side, const SimProfile& profile) {
  return side == Side::kHost ? host_launches(kernels, profile)
                             : device_launches(kernels, mode, profile);
}

/// What people read of each step; a cache that fills may change what its kernel is bound by.
void name_kernels(CostedPlan& plan, Side side, const SimProfile& profile) {
  for (std::size_t i = 0; i < plan.kernels.size(); ++i) {
    const CostedKernel& kernel = plan.kernels[i];
    plan.facts.steps[i].kernel =
        side == Side::kHost
            ? "simulated, on one worker of the host"
            : format("simulated, bound by {}{}", to_text(time_of(kernel, profile.compute).bound),
                     kernel.past ? " while the cache is empty" : "");
  }
}

class SimExecutable final : public backend::Executable {
 public:
  explicit SimExecutable(Prepared prepared)
      : prepared_(std::move(prepared)), own_stream_(prepared_.machine) {}

  Result<void> run(const backend::RunArguments& arguments) override {
    ASSAY_TRY_VOID(enqueue(own_stream_, arguments));
    return own_stream_.synchronise();
  }

  Result<void> enqueue(backend::Stream& stream, const backend::RunArguments& arguments) override {
    auto* own = dynamic_cast<SimStream*>(&stream);
    if (own == nullptr || !own->is_of(*prepared_.machine)) {
      return Error::user("a model on sim:{} was put on a stream of another device",
                         prepared_.machine->profile().name);
    }
    ASSAY_TRY_VOID(calculate(arguments));
    Timeline& time = prepared_.machine->time();
    const Nanoseconds submission = prepared_.machine->profile().submission;
    for (const Launch& launch : launches_for(arguments)) {
      time.pass(launch.call);
      time.submit(own->number(), launch.engine,
                  {.duration = launch.duration, .submission = submission});
    }
    return {};
  }

  const backend::Signature& signature() const override { return prepared_.plan.signature; }
  const backend::ExecutableFacts& facts() const override { return prepared_.plan.facts; }

 private:
  std::vector<Launch> launches_for(const backend::RunArguments& arguments) const {
    if (!prepared_.grows) return prepared_.launches;
    std::vector<CostedKernel> kernels;
    for (const CostedKernel& kernel : prepared_.plan.kernels) {
      kernels.push_back(as_asked(kernel, arguments.inputs));
    }
    return launches_of(kernels, prepared_.plan.facts.mode, prepared_.side,
                       prepared_.machine->profile());
  }
  Result<void> calculate(const backend::RunArguments& arguments) {
    ASSAY_TRY_VOID(check_arguments(signature(), arguments));
    const bool has_memory = !arguments.states.empty();  // Its answer is not of its inputs alone.
    if (!has_memory && known_.recall(arguments)) return {};
    ASSAY_TRY_VOID(prepared_.numerics->run(arguments));
    if (!has_memory) known_.keep(arguments);
    return {};
  }

  Prepared prepared_;
  SimStream own_stream_;
  KnownAnswers known_{kKnownAnswersMax};
};

struct Loaded {
  std::shared_ptr<Machine> machine;
  std::shared_ptr<const CostModel> costs;
  graph::Graph graph;
  backend::CompileOptions options;
  Side side = Side::kDevice;
  std::unique_ptr<backend::LoadedModel> numerics = nullptr;
  std::shared_ptr<TakenMemory> weights = nullptr;  ///< Null on the host.
};

class SimModel final : public backend::LoadedModel {
 public:
  explicit SimModel(Loaded loaded) : loaded_(std::move(loaded)) {}

  Result<std::unique_ptr<backend::Executable>> prepare(const graph::Bindings& bindings) override {
    Prepared prepared;
    prepared.machine = loaded_.machine;
    ASSAY_TRY(prepared.plan, cost_plan(loaded_.graph, bindings, loaded_.options, *loaded_.costs));
    ASSAY_TRY(prepared.numerics, loaded_.numerics->prepare(bindings));
    prepared.plan.facts.weights = weight_bytes();
    const SimProfile& profile = loaded_.machine->profile();
    const CostedPlan& plan = prepared.plan;
    prepared.side = loaded_.side;
    prepared.grows = std::ranges::any_of(
        plan.kernels, [](const CostedKernel& kernel) { return kernel.past.has_value(); });
    prepared.launches = launches_of(plan.kernels, plan.facts.mode, loaded_.side, profile);
    name_kernels(prepared.plan, loaded_.side, profile);
    if (loaded_.side == Side::kDevice) {
      ASSAY_TRY(auto arena,
                TakenMemory::of(loaded_.machine, prepared.plan.facts.arena, "the results between"));
      prepared.memory = {loaded_.weights, std::move(arena)};
    }
    return std::unique_ptr<backend::Executable>(
        std::make_unique<SimExecutable>(std::move(prepared)));
  }

  Bytes weight_bytes() const override { return loaded_.numerics->weight_bytes(); }

 private:
  Loaded loaded_;
};

/// What device and host have in common.
struct Parts {
  std::shared_ptr<Machine> machine;
  std::shared_ptr<backend::Device> numerics;
  std::shared_ptr<const CostModel> costs;
};

class SimSide : public backend::Device {
 public:
  SimSide(Parts parts, Side side, backend::DeviceFacts facts)
      : parts_(std::move(parts)), side_(side), facts_(std::move(facts)) {}

  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& operands) const override {
    if (auto uncounted = parts_.costs->lacks(node)) return uncounted;
    return parts_.numerics->lacks(node, operands);
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    Loaded loaded{.machine = parts_.machine,
                  .costs = parts_.costs,
                  .graph = graph,
                  .options = options,
                  .side = side_};
    backend::CompileOptions calculating = options;  // Nothing of it is timed: no tuning either.
    if (options.mode != CompileMode::kNone) calculating.mode = CompileMode::kDefault;
    ASSAY_TRY(loaded.numerics, parts_.numerics->load(graph, weights, calculating));
    if (side_ == Side::kDevice) {
      ASSAY_TRY(loaded.weights, TakenMemory::of(parts_.machine, weights.size(), "weights"));
    }
    return std::unique_ptr<backend::LoadedModel>(std::make_unique<SimModel>(std::move(loaded)));
  }
  Result<std::unique_ptr<backend::Stream>> open_stream() override {
    return std::unique_ptr<backend::Stream>(std::make_unique<SimStream>(parts_.machine));
  }
  const Clock& clock() const override { return parts_.machine->time(); }
  const VirtualClock* virtual_clock() const override { return &parts_.machine->time(); }
  void idle_until(Nanoseconds time) override { parts_.machine->time().idle_until(time); }

 protected:
  const Parts& parts() const { return parts_; }

 private:
  Parts parts_;
  Side side_;
  backend::DeviceFacts facts_;
};

class SimDevice final : public SimSide {
 public:
  explicit SimDevice(const Parts& parts)
      : SimSide(parts, Side::kDevice,
                {.name = "sim:" + parts.machine->profile().name,
                 .description =
                     format("simulated, {}; calculated by {}", parts.machine->profile().description,
                            parts.numerics->facts().name),
                 .is_simulated = true,
                 .has_queues = true}),
        host_(parts, Side::kHost,
              {.name = "host of sim:" + parts.machine->profile().name,
               .description = "simulated, one worker of the host",
               .is_simulated = true,
               .has_queues = true}) {}

  Result<std::unique_ptr<backend::Buffer>> allocate(Bytes size) override {
    return allocate_on(parts().machine, size);
  }
  backend::Device& host() override { return host_; }

 private:
  SimSide host_;
};

struct Rate {
  std::string_view name;
  double value;
};

Result<void> check(const SimProfile& profile) {
  const ComputeEngine& compute = profile.compute;
  for (const Rate& rate :
       {Rate{"f32 products", compute.f32_products_per_second},
        Rate{"f16 products", compute.f16_products_per_second},
        Rate{"i8 products", compute.i8_products_per_second},
        Rate{"product efficiency", compute.product_efficiency},
        Rate{"vector flops", compute.vector_flops_per_second},
        Rate{"memory", compute.memory_bytes_per_second},
        Rate{"memory efficiency", compute.memory_efficiency},
        Rate{"copies to the device", profile.copies.to_device_bytes_per_second},
        Rate{"copies from the device", profile.copies.from_device_bytes_per_second},
        Rate{"flops of the host", profile.host.flops_per_second},
        Rate{"memory of the host", profile.host.memory_bytes_per_second},
        Rate{"queue depth", static_cast<double>(profile.queue_depth)}}) {
    if (!(rate.value > 0)) {
      return Error::user("sim:{}: {} must be positive: got {}", profile.name, rate.name,
                         rate.value);
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<backend::Device>> make_sim_device(const SimProfile& profile,
                                                         std::unique_ptr<backend::Device> numerics,
                                                         CostModel costs) {
  ASSAY_TRY_VOID(check(profile));
  const Parts parts{.machine = std::make_shared<Machine>(profile),
                    .numerics = std::move(numerics),
                    .costs = std::make_shared<CostModel>(std::move(costs))};
  return std::unique_ptr<backend::Device>(std::make_unique<SimDevice>(parts));
}

}  // namespace assay::sim
