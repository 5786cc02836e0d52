--- Options: the command lines of `tidelock top` and `tidelock ps`.
local read = require "help.options"

local options = {}

local TOP = {
  name = "top",
  brief = "what a program or a space does, live",
  text = "Shows the tasks and objects of a running program or space, live: who waits for what, how full queues are, "
    .. "who holds up whom. It only reads: the program is not slowed down, stopped or changed. Without an argument: the "
    .. "program that runs, or a choice of those that do. A server's address, redis://HOST/SPACE, does so of a space "
    .. "there.",
  synopsis = { "[options] [PID|SPACE|ADDRESS]" },
  arguments = { "program" },
  options = {
    { "-d", value = "SECONDS", to = "delay", read = read.seconds, text = "look again after so long, 0.1 at least (1)" },
    { "--once", to = "once", text = "one picture as plain text, without a terminal" },
    { "--json", to = "json", text = "one picture for tools" },
    { "--readonly", to = "readonly", text = "no key can end a task" },
    { "-h", "--help", to = "help", text = "this text" },
  },
  after = "In it h shows the keys. Colours are left out where NO_COLOR is set.",
  status = "0; 1 where that cannot be looked into; 2 wrong use.",
}

local PS = {
  name = "ps",
  brief = "what the tasks of a program or of a space do",
  text = "Tells what each task of a running program or space waits for, since when, at which line, and what it holds; "
    .. "also in the spaces that the program has open, where who waits or holds something may be of another program. "
    .. "Without an argument: of the program that runs, or which those are.",
  synopsis = { "[PID|SPACE|ADDRESS]" },
  arguments = { "program" },
  options = { { "-h", "--help", to = "help", text = "this text" } },
  status = "0; 1 where that cannot be looked into; 2 wrong use.",
}

local function finish(found, words, at)
  found.what = words[at]
  if words[at + 1] then read.refuse("top is of one program or space, and '%s' is a second", words[at + 1]) end
  if found.once and found.json then read.refuse "'--once' and '--json' are two pictures: choose one" end
  found.delay = math.max(found.delay or 1, 0.1) -- of less time no rates can be told
end

--- Reads the words behind `top`: a table of options; or nil and the text for the user.
options.top = read.reader(TOP, finish)

--- The same of `ps`.
options.ps = read.reader(PS, function(found, words, at)
  found.what = words[at]
  if words[at + 1] then read.refuse("ps is of one program or space, and '%s' is a second", words[at + 1]) end
end)

--- Their rows in the table of commands (program/commands.lua).
options.commands = { top = TOP, ps = PS }

return options
