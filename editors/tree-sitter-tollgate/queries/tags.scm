(policy
  name: (name) @name) @definition.module

(rule
  name: (name) @name) @definition.function

(param
  name: (name) @name) @definition.constant

(let
  name: (name) @name) @definition.constant

(field
  name: (name) @name) @definition.field

(test
  title: (text) @name) @definition.test

(call
  function: (name) @name) @reference.call

(expect
  rule: (path
    (name) @name .)) @reference.call
