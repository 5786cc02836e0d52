--- Usage: the texts of --help, made of a command's row.
--
-- A command: { name =, brief = (a line), text = (what it does), synopsis = { what stands behind its name, a line
-- each }, options = { rows }, arguments = { "file", ... }, after = (what is to be known besides), status = (of exit) }.
-- `bare`: its name may be left out.  `arguments` says how each word behind the options is completed: "script", "file",
-- "space", "object", "program" (a pid or a space) or "command"; `more`: any files behind those.
--
-- An option: { "-h", "--help", text = (a few words), value = "N", may = true (the value, behind "=", can be missing),
-- completes = "file", many = true (can be given again), since = "Lua 5.4" }, and what the command's reader needs.
local nearest = require "help.nearest"

local usage = {}

local WIDTH = 80

--- Whether this program has the option.
function usage.has(option) return not option.since or option.since <= _VERSION end

--- How an option is written, with its value: "--runs N", "--sim[=SEED]", "-h, --help".
function usage.form(option)
  local names = table.concat(option, ", ")
  if not option.value then return names end
  return names .. (option.may and "[=%s]" or " %s"):format(option.value)
end

--- The command's option of that name; nil: it has none.
function usage.find(command, name)
  for _, option in ipairs(command.options) do
    for _, own in ipairs(option) do
      if own == name and usage.has(option) then return option end
    end
  end
end

--- All names of a command's options.
function usage.names(command)
  local list = {}
  for _, option in ipairs(command.options) do
    if usage.has(option) then table.move(option, 1, #option, #list + 1, list) end
  end
  return list
end

-- The text, broken into lines that are not longer than `width`.
local function wrapped(text, width)
  local lines = {}
  for word in text:gmatch "%S+" do
    local last = lines[#lines]
    if last and #last + 1 + #word <= width then
      lines[#lines] = last .. " " .. word
    else
      lines[#lines + 1] = word
    end
  end
  return lines
end

-- Rows { left, text } as two columns.
local function columns(rows)
  local column, lines = 0, {}
  for _, row in ipairs(rows) do column = math.max(column, #row[1] + 4) end
  for i, row in ipairs(rows) do
    local text = table.concat(wrapped(row[2], WIDTH - column), "\n" .. (" "):rep(column))
    lines[i] = ("  %-" .. column - 4 .. "s  %s\n"):format(row[1], text)
  end
  return table.concat(lines)
end

local function paragraph(text)
  return text and table.concat(wrapped(text, WIDTH), "\n") .. "\n" or ""
end

--- How the command is called, a line each: "tidelock explore [options] script [arguments]".
function usage.synopsis(command)
  local lines = {}
  for _, line in ipairs(command.synopsis) do
    lines[#lines + 1] = command.bare and "tidelock " .. line or ("tidelock %s %s"):format(command.name, line)
  end
  return lines
end

--- How a subcommand is called: "check [NAME]".
function usage.called(row) return (("%s %s"):format(row.name, row.words):gsub(" $", "")) end

local function heading(command)
  return "usage: " .. table.concat(usage.synopsis(command), "\n       ") .. "\n"
end

local function option_rows(command)
  local rows = {}
  for _, option in ipairs(command.options) do
    if usage.has(option) then rows[#rows + 1] = { usage.form(option), option.text } end
  end
  return columns(rows)
end

local function subcommand_rows(command)
  local rows = {}
  for i, row in ipairs(command.subcommands or {}) do rows[i] = { usage.called(row), row.text } end
  return #rows > 0 and columns(rows) .. "Options:\n" or ""
end

--- The text of `tidelock COMMAND --help`.
function usage.whole(command)
  return heading(command) .. paragraph(command.text) .. subcommand_rows(command) .. option_rows(command)
    .. paragraph(command.after) .. paragraph(command.status and "Exit status: " .. command.status)
end

--- The text of `tidelock --help`; `own` is the command whose name may be left out.
function usage.overview(commands, own)
  local rows = {}
  for i, command in ipairs(commands) do rows[i] = { command.name, command.brief } end
  return heading(own) .. "       tidelock COMMAND [arguments]\n" .. columns(rows)
    .. "tidelock help COMMAND tells more. Options of run:\n" .. option_rows(own) .. paragraph(own.after)
end

--- That the command does not have an option, and which was perhaps meant.
function usage.unknown(command, word)
  local meant = nearest(word:match "^[^=]+", usage.names(command))
  return ("unknown option '%s'%s"):format(word, meant and ("; did you mean '%s'?"):format(meant) or "")
end

--- What is told on wrong use: what is wrong, and the way out.
function usage.wrong(command, text)
  local way = command.bare and "tidelock --help" or ("tidelock %s --help"):format(command.name)
  return ("tidelock: %s\n%sSee %s.\n"):format(text, heading(command), way)
end

return usage
