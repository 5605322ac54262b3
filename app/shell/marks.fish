# Holdfast in fish (3): marks of prompts and commands (OSC 133), command lines (OSC 633;E), directory (OSC 7). Read after
# config.fish (-C). fish 4 writes such marks by itself.
if status is-interactive; and not set -q NO_HOLDFAST_MARKS; and not string match -qr '^([4-9]|\d\d)' -- $version
    function __hf_directory --on-variable PWD
        printf '\e]7;file://%s%s\a' "$hostname" (string escape --style=url -- $PWD)
    end

    function __hf_preexec --on-event fish_preexec
        set -l line (string sub -l 4096 -- "$argv" | string replace -a '\\' '\\\\' | string replace -a ';' '\\x3b' | string join '\\x0a')
        printf '\e]633;E;%s\a\e]133;C\a' (string replace -ar '[[:cntrl:]]' ' ' -- "$line")
    end

    function __hf_postexec --on-event fish_postexec
        printf '\e]133;D;%s;d=%s\a' $status $CMD_DURATION
    end

    function __hf_status
        return $argv[1]
    end

    if functions -q fish_prompt
        functions -c fish_prompt __hf_fish_prompt
        function fish_prompt
            set -l code $status
            printf '\e]133;A\a'
            __hf_status $code
            __hf_fish_prompt
            printf '\e]133;B\a'
        end
    end
    __hf_directory
end
