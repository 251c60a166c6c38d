[
  (fields)
  (policy)
  (gate)
  (rule)
  (test)
  (series)
  (list)
  (record)
  (table)
  (arguments)
  (parenthesized)
] @indent

[
  "}"
  "]"
  ")"
] @outdent
