# Marks of prompts and commands (OSC 133), command lines (OSC 633;E) and directory (OSC 7), by hooks beside the user's.
'builtin' 'zmodload' zsh/datetime 2>/dev/null
typeset -ga precmd_functions preexec_functions

# First of the list: what others write is no output of the command. (A function called precmd comes before the list.)
_hf_ended() {
  builtin printf '\e]133;D;%s;t=%s\a' $? "${EPOCHREALTIME/,/.}"
}

_hf_precmd() {
  builtin local percent=0
  [[ -o prompt_percent ]] && percent=1
  builtin emulate -L zsh
  if [[ -n "${NO_HOLDFAST_MARKS-}" ]]; then
    precmd_functions=(${${precmd_functions:#_hf_precmd}:#_hf_ended})
    preexec_functions=(${preexec_functions:#_hf_preexec})
    builtin return 0
  fi
  [[ "${_hf_told-}" == "$PWD" ]] || _hf_tell_directory
  if (( ! percent )); then
    builtin printf '\e]133;A\a'
  elif [[ "$PS1" != *$'\e]133;A\a'* ]]; then
    PS1=$'%{\e]133;A\a%}'"$PS1"$'%{\e]133;B\a%}'
  fi
  # Last: whatever others make of PS1 is marked.
  [[ "${precmd_functions[-1]}" == _hf_precmd ]] || precmd_functions=(${precmd_functions:#_hf_precmd} _hf_precmd)
}

_hf_tell_directory() {
  builtin emulate -L zsh
  builtin setopt no_multibyte
  builtin local out='' c i
  typeset -g _hf_told=$PWD
  for (( i = 1; i <= ${#PWD}; i++ )); do
    c=$PWD[i]
    [[ "$c" == [A-Za-z0-9/._~-] ]] || builtin printf -v c '%%%02X' $(( #c & 255 ))
    out+=$c
  done
  builtin printf '\e]7;file://%s%s\a' "${HOST-}" "$out"
}

_hf_preexec() {
  builtin emulate -L zsh
  builtin local line="${1[1,4096]}"
  line=${line//\\/\\\\}
  line=${line//;/\\x3b}
  line=${line//$'\n'/\\x0a}
  line=${line//[[:cntrl:]]/ }
  [[ -z "$line" ]] || builtin printf '\e]633;E;%s\a' "$line"
  builtin printf '\e]133;C;t=%s\a' "${EPOCHREALTIME/,/.}"
}

precmd_functions=(_hf_ended $precmd_functions _hf_precmd)
preexec_functions+=(_hf_preexec)
