"""One-sided confidence bounds, from scipy's distributions; where a bound is too close to call, from the exact tail."""

from fractions import Fraction
from math import comb, sqrt

from scipy.optimize import brentq
from scipy.stats import beta, norm, t

from values import NO, UNDECIDED, YES

CLOSE = 1e-7
# A difference that comes so near to its target is undecided, and near to that line nothing is compared.
TOO_NEAR = 1e-9
FARTHEST = 38  # standard errors: beyond them no confidence is less than one


class TooClose(Exception):
    """Rounding decides here."""


def tail(successes, n, p):
    """How probable it is to see at least so many successes of n, each with the probability p: exactly."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(successes, n + 1))


def share_bound_side(side, k, n, confidence, target):
    """Whether the lower or upper bound of Clopper and Pearson is below (-1), at (0) or above (1) the target."""
    if side == "upper":
        return -share_bound_side("lower", n - k, n, confidence, 1 - target)
    if k == 0:
        return (0 > target) - (0 < target)
    bound = beta.ppf(float(1 - confidence), k, n - k + 1)
    if abs(bound - float(target)) > CLOSE:
        return 1 if bound > target else -1
    excess = tail(k, n, target) - (1 - confidence)
    return (excess < 0) - (excess > 0)


def verdict(op, near, far):
    """Of a comparison, by where the bound on the near side and the one on the far side lie."""
    if op in ("<", "<="):
        near, far = -near, -far
    reached = near > 0 if op in ("<", ">") else near >= 0
    missed = far <= 0 if op in ("<", ">") else far < 0
    return YES if reached else NO if missed else UNDECIDED


def share_verdict(op, lowest, highest, confidence, low, high):
    """Of `share op target with confidence`, by the lowest and highest share that the sample may be, each the good ones and all;
    the target lies between low and high."""
    if op in (">", ">="):
        near = share_bound_side("lower", *lowest, confidence, high)
        far = share_bound_side("upper", *highest, confidence, low)
    else:
        near = share_bound_side("upper", *highest, confidence, low)
        far = share_bound_side("lower", *lowest, confidence, high)
    return verdict(op, near, far)


def census_verdict(op, lowest, highest, confidence, low, high, whole):
    """Of a sample drawn from a whole of so many without replacement: every share that the whole may have is tried."""
    if max(lowest[1], highest[1]) > whole:
        return UNDECIDED
    if op in ("<", "<="):
        turned = [(n - good, n) for good, n in (highest, lowest)]
        return census_verdict({"<": ">", "<=": ">="}[op], *turned, confidence, *(None if t is None else 1 - t for t in (high, low)), whole)

    alpha = 1 - confidence
    (sure, n), (possible, m) = lowest, highest
    wholes = range(whole + 1)
    if high is not None and all(drawn(whole, d, n, range(sure, n + 1)) <= alpha for d in wholes if not holds(op, d, high, whole)):
        return YES
    if low is not None and all(drawn(whole, d, m, range(possible + 1)) <= alpha for d in wholes if holds(op, d, low, whole)):
        return NO
    return UNDECIDED


def drawn(whole, good, n, wanted):
    """How probable it is to draw one of the wanted numbers of good ones."""
    ways = sum(comb(good, i) * comb(whole - good, n - i) for i in wanted if 0 <= i <= n and n - i <= whole - good)
    return Fraction(ways, comb(whole, n))


def holds(op, good, target, whole):
    return good > target * whole if op == ">" else good >= target * whole


def census_confidence(op, lowest, highest, target, whole):
    """The highest confidence at which the comparison would be yes, or none where the sample is larger than the whole."""
    if max(lowest[1], highest[1]) > whole:
        return None
    if op in ("<", "<="):
        turned = [(n - good, n) for good, n in (highest, lowest)]
        return census_confidence({"<": ">", "<=": ">="}[op], *turned, 1 - target, whole)
    sure, n = lowest
    misses = [d for d in range(whole + 1) if not holds(op, d, target, whole)]
    return 1 - max((drawn(whole, d, n, range(sure, n + 1)) for d in misses), default=Fraction(0))


def mean_and_error(values):
    """The mean and its standard error, or none if the values are too few or all alike."""
    n = len(values)
    if n < 5 or len(set(values)) == 1:
        return None
    mean = sum(values) / n
    variance = sum((v - mean) ** 2 for v in values) / (n - 1)
    return mean, sqrt(float(variance / n))


def mean_verdict(op, values, confidence, low, high):
    found = mean_and_error(values)
    if found is None:
        return UNDECIDED
    mean, error = found
    margin = float(t.ppf(float(confidence), len(values) - 1)) * error

    def side(bound, target):
        return (bound > target) - (bound < target)

    lower, upper = float(mean) - margin, float(mean) + margin
    if op in (">", ">="):
        return verdict(op, side(lower, float(high)), side(upper, float(low)))
    return verdict(op, side(upper, float(low)), side(lower, float(high)))


def share_confidence(op, lowest, highest, target):
    """The highest confidence at which the comparison would be yes."""
    sure, n = lowest
    if op in ("<", "<="):
        good, n = highest
        sure, target = n - good, 1 - target
    if sure == 0 and target <= 0:
        return Fraction(op in (">=", "<="))
    return 1 - tail(sure, n, target)


def mean_confidence(op, values, target):
    found = mean_and_error(values)
    if found is None:
        return None
    mean, error = found
    return Fraction(float(t.cdf((float(mean - target) if op in (">", ">=") else float(target - mean)) / error, len(values) - 1)))


# --- differences --------------------------------------------------------------------------------------------------------


def wilson(good, n, z):
    """The bounds of a share: the shares at which what was seen lies z standard errors away."""
    p, spread = good / n, z * z / n
    reach = z * sqrt(p * (1 - p) / n + spread / n / 4)
    return (p + spread / 2 - reach) / (1 + spread), (p + spread / 2 + reach) / (1 + spread)


def newcombe(first, second, z):
    """The bounds of one share less another, by Newcombe's tenth method, for z standard errors."""
    (a, b), (low_a, high_a), (low_b, high_b) = (first[0] / first[1], second[0] / second[1]), wilson(*first, z), wilson(*second, z)
    return a - b - sqrt((a - low_a) ** 2 + (high_b - b) ** 2), a - b + sqrt((high_a - a) ** 2 + (b - low_b) ** 2)


def welch(first, second):
    """One mean less another, its standard error and the degrees of freedom; none if there is no saying."""
    found = [mean_and_error(values) for values in (first, second)]
    if None in found:
        return None
    (a, of_a), (b, of_b) = found
    error = sqrt(of_a**2 + of_b**2)
    freedom = error**4 / (of_a**4 / (len(first) - 1) + of_b**4 / (len(second) - 1))
    return float(a - b), error, freedom


def clear(bound, target):
    """Whether a bound is above the target (1), below it (-1), or so near that it is neither."""
    if target is None:
        return 0
    distance = bound - float(target)
    if TOO_NEAR / 2 < abs(distance) < 2 * TOO_NEAR:
        raise TooClose
    return 0 if abs(distance) < TOO_NEAR else 1 if distance > 0 else -1


def difference_verdict(op, lower, upper, low, high):
    """Of bounds; the target lies between low and high."""
    if op in (">", ">="):
        return YES if clear(lower, high) > 0 else NO if clear(upper, low) < 0 else UNDECIDED
    return YES if clear(upper, low) < 0 else NO if clear(lower, high) > 0 else UNDECIDED


def shares_apart(op, lowest, highest, confidence, low, high):
    """Of one share less another: the pairs of both, at the lowest and at the highest that the difference may be."""
    z = float(norm.ppf(float(confidence)))
    return difference_verdict(op, newcombe(*lowest, z)[0], newcombe(*highest, z)[1], low, high)


def means_apart(op, first, second, confidence, low, high):
    found = welch(first, second)
    if found is None:
        return UNDECIDED
    difference, error, freedom = found
    margin = float(t.ppf(float(confidence), freedom)) * error
    return difference_verdict(op, difference - margin, difference + margin, low, high)


def shares_apart_confidence(op, lowest, highest, target):
    """The highest confidence at which the comparison would be yes. Below one half the lower bound is above the difference."""
    if op in ("<", "<="):
        (a, b) = highest
        return shares_apart_confidence(">", (b, a), None, -target)
    (a, b), target = lowest, float(target)
    difference = a[0] / a[1] - b[0] / b[1]
    side = 1 if difference >= target else -1

    def beyond(z):
        return side * (newcombe(a, b, z)[side < 0] - target)

    if abs(difference - target) < TOO_NEAR:
        return Fraction(1, 2)
    z = FARTHEST if beyond(FARTHEST) > 0 else brentq(beyond, 0, FARTHEST, xtol=1e-13)
    return Fraction(float(norm.cdf(side * z)))


def means_apart_confidence(op, first, second, target):
    found = welch(first, second)
    if found is None:
        return None
    difference, error, freedom = found
    beyond = difference - float(target) if op in (">", ">=") else float(target) - difference
    return Fraction(float(t.cdf(beyond / error, freedom)))
