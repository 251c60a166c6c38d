"""What the formulas of this folder give, against values that were computed elsewhere in two other ways each."""

from fractions import Fraction

from scipy.optimize import brentq
from scipy.stats import norm

import looks
import stats

# Good ones, all, the threshold, E.
SHARES = [(16, 16, "0.8", 745759583941 / 73014444032), (28, 30, "0.8", 4.6127909051320), (30, 30, "0.8", 130.16025273328),
          (53, 60, "0.8", 2.1334885455450), (107, 120, "0.8", 13.414120825387), (12, 15, "0.5", 64839 / 7280),
          (34, 34, "0.9", 10.015605145525), (0, 10, "0.5", 1 / 11), (656, 780, "0.8", 12.551513222209),
          # Of the other side: the bad ones against one less the threshold.
          (13, 30, "0.2", 18.227764004919), (21, 60, "0.2", 7.3462260905696), (30, 30, "0.9", 7.3192983470728)]
LOWER_BOUNDS = [(27, 30, .715912724061), (54, 60, .776404984047), (30, 30, .887639253527), (20, 25, .563315998886)]
# Values from 1 to 5, the threshold, E.
MEANS = [([4, 5, 3, 4, 5], "3.5", 1.8853866666667), ([5] * 5, "3.5", 4.38256), ([4] * 20, "3", 474.94143763043),
         ([1, 2, 1, 3, 2], "3", .25833333333333)]
# 5 better, 1 worse and 24 equal ones, by a margin of 10 points.
PAIRED = [1] * 5 + [-1] + [0] * 24, "-0.1", 20.818830430323
# Good ones, drawn, in all, the threshold, the probability.
DRAWN = [(27, 30, 60, "0.8", 406295 / 14140294), (6, 6, 12, "0.8", 1 / 11), (8, 8, 12, "0.8", 1 / 55), (5, 6, 12, "0.5", 1 / 132),
         (16, 20, 40, "0.6", 317 / 66526)]
# Two shares, the confidence, the lower bound of their difference.
APART = [((56, 70), (48, 80), .975, .052431472402), ((27, 30), (21, 30), .9, .067951860641), ((26, 30), (25, 30), .9, -.087360553589),
         ((85, 100), (88, 100), .9, -.092533201322)]
RATINGS = [[Fraction(v) for v in values] for values in ([4, 5, 3, 4, 5], [3, 3, 4, 2, 3])]


def between(values, low, high):
    return [(Fraction(value) - low) / (high - low) for value in values]


def computed():
    """Pairs of what comes out and what should."""
    for good, n, bound, wanted in SHARES:
        for of_share in (looks.share_evidence, looks.exact_share_evidence):
            yield of_share(good, n, Fraction(bound)), wanted
    for good, n, wanted in LOWER_BOUNDS:
        yield brentq(lambda bound: looks.share_evidence(good, n, bound) - 10, .01, good / n - 1e-6, xtol=1e-14), wanted
    for values, bound, low, high, wanted in [*((values, bound, 1, 5, wanted) for values, bound, wanted in MEANS), (*PAIRED[:2], -1, 1, PAIRED[2])]:
        for of_mean in (looks.mean_evidence, looks.exact_mean_evidence):
            yield of_mean(between(values, low, high), between([bound], low, high)[0]), wanted
    # Of nothing but good and bad ones a mean is a share.
    yield looks.mean_evidence([Fraction(1)] * 28 + [Fraction(0)] * 2, Fraction(4, 5)), 4.6127909051320
    for good, n, whole, bound, wanted in DRAWN:
        yield 1 - stats.census_confidence(">=", (good, n), (good, n), Fraction(bound), whole), wanted
    for first, second, level, wanted in APART:
        lower = stats.newcombe(first, second, norm.ppf(level))[0]
        yield lower, wanted
        yield stats.shares_apart_confidence(">=", (first, second), (first, second), lower), level
    yield stats.newcombe((56, 70), (48, 80), norm.ppf(.975))[1], .33387265404
    difference, error, freedom = stats.welch(*RATINGS)
    yield from [(difference / error, 2.4494897428), (freedom, 7.7837837838)]
    yield stats.means_apart_confidence(">=", *RATINGS, 0), .97961358574


def selftest():
    for number, (found, wanted) in enumerate(computed(), 1):
        if abs(float(found) - wanted) > 1e-9 * max(1, abs(wanted)):
            raise SystemExit(f"the oracle's formulas are wrong: value {number} is {float(found)}, and should be {wanted}")
