// SPDX-License-Identifier: MIT
#include "lab/workload/device_parameter.h"

#include "lab/workload/parameters.h"

namespace assay::workload {

spec::Parameter device_parameter(std::shared_ptr<const backend::Registry> devices) {
  spec::Parameter parameter = text_parameter(
      "device", "Where it runs: a backend, as `assay list backends` names it.", "cpu");
  parameter.check = [devices = std::move(devices)](const std::string& name) {
    return devices->check(name);
  };
  return parameter;
}

}  // namespace assay::workload
