--- Man: the page tidelock(1), made of the table of commands, in troff's man macros.
local usage = require "help.usage"

local man = {}

-- Text as it stands: no letter of it is troff's.
local function plain(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("'", "\\(aq")
  return (text:gsub("^%.", "\\&."))
end

local function bold(text) return ("\\fB%s\\fR"):format(plain(text)) end

-- "--runs N", with what is typed as it stands in bold, and the value, which is in capitals, in italics.
local function form(option)
  local names = {}
  for i, name in ipairs(option) do names[i] = bold(name) end
  local value = option.value and ("\\fI%s\\fR"):format(plain(option.value))
  return table.concat(names, ", ") .. (not value and "" or option.may and ("[=%s]"):format(value) or " " .. value)
end

local function text_of(option)
  return option.text .. (option.since and (" (%s)"):format(option.since) or "")
end

-- "tidelock explore [options] script": what is typed as it stands in bold.
local function synopsis(command)
  local lines = {}
  for _, line in ipairs(usage.synopsis(command)) do
    local typed = command.bare and "tidelock" or "tidelock " .. command.name
    lines[#lines + 1] = bold(typed) .. plain(line:sub(#typed + 1))
  end
  return lines
end

local function section(write, command)
  write(".SS %s", plain(command.name))
  for _, line in ipairs(synopsis(command)) do write("%s\n.br", line) end
  write(".PP\n%s", plain(command.text))
  for _, row in ipairs(command.subcommands or {}) do
    write(".TP\n%s\n%s", bold(row.name) .. plain(usage.called(row):sub(#row.name + 1)), plain(row.text))
  end
  for _, option in ipairs(command.options) do write(".TP\n%s\n%s", form(option), plain(text_of(option))) end
  if command.after then write(".PP\n%s", plain(command.after)) end
  if command.status then write(".PP\nExit status: %s", plain(command.status)) end
end

local function definitions(write, title, rows)
  write(".SH %s", title)
  for _, row in ipairs(rows) do write(".TP\n%s\n%s", row[1], plain(row[2])) end
end

--- The page's text. `about`: what it tells besides the commands: { summary =, environment = { { NAME, text } },
--- examples = { { line, text } } }.
function man.render(commands, about, version)
  local lines = {}
  local function write(format, ...) lines[#lines + 1] = format:format(...) end
  write('.TH TIDELOCK 1 "" "%s" "User Commands"', plain(version))
  write(".SH NAME\ntidelock \\- %s\n.SH SYNOPSIS", plain(about.brief))
  for _, command in ipairs(commands) do
    for _, line in ipairs(synopsis(command)) do write("%s\n.br", line) end
  end
  write(".SH DESCRIPTION\n%s\n.SH COMMANDS", plain(about.text))
  for _, command in ipairs(commands) do section(write, command) end
  local environment, examples = {}, {}
  for i, row in ipairs(about.environment) do environment[i] = { bold(row[1]), row[2] } end
  for i, row in ipairs(about.examples) do examples[i] = { bold(row[1]), row[2] } end
  definitions(write, "ENVIRONMENT", environment)
  definitions(write, "EXAMPLES", examples)
  write(".SH SEE ALSO\n.BR lua (1)\n.PP\n%s", plain(about.more))
  return table.concat(lines, "\n") .. "\n"
end

return man
