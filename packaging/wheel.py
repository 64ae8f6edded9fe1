#!/usr/bin/env python3
"""Makes a Python wheel that holds the program, so that `pip install` puts it into the PATH.

wheel.py PROGRAM VERSION PLATFORMS FOLDER README, where PLATFORMS are platform tags of Python with dots between them. The same input
makes the same bytes (PEP 427; times are those of SOURCE_DATE_EPOCH).
"""

import base64
import hashlib
import os
import sys
import time
import zipfile

NAME = "wasm_embedded_rt"


def main():
    program, version, platforms, folder, readme = sys.argv[1:]
    tags = ["py3-none-" + platform for platform in platforms.split(".")]
    info = f"{NAME}-{version}.dist-info"
    with open(readme, encoding="utf-8") as file:
        description = file.read()
    metadata = (
        "Metadata-Version: 2.1\n"
        "Name: wasm-embedded-rt\n"
        f"Version: {version}\n"
        "Summary: Runs WebAssembly components with embedded-hal drivers, on Linux hardware and in simulation\n"
        "Home-page: https://github.com/wasm-embedded/wasm-embedded-hal\n"
        "License: MIT OR Apache-2.0\n"
        "Requires-Python: >=3.8\n"
        "Description-Content-Type: text/markdown\n"
        f"\n{description}"
    )
    wheel = "Wheel-Version: 1.0\nGenerator: wasm-embedded-hal\nRoot-Is-Purelib: false\n"
    wheel += "".join(f"Tag: {tag}\n" for tag in tags)
    with open(program, "rb") as file:
        code = file.read()
    files = [
        (f"{NAME}-{version}.data/scripts/wasm-embedded-rt", code, 0o755),
        (f"{info}/METADATA", metadata.encode(), 0o644),
        (f"{info}/WHEEL", wheel.encode(), 0o644),
    ]
    # Zip has no time before 1980.
    when = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800))[:6]
    record = ""
    path = os.path.join(folder, f"{NAME}-{version}-py3-none-{platforms}.whl")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name, data, mode):
            entry = zipfile.ZipInfo(name, when)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)

        for name, data, mode in files:
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(data)}\n"
            add(name, data, mode)
        add(f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode(), 0o644)
    print(path)


main()
