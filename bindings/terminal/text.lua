--- Text: lines for a screen: how wide they are, and cut to a width; colours (SGR sequences) have none.
--
-- Limits: each character counts as one column; control characters are shown as "?".
local text = {}

local CHARACTER = "[\0-\127\194-\244][\128-\191]*"

-- Calls see(piece, is_colour) for each colour and each character, until it returns false.
local function each(line, see)
  local at = 1
  while at <= #line do
    local colour = line:match("^\27%[[%d;]*m", at)
    local piece = colour or line:match("^" .. CHARACTER, at) or line:sub(at, at)
    if see(piece, colour ~= nil) == false then return end
    at = at + #piece
  end
end

--- The columns that the line takes.
function text.width(line)
  if not line:find "[\27\128-\255]" then return #line end
  local width = 0
  each(line, function(_, is_colour) if not is_colour then width = width + 1 end end)
  return width
end

--- The line, cut to this many columns; where something was cut, the last one is "…" (or ~ with `plain`).
function text.cut(line, columns, plain)
  if text.width(line) <= columns then return line end
  local kept, width = {}, 0
  each(line, function(piece, is_colour)
    if not is_colour then
      width = width + 1
      if width >= columns then return false end
    end
    kept[#kept + 1] = piece
  end)
  return table.concat(kept) .. (columns > 0 and (plain and "~" or "…") or "") .. (line:find "\27" and "\27[0m" or "")
end

--- The line in exactly this many columns; with `right`, moved to the right.
function text.fit(line, columns, right)
  line = text.cut(line, columns)
  local space = (" "):rep(columns - text.width(line))
  return right and space .. line or line .. space
end

--- Without what a terminal would not show as a character.
function text.printable(line)
  return (line:gsub("%c", "?"))
end

return text
