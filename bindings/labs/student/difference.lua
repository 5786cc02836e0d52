--- Difference: two texts, line by line, by their longest common subsequence.
local difference = {}

local MOST = 2000 -- lines; of longer ones nothing is compared

local function lines_of(text)
  local list = {}
  for line in (text:gsub("([^\n])$", "%1\n")):gmatch "(.-)\n" do list[#list + 1] = line end
  return list
end

-- lengths[i][j]: of what is common to a from i on, and b from j on.
local function lengths_of(a, b)
  local lengths = { [#a + 1] = {} }
  for j = 1, #b + 1 do lengths[#a + 1][j] = 0 end
  for i = #a, 1, -1 do
    local row, below = { [#b + 1] = 0 }, lengths[i + 1]
    for j = #b, 1, -1 do
      row[j] = a[i] == b[j] and below[j + 1] + 1 or math.max(below[j], row[j + 1])
    end
    lengths[i] = row
  end
  return lengths
end

--- Lines { mark, text }, mark "-" for those of the first text alone, "+" for those of the second, " " for both; nil:
--- they are too long.
function difference.lines(first, second)
  local a, b = lines_of(first), lines_of(second)
  if #a > MOST or #b > MOST then return nil end
  local lengths, result, i, j = lengths_of(a, b), {}, 1, 1
  while i <= #a or j <= #b do
    if i <= #a and j <= #b and a[i] == b[j] then
      result[#result + 1] = { " ", a[i] }
      i, j = i + 1, j + 1
    elseif j > #b or i <= #a and lengths[i + 1][j] >= lengths[i][j + 1] then
      result[#result + 1] = { "-", a[i] }
      i = i + 1
    else
      result[#result + 1] = { "+", b[j] }
      j = j + 1
    end
  end
  return result
end

return difference
