"""Builds a component of a program: ``python -m wasm_embedded_hal blinky.py -o blinky.wasm``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

#: The world of a program.
WORLD = """package wasm-embedded:python;
world program {
  include wasm-embedded:hal/guest@0.5.0;
  export wasi:cli/run@0.2.6;
}
"""

#: The entry of a program, as WASI 0.2 has it.
RUN = "package wasi:cli@0.2.6;\ninterface run { run: func() -> result; }\n"


def build(program: Path, output: Path, folders: list[Path]) -> int:
    """Builds a component and returns the status of componentize-py."""
    package = Path(__file__).parent
    tool = Path(sysconfig.get_path("scripts")) / "componentize-py"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wit = folder / "wit"
        (wit / "deps" / "hal").mkdir(parents=True)
        (wit / "deps" / "cli").mkdir()
        (wit / "program.wit").write_text(WORLD)
        (wit / "deps" / "cli" / "run.wit").write_text(RUN)
        for file in (package / "wit").glob("*.wit"):
            (wit / "deps" / "hal" / file.name).write_bytes(file.read_bytes())
        app = folder / "app"
        app.mkdir()
        (app / "entry_of_the_component.py").write_text(
            f"from wasm_embedded_hal.program import entry\n\nRun = entry({program.stem!r})\n"
        )
        command = [str(tool), "-q", "-d", str(wit), "-w", "program", "componentize", "entry_of_the_component", "-o", str(output)]
        # componentize-py looks for installed packages only where a virtual environment is active.
        installed = Path(sysconfig.get_path("purelib"))
        for path in dict.fromkeys([app, program.resolve().parent, *folders, package.parent, installed]):
            command += ["-p", str(path)]
        try:
            return subprocess.run(command, check=False).returncode
        except FileNotFoundError:
            print(f"{tool} is missing: pip install componentize-py==0.25.1", file=sys.stderr)
            return 1


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m wasm_embedded_hal", description="Builds a component of a program.")
    parser.add_argument("program", type=Path, help="a file with a function main()")
    parser.add_argument("-o", "--output", type=Path, required=True, help="file for the component")
    parser.add_argument("-p", "--path", type=Path, action="append", default=[], help="another folder with modules")
    options = parser.parse_args()
    if not options.program.is_file() or options.program.suffix != ".py" or not options.program.stem.isidentifier():
        parser.error(f"{options.program}: name a file whose name is a module's, such as blinky.py")
    return build(options.program, options.output, options.path)


if __name__ == "__main__":
    sys.exit(main())
