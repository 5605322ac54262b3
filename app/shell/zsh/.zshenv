# Holdfast in zsh: read in place of the user's .zshenv, because ZDOTDIR points here. The rule: ZDOTDIR is as it was
# before anything of the user's is read; of all later files zsh itself reads the user's.
if [[ -n "${HF_ZDOTDIR+set}" ]]; then
  'builtin' 'export' ZDOTDIR="$HF_ZDOTDIR"
  'builtin' 'unset' HF_ZDOTDIR
else
  'builtin' 'unset' ZDOTDIR
fi
{
  if [[ -r "${ZDOTDIR-$HOME}/.zshenv" ]]; then
    'builtin' 'source' "${ZDOTDIR-$HOME}/.zshenv"
  fi
} always {
  if [[ -o interactive && -n "${HF_ZSH-}" ]]; then
    'builtin' 'source' "$HF_ZSH"
  fi
  'builtin' 'unset' HF_ZSH
}
