--- Zsh: the completion for zsh, made of the table of commands.
local zsh = {}

local TEMPLATE = [==[
#compdef tidelock tidelock5.3 tidelock5.4
# Completion of tidelock's command line for zsh; made by `make docs`.

_tidelock_commands() {
    local -a commands=(
@COMMANDS@
    )
    _describe -t commands command commands
}

_tidelock_spaces() {
    local -a spaces=(${${(f)"$(_call_program spaces ${(q)program} ls 2>/dev/null)"}%% *})
    _wanted spaces expl space compadd -a spaces
}

_tidelock_programs() {
    local -a pids=(${(f)"$(_call_program pids pgrep '^tidelock' 2>/dev/null)"})
    _wanted pids expl 'process of a program' compadd -a pids
    _tidelock_spaces
}

_tidelock_objects() {
    local -a lines=(${(f)"$(_call_program names ${(q)program} ls $words[CURRENT-1] 2>/dev/null)"})
    local -a names=(${${${(M)lines:#*\"*}#*\"}%%\"*})
    _wanted names expl object compadd -a names
}

_tidelock_labs() {
    local -a lines=(${(f)"$(_call_program labs ${(q)program} lab list 2>/dev/null)"})
    local -a labs=(${${(M)lines:#[[:space:]]#[0-9]##[[:space:]][[:space:]]*}})
    labs=(${${labs##[[:space:]]#[0-9]##[[:space:]]##}%% *})
    _wanted labs expl lab compadd -a labs
    _files
}

_tidelock_first() {
    _tidelock_commands
    _files -g '*.lua'
}

_tidelock() {
    local -a expl
    local program=${words[1]} command=${words[2]}
    if (( CURRENT > 2 )); then
        case $command in
@CASES@
        esac
    fi
@OWN@
}

_tidelock "$@"
]==]

local ARGUMENTS = {
  script = 'script:_files -g "*.lua"', file = "file:_files", command = "command:_tidelock_commands",
  program = "program or space:_tidelock_programs", space = "space:_tidelock_spaces",
  object = "object:_tidelock_objects", lab = "lab:_tidelock_labs",
}

-- In single quotes of the shell.
local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- What stands in brackets, or between colons.
local function escaped(text) return (text:gsub("[%[%]:\\]", "\\%0")) end

-- A long name has its value in the same word or the next, a short one may have no "=".
local function spec(option, name)
  local value = ""
  if option.value then
    local long = name:find "^%-%-"
    value = option.may and "=-" or long and "=" or "+"
  end
  local text = option.text .. (option.since and (" (%s)"):format(option.since) or "")
  local argument = option.value and ("%s:%s:%s"):format(option.may and ":" or "", escaped(option.value),
    option.completes == "file" and "_files" or " ") or ""
  return quoted(("%s%s%s[%s]%s"):format(option.many and "*" or "", name, value, escaped(text), argument))
end

-- "subcommand:((check\:'check the lab'))"
local function subcommands(command)
  local list = {}
  for i, row in ipairs(command.subcommands) do
    list[i] = ('%s\\:"%s"'):format(row.name, escaped(row.text))
  end
  return ("subcommand:((%s))"):format(table.concat(list, " "))
end

local function call(command, indent, first)
  local lines = { command.anywhere and "_arguments -S" or "_arguments -S -A '-*'" }
  for _, option in ipairs(command.options) do
    for _, name in ipairs(option) do
      if name:find "%w" then lines[#lines + 1] = spec(option, name) end
    end
  end
  for place, kind in ipairs(command.arguments) do
    lines[#lines + 1] = quoted(("%d:%s"):format(place, first
      or kind == "subcommand" and subcommands(command) or ARGUMENTS[kind]))
  end
  if command.more then lines[#lines + 1] = quoted "*:file:_files" end
  return indent .. table.concat(lines, " \\\n    " .. indent)
end

local function case(command)
  local indent = "            "
  return ("        %s)\n%sshift words\n%s(( CURRENT-- ))\n%s\n%sreturn\n%s;;"):format(command.name, indent, indent,
    call(command, indent), indent, indent)
end

--- The text of the file.
function zsh.render(commands)
  local list, cases = {}, {}
  for i, command in ipairs(commands) do
    list[i] = "        " .. quoted(command.name .. ":" .. escaped(command.brief))
    cases[i] = case(command)
  end
  local parts = {
    COMMANDS = table.concat(list, "\n"), CASES = table.concat(cases, "\n"),
    OWN = call(commands.run, "    ", "script or command:_tidelock_first"),
  }
  return (TEMPLATE:gsub("@(%u+)@", parts))
end

return zsh
