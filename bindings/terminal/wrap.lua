--- Text in lines of a width.
local terminal = require "terminal.text"

local wrap = {}

--- How many columns of a terminal a text takes.
wrap.length = terminal.width

local split = terminal.split

local WIDEST = 2 -- columns of a character

--- In lines of at most `width`, broken at blanks where there are any; each but the first with `indent` before it.
function wrap.lines(text, width, indent)
  local lines, line = {}, ""
  indent = indent and #indent + WIDEST <= width and indent or ""
  local function put(word)
    local glued = line == "" and word or line .. " " .. word
    if wrap.length(glued) <= width then line = glued return end
    if line ~= "" then lines[#lines + 1] = line end
    line = (#lines > 0 and indent or "") .. word
    while wrap.length(line) > width do
      local head, rest = split(line, math.max(width, WIDEST))
      lines[#lines + 1], line = head, indent .. rest
    end
  end
  for word in text:gmatch "%S+" do put(word) end
  if line ~= "" or #lines == 0 then lines[#lines + 1] = line end
  return lines
end

--- Cut to the width, with "..." at its end where something is missing.
function wrap.cut(text, width)
  if wrap.length(text) <= width then return text end
  return (split(text, math.max(width - 3, 0))) .. ("..."):sub(1, width)
end

--- With blanks up to the width.
function wrap.pad(text, width)
  return text .. (" "):rep(width - wrap.length(text))
end

return wrap
