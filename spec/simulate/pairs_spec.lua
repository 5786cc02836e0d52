-- pairs in a simulation: a fixed order, and all that the stock one does.
local shell = dofile "spec/support/shell.lua"

-- What the code prints, in a simulation unless `options` are given.
local function run(code, options)
  local out, err, _, path = shell.script(code, nil, nil, options or "--sim=1")
  local pattern = path:gsub("%p", "%%%0")
  return (out:gsub(pattern, "script")), (err:gsub(pattern, "script"))
end

local KEYS = [[
  local function keys(t) local list = {} for k in pairs(t) do list[#list + 1] = tostring(k) end
    print(table.concat(list, " ")) end ]]

describe("pairs visits", function()
  it("numbers by value, strings by bytes, false and true", function()
    local code = KEYS .. [[keys{ b = 1, [""] = 1, a = 1, ab = 1, ["a\0"] = 1, Z = 1, ["\255"] = 1,
      [true] = 1, [false] = 1, 10, 20, [0] = 1, [-3] = 1, [2.5] = 1, [1.5] = 1, [-1e300] = 1, [1e300] = 1,
      [math.mininteger] = 1, [math.maxinteger] = 1, [1 / 0] = 1, [-1 / 0] = 1, [2^63] = 1, [2^53 + 0.0] = 1 }]]
    assert.equal("-inf -1e+300 -9223372036854775808 -3 0 1 1.5 2 2.5 9007199254740992 9223372036854775807 "
      .. "9.2233720368548e+18 1e+300 inf  Z a a\0 ab b \255 false true\n", (run(code)))
  end)

  it("the same order whatever the history of the table, with each seed", function()
    local code = KEYS .. [[local t = {}
      for i = 1, 100 do t["k" .. (i * 37 % 101)] = true end
      for i = 1, 100 do if i % 3 ~= 0 then t["k" .. i] = nil end end
      local u = {}
      for i = 99, 3, -3 do u["k" .. i] = true end
      keys(t) keys(u)]]
    local first, second = run(code):match "^([^\n]+)\n([^\n]+)\n$"
    assert.equal(first, second)
    assert.equal(run(code), (run(code, "--sim=2")))
  end)

  it("keys without an order of their own in the same order in each run", function()
    local code = [[local t = {}
      for i = 1, 20 do t[{ i }] = i t[function() return i end] = -i end
      for _, v in pairs(t) do io.write(v, " ") end]]
    local first = run(code)
    assert.equal(40, select(2, first:gsub("%-?%d+", "")))
    for _ = 1, 5 do assert.equal(first, (run(code))) end
  end)

  it("in threads and children, too", function()
    local code = [[local ipc = require "tidelock"
      local function go() local s = "" for k in pairs{ z = 1, y = 1, x = 1, w = 1, v = 1, u = 1 } do s = s .. k end
        return s end
      print((ipc.spawn_thread(go):result()))
      print((ipc.spawn(go):result()))]]
    assert.same({ "uvwxyz\nuvwxyz\n", "" }, { run(code) })
  end)
end)

-- Each prints the same with and without --sim.
local SAME = {
  ["lets fields be changed and cleared on the way"] = [[
    local t, n = { a = 1, b = 2, c = 3, 1, 2, 3 }, 0
    for k, v in pairs(t) do n = n + v t[k] = v * 2 end
    for k in pairs(t) do t[k] = nil collectgarbage() end
    print(n, next(t))]],
  ["visits no field that was cleared meanwhile"] = [[
    local t, n = {}, 0
    for i = 1, 9 do t["k" .. i] = i end
    for k in pairs(t) do n = n + 1 for other in pairs(t) do if other ~= k then t[other] = nil end end end
    print(n)]],
  ["calls __pairs"] = [[
    local t = setmetatable({}, { __pairs = function(self, ...) return "f", self, select("#", ...), 4 end })
    local f, s, c, more = pairs(t, 1, 2)
    print(f, s == t, c, more)
    for k, v in pairs(setmetatable({}, { __pairs = function() return next, { x = 1 } end })) do print(k, v) end]],
  ["ignores __index and __newindex"] = [[
    local t = setmetatable({ 1 }, { __index = { a = 1 }, __newindex = error })
    for k, v in pairs(t) do print(k, v) t[k] = nil end]],
  ["returns three values"] = [[
    local t = { 7 }
    local f, s, c = pairs(t)
    print(type(f), s == t, c, select("#", pairs(t)))
    print(f(t), f(t, nil)) print(f(t, 1))]],
  ["takes what is no table as far as the stock one does"] = [[
    print(pcall(function() for _ in pairs(nil) do end end))
    print(pcall(function() for _ in pairs() do end end))
    print(pcall(pairs)) print(select(3, pcall(pairs, nil))) print(select(3, pcall(pairs, 1, 2)))
    print(pcall(function() local f = pairs{} f() end))
    print(select("#", pairs(42)))
    for _ in pairs(setmetatable({}, { __pairs = function() return function() end end })) do print "no" end
    debug.setmetatable(1, { __pairs = function() return next, { "n" } end })
    for k, v in pairs(1) do print(k, v) end]],
  ["returns an iterator that is as good as next"] = [[
    local f = pairs{ 1 }
    local t, n = { a = 1, b = 2, c = 3 }, 0
    local k, v = f(t)
    while k do n = n + v k, v = f(t, k) end
    print(n, pcall(f, t, "nowhere"))
    local g = pairs(t)
    print(g(t, (g(t, (g(t, (g(t))))))))
    print((g(t)) ~= nil, f({}))]],
  ["may run several times over one table at once"] = [[
    local t, n = { 1, 2, 3, a = 4, b = 5 }, 0
    for _, v in pairs(t) do for _, w in pairs(t) do n = n + v * w end end
    local co = coroutine.wrap(function() for _, v in pairs(t) do coroutine.yield(v) end end)
    local sum = 0
    for v in co do sum = sum + v end
    print(n, sum)]],
  ["goes over a large table"] = [[
    local t, n = {}, 0
    for i = 1, 1e5 do t[i] = i t[-i * 1.5] = 1 end
    for _, v in pairs(t) do n = n + v end
    print(n)]],
}

describe("pairs, as the stock one,", function()
  for name, code in pairs(SAME) do
    it(name, function()
      local out, err = run(code, "")
      assert.truthy(#out > 0, err)
      assert.same({ out, err }, { run(code) })
    end)
  end
end)
