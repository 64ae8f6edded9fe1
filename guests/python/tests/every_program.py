"""All programs in one component, since a component takes long to build: the first argument names the one to run."""

import sys
from types import ModuleType

import blinky
import button
import display
import drivers
import ends
import i2cdetect
import ranges
import thermometer
import transactions

PROGRAMS: list[ModuleType] = [blinky, button, display, drivers, ends, i2cdetect, ranges, thermometer, transactions]


def main() -> None:
    """Runs the program that the first argument names."""
    next(each for each in PROGRAMS if each.__name__ == sys.argv[1]).main()
