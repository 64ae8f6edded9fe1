"""Ends in the way that the second argument names."""

import random
import sys
import time

#: Drawn and dated while the component was built, and so the same in every run.
FROZEN = f"{random.random()} {time.time()}"


def main() -> None:
    """Ends."""
    how = sys.argv[2]
    print(f"frozen: {FROZEN}")
    print(f"drawn: {random.random()}")
    if how == "raise":
        raise ValueError("nothing to show")
    if how != "return":
        sys.exit(int(how))
