--- Help: what the program, which is C, asks of the table of commands.  All answers are texts, or nil.
local commands = require "program.commands"
local nearest = require "help.nearest"
local usage = require "help.usage"

local help = {}

local function names()
  local list = {}
  for i, command in ipairs(commands) do list[i] = command.name end
  return list
end

--- The command that was perhaps meant by a word.
function help.near(word) return nearest(word, names()) end

--- The help on all, or on the command of that name; nil: there is none.
function help.help(name)
  if not name then return usage.overview(commands, commands.run) end
  return commands[name] and usage.whole(commands[name])
end

--- There is no such command.
function help.unknown_command(word)
  local meant = help.near(word)
  return usage.wrong(commands.run, ("unknown command '%s'%s"):format(word,
    meant and ("; did you mean %s?"):format(meant) or "; there are: " .. table.concat(names(), ", ")))
end

--- The command does not have the option.
function help.unknown_option(name, word)
  return usage.wrong(commands[name], usage.unknown(commands[name], word))
end

--- The command was used in a wrong way, which the text tells.
function help.wrong(name, text) return usage.wrong(commands[name], text) end

return help
