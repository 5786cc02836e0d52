-- What it costs to record a run: the kitchen without its sleeps, recorded and not, by turns; the median of the ratios.
-- Watch: the ratio, and the bytes an operation takes in the file.  Change: tracing.lua [--quick] [dishes of a chef].
-- The median is told, with the quarters beside it.  Runs are long: in short ones the processes' beginnings, and who
-- happens to wait for whom from then on, are most of what differs.
local ipc = require "tidelock"

local ROUNDS, CHEFS, EATERS = 31, 2, 2
local MOST = 1.10 -- what the project promises

local quick, dishes = arg[1] == "--quick", nil
for _, word in ipairs(arg) do dishes = tonumber(word) or dishes end
if quick then ROUNDS = 3 end
dishes = dishes or (quick and 1000 or 200000)

local function cook(n)
  local counter, cooked, eaten = ipc.queue{ name = "counter" }, ipc.value(0, "cooked"), ipc.value(0, "eaten")
  local function chef(kind)
    for i = 1, n do
      counter:put(("%s %d"):format(kind, i))
      cooked:add(1)
    end
  end
  local function eater(name)
    local menu = {}
    while true do
      local dish = counter:get()
      if dish == nil then return #menu end
      print(name .. " eats " .. dish)
      menu[#menu + 1] = dish
      eaten:add(1)
      counter:task_done()
    end
  end
  local before = ipc.now()
  local chefs, eaters = {}, {}
  for i = 1, EATERS do
    local name = "eater-" .. i
    eaters[i] = ipc.process{ target = eater, args = { name }, name = name }:start()
  end
  for i = 1, CHEFS do
    chefs[i] = ipc.process{ target = chef, args = { "noodles" }, name = "chef-" .. i }:start()
  end
  for _, process in ipairs(chefs) do process:join() end
  for _ = 1, EATERS do counter:put(nil) end
  local sum = 0
  for _, process in ipairs(eaters) do sum = sum + process:result() end
  assert(sum == CHEFS * n)
  return ipc.now() - before
end

if arg[1] == "cook" then
  io.stderr:write(("%.9f s\n"):format(cook(tonumber(arg[2]))))
  return
end

local file = os.tmpname()

local function run(option)
  local pipe = assert(io.popen(("%s %s %s cook %d 2>&1 >/dev/null"):format(arg[-1], option, arg[0], dishes)))
  local told = pipe:read("a")
  pipe:close()
  return assert(tonumber(told:match("([%d.]+) s\n")), told), told
end

-- The value that so many hundredths of the list are not above.
local function percentile(list, hundredths)
  table.sort(list)
  return list[(#list * hundredths + 99) // 100]
end

local ratios, plain = {}, {}
for i = 1, ROUNDS do
  local recorded, bare
  if i % 2 == 0 then
    bare, recorded = run(""), run("--trace=" .. file)
  else
    recorded, bare = run("--trace=" .. file), run("")
  end
  ratios[i], plain[i] = recorded / bare, bare
end

local _, told = run("--trace=" .. file)
local operations, lost = told:match("(%d+) operations, (%w+) lost")
local trace = assert(io.open(file, "rb"))
local size = trace:seek("end")
trace:close()
os.remove(file)
local ratio = percentile(ratios, 50)
print(("recorded / not   %.3f  most %.2f  %s   (%.3f to %.3f; %.0f ms for %d dishes)"):format(ratio, MOST,
  ratio <= MOST and "reached" or "short", percentile(ratios, 25), percentile(ratios, 75),
  percentile(plain, 50) * 1000, CHEFS * dishes))
print(("%s operations, %s lost, %.1f bytes each"):format(operations, lost, size / tonumber(operations)))
