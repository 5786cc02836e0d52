-- A schedule of the explorer as a trace in steps: what its page is made of.
local explorer = dofile "spec/support/explorer.lua"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local LOST_UPDATE = [[
  local ipc = require "tidelock"
  local left, q, l = ipc.value(0, "left"), ipc.queue{ name = "q" }, ipc.lock("till")
  local function add()
    l:acquire()
    l:release()
    left:set(left:get() + 1)
    q:put("done")
  end
  ipc.spawn(add)
  ipc.spawn(add)
  q:get()
  q:get()
  assert(left:get() == 2, "lost")
]]

-- Explores the script in the program, and gives what the code makes of the model `trace`, as Lua.
local function explored(code, script)
  local out, err, status = explorer.run([[
    local session = require "explore.session"
    local search = require "explore.search.search"
    local options = { script = script, seed = 1, jobs = 1, runs = 500, kills = 0, arguments = {} }
    local here = session.open(options)
    local hunt = search.new(options)
    here.jobs:run(hunt, nil, function() end)
    local plan = hunt.failure.plan
    local moves = require "explore.schedule.moves"
    local _, events = here:one(plan)
    local list = events()
    local whole = here:whole{ moves = moves.text(moves.of_events(list), " "), strategy = "none", everywhere = true,
      tells = true }
    local trace = require "explore.report.counterexample".of(whole, script, function(each)
      each.everywhere = true
      return (here:one(each))
    end)
    here:close()
    local spans = trace.spans
    local function call(i)
      local object = trace.objects[spans.object[i] ]
      return trace.operations[spans.operation[i] ] .. (object and " " .. object.title or "")
    end
    ]] .. code .. "\nreturn 0", script)
  assert.equal("", err)
  assert.equal(0, status)
  return out
end

describe("a counterexample", function()
  it("is a trace in steps, with the story", function()
    local out = explored([[
      print(trace.logical, #trace.tasks, trace.length == #trace.steps + 1, trace.marks[1].text:match "lost")
      print(trace.tasks[1].name, trace.tasks[1].how, trace.tasks[2].parent, trace.tasks[2].how)
      print(trace.sentence)
      print(#trace.explanation > 0)
      local failing = 0
      for i, step in ipairs(trace.steps) do
        assert(trace.tasks[step.task] and #step.text > 0)
        if step.failing then failing = failing + 1 end
      end
      print(failing)]], LOST_UPDATE)
    assert.matches("^true\t3\ttrue\tlost\nmain\tfailed\t1\tended\nlost update[^\n]*\ntrue\n1\n$", out)
  end)

  it("has spans that are where their steps are, and do not overlap", function()
    local out = explored([[
      local before = {}
      for i = 1, spans.count do
        local task = spans.task[i]
        assert(spans.began[i] >= (before[task] or 0), call(i))
        assert(spans.ended[i] > spans.began[i])
        before[task] = spans.ended[i]
        local step = trace.steps[spans.began[i] ]
        assert(step.task == task)
        if spans.slept[i] >= 0 then
          assert(step.waits and spans.slept[i] + spans.waited[i] == spans.ended[i] - 1)
        end
        if call(i):find "get queue" then print(call(i), spans.message[i], spans.line[i]) end
      end]], LOST_UPDATE)
    assert.equal('get queue "q"\t1\t11\nget queue "q"\t2\t12\n', out)
  end)

  it("knows who ended a wait, and that a wait never ends", function()
    local out = explored([[
      for i = 1, spans.count do
        if spans.slept[i] >= 0 and call(i):find "lock" then
          print(call(i), trace.tasks[spans.task[i] ].name, spans.ended[i], spans.result[i])
        elseif spans.slept[i] >= 0 and call(i):find "event" then
          print(call(i), trace.tasks[spans.waker[i] ].name, spans.called[i] > spans.began[i])
        end
      end]], [[
      local ipc = require "tidelock"
      local a, b, e = ipc.lock("a"), ipc.lock("b"), ipc.event("e")
      ipc.process{ name = "x", target = function() e:wait() a:acquire() b:acquire() end }:start()
      ipc.process{ name = "y", target = function() e:set() b:acquire() a:acquire() end }:start()]])
    assert.matches('wait event "e"\ty\ttrue\n', out)
    assert.matches('acquire lock "[ab]"\t[xy]\t%-1\t3\n', out)
  end)
end)

describe("--html", function()
  local function with_script(f)
    local script, page = explorer.file(LOST_UPDATE), os.tmpname()
    os.remove(page)
    f(script, page)
    os.remove(script)
    os.remove(page)
  end

  local function text_of(path)
    return files.read(path)
  end

  it("writes the page of what explore found, and of a replay", function()
    with_script(function(script, page)
      local out, _, status = shell.run(("%s explore --html %s %s"):format(shell.tidelock, page, script))
      assert.equal(1, status)
      assert.matches('"sentence":"lost update', text_of(page))
      local code = out:match "%-%-schedule='([^']+)'"
      os.remove(page)
      local _, _, again = shell.run(("%s replay --html=%s --schedule=%s %s"):format(shell.tidelock, page, code, script))
      assert.equal(1, again)
      assert.matches('"sentence":"lost update', text_of(page))
    end)
  end)

  it("refuses a page that cannot be written before it searches", function()
    with_script(function(script)
      for _, words in ipairs{ "explore", "replay --schedule=1:0" } do
        local out, err, status = shell.run(("%s %s --html /nowhere/page %s"):format(shell.tidelock, words, script))
        assert.same({ "", 2 }, { out, status })
        assert.matches("'%-%-html': the page cannot be written: /nowhere/page: No such file", err)
      end
    end)
  end)
end)
