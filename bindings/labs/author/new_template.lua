--- New template: the files of a lab of one's own, and of its pack.
local template = {}

template.PACK = [==[
-- A pack of labs: `tidelock lab --pack %s` works on it, `tidelock lab dev check %s` proves it.
return {
  title = "%s",
  order = { "%s" },
  welcome = "Welcome. Each lab is a file with a hole.",
  final = "That was the last one.",
}
]==]

template.LAB = [==[
return {
  title = "%s",
  learn = "only one may be inside at a time",
  points = { safe = 6, ends = 2, free = 2 },
  story = [[
Two painters share one door. Each paints it, and goes home. While one of them paints, the other must wait outside; but
on the way there they may walk at the same time.]],
  hints = {
    "Which lines may two painters never be in at the same time?",
    "One ipc.lock, made once, outside the function: all painters share it.",
    "lock:with(function() ... end) round the painting, and nothing else.",
  },
  kind = "fix",
  world = function(lab, student)
    local walking, painting = lab.stage "walking", lab.stage "painting"
    lab.alone(painting, "safe", "%%s paint the door together")
    for n = 1, 2 do lab.task("painter-" .. n, student.painter, walking, painting) end
    lab.after(function()
      lab.always("safe", painting.entered == 2, "the door was painted %%d times", painting.entered)
    end)
    lab.sometimes("free", function() return walking.most == 2 end, "the two painters never walk at the same time")
  end,
}
]==]

template.SOLUTION = [==[
-- Two painters, one door. walking:with(fn) and painting:with(fn) are the places of the story.
local ipc = require "tidelock"

local door = ipc.lock()

local function painter(walking, painting)
  walking:with(function() end)
  --[[ hole: paint the door, while nobody else does: painting:with(function() end) ]]
  --[[ start: painting:with(function() end) ]]
  door:with(function()
    painting:with(function() end)
  end)
  --[[ end ]]
end

return { painter = painter, door = door }
]==]

template.ALTERNATIVE = [==[
-- A semaphore with one unit is a lock that anybody may give back.
local ipc = require "tidelock"

local free = ipc.semaphore(1)

local function painter(walking, painting)
  walking:with(function() end)
  free:acquire()
  painting:with(function() end)
  free:release()
end

return { painter = painter, free = free }
]==]

template.OWN_LOCK = [==[
-- says: "paint the door together"
local ipc = require "tidelock"

local function painter(walking, painting)
  walking:with(function() end)
  local door = ipc.lock()
  door:with(function()
    painting:with(function() end)
  end)
end

return { painter = painter }
]==]

template.TOO_STRONG = [==[
-- says: "never walk at the same time"
local ipc = require "tidelock"

local door = ipc.lock()

local function painter(walking, painting)
  door:with(function()
    walking:with(function() end)
    painting:with(function() end)
  end)
end

return { painter = painter, door = door }
]==]

return template
