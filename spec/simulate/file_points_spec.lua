-- What is done to files is a point of the simulation, and a step in --steps.
local shell = dofile "spec/support/shell.lua"

-- Runs the code as a script, with its steps: what it printed, and the steps as text.
local function run(code, seed, input)
  local path, steps = os.tmpname(), os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(code)
  file:close()
  local out, err = shell.run(("%s %s --sim=%d --steps %s %s"):format(input or "", shell.tidelock, seed, steps, path))
  file = assert(io.open(steps))
  local text = file:read("a"):gsub(path:gsub("%p", "%%%0"), "script")
  file:close()
  os.remove(path)
  os.remove(steps)
  assert.equal("", err)
  return out, text
end

-- "open /etc/x, close /etc/x": the steps of the main task with files that match `name`.
local function uses(code, name, input)
  local list = {}
  local _, steps = run(code, 1, input)
  for use, object in steps:gmatch "\n *%d+ +[%d.]+ +main +(%l+) +([^\n]-) +script" do
    if object:find(name) then list[#list + 1] = use .. " " .. object end
  end
  return table.concat(list, ", ")
end

describe("a point is", function()
  it("to open, read, step through lines, seek, close, rename, remove", function()
    local code = [[local f = assert(io.open("/etc/passwd")) f:read() f:seek("set") f:close()
      local line = io.lines("/etc/passwd", "a") line() line()
      os.rename("/nowhere/a", "/nowhere/b/../c") os.remove "/nowhere/./d"]]
    assert.equal("open /etc/passwd, read /etc/passwd, seek /etc/passwd, close /etc/passwd, open /etc/passwd, "
      .. "read /etc/passwd, read /etc/passwd, rename /nowhere/a, rename /nowhere/c, remove /nowhere/d",
      uses(code, "^/"))
  end)

  it("what goes through the default files", function()
    local code = [[io.input "/etc/passwd" io.read() io.lines()()
      io.output "/dev/null" io.write "x" io.flush() io.write(("x"):rep(10000)) io.close()]]
    assert.equal("open /etc/passwd, read /etc/passwd, read /etc/passwd, open /dev/null, flush /dev/null, "
      .. "write /dev/null, flush /dev/null", uses(code, "^/"))
  end)

  it("the write of a buffer, and not what is put into it", function()
    local code = [[local path = os.tmpname()
      local f = io.open(path, "w") f:setvbuf "full"
      f:write "a" f:write(1, 2, 3) f:flush() f:flush()
      f:write(("x"):rep(4000)) f:write(("y"):rep(5000)) f:setvbuf "no" f:write "z" f:close()
      f = io.open(path, "a") f:setvbuf "line" f:write "z" f:write "\n" f:write "z" f:seek "cur" f:write "z" f:close()
      os.remove(path)]]
    local name = "/tmp/lua_%w+"
    local text = uses(code, name):gsub(name, "it")
    assert.equal("open it, open it, flush it, write it, flush it, write it, close it, "
      .. "open it, write it, flush it, flush it, remove it", text)
  end)

  it("not what goes to stdout and stderr, but what comes from stdin", function()
    local code = [[print "a" io.write "b\n" io.stdout:write "c\n" io.stdout:flush() io.stdout:seek()
      io.stdout:setvbuf "no" io.stdout:close() io.stderr:write "" io.read() io.stdin:read()]]
    assert.equal("read a pipe, read a pipe", uses(code, "^[^\"]+$", "echo a |"))
  end)

  it("told by the path below the working directory, and where it has none, by what it is", function()
    local code = [[local f = io.open "README.md" f:close() f = io.open "./spec/../README.md" f:close()
      f = io.tmpfile() f:read()]]
    assert.equal("open README.md, close README.md, open README.md, close README.md", uses(code, "README"))
    assert.equal("open a temporary file, read a temporary file", uses(code, "^a "))
  end)

  it("told by its path, also where that looks like one of io.tmpfile's, as long as it is there", function()
    local code = [[local made = os.tmpname() os.remove(made)
      for _, first in ipairs{ "#", "tmpf", "own" } do
        local path = "/tmp/" .. first .. made:sub(-6)
        local f = io.open(path, "w") f:write "x" f:flush() os.remove(path) f:write "x" f:close()
      end]]
    local steps = uses(code, "^[/a]")
    steps = steps:gsub(steps:match "^open /tmp/lua_(%w+)", "N")
    assert.equal("open /tmp/lua_N, remove /tmp/lua_N, "
      .. "open /tmp/#N, flush /tmp/#N, remove /tmp/#N, flush a temporary file, "
      .. "open /tmp/tmpfN, flush /tmp/tmpfN, remove /tmp/tmpfN, flush a temporary file, "
      .. "open /tmp/ownN, flush /tmp/ownN, remove /tmp/ownN, flush /tmp/ownN", steps)
  end)

  it("os.tmpname, one, however many names are taken by what others left, and goes on as without", function()
    local code = [[local path = os.tmpname() os.remove(path) io.write(path) os.remove(os.tmpname())]]
    local function count() return (uses(code, "^/"):gsub("/tmp/lua_%w+", "it", 2)) end
    local free = count()
    assert.matches("^open it, remove it, open (/tmp/lua_%w+), remove %1$", free)
    local taken = {}
    for i = 1, 3 do
      taken[i] = run(code, 1)
      assert(io.open(taken[i], "w")):close()
    end
    local steps = count()
    for i = 1, 3 do assert.truthy(os.remove(taken[i])) end
    assert.not_equal(taken[1], taken[2])
    assert.not_equal(taken[2], taken[3])
    assert.equal(free, steps)
  end)

  it("told by its name, where that is a number, too", function()
    local code = [[io.open(12) pcall(io.lines, 12) pcall(io.input, 12) os.remove(12) os.rename(12, 13)]]
    assert.equal("open 12, open 12, open 12, remove 12, rename 12, rename 13", uses(code, "^1"))
  end)
end)

local LOST = [[
  local ipc = require "tidelock"
  local path = os.tmpname()
  local function fill(text) local f = assert(io.open(path, "w")) f:write(text) f:close() end
  local function content() local f = assert(io.open(path)) local text = f:read "n" f:close() return text end
  local function add() fill((content() or 0) + 1) end
  fill(0)
  local tasks = { ipc.spawn(add), ipc.spawn_thread(add) }
  for _, task in ipairs(tasks) do assert(task:join()) end
  print(content()) os.remove(path)]]

describe("two tasks that add to a number in a file", function()
  it("lose one with some seeds, and with others do not", function()
    local counts = {}
    for seed = 1, 20 do
      local out = run(LOST, seed)
      counts[out] = (counts[out] or 0) + 1
    end
    assert.truthy(counts["1\n"] and counts["2\n"])
    assert.equal(20, counts["1\n"] + counts["2\n"])
  end)

  it("do the same in each run with the same seed", function()
    for seed = 1, 5 do
      assert.same({ run(LOST, seed) }, { run(LOST, seed) })
    end
  end)
end)
