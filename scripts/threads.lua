-- Two threads and two processes write to one queue; a thread and a process read from it.
-- Watch: pid tells them apart, the queue does not; a function that has a coroutine in it cannot go to a thread, and the
-- error names the way to it.  Change: make all of them threads, or all processes.
local ipc = require "tidelock"

local WRITERS, WORDS = 4, 5
local queue = ipc.queue{ name = "words" }

local function write()
  for n = 1, WORDS do
    ipc.sleep(math.random() / 10)
    queue:put(("%s (pid %d): word %d"):format(ipc.current().name, ipc.getpid(), n))
  end
end

local function read()
  local count = 0
  for _, line in queue:items() do
    print(("%-10s read from %s"):format(ipc.current().name, line))
    count = count + 1
  end
  return count
end

local function task(n, options)
  return (n % 2 == 0 and ipc.process or ipc.thread)(options):start()
end

local writers, readers = {}, {}
for n = 1, WRITERS do writers[n] = task(n, { target = write, name = "writer-" .. n }) end
for n = 1, 2 do readers[n] = task(n, { target = read, name = "reader-" .. n }) end
for _, writer in ipairs(writers) do writer:join() end
queue:close()
local total = readers[1]:result() + readers[2]:result()
print(total .. " words read")
assert(total == WRITERS * WORDS)

local order = { table = 7, cook = { recipe = coroutine.create(print) } }
local ok, message = pcall(ipc.thread, function() return order.table end)
print(message)
assert(not ok and message:find('"order".cook.recipe: a coroutine cannot leave its process', 1, true))
