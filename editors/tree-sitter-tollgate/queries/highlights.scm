; Of two patterns for one node the later one counts. Capture names are those of Neovim; queries/helix has Helix's.

(comment) @spell @comment

; ------------------------------------------------------------ words

[
  "language"
  "stages"
  "snapshot"
  "policy"
  "param"
  "let"
  "gate"
  "rule"
  "test"
  "when"
  "require"
  "help"
  "link"
  "undecided"
  "given"
  "workflow"
  "file"
  "every"
  "grace"
  "from"
  "to"
  "within"
  "with"
  "as"
  "of"
  "expect"
  "decision"
  "where"
  "among"
  "by"
  "over"
  "at"
  "least"
  "most"
  "look"
  "confidence"
  "snapshots"
  "x"
] @keyword

[
  "if"
  "then"
  "else"
] @keyword.conditional

[
  "and"
  "or"
  "not"
  "in"
  "has"
  "matches"
] @keyword.operator

[
  "list"
  "one"
] @type.builtin

(list_type
  "of" @type.builtin)

(one_of
  "of" @type.builtin)

(mark) @keyword.modifier

"named" @keyword.modifier

(weekday) @keyword

(named_window) @keyword

(effect) @keyword.exception

(outcome) @constant.builtin

(outcome
  "not" @constant.builtin)

(decision) @constant.builtin

; ------------------------------------------------------------ names

(name) @variable

(path
  (name) @variable.member)

(path
  .
  (name) @variable)

(path
  .
  (name) @variable.builtin
  (#any-of? @variable.builtin "it" "snapshot"))

(policy
  name: (name) @module)

(rule
  name: (name) @function)

(param
  name: (name) @constant)

(let
  name: (name) @variable)

(field
  name: (name) @property)

(record_entry
  name: (name) @property)

(call
  function: (name) @function.builtin)

(stages
  (name) @constant)

(step
  (name) @constant)

(one_of
  member: (name) @constant)

(table_entry
  key: (name) @constant)

(list
  (name) @constant)

(assignment
  value: (name) @constant)

(record_entry
  value: (name) @constant)

(repeated
  value: (name) @constant)

; ------------------------------------------------------------ types, numbers and texts

(type_name) @type

((type_name) @type.builtin
  (#any-of? @type.builtin "bool" "text" "date" "time" "duration" "count" "share" "stage"))

(number_type
  "number" @type.builtin)

(number) @number

(version) @number

(unit) @type

(quantity
  "%" @number)

[
  (date)
  (time)
] @string.special

(boolean) @boolean

(missing) @constant.builtin

(text) @string

(template) @string

(field
  doc: (text) @string.documentation)

(list_type
  doc: (text) @string.documentation)

(param
  doc: (text) @string.documentation)

(link_clause
  target: (text) @string.special.url)

(escape) @string.escape

; ------------------------------------------------------------ symbols

[
  "="
  "->"
  "<"
  "<="
  ">"
  ">="
  "=="
  "!="
  "+"
  "-"
  "*"
  "/"
] @operator

[
  "("
  ")"
  "["
  "]"
  "{"
  "}"
] @punctuation.bracket

[
  ","
  "."
  ":"
] @punctuation.delimiter

(interpolation) @none

(interpolation
  "{" @punctuation.special
  "}" @punctuation.special)
