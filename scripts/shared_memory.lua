-- A writer puts two texts in turn into a named buffer of shared memory; a reader, a program of its own, prints what it
-- sees until the buffer is blank.
-- Watch: the reader sees both texts, each whole; with --no-sync it looks when it likes, and sees them torn.
-- Change: --no-sync; PAUSE; a third text.  Run "tidelock ls" in another terminal meanwhile.
local ipc = require "tidelock"

local SIZE, PAUSE, TEXTS = 1024, 0.5, { "flood ", "ebb   " }
local reads, name = arg[1] == "reader", arg[2]
local sync = arg[#arg] ~= "--no-sync"
local space = ipc.open(reads and name or "shared-memory-" .. ipc.getpid())
local buffer, blank = space.buffer("board", SIZE), ("\0"):rep(SIZE)
local written, taken = space.semaphore("written", 0), space.semaphore("taken", 1)

local function filled(text) return (text:rep(SIZE // #text + 1):sub(1, SIZE)) end

local function write(bytes)
  if sync then taken:acquire() end
  buffer:write(1, bytes:sub(1, SIZE // 2))
  ipc.sleep(PAUSE / 2) -- as if the text were much longer
  buffer:write(SIZE // 2 + 1, bytes:sub(SIZE // 2 + 1))
  if sync then written:release() end
  ipc.sleep(PAUSE / 2)
end

local function read()
  if sync then written:acquire() else ipc.sleep(PAUSE / 5) end
  local bytes = buffer:read(1, SIZE)
  if sync then taken:release() end
  return bytes
end

if reads then
  local bytes, last = blank
  repeat
    last, bytes = bytes, read()
    local word = bytes:match("^%a+")
    local whole = bytes == filled(bytes:sub(1, 6))
    if bytes ~= last and word then print((whole and "whole: " or "torn: ") .. word) end
  until bytes == blank and last ~= blank
else
  local program = -1 -- options of tidelock may stand between it and the script
  while arg[program - 1] do program = program - 1 end
  local reader = ipc.command{ arg[program], arg[0], "reader", space.name, sync and "" or "--no-sync" }
  for _, text in ipairs(TEXTS) do write(filled(text)) end
  write(blank)
  local seen = reader:communicate(nil, 10)
  space:remove()
  print((seen:gsub("%f[%a](%a+:)", "reader saw %1")))
  if sync then assert(seen == "whole: flood\nwhole: ebb\n") else assert(seen:find("torn")) end
end
