-- Reads a definition file with LuaCATS annotations, such as tidelock.d.lua.
--
-- annotations.read(text, file) returns { sections =, named = }.  `--- Title ----` begins a section, which has a title
-- and items.  An item is, in the order of the file,
--   { kind = "class", name =, parent =, fields =, operators =, variable = }   variable: what its methods are written on
--   { kind = "alias", name =, type =, choices = }
--   { kind = "function", class =, owner =, separator =, name =, params =, returns =, overloads = }
--   { kind = "prose" }
-- each with prose, a list of lines, and line, its number; `named` finds classes and aliases.  A function's class is
-- where it belongs.  Fields, params and returns have name, optional, type (docs/types.lua) and text.
--
-- What is not understood raises "FILE:LINE: why": an annotation that is misspelt is missing from the page and in every
-- editor, and nobody would see it.
local types = dofile "bindings/docs/types.lua"

local annotations = {}

local BUILT_IN = {}
local names = "nil any boolean true false string number integer function table thread userdata self file*"
for name in names:gmatch("%S+") do
  BUILT_IN[name] = true
end

local tags = {}

local function read_type(state, text)
  local ok, type, rest = pcall(types.read, text)
  if not ok then state.fail(type) end
  state.used[#state.used + 1] = { type = type, line = state.line, generics = state.block.generics }
  return type, (rest:gsub("^#%s*", ""))
end

local function add(list, item)
  list[#list + 1] = item
end

local function need_class(state, tag)
  if state.block.kind ~= "class" then state.fail(("@%s belongs below a @class"):format(tag)) end
end

local function define(state, kind, name)
  if state.named[name] then state.fail(("%s is defined in line %d"):format(name, state.named[name].line)) end
  if state.block.kind then state.fail(("a block is one class or one alias; it is %s"):format(state.block.name)) end
  state.block.kind, state.block.name, state.block.line = kind, name, state.line
  state.named[name] = state.block
end

function tags.meta() end

function tags.class(state, text)
  local name, rest = text:match("^([%a_][%w_%.]*)%s*(.*)$")
  if not name then state.fail("@class NAME is expected") end
  define(state, "class", name)
  local parent = rest:match("^:%s*(.*)$")
  if parent then state.block.parent = read_type(state, parent) end
  if rest ~= "" and not parent then state.fail("@class NAME: PARENT is expected") end
end

function tags.field(state, text)
  need_class(state, "field")
  local name, optional, rest = text:match("^([%a_][%w_]*)(%??)%s+(.*)$")
  if not name then name, optional, rest = text:match("^(%[[^%]]+%])(%??)%s+(.*)$") end
  if not name then state.fail("@field NAME TYPE is expected") end
  local type, about = read_type(state, rest)
  add(state.block.fields, { name = name, optional = optional == "?", type = type, text = about })
end

function tags.operator(state, text)
  need_class(state, "operator")
  local name, operand, rest = text:match("^(%a+)(%b())%s*:%s*(.*)$")
  if not name then name, rest = text:match("^(%a+)%s*:%s*(.*)$") end
  if not name then state.fail("@operator NAME: TYPE is expected") end
  if operand then read_type(state, operand) end
  add(state.block.operators, { name = name, type = read_type(state, rest) })
end

function tags.alias(state, text)
  local name, rest = text:match("^([%a_][%w_%.]*)%s*(.*)$")
  if not name then state.fail("@alias NAME is expected") end
  define(state, "alias", name)
  if rest ~= "" then state.block.type, state.block.text = read_type(state, rest) end
end

function tags.generic(state, text)
  for one in text:gmatch("[^,]+") do
    local name, rest = one:match("^%s*([%a_][%w_]*)%s*:?%s*(.-)%s*$")
    if not name then state.fail("@generic NAME is expected") end
    state.block.generics[name] = true
    if rest ~= "" then read_type(state, rest) end
  end
end

function tags.param(state, text)
  local name, optional, rest = text:match("^([%a_][%w_]*)(%??)%s+(.*)$")
  if not name then name, optional, rest = text:match("^(%.%.%.)(%??)%s+(.*)$") end
  if not name then state.fail("@param NAME TYPE is expected") end
  local type, about = read_type(state, rest)
  add(state.block.params, { name = name, optional = optional == "?", type = type, text = about, line = state.line })
end

tags["return"] = function(state, text)
  local type, rest = read_type(state, text)
  local name, about = rest:match("^([%a_][%w_]*)%s*(.*)$")
  if not name then name, about = rest:match("^(%.%.%.)%s*(.*)$") end
  add(state.block.returns, { type = type, name = name, text = about or rest })
end

function tags.overload(state, text)
  local type, rest = read_type(state, text)
  if type[1] ~= "fun(" or rest ~= "" then state.fail("@overload fun(...): TYPE is expected") end
  add(state.block.overloads, type)
end

local function choice(state, text)
  if state.block.kind ~= "alias" then state.fail("`---|` belongs below an @alias") end
  -- '"fifo"' is the literal "fifo", as the language server reads it
  local type, about = read_type(state, (text:gsub("^'(\"[^']*\")'", "%1")))
  add(state.block.choices, { type = type, text = about })
end

local function new_block(state)
  state.block = { prose = {}, fields = {}, operators = {}, choices = {}, params = {}, returns = {}, overloads = {},
    generics = {} }
end

local function annotation(state, line)
  local tag, text = line:match("^%-%-%-@(%w+)%s*(.-)%s*$")
  if tag then
    if not tags[tag] then state.fail("an annotation that is not known here: @" .. tag) end
    return tags[tag](state, text)
  end
  local one = line:match("^%-%-%-|%s*(.-)%s*$")
  if one then return choice(state, one) end
  if line:find("^%-%-%-@") then state.fail("an annotation without a name") end
  add(state.block.prose, (line:match("^%-%-%- ?(.*)$")))
end

local function check_params(state, written)
  local n = 0
  for name in written:gmatch("[^,%s]+") do
    n = n + 1
    local param = state.block.params[n]
    if not param or param.name ~= name then
      state.fail(("@param %s is expected, and is %s"):format(name, param and "@param " .. param.name or "missing"))
    end
  end
  local extra = state.block.params[n + 1]
  if extra then state.fail("the function has no parameter " .. extra.name, extra.line) end
end

local function definition(state, line)
  local block = state.block
  local owner, separator, name, params = line:match("^function ([%w_]+)([%.:])([%w_]+)%((.-)%) end$")
  local variable = line:match("^local ([%w_]+) = {}$")
  if owner then
    if not state.variables[owner] then state.fail(owner .. " is no class of this file") end
    if block.kind then state.fail("a function cannot be a " .. block.kind) end
    check_params(state, params)
    block.kind, block.owner, block.separator, block.name = "function", owner, separator, name
    block.class, block.line = state.variables[owner], state.line
  elseif variable then
    if block.kind ~= "class" then state.fail(("@class is missing above `%s`"):format(line)) end
    block.variable, state.variables[variable] = variable, block
  elseif not line:find("^return [%w_]+$") then
    state.fail("this is not understood: " .. line)
  end
end

-- The block is over.
local function finish(state)
  local block = state.block
  if block.kind ~= "function" and (#block.params + #block.returns + #block.overloads > 0) then
    state.fail("@param, @return and @overload belong above a function", state.line - 1)
  end
  if block.kind == "alias" and not block.type and #block.choices == 0 then
    state.fail("@alias needs a type", block.line)
  end
  if not block.kind and #block.prose > 0 then block.kind, block.line = "prose", state.line end
  if block.kind then add(state.sections[#state.sections].items, block) end
  new_block(state)
end

local function check_names(state)
  for _, use in ipairs(state.used) do
    for _, piece in ipairs(use.type) do
      local name = piece.name
      if name and not (BUILT_IN[name] or state.named[name] or use.generics[name]) then
        state.fail("a type that is not known: " .. name, use.line)
      end
    end
  end
end

function annotations.read(text, file)
  local state = { line = 0, sections = { { title = "Overview", items = {} } }, named = {}, variables = {}, used = {} }
  function state.fail(why, line) error(("%s:%d: %s"):format(file, line or state.line, why), 0) end
  new_block(state)
  for line in (text .. "\n\n"):gmatch("([^\n]*)\n") do
    state.line = state.line + 1
    local title = line:match("^%-%-%- (.-) %-%-%-+$")
    if title then
      finish(state)
      add(state.sections, { title = title, items = {} })
    elseif line:find("^%-%-%-") then
      annotation(state, line)
    elseif line:find("^%s*$") then
      finish(state)
    elseif not line:find("^%-%-") then
      definition(state, line)
      finish(state)
    end
  end
  check_names(state)
  return { sections = state.sections, named = state.named }
end

return annotations
