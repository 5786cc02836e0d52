-- Programs beyond the limits of what an exploration tells, and machines below those of what it needs.
local shell = dofile "spec/support/shell.lua"
local explorer = dofile "spec/support/explorer.lua"

-- Runs a schedule, and the same by its moves: how it ended, and how many deviations it had.
local TWICE = [[
  package.path = "bindings/?.lua;" .. package.path
  local moves = require "explore.schedule.moves"
  local runs = open()
  local first = run(runs, { strategy = "random", seed = 3 })
  local text = moves.text(moves.of_events(runs:events(1)), " ")
  local again = run(runs, { moves = text, everywhere = true })
  print(first.ending, again.ending, again.deviations, first.hash == again.hash)
  print(table.concat(again.notices, "\n"))]]

describe("an exploration", function()
  it("tells who was woken of more than 64 tasks", function()
    local out, err = explorer.run(TWICE, [[
      local ipc = require "tidelock"
      local condition, waiting = ipc.condition(), ipc.value(0)
      for _ = 1, 70 do
        ipc.spawn_thread(function(condition, waiting)
          condition:acquire() waiting:add(1) condition:wait() condition:release()
        end, condition, waiting)
      end
      while waiting:get() < 70 do ipc.sleep(0.1) end
      for _ = 1, 70 do condition:acquire() condition:notify() condition:release() end]])
    assert.equal("", err)
    assert.match("^passed\tpassed\t0\ttrue\nnot exact: of more than 64 tasks at a time", out)
  end)

  it("tells the path of a task with more than 64 ancestors", function()
    local out, err = explorer.run(TWICE, [[
      local ipc = require "tidelock"
      local function nest(n) if n > 0 then ipc.spawn(nest, n - 1):join() end end
      nest(70)]])
    assert.equal("", err)
    assert.match("^passed\tpassed\t0\ttrue\n", out)
  end)

  it("says that there are too many labels", function()
    local script = explorer.file [[for i = 1, 65 do require "tidelock".sometimes(true, "label " .. i) end]]
    local out = shell.run(("%s explore --runs 3 %s </dev/null"):format(shell.tidelock, script))
    os.remove(script)
    assert.match("\nmore than 64 labels of ipc.sometimes: ", out)
  end)

  it("that has seen no schedule end says so", function()
    package.path = "bindings/?.lua;" .. package.path
    local nothing = require "explore.report.summary".nothing
    assert.match("^no schedule has ended: ", nothing({ taken = 0, options = { time = 2 } }, "time"))
    assert.equal("no failing schedule: 1 schedule", nothing({ taken = 1, options = { time = 2 } }, "time"))
  end)

  it("chooses among a million answers", function()
    local script = explorer.file [[assert(require "tidelock".choose(1000000) > 0)]]
    local out = shell.run(("%s explore --jobs 1 --runs 300 %s </dev/null"):format(shell.tidelock, script))
    os.remove(script)
    assert.match("^no failing schedule: 300 schedules\n", out)
  end)

  it("says that there are too few descriptors", function()
    for _, limit in ipairs{ 40, 66 } do
      local line = "ulimit -n %d; %s explore nothing.lua </dev/null"
      local _, err, status = shell.run(line:format(limit, shell.tidelock))
      assert.equal(2, status)
      assert.match("^tidelock: [%a ]+: Too many open files\n$", err)
    end
  end)
end)
