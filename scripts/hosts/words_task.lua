--- What workers run for words.lua.
local task = {}

local host = io.popen("hostname"):read "l"

--- How often each word is in a text, and where that was counted.
function task.count(text)
  local words = {}
  for word in text:lower():gmatch "%a+" do words[word] = (words[word] or 0) + 1 end
  return { host = host, words = words }
end

return task
