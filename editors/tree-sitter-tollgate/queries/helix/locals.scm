; What a policy declares is known in all of it; what a gate declares, in the gate.

[
  (source_file)
  (policy)
  (gate)
] @local.scope

(param
  name: (name) @local.definition.constant)

(let
  name: (name) @local.definition.variable)

(path
  .
  (name) @local.reference)
