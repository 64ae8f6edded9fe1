"""``fcntl``, which Python for WebAssembly lacks. Drivers for Linux import it and then leave the work to ``smbus``."""

import errno
from typing import Any, NoReturn


def ioctl(*_: Any) -> NoReturn:
    """Raises ``OSError``: a guest has no device files."""
    raise OSError(errno.EOPNOTSUPP, "a guest has no device files: use smbus2 or machine")


fcntl = flock = lockf = ioctl
