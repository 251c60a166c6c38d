# What Helix calls the captures of Neovim; `regenerate` writes highlights.scm with it.
s/those of Neovim; queries\/helix has Helix's/those of Helix. Made from queries\/highlights.scm/
s/@spell //
s/@keyword\.conditional/@keyword.control.conditional/g
s/@keyword\.exception/@keyword.control.exception/g
s/@keyword\.modifier/@keyword.storage.modifier/g
s/@module/@namespace/g
s/@variable\.member/@variable.other.member/g
s/@property/@variable.other.member/g
s/@boolean/@constant.builtin.boolean/g
s/@number/@constant.numeric/g
s/@string\.documentation/@string/g
s/@string\.escape/@constant.character.escape/g
/^(interpolation) @none$/,+1d
