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
         "Brackets, `if`s and operators may nest 128 levels deep, and `a + b + …` nests once for each operator. Give parts of the expression a name with `let`. Lets that use other lets may nest 256 levels together, and three `where`s may be inside each other. A file of a megabyte of nothing but operators is refused as a whole; split it."
    NumberOrDateInPolicy = T103 "an impossible number or date"
         "The number has more than 40 digits, the date is not in the calendar, the time has no offset, or the span is not a whole number of months. Round the number, correct the date, or write the span in days or weeks."
    UnclosedText = T104 "a text without its closing quote"
         "A text ends with a quote on the line that it begins on, and a `{` in it with a `}`. Between `{` and `}` there are no quotes: give the expression a name with `let` and show that. Write a plain brace as `\\{`."
    ReservedWord = T105 "a reserved word used as a name"
         "The words of the grammar cannot be names of fields, params, lets, rules or stages. `note`, `warn`, `hold` and `rollback` can be names of policies and records, because a dot follows them. Choose another name."
    ComparisonChain = T106 "a chain of comparisons"
         "Tollgate does not understand `a < b < c`. Join two comparisons with `and`. For a range write `b in a to c`, which includes both ends."
    UnmatchedBrace = T107 "braces that do not match"
         "A block is not closed, is closed twice, or a declaration is outside its policy. Compare the indentation with the braces."
    IncompleteRule = T108 "a rule that is not complete"
         "A rule is `require …` with an `else`, possibly after a `when`, or `when …` with a `then`. Add what is missing: the condition, or what a failed rule does."
    GivenTwice = T109 "given twice"
         "A rule has one `help`, one `link` and one `undecided`. A field has each of its marks once, and a test has one `as of`. A `given` of a test gives each field and record once, and `with` sets each param once. Only the last one would count. Remove one of the two."
    EmptyGate = T110 "a gate without a rule"
         "A gate without rules would let everybody pass. Add a rule, or remove the gate."
    PolicyTooLarge = T111 "a policy file that is too large"
         "Policy files of more than 1024 KiB are not read. Split the file."
    EmptyPolicy = T112 "a policy file that declares nothing"
         "The file is empty, has only comments, or declares no stages, fields, rules or tests. A rule that used to be in it would silently stop working, so this is an error. Write what it should declare, or remove the file."
    NameTooLong = T113 "a name that is too long"
         "The name of a policy or workflow, or a pattern for workflows, has at most 200 bytes, because reports repeat it. Choose a shorter one."
    OtherLanguage = T114 "a policy of another language"
         "`language 0.2` may be the first line of a policy file and says which language the file uses. This program reads only 0.2. With another number, or in another place, the file would be read by the wrong rules. Move the line to the beginning. `tollgate fmt --fix` replaces `language 0.1` by `language 0.2`, and fixes what has changed in the rest."

    // T2: names, types, units and ranges in policies.
    UnknownName = T201 "an unknown name"
         "Nothing has that name here: no field, no let, no param, no policy, and no stage or member that is compared. Look for a typing error, or declare it."
    UnknownFunction = T202 "an unknown function"
         "The language has no function of that name. Look for a typing error: the report lists the functions, and `docs/language.md` shows each with an example."
    TypeMismatch = T203 "types that do not fit"
         "An operator, function or rule got a value of the wrong type, such as a text instead of a condition. The report shows the types of both sides. Compare the value with one of its own kind, or name another field."
    UnitMismatch = T204 "units that do not fit"
         "Both sides of a comparison, a sum or a difference need one unit. Counts, numbers and shares mix; durations and units such as `USD` do not mix with them. Write the unit behind the figure, as in `5 USD` or `2 weeks`, or compare with a value that has it."
    NeverTrue = T205 "a comparison that can never be true"
         "By the declared ranges of its parts, no value makes it true. The usual cause is a share that is compared with a bare number: write `50%` or `0.5`, not `50`."
    DeclaredTwice = T206 "a name that is declared twice"
         "Policies need different names; in a policy, so do its rules, and its lets and params. A let or param may not have the name of a field of the snapshot. Give one of the two another name, or remove the one that is not needed."
    LetCycle = T207 "lets that use each other in a cycle"
         "A let may use other lets, but not itself, not even through others. The report shows the cycle. Rewrite one of them without the others."
    AmbiguousName = T208 "a name that means two things"
         "Inside `where` and `by` a bare name may mean a field of the list's element or one outside it. If both have it, write `it.name` for the element's and `snapshot.name` for the snapshot's."
    ParamOutOfRange = T209 "a param outside its range"
         "The value of a param must be in the range that its line declares. Choose a value in the range, or widen the range if you want the value."
    ImpossibleRange = T210 "an impossible range"
         "Both ends of a range are literals of the value's kind, the lower one first. Numbers, counts, shares and durations have ranges, and for params also dates and spans of months."
    NeverFails = T211 "a rule that can never fail"
         "By the declared ranges, every requirement of the rule is always true, or its condition is never true. If that is what you want, switch the rule off instead."
    ImpossibleWindow = T212 "an impossible window"
         "A window is a duration of whole days or weeks, as a literal or a param: `over 4 weeks`, or `over at most 4 weeks` for a young series. If `date` is declared as a time, it may have any length. Other windows are `over 5 snapshots`, `over month`, `over all`, and `over stage` if you declare stages."
    ImpossibleConfidence = T213 "an impossible confidence"
         "A confidence is a share between 0% and 100%, written as a literal or as a param. It needs a claim, `share(…) >= B` or `mean(…) >= B` (or `<`, `<=`, `>`) whose left side is not grouped with `by`. The left side may also be a share field: its snapshots then record what was counted, as in `957 of 1008`."
    UnknownType = T214 "an unknown type or unit"
         "The types are `bool`, `text`, `date`, `time`, `duration`, `count`, `number`, `share`, `stage`, `one of […]` and `list of …`. A unit is a word in capitals that a field `number UNIT` declares, or one of the units of time from `ms` to `year`."
    UnknownStage = T215 "an unknown stage"
         "The stages are those of the ladder that `stages a -> b -> c` declares. Without such a ladder there are neither gates nor fields of type `stage`. Correct the spelling, or declare the stage."
    ImpossibleGate = T216 "an impossible gate"
         "A gate leads from one stage to the next one on the ladder, and is declared once in a policy. Write one gate for each step, and put the rules of two gates for one step into one."
    WrongArguments = T217 "arguments that do not fit"
         "The function has too many or too few arguments, a clause (`where`, `by`, `over`) that it does not take, or lacks one that it needs. `docs/language.md` shows how each function is called."
    NotAValue = T218 "not a value"
         "A rule, a policy or a whole record is not a value. Name a field of the record, or a let or param of the policy."
    NotAField = T219 "not a field"
         "`has` and `default` ask whether a field is there, so they need the path of a field that is not inside a list. For a list, ask in a `where`, as in `any(outputs where has edit_time)`."
    HarsherWhenUndecided = T220 "harsher when undecided than when failed"
         "`undecided` may make an undecided rule milder than a failed one, but never more severe. Write `undecided pass` or `undecided warn`, or leave it out."
    ImpossibleCadence = T221 "an impossible cadence"
         "`snapshot every D grace G` takes durations of whole days or weeks. If `date` is declared as a time, they may have any length. All declarations must be the same, so declare the cadence once."
    ImpossibleKey = T222 "an impossible key"
         "A `key` names the elements of a list: it is one field of the element, and a text, a number, a date or a member of `one of`."
    ConflictingDeclarations = T223 "two declarations that differ"
         "Several `snapshot` blocks are merged, and a field may be declared again with the same type to document it, but not with another one. There is one ladder of stages. Declare it the same in both places, or give one field another name."
    ImpossibleCount = T224 "an impossible count of conditions"
         "`at least N of […]` needs N to be at least 1 and at most the number of conditions. Otherwise it is always true, or never. Correct the number, or the list."
    ElementInSeries = T225 "an element where the series is read"
         "`held`, `streak`, `previous`, `first`, `latest`, `change`, `trend` and windows look at an expression in each snapshot. The element of a list in a `where` belongs to one snapshot only. Give the expression a name with `let`, outside the `where`."
    FieldNotLowerCase = T226 "a field name that is not in lower case"
         "Fields are named in lower case, so that nobody confuses them with a unit. Write the name in lower case. If the snapshots have another key, `named` gives it, as in `pass_rate: share named \"passRate\"`."
    SampleForExact = T227 "a sample where an exact value is due"
         "A confidence says how much a sample shows about an exact value. An aggregate of a list, a claim, or a let that is one of these is a sample itself, and its own luck would not count. Subtract one from the other, as in `share(a …) - share(b …) >= -5% with 90% confidence`, or name a field, a param or an aggregate of a single value over a window: these are exact."
    ImpossibleMark = T240 "a mark that a field cannot have"
         "`changing` is for fields of lists whose elements have a `key`, other than the key itself. `kept` is for lists with such a key that are not inside another list. `standing` is for what a `rollout.yaml` may contain: fields of the snapshot and of its records, and whole lists. `named` gives the key in the snapshots; it is not empty, and belongs to one field. Leave the mark out, or move it to a field that can have it."

    ReservedField = T241 "a field that is called `collected`"
         "The key `collected` of a snapshot says where its values are from: `tollgate collect` writes it, and no policy reads it. A field of a snapshot can have neither this name nor this key. Give the field another name, in the policies and in the snapshots. Fields inside records and lists may be called so."

    // T3: snapshots.
    UnreadableSnapshot = T301 "a file that could not be read"
         "The file could not be opened, or is not UTF-8 text. What it says about its workflow is unknown, so nothing is decided for that workflow."
    SnapshotNotYaml = T302 "not YAML"
         "The text does not follow YAML 1.2, so its snapshots cannot be read after the marked place. Common causes: a tab as indentation, a quote or bracket that is not closed, a `:` inside a text that should be quoted."
    SnapshotTooLarge = T303 "larger than the limits"
         "Snapshots have limits, so that no file can stall a run: for their size, their nesting, the number of their values, and what their aliases expand to. Split the file, or write the values out."
    UnsupportedYaml = T304 "a part of YAML that snapshots do not use"
         "Tags (`!!str`), merge keys (`<<`), keys that are not text, aliases as keys, and versions of YAML other than 1.2 are errors, because people misread them. Types come from the declared vocabulary. Standing facts belong in a `rollout.yaml`."
    DuplicateKey = T305 "a key that occurs twice"
         "A record names each of its fields once. Remove one of the two."
    WrongType = T306 "a value of another type"
         "The value does not have the type that the vocabulary declares for the field. Quoted values are text: only texts, dates, stages and members of `one of` may be quoted. Booleans are `true` and `false` alone."
    OutOfRange = T307 "outside its range"
         "The value is outside the declared range of the field. A share is between 0% and 100% unless its declaration says otherwise; counts and durations are never negative."
    BareShareAboveOne = T308 "a bare number for a share that is more than a whole"
         "A share is written `15%` or `0.15`. A bare number above 1 would mean more than 100%, which is almost always a mistake. So it is an error, whatever the declared range."
    WrongUnit = T309 "a unit that does not fit"
         "The value has a unit that its field does not have, or lacks one that it needs: a duration is always written with its unit, as `300 ms` or `2 weeks`."
    ImpossibleNumber = T310 "an impossible number"
         "Numbers are exact decimals of at most 40 digits, with exponents from -40 to 40. NaN, infinities, separators and other bases are refused; leave out what is not known."
    ImpossibleDate = T311 "an impossible date"
         "A date is written `2026-11-02`, without a time of day, and must be in the calendar. A time is written with its offset, as in `2026-11-02T14:05Z`: a local time is not an instant."
    MissingRequiredField = T312 "a field that is required is missing"
         "The vocabulary declares the field as required. A key that is empty or `null` counts as missing. A standing fact may be given in a `rollout.yaml` beside the snapshots."
    MisspeltField = T313 "a misspelt field"
         "The key is not declared, but close to a declared field that the record lacks. Correct its spelling. Otherwise the value would be lost silently."
    UndeclaredField = T314 "a field that is not declared"
         "No policy can read the value, because the vocabulary does not declare the field. Declare it in a `snapshot` block, or remove it."
    DuplicateDate = T315 "two snapshots of one workflow with one date"
         "A workflow has one snapshot for a date. Correct the date of one of them, or merge them."
    DuplicateElement = T316 "an element that occurs twice in a list"
         "The field that is declared as `key` names an element of its list, so its value can occur only once in a snapshot. Remove one of the two elements, or correct its key."
    BareOneForShare = T317 "a bare 1 for a share"
         "A bare `1` for a share is read as 100%, though 1% may have been meant. Write `100%` or `1%`."
    NotAStandingFact = T318 "a field that is not a standing fact"
         "A `rollout.yaml` adds its values to every snapshot of its folder, so one measurement in it would count every week. It contains `workflow` and the fields that the policies declare as `standing`. Move what was measured into the snapshots. To allow a field here, declare it: `owner: text standing`."
    EmptySnapshotFile = T319 "no snapshot in this file"
         "The file is empty, or has only comments. Fill it in or remove it."
    UndeclaredWord = T320 "a word that is not declared"
         "The value is not a stage of the ladder, or not a member of the field's `one of`."
    SeveralStandingFacts = T321 "more than one set of standing facts"
         "A folder has one `rollout.yaml`, which holds one document."
    FurtherProblems = T322 "further problems that are not shown"
         "A file with very many problems shows the first of them. Correct these, and the rest will be shown."
    LookAlikeWorkflows = T323 "workflows whose names look alike"
         "Two workflows differ in their names only by case, blanks, dashes, hidden characters or letters that are drawn the same. Each is judged by its own snapshots. If they are the same workflow, its good and its bad figures may be in two series. Give them one name, or two that nobody can confuse."
    FileOfAnotherDay = T330 "a file that is named after another day"
         "The name of the file has one date, and the only snapshot in it has another. People who look for a day by file name do not find it. Rename the file, or correct the date."
    SnapshotAfterRetirement = T331 "a snapshot after the workflow's last day"
         "`retired` names the last day of a workflow: afterwards it is not judged. A newest snapshot with a later date contradicts that. If the workflow goes on, remove `retired` or set a later day. Otherwise correct the date of the snapshot, or remove it."
    PartAboveWhole = T332 "a part that is more than its whole"
         "A policy takes one count as a share of another, as in `share(errors of requests)`, and in this snapshot the part is larger than the whole. A share of more than 100% means nothing, so the workflow is not judged. Correct the wrong count. If the first is not a part of the second, write `errors / requests` in the policy."
    NobodyLeft = T333 "a key that cannot have left"
         "`left` names the keys of lists that are `kept` whose elements are gone for good. No earlier snapshot has this key in such a list. Write the key as it is there, or remove it."
    BadProvenance = T340 "an entry of `collected` that does not fit"
         "The key `collected` says of each field where its value is from: `from` is the name of the source, and every entry has it. The others are `file` with its `sha256`, `query_sha256` and `at`, `tool`, `made`, `errors`, `rows`, `unknown`, `value_sha256` and `declared`. Digests are 64 hexadecimal digits in lower case, and a `file` is a path within the repository. Run `tollgate collect` again rather than edit it by hand."
    KnownAndUnknown = T341 "a value that is said to be unknown"
         "The field has a value, and its entry in `collected` has `unknown`, which says why it has no value. One of the two is wrong. Lists and records may have both: then `unknown` says why a part is missing. If you wrote the value by hand, remove `unknown`."

    // T4: the configuration.
    ConfigNotYaml = T401 "the configuration is not YAML"
         "The text of `tollgate.yaml` does not follow YAML 1.2, or is larger than the limits allow. Correct it at the marked place; a text with a `:` or a `#` in it belongs in quotes."
    SettingType = T402 "a setting of another type"
         "The setting has the wrong type. `policies` is a list of texts, and `snapshots` is a text or a list of texts. `params` and `rules` are maps by name; `overrides` and `waivers` are lists of maps. A check of the record, such as `record.copied`, is `note` or `off`. With `tollgate schema config` your editor checks this while you type."
    UnknownSetting = T403 "a setting that does not exist"
         "The key is not one that `tollgate.yaml` knows. A misspelt setting would be lost silently, so it is an error."
    DuplicateSetting = T405 "a setting that occurs twice"
         "Each setting is given once. Remove one of the two."
    UnusableBase = T406 "a base that cannot be extended"
         "`extends` names the configuration that this one builds on, by its path from this file's folder. The file must exist. It must be in the same repository (the folder with `.git`, else the folder that is checked), unless you pass `--allow-outside`. No file may extend itself, not even through others."
    NothingHasThisName = T407 "nothing has this name"
         "A param, rule, stage or workflow that a configuration names does not exist. No policy that was read declares it, and no snapshot has it. Look for a typing error; params and rules are written `policy.name`."
    ParamValueType = T408 "a value that does not fit its param"
         "A param takes values of the type that its policy declares it with, written as in a policy: `85%`, `2 weeks`, `0.05 USD`, `2026-11-02`. A param that is used as a window takes whole days or weeks. One that is used as a confidence takes more than 0% and less than 100%."
    ParamValueOutOfRange = T409 "a value outside its range"
         "The value must be in the range that the policy declares for the param, and in each range that a base gives it. The value of the base stays in force. Choose one in the range, or ask the owners of the base."
    Locked = T410 "locked by a base"
         "A base says `locked: true` for this param or rule. Its value or effect is the same in every file that extends the base. Only that base, or its own bases, may waive it. Remove the setting, or ask the owners of the base."
    IncompleteWaiver = T411 "a waiver that is not complete"
         "A waiver names a `rule` and a `workflow`, says `because`, has an `owner`, and ends: `until` is its last day. One of these is missing or is not what it should be, so it waives nothing."
    WidenedRange = T412 "a range that is wider than the one above"
         "A file may narrow the range of a param for the files that extend it. It may not widen what the policy declares or a base has narrowed. The lower end comes first."
    ExpiredWaiver = T413 "a waiver that has expired"
         "The last day of the waiver has passed, so it lifts nothing. Remove it. If the reason still applies, decide again and move the date."
    UnneededWaiver = T414 "a waiver that lifts nothing"
         "No rule needs this waiver now: it passes, does not apply or is off, or no workflow has that name. Remove it before it hides something else."
    WaiverEndsSoon = T415 "a waiver that ends soon"
         "The waiver ends within a week, and the rule will hold again. Fix the cause, or decide in time whether to move the date."
    UnwaivableRollback = T416 "a rollback that cannot be waived"
         "A waiver lifts a hold, also the hold of an undecided rollback. A rollback that fired has its evidence, and no waiver lifts it. Go back a stage. If the rule itself is wrong, change its effect or its threshold where everybody sees it."
    OverrideForNoWorkflow = T417 "an override for no workflow"
         "No workflow matches the `workflows` of this override, so it has no effect. Correct the name, or remove the override."
    EmptyConfiguration = T418 "a configuration that sets nothing"
         "The file is empty, or has only comments. The shipped policies would silently replace those that used to be in it, so this is an error. Write `policies: [builtin]` if you want them, or remove the file."
    SettingEnds = T419 "a setting that ends"
         "On some day a base narrows a range, or locks a param or rule, and this setting no longer fits. It counts until the day before. After that, the value without this setting counts. Give a value that fits, with `from:` and that day, or ask the owners of the base. A waiver of a rule lifts nothing after a base has locked the rule."
    MissingColumn = T420 "a column that does not fit"
         "Each row of a table is a snapshot, and a column is the field of its name. `tables: { columns: { FIELD: COLUMN } }` in `tollgate.yaml` names another column for a field, and `tables: { ignore: [COLUMN] }` leaves one out. The table has no column of this name, or two columns are one field. Correct the name, or leave one of the two out."

    // T5: findings of a judgement, and what kept one from being made.
    RuleFailed = T501 "a rule failed"
         "The rule's requirement is not met. The report shows the values it saw, where they are in the snapshots, and what would pass. The effect says what follows. A `note` and a `warn` are only shown, a `hold` keeps the workflow where it is, and a `rollback` sends it back. Improve what was measured. Or lift a hold with a waiver in `tollgate.yaml`, with a reason and an end date."
    RuleUndecided = T502 "a rule is undecided"
         "The evidence does not show whether the rule passes or fails. A value is missing, a window is not covered, or there are too few observations for the confidence. Undecided never passes silently: a rule that would hold holds. Record the evidence that the report names. A rule may also be milder, with `undecided warn` or `undecided pass`."
    NoSnapshot = T503 "no snapshot was found"
         "There is nothing to judge. `snapshots:` in `tollgate.yaml` says where the snapshots are; without it they are `rollouts/**/*.yaml`. Hidden files and folders are left out."
    NoPolicy = T504 "no policy was found"
         "Without a policy, nothing can be judged. `policies:` in `tollgate.yaml` lists files, folders with `.gate` files, and `builtin` for the shipped policies. Files that end in `.test.gate` are tests and not policies."
    UnreadableFile = T505 "a file cannot be read"
         "The file or folder exists but cannot be used. You may not read it, it is not a regular file, it is too large, or it is not UTF-8 text. Or it is a link that leads out of the repository. The other files are still judged, but the judgement is incomplete."
    NothingFound = T506 "nothing is found under this name"
         "An entry of `policies:` or `snapshots:`, or the folder to check, does not exist, or no file matches it. For policies that is an error, because their rules would silently stop working. A submodule that was not fetched is an empty folder. Paths are relative to the folder of their `tollgate.yaml`, and stay in the repository. Or a folder `rollouts/` belongs to no project: write a `tollgate.yaml` next to it."
    UnknownShippedPolicy = T507 "no shipped policy has this name"
         "`builtin:NAME` takes one policy of the shipped pack; `builtin` takes all of them."
    UnknownWorkflow = T508 "no workflow has this name"
         "The snapshots give the name in `workflow`. `--workflow` takes that name, and so does a comparison of `workflow` in a `where` on `workflows`."
    NothingAsked = T510 "`advance_to` asks for nothing"
         "`advance_to` names the current stage or an earlier one. Name a later stage to ask, or leave the field out. You may always go back a stage, without asking."
    FutureSnapshot = T511 "a snapshot from the future"
         "A snapshot is dated later than the day after the day of judgement. Correct its date, or judge `--as-of` a later day."
    TimeForDays = T516 "a time where the series run by days"
         "`--as-of` takes a time only where the vocabulary declares `date: time required`. Otherwise snapshots and judgements have days: give the day."
    HistoryUnknown = T517 "an incomplete history"
         "`record.rewritten` compares the snapshots of a base with their first version. It needs git and the whole history, and a shallow clone has only a part. Fetch the rest, or set `record.rewritten: off`."
    LaterSnapshotsUnseen = T512 "later snapshots are not seen"
         "With `--as-of`, snapshots dated later than that day are left out, as if they had not been written yet."
    NothingJudged = T513 "nothing to judge"
         "No policy, no snapshot, or no rule that applies was found, so nothing was judged. That never counts as a pass. Check the `policies:` and `snapshots:` of the configuration and the stage of the workflows."
    BaseWithoutPolicies = T514 "the base has no policies"
         "The commit that `--base` names has neither a `tollgate.yaml` nor a `rollouts/` folder, so only the pull request itself could judge it. Its policies count from the next pull request. A base with snapshots and no configuration is judged by the shipped policies."
    ClosedGate = T515 "a gate that no rule opens"
         "A workflow asks for a gate, or has moved through it, and no rule of the gate passed. Each rule was not applicable, off, failed with a warning or a note, or stayed undecided without holding. A gate that shows nothing is not open. Make one of its rules pass, correct their `when`, or waive one: with a waiver you sign for it."
    TooMuchToJudge = T520 "a workflow is too much to judge"
         "Judging it takes more steps, longer numbers or more snapshots than the limits in `SECURITY.md` allow. A part of it would not be a verdict, so there is no verdict. Aggregates inside aggregates over long lists, and windows inside `held` over long series, cost the product of their lengths. Numbers are exact, so repeated multiplication makes them long."
    RunTooLarge = T521 "a run is too much to judge"
         "All workflows together take more steps, or give longer reports, than the limits in `SECURITY.md` allow for files of this size. No verdict of the run counts, because it would depend on the order of the workflows. Judge fewer workflows at once, or use fewer rules."
    UnreadConfiguration = T530 "a configuration that is not read"
         "A file has almost the name `tollgate.yaml`, such as `tollgate.yml`, or it is in a folder above the one that you check. It would not be read, and other policies would judge than you expect. So nothing is decided. Rename it, remove it, or check its folder."
    MisleadingCharacter = T531 "a character that misleads readers"
         "A file has a carriage return without a line feed, another character that some programs take as the end of a line, or one that reverses the direction of text. A reviewer may then see something different from what is read: a line may only look like a comment. Remove the character. In a text of a snapshot you may write it as an escape, as in `\"\\u202e\"`."

    // T6: tests of policies.
    UnmetExpectation = T601 "an expectation is not met"
         "A `test` block expects an outcome or a decision that its snapshots do not give. Either the policy or the test is wrong; the report shows what the rule saw."
    UnrunnableTest = T602 "a test cannot be run"
         "A `test` block names a rule, param or file that does not exist, or gives a value that no snapshot could have. Or it gives no snapshot, or none of another workflow before the day of judgement. Correct the test at the marked place."
    NoTest = T603 "no test was found"
         "There is nothing to run, and that never counts as a pass. `tollgate test` takes a folder with a `tollgate.yaml`, a folder with `.gate` files, or one such file. Tests are `test` blocks, in files that end in `.test.gate` next to the policies."
    Unseen = T604 "tests leave something unseen"
         "The rule can have an outcome that no test expects and gets, or no test is decided by the marked condition. A mistake there would go unnoticed. Write a test on each side of it. `--min 90%` sets the share of outcomes and conditions that the tests have to see."
    UnnoticedMistake = T605 "a mistake in a policy that no test would notice"
         "Tollgate changed the policy in one small way, such as a threshold by one step, and every test still passed. Add a test that tells the two apart; the report shows one if it found one. If no snapshot can tell them apart, say why in a comment on the line or above it: `# untested: REASON`."
    TestsNotRun = T606 "tests that are not run"
         "A file that ends in `.test.gate` is not next to a policy that a `tollgate.yaml` lists under `policies:`. So Tollgate cannot know which policies it tests. List its folder there, or give `tollgate test` that folder by itself."
    UnjustifiedUntested = T607 "an `untested` comment that justifies nothing"
         "A comment says that no test can notice a mistake in a line, but the tests notice each of them, or the comment gives no reason. Remove the comment, or write the reason."

    // T8: collecting snapshots.
    PlanIncomplete = T801 "a collect plan that does not say enough"
         "A plan names its workflow, its sources and its fields. Each source is of one kind, and each field says what it takes from which source. Add what is missing, or remove what does not go together."
    SecretInPlan = T802 "a secret in a collect plan"
         "A plan is committed, so everybody who reads the repository reads it. Put the token or the address with its password into an environment variable, and write `{ env: NAME }`. Then change the secret: it may have been pushed already."
    UnfitField = T803 "a field that cannot take this"
         "The field has another type than what the plan gives it, or its unit is missing or differs. The plan is checked before anything is read, so that a wrong unit never gets into a snapshot. Correct the plan, or the declaration of the field."
    UnknownColumn = T804 "a column that the source does not have"
         "The plan takes a column or a total that no row of the source has. Nothing is taken for it, as a misspelt name must not look like a missing value. Correct the name; the message lists those that are there."
    BrokenSource = T805 "a source that cannot be read"
         "The file is not what its kind of source should be: it was cut off, edited, or written in another encoding. Nothing is written as long as a source is broken. Make the file again, or correct the plan."
    RefusedSource = T806 "a source that is not clear"
         "The source is of another kind, or the plan has to say more, such as which of several providers is meant. Nothing is written, because any choice could be the wrong one. The message says what to give instead."
    NoAnswer = T807 "a source without an answer"
         "The run did not finish, the server did not answer, or the result is outside of the window. The fields that come from it are unknown for that reason, and the other sources are collected all the same. No rule passes on an unknown field."
    UnfitValue = T808 "a value that the field cannot have"
         "A value of the source is not of the type of its field, or outside of its range. It is unknown in the snapshot, and never clipped or guessed. Correct the source, or widen the range of the field."
    RepeatedRow = T809 "a row that is there twice"
         "Two rows of the source have one key, so it is not clear which of them counts. Say it with `repeats: newest` or `repeats: worst`, or name more columns in `key`."
    EditedByHand = T810 "a collected field that was edited by hand"
         "The snapshot has another value than the one that was collected, so somebody has changed it. It is kept. To take the collected value instead, give `--force` and the field."
    InventedZero = T811 "a query that invents a zero"
         "The query says 0 where there is no data, so a gap looks like a good value. Leave it out: an empty result is unknown, which is what it is. For a share of errors, `absent_part: 0` counts only while the whole is there."
    SourceNotBuilt = T812 "a source that this program was built without"
         "Some sources need much of other people's code, so they are features that a plain build leaves out. Released binaries have all of them. The message has the `cargo` line that builds this one."
;

    // T7: lints of policies, which never change a verdict.
    lints:
    ConstantRule = T701 "a rule or condition with one outcome"
         "With the declared ranges and the values in force, the rule has one outcome, whatever you measure. It says two things about one expression that exclude each other, or something that is always true. Compare the marked condition with the `when`, the policy and the gate around it."
    LaxRollback = T702 "a rollback that is laxer than the hold before it"
         "A rollback fires at values at which the hold on the same expression does not, so a workflow is sent back before anybody had to stop. Make the hold the stricter of the two, or exchange their thresholds."
    OverlappingThresholds = T703 "thresholds that do not go together"
         "A gate accepts a value of an expression at which a standing rule holds or rolls back, so the gate opens and the rule stops at once. Or no value passes two rules. The report shows such a value. Move one of the thresholds, or use one param for both."
    UnreachableConfidence = T704 "a confidence that the sample cannot reach, or that says nothing"
         "The rule or its gate requires a sample that is too small: even if every element were good, it would not show the claim with that confidence. This follows from the exact binomial distribution; a mean needs five values. Require as many as the report says, or a lower confidence. Below 50% a sample can show a claim and its opposite: require more."
    EmptyListPasses = T705 "an empty list passes"
         "For an empty list `none(…)` is yes and `count(…)` is 0, so a workflow passes although nobody looked at anything. Require a number of elements in the same rule or gate. If an empty list is good news, as with incidents, say so in a comment: `# lint: T705 REASON`."
    UnlikelyHeld = T706 "a run that is very unlikely"
         "Inside `held` and `streak` each snapshot has to show the claim with its own sample, because an undecided one ends the run. With the required sample that is impossible or unlikely. Its chance is below 20%, even if the true share is half way between the threshold and all. Require more in each snapshot, look at a window with `over`, or leave out the confidence."
    UnusedParam = T707 "a param that nothing uses"
         "No rule depends on the param, not even through lets or messages, so setting it has no effect. Use it, or remove it."
    UnreadField = T708 "a field that no rule reads"
         "The vocabulary asks for a value that no condition or message reads. Texts and keys are for people and need no rule. Write the missing rule, or remove the field."
    BareNumber = T709 "a threshold that is a bare number"
         "A value is compared with a number that is written in the policy. Nobody can set it in `tollgate.yaml`, and nothing says which range makes sense. Declare a param. The lint ignores the numbers 0 and 1 (100%)."
    UntestedRule = T710 "a rule without a test"
         "No `test` block expects an outcome of the rule, so nobody would notice if somebody changed it by mistake. Add a test in which it fails and one in which it passes to a file `NAME.test.gate` next to the policy."
    PatternAsText = T711 "a pattern that is compared as a text"
         "`==`, `!=` and `in [...]` compare texts letter by letter, so a `*` is a star. `matches` compares with a pattern, in which `*` stands for any characters or none and `?` for exactly one. If you want the star, say so in a comment: `# lint: T711 REASON`."
    TakenWord = T712 "a name that is a word of the language"
         "A field, let or param has the name of a word of the language, such as `workflows`. Your declaration wins, so nobody can use the word there, and readers may confuse the two. Choose another name. A field can keep its key with `named`."
    SlowRollback = T713 "a rollback that asks for evidence at every look"
         "`at every look` weighs everything that the stage has seen, so after a fall it takes many bad weeks to show it. After twelve weeks at 90% good, a fall to 70% shows within twelve more in less than 1 of 1,000 cases. It is for gates, which are asked again and again. In a rollback look at a short window instead, as in `share(outputs where light over 4 weeks) < 80% with 99% confidence`."
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
