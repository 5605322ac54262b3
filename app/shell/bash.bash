# Holdfast's shell integration for bash 4.4 and later: marks where prompts, commands and their output begin and end
# (OSC 133), and in which directory (OSC 7). docs/shell-integration.md describes the marks.
#
# The one rule: the shell is as it would be without this file. A session's shell is started as `bash --posix [-l]` with
# ENV naming this file, for that is the one file that an interactive bash reads whatever kind of shell it is. The first
# half then leaves posix mode and reads what bash would have read, at the top level, as bash does it. The second half
# may also be sourced by hand, on another machine. To switch it off: HOLDFAST_SHELL_INTEGRATION=0 in ~/.bashrc.

if [[ -n ${_HOLDFAST_BASH-} ]]; then
  builtin unset _HOLDFAST_BASH ENV
  if [[ -n ${_HOLDFAST_ENV+set} ]]; then
    builtin export ENV=$_HOLDFAST_ENV
    builtin unset _HOLDFAST_ENV
  fi
  builtin set +o posix
  builtin shopt -u inherit_errexit 2>/dev/null   # posix mode sets it, and leaving it does not unset it
  [[ ${HISTFILE-} == "$HOME/.sh_history" ]] && HISTFILE=$HOME/.bash_history
  # As run_startup_files() in bash's shell.c.
  if builtin shopt -q login_shell; then
    [[ -r /etc/profile ]] && builtin . /etc/profile
    if [[ -r $HOME/.bash_profile ]]; then builtin . "$HOME/.bash_profile"
    elif [[ -r $HOME/.bash_login ]]; then builtin . "$HOME/.bash_login"
    elif [[ -r $HOME/.profile ]]; then builtin . "$HOME/.profile"
    fi
  else
    # Debian, Arch and their kin build bash to read this one; nothing tells which of them did.
    [[ -r /etc/bash.bashrc ]] && builtin . /etc/bash.bashrc
    [[ -r $HOME/.bashrc ]] && builtin . "$HOME/.bashrc"
  fi
fi

if [[ $- == *i* && ${HOLDFAST_SHELL_INTEGRATION-1} != 0 && -z ${__holdfast_here-} && -z ${POSIXLY_CORRECT-} ]] &&
  ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) &&
  [[ ! $'\n'$(builtin declare -p PROMPT_COMMAND PS0 PS1 2>/dev/null) =~ $'\n'declare\ -[a-zA-Z]*r ]]; then

  __holdfast_here=1
  __holdfast_next=0

  # In PROMPT_COMMAND, as its last part: the prompt may have been made anew by the parts before.
  __holdfast_prompt() {
    builtin local status=${1:-$?} path=$PWD number='\!'
    path=${path//\%/%25} path=${path//\#/%23} path=${path//\?/%3F} path=${path//[[:cntrl:]]/}
    builtin printf '\e]133;D;%s\a\e]7;file://%s%s\a' "$status" "${HOSTNAME-}" "$path"
    # What \! says here is the newest entry's number; without any it says 1, too.
    __holdfast_next=$((${number@P} + 1))
    ((__holdfast_next == 2)) && [[ -z $(builtin history 1 2>/dev/null) ]] && __holdfast_next=1
    [[ ${PS1-} == *']133;A'* ]] || PS1='\[\e]133;A;redraw=0\a\]'${PS1-}'\[\e]133;B\a\]'
    if [[ ${PS0-} != *__holdfast_run* && ${PS0-} != *']133;C'* ]]; then
      if builtin shopt -q promptvars; then PS0=${PS0-}'$({ __holdfast_run; } 2>/dev/null)'; else PS0=${PS0-}'\e]133;C\a'; fi
    fi
  }

  # In PS0, in a subshell: the command is read, and about to run. Its words are the newest entry of the history, if
  # it got one. A line that begins with a blank (ignorespace) gets none: then it is nobody's business. Nor does one that
  # is the same as the last (ignoredups): `again` lets the terminal decide, which saw whether a blank was typed first.
  __holdfast_run() {
    builtin local line number name=cmdline
    line=$(HISTTIMEFORMAT='' builtin history 1 2>/dev/null)
    line=${line#"${line%%[![:space:]]*}"}
    number=${line%%[!0-9]*}
    line=${line#"$number"}
    line=${line#[* ] }
    if [[ -z $number || -z $line || $line == [[:space:]]* ]]; then
      builtin printf '\e]133;C\a'
      return
    fi
    if [[ $number != "$__holdfast_next" ]]; then
      case :${HISTCONTROL-}: in
        *:ignoredups:* | *:ignoreboth:* | *:erasedups:*) name=again ;;
        *) builtin printf '\e]133;C\a'; return ;;
      esac
    fi
    ((${#line} > 2000)) && line=${line:0:2000}
    builtin printf '\e]133;C;%s=%q\a' "$name" "$line"
  }

  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
    # Each part of the array is given the command's own status. Not the next part: a ~/.bashrc that is sourced again
    # sets the first one, which may be it.
    PROMPT_COMMAND[9999]='{ __holdfast_prompt; } 2>/dev/null'   # set -x is not to speak of it
  else
    # With set -e a status that is not 0 would end the shell.
    __holdfast_keep() { __holdfast_status=$?; [[ $- == *e* ]] || return "$__holdfast_status"; }
    if [[ -n ${PROMPT_COMMAND-} ]]; then
      PROMPT_COMMAND="__holdfast_keep"$'\n'"$PROMPT_COMMAND"$'\n''__holdfast_prompt "$__holdfast_status"'
    else
      PROMPT_COMMAND=__holdfast_prompt
    fi
  fi
fi
