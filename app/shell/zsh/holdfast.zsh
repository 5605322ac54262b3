# Holdfast's shell integration for zsh: marks where prompts, commands and their output begin and end (OSC 133), and in
# which directory (OSC 7). docs/shell-integration.md describes the marks.
#
# The one rule: the shell is as it would be without this file. So it hooks in at the first prompt, when all the user's
# files are read. May be sourced by hand, on another machine. To switch it off: HOLDFAST_SHELL_INTEGRATION=0 in .zshrc.

if [[ -o interactive && -z ${_holdfast_here-} ]]; then
  builtin typeset -g _holdfast_here=1

  # As the last of the hooks: the prompt may have been made anew by those before. zsh gives each the command's status.
  # Both are silent, or `setopt xtrace` would speak of them.
  _holdfast_precmd() { {
    builtin local -i exit=$? percent=0
    [[ ! -o prompt_percent ]] || percent=1
    builtin emulate -L zsh -o no_aliases -o no_warn_create_global
    if [[ ${HOLDFAST_SHELL_INTEGRATION-1} == 0 ]]; then
      precmd_functions=(${precmd_functions:#_holdfast_precmd})
      preexec_functions=(${preexec_functions:#_holdfast_preexec})
      return 0
    fi
    [[ ${precmd_functions[-1]} == _holdfast_precmd ]] ||
      precmd_functions=(${precmd_functions:#_holdfast_precmd} _holdfast_precmd)
    [[ -n ${preexec_functions[(r)_holdfast_preexec]} ]] || preexec_functions+=(_holdfast_preexec)
    builtin local place=$PWD
    place=${${${place//\%/%25}//\#/%23}//\?/%3F}
    builtin print -rn -- $'\e]133;D;'$exit$'\a\e]7;file://'$HOST${place//[[:cntrl:]]/}$'\a'
    if [[ $PS1 == *']133;A'* ]]; then
      :
    elif (( percent )) && [[ ${(t)PS1} != *readonly* ]]; then
      PS1=$'%{\e]133;A;redraw=0\a%}'$PS1$'%{\e]133;B\a%}'
    else   # the prompt is taken as it is, or may not be changed
      builtin print -rn -- $'\e]133;A;redraw=0\a'
    fi
  } 2>/dev/null }

  # $1: the line as it was typed; empty where there is no history. With a blank first it is nobody's business.
  _holdfast_preexec() { {
    builtin emulate -L zsh -o no_aliases
    if [[ -z $1 || $1 == [[:space:]]* ]]; then
      builtin print -rn -- $'\e]133;C\a'
    else
      builtin print -rn -- $'\e]133;C;cmdline='"${(q)1[1,2000]}"$'\a'
    fi
  } 2>/dev/null }

  builtin typeset -ga precmd_functions preexec_functions
  precmd_functions+=(_holdfast_precmd)
fi
