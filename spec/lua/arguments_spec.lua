-- Each call of the reference (bindings/tidelock.d.lua), with one argument more than it takes.
local ipc = require "tidelock"
local makers = dofile "spec/support/makers.lua"
local engine = dofile "spec/support/engine.lua"

-- { { of = "queue", name = "put", method = true, count = 2 }, ... }; calls that take any number are left out.
local function declared()
  local calls = {}
  for line in io.lines "bindings/tidelock.d.lua" do
    local of, dot, name, list = line:match "^function ([%w_]+)([%.:])([%w_]+)%((.-)%) end"
    local there = of ~= "far" or not engine.missing
    if name and there and not list:find("...", 1, true) then
      local _, count = list:gsub("[%w_]+", "")
      calls[#calls + 1] = { of = of, name = name, method = dot == ":", count = count }
    end
  end
  return calls
end

local made = { ipc = ipc, hold = ipc.lock():hold() }

local function make(of)
  if of == "far" then return ipc.open(engine.shared():address "arguments") end
  made[of] = made[of] or (makers[of]())
  return made[of]
end

-- count + 1 arguments: nils, and `last`; to a constructor of a space, a name first
local function call_with(call, last)
  local object = make(call.of)
  local arguments = { n = call.count + 1 }
  if (call.of == "space" or call.of == "far") and not call.method then arguments[1] = "x" end
  arguments[arguments.n] = last
  local fn = object[call.name]
  if call.method then
    return pcall(function() return fn(object, table.unpack(arguments, 1, arguments.n)) end)
  end
  return pcall(function() return fn(table.unpack(arguments, 1, arguments.n)) end)
end

describe("an argument too many", function()
  teardown(function()
    made = {}
    collectgarbage() -- pools end
    collectgarbage()
  end)

  local calls = declared()

  it("is looked for in every call", function()
    assert(#calls > 100, #calls)
  end)

  for _, call in ipairs(calls) do
    it("raises in " .. call.of .. (call.method and ":" or ".") .. call.name, function()
      for _, last in ipairs{ false, 1, "nothing" } do
        local ok, message = call_with(call, last ~= "nothing" and last or nil)
        assert.is_false(ok)
        assert.matches("^spec/lua/arguments_spec.lua:%d+: .*" .. call.name .. ": ", message)
        assert(message:find "takes .* argument" or message:find "arguments? given" or
          message:find "the name is the first argument" or message:find "are expected, as in", message)
      end
    end)
  end

  it("is told with the object, the call and how many", function()
    local q = ipc.queue{ name = "orders" }
    local ok, message = pcall(function() q:put("a", nil, 3) end)
    assert.is_false(ok)
    assert.matches('^spec/lua/arguments_spec.lua:%d+: queue#%d+ "orders": put: takes at most 2 arguments, and got 3$',
      message)
    assert.equal(0, #q)
  end)

  it("is nothing where Lua itself gives more", function()
    assert.equal(0, #ipc.queue())
    local held = ipc.lock():hold()
    getmetatable(held).__close(held, "an error")
    local closing = load "local x <close> = ...; x:release()"
    if closing then closing(ipc.lock():hold()) end
  end)
end)
