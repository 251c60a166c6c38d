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
    T501 "a rule failed"
         "What the rule asks for is not so. The report shows the values it saw, where they stand in the snapshots, and what would let it pass. Its effect says what follows: a `note` and a `warn` are only shown, a `hold` keeps the workflow where it is, a `rollback` sends it back. Improve what was measured; or, with a reason and an end date, lift a hold with a waiver in `tollgate.yaml`."
    T502 "a rule is undecided"
         "The evidence is not enough to say that the rule passes or fails: a value is missing, a window is not covered, or there are too few observations for the confidence asked for. Undecided never passes silently: a rule that would hold holds. Supply the evidence that the report names; a rule may also say otherwise with `undecided warn` or `undecided pass`."
    T503 "no snapshot was found"
         "There is nothing to judge. `snapshots:` in `tollgate.yaml` says where the snapshots lie; without it they are `rollouts/**/*.yaml`. Hidden files and folders are not looked into."
    T504 "no policy was found"
         "There is nothing to judge by. `policies:` in `tollgate.yaml` lists files, folders with `.gate` files, and `builtin` for the shipped policies; files that end in `.test.gate` hold tests and are no policies."
    T505 "a file cannot be read"
         "The file or folder is there and cannot be used: it may not be read, is no regular file, is too large, is a link that leads out of the repository, or is not UTF-8 text. The other files are judged all the same, but the judgement is not complete."
    T506 "nothing is found under this name"
         "An entry of `policies:` or `snapshots:`, or the folder to check, does not exist, or no file matches it. Paths are relative to the folder of `tollgate.yaml` and stay within it."
    T507 "no shipped policy has this name"
         "`builtin:NAME` takes one policy of the shipped pack; `builtin` takes all of them."
    T508 "no workflow has this name"
         "`--workflow` takes the name that the snapshots give in `workflow`."
    T509 "stale evidence"
         "The newest snapshot of a workflow is older than the cadence and its grace allow. Gates do not open on it, and time-based rollbacks do not fire by the passing of time alone. Commit a snapshot."
    T510 "`advance_to` asks for nothing"
         "`advance_to` names the current stage or an earlier one. Name a later stage to ask, or leave the field out. Going back a stage is always allowed and needs no asking."
    T511 "a snapshot from the future"
         "A snapshot is dated later than the day after the day of judgement. Correct its date, or judge `--as-of` a later day."
    T512 "later snapshots are not seen"
         "With `--as-of`, snapshots dated later than that day are left out, as if they had not been written yet."
    T513 "nothing to judge"
         "No policy, no snapshot, or no rule that applies was found, so nothing was judged; that is never a pass. Check the `policies:` and `snapshots:` of the configuration and the stage of the workflows."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
