//! What the checks of the record look for, and how often an honest team sees what they find.

/// A text for each, in the order of [`crate::settings::BUILT_IN`].
pub(super) const TEXTS: &[&str] = &[
    "With `--base` it compares the files of the newest 12 snapshots with what they were in the first commit of the base that has \
     them. It notes those of which a value was changed, moved or removed since. Values that were added are new evidence. It needs git and \
     the whole history; in a shallow clone it says that nobody can tell. What the pull request itself rewrites is listed beside. \
     An honest team sees it when it corrects a snapshot.",
    "It compares each list of the newest snapshot with the same list in the last snapshot before that has elements in it. Where all elements say the same, but \
     for their keys and their order, the list was perhaps copied and not measured. It looks at lists of 10 elements or more, \
     which say something of 2 fields beside the key, and of which at least 5 differ. Where elements come again, as `kept` or a \
     field that is `changing` says, only lists with new keys are compared. With nine values that are equally \
     frequent, an honest team sees it in 1 of 13,000 snapshots of 10 elements and in 1 of 200,000 of 20. With six values of \
     which some are rare it is 1 of 1,000 and 1 of 2,000.",
    "It compares the length of each list in the newest snapshot with the four before, in the snapshots that \
     record it. A list that has at most half as \
     many elements as their median lost some, perhaps the bad ones. It looks at lists of which that median is 20 or more. \
     Where as many come as chance sends, an honest team sees it in 1 of 100 snapshots at 20 elements and in 1 of 400 at 30.",
    "It looks at quotients of two counts, `users.active / users.asked`, of which a rule would have more. It notes one that rose \
     in the newest snapshot, compared with the last one that has both counts, though the count above did not: then the one below \
     fell, so that fewer were won over than it seems. It is a fact, and no error is possible; who really left is no fault of anybody. Where both count what happens \
     in a week, such as requests, it comes often: switch it off there.",
    "It looks at lists that the vocabulary marks as `kept`: `users: list of { id: text key } kept`. A key that the last snapshot \
     with the list has and the newest lacks is noted, unless a snapshot since then names it: `left: [ana]`. Who is left out \
     makes a share rise. An honest team sees it only when it forgets to say who left.",
    "Where a rule pools a list with a `key` over a window, one key must stand for one element. It notes a key of the newest \
     snapshot of which an earlier one of the window says something else in a field that is not `changing`. What pools this \
     field does not know it. An honest team sees it never, unless it puts right what it recorded before.",
    "It looks at shares that are measured of each element of a list and that a rule holds against a threshold, such as \
     `edit_time < 15%`. It takes the newest 12 values or more within 5 points of the threshold, from at most 12 snapshots. \
     Where all of them, or all but one, lie on the good side, and the 5 points behind hold no more, they were perhaps made to. \
     If values thin out evenly, an honest team sees it 1 time in 100 or less often. If nearly all lie a little on the good side \
     of the threshold, it is 1 time in 10.",
    "It counts what a rule asks of a list by `share` or `count`, `share(outputs where edit_time < 15%)`, over whatever window, in each of \
     the newest 5 to 12 snapshots that have the list, as long as it is as long as now. Chance makes such counts vary: 24 of 30 six times in a row is seen in 1 of 2,000 series. It notes what \
     at most 1 of 1,000 honest series would show, summed exactly, each time that it looks. Lists in which the same keys come \
     again are left out: the same tests have the same results.",
];
