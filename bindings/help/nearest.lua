--- Nearest: which of some names was perhaps meant by one that is not among them.

local MOST_WRONG = 2

-- How many letters differ, are added, are missing, or have changed places with their neighbour.
local function distance(a, b)
  local rows = { [0] = {} }
  for j = 0, #b do rows[0][j] = j end
  for i = 1, #a do
    rows[i] = { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      local least = math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (same and 0 or 1))
      local swapped = i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j)
      rows[i][j] = swapped and math.min(least, rows[i - 2][j - 2] + 1) or least
    end
  end
  return rows[#a][#b]
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
