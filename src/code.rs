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
         "Brackets, `if`s and operators may nest 128 levels deep, and `a + b + …` nests once for each operator. Give parts of the expression a name with `let`. A file of a megabyte of nothing but operators is refused as a whole; split it."
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

    // T3: snapshots.

    // T4: the configuration.

    // T5: findings of a judgement, and what kept one from being made.
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
