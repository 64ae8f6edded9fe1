"""Hardware of the policy's labels for guests in Python.

``machine`` and ``utime`` are shaped like MicroPython's modules of these names, ``smbus2`` and ``smbus`` like the libraries for Linux.
``python -m wasm_embedded_hal`` builds a component of a program with a function ``main``.
"""

__version__ = "0.5.0"
