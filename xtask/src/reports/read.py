"""Prints each test of a JUnit report as junitparser has it: name, outcome, and what it says of a failure."""

import sys

from junitparser import JUnitXml

for suite in JUnitXml.fromfile(sys.argv[1]):
    for case in suite:
        outcomes = [type(result).__name__ for result in case.result] or ["Passed"]
        said = " ".join(f"{result.message} {result.text or ''}" for result in case.result)
        print(case.name, ",".join(outcomes), " ".join(said.split()), sep="\t")
