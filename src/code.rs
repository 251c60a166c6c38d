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

    // T2: names, types, units and ranges in policies.

    // T3: snapshots.

    // T4: the configuration.

    // T5: findings of a judgement, and what kept one from being made.
    T503 "stale evidence"
         "The newest snapshot of a workflow is older than the cadence and its grace allow. Gates do not open on it, and time-based rollbacks do not fire by the passing of time alone. Commit a snapshot."
    T504 "`advance_to` asks for nothing"
         "`advance_to` names the current stage or an earlier one. Name a later stage to ask, or leave the field out. Going back a stage is always allowed and needs no asking."
    T505 "a snapshot from the future"
         "A snapshot is dated later than the day after the day of judgement. Correct its date, or judge `--as-of` a later day."
    T506 "later snapshots are not seen"
         "With `--as-of`, snapshots dated later than that day are left out, as if they had not been written yet."
    T507 "nothing to judge"
         "No policy, no snapshot, or no rule that applies was found, so nothing was judged; that is never a pass. Check the `policies:` and `snapshots:` of the configuration and the stage of the workflows."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
