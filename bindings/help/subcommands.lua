--- Subcommands: the command line of a command with words of its own, such as `tidelock lab check`.
--
-- The row of the command (usage.lua) has besides: `subcommands` = rows { name =, words = (what stands behind, for
-- people), least =, most = (how many words), text =, and its options }, and `alone` = the options it has without a
-- subcommand, or nil where it needs one. Options may stand before the other words and behind them. The word `help` is
-- the option --help.
local nearest = require "help.nearest"
local read = require "help.options"

local refuse = read.refuse

local subcommands = {}

local function find(command, word)
  local names = {}
  for i, row in ipairs(command.subcommands) do
    if row.name == word then return row end
    names[i] = row.name
  end
  local meant = nearest(word, names)
  refuse("there is no '%s %s'%s", command.name, word, meant and ("; did you mean %s %s?"):format(command.name, meant)
    or ": there are " .. table.concat(names, ", "))
end

local function has(row, option)
  for _, own in ipairs(row) do
    if own == option then return true end
  end
end

-- Whose option it is: "lab check, lab grade".
local function owners(command, option)
  local list = {}
  for _, row in ipairs(command.subcommands) do
    if has(row, option) then list[#list + 1] = command.name .. " " .. row.name end
  end
  if command.alone and has(command.alone, option) then table.insert(list, 1, command.name) end
  return table.concat(list, ", ")
end

local function check_options(command, found, row)
  local may = row or command.alone
  for _, option in ipairs(command.options) do
    if found[option.to] ~= nil and option.to ~= "help" and not has(may, option) then
      refuse("'%s' is not an option of %s%s, but of: %s", option[#option], command.name, row and " " .. row.name or "",
        owners(command, option))
    end
  end
end

local function check_count(command, found, row)
  local count, whole = #found.words, command.name .. " " .. row.name
  if count < row.least then refuse("%s: what is missing: %s", whole, row.words) end
  if count > row.most then
    refuse("%s: '%s' is too much: tidelock %s %s", whole, found.words[row.most + 1], whole, row.words)
  end
end

local function check(command, found)
  local word = table.remove(found.words, 1)
  if word == "help" then
    found.help = true
    return
  end
  local row = word and find(command, word)
  if not row and not command.alone then refuse("%s: which one? %s", command.name, command.synopsis[1]) end
  found.subcommand = row and row.name
  check_options(command, found, row)
  if row then check_count(command, found, row) end
end

--- A function that reads the words behind the command's name: { subcommand =, words =, and what the options say }; or
--- nil and the text for the user. finish(found), where given, may call refuse.
function subcommands.reader(command, finish)
  command.anywhere = true
  return read.reader(command, function(found)
    check(command, found)
    if finish then finish(found) end
  end)
end

return subcommands
