"""The entry of a component: runs the function ``main`` of a program."""

from __future__ import annotations

import importlib
import random
import sys
import traceback
from collections.abc import Callable
from typing import Any

from componentize_py_types import Err


def entry(module: str) -> type:
    """Returns the class ``Run`` that componentize-py looks for, around ``main`` of a module.

    The module is imported now, while the component is built: what its top level computes is part of the component. A run ends with
    status 0 if ``main`` returns, and with 1 if it raises: then its traceback goes to the standard error.
    """
    main: Callable[[], Any] = importlib.import_module(module).main

    class Run:
        """The interface ``wasi:cli/run``."""

        def run(self) -> None:
            """Runs ``main``."""
            # Numbers that were drawn from a generator of the build would be the same in every run.
            random.seed()
            try:
                main()
            except SystemExit:
                raise
            except BaseException:
                traceback.print_exc()
                sys.stdout.flush()
                sys.stderr.flush()
                raise Err(None) from None

    return Run
