#!/bin/bash
# measure.sh PROGRAM [COUNT]: what scenarios cost, in one run: the CPU time of one against `run` of the same guest without expectations, and of
# COUNT scenarios (1,000) in one command, with its memory. `cargo build --package wasm-embedded-rt` makes the program, and
# `cargo build --package scenario-guests --target wasm32-wasip2 --profile guest` the guests.
set -euo pipefail
program=$(realpath "$1"); repository=$(realpath "$(dirname "$0")/../.."); count=${2:-1000}
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
export XDG_CACHE_HOME=$folder/cache XDG_STATE_HOME=$folder/state
cp "$repository"/target/wasm32-wasip2/guest/{fan,presses,sensor,station}.wasm .
for kind in fan presses sensor station; do
  for n in $(seq $((count / 4))); do cp "$repository/scenario/guests/scenarios/$kind.toml" "$kind-$n.toml"; done
done
"$program" test fan-1.toml presses-1.toml sensor-1.toml station-1.toml > /dev/null   # fills the cache
python3 - "$program" "$count" <<'PY'
import glob, os, resource, subprocess, sys, tomllib, time
program, count = sys.argv[1], int(sys.argv[2])
def cost(args):
    before = resource.getrusage(resource.RUSAGE_CHILDREN); begun = time.monotonic()
    subprocess.run([program, *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.monotonic() - begun; after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall
text = open("station-1.toml").read()
board = text.split("[[step]]")[0].split("\n", 3)[3].replace("[policy.", "[").replace("[[policy.", "[[")
open("board.toml", "w").write("\n".join(l for l in board.splitlines() if not l.startswith(("title", "component"))))
tests, runs = [], []
for _ in range(15):
    tests.append(cost(["test", "station-1.toml"])[0])
    p = subprocess.run([program, "run", "station.wasm", "--policy", "board.toml", "--timeout", "60s"], capture_output=True, text=True)
    assert p.returncode in (0, 123), p.stderr
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, "run", "station.wasm", "--policy", "board.toml", "--timeout", "60s"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN); runs.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
test, run = sorted(tests)[7], sorted(runs)[7]
print(f"station: test {test*1000:.0f} ms, run {run*1000:.0f} ms, ratio {test/run:.2f}")
cpu, wall = cost(["test", *glob.glob("*-[0-9]*.toml"), "--jobs", "2"])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{count} scenarios: {cpu:.1f} s of CPU, {wall:.1f} s, {count/wall:.0f} a second ({count/cpu*2:.0f} on two free cores), peak {peak:.1f} MB")
PY
