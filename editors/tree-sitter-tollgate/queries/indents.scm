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
] @indent.begin

[
  "}"
  "]"
  ")"
] @indent.branch @indent.end
