-- A word count by workers on other machines.  On each of those, with this folder in LUA_PATH:
--   tidelock worker --allow words_task redis://lab/words
-- and here:
--   tidelock scripts/hosts/words.lua redis://lab/words FILE ...
-- Watch: the function goes by its name, "words_task:count", and never as code.  Each text travels once, in one task.
-- Change: kill -9 a worker: its text is counted by another.  On one machine: scripts/hosts/two.lua
local ipc = require "tidelock"
package.path = arg[0]:match "^(.-)[^/]*$" .. "?.lua;" .. package.path
local task = require "words_task"

local address = assert(arg[2] and arg[1], "words.lua ADDRESS FILE ...")
local texts = {}
for i = 2, #arg do
  local file = assert(io.open(arg[i]))
  texts[#texts + 1] = file:read "a"
  file:close()
end

local pool = ipc.open{ name = address, insecure = true }.pool("pool", { retry = 3 })
local total, words, hosts = {}, 0, {}
for _, found in pool:imap_unordered(task.count, texts) do
  hosts[found.host] = (hosts[found.host] or 0) + 1
  for word, times in pairs(found.words) do
    total[word] = (total[word] or 0) + times
    words = words + times
  end
end
pool:close()
pool:join()

local most = next(total)
for word, times in pairs(total) do
  if times > total[most] or times == total[most] and word < most then most = word end
end
for host, count in pairs(hosts) do print(("%d texts were counted on %s"):format(count, host)) end
print(("%d words in %d texts; the word used most is %q, %d times"):format(words, #texts, most, total[most]))
