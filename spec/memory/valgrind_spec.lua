-- Programs under memcheck, which searches all mapped memory for pointers to what was lost when a process ends.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local LINE = "LUA_CPATH=%q TIDELOCK_MEMORY=1G TIDELOCK_SPACE=1G valgrind -v --trace-children=yes %s %s"
local PLAIN = "lua" .. _VERSION:sub(5)
local MOST = 1 << 28 -- bytes that may be searched

local CASES = {
  ["a program and its child"] = { "1\n", [[
    local ipc = require "tidelock"
    print(ipc.spawn(function() return 1 end):result())
  ]] },
  ["a program and the child of its thread"] = { "1\n", [[
    local ipc = require "tidelock"
    print(ipc.thread(function()
      return require "tidelock".spawn(function() return 1 end):result()
    end):start():result())
  ]] },
  ["a program and its child that is terminated"] = { "-15\n", [[
    local ipc = require "tidelock"
    local ready = ipc.event()
    local p = ipc.spawn(function() ready:set() ipc.sleep(90) end)
    ready:wait()
    p:terminate()
    p:join()
    print(p.exitcode)
  ]] },
  ["a program and its child with a space"] = { "3\n", [[
    local ipc = require "tidelock"
    local name = "valgrind-" .. ipc.getpid()
    local space = ipc.open(name)
    local p = ipc.spawn(function() require "tidelock".open(name).queue("q"):put{ 1, 2, 3 } end)
    print(#space.queue("q"):get())
    p:join()
    space:remove()
  ]] },
}

local function assert_quick(interpreter, case)
  local path = files.write(os.tmpname(), case[2])
  local out, err, status = shell.run(LINE:format(os.getenv "LUA_CPATH" or ";;", interpreter, path), 100)
  os.remove(path)
  assert.equal(case[1], out, err:sub(-2000))
  assert.equal(0, status)
  local ends = 0
  for bytes in err:gmatch("Checked ([%d,]+) bytes") do
    ends = ends + 1
    assert.is_true(tonumber((bytes:gsub(",", ""))) < MOST, bytes .. " bytes were searched")
  end
  assert.equal(2, ends, err:sub(-2000))
  for count in err:gmatch("ERROR SUMMARY: (%d+)") do assert.equal("0", count, err:sub(-2000)) end
end

describe("a wait for the turn to print", function()
  local test = shell.tidelock:find("sanitize") and pending or it
  test("looks at no coroutine that is gone", function()
    local path = files.write(os.tmpname(), [[
      local ipc = require "tidelock"
      local prints = ipc.event()
      local p = ipc.spawn(function() prints:set() print(("x"):rep(300000)) end)
      prints:wait()
      ipc.sleep(1)
      coroutine.wrap(function() ipc.sleep(0) end)()
      collectgarbage()
      collectgarbage()
      print "main"
      p:join()
    ]])
    local _, err = shell.run(("TIDELOCK_MEMORY=1G valgrind -q %s %s | (sleep 5; cat >/dev/null)"):format(
      shell.tidelock, path), 100)
    os.remove(path)
    assert.is_nil(err:find("Invalid", 1, true), err:sub(1, 2000))
  end)
end)

describe("memcheck is through at once with", function()
  local test = shell.tidelock:find("sanitize") and pending or it -- whose memory valgrind has no room for
  for name, case in pairs(CASES) do
    test(name, function() assert_quick(shell.tidelock, case) end)
    it(name .. ", by the module", function() assert_quick(PLAIN, case) end)
  end
end)
