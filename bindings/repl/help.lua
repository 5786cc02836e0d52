--- Help: what the reference says of a name: bindings/tidelock.d.lua, which is a part of the program.
local wrap = require "terminal.wrap"

local reference = require "repl.reference"

local help = {}

local by_name -- "queue.put" = { comment lines, declaration }, and "a queue" = the same of a type
local fields -- "process.daemon" = what the reference says of it
local order, order_of_fields = {}, {}

local function add(name, lines, declaration)
  if not by_name[name] then order[#order + 1] = name end
  by_name[name] = by_name[name] or { lines = lines, declaration = declaration }
end

-- `---@param x? integer what` as "  x? integer what"; nil: of no use here.
local function tag_text(line)
  local parameter = line:match "^%-%-%-@param (.*)"
  if parameter then return "  " .. parameter end
  local result = line:match "^%-%-%-@return (.*)"
  if result then return "  returns " .. result end
  local others = line:match "^%-%-%-@overload fun(%b())"
  if others then return "  or " .. others end
  local field = line:match "^%-%-%-@field (.*)"
  if field then return "  ." .. field end
end

-- A choice of an alias: `---| '"fifo"' # first in` as `  "fifo"  first in`.
local function choice_text(line)
  local choice = line:match "^%-%-%-| *(.*)"
  if not choice then return end
  local value, what = choice:match "^(.-) *# *(.*)"
  value = value or choice
  return ("  %s%s"):format(value:match "^'(.*)'$" or value, what and "  " .. what or "")
end

local function comment_text(line)
  local text = choice_text(line) or line:match "^%-%-%-@alias tidelock%.[%w_]+ (.*)"
  if text then return text end
  return line:match "^%-%-%-@" and tag_text(line) or line:match "^%-%-%- ?([^@].*)" or line == "---" and "" or nil
end

-- `---@field x? integer what` of a class; of the options of a call it is a part of that one's text.
local function read_field(class, line)
  local field = line:match "^%-%-%-@field ([%w_]+)"
  local name = class and field and class .. "." .. field
  if not name or fields[name] then return end
  fields[name], order_of_fields[#order_of_fields + 1] = line:match "^%-%-%-@field (.*)", name
end

-- A line that ends a comment: names what it is about.
local function read_declaration(line, comment)
  local name, parameters = line:match "^function ([%w_.:]+)(%b())"
  if name then
    add((name:gsub(":", "."):gsub("^ipc%.", "")), comment, name .. parameters)
  end
end

local function read_reference()
  by_name, fields = {}, {}
  local comment, class_above = {}, nil
  for line in reference:gmatch "[^\n]*" do
    local class = line:match "^%-%-%-@class tidelock%.([%w_.]+)" or line:match "^%-%-%-@alias tidelock%.([%w_]+)"
    class_above = line:match "^%-%-%-@class tidelock%.([%w_.]+)" or line:find "^%-%-%-" and class_above or nil
    read_field(class_above, line)
    if line:find "^%-%-%-" then
      local text = comment_text(line)
      if text then comment[#comment + 1] = text end
      if class then add("a " .. class, comment, class) end
    else
      read_declaration(line, comment)
      comment = {}
    end
  end
end

local function trimmed(lines)
  local text = table.concat(lines, "\n")
  return (text:gsub("^%s*%-*\n", ""):gsub("%s+$", ""))
end

-- Names that begin with `kind.`.
local function methods_of(kind)
  local found = {}
  for _, name in ipairs(order) do
    if name:sub(1, #kind + 1) == kind .. "." then found[#found + 1] = name:sub(#kind + 2) end
  end
  return found
end

local function functions()
  local found = {}
  for _, name in ipairs(order) do
    if by_name[name].declaration:find "^ipc%." then found[#found + 1] = name end
  end
  return found
end

--- Names, with commas between them, behind what says which they are; broken between two of them.
---@return string
function help.names_text(heading, names, columns)
  return table.concat(wrap.lines(heading .. table.concat(names, ", "), columns, "  "), "\n")
end

-- A line that is longer than a narrow terminal is broken, with its margin and two more.
local function broken(text, columns)
  return (text:gsub("[^\n]+", function(line)
    if wrap.length(line) <= columns then return end
    local margin = line:match "^ *"
    return margin .. table.concat(wrap.lines(line, columns - #margin - 2), "\n" .. margin .. "  ")
  end))
end

-- Of a function, of a type, or of both.
local function entry_text(name, columns)
  local entry = by_name[name]
  local kind, methods = by_name["a " .. name], methods_of(name)
  local text = entry and broken(entry.declaration .. "\n" .. trimmed(entry.lines), columns) or name
  if kind and #kind.lines > 0 then
    local of_kind = broken(trimmed(kind.lines), columns)
    text = entry and of_kind .. "\n\n" .. text or text .. "\n" .. of_kind
  end
  if #methods > 0 then text = text .. "\n" .. help.names_text("Methods: ", methods, columns) end
  return text
end

local function field_text(name, columns)
  local class, field = name:match "^(.*)(%.[%w_]+)$"
  return table.concat(wrap.lines(("%s: a field of %s"):format(field, class), columns, "  "), "\n") .. "\n"
    .. table.concat(wrap.lines(fields[name], columns, "  "), "\n")
end

-- The names of methods and fields that are called so, of whatever object.
local function alike(name)
  local found = {}
  for _, known in ipairs(order) do
    if known:match "([%w_]+)$" == name and by_name[known].declaration:find "[.:]" then found[#found + 1] = known end
  end
  for _, known in ipairs(order_of_fields) do
    if known:match "([%w_]+)$" == name and not known:find "option" then found[#found + 1] = known end
  end
  return found
end

-- What the name means: of the module, of a type, of an object that is at hand.
local function meant(name, kind, kind_of_owner)
  name = (name:match "[%a_][%w_.:]*" or name):gsub("^ipc[.:]", ""):gsub("^tidelock%.", ""):gsub(":", ".")
  local method = name:match "%.([%w_]+)$"
  return kind or kind_of_owner and method and kind_of_owner .. "." .. method or name, method
end

local function unknown(name, columns)
  local owner = name:match "^(.*)%.[^.]*$"
  local methods = owner and methods_of(owner) or {}
  if #methods > 0 then
    return help.names_text(("nothing is known of %s; %s has: "):format(name, owner), methods, columns)
  end
  return help.names_text(("nothing is known of %s; in ipc there are: "):format(name), functions(), columns)
end

--- What is known of `queue`, `queue.put`, `put`, `q:put`, `queue.options`; `kind`: the kind of the object that the name
--- means, and of the one that it means without its last part; nil: none.
---@return string
function help.text(name, kind, kind_of_owner, columns)
  if not by_name then read_reference() end
  if name == "ipc" then return help.names_text("Functions of ipc, for :help: ", functions(), columns) end
  local method
  name, method = meant(name, kind, kind_of_owner)
  if by_name[name] then return entry_text(name, columns) end
  if fields[name] then return field_text(name, columns) end
  if by_name["a " .. name] then return entry_text(name, columns) end
  local found = alike(method or name)
  if #found == 1 then return (by_name[found[1]] and entry_text or field_text)(found[1], columns) end
  if #found > 1 then
    for i, one in ipairs(found) do found[i] = ":help " .. one end
    return help.names_text(name .. ": of which? ", found, columns)
  end
  return unknown(name, columns)
end

--- All that can be asked for.
---@return string[]
function help.names()
  if not by_name then read_reference() end
  local found = {}
  for i, name in ipairs(order) do found[i] = name:gsub("^a ", "") end
  return found
end

--- Of which kind a field is, as the reference has it; nil: of none of ours, or there is no such field.
---@return string?
function help.kind_of_field(kind, field)
  if not by_name then read_reference() end
  local told = fields[("%s.%s"):format(kind, field)]
  return told and told:match "^%S+ tidelock%.([%w_]+)"
end

--- The names of the methods of a kind.
---@return string[]
function help.methods(kind)
  if not by_name then read_reference() end
  return methods_of(kind)
end

--- The names of the fields that objects of a kind have, beside their methods.
---@return string[]
function help.fields(kind)
  if not by_name then read_reference() end
  local found = {}
  for _, name in ipairs(order_of_fields) do
    local class, field = name:match "^(.*)%.([%w_]+)$"
    if class == kind then found[#found + 1] = field end
  end
  return found
end

--- The names of the functions of the module, in the order of the reference.
---@return string[]
function help.functions()
  if not by_name then read_reference() end
  return functions()
end

return help
