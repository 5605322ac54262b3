# Holdfast's shell integration for zsh, first step: zsh was told by ZDOTDIR to read its files here. This gives ZDOTDIR
# back, reads the user's own .zshenv, and leaves the rest to holdfast.zsh. zsh then reads all others as it always does.
if [[ -n ${_HOLDFAST_ZDOTDIR+set} ]]; then
  'builtin' 'export' ZDOTDIR="$_HOLDFAST_ZDOTDIR"
  'builtin' 'unset' '_HOLDFAST_ZDOTDIR'
else
  'builtin' 'unset' 'ZDOTDIR'
fi
{
  'builtin' 'typeset' _holdfast_file="${ZDOTDIR-$HOME}/.zshenv"
  [[ ! -r "$_holdfast_file" ]] || 'builtin' 'source' '--' "$_holdfast_file"
} always {
  if [[ -o 'interactive' ]]; then
    'builtin' 'typeset' _holdfast_file="${${(%):-%x}:A:h}/holdfast.zsh"
    [[ ! -r "$_holdfast_file" ]] || 'builtin' 'source' '--' "$_holdfast_file"
  fi
  'builtin' 'unset' '_holdfast_file'
}
