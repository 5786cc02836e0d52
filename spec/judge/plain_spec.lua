-- Variables of Lua by which tasks are to tell one another something; and functions that are named, and not called.
local labs = dofile "spec/support/labs.lua"

local IPC = 'local ipc = require "tidelock"\n'
local WORLD = [[
local soup, cake = lab.mark("the soup", "serves the soup"), lab.mark("the cake", "serves the cake")
lab.before(soup, cake, "safe", "%s came before ann")
lab.task("ann", student.ann, function() soup:pass() end)
lab.task("bob", student.bob, function() cake:pass() end)
lab.after(function() lab.always("safe", cake.passed == 1, "there was no cake") end)]]

local ANSWERS = {
  waits = [[
local ready = false
return {
  ann = function(serve) serve() ready = true end,
  bob = function(serve) while not ready do ipc.yield() end serve() end,
}]],
  asks = [[
local state = { ready = 0 }
return {
  ann = function(serve) serve() state.ready = 1 end,
  bob = function(serve) ipc.yield() if state.ready == 1 then serve() end end,
}]],
  counts_for_itself = [[
local rounds = 0
return {
  ann = function(serve) serve() end,
  bob = function(serve) while rounds < 3 do rounds = rounds + 1 ipc.yield() end serve() end,
}]],
  of_objects = [[
local ready, quick = ipc.value(0, "ready"), 1
return {
  ann = function(serve) local quick = 2 quick = 3 serve() ready:set(quick) end,
  bob = function(serve) if quick == 1 and ready:get() < 9 then serve() end end,
}]],
  compares_an_object = [[
local ready = ipc.value(0, "ready")
return {
  ann = function(serve) serve() ready:set(1) end,
  bob = function(serve) if 0 == ready then ipc.yield() end serve() end,
}]],
  does_not_call = [[
local ready = ipc.event "ready"
return {
  ann = function(serve) serve() ready:set() end,
  bob = function(serve) while not ready.is_set do ipc.yield() end serve() end,
}]],
  names_it = [[
return { ann = function(serve) serve() end, bob = function(serve)
  ipc.yield()
  return serve
end }]],
}

describe("a reason", function()
  local lab, told

  setup(function()
    lab, told = labs.new(WORLD, "runs = 200,"), {}
    local names, texts = {}, {}
    for name, text in pairs(ANSWERS) do names[#names + 1], texts[#texts + 1] = name, IPC .. text end
    for i, verdict in ipairs(lab:all(texts)) do
      assert.are.equal("rejected", verdict.state, verdict.text)
      told[names[i]] = verdict.text:gsub("%s+", " ")
    end
  end)
  teardown(function() lab:remove() end)

  local function has(name, words) assert.is_truthy(told[name]:find(words, 1, true), told[name]) end
  local function lacks(name, words) assert.is_nil(told[name]:find(words, 1, true), told[name]) end

  it("is a variable that a task sets and another one waits for", function()
    has("waits", "`ready` (line 2) is a variable of Lua: each task has its own, so what ann sets in line 4 bob does "
      .. "not see (line 5).")
  end)

  it("is a field of a table that a task sets and another one goes by", function()
    has("asks", "`state` (line 2) is a variable of Lua: each task has its own, so what ann sets in line 4")
  end)

  it("is no variable by which a task counts for itself, and none that holds an object", function()
    lacks("counts_for_itself", "is a variable of Lua")
    lacks("of_objects", "is a variable of Lua")
  end)

  it("is an object that is compared with a number", function()
    has("compares_an_object", "line 5 compares `ready` itself, which is an object, with 0: they are never equal. What "
      .. "is in it is ready:get().")
  end)

  it("is a method in a condition that is not called", function()
    has("does_not_call", "line 5 does not call `ready.is_set`, which is a function, and as a condition always true: "
      .. "ready:is_set() asks.")
  end)

  it("is a function that is returned, where it was to be called", function()
    has("names_it", "returns serve, and does not call it")
    has("names_it", "why: bob returns `serve`, and does not call it: serve() is a call.")
  end)

  it("stands below a table in the words of the story", function()
    has("of_objects", "serves the cake")
    lacks("of_objects", "passes")
  end)

  it("is told with those that have not come so far", function()
    has("of_objects", "bob came before ann. ")
    has("of_objects", "ann has not taken a step yet")
  end)
end)
