//! The table of diagnostic codes. A code is never reused; `explain` shows its text.

use std::fmt;

macro_rules! codes {
    (
        $($name:ident = $code:ident $title:literal $explanation:literal)*;
        lints: $($lint:ident = $lint_code:ident $lint_title:literal $lint_explanation:literal)*
    ) => {
        /// A stable diagnostic code, printed as `T` and three digits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!(stringify!($code), ": ", $title)] $name,)*
            $(#[doc = concat!(stringify!($lint_code), ": ", $lint_title)] $lint,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)* $(Self::$lint),*];

            /// The codes of lints.
            pub const LINTS: &'static [Self] = &[$(Self::$lint),*];

            /// The code as it is printed.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($code),)*
                    $(Self::$lint => stringify!($lint_code),)*
                }
            }

            /// What is wrong, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* $(Self::$lint => $lint_title,)* }
            }

            /// What it means and what to do.
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Self::$name => $explanation,)*
                    $(Self::$lint => $lint_explanation,)*
                }
            }

            /// The name that the sources use: `ConstantRule`.
            fn variant(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* $(Self::$lint => stringify!($lint),)* }
            }
        }
    };
}

codes! {
    // T1: the text of a policy.
    Syntax = T101 "the policy text is not understood"
         "A declaration or expression does not follow the grammar. The rest of the file is still read. Look at what was expected at the marked place."
    TooDeep = T102 "nested too deeply"
         "Brackets, `if`s and operators may nest 128 levels deep, and `a + b + …` nests once for each operator. Give parts of the expression a name with `let`; lets that use lets that use lets may come to 256 levels together, and three `where`s may stand within each other. A file of a megabyte of nothing but operators is refused as a whole; split it."
    NumberOrDateInPolicy = T103 "a number or date that cannot be"
         "A number of more than 40 digits, a date that is not in the calendar, a time without its offset, or a span that is no whole number of months. Round the number, correct the date, or write the span in days or weeks."
    UnclosedText = T104 "a text that is not closed"
         "A text ends with a quote on the line that it begins on, and a `{` in it with a `}`. Between `{` and `}` there are no quotes: give the expression a name with `let` and show that. A brace that means nothing is written `\\{`."
    ReservedWord = T105 "a reserved word used as a name"
         "The words of the grammar cannot be names of fields, params, lets, rules or stages; `note`, `warn`, `hold` and `rollback` can be names of policies and records, as a dot follows those. Choose another name."
    ComparisonChain = T106 "a chain of comparisons"
         "`a < b < c` is not understood. Join two comparisons with `and`; for a range there is `b in a to c`, both ends included."
    UnmatchedBrace = T107 "braces that do not match"
         "A block is not closed, is closed twice, or a declaration stands outside of its policy. Compare the indentation with the braces."
    IncompleteRule = T108 "a rule that is not complete"
         "A rule is `require …` with an `else`, perhaps after a `when`, or `when …` with a `then`. Say what is missing: the condition, or what a failed rule does."
    GivenTwice = T109 "given twice"
         "A rule has one `help`, one `link` and one `undecided`, a field each of its marks once, and a test one `as of`. A `given` of a test gives each field once, a record in it too, and `with` sets each param once: the last one would count, and the other would only seem to. Remove one of the two."
    EmptyGate = T110 "a gate without a rule"
         "A gate without rules would let everybody pass. Say what must be proved first, or remove the gate."
    PolicyTooLarge = T111 "a policy file that is too large"
         "Policy files of more than 1024 KiB are not read. Split the file."
    EmptyPolicy = T112 "a policy file that declares nothing"
         "The file is empty, holds comments alone, or declares no stages, fields, rules or tests. A rule that stood in it would be out of force without a word, so this is an error. Write what it should declare, or remove the file."
    NameTooLong = T113 "a name that is too long"
         "A name of a policy, of a workflow, or of workflows in a configuration has at most 200 bytes, as reports name it again and again. Choose a shorter one."
    OtherLanguage = T114 "a policy of another language"
         "`language 0.2` may stand at the very beginning of a policy file and says what it is written in. This program reads 0.2 alone: another number would be read by rules that the file does not mean, and in another place it would be said too late. Move the line. In the place of `language 0.1`, `tollgate fmt --fix` writes `language 0.2`, and then what has changed in the rest."

    // T2: names, types, units and ranges in policies.
    UnknownName = T201 "an unknown name"
         "Nothing of that name can be seen from here: no field of the snapshot or of the list's element, no let or param of this policy, no policy with such a let or param, no stage or member that is compared. Look for a typing error, or declare it."
    UnknownFunction = T202 "an unknown function"
         "The language has no function of that name. Look for a typing error: the report lists the functions, and `docs/language.md` shows each with an example."
    TypeMismatch = T203 "types that do not fit"
         "An operator, function or rule was given something of another type than it needs, such as a text where a condition is due. The report says of both sides what they are: compare the value with something of its own kind, or name another field."
    UnitMismatch = T204 "units that do not fit"
         "Both sides of a comparison, a sum or a difference need one unit. Counts, numbers and shares mix; durations and units such as `USD` do not mix with them. Write the unit behind the figure, as in `5 USD` or `2 weeks`, or compare with a value that has it."
    NeverTrue = T205 "a comparison that can never be true"
         "The declared ranges of its parts, carried through the arithmetic, leave no value for which it holds. The usual cause is a share that is compared with a bare number: write `50%` or `0.5`, not `50`."
    DeclaredTwice = T206 "a name that is declared twice"
         "Policies need different names; in a policy, so do its rules, and its lets and params. A let or param may not have the name of a field of the snapshot. Give one of the two another name, or remove the one that is not needed."
    LetCycle = T207 "lets that need each other"
         "A let may use other lets, but not itself, not even through others. The report shows the circle: write what one of them stands for without the others."
    AmbiguousName = T208 "a name that means two things"
         "Inside `where` and `by` a bare name is looked for in the list's element and outside it. Where both have it, write `it.name` for the element's and `snapshot.name` for the snapshot's."
    ParamOutOfRange = T209 "a param outside its range"
         "The value of a param must lie within the range that is declared beside it. Choose a value within the range, or widen the range if the value is meant."
    ImpossibleRange = T210 "a range that cannot be"
         "Both ends of a range are literals of the kind of the value, the lower one first. Only numbers, counts, shares, durations, and for params dates and spans of months, have ranges."
    NeverFails = T211 "a rule that can never fail"
         "By the declared ranges every requirement of the rule always holds, or its condition never does. It may be meant so: then switch the rule off where it is not wanted."
    ImpossibleWindow = T212 "a window that cannot be"
         "A window is more than nothing: a duration of whole days or weeks, or of any length where `date` is declared as a time, as a literal or a param, and `at most` so much where the series may be younger; a number of snapshots, as in `over 5 snapshots`; the calendar's, as in `over month`; `over stage`, where stages are declared; or `over all`."
    ImpossibleConfidence = T213 "a confidence that cannot be"
         "A confidence is a share between 0% and 100%, written as a literal or as a param. It needs a claim, `share(…) >= B` or `mean(…) >= B` (or `<`, `<=`, `>`) whose left side is not grouped with `by`."
    UnknownType = T214 "an unknown type or unit"
         "The types are `bool`, `text`, `date`, `time`, `duration`, `count`, `number`, `share`, `stage`, `one of […]` and `list of …`. A unit is a word in capitals that a field `number UNIT` declares, or one of the units of time from `ms` to `year`."
    UnknownStage = T215 "an unknown stage"
         "The stages are those of the ladder that `stages a -> b -> c` declares. Without such a ladder there are neither gates nor fields of type `stage`. Correct the spelling, or declare the stage."
    ImpossibleGate = T216 "a gate that cannot be"
         "A gate leads from one stage to the next one on the ladder, and is declared once in a policy. Write one gate for each step, and put the rules of two gates for one step into one."
    WrongArguments = T217 "arguments that do not fit"
         "A function was given too many or too few arguments, or one with a clause (`where`, `by`, `over`) that it does not take or without one that it needs. `docs/language.md` shows how each function is called."
    NotAValue = T218 "not a value"
         "Rules, policies and whole records are no values. Name a field of the record, or a let or param of the policy."
    NotAField = T219 "not a field"
         "`has` and `default` ask whether a field is there, so they need the path of a field that is not inside a list. For a list, ask in a `where`, as in `any(outputs where has edit_time)`."
    HarsherWhenUndecided = T220 "harsher when undecided than when failed"
         "`undecided` may make a rule that cannot be decided milder than one that fails, never harsher. Write `undecided pass` or `undecided warn`, or leave it out."
    ImpossibleCadence = T221 "a cadence that cannot be"
         "`snapshot every D grace G` takes durations of whole days or weeks, or of any length where `date` is declared as a time, and all that are declared must be the same. Declare it once, in one of the `snapshot` blocks."
    ImpossibleKey = T222 "a key that cannot be"
         "A `key` names the elements of a list: it is one field of the element, and a text, a number, a date or a member of `one of`."
    ConflictingDeclarations = T223 "two declarations that differ"
         "Several `snapshot` blocks are merged, and a field may be declared again with the same type to document it, but not with another one. There is one ladder of stages. Declare it the same in both places, or give one field another name."
    ImpossibleCount = T224 "a count of conditions that cannot be"
         "`at least N of […]` needs N to be at least 1 and at most the number of conditions. Otherwise it is always true, or never. Correct the number, or the list."
    ElementInSeries = T225 "an element where the series is read"
         "`held`, `streak`, `previous`, `first`, `latest`, `change`, `trend` and windows look at an expression in each snapshot. The element of a list that a `where` goes through belongs to one of them only. Give what is looked at along the series a name with `let`, outside of the `where`."
    FieldNotLowerCase = T226 "a field name that is not in lower case"
         "Fields are named in lower case, so that they cannot be taken for a unit. Write the name in lower case; where the snapshots have another key, `named` gives it, as in `pass_rate: share named \"passRate\"`."
    SampleForExact = T227 "a sample where an exact value is due"
         "A confidence tells how sure a sample is of a claim about an exact value. An aggregate of a list, a claim, or a let that is such is a sample itself, and its own luck would not be counted. Take one from the other, as in `share(a …) - share(b …) >= -5% with 90% confidence`, or name a field, a param or an aggregate of a single value over a window: these are exact."
    ImpossibleMark = T240 "a mark that a field cannot have"
         "`changing` is for fields of lists whose elements have a `key`, other than the key itself. `kept` is for lists with such a key that stand in no other list. `standing` is for what a `rollout.yaml` may hold: fields of the snapshot and of its records, and lists as a whole. `named` gives the key of the snapshots, which is not empty and is for one field. Leave the mark out, or put it where it means something."

    // T3: snapshots.
    UnreadableSnapshot = T301 "a file that could not be read"
         "The file could not be opened, or is not UTF-8 text. What it says of its workflow is unknown, so nothing is decided for that workflow."
    SnapshotNotYaml = T302 "not YAML"
         "The text does not follow YAML 1.2, so its snapshots cannot be read from the marked place on. Common causes: a tab as indentation, a quote or bracket that is not closed, a `:` inside a text that should be quoted."
    SnapshotTooLarge = T303 "larger than the limits"
         "Snapshots are limited in size, in how deep they nest, in how many values they hold and in what their aliases expand to, so that no file can stall a run. Split the file, or write the values out."
    UnsupportedYaml = T304 "a part of YAML that snapshots do not use"
         "Tags (`!!str`), merge keys (`<<`), keys that are not text, aliases as keys and versions of YAML other than 1.2 are refused: a reader could take them for something else. Types come from the declared vocabulary; standing facts belong into a `rollout.yaml`."
    DuplicateKey = T305 "a key that is there twice"
         "A record names each of its fields once. Remove one of the two."
    WrongType = T306 "a value of another type"
         "The value does not have the type that the vocabulary declares for the field. Quoted values are text: only texts, dates, stages and members of `one of` may be quoted. Booleans are `true` and `false` alone."
    OutOfRange = T307 "outside its range"
         "The value lies outside the range that is declared for the field. A share lies between 0% and 100% unless it is declared otherwise; counts and durations are never negative."
    BareShareAboveOne = T308 "a bare number for a share that is more than a whole"
         "A share is written `15%` or `0.15`. A bare number beyond 1 would be read as more than 100%, which is hardly ever meant, so it is refused whatever the declared range."
    WrongUnit = T309 "a unit that does not fit"
         "The value has a unit that its field does not have, or lacks one that it needs: a duration is always written with its unit, as `300 ms` or `2 weeks`."
    ImpossibleNumber = T310 "a number that cannot be"
         "Numbers are exact decimals of at most 40 digits, with exponents from -40 to 40. NaN, infinities, separators and other bases are refused; leave out what is not known."
    ImpossibleDate = T311 "a date that cannot be"
         "A date is written `2026-11-02`, without a time of day, and must be in the calendar. A time is written with its offset, as in `2026-11-02T14:05Z`: a local time is no instant."
    MissingRequiredField = T312 "a field that is required is missing"
         "The vocabulary declares the field as required. A key that is empty or `null` counts as missing. A standing fact may be given in a `rollout.yaml` beside the snapshots."
    MisspeltField = T313 "a misspelt field"
         "The key is not declared, but close to a declared field that the record lacks. Correct its spelling; left as it is, the value would be lost without a word."
    UndeclaredField = T314 "a field that is not declared"
         "No policy can read the value, because the vocabulary does not declare the field. Declare it in a `snapshot` block, or remove it."
    DuplicateDate = T315 "two snapshots of one workflow with one date"
         "A workflow has one snapshot for a date. Correct the date of one of them, or merge them."
    DuplicateElement = T316 "a list's element that is there twice"
         "The field that is declared as `key` names an element of its list, so its value can be there only once in a snapshot. Remove one of the two elements, or correct its key."
    BareOneForShare = T317 "a bare 1 for a share"
         "A bare `1` for a share is read as 100%, though 1% may have been meant. Write `100%` or `1%`."
    NotAStandingFact = T318 "a field that is no standing fact"
         "A `rollout.yaml` lies under every snapshot of its folder, so a measurement in it would be one of each week. It holds `workflow` and the fields that the policies declare as `standing`. Move what was measured into the snapshots; what is the same in all of them, a policy declares as in `owner: text standing`."
    EmptySnapshotFile = T319 "no snapshot in this file"
         "The file is empty, or holds nothing but comments. Fill it in or remove it."
    UndeclaredWord = T320 "a word that is not declared"
         "The value is not a stage of the ladder, or not a member of the field's `one of`."
    SeveralStandingFacts = T321 "more than one set of standing facts"
         "A folder has one `rollout.yaml`, which holds one document."
    FurtherProblems = T322 "further problems that are not shown"
         "A file with very many problems shows the first of them. Correct these, and the rest will be shown."
    LookAlikeWorkflows = T323 "workflows whose names look alike"
         "Two workflows differ in their names only by case, blanks, dashes, hidden characters or letters that are drawn the same. Each is judged by its own snapshots, so that what was measured of one thing may lie in two series, the good in one and the bad in the other. Give them one name, or two that nobody takes for one another."
    FileOfAnotherDay = T330 "a file that is named after another day"
         "The name of the file holds one date, and the only snapshot in it is of another. Whoever looks for a day by the names of files does not find it. Rename the file, or correct the date."
    SnapshotAfterRetirement = T331 "a snapshot after the workflow's last day"
         "`retired` names the last day of a workflow: on days after it, it is judged no more. A newest snapshot that is dated later contradicts it. If the workflow goes on, remove `retired` or set a later day; else correct the date of the snapshot, or remove it."
    PartAboveWhole = T332 "a part that is more than its whole"
         "A policy takes one count of the snapshots as a share of another, as in `share(errors of requests)`, and in this snapshot the part is the larger of the two. A share of more than 100% would mean nothing, so the workflow is not judged. Correct the count that is wrong; if the one is no part of the other, write `errors / requests` in the policy."
    NobodyLeft = T333 "a key that cannot have left"
         "`left` names the keys of lists that are `kept` whose elements are gone for good. This one is in no such list of any earlier snapshot. Write the key as those have it, or remove it."

    // T4: the configuration.
    ConfigNotYaml = T401 "the configuration is not YAML"
         "The text of `tollgate.yaml` does not follow YAML 1.2, or is larger than the limits allow. Correct it at the marked place; a text with a `:` or a `#` in it belongs in quotes."
    SettingType = T402 "a setting of another type"
         "The setting does not have the type that it should have: `policies` is a list of texts, `snapshots` a text or a list of texts, `params` and `rules` are maps by name, `overrides` and `waivers` lists of maps. A check of the record, such as `record.copied`, is `note` or `off`. `tollgate schema config` gives editors a schema that says so while you type."
    UnknownSetting = T403 "a setting that does not exist"
         "The key is not one that `tollgate.yaml` knows. A misspelt setting would be lost without a word, so it is refused."
    DuplicateSetting = T405 "a setting that is there twice"
         "Each setting is given once. Remove one of the two."
    UnusableBase = T406 "a base that cannot be extended"
         "`extends` names the configuration that this one builds on, by its path from this file's folder. It must be there, lie in the same repository (the folder with `.git`, else the folder that is checked) unless `--allow-outside` says otherwise, and no file may come to extend itself."
    NothingHasThisName = T407 "nothing has this name"
         "A param, rule, stage or workflow that a configuration names does not exist: none of the policies that are read declares it, and no snapshot is of it. Look for a typing error; params and rules are written `policy.name`."
    ParamValueType = T408 "a value that does not fit its param"
         "A param takes values of the type that its policy declares it with, written as in a policy: `85%`, `2 weeks`, `0.05 USD`, `2026-11-02`. One that is used as a window takes whole days or weeks, one that is used as a confidence more than 0% and less than 100%."
    ParamValueOutOfRange = T409 "a value outside of its range"
         "The value must lie within the range that the policy declares for the param, and within each range that a base gives it. The value of the base stays in force. Choose one within the range, or ask whoever keeps the base."
    Locked = T410 "locked by a base"
         "A base says `locked: true` of this param or rule: it keeps its value or effect in every file that extends it, and only that base, or its own bases, may waive it. Remove the setting, or ask whoever keeps the base."
    IncompleteWaiver = T411 "a waiver that is not complete"
         "A waiver names a `rule` and a `workflow`, says `because`, has an `owner`, and ends: `until` is its last day. One of these is missing or is not what it should be, so it waives nothing."
    WidenedRange = T412 "a range that is wider than the one above"
         "A file may narrow the range of a param for the files that extend it, and never widen what the policy declares or a base narrowed. The lower end stands first."
    ExpiredWaiver = T413 "a waiver that has expired"
         "The last day of the waiver has passed, so it lifts nothing. Remove it; or, if the reason still holds, decide that anew and move the date."
    UnneededWaiver = T414 "a waiver that lifts nothing"
         "No rule needs this waiver now: it passes, does not apply or is off, or no workflow has that name. Remove it before it hides something else."
    WaiverEndsSoon = T415 "a waiver that ends soon"
         "The waiver ends within a week, and what it lifts will hold again. Put right what it lifts, or decide in time whether to move the date."
    UnwaivableRollback = T416 "a rollback that cannot be waived"
         "A waiver lifts a hold, also that of a rollback that is undecided. A rollback that fired has the evidence for it, and no waiver lifts it: go back a stage, or, if the rule itself is wrong, change its effect or its threshold where everybody sees it."
    OverrideForNoWorkflow = T417 "an override for no workflow"
         "No workflow has a name that fits the `workflows` of this override, so it has no effect. Correct the name, or remove the override."
    EmptyConfiguration = T418 "a configuration that sets nothing"
         "The file is empty, or holds comments alone. The shipped policies would judge in the place of those that stood in it, so this is an error. Write `policies: [builtin]` if these are meant, or remove the file."
    SettingEnds = T419 "a setting that ends"
         "A base narrows a range, or locks a param or rule, from a day on, and this setting does not fit that. It counts until the day before. From then on counts what would be in force without it. Give a value that fits, with `from:` and that day, or ask whoever keeps the base. A waiver of a rule that a base locks from a day on lifts nothing from then on."

    // T5: findings of a judgement, and what kept one from being made.
    RuleFailed = T501 "a rule failed"
         "What the rule asks for is not so. The report shows the values it saw, where they stand in the snapshots, and what would let it pass. Its effect says what follows: a `note` and a `warn` are only shown, a `hold` keeps the workflow where it is, a `rollback` sends it back. Improve what was measured; or, with a reason and an end date, lift a hold with a waiver in `tollgate.yaml`."
    RuleUndecided = T502 "a rule is undecided"
         "The evidence is not enough to say that the rule passes or fails: a value is missing, a window is not covered, or there are too few observations for the confidence asked for. Undecided never passes silently: a rule that would hold holds. Supply the evidence that the report names; a rule may also say otherwise with `undecided warn` or `undecided pass`."
    NoSnapshot = T503 "no snapshot was found"
         "There is nothing to judge. `snapshots:` in `tollgate.yaml` says where the snapshots lie; without it they are `rollouts/**/*.yaml`. Hidden files and folders are not looked into."
    NoPolicy = T504 "no policy was found"
         "There is nothing to judge by. `policies:` in `tollgate.yaml` lists files, folders with `.gate` files, and `builtin` for the shipped policies; files that end in `.test.gate` hold tests and are no policies."
    UnreadableFile = T505 "a file cannot be read"
         "The file or folder is there and cannot be used: it may not be read, is no regular file, is too large, is a link that leads out of the repository, or is not UTF-8 text. The other files are judged all the same, but the judgement is not complete."
    NothingFound = T506 "nothing is found under this name"
         "An entry of `policies:` or `snapshots:`, or the folder to check, does not exist, or no file matches it. For policies that is an error: rules that somebody named would be out of force. A submodule that was not fetched is an empty folder. Paths are relative to the folder of the `tollgate.yaml` that they stand in, and stay in the repository. Or a folder `rollouts/` belongs to no project: give the folder that it lies in a `tollgate.yaml`."
    UnknownShippedPolicy = T507 "no shipped policy has this name"
         "`builtin:NAME` takes one policy of the shipped pack; `builtin` takes all of them."
    UnknownWorkflow = T508 "no workflow has this name"
         "`--workflow`, and what `workflow` is compared with in a `where` on `workflows`, is the name that the snapshots give in `workflow`."
    NothingAsked = T510 "`advance_to` asks for nothing"
         "`advance_to` names the current stage or an earlier one. Name a later stage to ask, or leave the field out. Going back a stage is always allowed and needs no asking."
    FutureSnapshot = T511 "a snapshot from the future"
         "A snapshot is dated later than the day after the day of judgement. Correct its date, or judge `--as-of` a later day."
    TimeForDays = T516 "a time where the series run by days"
         "`--as-of` takes a time only where the vocabulary declares `date: time required`. Elsewhere a snapshot is of a day, and so is a judgement: give the day."
    HistoryUnknown = T517 "a history that is not all there"
         "`record.rewritten` compares the snapshots of a base with what they were when they first came to it. That takes git and the whole history, and a shallow clone has a part of it. Fetch the rest, or set `record.rewritten: off`."
    LaterSnapshotsUnseen = T512 "later snapshots are not seen"
         "With `--as-of`, snapshots dated later than that day are left out, as if they had not been written yet."
    NothingJudged = T513 "nothing to judge"
         "No policy, no snapshot, or no rule that applies was found, so nothing was judged; that is never a pass. Check the `policies:` and `snapshots:` of the configuration and the stage of the workflows."
    BaseWithoutPolicies = T514 "the base has no policies"
         "The commit that `--base` names has neither a `tollgate.yaml` nor a `rollouts/` folder, so nothing but the pull request itself could judge it. From the next one on its policies count. A base that has snapshots and no configuration is judged by the shipped policies, as `check` would there."
    ClosedGate = T515 "a gate that no rule opens"
         "A workflow asks for a gate, or has moved through it, and no rule of the gate passed: each was not applicable, off, failed with a warning or a note, or stayed undecided without holding. A gate that shows nothing is not open. Let one of its rules hold, correct their `when`, or waive one: whoever waives a rule signs for it."
    TooMuchToJudge = T520 "a workflow is too much to judge"
         "Judging it takes more steps, longer numbers or more snapshots than the limits in `SECURITY.md` allow. A part of it would be no verdict, so there is none. Aggregates within aggregates over long lists, and windows within `held` over long series, cost the product of their lengths; numbers are exact, so what is multiplied by itself again and again gets long."
    RunTooLarge = T521 "a run is too much to judge"
         "All workflows together take more steps, or have more to be reported, than the limits in `SECURITY.md` allow for files of this size. No verdict of the run counts, as it would depend on which workflow came first. Judge fewer workflows at once, or by fewer rules."
    UnreadConfiguration = T530 "a configuration that is not read"
         "A file is called nearly like `tollgate.yaml`, as in `tollgate.yml` or `.tollgate.yaml`, or lies in a folder above the one that is checked. It would not be read, and other policies would judge than somebody thinks, so nothing is decided. Rename it, remove it, or check its folder."
    MisleadingCharacter = T531 "a character that shows readers something else"
         "A file holds a carriage return without a line feed, another character that some take for the end of a line, or one that turns the direction of text. What a reviewer sees may then differ from what is read: a line may look like a comment and be none. Take it out. In a text of a snapshot it may stand as an escape, as in `\"\\u202e\"`."

    // T6: tests of policies.
    UnmetExpectation = T601 "an expectation is not met"
         "A `test` block expects something of a rule or of the decision that is not so for the snapshots it gives. Either the policy or the test is wrong; the report shows what the rule saw."
    UnrunnableTest = T602 "a test cannot be run"
         "A `test` block names a rule or param that does not exist, gives a value that no snapshot could have, no snapshot at all, none of another workflow until the day of judgement, or files that are not there. Correct the test at the marked place; it can give only what a snapshot can say."
    NoTest = T603 "no test was found"
         "There is nothing to run, which is never a pass. `tollgate test` takes a folder with a `tollgate.yaml`, a folder with `.gate` files, or one such file; tests are `test` blocks, in files that end in `.test.gate` beside the policies."
    Unseen = T604 "tests leave something unseen"
         "No test expects, and gets, an outcome that the rule can have, or one in which the marked condition decides: had it been the other way, the rule would have come out the same. A mistake there would go unnoticed. Write a test on each side of it; `--min 90%` asks for so much of what is counted."
    UnnoticedMistake = T605 "a mistake in a policy that no test would notice"
         "The policy was changed in one small way (a threshold moved by a step, a comparison turned, a condition left out, an effect made milder), and every test still passed. Add a test that tells the two apart; where one was found, it is shown. Where no snapshot could, say why in a comment on the line or above it: `# untested: REASON`."
    TestsNotRun = T606 "tests that are not run"
         "A file that ends in `.test.gate` lies beside no policy that a `tollgate.yaml` lists under `policies:`, so nobody knows which policies it tests. List its folder there, or give `tollgate test` that folder by itself."
    UnjustifiedUntested = T607 "an `untested` comment that justifies nothing"
         "A comment says that no test can notice a mistake in a line, but the tests notice each of them, or the comment gives no reason. Take the comment out, or write the reason."
;

    // T7: lints of policies, which never change a verdict.
    lints:
    ConstantRule = T701 "a rule or condition with one outcome"
         "With the declared ranges and the values in force, no measured values make the rule fire, fail, pass or apply, or all of them do: it says two things of one expression that exclude each other, or something that is always so. Compare the marked condition with what its policy, gate and `when` say of the same expression."
    LaxRollback = T702 "a rollback that is laxer than the hold before it"
         "A rollback fires at values at which the hold on the same expression does not, so that a workflow is sent back before anybody was told to stop. Make the hold the stricter of the two, or exchange their thresholds."
    OverlappingThresholds = T703 "thresholds that do not go together"
         "Of one expression a gate asks for less than a standing rule holds or rolls back at, so that the gate opens and the rule stops at once; or no value passes two rules. The report names such a value. Move one of the thresholds, or let both use one param."
    UnreachableConfidence = T704 "a confidence that the sample cannot reach, or that says nothing"
         "Even if every element of the sample that is asked for beside it were good, the claim would not be shown with that confidence (by the exact binomial distribution; a mean needs five values). Ask for as many as the report says, or for a lower confidence. Below 50% a sample can show a claim and its opposite: ask for more."
    EmptyListPasses = T705 "an empty list passes"
         "`none(…)` is yes and `count(…)` is 0 where the list is empty, so a workflow of which nothing was looked at passes. Require in the same rule or gate how many there must be. Where an empty list is good news, as of incidents, say so in a comment: `# lint: T705 REASON`."
    UnlikelyHeld = T706 "a run that will hardly ever be seen"
         "Inside `held` and `streak` each snapshot has to show the claim with its own sample, as one that is undecided ends the run. With as many as are asked for beside it (or none, if nothing is asked for) that is impossible, or its chance is below 20% though the true share is half way between the threshold and all. Ask for more in each snapshot, look at a window with `over`, or leave out the confidence."
    UnusedParam = T707 "a param that nothing uses"
         "No rule depends on the param, not even through lets or messages, so that setting it changes nothing. Use it, or remove it."
    UnreadField = T708 "a field that no rule reads"
         "The vocabulary asks for a value that no condition or message reads. Texts and keys are for people and need no rule. Write the rule that was meant, or remove the field."
    BareNumber = T709 "a threshold that is a bare number"
         "A value of the snapshots is compared with a number that stands in the policy, so that nobody can set it in `tollgate.yaml` and nothing says within which range it makes sense. Declare a param. The numbers 0 and 1 (100%) are not meant."
    UntestedRule = T710 "a rule without a test"
         "No `test` block expects anything of the rule, so nobody would notice if it were changed by mistake. Add a test in which it fails and one in which it passes to a file `NAME.test.gate` beside the policy."
    PatternAsText = T711 "a pattern that is compared as a text"
         "`==`, `!=` and `in [...]` compare texts letter by letter, so that a `*` is a star. `matches` compares with a pattern, in which `*` is any letters or none and `?` any one. Where the star is meant, say so in a comment: `# lint: T711 REASON`."
    TakenWord = T712 "a name that is a word of the language"
         "A field, let or param has the name of a word of the language, such as `workflows`. What is declared is meant wherever it is seen, so that nobody can use the word there, and a reader may take the one for the other. Choose another name; a field can keep its key with `named`."
    SlowRollback = T713 "a rollback that asks for evidence of every look"
         "`at every look` weighs all that the stage has seen, so that after a fall many weeks of bad outputs are needed before it says so: after twelve weeks at 90% good, a fall to 70% is seen within twelve more in less than 1 of 1,000 cases. It is for gates, which are asked again and again. Let a rollback look at a short window instead, as in `share(outputs where light over 4 weeks) < 80% with 99% confidence`."
}

impl Code {
    /// The name that a configuration may give a lint: `constant_rule`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in self.variant().chars() {
            if c.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(c.to_ascii_lowercase());
        }
        name
    }

    /// The names of all lints.
    pub fn lint_names() -> Vec<String> {
        Self::LINTS.iter().map(|lint| lint.name()).collect()
    }

    /// The lint of a code or name.
    pub fn lint(name: &str) -> Option<Self> {
        Self::LINTS.iter().copied().find(|lint| lint.as_str() == name || lint.name() == name)
    }

    /// Whether it is of a policy alone, and never of evidence.
    pub fn is_lint(self) -> bool {
        Self::LINTS.contains(&self)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
