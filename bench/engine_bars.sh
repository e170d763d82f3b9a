#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The engine's bars in one go: attention, products, models, each beside its peers in the same minute,
# and at the end one line a bar with its ratio and interval, those that are not reached first. Wants
# a quiet machine with two cores and about 40 minutes; what a bar is stands at the head of each bench.
# usage: bench/engine_bars.sh [--small] [--preset release] [--only MODEL]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=release
small=()
only=()
while (($# > 0)); do
  case $1 in
    --small) small=(--small) ;;
    --preset) preset=$2 && shift ;;
    --only) only=(--only "$2") && shift ;;
    *) echo "engine_bars: unknown argument $1; usage: bench/engine_bars.sh [--small] [--preset NAME] [--only MODEL]" >&2 && exit 2 ;;
  esac
  shift
done
scripts/build "$preset" attention_bench linear_bench models_bench

# OpenBLAS takes the kernels of an old CPU where it does not know this one (oracle/machine/library_hints).
if [[ -z ${OPENBLAS_CORETYPE:-} ]] && grep -q GenuineIntel /proc/cpuinfo && grep -qw avx512vl /proc/cpuinfo; then
  export OPENBLAS_CORETYPE=SkylakeX
fi
load=$(cut -d ' ' -f 1 /proc/loadavg)
echo "load before: $load$(awk -v load="$load" 'BEGIN { if (load > 0.5) print "; others are at work, so this is no verdict" }')"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bench() { # its name, then its arguments; its output is shown and kept
  echo "== $*"
  find "build/$preset" -name "$1" -type f -perm -u+x -print -quit | {
    read -r program
    "$program" "${@:2}"
  } | tee "$out/$1"
}
bench attention_bench "${small[@]}"
bench linear_bench "${small[@]}"
bench models_bench "${small[@]}" "${only[@]}"

# One line a bar: its verdict, what it is, the case, ratio [low, high]. Reached: the whole interval is;
# NOT: none of it is; else the interval straddles the bar.
verdicts='
  function verdict(text, bar,   part) {
    if (split(text, part, /[][, ]+/) < 3) return "one process:"
    return part[2] >= bar ? "reached:" : part[3] < bar ? "NOT reached:" : "undecided:"
  }
  function verdict_below(text, bar,   part) {
    split(text, part, /[][, ]+/)
    return part[3] <= bar ? "reached:" : part[2] > bar ? "NOT reached:" : "undecided:"
  }
  function ratio_in(text) {  # the last one
    found = ""
    while (match(text, /[0-9.]+ \[[0-9.]+, [0-9.]+\]/)) {
      found = substr(text, RSTART, RLENGTH)
      text = substr(text, RSTART + RLENGTH)
    }
    return found
  }'
echo "== bars"
{
  awk -F '|' "$verdicts"'
    NF > 3 && split($1, size, " ") == 4 && size[2] >= 1024 && size[3] == 64 {
      ratio = ratio_in($4)
      print verdict(ratio, 1.5), "flash attention 1.5 times as fast as math,", size[2], "keys,", size[4], "heads:", ratio
    }' "$out/attention_bench"
  awk -F '|' "$verdicts"'
    /weights in no cache/ { where = " from memory" }
    NF > 5 && split($1, size, " ") == 3 && size[1] + 0 > 0 {
      ratio = ratio_in($(NF - 1))
      if (ratio != "")
        print verdict(ratio, 1), "product at least as fast as the best peer, " size[1] "x" size[2] "x" size[3] where ":", ratio
    }
    NF > 7 && split($1, size, " ") == 2 && size[1] + 0 > 0 {  # One row, weights from memory.
      where = ", one row " size[1] "x" size[2] ":"
      split($2, f32, " ")
      print (f32[2] + 0 >= 92 ? "reached:" : "NOT reached:"), "92 % of the read bandwidth" where, f32[2], "(median)"
      i8 = ratio_in($NF)
      sub(/[0-9.]+ \[[0-9., ]+\] *$/, "", $NF)
      f16 = ratio_in($NF)
      print verdict_below(f16, 0.58), "f16 in 0.58 of the f32 time" where, f16
      print verdict_below(i8, 0.43), "i8 in 0.43 of the f32 time" where, i8
    }' "$out/linear_bench"
  awk "$verdicts"'
    /^[^ ].*: .*GFLOP/ { model = $1; sub(/:$/, "", model) }
    /torch.s best/ {
      ratio = ratio_in($0)
      print verdict(ratio, 1.15), "1.15 times as fast as the best of LibTorch,", model ":", ratio == "" ? $5 : ratio
    }
    /longest . shortest/ { print ($4 + 0 <= 1.05 ? "reached:" : "NOT reached:"), "time linear in the batch within 5 %,", model ":", $4 + 0 }
    /LibTorch is not here/ { print "not measured: 1.15 times as fast as the best of LibTorch,", model }' "$out/models_bench"
} | sort
