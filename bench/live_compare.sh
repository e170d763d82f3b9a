#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the same experiment twice, five times over, and asks `assay compare` each time: a difference it
# finds is one that is not there. Wants a quiet machine; the simulated pairs are a test
# (src/lab/analysis/compare_test.cc).
# usage: bench/live_compare.sh [PAIRS] [EXPERIMENT override...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
pairs=${1:-5}
shift || true
experiment=("${@:-tour/attention}")
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

run() {  # prints the folder of a new run
  ./assay run "${experiment[@]}" --scale cpu --fresh --results "$results" 2>&1 |
    sed -n 's/.* -> //p' | head -n 1
}

wrong=0
cells=0
for ((pair = 1; pair <= pairs; ++pair)); do
  before=$(run)
  after=$(run)
  table=$(./assay compare "$before" "$after")
  differ=$(grep -cE '\| (faster|slower) +\|' <<<"$table" || true)
  cells=$((cells + $(grep -cE '\| (faster|slower|same|undecided) +\|' <<<"$table" || true)))
  if ((differ > 0)); then
    wrong=$((wrong + 1))
    grep -E '\| (faster|slower) +\|' <<<"$table"
  fi
done
echo "$wrong of $pairs pairs of equal runs were told apart ($cells cells)"
((wrong == 0))
