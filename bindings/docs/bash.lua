--- Bash: the completion for bash, made of the table of commands.  It needs no other completion's functions.
local bash = {}

local TEMPLATE = [==[
# Completion of tidelock's command line for bash; made by `make docs`.

# Words that begin as the current one does, which are lines of the input.
_tidelock_offer() {
    local line
    while IFS= read -r line; do
        [[ $line == "$current"* ]] && COMPREPLY+=("$line")
    done
}

_tidelock_files() { # PATTERN of those that are offered besides folders
    compopt -o filenames 2>/dev/null
    _tidelock_offer < <(compgen -f -X "!$1" -- "$current"; compgen -d -- "$current")
}

# What the word at this place behind the options is: script, file ...
_tidelock_argument() {
    case $1 in
    script) _tidelock_files '*.lua' ;;
    file) _tidelock_files '*' ;;
    space) _tidelock_offer < <("$program" ls 2>/dev/null | sed 's/ .*//') ;;
    program)
        _tidelock_argument space
        _tidelock_offer < <(pgrep '^tidelock' 2>/dev/null)
        ;;
    object)
        _tidelock_offer < <("$program" ls "$before" 2>/dev/null | sed -n 's/^[^"]*"\([^"]*\)".*/\1/p' |
            while IFS= read -r word; do printf '%q\n' "$word"; done)
        ;;
    command) _tidelock_offer < <(printf '%s\n' $commands) ;;
    subcommand) _tidelock_offer < <(printf '%s\n' $subcommands) ;;
    lab)
        _tidelock_offer < <("$program" lab list 2>/dev/null | sed -nE 's/^ *[0-9]+  +([^ ]+).*/\1/p')
        _tidelock_files '*'
        ;;
    esac
}

_tidelock() {
    local program=$1 current=${COMP_WORDS[COMP_CWORD]} before= word place=0 at=1
    local command=run options values arguments more anywhere= subcommands= commands='@COMMANDS@'
    COMPREPLY=()
    if [[ $COMP_CWORD -gt 1 && " $commands " == *" ${COMP_WORDS[1]} "* ]]; then
        command=${COMP_WORDS[1]}
        at=2
    fi
    case $command in
@CASES@
    esac
    # the words before: options with their values (readline makes a word of =)
    while [[ $at -lt $COMP_CWORD ]]; do
        word=${COMP_WORDS[at]}
        at=$((at + 1))
        if [[ $place -gt 0 && -z $anywhere || $word != -?* ]]; then
            place=$((place + 1))
            before=$word
        elif [[ ${COMP_WORDS[at]} == = ]]; then
            at=$((at + 2))
        elif [[ " $values " == *" $word "* ]]; then
            at=$((at + 1))
        fi
    done
    if [[ $at -gt $COMP_CWORD ]]; then # the current word is an option's value
        [[ $current == = ]] && current=
        case $command$word in
@FILES@
        esac
        return
    fi
    if [[ $current == -* && ( $place == 0 || $anywhere ) ]]; then
        _tidelock_offer < <(printf '%s\n' $options)
        return
    fi
    [[ $COMP_CWORD == 1 ]] && _tidelock_argument command
    arguments=($arguments)
    _tidelock_argument "${arguments[place]:-$more}"
}

complete -F _tidelock tidelock tidelock5.3 tidelock5.4
]==]

-- The names of a command's options, of those for which `wanted` is true.
local function names(command, wanted)
  local list = {}
  for _, option in ipairs(command.options) do
    for _, name in ipairs(option) do
      if name:find "%w" and wanted(option) then list[#list + 1] = name end
    end
  end
  return list
end

local function all() return true end
local function has_value(option) return option.value and not option.may end
local function is_file(option) return option.completes == "file" end

local function case(command)
  local format = "    %s)\n        options='%s' values='%s'\n"
    .. "        arguments='%s' more=%s anywhere=%s\n%s        ;;"
  local words = {}
  for i, row in ipairs(command.subcommands or {}) do words[i] = row.name end
  local own = words[1] and ("        subcommands='%s'\n"):format(table.concat(words, " ")) or ""
  return format:format(command.name, table.concat(names(command, all), " "),
    table.concat(names(command, has_value), " "), table.concat(command.arguments, " "), command.more and "file" or "",
    command.anywhere and "yes" or "", own)
end

--- The text of the file.
function bash.render(commands)
  local words, cases, files = {}, {}, {}
  for i, command in ipairs(commands) do
    words[i], cases[i] = command.name, case(command)
    for _, name in ipairs(names(command, is_file)) do files[#files + 1] = command.name .. name end
  end
  local parts = {
    COMMANDS = table.concat(words, " "), CASES = table.concat(cases, "\n"),
    FILES = ("        %s) _tidelock_files '*' ;;"):format(table.concat(files, " | ")),
  }
  return (TEMPLATE:gsub("@(%u+)@", parts))
end

return bash
