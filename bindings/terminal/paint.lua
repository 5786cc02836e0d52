--- Colours, on a terminal that has them.
local paint = {}
paint.__index = paint

local CODES = { bold = "1", dim = "2", red = "31;1", yellow = "33", green = "32", cyan = "36", magenta = "35",
  blue = "34" }
local OF_TASKS = { "cyan", "magenta", "green", "blue" }

--- Without colour what is painted stays as it is.
function paint.new(color)
  return setmetatable({ color = color }, paint)
end

--- Whether a terminal is to have colours: not where NO_COLOR is set, nor where it is dumb.
function paint.wanted(is_terminal)
  local no = os.getenv "NO_COLOR"
  return is_terminal and not (no and no ~= "") and os.getenv "TERM" ~= "dumb" or false
end

--- The text in one of the colours above.
function paint:as(name, text)
  if not self.color or text == "" then return text end
  return ("\27[%sm%s\27[0m"):format(CODES[name], text)
end

--- In the colour of the n-th task of a table.
function paint:task(n, text)
  return self:as(OF_TASKS[(n - 1) % #OF_TASKS + 1], text)
end

return paint
