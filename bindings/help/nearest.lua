--- Nearest: which of some names was perhaps meant by one that is not among them.

local MOST_WRONG = 2

-- How many letters differ, are added or are missing (Levenshtein's distance).
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local above = row[j]
      local price = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(above + 1, row[j - 1] + 1, diagonal + price)
      diagonal = above
    end
  end
  return row[#b]
end

-- The letters alone: "-" says nothing of what was meant.
local function bare(name) return (name:gsub("^%-+", "")) end

--- The name of the list that is most like this one: at most two letters are wrong, and less than half of them; or it
--- begins with this one.  nil: none is.
return function(name, list)
  local word = bare(name)
  local best, nearest = math.min(MOST_WRONG, (#word - 1) // 2) + 1, nil
  for _, candidate in ipairs(list) do
    local other = bare(candidate)
    local wrong = distance(word, other)
    if #word > 2 and other:sub(1, #word) == word then wrong = math.min(wrong, 1) end
    if wrong < best and candidate ~= name then best, nearest = wrong, candidate end
  end
  return nearest
end
