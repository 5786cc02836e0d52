-- Parts that only the program has: functions that run there, with arguments and results that go there and back as Lua.
local explorer = dofile "spec/support/explorer.lua"

local in_program = {}

--- Code of text_of(value): the value as Lua; columns of a trace (timeline/read/columns.h) as arrays.
in_program.TEXT_OF = [[
local function text_of(value)
  if type(value) == "userdata" then
    local list = {}
    for i = 1, #value do list[i] = value[i] end
    value = list
  end
  if type(value) ~= "table" then return ("%q"):format(value) end
  local parts = {}
  for key, each in pairs(value) do parts[#parts + 1] = ("[%s]=%s"):format(text_of(key), text_of(each)) end
  return "{" .. table.concat(parts, ",") .. "}"
end
]]

local text_of = load(in_program.TEXT_OF .. "return text_of")()

--- What the code returns there; the other arguments are its own, `...`.
function in_program.call(code, ...)
  local arguments = text_of(table.pack(...))
  local out, err, status = explorer.run(in_program.TEXT_OF .. [[
    local file = assert(io.open(script, "rb"))
    local arguments = load("return " .. file:read "a")()
    file:close()
    local function called(...) ]] .. code .. [[ end
    io.stdout:write("return ", text_of(table.pack(called(table.unpack(arguments, 1, arguments.n)))), "\n")
    return 0
  ]], arguments)
  assert(status == 0 and err == "", err)
  local found = load(out)()
  return table.unpack(found, 1, found.n)
end

--- A module of the program: its functions, called there.
function in_program.module(name)
  return setmetatable({}, { __index = function(_, key)
    return function(...) return in_program.call(("return require %q[%q](...)"):format(name, key), ...) end
  end })
end

return in_program
