-- tidelock replay: the same schedule again, each time.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local explorer = dofile "spec/support/explorer.lua"
local replay = dofile "spec/support/explore/replay.lua"

local DEADLOCK = [[
local ipc = require "tidelock"
local a, b = ipc.lock "a", ipc.lock "b"
local function both(one, two) one:acquire() two:acquire() two:release() one:release() end
local first = ipc.process{ name = "first", target = both, args = { a, b } }:start()
local second = ipc.process{ name = "second", target = both, args = { b, a } }:start()
print(first:result(), second:result())
]]

local TIME = [[
local ipc = require "tidelock"
local queue, found = ipc.queue(2), {}
local thread = ipc.thread(function() ipc.sleep(0.01) queue:put(ipc.choose(3)) end):start()
for i = 1, 3 do found[i] = math.random(1000) end
local got = queue:get(0.02)
print(table.concat(found, " "), got, ipc.now(), os.time())
thread:join()
error("got " .. tostring(got))
]]

-- How many different outputs there are of so many replays, and one of them.
local function outputs(script, code, times)
  local path = explorer.file(script)
  local line = [[seq %d | xargs -P 4 -I{} sh -c "%s replay --schedule='%s' %s 2>&1 | md5sum" | sort | uniq -c]]
  line = line:format(times, shell.tidelock, code, path)
  local out = shell.run(line, 120)
  os.remove(path)
  return out
end

describe("a replay", function()
  for name, row in pairs{
    ["lost update"] = { replay.LOST, replay.LOST_CODE, "lost update of value left" },
    ["deadlock"] = { DEADLOCK, "1:0*3,1*2,2*2,1", "lock order: lock \"a\", lock \"b\"" },
    ["clock, a thread and chance"] = { TIME, "1:0*3,1*2,t,0,1*2,=2", "got nil" },
  } do
    it("is the same a hundred times, byte for byte: " .. name, function()
      local out, _, status = replay.run(row[1], row[2])
      assert.truthy(out:find(row[3], 1, true), out)
      assert.equal(1, status)
      assert.matches("^ *100 %x+  %-\n$", outputs(row[1], row[2], 100))
    end)
  end

  it("of a script that passes says so", function()
    local out, err, status = replay.run(replay.LOST, "1:0*4,1*4,2*4")
    assert.equal("ann\t3\nbob\t2\npassed: no failure under this schedule\n", out)
    assert.equal("", err)
    assert.equal(0, status)
  end)

  it("tells the step at which a code does not fit", function()
    local _, err = replay.run(replay.LOST, "1:0*4,1*2,7*3,2*4,1")
    assert.equal("tidelock: the schedule does not fit at step 7: has the script changed, or its arguments?\n", err)
  end)

  for _, row in ipairs{
    { "1:0*4,zz", "there is no move 'zz'" }, { "0*4", "a code is SEED:MOVES, such as 1:0*12,1*3" },
  } do
    it("tells what is wrong with the code " .. row[1], function()
      local _, err, status = replay.run(replay.LOST, row[1])
      assert.equal(("tidelock: '--schedule=%s': %s\n"):format(row[1], row[2]), err)
      assert.equal(2, status)
    end)
  end

  it("tells that the script has changed, and at which line", function()
    local path, kept = explorer.file(replay.LOST), os.tmpname()
    local _, _, status = shell.run(("%s explore -o %s %s"):format(shell.tidelock, kept, path))
    assert.equal(1, status)
    local out, err = shell.run(("%s replay %s"):format(shell.tidelock, kept))
    assert.equal("", err)
    assert.truthy(out:find("lost update of value left", 1, true), out)
    files.write(path, (replay.LOST:gsub("bob:join%(%)", "\n%0")))
    _, err = shell.run(("%s replay %s"):format(shell.tidelock, kept))
    assert.equal("tidelock: the script has changed at line 12\n", err)
    os.remove(path)
    os.remove(kept)
  end)
end)
