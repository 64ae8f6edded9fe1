#!/usr/bin/env bash
# The hints YIELD and WFE of a Cortex-M end a run with "Invalid instruction (UC_ERR_INSN_INVALID)".
#
# One would expect: YIELD (0xbf10) and WFE (0xbf20) are hints of every Armv6-M, Armv7-M and Armv8-M processor (Arm DDI 0553, "YIELD" and
# "WFE"); YIELD may do nothing, and WFE may wake up for no reason, so that running both as NOP is right. Compilers emit YIELD for a pause
# in a loop that waits, as Rust's `core::hint::spin_loop` is.
#
# What happens: QEMU, which Unicorn is made of, leaves its loop at both to give another processor its turn; Unicorn takes that for an
# instruction that does not exist, and stops. NOP and SEV, which have the same encoding but for four bits, are run.
#
# Version: unicorn 2.1.4 of PyPI.
# Concerns: whoever runs firmware under Unicorn: a program that is right ends at its first busy wait. A hook for invalid instructions
# that returns true behind YIELD goes on.
# Needs bash and Python 3 with venv. Exit status 0: still so. 1: it changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check unicorn==2.1.4 setuptools==80.9.0

"$folder/venv/bin/python" - <<'PYTHON'
import unicorn
from unicorn import UC_ARCH_ARM, UC_MODE_MCLASS, UC_MODE_THUMB, Uc, UcError, UC_ERR_INSN_INVALID, UC_ERR_OK
from unicorn.arm_const import UC_CPU_ARM_CORTEX_M33, UC_ARM_REG_R0

HINTS = {"nop": 0xBF00, "yield": 0xBF10, "wfe": 0xBF20, "sev": 0xBF40}


def run(hint):
    """Runs `hint; movs r0, #1` and returns Unicorn's error and r0."""
    machine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
    machine.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M33)
    machine.mem_map(0x1000, 0x1000)
    machine.mem_write(0x1000, HINTS[hint].to_bytes(2, "little") + b"\x01\x20")
    error = UC_ERR_OK
    try:
        machine.emu_start(0x1001, 0x1004)
    except UcError as failure:
        error = failure.errno
    return error, machine.reg_read(UC_ARM_REG_R0)


print("Unicorn", unicorn.__version__)
seen = {hint: run(hint) for hint in HINTS}
for hint, (error, r0) in seen.items():
    print(f"{hint:5}  {UcError(error) if error else 'runs'}, r0 = {r0} after it")
assert seen["nop"] == seen["sev"] == (UC_ERR_OK, 1), seen
assert seen["yield"] == seen["wfe"] == (UC_ERR_INSN_INVALID, 0), "YIELD and WFE are no longer invalid instructions"
PYTHON
