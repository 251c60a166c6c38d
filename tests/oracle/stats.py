"""One-sided confidence bounds, from scipy's distributions; where a bound is too close to call, from the exact tail."""

from fractions import Fraction
from math import comb, sqrt

from scipy.stats import beta, t

from values import NO, UNDECIDED, YES

CLOSE = 1e-7


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

    def chance(good, n, wanted):
        ways = sum(comb(good, i) * comb(whole - good, n - i) for i in wanted if 0 <= i <= n and n - i <= whole - good)
        return Fraction(ways, comb(whole, n))

    def holds(good, target):
        return good > target * whole if op == ">" else good >= target * whole

    alpha = 1 - confidence
    (sure, n), (possible, m) = lowest, highest
    if high is not None and all(chance(d, n, range(sure, n + 1)) <= alpha for d in range(whole + 1) if not holds(d, high)):
        return YES
    if low is not None and all(chance(d, m, range(possible + 1)) <= alpha for d in range(whole + 1) if holds(d, low)):
        return NO
    return UNDECIDED


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
