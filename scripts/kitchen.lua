-- Two chefs cook 10 dishes each; two eaters eat them, over one queue.
-- Watch: every dish is eaten once.  The end is told by one nil for each eater; with --joinable by task_done and join,
-- and the eaters, daemons that would eat for ever, end with the script.  Change: DISHES, or leave one nil out; or let
-- somebody be killed: tidelock explore --kills 1 scripts/kitchen.lua
local ipc = require "tidelock"

local DISHES, CHEFS, EATERS = 10, { "noodles", "dumplings" }, 2
local joinable = arg[1] == "--joinable"
local counter, cooked, eaten = ipc.queue{ name = "counter" }, ipc.value(0, "cooked"), ipc.value(0, "eaten")

local function chef(kind)
  for n = 1, DISHES do
    ipc.sleep(math.random() / 10)
    counter:put(("%s %d"):format(kind, n))
    cooked:add(1)
  end
end

local function eater(name)
  local menu = {}
  while true do
    local dish, why = counter:get()
    assert(not why, why)
    if dish == nil then return menu end
    ipc.sleep(math.random() / 10)
    print(name .. " eats " .. dish)
    menu[#menu + 1] = dish
    eaten:add(1)
    counter:task_done()
  end
end

local chefs, eaters = {}, {}
for n = 1, EATERS do
  eaters[n] = ipc.process{ target = eater, args = { "eater-" .. n }, name = "eater-" .. n, daemon = joinable }:start()
end
for n, kind in ipairs(CHEFS) do
  chefs[n] = ipc.process{ target = chef, args = { kind }, name = "chef-" .. n }:start()
end
for _, process in ipairs(chefs) do process:join() end

local seen = {}
if joinable then
  assert(counter:join())
else
  for _ = 1, EATERS do counter:put(nil) end
  for _, process in ipairs(eaters) do
    local menu, why = process:result()
    if not menu then print(process.name .. " has not come back: " .. why) end
    for _, dish in ipairs(menu or {}) do
      assert(not seen[dish], "eaten twice: " .. dish)
      seen[dish] = true
    end
  end
end
print(eaten:get() .. " dishes eaten")
ipc.always(eaten:get() >= cooked:get(), "%d of %d dishes eaten", eaten:get(), cooked:get())
