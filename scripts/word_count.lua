-- A word count over files: each worker counts one file at a time, the main script adds up as counts come in.
-- Watch: the files finish in any order, and the total is that of a plain loop.
-- Change: word_count.lua FILE ... counts those files; without, the scripts beside this one.
local ipc = require "tidelock"

local files = { table.unpack(arg) }
if #files == 0 then
  local folder = arg[0]:match("^(.*)/[^/]*$") or "."
  for name in io.popen("ls " .. folder .. "/*.lua"):lines() do files[#files + 1] = name end
end

local function count(name)
  local words = {}
  for line in io.lines(name) do
    for word in line:lower():gmatch("%a+") do words[word] = (words[word] or 0) + 1 end
  end
  return words
end

local function add(total, words)
  for word, n in pairs(words) do total[word] = (total[word] or 0) + n end
end

local pool, total, expected = ipc.pool(), {}, {}
for i, words in pool:imap_unordered(count, files) do
  print("counted " .. files[i])
  add(total, words)
end

for _, name in ipairs(files) do add(expected, count(name)) end
local most
for word, n in pairs(total) do
  assert(n == expected[word])
  if not most or n > total[most] or (n == total[most] and word < most) then most = word end
end
print(("%d files, the word used most is \"%s\": %d times"):format(#files, most, total[most]))
