# Holdfast's shell integration for fish: marks where prompts, commands and their output begin and end (OSC 133), and in
# which directory (OSC 7). docs/shell-integration.md describes the marks.
#
# The one rule: the shell is as it would be without this file. It is run by `fish --init-command`, when all the user's
# files are read; fish 4 marks all of it by itself. To switch it off: set -g HOLDFAST_SHELL_INTEGRATION 0 in config.fish.

if status is-interactive
    and not set -q __holdfast_here
    and test "$HOLDFAST_SHELL_INTEGRATION" != 0
    and string match -qr '^3\.' -- $version
    set -g __holdfast_here 1

    # Around whatever the prompt is by then: themes may bring another one at any time, so events, not a wrapper.
    function __holdfast_prompt --on-event fish_prompt
        printf '\e]7;file://%s%s\a\e]133;A;redraw=0\a' (hostname) (string escape --style=url -- $PWD)
    end

    function __holdfast_run --on-event fish_preexec
        if test -z "$argv[1]"; or string match -qr '^\s' -- $argv[1]
            printf '\e]133;C\a'
        else
            printf '\e]133;C;cmdline_url=%s\a' (string sub -l 2000 -- $argv[1] | string collect | string escape --style=url)
        end
    end

    function __holdfast_ran --on-event fish_postexec
        printf '\e]133;D;%s\a' $status
    end
end
