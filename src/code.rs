//! The table of diagnostic codes. A code is never reused; `explain` shows its text.

use std::fmt;

macro_rules! codes {
    ($($code:ident $title:literal $explanation:literal)*) => {
        /// A stable diagnostic code: `T` and three digits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// The code as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// What is wrong, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }

            /// What it means and what to do.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$code => $explanation,)* }
            }
        }
    };
}

codes! {
    // T1: the text of a policy.
    T101 "the policy text is not understood"
         "A declaration or expression does not follow the grammar. The rest of the file is still read. Look at what was expected at the marked place."
    T102 "nested too deeply"
         "Expressions and brackets may nest 128 levels deep. Give parts of the expression a name with `let`."
    T103 "a number or date that cannot be"
         "A number of more than 40 digits, a date that is not in the calendar, or a span that is no whole number of months."
    T104 "a text that is not closed"
         "A text ends with a quote on the line that it begins on, and a `{` in it with a `}`. Between `{` and `}` there are no quotes: give the expression a name with `let` and show that. A brace that means nothing is written `\\{`."
    T105 "a reserved word used as a name"
         "The words of the grammar cannot be names of fields, params, lets, rules or stages; `note`, `warn`, `hold` and `rollback` can be names of policies and records, as a dot follows those. Choose another name."
    T106 "a chain of comparisons"
         "`a < b < c` is not understood. Join two comparisons with `and`; for a range there is `b in a to c`, both ends included."
    T107 "braces that do not match"
         "A block is not closed, is closed twice, or a declaration stands outside of its policy. Compare the indentation with the braces."
    T108 "a rule that is not complete"
         "A rule is `require …` with an `else`, perhaps after a `when`, or `when …` with a `then`. Say what is missing: the condition, or what a failed rule does."
    T109 "given twice"
         "A rule has one `help`, one `link` and one `undecided`, a field one `key` and one `required`, and a test one `as of`. Remove one of the two."
    T110 "a gate without a rule"
         "A gate without rules would let everybody pass. Say what must be proved first, or remove the gate."
    T111 "a policy file that is too large"
         "Policy files of more than 1024 KiB are not read. Split the file."

    // T2: names, types, units and ranges in policies.
    T201 "an unknown name"
         "Nothing of that name can be seen from here: no field of the snapshot or of the list's element, no let or param of this policy, no policy with such a let or param, no stage or member that is compared. Look for a typing error, or declare it."
    T202 "an unknown function"
         "The language has no function of that name."
    T203 "types that do not fit"
         "An operator, function or rule was given something of another type than it needs, such as a text where a condition is due."
    T204 "units that do not fit"
         "Both sides of a comparison, a sum or a difference need one unit. Counts, numbers and shares mix; durations and units such as `USD` do not mix with them."
    T205 "a comparison that can never be true"
         "The declared ranges of its parts, carried through the arithmetic, leave no value for which it holds. The usual cause is a share that is compared with a bare number: write `50%` or `0.5`, not `50`."
    T206 "a name that is declared twice"
         "Policies need different names; in a policy, so do its rules, and its lets and params. A let or param may not have the name of a field of the snapshot."
    T207 "lets that need each other"
         "A let may use other lets, but not itself, not even through others."
    T208 "a name that means two things"
         "Inside `where` and `by` a bare name is looked for in the list's element and outside it. Where both have it, write `it.name` for the element's and `snapshot.name` for the snapshot's."
    T209 "a param outside its range"
         "The value of a param must lie within the range that is declared beside it."
    T210 "a range that cannot be"
         "Both ends of a range are literals of the kind of the value, the lower one first. Only numbers, counts, shares, durations, and for params dates and spans of months, have ranges."
    T211 "a rule that can never fail"
         "By the declared ranges every requirement of the rule always holds, or its condition never does. It may be meant so: then switch the rule off where it is not wanted."
    T212 "a window that cannot be"
         "A window is a duration of whole days or weeks, more than none, written as a literal or as a param; or `over stage`, where stages are declared."
    T213 "a confidence that cannot be"
         "A confidence is a share between 0% and 100%, written as a literal or as a param. It is had of a claim `share(…) >= B` or `mean(…) >= B` (or `<`, `<=`, `>`) whose left side is not grouped with `by`."
    T214 "an unknown type or unit"
         "The types are `bool`, `text`, `date`, `duration`, `count`, `number`, `share`, `stage`, `one of […]` and `list of …`. A unit is a word in capitals that a field `number UNIT` declares, or one of the units of time from `ms` to `year`."
    T215 "an unknown stage"
         "The stages are those of the ladder that `stages a -> b -> c` declares. Without such a ladder there are neither gates nor fields of type `stage`."
    T216 "a gate that cannot be"
         "A gate leads from one stage to the next one on the ladder, and is declared once in a policy."
    T217 "arguments that do not fit"
         "A function was given too many or too few arguments, or one with a clause (`where`, `by`, `over`) that it does not take or without one that it needs."
    T218 "not a value"
         "Rules, policies and whole records are no values. Name a field of the record, or a let or param of the policy."
    T219 "not a field"
         "`has` and `default` ask whether a field is there, so they need the path of a field that is not inside a list."
    T220 "harsher when undecided than when failed"
         "`undecided` may make a rule that cannot be decided milder than one that fails, never harsher."
    T221 "a cadence that cannot be"
         "`snapshot every D grace G` takes durations of whole days or weeks, and all that are declared must be the same."
    T222 "a key that cannot be"
         "A `key` names the elements of a list: it is one field of the element, and a text, a number, a date or a member of `one of`."
    T223 "two declarations that differ"
         "Several `snapshot` blocks are merged, and a field may be declared again with the same type to document it, but not with another one. There is one ladder of stages."
    T224 "a count of conditions that cannot be"
         "`at least N of […]` needs N to be at least 1 and at most the number of conditions. Otherwise it is always true, or never."
    T225 "an element where the series is read"
         "`held`, `streak`, `previous`, `first`, `latest`, `change`, `trend` and windows look at an expression in each snapshot. The element of a list that a `where` goes through belongs to one of them only."
    T226 "a field name that is not in lower case"
         "Fields are named in lower case, so that they cannot be taken for a unit."
    T299 "understood but not evaluated yet"
         "The construct is checked, but this version does not evaluate it. What uses it is left out."

    // T3: snapshots.

    // T4: the configuration.

    // T5: findings of a judgement, and what kept one from being made.
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
