-- Tasks that go round without end: found, told in a few lines, and not taken for what is only slow.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local FAILS, PASSES, MOST_LINES = 1, 0, 60

-- Two tasks that enter by flags; `wait` is the loop in which one waits for the other.
local function script_of(wait)
  return ([[
local ipc = require "tidelock"
local flag, turn = ipc.array("int64", 2), ipc.value(1)
local function enter(me)
  flag[me] = 1
  turn:set(3 - me)
  %s
  flag[me] = 0
end
local a, b = ipc.spawn(enter, 1), ipc.spawn(enter, 2)
a:join()
b:join()]]):format(wait)
end

local function explore(code, words)
  local path = files.write(os.tmpname(), code)
  local out, err, status = shell.run(("%s explore %s %s"):format(shell.tidelock, words, path), 60)
  local command = out:match "\nreplay: tidelock ([^\n]+)"
  local again = command and { shell.run(shell.tidelock .. " " .. command, 60) }
  os.remove(path)
  return { out = out, err = err, status = status, again = again and { out = again[1], status = again[3] } }
end

describe("a livelock", function()
  for name, wait in pairs{
    ["of tasks that look"] = "while flag[3 - me] == 1 do end",
    ["of tasks that yield"] = "while flag[3 - me] == 1 do ipc.yield() end",
  } do
    it(name .. " is found, told in a few lines, and replayed", function()
      local run = explore(script_of(wait), "--runs 200")
      assert.equal(FAILS, run.status, run.out .. run.err)
      assert.truthy(run.out:find "^livelock: 10,000 steps in which no task gets on, schedule %d", run.out)
      assert.truthy(run.out:find("and so on, without end", 1, true), run.out)
      assert.truthy(select(2, run.out:gsub("\n", "\n")) <= MOST_LINES, run.out)
      assert.truthy(#run.out:match "--schedule='(.-)'" < 40, run.out)
      assert.equal(FAILS, run.again and run.again.status, run.out)
      assert.truthy(run.again.out:find "^livelock", run.again.out)
    end)
  end

  it("of tasks that are polite is found", function()
    local run = explore([[
local ipc = require "tidelock"
local ours, theirs = ipc.lock(), ipc.lock()
local function take(first, second)
  while true do
    first:acquire()
    ipc.yield()
    if second:acquire(0) then break end
    first:release()
  end
  second:release()
  first:release()
end
ipc.spawn(take, ours, theirs)
take(theirs, ours)]], "--runs 200")
    assert.equal(FAILS, run.status, run.out .. run.err)
    assert.truthy(run.out:find "^livelock: 10,000 steps in which no task gets on, schedule %d", run.out)
  end)

  it("is not found where two that look keep a third one from its turn", function() -- a barrier with phases
    local run = explore([[
local ipc = require "tidelock"
local PARTIES = 3
local count, phase = ipc.value(0), ipc.value(0)
local function meet()
  local old = phase:get()
  if count:add(1) == PARTIES then
    count:set(0)
    phase:add(1)
  else
    while phase:get() == old do ipc.yield() end
  end
end
local function walker() for _ = 1, 2 do meet() end end
for _ = 1, PARTIES do ipc.spawn(walker) end]], "--runs 200 --seed 2")
    assert.equal(PASSES, run.status, run.out .. run.err)
  end)

  it("is not found where each lets the other go first", function() -- Peterson's algorithm
    local run = explore(script_of "while flag[3 - me] == 1 and turn:get() == 3 - me do end", "--runs 300")
    assert.equal(PASSES, run.status, run.out .. run.err)
  end)
end)
