//! What the checks of the record look for, and how often an honest team sees what they find.

/// A text for each, in the order of [`crate::settings::BUILT_IN`].
pub(super) const TEXTS: &[&str] = &[
    "With `--base` it compares the files of the newest 12 snapshots with the first commit of the base that has them. It notes a \
     file of which a value was changed, moved or removed since. Added values are new evidence. It needs git and the whole history; in a \
     shallow clone it reports that it cannot tell. What the pull request itself rewrites is listed separately. An honest team sees \
     it when it corrects a snapshot.",
    "It compares each list of the newest snapshot with the same list when it was last recorded. If all elements say the same, except \
     for their keys and their order, somebody may have copied the list instead of measuring. It looks at lists of 10 elements or \
     more, with values for 2 fields besides the key, of which at least 5 elements differ. If the list is `kept` or a field is \
     `changing`, elements come again, and only lists with new keys are compared. With nine values that are equally frequent, an \
     honest team sees it in 1 of 13,000 snapshots of 10 elements and in 1 of 200,000 of 20. With six values of which some are \
     rare it is 1 of 1,000 and 1 of 2,000.",
    "It compares the length of each list in the newest snapshot with the last four that recorded it. A list with at most half as many \
     elements as their median lost some, perhaps the bad ones. It looks at lists whose median is 20 or more. If the number of \
     elements varies by chance, an honest team sees it in 1 of 100 snapshots at 20 elements and in 1 of 400 at 30.",
    "It looks at quotients of two counts, `users.active / users.asked`, if a larger quotient helps a rule. It notes one that rose \
     since both counts were last recorded, although the first count did not. So the second count fell, and less was gained than it seems. It is \
     a fact and never an error: people may really have left. If both count what happens in a week, such as requests, it comes \
     often: switch it off there.",
    "It looks at lists that the vocabulary marks as `kept`: `users: list of { id: text key } kept`. It notes a key that is in \
     the last snapshot with the list and not in the newest, unless a snapshot since then says `left: [ana]`. A share rises when \
     somebody is left out. An honest team sees it only when it forgets to say who left.",
    "If a rule pools a list with a `key` over a window, one key must stand for one element. It notes a key of the newest snapshot \
     if an earlier one in the window differs in a field that is not `changing`. That field is then unknown to the rule. An \
     honest team never sees it, unless it corrects what it recorded before.",
    "It looks at shares of each element of a list that a rule compares with a threshold, such as `edit_time < 15%`. It takes the \
     newest 12 values or more within 5 points of the threshold, from at most 12 snapshots. Perhaps all of them, or all but one, \
     are on the good side, and the 5 points behind have no more. Then somebody may have adjusted them. If values thin out evenly, an honest team sees it 1 time in 100 or less often. If nearly all are a little on the good side \
     of the threshold, it is 1 time in 10.",
    "It counts what a rule asks of a list by `share` or `count`, over any window: `share(outputs where edit_time < 15%)`. It takes \
     the newest 5 to 12 snapshots with lists of the same length, each by itself. Such counts vary by chance: 24 of 30 six times in a row occurs in 1 of 2,000 series. It notes what at most \
     1 of 1,000 honest series would show, summed exactly, each time that it looks. Lists in which the same keys come again are \
     left out: the same tests have the same results.",
];
