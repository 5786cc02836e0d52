-- Two writers put three URLs each, one reader reads for ever; the parent joins the writers, then ends the reader.
-- Watch: all six arrive, and each writer's are in its order, though the two mix.
-- Change: the pauses; or give each writer a reader of its own.
local ipc = require "tidelock"

local SITES = { { "a.org/1", "a.org/2", "a.org/3" }, { "b.org/1", "b.org/2", "b.org/3" } }
local urls, read = ipc.queue{ name = "urls" }, ipc.queue{ name = "read" }

local function write(list)
  for _, url in ipairs(list) do
    print("put " .. url)
    urls:put(url)
    ipc.sleep(math.random() / 2)
  end
end

local function reader()
  while true do
    local url = urls:get()
    print("  got " .. url)
    read:put(url)
  end
end

local writers, endless = {}, ipc.spawn(reader)
for n, list in ipairs(SITES) do writers[n] = ipc.spawn(write, list) end
for _, process in ipairs(writers) do process:join() end
local last, count = {}, 0
for _ = 1, 6 do
  local site, n = read:get():match("^(%a)%.org/(%d)$")
  assert(tonumber(n) == (last[site] or 0) + 1, "out of order")
  last[site], count = tonumber(n), count + 1
end
endless:terminate()
endless:join()
assert(count == 6 and endless.exitcode == -15)
