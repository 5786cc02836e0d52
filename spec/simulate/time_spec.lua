-- Time and chance in a simulation, as a script sees them.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local function run(code, options, environment)
  local out, err = shell.script(code, environment, nil, options)
  return out, err
end

describe("time", function()
  it("begins with the year 2000, UTC", function()
    assert.equal("946684800\t2000-01-01 00:00:00\t0.0\n",
      (run([[print(os.time(), os.date "!%Y-%m-%d %H:%M:%S", os.clock())]], "--sim=1")))
  end)

  it("does not pass while a task computes", function()
    assert.equal("0\t0.0\n", (run([[local from = os.time()
      for i = 1, 2e7 do end
      print(os.time() - from, os.clock())]], "--sim=1")))
  end)

  it("is told of other dates as ever", function()
    local code = [[print(os.time{ year = 2026, month = 5, day = 4, hour = 3 }, os.date("!%c", 0), os.difftime(5, 3),
      (select(2, pcall(function() os.date "%9" end)):gsub("^[^:]*", "")))]]
    assert.equal(run(code, ""), (run(code, "--sim=1")))
  end)

  it("is the real one without --sim", function()
    local out = run([[local clock = os.clock()
      for i = 1, 2e7 do end
      print(os.time(), os.clock() > clock)]], "")
    local seconds, passed = out:match "^(%d+)\t(%l+)\n$"
    assert.equal("true", passed)
    assert.truthy(math.abs(os.time() - seconds) < 60)
  end)
end)

local DRAWS = [[
  local function draw(...) print(math.random(1000000), math.random(), math.random(-5, 5), ...) end ]]

describe("math.random", function()
  it("is the seed's, from the first call on", function()
    local first = run(DRAWS .. "draw()", "--sim=1")
    assert.equal(first, (run(DRAWS .. "draw()", "--sim=1")))
    assert.not_equal("", first)
  end)

  it("is so before the module is required, in -e", function()
    local command = shell.tidelock .. " --sim=1 -e 'print(math.random(1000000), math.random(1000000))'"
    assert.equal(shell.run(command), (shell.run(command)))
  end)

  it("is so where nothing fixes addresses", function()
    local code = DRAWS .. "draw() " .. (_VERSION ~= "Lua 5.3" and "math.randomseed() draw(tostring{} ~= nil)" or "")
    assert.equal(run(code, "--sim=1"), (run("local x = ('x'):rep(1e6) " .. code, "--sim=1", "X=" .. ("x"):rep(3000))))
  end)

  it("obeys math.randomseed", function()
    local code = DRAWS .. "math.randomseed(7) draw() math.randomseed(7) draw()"
    local one, two = run(code, "--sim=1"):match "^([^\n]+)\n([^\n]+)\n$"
    assert.equal(one, two)
    assert.equal(run(code, "--sim=1"), (run(code, "--sim=2")))
  end)

  it("takes and refuses what it does without --sim", function()
    local code = [[for _, a in ipairs{ { 0.5 }, { 2, 1 }, { "x" }, { 1, 2, 3 }, { 3, 3 } } do
      print(pcall(math.random, table.unpack(a))) end
      print(pcall(math.randomseed, "x"))]]
    assert.equal(run(code, ""), (run(code, "--sim=1")))
  end)
end)

describe("os.tmpname", function()
  local SEED = "--sim=53001" -- of no other spec, which may have files of these names at the moment

  it("makes a file of its own, the same in each run", function()
    local code = [[local a, b = os.tmpname(), os.tmpname()
      local file = assert(io.open(a))
      print(a, b, file:read "a", a ~= b, a:match "^/tmp/lua_%w%w%w%w%w%w$" == a)
      file:close() assert(os.remove(a)) assert(os.remove(b))]]
    local first, err = run(code, SEED)
    assert.equal("", err)
    assert.matches("\t\ttrue\ttrue\n$", first)
    assert.equal(first, (run(code, SEED)))
  end)

  it("passes over what is there", function()
    local code = [[io.write(os.tmpname())]]
    local first = run(code, SEED)
    local second = run(code, SEED)
    assert.not_equal(first, second)
    assert.truthy(os.remove(first))
    assert.truthy(os.remove(second))
  end)

  it("gives no two tasks one name", function()
    local out = run([[local ipc = require "tidelock"
      local tasks = {}
      for i = 1, 4 do
        tasks[i] = (i % 2 == 0 and ipc.spawn or ipc.spawn_thread)(function() return os.tmpname() end)
      end
      for i = 1, 4 do print((tasks[i]:result())) end]], SEED)
    local seen, count = {}, 0
    for name in out:gmatch "/tmp/lua_%w+" do
      assert.falsy(seen[name])
      seen[name], count = true, count + 1
      assert.truthy(os.remove(name))
    end
    assert.equal(4, count)
  end)
end)

describe("the order of next and the addresses", function()
  it("are the same in each run, whatever the environment holds", function()
    local code = [[local t = {}
      for i = 1, 50 do t["k" .. i] = true end
      for k in next, t do io.write(k, " ") end
      print(t, print, collectgarbage "count")]]
    local first = run(code, "--sim=1")
    assert.equal(first, (run(code, "--sim=1")))
    local path = files.write(os.tmpname(), code)
    local command = "%s " .. shell.tidelock .. " --sim=1 " .. path
    assert.equal(shell.run(command:format ""), (shell.run(command:format("MORE=" .. ("x"):rep(5000)))))
    os.remove(path)
  end)
end)
