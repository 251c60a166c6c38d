"""Whether a value as people read it is the value that was expected, up to the digits that are shown."""

import re
from fractions import Fraction

from values import *

UNITS = {"": 1, "%": Fraction(1, 100), "USD": 1, "ms": Fraction(1, 1000), "s": 1, "min": 60, "h": 3600, "hour": 3600,
         "hours": 3600, "day": 86400, "days": 86400, "week": 604800, "weeks": 604800}
AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?(?:e-?\d+)?) ?([a-zA-Z%]*)$")


def amount(text):
    """A number as it is shown, and by how much it may be off."""
    found = AMOUNT.match(text)
    if not found or found[2] not in UNITS:
        raise ValueError(f"what is {text!r}?")
    number, unit = found[1], UNITS[found[2]]
    digits = len(number.partition("e")[0].partition(".")[2]) - int(number.partition("e")[2] or 0)
    return Fraction(number) * unit, Fraction(1, 10) ** digits * unit


def near(text, expected):
    value, tolerance = amount(text)
    return abs(value - expected) <= tolerance


def matches(text, value, groups=()):
    """`groups` are the keys of those that an extreme may come from: one of them stands behind it."""
    if groups and (found := re.match(r"(.*) \((.*)\)$", text)):
        return found[2] in groups and matches(found[1], value)
    if groups:
        return False
    if isinstance(value, Between) and value.low is None and value.high is None:
        value = UNKNOWN
    if isinstance(value, str):
        return text == value or (value == UNKNOWN and text == UNDECIDED)
    if isinstance(value, Run):
        value = value.seconds()
    text = text.rpartition(" = ")[2].removeprefix("approximately ")
    low, high = value.low, value.high
    if found := re.match(r"between (.*) and (.*)$", text):
        return None not in (low, high) and near(found[1], low) and near(found[2], high)
    if found := re.match(r"at least (.*)$", text):
        return high is None and low is not None and near(found[1], low)
    if found := re.match(r"at most (.*)$", text):
        return low is None and high is not None and near(found[1], high)
    if text in (UNKNOWN, UNDECIDED) or None in (low, high):
        return False
    return near(text, low) and near(text, high)
