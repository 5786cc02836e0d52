--- What a failed schedule said, without what only its program needs.
local printable = require "explore.story.printable"

local message = {}

--- The lines of the message, without a traceback, at most `most`.
function message.lines(run, most)
  local lines = {}
  for line in ((run.message or "") .. "\n"):gmatch "(.-)\n" do
    if line:find "^stack traceback:" then break end
    line = line:gsub("^tidelock: ", "")
    if line ~= "" then lines[#lines + 1] = printable.text(line) end
  end
  while #lines > most do table.remove(lines) end
  return lines
end

--- The file and line that the message begins with, wherever in its first lines.
function message.place(run)
  for _, line in ipairs(message.lines(run, 3)) do
    local file, number = line:match "([^%s:]+):(%d+): "
    if file then return file, tonumber(number) end
  end
end

return message
