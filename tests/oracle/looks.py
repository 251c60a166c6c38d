"""Evidence that may be looked at as often as one likes: E, a mean over likelihood ratios or over bets, by quadrature.

A share is E = mean over q in (B, 1] of q^k (1-q)^(n-k) / (B^k (1-B)^(n-k)). A mean of values x between 0 and 1 is
E = mean over bets b in (0, 1/m] of the product of 1 + b (x - m). Both integrands are polynomials, which Gauss and Legendre's points
integrate without error but for rounding. Where that is too close to call, the polynomial is written out in fractions.
"""

from fractions import Fraction
from functools import cache
from math import comb, inf

import numpy
from numpy.polynomial.legendre import leggauss

CLOSE = 1e-9
MOST_VALUES = 300  # of a mean


@cache
def points(degree):
    """Points and weights on the line from 0 to 1, for polynomials of a degree."""
    at, weights = leggauss(degree // 2 + 1)
    return (at + 1) / 2, weights / 2


def logarithm(value):
    with numpy.errstate(divide="ignore"):
        return numpy.log(value)


def average(weights, logarithms):
    """What is too large for a float is infinite: more than any confidence asks for."""
    with numpy.errstate(over="ignore"):
        return float(weights @ numpy.exp(logarithms))


# --- shares -------------------------------------------------------------------------------------------------------------


def share_evidence(good, n, bound):
    """Against «the share of good ones is at most the bound»."""
    if (edge := at_an_edge(good > 0, n, bound)) is not None:
        return edge
    b = float(bound)
    at, weights = points(n)
    q = b + (1 - b) * at
    return average(weights, good * logarithm(q / b) + (n - good) * logarithm((1 - q) / (1 - b)))


def exact_share_evidence(good, n, bound):
    bad = n - good
    area = sum((-1) ** j * comb(bad, j) * (1 - bound ** (good + j + 1)) / (good + j + 1) for j in range(bad + 1))
    return area / (1 - bound) / (bound**good * (1 - bound) ** bad)


def at_an_edge(some_are_above, n, bound):
    """Nothing is above 1; what is above 0 is shown by one that is."""
    if bound >= 1:
        return 0.0
    if bound <= 0:
        return inf if some_are_above or bound < 0 else 1 / (n + 1)
    return None


# --- means --------------------------------------------------------------------------------------------------------------


def mean_evidence(values, bound):
    """Against «the mean is at most the bound», of values between 0 and 1."""
    if (edge := at_an_edge(any(values), len(values), bound)) is not None:
        return edge
    at, weights = points(len(values))
    m = float(bound)
    gains = numpy.array([float(value - bound) for value in values])
    return average(weights, logarithm(numpy.clip(1 + numpy.outer(at / m, gains), 0, None)).sum(axis=1))


def exact_mean_evidence(values, bound):
    product = [Fraction(1)]
    for value in values:
        longer = [*product, Fraction(0)]
        for i, factor in enumerate(product):
            longer[i + 1] += factor * (value - bound)
        product = longer
    # b runs from 0 to 1/m, and m times the area is the mean.
    return sum(factor / (i + 1) / bound**i for i, factor in enumerate(product))


# --- answers ------------------------------------------------------------------------------------------------------------


def reaches(wanted, evidence, exact, *of):
    found = evidence(*of)
    if abs(found - float(wanted)) > CLOSE * float(wanted):
        return found > wanted
    return exact(*of) >= wanted


def share_reaches(wanted, good, n, bound):
    return reaches(wanted, share_evidence, exact_share_evidence, good, n, bound)


def mean_reaches(wanted, values, bound):
    return reaches(wanted, mean_evidence, exact_mean_evidence, values, bound)
