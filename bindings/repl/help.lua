--- Help: what the reference says of a name: bindings/tidelock.d.lua, which is a part of the program.
local wrap = require "terminal.wrap"

local reference = require "repl.reference"

local help = {}

local by_name -- "queue.put" = { comment lines, declaration }
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
  local field = line:match "^%-%-%-@field (.*)"
  if field then return "  ." .. field end
end

local function comment_text(line)
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
    local class = line:match "^%-%-%-@class tidelock%.([%w_]+)"
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
    local method = name:match("^" .. kind .. "%.(.+)")
    if method then found[#found + 1] = method end
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

local function entry_text(name, columns)
  local entry = by_name[name]
  local kind, methods = by_name["a " .. name], methods_of(name)
  local text = broken(entry.declaration .. "\n" .. trimmed(entry.lines), columns)
  if kind and #kind.lines > 0 then text = broken(trimmed(kind.lines), columns) .. "\n\n" .. text end
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

--- What is known of `queue`, `queue.put`, `put`, `q:put`; `kind`: the kind of the object that the name before the dot
--- means; nil: none.
---@return string
function help.text(name, kind, columns)
  if not by_name then read_reference() end
  name = name:gsub("^ipc[.:]", ""):gsub(":", ".")
  local method = name:match "%.([%w_]+)$"
  if kind and method then name = kind .. "." .. method elseif kind then name = kind end
  if by_name[name] then return entry_text(name, columns) end
  if fields[name] then return field_text(name, columns) end
  local found = alike(method or name)
  if #found == 1 then return (by_name[found[1]] and entry_text or field_text)(found[1], columns) end
  if #found > 1 then return ("%s: of which? :help %s"):format(name, table.concat(found, ", :help ")) end
  local methods = methods_of(name)
  if #methods > 0 then return help.names_text(name .. ": methods ", methods, columns) end
  return help.names_text(("nothing is known of %s; in ipc there are: "):format(name), functions(), columns)
end

--- All that can be asked for.
---@return string[]
function help.names()
  if not by_name then read_reference() end
  local found = {}
  for i, name in ipairs(order) do found[i] = name:gsub("^a ", "") end
  return found
end

--- The names of the functions of the module, in the order of the reference.
---@return string[]
function help.functions()
  if not by_name then read_reference() end
  return functions()
end

return help
