# Holdfast in bash (4.4 or newer): marks of prompts and commands (OSC 133), command lines (OSC 633;E), directory (OSC 7).
#
# bash is started with --posix, in which it reads this file ($ENV) and none of its own. The rule: first everything is
# as if that had not been, the startup files included; then hooks are added to what is there, and nothing is replaced.
builtin set +o posix
builtin shopt -u inherit_errexit 2>/dev/null
if [[ -n "${HF_ENV+set}" ]]; then builtin export ENV="$HF_ENV"; else builtin unset -v ENV; fi
builtin unset -v HF_ENV
if [[ "${HISTFILE-}" == "${HOME-}/.sh_history" ]]; then HISTFILE="$HOME/.bash_history"; fi

if builtin shopt -q login_shell; then
  if [[ -r /etc/profile ]]; then builtin source /etc/profile; fi
  if [[ -r ~/.bash_profile ]]; then builtin source ~/.bash_profile
  elif [[ -r ~/.bash_login ]]; then builtin source ~/.bash_login
  elif [[ -r ~/.profile ]]; then builtin source ~/.profile
  fi
else
  if [[ -r /etc/bash.bashrc ]]; then builtin source /etc/bash.bashrc; fi
  if [[ -r ~/.bashrc ]]; then builtin source ~/.bashrc; fi
fi

# Seconds since 1970 into __hf_now; a locale may write them with a comma.
__hf_time() {
  if [[ -n "${EPOCHREALTIME-}" ]]; then __hf_now=${EPOCHREALTIME/,/.}; else builtin printf -v __hf_now '%(%s)T' -1; fi
}

# First of all in PROMPT_COMMAND: what follows would change the exit code, and write into the command's output.
__hf_first() {
  builtin local code=$?
  __hf_time
  builtin printf '\e]133;D;%s;t=%s\a' "$code" "$__hf_now"
  builtin return "$code"
}

# Last: whatever others have made of PS1 is marked.
__hf_last() {
  builtin local start='\[\e]133;A\a\]' end='\[\e]133;B\a\]' call='$(__hf_preexec)'
  if [[ "${__hf_told-}" != "$PWD" ]]; then __hf_tell_directory; fi
  if [[ "${PS1-}" != *"$start"* ]]; then PS1="$start${PS1-}$end"; fi
  if [[ "${PS0-}" != *"$call"* ]]; then PS0="${PS0-}$call"; fi
  __hf_hist=$HISTCMD
  __hf_hook
}

__hf_tell_directory() {
  builtin local LC_ALL=C out='' c i n
  __hf_told=$PWD
  if [[ "$PWD" != *[!A-Za-z0-9/._~-]* ]]; then out=$PWD; else
    for ((i = 0; i < ${#PWD}; i++)); do
      c=${PWD:i:1}
      if [[ "$c" == [!A-Za-z0-9/._~-] ]]; then
        builtin printf -v n '%d' "'$c"
        builtin printf -v c '%%%02X' $((n & 255))
      fi
      out+=$c
    done
  fi
  builtin printf '\e]7;file://%s%s\a' "${HOSTNAME-}" "$out"
}

# In PS0, so in a subshell, after Enter and before the command. What the history did not take anew (a repetition, or
# what was not to be kept) is only a guess: `maybe` lets the server look at what was typed.
__hf_preexec() {
  builtin local line maybe='' slash='\'
  line=$(HISTTIMEFORMAT='' builtin history 1)
  if [[ "$line" =~ ^[[:space:]]*[0-9]+[*\ ]\ (.*)$ ]]; then
    line=${BASH_REMATCH[1]:0:4096}
    if [[ "$HISTCMD" == "${__hf_hist-}" ]]; then maybe=';maybe'; fi
    line=${line//"$slash"/"$slash$slash"}
    line=${line//;/"${slash}x3b"}
    line=${line//$'\n'/"${slash}x0a"}
    builtin printf '\e]633;E;%s%s\a' "${line//[[:cntrl:]]/ }" "$maybe"
  fi
  __hf_time
  builtin printf '\e]133;C;t=%s\a' "$__hf_now"
}

# Ours are the first and the last of PROMPT_COMMAND, a list or a text, also when others came later.
__hf_hook() {
  builtin local nl=$'\n' one
  builtin local -a kept
  kept=()
  if [[ "${PROMPT_COMMAND@a}" == *a* ]]; then
    if [[ "${PROMPT_COMMAND[0]-}" == __hf_first && "${PROMPT_COMMAND[-1]}" == __hf_last ]]; then builtin return 0; fi
    for one in "${PROMPT_COMMAND[@]}"; do
      if [[ "$one" != __hf_first && "$one" != __hf_last ]]; then kept+=("$one"); fi
    done
    PROMPT_COMMAND=(__hf_first "${kept[@]}" __hf_last)
  elif [[ "${PROMPT_COMMAND-}" != "__hf_first$nl"*"${nl}__hf_last" ]]; then
    one=${PROMPT_COMMAND-}
    one=${one//"__hf_first$nl"/}
    PROMPT_COMMAND="__hf_first$nl${one//"${nl}__hf_last"/}${nl}__hf_last"
  fi
}

if [[ -z "${NO_HOLDFAST_MARKS-}" ]]; then __hf_hook; fi
