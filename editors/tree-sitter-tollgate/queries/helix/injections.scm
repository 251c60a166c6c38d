; What stands in the braces of a text is part of the tree: only comments have another language.

((comment) @injection.content
  (#set! injection.language "comment"))
