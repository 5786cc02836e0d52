--- How wide the columns of a table are.
local columns = {}

local NARROWEST, GAP, SOURCE_LEAST, SOURCE_MOST = 15, 2, 22, 60

columns.gap = GAP

--- From the widths that the columns would like, and what there is for all of them: the widths, and what is left for
--- the script's text beside them (0: too little); nil where they do not fit.
function columns.fit(wanted, room)
  local widths, sum = {}, 0
  for i, width in ipairs(wanted) do
    widths[i] = width
    sum = sum + width + (i > 1 and GAP or 0)
  end
  if #wanted * (NARROWEST + GAP) - GAP > room and sum > room then return nil end
  while sum > room do
    local widest = 1
    for i, width in ipairs(widths) do
      if width > widths[widest] then widest = i end
    end
    widths[widest], sum = widths[widest] - 1, sum - 1
  end
  local left = room - sum - GAP
  return widths, left >= SOURCE_LEAST and math.min(left, SOURCE_MOST) or 0
end

return columns
