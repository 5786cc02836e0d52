--- Session: what the REPL does with the text of a chunk, and with what came of it.
---
--- An expression needs no `return`, and may begin with `=`; a `;` behind it keeps its value quiet. `_` is the last
--- result. A line that begins with `:` is a command. Text that was copied from a REPL, with its prompts, is run as what
--- was typed there, one chunk after the other.
local commands = require "repl.commands"
local complete = require "repl.complete"
local pretty = require "terminal.pretty"
local ps = require "repl.ps"

local session = {}

local CHUNK = "=stdin"

local host      -- what the program gives: see open
local lost = {} -- names of locals that ended with their chunk
local load, select, error, concat, rawget, rawset, type = load, select, error, table.concat, rawget, rawset, type

--- To be called first. `given.columns()` is the width of the terminal; `given.colour` whether it has colours;
--- `given.quit()` ends the session.
function session.open(given)
  host = given
  commands.open(session, given)
  complete.open(given.list, commands.arguments)
end

--- A value as the session shows it.
---@return string
function session.text(value)
  if ps.is_list(value) then return ps.text(value, host.columns()) end
  return pretty.text(value, host.columns(), host.colour)
end

--- What is to be printed of results; nil: nothing.
---@return string?
function session.shown(...)
  local count = select("#", ...)
  if count == 0 then return end
  rawset(_G, "_", (...))
  local texts, separator = {}, "\t"
  for i = 1, count do
    texts[i] = session.text((select(i, ...)))
    if texts[i]:find "\n" then separator = "\n" end
  end
  return concat(texts, separator)
end

-- Where the copied text has prompts, what was typed behind them, a chunk each; else nil.
local function typed_at_prompts(text)
  if not text:find "^%s*> " then return end
  local chunks = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local first, more = line:match "^%s*> (.*)", line:match "^%s*>> (.*)"
    if first then
      chunks[#chunks + 1] = first
    elseif more and #chunks > 0 then
      chunks[#chunks] = chunks[#chunks] .. "\n" .. more
    end
  end
  return chunks
end

local function is_incomplete(message)
  return message:find "<eof>$" ~= nil
end

local function quiet(f)
  return function(...) session.shown(f(...)) end
end

-- What to say of a local that a chunk has had before; nil: nothing.
local function hint(name)
  if name and lost[name] and rawget(_G, name) == nil then
    return ("(the local `%s` ended with its line: without `local` it stays)"):format(name)
  end
end

-- A value that is nil since the local of that name is no more.
local function hinting(f, name)
  return function()
    local value = f()
    if value == nil then session.say(hint(name)) end
    return value
  end
end

local function load_expression(text)
  local expression = text:gsub("^%s*=", "", 1)
  local f, message = load("return " .. expression, CHUNK, "t")
  if not f then return f, message end
  local name = expression:match "^%s*([%a_][%w_]*)%s*$"
  if name and lost[name] then return hinting(f, name) end
  -- "return;" alone is none
  return expression:find ";%s*$" and expression:find "[^%s;]" and quiet(f) or f
end

local function note_locals(text)
  for names in text:gmatch "%f[%w_]local%s+([%a_][%w_,%s]*)" do
    for name in names:gmatch "[%a_][%w_]*" do lost[name] = true end
  end
end

local function load_one(text)
  if commands.is_one(text) then return commands.load(text) end
  local f, of_expression = load_expression(text)
  if f then return f end
  local message
  f, message = load(text, CHUNK, "t")
  return f, message, not f and (is_incomplete(message) or is_incomplete(of_expression))
end

local function run_all(chunks)
  return function()
    for i, text in ipairs(chunks) do
      local f, message = session.load(text)
      if not f then error(message, 0) end
      if i == #chunks then return f() end
      session.say(session.shown(f()))
    end
  end
end

--- The function that a text means; nil, the error, and whether only its end is missing.
function session.load(text)
  local chunks = typed_at_prompts(text)
  if not chunks then return load_one(text) end
  if #chunks == 0 then return function() end end
  local f, message, incomplete = load_one(chunks[#chunks])
  if not f then return f, message, incomplete end
  return run_all(chunks)
end

-- What a block begins with at the end of a line.
local OPENERS = { "%f[%w_]then$", "%f[%w_]do$", "%f[%w_]else$", "%f[%w_]repeat$", "%f[%w_]function[^()]*%([^()]*%)$",
  "[({%[]$" }

-- What a line begins with that ends a block.
local CLOSERS = { "^end%f[^%w_]", "^else%f[^%w_]", "^elseif%f[^%w_]", "^until%f[^%w_]", "^[)}%]]" }

local function matches_one(text, patterns)
  for _, pattern in ipairs(patterns) do
    if text:find(pattern) then return true end
  end
  return false
end

--- How many blanks at the beginning of the last line stand there too much: it ends a block, and is indented as what is
--- in the block.
---@return integer
function session.surplus(text)
  local before, margin, last = text:match "([^\n]*)\n(%s*)([^\n]*)$"
  if not last or not matches_one(last, CLOSERS) then return 0 end
  local of_block = #before:match "^%s*"
  if not matches_one((before:gsub("%s+$", "")), OPENERS) then of_block = of_block - 2 end
  return #margin > of_block and math.min(#margin - math.max(of_block, 0), 2) or 0
end

--- What Enter adds to a text whose end is missing: a newline, and the indentation of the next line, unless that is
--- `pasted`; nil: the text is whole, or wrong.
---@return string?
function session.next_line(text, pasted)
  if not select(3, session.load(text)) then return end
  if pasted then return "\n" end
  local line = text:match "([^\n]*)$"
  local margin = line:match "^%s*"
  return "\n" .. margin .. (matches_one((line:gsub("%s+$", "")), OPENERS) and "  " or "")
end

--- As complete.list.
function session.complete(text, start)
  return complete.list(text, start, commands.names())
end

--- To be called once a chunk has run: its locals are no more.
function session.ran(text)
  note_locals(text)
end

--- An error that is no text, as text.
---@return string
function session.described(value)
  return "error object: " .. pretty.text(value, host.columns(), false)
end

--- An error message as the session tells it: without the frames of the REPL itself, and with a hint where there is one.
---@return string
function session.told(message)
  local text = message:gsub("\n\t%[C%]: in %?$", ""):gsub("\n\tbindings/repl/[^\n]*", "")
  local more = hint(message:match "global '([%a_][%w_]*)'")
  return more and text .. "\n" .. more or text
end

-- Of the beginning: a script may have none, and __index may raise.
local original_print = print

--- Prints, if there is something: as the script would.
function session.say(text)
  local as_the_script = rawget(_G, "print")
  if text then (type(as_the_script) == "function" and as_the_script or original_print)(text) end
end

return session
